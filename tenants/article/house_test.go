package article

import (
	"bytes"
	"context"
	"fmt"
	"io/fs"
	"strings"
	"testing"
	"time"

	"github.com/PuerkitoBio/goquery"
	"github.com/zhanqun/zhanqun/kernel"
	"github.com/zhanqun/zhanqun/platform/audit"
	"github.com/zhanqun/zhanqun/platform/jobs"
	"github.com/zhanqun/zhanqun/platform/org"
	"github.com/zhanqun/zhanqun/platform/pages"
	"github.com/zhanqun/zhanqun/platform/publication"
	"github.com/zhanqun/zhanqun/platform/render"
	"github.com/zhanqun/zhanqun/platform/site"
	"github.com/zhanqun/zhanqun/platform/web"
	"github.com/zhanqun/zhanqun/storage/db"
	"github.com/zhanqun/zhanqun/storage/db/dbtest"
	"github.com/zhanqun/zhanqun/storage/index"
	"github.com/zhanqun/zhanqun/tenants/column"
)

// The people of the tests.
const (
	author   kernel.AccountID = 11
	reviewer kernel.AccountID = 12
	secrecy  kernel.AccountID = 13
	final    kernel.AccountID = 14
)

// house is the rooms this one stands on, over one store, with the clock in the test's hand.
type house struct {
	*Articles
	t     testing.TB
	ctx   context.Context
	now   time.Time
	sites *site.Sites
	orgs  *org.Orgs
	full  *index.Index
	city  *render.Site
	towns []*render.Site // hanbin, then its channel wuli
}

func schema() []fs.FS {
	return []fs.FS{audit.Migrations(), jobs.Migrations(), pages.Migrations(), org.Migrations(), site.Migrations(),
		publication.Migrations(), column.Migrations(), Migrations(), index.Migrations()}
}

// each opens the house on every engine: a city, a county and a township carried by it.
func each(t *testing.T, f func(t *testing.T, h *house)) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) { f(t, build(t, d)) }, schema()...)
}

func build(t testing.TB, d *db.DB) *house {
	t.Helper()
	h := &house{t: t, now: time.Date(2026, 11, 23, 2, 0, 0, 0, time.UTC)}
	h.ctx = kernel.WithActor(context.Background(), kernel.Actor{Account: author, Name: "测试", Via: "console"})
	clock := func() time.Time { return h.now }
	ids := kernel.NewSeededIDs(clock, 7)
	log := audit.New(d, clock, ids)
	rev := pages.NewRevisions(d)
	h.orgs = org.New(d, clock, ids, log)
	var err error
	if h.sites, err = site.New(site.Config{Domain: "localhost", Scheme: "http", Port: 8080}, d, clock, ids, log, h.orgs, rev); err != nil {
		t.Fatal(err)
	}
	pub := publication.New(d, clock, ids, log, rev)
	views := map[string]fs.FS{"article": Views(), "column": column.Views()}
	r, err := render.New(render.Config{}, views, append(Pages(), column.Pages()...)...)
	if err != nil {
		t.Fatal(err)
	}
	h.full = index.New(d)
	queue := jobs.New(d, clock, ids)
	cols := column.New(d, clock, ids, h.sites, pub, rev, log, r)
	h.Articles = New(Room{DB: d, Now: clock, IDs: ids, Columns: cols, Published: pub, Revisions: rev, Audit: log,
		Index: h.full, Queue: queue, Render: r})
	h.Jobs(queue)
	cols.Jobs(queue)
	h.open()
	return h
}

// open makes the tree: 安康市, 汉滨区, 五里镇.
func (h *house) open() {
	h.t.Helper()
	_, err := h.orgs.Import(h.ctx, strings.NewReader("code,name,level,parent_code\n610900,安康市,city,\n610902,汉滨区,county,610900\n610902100,五里镇,township,610902\n"), false)
	h.must(err)
	for _, code := range []string{"610900", "610902", "610902100"} {
		o, err := h.orgs.ByCode(h.ctx, code)
		h.must(err)
		made, err := h.sites.Create(h.ctx, site.Spec{Org: o.ID})
		h.must(err)
		h.must(h.sites.Reload(h.ctx))
		s := h.sites.Public(made.ID)
		if s == nil {
			h.t.Fatalf("site of %s is not public", code)
		}
		if code == "610900" {
			h.city = s
		} else {
			h.towns = append(h.towns, s)
		}
	}
}

func (h *house) must(err error) {
	h.t.Helper()
	if err != nil {
		h.t.Fatal(err)
	}
}

// publish takes an article through the ordinary review, a minute per step.
func (h *house) publish(s *render.Site, column int64, p Payload) ID {
	h.t.Helper()
	id, err := h.Create(h.ctx, s.ID, column, "", p)
	h.must(err)
	h.review(s, id)
	h.must(h.Publish(h.ctx, s.ID, id))
	return id
}

// review submits the draft and has three people pass it.
func (h *house) review(s *render.Site, id ID) {
	h.t.Helper()
	h.now = h.now.Add(time.Minute)
	d, err := h.Get(h.ctx, s.ID, id)
	h.must(err)
	e, err := h.Submit(h.ctx, s.ID, id, d.Version)
	h.must(err)
	for _, who := range []kernel.AccountID{reviewer, secrecy, final} {
		h.must(h.Published.Approve(h.ctx, s.ID, e, publication.Opinion{Reviewer: who, Verdict: publication.Approved, Review: "同意", Secrecy: "不涉密"}))
	}
	h.now = h.now.Add(time.Minute)
}

func news(title string) Payload {
	return Payload{Title: title, Body: "<p>" + title + "的正文。</p>"}
}

// show and list ask the handlers as a citizen would.
func (h *house) show(s *render.Site, id ID) (*pages.Page, error) {
	return h.page(h.ctx, request(s, fmt.Sprint(id)))
}

func request(s *render.Site, id string) *web.Request {
	return &web.Request{Site: s, Path: "/a/" + id, Params: map[string]string{"id": id}}
}

func (h *house) list(s *render.Site, path, p string) (*pages.Page, error) {
	q := map[string]string{}
	if p != "" {
		q["p"] = p
	}
	return h.column(h.ctx, &web.Request{Site: s, Path: "/c/" + path, Params: map[string]string{"*": path}, Query: q})
}

// document parses a page that must have been answered with 200.
func (h *house) document(p *pages.Page, err error) *goquery.Document {
	h.t.Helper()
	h.must(err)
	if p.Status != 200 {
		h.t.Fatalf("status %d, location %q", p.Status, p.Location)
	}
	doc, err := goquery.NewDocumentFromReader(bytes.NewReader(p.Body))
	h.must(err)
	return doc
}

// titles are the rows of a column's own list.
func titles(doc *goquery.Document) []string {
	return doc.Find("main ul.rows").First().Find("li a").Map(func(_ int, s *goquery.Selection) string { return s.Text() })
}

func siteFixture(prefix string) *render.Site {
	return &render.Site{ID: 1, Name: "测试", Origin: "http://ankang.localhost:8080", Prefix: prefix}
}
