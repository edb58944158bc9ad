package app

import (
	"compress/gzip"
	"context"
	"encoding/json"
	"encoding/xml"
	"fmt"
	"io"
	"net/http"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/PuerkitoBio/goquery"
	"github.com/zhanqun/zhanqun/kernel"
	"github.com/zhanqun/zhanqun/platform/identity"
	"github.com/zhanqun/zhanqun/platform/render"
	"github.com/zhanqun/zhanqun/storage/db/dbtest"
)

// programs asks like a program: nothing is unpacked for it.
type programs struct {
	*town
	t *testing.T
}

func (p programs) ask(method, url string, headers ...string) (*http.Response, string) {
	p.t.Helper()
	r, err := http.NewRequest(method, url, nil)
	if err != nil {
		p.t.Fatal(err)
	}
	r.Header.Set("Accept-Encoding", "identity")
	for i := 0; i+1 < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	res, err := p.client.Do(r)
	if err != nil {
		p.t.Fatal(err)
	}
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	if err != nil {
		p.t.Fatal(err)
	}
	return res, string(body)
}

// formed holds an address to what every page is held to: its type, HEAD, 304, gzip, and one spelling.
func (p programs) formed(url, contentType string) string {
	p.t.Helper()
	res, body := p.ask(http.MethodGet, url)
	tag := res.Header.Get("ETag")
	if res.StatusCode != http.StatusOK || res.Header.Get("Content-Type") != contentType || tag == "" || body == "" || res.Header.Get("Cache-Control") != "no-cache" {
		p.t.Errorf("%s answers %d %v", url, res.StatusCode, res.Header)
	}
	if head, none := p.ask(http.MethodHead, url); head.StatusCode != http.StatusOK || none != "" || head.Header.Get("ETag") != tag || head.ContentLength != int64(len(body)) {
		p.t.Errorf("HEAD %s answers %d %v", url, head.StatusCode, head.Header)
	}
	if same, none := p.ask(http.MethodGet, url, "If-None-Match", tag); same.StatusCode != http.StatusNotModified || none != "" {
		p.t.Errorf("%s, which the client has, answers %d", url, same.StatusCode)
	}
	if zipped, packed := p.ask(http.MethodGet, url, "Accept-Encoding", "gzip"); len(body) >= 1024 {
		z, err := gzip.NewReader(strings.NewReader(packed))
		if err != nil || zipped.Header.Get("Content-Encoding") != "gzip" {
			p.t.Fatalf("%s in gzip: %v %v", url, err, zipped.Header)
		}
		if plain, err := io.ReadAll(z); err != nil || string(plain) != body {
			p.t.Errorf("%s unpacks to something else: %v", url, err)
		}
	}
	for _, other := range []string{url + "/", strings.Replace(url, "/-/", "/-//", 1) + "?"} {
		if moved, _ := p.ask(http.MethodGet, other); moved.StatusCode != http.StatusMovedPermanently || moved.Header.Get("Location") != url {
			p.t.Errorf("%s answers %d, Location %q", other, moved.StatusCode, moved.Header.Get("Location"))
		}
	}
	if posted, _ := p.ask(http.MethodPost, url); posted.StatusCode != http.StatusMethodNotAllowed {
		p.t.Errorf("POST %s answers %d", url, posted.StatusCode)
	}
	return body
}

var located = regexp.MustCompile(`<loc>([^<]+)</loc>`)

// J3, J5, R2, A12: what programs read of each kind of site, over HTTP: the right types, one spelling, 304, gzip; only what is public and only of
// the site that is asked; every address that a map, a feed or the data names is answered; what is withdrawn is gone at once.
func TestWhatProgramsRead(t *testing.T) {
	t.Parallel()
	for name, at := range map[string]func(t *testing.T) string{
		"sqlite": func(t *testing.T) string { return filepath.Join(t.TempDir(), "z.db") }, "postgres": func(t *testing.T) string { return dbtest.PostgresURL(t) }} {
		t.Run(name, func(t *testing.T) {
			ctx := kernel.WithActor(context.Background(), identity.System("cli"))
			p := programs{serveHouse(t, at(t), "localhost"), t}
			p.openCity(t, ctx)
			staff, sites := p.staff(t, ctx), p.sample(t)
			city, county, channel := sites[0], sites[1], sites[2]
			ids := map[kernel.SiteID]int64{}
			for _, s := range []*render.Site{city, county, channel} {
				ids[s.ID] = p.write(t, ctx, staff, s, "published", "金丝雀"+s.Name).id
				p.write(t, ctx, staff, s, "approved", "未发布"+s.Name)
			}
			for _, s := range []*render.Site{county, channel} {
				p.site(s, city)
			}
			p.isolated(county, ids[city.ID], ids[county.ID])
			p.described(county)
			p.hosts(county, channel)
			if err := p.Articles.Withdraw(ctx, county.ID, ids[county.ID], "内容有误"); err != nil {
				t.Fatal(err)
			}
			for _, path := range []string{"/feed.xml", "/rss.xml", "/feed.json", "/-/api/v1/articles", "/sitemap.xml"} {
				if res, body := p.ask(http.MethodGet, county.URL(path)); res.StatusCode != http.StatusOK || strings.Contains(body, "金丝雀") || strings.Contains(body, p.month()+".xml") {
					t.Errorf("%s after the withdrawal: %d %s", path, res.StatusCode, body)
				}
			}
			if res, body := p.ask(http.MethodGet, county.URL(fmt.Sprint("/-/api/v1/articles/", ids[county.ID]))); res.StatusCode != http.StatusGone || res.Header.Get("Content-Type") != "application/problem+json" || !strings.Contains(body, "撤回") {
				t.Errorf("the data of what was withdrawn: %d %s", res.StatusCode, body)
			}
		})
	}
}

