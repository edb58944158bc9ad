package estate_test

import (
	"context"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/zhanqun/zhanqun/kernel"
	"github.com/zhanqun/zhanqun/kernel/fault"
	"github.com/zhanqun/zhanqun/platform/estate"
	"github.com/zhanqun/zhanqun/platform/site"
	"github.com/zhanqun/zhanqun/storage/db"
	"github.com/zhanqun/zhanqun/storage/db/dbtest"
)

func actor(t *testing.T, id kernel.AccountID, name string) context.Context {
	return kernel.WithActor(t.Context(), kernel.Actor{Account: id, Name: name, Via: "console"})
}

// twoSites opens a city's site and a county's, online.
func (h *house) twoSites() (city, county site.Site) {
	h.t.Helper()
	if _, err := h.orgs.Import(h.t.Context(), strings.NewReader("code,name,level,parent_code\n610900,安康市,city,\n610902,汉滨区,county,610900\n"), false); err != nil {
		h.t.Fatal(err)
	}
	ctx := kernel.WithActor(h.t.Context(), kernel.Actor{Account: 1, Name: "运维", Via: "console"})
	var made []site.Site
	for _, code := range []string{"610900", "610902"} {
		g, err := h.Open(ctx, estate.Form{Org: code, Document: "安政办函〔2026〕12号", Lead: "李某", LeadLogin: "lead" + code, Leader: "王某", LeaderLogin: "leader" + code, Start: "online"})
		if err != nil {
			h.t.Fatal(err)
		}
		made = append(made, g)
	}
	if err := h.sites.Reload(h.t.Context()); err != nil {
		h.t.Fatal(err)
	}
	return made[0], made[1]
}

// A8, d52 on both engines: once a year a site is looked at again: opened thirty days before its day and once, confirmed by the sponsor, asked for
// more, accepted by somebody else; the next one is due a year after that; the chains tell all of it.
func TestTheYearlyRecheck(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := open(t, d)
		city, county := h.twoSites()
		opens := func(day string, want int) {
			t.Helper()
			at, err := time.ParseInLocation(time.DateOnly, day, kernel.Beijing)
			if err != nil {
				t.Fatal(err)
			}
			h.Now = func() time.Time { return at.Add(9 * time.Hour) }
			if n, err := h.OpenRechecks(t.Context()); err != nil || n != want {
				t.Errorf("on %s %d rounds are opened, %v; want %d", day, n, err, want)
			}
		}
		lead, sv := actor(t, 7, "李某"), actor(t, 8, "监督员")
		right := estate.Right{Unit: true, Phone: true, Hosts: true, Columns: true}
		if err := h.Confirm(lead, city.ID, right, ""); !fault.Is(err, fault.Conflict) {
			t.Errorf("before it is due: %v", err)
		}
		opens("2027-10-26", 0) // the sites were opened on 2026-11-26
		opens("2027-10-27", 2)
		opens("2027-10-28", 0)
		r, err := h.RecheckOf(t.Context(), city.ID)
		if err != nil || r.DueOn != "2027-11-26" || r.State != estate.RecheckOpen || r.Late("2027-11-26") || !r.Late("2027-11-27") {
			t.Errorf("the round is %+v, %v", r, err)
		}
		if err := h.DecideRecheck(sv, city.ID, true, ""); !fault.Is(err, fault.Conflict) {
			t.Errorf("accepted before it was confirmed: %v", err)
		}
		wrong := right
		wrong.Phone = false
		if err := h.Confirm(lead, city.ID, wrong, ""); !fault.Is(err, fault.Invalid) {
			t.Errorf("something wrong without a word: %v", err)
		}
		for _, step := range []struct {
			say string
			err error
		}{
			{"confirmed", h.Confirm(lead, city.ID, wrong, "值班电话已换，本周改好。")},
			{"asked for more", h.DecideRecheck(sv, city.ID, false, "请先把电话改好。")},
			{"confirmed again", h.Confirm(lead, city.ID, right, "")},
		} {
			if step.err != nil {
				t.Fatalf("%s: %v", step.say, step.err)
			}
		}
		if err := h.Confirm(lead, city.ID, right, ""); !fault.Is(err, fault.Conflict) {
			t.Errorf("confirmed twice: %v", err)
		}
		if err := h.DecideRecheck(lead, city.ID, true, ""); !fault.Is(err, fault.Forbidden) {
			t.Errorf("an own confirmation is accepted: %v", err)
		}
		if _, err := d.Conn(t.Context()).NewRaw("UPDATE site_rechecks SET state = 'accepted', decided_by = confirmed_by, decided_at = opened_at WHERE site_id = ?", int64(city.ID)).Exec(t.Context()); err == nil {
			t.Error("the schema lets a lead accept the own confirmation")
		}
		if err := h.DecideRecheck(sv, city.ID, true, ""); err != nil {
			t.Fatal(err)
		}
		if running, err := h.Rechecks(t.Context()); err != nil || len(running) != 1 || running[county.ID].DueOn != "2027-11-26" {
			t.Errorf("still running: %v, %v", running, err)
		}
		if err := h.Suspend(sv, county.ID, "检查", "暂停服务。", 7); err != nil { // a suspended site gets no new round, the old one stays
			t.Fatal(err)
		}
		if err := h.sites.Reload(t.Context()); err != nil {
			t.Fatal(err)
		}
		opens("2028-09-27", 0)
		opens("2028-09-28", 1) // a year after 2027-10-28, less thirty days
		h.chain(city.ID, "site.recheck.open site.recheck.confirm site.recheck.return site.recheck.confirm site.recheck.accept site.recheck.open")
	}, schema()...)
}

// chain compares the re-checks in a site's chain.
func (h *house) chain(id kernel.SiteID, want string) {
	h.t.Helper()
	lines, err := h.log.List(h.t.Context(), id, kernel.Page{Number: 1, Size: 100})
	if err != nil {
		h.t.Fatal(err)
	}
	got := ""
	for _, l := range lines {
		if strings.HasPrefix(l.Action, "site.recheck.") {
			got = l.Action + " " + got
		}
	}
	if strings.TrimSpace(got) != want {
		h.t.Errorf("the chain tells %s, want %s", got, want)
	}
}

// A site that nobody asked for years, as behind an upgrade, is not late at once: its sponsor has the notice first.
func TestWhoWasNotAskedIsNotLate(t *testing.T) {
	h := open(t, dbtest.SQLite(t, schema()...))
	city, _ := h.twoSites()
	h.Now = func() time.Time { return clock().AddDate(4, 0, 0) }
	if n, err := h.OpenRechecks(t.Context()); err != nil || n != 2 {
		t.Fatal(n, err)
	}
	if r, err := h.RecheckOf(t.Context(), city.ID); err != nil || r.DueOn != "2030-12-26" {
		t.Errorf("due on %s, %v", r.DueOn, err)
	}
}

// Two nodes at midnight open each round once.
func TestTwoNodesOpenARoundOnce(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := open(t, d)
		city, _ := h.twoSites()
		h.Now = func() time.Time { return clock().AddDate(1, 0, 0) }
		var all sync.WaitGroup
		for range 4 {
			all.Go(func() {
				if _, err := h.OpenRechecks(t.Context()); err != nil {
					t.Error(err)
				}
			})
		}
		all.Wait()
		h.chain(city.ID, "site.recheck.open")
	}, schema()...)
}
