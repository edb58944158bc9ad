package desk

import (
	"context"
	"strconv"
	"strings"

	"github.com/gofiber/fiber/v2"
	"github.com/zhanqun/zhanqun/kernel"
	"github.com/zhanqun/zhanqun/kernel/fault"
	"github.com/zhanqun/zhanqun/platform/console"
	"github.com/zhanqun/zhanqun/policies"
	"github.com/zhanqun/zhanqun/tenants/article"
)

// bulkPage says what became of each of the articles that were chosen.
type bulkPage struct {
	Done, Failed int
	Results      []result
	Back, Action string
	Query        string
	Undo         string // the act that takes it back, or ""
}

// barMost is how many articles a bar takes back: it says them in its address.
const barMost = 40

type result struct {
	Title, Href string
	Say         string // why not, or ""
	Undo        string // how the undoing form names it
}

var bulkView = console.Define[bulkPage]("desk", "bulk")

// bulkMost is how many articles one press may be about.
const bulkMost = 500

// act is what may be done with many at once: what it takes, what it does to one, and what takes it back.
type act struct {
	needs policies.Action
	does  func(d *Desk, ctx context.Context, a *article.Draft, seen, column int64) error
	undo  string
}

var acts = map[string]act{
	"submit": {"article.submit", func(d *Desk, ctx context.Context, a *article.Draft, seen, _ int64) error {
		_, err := d.submit(ctx, a, seen, "") // what wants a reason is sent one by one
		return err
	}, ""},
	"move": {"article.edit.draft", func(d *Desk, ctx context.Context, a *article.Draft, _, column int64) error {
		if err := d.stands(ctx, a.Site, column, "article.edit.draft"); err != nil || a.Column == column {
			return err
		}
		return d.Articles.Recolumn(ctx, a.Site, a.ID, column)
	}, "moveback"},
	"moveback": {"article.edit.draft", func(d *Desk, ctx context.Context, a *article.Draft, column, _ int64) error {
		if err := d.stands(ctx, a.Site, column, "article.edit.draft"); err != nil {
			return err
		}
		return d.Articles.Recolumn(ctx, a.Site, a.ID, column)
	}, ""},
	"bin": {"article.edit.draft", func(d *Desk, ctx context.Context, a *article.Draft, seen, _ int64) error {
		return d.Articles.Bin(ctx, a.Site, a.ID, seen)
	}, "unbin"},
	"unbin": {"article.edit.draft", func(d *Desk, ctx context.Context, a *article.Draft, _, _ int64) error {
		return d.Articles.Unbin(ctx, a.Site, a.ID)
	}, "bin"},
}

// bulk does one act with each of the articles that the form names, one by one: what fails says why and holds up no other.
func (d *Desk) bulk(c *fiber.Ctx) error {
	ctx, site := c.UserContext(), at(c)
	from, _ := asked(c)
	do, ok := acts[c.FormValue("do")]
	chosen := c.Context().PostArgs().PeekMulti("id")
	column, _ := kernel.ParseID[int64](c.FormValue("column"))
	switch {
	case !ok:
		return d.list(c, from, fault.New(fault.Invalid, "请选择要做什么。"))
	case len(chosen) == 0:
		return d.list(c, from, fault.New(fault.Invalid, "请先勾选稿件。"))
	case len(chosen) > bulkMost:
		return d.list(c, from, fault.New(fault.Invalid, "一次最多处理 %d 篇稿件。", bulkMost))
	case !d.Console.OffersSome(ctx, site, do.needs):
		return fault.New(fault.Forbidden, "您没有此项权限。")
	}
	p := bulkPage{Back: from.at("/sites/" + site.String() + "/articles"), Query: from.query().Encode(), Action: "/sites/" + site.String() + "/articles/bulk"}
	for _, one := range chosen {
		id, seen, _ := strings.Cut(string(one), ":")
		n, _ := kernel.ParseID[article.ID](id)
		s, _ := kernel.ParseID[int64](seen)
		r, err := d.one(c, site, do, n, s, column)
		if err != nil {
			return err
		}
		if r.Say == "" {
			p.Done++
		} else {
			p.Failed++
		}
		p.Results = append(p.Results, r)
	}
	if p.Done > 0 {
		p.Undo = do.undo
	}
	if p.Failed == 0 && p.Done <= barMost {
		return see(c, p.bar(from, c.FormValue("do")))
	}
	return bulkView.Show(d.Console, c, console.Page{Title: say(c, "批量处理的结果"), Site: site}, p)
}

// one does the act with one article; only what is nobody's fault but ours is an error.
func (d *Desk) one(c *fiber.Ctx, site kernel.SiteID, do act, id article.ID, seen, column int64) (result, error) {
	ctx := c.UserContext()
	a, err := d.Articles.Get(ctx, site, id)
	if err != nil {
		if fault.Is(err, fault.NotFound) || fault.Is(err, fault.Gone) {
			return result{Title: strconv.FormatInt(id, 10), Say: console.Told(c, err)}, nil
		}
		return result{}, err
	}
	if !d.offers(ctx, site, id, do.needs) { // in another column than the actor's
		return result{Title: strconv.FormatInt(id, 10), Say: fault.Say(fault.New(fault.NotFound, "没有这篇稿件。"))}, nil
	}
	r := result{Title: a.Payload.Title, Href: address(site, id, ""), Undo: strconv.FormatInt(id, 10)}
	if do.undo == "moveback" {
		r.Undo += ":" + strconv.FormatInt(a.Column, 10)
	}
	if err := do.does(d, ctx, a, seen, column); err != nil {
		if _, is := wrong(err); !is && !fault.Is(err, fault.NotFound) {
			return r, err
		}
		r.Say = console.Told(c, err)
	} else if do.undo == "bin" { // which takes the version that it has become
		if a, err = d.Articles.Get(ctx, site, id); err != nil {
			return r, err
		}
		r.Undo += ":" + strconv.FormatInt(a.Version, 10)
	}
	return r, nil
}
