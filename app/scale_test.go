package app

import (
	"bytes"
	"context"
	"fmt"
	"log/slog"
	"net"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/zhanqun/zhanqun/kernel"
	"github.com/zhanqun/zhanqun/kernel/proof"
	"github.com/zhanqun/zhanqun/platform/identity"
	"github.com/zhanqun/zhanqun/platform/org"
	"github.com/zhanqun/zhanqun/platform/publication"
	"github.com/zhanqun/zhanqun/platform/render"
	"github.com/zhanqun/zhanqun/platform/site"
	"github.com/zhanqun/zhanqun/storage/index"
	"github.com/zhanqun/zhanqun/tenants/article"
)

// Bounds that no busy machine moves; what a figure was is in docs/promises.md 1.
const (
	heapOfSite     = 6 << 10 // bytes in memory of one more site, at most
	statementsMost = 60      // at start, beside two for each 2,000 sites
)

// Issue 3, 1 (V4): two installations, the larger of which costs at start and in memory what its sites are worth and no more;
// and every figure of a city's citizen: cold pages, lists far back, a publication, an import beside the others' pages. The
// long form takes 10,000 sites and 500,000 documents; with ZHANQUN_SCALE_DATA=DIR they are made once and kept there.
func TestScale(t *testing.T) {
	if testing.Short() {
		t.Skip("-short: takes minutes under the race detector")
	}
	sites, articles := proof.Times(300, 10_000), proof.Times(1200, 500_000)
	if _, err := fmt.Sscanf(os.Getenv("ZHANQUN_SCALE"), "%d,%d", &sites, &articles); err != nil && os.Getenv("ZHANQUN_SCALE") != "" {
		t.Fatal("ZHANQUN_SCALE is SITES,ARTICLES")
	}
	small := openProvince(t, scaleDir(t, "small"), sites/10, sites/5, 40)
	large := openProvince(t, scaleDir(t, "large"), sites, articles, proof.Times(400, 20_020))
	statements, heap := small.opened(t)
	more, larger := large.opened(t)
	perSite := (int64(larger) - int64(heap)) / int64(large.sites-small.sites)
	t.Logf("start: %d statements for %d sites, %d for %d; %d bytes of heap for one more site", statements, small.sites, more, large.sites, perSite)
	if most := int64(statementsMost + 2*sites/2000); more > most {
		t.Errorf("%d statements to open %d sites, most are %d", more, large.sites, most)
	}
	if perSite > heapOfSite {
		t.Errorf("one more site takes %d bytes, most are %d", perSite, heapOfSite)
	}
	large.counted(t)
	t.Run("a process", large.process)
	t.Run("a citizen's city", large.city)
}

// scaleDir is a new folder, or the one that is kept.
func scaleDir(t *testing.T, name string) string {
	if kept := os.Getenv("ZHANQUN_SCALE_DATA"); kept != "" {
		return filepath.Join(kept, name)
	}
	return filepath.Join(t.TempDir(), name)
}

// opened opens the installation once more and says with how many statements and how much heap.
func (p *province) opened(t *testing.T) (statements int64, heap uint64) {
	t.Helper()
	cfg, err := Config{Data: p.dir, PublicPort: 8080}.Resolve()
	if err != nil {
		t.Fatal(err)
	}
	before := heapNow()
	h, err := openHouse(t.Context(), cfg, kernel.SystemClock, kernel.NewIDs(kernel.SystemClock), true)
	if err != nil {
		t.Fatal(err)
	}
	if err := h.Revisions.Poll(t.Context()); err != nil {
		t.Fatal(err)
	}
	heap, statements = heapNow()-before, h.DB.Statements()
	if err := h.Close(); err != nil {
		t.Error(err)
	}
	return statements, heap
}

func heapNow() uint64 {
	runtime.GC()
	runtime.GC() // the first only marks what finalizers and pools hold
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.HeapAlloc
}

