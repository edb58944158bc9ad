package estate

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

const room = "platform/estate"

// Routes adds the screens and the acts.
func (e *Estate) Routes(r *web.Router) {
	for _, a := range []struct {
		method, path string
		action       policies.Action
		do           fiber.Handler
	}{
		{fiber.MethodGet, "/estate", "monitor.read", e.showWall},
		{fiber.MethodGet, "/estate/import", "site.provision", e.showImport},
		{fiber.MethodPost, "/estate/import", "site.provision", e.imports},
		{fiber.MethodGet, "/estate/new", "site.provision", e.showPick},
		{fiber.MethodPost, "/estate/new", "site.provision", e.begin},
		{fiber.MethodGet, "/estate/new/:id", "site.provision", e.showStep},
		{fiber.MethodPost, "/estate/new/:id", "site.provision", e.saveStep},
		{fiber.MethodPost, "/estate/new/:id/drop", "site.provision", e.drop},
		{fiber.MethodGet, "/sites/:site/estate/next", "site.provision", e.showNext},
		{fiber.MethodGet, "/sites/:site/below", "site.approve", e.showBelow},
		{fiber.MethodGet, "/sites/:site/estate", "monitor.read", e.showSheet},
		{fiber.MethodPost, "/sites/:site/estate/decide", "site.approve", e.decide},
		{fiber.MethodPost, "/sites/:site/estate/open", "site.provision", e.provision},
		{fiber.MethodPost, "/sites/:site/estate/launch", "site.provision", e.launch},
		{fiber.MethodPost, "/sites/:site/estate/invite", "user.create", e.invite},
		{fiber.MethodPost, "/sites/:site/estate/suspend", "site.suspend.execute", e.suspend},
		{fiber.MethodPost, "/sites/:site/estate/resume", "site.suspend.execute", e.resume},
		{fiber.MethodPost, "/sites/:site/estate/close", "site.archive", e.close},
		{fiber.MethodPost, "/sites/:site/estate/domains", "domain.bind", e.domains},
		{fiber.MethodPost, "/sites/:site/estate/quota", "storage.quota", e.quota},
		{fiber.MethodGet, "/estate/grey", "cluster.greyscale", e.showGrey},
		{fiber.MethodPost, "/estate/grey", "cluster.greyscale", e.grey},
		{fiber.MethodPost, "/estate/grey/end", "cluster.greyscale", e.endGrey},
		{fiber.MethodGet, "/estate/outside", "cluster.greyscale", e.showOutside},
		{fiber.MethodPost, "/estate/outside", "cluster.greyscale", e.saveOutside},
		{fiber.MethodGet, "/estate/tv", "monitor.read", e.showTV},
		{fiber.MethodGet, "/sites/:site/below/tv", "site.approve", e.showTVBelow},
		{fiber.MethodGet, "/sites/:site/recheck", "monitor.read", e.showRecheck},
		{fiber.MethodPost, "/sites/:site/recheck", "site.apply", e.confirm},
		{fiber.MethodPost, "/sites/:site/recheck/decide", "site.requalify", e.decideRecheck},
	} {
		tenancy := "platform"
		if strings.Contains(a.path, ":site") {
			tenancy = "site"
		}
		route := web.ActionRoute{Room: room, Method: a.method, Path: a.path, Action: a.action, Tenancy: tenancy, Cache: "no-store", Do: a.do}
		if a.method == fiber.MethodPost && a.path == "/estate/import" {
			route.MaxBody = sheetMost + 64<<10 // the form around it
		}
		r.Action(route)
	}
	for method, do := range map[string]fiber.Handler{fiber.MethodGet: e.showApply, fiber.MethodPost: e.apply} {
		r.Door(web.DoorRoute{Room: room, Method: method, Path: "/estate/apply", SignedIn: true, Do: do})
	}
}

// at is the site of the path, which the guard has read.
func at(c *fiber.Ctx) kernel.SiteID {
	id, _ := kernel.ParseID[kernel.SiteID](c.Params("site"))
	return id
}

// address is a site's sheet; done names a sentence of the next screen.
func address(id kernel.SiteID, done string) string {
	to := "/sites/" + id.String() + "/estate"
	if done != "" {
		to += "?done=" + done
	}
	return to
}

func see(c *fiber.Ctx, to string) error { return c.Redirect(to, fiber.StatusSeeOther) }

// typed is a field of a form, kept beyond the request, with the line ends of this system.
func typed(c *fiber.Ctx, name string) string {
	return strings.TrimSpace(strings.ReplaceAll(strings.Clone(c.FormValue(name)), "\r\n", "\n"))
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

// statuses of the faults that are the person's to put right on the same screen.
var statuses = map[fault.Kind]int{fault.Invalid: 422, fault.Conflict: 409, fault.TooLarge: 413, fault.Forbidden: 403}

// wrong is what a form says of an error and the status of its answer; is is false for an error that is not the person's.
func wrong(c *fiber.Ctx, err error) (t trouble, status int, is bool) {
	var f *fault.Fault
	if !errors.As(err, &f) || statuses[f.Kind] == 0 {
		return t, 0, false
	}
	return trouble{console.Told(c, err), fieldOf(err)}, statuses[f.Kind], true
}

func action(name string) policies.Action { return policies.Action(name) }

func notNumber(field string) error {
	return fault.In(field, "配额请填写整数，留空则按模板。")
}
