// Package site opens, names and closes the sites of the platform: who owns one, where it is mounted, what it shows of itself.
//
// It serves 安政办发〔2015〕71号 四(三): one technical platform carries every site; 县级部门、乡镇不再单独建设网站 and
// are mounted below the superior's host. A site keeps only its differences from the template it was opened with.
// The room keeps every site in memory for the edge, so that a host resolves without the database. It is not for
// what sites say: columns' contents and articles belong to tenants/.
package site

import (
	"context"
	"fmt"
	"io/fs"
	"strconv"
	"sync"
	"sync/atomic"
	"time"

	"github.com/zhanqun/zhanqun/kernel"
	"github.com/zhanqun/zhanqun/kernel/fault"
	"github.com/zhanqun/zhanqun/platform/audit"
	"github.com/zhanqun/zhanqun/platform/org"
	"github.com/zhanqun/zhanqun/platform/render"
	"github.com/zhanqun/zhanqun/storage/db"
)

// Kind is how a site is mounted.
type Kind string

const (
	Subsite Kind = "subsite" // 子站: a host of its own
	Channel Kind = "channel" // 频道: below its carrier's host at /z/<slug>
	Column  Kind = "column"  // 栏目: the same, for a single duty
)

// MountPrefix stands before the slug of a site that has no host of its own.
const MountPrefix = "/z/"

// Site is a tenant.
type Site struct {
	ID          kernel.SiteID
	Org         kernel.OrgID  // 主办单位
	Host        kernel.OrgID  // who runs the platform for it
	Parent      kernel.SiteID `json:",omitzero"` // the carrier of a channel, or 0
	Kind        Kind
	Level       string // of the owner: city, county, township, dept
	Slug        string // of a channel
	Name        string // 五里镇人民政府
	ShortName   string // 五里镇
	Template    string
	Theme       string // "" follows the template
	Overrides   Overrides
	State       State
	Notice      string // what citizens read while the site is suspended, closing or closed
	Marks       Marks
	Demo        bool
	Approval    string // document number that allowed an exception, or ""
	Description string
	Keywords    string
	CreatedAt   time.Time
	StateAt     time.Time
}

// Overrides are a site's differences from its template; what is absent follows the template.
type Overrides struct {
	Tokens map[string]string `json:"tokens,omitempty"` // render.CheckTokens says which
	Quota  Quota             `json:"quota,omitzero"`
}

// Prefix is where the site begins below its host: "" or "/z/<slug>".
func (s Site) Prefix() string {
	if s.Kind == Subsite {
		return ""
	}
	return MountPrefix + s.Slug
}

// Bumper moves the revisions of sites; it is called inside a transaction. pages.Revisions is one, and New has it
// call Reload whenever the platform's revision has moved.
type Bumper interface {
	Bump(ctx context.Context, sites ...kernel.SiteID) error
}

// Checker asks a host, over DNS or HTTP, whether it shows the token.
type Checker func(ctx context.Context, host, token string) error

// Config is what an installation decides.
type Config struct {
	Domain    string   // names below it are the platform's own and need no verification: "localhost", "ankang.gov.cn"
	Scheme    string   // of public addresses; "" is https
	Port      int      // of public addresses; 0 is the scheme's
	Reserved  []string // hosts no site may take: the console's, the media host
	Templates fs.FS    // nil is the built-in ones
	Check     Checker  // nil: domains are verified by an operator's note only
}

// Sites is the room. Its methods are safe for concurrent use.
type Sites struct {
	cfg       Config
	db        *db.DB
	now       kernel.Clock
	ids       kernel.IDs
	log       *audit.Log
	orgs      *org.Orgs
	rev       Bumper
	templates map[string]*Template
	online    func(ctx context.Context) error // asked before a site is found under a real name; nil: nobody is

	loading sync.Mutex
	memory  atomic.Pointer[memory]
	facts   sync.Map // kernel.OrgID -> policies.OrgFacts; an org's level and path never change
}

// New returns the room. It is empty in memory until Reload or LoadSnapshot. Call it before serving.
func New(cfg Config, d *db.DB, now kernel.Clock, ids kernel.IDs, log *audit.Log, orgs *org.Orgs, rev Bumper) (*Sites, error) {
	if cfg.Scheme == "" {
		cfg.Scheme = "https"
	}
	if cfg.Scheme != "https" && cfg.Scheme != "http" {
		return nil, fault.New(fault.Invalid, "公开地址的协议只能是 http 或 https。")
	}
	if cfg.Templates == nil {
		cfg.Templates = Builtin()
	}
	templates, err := LoadTemplates(cfg.Templates)
	if err != nil {
		return nil, err
	}
	s := &Sites{cfg: cfg, db: d, now: now, ids: ids, log: log, orgs: orgs, rev: rev, templates: templates}
	s.memory.Store(&memory{})
	if follower, ok := rev.(interface {
		LoadPlatform(func(context.Context) error)
	}); ok {
		follower.LoadPlatform(s.Reload)
	}
	orgs.Renamed.On("site", func(ctx context.Context, r org.Rename) error {
		return s.change(ctx, func(ctx context.Context) ([]kernel.SiteID, error) { return s.idsOf(ctx, r.After.ID) })
	})
	return s, nil
}

