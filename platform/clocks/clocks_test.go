package clocks

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/zhanqun/zhanqun/kernel"
	"github.com/zhanqun/zhanqun/kernel/fault"
	"github.com/zhanqun/zhanqun/platform/audit"
	"github.com/zhanqun/zhanqun/platform/jobs"
	"github.com/zhanqun/zhanqun/platform/org"
	"github.com/zhanqun/zhanqun/platform/pages"
	"github.com/zhanqun/zhanqun/platform/site"
	"github.com/zhanqun/zhanqun/storage/db"
	"github.com/zhanqun/zhanqun/storage/db/dbtest"
)

var schema = []fs.FS{audit.Migrations(), jobs.Migrations(), pages.Migrations(), org.Migrations(), site.Migrations(), Migrations()}

// house is the clocks of a city and a county, and what their columns are said to show.
type house struct {
	*Clocks
	t            *testing.T
	ctx          context.Context
	now          time.Time
	ages         map[kernel.SiteID][]Age
	mu           sync.Mutex
	told         []Notice
	fails        error
	city, county kernel.SiteID
}

// Fresh answers what the test has laid down.
func (h *house) Fresh(_ context.Context, sites []kernel.SiteID, f func(kernel.SiteID, Age)) error {
	for _, id := range sites {
		for _, a := range h.ages[id] {
			f(id, a)
		}
	}
	return nil
}

// Notify keeps what would be sent, unless the carrier is said to fail.
func (h *house) Notify(_ context.Context, n Notice) error {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.fails == nil {
		h.told = append(h.told, n)
	}
	return h.fails
}

func each(t *testing.T, f func(t *testing.T, h *house)) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) { f(t, build(t, d)) }, schema...)
}

func build(t *testing.T, d *db.DB) *house {
	t.Helper()
	h := &house{t: t, now: moment(t, "2026-11-26 10:00"), ages: map[kernel.SiteID][]Age{}}
	h.ctx = kernel.WithActor(context.Background(), kernel.Actor{Account: 11, Name: "测试", Via: "console"})
	clock := func() time.Time { return h.now }
	ids := kernel.NewSeededIDs(clock, 7)
	log := audit.New(d, clock, ids)
	orgs := org.New(d, clock, ids, log)
	sites, err := site.New(site.Config{Domain: "localhost", Scheme: "http", Port: 8080}, d, clock, ids, log, orgs, pages.NewRevisions(d))
	h.must(err)
	_, err = orgs.Import(h.ctx, strings.NewReader("code,name,level,parent_code\n610900,安康市,city,\n610902,汉滨区,county,610900\n"), false)
	h.must(err)
	for code, to := range map[string]*kernel.SiteID{"610900": &h.city, "610902": &h.county} {
		o, err := orgs.ByCode(h.ctx, code)
		h.must(err)
		made, err := sites.Create(h.ctx, site.Spec{Org: o.ID})
		h.must(err)
		*to = made.ID
	}
	h.must(sites.Reload(h.ctx))
	h.Clocks = New(Room{DB: d, Now: clock, IDs: ids, Audit: log, Queue: jobs.New(d, clock, ids), Orgs: orgs, Sites: sites, Fresh: h})
	h.Clocks.Jobs(h.Queue)
	return h
}

func (h *house) must(err error) {
	h.t.Helper()
	if err != nil {
		h.t.Fatal(err)
	}
}

func (h *house) article(id int64) Subject {
	return Subject{Site: h.county, Kind: "article", ID: id, Title: fmt.Sprint("第", id, "篇"), Href: fmt.Sprint("/sites/1/articles/", id), Owes: 11}
}

// clock is the newest of a rule for an article of the county.
func (h *house) clock(rule string, id int64) Clock {
	h.t.Helper()
	k, err := h.last(h.ctx, h.county, "article", id, rule)
	h.must(err)
	if k == nil {
		h.t.Fatalf("article %d has no clock %s", id, rule)
	}
	return *k
}

func (h *house) chain(site kernel.SiteID) (all []string) {
	h.t.Helper()
	lines, err := h.Audit.List(h.ctx, site, kernel.Page{Number: 1, Size: 50})
	h.must(err)
	for _, l := range lines {
		if strings.HasPrefix(l.Action, "clock.") || strings.HasPrefix(l.Action, "calendar.") {
			all = append(all, l.Action)
		}
	}
	return all
}

