package article

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
	showView = render.Define[ShowPage]("article", "show")
	listView = render.Define[ListPage]("article", "list")

	picturesView = render.Define[CardsPage]("article", "pictures")
	mediaView    = render.Define[CardsPage]("article", "media")
	leadersView  = render.Define[RosterPage]("article", "leaders")
	officesView  = render.Define[RosterPage]("article", "offices")
	linkView     = render.Define[LinkPage]("article", "link")
	topicView    = render.Define[TopicPage]("article", "topic")
	topicsView   = render.Define[TopicsPage]("article", "topics")
)

// Views returns the room's templates.
func Views() fs.FS { return kernel.Folder(views, "views") }

// Pages returns the public views, for the renderer that the room is made with.
func Pages() []render.View {
	return []render.View{showView, listView, picturesView, mediaView, leadersView, officesView, linkView, topicView, topicsView}
}

// Routes adds the public pages.
func (a *Articles) Routes(r *web.Router) {
	r.Page(web.PageRoute{Room: "tenants/article", Path: "/a/:id", Do: a.page})
	r.Page(web.PageRoute{Room: "tenants/article", Path: "/c/*", Query: []string{"p"}, Do: a.column})
}

// Module plugs the room in.
func (a *Articles) Module() module.Module {
	return module.Module{Room: "tenants/article", Migrations: Migrations(), Views: Views(), Pages: Pages(), Routes: a.Routes, Jobs: a.Jobs}
}
