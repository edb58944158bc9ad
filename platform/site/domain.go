package site

import (
	"context"
	"crypto/rand"
	"slices"
	"time"

	"github.com/zhanqun/zhanqun/kernel"
	"github.com/zhanqun/zhanqun/kernel/fault"
	"github.com/zhanqun/zhanqun/platform/audit"
	"github.com/zhanqun/zhanqun/platform/org"
	"github.com/zhanqun/zhanqun/storage/db"
)

// Domain is a host of a subsite. Only a verified one answers; all but the primary lead to it.
type Domain struct {
	Site       kernel.SiteID
	Host       string
	Verified   bool
	Primary    bool
	Token      string // what the host must show to a Checker
	Evidence   string // how it was verified
	CreatedAt  time.Time
	VerifiedAt time.Time
}

// BeforeOnline has ask decide, inside the transaction, whether a site may be found under a real name now. Call it before serving.
func (s *Sites) BeforeOnline(ask func(ctx context.Context) error) { s.online = ask }

// tryOut are the ends of names that lead to nobody's site (RFC 2606, RFC 6761): there a trial may go online.
var tryOut = []string{"localhost", "example", "test", "invalid"}

// mayShow asks whether a site may be found under host.
func (s *Sites) mayShow(ctx context.Context, host string) error {
	if s.online == nil || slices.ContainsFunc(tryOut, func(end string) bool { return below(host, end) }) {
		return nil
	}
	return s.online(ctx)
}

const ownEvidence = "平台自有域名"

// domain makes a host of a site; below the platform's own domain it is verified from the start.
func (s *Sites) domain(site kernel.SiteID, host string, primary bool, evidence string) Domain {
	d := Domain{Site: site, Host: host, Primary: primary, CreatedAt: s.now()}
	if below(host, s.cfg.Domain) {
		evidence = ownEvidence
	}
	if evidence != "" {
		d.Verified, d.VerifiedAt, d.Evidence = true, d.CreatedAt, evidence
	} else {
		d.Token = "zhanqun-" + rand.Text()
	}
	return d
}

// free refuses a host that is reserved or somebody's.
func (s *Sites) free(host string, holder kernel.SiteID) error {
	if slices.Contains(s.cfg.Reserved, host) {
		return fault.At("host", fault.New(fault.Conflict, "域名 %s 由平台自己使用，不能绑定到站点。", host))
	}
	if holder != 0 {
		return fault.At("host", fault.New(fault.Conflict, "域名 %s 已经绑定到别的站点。", host))
	}
	return nil
}

// AddDomain binds another host to a subsite. Below the platform's own domain it is verified at once.
func (s *Sites) AddDomain(ctx context.Context, id kernel.SiteID, typed string) (Domain, error) {
	host, err := ParseHost(typed)
	if err != nil {
		return Domain{}, err
	}
	var made Domain
	err = s.change(ctx, func(ctx context.Context) ([]kernel.SiteID, error) {
		g, err := s.lock(ctx, id)
		if err != nil {
			return nil, err
		}
		if g.Kind != Subsite {
			return nil, fault.New(fault.Invalid, "“%s”是频道或栏目，挂在上级网站的域名之下，不能绑定域名。", g.Name)
		}
		if g.State == Closed || g.State == Refused {
			return nil, fault.New(fault.Conflict, "“%s”%s，不能再绑定域名。", g.Name, g.State.Title())
		}
		holder, err := s.holder(ctx, host)
		if err != nil {
			return nil, err
		}
		if holder == id {
			return nil, fault.New(fault.Conflict, "域名 %s 已经绑定到这个站点。", host)
		}
		if err := s.free(host, holder); err != nil {
			return nil, err
		}
		made = s.domain(id, host, false, "")
		if made.Verified {
			if err := s.mayShow(ctx, host); err != nil {
				return nil, err
			}
		}
		if err := s.insertDomains(ctx, []Domain{made}); err != nil {
			if db.Unique(err) {
				return nil, s.free(host, -1)
			}
			return nil, err
		}
		return []kernel.SiteID{id}, s.record(ctx, audit.Entry{Site: id, Action: "domain.add", After: host})
	})
	return made, err
}