// D4, d05: published at +24:00:00 is in time, a second later is a breach that stays; the other site has nothing of it.
func TestTwentyFourHours(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		for id, c := range []struct {
			after time.Duration
			state string
		}{{24 * time.Hour, Met}, {24*time.Hour + time.Second, Breached}} {
			id := int64(id + 1)
			start := h.now
			h.must(h.Keep(h.ctx, ImportantActivity, h.article(id), start))
			h.must(h.Keep(h.ctx, ImportantActivity, h.article(id), start)) // the same form again is the same clock
			h.must(h.Stop(h.ctx, h.city, "article", id, start, ImportantActivity))
			if k := h.clock(ImportantActivity, id); k.State != Running || !k.DueAt.Equal(start.Add(24*time.Hour)) {
				t.Errorf("clock %+v", k)
			}
			h.must(h.Stop(h.ctx, h.county, "article", id, start.Add(c.after), ImportantActivity, NormativeDocument))
			h.must(h.Keep(h.ctx, ImportantActivity, h.article(id), start)) // done once is done
			if k := h.clock(ImportantActivity, id); k.State != c.state || !k.StoppedAt.Equal(start.Add(c.after)) {
				t.Errorf("published after %v: %s, want %s", c.after, k.State, c.state)
			}
		}
		if got := h.chain(h.county); strings.Join(got, " ") != "clock.stopped clock.started clock.stopped clock.started" {
			t.Errorf("the chain holds %v", got)
		}
		if got := h.chain(h.city); len(got) != 0 {
			t.Errorf("another site's chain holds %v", got)
		}
		open, err := h.Open(h.ctx, h.city, "", nil, 10)
		if h.must(err); len(open) != 0 {
			t.Errorf("another site owes %v", open)
		}
	})
}

// M9, I8: pauses move the end, one extension with a reason and before the end, a moved start moves it, a cancelled one begins again.
func TestPausesAndTheOneExtension(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		const rule = "interpretation"
		h.must(h.Keep(h.ctx, rule, h.article(1), h.now)) // Thursday, due on Tuesday
		k := h.clock(rule, 1)
		refused := func(err error, words string) {
			t.Helper()
			if fault.KindOf(err) == "" || !strings.Contains(fault.Say(err), words) {
				t.Errorf("got %v, want %q", err, words)
			}
		}
		refused(h.Act(h.ctx, h.city, k.ClockID, ToPause, ""), "没有这个时限")
		h.now = k.DueAt.Add(time.Second)
		refused(h.Act(h.ctx, h.county, k.ClockID, ToPause, "太晚"), "还没有到期")
		h.now = k.StartedAt
		refused(h.Act(h.ctx, h.county, k.ClockID, ToResume, ""), "没有暂停")
		h.must(h.Act(h.ctx, h.county, k.ClockID, ToPause, "等待补充材料"))
		refused(h.Act(h.ctx, h.county, k.ClockID, ToPause, "再等"), "正在计时")
		refused(h.Act(h.ctx, h.county, k.ClockID, ToExtend, "复杂"), "到期以前")
		h.now = h.now.AddDate(0, 0, 4) // Monday: two working days have begun
		h.must(h.Act(h.ctx, h.county, k.ClockID, ToResume, ""))
		if got := lastDay(h.clock(rule, 1).DueAt); got != "2026-12-03" {
			t.Errorf("after the pause it ends on %s", got)
		}
		refused(h.Act(h.ctx, h.county, k.ClockID, ToExtend, ""), "理由")
		h.must(h.Act(h.ctx, h.county, k.ClockID, ToExtend, "情况复杂"))
		refused(h.Act(h.ctx, h.county, k.ClockID, ToExtend, "还是复杂"), "只能延长一次")
		if k := h.clock(rule, 1); lastDay(k.DueAt) != "2026-12-08" || k.ExtendedBy != 11 {
			t.Errorf("extended to %s by %v", lastDay(k.DueAt), k.ExtendedBy)
		}
		h.must(h.Keep(h.ctx, ImportantActivity, h.article(1), h.now))
		refused(h.Act(h.ctx, h.county, h.clock(ImportantActivity, 1).ClockID, ToExtend, "忙"), "不能延长")
		earlier := h.now.Add(-time.Hour)
		h.must(h.Keep(h.ctx, ImportantActivity, h.article(1), earlier))
		if k := h.clock(ImportantActivity, 1); !k.DueAt.Equal(earlier.Add(24 * time.Hour)) {
			t.Errorf("a moved start ends at %v", k.DueAt)
		}
		h.must(h.Cancel(h.ctx, h.county, "article", 1, "不再要求", ImportantActivity))
		h.must(h.Keep(h.ctx, ImportantActivity, h.article(1), h.now))
		if k := h.clock(ImportantActivity, 1); k.State != Running {
			t.Errorf("a duty that is asked again is %s", k.State)
		}
	})
}

