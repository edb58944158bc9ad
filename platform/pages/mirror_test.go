package pages

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/zhanqun/zhanqun/kernel"
	"github.com/zhanqun/zhanqun/kernel/fault"
	"github.com/zhanqun/zhanqun/storage/db"
	"github.com/zhanqun/zhanqun/storage/db/dbtest"
)

// Promises 2.6: with the store gone every page that was served is still served, marked, also by a process that
// starts without the store; pages never seen are 503.
func TestWithoutTheStore(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		dir := t.TempDir()
		r := polled(t, d)
		c := newCache(t, r, Config{Dir: dir})
		long := strings.Repeat("政务公开 ", 500)
		for i := range 20 {
			get(t, c, Key{1, fmt.Sprintf("a.gov.cn/a/%d", i)}, page(fmt.Sprint(i, long)))
		}
		moved := Key{1, "a.gov.cn/c/old"}
		get(t, c, moved, func(context.Context) (*Page, error) {
			return &Page{Status: 301, Location: "https://a.gov.cn/c/new"}, nil
		})
		if err := errors.Join(c.Flush(), c.Keep("hosts", []byte(`{"a.gov.cn":{}}`))); err != nil {
			t.Fatal(err)
		}
		bump(t, d, r, 1) // nothing is fresh any more, and now the store goes away
		if err := d.Close(); err != nil {
			t.Fatal(err)
		}
		broken := func(ctx context.Context) (*Page, error) {
			_, err := r.store.all(ctx)
			return nil, err
		}
		restarted := newCache(t, NewRevisions(d), Config{Dir: dir})
		for name, c := range map[string]*Cache{"the running node": c, "a restarted node": restarted} {
			for range 3 { // before the polls have failed, and after
				for i := range 20 {
					h := get(t, c, Key{1, fmt.Sprintf("a.gov.cn/a/%d", i)}, broken)
					if h.State != Stale || !h.Stale || string(h.Page.Body) != fmt.Sprint(i, long) || h.Page.ContentType != "text/html" {
						t.Fatalf("%s: %s stale=%v, %d bytes", name, h.State, h.Stale, len(h.Page.Body))
					}
				}
				if c.revisions.Poll(t.Context()) == nil {
					t.Fatal("polled a closed store")
				}
			}
			if !c.revisions.Down() {
				t.Errorf("%s does not know the store is down", name)
			}
			if h := get(t, c, moved, broken); h.Page.Status != 301 || h.Page.Location != "https://a.gov.cn/c/new" {
				t.Errorf("%s: redirect %d %q", name, h.Page.Status, h.Page.Location)
			}
			if _, err := c.Get(t.Context(), Key{1, "a.gov.cn/a/999"}, broken); !fault.Is(err, fault.Unavailable) {
				t.Errorf("%s: a page never seen answered %v", name, err)
			}
			if _, err := c.Get(t.Context(), Key{2, "a.gov.cn/a/1"}, broken); name == "a restarted node" && err == nil && c.mirror.read(Key{2, "a.gov.cn/a/1"}, c.revisions) != nil {
				t.Errorf("%s: another site's page was read from the mirror", name)
			}
		}
		if b, ok := restarted.Kept("hosts"); !ok || string(b) != `{"a.gov.cn":{}}` {
			t.Errorf("the snapshot came back as %q, %v", b, ok)
		}
	}, Migrations())
}

// What comes from the mirror is good enough while the store is away and never fresh when it is back.
func TestMirroredPagesAreRenderedAgainWhenTheStoreIsBack(t *testing.T) {
	d := dbtest.SQLite(t, Migrations())
	dir := t.TempDir()
	c := newCache(t, polled(t, d), Config{Dir: dir})
	get(t, c, home, page("one"))
	if err := c.Flush(); err != nil {
		t.Fatal(err)
	}
	r := NewRevisions(d)
	again := newCache(t, r, Config{Dir: dir})
	want(t, get(t, again, home, failing(fault.New(fault.Unavailable, "没有响应。"))), Stale, true, "one")
	if err := r.Poll(t.Context()); err != nil {
		t.Fatal(err)
	}
	want(t, get(t, again, home, page("two")), Filled, false, "two")
	want(t, get(t, again, home, page("never")), Fresh, false, "two")
}

