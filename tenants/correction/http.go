package correction

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/gofiber/fiber/v2"
	"github.com/zhanqun/zhanqun/kernel"
	"github.com/zhanqun/zhanqun/kernel/fault"
	"github.com/zhanqun/zhanqun/platform/pages"
	"github.com/zhanqun/zhanqun/platform/render"
	"github.com/zhanqun/zhanqun/platform/web"
	"github.com/zhanqun/zhanqun/policies"
)

const (
	formMost  = 16 << 10 // 600 characters as browsers spell them, and the rest of the form
	typedMost = 3000     // an address of a page as it is spelled in a query
)

// Routes adds the public pages, the form that citizens send, and the screens.
func (c *Corrections) Routes(r *web.Router) {
	r.Page(web.PageRoute{Room: room, Path: render.ReportPath, Query: []string{"code", "page"}, Typed: typedMost, Do: c.showForm})
	r.Page(web.PageRoute{Room: room, Path: render.ReportPath + "/:code", Query: []string{"new"}, Typed: 1, Do: c.showAnswer})
	r.Form(web.FormRoute{Room: room, Path: render.ReportPath, Action: "error.report", MaxBody: formMost, Do: c.send})
	for _, a := range []struct {
		method, path string
		do           fiber.Handler
	}{
		{fiber.MethodGet, "/sites/:site/corrections", c.showList},
		{fiber.MethodGet, "/sites/:site/corrections/:id", c.showSheet},
		{fiber.MethodPost, "/sites/:site/corrections/:id", c.act},
	} {
		r.Action(web.ActionRoute{Room: room, Method: a.method, Path: a.path, Action: Answers()[0], Or: append([]policies.Action{}, Answers()[1:]...), Tenancy: "site", Cache: "no-store", Do: a.do})
	}
}

// FormPage is the form, with what was typed and what is wrong with it.
type FormPage struct {
	Action, Token string
	Draft         Draft
	Address       string // of the page, in full, for people to read
	Kinds         []choice
	Wrong         trouble
	Code          string // that was asked for in vain
	Days          int
}

type choice struct {
	Kind, Says string
	On         bool
}

// trouble is what is wrong with a form, for its heading and beside its field.
type trouble struct{ Say, Field string }

// At is the sentence for a field, or "".
func (t trouble) At(field string) string {
	if t.Field != field {
		return ""
	}
	return t.Say
}

// wrong is what a form says of an error; is is false for an error that is not the person's to put right.
func wrong(err error) (t trouble, is bool) {
	var f *fault.Fault
	if !errors.As(err, &f) || f.Kind != fault.Invalid && f.Kind != fault.Conflict {
		return t, false
	}
	return trouble{fault.Say(err), f.Field}, true
}

// AnswerPage is what became of a report, for whoever has its code.
type AnswerPage struct {
	Code, Kind, State, Answer string
	ReceivedAt, AnsweredAt    time.Time
	Waits, New                bool
	Days                      int
	Again                     string // where the form is
}

// shell is what stands around a page of this room; nobody finds it by a search engine.
func (c *Corrections) shell(ctx context.Context, s *render.Site, title string) (render.Shell, error) {
	nav, err := c.Nav.Nav(ctx, s)
	return render.Shell{Site: s, Nav: nav, Now: c.Now(), Crumbs: []render.Link{{Text: "网页纠错", Href: s.Path(render.ReportPath)}}, Head: render.Head{Title: []string{title}, NoIndex: true}}, err
}

// showForm answers GET /-/report: the form for the page that it was opened from, or the answer that a typed code leads to.
func (c *Corrections) showForm(ctx context.Context, r *web.Request) (*pages.Page, error) {
	typed := r.Query["code"]
	if code := tidyCode(typed); code != "" {
		return web.MovedPermanently(render.ReportPath + "/" + code), nil
	}
	p := FormPage{Draft: Draft{Page: r.Query["page"]}}
	if typed != "" {
		p.Code, p.Wrong = typed, trouble{"没有这个查询码。它是 10 个字母和数字，请核对。", "code"}
	}
	return c.form(ctx, r.Site, p, fiber.StatusOK)
}

