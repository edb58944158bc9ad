package portal

import (
	"embed"
	"io/fs"

	"github.com/zhanqun/zhanqun/kernel"
	"github.com/zhanqun/zhanqun/platform/module"
	"github.com/zhanqun/zhanqun/platform/render"
	"github.com/zhanqun/zhanqun/platform/web"
)

//go:embed views/*.html
var views embed.FS

var (
	homeView  = render.Define[HomePage]("portal", "home")
	elderView = render.Define[ElderPage]("portal", "elder")
)

// Views returns the room's templates.
func Views() fs.FS { return kernel.Folder(views, "views") }

// Pages returns the public views, for the renderer that the room is made with.
func Pages() []render.View { return []render.View{homeView, elderView} }

// Routes adds the public page.
func (h *Portal) Routes(r *web.Router) {
	r.Page(web.PageRoute{Room: "tenants/portal", Path: "/", Do: h.page})
}

// Module plugs the room in.
func (h *Portal) Module() module.Module {
	return module.Module{Room: "tenants/portal", Views: Views(), Pages: Pages(), Routes: h.Routes}
}
