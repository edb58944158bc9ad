package estate

import (
	"embed"
	"io/fs"

	"github.com/zhanqun/zhanqun/kernel"
	"github.com/zhanqun/zhanqun/platform/console"
	"github.com/zhanqun/zhanqun/platform/module"
)

//go:embed migrations/*.sql
var migrations embed.FS

//go:embed views/*.html
var views embed.FS

// Migrations is the room's schema; it needs site's before it.
func Migrations() fs.FS { return kernel.Folder(migrations, "migrations") }

// Views returns the room's screens.
func Views() fs.FS { return kernel.Folder(views, "views") }

// Screens returns the declared screens, for the console that the room is made with.
func Screens() []console.View {
	return []console.View{wallView, sheetView, openingView, pickView, nextView, importView, invitedView, recheckView, tvView, greyView, outsideView}
}

// Module plugs the room in.
func (e *Estate) Module() module.Module {
	return module.Module{Room: "platform/estate", Migrations: Migrations(), Routes: e.Routes, Jobs: e.Jobs}
}