func (p programs) month() string { return p.now().In(kernel.Beijing).Format("2006-01") }

// site reads every address of a site, and follows what stands there.
func (p programs) site(s, other *render.Site) {
	p.t.Helper()
	all := ""
	for path, contentType := range map[string]string{"/sitemap.xml": "application/xml; charset=utf-8", "/sitemap-columns.xml": "application/xml; charset=utf-8",
		"/sitemap-" + p.month() + ".xml": "application/xml; charset=utf-8", "/feed.xml": "application/atom+xml; charset=utf-8", "/rss.xml": "application/rss+xml; charset=utf-8",
		"/feed.json": "application/feed+json", "/c/gonggao/feed.xml": "application/atom+xml; charset=utf-8", "/c/gonggao/feed.json": "application/feed+json",
		"/manifest.webmanifest": "application/manifest+json", "/-/api/v1/site": "application/json", "/-/api/v1/columns": "application/json", "/-/api/v1/articles": "application/json",
		"/-/api/v1/openapi.json": "application/json"} {
		body := p.formed(s.URL(path), contentType)
		if strings.HasSuffix(path, "xml") {
			if err := xml.Unmarshal([]byte(body), new(struct{})); err != nil {
				p.t.Errorf("%s: %v", path, err)
			}
		} else if !json.Valid([]byte(body)) {
			p.t.Errorf("%s: %s", path, body)
		}
		if strings.HasPrefix(path, "/feed") || strings.HasPrefix(path, "/c/") || strings.HasSuffix(path, "articles") {
			if !strings.Contains(body, "金丝雀"+s.Name) {
				p.t.Errorf("%s does not tell of the site's own: %s", path, body)
			}
		}
		all += body
	}
	if strings.Contains(all, "未发布") || strings.Contains(all, "金丝雀"+other.Name) {
		p.t.Errorf("%s tells what is not public, or not its own", s.Name)
	}
	asked := map[string]bool{}
	for _, m := range append(located.FindAllStringSubmatch(all, -1), regexp.MustCompile(`"(?:url|data|articles|atom|next)":"([^"]+)"`).FindAllStringSubmatch(all, -1)...) {
		if asked[m[1]] || strings.HasSuffix(m[1], "/v1") { // below which the doors stand
			continue
		}
		asked[m[1]] = true
		res, body := p.ask(http.MethodGet, m[1])
		if res.StatusCode != http.StatusOK || !strings.HasPrefix(m[1], s.URL("/")) {
			p.t.Errorf("%s is named and answers %d", m[1], res.StatusCode)
		}
		if strings.HasPrefix(res.Header.Get("Content-Type"), "text/html") {
			saysWhatItIs(p.t, m[1], body)
		}
	}
	if len(asked) < 8 {
		p.t.Errorf("only %v were named", asked)
	}
	if res, _ := p.ask(http.MethodGet, s.URL("/favicon.ico")); res.StatusCode != http.StatusMovedPermanently {
		p.t.Errorf("favicon.ico answers %d", res.StatusCode)
	} else if icon, body := p.ask(http.MethodGet, res.Header.Get("Location")); icon.Header.Get("Content-Type") != "image/svg+xml" || body == "" {
		p.t.Errorf("the icon at %s: %d %v", res.Header.Get("Location"), icon.StatusCode, icon.Header)
	}
}

// isolated asks a site for what is another's, and for what is none.
func (p programs) isolated(s *render.Site, foreign, own int64) {
	p.t.Helper()
	for path, want := range map[string]int{fmt.Sprint("/-/api/v1/articles/", own): 200, fmt.Sprint("/-/api/v1/articles/", foreign): 404, "/-/api/v1/articles/0": 404, "/-/api/v1/articles?column=x": 422, "/-/api/v1/articles?column=99999999": 404,
		"/-/api/v1/articles?size=0": 422, "/-/api/v2/site": 404, "/-/api/v1/nothing": 404, "/-/api/v1/articles?site=" + fmt.Sprint(foreign): 301, "/-/api/v1/articles?size=20": 301, "/sitemap-2026-13.xml": 404, "/sitemap-1999-01.xml": 404, "/c/nirgends/feed.xml": 404} {
		res, body := p.ask(http.MethodGet, s.URL(path))
		if res.StatusCode != want {
			p.t.Errorf("%s answers %d, want %d", path, res.StatusCode, want)
		}
		if problem := strings.HasPrefix(path, "/-/api/") && want >= 400; problem != (res.Header.Get("Content-Type") == "application/problem+json") || problem && !regexp.MustCompile(`"detail":"[^"]*\p{Han}`).MatchString(body) {
			p.t.Errorf("%s answers %s %s", path, res.Header.Get("Content-Type"), body)
		}
	}
}

