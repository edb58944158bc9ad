package media

import (
	"context"
	"io/fs"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/zhanqun/zhanqun/kernel"
	"github.com/zhanqun/zhanqun/kernel/fault"
	"github.com/zhanqun/zhanqun/platform/jobs"
	"github.com/zhanqun/zhanqun/platform/pages"
	"github.com/zhanqun/zhanqun/platform/publication"
	"github.com/zhanqun/zhanqun/platform/render"
	"github.com/zhanqun/zhanqun/storage/blob/files"
	"github.com/zhanqun/zhanqun/storage/db"
	"github.com/zhanqun/zhanqun/storage/db/dbtest"
	"github.com/zhanqun/zhanqun/storage/index"
	"github.com/zhanqun/zhanqun/tenants/article"
	"github.com/zhanqun/zhanqun/tenants/column"
)

// shop is a house with articles that use its items.
type shop struct {
	*house
	articles *article.Articles
	queue    *jobs.Queue
}

// drafts are the articles as the library asks for them.
type drafts struct{ *article.Articles }

func (d drafts) Naming(ctx context.Context, site kernel.SiteID, item ID) (all []Text, err error) {
	found, err := d.Pictured(ctx, site, item)
	for _, p := range found {
		all = append(all, Text{ID: p.ID, Title: p.Title, State: p.State, Version: p.Version, Unsaved: p.Unsaved, Binned: p.Binned, Names: Named(p.Words)})
	}
	return all, err
}

func (d drafts) Draft(ctx context.Context, site kernel.SiteID, id int64) (Text, error) {
	a, err := d.Get(ctx, site, id)
	if err != nil {
		return Text{}, err
	}
	return Text{ID: a.ID, Title: a.Payload.Title, State: a.State, Version: a.Version, Body: a.Payload.Body}, nil
}

func (d drafts) Save(ctx context.Context, site kernel.SiteID, id, version int64, body string) error {
	a, err := d.Get(ctx, site, id)
	if err != nil {
		return err
	}
	a.Payload.Body = body
	return d.Edit(ctx, site, id, version, a.Payload)
}

func eachShop(t *testing.T, f func(t *testing.T, h *shop)) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) { f(t, openShop(t, d)) }, shopSchema...)
}

// eachMaker is eachShop for tests whose minutes are ffmpeg's: under -short, as with the race detector, SQLite is enough for them.
func eachMaker(t *testing.T, f func(t *testing.T, h *shop)) {
	if testing.Short() {
		f(t, openShop(t, dbtest.SQLite(t, shopSchema...)))
		return
	}
	eachShop(t, f)
}

var shopSchema = append(slices.Clone(schema), column.Migrations(), article.Migrations(), index.Migrations())

func openShop(t *testing.T, d *db.DB) *shop {
	t.Helper()
	h := &shop{house: build(t, d, must(files.Open(t.TempDir())))}
	rev := pages.NewRevisions(d)
	r, err := render.New(render.Config{}, map[string]fs.FS{"article": article.Views(), "column": column.Views()}, append(article.Pages(), column.Pages()...)...)
	h.must(err)
	h.queue = jobs.New(d, h.Now, h.IDs)
	cols := column.New(d, h.Now, h.IDs, h.sites, h.pub, rev, h.Audit, r)
	h.articles = article.New(article.Room{DB: d, Now: h.Now, IDs: h.IDs, Columns: cols, Published: h.pub, Revisions: rev, Audit: h.Audit,
		Index: index.New(d), Queue: h.queue, Render: r, Pictures: h.Media})
	h.Queue, h.Texts = h.queue, drafts{h.articles}
	h.Jobs(h.queue)
	h.articles.Jobs(h.queue)
	return h
}

// keeps takes a picture of its own size, or a file.
func (h *shop) keeps(site kernel.SiteID, name string, n int) *Item {
	h.t.Helper()
	raw := paper(n)
	if strings.HasSuffix(name, ".png") {
		raw = drawn(h.t, "png", n, n/2)
	}
	i, err := h.Take(h.ctx, site, name, raw)
	h.must(err)
	return i
}

func (h *shop) writes(site kernel.SiteID, title, body string) article.ID {
	h.t.Helper()
	id, err := h.articles.Create(h.ctx, site, 2, publication.Small, article.Payload{Title: title, Body: body})
	h.must(err)
	return id
}

func (h *shop) publishes(site kernel.SiteID, id article.ID) {
	h.t.Helper()
	h.now = h.now.Add(time.Minute)
	d, err := h.articles.Get(h.ctx, site, id)
	h.must(err)
	e, err := h.articles.Submit(h.ctx, site, id, d.Version)
	h.must(err)
	h.must(h.pub.Approve(h.ctx, site, e, publication.Opinion{Reviewer: 12, Verdict: publication.Approved, Review: "同意", Secrecy: "不涉密"}))
	h.now = h.now.Add(time.Minute)
	h.must(h.articles.Publish(h.ctx, site, id))
}

// says expects the sentence of an error.
func (h *shop) says(err error, want string) {
	h.t.Helper()
	if err == nil || !strings.Contains(fault.Say(err), want) {
		h.t.Errorf("says %v, want %q", err, want)
	}
}

// names are the items of the library that a filter leaves.
func (h *shop) names(site kernel.SiteID, f Filter) string {
	h.t.Helper()
	all, err := h.Library(h.ctx, site, f, kernel.Page{Number: 1, Size: 50})
	h.must(err)
	var names []string
	for _, i := range all {
		names = append(names, i.Called())
	}
	return strings.Join(names, " ")
}

// sound: rows and bytes belong together, and so do the chains.
func (h *shop) sound(when string) {
	h.t.Helper()
	for _, s := range []kernel.SiteID{h.one, h.next} {
		if flaws, err := h.Flaws(h.ctx, s); err != nil || len(flaws) > 0 {
			h.t.Errorf("%s: %v, %v", when, flaws, err)
		}
		if seq, err := h.Audit.Verify(h.ctx, s); err != nil {
			h.t.Errorf("%s the chain breaks at %v: %v", when, seq, err)
		}
	}
}
