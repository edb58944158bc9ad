package emergency

import (
	"embed"
	"io/fs"

	"github.com/zhanqun/zhanqun/kernel"
	"github.com/zhanqun/zhanqun/platform/console"
	"github.com/zhanqun/zhanqun/platform/module"
	"github.com/zhanqun/zhanqun/platform/render"
	"github.com/zhanqun/zhanqun/policies"
)

const room = "tenants/emergency"

//go:embed views/*.html
var views embed.FS

//go:embed screens/*.html
var screens embed.FS

var (
	warningView = render.Define[WarningPage]("emergency", "warning")
	listView    = render.Define[ListPage]("emergency", "list")
)

// Views returns the room's templates.
func Views() fs.FS { return kernel.Folder(views, "views") }

// Pages returns the public views, for the renderer that the room is made with.
func Pages() []render.View { return []render.View{warningView, listView} }

// ConsoleViews returns the templates of the room's screens in the console.
func ConsoleViews() fs.FS { return kernel.Folder(screens, "screens") }

// Screens returns the declared screens, for the console that they are shown in.
func Screens() []console.View { return []console.View{deskView, formView, sheetView, carryView} }

// carries is the action of whoever runs the platform: on which sites a site's warnings stand.
const carries policies.Action = "cluster.banner"

// reads are the actions of which any opens the warnings of a site.
var reads = []policies.Action{issues, "review.pass", "secrecy.pass", "article.publish", "article.withdraw", "debt.settle"}

// Menu is the room's lines in the console.
func Menu() []console.Entry {
	return []console.Entry{
		{Name: "预警", Path: "/sites/:site/warnings", Any: reads},
		{Name: "预警同步", Path: "/warnings", Any: []policies.Action{carries}},
	}
}

// Module plugs the room in.
func (e *Emergency) Module() module.Module {
	return module.Module{Room: room, Migrations: Migrations(), Views: Views(), Pages: Pages(), Routes: e.Routes, Jobs: e.Jobs}
}
