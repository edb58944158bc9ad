package clocks

import (
	"errors"
	"strings"

	"github.com/gofiber/fiber/v2"
	"github.com/zhanqun/zhanqun/kernel"
	"github.com/zhanqun/zhanqun/kernel/fault"
	"github.com/zhanqun/zhanqun/platform/console"
	"github.com/zhanqun/zhanqun/platform/web"
	"github.com/zhanqun/zhanqun/policies"
)

const room = "platform/clocks"

// Routes adds the screens and the acts.
func (c *Clocks) Routes(r *web.Router) {
	for _, a := range []struct {
		method, path string
		action       policies.Action
		do           fiber.Handler
	}{
		{fiber.MethodGet, "/board", "clock.read", c.showAll},
		{fiber.MethodGet, "/board/export", "clock.read", c.exportAll},
		{fiber.MethodGet, "/calendar", "clock.read", c.showCalendar},
		{fiber.MethodPost, "/calendar", "calendar.load", c.loadCalendar},
		{fiber.MethodGet, "/sites/:site/board", "clock.read", c.showBelow},
		{fiber.MethodGet, "/sites/:site/board/export", "clock.read", c.exportBelow},
		{fiber.MethodPost, "/sites/:site/remind", "task.issue", c.remind},
		{fiber.MethodGet, "/sites/:site/clocks", "clock.read", c.showClocks},
		{fiber.MethodGet, "/sites/:site/clocks/:id", "clock.read", c.showClock},
		{fiber.MethodPost, "/sites/:site/clocks/:id", "clockrule.set", c.changeClock}, // whoever sets the rules decides about a case
	} {
		tenancy := "platform"
		if strings.Contains(a.path, ":site") {
			tenancy = "site"
		}
		r.Action(web.ActionRoute{Room: room, Method: a.method, Path: a.path, Action: a.action, Tenancy: tenancy, Cache: "no-store", Do: a.do})
	}
}

// at is the site of the path, which the guard has read.
func at(c *fiber.Ctx) kernel.SiteID {
	id, _ := kernel.ParseID[kernel.SiteID](c.Params("site"))
	return id
}

func say(c *fiber.Ctx, zh string) string { return console.Say(console.Language(c), zh) }

// trouble is what is wrong with a form, for its heading and beside its fields.
type trouble struct{ Say, Field string }

// At is the sentence for a field, or "".
func (t trouble) At(field string) string {
	if t.Field != field {
		return ""
	}
	return t.Say
}

// wrong is what a form says of an error; is is false for an error that is not the person's.
func wrong(err error) (t trouble, is bool) {
	var f *fault.Fault
	if !errors.As(err, &f) || f.Kind != fault.Invalid {
		return t, false
	}
	return trouble{f.Say, f.Field}, true
}
