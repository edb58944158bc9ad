package column

import (
	"context"
	"slices"
	"time"

	"github.com/zhanqun/zhanqun/kernel"
	"github.com/zhanqun/zhanqun/platform/console"
	"github.com/zhanqun/zhanqun/platform/module"
	"github.com/zhanqun/zhanqun/platform/render"
	"github.com/zhanqun/zhanqun/platform/site"
	"github.com/zhanqun/zhanqun/policies"
)

// Addresses tells where citizens find a site, what it is called and whose it is.
type Addresses interface {
	Public(id kernel.SiteID) *render.Site
	Get(ctx context.Context, id kernel.SiteID) (site.Site, error)
	Facts(ctx context.Context, id kernel.SiteID) (policies.SiteFacts, error)
}

// Reach is where on a site the actor may do one of the actions: everywhere, or in these columns.
type Reach func(ctx context.Context, site kernel.SiteID, acts ...policies.Action) (everywhere bool, columns []int64, err error)

// Keeper is the screens in which a site's tree is kept. Where columns stand is 编辑集成 (domain.md 4): the owner's integration editor on a
// subsite, the carrier's on a channel; the owner's content lead reads the tree and asks.
type Keeper struct {
	*Columns
	Console *console.Console
	Sites   Addresses
	Reach   Reach
	Units   Units
}

// NewKeeper makes the screens.
func NewKeeper(c *Columns, shown *console.Console, sites Addresses, reach Reach, units Units) *Keeper {
	return &Keeper{c, shown, sites, reach, units}
}

const (
	moves  policies.Action = "column.tree.move"
	keeps  policies.Action = "column.template"
	merges policies.Action = "column.merge.execute"
	closes policies.Action = "column.close.execute"
	owns   policies.Action = "column.owner.set"
)

// asks are what lets somebody ask, performs what lets somebody do it.
var asks = map[string]policies.Action{AskNew: "column.request.new", AskRename: "column.request.rename", AskMerge: "column.request.merge", AskClose: "column.request.close"}
var performs = map[string]policies.Action{AskNew: keeps, AskRename: keeps, AskMerge: merges, AskClose: closes}

// asked are the kinds of requests in the order of the screens.
var asked = []string{AskNew, AskRename, AskMerge, AskClose}

var (
	askers   = []policies.Action{asks[AskNew], asks[AskRename], asks[AskMerge], asks[AskClose]}
	deciders = []policies.Action{keeps, merges, closes}
	reads    = slices.Concat([]policies.Action{moves}, deciders, askers, []policies.Action{owns})
	parties  = slices.Concat(askers, deciders)
)

// Askers are the actions of which any lets somebody ask.
func Askers() []policies.Action { return slices.Clone(askers) }

// Decides is the action that lets somebody decide a request of that kind.
func Decides(kind string) policies.Action { return performs[kind] }

// Menu is the room's lines in the console.
func Menu() []console.Entry {
	return []console.Entry{
		{Name: "栏目", Path: "/sites/:site/columns", Any: reads, Some: true},
		{Name: "栏目申请", Path: "/sites/:site/column-requests", Any: parties, Some: true},
	}
}

// Module plugs the screens in.
func (k *Keeper) Module() module.Module {
	return module.Module{Room: "tenants/column", Routes: k.Routes}
}

// fresh is how a column keeps its cycle at now: the word on screen, and how its mark looks.
func (c *Column) fresh(now time.Time) (word, look string) {
	switch {
	case c.CycleDays <= 0:
		return "不设周期", ""
	case c.Count == 0:
		return "空白", "bad"
	case c.Overdue(now):
		return "超期", "bad"
	case c.Soon(now):
		return "快到期", "warn"
	}
	return "按时", "ok"
}
