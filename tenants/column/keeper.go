package column

import (
	"time"

	"github.com/zhanqun/zhanqun/kernel"
	"github.com/zhanqun/zhanqun/platform/console"
	"github.com/zhanqun/zhanqun/platform/module"
	"github.com/zhanqun/zhanqun/platform/render"
	"github.com/zhanqun/zhanqun/policies"
)

// Addresses tells where citizens find a site.
type Addresses interface {
	Public(id kernel.SiteID) *render.Site
}

// Keeper is the screens in which a site's tree is kept. Where columns stand is 编辑集成 (domain.md 4): the owner's integration editor on a
// subsite, the carrier's on a channel; the owner's content lead reads the tree.
type Keeper struct {
	*Columns
	Console *console.Console
	Sites   Addresses
}

// NewKeeper makes the screens.
func NewKeeper(c *Columns, shown *console.Console, sites Addresses) *Keeper {
	return &Keeper{c, shown, sites}
}

const (
	moves  policies.Action = "column.tree.move"
	keeps  policies.Action = "column.template"
	merges policies.Action = "column.merge.execute"
	closes policies.Action = "column.close.execute"
)

var reads = []policies.Action{moves, keeps, merges, closes, "column.request.new", "column.request.rename", "column.request.merge",
	"column.request.close", "column.owner.set"}

// Menu is the room's line in the console.
func Menu() []console.Entry {
	return []console.Entry{{Name: "栏目", Path: "/sites/:site/columns", Any: reads}}
}

// Module plugs the screens in.
func (k *Keeper) Module() module.Module {
	return module.Module{Room: "tenants/column", Routes: k.Routes}
}

// soonDays is how many days before its cycle runs out a column is said to run out soon.
const soonDays = 3

// fresh is how a column keeps its cycle at now: the word on screen, and how its mark looks.
func (c *Column) fresh(now time.Time) (word, look string) {
	switch {
	case c.CycleDays <= 0:
		return "不设周期", ""
	case c.Count == 0:
		return "空白", "bad"
	case c.Overdue(now):
		return "超期", "bad"
	case c.Overdue(now.AddDate(0, 0, soonDays)):
		return "快到期", "warn"
	}
	return "按时", "ok"
}
