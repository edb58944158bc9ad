package access

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
	view        = render.Define[Statement]("access", "statement")
	privacyView = render.Define[Privacy]("access", "privacy")
	leavingView = render.Define[Leaving]("access", "leaving")
)

// Views returns the room's templates.
func Views() fs.FS { return kernel.Folder(views, "views") }

// Pages returns the public views, for the renderer that the room is made with.
func Pages() []render.View { return []render.View{view, privacyView, leavingView} }

// Routes adds the public pages.
func (a *Access) Routes(r *web.Router) {
	r.Page(web.PageRoute{Room: "tenants/access", Path: render.StatementPath, Do: a.page})
	r.Page(web.PageRoute{Room: "tenants/access", Path: render.PrivacyPath, Do: a.privacy})
	r.Page(web.PageRoute{Room: "tenants/access", Path: render.LeavingPath, Query: []string{"from", "sig", "to"}, Typed: render.LeavingMost, Do: a.leaving})
}

// Module plugs the room in.
func (a *Access) Module() module.Module {
	return module.Module{Room: "tenants/access", Views: Views(), Pages: Pages(), Routes: a.Routes}
}
