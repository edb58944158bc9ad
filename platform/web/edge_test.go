package web

import (
	"bytes"
	"compress/gzip"
	"context"
	"encoding/json"
	"io"
	"net/netip"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/andybalholm/brotli"
	"github.com/valyala/fasthttp"
	"github.com/zhanqun/zhanqun/kernel"
	"github.com/zhanqun/zhanqun/platform/pages"
	"github.com/zhanqun/zhanqun/platform/render"
)

// R5: the tenant's own page with the right status for every kind of fault, and no word of the cause.
func TestErrors(t *testing.T) {
	f := start(t, Config{})
	for _, row := range []struct {
		host, path string
		status     int
		says       string
	}{
		{"hanbin.gov.cn", "/a/404", 404, "错误页 404 汉滨区人民政府"},
		{"hanbin.gov.cn", "/nothing", 404, "错误页 404 汉滨区人民政府"},
		{"hanbin.gov.cn", "/z/wuli/a/404", 404, "错误页 404 五里镇"},
		{"hanbin.gov.cn", "/a/410", 410, "错误页 410 汉滨区人民政府"},
		{"hanbin.gov.cn", "/a/422", 422, "参数&lt;b&gt;不对&lt;/b&gt;。"},
		{"hanbin.gov.cn", "/a/500", 500, "错误页 500 汉滨区人民政府"},
		{"hanbin.gov.cn", "/a/666", 500, "错误页 500 汉滨区人民政府"},
		{"hanbin.gov.cn", "/a/503", 503, "错误页 503 汉滨区人民政府"},
		{"paused.gov.cn", "/a/1", 503, "公告 暂停站：系统升级"},
		{"gone.gov.cn", "/", 410, "公告 关停站"},
		{"nobody.gov.cn", "/", 421, "错误页 421 平台"},
		{consoleName, "/", 404, "错误页 404 平台"},
	} {
		res := f.ask("GET", row.host, row.path)
		b := body(t, res)
		if res.StatusCode != row.status || !strings.Contains(b, row.says) {
			t.Errorf("%s%s: %d %q, want %d %q", row.host, row.path, res.StatusCode, b, row.status, row.says)
		}
		for _, secret := range []string{"hunter2", "0xdeadbeef", "goroutine", "panic", ".go:", "invalid: "} {
			if strings.Contains(b, secret) {
				t.Errorf("%s%s shows %q", row.host, row.path, secret)
			}
		}
		if (res.StatusCode == 503) != (res.Header.Get("Retry-After") != "") {
			t.Errorf("%s%s: Retry-After %q", row.host, row.path, res.Header.Get("Retry-After"))
		}
		if res.Header.Get("Cache-Control") != "no-store" || res.Header.Get("X-Robots-Tag") != "noindex" {
			t.Errorf("%s%s: %v", row.host, row.path, res.Header)
		}
		if id := res.Header.Get("X-Request-Id"); res.StatusCode == 500 && !strings.Contains(f.logs.String(), id) {
			t.Errorf("%s%s: the log does not know %s", row.host, row.path, id)
		}
	}
	if !strings.Contains(f.logs.String(), "hunter2") || !strings.Contains(f.logs.String(), "0xdeadbeef") {
		t.Error("the log does not say why")
	}
	if res := f.ask("GET", "hanbin.gov.cn", "/a/1"); res.StatusCode != 200 {
		t.Errorf("after panics: %d", res.StatusCode)
	}
}

