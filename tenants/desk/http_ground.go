package desk

import (
	"context"
	"slices"
	"strconv"

	"github.com/gofiber/fiber/v2"
	"github.com/zhanqun/zhanqun/kernel"
	"github.com/zhanqun/zhanqun/kernel/fault"
	"github.com/zhanqun/zhanqun/platform/console"
	"github.com/zhanqun/zhanqun/platform/publication"
	"github.com/zhanqun/zhanqun/tenants/article"
	"github.com/zhanqun/zhanqun/tenants/review"
)

// holding asks who reviews the secrecy of a site whether the reason for not disclosing a text is sound (D2).
type holding struct {
	Open         bool
	Says, Ground string
	Words        string // as typed, or as usually said
}

func claimOf(a *article.Draft) review.Claim {
	return review.Claim{Author: a.Author, Version: a.Version, Disclosure: a.Payload.Disclosure, Ground: a.Payload.Ground}
}

// grounds puts into the chain of an article who has confirmed why it is not disclosed, or that somebody is to.
func (d *Desk) grounds(c *fiber.Ctx, a *article.Draft, p *articlePage) error {
	ctx, obj, claim := c.UserContext(), publication.Object{Site: a.Site, Kind: article.Kind, ID: a.ID}, claimOf(a)
	all, err := d.Reviews.Grounds(ctx, obj)
	if err != nil {
		return err
	}
	for _, g := range all {
		who, err := d.name(ctx, g.By)
		if err != nil {
			return err
		}
		line := step{Name: say(c, "确认不公开的理由"), Who: who, Kind: "taken", At: g.At, Words: say(c, word("disclosure", g.Disclosure)) + "：" + g.Ground + " " + g.Words}
		if g.Version != a.Version {
			line.Name += say(c, "（对以前的文字）")
		}
		p.Steps = append(p.Steps, line)
	}
	slices.SortStableFunc(p.Steps, func(x, y step) int {
		if x.At.IsZero() != y.At.IsZero() { // what is still to come stands last
			return y.At.Compare(x.At)
		}
		return x.At.Compare(y.At)
	})
	if !claim.Held() || !a.BinnedAt.IsZero() || review.Confirmed(all, claim) != nil {
		return nil
	}
	p.Steps = append(p.Steps, step{Name: say(c, "确认不公开的理由"), Who: say(c, "等待处理"), Kind: "next"})
	p.Holding.Open = d.Reviews.MayConfirm(ctx, obj, claim) == nil
	p.Holding.Says, p.Holding.Ground = say(c, word("disclosure", claim.Disclosure)), claim.Ground
	return nil
}

// confirm keeps that somebody other than its author has confirmed why the text that he saw is not disclosed.
func (d *Desk) confirm(c *fiber.Ctx) error {
	a, err := d.found(c)
	if err != nil {
		return err
	}
	seen, _ := strconv.ParseInt(c.FormValue("version"), 10, 64) // 0 is no version of anything
	err = d.DB.InTx(c.UserContext(), func(ctx context.Context) error {
		now, err := d.Articles.Get(ctx, a.Site, a.ID)
		if err != nil {
			return err
		}
		if now.Version != seen || !now.BinnedAt.IsZero() {
			return fault.New(fault.Conflict, "这篇稿件刚被别人改过，请看过现在的文字再确认。")
		}
		return d.Reviews.Confirm(ctx, publication.Object{Site: a.Site, Kind: article.Kind, ID: a.ID}, claimOf(now), typed(c, "agree"))
	})
	if err != nil {
		return d.article(c, a, err)
	}
	return see(c, address(a.Site, a.ID, "ground"))
}

// unconfirmed are the texts of a site whose reason for not being disclosed waits for the actor's word.
func (d *Desk) unconfirmed(ctx context.Context, id kernel.SiteID) (items []console.Item, err error) {
	if !d.Console.OffersSome(ctx, id, "secrecy.pass") {
		return nil, nil
	}
	f, err := d.reached(ctx, id, article.Filter{Held: true}, "secrecy.pass")
	if err != nil {
		return nil, err
	}
	held, err := d.Articles.List(ctx, id, f, kernel.Page{Number: 1, Size: queueMost})
	if err != nil {
		return nil, err
	}
	ids := make([]int64, len(held))
	for i, a := range held {
		ids[i] = a.ID
	}
	all, err := d.Reviews.GroundsOf(ctx, id, article.Kind, ids...)
	for _, a := range held {
		if a.Author != kernel.ActorFrom(ctx).Account && review.Confirmed(all[a.ID], claimOf(&a)) == nil {
			items = append(items, console.Item{Text: a.Payload.Title, Href: address(a.Site, a.ID, ""), Mark: "待确认不公开的理由", Kind: "warn", At: a.UpdatedAt})
		}
	}
	return items, err
}
