// Package watch looks at sites as they stand and at what happens on them: one screen of a site at a glance, and what was done lately, in
// sentences.
//
// It serves 安政办发〔2015〕71号 五(二) (谁主管谁负责、谁发布谁负责; 监督检查, d50): who answers for a site, whether it is kept, and who did
// what, without asking anybody. It writes nothing and keeps no table: what a site says is told through ports, and no text that citizens cannot
// read yet is told to anybody who may not read it on the site's own desk.
package watch

import (
	"context"
	"time"

	"github.com/zhanqun/zhanqun/kernel"
	"github.com/zhanqun/zhanqun/platform/audit"
	"github.com/zhanqun/zhanqun/platform/console"
	"github.com/zhanqun/zhanqun/platform/estate"
	"github.com/zhanqun/zhanqun/platform/identity"
	"github.com/zhanqun/zhanqun/platform/org"
	"github.com/zhanqun/zhanqun/platform/site"
	"github.com/zhanqun/zhanqun/policies"
)

// Contents tells what the rooms of the sites know: the platform does not know those rooms.
type Contents interface {
	// Contents answers how the contents of a site stand.
	Contents(ctx context.Context, site kernel.SiteID) (Standing, error)
	// Names answers what objects of the chain are called ("article/12", "column/3"), those that citizens can read; with drafts, the others too.
	Names(ctx context.Context, site kernel.SiteID, objects []string, drafts bool) (map[string]Named, error)
}

// Named is what an object is called and where it is found on the desk, or "".
type Named struct{ Text, Href string }

// Room is what it needs of the house.
type Room struct {
	Now      kernel.Clock
	Audit    *audit.Log
	Accounts *identity.Accounts
	Orgs     *org.Orgs
	Sites    *site.Sites
	Estate   *estate.Estate
	Console  *console.Console
	Contents Contents
	// Drafts are the actions of which any one opens the drafts of a site.
	Drafts []policies.Action
}

// Watch is the room. Its methods are safe for concurrent use.
type Watch struct{ Room }

// New makes the room.
func New(r Room) *Watch { return &Watch{r} }

const (
	looks = policies.Action("monitor.read") // who may look at a site
	tells = policies.Action("audit.read")   // who may read all chains
)

// Menu is the room's lines in the console.
func Menu() []console.Entry {
	return []console.Entry{
		{Name: "本站一览", Path: "/sites/:site", Any: []policies.Action{looks}},
		{Name: "本站动态", Path: "/sites/:site/activity", Any: []policies.Action{looks}},
		{Name: "平台动态", Path: "/activity", Any: []policies.Action{tells}},
	}
}

// today is the day in Beijing.
func (w *Watch) today() string { return w.Now().In(kernel.Beijing).Format(time.DateOnly) }

// reads reports whether the actor may read what is not public on a site.
func (w *Watch) reads(ctx context.Context, id kernel.SiteID) bool {
	return w.Console.Offers(ctx, id, w.Drafts...)
}
