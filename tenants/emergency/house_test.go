package emergency

import (
	"context"
	"io/fs"
	"strings"
	"testing"
	"time"

	"github.com/zhanqun/zhanqun/kernel"
	"github.com/zhanqun/zhanqun/kernel/fault"
	"github.com/zhanqun/zhanqun/platform/audit"
	"github.com/zhanqun/zhanqun/platform/jobs"
	"github.com/zhanqun/zhanqun/platform/org"
	"github.com/zhanqun/zhanqun/platform/pages"
	"github.com/zhanqun/zhanqun/platform/publication"
	"github.com/zhanqun/zhanqun/platform/render"
	"github.com/zhanqun/zhanqun/platform/site"
	"github.com/zhanqun/zhanqun/platform/web"
	"github.com/zhanqun/zhanqun/policies"
	"github.com/zhanqun/zhanqun/storage/db"
	"github.com/zhanqun/zhanqun/storage/db/dbtest"
	"github.com/zhanqun/zhanqun/tenants/review"
)

// The people of the tests, all of the city's own office.
const (
	writer  kernel.AccountID = 11 // CL: writes, publishes, withdraws
	first   kernel.AccountID = 12 // RV and SR
	second  kernel.AccountID = 13
	third   kernel.AccountID = 14
	officer kernel.AccountID = 15 // IO: writes
	reader  kernel.AccountID = 16 // LC: none of it
)

var posts = map[kernel.AccountID][]policies.Role{writer: {policies.CL}, first: {policies.RV, policies.SR}, second: {policies.RV, policies.SR}, third: {policies.RV, policies.SR},
	officer: {policies.IO}, reader: {policies.LC}}

// people is what app plugs into the review.
type people struct{}

func (people) Standing(ctx context.Context, _ publication.Object) (s review.Standing, err error) {
	for _, r := range posts[kernel.ActorFrom(ctx).Account] {
		s.Held = append(s.Held, policies.Held{Role: r, Relation: policies.Own, InScope: true})
	}
	return s, nil
}

type nav struct{}

func (nav) Nav(context.Context, *render.Site) ([]render.Link, error) { return nil, nil }

// house is the rooms that this one stands beside, over one store, with the clock in the test's hand.
type house struct {
	*Emergency
	t     testing.TB
	now   time.Time
	sites []*render.Site // 安康市, 汉滨区, 汉阴县
}

// each opens the house on every engine.
func each(t *testing.T, f func(t *testing.T, h *house)) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) { f(t, build(t, d)) }, schema()...)
}

func schema() []fs.FS {
	return []fs.FS{audit.Migrations(), jobs.Migrations(), pages.Migrations(), org.Migrations(), site.Migrations(), publication.Migrations(), review.Migrations(), Migrations()}
}