// counted holds what is public to what was put in; a folder that is used again has what earlier runs opened and wrote as well.
func (p *province) counted(t *testing.T) {
	t.Helper()
	used := os.Getenv("ZHANQUN_SCALE_DATA") != ""
	if got := len(p.Sites.AllPublic()); got < p.sites || got > p.sites && !used {
		t.Errorf("%d sites, want %d", got, p.sites)
	}
	total := int64(0)
	for _, s := range p.Sites.AllPublic() {
		n, err := p.Published.Count(t.Context(), s.ID, publication.Filter{Kind: article.Kind})
		if err != nil {
			t.Fatal(err)
		}
		total += n
	}
	if total < int64(p.articles) || total > int64(p.articles) && !used {
		t.Errorf("%d articles are public, want %d", total, p.articles)
	}
}

// process asks the shipped program, started on the folder as an operator would.
func (p *province) process(t *testing.T) {
	at, ops := freeAddress(t), freeAddress(t)
	home, binary := strings.TrimPrefix(p.Sites.AllPublic()[0].Origin, "http://"), program(t)
	began := time.Now()
	server := launch(t, binary, at, ops, "--data="+p.dir, "--public-port=8080")
	if err := firstByte(server, home); err != nil {
		t.Fatalf("%v\n%s", err, server.said)
	}
	t.Logf("start to first byte: %v", time.Since(began).Round(time.Millisecond))
	server.ready(t)
	t.Logf("memory: %d MB with %d sites", resident(t, server.Process.Pid)>>20, p.sites)
	r := readerOf(t, at)
	most := proof.Times(60, 4000)
	homes, articles := p.addresses(t, most)
	t.Logf("cold home: %v", r.pages(homes))
	t.Logf("warm home: %v", r.pages(homes))
	half := len(articles) / 2
	t.Logf("cold article: %v", r.pages(articles[:half]))
	began = time.Now()
	asked := r.abreast(articles[half:], 4)
	t.Logf("cold articles, four at a time, gzip and mirror made for each: %.0f a second, %v", float64(len(asked))/time.Since(began).Seconds(), asked)
	first, last := p.lists(t)
	t.Logf("list, page 1: %v; page %d: %v", r.pages(first), p.deep/20, r.pages(last))
	t.Logf("memory after %d pages: %d MB", 2*len(homes)+len(articles), resident(t, server.Process.Pid)>>20)
	if code := server.stop(); code != 0 {
		t.Errorf("exit code %d\n%s", code, server.said)
	}
}

// addresses are up to n home pages over all sites, and as many articles of theirs, each once.
func (p *province) addresses(t *testing.T, n int) (homes, articles []string) {
	t.Helper()
	all := p.Sites.AllPublic()
	step := max(1, len(all)/n)
	for i := 0; i < len(all) && len(homes) < n; i += step {
		homes = append(homes, all[i].URL("/"))
		rows, err := p.Published.List(t.Context(), all[i].ID, publication.Filter{Kind: article.Kind}, kernel.Page{Number: 1, Size: 4})
		if err != nil {
			t.Fatal(err)
		}
		for _, row := range rows {
			articles = append(articles, all[i].URL("/a/"+strconv.FormatInt(row.ID, 10)))
		}
	}
	return homes, articles
}

// lists are pages at the head and at the far end of the longest list.
func (p *province) lists(t *testing.T) (first, last []string) {
	t.Helper()
	s := p.Sites.AllPublic()[0]
	places, err := p.Published.Places(t.Context(), s.ID)
	if err != nil {
		t.Fatal(err)
	}
	tree, err := p.Columns.Tree(t.Context(), s.ID)
	if err != nil {
		t.Fatal(err)
	}
	for id, stat := range places {
		if stat.Count < int64(p.deep) {
			continue
		}
		list := s.URL("/c/" + tree.Get(id).Path)
		first = []string{list}
		for k := range 10 {
			last = append(last, fmt.Sprintf("%s?p=%d", list, p.deep/20-k))
		}
	}
	if len(last) == 0 {
		t.Fatal("no list is deep")
	}
	return first, last
}

