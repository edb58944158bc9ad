package desk

import (
	"context"
	"slices"
	"strings"

	"github.com/zhanqun/zhanqun/kernel"
	"github.com/zhanqun/zhanqun/platform/console"
	"github.com/zhanqun/zhanqun/tenants/article"
	"github.com/zhanqun/zhanqun/tenants/review"
)

// workItems is how many lines a part of the first screen has.
const workItems = 8

// Waiting is what waits for the actor on a site.
func (d *Desk) Waiting(ctx context.Context, site kernel.SiteID) (console.Section, error) {
	if !d.Console.OffersSome(ctx, site, decides...) {
		return console.Section{}, nil
	}
	all, err := d.turns(ctx, site, queueMost)
	if err != nil {
		return console.Section{}, err
	}
	s := console.Section{Title: "待我处理", Empty: "没有等您处理的稿件。"}
	if s.Items, err = d.items(ctx, all); err != nil {
		return s, err
	}
	more, err := d.unconfirmed(ctx, site)
	if err != nil {
		return s, err
	}
	s.Items = append(s.Items, more...)
	if len(s.Items) > workItems {
		s.Items, s.More = s.Items[:workItems], "/sites/"+site.String()+"/reviews"
	}
	return s, nil
}

// own are articles of a filter in the columns in which the actor writes.
func (d *Desk) own(ctx context.Context, site kernel.SiteID, f article.Filter, p kernel.Page) ([]article.Draft, error) {
	f, err := d.reached(ctx, site, f, writes...)
	if err != nil {
		return nil, err
	}
	return d.Articles.List(ctx, site, f, p)
}

// Recent is what the actor has written lately on a site, in whatever state.
func (d *Desk) Recent(ctx context.Context, site kernel.SiteID) ([]console.Item, error) {
	if !d.Console.OffersSome(ctx, site, writes...) {
		return nil, nil
	}
	last, err := d.own(ctx, site, article.Filter{Author: kernel.ActorFrom(ctx).Account}, kernel.Page{Number: 1, Size: workItems})
	if err != nil {
		return nil, err
	}
	var items []console.Item
	for _, a := range last {
		items = append(items, console.Item{Text: a.Payload.Title, Href: address(site, a.ID, "")})
	}
	return items, nil
}

// Mine is what the actor is writing on a site; what was returned says why.
func (d *Desk) Mine(ctx context.Context, site kernel.SiteID) (console.Section, error) {
	if !d.Console.OffersSome(ctx, site, writes...) {
		return console.Section{}, nil
	}
	drafts, err := d.own(ctx, site, article.Filter{State: article.Drafted, Author: kernel.ActorFrom(ctx).Account}, kernel.Page{Number: 1, Size: workItems})
	if err != nil {
		return console.Section{}, err
	}
	s := console.Section{Title: "我的草稿", Empty: "没有写到一半的稿件。", More: "/sites/" + site.String() + "/articles?state=" + article.Drafted}
	for _, a := range drafts {
		item := console.Item{Text: a.Payload.Title, Href: address(site, a.ID, ""), Mark: "草稿", At: a.UpdatedAt}
		if reason, err := d.returned(ctx, &a); err != nil {
			return s, err
		} else if reason != "" {
			item.Mark, item.Kind, item.Note = "已退回", "bad", reason
		}
		s.Items = append(s.Items, item)
	}
	slices.SortStableFunc(s.Items, func(a, b console.Item) int { return strings.Compare(b.Kind, a.Kind) }) // what came back stands first
	return s, nil
}

// Sent is what the actor has sent on a site and waits for colleagues, with how far it has come; nothing where nothing does.
func (d *Desk) Sent(ctx context.Context, site kernel.SiteID) (s console.Section, err error) {
	if !d.Console.OffersSome(ctx, site, writes...) {
		return s, nil
	}
	sent, err := d.own(ctx, site, article.Filter{State: article.Submitted, Author: kernel.ActorFrom(ctx).Account}, kernel.Page{Number: 1, Size: workItems})
	if err != nil || len(sent) == 0 {
		return s, err
	}
	s = console.Section{Title: "等同事办理", More: "/sites/" + site.String() + "/articles?state=" + article.Submitted}
	for _, a := range sent {
		t, err := d.Published.Trail(ctx, site, a.Edition)
		if err != nil {
			return s, err
		}
		s.Items = append(s.Items, console.Item{Text: a.Payload.Title, Href: address(site, a.ID, ""), Mark: review.StateOf(t).Says(), At: t.FrozenAt})
	}
	return s, nil
}

// returned is why an article's last edition came back, or "".
func (d *Desk) returned(ctx context.Context, a *article.Draft) (string, error) {
	if a.Edition == 0 {
		return "", nil
	}
	t, err := d.Published.Trail(ctx, a.Site, a.Edition)
	if err != nil || !t.Returned() {
		return "", err
	}
	last := t.Steps[len(t.Steps)-1]
	name, err := d.name(ctx, last.Reviewer)
	return name + "：" + last.Reason, err
}
