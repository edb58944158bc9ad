package app_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
	"github.com/zhanqun/zhanqun/app"
)

// command runs one command of the program and returns what it printed.
func command(t *testing.T, args ...string) string {
	t.Helper()
	var out, errs bytes.Buffer
	if code := app.Main(context.Background(), args, strings.NewReader(""), &out, &errs); code != 0 {
		t.Fatalf("zhanqun %q: exit code %d: %s", args, code, errs.String())
	}
	return out.String()
}

// address is a free one of this machine.
func address(t *testing.T) string {
	t.Helper()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer ln.Close()
	return ln.Addr().String()
}

// Must show 7 (R1, R2, R5, Q8): the demonstration's own pages, in each theme: home, column, article, an address that
// does not exist, and the notice of a suspended site. axe finds nothing, the content policy refuses nothing, nothing
// is wider than a phone, and no host of a citizen sets a cookie.
func TestTheDemonstrationInABrowser(t *testing.T) {
	t.Parallel()
	b := openBrowser(t)
	data, listen, ops := seeded.copied(t), address(t), address(t)
	_, port, _ := net.SplitHostPort(listen)
	ctx, stop := context.WithCancel(context.Background())
	ended := make(chan int, 1)
	go func() {
		ended <- app.Main(ctx, []string{"serve", "--demo", "--data=" + data, "--listen=" + listen, "--ops-listen=" + ops}, strings.NewReader(""), io.Discard, io.Discard)
	}()
	defer func() {
		stop()
		if code := <-ended; code != 0 {
			t.Errorf("serve ended with %d", code)
		}
	}()
	ready(t, ops, ended)
	var sites []listedSite
	if err := json.Unmarshal([]byte(command(t, "site", "list", "--json", "--data="+data, "--public-port="+port)), &sites); err != nil {
		t.Fatal(err)
	}
	for _, level := range []string{"city", "county", "dept", "township"} {
		for _, s := range sites {
			if s.Level == level {
				b.inspectSite(t, level, s.URL, listen)
				break
			}
		}
	}
	b.inspectReadings(t, sites, listen)
	last := sites[len(sites)-1]
	command(t, "site", "suspend", last.ID, "--data="+data, "--reason=系统维护", "--notice=本站维护升级，预计今日 18:00 恢复。")
	until(t, func() bool { status, _ := look(t, last.URL, listen); return status == http.StatusServiceUnavailable })
	b.inspect(t, "demo-notice", last.URL)
}

type listedSite struct{ ID, URL, Kind, Level string }

// inspectReadings looks at a film, a recording and an infographic of the portal, and opens a transcript by the keyboard alone (d12, E5, E6).
func (b *browser) inspectReadings(t *testing.T, sites []listedSite, listen string) {
	t.Helper()
	home := sites[slices.IndexFunc(sites, func(s listedSite) bool { return s.Level == "city" })].URL
	_, body := look(t, home, listen)
	seen := map[string]bool{}
	for _, m := range regexp.MustCompile(`<a href="/(a/[0-9]+)"><b class="sign" aria-hidden="true">(.)</b>`).FindAllStringSubmatch(body, -1) {
		name := map[string]string{"视": "film", "音": "sound", "图": "drawing", "数": "data"}[m[2]]
		if name == "" || seen[name] && name != "drawing" {
			continue
		}
		seen[name] = true
		b.inspect(t, "demo-reading-"+name+m[1][2:], home+m[1])
		if name == "film" || name == "sound" {
			b.transcript(t, name)
		}
	}
	if len(seen) != 4 {
		t.Errorf("the home page leads to %v", seen)
	}
}

// transcript opens it with the Enter key, and looks whether the player fits where it stands on a phone.
func (b *browser) transcript(t *testing.T, name string) {
	t.Helper()
	b.resize(t, 390)
	eval[bool](t, b, `(()=>{document.querySelector('.av-words summary').focus();return true})()`)
	if err := chromedp.Do(b.ctx, chromedp.KeyEvent(kb.Enter)); err != nil {
		t.Fatal(err)
	}
	if got := eval[string](t, b, `(()=>{const d=document.querySelector('.av-words'),p=document.querySelector('.prose video,.prose audio').getBoundingClientRect(),a=document.querySelector('.av-more a');`+
		`return [d.open,d.querySelectorAll('p').length>1,p.width>300&&p.right<=390,a.hasAttribute('download')].join(' ')})()`); got != "true true true true" {
		t.Errorf("%s: the transcript is open, has lines, the player fits, its file is to be kept: %s", name, got)
	}
	b.picture(t, "demo-reading-"+name+"-open-390")
}

// inspectSite looks at the site's home, its first column, that column's first article and its own 404.
func (b *browser) inspectSite(t *testing.T, name, home, listen string) {
	t.Helper()
	root := home[:strings.Index(home[8:], "/")+8]
	_, body := look(t, home, listen)
	column := regexp.MustCompile(`href="([^"]*/c/gonggao)"`).FindStringSubmatch(body)
	if column == nil {
		t.Fatalf("%s: no column of notices on the home page", name)
	}
	_, list := look(t, root+column[1], listen)
	article := regexp.MustCompile(`href="([^"]*/a/[0-9]+)"`).FindStringSubmatch(list)
	if article == nil {
		t.Fatalf("%s: no article in %s", name, column[1])
	}
	all := map[string]string{"home": home, "column": root + column[1], "article": root + article[1], "404": home + "nowhere", "sitemap": home + "sitemap"}
	if name == "county" {
		all["data"] = home + "data"
	}
	for page, url := range all {
		b.inspect(t, fmt.Sprintf("demo-%s-%s", name, page), url)
	}
}

// look asks for a page without a browser, and holds it to the rule that citizens' hosts know no cookie.
func look(t *testing.T, url, listen string) (status int, body string) {
	t.Helper()
	transport := &http.Transport{DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
		return new(net.Dialer).DialContext(ctx, "tcp", listen)
	}}
	defer transport.CloseIdleConnections()
	r, err := (&http.Client{Transport: transport}).Get(url)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Body.Close()
	text, err := io.ReadAll(r.Body)
	if err != nil {
		t.Fatal(err)
	}
	if c := r.Header.Get("Set-Cookie"); c != "" {
		t.Errorf("%s sets a cookie: %s", url, c)
	}
	return r.StatusCode, string(text)
}

func ready(t *testing.T, ops string, ended chan int) {
	t.Helper()
	within(t, 10*time.Minute, func() bool {
		select {
		case code := <-ended:
			t.Fatalf("serve ended with %d", code)
		default:
		}
		r, err := http.Get("http://" + ops + "/readyz")
		if err != nil {
			return false
		}
		r.Body.Close()
		return r.StatusCode == http.StatusOK
	})
}

// until waits for what another part of the program is about to do; it gives up after three minutes.
func until(t *testing.T, done func() bool) {
	t.Helper()
	within(t, 3*time.Minute, done)
}

func within(t *testing.T, most time.Duration, done func() bool) {
	t.Helper()
	tick := time.NewTicker(50 * time.Millisecond)
	defer tick.Stop()
	for end := time.Now().Add(most); !done(); <-tick.C {
		if time.Now().After(end) {
			t.Fatalf("it did not happen within %v", most)
		}
	}
}
