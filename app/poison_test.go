package app

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"path/filepath"
	"strings"
	"testing"

	"github.com/zhanqun/zhanqun/kernel"
	"github.com/zhanqun/zhanqun/platform/identity"
	"github.com/zhanqun/zhanqun/platform/publication"
	"github.com/zhanqun/zhanqun/platform/render"
	"github.com/zhanqun/zhanqun/tenants/article"
)

// canaryWord is what a poisoned request carries and no answer to anybody else may.
const canaryWord = "canary7f3a"

// poisons are the headers known to have changed a cached answer somewhere, each with a value that would be seen.
func poisons() (all [][2]string) {
	evil := canaryWord + ".evil.example"
	for _, name := range []string{"X-Forwarded-Host", "X-Forwarded-Server", "X-Forwarded-Prefix", "X-Forwarded-Path", "X-Forwarded-Scheme", "X-Forwarded-Port",
		"X-Forwarded-SSL", "X-Forwarded-For", "X-Forwarded-By", "X-Forwarded", "Forwarded-For", "X-Host", "X-HTTP-Host-Override", "X-Original-Host", "X-Original-URL",
		"X-Rewrite-URL", "X-Real-IP", "X-Client-IP", "X-Remote-IP", "X-Cluster-Client-IP", "CF-Connecting-IP", "True-Client-IP", "Fastly-Client-IP", "X-ProxyUser-Ip",
		"X-Custom-IP-Authorization", "X-Scheme", "X-URL-Scheme", "Front-End-Https", "X-HTTP-Method", "X-Method-Override", "X-Request-Id", "X-Correlation-Id", "X-Trace-Id",
		"Referer", "Origin", "User-Agent", "Cookie", "Authorization", "Proxy-Authorization", "Accept", "Accept-Language", "Accept-Charset", "Via", "From", "Warning",
		"X-Wap-Profile", "X-Site", "X-Tenant", "X-Stale", "Content-Type", "Content-Language", "Trailer", "Link", "Location", "Max-Forwards"} {
		all = append(all, [2]string{name, evil})
	}
	return append(all, [][2]string{{"Forwarded", "for=" + evil + ";host=" + evil + ";proto=https"}, {"X-Forwarded-Proto", "https"}, {"X-HTTP-Method-Override", "POST"}, {"Accept-Encoding", canaryWord},
		{"Range", "bytes=0-9"}, {"If-None-Match", `"` + canaryWord + `"`}, {"If-Match", `"` + canaryWord + `"`}, {"If-Range", `"` + canaryWord + `"`},
		{"If-Modified-Since", "Wed, 25 Nov 2099 00:00:00 GMT"}, {"Cache-Control", "max-age=0, no-store"}, {"Pragma", "no-cache"}, {"Upgrade-Insecure-Requests", "1"},
		{"Sec-Fetch-Site", "cross-site"}, {"Purpose", "prefetch"}, {"Save-Data", "on"}, {"TE", "trailers"}, {"X-Requested-With", "XMLHttpRequest"}, {"HX-Request", "true"}}...)
}

