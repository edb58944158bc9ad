package clocks

import (
	"embed"
	"io/fs"

	"github.com/zhanqun/zhanqun/kernel"
	"github.com/zhanqun/zhanqun/platform/console"
	"github.com/zhanqun/zhanqun/platform/module"
	"github.com/zhanqun/zhanqun/policies"
)

//go:embed views/*.html
var views embed.FS

// Views returns the room's screens.
func Views() fs.FS { return kernel.Folder(views, "views") }

// Screens returns the declared screens, for the console that the room is made with.
func Screens() []console.View { return []console.View{boardView, calendarView, clocksView, clockView} }

// Menu is the room's lines in the console.
func Menu() []console.Entry {
	return []console.Entry{
		{Name: "时限", Path: "/sites/:site/board", Any: []policies.Action{"clock.read"}},
		{Name: "时限看板", Path: "/board", Any: []policies.Action{"clock.read"}},
		{Name: "工作日历", Path: "/calendar", Any: []policies.Action{"clock.read"}},
	}
}

// Module plugs the room in.
func (c *Clocks) Module() module.Module {
	return module.Module{Room: room, Migrations: Migrations(), Routes: c.Routes, Jobs: c.Jobs}
}
