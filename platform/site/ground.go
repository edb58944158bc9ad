package site

import (
	"context"
	"slices"
	"strings"

	"github.com/zhanqun/zhanqun/kernel"
	"github.com/zhanqun/zhanqun/kernel/fault"
	"github.com/zhanqun/zhanqun/platform/org"
)

// ground is what stands already, as far as a plan needs to know it, and what the plan has put there.
type ground struct {
	s       *Sites
	domain  string // hosts are derived below it
	whole   bool   // everything was read: what is not here is nowhere
	orgs    map[kernel.OrgID]org.Org
	sites   map[kernel.SiteID]Site
	byOrg   map[kernel.OrgID][]Site
	primary map[kernel.SiteID]string
	holders map[string]kernel.SiteID
	mounts  map[mount]bool
}

type mount struct {
	carrier kernel.SiteID
	slug    string
}

func (s *Sites) newGround(domain string) *ground {
	return &ground{s: s, domain: domain, orgs: map[kernel.OrgID]org.Org{}, sites: map[kernel.SiteID]Site{}, byOrg: map[kernel.OrgID][]Site{},
		primary: map[kernel.SiteID]string{}, holders: map[string]kernel.SiteID{}, mounts: map[mount]bool{}}
}

// around reads what one opening needs: the org and its superiors, their sites and hosts.
func (s *Sites) around(ctx context.Context, spec Spec) (*ground, error) {
	g := s.newGround(s.cfg.Domain)
	owner, err := s.orgs.Get(ctx, spec.Org)
	if err != nil {
		return nil, err
	}
	if g.orgs, err = s.orgs.Many(ctx, owner.Path...); err != nil {
		return nil, err
	}
	if spec.HostOrg != 0 {
		if _, err := s.orgs.Get(ctx, spec.HostOrg); err != nil {
			return nil, err
		}
	}
	sites, err := s.ofOrgs(ctx, owner.Path)
	if err != nil {
		return nil, err
	}
	if spec.Carrier != 0 && !slices.ContainsFunc(sites, func(c Site) bool { return c.ID == spec.Carrier }) {
		c, err := s.Get(ctx, spec.Carrier)
		if err != nil && !fault.Is(err, fault.NotFound) {
			return nil, err
		} else if err == nil {
			sites = append(sites, c)
		}
	}
	for _, c := range sites {
		g.noteSite(c)
		if c.Kind == Subsite {
			hosts, err := s.Domains(ctx, c.ID)
			if err != nil {
				return nil, err
			}
			g.noteDomains(hosts)
		}
	}
	return g, nil
}

// survey reads everything, for many openings at once.
func (s *Sites) survey(ctx context.Context, domain string) (*ground, error) {
	g := s.newGround(domain)
	g.whole = true
	orgs, err := s.orgs.All(ctx)
	if err != nil {
		return nil, err
	}
	for _, o := range orgs {
		g.orgs[o.ID] = o
	}
	sites, err := s.List(ctx, Filter{}, kernel.Page{})
	if err != nil {
		return nil, err
	}
	for _, c := range sites {
		g.noteSite(c)
	}
	hosts, err := s.domains(ctx, everything)
	if err != nil {
		return nil, err
	}
	g.noteDomains(hosts)
	return g, nil
}

func (g *ground) note(o opening) {
	g.noteSite(o.site)
	if o.domain != nil {
		g.noteDomains([]Domain{*o.domain})
	}
}

func (g *ground) noteSite(n Site) {
	g.sites[n.ID] = n
	g.byOrg[n.Org] = append(g.byOrg[n.Org], n)
	if n.Parent != 0 && n.State != Refused {
		g.mounts[mount{n.Parent, n.Slug}] = true
	}
}

func (g *ground) noteDomains(hosts []Domain) {
	for _, d := range hosts {
		g.holders[d.Host] = d.Site
		if d.Primary {
			g.primary[d.Site] = d.Host
		}
	}
}

// holder says whose host it is, 0 for nobody's.
func (g *ground) holder(ctx context.Context, host string) (kernel.SiteID, error) {
	if id, ok := g.holders[host]; ok || g.whole {
		return id, nil
	}
	return g.s.holder(ctx, host)
}

func (g *ground) mounted(ctx context.Context, carrier kernel.SiteID, slug string) (bool, error) {
	if g.mounts[mount{carrier, slug}] || g.whole {
		return g.mounts[mount{carrier, slug}], nil
	}
	_, taken, err := g.s.mounted(ctx, carrier, slug)
	return taken, err
}

// owner returns an org and its superior; the superior of a root is the zero Org.
func (g *ground) owner(id kernel.OrgID) (owner, parent org.Org, err error) {
	owner, ok := g.orgs[id]
	if !ok {
		return owner, parent, fault.New(fault.NotFound, "没有这个机构。")
	}
	return owner, g.orgs[owner.Parent], nil
}

// cityOf is who runs the platform for an org when nothing else is said: its city, else the root of its tree.
func (g *ground) cityOf(o org.Org) kernel.OrgID {
	if city, ok := g.city(o); ok {
		return city.ID
	}
	return o.Path[0]
}

// city is the city an org lies in, which may be one of the four that are provinces.
func (g *ground) city(o org.Org) (org.Org, bool) {
	for _, id := range o.Path {
		if c := g.orgs[id]; c.Level == org.City && c.Kind != org.KindOther || c.Kind == org.KindMunicipality {
			return c, true
		}
	}
	return org.Org{}, false
}

// hostsFor are the hosts an org's subsite may get, best first. Below "localhost" a city is ankang.localhost and its
// counties hanbin.ankang.localhost; below its own "ankang.gov.cn" they are www.ankang.gov.cn and hanbin.ankang.gov.cn.
func (g *ground) hostsFor(o org.Org) []string {
	var out []string
	if o.Level == org.City || o.Level == org.Province {
		for _, slug := range slugsFor(o) {
			out = append(out, portal(under(g.domain, slug)))
		}
		return out
	}
	base := g.domain
	if city, ok := g.city(o); ok {
		base = under(g.domain, city.Slug)
		for _, c := range g.byOrg[city.ID] {
			if host := g.primary[c.ID]; host != "" && below(host, g.domain) {
				base = strings.TrimPrefix(host, "www.")
			}
		}
	}
	for _, slug := range slugsFor(o) {
		out = append(out, slug+"."+base)
	}
	return out
}

// under is a city's part of the platform's domain: the domain itself when it is the city's already.
func under(domain, slug string) string {
	if first, _, _ := strings.Cut(domain, "."); first == slug {
		return domain
	}
	return slug + "." + domain
}

// portal is the host of a city's portal: 国办发〔2017〕47号 has www.X.gov.cn.
func portal(base string) string {
	if strings.HasSuffix(base, ".gov.cn") {
		return "www." + base
	}
	return base
}
