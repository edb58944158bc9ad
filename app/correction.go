package app

import (
	"context"
	"slices"
	"time"

	"github.com/zhanqun/zhanqun/kernel"
	"github.com/zhanqun/zhanqun/kernel/fault"
	"github.com/zhanqun/zhanqun/platform/clocks"
	"github.com/zhanqun/zhanqun/platform/notify"
	"github.com/zhanqun/zhanqun/platform/org"
	"github.com/zhanqun/zhanqun/policies"
	"github.com/zhanqun/zhanqun/tenants/correction"
)

// corrections makes the room of what citizens report of pages.
func (c Config) corrections(h *House, ids kernel.IDs) (*correction.Corrections, error) {
	return correction.New(correction.Room{DB: h.DB, Now: h.Now, IDs: ids, Audit: h.Audit, Queue: h.Queue, Key: c.signingKey(), Clocks: owedReports{h.Clocks}, Nav: h.Columns,
		Sites: h.Sites, Units: h.unitsOf, Render: h.Render, Console: h.Console})
}

// owedReports are the clocks of reports. A city whose pack has no such rule has none.
type owedReports struct{ *clocks.Clocks }

// Start starts the clock of one that was taken.
func (o owedReports) Start(ctx context.Context, r correction.Report) error {
	if _, ok := o.Pack.Rule(clocks.PageError); !ok {
		return nil
	}
	return o.Keep(ctx, clocks.PageError, clocks.Subject{Site: r.Site, Kind: correction.Kind, ID: r.ID, Title: correction.Says(r.Kind), Href: correction.Href(r.Site, r.ID)}, r.ReceivedAt)
}

// Stop ends the clock of one that was answered.
func (o owedReports) Stop(ctx context.Context, r correction.Report) error {
	return o.Clocks.Stop(ctx, r.Site, correction.Kind, r.ID, r.AnsweredAt, clocks.PageError)
}

// Due are the ends of those that are owed.
func (o owedReports) Due(ctx context.Context, site kernel.SiteID, ids []int64) (map[int64]time.Time, error) {
	all, err := o.Open(ctx, site, correction.Kind, ids, len(ids))
	due := map[int64]time.Time{}
	for _, k := range all {
		due[k.ID] = k.DueAt
	}
	return due, err
}

// Days is the rule's length, or what is usual where there is none.
func (o owedReports) Days() int {
	if r, ok := o.Pack.Rule(clocks.PageError); ok {
		return r.Length
	}
	return 3
}

// unitsOf are the units to which whoever answers for a site may hand something over: those below its own, or else those beside it.
func (h *House) unitsOf(ctx context.Context, id kernel.SiteID) ([]string, error) {
	facts, err := h.Sites.Facts(ctx, id)
	if err != nil {
		return nil, err
	}
	all, err := h.Orgs.Children(ctx, facts.Owner.ID)
	if err == nil && len(all) == 0 {
		var own org.Org
		if own, err = h.Orgs.Get(ctx, facts.Owner.ID); err == nil {
			all, err = h.Orgs.Children(ctx, own.Parent)
		}
	}
	var names []string
	for _, o := range all {
		if o.ID != facts.Owner.ID {
			names = append(names, o.Name)
		}
	}
	return names, err
}

// correctors are the people of a site's owner who may answer its reports.
func (t informer) correctors(ctx context.Context, id kernel.SiteID) (all []kernel.AccountID, err error) {
	facts, err := t.sites.Facts(ctx, id)
	if err != nil {
		return nil, err
	}
	for _, act := range correction.Answers() {
		some, err := herald{t}.holding(ctx, id, facts.Owner.ID, act)
		if err != nil {
			return nil, err
		}
		all = append(all, some...)
	}
	slices.Sort(all)
	return slices.Compact(all), nil
}

// reported is what the actor may know of a report: its kind, for whoever may answer it.
func (t informer) reported(ctx context.Context, n notify.Notice, number string) (s notify.Subject, seen bool, err error) {
	id, _ := kernel.ParseID[int64](number) // 0 is no report
	held, err := t.all(ctx, n.Site)
	if fault.Is(err, fault.NotFound) || err == nil && !anyOf(held, policies.Proof{}, correction.Answers()...) {
		return s, false, nil
	}
	if err != nil {
		return s, false, err
	}
	r, err := t.house.Reports.Get(ctx, n.Site, id)
	if fault.Is(err, fault.NotFound) {
		return s, false, nil
	}
	if err != nil {
		return s, false, err
	}
	g, err := t.sites.Get(ctx, n.Site)
	return notify.Subject{Title: correction.Says(r.Kind), Where: g.Name, Href: correction.Href(n.Site, id)}, err == nil, err
}
