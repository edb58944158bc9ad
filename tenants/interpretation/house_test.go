package interpretation

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
	"github.com/zhanqun/zhanqun/kernel/fault"
	"github.com/zhanqun/zhanqun/platform/audit"
	"github.com/zhanqun/zhanqun/platform/jobs"
	"github.com/zhanqun/zhanqun/platform/org"
	"github.com/zhanqun/zhanqun/platform/pages"
	"github.com/zhanqun/zhanqun/platform/publication"
	"github.com/zhanqun/zhanqun/platform/render"
	"github.com/zhanqun/zhanqun/platform/site"
	"github.com/zhanqun/zhanqun/storage/db"
	"github.com/zhanqun/zhanqun/storage/db/dbtest"
	"github.com/zhanqun/zhanqun/storage/index"
	"github.com/zhanqun/zhanqun/tenants/article"
	"github.com/zhanqun/zhanqun/tenants/column"
)

const (
	writer   kernel.AccountID = 11
	reviewer kernel.AccountID = 12
)

// house is the rooms that this one stands beside, over one store, with the clock in the test's hand.
type house struct {
	*Interpretations
	t        testing.TB
	ctx      context.Context
	now      time.Time
	articles *article.Articles
	queue    *jobs.Queue
	log      *audit.Log
	sites    []*render.Site // 安康市, 汉滨区
	answered []Answer
	bared    []Answer
}

// told is what app plugs.
type told struct{ *house }

func (t told) Official(ctx context.Context, site kernel.SiteID, id int64) (bool, error) {
	a, err := t.articles.Get(ctx, site, id)
	return err == nil && a.Payload.Kind == article.Policy, err
}

func (t told) Major(ctx context.Context, site kernel.SiteID, id int64) (bool, error) {
	p, _, err := t.articles.Public(ctx, site, id)
	if fault.Is(err, fault.NotFound) || fault.Is(err, fault.Gone) {
		return false, nil
	}
	return err == nil && p.Major(), err
}

// each opens the house on every engine.
func each(t *testing.T, f func(t *testing.T, h *house)) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) { f(t, build(t, d)) }, audit.Migrations(), jobs.Migrations(), pages.Migrations(), org.Migrations(),
		site.Migrations(), publication.Migrations(), column.Migrations(), article.Migrations(), index.Migrations(), Migrations())
}

func build(t testing.TB, d *db.DB) *house {
	t.Helper()
	h := &house{t: t, now: time.Date(2026, 11, 23, 2, 0, 0, 0, time.UTC)}
	h.ctx = kernel.WithActor(context.Background(), kernel.Actor{Account: writer, Name: "测试", Via: "console"})
	clock := func() time.Time { return h.now }
	ids := kernel.NewSeededIDs(clock, 7)
	h.log = audit.New(d, clock, ids)
	rev, orgs := pages.NewRevisions(d), org.New(d, clock, ids, h.log)
	sites, err := site.New(site.Config{Domain: "localhost", Scheme: "http", Port: 8080}, d, clock, ids, h.log, orgs, rev)
	h.must(err)
	pub := publication.New(d, clock, ids, h.log, rev)
	r, err := render.New(render.Config{}, map[string]fs.FS{"article": article.Views(), "column": column.Views()}, append(article.Pages(), column.Pages()...)...)
	h.must(err)
	h.queue = jobs.New(d, clock, ids)
	h.Interpretations = New(Room{DB: d, Now: clock, Audit: h.log, Published: pub, Revisions: rev, Texts: told{h}})
	h.Answered.On("test", func(_ context.Context, a Answer) error { h.answered = append(h.answered, a); return nil })
	h.Bared.On("test", func(_ context.Context, a Answer) error { h.bared = append(h.bared, a); return nil })
	cols := column.New(d, clock, ids, sites, pub, rev, h.log, r)
	h.articles = article.New(article.Room{DB: d, Now: clock, IDs: ids, Columns: cols, Published: pub, Revisions: rev, Audit: h.log, Index: index.New(d),
		Queue: h.queue, Render: r, Pairs: h.Interpretations})
	h.articles.Jobs(h.queue)
	_, err = orgs.Import(h.ctx, strings.NewReader("code,name,level,parent_code\n610900,安康市,city,\n610902,汉滨区,county,610900\n"), false)
	h.must(err)
	for _, code := range []string{"610900", "610902"} {
		o, err := orgs.ByCode(h.ctx, code)
		h.must(err)
		made, err := sites.Create(h.ctx, site.Spec{Org: o.ID})
		h.must(err)
		h.must(sites.Reload(h.ctx))
		h.sites = append(h.sites, sites.Public(made.ID))
	}
	return h
}

