package site

import (
	"context"
	"fmt"
	"time"

	"github.com/zhanqun/zhanqun/kernel"
	"github.com/zhanqun/zhanqun/kernel/fault"
	"github.com/zhanqun/zhanqun/platform/audit"
	"github.com/zhanqun/zhanqun/platform/org"
	"github.com/zhanqun/zhanqun/policies"
)

// Delegation lets a county run the platform for a site of its own for a time: explicit, dated and documented.
type Delegation struct {
	Site     kernel.SiteID
	ID       int64
	Org      kernel.OrgID
	From, To string // first and last day, YYYY-MM-DD in Beijing
	Document string
	EndedAt  time.Time // zero while it has not been ended early
}

// Relation says how an org stands to a site now; org 0 is a citizen.
func (s *Sites) Relation(ctx context.Context, actor kernel.OrgID, id kernel.SiteID) (policies.Relation, error) {
	site, err := s.Facts(ctx, id)
	if err != nil {
		return "", err
	}
	who, err := s.orgFacts(ctx, actor)
	if err != nil {
		return "", err
	}
	return policies.Relate(who, site), nil
}

// Facts is what the policies need to know of a site now, delegation included.
func (s *Sites) Facts(ctx context.Context, id kernel.SiteID) (policies.SiteFacts, error) {
	var f policies.SiteFacts
	g, delegations, err := s.known(ctx, id)
	if err != nil {
		return f, err
	}
	f.Kind, f.State = string(g.Kind), string(g.State)
	if f.Owner, err = s.orgFacts(ctx, g.Org); err != nil {
		return f, err
	}
	if f.Host, err = s.orgFacts(ctx, g.Host); err != nil {
		return f, err
	}
	if g.Parent != 0 {
		c, _, err := s.known(ctx, g.Parent)
		if err != nil {
			return f, err
		}
		if f.Carrier, err = s.orgFacts(ctx, c.Org); err != nil {
			return f, err
		}
	}
	today := s.today()
	for _, d := range delegations {
		if d.EndedAt.IsZero() && d.From <= today && today <= d.To {
			f.Delegate = d.Org
		}
	}
	return f, nil
}

// known finds a site in memory, or reads it when it has been opened since.
func (s *Sites) known(ctx context.Context, id kernel.SiteID) (Site, []Delegation, error) {
	m := s.memory.Load()
	if h := m.held[id]; h != nil {
		return *h.site, m.delegated[id], nil
	}
	g, err := s.Get(ctx, id)
	if err != nil {
		return g, nil, err
	}
	d, err := s.Delegations(ctx, id)
	return g, d, err
}

// orgFacts remembers what never changes of an org: its level and its path.
func (s *Sites) orgFacts(ctx context.Context, id kernel.OrgID) (policies.OrgFacts, error) {
	if id == 0 {
		return policies.OrgFacts{}, nil
	}
	if f, ok := s.facts.Load(id); ok {
		return f.(policies.OrgFacts), nil
	}
	f, err := s.orgs.Facts(ctx, id)
	if err == nil {
		s.facts.Store(id, f)
	}
	return f, err
}

// Delegate lets a county, superior to or owner of the site, run the platform for it from the first to the last day.
func (s *Sites) Delegate(ctx context.Context, d Delegation) (Delegation, error) {
	from, err1 := time.Parse(time.DateOnly, d.From)
	to, err2 := time.Parse(time.DateOnly, d.To)
	switch {
	case err1 != nil || err2 != nil || to.Before(from):
		return d, fault.In("from", "委托的起止日期应为 YYYY-MM-DD，止日不早于起日。")
	case to.After(from.AddDate(3, 0, 0)):
		return d, fault.In("to", "一次委托最长三年，到期可以再次委托。")
	case !docForm.MatchString(d.Document):
		return d, fault.In("document", "请填写委托文件的文号，如“安政办函〔2016〕12号”。")
	}
	who, err := s.orgs.Get(ctx, d.Org)
	if err != nil {
		return d, err
	}
	err = s.change(ctx, func(ctx context.Context) ([]kernel.SiteID, error) {
		g, err := s.lock(ctx, d.Site)
		if err != nil {
			return nil, err
		}
		owner, err := s.orgs.Get(ctx, g.Org)
		if err != nil {
			return nil, fmt.Errorf("load owner of site %d: %w", g.ID, err)
		}
		if who.Level != org.County || !within(owner.Path, who.ID) {
			return nil, fault.In("org", "只能委托给站点所在的县级政府，“%s”不是。", who.Official())
		}
		all, err := s.Delegations(ctx, d.Site)
		if err != nil {
			return nil, err
		}
		for _, had := range all {
			if had.EndedAt.IsZero() && had.From <= d.To && d.From <= had.To {
				return nil, fault.New(fault.Conflict, "这个站点在 %s 至 %s 已有委托，请先终止。", had.From, had.To)
			}
		}
		d.ID, d.EndedAt = s.ids.Next(), time.Time{}
		if err := s.insertDelegation(ctx, d); err != nil {
			return nil, err
		}
		return []kernel.SiteID{d.Site}, s.record(ctx, audit.Entry{Site: d.Site, Action: "site.delegate",
			After: d.Org.String() + " " + d.From + " " + d.To, Note: map[string]string{"document": d.Document}})
	})
	return d, err
}

// EndDelegation ends a delegation now.
func (s *Sites) EndDelegation(ctx context.Context, site kernel.SiteID, id int64, reason string) error {
	if say := org.NameSays(reason, 2, 200); say != nil {
		return fault.In("reason", "理由%s", say)
	}
	return s.change(ctx, func(ctx context.Context) ([]kernel.SiteID, error) {
		if _, err := s.lock(ctx, site); err != nil {
			return nil, err
		}
		ended, err := s.endDelegation(ctx, site, id)
		if err == nil && !ended {
			err = fault.New(fault.NotFound, "没有这项委托，或已经终止。")
		}
		if err != nil {
			return nil, err
		}
		return []kernel.SiteID{site}, s.record(ctx, audit.Entry{Site: site, Action: "site.delegate.end", Note: map[string]string{"reason": reason}})
	})
}

func within(path []kernel.OrgID, id kernel.OrgID) bool {
	for _, p := range path {
		if p == id {
			return true
		}
	}
	return false
}