func build(t testing.TB, d *db.DB) *house {
	t.Helper()
	h := &house{t: t, now: time.Date(2026, 11, 23, 2, 0, 0, 0, time.UTC)}
	clock := func() time.Time { return h.now }
	ids := kernel.NewSeededIDs(clock, 7)
	log, rev := audit.New(d, clock, ids), pages.NewRevisions(d)
	orgs := org.New(d, clock, ids, log)
	sites, err := site.New(site.Config{Domain: "localhost", Scheme: "http", Port: 8080}, d, clock, ids, log, orgs, rev)
	h.must(err)
	pub := publication.New(d, clock, ids, log, rev)
	r, err := render.New(render.Config{}, map[string]fs.FS{"emergency": Views()}, Pages()...)
	h.must(err)
	queue := jobs.New(d, clock, ids)
	h.Emergency = New(Room{DB: d, Now: clock, IDs: ids, Audit: log, Queue: queue, Published: pub, Revisions: rev, Sites: sites, Columns: nav{}, Render: r,
		Reviews: review.New(review.Room{DB: d, Now: clock, IDs: ids, Audit: log, Published: pub, People: people{}})})
	h.Jobs(queue)
	_, err = orgs.Import(h.as(writer), strings.NewReader("code,name,level,parent_code\n610900,安康市,city,\n610902,汉滨区,county,610900\n610921,汉阴县,county,610900\n"), false)
	h.must(err)
	for _, code := range []string{"610900", "610902", "610921"} {
		o, err := orgs.ByCode(h.as(writer), code)
		h.must(err)
		made, err := sites.Create(h.as(writer), site.Spec{Org: o.ID})
		h.must(err)
		h.must(sites.Reload(h.as(writer)))
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

// as is the context of somebody who acts.
func (h *house) as(who kernel.AccountID) context.Context {
	return kernel.WithActor(context.Background(), kernel.Actor{Account: who, Name: "测试", Via: "console"})
}

func (h *house) site(i int) kernel.SiteID { return h.sites[i].ID }

// storm is a warning that is in force for six hours from its publication on.
func (h *house) storm(title string) Warning {
	return Warning{Type: "disaster", Level: "red", Title: title, What: "今夜到明天有大暴雨。\n\n山洪风险高。", Advice: "远离河道。", Area: "汉江沿线", Issuer: "安康市气象局", Until: h.now.Add(6 * time.Hour)}
}

// draft writes a warning.
func (h *house) draft(i int, w Warning) int64 {
	h.t.Helper()
	id, err := h.Create(h.as(writer), h.site(i), w)
	h.must(err)
	return id
}

// passed sends the draft and takes it through all steps of its review.
func (h *house) passed(i int, id int64) publication.EditionID {
	h.t.Helper()
	k, err := h.Get(h.as(writer), h.site(i), id)
	h.must(err)
	h.now = h.now.Add(time.Second)
	e, err := h.Send(h.as(writer), h.site(i), id, k.Version)
	h.must(err)
	for _, who := range []kernel.AccountID{first, second, third} {
		tr, err := h.Published.Trail(h.as(who), h.site(i), e)
		h.must(err)
		if !tr.Approved() {
			h.must(h.Reviews.Pass(h.as(who), h.site(i), e, review.Words{Review: "同意", Secrecy: "不涉密"}))
		}
	}
	return e
}

// give takes a warning all the way to the public.
func (h *house) give(i int, w Warning) int64 {
	h.t.Helper()
	id := h.draft(i, w)
	h.must(h.Publish(h.as(writer), h.site(i), h.passed(i, id), id))
	return id
}

// pass lets time go by, and what was waiting for it happens.
func (h *house) pass(d time.Duration) {
	h.t.Helper()
	h.now = h.now.Add(d)
	h.must(h.Queue.Drain(context.Background()))
}

// stands are the warnings at the head of a site's pages, as "title address".
func (h *house) stands(i int, v kernel.Variant) (all []string) {
	h.t.Helper()
	strips, err := h.Strips(context.Background(), h.sites[i].In(v))
	h.must(err)
	for _, s := range strips {
		all = append(all, s.Title+" "+s.Href)
	}
	return all
}

// titles are the titles of stands on each of the three sites, joined.
func (h *house) titles() (all [3]string) {
	h.t.Helper()
	for i := range all {
		var some []string
		for _, s := range h.stands(i, "") {
			title, _, _ := strings.Cut(s, " ")
			some = append(some, title)
		}
		all[i] = strings.Join(some, "、")
	}
	return all
}

func (h *house) want(what string, a, b, c string) {
	h.t.Helper()
	if got := h.titles(); got != [3]string{a, b, c} {
		h.t.Errorf("%s: the sites show %q, want %q", what, got, [3]string{a, b, c})
	}
}

// revisions are how far the pages of the three sites have come.
func (h *house) revisions() (all [3]int64) {
	h.t.Helper()
	for i := range all {
		rev, _, err := h.Revisions.Now(context.Background(), h.site(i))
		h.must(err)
		all[i] = rev
	}
	return all
}

// moved are the sites whose pages are made anew after f, as 1 or 0 each.
func (h *house) moved(f func()) (all [3]bool) {
	h.t.Helper()
	before := h.revisions()
	f()
	for i, rev := range h.revisions() {
		all[i] = rev > before[i]
	}
	return all
}

// page is a warning's page.
func (h *house) page(i int, id int64, v kernel.Variant) (string, error) {
	p, err := h.show(context.Background(), &web.Request{Site: h.sites[i].In(v), Params: map[string]string{"id": kernel.SiteID(id).String()}})
	if err != nil {
		return "", err
	}
	return string(p.Body), nil
}

func refused(t *testing.T, what string, err error, kind fault.Kind, words string) {
	t.Helper()
	if fault.KindOf(err) != kind || !strings.Contains(fault.Say(err), words) {
		t.Errorf("%s: got %v, want %s and the words %q", what, err, kind, words)
	}
}

// recorder keeps what the chain tells of warnings.
func recorder(told *[]string) func(context.Context, audit.Entry) error {
	return func(_ context.Context, e audit.Entry) error {
		if act, ok := strings.CutPrefix(e.Action, "warning."); ok {
			if e.Before != "" && act != "edit" {
				act += " " + e.Before + ">" + e.After
			}
			*told = append(*told, act)
		}
		return nil
	}
}