// origin is the address of a host as citizens reach it, without a slash at the end.
func (s *Sites) origin(host string) string {
	o := s.cfg.Scheme + "://" + host
	if p := s.cfg.Port; p != 0 && !(s.cfg.Scheme == "https" && p == 443) && !(s.cfg.Scheme == "http" && p == 80) {
		o += ":" + strconv.Itoa(p)
	}
	return o
}

// change runs f in a transaction that moves the revisions of the platform and of the sites f names. A node loads the
// sites again when it learns of the platform's revision, before any page is stamped with the new one.
func (s *Sites) change(ctx context.Context, f func(ctx context.Context) ([]kernel.SiteID, error)) error {
	return s.db.InTx(ctx, func(ctx context.Context) error {
		touched, err := f(ctx)
		if err != nil {
			return err
		}
		return s.rev.Bump(ctx, append(touched, kernel.Platform)...)
	})
}

// record writes what happened to a site into its chain, and into the platform's too when the platform acted.
func (s *Sites) record(ctx context.Context, e audit.Entry) error {
	e.Object = "site/" + e.Site.String()
	if err := s.log.Record(ctx, e); err != nil {
		return err
	}
	e.Site = kernel.Platform
	return s.log.Record(ctx, e)
}

// SetTokens replaces the site's own design tokens; nil returns to the theme's.
func (s *Sites) SetTokens(ctx context.Context, id kernel.SiteID, tokens map[string]string) error {
	if err := render.CheckTokens(tokens); err != nil {
		return err
	}
	return s.override(ctx, id, "site.tokens", func(o *Overrides) { o.Tokens = tokens })
}

// SetQuota replaces the site's own limits; a zero field follows the template.
func (s *Sites) SetQuota(ctx context.Context, id kernel.SiteID, q Quota) error {
	if q.StorageMB < 0 || q.UploadMB < 0 || q.Files < 0 || q.Editors < 0 || q.Columns < 0 {
		return fault.In("quota", "配额不能是负数。")
	}
	return s.override(ctx, id, "site.quota", func(o *Overrides) { o.Quota = q })
}

func (s *Sites) override(ctx context.Context, id kernel.SiteID, action string, set func(*Overrides)) error {
	return s.change(ctx, func(ctx context.Context) ([]kernel.SiteID, error) {
		was, err := s.lock(ctx, id)
		if err != nil {
			return nil, err
		}
		next := was
		set(&next.Overrides)
		if err := s.save(ctx, next); err != nil {
			return nil, err
		}
		return []kernel.SiteID{id}, s.record(ctx, audit.Entry{Site: id, Action: action,
			Before: overridesText(was.Overrides), After: overridesText(next.Overrides)})
	})
}

// SetTheme has the site shown in another theme; "" follows its template. Whether the theme exists is the caller's to know.
func (s *Sites) SetTheme(ctx context.Context, id kernel.SiteID, theme string) error {
	if theme != "" && !org.ValidSlug(theme) {
		return fault.In("theme", "主题名称只能用小写字母、数字和短横线。")
	}
	return s.change(ctx, func(ctx context.Context) ([]kernel.SiteID, error) {
		was, err := s.lock(ctx, id)
		if err != nil {
			return nil, err
		}
		next := was
		next.Theme = theme
		if err := s.save(ctx, next); err != nil {
			return nil, err
		}
		return []kernel.SiteID{id}, s.record(ctx, audit.Entry{Site: id, Action: "theme.assign", Before: was.Theme, After: theme})
	})
}

// SetMarks replaces what the platform prints of the site's identity.
func (s *Sites) SetMarks(ctx context.Context, id kernel.SiteID, m Marks) error {
	return s.change(ctx, func(ctx context.Context) ([]kernel.SiteID, error) {
		was, err := s.lock(ctx, id)
		if err != nil {
			return nil, err
		}
		owner, err := s.orgs.Get(ctx, was.Org)
		if err != nil {
			return nil, fmt.Errorf("load owner of site %d: %w", id, err)
		}
		if err := ValidateMarks(m, owner, was.Kind, was.Demo); err != nil {
			return nil, err
		}
		next := was
		next.Marks = m
		if err := s.save(ctx, next); err != nil {
			return nil, err
		}
		return []kernel.SiteID{id}, s.record(ctx, audit.Entry{Site: id, Action: "identity.set", Before: was.Marks.text(), After: m.text()})
	})
}
