package pages

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/zhanqun/zhanqun/kernel"
	"github.com/zhanqun/zhanqun/kernel/fault"
	"github.com/zhanqun/zhanqun/storage/db"
	"github.com/zhanqun/zhanqun/storage/db/dbtest"
)

func newCache(t testing.TB, r *Revisions, cfg Config) *Cache {
	t.Helper()
	c, err := NewCache(r, kernel.SystemClock, cfg)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := c.Close(); err != nil {
			t.Errorf("close: %v", err)
		}
	})
	return c
}

func polled(t testing.TB, d *db.DB) *Revisions {
	t.Helper()
	r := NewRevisions(d)
	if err := r.Poll(t.Context()); err != nil {
		t.Fatal(err)
	}
	return r
}

func page(body string) Render {
	return func(context.Context) (*Page, error) { return &Page{ContentType: "text/html", Body: []byte(body)}, nil }
}

func failing(err error) Render { return func(context.Context) (*Page, error) { return nil, err } }

func get(t testing.TB, c *Cache, key Key, r Render) Hit {
	t.Helper()
	h, err := c.Get(t.Context(), key, r)
	if err != nil {
		t.Fatal(err)
	}
	return h
}

func want(t testing.TB, h Hit, state State, stale bool, body string) {
	t.Helper()
	if h.State != state || h.Stale != stale || string(h.Page.Body) != body {
		t.Errorf("got %s stale=%v %q, want %s stale=%v %q", h.State, h.Stale, h.Page.Body, state, stale, body)
	}
}

var home = Key{1, "a.gov.cn/"}

func TestStates(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		r := polled(t, d)
		c := newCache(t, r, Config{})
		want(t, get(t, c, home, page("one")), Filled, false, "one")
		want(t, get(t, c, home, page("never")), Fresh, false, "one")
		bump(t, d, r, 2)
		want(t, get(t, c, home, page("never")), Fresh, false, "one")
		bump(t, d, r, 1)
		if _, ok := c.Peek(home.URL); ok {
			t.Error("fresh after its site changed")
		}
		want(t, get(t, c, home, page("two")), Filled, false, "two")
		bump(t, d, r, kernel.Platform)
		want(t, get(t, c, home, page("three")), Filled, false, "three")
		other := NewRevisions(d) // another process commits: this node renders again once it has polled
		bump(t, d, other, 1)
		want(t, get(t, c, home, page("never")), Fresh, false, "three")
		if err := r.Poll(t.Context()); err != nil {
			t.Fatal(err)
		}
		want(t, get(t, c, home, page("four")), Filled, false, "four")
	}, Migrations())
}

func TestFollow(t *testing.T) {
	d := dbtest.SQLite(t, Migrations())
	r := polled(t, d)
	c := newCache(t, r, Config{})
	portal := func(body string) Render {
		return func(ctx context.Context) (*Page, error) {
			if err := errors.Join(Follow(ctx, 1, 2), Follow(ctx, 2, 3)); err != nil {
				return nil, err
			}
			if rev, ok := Revision(ctx, 2); !ok || rev != r.Known(2) {
				t.Errorf("revision of a followed site: %d %v", rev, ok)
			}
			if _, ok := Revision(ctx, 99); ok {
				t.Error("a site that is not followed has a revision")
			}
			return &Page{Body: []byte(body)}, nil
		}
	}
	want(t, get(t, c, home, portal("one")), Filled, false, "one")
	bump(t, d, r, 3)
	want(t, get(t, c, home, portal("two")), Filled, false, "two")
	if err := Follow(t.Context(), 1); err != nil {
		t.Errorf("outside a render: %v", err)
	}
	many := make([]kernel.SiteID, FollowAtMost)
	for i := range many {
		many[i] = kernel.SiteID(100 + i)
	}
	follow := func(sites ...kernel.SiteID) error {
		_, err := c.Get(t.Context(), Key{1, fmt.Sprint("a.gov.cn/many/", len(sites))}, func(ctx context.Context) (*Page, error) {
			return &Page{Body: []byte("x")}, Follow(ctx, sites...)
		})
		return err
	}
	if err := follow(many...); err != nil {
		t.Errorf("32 others: %v", err)
	}
	if err := follow(append(many, 999)...); err == nil {
		t.Error("33 others were accepted")
	}
}

func TestOneRenderForAllWhoAskTogether(t *testing.T) {
	d := dbtest.SQLite(t, Migrations())
	r := polled(t, d)
	c := newCache(t, r, Config{})
	var renders, asking atomic.Int32
	var wg sync.WaitGroup
	for range 50 {
		wg.Go(func() {
			asking.Add(1)
			h, err := c.Get(t.Context(), home, func(context.Context) (*Page, error) {
				renders.Add(1)
				for asking.Load() < 50 { // until all have come
					time.Sleep(time.Millisecond)
				}
				return &Page{Body: []byte("one")}, nil
			})
			if err != nil || string(h.Page.Body) != "one" {
				t.Errorf("%v", err)
			}
		})
	}
	wg.Wait()
	if n := renders.Load(); n != 1 {
		t.Errorf("%d renders for 50 requests, want 1", n)
	}
}

