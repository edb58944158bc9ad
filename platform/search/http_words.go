package search

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

// typedMost is how many bytes a question may have in an address: more than the longest that is looked for, which is told so.
const typedMost = 2500

// Routes adds the public page and the screens.
func (s *Search) Routes(r *web.Router) {
	r.Page(web.PageRoute{Room: room, Path: render.SearchPath, Query: query, Typed: typedMost, Do: s.page})
	r.Action(web.ActionRoute{Room: room, Method: fiber.MethodGet, Path: "/sites/:site/search", Action: assembles, Tenancy: "site", Cache: "no-store", Do: s.showWords})
	r.Action(web.ActionRoute{Room: room, Method: fiber.MethodPost, Path: "/sites/:site/search", Action: assembles, Tenancy: "site", Cache: "no-store", Do: s.saveWords})
	r.Action(web.ActionRoute{Room: room, Method: fiber.MethodGet, Path: "/search-words", Action: installs, Tenancy: "platform", Cache: "no-store", Do: s.showWords})
	r.Action(web.ActionRoute{Room: room, Method: fiber.MethodPost, Path: "/search-words", Action: installs, Tenancy: "platform", Cache: "no-store", Do: s.saveWords})
}

// wordsPage is the lists of a site, or of all sites, and what was looked for in vain there.
type wordsPage struct {
	Action string
	Lists  Lists
	Site   bool
	Missed []Missed
	Done   bool
	Wrong  string
	Field  string // of Wrong: alike, hot or best
}

var wordsView = console.Define[wordsPage]("search", "words")

const (
	missedDays  = 30
	missedShown = 50
)

func (s *Search) showWords(c *fiber.Ctx) error {
	id, _ := kernel.ParseID[kernel.SiteID](c.Params("site")) // the guard has read it; the platform's has none
	l, err := s.Lists(c.UserContext(), id)
	if err != nil {
		return err
	}
	return s.screen(c, id, wordsPage{Lists: l, Done: c.Query("done") != ""}, fiber.StatusOK)
}

func (s *Search) screen(c *fiber.Ctx, id kernel.SiteID, p wordsPage, status int) (err error) {
	p.Action, p.Site = strings.Clone(c.Path()), id != kernel.Platform
	title := "全平台检索用词"
	if p.Site {
		title = "检索用词"
		if p.Missed, err = s.Missed(c.UserContext(), id, missedDays, missedShown); err != nil {
			return err
		}
	}
	return wordsView.Show(s.Console, c, console.Page{Title: console.Say(console.Language(c), title), Site: id, Status: status}, p)
}

// saveWords takes the lists as they were typed; what is wrong with them is said above them.
func (s *Search) saveWords(c *fiber.Ctx) error {
	id, _ := kernel.ParseID[kernel.SiteID](c.Params("site"))
	seen, _ := kernel.ParseID[int64](c.FormValue("version")) // without one, the lists were empty
	l := Lists{Alike: strings.Clone(c.FormValue("alike")), Hot: strings.Clone(c.FormValue("hot")), Best: strings.Clone(c.FormValue("best")), Version: seen}
	err := s.Save(c.UserContext(), id, l)
	switch fault.KindOf(err) {
	case fault.Invalid:
		return s.screen(c, id, wordsPage{Lists: l, Wrong: console.Told(c, err), Field: fieldOf(err)}, fiber.StatusUnprocessableEntity)
	case fault.Conflict:
		return s.screen(c, id, wordsPage{Lists: l, Wrong: console.Told(c, err)}, fiber.StatusConflict)
	}
	if err != nil {
		return err
	}
	return c.Redirect(c.Path()+"?done=1", fiber.StatusSeeOther)
}

// fieldOf is which of the lists an error is about.
func fieldOf(err error) string {
	var f *fault.Fault
	errors.As(err, &f) // without one there is no such list
	if f == nil {
		return ""
	}
	return f.Field
}
