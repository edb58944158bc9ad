package app

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/zhanqun/zhanqun/kernel"
	"github.com/zhanqun/zhanqun/kernel/fault"
	"github.com/zhanqun/zhanqun/platform/clocks"
	"github.com/zhanqun/zhanqun/platform/notify"
	"github.com/zhanqun/zhanqun/platform/publication"
	"github.com/zhanqun/zhanqun/policies"
	"github.com/zhanqun/zhanqun/tenants/article"
	"github.com/zhanqun/zhanqun/tenants/correction"
)

// herald carries what the ladder of a clock and a superior's press tell to the people whom that leads to.
type herald struct{ informer }

// Notify answers clocks.Notices.
func (t herald) Notify(ctx context.Context, n clocks.Notice) error {
	people, err := t.audience(ctx, n)
	if err != nil {
		return err
	}
	row := notify.Notice{Site: n.Site, Kind: notify.Reminded, Object: "site/" + n.Site.String()}
	if n.Clock != 0 {
		row.Kind, row.Object, row.Ref = notify.ClockNear, clocks.Object(n.Clock), int64(n.Step)
	}
	if n.Duty != 0 {
		row.Kind, row.Object, row.Ref = notify.ClockNear, clocks.DutyObject(n.Duty), int64(n.Step)
	}
	if n.Over {
		row.Kind = notify.ClockOver
	}
	return t.house.Notices.Tell(ctx, row, people)
}

// audience are the people of a step. What would lead to somebody who has left leads to those who answer for the site.
func (t herald) audience(ctx context.Context, n clocks.Notice) ([]kernel.AccountID, error) {
	facts, err := t.sites.Facts(ctx, n.Site)
	if err != nil {
		return nil, err
	}
	switch {
	case n.To == clocks.ToSuperior:
		return t.superiors(ctx, n.Site)
	case n.To == clocks.ToWriter && n.Duty != 0:
		writers, err := t.writers(ctx, n.Site, facts.Owner.ID, n.Columns)
		if err != nil || len(writers) > 0 {
			return writers, err
		}
	case n.To == clocks.ToWriter:
		if n.Clock != 0 {
			unit, err := t.drafters(ctx, n)
			if err != nil || len(unit) > 0 {
				return unit, err
			}
		}
		here, err := t.Enters(kernel.WithActor(ctx, kernel.Actor{Account: n.Account}), n.Site)
		if err != nil || here {
			return []kernel.AccountID{n.Account}, err
		}
	}
	leads, err := t.holding(ctx, n.Site, facts.Owner.ID, "column.owner.set")
	if err != nil || len(leads) > 0 {
		return leads, err
	}
	return t.holding(ctx, n.Site, facts.Owner.ID, "article.publish") // a small office, which has no content lead
}

// writers are those who keep the columns up to date: of each, whoever writes there and works in the office that answers for it, or else whoever
// has a post for it or for one above it, or else whoever writes on the whole site.
func (t herald) writers(ctx context.Context, id kernel.SiteID, at kernel.OrgID, columns []int64) (some []kernel.AccountID, err error) {
	people, err := t.accounts.Holders(ctx, id, []kernel.OrgID{at})
	if err != nil {
		return nil, err
	}
	wide, err := t.holding(ctx, id, at, "article.edit.draft")
	if err != nil {
		return nil, err
	}
	for _, column := range columns {
		path, err := t.path(ctx, id, column)
		if err != nil {
			return nil, err
		}
		var own []kernel.AccountID
		for _, who := range people {
			held, err := t.all(kernel.WithActor(ctx, kernel.Actor{Account: who}), id, path...)
			if err != nil {
				return nil, err
			}
			if anyOf(held, policies.Proof{}, "article.edit.draft") && !slices.Contains(wide, who) {
				own = append(own, who)
			}
		}
		office, err := t.office(ctx, id, at, column, slices.Concat(own, wide))
		if err != nil {
			return nil, err
		}
		switch {
		case len(office) > 0:
			own = office
		case len(own) == 0:
			own = wide
		}
		some = append(some, own...)
	}
	slices.Sort(some)
	return slices.Compact(some), nil
}

// office are those of the people who work in the office that answers for a column; none where that is the site's own unit, or nobody of the
// register.
func (t herald) office(ctx context.Context, id kernel.SiteID, at kernel.OrgID, column int64, people []kernel.AccountID) ([]kernel.AccountID, error) {
	tree, err := t.columns.Tree(ctx, id)
	if err != nil {
		return nil, err
	}
	k := tree.Get(column)
	if k == nil || k.OwnerOrg == 0 || k.OwnerOrg == at {
		return nil, nil
	}
	return t.accounts.Of(ctx, k.OwnerOrg, people...)
}

