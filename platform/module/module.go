// Package module is the plug every room fits: what a room hands to the server.
//
// It holds no behaviour. app lists the rooms in opening order and plugs each in here.
package module

import (
	"io/fs"

	"github.com/zhanqun/zhanqun/platform/jobs"
	"github.com/zhanqun/zhanqun/platform/render"
	"github.com/zhanqun/zhanqun/platform/web"
)

// Module is one room's contribution. A nil or empty field contributes nothing.
type Module struct {
	Room       string            // its folder below the module root: "tenants/article"
	Migrations fs.FS             // *.sql at the root
	Views      fs.FS             // <view>.html at the root
	Pages      []render.View     // the public views, type-checked over every theme
	Routes     func(*web.Router) // adds routes; each names its room, and is guarded or public by kind
	Jobs       func(*jobs.Queue) // registers the room's jobs
}
