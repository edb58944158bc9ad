package numbering

import (
	"embed"
	"io/fs"

	"github.com/zhanqun/zhanqun/kernel"
	"github.com/zhanqun/zhanqun/platform/console"
	"github.com/zhanqun/zhanqun/platform/module"
	"github.com/zhanqun/zhanqun/policies"
)

const (
	room = "tenants/numbering"
	path = "/sites/:site/index-rule"
)

// sets is who may write the rule down: who keeps what a site says of itself to programs and catalogues.
const sets policies.Action = "meta.set"

//go:embed views/*.html
var views embed.FS

// Views returns the templates of the room's screens.
func Views() fs.FS { return kernel.Folder(views, "views") }

// Screens returns the declared screens, for the console that they are shown in.
func Screens() []console.View { return []console.View{ruleView} }

// Menu is the room's line in the console.
func Menu() []console.Entry {
	return []console.Entry{{Name: "索引号规则", Path: path, Any: []policies.Action{sets}}}
}

// Module plugs the room in.
func (n *Numbering) Module() module.Module {
	return module.Module{Room: room, Migrations: Migrations(), Routes: n.Routes, Jobs: n.Jobs}
}
