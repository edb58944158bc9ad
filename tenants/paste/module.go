package paste

import (
	"context"
	"embed"
	"io/fs"

	"github.com/zhanqun/zhanqun/kernel"
	"github.com/zhanqun/zhanqun/platform/console"
	"github.com/zhanqun/zhanqun/platform/module"
	"github.com/zhanqun/zhanqun/platform/site"
	"github.com/zhanqun/zhanqun/policies"
	"github.com/zhanqun/zhanqun/tenants/article"
	"github.com/zhanqun/zhanqun/tenants/column"
)

//go:embed views/*.html
var views embed.FS

// Views returns the room's screens.
func Views() fs.FS { return kernel.Folder(views, "views") }

// Screens returns the declared screens, for the console that the room is made with.
func Screens() []console.View { return []console.View{importView} }

// Room is what paste needs of the house.
type Room struct {
	Now      kernel.Clock
	Sites    *site.Sites
	Columns  *column.Columns
	Articles *article.Articles
	Console  *console.Console
	Pictures Shelf // nil: none are kept
	// Reach is where on a site the actor may do one of the actions: everywhere, or in these columns.
	Reach func(ctx context.Context, site kernel.SiteID, acts ...policies.Action) (everywhere bool, columns []int64, err error)
}

// atOnce is how many texts are cleaned at the same time; more wait.
const atOnce = 2

// Tray is the room. Its methods are safe for concurrent use.
type Tray struct {
	Room
	seats chan struct{}
}

// New makes the room.
func New(r Room) *Tray { return &Tray{r, make(chan struct{}, atOnce)} }

// Module plugs the room in.
func (t *Tray) Module() module.Module { return module.Module{Room: "tenants/paste", Routes: t.Routes} }