// VerifyDomain takes a host for the site's own: by an operator's note of how it was proven, or, with an empty note,
// by the installation's Checker.
func (s *Sites) VerifyDomain(ctx context.Context, id kernel.SiteID, typed, note string) error {
	d, err := s.find(ctx, id, typed)
	if err != nil || d.Verified {
		return err
	}
	switch {
	case note != "":
		if say := org.NameSays(note, 4, 200); say != nil {
			return fault.In("note", "核验说明%s", say)
		}
	case s.cfg.Check == nil:
		return fault.In("note", "本机不能联网核验，请写明核验方式，如“已核对域名证书，经办人某某”。")
	default: // before the transaction: a network answers when it likes
		if err := s.cfg.Check(ctx, d.Host, d.Token); err != nil {
			return fault.Because(err, fault.Invalid, "域名 %s 上没有找到核验码 %s，请按说明设置后重试。", d.Host, d.Token)
		}
		note = "核验码 " + d.Token
	}
	return s.changeDomain(ctx, id, d.Host, "domain.verify", note, func(ctx context.Context, d Domain) error {
		if err := s.mayShow(ctx, d.Host); err != nil {
			return err
		}
		d.Verified, d.VerifiedAt, d.Evidence = true, s.now(), note
		return s.saveDomain(ctx, d)
	})
}

// PrimaryDomain makes a verified host the site's address; the others lead to it from then on.
func (s *Sites) PrimaryDomain(ctx context.Context, id kernel.SiteID, typed string) error {
	d, err := s.find(ctx, id, typed)
	if err != nil || d.Primary {
		return err
	}
	return s.changeDomain(ctx, id, d.Host, "domain.primary", "", func(ctx context.Context, d Domain) error {
		if !d.Verified {
			return fault.New(fault.Conflict, "域名 %s 还没有核验，不能设为主域名。", d.Host)
		}
		all, err := s.Domains(ctx, id)
		if err != nil {
			return err
		}
		for _, was := range all {
			if was.Primary && was.Host != d.Host {
				was.Primary = false
				if err := s.saveDomain(ctx, was); err != nil {
					return err
				}
			}
		}
		d.Primary = true
		return s.saveDomain(ctx, d)
	})
}

// RemoveDomain unbinds a host that is not the primary one; so the last one stays.
func (s *Sites) RemoveDomain(ctx context.Context, id kernel.SiteID, typed string) error {
	d, err := s.find(ctx, id, typed)
	if err != nil {
		return err
	}
	return s.changeDomain(ctx, id, d.Host, "domain.remove", "", func(ctx context.Context, d Domain) error {
		if d.Primary {
			return fault.New(fault.Conflict, "域名 %s 是主域名，请先把另一个域名设为主域名。", d.Host)
		}
		return s.dropDomain(ctx, id, d.Host)
	})
}

// changeDomain changes one host of a site whose row it holds, as it is then.
func (s *Sites) changeDomain(ctx context.Context, id kernel.SiteID, host, action, note string, f func(context.Context, Domain) error) error {
	return s.change(ctx, func(ctx context.Context) ([]kernel.SiteID, error) {
		if _, err := s.lock(ctx, id); err != nil {
			return nil, err
		}
		d, err := s.find(ctx, id, host)
		if err != nil {
			return nil, err
		}
		if err := f(ctx, d); err != nil {
			return nil, err
		}
		e := audit.Entry{Site: id, Action: action, After: host}
		if note != "" {
			e.Note = map[string]string{"note": note}
		}
		return []kernel.SiteID{id}, s.record(ctx, e)
	})
}

// find returns a host of the site.
func (s *Sites) find(ctx context.Context, id kernel.SiteID, typed string) (Domain, error) {
	host, err := ParseHost(typed)
	if err != nil {
		return Domain{}, err
	}
	all, err := s.Domains(ctx, id)
	if err != nil {
		return Domain{}, err
	}
	i := slices.IndexFunc(all, func(d Domain) bool { return d.Host == host })
	if i < 0 {
		return Domain{}, fault.New(fault.NotFound, "这个站点没有绑定域名 %s。", host)
	}
	return all[i], nil
}
