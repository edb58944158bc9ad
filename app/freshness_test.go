package app

import (
	"bytes"
	"fmt"

	"net/http"

	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"

	"testing"
	"time"

	"github.com/zhanqun/zhanqun/kernel/proof"
	"github.com/zhanqun/zhanqun/platform/render"
	"github.com/zhanqun/zhanqun/storage/db/dbtest"
	"github.com/zhanqun/zhanqun/tenants/article"
)

// freshWithin is the promise (design.md 4): so long after a commit, or after reaching the database again, every node
// serves it. The short form runs on machines that are busy with other things, where it asks only whether it happens.
func freshWithin() time.Duration {
	if proof.Long() {
		return time.Second
	}
	return 20 * time.Second
}

// chronicle is what the publisher knows to be committed on one site: its notices are numbered without gaps.
type chronicle struct {
	site      *render.Site
	mu        sync.Mutex
	ids       []article.ID
	published []time.Time       // when the commit of each was known
	withdrawn map[int]time.Time // likewise
}

// list is the column's address.
func (k *chronicle) list() string { return k.site.URL("/c/gonggao") }

// page is the address of a notice.
func (k *chronicle) page(serial int) string {
	k.mu.Lock()
	defer k.mu.Unlock()
	return k.site.URL("/a/" + strconv.FormatInt(k.ids[serial], 10))
}

// newest is the number of the last notice, -1 before the first.
func (k *chronicle) newest() int {
	k.mu.Lock()
	defer k.mu.Unlock()
	return len(k.published) - 1
}

// freshness is a run: publishers, chaos, and one witness a node that never stops asking.
type freshness struct {
	t      *testing.T
	c      *cluster
	server *dbtest.Server
	sites  []*chronicle
	nodes  []*reach
	want   int64
	began  time.Time

	commits, answers, violations atomic.Int64
	stop                         chan struct{}

	mu    sync.Mutex
	chaos map[string]int             // how often, by what it was
	late  map[string][]time.Duration // of answers that were behind: how far, by what was asked
}

// Must show 7 (design.md 4; promises.md 3.2, 5 #6; V4, Y6): three processes over one PostgreSQL, with pauses, lost hints, and a
// database that stops, crashes or hangs: what was committed is served by every node that reaches the database within a
// second, what was withdrawn is gone, and in the end all pages of all nodes are the same.
func TestFreshness(t *testing.T) {
	if testing.Short() {
		t.Skip("-short: processes without the race detector over a PostgreSQL of their own; the model test races the same code")
	}
	server := dbtest.NewServer(t)
	f := &freshness{t: t, server: server, want: int64(proof.Times(300, 100_000)),
		stop: make(chan struct{}), chaos: map[string]int{}, late: map[string][]time.Duration{}}
	f.c = newCluster(t, 3, program(t), server.URL(), func(t *testing.T, c *cluster) {
		fewSites(t, c)
		moreSites(t, c, proof.Times(0, 21))
	})
	for _, s := range f.c.Sites.AllPublic() {
		f.sites = append(f.sites, &chronicle{site: s, withdrawn: map[int]time.Time{}})
	}
	for range f.c.nodes {
		f.nodes = append(f.nodes, &reach{since: time.Now()})
	}
	f.began = time.Now()
	var witnesses, work sync.WaitGroup
	for i := range f.c.nodes {
		witnesses.Go(func() { f.watch(i) })
	}
	witnesses.Go(f.pulse)
	work.Go(f.disturb)
	for _, k := range f.sites {
		work.Go(func() { f.publish(k) })
	}
	work.Wait()
	f.settle()
	close(f.stop)
	witnesses.Wait()
	f.same()
	f.report()
}

// moreSites opens n more townships of the county, each with a publisher of its own: one that waits for each commit would take days.
func moreSites(t *testing.T, c *cluster, n int) {
	t.Helper()
	orgs, sites := "code,name,level,parent_code\n", "org_code\n"
	for i := range n {
		code := strconv.Itoa(610902200 + i)
		orgs += code + ",第" + strconv.Itoa(i) + "镇,township,610902\n"
		sites += code + "\n"
	}
	if n == 0 {
		return
	}
	if _, err := c.Orgs.Import(c.ctx, strings.NewReader(orgs), false); err != nil {
		t.Fatal(err)
	}
	r, err := c.Sites.Import(c.ctx, strings.NewReader(sites), false)
	if err != nil || r.Mounts != n {
		t.Fatalf("%+v, %v", r, err)
	}
	if err := c.Revisions.Poll(c.ctx); err != nil {
		t.Fatal(err)
	}
}

// rounds is how often each kind of chaos comes at least.
const rounds = 2

