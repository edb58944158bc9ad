package visits

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/zhanqun/zhanqun/kernel"
	"github.com/zhanqun/zhanqun/platform/jobs"
	"github.com/zhanqun/zhanqun/platform/pages"
	"github.com/zhanqun/zhanqun/platform/web"
	"github.com/zhanqun/zhanqun/storage/db"
	"github.com/zhanqun/zhanqun/storage/db/dbtest"
	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// city is a room with two sites, of which the second must never be seen at the first.
type city struct {
	*Visits
	t     testing.TB
	ctx   context.Context
	now   time.Time
	pages map[string]*pages.Entry
	named map[string]Named
}

const here, canary kernel.SiteID = 1, 2

func (c *city) Pages(_ context.Context, site kernel.SiteID, paths []string) (map[string]Named, error) {
	names := map[string]Named{}
	for _, p := range paths {
		if n, ok := c.named[p]; ok && site == here {
			names[p] = n
		}
	}
	return names, nil
}

func (c *city) Sites(context.Context) (map[kernel.SiteID]string, error) {
	return map[kernel.SiteID]string{here: "本站", canary: "暗桩", 3: "没人看的站"}, nil
}

func (c *city) Missed(_ context.Context, site kernel.SiteID, days, most int) ([]Missed, error) {
	return []Missed{{fmt.Sprintf("词%d-%d-%d", site, days, most), 3}}, nil
}

func eachCity(t *testing.T, f func(t *testing.T, c *city)) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) { f(t, build(t, d)) }, jobs.Migrations(), Migrations())
}

func build(t testing.TB, d *db.DB) *city {
	c := &city{t: t, ctx: context.Background(), now: time.Date(2026, 11, 27, 2, 0, 0, 0, time.UTC), pages: map[string]*pages.Entry{}, named: map[string]Named{}}
	clock := func() time.Time { return c.now }
	c.Visits = New(Room{DB: d, Now: clock, Names: c})
	if d != nil {
		c.Queue = jobs.New(d, clock, kernel.NewSeededIDs(clock, 7))
	}
	return c
}

func (c *city) must(err error) {
	c.t.Helper()
	if err != nil {
		c.t.Fatal(err)
	}
}

const browser = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/86.0.4240.198 Safari/537.36"

func (c *city) page(site kernel.SiteID, path string) *pages.Entry {
	url := fmt.Sprintf("s%d.gov.cn%s", site, path)
	if c.pages[url] == nil {
		c.pages[url] = pages.NewEntry(pages.Key{Site: site, URL: url}, pages.Page{ContentType: "text/html", Body: []byte(url)}, c.now)
	}
	return c.pages[url]
}

// read has people read a page so many times, the first of them from elsewhere.
func (c *city) read(site kernel.SiteID, path string, times int) {
	for i := range times {
		c.Read(c.page(site, path), c.now, web.Reader{Agent: []byte(browser), Here: i > 0})
	}
}

func (c *city) days(n int) { c.now = c.now.AddDate(0, 0, n) }

// rows are what is written, as a text a row.
func (c *city) rows(site kernel.SiteID) (all []string) {
	c.t.Helper()
	for _, q := range []string{`SELECT day || ' ' || variant AS name, reads, visits FROM visit_days WHERE site_id = ? ORDER BY day, variant`,
		`SELECT day || ' ' || path AS name, reads, visits FROM visit_pages WHERE site_id = ? ORDER BY day, path`} {
		var rows []named
		c.must(c.DB.Conn(c.ctx).NewRaw(q, site).Scan(c.ctx, &rows))
		for _, r := range rows {
			all = append(all, fmt.Sprintf("%s %d %d", r.Name, r.Reads, r.Visits))
		}
	}
	return all
}

func (c *city) wants(site kernel.SiteID, want ...string) {
	c.t.Helper()
	if got := c.rows(site); !slices.Equal(got, want) {
		c.t.Errorf("site %d has\n%q, want\n%q", site, got, want)
	}
}

// U1: people's reads are counted by site, day, page and form; programs and what a browser fetched ahead are not. Nothing else is written.
func TestReadsAreCounted(t *testing.T) {
	eachCity(t, func(t *testing.T, c *city) {
		c.read(here, "/a/1", 3)
		c.read(here, "/-/elder/a/1", 1)
		c.read(here, "/c/gongkai?p=2", 2)
		c.read(here, "/c/gongkai", 1)
		c.read(canary, "/a/1", 70)
		for _, by := range []web.Reader{{Agent: []byte("Mozilla/5.0 (compatible; Baiduspider/2.0; +http://www.baidu.com/search/spider.html)")}, {}, {Agent: []byte(browser), Ahead: true}} {
			c.Read(c.page(here, "/"), c.now, by)
		}
		c.must(c.Flush(c.ctx))
		c.must(c.Flush(c.ctx)) // which has nothing to write
		c.wants(here, "2026-11-27  6 3", "2026-11-27 elder 1 1", "2026-11-27 /a/1 4 2", "2026-11-27 /c/gongkai 3 2")
		c.read(here, "/a/1", 1)
		c.must(c.Flush(c.ctx))
		c.wants(here, "2026-11-27  7 4", "2026-11-27 elder 1 1", "2026-11-27 /a/1 5 3", "2026-11-27 /c/gongkai 3 2")
		c.wants(canary, "2026-11-27  70 1", "2026-11-27 /a/1 70 1")
		for i := range rowsAtOnce + 5 { // more than one statement
			c.read(here, fmt.Sprintf("/a/%d", 1000+i), 1)
		}
		c.must(c.Flush(c.ctx))
		if n := len(c.rows(here)); n != 4+rowsAtOnce+5 {
			t.Errorf("%d rows", n)
		}
	})
}