// described compares openapi.json with the routes that are served, both ways.
func (p programs) described(s *render.Site) {
	p.t.Helper()
	var doc struct {
		Paths map[string]map[string]any
	}
	_, body := p.ask(http.MethodGet, s.URL("/-/api/v1/openapi.json"))
	if err := json.Unmarshal([]byte(body), &doc); err != nil {
		p.t.Fatal(err)
	}
	var described, served []string
	for path, methods := range doc.Paths {
		for method := range methods {
			described = append(described, strings.ToUpper(method)+" /-/api/v1"+path)
		}
	}
	for _, r := range p.Server.Router().Routes() {
		if strings.HasPrefix(r.Path, "/-/api/") {
			served = append(served, r.Method+" "+regexp.MustCompile(`:(\w+)`).ReplaceAllString(r.Path, "{$1}"))
		}
	}
	slices.Sort(described)
	slices.Sort(served)
	if !slices.Equal(described, served) || len(served) < 5 {
		p.t.Errorf("described %q, served %q", described, served)
	}
}

// hosts reads what stands once on a host.
func (p programs) hosts(county, channel *render.Site) {
	p.t.Helper()
	robots := p.formed(county.URL("/robots.txt"), "text/plain; charset=utf-8")
	for _, want := range []string{"User-agent: *\n", "\nSitemap: " + county.URL("/sitemap.xml") + "\n", "\nSitemap: " + channel.URL("/sitemap.xml") + "\n"} {
		if !strings.Contains(robots, want) {
			p.t.Errorf("robots.txt lacks %q", want)
		}
	}
	if n := strings.Count(robots, "Sitemap: "); n < 10 || strings.Contains(robots, "xunyang") {
		p.t.Errorf("robots.txt names %d maps: %s", n, robots)
	}
	for _, url := range []string{channel.URL("/robots.txt"), county.URL("/.well-known/security.txt"), channel.URL("/.well-known/security.txt")} {
		if res, _ := p.ask(http.MethodGet, url); res.StatusCode != http.StatusNotFound {
			p.t.Errorf("%s answers %d", url, res.StatusCode)
		}
	}
}

// The tags of 国办发〔2017〕47号, by the class of a page.
var (
	siteTags    = []string{"SiteName", "SiteDomain", "SiteIDCode"}
	columnTags  = []string{"ColumnName", "ColumnDescription", "ColumnKeywords", "ColumnType"}
	articleTags = []string{"ArticleTitle", "PubDate", "ContentSource", "Keywords", "Author", "Description", "Image", "Url"}
)

// saysWhatItIs holds a page to the tags of its class, none of them empty or null, and to its data, which can be read.
func saysWhatItIs(t *testing.T, url, page string) {
	t.Helper()
	doc, err := goquery.NewDocumentFromReader(strings.NewReader(page))
	if err != nil {
		t.Fatal(err)
	}
	want, kinds := append(slices.Clone(siteTags), "description", "keywords"), []string{}
	switch {
	case strings.Contains(url, "/a/"):
		want, kinds = slices.Concat(siteTags, columnTags, articleTags), []string{"Article", "NewsArticle", "Legislation"}
	case strings.Contains(url, "/c/") && doc.Find(`meta[name="ArticleTitle"]`).Length() > 0: // whose one article is its page
		want, kinds = slices.Concat(siteTags, columnTags, articleTags), []string{"BreadcrumbList"}
	case strings.Contains(url, "/c/"):
		want, kinds = append(want, columnTags...), []string{"BreadcrumbList"}
	case strings.HasSuffix(url, "/"):
		kinds = []string{"GovernmentOrganization"}
	}
	for _, name := range want {
		v := strings.TrimSpace(doc.Find(`meta[name="`+name+`"]`).AttrOr("content", ""))
		if v == "" || strings.Contains(strings.ToLower(v), "null") || strings.Contains(v, "undefined") || strings.Contains(v, "&lt;") {
			t.Errorf("%s: %s is %q", url, name, v)
		}
	}
	found := len(kinds) == 0 || strings.Contains(url, "/-/elder/") || strings.Contains(url, "/-/hant/") // those say by their canonical address whose they are
	doc.Find("script:not([src])").Each(func(_ int, s *goquery.Selection) {
		var node struct {
			Type string `json:"@type"`
		}
		if err := json.Unmarshal([]byte(s.Text()), &node); err != nil || s.AttrOr("type", "") != "application/ld+json" {
			t.Errorf("%s: %v: %s", url, err, s.Text())
		}
		found = found || slices.Contains(kinds, node.Type)
	})
	if !found {
		t.Errorf("%s says none of %v", url, kinds)
	}
}
