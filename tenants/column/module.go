package column

import (
	"embed"
	"io/fs"

	"github.com/zhanqun/zhanqun/kernel"
	"github.com/zhanqun/zhanqun/platform/console"
	"github.com/zhanqun/zhanqun/platform/module"
	"github.com/zhanqun/zhanqun/platform/render"
	"github.com/zhanqun/zhanqun/platform/web"
)

//go:embed views/*.html
var views embed.FS

//go:embed screens/*.html
var screens embed.FS

var sitemapView = render.Define[SitemapPage]("column", "sitemap")

// Views returns the room's templates.
func Views() fs.FS { return kernel.Folder(views, "views") }

// ConsoleViews returns the templates of the room's screens in the console.
func ConsoleViews() fs.FS { return kernel.Folder(screens, "screens") }

// Screens returns the declared screens, for the console that they are shown in.
func Screens() []console.View {
	return []console.View{treeView, moveView, sheetView, newView, fieldsView, formView, requestsView, askView, requestView}
}

// Pages returns the public views, for the renderer that the room is made with.
func Pages() []render.View { return []render.View{sitemapView} }

// Routes adds the public pages.
func (c *Columns) Routes(r *web.Router) {
	r.Page(web.PageRoute{Room: "tenants/column", Path: render.SitemapPath, Do: c.sitemap})
}

// Module plugs the room in.
func (c *Columns) Module() module.Module {
	return module.Module{Room: "tenants/column", Migrations: Migrations(), Views: Views(), Pages: Pages(), Routes: c.Routes, Jobs: c.Jobs}
}