// U1: the days of Beijing end at its midnight, though both are written at once.
func TestMidnightDividesDays(t *testing.T) {
	eachCity(t, func(t *testing.T, c *city) {
		c.now = time.Date(2026, 11, 27, 15, 59, 59, 999_000_000, time.UTC)
		c.read(here, "/", 2)
		late := c.now
		c.now = c.now.Add(time.Millisecond)
		c.read(here, "/", 3)
		c.Read(c.page(here, "/"), late, web.Reader{Agent: []byte(browser)}) // it began yesterday and was answered today
		c.must(c.Flush(c.ctx))
		c.wants(here, "2026-11-27  3 2", "2026-11-28  3 1", "2026-11-27 / 3 2", "2026-11-28 / 3 1")
	})
}

// U1, d51: while the database is away numbers wait and are written afterwards, and more pages than there is room for are counted together.
func TestVisitsOutliveAnOutage(t *testing.T) {
	eachCity(t, func(t *testing.T, c *city) {
		c.counted.Most = 3
		away, cancel := context.WithCancel(c.ctx)
		cancel()
		for range 5 {
			for i := range 10 {
				c.read(here, fmt.Sprintf("/a/%d", i), 1)
			}
			if err := c.Flush(away); err == nil {
				t.Fatal("it is written to a store that is away")
			}
		}
		if n := c.counted.Waiting(); n > 4 {
			t.Errorf("%d keys wait", n)
		}
		c.must(c.Flush(c.ctx))
		got := c.rows(here)
		if len(got) != 5 || got[0] != "2026-11-27  50 50" {
			t.Errorf("after the outage there is %q", got)
		}
	})
}

// U1: nobody is lost or counted twice while many read, some write and the node ends.
func TestManyReadAtOnce(t *testing.T) {
	c := build(t, dbtest.SQLite(t, jobs.Migrations(), Migrations()))
	for i := range 4 {
		c.page(here, fmt.Sprintf("/a/%d", i))
	}
	all := slices.Collect(maps.Values(c.pages))
	ctx, cancel := context.WithCancel(c.ctx)
	ended := make(chan error, 1)
	go func() { ended <- c.Run(ctx) }()
	const readers, each = 8, 2000
	var people, writers sync.WaitGroup
	stop := make(chan struct{})
	writers.Go(func() {
		for {
			select {
			case <-stop:
				return
			default:
				if err := c.Flush(c.ctx); err != nil {
					t.Error(err)
				}
			}
		}
	})
	for range readers {
		people.Go(func() {
			for i := range each {
				c.Read(all[i%len(all)], c.now, web.Reader{Agent: []byte(browser), Here: i%2 == 0})
			}
		})
	}
	people.Wait()
	close(stop)
	writers.Wait()
	cancel()
	c.must(<-ended)
	if got, want := c.rows(here)[0], fmt.Sprintf("2026-11-27  %d %d", readers*each, readers*each/2); got != want {
		t.Errorf("%q, want %q", got, want)
	}
}

// Issue 3: counting is in the way of every answer from memory, so it makes nothing.
func TestCountingAllocatesNothing(t *testing.T) {
	c := build(t, nil)
	page, by := c.page(here, "/a/1"), web.Reader{Agent: []byte(browser)}
	var reads web.Reads = c.Visits
	reads.Read(page, c.now, by)
	if n := testing.AllocsPerRun(1000, func() { reads.Read(page, c.now, by) }); n != 0 {
		t.Errorf("%v allocations", n)
	}
}

func BenchmarkRead(b *testing.B) {
	c := build(b, nil)
	page, by := c.page(here, "/a/1"), web.Reader{Agent: []byte(browser)}
	b.ReportAllocs()
	b.RunParallel(func(pb *testing.PB) {
		for pb.Next() {
			c.Read(page, c.now, by)
		}
	})
}

// U1: programs that say so are no readers; people's devices are, whatever is in their name.
func TestPrograms(t *testing.T) {
	a := newAgents(robotList)
	for _, row := range []struct {
		agent   string
		program bool
	}{
		{"", true},
		{browser, false},
		{"Mozilla/5.0 (iPhone; CPU iPhone OS 16_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Mobile/15E148 MicroMessenger/8.0.38 NetType/WIFI Language/zh_CN", false},
		{"Mozilla/5.0 (Linux; Android 9; CUBOT_X19) AppleWebKit/537.36 Chrome/90.0 Mobile Safari/537.36", false},
		{"Mozilla/5.0 (Linux; Android 9; CUBOT_X19; Bytespider)", true},
		{"Mozilla/5.0 AppleWebKit/537.36 (KHTML, like Gecko; compatible; bingbot/2.0; +http://www.bing.com/bingbot.htm) Chrome/112.0.0.0 Safari/537.36", true},
		{"Sogou web spider/4.0(+http://www.sogou.com/docs/help/webmasters.htm#07)", true},
		{"curl/8.5.0", true},
		{"Go-http-client/1.1", true},
		{"Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) HeadlessChrome/120.0.0.0 Safari/537.36", true},
		{"Mozilla/5.0 (compatible; MSIE 10.0; Windows NT 6.2; Trident/6.0)", false},
		{"bo", false},
	} {
		if got := a.program([]byte(row.agent)); got != row.program {
			t.Errorf("%q is taken for a program: %v", row.agent, got)
		}
	}
}
