package disclosure

import (
	"embed"
	"io/fs"

	"github.com/zhanqun/zhanqun/kernel"
	"github.com/zhanqun/zhanqun/platform/console"
	"github.com/zhanqun/zhanqun/platform/module"
	"github.com/zhanqun/zhanqun/platform/render"
	"github.com/zhanqun/zhanqun/policies"
)

const (
	room = "tenants/disclosure"
	path = "/sites/:site/disclosure"
)

// sets is who may write the office down: who keeps what the footer says of a site.
const sets policies.Action = "footer.set"

//go:embed views/*.html
var views embed.FS

//go:embed screens/*.html
var screens embed.FS

var view = render.Define[Page]("disclosure", "disclosure")

// Views returns the room's public templates.
func Views() fs.FS { return kernel.Folder(views, "views") }

// Pages returns the public views, for the renderer that the room is made with.
func Pages() []render.View { return []render.View{view} }

// ConsoleViews returns the templates of the room's screens in the console.
func ConsoleViews() fs.FS { return kernel.Folder(screens, "screens") }

// Screens returns the declared screens, for the console that they are shown in.
func Screens() []console.View { return []console.View{officeView} }

// Menu is the room's line in the console.
func Menu() []console.Entry {
	return []console.Entry{{Name: "依申请公开受理信息", Path: path, Any: []policies.Action{sets}}}
}

// Module plugs the room in.
func (d *Disclosure) Module() module.Module {
	return module.Module{Room: room, Migrations: Migrations(), Views: Views(), Pages: Pages(), Routes: d.Routes}
}