func TestMirrorFiles(t *testing.T) {
	d := dbtest.SQLite(t, Migrations())
	now := time.Date(2026, 11, 23, 8, 0, 0, 0, time.UTC)
	clock := func() time.Time { return now }
	dir := t.TempDir()
	r := polled(t, d)
	open := func() *Cache {
		c, err := NewCache(r, clock, Config{Dir: dir})
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { c.Close() })
		return c
	}
	c := open()
	body := strings.Repeat("公告 ", 400)
	keys := make([]Key, 40)
	for i := range keys {
		keys[i] = Key{1, fmt.Sprintf("a.gov.cn/a/%d", i)}
		get(t, c, keys[i], page(body))
	}
	if c.Stats().Mirrored != 0 || c.Stats().Waiting != 40 {
		t.Errorf("written before anybody wrote: %+v", c.Stats())
	}
	if err := c.Flush(); err != nil {
		t.Fatal(err)
	}
	if s := c.Stats(); s.Mirrored != 40 || s.Coverage != 1 || s.Waiting != 0 || s.MirrorBytes == 0 {
		t.Errorf("after writing: %+v", s)
	}
	t.Run("a damaged file is never served and is removed", func(t *testing.T) {
		for i := range keys {
			name := filepath.Join(dir, fileName(keys[i].URL))
			b, err := os.ReadFile(name)
			if err != nil {
				t.Fatal(err)
			}
			switch {
			case i%2 == 0:
				continue
			case i%3 == 0:
				b = b[:len(b)*i/40]
			default:
				b[len(b)*i/40] ^= 1
			}
			if err := os.WriteFile(name, b, 0o600); err != nil {
				t.Fatal(err)
			}
		}
		c := open()
		for i := range keys {
			if got := c.mirror.read(keys[i], r) != nil; got != (i%2 == 0) {
				t.Errorf("page %d read: %v", i, got)
			}
		}
		if s := c.Stats(); s.Mirrored != 20 || s.Torn != 20 {
			t.Errorf("%+v", s)
		}
	})
	t.Run("a file under another address is not served", func(t *testing.T) {
		to := Key{1, "a.gov.cn/a/1"}
		if err := os.Rename(filepath.Join(dir, fileName(keys[0].URL)), filepath.Join(dir, fileName(to.URL))); err != nil {
			t.Fatal(err)
		}
		if open().mirror.read(to, r) != nil {
			t.Error("it was")
		}
	})
	t.Run("after a day it is not served, and swept", func(t *testing.T) {
		now = now.Add(mirrorFor + time.Second)
		if c.mirror.read(keys[2], r) != nil {
			t.Error("served")
		}
		c.mirror.sweep()
		if s := c.Stats(); s.Mirrored != 0 || s.MirrorBytes != 0 {
			t.Errorf("%+v", s)
		}
		if left, err := filepath.Glob(filepath.Join(dir, "??", "*")); err != nil || len(left) != 0 {
			t.Errorf("left %v, %v", left, err)
		}
	})
	t.Run("an unfinished file is removed at start", func(t *testing.T) {
		name := filepath.Join(dir, fileName("x")+".new")
		if err := errors.Join(os.MkdirAll(filepath.Dir(name), 0o755), os.WriteFile(name, []byte("half"), 0o600)); err != nil {
			t.Fatal(err)
		}
		open()
		if _, err := os.Stat(name); !errors.Is(err, os.ErrNotExist) {
			t.Errorf("it is there: %v", err)
		}
	})
	t.Run("no more than the disk may hold", func(t *testing.T) {
		c, err := NewCache(r, clock, Config{Dir: t.TempDir(), DirBytes: 100})
		if err != nil {
			t.Fatal(err)
		}
		defer c.Close()
		get(t, c, home, page(body))
		if err := c.Flush(); err == nil || c.Stats().Dropped != 1 || c.Stats().Waiting != 0 {
			t.Errorf("%v %+v", err, c.Stats())
		}
	})
}

func TestOnlySoMuchWaitsForTheDisk(t *testing.T) {
	d := dbtest.SQLite(t, Migrations())
	c := newCache(t, polled(t, d), Config{Dir: t.TempDir()})
	for i := range pendingAtMost + 10 {
		c.mirror.put(newEntry(Key{1, fmt.Sprint("a/", i)}, Page{Body: []byte("x")}, time.Now(), nil))
	}
	if s := c.Stats(); s.Waiting != pendingAtMost || s.Dropped != 10 || s.Coverage != 0 {
		t.Errorf("%+v", s)
	}
}

// The filler renews what changed, so that a withdrawn page does not come back when the store goes away.
func TestFiller(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := &world{rev: map[kernel.SiteID]int64{}}
		r := newRevisions(w)
		c, err := NewCache(r, kernel.SystemClock, Config{Dir: t.TempDir()})
		if err != nil {
			t.Fatal(err)
		}
		withdrawn, kept, quiet := Key{1, "a.gov.cn/a/1"}, Key{1, "a.gov.cn/a/2"}, Key{2, "b.gov.cn/"}
		content := map[string]string{withdrawn.URL: "secret", kept.URL: "old", quiet.URL: "quiet"}
		keys := map[string]Key{withdrawn.URL: withdrawn, kept.URL: kept, quiet.URL: quiet}
		render := func(url string) Render {
			if content[url] == "" {
				return failing(fault.New(fault.Gone, "已撤下。"))
			}
			return page(content[url])
		}
		if err := r.Poll(t.Context()); err != nil {
			t.Fatal(err)
		}
		for url, key := range keys {
			get(t, c, key, render(url))
		}
		ctx, cancel := context.WithCancel(t.Context())
		ended := make(chan error)
		var asked atomic.Int32
		go func() {
			ended <- c.Run(ctx, func(ctx context.Context, url string) {
				asked.Add(1)
				_, _ = c.Get(ctx, keys[url], render(url)) // gone is an answer too
			})
		}()
		synctest.Wait()
		content[withdrawn.URL], content[kept.URL] = "", "new"
		w.rev[1]++
		r.learn(1, w.rev[1])
		time.Sleep(20 * time.Second) // of the bubble's clock
		cancel()
		if err := <-ended; err != nil {
			t.Fatal(err)
		}
		if n := asked.Load(); n != 2 {
			t.Errorf("asked for %d addresses again, want the 2 of the changed site", n)
		}
		w.down = true
		for range missedAtMost {
			_ = r.Poll(t.Context()) // the store is down
		}
		c.memory.InvalidateAll()
		if _, err := c.Get(t.Context(), withdrawn, render(withdrawn.URL)); !fault.Is(err, fault.Unavailable) {
			t.Errorf("the withdrawn page answered %v without the store", err)
		}
		want(t, get(t, c, kept, render(kept.URL)), Stale, true, "new")
		want(t, get(t, c, quiet, render(quiet.URL)), Stale, true, "quiet")
		if err := c.Close(); err != nil {
			t.Fatal(err)
		}
	})
}