// Must show 4, promises 1.1: whoever asks first for a page that is not kept, with whatever headers, cookies and parameters, changes nothing
// for those who ask after. Every class of page of a real house, 404 and 301 included; before each request everything kept is stale.
func TestNothingIsPoisoned(t *testing.T) {
	t.Parallel()
	ctx := kernel.WithActor(context.Background(), identity.System("cli"))
	tw := serveHouse(t, filepath.Join(t.TempDir(), "z.db"), "localhost")
	tw.openCity(t, ctx)
	pages := tw.classes(t, ctx)
	control := map[string]string{}
	tw.staleAll(t, ctx)
	for _, p := range pages {
		control[p.name] = tw.plain(t, p.site.URL(p.path), "", "")
		if !strings.HasPrefix(control[p.name], p.want) {
			t.Fatalf("%s %s answers %.60s, want %s", p.name, p.path, control[p.name], p.want)
		}
	}
	asked := 0
	check := func(p class, what string) {
		t.Helper()
		asked++
		if got := tw.plain(t, p.site.URL(p.path), "", ""); got != control[p.name] || strings.Contains(got, canaryWord) {
			t.Errorf("%s after %s: another answer\n%.600s\nwas\n%.600s", p.name, what, got, control[p.name])
		}
	}
	all := poisons()
	for _, h := range all {
		tw.staleAll(t, ctx)
		for _, p := range pages {
			if got := tw.plain(t, p.site.URL(p.path), h[0], h[1]); strings.Contains(got, canaryWord) {
				t.Errorf("%s with %s: the canary came back: %.600s", p.name, h[0], got)
			}
			check(p, h[0])
		}
	}
	for _, query := range []string{"utm_source=" + canaryWord, "p=" + canaryWord, "callback=" + canaryWord, "lang=" + canaryWord, canaryWord, "p=1&p=" + canaryWord, "_=" + canaryWord + "%0d%0aX:1", "theme=" + canaryWord} {
		tw.staleAll(t, ctx)
		for _, p := range pages {
			url := p.site.URL(p.path)
			if got := tw.plain(t, url+map[bool]string{true: "&", false: "?"}[strings.Contains(url, "?")]+query, "", ""); strings.Contains(got, canaryWord) {
				t.Errorf("%s with ?%s: the canary came back: %.600s", p.name, query, got)
			}
			check(p, "?"+query)
		}
	}
	t.Logf("%d header names and 8 queries on %d classes of page: %d clean requests after a poisoned one", len(all), len(pages), asked)
	if len(all) < 60 {
		t.Errorf("only %d headers", len(all))
	}
}

// class is a page of one sort and the first digits of its answer.
type class struct {
	name string
	site *render.Site
	path string
	want string
}

// classes fills a county's site and names one page of every class that the house has.
func (tw *town) classes(t *testing.T, ctx context.Context) []class {
	t.Helper()
	s := tw.sample(t)
	city, county, township := s[0], s[1], s[2]
	staff := tw.staff(t, ctx)
	var ids []article.ID
	for _, on := range []*render.Site{county, township} {
		id := tw.approved(t, ctx, on.ID, staff, "关于防汛工作的通知")
		if err := tw.Articles.Publish(ctx, on.ID, id); err != nil {
			t.Fatal(err)
		}
		ids = append(ids, id)
	}
	gone := tw.approved(t, ctx, county.ID, staff, "内容有误的通知")
	if err := tw.Articles.Publish(ctx, county.ID, gone); err != nil {
		t.Fatal(err)
	}
	if err := tw.Articles.Withdraw(ctx, county.ID, gone, "内容有误"); err != nil {
		t.Fatal(err)
	}
	column := tw.longList(t, ctx, county, staff)
	read := fmt.Sprintf("/a/%d", ids[0])
	return []class{
		{"the portal", city, "/", "200"}, {"a home page", county, "/", "200"}, {"a channel's home page", township, "/", "200"},
		{"a list", county, column, "200"}, {"a list's second page", county, column + "?p=2", "200"}, {"an article", county, read, "200"},
		{"a channel's article", township, fmt.Sprintf("/a/%d", ids[1]), "200"}, {"the site map", county, render.SitemapPath, "200"},
		{"a feed", county, render.AtomPath, "200"}, {"a map for programs", county, "/sitemap.xml", "200"}, {"data", county, "/-/api/v1/articles?size=5", "200"}, {"data of nobody", county, "/-/api/v1/articles/1", "404"},
		{"an elder article", county, "/-/elder" + read, "200"}, {"an elder home page", township, "/-/elder/", "200"}, {"an article in traditional characters", township, fmt.Sprintf("/-/hant/a/%d", ids[1]), "200"},
		{"an elder article that was withdrawn", county, fmt.Sprintf("/-/elder/a/%d", gone), "410"}, {"an elder address of nobody", county, "/-/elder/nothing", "404"},
		{"an article that was withdrawn", county, fmt.Sprintf("/a/%d", gone), "410"}, {"an article of nobody", county, "/a/1", "404"},
		{"an address of nobody", county, "/nothing", "404"}, {"another spelling", county, read + "/", "301"}, {"a channel without its slash", county, "/z/guanmiao", "301"},
	}
}

