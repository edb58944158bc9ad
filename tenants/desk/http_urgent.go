package desk

import (
	"context"
	"strconv"

	"github.com/gofiber/fiber/v2"
	"github.com/zhanqun/zhanqun/kernel"
	"github.com/zhanqun/zhanqun/kernel/fault"
	"github.com/zhanqun/zhanqun/platform/publication"
	"github.com/zhanqun/zhanqun/tenants/article"
	"github.com/zhanqun/zhanqun/tenants/review"
)

// urgent publishes an article before its review; why is kept beside it, and somebody else reviews it within a day.
func (d *Desk) urgent(c *fiber.Ctx) error {
	a, err := d.found(c)
	if err != nil {
		return err
	}
	obj := publication.Object{Site: a.Site, Kind: article.Kind, ID: a.ID}
	version, _ := strconv.ParseInt(c.FormValue("version"), 10, 64)
	err = d.DB.InTx(c.UserContext(), func(ctx context.Context) error {
		e, err := d.frozen(ctx, c, a, version)
		if err != nil {
			return err
		}
		if _, err := d.Reviews.Write(ctx, obj, review.Note{Kind: review.Urgent, Words: typed(c, "words")}); err != nil {
			return err
		}
		return d.Reviews.PublishEmergency(ctx, a.Site, e, publication.Placing{Place: a.Column})
	})
	if err != nil {
		return d.article(c, a, err)
	}
	return see(c, address(a.Site, a.ID, "urgent"))
}

// frozen is the edition under review that the person has seen, or a draft's that is frozen now. What its column asks for is not waited for
// (C6, 第一时间): the screen has said what is missing, and says it again to whoever reviews afterwards.
func (d *Desk) frozen(ctx context.Context, c *fiber.Ctx, a *article.Draft, version int64) (publication.EditionID, error) {
	if a.State == article.Submitted {
		return d.seen(c, a)
	}
	return d.freeze(ctx, a, version, typed(c, "words")) // why it cannot wait is also why it is published as it is
}

// settle reviews afterwards what was published in an emergency.
func (d *Desk) settle(c *fiber.Ctx) error {
	a, err := d.found(c)
	if err != nil {
		return err
	}
	e, ok := kernel.ParseID[publication.EditionID](c.FormValue("edition"))
	if !ok || e != a.Edition {
		return d.article(c, a, fault.New(fault.Conflict, "这篇稿件已经变了，请看过现在的稿件再补审。"))
	}
	w, done := review.Words{Review: typed(c, "opinion"), Secrecy: typed(c, "secrecy")}, "reviewed"
	if c.FormValue("do") == "refuse" {
		w, done = review.Words{Reason: typed(c, "reason")}, "withdrawn"
		if w.Reason == "" {
			return d.article(c, a, fault.In("reason", "不通过时请写明理由，稿件会随即撤回。"))
		}
	}
	if err := d.Reviews.Settle(c.UserContext(), a.Site, e, w); err != nil {
		return d.article(c, a, err)
	}
	return see(c, address(a.Site, a.ID, done))
}
