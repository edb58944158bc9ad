package numbering

import (
	"errors"
	"strings"

	"github.com/gofiber/fiber/v2"
	"github.com/zhanqun/zhanqun/kernel"
	"github.com/zhanqun/zhanqun/kernel/fault"
	"github.com/zhanqun/zhanqun/platform/console"
	"github.com/zhanqun/zhanqun/platform/web"
)

// Routes adds the screen.
func (n *Numbering) Routes(r *web.Router) {
	r.Action(web.ActionRoute{Room: room, Method: fiber.MethodGet, Path: path, Action: sets, Tenancy: "site", Cache: "no-store", Do: n.show})
	r.Action(web.ActionRoute{Room: room, Method: fiber.MethodPost, Path: path, Action: sets, Tenancy: "site", Cache: "no-store", Do: n.save})
}

// rulePage is a site's rule, what it writes, and how far each row of numbers has come.
type rulePage struct {
	Action, Usual string
	Rule          Rule
	Example       string
	Rows          []Row
	Done          bool
	Wrong, Field  string
}

var ruleView = console.Define[rulePage]("numbering", "rule")

// rowsShown is how many rows of numbers the screen lists.
const rowsShown = 50

func (n *Numbering) show(c *fiber.Ctx) error {
	id, _ := kernel.ParseID[kernel.SiteID](c.Params("site")) // the guard has read it
	r, err := n.Rule(c.UserContext(), id)
	if err != nil {
		return err
	}
	if r.Version == 0 {
		s, err := n.Sites.Get(c.UserContext(), id)
		if err != nil {
			return err
		}
		r = Rule{Pattern: usual, First: 1, Region: s.Marks.Code[:min(len(s.Marks.Code), regionFigures)]}
	}
	p := rulePage{Rule: r, Done: c.Query("done") != ""}
	if p.Example, err = n.Sample(r); fault.Is(err, fault.Invalid) { // a new rule lacks its codes
		err = nil
	}
	if err != nil {
		return err
	}
	return n.screen(c, id, p, fiber.StatusOK)
}

// regionFigures is how many figures of a site's code name its region (国办发〔2017〕47号 附件3).
const regionFigures = 6

func (n *Numbering) screen(c *fiber.Ctx, id kernel.SiteID, p rulePage, status int) (err error) {
	p.Action, p.Usual = strings.Clone(c.Path()), usual
	if p.Rows, err = n.Rows(c.UserContext(), id, rowsShown); err != nil {
		return err
	}
	return ruleView.Show(n.Console, c, console.Page{Title: console.Say(console.Language(c), "索引号规则"), Site: id, Status: status}, p)
}

// save takes the rule as it was typed, or shows what it would write.
func (n *Numbering) save(c *fiber.Ctx) error {
	id, _ := kernel.ParseID[kernel.SiteID](c.Params("site"))
	value := func(name string) string { return strings.Clone(c.FormValue(name)) }
	seen, _ := kernel.ParseID[int64](c.FormValue("version")) // without one, there was no rule
	first, _ := kernel.ParseID[int64](strings.TrimSpace(c.FormValue("first")))
	p := rulePage{Rule: Rule{Pattern: value("pattern"), Region: value("region"), Organ: value("organ"), Subjects: value("subjects"), First: first, Version: seen}}
	var err error
	p.Example, err = n.Sample(p.Rule)
	if err == nil && value("do") != "preview" {
		err = n.Save(c.UserContext(), id, p.Rule)
		if err == nil {
			return c.Redirect(c.Path()+"?done=1", fiber.StatusSeeOther)
		}
	}
	switch fault.KindOf(err) {
	case fault.Invalid:
		p.Wrong, p.Field = console.Told(c, err), fieldOf(err)
		return n.screen(c, id, p, fiber.StatusUnprocessableEntity)
	case fault.Conflict:
		p.Wrong = console.Told(c, err)
		return n.screen(c, id, p, fiber.StatusConflict)
	}
	if err != nil {
		return err
	}
	return n.screen(c, id, p, fiber.StatusOK)
}

// fieldOf is which field an error is about.
func fieldOf(err error) string {
	var f *fault.Fault
	if !errors.As(err, &f) {
		return ""
	}
	return f.Field
}
