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

// openingPage is the form of an opening: an application on one page, or one of the five steps.
type openingPage struct {
	Step      int    // 0: an application
	Action    string // address it is posted to
	Fields    Form
	Kinds     []option
	Templates []option
	Wrong     trouble
	Fix       string // the step where that is put right, or ""

	Units []option // of an application
	Done  bool
	Mine  []application

	Steps                            []stepLink // of the five steps
	Owner                            string
	Seen                             bool // what follows is what the site would be
	SiteName, SiteKind, Sponsor, URL string
	TemplateTitle                    string
	ColumnsInAll                     int // in all
	Columns                          []string
	Ready                            bool
	Advice                           []string
}

type stepLink struct {
	No         int
	Name, Href string
	Here       bool
}

// application is one that the person has made.
type application struct {
	Name, State, Class, Because, By string
	Href                            string // "" when the person may see it no longer
	Again                           string // where a refused one is put right
	At                              time.Time
}

var openingView = console.Define[openingPage]("estate", "opening")

// showApply shows an empty form, or a refused application of the person's own to be put right.
func (e *Estate) showApply(c *fiber.Ctx) error {
	f, err := e.ownForm(c.UserContext())
	if err != nil {
		return err
	}
	if id, ok := kernel.ParseID[kernel.SiteID](c.Query("again")); ok {
		if f, err = e.again(c.UserContext(), id); err != nil {
			return err
		}
	}
	return e.application(c, f, nil)
}

// ownForm is a form in which whoever asks is the content lead; they may name somebody else.
func (e *Estate) ownForm(ctx context.Context) (Form, error) {
	a, err := e.Accounts.Get(ctx, kernel.ActorFrom(ctx).Account)
	return Form{Lead: a.Name, LeadLogin: a.Login}, err
}

// again is an own application as a form.
func (e *Estate) again(ctx context.Context, id kernel.SiteID) (f Form, err error) {
	o, ok, err := e.opening(ctx, id)
	if err != nil {
		return f, err
	}
	if !ok || o.AppliedBy != kernel.ActorFrom(ctx).Account {
		return f, fault.New(fault.NotFound, "您没有提过这项申请。")
	}
	g, err := e.Sites.Get(ctx, id)
	if err != nil {
		return f, err
	}
	owner, err := e.Orgs.Get(ctx, g.Org)
	return Form{Org: owner.Code, Code: g.Marks.Code, Sponsor: g.Marks.Sponsor, Operator: g.Marks.Operator, Phone: g.Marks.Phone, Address: g.Marks.Address,
		ICP: g.Marks.ICP, Police: g.Marks.Police, Kind: string(g.Kind), Where: g.Slug, Approval: g.Approval, Template: g.Template, Name: g.Name,
		Why: o.Why, Document: o.Document, Lead: o.Lead.Name, LeadLogin: o.Lead.Login, Leader: o.Leader.Name, LeaderLogin: o.Leader.Login}, err
}

func (e *Estate) application(c *fiber.Ctx, f Form, err error) error {
	ctx := c.UserContext()
	page := console.Page{Title: say(c, "申请开办网站")}
	p := openingPage{Action: "/estate/apply", Fields: f, Kinds: kindOptions(f.Kind), Templates: e.templateOptions(f.Template), Done: c.Query("done") == "applied"}
	if err != nil {
		var is bool
		if p.Wrong, page.Status, is = wrong(c, err); !is {
			return err
		}
	}
	units, err := e.seeks(ctx)
	if err != nil {
		return err
	}
	for _, o := range units {
		p.Units = append(p.Units, option{o.Code, o.Official(), o.Code == f.Org || len(units) == 1})
	}
	if p.Mine, err = e.mine(ctx); err != nil {
		return err
	}
	return openingView.Show(e.Console, c, page, p)
}

// mine are the applications the person has made.
func (e *Estate) mine(ctx context.Context) (all []application, err error) {
	made, err := e.appliedBy(ctx, kernel.ActorFrom(ctx).Account)
	if err != nil {
		return nil, err
	}
	for _, o := range made {
		g, err := e.Sites.Get(ctx, o.Site)
		if err != nil {
			return nil, err
		}
		a := application{Name: g.Name, State: g.State.Title(), Class: lookOf(g.State).class, Because: o.Because, By: o.DecidedName, At: o.AppliedAt}
		if g.State == site.Refused {
			a.Again = "/estate/apply?again=" + g.ID.String()
		} else {
			a.Href = address(g.ID, "")
		}
		all = append(all, a)
	}
	return all, nil
}

// apply takes an application for a unit that the person speaks for.
func (e *Estate) apply(c *fiber.Ctx) error {
	ctx := c.UserContext()
	var f Form
	for step := 1; step <= 4; step++ {
		f.read(step, func(name string) string { return typed(c, name) })
	}
	f.Evidence = "" // how a host was proven is the operator's to say
	units, err := e.seeks(ctx)
	if err != nil {
		return err
	}
	if len(units) == 0 {
		return e.application(c, f, fault.In("org", "只有单位的内容主管或分管领导才能申请开办网站，请由他们提出。"))
	}
	ours := false
	for _, o := range units {
		ours = ours || o.Code == f.Org
	}
	if !ours {
		return e.application(c, f, fault.In("org", "请选择您任内容主管或分管领导的单位。"))
	}
	if _, err := e.Apply(ctx, f); err != nil {
		return e.application(c, f, err)
	}
	return see(c, "/estate/apply?done=applied")
}

func kindOptions(chosen string) (all []option) {
	for _, k := range kindNames {
		all = append(all, option{string(k.kind), k.name, string(k.kind) == chosen})
	}
	return all
}

// templateOptions are the templates there are.
func (e *Estate) templateOptions(chosen string) (all []option) {
	for _, t := range e.Sites.Templates() {
		all = append(all, option{t.Name, t.Title, t.Name == chosen})
	}
	return all
}