func (f *freshness) done() bool {
	return f.violations.Load() >= enough || f.commits.Load() >= f.want && f.happened("crash", 0) >= rounds
}

// happened counts what has happened, and so many more.
func (f *freshness) happened(what string, more int) int {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.chaos[what] += more
	return f.chaos[what]
}

// each is how many notices there are to one that is withdrawn.
const each = 3

// publish writes notices of one site, one after another, and takes some back a little later.
func (f *freshness) publish(k *chronicle) {
	for serial := 0; !f.done(); serial++ {
		title := fmt.Sprintf("第%06d号通知", serial)
		id := f.commit(k, title)
		k.mu.Lock()
		k.ids, k.published = append(k.ids, id), append(k.published, time.Now())
		k.mu.Unlock()
		if n := f.commits.Add(1); n%5000 == 0 {
			f.report()
		}
		if old := serial - 5; old >= 0 && old%each == 0 {
			f.withdraw(k, old)
			f.commits.Add(1)
		}
	}
}

// commit publishes one notice; whether a commit that was not answered has happened is asked afterwards.
func (f *freshness) commit(k *chronicle, title string) article.ID {
	for {
		id, err := f.c.write(k.site.ID, title)
		if err != nil {
			f.trouble(err)
			continue
		}
		for {
			if err := f.c.Articles.Publish(f.c.ctx, k.site.ID, id); err == nil {
				return id
			}
			if public, err := f.c.public(k.site.ID, id); err != nil {
				f.trouble(err)
			} else if public {
				return id
			}
		}
	}
}

func (f *freshness) withdraw(k *chronicle, serial int) {
	for {
		err := f.c.Articles.Withdraw(f.c.ctx, k.site.ID, k.ids[serial], "内容有误")
		if err != nil {
			f.trouble(err)
		}
		if public, live := f.c.public(k.site.ID, k.ids[serial]); live == nil && !public {
			k.mu.Lock()
			defer k.mu.Unlock()
			k.withdrawn[serial] = time.Now()
			return
		}
	}
}

// trouble is what the publisher meets while the database is away; it tries again. With a database it is an error.
func (f *freshness) trouble(err error) {
	if since, reached := f.nodes[0].from(); reached && time.Since(since) > time.Minute {
		f.violated("publishing, with the database there for a minute: %v", err)
	}
	time.Sleep(20 * time.Millisecond)
}

// settle waits until every node shows everything again.
func (f *freshness) settle() {
	for node := range f.c.nodes {
		for _, k := range f.sites {
			for tick := time.NewTicker(20 * time.Millisecond); ; <-tick.C {
				g, err := f.c.get(node, k.list())
				if err == nil && g.status == http.StatusOK && !g.stale && bytes.Contains(g.body, fmt.Appendf(nil, "第%06d号通知", k.newest())) {
					break
				}
			}
		}
	}
}

// same compares all pages of all nodes: nothing is stale for ever.
func (f *freshness) same() {
	n := 0
	for _, k := range f.sites {
		urls := map[string]int{k.site.URL("/"): 200, k.list(): 200}
		for p := 2; p <= (k.newest()+1-len(k.withdrawn)+19)/20; p++ {
			urls[fmt.Sprintf("%s?p=%d", k.list(), p)] = 200
		}
		for serial := range k.ids {
			urls[k.page(serial)] = http.StatusOK
			if _, gone := k.withdrawn[serial]; gone {
				urls[k.page(serial)] = http.StatusGone
			}
		}
		for url, want := range urls {
			n++
			var first []byte
			for node := range f.c.nodes {
				g, err := f.c.get(node, url)
				if err != nil || g.status != want || g.stale {
					f.t.Errorf("in the end node %d answers %s with %d, stale %v, %v; want %d", node, url, g.status, g.stale, err, want)
				}
				if node == 0 {
					first = g.body
				} else if want == http.StatusOK && !bytes.Equal(g.body, first) {
					f.t.Errorf("in the end node %d shows another %s than node 0", node, url)
				}
			}
		}
	}
	f.t.Logf("in the end %d pages of %d nodes are the same", n, len(f.c.nodes))
}

// report logs how it stands.
func (f *freshness) report() {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.t.Logf("%d commits and %d answers in %v: %d violations; chaos %v", f.commits.Load(), f.answers.Load(), time.Since(f.began).Round(time.Second), f.violations.Load(), f.chaos)
	for what, all := range f.late {
		slices.Sort(all)
		at := func(p float64) time.Duration { return all[int(p*float64(len(all)-1))].Round(time.Millisecond) }
		f.t.Logf("%-24s %d answers behind: median %v, 99 %% %v, most %v", what, len(all), at(0.5), at(0.99), at(1))
	}
}