// A request that comes after a commit must not be answered by a render that began before it.
func TestJoiningAnOlderRenderIsNotEnough(t *testing.T) {
	d := dbtest.SQLite(t, Migrations())
	r := polled(t, d)
	c := newCache(t, r, Config{})
	began, goOn := make(chan struct{}), make(chan struct{})
	var wg sync.WaitGroup
	wg.Go(func() {
		_, err := c.Get(t.Context(), home, func(context.Context) (*Page, error) {
			close(began)
			<-goOn
			return &Page{Body: []byte("old")}, nil
		})
		if err != nil {
			t.Error(err)
		}
	})
	<-began
	bump(t, d, r, 1)
	for range 5 {
		wg.Go(func() {
			if h := get(t, c, home, page("new")); string(h.Page.Body) != "new" {
				t.Errorf("asked after the commit and got %q", h.Page.Body)
			}
		})
	}
	close(goOn)
	wg.Wait()
	want(t, get(t, c, home, page("never")), Fresh, false, "new")
}

func TestOlderNeverReplacesNewer(t *testing.T) {
	d := dbtest.SQLite(t, Migrations())
	r := polled(t, d)
	c := newCache(t, r, Config{})
	at := func(rev int64, body string) *Entry {
		return newEntry(home, Page{Body: []byte(body)}, time.Now(), []stamp{{1, rev, r.counter(1)}})
	}
	c.keep(at(5, "five"))
	c.keep(at(4, "four"))
	r.learn(1, 5)
	want(t, get(t, c, home, page("never")), Fresh, false, "five")
}

func TestFailures(t *testing.T) {
	d := dbtest.SQLite(t, Migrations())
	r := polled(t, d)
	c := newCache(t, r, Config{RenderWithin: 50 * time.Millisecond, Dir: t.TempDir()})
	get(t, c, home, page("one"))
	bump(t, d, r, 1)
	down := fault.New(fault.Unavailable, "数据库没有响应。")
	want(t, get(t, c, home, failing(down)), Stale, true, "one")
	want(t, get(t, c, home, func(ctx context.Context) (*Page, error) { <-ctx.Done(); return nil, ctx.Err() }), Stale, true, "one")
	for _, row := range []struct {
		name string
		r    Render
		kind fault.Kind
	}{
		{"our own mistake is not hidden by an old page", failing(errors.New("template")), ""},
		{"a panic is an error", func(context.Context) (*Page, error) { panic("boom") }, ""},
		{"no page is an error", func(context.Context) (*Page, error) { return nil, nil }, ""},
		{"a withdrawn page is gone", failing(fault.New(fault.Gone, "已撤下。")), fault.Gone},
		{"and is not the last good one afterwards", failing(down), fault.Unavailable},
	} {
		if h, err := c.Get(t.Context(), home, row.r); err == nil || fault.KindOf(err) != row.kind {
			t.Errorf("%s: got %v %v, want kind %q", row.name, h.State, err, row.kind)
		}
	}
	if h := get(t, c, home, func(context.Context) (*Page, error) { return &Page{Status: 404, Body: []byte("x")}, nil }); h.State != Filled {
		t.Errorf("a page of another status: %s", h.State)
	}
	if _, ok := c.Peek(home.URL); ok {
		t.Error("a page of status 404 was kept")
	}
}

// A store that hangs holds nobody up longer than two polls: who waits for a render gets the last good page.
func TestAHangingStore(t *testing.T) {
	d := dbtest.SQLite(t, Migrations())
	r := polled(t, d)
	c := newCache(t, r, Config{RenderWithin: time.Minute})
	get(t, c, home, page("one"))
	bump(t, d, r, 1)
	hangs, goOn, ended := make(chan struct{}), make(chan struct{}), make(chan struct{})
	var wg sync.WaitGroup
	wg.Go(func() {
		h := get(t, c, home, func(context.Context) (*Page, error) {
			close(hangs)
			<-goOn
			defer close(ended)
			return &Page{Body: []byte("late")}, nil
		})
		want(t, h, Stale, true, "one")
	})
	<-hangs
	missed, cancel := context.WithCancel(t.Context())
	cancel()
	for range missedAtMost {
		if r.Poll(missed) == nil {
			t.Fatal("polled with an ended context")
		}
	}
	wg.Wait()
	want(t, get(t, c, home, page("never")), Stale, true, "one")
	if _, err := c.Get(t.Context(), Key{1, "a.gov.cn/other"}, page("never")); !fault.Is(err, fault.Unavailable) {
		t.Errorf("a page never seen: %v", err)
	}
	if err := r.Poll(t.Context()); err != nil {
		t.Fatal(err)
	}
	close(goOn)
	<-ended
	if h := get(t, c, home, page("two")); h.State == Stale || string(h.Page.Body) == "one" {
		t.Errorf("after it came back: %s %q", h.State, h.Page.Body)
	}
}

