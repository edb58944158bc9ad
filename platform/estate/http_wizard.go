package estate

import (
	"context"
	"strconv"
	"strings"
	"time"

	"github.com/gofiber/fiber/v2"
	"github.com/zhanqun/zhanqun/kernel"
	"github.com/zhanqun/zhanqun/kernel/fault"
	"github.com/zhanqun/zhanqun/platform/console"
	"github.com/zhanqun/zhanqun/platform/site"
)

// pickPage is where an opening begins: for which unit, or which one goes on.
type pickPage struct {
	Text   string
	Units  []Unit
	Asked  bool
	Drafts []begun
	Wrong  trouble
}

type begun struct {
	Name, Href, Drop string
	Step             int
	At               time.Time
}

var pickView = console.Define[pickPage]("estate", "pick")

func (e *Estate) showPick(c *fiber.Ctx) error { return e.pick(c, nil) }

func (e *Estate) pick(c *fiber.Ctx, err error) error {
	ctx := c.UserContext()
	page := console.Page{Title: say(c, "开通网站")}
	p := pickPage{Text: strings.TrimSpace(strings.Clone(c.Query("q"))), Asked: c.Query("q") != ""}
	if err != nil {
		var is bool
		if p.Wrong, page.Status, is = wrong(c, err); !is {
			return err
		}
	}
	if p.Units, err = e.Units(ctx, p.Text); err != nil {
		return err
	}
	mine, err := e.drafts(ctx, kernel.ActorFrom(ctx).Account)
	if err != nil {
		return err
	}
	for _, d := range mine {
		name := d.Form.Name
		if owner, err := e.Orgs.ByCode(ctx, d.Form.Org); err == nil && name == "" {
			name = owner.Official()
		}
		p.Drafts = append(p.Drafts, begun{name, stepAt(d.ID, d.Step), draftAt(d.ID) + "/drop", d.Step, d.UpdatedAt})
	}
	return pickView.Show(e.Console, c, page, p)
}

func draftAt(id int64) string          { return "/estate/new/" + strconv.FormatInt(id, 10) }
func stepAt(id int64, step int) string { return draftAt(id) + "?step=" + strconv.Itoa(step) }

func (e *Estate) begin(c *fiber.Ctx) error {
	d, err := e.Begin(c.UserContext(), typed(c, "org"))
	if err != nil {
		return e.pick(c, err)
	}
	return see(c, stepAt(d.ID, d.Step))
}

// found is the draft of the path, which is the person's own.
func (e *Estate) found(c *fiber.Ctx) (Draft, error) {
	id, _ := kernel.ParseID[int64](c.Params("id")) // 0 is nobody's
	return e.own(c.UserContext(), id)
}

func (e *Estate) showStep(c *fiber.Ctx) error {
	d, err := e.found(c)
	if err != nil {
		return err
	}
	if d.Opened != 0 {
		return see(c, address(d.Opened, "")+"/next")
	}
	if step, err := strconv.Atoi(c.Query("step")); err == nil && step >= 1 && step <= lastStep {
		d.Step = step
	}
	return e.step(c, d, nil)
}

// step shows one of the five steps; err, if any, says what is wrong with it or with one before.
func (e *Estate) step(c *fiber.Ctx, d Draft, wrongWith error) error {
	ctx := c.UserContext()
	page := console.Page{Title: say(c, "开通网站")}
	p := openingPage{Step: d.Step, Action: draftAt(d.ID), Fields: d.Form, Kinds: kindOptions(d.Form.Kind), Templates: e.templateOptions(d.Form.Template)}
	if wrongWith != nil {
		var is bool
		if p.Wrong, page.Status, is = wrong(c, wrongWith); !is {
			return wrongWith
		}
	}
	seen, err := e.check(ctx, d.Form, d.Step)
	if _, _, is := wrong(c, err); err != nil && !is {
		return err
	}
	if wrongWith == nil && d.Step == lastStep && err != nil { // the last step shows what is missing before it is asked for
		p.Wrong, _, _ = wrong(c, err)
		p.Fix = stepAt(d.ID, StepOf(err))
	}
	if err := e.foresee(ctx, &p, d.Form, seen); err != nil {
		return err
	}
	return openingView.Show(e.Console, c, page, p)
}

