package notify

import (
	"embed"
	"io/fs"

	"github.com/zhanqun/zhanqun/kernel"
	"github.com/zhanqun/zhanqun/platform/console"
	"github.com/zhanqun/zhanqun/platform/module"
	"github.com/zhanqun/zhanqun/policies"
)

//go:embed migrations/*.sql
var migrations embed.FS

//go:embed views/*.html
var views embed.FS

// Migrations is the room's schema.
func Migrations() fs.FS { return kernel.Folder(migrations, "migrations") }

// Views returns the room's screens.
func Views() fs.FS { return kernel.Folder(views, "views") }

// Screens returns the declared screens, for the console that the room is made with.
func Screens() []console.View { return []console.View{noticesView, confirmView, hookView} }

// Menu is the room's line in the console. The way to the own notices is the bell.
func Menu() []console.Entry {
	return []console.Entry{{Name: "发布提醒接口", Path: "/sites/:site/webhook", Any: []policies.Action{hookAction}}}
}

// Module plugs the room in.
func (n *Notices) Module() module.Module {
	return module.Module{Room: room, Migrations: Migrations(), Routes: n.Routes, Jobs: n.Jobs}
}
