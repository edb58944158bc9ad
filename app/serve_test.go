package app

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/zhanqun/zhanqun/kernel"
	"github.com/zhanqun/zhanqun/platform/publication"
	"github.com/zhanqun/zhanqun/platform/site"
	"github.com/zhanqun/zhanqun/storage/db/dbtest"
)

// demoStart is when the demonstration of these tests was first started.
var demoStart = time.Date(2026, 11, 23, 1, 30, 0, 0, time.UTC)

// seeded makes a demonstration and returns its configuration.
func seeded(t *testing.T, cfg Config) Config {
	t.Helper()
	cfg, err := cfg.Resolve()
	if err != nil {
		t.Fatal(err)
	}
	s := &session{ctx: context.Background(), out: io.Discard, err: io.Discard, cfg: cfg, clock: func() time.Time { return demoStart }}
	if err := s.seed(); err != nil {
		t.Fatal(err)
	}
	return cfg
}

func opened(t *testing.T, cfg Config) *House {
	t.Helper()
	h, err := openHouse(context.Background(), cfg, kernel.SystemClock, kernel.NewIDs(kernel.SystemClock), true)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := h.Close(); err != nil {
			t.Error(err)
		}
	})
	return h
}

// published lists every public text of every site with its address, day and digest.
func published(t *testing.T, h *House) []string {
	t.Helper()
	ctx := context.Background()
	sites, err := h.Sites.Listing(ctx, site.Filter{}, kernel.Page{})
	if err != nil {
		t.Fatal(err)
	}
	var all []string
	for _, s := range sites {
		rows, err := h.Published.List(ctx, s.ID, publication.Filter{}, kernel.Page{Number: 1, Size: 1000})
		if err != nil {
			t.Fatal(err)
		}
		for _, r := range rows {
			live, err := h.Published.Live(ctx, r.Object)
			if err != nil {
				t.Fatal(err)
			}
			all = append(all, fmt.Sprint(s.Host, s.Prefix, r.ID, r.Place, r.Title, r.ShownAt.UTC().Format(time.RFC3339), live.Digest))
		}
	}
	return all
}

// sameOnPostgres seeds the same demonstration into PostgreSQL: the same ids, days and digests (LP2, C4, M8).
func sameOnPostgres(t *testing.T, want []string) {
	url := dbtest.PostgresURL(t)
	dir := t.TempDir()
	key := filepath.Join(dir, "key")
	if err := os.WriteFile(key, bytes.Repeat([]byte{1}, keySize), 0o600); err != nil {
		t.Fatal(err)
	}
	got := published(t, opened(t, seeded(t, Config{Data: dir, Database: url, KeyFile: key})))
	if len(got) != len(want) {
		t.Fatalf("got %d articles, want %d", len(got), len(want))
	}
	for i := range want {
		if got[i] != want[i] {
			t.Fatalf("article %d differs:\n%s\n%s", i, got[i], want[i])
		}
	}
}

// checkDemonstration reads the chains: every site has one, it holds, and everything in it was done by way of the demo,
// before the first start.
func checkDemonstration(t *testing.T, h *House, articles int) {
	t.Helper()
	ctx := context.Background()
	sites, err := h.Sites.Listing(ctx, site.Filter{}, kernel.Page{})
	if err != nil {
		t.Fatal(err)
	}
	if len(sites) < 29 || articles < 800 {
		t.Errorf("got %d sites and %d articles", len(sites), articles)
	}
	released := 0
	for _, s := range sites {
		if n, err := h.Audit.Verify(ctx, s.ID); err != nil || n == 0 {
			t.Errorf("chain of %s: %d entries, %v", s.Name, n, err)
		}
		lines, err := h.Audit.List(ctx, s.ID, kernel.Page{Number: 1, Size: 10000})
		if err != nil {
			t.Fatal(err)
		}
		for _, l := range lines {
			if l.Actor.Via != "demo" || l.At.After(demoStart) || l.At.Before(demoStart.AddDate(0, -20, 0)) {
				t.Fatalf("%s: entry %d is of %s by way of %q", s.Name, l.Seq, l.At, l.Actor.Via)
			}
			if l.Action == "article.submit" {
				released++
			}
		}
	}
	const onTheDesk = 2 + 3 // one came back, one waits: see demo.Work; three policies wait for what explains them
	if released != articles+onTheDesk {
		t.Errorf("the chains tell of %d articles handed in, %d are public and %d on the desk", released, articles, onTheDesk)
	}
}

// lines collects what a running server prints.
type lines struct {
	mu sync.Mutex
	b  bytes.Buffer
}

// Write forgets the older half of what would be more than a long test can want to show.
func (l *lines) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.b.Len() > 1<<20 {
		l.b.Next(l.b.Len() / 2)
	}
	return l.b.Write(p)
}

func (l *lines) String() string { l.mu.Lock(); defer l.mu.Unlock(); return l.b.String() }

func freeAddress(t *testing.T) string {
	t.Helper()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer ln.Close()
	return ln.Addr().String()
}