// foresee fills what the site would be.
func (e *Estate) foresee(ctx context.Context, p *openingPage, f Form, seen site.Foreseen) error {
	owner, err := e.Orgs.ByCode(ctx, f.Org)
	if err != nil {
		return err
	}
	p.Owner = owner.Official()
	for i, name := range stepNames {
		p.Steps = append(p.Steps, stepLink{i + 1, name, p.Action + "?step=" + strconv.Itoa(i+1), i+1 == p.Step})
	}
	if seen.Site.Name == "" {
		return nil
	}
	p.Seen, p.URL, p.Ready, p.Advice = true, seen.URL, seen.Verified, seen.Advice
	p.SiteName, p.SiteKind, p.Sponsor = seen.Site.Name, kindName(seen.Site.Kind), seen.Site.Marks.Sponsor
	t, err := e.Sites.Template(seen.Site.Template)
	if err != nil {
		return err
	}
	t = t.For(owner.Kind, owner.ShortName)
	p.TemplateTitle, p.ColumnsInAll = t.Title, len(t.Columns)
	for _, k := range t.Columns {
		if k.Parent == 0 {
			p.Columns = append(p.Columns, k.Name)
		}
	}
	return nil
}

// stepNames are the five steps.
var stepNames = []string{"单位和标识", "域名或地址", "类型和模板", "谁来负责", "核对并创建"}

// saveStep keeps what was typed, and goes on when the steps so far are right.
func (e *Estate) saveStep(c *fiber.Ctx) error {
	d, err := e.found(c)
	if err != nil {
		return err
	}
	if d.Opened != 0 {
		return see(c, address(d.Opened, "")+"/next")
	}
	step, err := strconv.Atoi(c.FormValue("step"))
	if err != nil || step < 1 || step > lastStep {
		return fault.New(fault.Invalid, "没有这一步，请从开通网站重新进入。")
	}
	unit := d.Form.Org
	d.Form.read(step, func(name string) string { return typed(c, name) })
	d.Form.Org, d.Step = unit, step // the unit was chosen before
	return e.goOn(c, d, c.FormValue("do"))
}

func (e *Estate) goOn(c *fiber.Ctx, d Draft, do string) error {
	ctx, step := c.UserContext(), d.Step
	var trouble error
	switch do {
	case "back":
		d.Step = max(step-1, 1)
	case "next", "open":
		if _, trouble = e.check(ctx, d.Form, step); trouble == nil && step < lastStep {
			d.Step = step + 1
		}
	}
	if err := e.Keep(ctx, d); err != nil {
		return err
	}
	switch {
	case trouble != nil:
		d.Step = min(step, StepOf(trouble))
		return e.step(c, d, trouble)
	case do == "open":
		return e.finish(c, d)
	case do == "keep":
		return see(c, "/estate/new")
	}
	return see(c, stepAt(d.ID, d.Step))
}

func (e *Estate) finish(c *fiber.Ctx, d Draft) error {
	id, err := e.Finish(c.UserContext(), d)
	if err != nil {
		d.Step = StepOf(err)
		return e.step(c, d, err)
	}
	return see(c, address(id, "")+"/next")
}

func (e *Estate) drop(c *fiber.Ctx) error {
	d, err := e.found(c)
	if err == nil {
		err = e.DB.InTx(c.UserContext(), func(ctx context.Context) error { return e.dropDraft(ctx, d) })
	}
	if err != nil {
		return err
	}
	return see(c, "/estate/new")
}

// nextPage says what comes after an opening.
type nextPage struct {
	Name, State, URL, Sheet string
	Ready, Trial, Recorded  bool
}

var nextView = console.Define[nextPage]("estate", "next")

func (e *Estate) showNext(c *fiber.Ctx) error {
	ctx, id := c.UserContext(), at(c)
	g, err := e.Sites.Get(ctx, id)
	if err != nil {
		return err
	}
	var s sheetPage
	if err := e.addresses(ctx, &s, g); err != nil {
		return err
	}
	p := nextPage{Name: g.Name, State: g.State.Title(), URL: s.URL, Ready: s.Ready, Trial: g.State == site.Trial, Sheet: address(id, "")}
	if _, p.Recorded, err = e.opening(ctx, id); err != nil {
		return err
	}
	return nextView.Show(e.Console, c, console.Page{Title: say(c, "下一步"), Site: id}, p)
}
