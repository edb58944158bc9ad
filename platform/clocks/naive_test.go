package clocks

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/zhanqun/zhanqun/kernel"
	"github.com/zhanqun/zhanqun/kernel/workday"
	"github.com/zhanqun/zhanqun/platform/audit"
	"github.com/zhanqun/zhanqun/storage/db/dbtest"
	"pgregory.net/rapid"
)

// almanac is a second, naive calendar: the days of notices by their dates, and nothing else.
type almanac map[string]bool // date: worked or not, where it is not as its weekday

func (a almanac) read(notice string) almanac {
	a = maps.Clone(a)
	for _, line := range strings.Split(notice, "\n") {
		if years, ok := strings.CutPrefix(line, "# years:"); ok { // a year that is loaded anew forgets what it was
			for date := range a {
				for _, y := range strings.Fields(years) {
					if strings.HasPrefix(date, y) {
						delete(a, date)
					}
				}
			}
		}
	}
	for _, line := range strings.Split(notice, "\n") {
		if f := strings.Split(line, ","); !strings.HasPrefix(line, "#") && len(f) > 1 {
			a[f[0]] = f[1] == "workday"
		}
	}
	return a
}

func (a almanac) works(day time.Time) bool {
	if w, listed := a[day.Format(time.DateOnly)]; listed {
		return w
	}
	return day.Weekday() != time.Saturday && day.Weekday() != time.Sunday
}

// naive counts an end day by day, or second by second where the pauses are; it shares nothing with Due.
func (a almanac) naive(start time.Time, r Rule, pauses []Pause, extended bool) time.Time {
	n := r.Length
	if extended {
		n += r.Extension
	}
	if r.Unit == Hour {
		at := start.Unix() + int64(n)*3600
		for _, p := range pauses {
			at += p.To.Unix() - p.From.Unix()
		}
		return time.Unix(at, 0)
	}
	counts := func(day time.Time) bool { return r.Unit == Calendar || a.works(day) }
	first := func(t time.Time) time.Time {
		y, m, d := t.In(kernel.Beijing).Date()
		return time.Date(y, m, d, 0, 0, 0, 0, kernel.Beijing)
	}
	for _, p := range pauses {
		for day := first(p.From).AddDate(0, 0, 1); !day.After(first(p.To)); day = day.AddDate(0, 0, 1) {
			if counts(day) {
				n++
			}
		}
	}
	day := first(start)
	for n > 0 {
		day = day.AddDate(0, 0, 1)
		if counts(day) {
			n--
		}
	}
	return day.AddDate(0, 0, 1)
}

// shipped is the almanac of the calendar that is shipped, asked day by day.
func shipped() almanac {
	a := almanac{}
	cal := workday.Builtin()
	for day := time.Date(2013, 1, 1, 12, 0, 0, 0, kernel.Beijing); day.Year() < 2020; day = day.AddDate(0, 0, 1) {
		if works := cal.IsWorkday(day); works != (almanac{}).works(day) {
			a[day.Format(time.DateOnly)] = works
		}
	}
	return a
}

// guess is what the naive implementation knows of a clock.
type guess struct {
	rule     Rule
	start    time.Time
	pauses   []Pause
	from     time.Time // of the pause that lasts
	extended bool
	due      time.Time
	state    string
	ended    bool
}

// Must show 7, M9, I15: over three years of random events (starts, moved starts, pauses, the one extension, ends, notices on working days) the
// rows agree with a naive second implementation to the second, in their states too.
func TestANaiveSecondClockAgrees(t *testing.T) {
	d := dbtest.SQLite(t, schema...)
	h := build(t, d)
	known, clocks, next := shipped(), map[int64]*guess{}, int64(0)
	days, ended, notices := 0, 0, 0
	h.now = moment(t, "2015-01-05 09:00")
	until := h.now.AddDate(3, 0, 0)
	rng := rand.New(rand.NewPCG(7, 2015))
	for ; h.now.Before(until); days++ {
		h.now = h.now.Add(time.Duration(rng.IntN(60*3600)+1) * time.Second)
		if rng.IntN(40) == 0 {
			notices++
			known = h.notice(rng, known, notices)
			for _, g := range clocks {
				if g.rule.Unit == Workday {
					g.due = known.naive(g.start, g.rule, g.pauses, g.extended)
				}
			}
		}
		for range 1 + rng.IntN(3) {
			next++
			h.happens(rng, known, clocks, next)
		}
		h.must(h.Queue.Drain(h.ctx)) // the ladders
		for id, g := range clocks {
			k := h.clock(g.rule.Name, id)
			if g.state == Running && h.now.After(g.due) {
				g.state = Breached
			}
			if g.state == Breached && k.StoppedAt.IsZero() && !h.now.After(g.due) { // a notice has moved its end
				g.state = Running
			}
			if k.DueAt.Unix() != g.due.Unix() || k.DueAt.Nanosecond() != 0 || k.State != g.state && k.State+g.state != Running+Breached {
				t.Fatalf("%v: clock %d of %s from %v: %s until %v, the naive one %s until %v; pauses %v, extended %v", h.now, id, g.rule.Name, g.start, k.State, k.DueAt, g.state, g.due, g.pauses, g.extended)
			}
			if k.StoppedAt.IsZero() == g.ended {
				t.Fatalf("clock %d has ended: %v, and %v", id, k.StoppedAt, g.ended)
			}
			if g.ended {
				ended++
				delete(clocks, id)
			}
		}
	}
	t.Logf("%d moments, %d events, %d clocks ended, %d notices", days, next, ended, notices)
	if days < 700 || ended < 300 || notices < 10 {
		t.Error("too little has happened")
	}
}