func TestConditionalAndEncodings(t *testing.T) {
	f := start(t, Config{})
	plain := body(t, f.ask("GET", "hanbin.gov.cn", "/a/1"))
	first := f.ask("GET", "hanbin.gov.cn", "/a/1")
	tag := strings.Trim(first.Header.Get("ETag"), `"`)
	if first.Header.Get("Cache-Control") != "no-cache" || first.Header.Get("Vary") != "Accept-Encoding" || tag == "" {
		t.Errorf("%v", first.Header)
	}
	for _, row := range []struct {
		accept, encoding, tag string
	}{
		{"gzip", "gzip", tag + "-gz"}, {"gzip, deflate, br", "gzip", tag + "-gz"}, {"gzip, deflate, br", "br", tag + "-br"},
		{"br;q=1.0, gzip;q=0.8", "br", tag + "-br"}, {"br;q=0, gzip", "gzip", tag + "-gz"}, {"br; q=0.000", "", tag},
		{"identity", "", tag}, {"", "", tag}, {"*", "gzip", tag + "-gz"}, {"GZIP", "gzip", tag + "-gz"}, {"deflate, zstd", "", tag},
	} {
		res := f.ask("GET", "hanbin.gov.cn", "/a/1", "Accept-Encoding: "+row.accept)
		b := body(t, res)
		if got := res.Header.Get("Content-Encoding"); got != row.encoding || res.Header.Get("ETag") != `"`+row.tag+`"` {
			t.Errorf("%q: encoding %q, tag %s", row.accept, got, res.Header.Get("ETag"))
		}
		if got := decoded(t, b, row.encoding); got != plain {
			t.Errorf("%q: %d bytes, want %d", row.accept, len(got), len(plain))
		}
	}
	for _, row := range []struct {
		match  string
		status int
	}{
		{`"` + tag + `"`, 304}, {`W/"` + tag + `"`, 304}, {`"` + tag + `-br"`, 304}, {`"x", "` + tag + `-gz"`, 304}, {"*", 304},
		{`"` + tag + `-zz"`, 200}, {tag, 200}, {`"x"`, 200}, {`"`, 200}, {"", 200},
	} {
		res := f.ask("GET", "hanbin.gov.cn", "/a/1", "If-None-Match: "+row.match)
		if b := body(t, res); res.StatusCode != row.status || (row.status == 304) != (b == "") {
			t.Errorf("%s: %d with %d bytes, want %d", row.match, res.StatusCode, len(b), row.status)
		}
		if res.StatusCode == 304 && (res.Header.Get("ETag") == "" || res.Header.Get("Cache-Control") != "no-cache" || res.Header.Get("Content-Security-Policy") == "") {
			t.Errorf("%s: %v", row.match, res.Header)
		}
	}
	for _, path := range []string{"/a/1", "/a/404", "/a/1/", stylesheet, "/"} {
		get, head := f.ask("GET", "hanbin.gov.cn", path), f.ask("HEAD", "hanbin.gov.cn", path)
		if head.StatusCode != get.StatusCode || get.StatusCode != 301 && head.ContentLength != get.ContentLength || body(t, head) != "" ||
			head.Header.Get("ETag") != get.Header.Get("ETag") || head.Header.Get("Content-Type") != get.Header.Get("Content-Type") {
			t.Errorf("HEAD %s: %d %v, GET %d %v", path, head.StatusCode, head.Header, get.StatusCode, get.Header)
		}
	}
	if h := f.ask("GET", "hanbin.gov.cn", stylesheet).Header; h.Get("Cache-Control") != "public, max-age=31536000, immutable" || h.Get("Content-Type") != "text/css; charset=utf-8" {
		t.Errorf("asset: %v", h)
	}
	if h := f.ask("GET", "demo.gov.cn", "/a/1").Header; h.Get("X-Robots-Tag") != "noindex" {
		t.Errorf("demo: %v", h)
	}
	if h := f.ask("GET", "hanbin.gov.cn", "/a/1").Header; h.Get("X-Robots-Tag") != "" || h.Get("X-Stale") != "" {
		t.Errorf("a real site: %v", h)
	}
}

func decoded(t *testing.T, b, encoding string) string {
	t.Helper()
	var r io.Reader = strings.NewReader(b)
	var err error
	switch encoding {
	case "gzip":
		r, err = gzip.NewReader(r)
	case "br":
		r = brotli.NewReader(r)
	}
	if err != nil {
		t.Fatal(err)
	}
	out, err := io.ReadAll(r)
	if err != nil {
		t.Fatal(err)
	}
	return string(out)
}

