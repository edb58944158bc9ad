package directory

import (
	"embed"
	"io/fs"

	"github.com/zhanqun/zhanqun/kernel"
	"github.com/zhanqun/zhanqun/platform/module"
	"github.com/zhanqun/zhanqun/platform/render"
	"github.com/zhanqun/zhanqun/platform/web"
)

const room = "platform/directory"

//go:embed views/*.html
var views embed.FS

var view = render.Define[Page]("directory", "directory")

// Views returns the room's templates.
func Views() fs.FS { return kernel.Folder(views, "views") }

// Pages returns the public views, for the renderer that the room is made with.
func Pages() []render.View { return []render.View{view} }

// Routes adds the public pages.
func (d *Directory) Routes(r *web.Router) {
	r.Page(web.PageRoute{Room: room, Path: render.SitesPath, Query: []string{"r", "p"}, Do: d.page})
	r.Page(web.PageRoute{Room: room, Path: findPath, Query: []string{"q"}, Typed: typedMost, Do: d.find})
}

// Module plugs the room in.
func (d *Directory) Module() module.Module {
	return module.Module{Room: room, Views: Views(), Pages: Pages(), Routes: d.Routes}
}