// M9: the ladder tells each step once, whoever it leads to, and a second run of a job tells nobody.
func TestTheLadder(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		h.Notices = h
		start := h.now
		h.must(h.Keep(h.ctx, ImportantActivity, h.article(1), start))
		for _, c := range []struct {
			after time.Duration
			told  string
			state string
		}{{17 * time.Hour, "", Running}, {18 * time.Hour, "writer", Running}, {24 * time.Hour, "writer", Running}, {24*time.Hour + time.Second, "writer lead", Breached},
			{30*time.Hour + time.Second, "writer lead superior", Breached}, {90 * time.Hour, "writer lead superior", Breached}} {
			h.now = start.Add(c.after)
			h.must(h.Queue.Drain(h.ctx))
			h.must(h.look(h.ctx, h.county, h.clock(ImportantActivity, 1).ClockID))
			var to []string
			for _, n := range h.told {
				to = append(to, n.To)
			}
			if got := strings.Join(to, " "); got != c.told || h.clock(ImportantActivity, 1).State != c.state {
				t.Errorf("after %v told %q, state %s", c.after, got, h.clock(ImportantActivity, 1).State)
			}
		}
		if got := h.told[1].Text; got != "“第1篇”已超期：重要政务活动应在 11月27日 10:00前办结。" {
			t.Errorf("the notice says %s", got)
		}
		for i, n := range h.told {
			if n.Clock != h.clock(ImportantActivity, 1).ClockID || n.Step != i+1 || n.Over != (i > 0) || n.Site != h.county {
				t.Errorf("step %d is told as %+v", i+1, n)
			}
		}
		kept, err := h.reminders(h.ctx, h.county, start, 10)
		if h.must(err); len(kept) != 3 {
			t.Errorf("%d notices are kept", len(kept))
		}
	})
}

// M9: a step is told in the transaction that takes it: when nobody can carry it, it is not taken and is told later; nodes that look at the same
// moment, and one that starts anew, tell it once.
func TestAStepIsToldOnce(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		h.Notices = h
		h.must(h.Keep(h.ctx, ImportantActivity, h.article(1), h.now))
		k := h.clock(ImportantActivity, 1)
		h.now = k.WarnAt
		h.fails = errors.New("nobody carries it")
		if err := h.look(h.ctx, h.county, k.ClockID); !errors.Is(err, h.fails) {
			t.Errorf("the failure is answered %v", err)
		}
		kept, err := h.reminders(h.ctx, h.county, k.StartedAt, 10)
		if h.must(err); len(kept) != 0 || h.clock(ImportantActivity, 1).Told != 0 {
			t.Errorf("told %d, %d are kept", h.clock(ImportantActivity, 1).Told, len(kept))
		}
		h.fails = nil
		var all sync.WaitGroup
		for range 4 {
			node := New(h.Room)
			all.Go(func() {
				if err := node.look(h.ctx, h.county, k.ClockID); err != nil {
					t.Error(err)
				}
			})
		}
		all.Wait()
		h.must(New(h.Room).look(h.ctx, h.county, k.ClockID))
		kept, err = h.reminders(h.ctx, h.county, k.StartedAt, 10)
		if h.must(err); len(kept) != 1 || h.clock(ImportantActivity, 1).Told != 1 {
			t.Errorf("told %d, %d are kept", h.clock(ImportantActivity, 1).Told, len(kept))
		}
	})
}

// I4: what a site owes and was reminded of is read and written for that site and no other.
func TestClocksAreTheirSites(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		h.must(h.Keep(h.ctx, ImportantActivity, h.article(1), h.now))
		h.must(h.DB.InTx(h.ctx, func(ctx context.Context) error {
			return h.insertReminder(ctx, Notice{Site: h.county, To: ToLead, Text: "请尽快办理"}, h.now)
		}))
		for site, want := range map[kernel.SiteID]int{h.city: 0, h.county: 1} {
			open, err := h.Open(h.ctx, site, "", nil, 10)
			if h.must(err); len(open) != want {
				t.Errorf("site %d owes %d, want %d", site, len(open), want)
			}
			told, err := h.reminders(h.ctx, site, h.now.Add(-time.Hour), 10)
			if h.must(err); len(told) != want {
				t.Errorf("site %d was reminded %d times, want %d", site, len(told), want)
			}
		}
		k := h.clock(ImportantActivity, 1)
		k.Site, k.Title = h.city, "别的网站改的"
		h.must(h.DB.InTx(h.ctx, func(ctx context.Context) error { return h.save(ctx, &k) }))
		if got := h.clock(ImportantActivity, 1).Title; got != "第1篇" {
			t.Errorf("another site wrote %s", got)
		}
	})
}

const notice2027 = "# version: 2027-1\n# years: 2027\n2026-12-31,holiday,元旦\n2027-01-01,holiday,元旦\n2027-01-03,workday,元旦\n"

