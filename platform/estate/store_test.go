package estate

import (
	"context"
	"io/fs"
	"strings"
	"testing"
	"time"

	"github.com/zhanqun/zhanqun/kernel"
	"github.com/zhanqun/zhanqun/kernel/fault"
	"github.com/zhanqun/zhanqun/platform/audit"
	"github.com/zhanqun/zhanqun/platform/identity"
	"github.com/zhanqun/zhanqun/platform/org"
	"github.com/zhanqun/zhanqun/platform/pages"
	"github.com/zhanqun/zhanqun/platform/site"
	"github.com/zhanqun/zhanqun/storage/db"
	"github.com/zhanqun/zhanqun/storage/db/dbtest"
)

// pair is an estate with the sites of a city and of a county.
func pair(t *testing.T, d *db.DB) (e *Estate, ctx context.Context, city, county kernel.SiteID) {
	t.Helper()
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	now := func() time.Time { return time.Date(2026, 11, 26, 2, 0, 0, 0, time.UTC) }
	ctx = kernel.WithActor(context.Background(), kernel.Actor{Account: 11, Name: "运维", Via: "console"})
	ids := kernel.NewSeededIDs(now, 3)
	log := audit.New(d, now, ids)
	orgs := org.New(d, now, ids, log)
	var sheet strings.Builder
	sheet.WriteString("code,name,level,parent_code\n610900,安康市,city,\n610902,汉滨区,county,610900\n")
	for i := range draftsAtMost {
		sheet.WriteString("6109021" + string(rune('0'+i/10)) + string(rune('0'+i%10)) + ",第" + string(rune('一'+i)) + "镇,township,610902\n")
	}
	_, err := orgs.Import(ctx, strings.NewReader(sheet.String()), false)
	must(err)
	sites, err := site.New(site.Config{Domain: "localhost", Scheme: "http", Port: 8080}, d, now, ids, log, orgs, pages.NewRevisions(d))
	must(err)
	var made []kernel.SiteID
	for _, code := range []string{"610900", "610902"} {
		o, err := orgs.ByCode(ctx, code)
		must(err)
		s, err := sites.Create(ctx, site.Spec{Org: o.ID})
		must(err)
		made = append(made, s.ID)
	}
	return New(Room{DB: d, Now: now, IDs: ids, Audit: log, Orgs: orgs, Sites: sites}), ctx, made[0], made[1]
}

var schema = []fs.FS{audit.Migrations(), pages.Migrations(), identity.Migrations(), org.Migrations(), site.Migrations(), Migrations()}

// A8, A12: how a site was opened and until when it rests is written for that site and no other.
func TestOpeningsAreTheirSites(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		e, ctx, city, county := pair(t, d)
		err := d.InTx(ctx, func(ctx context.Context) error {
			for _, id := range []kernel.SiteID{city, county} {
				if err := e.insertOpening(ctx, Opening{Site: id, Why: "新开", Document: "安政函〔2026〕1号", Lead: Post{"主管", "zhuguan"}, Leader: Post{"领导", "lingdao"}, AppliedBy: 5, AppliedName: "申请人", AppliedAt: e.Now()}); err != nil {
					return err
				}
				if err := e.putPause(ctx, id, "2026-12-01"); err != nil {
					return err
				}
			}
			o, _, err := e.opening(ctx, city)
			if err != nil {
				return err
			}
			o.Decision, o.Because, o.DecidedBy, o.DecidedName, o.DecidedAt = "refused", "材料不全", 6, "监督", e.Now()
			if err := e.saveDecision(ctx, o); err != nil {
				return err
			}
			return e.dropPause(ctx, city)
		})
		if err != nil {
			t.Fatal(err)
		}
		for id, want := range map[kernel.SiteID][2]string{city: {"refused", ""}, county: {"", "2026-12-01"}} {
			o, ok, err := e.opening(ctx, id)
			if err != nil || !ok || o.Site != id || o.Decision != want[0] {
				t.Errorf("site %d: %+v, %v, %v", id, o, ok, err)
			}
			if until, err := e.pause(ctx, id); err != nil || until != want[1] {
				t.Errorf("site %d rests until %q, %v", id, until, err)
			}
		}
	}, schema...)
}

// A1: one person keeps so many unfinished openings and no more; the same unit is taken up where it was left.
func TestUnfinishedOpeningsAreFew(t *testing.T) {
	e, ctx, _, _ := pair(t, dbtest.SQLite(t, schema...))
	for i := range draftsAtMost {
		if _, err := e.Begin(ctx, "6109021"+string(rune('0'+i/10))+string(rune('0'+i%10))); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := e.Begin(ctx, "610902"); !fault.Is(err, fault.Conflict) || !strings.Contains(fault.Say(err), "没有办完") {
		t.Errorf("one too many: %v", err)
	}
	if _, err := e.Begin(ctx, "610902100"); err != nil {
		t.Errorf("one that was begun: %v", err)
	}
}

// A8, d52, I4: the yearly re-check of a site is read, held and saved for that site and no other; what somebody faster has decided is not
// written over, and who comes too early or too late is told which it is.
func TestRechecksAreTheirSites(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		e, ctx, city, county := pair(t, d)
		says := func(err error, words string) {
			t.Helper()
			if !fault.Is(err, fault.Conflict) || !strings.Contains(fault.Say(err), words) {
				t.Errorf("got %v, want %q", err, words)
			}
		}
		must := func(err error) {
			t.Helper()
			if err != nil {
				t.Fatal(err)
			}
		}
		right := Right{true, true, true, true}
		must(d.InTx(ctx, func(ctx context.Context) error {
			_, err := e.insertRecheck(ctx, Recheck{Site: county, DueOn: "2026-12-01", State: RecheckOpen, OpenedAt: e.Now()})
			return err
		}))
		if r, err := e.RecheckOf(ctx, city); err != nil || r != (Recheck{}) {
			t.Errorf("the city's round is %+v, %v", r, err)
		}
		says(e.Confirm(ctx, city, right, ""), "没有要办的年度复核")
		says(e.DecideRecheck(ctx, city, false, "还缺电话"), "没有要办的年度复核")
		says(e.DecideRecheck(ctx, county, false, "还缺电话"), "还没有确认")
		must(d.InTx(ctx, func(ctx context.Context) error {
			_, err := e.insertRecheck(ctx, Recheck{Site: city, DueOn: "2026-12-01", State: RecheckOpen, OpenedAt: e.Now()})
			return err
		}))
		must(e.Confirm(ctx, city, right, "都对"))
		r, err := e.RecheckOf(ctx, county)
		if must(err); r.Site != county || r.State != RecheckOpen || r.Note != "" {
			t.Errorf("the county's round is %+v", r)
		}
		r.Note = "慢了一步"
		says(d.InTx(ctx, func(ctx context.Context) error { return e.saveRecheck(ctx, r, RecheckReturned) }), "刚被别人办过")
		must(d.InTx(ctx, func(ctx context.Context) error { return e.saveRecheck(ctx, r, RecheckOpen) }))
		if r, err := e.RecheckOf(ctx, city); err != nil || r.Note != "都对" {
			t.Errorf("the city's round is %+v, %v", r, err)
		}
	}, schema...)
}