func (c *Corrections) form(ctx context.Context, s *render.Site, p FormPage, status int) (*pages.Page, error) {
	if d, err := (Draft{Kind: Other, Words: "无关紧要", Page: p.Draft.Page}).check(); err == nil {
		p.Draft.Page = d.Page // an address that is none is not shown
	}
	if p.Draft.Page != "" {
		p.Address = s.URL(p.Draft.Page)
	}
	p.Action, p.Token, p.Days = s.Path(render.ReportPath), c.secrets.token(s.ID, c.Now()), c.Clocks.Days()
	for _, k := range kinds {
		p.Kinds = append(p.Kinds, choice{k.Kind, k.Says, k.Kind == p.Draft.Kind})
	}
	shell, err := c.shell(ctx, s, "网页纠错")
	if err != nil {
		return nil, err
	}
	body, err := formView.HTML(c.Render, shell, p)
	if err != nil {
		return nil, fmt.Errorf("render the form of reports of site %d: %w", s.ID, err)
	}
	page := web.HTML(body)
	page.Status = status
	return page, nil
}

// send takes the form. Whatever is wrong is said above what was typed.
func (c *Corrections) send(ctx context.Context, f *web.Form) (*pages.Page, error) {
	d := Draft{Kind: f.Values["kind"], Words: f.Values["words"], Contact: f.Values["contact"], Page: f.Values["page"]}
	code, err := c.admitted(ctx, f, d)
	if err != nil {
		t, is := wrong(err)
		if !is {
			return nil, err
		}
		return c.form(ctx, f.Site, FormPage{Draft: d, Wrong: t}, fiber.StatusUnprocessableEntity)
	}
	return &pages.Page{Location: render.ReportPath + "/" + code + "?new=1"}, nil
}

// admitted takes a report that a person sends, and not too many.
func (c *Corrections) admitted(ctx context.Context, f *web.Form, d Draft) (string, error) {
	now := c.Now()
	if !c.secrets.shown(f.Site.ID, f.Values["token"], now) {
		return "", fault.New(fault.Invalid, "这个页面打开得太久了，请再按一次“提交”。您写的内容还在下面。")
	}
	if f.Values["homepage"] != "" {
		return "", fault.New(fault.Invalid, "请把最后一栏“请留空”里的内容删掉再提交。")
	}
	if _, err := d.check(); err != nil {
		return "", err
	}
	if err := c.flood.admit(f.Site.ID, f.From, now); err != nil {
		return "", err
	}
	return c.Take(ctx, f.Site.ID, d)
}

// stateWords are the states as citizens read them.
var stateWords = map[string]string{Open: "办理中", Handed: "办理中", Fixed: "已改正", Declined: "未采纳"}

// showAnswer answers GET /-/report/<code>. It says nothing of the report's words and of its sender.
func (c *Corrections) showAnswer(ctx context.Context, r *web.Request) (*pages.Page, error) {
	s, code := r.Site, tidyCode(r.Params["code"])
	if code != "" && code != r.Params["code"] {
		return web.MovedPermanently(render.ReportPath + "/" + code), nil
	}
	report, err := c.byCode(ctx, s.ID, digest(code))
	if fault.Is(err, fault.NotFound) {
		return c.form(ctx, s, FormPage{Code: r.Params["code"], Wrong: trouble{"没有这个查询码。它是 10 个字母和数字，请核对。", "code"}}, fiber.StatusNotFound)
	}
	if err != nil {
		return nil, err
	}
	shell, err := c.shell(ctx, s, "网页纠错办理情况")
	if err != nil {
		return nil, err
	}
	body, err := answerView.HTML(c.Render, shell, AnswerPage{Code: code, Kind: Says(report.Kind), State: stateWords[report.State], Answer: report.Answer,
		ReceivedAt: report.ReceivedAt, AnsweredAt: report.AnsweredAt, Waits: report.Waits(), New: r.Query["new"] != "", Days: c.Clocks.Days(), Again: s.Path(render.ReportPath)})
	if err != nil {
		return nil, fmt.Errorf("render the answer to a report of site %d: %w", s.ID, err)
	}
	return web.HTML(body), nil
}

// at is the site of the path; the guard has read it.
func at(c *fiber.Ctx) kernel.SiteID {
	id, _ := kernel.ParseID[kernel.SiteID](c.Params("site"))
	return id
}