// happens starts a clock or does something to one that runs, on both sides.
func (h *house) happens(rng *rand.Rand, known almanac, clocks map[int64]*guess, id int64) {
	h.t.Helper()
	names := []string{ImportantActivity, NormativeDocument, ReviewDebt, "interpretation", "interpretation"}
	if len(clocks) < 12 {
		g := &guess{rule: ruleOf(h.t, names[rng.IntN(len(names))]), start: h.now.Add(-time.Duration(rng.IntN(7200)) * time.Second), state: Running}
		g.due = known.naive(g.start, g.rule, nil, false)
		h.must(h.Keep(h.ctx, g.rule.Name, h.article(id), g.start))
		clocks[id] = g
	}
	running := slices.DeleteFunc(slices.Sorted(maps.Keys(clocks)), func(id int64) bool { return clocks[id].ended })
	if len(running) == 0 {
		return
	}
	one := running[rng.IntN(len(running))]
	g, k := clocks[one], h.clock(clocks[one].rule.Name, one)
	again := func() { g.due = known.naive(g.start, g.rule, g.pauses, g.extended) }
	late := h.now.After(g.due)
	switch rng.IntN(5) {
	case 0: // the form says another moment
		g.start = g.start.Add(-time.Duration(rng.IntN(3600)) * time.Second)
		h.must(h.Keep(h.ctx, g.rule.Name, h.article(one), g.start))
		again()
	case 1:
		if g.state == Running && !late {
			h.must(h.Act(h.ctx, h.county, k.ClockID, ToPause, "等材料"))
			g.state, g.from = Paused, h.now
		}
	case 2:
		if g.state == Paused {
			h.must(h.Act(h.ctx, h.county, k.ClockID, ToResume, ""))
			g.pauses, g.state = append(g.pauses, Pause{g.from, h.now}), Running
			again()
		}
	case 3:
		if g.state == Running && !late && g.rule.Extension > 0 && !g.extended {
			h.must(h.Act(h.ctx, h.county, k.ClockID, ToExtend, "复杂"))
			g.extended = true
			again()
		}
	case 4:
		if g.state == Paused {
			g.pauses = append(g.pauses, Pause{g.from, h.now})
			again()
		}
		if g.state, g.ended = Met, true; h.now.After(g.due) {
			g.state = Breached
		}
		h.must(h.Stop(h.ctx, h.county, "article", one, h.now, g.rule.Name))
	}
}

// notice takes over a year's days off that nobody foresaw, on both sides.
func (h *house) notice(rng *rand.Rand, known almanac, n int) almanac {
	h.t.Helper()
	year := h.now.In(kernel.Beijing).Year()
	var body strings.Builder
	fmt.Fprintf(&body, "# version: %d-%d\n# years: %d\n", year, n, year)
	for _, day := range rng.Perm(364)[:20] {
		kind := []string{"holiday", "workday"}[rng.IntN(2)]
		fmt.Fprintf(&body, "%s,%s,试\n", time.Date(year, 1, 1+day, 0, 0, 0, 0, kernel.Beijing).Format(time.DateOnly), kind)
	}
	_, err := h.Take(h.ctx, "演示通知", body.String())
	h.must(err)
	h.must(h.Queue.Drain(h.ctx)) // the ends follow
	return known.read(body.String())
}