// city serves the installation in this process and does what its people do.
func (p *province) city(t *testing.T) {
	ctx := kernel.WithActor(context.Background(), identity.System("cli"))
	r := p.attend(t)
	t.Logf("opening one site: %v", p.openings(t, ctx))
	t.Logf("searching one site: %v", p.searches(t))
	visible, plain := p.publish(t, ctx, r, proof.Times(5, 200)), times(nil)
	t.Logf("publish to visible: %v", visible)
	_, articles := p.addresses(t, proof.Times(40, 2000))
	slices.Reverse(articles) // the process of the run before began at the other end; here nothing is warm
	half := len(articles) / 2
	plain = r.pages(articles[:half])
	var wg sync.WaitGroup
	began, n := time.Now(), proof.Times(200, 10_000)
	wg.Go(func() {
		p.write(t, ctx, fmt.Sprintf("beside-%d", began.UnixNano()), n, p.Sites.AllPublic()[:1])
		t.Logf("import onto one site: %.0f documents a second", float64(n)/time.Since(began).Seconds())
	})
	beside := r.pages(articles[half:])
	t.Logf("cold article of other sites: %v; beside one site's import: %v", plain, beside)
	t.Logf("publish to visible beside the import: %v", p.publish(t, ctx, r, 5))
	wg.Wait()
}

// attend serves the house on loopback until the test ends.
func (p *province) attend(t *testing.T) *reader {
	t.Helper()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	var wg sync.WaitGroup
	if err := p.Revisions.Poll(ctx); err != nil {
		t.Fatal(err)
	}
	wg.Go(func() { p.Revisions.Run(ctx, slog.New(slog.DiscardHandler)) })
	wg.Go(func() {
		if err := p.Server.Serve(ctx, ln); err != nil {
			t.Errorf("serve: %v", err)
		}
	})
	t.Cleanup(func() {
		cancel()
		wg.Wait()
	})
	return readerOf(t, ln.Addr().String())
}

// openings opens departments' sites one by one, each with the columns of its template.
func (p *province) openings(t *testing.T, ctx context.Context) (all times) {
	t.Helper()
	city := p.Sites.AllPublic()[0]
	owner, err := p.Sites.Get(ctx, city.ID)
	if err != nil {
		t.Fatal(err)
	}
	columns := 0
	for i := range proof.Times(3, 40) {
		number := strconv.FormatInt(time.Now().UnixNano()+int64(i), 36)
		o, err := p.Orgs.Create(ctx, org.Spec{Code: "scale-" + number, Slug: "d" + number, Name: "便民服务局", Level: org.Dept, Parent: owner.Org})
		if err != nil {
			t.Fatal(err)
		}
		began := time.Now()
		made, err := p.Sites.Create(ctx, site.Spec{Org: o.ID})
		all = append(all, time.Since(began))
		if err != nil {
			t.Fatal(err)
		}
		tree, err := p.Columns.Tree(ctx, made.ID)
		if err != nil {
			t.Fatal(err)
		}
		columns = len(tree.All())
		if p.Sites.Public(made.ID) == nil {
			t.Fatal("the site is open and nobody knows it")
		}
	}
	t.Logf("a new site has %d columns", columns)
	return all
}

func (p *province) searches(t *testing.T) (all times) {
	t.Helper()
	sites := p.Sites.AllPublic()
	for i := range proof.Times(20, 500) {
		s := sites[i*7919%len(sites)]
		began := time.Now()
		_, err := p.Index.Search(t.Context(), index.Query{Sites: []kernel.SiteID{s.ID}, Text: matters[i%len(matters)], Page: kernel.Page{Number: 1, Size: 10}})
		all = append(all, time.Since(began))
		if err != nil {
			t.Fatal(err)
		}
	}
	return all
}

// publish brings n notices to citizens, on one site after the other, and says how long each took to be seen.
func (p *province) publish(t *testing.T, ctx context.Context, r *reader, n int) (all times) {
	t.Helper()
	tw := &town{House: p.House}
	staff := []kernel.AccountID{1, 2, 3, 4}
	sites := slices.DeleteFunc(slices.Clone(p.Sites.AllPublic()), func(s *render.Site) bool { return s.Level == "dept" })
	for i := range n {
		s := sites[(i*7919+1)%len(sites)]
		title := fmt.Sprintf("关于第%d次停水的通知", time.Now().UnixNano())
		id := tw.approved(t, ctx, s.ID, staff, title)
		url := s.URL(fmt.Sprintf("/a/%d", id))
		began := time.Now()
		if err := p.Articles.Publish(ctx, s.ID, id); err != nil {
			t.Fatal(err)
		}
		if _, body := r.page(url); !bytes.Contains(body, []byte(title)) {
			t.Fatalf("%s does not show what was published", url)
		}
		all = append(all, time.Since(began))
	}
	return all
}
