package search

import (
	"embed"
	"io/fs"

	"github.com/zhanqun/zhanqun/kernel"
	"github.com/zhanqun/zhanqun/platform/console"
	"github.com/zhanqun/zhanqun/platform/module"
	"github.com/zhanqun/zhanqun/platform/render"
	"github.com/zhanqun/zhanqun/policies"
)

const room = "platform/search"

//go:embed views/*.html
var views embed.FS

//go:embed screens/*.html
var screens embed.FS

var searchView = render.Define[Page]("search", "search")

// Views returns the room's templates.
func Views() fs.FS { return kernel.Folder(views, "views") }

// Pages returns the public views, for the renderer that the room is made with.
func Pages() []render.View { return []render.View{searchView} }

// ConsoleViews returns the templates of the room's screens in the console.
func ConsoleViews() fs.FS { return kernel.Folder(screens, "screens") }

// Screens returns the declared screens, for the console that they are shown in.
func Screens() []console.View { return []console.View{wordsView} }

// Who may write the lists down: of a site, whoever assembles its home page; of all sites, whoever installs the platform's words.
const (
	assembles policies.Action = "home.slot.place"
	installs  policies.Action = "wordpack.install"
)

// Menu is the room's lines in the console.
func Menu() []console.Entry {
	return []console.Entry{
		{Name: "检索用词", Path: "/sites/:site/search", Any: []policies.Action{assembles}},
		{Name: "全平台检索用词", Path: "/search-words", Any: []policies.Action{installs}},
	}
}

// Module plugs the room in.
func (s *Search) Module() module.Module {
	return module.Module{Room: room, Migrations: Migrations(), Views: Views(), Pages: Pages(), Routes: s.Routes}
}
