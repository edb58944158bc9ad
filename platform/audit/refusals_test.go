package audit

import (
	"context"
	"fmt"
	"net/netip"
	"slices"
	"testing"
	"time"

	"github.com/zhanqun/zhanqun/kernel"
	"github.com/zhanqun/zhanqun/kernel/fault"
	"github.com/zhanqun/zhanqun/storage/db"
	"github.com/zhanqun/zhanqun/storage/db/dbtest"
)

var (
	gate  = netip.MustParseAddr("192.0.2.7")
	no    = fault.New(fault.Forbidden, "您没有此项权限。")
	whole = kernel.Page{Number: 1, Size: 10_000}
)

func refusals(t *testing.T, d *db.DB, now kernel.Clock) *Refusals {
	t.Helper()
	if _, err := d.Migrate(t.Context(), Migrations()); err != nil {
		t.Fatal(err)
	}
	return NewRefusals(d, now)
}

func listed(t *testing.T, r *Refusals, f RefusalFilter) []Refusal {
	t.Helper()
	if err := r.Flush(t.Context()); err != nil {
		t.Fatal(err)
	}
	all, err := r.List(t.Context(), f, whole)
	if err != nil {
		t.Fatal(err)
	}
	return all
}

// d51 (design.md 6): what is refused is counted by person, site, action, address, reason and day, and found by each; what is no refusal is not there.
func TestRefusalsAreCounted(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		now := start
		r := refusals(t, d, func() time.Time { return now })
		other := kernel.WithActor(context.Background(), kernel.Actor{Account: 8, Name: "李四", Via: "console"})
		for range 3 {
			r.Refused(as("张三"), 5, "article.publish", gate, no)
		}
		now = now.Add(time.Minute)
		r.Refused(as("张三"), 5, "article.publish", gate, no)
		r.Refused(other, 0, "audit.read", netip.Addr{}, no)
		r.Refused(other, 6, "article.read", gate, fault.New(fault.NotFound, "没有这个网站。"))
		r.Refused(other, 6, "article.read", gate, fault.New(fault.Unavailable, "数据库没有响应。"))
		r.Refused(other, 6, "article.read", gate, fmt.Errorf("disk"))
		r.Refused(context.Background(), 6, "article.read", gate, no)
		if got := len(listed(t, r, RefusalFilter{})); got != 3 {
			t.Fatalf("%d rows, want 3", got)
		}
		want := Refusal{"2026-11-23", 7, "张三", 5, "article.publish", "192.0.2.7", "您没有此项权限。", 4, start, now}
		if got := listed(t, r, RefusalFilter{Account: 7}); len(got) != 1 || got[0] != want {
			t.Errorf("got %+v, want %+v", got, want)
		}
		r.Refused(as("张三"), 5, "article.publish", gate, no) // in another batch
		now = now.Add(24 * time.Hour)
		r.Refused(as("张三"), 5, "article.publish", gate, no) // on another day
		for _, c := range []struct {
			name string
			f    RefusalFilter
			want []int64
		}{
			{"by day", RefusalFilter{Day: "2026-11-24"}, []int64{1}},
			{"by person and day", RefusalFilter{Account: 7, Day: "2026-11-23"}, []int64{5}},
			{"by site", RefusalFilter{Site: 5, OfSite: true}, []int64{1, 5}},
			{"of the platform", RefusalFilter{OfSite: true}, []int64{1}},
			{"of nobody", RefusalFilter{Account: 9}, nil},
		} {
			var times []int64
			for _, f := range listed(t, r, c.f) {
				times = append(times, f.Times)
			}
			if !slices.Equal(times, c.want) {
				t.Errorf("%s: %v, want %v", c.name, times, c.want)
			}
		}
		now = now.AddDate(0, 0, 179)
		if err := r.Forget(t.Context()); err != nil || len(listed(t, r, RefusalFilter{})) != 4 {
			t.Errorf("after 180 days %d rows are there, %v", len(listed(t, r, RefusalFilter{})), err)
		}
		now = now.Add(24*time.Hour - time.Minute)
		if err := r.Forget(t.Context()); err != nil || len(listed(t, r, RefusalFilter{})) != 1 {
			t.Errorf("a day later %d rows are there, %v", len(listed(t, r, RefusalFilter{})), err)
		}
	})
}

// d51: a flood makes numbers grow, and neither memory nor the table: nothing is lost from the count.
func TestAFloodOfRefusals(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		r := refusals(t, d, frozen)
		const flood = 10_000
		sum := func(all []Refusal) (n int64) {
			for _, f := range all {
				n += f.Times
			}
			return n
		}
		for i := range flood {
			r.Refused(as("张三"), kernel.SiteID(i), "article.publish", gate, no)
		}
		if r.waiting.Waiting() > waitingMost+1 {
			t.Errorf("%d wait in memory", r.waiting.Waiting())
		}
		all := listed(t, r, RefusalFilter{})
		if len(all) > eachPersonMost+1 || sum(all) != flood {
			t.Errorf("%d rows of %d refusals", len(all), sum(all))
		}
		for i := range flood {
			ctx := kernel.WithActor(context.Background(), kernel.Actor{Account: kernel.AccountID(100 + i), Name: "某人"})
			r.Refused(ctx, 1, "article.publish", gate, no)
		}
		if r.waiting.Waiting() > 2*waitingMost+1 {
			t.Errorf("%d wait in memory", r.waiting.Waiting())
		}
		if all := listed(t, r, RefusalFilter{}); sum(all) != 2*flood {
			t.Errorf("%d refusals, want %d", sum(all), 2*flood)
		}
	})
}

// d51: what the store does not take waits, and is written when it does, at the latest when the server stops.
func TestRefusalsWaitForTheStore(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		r := refusals(t, d, frozen)
		r.Refused(as("张三"), 5, "article.publish", gate, no)
		gone, cancel := context.WithCancel(t.Context())
		cancel()
		if err := r.Flush(gone); err == nil {
			t.Fatal("written without a store")
		}
		if err := r.Run(gone); err != nil { // the server stops
			t.Fatal(err)
		}
		if all, err := r.List(t.Context(), RefusalFilter{}, whole); err != nil || len(all) != 1 || all[0].Times != 1 {
			t.Errorf("kept %+v, %v", all, err)
		}
	})
}

func BenchmarkRefused(b *testing.B) {
	r := NewRefusals(nil, frozen)
	ctx := as("张三")
	for b.Loop() {
		r.Refused(ctx, 5, "article.publish", gate, no)
	}
}