// Design 4: with the store gone pages are served, marked; a node that starts without it serves the mirror.
func TestWithoutTheStore(t *testing.T) {
	f := start(t, Config{})
	want := body(t, f.ask("GET", "hanbin.gov.cn", "/a/1"))
	if err := f.cache.Flush(); err != nil {
		t.Fatal(err)
	}
	bump := func(sites ...kernel.SiteID) {
		if err := f.db.InTx(t.Context(), func(ctx context.Context) error { return f.cache.Revisions().Bump(ctx, sites...) }); err != nil {
			t.Fatal(err)
		}
	}
	bump(1)
	if err := f.db.Close(); err != nil {
		t.Fatal(err)
	}
	check := func(stage string) {
		t.Helper()
		res := f.ask("GET", "hanbin.gov.cn", "/a/1")
		if got := body(t, res); res.StatusCode != 200 || got != want || res.Header.Get("X-Stale") != "1" || res.Header.Get("Age") == "" || len(res.Header.Get("ETag")) < 34 {
			t.Errorf("%s: %d stale %q, %d bytes", stage, res.StatusCode, res.Header.Get("X-Stale"), len(got))
		}
		if res := f.ask("GET", "hanbin.gov.cn", "/a/2"); res.StatusCode != 503 || res.Header.Get("Retry-After") == "" {
			t.Errorf("%s: a page nobody has seen: %d", stage, res.StatusCode)
		}
		if res := f.ask("GET", "hanbin.gov.cn", stylesheet); res.StatusCode != 200 {
			t.Errorf("%s: asset %d", stage, res.StatusCode)
		}
	}
	check("at once")
	for range 2 {
		if f.cache.Revisions().Poll(t.Context()) == nil {
			t.Fatal("polled a closed store")
		}
	}
	check("after two missed polls")
	if err := f.cache.Takedown("hanbin.gov.cn/a/1", "误发"); err != nil {
		t.Fatal(err)
	}
	if res := f.ask("GET", "hanbin.gov.cn", "/a/1"); res.StatusCode != 410 {
		t.Errorf("taken down without the store: %d", res.StatusCode)
	}
}

// A page is stamped with the platform's revision before its site is looked up: suspending a site while one of its
// pages is being rendered leaves no page behind.
func TestASiteThatChangesMeanwhile(t *testing.T) {
	f := assemble(t, Config{})
	began, goOn := make(chan struct{}), make(chan struct{})
	f.Router().Page(PageRoute{Room: "slow", Path: "/slow", Do: func(ctx context.Context, r *Request) (*pages.Page, error) {
		close(began)
		<-goOn
		return HTML([]byte(r.Site.Name)), nil
	}})
	f.serve()
	f.cache.Revisions().OnPlatform(func() {
		suspended := *hanbin
		suspended.State = "suspended"
		next := table()
		next["hanbin.gov.cn"] = &Host{Site: &suspended}
		f.hosts.set(next)
	})
	var wg sync.WaitGroup
	wg.Go(func() { f.ask("GET", "hanbin.gov.cn", "/slow") })
	<-began
	if err := f.db.InTx(t.Context(), func(ctx context.Context) error { return f.cache.Revisions().Bump(ctx, kernel.Platform) }); err != nil {
		t.Fatal(err)
	}
	close(goOn)
	wg.Wait()
	for range 2 {
		if res := f.ask("GET", "hanbin.gov.cn", "/slow"); res.StatusCode != 503 || !strings.HasPrefix(body(t, res), "公告") {
			t.Errorf("after suspension: %d", res.StatusCode)
		}
	}
}

func TestLookingUpTheSiteAgain(t *testing.T) {
	f := assemble(t, Config{})
	f.seal()
	renamed := *hanbin
	renamed.Name = "汉滨区（新）"
	x := &exchange{host: "hanbin.gov.cn", site: hanbin}
	do := f.render(x, PageRoute{Room: "a", Path: "/", Do: f.articles.show}, &Request{Site: hanbin, Path: "/"})
	for _, row := range []struct {
		name string
		site *render.Site
		want string
	}{
		{"the site as it is now", &renamed, "汉滨区（新）"},
		{"another site has the host", demo, ""},
		{"nobody has the host", nil, ""},
		{"the site was suspended", &render.Site{ID: 1, State: "suspended"}, ""},
	} {
		f.hosts.set(HostTable{"hanbin.gov.cn": {Site: row.site}})
		p, err := do(t.Context())
		if (err == nil) != (row.want != "") || err == nil && !strings.HasPrefix(string(p.Body), row.want) {
			t.Errorf("%s: %v %v", row.name, p, err)
		}
	}
}

