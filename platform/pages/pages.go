// Package pages keeps the pages citizens read: fresh while the store answers, the last good ones while it does not.
//
// 安政办发〔2015〕71号 三(二) asks that what is published is accurate and timely, and 二(三) that the higher level
// keeps the sites running. A page carries the revision of every site whose data it shows, read before that data;
// it is fresh while no newer revision is known, so no order of publishing, rendering and lost messages leaves an
// old page for ever. This package renders nothing and decides nothing about content: it is handed bytes.
package pages

import (
	"context"
	"embed"
	"errors"
	"io/fs"
	"slices"
	"sync"

	"github.com/zhanqun/zhanqun/kernel"
)

// FollowAtMost is how many other sites one page may show: a page is checked against each of them on every hit.
const FollowAtMost = 32

// Page is an answer a room has made. Status 0 is 200; Location is absolute and only set for a redirect.
type Page struct {
	Status                int
	ContentType, Location string
	Body                  []byte
	Route                 string // the pattern that made it, for metrics; platform/web sets it
	NoIndex               bool   // search engines shall not list it; platform/web sets it on demo sites
}

// State says where a page came from.
type State string

const (
	Fresh  State = "fresh"  // from memory, with no newer revision known
	Filled State = "filled" // rendered for this request, or for another that came at the same time
	Stale  State = "stale"  // the last good page, because the store does not answer
)

//go:embed migrations/*.sql
var files embed.FS

// Migrations holds the schema of site_revisions.
func Migrations() fs.FS { return kernel.Folder(files, "migrations") }

// stamp says which revision of a site a page shows; known is the site's newest revision this node has heard of.
type stamp struct {
	site  kernel.SiteID
	rev   int64
	known *counter
}

// recorder collects the stamps of one render.
type recorder struct {
	revisions *Revisions
	mu        sync.Mutex
	stamps    []stamp
}

type recorderKey struct{}

// Follow says that the page being rendered is about to read these sites' data: it reads their revisions first and
// stamps the page with them. It must be called before that reading. Outside a render it does nothing.
func Follow(ctx context.Context, sites ...kernel.SiteID) error {
	rec, _ := ctx.Value(recorderKey{}).(*recorder)
	if rec == nil {
		return nil
	}
	return rec.follow(ctx, sites)
}

// Revision returns the revision of a site that the page being rendered is stamped with. What a room reads after
// asking is at least as new, so it may keep what it read under this number. Outside a render, and for a site
// the page does not follow, ok is false.
func Revision(ctx context.Context, site kernel.SiteID) (rev int64, ok bool) {
	rec, _ := ctx.Value(recorderKey{}).(*recorder)
	if rec == nil {
		return 0, false
	}
	rec.mu.Lock()
	defer rec.mu.Unlock()
	i := find(rec.stamps, site)
	if i < 0 {
		return 0, false
	}
	return rec.stamps[i].rev, true
}

// begin starts a render of site: it reads the site's revision and takes the platform's, which stands for what
// this node has loaded into memory.
func (r *Revisions) begin(ctx context.Context, site kernel.SiteID) (context.Context, *recorder, error) {
	platform := r.counter(kernel.Platform)
	rec := &recorder{revisions: r, stamps: []stamp{{kernel.Platform, platform.rev.Load(), platform}}}
	ctx = context.WithValue(ctx, recorderKey{}, rec)
	if site == kernel.Platform {
		return ctx, rec, nil
	}
	return ctx, rec, rec.follow(ctx, []kernel.SiteID{site})
}

func (rec *recorder) follow(ctx context.Context, sites []kernel.SiteID) error {
	rec.mu.Lock()
	defer rec.mu.Unlock()
	var missing []kernel.SiteID
	for _, s := range sites {
		if find(rec.stamps, s) < 0 {
			missing = append(missing, s)
		}
	}
	if len(missing) == 0 {
		return nil
	}
	if len(rec.stamps)+len(missing) > FollowAtMost+2 { // the site itself and the platform are stamped already
		return errors.New("pages: a page follows more than 32 other sites")
	}
	revs, err := rec.revisions.source.some(ctx, missing)
	if err != nil {
		return err
	}
	for _, s := range missing {
		rec.revisions.learn(s, revs[s])
		if find(rec.stamps, s) < 0 {
			rec.stamps = append(rec.stamps, stamp{s, revs[s], rec.revisions.counter(s)})
		}
	}
	return nil
}

// all is a copy of the stamps so far.
func (rec *recorder) all() []stamp {
	rec.mu.Lock()
	defer rec.mu.Unlock()
	return slices.Clone(rec.stamps)
}

func find(stamps []stamp, site kernel.SiteID) int {
	for i := range stamps {
		if stamps[i].site == site {
			return i
		}
	}
	return -1
}
