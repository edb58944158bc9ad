package estate

import (
	"context"
	"time"

	"github.com/gofiber/fiber/v2"
	"github.com/zhanqun/zhanqun/kernel"
	"github.com/zhanqun/zhanqun/kernel/fault"
	"github.com/zhanqun/zhanqun/platform/console"
	"github.com/zhanqun/zhanqun/platform/site"
)

// greyPage is 哀悼模式: what is on or planned, and the form for the next.
type greyPage struct {
	Site                  string // the one site it is about; "" is every site
	Name                  string // of that site
	From, Until, Document string
	All                   []greyLine
	Wrong                 trouble
	Done                  string
}

// greyLine is one order; Name is "" for every site.
type greyLine struct {
	site.Greyscale
	Name, Word, Class string
	Open              bool
}

var greyView = console.Define[greyPage]("estate", "grey")

var greyDones = map[string]string{"on": "已置灰：公众打开或刷新任何页面，看到的都是灰色。", "waiting": "已安排，到时自动置灰，到期自动恢复。", "over": "已恢复彩色。"}

// greyLines is how many orders the screen shows; the audit log has all.
const greyLines = 20

// clock is how a form writes a moment of Beijing's time.
const clock = "2006-01-02T15:04"

func (e *Estate) showGrey(c *fiber.Ctx) error { return e.greyScreen(c, nil) }

func (e *Estate) greyScreen(c *fiber.Ctx, err error) error {
	ctx := c.UserContext()
	page := console.Page{Title: say(c, "哀悼模式")}
	p := greyPage{Site: typed(c, "site"), Done: greyDones[c.Query("done")], Document: typed(c, "document"), From: again(c, "from"), Until: again(c, "until")}
	if err != nil {
		var is bool
		if p.Wrong, page.Status, is = wrong(c, err); !is {
			return err
		}
	}
	if id, err := greyScope(c); err == nil && id != kernel.Platform {
		g, err := e.Sites.Get(ctx, id)
		if err != nil {
			return err
		}
		p.Name = g.Name
	} else if err != nil && p.Wrong.Say == "" {
		return err
	}
	all, err := e.Sites.Greyscales(ctx, greyLines)
	if err != nil {
		return err
	}
	words := map[site.GreyState][2]string{site.GreyWaiting: {"未到时间", ""}, site.GreyOn: {"已置灰", "warn"}, site.GreyOver: {"已恢复", "ok"}}
	for _, g := range all {
		l := greyLine{Greyscale: g, Word: words[g.State][0], Class: words[g.State][1], Open: g.State != site.GreyOver}
		if g.Site != kernel.Platform {
			of, err := e.Sites.Get(ctx, g.Site)
			if err != nil {
				return err
			}
			l.Name = of.Name
		}
		p.All = append(p.All, l)
	}
	return greyView.Show(e.Console, c, page, p)
}

// greyScope is the site that a form or an address names; none is every site.
func greyScope(c *fiber.Ctx) (kernel.SiteID, error) {
	text := typed(c, "site")
	if text == "" {
		return kernel.Platform, nil
	}
	id, ok := kernel.ParseID[kernel.SiteID](text)
	if !ok || id == kernel.Platform {
		return 0, fault.New(fault.NotFound, "没有这个网站。")
	}
	return id, nil
}

// again is a time that was typed; what is none has no place in such a field, and the sentence above repeats it.
func again(c *fiber.Ctx, name string) string {
	if t, err := moment(c, name, ""); err == nil && !t.IsZero() {
		return t.Format(clock)
	}
	return ""
}

// moment reads a field of Beijing's time; an empty one is the zero time.
func moment(c *fiber.Ctx, name, title string) (time.Time, error) {
	text := typed(c, name)
	if text == "" {
		return time.Time{}, nil
	}
	t, err := time.ParseInLocation(clock, text, kernel.Beijing)
	if err != nil {
		return t, fault.In(name, "%s“%s”请写成“2026-12-13T10:00”这样的北京时间。", title, text)
	}
	return t, nil
}

func (e *Estate) grey(c *fiber.Ctx) error {
	g := site.Greyscale{Document: typed(c, "document")}
	var err error
	if g.Site, err = greyScope(c); err != nil {
		return err
	}
	if g.From, err = moment(c, "from", "置灰的时间"); err == nil {
		g.Until, err = moment(c, "until", "恢复的时间")
	}
	if err == nil {
		g, err = e.Mourn(c.UserContext(), g)
	}
	if err != nil {
		return e.greyScreen(c, err)
	}
	return see(c, "/estate/grey?done="+string(g.State))
}

func (e *Estate) endGrey(c *fiber.Ctx) error {
	id, err := greyScope(c)
	if err != nil {
		return err
	}
	no, ok := kernel.ParseID[kernel.SiteID](typed(c, "id"))
	if !ok {
		return fault.New(fault.NotFound, "没有这次置灰。")
	}
	if err := e.Sites.EndGrey(c.UserContext(), id, int64(no)); err != nil {
		return e.greyScreen(c, err)
	}
	return see(c, "/estate/grey?done=over")
}

// Mourn enters a Greyscale with the jobs that begin and end it.
func (e *Estate) Mourn(ctx context.Context, g site.Greyscale) (site.Greyscale, error) {
	err := e.DB.InTx(ctx, func(ctx context.Context) error {
		made, err := e.Sites.Mourn(ctx, g)
		if err != nil {
			return err
		}
		g = made
		if g.State == site.GreyWaiting {
			if err := e.turnAt(ctx, g, g.From); err != nil {
				return err
			}
		}
		return e.turnAt(ctx, g, g.Until)
	})
	return g, err
}
