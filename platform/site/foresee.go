package site

import (
	"cmp"
	"context"
	"maps"
	"slices"

	"github.com/zhanqun/zhanqun/kernel"
	"github.com/zhanqun/zhanqun/platform/org"
	"github.com/zhanqun/zhanqun/policies"
)

// Foreseen is what Create would open.
type Foreseen struct {
	Site     Site   // its ID is of no use
	Host     string // the carrier's, on a channel
	Verified bool   // the address would answer at once
	URL      string
	Advice   []string // in what the host departs from the rule; it may be opened all the same
}

// Foresee plans one opening and writes nothing: it answers what Create would, the same faults included.
func (s *Sites) Foresee(ctx context.Context, spec Spec) (Foreseen, error) {
	g, err := s.around(ctx, spec)
	if err != nil {
		return Foreseen{}, err
	}
	o, err := g.plan(ctx, spec)
	if err != nil {
		return Foreseen{}, err
	}
	f := Foreseen{Site: o.site}
	if o.domain != nil {
		f.Host, f.Verified, f.Advice = o.domain.Host, o.domain.Verified, HostWarnings(o.domain.Host, o.site.Level)
	} else {
		carrier, err := s.Domains(ctx, o.site.Parent)
		if err != nil {
			return Foreseen{}, err
		}
		for _, d := range carrier {
			if d.Primary {
				f.Host, f.Verified = d.Host, d.Verified
			}
		}
	}
	f.URL = s.origin(f.Host) + o.site.Prefix() + "/"
	return f, nil
}

// Prospect is a site that an org does not have yet, as the policies need to see it: whoever leads the content of the org may
// apply for one.
func (s *Sites) Prospect(ctx context.Context, owner kernel.OrgID) (f policies.SiteFacts, err error) {
	if f.Owner, err = s.orgFacts(ctx, owner); err != nil {
		return f, err
	}
	above, err := s.orgs.Many(ctx, f.Owner.Path...)
	if err != nil {
		return f, err
	}
	g := s.newGround("")
	g.orgs = above
	if f.Host, err = s.orgFacts(ctx, g.cityOf(above[owner])); err != nil {
		return f, err
	}
	f.Kind, f.State = string(Subsite), string(Applied)
	if Restricted(above[owner], above[above[owner].Parent].Level) {
		f.Kind = string(Channel)
	}
	return f, nil
}

// Known is a site as a list of all of them needs it.
type Known struct {
	*Site         // nobody may change it
	Host   string // the carrier's, on a channel
	Ready  bool   // the host is verified
	Region kernel.OrgID
}

// Everything is every site, in whatever state, from memory: no query, however many there are. Region is the unit whose
// people would look for it: the owner of its carrier, the city or county above a department, or its own owner.
func (s *Sites) Everything(ctx context.Context) ([]Known, error) {
	m := s.memory.Load()
	hosts := make(map[kernel.SiteID]*Domain, len(m.kept.Domains))
	for i := range m.kept.Domains {
		if d := &m.kept.Domains[i]; d.Primary {
			hosts[d.Site] = d
		}
	}
	all := make([]Known, len(m.kept.Sites))
	for i := range m.kept.Sites {
		g := &m.kept.Sites[i]
		k := Known{Site: g, Region: g.Org}
		at := g
		if h := m.held[g.Parent]; h != nil {
			at, k.Region = h.site, h.site.Org
		}
		if d := hosts[at.ID]; d != nil {
			k.Host, k.Ready = d.Host, d.Verified
		}
		if at.Level == string(org.Dept) {
			f, err := s.orgFacts(ctx, at.Org)
			if err != nil {
				return nil, err
			}
			if n := len(f.Path); n > 1 {
				k.Region = f.Path[n-2]
			}
		}
		all[i] = k
	}
	return all, nil
}

// Rows are the revisions under which the rows in memory were read, by site; nil when they are not known. Nobody may change them.
func (s *Sites) Rows() map[kernel.SiteID]int64 { return s.memory.Load().revs }

// Templates are all there are, by name. Nobody may change them.
func (s *Sites) Templates() []*Template {
	return slices.SortedFunc(maps.Values(s.templates), func(a, b *Template) int { return cmp.Compare(a.Name, b.Name) })
}