func TestTombstones(t *testing.T) {
	d := dbtest.SQLite(t, Migrations())
	r := polled(t, d)
	dir := t.TempDir()
	c := newCache(t, r, Config{Dir: dir})
	key, second := Key{1, "a.gov.cn/a/5"}, Key{1, "a.gov.cn/a/5?p=2"}
	get(t, c, key, page("secret"))
	get(t, c, second, page("secret, continued"))
	if err := errors.Join(c.Flush(), c.Takedown("a.gov.cn/a/5?p=2", "误发")); err != nil {
		t.Fatal(err)
	}
	again := newCache(t, polled(t, d), Config{Dir: dir}) // a restart
	for name, c := range map[string]*Cache{"at once": c, "after a restart": again} {
		for _, k := range []Key{key, second} {
			if _, ok := c.Peek(k.URL); ok {
				t.Errorf("%s: %s is in memory", name, k.URL)
			}
			if _, err := c.Get(t.Context(), k, page("secret")); !fault.Is(err, fault.Gone) {
				t.Errorf("%s: %s answered %v", name, k.URL, err)
			}
		}
		get(t, c, Key{1, "a.gov.cn/a/55"}, page("another"))
	}
	if got := again.Tombstones(); len(got) != 1 || got[0].Reason != "误发" {
		t.Errorf("tombstones %v", got)
	}
	if err := c.Restore("a.gov.cn/a/5"); err != nil {
		t.Fatal(err)
	}
	want(t, get(t, c, key, page("again")), Filled, false, "again")
}

// Publishing and rendering at the same time, on the real store with two nodes; -race looks on. V4.
func TestPublishWhileRendering(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		nodes := []*Cache{newCache(t, polled(t, d), Config{}), newCache(t, polled(t, d), Config{})}
		writer := nodes[0].revisions
		// The content is the revision row itself: what a render reads after its stamps.
		content := func(site kernel.SiteID) Render {
			return func(ctx context.Context) (*Page, error) {
				revs, err := writer.source.some(ctx, []kernel.SiteID{site})
				return &Page{Body: fmt.Append(nil, revs[site])}, err
			}
		}
		shown := func(c *Cache, site kernel.SiteID) (n int64) {
			h := get(t, c, Key{site, fmt.Sprintf("s%d.gov.cn/", site)}, content(site))
			fmt.Sscan(string(h.Page.Body), &n)
			return n
		}
		ctx, stop := context.WithCancel(t.Context())
		var wg sync.WaitGroup
		for range 4 {
			wg.Go(func() {
				for ctx.Err() == nil {
					for site := range kernel.SiteID(4) {
						must := writer.Known(site + 1)
						if got := shown(nodes[0], site+1); got < must {
							t.Errorf("the writing node shows %d of site %d, it knew %d", got, site+1, must)
						}
						shown(nodes[1], site+1)
					}
				}
			})
		}
		for i := range 200 {
			bump(t, d, writer, kernel.SiteID(i%4+1))
			if i%10 == 0 {
				if err := nodes[1].revisions.Poll(t.Context()); err != nil {
					t.Error(err)
				}
			}
		}
		stop()
		wg.Wait()
		for i, c := range nodes {
			if err := c.revisions.Poll(t.Context()); err != nil {
				t.Fatal(err)
			}
			for site := range kernel.SiteID(4) {
				if got := shown(c, site+1); got != 50 {
					t.Errorf("node %d ends with change %d of site %d, want 50", i, got, site+1)
				}
			}
		}
	}, Migrations())
}

func BenchmarkPeek(b *testing.B) {
	d := dbtest.SQLite(b, Migrations())
	c := newCache(b, polled(b, d), Config{})
	get(b, c, home, page("one"))
	b.ReportAllocs()
	for b.Loop() {
		if _, ok := c.Peek(home.URL); !ok {
			b.Fatal("not fresh")
		}
	}
}

// What is made once is kept nowhere, not even as the last good page; a store that does not answer is told of.
func TestOnceIsKeptNowhere(t *testing.T) {
	c := newCache(t, polled(t, dbtest.SQLite(t, Migrations())), Config{Dir: t.TempDir()})
	key := Key{Site: 1, URL: "h/search?q=a"}
	for _, body := range []string{"eins", "zwei"} {
		h, err := c.Once(t.Context(), key, page(body))
		if err != nil {
			t.Fatal(err)
		}
		want(t, h, Filled, false, body)
	}
	if err := c.Flush(); err != nil {
		t.Fatal(err)
	}
	if _, ok := c.Peek(key.URL); ok || len(c.mirror.names()) != 0 {
		t.Errorf("it is kept: %v, %v", ok, c.mirror.names())
	}
	for name, row := range map[string]struct {
		err  error
		kind fault.Kind
	}{
		"the store": {db.Fault(context.DeadlineExceeded), fault.Unavailable}, "a sentence": {fault.New(fault.NotFound, "没有。"), fault.NotFound}, "a fault of ours": {errors.New("x"), ""},
	} {
		if _, err := c.Once(t.Context(), key, failing(row.err)); err == nil || fault.KindOf(err) != row.kind {
			t.Errorf("%s: %v", name, err)
		}
	}
}
