package site

import (
	"context"
	"slices"

	"github.com/zhanqun/zhanqun/kernel"
	"github.com/zhanqun/zhanqun/platform/identity"
	"github.com/zhanqun/zhanqun/platform/org"
	"github.com/zhanqun/zhanqun/policies"
)

// Place says where an org stands in its tree and on the platform, for appointing. A city is host of its own
// platform before its first site is opened.
func (s *Sites) Place(ctx context.Context, id kernel.OrgID) (identity.Place, error) {
	f, err := s.orgFacts(ctx, id)
	if err != nil {
		return identity.Place{}, err
	}
	p := identity.Place{OrgFacts: f, Host: f.Level == string(org.City)}
	if !p.Host {
		if p.Host, err = s.hosts(ctx, id); err != nil {
			return p, err
		}
	}
	live, err := s.liveDelegations(ctx)
	if err != nil {
		return p, err
	}
	p.Delegated = slices.ContainsFunc(live, func(d Delegation) bool { return d.Org == id })
	return p, nil
}

// Meet answers how the orgs of two appointments stand to every site, each different pair once. It reads all sites:
// it is asked only when one person is to hold a technical post beside one of words.
func (s *Sites) Meet(ctx context.Context, a, b identity.Appointment) ([]identity.Pair, error) {
	sites, err := s.List(ctx, Filter{}, kernel.Page{})
	if err != nil {
		return nil, err
	}
	live, err := s.liveDelegations(ctx)
	if err != nil {
		return nil, err
	}
	one, err := s.orgFacts(ctx, a.Org)
	if err != nil {
		return nil, err
	}
	other, err := s.orgFacts(ctx, b.Org)
	if err != nil {
		return nil, err
	}
	owner := make(map[kernel.SiteID]kernel.OrgID, len(sites))
	for _, g := range sites {
		owner[g.ID] = g.Org
	}
	seen := map[identity.Pair]bool{}
	var pairs []identity.Pair
	for _, g := range sites {
		f, err := s.factsOf(ctx, g, owner[g.Parent], live)
		if err != nil {
			return nil, err
		}
		p := identity.Pair{A: a.Held(one, g.ID, f).Relation, B: b.Held(other, g.ID, f).Relation}
		if !seen[p] {
			seen[p] = true
			pairs = append(pairs, p)
		}
	}
	return pairs, nil
}

func (s *Sites) factsOf(ctx context.Context, g Site, carrier kernel.OrgID, live []Delegation) (f policies.SiteFacts, err error) {
	f.Kind, f.State = string(g.Kind), string(g.State)
	if f.Owner, err = s.orgFacts(ctx, g.Org); err != nil {
		return f, err
	}
	if f.Host, err = s.orgFacts(ctx, g.Host); err != nil {
		return f, err
	}
	if f.Carrier, err = s.orgFacts(ctx, carrier); err != nil {
		return f, err
	}
	for _, d := range live {
		if d.Site == g.ID {
			f.Delegate = d.Org
		}
	}
	return f, nil
}
