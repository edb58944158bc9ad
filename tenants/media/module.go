package media

import (
	"embed"
	"io/fs"

	"github.com/zhanqun/zhanqun/kernel"
	"github.com/zhanqun/zhanqun/platform/console"
	"github.com/zhanqun/zhanqun/platform/module"
)

//go:embed views/*.html
var views embed.FS

// Views returns the room's screens.
func Views() fs.FS { return kernel.Folder(views, "views") }

// Screens returns the declared screens, for the console that they are shown in.
func Screens() []console.View {
	return []console.View{libraryView, choiceView, itemView, swapView, resultsView, sharesView, sharedView, filmView}
}

// Module plugs the room in.
func (m *Media) Module() module.Module {
	return module.Module{Room: room, Migrations: Migrations(), Routes: m.Routes, Jobs: m.Jobs}
}
