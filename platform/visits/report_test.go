package visits

import (
	"context"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/zhanqun/zhanqun/kernel"
)

// U1: a report goes over whole days up to yesterday, beside as many before; pages have the names they have now, and those of another site are not in it.
func TestReports(t *testing.T) {
	eachCity(t, func(t *testing.T, c *city) {
		c.named = map[string]Named{"/a/1": {"春茶开园", "/a/1", "http://s1/a/1"}, "/c/new": {"政务公开", "/c/new", "http://s1/c/new"}, "/c/old": {"政务公开", "/c/new", "http://s1/c/new"}}
		flushed := func(path string, times int) {
			c.read(here, path, times)
			c.read(canary, path, 1000)
			c.must(c.Flush(c.ctx))
		}
		c.days(-8) // 11-19: before the seven days that end on 11-26
		flushed("/a/1", 8)
		c.days(1) // 11-20, the first of them
		flushed("/c/old", 4)
		flushed("/-/hant/c/new", 5)
		c.days(6) // 11-26
		flushed("/a/1", 2)
		flushed("/a/7", 6)
		flushed("/", 1)
		flushed("/search", 1)
		flushed("/sitemap", 1)
		c.days(1)
		flushed("/a/1", 50) // today
		r, err := c.Of(c.ctx, here, 7)
		c.must(err)
		if r.From != "2026-11-20" || r.To != "2026-11-26" || r.Now != (Figures{20, 7}) || r.Before != (Figures{8, 1}) || r.Today != (Figures{50, 1}) {
			t.Errorf("%s to %s: %v after %v, today %v", r.From, r.To, r.Now, r.Before, r.Today)
		}
		for _, row := range []struct{ name, got, want string }{
			{"days", fmt.Sprint(r.Periods), "[{2026-11-20 {9 2}} {2026-11-21 {0 0}} {2026-11-22 {0 0}} {2026-11-23 {0 0}} {2026-11-24 {0 0}} {2026-11-25 {0 0}} {2026-11-26 {11 5}}]"},
			{"columns", fmt.Sprint(r.Columns), "[{政务公开 http://s1/c/new false {9 2}}]"},
			{"articles", fmt.Sprint(r.Articles), "[{/a/7  true {6 1}} {春茶开园 http://s1/a/1 false {2 1}}]"},
			{"sorts", fmt.Sprint(r.Sorts), "[{栏目  false {9 2}} {稿件  false {8 2}} {其他页面  false {1 1}} {首页  false {1 1}} {检索  false {1 1}}]"},
			{"forms", fmt.Sprint(r.Variants), "[{普通版  false {15 6}} {繁体版  false {5 1}}]"},
			{"words", fmt.Sprint(r.Missed), "[{词1-7-20 3}]"},
		} {
			if row.got != row.want {
				t.Errorf("%s: %s, want %s", row.name, row.got, row.want)
			}
		}
		all, err := c.All(c.ctx, 7, "least")
		c.must(err)
		if got, want := fmt.Sprint(all), "[{3 没人看的站 {0 0} {0 0}} {1 本站 {20 7} {8 1}} {2 暗桩 {7000 7} {1000 1}}]"; got != want {
			t.Errorf("all sites: %s, want %s", got, want)
		}
		for order, first := range map[string]string{"": "暗桩", "reads": "暗桩", "visits": "本站", "name": "暗桩", "nonsense": "暗桩"} {
			if all, err = c.All(c.ctx, 7, order); err != nil || all[0].Name != first {
				t.Errorf("by %q: %v, %v", order, all, err)
			}
		}
	})
}

// U1: a year is shown by months, and so is everything, with what is kept by months only.
func TestLongReports(t *testing.T) {
	c := build(t, nil)
	r := Report{Span: 365, From: "2025-11-27", To: "2026-11-26"}
	months := r.periods([]named{{"2025-11-30", 1, 1}, {"2026-11-01", 2, 0}, {"2026-11-26", 3, 1}})
	if len(months) != 13 || months[0] != (Period{"2025-11", Figures{1, 1}}) || months[12] != (Period{"2026-11", Figures{5, 1}}) {
		t.Errorf("a year: %v", months)
	}
	r = Report{To: "2026-02-10"}
	months = r.periods([]named{{"2025-12", 7, 7}, {"2026-02-10", 2, 0}})
	if got, want := fmt.Sprint(months), "[{2025-12 {7 7}} {2026-01 {0 0}} {2026-02 {2 0}}]"; got != want {
		t.Errorf("everything: %s, want %s", got, want)
	}
	if none := r.periods(nil); none != nil || dateOf(dayOf(c.now)) != "2026-11-27" {
		t.Errorf("nothing: %v", none)
	}
}

