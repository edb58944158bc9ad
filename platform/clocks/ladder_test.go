package clocks

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/zhanqun/zhanqun/kernel"
)

// said are what was told since it was last asked, as "to step name…".
func (h *house) said() string {
	h.mu.Lock()
	defer h.mu.Unlock()
	var all []string
	for _, n := range h.told {
		s := fmt.Sprintf("%s %d %s", n.To, n.Step, n.Text)
		if n.Over != (n.Step > 1) || n.Duty == 0 || n.Href != "/sites/"+n.Site.String()+"/board" {
			s += fmt.Sprintf(" (%+v)", n)
		}
		all = append(all, s)
	}
	h.told = nil
	return strings.Join(all, " | ")
}

// left are the notices of a site of which something is still to be done.
func (h *house) left(id kernel.SiteID) (all []string) {
	h.t.Helper()
	open, err := h.openTold(h.ctx, []kernel.SiteID{id})
	h.must(err)
	for _, t := range open[id] {
		all = append(all, fmt.Sprint(t.Duty, " ", t.Step))
	}
	return all
}

// M1, M2, M9, d07, d43: what is computed climbs the same ladder: each step of a duty is told once, together with what leads to the same
// people, and is over with the publication that does it; nothing is told of what is not near its end.
func TestTheLadderOfWhatIsComputed(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		h.Notices = h
		start := moment(t, "2026-06-01 10:00")
		at := func(days int) {
			h.now = start.AddDate(0, 0, days)
			h.must(h.announce(h.ctx, Scope{}))
			h.must(h.announce(h.ctx, Scope{Only: h.county})) // a second pass finds nothing new
		}
		columns := []Age{{Column: 1, Name: "要闻", Last: start, Cycle: 14, Home: true}, {Column: 2, Name: "公告", Last: start, Cycle: 14}, {Column: 3, Name: "规划", Cycle: 59}}
		h.ages[h.county] = columns
		for _, c := range []struct {
			days int
			told string
		}{
			{5, ""},
			{6, "lead 1 每周更新"}, // 75 % of the way
			{7, ""},
			{8, "lead 2 每周更新"},
			{11, "lead 1 首页更新 | writer 1 要闻、公告 | superior 3 每周更新"},
			{15, "lead 2 要闻、公告、首页更新"},
			{16, ""},
			{19, "superior 3 要闻、公告、首页更新"},
			{40, ""},
		} {
			at(c.days)
			if got := h.said(); got != c.told {
				t.Errorf("day %d tells %q, want %q", c.days, got, c.told)
			}
		}
		if got := strings.Join(h.left(h.county), ", "); got != "column/1 3, column/2 3, home 3, weekly 3" {
			t.Errorf("left: %s", got)
		}
		h.ages[h.county] = []Age{{Column: 1, Name: "要闻", Last: h.now, Cycle: 14, Home: true}, columns[1]}
		at(40)
		if got := strings.Join(h.left(h.county), ", "); h.said() != "" || got != "column/2 3" {
			t.Errorf("after a publication: %s", got)
		}
		h.ages[h.county] = columns // withdrawn again: it is as it was, and was told
		if at(40); h.said() != "" {
			t.Error("the same step of the same end is told twice")
		}
		h.ages[h.county] = []Age{{Column: 1, Name: "要闻", Last: h.now, Cycle: 14, Home: true}, {Column: 2, Name: "公告", Last: h.now, Cycle: 14}}
		if at(40); len(h.left(h.county)) != 0 {
			t.Errorf("left: %v", h.left(h.county))
		}
		over := 0
		for _, a := range h.chain(h.county) {
			if a == "clock.over" {
				over++
			}
		}
		if over != 7 { // notices; that of the first two writers' columns was one
			t.Errorf("%d notices are over: %v", over, h.chain(h.county))
		}
		if got := h.chain(h.city); len(got) != 0 {
			t.Errorf("another site's chain holds %v", got)
		}
	})
}

// Nodes that pass at one moment, and one that starts anew, tell a step once; what cannot be carried is not taken and is told later; one
// site's failure keeps no other from being told.
func TestWhatIsComputedIsToldOnce(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		h.Notices = h
		old := []Age{{Column: 1, Name: "要闻", Last: h.now.AddDate(0, 0, -9), Cycle: 59}}
		h.ages[h.county], h.ages[h.city] = old, old
		h.fails = errors.New("nobody carries it")
		if err := h.announce(h.ctx, Scope{}); !errors.Is(err, h.fails) || len(h.left(h.county))+len(h.left(h.city)) != 0 {
			t.Errorf("the failure is answered %v; left %v", err, h.left(h.county))
		}
		h.fails = nil
		var all sync.WaitGroup
		for range 4 {
			node := New(h.Room)
			all.Go(func() {
				if err := node.announce(h.ctx, Scope{}); err != nil {
					t.Error(err)
				}
			})
		}
		all.Wait()
		h.must(New(h.Room).announce(h.ctx, Scope{}))
		if got := h.said(); got != "lead 2 每周更新 | lead 2 每周更新" {
			t.Errorf("told %q", got)
		}
	})
}

