package theme

import (
	"io"
	"strings"

	"github.com/gofiber/fiber/v2"
	"github.com/zhanqun/zhanqun/kernel"
	"github.com/zhanqun/zhanqun/kernel/fault"
	"github.com/zhanqun/zhanqun/platform/console"
	"github.com/zhanqun/zhanqun/platform/render"
	"github.com/zhanqun/zhanqun/platform/web"
	"github.com/zhanqun/zhanqun/policies"
)

// Routes adds the screens.
func (t *Themes) Routes(r *web.Router) {
	for _, a := range []struct {
		method, path, tenancy string
		action                policies.Action
		most                  int
		do                    fiber.Handler
	}{
		{fiber.MethodGet, "/themes", "platform", installs, 0, t.list},
		{fiber.MethodPost, "/themes", "platform", installs, render.PackMost + 64<<10, t.install}, // the form around it
		{fiber.MethodPost, "/themes/remove", "platform", installs, 0, t.take},
		{fiber.MethodGet, "/sites/:site/theme", "site", assigns, 0, t.choose},
		{fiber.MethodPost, "/sites/:site/theme", "site", assigns, 0, t.assign},
	} {
		r.Action(web.ActionRoute{Room: room, Method: a.method, Path: a.path, Action: a.action, Tenancy: a.tenancy, Cache: "no-store", MaxBody: a.most, Do: a.do})
	}
}

// listPage is the packages, and what was wrong with one that was sent.
type listPage struct {
	Installed []Installed
	Builtin   []render.Named
	Found     []told
	Wrong     string
	Done      string
}

// told is a problem in the reader's language.
type told struct{ File, Say string }

var listView = console.Define[listPage]("theme", "themes")

var dones = map[string]string{"installed": "主题已安装，各节点马上可以用。", "removed": "主题已移除。", "assigned": "主题已更换，网站的页面马上用新的样子。"}

func (t *Themes) list(c *fiber.Ctx) error {
	return t.screen(c, listPage{Done: dones[c.Query("done")]}, fiber.StatusOK)
}

func (t *Themes) screen(c *fiber.Ctx, p listPage, status int) (err error) {
	if p.Installed, err = t.Installed(c.UserContext()); err != nil {
		return err
	}
	for _, n := range t.Render.Themes() {
		if n.Builtin {
			p.Builtin = append(p.Builtin, n)
		}
	}
	return listView.Show(t.Console, c, console.Page{Title: console.Say(console.Language(c), "主题包"), Status: status}, p)
}

// refused shows what a person can do about; anything else is nobody's fault but ours.
func (t *Themes) refused(c *fiber.Ctx, err error) error {
	switch fault.KindOf(err) {
	case fault.Invalid, fault.TooLarge:
		return t.screen(c, listPage{Wrong: console.Told(c, err)}, fiber.StatusUnprocessableEntity)
	case fault.Conflict:
		return t.screen(c, listPage{Wrong: console.Told(c, err)}, fiber.StatusConflict)
	}
	return err
}

func (t *Themes) install(c *fiber.Ctx) error {
	zip, err := sent(c)
	if err != nil {
		return t.refused(c, err)
	}
	_, found, err := t.Install(c.UserContext(), zip)
	if err != nil {
		return t.refused(c, err)
	}
	if len(found) > 0 {
		p := listPage{}
		for _, f := range found {
			p.Found = append(p.Found, told{f.File, console.Told(c, f.Err)})
		}
		return t.screen(c, p, fiber.StatusUnprocessableEntity)
	}
	return c.Redirect("/themes?done=installed", fiber.StatusSeeOther)
}

// sent is the file of the form.
func sent(c *fiber.Ctx) ([]byte, error) {
	f, err := c.FormFile("file")
	if err != nil || f.Size == 0 {
		return nil, fault.New(fault.Invalid, "请选择主题的 zip 文件，最大 %d MB。", render.PackMost>>20)
	}
	r, err := f.Open()
	if err != nil {
		return nil, err
	}
	defer r.Close()
	return io.ReadAll(io.LimitReader(r, render.PackMost+1))
}

func (t *Themes) take(c *fiber.Ctx) error {
	if err := t.Remove(c.UserContext(), strings.Clone(c.FormValue("name"))); err != nil {
		return t.refused(c, err)
	}
	return c.Redirect("/themes?done=removed", fiber.StatusSeeOther)
}

// sitePage is where a site's theme is chosen.
type sitePage struct {
	Name, Theme, Action string
	Themes              []render.Named
	Wrong, Done         string
}

var siteView = console.Define[sitePage]("theme", "site")

func (t *Themes) choose(c *fiber.Ctx) error {
	return t.chosen(c, sitePage{Done: dones[c.Query("done")]}, fiber.StatusOK)
}

func (t *Themes) chosen(c *fiber.Ctx, p sitePage, status int) error {
	id, _ := kernel.ParseID[kernel.SiteID](c.Params("site")) // the guard has read it
	g, err := t.Sites.Get(c.UserContext(), id)
	if err != nil {
		return err
	}
	p.Name, p.Theme, p.Action, p.Themes = g.Name, g.Theme, strings.Clone(c.Path()), t.Render.Themes()
	return siteView.Show(t.Console, c, console.Page{Title: console.Say(console.Language(c), "网站主题"), Site: id, Status: status}, p)
}

func (t *Themes) assign(c *fiber.Ctx) error {
	id, _ := kernel.ParseID[kernel.SiteID](c.Params("site"))
	err := t.Assign(c.UserContext(), id, strings.Clone(c.FormValue("theme")))
	if fault.Is(err, fault.Invalid) {
		return t.chosen(c, sitePage{Wrong: console.Told(c, err)}, fiber.StatusUnprocessableEntity)
	}
	if err != nil {
		return err
	}
	return c.Redirect(c.Path()+"?done=assigned", fiber.StatusSeeOther)
}