// U1: how much more is said in whole percent.
func TestChange(t *testing.T) {
	for _, row := range []struct {
		now, before int64
		want        string
	}{{112, 100, "+12%"}, {88, 100, "-12%"}, {5, 0, ""}, {0, 5, "-100%"}, {1005, 1000, "+1%"}, {995, 1000, "-1%"}, {1004, 1000, "0%"}, {3, 3, "0%"}} {
		if got := Change(row.now, row.before); got != row.want {
			t.Errorf("%d after %d is %q, want %q", row.now, row.before, got, row.want)
		}
	}
}

// U1: the bars are in the picture, the highest as high as it.
func TestBars(t *testing.T) {
	drawn, most := bars([]Period{{"a", Figures{10, 4}}, {"b", Figures{}}, {"c", Figures{5, 9}}})
	if got, want := fmt.Sprint(drawn), "[{{a {10 4}} 30 180 0 160 96 64} {{b {0 0}} 270 180 160 0 160 0} {{c {5 9}} 510 180 80 80 80 80}]"; got != want || most != 10 {
		t.Errorf("%s of %d, want %s", got, most, want)
	}
	if none, _ := bars([]Period{{"a", Figures{}}}); none != nil {
		t.Errorf("drawn of nothing: %v", none)
	}
}

// U1: of days that are over only the most read pages are kept apart, after two years only months, and no number is lost; each site is tidied by itself.
func TestTidying(t *testing.T) {
	eachCity(t, func(t *testing.T, c *city) {
		today := dayOf(c.now)
		put := func(site int, day, path string, reads int) {
			c.must(c.DB.InTx(c.ctx, func(ctx context.Context) error {
				if err := c.add(ctx, "site_id, day, path", each([]pageRow{{SiteID: kernel.SiteID(site), Day: day, Path: path, Reads: int64(reads), Visits: 1}})); err != nil {
					return err
				}
				return c.add(ctx, "site_id, day, variant", each([]dayRow{{SiteID: kernel.SiteID(site), Day: day, Reads: int64(reads), Visits: 1}}))
			}))
		}
		day := dateOf(today - settlesFor - 1)
		for i, site := range []int{1, 2} {
			put(site, "2023-05-01", "/a/1", 1+100*i)
			put(site, "2023-05-31", "/a/1", 2+100*i)
			put(site, "2023-05-31", "/a/2", 3+100*i)
			for n, path := range []string{"/a/1", "/a/2", "/a/3"} {
				put(site, day, path, 10*(n+1)+1000*i)
			}
		}
		was := c.rows(canary)
		c.must(c.DB.InTx(c.ctx, func(ctx context.Context) error {
			if err := c.gather(ctx, here, day, 1); err != nil {
				return err
			}
			return c.byMonth(ctx, here, "2024-11-01")
		}))
		if now := c.rows(canary); !slices.Equal(now, was) {
			t.Errorf("the other site has %q, had %q", now, was)
		}
		c.wants(here, "2023-05  6 3", day+"  60 3", "2023-05 /a/1 3 2", "2023-05 /a/2 3 1", day+"  30 2", day+" /a/3 30 1")
		// and the job does so each night, of whole months
		put(1, dateOf(today-keptDays), "/a/1", 1)
		c.Jobs(c.Queue)
		c.must(c.Begin(c.ctx))
		c.must(c.Begin(c.ctx)) // as every node does
		c.must(c.Queue.Drain(c.ctx))
		if got := c.rows(canary); !slices.Equal(got, was) {
			t.Error("it is tidied before the night")
		}
		for night, want := range []string{"2023-05  306 3", "2023-05  309 4"} {
			c.now = c.now.Add(24 * time.Hour)
			c.must(c.Queue.Drain(c.ctx))
			if got := c.rows(canary)[0]; got != want {
				t.Errorf("after night %d it has %s, want %s", night+1, got, want)
			}
			put(2, "2023-05-02", "/a/1", 3) // from a backup
		}
		if got := c.rows(here)[1]; got != dateOf(today-keptDays)+"  1 1" {
			t.Errorf("of a month that is not whole there is %s", got)
		}
	})
}