// I4: what was told is read and ended for its own site.
func TestWhatWasToldIsItsSites(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		one := Told{Duty: Weekly, Title: "每周更新", DueAt: h.now, Step: 1, Notice: 5}
		tell := func(id kernel.SiteID, want bool) {
			t.Helper()
			h.must(h.DB.InTx(h.ctx, func(ctx context.Context) error {
				fresh, err := h.insertTold(ctx, id, one)
				if err == nil && fresh != want {
					t.Errorf("told site %d anew: %v, want %v", id, fresh, want)
				}
				return err
			}))
		}
		for _, id := range []kernel.SiteID{h.city, h.county} {
			tell(id, true)
			tell(id, false)
		}
		h.must(h.DB.InTx(h.ctx, func(ctx context.Context) error { return h.endTold(ctx, h.city, one) }))
		for id, want := range map[kernel.SiteID]int{h.city: 0, h.county: 1} {
			with, err := h.ToldWith(h.ctx, id, 5)
			if h.must(err); len(with) != want || len(h.left(id)) != want {
				t.Errorf("site %d has %v and %v, want %d", id, with, h.left(id), want)
			}
		}
		open, err := h.openTold(h.ctx, []kernel.SiteID{h.city})
		if h.must(err); len(open) != 0 {
			t.Errorf("asked for one site: %v", open)
		}
		if with, err := h.ToldWith(h.ctx, h.county, 6); err != nil || len(with) != 0 {
			t.Errorf("another notice has %v, %v", with, err)
		}
		h.must(h.dropTold(h.ctx, h.now.Add(time.Second)))
		tell(h.city, true)    // what was over long ago is gone
		tell(h.county, false) // what is not over stays
	})
}

// The pass of a day is one row however many nodes begin, runs at eight and comes back; a publication has the ladder look again; sites that
// citizens do not see are left in peace.
func TestThePassOfADay(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		h.Notices = h
		h.now = moment(t, "2026-11-26 07:00")
		h.must(h.Begin(h.ctx))
		h.must(New(h.Room).Begin(h.ctx))
		h.ages[h.county] = []Age{{Column: 1, Name: "要闻", Last: h.now.AddDate(0, 0, -9), Cycle: 59}}
		if h.must(h.Queue.Drain(h.ctx)); h.said() != "" {
			t.Error("told before eight")
		}
		h.now = moment(t, "2026-11-26 08:00")
		h.must(h.Queue.Drain(h.ctx))
		if got := h.said(); got != "lead 2 每周更新" {
			t.Errorf("told %q", got)
		}
		h.ages[h.county][0].Last = h.now.Add(-time.Hour)
		h.must(h.LookAgain(h.ctx, h.county))
		h.must(h.Queue.Drain(h.ctx))
		if left := h.left(h.county); len(left) != 0 {
			t.Errorf("after the publication %v is left", left)
		}
		h.ages[h.county][0].Last = h.now.AddDate(0, 0, -7)
		h.now = moment(t, "2026-11-27 08:00")
		h.must(h.Queue.Drain(h.ctx))
		if got := h.said(); got != "lead 2 每周更新" {
			t.Errorf("the next day tells %q", got)
		}
		h.must(h.Sites.Suspend(h.ctx, h.county, "系统维护", "本站维护升级，预计今日恢复。"))
		h.must(h.Sites.Reload(h.ctx))
		h.ages[h.county][0].Last = h.now.AddDate(0, 0, -40)
		h.now = h.now.AddDate(0, 0, 1)
		h.must(h.LookAgain(h.ctx, h.county))
		if h.must(h.Queue.Drain(h.ctx)); h.said() != "" {
			t.Error("a site that is suspended is told of")
		}
	})
}

// Steps that were slept through are not made up for: only the last one is told.
func TestSleptThrough(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		h.Notices = h
		h.ages[h.county] = []Age{{Column: 1, Name: "要闻", Last: h.now.AddDate(0, 0, -300), Cycle: 59}}
		h.must(h.announce(h.ctx, Scope{}))
		if got := h.said(); got != "superior 3 要闻、每周更新" {
			t.Errorf("told %q", got)
		}
		if got := h.left(h.county); !slices.Equal(got, []string{"column/1 3", "weekly 3"}) {
			t.Errorf("left %v", got)
		}
	})
}
