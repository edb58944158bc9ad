package app

import (
	"bytes"
	"io"
	"net/http"
	"net/url"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/PuerkitoBio/goquery"
	"github.com/zhanqun/zhanqun/kernel"
	"github.com/zhanqun/zhanqun/kernel/proof"
	"github.com/zhanqun/zhanqun/platform/render"
	"github.com/zhanqun/zhanqun/storage/blob/blobtest"
	"github.com/zhanqun/zhanqun/storage/db/dbtest"
	"github.com/zhanqun/zhanqun/tenants/media"
)

// away is one node, its database behind a wire, and every page that it has mirrored.
type away struct {
	*cluster
	server *dbtest.Server
	wire   *wire
	pages  map[string][]byte
	urls   []string
}

// Must show 6 (design.md 4; promises.md 2.6, 5 #5; V4, Y5): the database stops, hangs, is slow or refuses; every mirrored
// address answers 200, also after the node has been started again, and afterwards the node is one like the others.
func TestDatabaseAway(t *testing.T) {
	if testing.Short() {
		t.Skip("-short: processes without the race detector; platform/pages races the same code")
	}
	server := dbtest.NewServer(t, "max_connections=30")
	w := newWire(t, server.Address())
	a := &away{server: server, wire: w, pages: map[string][]byte{}}
	fill := wholeDemo
	if proof.Long() {
		fill = wholeCity
	}
	through := strings.Replace(server.URL(), server.Address(), w.Addr().String(), 1)
	began := time.Now()
	a.cluster = newCluster(t, 1, program(t), server.URL(), fill, "--database="+through)
	t.Logf("filled and started in %v", time.Since(began).Round(time.Millisecond))
	began = time.Now()
	a.crawl(t)
	t.Logf("%d addresses in %v", len(a.urls), time.Since(began).Round(time.Millisecond))
	for _, c := range []struct {
		name  string
		begin func()
		end   func()
	}{
		{"stopped", func() { server.Stop("immediate") }, server.Start},
		{"hanging", server.Freeze, server.Thaw},
		{"slow", func() { w.delay.Store(int64(5 * time.Second)) }, func() { w.delay.Store(0); w.cut() }},
		{"refusing", nil, nil},
	} {
		whole := t // the node lives on
		goesOn := t.Run(c.name, func(t *testing.T) {
			begin, end := c.begin, c.end
			if begin == nil {
				begin = func() { end = crowd(t, server.URL()) }
			}
			begin()
			back := sync.OnceFunc(func() { end() })
			defer back()
			a.serves(t, "running")
			p := a.nodes[0]
			if code := p.stop(); code != exitOK {
				t.Errorf("stopped: exit code %d\n%s", code, p.said.failures())
			}
			began := time.Now()
			a.start(whole, 0, program(t), p.address, p.ops)
			a.nodes[0].ready(t)
			t.Logf("started in %v", time.Since(began).Round(time.Millisecond))
			a.serves(t, "started again")
			back()
			a.recovers(t)
		})
		if !goesOn {
			t.Fatalf("the node says:\n%s", a.nodes[0].said)
		}
	}
}

// wholeDemo writes the demonstration: 29 sites.
func wholeDemo(t *testing.T, c *cluster) {
	t.Helper()
	s := &session{ctx: c.ctx, out: io.Discard, err: io.Discard, cfg: c.cfg, clock: kernel.SystemClock}
	if err := s.seed(); err != nil {
		t.Fatal(err)
	}
	if err := c.Revisions.Poll(c.ctx); err != nil {
		t.Fatal(err)
	}
	c.hire(t)
}

// wholeCity is the city of the real documents, each of them four times: 150 sites, more than 10,000 addresses.
func wholeCity(t *testing.T, c *cluster) {
	t.Helper()
	tw := &town{House: c.House, port: 8080}
	tw.openCity(t, c.ctx)
	tw.importCorpus(t, c.ctx, len(sources(t)), "first", "second", "third", "fourth")
	c.hire(t)
}

