package emergency

import (
	"context"
	"time"

	"github.com/gofiber/fiber/v2"
	"github.com/zhanqun/zhanqun/kernel"
	"github.com/zhanqun/zhanqun/kernel/fault"
	"github.com/zhanqun/zhanqun/platform/console"
	"github.com/zhanqun/zhanqun/platform/render"
)

// formPage is the form of a warning, with what was typed.
type formPage struct {
	Action, Back    string
	Version         int64
	Types, Levels   []choice
	Fields          map[string]string
	Spread          bool
	Carriers        []string      // the sites that would show it as well
	Preview         *render.Strip // as it will stand at the head of the pages
	Wrong           trouble
	From, UntilText string // what is none has no place in such a field; the sentence above repeats it
}

type choice struct {
	Value, Word string
	Chosen      bool
}

var formView = console.Define[formPage]("emergency", "form")

// clock is how a form writes a moment of Beijing's time.
const clock = "2006-01-02T15:04"

// texts are the fields that are typed as they stand.
var texts = []string{"type", "level", "title", "what", "advice", "area", "issuer", "link"}

func (e *Emergency) showNew(c *fiber.Ctx) error {
	g, err := e.Sites.Get(c.UserContext(), at(c))
	if err != nil {
		return err
	}
	issuer := g.Name
	if s := e.Sites.Public(g.ID); s != nil && s.Sponsor != "" {
		issuer = s.Sponsor
	}
	return e.form(c, formPage{Action: screen(at(c), 0, ""), Fields: map[string]string{"issuer": issuer}}, console.Page{Title: say(c, "新建预警")})
}

func (e *Emergency) showEdit(c *fiber.Ctx) error {
	k, err := e.found(c)
	if err != nil {
		return err
	}
	p := formPage{Action: screen(k.Site, k.ID, ""), Version: k.Version, Spread: k.Warning.Spread, From: local(k.From), UntilText: local(k.Until),
		Fields: map[string]string{"type": k.Type, "level": k.Level, "title": k.Title, "what": k.What, "advice": k.Advice, "area": k.Area, "issuer": k.Issuer, "link": k.Link}}
	strip := k.strip("")
	p.Preview = &strip
	return e.form(c, p, console.Page{Title: say(c, "修改预警")})
}

func local(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.In(kernel.Beijing).Format(clock)
}

// again is the form as it was typed.
func again(c *fiber.Ctx) formPage {
	p := formPage{Action: c.Path(), Version: number(c, "version"), Spread: c.FormValue("spread") == "1", Fields: map[string]string{}}
	for _, f := range texts {
		p.Fields[f] = typed(c, f)
	}
	for f, to := range map[string]*string{"from": &p.From, "until": &p.UntilText} {
		if t, err := moment(c, f, ""); err == nil {
			*to = local(t)
		}
	}
	return p
}

// form shows the form.
func (e *Emergency) form(c *fiber.Ctx, p formPage, page console.Page) error {
	id := at(c)
	page.Site, p.Back = id, screen(id, 0, "")
	for _, t := range Types {
		p.Types = append(p.Types, choice{t.Value, say(c, t.Word), p.Fields["type"] == t.Value})
	}
	for _, l := range Levels {
		p.Levels = append(p.Levels, choice{l.Value, say(c, l.Word), p.Fields["level"] == l.Value})
	}
	all, err := e.carriersOf(c.UserContext(), id)
	if err != nil {
		return err
	}
	for _, k := range all {
		name, err := e.called(c.UserContext(), k.Site)
		if err != nil {
			return err
		}
		p.Carriers = append(p.Carriers, name)
	}
	return formView.Show(e.Console, c, page, p)
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

// readForm is the warning that was typed.
func readForm(c *fiber.Ctx) (w Warning, err error) {
	w = Warning{Type: typed(c, "type"), Level: typed(c, "level"), Title: typed(c, "title"), What: typed(c, "what"), Advice: typed(c, "advice"),
		Area: typed(c, "area"), Issuer: typed(c, "issuer"), Link: typed(c, "link"), Spread: c.FormValue("spread") == "1"}
	if w.From, err = moment(c, "from", "开始的时间"); err == nil {
		w.Until, err = moment(c, "until", "结束的时间")
	}
	if err == nil {
		err = w.check()
	}
	return w, err
}

func (e *Emergency) create(c *fiber.Ctx) error {
	return e.keep(c, "新建预警", func(ctx context.Context, w Warning) (int64, error) { return e.Create(ctx, at(c), w) })
}

func (e *Emergency) save(c *fiber.Ctx) error {
	k, err := e.found(c)
	if err != nil {
		return err
	}
	return e.keep(c, "修改预警", func(ctx context.Context, w Warning) (int64, error) {
		return k.ID, e.Save(ctx, k.Site, k.ID, number(c, "version"), w)
	})
}

// keep saves what was typed, or shows it again: with what is wrong, or as it will stand.
func (e *Emergency) keep(c *fiber.Ctx, title string, save func(context.Context, Warning) (int64, error)) error {
	page := console.Page{Title: say(c, title)}
	w, err := readForm(c)
	if err == nil && c.FormValue("do") != "preview" {
		var id int64
		if id, err = save(c.UserContext(), w); err == nil {
			return see(c, screen(at(c), id, "saved"))
		}
	}
	p := again(c)
	if err != nil {
		var is bool
		if p.Wrong, page.Status, is = wrong(c, err); !is {
			return err
		}
		return e.form(c, p, page)
	}
	strip := w.strip("")
	p.Preview = &strip
	return e.form(c, p, page)
}
