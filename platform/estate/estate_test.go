package estate_test

import (
	"bytes"
	"compress/gzip"
	"context"
	"io"
	"io/fs"
	"strings"
	"testing"
	"time"

	"github.com/zhanqun/zhanqun/kernel"
	"github.com/zhanqun/zhanqun/kernel/corpus"
	"github.com/zhanqun/zhanqun/platform/audit"
	"github.com/zhanqun/zhanqun/platform/console"
	"github.com/zhanqun/zhanqun/platform/estate"
	"github.com/zhanqun/zhanqun/platform/identity"
	"github.com/zhanqun/zhanqun/platform/org"
	"github.com/zhanqun/zhanqun/platform/pages"
	"github.com/zhanqun/zhanqun/platform/site"
	"github.com/zhanqun/zhanqun/policies"
	"github.com/zhanqun/zhanqun/storage/db"
	"github.com/zhanqun/zhanqun/storage/db/dbtest"
)

func clock() time.Time { return time.Date(2026, 11, 26, 2, 0, 0, 0, time.UTC) }

type house struct {
	*estate.Estate
	t     testing.TB
	orgs  *org.Orgs
	sites *site.Sites
	log   *audit.Log
	rev   *pages.Revisions
}

// holds knows nobody: who may do what is tried over the routes, in app.
type holds struct{}

func (holds) Holdings(context.Context, kernel.SiteID) ([]policies.Held, error) { return nil, nil }

func schema() []fs.FS {
	return []fs.FS{audit.Migrations(), pages.Migrations(), identity.Migrations(), org.Migrations(), site.Migrations(), estate.Migrations()}
}

func open(t testing.TB, d *db.DB) *house {
	t.Helper()
	ids := kernel.NewSeededIDs(clock, 1)
	h := &house{t: t, log: audit.New(d, clock, ids), rev: pages.NewRevisions(d)}
	h.orgs = org.New(d, clock, ids, h.log)
	var err error
	if h.sites, err = site.New(site.Config{Domain: "localhost", Scheme: "http", Port: 8080}, d, clock, ids, h.log, h.orgs, h.rev); err != nil {
		t.Fatal(err)
	}
	people := identity.New(d, clock, ids, h.log, h.sites)
	c, err := console.New(console.Ports{Accounts: people, Sites: h.sites, Audit: h.log, Holdings: holds{}, Now: clock}, map[string]fs.FS{"estate": estate.Views()}, estate.Screens()...)
	if err != nil {
		t.Fatal(err)
	}
	h.Estate = estate.New(estate.Room{DB: d, Now: clock, IDs: ids, Audit: h.log, Accounts: people, Orgs: h.orgs, Sites: h.sites, Console: c})
	return h
}

// province opens a site for each of so many real units: the townships of the country, their counties, cities and provinces.
func (h *house) province(most int) int {
	h.t.Helper()
	z, err := gzip.NewReader(corpus.Open(h.t, "china-divisions.csv.gz"))
	if err != nil {
		h.t.Fatal(err)
	}
	all, err := io.ReadAll(z)
	if err != nil {
		h.t.Fatal(err)
	}
	var some strings.Builder
	taken := 0
	for i, line := range strings.SplitAfter(string(all), "\n") {
		if i == 0 || strings.HasPrefix(line, "61") || strings.HasPrefix(line, "51") || strings.HasPrefix(line, "33") || strings.HasPrefix(line, "43") || strings.HasPrefix(line, "44") {
			some.WriteString(line)
			taken++
		}
		if taken > most {
			break
		}
	}
	if _, err := h.orgs.Import(h.t.Context(), strings.NewReader(some.String()), false); err != nil {
		h.t.Fatal(err)
	}
	var sheet bytes.Buffer
	if err := h.sites.DeriveCSV(h.t.Context(), &sheet, "localhost"); err != nil {
		h.t.Fatal(err)
	}
	r, err := h.sites.Import(h.t.Context(), &sheet, false)
	if err != nil {
		h.t.Fatal(err, r.Problems)
	}
	if err := h.sites.Reload(h.t.Context()); err != nil {
		h.t.Fatal(err)
	}
	return r.Created()
}

// LP12, LE13: the wall of 10,000 sites with real names, read from memory.
func BenchmarkWall(b *testing.B) {
	h := open(b, dbtest.SQLite(b, schema()...))
	n := h.province(10_100)
	for b.Loop() {
		w, err := h.Wall(b.Context(), 0, estate.Filter{})
		if err != nil || w.Shown != n {
			b.Fatal(w.Shown, err)
		}
	}
	b.ReportMetric(float64(n), "sites")
}

// A8, d52 on both engines: the record of an opening stands or falls with its site, and the schema itself refuses a decision of one's own.
func TestTheRecordOfAnOpening(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := open(t, d)
		if _, err := h.orgs.Import(t.Context(), strings.NewReader("code,name,level,parent_code\n610900,安康市,city,\n610902,汉滨区,county,610900\n610902104,五里镇,township,610902\n"), false); err != nil {
			t.Fatal(err)
		}
		ctx := kernel.WithActor(t.Context(), kernel.Actor{Account: 7, Name: "李某", Via: "console"})
		form := estate.Form{Org: "610900", Why: "开办门户网站", Document: "安政办函〔2026〕12号", Lead: "李某", LeadLogin: "lead", Leader: "王某", LeaderLogin: "leader"}
		if _, err := h.Apply(ctx, estate.Form{Org: "610902104", Why: "开办频道", Document: "五政函〔2026〕1号", Lead: "李某", LeadLogin: "lead", Leader: "王某", LeaderLogin: "leader"}); err == nil {
			t.Error("a township without a superior's site got one")
		}
		g, err := h.Apply(ctx, form)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := d.Conn(ctx).NewRaw("UPDATE site_openings SET decision = 'approved', because = '同意', decided_by = applied_by, decided_at = applied_at WHERE site_id = ?", int64(g.ID)).Exec(ctx); err == nil {
			t.Error("the schema lets an applicant decide")
		}
		other := kernel.WithActor(t.Context(), kernel.Actor{Account: 8, Name: "王某", Via: "console"})
		if err := h.Decide(other, g.ID, true, "同意开办。"); err != nil {
			t.Fatal(err)
		}
		if err := h.Decide(other, g.ID, false, "又不同意。"); err == nil {
			t.Error("it was decided twice")
		}
		var n int
		if err := d.Conn(ctx).NewRaw("SELECT count(*) FROM site_openings").Scan(ctx, &n); err != nil || n != 1 {
			t.Errorf("%d records, %v", n, err)
		}
	}, schema()...)
}

// A8, LE13: the wall of 10,000 sites of which all are to be re-checked: what the rounds cost.
func BenchmarkRechecksOfTenThousand(b *testing.B) {
	h := open(b, dbtest.SQLite(b, schema()...))
	n := h.province(10_100)
	h.Now = func() time.Time { return clock().AddDate(1, 0, 0) }
	opened, err := h.OpenRechecks(b.Context())
	if err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		w, err := h.Wall(b.Context(), 0, estate.Filter{Round: "due"})
		if err != nil || w.Shown != opened {
			b.Fatal(w.Shown, opened, err)
		}
	}
	b.ReportMetric(float64(n), "sites")
	b.ReportMetric(float64(opened), "rounds")
}