// Must show 7, M8, I25: 2015 is loaded as it stood before its September holiday was given; exactly the clocks whose ends that moves
// move, each on its own site's chain, and the others are not touched.
func TestAChangedYearMovesTheRightClocks(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		known := shipped()
		before := "# version: 2015-0\n# years: 2015\n"
		changed := maps.Clone(known)
		for _, date := range slices.Sorted(maps.Keys(known)) {
			switch {
			case !strings.HasPrefix(date, "2015-"):
			case date == "2015-09-03" || date == "2015-09-04" || date == "2015-09-06": // 国发明电〔2015〕1号: 纪念日放假 3 天
				delete(changed, date)
			default:
				before += date + "," + map[bool]string{true: "workday", false: "holiday"}[known[date]] + ",旧\n"
			}
		}
		type owes struct {
			site kernel.SiteID
			id   int64
		}
		ends := map[owes][2]time.Time{}
		for i := range 60 {
			h.now = moment(t, "2015-08-10 09:00").Add(time.Duration(i*17) * time.Hour)
			s := h.article(int64(i + 1))
			if s.Site = h.county; i%2 == 0 {
				s.Site = h.city
			}
			rule := []string{NormativeDocument, "interpretation", ImportantActivity}[i%3]
			h.must(h.Keep(h.ctx, rule, s, h.now))
			r := ruleOf(t, rule)
			ends[owes{s.Site, s.ID}] = [2]time.Time{known.naive(h.now, r, nil, false), changed.naive(h.now, r, nil, false)}
		}
		_, next, err := h.Read(h.ctx, strings.NewReader(before))
		h.must(err)
		foreseen, err := h.Foresee(h.ctx, next)
		h.must(err)
		for _, m := range foreseen {
			if e := ends[owes{m.Site, m.ID}]; !m.DueAt.Equal(e[0]) || !m.To.Equal(e[1]) || e[0].Equal(e[1]) || m.SiteName == "" {
				t.Errorf("foreseen from %v to %v, want %v", m.DueAt, m.To, e)
			}
		}
		_, err = h.Take(h.ctx, "旧通知", before)
		h.must(err)
		h.must(h.recount(h.ctx, "2015-0"))
		moved := 0
		for o, e := range ends {
			open, err := h.Open(h.ctx, o.site, "article", []int64{o.id}, 1)
			if h.must(err); len(open) != 1 || !open[0].DueAt.Equal(e[1]) {
				t.Errorf("after the notice %+v, want the end %v", open, e[1])
				continue
			}
			lines, err := h.Audit.Find(h.ctx, audit.Query{Chain: o.site, Object: Object(open[0].ClockID), Only: []string{"clock.recounted"}, Most: 5})
			if want := !e[0].Equal(e[1]); err != nil || (len(lines) == 1) != want || want && (lines[0].Before == lines[0].After || lines[0].Note["calendar"] != "2015-0") {
				t.Errorf("the chain says of %v: %+v, %v", o, lines, err)
			}
			if len(lines) > 0 {
				moved++
			}
		}
		if moved != len(foreseen) || moved < 5 || moved > 40 {
			t.Errorf("%d have moved, %d were foreseen", moved, len(foreseen))
		}
	})
}

// M8, M9: whatever the start, the pauses and the calendar, Due is what the naive one counts.
func TestDueIsTheNaiveOne(t *testing.T) {
	known := shipped()
	rapid.Check(t, func(t *rapid.T) {
		r := Rule{Unit: rapid.SampledFrom([]string{Hour, Calendar, Workday}).Draw(t, "unit"), Length: rapid.IntRange(1, 40).Draw(t, "length"), Extension: rapid.IntRange(0, 20).Draw(t, "extension")}
		at := time.Date(2014, 6, 1, 0, 0, 0, 0, time.UTC)
		moment := func(name string, from time.Time, most int64) time.Time {
			return from.Add(time.Duration(rapid.Int64Range(0, most).Draw(t, name)) * time.Second)
		}
		start := moment("start", at, 3*365*24*3600)
		var pauses []Pause
		from := start
		for range rapid.IntRange(0, 4).Draw(t, "pauses") {
			p := Pause{From: moment("from", from, 20*24*3600)}
			p.To = moment("to", p.From, 20*24*3600)
			pauses, from = append(pauses, p), p.To
		}
		extended := rapid.Bool().Draw(t, "extended")
		if got, want := Due(start, r, workday.Builtin(), pauses, extended).At, known.naive(start, r, pauses, extended); !got.Equal(want) {
			t.Fatalf("%+v from %v, pauses %v: %v, the naive one %v", r, start, pauses, got, want)
		}
	})
}
