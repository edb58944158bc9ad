package disclosure

import (
	"errors"
	"strings"

	"github.com/gofiber/fiber/v2"
	"github.com/zhanqun/zhanqun/kernel"
	"github.com/zhanqun/zhanqun/kernel/fault"
	"github.com/zhanqun/zhanqun/platform/console"
	"github.com/zhanqun/zhanqun/platform/render"
	"github.com/zhanqun/zhanqun/platform/web"
)

// Routes adds the public page and the screen.
func (d *Disclosure) Routes(r *web.Router) {
	r.Page(web.PageRoute{Room: room, Path: render.DisclosurePath, Do: d.page})
	r.Action(web.ActionRoute{Room: room, Method: fiber.MethodGet, Path: path, Action: sets, Tenancy: "site", Cache: "no-store", Do: d.show})
	r.Action(web.ActionRoute{Room: room, Method: fiber.MethodPost, Path: path, Action: sets, Tenancy: "site", Cache: "no-store", Do: d.save})
}

// officePage is where requests are received, as it is written down.
type officePage struct {
	Action       string
	Office       Office
	Done         bool
	Wrong, Field string
}

var officeView = console.Define[officePage]("disclosure", "office")

func (d *Disclosure) show(c *fiber.Ctx) error {
	id, _ := kernel.ParseID[kernel.SiteID](c.Params("site")) // the guard has read it
	o, err := d.Office(c.UserContext(), id)
	if err != nil {
		return err
	}
	return d.screen(c, id, officePage{Office: o, Done: c.Query("done") != ""}, fiber.StatusOK)
}

func (d *Disclosure) screen(c *fiber.Ctx, id kernel.SiteID, p officePage, status int) error {
	p.Action = strings.Clone(c.Path())
	return officeView.Show(d.Console, c, console.Page{Title: console.Say(console.Language(c), "依申请公开受理信息"), Site: id, Status: status}, p)
}

// save takes what was typed; what is wrong with it is said above it.
func (d *Disclosure) save(c *fiber.Ctx) error {
	id, _ := kernel.ParseID[kernel.SiteID](c.Params("site"))
	seen, _ := kernel.ParseID[int64](c.FormValue("version")) // without one, nothing was written down
	o := Office{Version: seen}
	for _, f := range o.fields() {
		*f.text = strings.Clone(c.FormValue(f.name))
	}
	err := d.Save(c.UserContext(), id, o)
	switch fault.KindOf(err) {
	case fault.Invalid:
		return d.screen(c, id, officePage{Office: o, Wrong: console.Told(c, err), Field: fieldOf(err)}, fiber.StatusUnprocessableEntity)
	case fault.Conflict:
		return d.screen(c, id, officePage{Office: o, Wrong: console.Told(c, err)}, fiber.StatusConflict)
	}
	if err != nil {
		return err
	}
	return c.Redirect(c.Path()+"?done=1", fiber.StatusSeeOther)
}

// fieldOf is which field an error is about.
func fieldOf(err error) string {
	var f *fault.Fault
	if !errors.As(err, &f) {
		return ""
	}
	return f.Field
}