// crawl follows every link, keeps what citizens see, and waits until it is mirrored.
func (a *away) crawl(t *testing.T) {
	t.Helper()
	own, queue := map[string]bool{}, []string(nil)
	for _, s := range a.Sites.AllPublic() {
		own[s.Origin] = true
		queue = append(queue, s.URL("/"))
	}
	for ; len(queue) > 0; queue = queue[1:] {
		url := queue[0]
		if _, done := a.pages[url]; done {
			continue
		}
		g, err := a.get(0, url)
		if err != nil || g.status != http.StatusOK || g.stale {
			t.Fatalf("%s: %d, stale %v, %v", url, g.status, g.stale, err)
		}
		a.pages[url] = g.body
		d, err := goquery.NewDocumentFromReader(bytes.NewReader(g.body))
		if err != nil {
			t.Fatal(err)
		}
		d.Find("a[href]").Each(func(_ int, link *goquery.Selection) {
			to := absolute(originOf(url), link.AttrOr("href", ""))
			// Files are in the store, not in the mirror; a form that could not be sent is not shown.
			if own[originOf(to)] && !strings.Contains(to, "/-/media/") && !strings.Contains(to, render.ReportPath) {
				queue = append(queue, to)
			}
		})
	}
	for url := range a.pages {
		a.urls = append(a.urls, url)
	}
	slices.Sort(a.urls)
	for body := ""; !strings.Contains(body, "zhanqun_mirror_waiting 0\n") || !strings.Contains(body, "zhanqun_mirror_coverage 1\n"); {
		_, body, _ = fetch(t, a.nodes[0].ops, "127.0.0.1", "/metrics")
	}
}

// minutes of each form: how long every page is asked for again and again.
func awayFor() time.Duration {
	if proof.Long() {
		return 10 * time.Minute / 8 // four ways of being away, each before and after a restart
	}
	return 0
}

// serves asks for every page until the time is over, once at least: all answer 200 with what they showed, and say that they
// may be old as soon as the node knows that it is alone.
func (a *away) serves(t *testing.T, when string) {
	t.Helper()
	began, answers, other := time.Now(), 0, 0
	for known := false; !known; { // meanwhile pages are served as well; the first of them is asked for here
		_, body, _ := fetch(t, a.nodes[0].ops, "127.0.0.1", "/readyz")
		known = strings.Contains(body, `"database":false`)
		if g, err := a.get(0, a.urls[0]); err != nil || g.status != http.StatusOK {
			t.Fatalf("%s: %d, %v", a.urls[0], g.status, err)
		}
	}
	noticed, from := time.Since(began), time.Now()
	var took []time.Duration
	for round := 0; round == 0 || time.Since(from) < awayFor(); round++ {
		for _, url := range a.urls {
			g, err := a.get(0, url)
			took = append(took, time.Since(g.sent))
			if answers++; err != nil || g.status != http.StatusOK || !g.stale || !bytes.Equal(g.body, a.pages[url]) {
				if other++; other < 5 {
					t.Errorf("%s: %s: %d, stale %v, %d of %d bytes, %v", when, url, g.status, g.stale, len(g.body), len(a.pages[url]), err)
				}
			}
		}
	}
	slices.Sort(took)
	t.Logf("%s: noticed after %v; %d answers, other than 200 with the mark: %d; median %v, 99 %% %v, most %v", when, noticed.Round(time.Millisecond), answers, other,
		took[len(took)/2].Round(time.Microsecond), took[len(took)*99/100].Round(time.Microsecond), took[len(took)-1].Round(time.Microsecond))
}