// serving runs `serve` until the returned stop, which answers its exit code.
func serving(t *testing.T, args ...string) (address, ops string, out *lines, stop func() int) {
	t.Helper()
	address, ops, out = freeAddress(t), freeAddress(t), &lines{}
	errs := &lines{}
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan int, 1)
	go func() {
		ended <- Main(ctx, append([]string{"serve", "--listen=" + address, "--ops-listen=" + ops}, args...), strings.NewReader(""), out, errs)
	}()
	stop = sync.OnceValue(func() int { cancel(); return <-ended })
	t.Cleanup(func() { stop() })
	for tick := time.NewTicker(50 * time.Millisecond); ; <-tick.C {
		select {
		case code := <-ended:
			t.Fatalf("the server ended with %d: %s", code, errs)
		default:
		}
		answer, err := http.Get("http://" + ops + "/readyz")
		if err == nil {
			answer.Body.Close()
			if answer.StatusCode == http.StatusOK {
				return address, ops, out, stop
			}
		}
	}
}

func fetch(t *testing.T, address, host, path string) (int, string, http.Header) {
	t.Helper()
	req, err := http.NewRequest(http.MethodGet, "http://"+address+path, nil)
	if err != nil {
		t.Fatal(err)
	}
	_, port, _ := net.SplitHostPort(address)
	req.Host = host + ":" + port
	answer, err := http.DefaultTransport.RoundTrip(req)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	body, err := io.ReadAll(answer.Body)
	if err != nil {
		t.Fatal(err)
	}
	return answer.StatusCode, string(body), answer.Header
}

var (
	articleLink = regexp.MustCompile(`href="([^"]*/a/[0-9]+)"`)
	stylesheet  = regexp.MustCompile(`/-/assets/[a-z-]+\.[0-9a-f]+\.css`)
)

// Must show 1: every site that `site list` names is served, each page says that it is a demonstration, no article of
// one host is on another, the stylesheets differ, and a second start seeds nothing; PostgreSQL gives the same.
func TestServeShowsEverySiteOfTheDemonstration(t *testing.T) {
	t.Parallel()
	cfg := seeded(t, Config{Data: t.TempDir()})
	house := opened(t, cfg)
	before := published(t, house)
	checkDemonstration(t, house, len(before))
	address, ops, out, stop := serving(t, "--demo", "--data="+cfg.Data)
	code, listed, stderr := run(t, "", "site", "list", "--json", "--data="+cfg.Data)
	if code != exitOK {
		t.Fatal(stderr)
	}
	var sites []site.Listed
	if err := json.Unmarshal([]byte(listed), &sites); err != nil || len(sites) < 29 {
		t.Fatalf("got %d sites, %v", len(sites), err)
	}
	article := checkHomes(t, address, out.String(), sites)
	checkForms(t, address, sites[slices.IndexFunc(sites, func(s site.Listed) bool { return s.Level == "city" })])
	checkApart(t, address, sites, article)
	takeDown(t, address, ops, sites[0], article[sites[0].Host])
	if code := stop(); code != exitOK {
		t.Errorf("stopped with %d", code)
	}
	if after := published(t, house); !slices.Equal(before, after) {
		t.Errorf("the second start changed the demonstration: %d articles, now %d", len(before), len(after))
	}
	t.Run("postgres", func(t *testing.T) { sameOnPostgres(t, before) })
}

// checkHomes asks for every home page and returns the address of one article of each site.
func checkHomes(t *testing.T, address, printed string, sites []site.Listed) map[string]string {
	t.Helper()
	styles, article := map[string]bool{}, map[string]string{}
	for _, s := range sites {
		status, body, header := fetch(t, address, s.Host, s.Prefix+"/")
		if status != 200 || !strings.Contains(body, "演示站点 内容均为虚构") || !strings.Contains(body, "noindex") || !strings.Contains(body, s.Name) {
			t.Errorf("%s: %d, %d bytes", s.URL, status, len(body))
		}
		if header.Get("Set-Cookie") != "" {
			t.Errorf("%s sets a cookie", s.URL)
		}
		for _, m := range stylesheet.FindAllString(body, -1) {
			styles[m] = true
		}
		if m := articleLink.FindStringSubmatch(body); m != nil && strings.HasPrefix(m[1], s.Prefix+"/a/") {
			article[s.Host+s.Prefix] = strings.TrimPrefix(m[1], s.Prefix)
		}
		if !strings.Contains(printed, s.URL) || !strings.Contains(s.URL, address[strings.LastIndex(address, ":"):]) {
			t.Errorf("%s was not printed, or has another port", s.URL)
		}
	}
	if len(styles) < 3 || len(article) < len(sites)-2 {
		t.Errorf("%d stylesheets, articles on %d home pages", len(styles), len(article))
	}
	portal, town := strings.Index(printed, "http://ankang.localhost"), strings.Index(printed, "/z/")
	county := strings.Index(printed, "http://hanyin.ankang.localhost")
	if portal < 0 || town < portal || county < town || !strings.Contains(printed, "hosts") {
		t.Errorf("the portal, then a township, then the others, then the hosts lines: got\n%s", printed)
	}
	return article
}

