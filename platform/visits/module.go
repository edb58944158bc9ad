package visits

import (
	"embed"
	"io/fs"

	"github.com/zhanqun/zhanqun/kernel"
	"github.com/zhanqun/zhanqun/platform/console"
	"github.com/zhanqun/zhanqun/platform/module"
	"github.com/zhanqun/zhanqun/policies"
)

const room = "platform/visits"

//go:embed views/*.html
var views embed.FS

// Views returns the room's screens.
func Views() fs.FS { return kernel.Folder(views, "views") }

// Screens returns the declared screens, for the console that the room is made with.
func Screens() []console.View { return []console.View{siteView, allView} }

// looks is who may see how a site is read: whoever may look at how it is kept.
const looks policies.Action = "monitor.read"

// Menu is the room's lines in the console.
func Menu() []console.Entry {
	return []console.Entry{
		{Name: "访问统计", Path: "/sites/:site/visits", Any: []policies.Action{looks}},
		{Name: "全平台访问统计", Path: "/visits", Any: []policies.Action{looks}},
	}
}

// Module plugs the room in.
func (v *Visits) Module() module.Module {
	return module.Module{Room: room, Migrations: Migrations(), Routes: v.Routes, Jobs: v.Jobs}
}