// Logs: one request is one line that parses, whatever it holds.
func TestAccessLog(t *testing.T) {
	f := start(t, Config{})
	requests := []string{"/a/1", "/a/1", "/a/404", "/z/wuli/", "/%0a%0d{\"status\":200}", "/" + strings.Repeat("x", 900)}
	for _, path := range requests {
		f.ask("GET", "hanbin.gov.cn", path)
	}
	if err := f.stop(); err != nil {
		t.Fatal(err)
	}
	got := strings.Split(strings.TrimSpace(f.logs.String()), "\n")
	if len(got) != len(requests) {
		t.Errorf("%d lines for %d requests", len(got), len(requests))
	}
	for i, line := range got {
		var l struct {
			Msg, ID, Host, Method, Path, State, IP string
			Status, Site                           int
			Took                                   int64
		}
		if err := json.Unmarshal([]byte(line), &l); err != nil {
			t.Fatalf("%s: %v", line, err)
		}
		if l.Msg != "request" || l.ID == "" || l.Host != "hanbin.gov.cn" || l.Method != "GET" || l.IP != "127.0.0.1" || !strings.HasPrefix(requests[i], l.Path) {
			t.Errorf("%s", line)
		}
		if i == 0 && l.State != "filled" || i == 1 && l.State != "fresh" || i < 2 && (l.Site != 1 || l.Status != 200) || i == 3 && l.Site != 2 {
			t.Errorf("%s", line)
		}
	}
}

// What a client sends stays within its field of the access line, whatever bytes it is of.
func TestAccessLineHoldsAnything(t *testing.T) {
	every := make([]byte, 256)
	for i := range every {
		every[i] = byte(i)
	}
	x := &exchange{id: "1", host: "hanbin.gov.cn", raw: every, state: pages.Fresh, shown: 7}
	line := x.accessLine(nil, time.Unix(0, 0).UTC(), []byte(`G"\`), 200, time.Second, netip.MustParseAddr("::1"))
	var got map[string]any
	if err := json.Unmarshal(line, &got); err != nil || bytes.Count(line, []byte("\n")) != 1 {
		t.Fatalf("%q: %v", line, err)
	}
	var path strings.Builder
	for i := range every {
		path.WriteRune(rune(i)) // each byte by its number
	}
	for name, want := range map[string]any{"time": "1970-01-01T00:00:00Z", "level": "INFO", "msg": "request", "id": "1", "site": 7.0, "host": "hanbin.gov.cn",
		"method": `G"\`, "path": path.String(), "status": 200.0, "state": "fresh", "took": 1e9, "ip": "::1"} {
		if got[name] != want {
			t.Errorf("%s: %q, want %q", name, got[name], want)
		}
	}
	if len(got) != 12 {
		t.Errorf("%d fields: %s", len(got), line)
	}
}

// The filler asks like a citizen, on any scheme, and writes no access line.
func TestRefill(t *testing.T) {
	f := start(t, Config{RedirectHTTPS: true})
	for _, url := range []string{"hanbin.gov.cn/a/1", "hanbin.gov.cn/z/wuli/a/1", "tls.gov.cn/c/x?p=2", "nobody.gov.cn/", "", "/", "x", "hanbin.gov.cn/a/666"} {
		f.Refill(t.Context(), url)
	}
	for _, url := range []string{"hanbin.gov.cn/a/1", "hanbin.gov.cn/z/wuli/a/1", "tls.gov.cn/c/x?p=2"} {
		if _, ok := f.cache.Peek(url); !ok {
			t.Errorf("%s was not rendered", url)
		}
	}
	if strings.Contains(f.logs.String(), `"msg":"request"`) {
		t.Error("the filler's requests are in the access log")
	}
}

// BenchmarkWarmPage is a citizen's hit as web sees it, without the network.
func BenchmarkWarmPage(b *testing.B) {
	f := assemble(b, Config{Access: io.Discard})
	f.seal()
	var req fasthttp.Request
	req.Header.SetMethod("GET")
	req.Header.SetHost("hanbin.gov.cn")
	req.SetRequestURI("/a/1")
	req.Header.Set("Accept-Encoding", "gzip, br")
	var rc fasthttp.RequestCtx
	rc.Init(&req, nil, quietLogger{})
	for range 3 {
		f.handle(b.Context(), &rc)
		rc.Request.SetRequestURI("/a/1")
	}
	b.ReportAllocs()
	for b.Loop() {
		rc.Response.Reset()
		rc.ResetUserValues()
		f.handle(b.Context(), &rc)
	}
	if rc.Response.StatusCode() != 200 || !bytes.Equal(rc.Response.Header.Peek("Content-Encoding"), []byte("br")) {
		b.Fatal(rc.Response.String())
	}
}
