package desk

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

// Screens returns the declared screens, for the console that the room is made with.
func Screens() []console.View {
	return []console.View{listView, formView, articleView, queueView, allView, chainsView, sheetView, versionsView, mergeView, bulkView, previewView, pairView}
}

// Module plugs the room in.
func (d *Desk) Module() module.Module { return module.Module{Room: "tenants/desk", Routes: d.Routes} }