// reading is a text that explains a policy, as the home page leads to it.
var reading = regexp.MustCompile(`<a href="(/a/[0-9]+)"><b class="sign" aria-hidden="true">(.)</b><span class="vh">`)

// checkForms (E1, E4, E5, E6, d10, d12): the portal's home page leads to an interpretation of each form; that says that it is a demonstration and
// leads to its policy, which leads back; what is seen and heard is there, with what stands beside it for whoever cannot see or hear.
func checkForms(t *testing.T, address string, s site.Listed) {
	t.Helper()
	_, home, _ := fetch(t, address, s.Host, "/")
	at := map[string]string{}
	for _, m := range reading.FindAllStringSubmatch(home, -1) {
		at[m[2]] = m[1] // of two, the older: the infographic that is drawn
	}
	says := map[string][]string{"文": nil, "图": {`<img src="/-/media/`}, "问": {"问：", "答："}, "数": {`class="plot"`, "<table"},
		"音": {"<audio controls", "下载音频", "<summary>文字稿</summary>"}, "视": {"<video controls", `poster="/-/media/`, `<track kind="captions"`, "下载视频", "<summary>文字稿</summary>"}}
	for sign, wants := range says {
		status, body, _ := fetch(t, address, s.Host, at[sign])
		policy := regexp.MustCompile(`id="explains">解读的政策</h2><ul class="rows"><li><a href="(/a/[0-9]+)"`).FindStringSubmatch(body)
		if status != http.StatusOK || policy == nil || !strings.Contains(body, "演示站点 内容均为虚构") {
			t.Errorf("%s at %q answers %d and explains %v", sign, at[sign], status, policy)
			continue
		}
		if _, back, _ := fetch(t, address, s.Host, policy[1]); !strings.Contains(back, `<a href="`+at[sign]+`"`) {
			t.Errorf("%s does not lead back to %s", policy[1], at[sign])
		}
		for _, want := range wants {
			if !strings.Contains(body, want) {
				t.Errorf("%s lacks %q", sign, want)
			}
		}
		for _, m := range regexp.MustCompile(`(?:src|poster|href)="(/-/media/[^"]+)"`).FindAllStringSubmatch(body, -1) {
			if status, file, _ := fetch(t, address, s.Host, m[1]); status != http.StatusOK || file == "" {
				t.Errorf("%s of %s answers %d", m[1], sign, status)
			}
		}
	}
}

// checkApart asks every site for every other site's article.
func checkApart(t *testing.T, address string, sites []site.Listed, article map[string]string) {
	t.Helper()
	for own, path := range article {
		for _, s := range sites {
			status, _, _ := fetch(t, address, s.Host, s.Prefix+path)
			if want := map[bool]int{true: 200, false: 404}[own == s.Host+s.Prefix]; status != want {
				t.Errorf("%s%s on %s answers %d, want %d", own, path, s.URL, status, want)
			}
		}
	}
}

// takeDown has one address answer 410 and brings it back.
func takeDown(t *testing.T, address, ops string, s site.Listed, path string) {
	t.Helper()
	url := strings.TrimSuffix(s.URL, "/") + path
	if code, _, stderr := run(t, "", "takedown", url, "--reason=演练", "--ops-listen="+ops); code != exitOK {
		t.Error(stderr)
	}
	if status, _, _ := fetch(t, address, s.Host, path); status != http.StatusGone {
		t.Errorf("taken down, %s answers %d", path, status)
	}
	if status, _, _ := fetch(t, address, s.Host, strings.Replace(path, "/a/", "/-/api/v1/articles/", 1)); status != http.StatusGone {
		t.Errorf("the data of what was taken down answers %d", status)
	}
	if code, _, stderr := run(t, "", "takedown", url, "--undo", "--ops-listen="+ops); code != exitOK {
		t.Error(stderr)
	}
	if status, _, _ := fetch(t, address, s.Host, path); status != http.StatusOK {
		t.Errorf("put back, %s answers %d", path, status)
	}
}

func TestTheDemonstrationIsNotSeededOverRealSites(t *testing.T) {
	data := t.TempDir()
	for _, c := range []struct{ stdin, args string }{{fourOrgs, "org import -"}, {"org_code\n610900\n", "site import -"}} {
		if code, _, stderr := run(t, c.stdin, append(strings.Fields(c.args), "--data="+data)...); code != exitOK {
			t.Fatal(stderr)
		}
	}
	code, _, stderr := run(t, "", "serve", "--demo", "--data="+data, "--listen=127.0.0.1:0", "--ops-listen=127.0.0.1:0")
	if code != exitFailed || !strings.Contains(stderr, "不能再写入演示数据") {
		t.Errorf("got exit %d and %q", code, stderr)
	}
}
