package numbering

import (
	"context"
	"io/fs"
	"strings"
	"testing"
	"time"

	"github.com/zhanqun/zhanqun/kernel"
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
	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const (
	writer   kernel.AccountID = 11
	reviewer kernel.AccountID = 12
)

// house is the rooms that this one stands beside, over one store, with the clock in the test's hand.
type house struct {
	*Numbering
	t        testing.TB
	ctx      context.Context
	now      time.Time
	articles *article.Articles
	sites    []kernel.SiteID // 安康市, 汉滨区
}

// told is what app plugs.
type told struct{ *article.Articles }

func (told) Number(payload []byte) string { return article.IndexNumber(payload) }

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
	log := audit.New(d, clock, ids)
	rev, orgs := pages.NewRevisions(d), org.New(d, clock, ids, log)
	sites, err := site.New(site.Config{Domain: "localhost", Scheme: "http", Port: 8080}, d, clock, ids, log, orgs, rev)
	h.must(err)
	pub := publication.New(d, clock, ids, log, rev)
	r, err := render.New(render.Config{}, map[string]fs.FS{"article": article.Views(), "column": column.Views()}, append(article.Pages(), column.Pages()...)...)
	h.must(err)
	queue := jobs.New(d, clock, ids)
	h.Numbering = New(Room{DB: d, Now: clock, Audit: log, Queue: queue, Published: pub, Kind: article.Kind, Sites: sites})
	h.articles = article.New(article.Room{DB: d, Now: clock, IDs: ids, Columns: column.New(d, clock, ids, sites, pub, rev, log, r), Published: pub, Revisions: rev,
		Audit: log, Index: index.New(d), Queue: queue, Render: r, Numbers: h.Numbering})
	h.Texts = told{h.articles}
	_, err = orgs.Import(h.ctx, strings.NewReader("code,name,level,parent_code\n610900,安康市,city,\n610902,汉滨区,county,610900\n"), false)
	h.must(err)
	for _, code := range []string{"610900", "610902"} {
		o, err := orgs.ByCode(h.ctx, code)
		h.must(err)
		made, err := sites.Create(h.ctx, site.Spec{Org: o.ID})
		h.must(err)
		h.sites = append(h.sites, made.ID)
	}
	h.must(sites.Reload(h.ctx))
	return h
}

func (h *house) must(err error) {
	h.t.Helper()
	if err != nil {
		h.t.Fatal(err)
	}
}

// document writes a draft with an index number and a subject.
func (h *house) document(s kernel.SiteID, title, number, subject string) int64 {
	h.t.Helper()
	id, err := h.articles.Create(h.ctx, s, 20, publication.Brief, article.Payload{Kind: article.Policy, Title: title, Body: "<p>第一条</p>",
		Document: &article.Document{Number: "安政发〔2026〕1号", IndexNumber: number, Subject: subject}})
	h.must(err)
	return id
}

// number is the index number of an article as its editors see it.
func (h *house) number(s kernel.SiteID, id int64) string {
	h.t.Helper()
	d, err := h.articles.Get(h.ctx, s, id)
	h.must(err)
	return d.Payload.Document.IndexNumber
}

// send freezes an article and answers its edition.
func (h *house) send(s kernel.SiteID, id int64) (publication.EditionID, error) {
	d, err := h.articles.Get(h.ctx, s, id)
	if err != nil {
		return 0, err
	}
	return h.articles.Submit(h.ctx, s, id, d.Version)
}

// sent is the number with which an article was frozen.
func (h *house) sent(s kernel.SiteID, id int64) string {
	h.t.Helper()
	_, err := h.send(s, id)
	h.must(err)
	return h.number(s, id)
}

// publish takes an article through the brief review.
func (h *house) publish(s kernel.SiteID, id int64) {
	h.t.Helper()
	e, err := h.send(s, id)
	h.must(err)
	for _, who := range []kernel.AccountID{reviewer, reviewer + 1} {
		h.must(h.Published.Approve(h.ctx, s, e, publication.Opinion{Reviewer: who, Verdict: publication.Approved, Review: "同意", Secrecy: "不涉密"}))
	}
	h.must(h.articles.Publish(h.ctx, s, id))
}

// edit changes the index number of a draft.
func (h *house) edit(s kernel.SiteID, id int64, number string) {
	h.t.Helper()
	d, err := h.articles.Get(h.ctx, s, id)
	h.must(err)
	doc := *d.Payload.Document
	doc.IndexNumber, d.Payload.Document = number, &doc
	h.must(h.articles.Edit(h.ctx, s, id, d.Version, d.Payload))
}

// rules sets a rule whose numbers from before are gathered.
func (h *house) rules(s kernel.SiteID, r Rule) {
	h.t.Helper()
	was, err := h.Rule(h.ctx, s)
	h.must(err)
	r.Version = was.Version
	h.must(h.Save(h.ctx, s, r))
	h.must(h.gather(h.ctx, s))
}

// organs is the rule of 国办.
func organs() Rule { return Rule{Pattern: usual, Organ: "016000", First: 1} }