// recovers waits until the node is one like the others: no mark, and what is published now is there.
func (a *away) recovers(t *testing.T) {
	t.Helper()
	began := time.Now()
	for stale := true; stale; {
		g, err := a.get(0, a.urls[0])
		if err != nil || g.status != http.StatusOK {
			t.Fatalf("%d, %v", g.status, err)
		}
		stale = g.stale
	}
	t.Logf("recovered in %v", time.Since(began).Round(time.Millisecond))
	site := a.Sites.AllPublic()[0]
	var page string
	for { // this process's own pool has lost its connections too
		id, err := a.write(site.ID, "关于恢复供水的通知")
		if err == nil {
			err = a.Articles.Publish(a.ctx, site.ID, id)
		}
		if err == nil {
			page = site.URL("/a/" + strconv.FormatInt(id, 10))
			break
		}
		t.Logf("publishing: %v", err)
	}
	a.until(t, 0, page, http.StatusOK)
	stale := 0
	for _, url := range a.urls {
		g, err := a.get(0, url)
		if err != nil || g.status != http.StatusOK || g.stale {
			stale++
		}
		a.pages[url] = g.body // the home page shows the notice now
	}
	if stale > 0 {
		t.Errorf("%d of %d pages are not fresh again", stale, len(a.urls))
	}
	for body := ""; !strings.Contains(body, "zhanqun_mirror_waiting 0\n"); {
		_, body, _ = fetch(t, a.nodes[0].ops, "127.0.0.1", "/metrics")
	}
}

// promises.md 2.6: an S3 store that accepts and never answers keeps no page from anybody, neither while the node runs nor
// when it is started again.
func TestMediaAway(t *testing.T) {
	u, err := url.Parse(blobtest.S3URL(t))
	if err != nil {
		t.Fatal(err)
	}
	w, direct := newWire(t, u.Host), u.String()
	u.Host = w.Addr().String()
	c := newCluster(t, 1, program(t), filepath.Join(t.TempDir(), "z.db"), fewSites, "--media="+u.String(), "--media-cache=64")
	seen, unseen := c.picture(t, direct, 400), c.picture(t, direct, 404)
	picture := func(when, address string, want int) {
		t.Helper()
		if g, err := c.get(0, address); err != nil || g.status != want || want == http.StatusOK && !bytes.HasPrefix(g.body, []byte("\xff\xd8\xff")) {
			t.Errorf("%s: %s: %d, %d bytes, %v, want %d", when, address, g.status, len(g.body), err, want)
		}
	}
	pages := func(when string) {
		t.Helper()
		for _, s := range c.Sites.AllPublic() {
			for _, path := range []string{"/", "/sitemap"} {
				if g, err := c.get(0, s.URL(path)); err != nil || g.status != http.StatusOK || g.stale {
					t.Errorf("%s: %s: %d, stale %v, %v", when, s.URL(path), g.status, g.stale, err)
				}
			}
		}
	}
	pages("with its media")
	picture("with its media", seen, http.StatusOK)
	w.delay.Store(int64(time.Hour))
	w.cut()
	pages("running")
	picture("running", seen, http.StatusOK)
	picture("running", unseen, http.StatusServiceUnavailable)
	p := c.nodes[0]
	if code := p.stop(); code != exitOK {
		t.Errorf("stopped: exit code %d", code)
	}
	began := time.Now()
	c.start(t, 0, program(t), p.address, p.ops)
	c.nodes[0].ready(t)
	took := time.Since(began)
	t.Logf("started in %v", took.Round(time.Millisecond))
	if took > 2*answerWithin {
		t.Errorf("the start waited %v for the media", took)
	}
	pages("started again")
	picture("started again", seen, http.StatusOK)
}

// picture publishes an article with a picture, which lies in the store, and answers where citizens get it.
func (c *cluster) picture(t *testing.T, store string, width int) string {
	t.Helper()
	r := c.Media.Room
	var err error
	if r.Store, err = openStore(c.ctx, Config{Media: store}); err != nil {
		t.Fatal(err)
	}
	s := c.Sites.AllPublic()[0]
	ctx := kernel.WithActor(c.ctx, kernel.Actor{Account: c.staff[0], Name: "工作人员", Via: "console"})
	i, err := media.New(r).Take(ctx, s.ID, "江.jpg", photo(t, width, 300))
	if err != nil {
		t.Fatal(err)
	}
	id, err := c.write(s.ID, "江", i.Markup("汉江"))
	if err == nil {
		err = c.Articles.Publish(ctx, s.ID, id)
	}
	if err != nil {
		t.Fatal(err)
	}
	return s.URL(i.Path())
}