// longList takes so many documents over that some column of s has a second page, and returns its path.
func (tw *town) longList(t *testing.T, ctx context.Context, s *render.Site, staff []kernel.AccountID) string {
	t.Helper()
	var lines bytes.Buffer
	for i := range 150 {
		if err := json.NewEncoder(&lines).Encode(map[string]string{"id": fmt.Sprint(i), "title": fmt.Sprintf("第%d号公告", i), "date": "2025-03-01", "status": "有效", "level": "行政法规",
			"body_html": "<p>正文</p>"}); err != nil {
			t.Fatal(err)
		}
	}
	report, err := tw.Articles.ImportDocuments(ctx, &lines, article.ImportOptions{
		Batch:   publication.Batch{ID: "list", Source: "旧网站", Author: staff[0], Reviewer: staff[1], Review: "同意", Secrecy: "不涉密"},
		Targets: []article.Target{{Site: s.ID, Name: strings.TrimPrefix(s.URL(""), "http://"), Level: "city"}}})
	if err != nil || report.Imported != 150 {
		t.Fatalf("%+v, %v", report, err)
	}
	tree, err := tw.Columns.Tree(ctx, s.ID)
	if err != nil {
		t.Fatal(err)
	}
	for _, k := range tree.All() {
		if status, _, _ := tw.get(t, s.URL("/c/"+k.Path+"?p=2")); status == http.StatusOK {
			return "/c/" + k.Path
		}
	}
	t.Fatal("no column has a second page")
	return ""
}

// staleAll makes everything that is kept stale, so that the next request renders.
func (tw *town) staleAll(t *testing.T, ctx context.Context) {
	t.Helper()
	if err := tw.DB.InTx(ctx, func(ctx context.Context) error { return tw.Revisions.Bump(ctx, kernel.Platform) }); err != nil {
		t.Fatal(err)
	}
}

// plain is a whole answer as text, without what differs by nature: the time and the request's own id.
func (tw *town) plain(t *testing.T, url, header, value string) string {
	t.Helper()
	r, err := http.NewRequest(http.MethodGet, url, nil)
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Accept-Encoding", "identity")
	if header != "" {
		r.Header.Set(header, value)
	}
	status, head, body := tw.do(t, r)
	id := head.Get("X-Request-Id")
	if len(id) != 16 {
		t.Errorf("%s: request id %q", url, id)
	}
	head.Del("X-Request-Id")
	head.Del("Date")
	return fmt.Sprint(status, head, strings.ReplaceAll(string(body), id, "ID"))
}

// Promises 1.1, cache deception: an address that a cache in front would take for a file of a page, so as to keep it, is no page's.
func TestNoPageLooksLikeAFile(t *testing.T) {
	ctx := kernel.WithActor(context.Background(), identity.System("cli"))
	tw := serveHouse(t, filepath.Join(t.TempDir(), "z.db"), "localhost")
	tw.openCity(t, ctx)
	asked := 0
	for _, p := range tw.classes(t, ctx) {
		path, _, _ := strings.Cut(p.path, "?")
		if p.want != "200" || strings.HasSuffix(path, "/") && path != "/" {
			continue
		}
		for _, tail := range []string{"/x.css", "/x.js", ".css", ".js", ".png", ";.css", ";x.css", "%2f.css", "%2Fx.css", "%3b.css", "%3Bx.css", "%23.css", "%23", "%3f.css", "%3Fx.css", "%00.css", "%0a.css", "%0A.css",
			"%5c.css", "\\x.css", "/index.php", "/..%2fx.css", "/%2e%2e/x.css", "/.%2e/x.css", "//x.css", "/-/assets/x.css", "/../-/assets/x.css", "%20.css", "%09.css", "$.css", "!.css", ",.css", "~.css", "@.css", "%25%32%66.css", "%E3%80%82css"} {
			asked++
			url := p.site.URL(strings.TrimSuffix(path, "/") + map[bool]string{true: "/"}[path == "/" && !strings.HasPrefix(tail, "/")] + tail)
			if status := tw.wire(t, url); status == http.StatusOK {
				t.Errorf("%s answers 200 at %s", p.name, url)
			}
		}
	}
	t.Logf("%d addresses", asked)
}
