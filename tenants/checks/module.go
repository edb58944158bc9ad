package checks

import (
	"embed"
	"io/fs"

	"github.com/zhanqun/zhanqun/kernel"
	"github.com/zhanqun/zhanqun/platform/console"
	"github.com/zhanqun/zhanqun/platform/module"
	"github.com/zhanqun/zhanqun/policies"
)

//go:embed views/*.html
var views embed.FS

// Views returns the room's screens.
func Views() fs.FS { return kernel.Folder(views, "views") }

// Screens returns the declared screens, for the console that the room is made with.
func Screens() []console.View { return []console.View{siteView, packsView} }

// reads are who may see what was found on a site: whoever writes or decides there.
var reads = []policies.Action{"article.edit.draft", "article.submit", "review.pass", "secrecy.pass", "article.publish", "article.withdraw"}

const installs policies.Action = "wordpack.install"

// Menu is the room's lines in the console.
func Menu() []console.Entry {
	return []console.Entry{
		{Name: "体检", Path: "/sites/:site/checks", Any: reads},
		{Name: "词库", Path: "/wordpacks", Any: []policies.Action{installs}},
	}
}

// Module plugs the room in.
func (k *Checks) Module() module.Module {
	return module.Module{Room: room, Migrations: Migrations(), Routes: k.Routes, Jobs: k.Jobs}
}
