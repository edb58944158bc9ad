package theme

import (
	"embed"
	"io/fs"

	"github.com/zhanqun/zhanqun/kernel"
	"github.com/zhanqun/zhanqun/platform/console"
	"github.com/zhanqun/zhanqun/platform/module"
	"github.com/zhanqun/zhanqun/policies"
)

const room = "platform/theme"

//go:embed views/*.html
var views embed.FS

// Views returns the room's screens.
func Views() fs.FS { return kernel.Folder(views, "views") }

// Screens returns the declared screens, for the console that they are shown in.
func Screens() []console.View { return []console.View{listView, siteView} }

const (
	installs policies.Action = "theme.install"
	assigns  policies.Action = "theme.assign"
)

// Menu is the room's lines in the console.
func Menu() []console.Entry {
	return []console.Entry{
		{Name: "网站主题", Path: "/sites/:site/theme", Any: []policies.Action{assigns}},
		{Name: "主题包", Path: "/themes", Any: []policies.Action{installs}},
	}
}

// Module plugs the room in.
func (t *Themes) Module() module.Module {
	return module.Module{Room: room, Migrations: Migrations(), Routes: t.Routes}
}