// superiors are those who supervise the site from the nearest unit above it that has anybody who does.
func (t herald) superiors(ctx context.Context, id kernel.SiteID) ([]kernel.AccountID, error) {
	facts, err := t.sites.Facts(ctx, id)
	if err != nil {
		return nil, err
	}
	for _, above := range slices.Backward(facts.Owner.Path) {
		if above == facts.Owner.ID {
			continue
		}
		if people, err := t.holding(ctx, id, above, "task.issue"); err != nil || len(people) > 0 {
			return people, err
		}
	}
	return nil, nil
}

// holding are the people with a live post at a unit who may do something on the site.
func (t herald) holding(ctx context.Context, id kernel.SiteID, at kernel.OrgID, act policies.Action) ([]kernel.AccountID, error) {
	people, err := t.accounts.Holders(ctx, id, []kernel.OrgID{at})
	if err != nil {
		return nil, err
	}
	var some []kernel.AccountID
	for _, who := range people {
		held, err := t.all(kernel.WithActor(ctx, kernel.Actor{Account: who}), id)
		if err != nil {
			return nil, err
		}
		if anyOf(held, policies.Proof{}, act) {
			some = append(some, who)
		}
	}
	return some, nil
}

// clock is what the actor may know of a deadline: which rule it is of and when it ends, for whoever sees the site's deadlines; the title
// of its text, for whoever may read that.
func (t informer) clock(ctx context.Context, n notify.Notice, number string) (s notify.Subject, seen bool, err error) {
	id, ok := kernel.ParseID[int64](number)
	if !ok {
		return s, false, nil
	}
	held, err := t.all(ctx, n.Site)
	for i := range held {
		held[i].InScope = true
	}
	if fault.Is(err, fault.NotFound) || err == nil && !anyOf(held, policies.Proof{}, "clock.read") {
		return s, false, nil
	}
	if err != nil {
		return s, false, err
	}
	k, err := t.house.Clocks.Get(ctx, n.Site, id)
	if fault.Is(err, fault.NotFound) {
		return s, false, nil
	}
	if err != nil {
		return s, false, err
	}
	g, err := t.sites.Get(ctx, n.Site)
	if err != nil {
		return s, false, err
	}
	rule := t.house.Clocks.Title(k.Rule)
	s = notify.Subject{Title: rule, Where: g.Name, Href: "/sites/" + n.Site.String() + "/board", Note: rule + " " + k.ShownAt().In(kernel.Beijing).Format(time.DateOnly)}
	if k.Kind == correction.Kind {
		s.Href = k.Href
		return s, true, nil
	}
	obj, err := t.clocked(ctx, k)
	if err != nil {
		return s, false, err
	}
	text, reads, err := t.Subject(ctx, notify.Notice{Site: n.Site, Object: obj.String()})
	if reads {
		s.Title, s.Href = text.Title, text.Href
	}
	return s, err == nil, err
}

// namedAtMost is how many duties a notice names; the board has all of them.
const namedAtMost = 5

// duties is what the actor may know of what was told together: which duties of the site and when the first one ends, for whoever sees the
// site's deadlines or writes for it; nothing once all of it is done.
func (t informer) duties(ctx context.Context, n notify.Notice, number string) (s notify.Subject, seen bool, err error) {
	id, ok := kernel.ParseID[int64](number)
	if !ok {
		return s, false, nil
	}
	held, err := t.all(ctx, n.Site)
	href := "/sites/" + n.Site.String() + "/board"
	if !anyOf(held, policies.Proof{}, "clock.read") {
		href = "/sites/" + n.Site.String() + "/articles" // who keeps one column has no board of the whole site
	}
	for i := range held {
		held[i].InScope = true
	}
	if fault.Is(err, fault.NotFound) || err == nil && !anyOf(held, policies.Proof{}, "clock.read") {
		return s, false, nil
	}
	if err != nil {
		return s, false, err
	}
	told, err := t.house.Clocks.ToldWith(ctx, n.Site, id)
	if err != nil || len(told) == 0 {
		return s, false, err
	}
	g, err := t.sites.Get(ctx, n.Site)
	if err != nil {
		return s, false, err
	}
	var names []string
	for _, d := range told[:min(len(told), namedAtMost)] {
		names = append(names, d.Title)
	}
	title := strings.Join(names, "、")
	if len(told) > namedAtMost {
		title += fmt.Sprintf(" 等 %d 项", len(told))
	}
	last := told[0].DueAt.Add(-time.Nanosecond).In(kernel.Beijing).Format(time.DateOnly) // it ends with that day
	return notify.Subject{Title: title, Where: g.Name, Href: href, Note: last}, true, nil
}

// clocked is the article that a clock is about.
func (t informer) clocked(ctx context.Context, k clocks.Clock) (publication.Object, error) {
	obj := publication.Object{Site: k.Site, Kind: article.Kind, ID: k.ID}
	if k.Kind != clockedEdition {
		return obj, nil
	}
	trail, err := t.house.Published.Trail(ctx, k.Site, publication.EditionID(k.ID))
	if err != nil {
		return obj, err
	}
	return trail.Object, nil
}