func (h *house) must(err error) {
	h.t.Helper()
	if err != nil {
		h.t.Fatal(err)
	}
}

func (h *house) city() kernel.SiteID { return h.sites[0].ID }

// policy is an official document; major is its mark.
func policy(title, major string) article.Payload {
	return article.Payload{Kind: article.Policy, Title: title, Body: "<p>第一条</p>", Document: &article.Document{Number: "安政办发〔2026〕3号", Issuer: "安康市人民政府办公室", Major: major}}
}

func news(title string) article.Payload {
	return article.Payload{Title: title, Body: "<p>" + title + "</p>"}
}

// draft writes an article of the city.
func (h *house) draft(p article.Payload) int64 {
	h.t.Helper()
	id, err := h.articles.Create(h.ctx, h.city(), 2, publication.Small, p)
	h.must(err)
	return id
}

// approved takes a draft through its review; it may be published then.
func (h *house) approved(id int64) int64 {
	h.t.Helper()
	d, err := h.articles.Get(h.ctx, h.city(), id)
	h.must(err)
	h.now = h.now.Add(time.Minute)
	e, err := h.articles.Submit(h.ctx, h.city(), id, d.Version)
	h.must(err)
	h.must(h.Published.Approve(h.ctx, h.city(), e, publication.Opinion{Reviewer: reviewer, Verdict: publication.Approved, Review: "同意", Secrecy: "不涉密"}))
	return id
}

// publish publishes articles in one transaction, in this order.
func (h *house) publish(ids ...int64) error {
	return h.DB.InTx(h.ctx, func(ctx context.Context) error {
		for _, id := range ids {
			if err := h.articles.Publish(ctx, h.city(), id); err != nil {
				return err
			}
		}
		return nil
	})
}

func (h *house) link(policy, article int64, form string) {
	h.t.Helper()
	h.now = h.now.Add(time.Second)
	h.must(h.Link(h.ctx, h.city(), policy, article, form))
}

func (h *house) public(id int64) bool {
	h.t.Helper()
	_, err := h.Published.Live(h.ctx, publication.Object{Site: h.city(), Kind: Kind, ID: id})
	if err != nil && !fault.Is(err, fault.NotFound) && !fault.Is(err, fault.Gone) {
		h.t.Fatal(err)
	}
	return err == nil
}

// shows are the links of a page below a heading, each with the word of its form.
func (h *house) shows(id int64, below string) (all []string) {
	h.t.Helper()
	by, of, err := h.Beside(h.ctx, h.sites[0], id)
	h.must(err)
	if below == "of" {
		by = of
	}
	for _, one := range by {
		all = append(all, one.Mark+" "+one.Title+" "+one.Href)
	}
	return all
}

// page is a preview of an article's page as citizens would see it.
func (h *house) page(id int64) *goquery.Document {
	h.t.Helper()
	d, err := h.articles.Get(h.ctx, h.city(), id)
	h.must(err)
	body, err := h.articles.Preview(h.ctx, h.sites[0], d, &d.Payload, h.sites[0].Prefix)
	h.must(err)
	doc, err := goquery.NewDocumentFromReader(bytes.NewReader(body))
	h.must(err)
	return doc
}

// revision is how far the pages of the city have come.
func (h *house) revision() int64 {
	h.t.Helper()
	rev, _, err := h.Revisions.Now(h.ctx, h.city())
	h.must(err)
	return rev
}

func refused(t *testing.T, what string, err error, kind fault.Kind, words string) {
	t.Helper()
	if fault.KindOf(err) != kind || !strings.Contains(fault.Say(err), words) {
		t.Errorf("%s: got %v, want %s and the words %q", what, err, kind, words)
	}
}

func at(id int64) string { return fmt.Sprintf("/a/%d", id) }
