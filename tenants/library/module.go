package library

import (
	"embed"
	"io/fs"

	"github.com/zhanqun/zhanqun/kernel"
	"github.com/zhanqun/zhanqun/platform/module"
	"github.com/zhanqun/zhanqun/platform/render"
	"github.com/zhanqun/zhanqun/platform/web"
)

const room = "tenants/library"

//go:embed views/*.html
var views embed.FS

var view = render.Define[Page]("library", "library")

// typedMost is how many bytes a value may have in an address: more than the longest that is looked for, which is told so.
const typedMost = 2500

// Views returns the room's templates.
func Views() fs.FS { return kernel.Folder(views, "views") }

// Pages returns the public views, for the renderer that the room is made with.
func Pages() []render.View { return []render.View{view} }

// Routes adds the public page.
func (l *Library) Routes(r *web.Router) {
	r.Page(web.PageRoute{Room: room, Path: render.LibraryPath, Query: query, Typed: typedMost, Keep: few, Do: l.page})
}

// few is the library as it is opened, whole or from a column: it is kept, and there while the store is away.
func few(query map[string]string) bool {
	return len(query) == 0 || len(query) == 1 && query["c"] != ""
}

// Module plugs the room in.
func (l *Library) Module() module.Module {
	return module.Module{Room: room, Views: Views(), Pages: Pages(), Routes: l.Routes}
}