// M8: a clock into a year without a calendar is provisional; what a notice would move is told before it is taken over, the same moves
// happen in one go behind it, and a version is taken over once.
func TestACalendarMovesClocks(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		h.now = moment(t, "2026-12-29 10:00")
		h.must(h.Keep(h.ctx, NormativeDocument, h.article(1), h.now))
		h.must(h.Keep(h.ctx, ImportantActivity, h.article(1), h.now))
		if k := h.clock(NormativeDocument, 1); !k.Provisional || lastDay(k.DueAt) != "2027-01-01" {
			t.Fatalf("due %s, provisional %v", lastDay(k.DueAt), k.Provisional)
		}
		_, next, err := h.Read(h.ctx, strings.NewReader(notice2027))
		h.must(err)
		moved, err := h.Foresee(h.ctx, next)
		if h.must(err); len(moved) != 1 || lastDay(moved[0].To) != "2027-01-04" || moved[0].StillOpen {
			t.Fatalf("foreseen %+v", moved)
		}
		if _, err := h.Take(h.ctx, " ", notice2027); !fault.Is(err, fault.Invalid) {
			t.Errorf("without its document a notice is taken over: %v", err)
		}
		if _, err := h.Take(h.ctx, "演示通知", "2027-01-01,holiday"); !fault.Is(err, fault.Invalid) {
			t.Errorf("a wrong notice: %v", err)
		}
		_, err = h.Take(h.ctx, "演示通知〔2026〕1号", notice2027)
		h.must(err)
		if _, err := h.Take(h.ctx, "演示通知〔2026〕1号", notice2027); !fault.Is(err, fault.Invalid) {
			t.Errorf("a version twice: %v", err)
		}
		h.must(h.Queue.Drain(h.ctx))
		k := h.clock(NormativeDocument, 1)
		if k.Provisional || lastDay(k.DueAt) != "2027-01-04" || k.Calendar != "2027-1" {
			t.Errorf("after the notice: %s, provisional %v, calendar %s", lastDay(k.DueAt), k.Provisional, k.Calendar)
		}
		if got := h.chain(kernel.Platform); strings.Join(got, " ") != "clock.recount calendar.load" {
			t.Errorf("the platform's chain holds %v", got)
		}
		years, err := h.Years(h.ctx)
		if h.must(err); years[1].Year != 2026 || years[1].Provisional || years[2].Provisional || years[2].Off != 1 || years[2].Worked != 1 {
			t.Errorf("years %+v", years)
		}
	})
}

// M1: the board says of each site what is over, near and blank, sorts by what breaches next, and narrows.
func TestTheBoard(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		days := func(n int) time.Time { return h.now.AddDate(0, 0, -n) }
		h.ages[h.city] = []Age{{Name: "要闻", Last: days(1), Cycle: 14, Home: true}, {Name: "公告", Last: days(12), Cycle: 14, Home: false}, {Name: "规划", Last: time.Time{}, Cycle: 59, Home: false}}
		h.ages[h.county] = []Age{{Name: "要闻", Last: days(20), Cycle: 14, Home: true}, {Name: "图片", Last: days(30), Cycle: 14, Home: false}}
		h.must(h.Keep(h.ctx, ImportantActivity, h.article(1), h.now.Add(-25*time.Hour)))
		h.must(h.Keep(h.ctx, NormativeDocument, h.article(2), h.now))
		b, err := h.Board(h.ctx, Scope{}, Filter{})
		h.must(err)
		if len(b.Lines) != 2 || b.Bad != 1 || b.Warn != 1 || b.Lines[0].ID != h.county {
			t.Fatalf("board %+v", b)
		}
		county, city := b.Lines[0], b.Lines[1]
		if county.Over != 2 || county.Worst != "图片" || county.Week.Light != Red || county.Home.Light != Red || county.Hours.Late != 1 ||
			county.Days.Open != 1 || county.Days.Light != Green || county.Next != "栏目更新" {
			t.Errorf("the county's line: %+v", county)
		}
		if city.Over != 0 || city.Near != 1 || city.Blank != 1 || city.Week.Light != Green || city.Light != Amber || city.Hours.Open != 0 {
			t.Errorf("the city's line: %+v", city)
		}
		for _, f := range []struct {
			f    Filter
			in   Scope
			want int
		}{{Filter{Light: Red}, Scope{}, 1}, {Filter{Light: Amber}, Scope{}, 2}, {Filter{Text: "汉滨"}, Scope{}, 1}, {Filter{Region: "610902"}, Scope{}, 1}, {Filter{}, Scope{Only: h.city}, 1}} {
			b, err := h.Board(h.ctx, f.in, f.f)
			if h.must(err); len(b.Lines) != f.want {
				t.Errorf("%+v %+v shows %d sites, want %d", f.in, f.f, len(b.Lines), f.want)
			}
		}
	})
}
