// Package visits counts how often the pages of a site are read, and shows it to those who keep the site.
//
// 安政办发〔2015〕71号 五(二) asks whether sites are kept and used; numbers are what such a question is answered with (U1). They are our own: no third
// party sees a citizen, no cookie is set, and no address, no browser and nothing else of a person is kept, nor could any of it be found out: what is
// written down is a site, a day, a page and two numbers. A read is a page for people that was answered to a browser, whole or unchanged; a visit is
// a read that was not reached from a page of the same host. It does not know how many people there were, and says so (decision 0058).
package visits

import (
	"cmp"
	"context"
	"time"

	"github.com/zhanqun/zhanqun/kernel"
	"github.com/zhanqun/zhanqun/platform/console"
	"github.com/zhanqun/zhanqun/platform/jobs"
	"github.com/zhanqun/zhanqun/platform/pages"
	"github.com/zhanqun/zhanqun/platform/web"
	"github.com/zhanqun/zhanqun/storage/db"
)

// Names tells what the pages of a site are called: the platform does not know the rooms that make them.
type Names interface {
	// Pages answers for addresses within the site, those that lead to something public now. A page that has moved answers with its present address.
	Pages(ctx context.Context, site kernel.SiteID, paths []string) (map[string]Named, error)
	// Sites answers what sites are called.
	Sites(ctx context.Context) (map[kernel.SiteID]string, error)
	// Missed is what was looked for in vain on a site within the last days, the most often first.
	Missed(ctx context.Context, site kernel.SiteID, days, most int) ([]Missed, error)
}

// Named is what a page is called, its address within the site, and that on the network, or "".
type Named struct{ Text, Path, Href string }

// Missed is a word that nothing was found for.
type Missed struct {
	Word  string
	Times int64
}

// Room is what it needs of the house.
type Room struct {
	DB      *db.DB
	Now     kernel.Clock
	Queue   *jobs.Queue
	Console *console.Console
	Names   Names
}

// Visits is the room. Its methods are safe for concurrent use.
type Visits struct {
	Room
	robots  *agents
	tallies pages.Tallies
	counted kernel.Batch[about, Figures]
}

// Figures are how often something was read, and how many of those reads came from elsewhere.
type Figures struct{ Reads, Visits int64 }

// plus adds.
func (f Figures) plus(g Figures) Figures { return Figures{f.Reads + g.Reads, f.Visits + g.Visits} }

// about is what is counted by itself.
type about struct {
	site    kernel.SiteID
	day     string
	variant kernel.Variant
	path    string // "": pages that are not kept apart
}

// whole is the same for all pages of the site.
func (a about) whole() (about, bool) {
	was := a.path
	a.path = ""
	return a, was != ""
}

// How often it is written, and how much waits: a node that ends without a word loses so many seconds.
const (
	writeEach   = 10 * time.Second
	waitingMost = 20_000
)

// New makes the room.
func New(r Room) *Visits {
	v := &Visits{Room: r, robots: newAgents(robotList)}
	v.counted.Most, v.counted.Join, v.counted.Instead = waitingMost, Figures.plus, about.whole
	return v
}

// Read counts a page that was answered, unless a program asked for it or nobody has seen it yet. It serves web.Reads.
func (v *Visits) Read(page *pages.Entry, at time.Time, by web.Reader) {
	if by.Ahead || v.robots.program(by.Agent) {
		return
	}
	v.tallies.Add(page, dayOf(at), !by.Here)
}

const (
	secondsOfDay = 24 * 60 * 60
	ahead        = 8 * 60 * 60 // Beijing, of Greenwich
)

// dayOf numbers the days of Beijing.
func dayOf(at time.Time) int { return int((at.Unix() + ahead) / secondsOfDay) }

func dateOf(day int) string {
	return time.Unix(int64(day)*secondsOfDay, 0).UTC().Format(time.DateOnly)
}

// Flush writes what was counted. What cannot be written waits on; when there is no more room for single pages, they are counted together.
func (v *Visits) Flush(ctx context.Context) error {
	v.tallies.Take(func(t *pages.Tally, reads, visits int64) {
		v.counted.Add(about{t.Site, dateOf(t.Day), t.Variant, t.Path}, Figures{reads, visits})
	})
	return v.counted.Flush(ctx, inOrder, v.write)
}

func inOrder(a, b about) int {
	return cmp.Or(cmp.Compare(a.site, b.site), cmp.Compare(a.day, b.day), cmp.Compare(a.path, b.path), cmp.Compare(a.variant, b.variant))
}

// Run writes every few seconds, and once more when ctx ends.
func (v *Visits) Run(ctx context.Context) error {
	return kernel.FlushEach(ctx, writeEach, "visits", v.Flush)
}
