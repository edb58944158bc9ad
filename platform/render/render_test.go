package render

import (
	"io/fs"
	"regexp"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"golang.org/x/net/html"

	"github.com/zhanqun/zhanqun/kernel"
)

type words struct{ Text string }

var wordsView = Define[words]("word", "show")

const wordsHTML = `{{define "main"}}<div class="wrap"><h1>{{.Data.Text}}</h1></div>{{end}}`

func wordViews(main string) map[string]fs.FS {
	return map[string]fs.FS{"word": fstest.MapFS{"show.html": {Data: []byte(main)}}}
}

func renderer(t *testing.T) *Renderer {
	t.Helper()
	r, err := New(Config{}, wordViews(wordsHTML), wordsView)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func county() *Site {
	return &Site{ID: 3, Name: "汉滨区人民政府", Theme: "city", Level: "county", Origin: "https://hanbin.ankang.gov.cn", Code: "6109020001",
		Sponsor: "汉滨区人民政府办公室", Operator: "汉滨区电子政务中心", Phone: "0915-3212345", ICP: "陕ICP备05000000号-1", Police: "陕公网安备61090202000001号", Mark: "AB12", Address: "安康市汉滨区"}
}

func page(t *testing.T, r *Renderer, s Shell) *html.Node {
	t.Helper()
	b, err := wordsView.HTML(r, s, words{"甲"})
	if err != nil {
		t.Fatal(err)
	}
	return parse(t, b)
}

func parse(t *testing.T, b []byte) *html.Node {
	t.Helper()
	doc, err := html.Parse(strings.NewReader(string(b)))
	if err != nil {
		t.Fatal(err)
	}
	return doc
}

// all are the elements of a tag that carry the class; "" is any.
func all(doc *html.Node, tag, class string) (found []*html.Node) {
	for n := range doc.Descendants() {
		if n.Type == html.ElementNode && n.Data == tag && (class == "" || slices.Contains(strings.Fields(attr(n, "class")), class)) {
			found = append(found, n)
		}
	}
	return found
}

func inner(n *html.Node) string {
	var b strings.Builder
	for c := range n.Descendants() {
		if c.Type == html.TextNode {
			b.WriteString(c.Data)
		}
	}
	return b.String()
}

func tags(doc *html.Node) map[string]string {
	m := map[string]string{}
	for _, n := range all(doc, "meta", "") {
		if name := attr(n, "name"); name != "" {
			m[name] = attr(n, "content")
		}
	}
	return m
}

// R1, d53: the footer says who answers for the site, and its doors lead where 国办发〔2017〕47号 says.
func TestIdentityFooter(t *testing.T) {
	doc := page(t, renderer(t), Shell{Site: county(), Head: Head{Rest: "/a/1", Title: []string{"甲"}}})
	feet := all(doc, "footer", "zq-foot")
	if len(feet) != 1 || feet[0].Parent.Data != "body" {
		t.Fatalf("got %d footers, want one, below body", len(feet))
	}
	said := inner(feet[0])
	for _, want := range []string{"主办汉滨区人民政府办公室", "承办汉滨区电子政务中心", "联系电话0915-3212345", "网站标识码6109020001", "陕ICP备05000000号-1", "陕公网安备61090202000001号", "党政机关网站标识", "我为政府网站找错", "网页纠错", "隐私与安全", "网站地图"} {
		if !strings.Contains(said, want) {
			t.Errorf("the footer does not say %s", want)
		}
	}
	var doors []string
	for _, a := range all(feet[0], "a", "") {
		doors = append(doors, attr(a, "href"))
	}
	want := []string{"/sitemap", "https://zfwzgl.www.gov.cn/exposure/jiucuo.html?site_code=6109020001&url=https%3A%2F%2Fhanbin.ankang.gov.cn%2Fa%2F1",
		"https://bszs.conac.cn/sitename?method=show&id=AB12", "/-/report?page=%2Fa%2F1", "/-/privacy", "tel:09153212345", "https://beian.miit.gov.cn/", "https://beian.mps.gov.cn/"}
	if !slices.Equal(doors, want) {
		t.Errorf("doors\ngot  %q\nwant %q", doors, want)
	}
}

// R1: a channel's own unit is its sponsor, the code is the carrier's, the way up is in the top bar; an empty code says so.
func TestChannelShell(t *testing.T) {
	s := &Site{Name: "五里镇人民政府", Theme: "town", Kind: "channel", Origin: "https://hanbin.ankang.gov.cn", Prefix: "/z/wuli", Code: "6109020001",
		CarrierName: "汉滨区人民政府", CarrierURL: "https://hanbin.ankang.gov.cn/", Sponsor: "五里镇人民政府"}
	doc := page(t, renderer(t), Shell{Site: s, Head: Head{Rest: "/"}})
	if top := inner(all(doc, "div", "top")[0]); !strings.Contains(top, "上级网站：汉滨区人民政府") {
		t.Errorf("top bar says %q", top)
	}
	if foot := inner(all(doc, "footer", "")[0]); !strings.Contains(foot, "主办五里镇人民政府") || !strings.Contains(foot, "网站标识码6109020001") {
		t.Errorf("footer says %q", foot)
	}
	for _, a := range all(doc, "a", "") {
		if h := attr(a, "href"); h == "/sitemap" || h == "/" {
			t.Errorf("a channel's page leads to the carrier's %s", h)
		}
	}
	if links := all(doc, "link", ""); attr(links[0], "href") != "https://hanbin.ankang.gov.cn/z/wuli/" {
		t.Errorf("canonical is %s", attr(links[0], "href"))
	}
}

// The line of a demonstration stands on every page and no door leads to a register.
func TestDemoLine(t *testing.T) {
	r := renderer(t)
	s := county()
	s.Demo, s.State, s.Notice = true, "suspended", "暂停"
	ok, err := wordsView.HTML(r, Shell{Site: s}, words{"甲"})
	if err != nil {
		t.Fatal(err)
	}
	for name, b := range map[string][]byte{"page": ok, "404": r.Error(s, nil, 404, "x"), "500": r.Error(s, nil, 500, "x"), "notice": r.Notice(s)} {
		doc := parse(t, b)
		if p := all(doc, "p", "zq-demo"); len(p) != 1 || inner(p[0]) != "演示站点 内容均为虚构" {
			t.Errorf("%s: no line of demonstration", name)
		}
		if tags(doc)["robots"] != "noindex" {
			t.Errorf("%s: robots %q", name, tags(doc)["robots"])
		}
		for _, a := range all(doc, "a", "") {
			if h := attr(a, "href"); strings.HasPrefix(h, "https://") || strings.HasPrefix(h, "tel:") {
				t.Errorf("%s: a demonstration leads to %s", name, h)
			}
		}
	}
}

// R2, std: the fifteen tags on the page classes they belong to, none empty, none doubled.
func TestMetaTags(t *testing.T) {
	site := []string{"SiteName", "SiteDomain", "SiteIDCode"}
	column := append(slices.Clone(site), "ColumnName", "ColumnDescription", "ColumnKeywords", "ColumnType")
	article := append(slices.Clone(column), "ArticleTitle", "PubDate", "ContentSource", "Keywords", "Author", "Description", "Image", "Url")
	r := renderer(t)
	bare := &Site{Name: "甲站", Theme: "dept", Origin: "https://a.gov.cn:8443"}
	for _, c := range []struct {
		name string
		head Head
		want []string
	}{
		{"home", Head{Rest: "/"}, append(slices.Clone(site), "description", "keywords")},
		{"column", Head{Rest: "/c/x", Column: &ColumnMeta{Name: "通知公告"}}, append(slices.Clone(column), "description", "keywords")},
		{"article", Head{Rest: "/a/1", Title: []string{"乙"}, Column: &ColumnMeta{}, Article: &ArticleMeta{PubDate: "2026-11-23 10:10"}}, article},
	} {
		for _, s := range []*Site{county(), bare} {
			doc := page(t, r, Shell{Site: s, Head: c.head})
			got := tags(doc)
			for _, name := range c.want {
				if strings.TrimSpace(got[name]) == "" {
					t.Errorf("%s of %s: %s is empty", c.name, s.Name, name)
				}
			}
			count := 0
			for _, n := range all(doc, "meta", "") {
				if v := attr(n, "name"); v != "" && v != "viewport" && v != "theme-color" {
					count++
				}
			}
			if count != len(c.want) {
				t.Errorf("%s of %s: %d tags, want %d: %v", c.name, s.Name, count, len(c.want), got)
			}
			if s == bare && got["SiteDomain"] != "a.gov.cn" {
				t.Errorf("SiteDomain %q", got["SiteDomain"])
			}
		}
	}
	got := tags(page(t, r, Shell{Site: county(), Head: Head{Article: &ArticleMeta{}}}))
	if v, ok := got["PubDate"]; ok {
		t.Errorf("a day nobody knows is told as %q", v)
	}
	if !strings.HasPrefix(got["Image"], "https://hanbin.ankang.gov.cn/-/assets/") || got["Url"] != "https://hanbin.ankang.gov.cn/" {
		t.Errorf("Image %q, Url %q", got["Image"], got["Url"])
	}
}

// The frame of every page: one language, one title, a way past the navigation, landmarks, and nothing inline (Q8).
func TestShell(t *testing.T) {
	r := renderer(t)
	nav := []Link{{Text: "政务公开", Href: "/c/gongkai"}, {Text: "政务服务", Href: "/c/fuwu"}}
	s := Shell{Site: county(), Nav: nav, Crumbs: []Link{{Text: "政务公开", Href: "/c/gongkai"}, {Text: "指南"}}, Head: Head{Title: []string{"指南", "政务公开"}, Rest: "/c/gongkai/zhinan"}}
	b, err := wordsView.HTML(r, s, words{`<script>"&甲`})
	if err != nil {
		t.Fatal(err)
	}
	doc := parse(t, b)
	if got := inner(all(doc, "title", "")[0]); got != "指南 - 政务公开 - 汉滨区人民政府" {
		t.Errorf("title %q", got)
	}
	if attr(all(doc, "html", "")[0], "lang") != "zh-CN" || len(all(doc, "h1", "")) != 1 || len(all(doc, "main", "")) != 1 || attr(all(doc, "a", "zq-skip")[0], "href") != "#main" {
		t.Error("language, h1, main or skip link is missing")
	}
	if got := inner(all(doc, "h1", "")[0]); got != `<script>"&甲` {
		t.Errorf("h1 %q", got)
	}
	current := ""
	for _, a := range all(all(doc, "nav", "nav")[0], "a", "") {
		if v := attr(a, "aria-current"); v != "" {
			current += inner(a) + " " + v
		}
	}
	if current != "政务公开 true" {
		t.Errorf("current entry %q", current)
	}
	if got := inner(all(doc, "nav", "crumb")[0]); got != "首页政务公开指南" {
		t.Errorf("crumbs %q", got)
	}
	for n := range doc.Descendants() {
		if n.Type != html.ElementNode {
			continue
		}
		data := attr(n, "type") == "application/ld+json"
		if n.Data == "script" && !data && (attr(n, "src") != r.aids.script || n.FirstChild != nil) || n.Data == "style" {
			t.Errorf("<%s> in the page", n.Data)
		}
		for _, a := range n.Attr {
			if a.Key == "style" || strings.HasPrefix(a.Key, "on") {
				t.Errorf("<%s %s> in the page", n.Data, a.Key)
			}
		}
	}
	if len(nav) != 2 || nav[0].Current {
		t.Error("the caller's navigation was changed")
	}
}

// R5: own pages with the right words; what the server knows stays in the server.
func TestErrorPages(t *testing.T) {
	r := renderer(t)
	for status, say := range map[int]string{404: "没有找到这个页面", 410: "已经撤下", 500: "暂时出了故障", 503: "暂时不能访问", 418: "暂时出了故障"} {
		doc := parse(t, r.Error(county(), nil, status, "req-1"))
		text := inner(all(doc, "main", "")[0])
		if !strings.Contains(text, say) || !strings.Contains(text, "req-1") || !strings.Contains(text, "返回首页") {
			t.Errorf("%d: %s", status, text)
		}
		if tags(doc)["robots"] != "noindex" || len(all(doc, "footer", "zq-foot")) != 1 || len(all(doc, "h1", "")) != 1 {
			t.Errorf("%d: robots, footer or h1 is missing", status)
		}
	}
	nobody := parse(t, r.Error(nil, nil, 421, "req-2"))
	if got := inner(all(nobody, "h1", "")[0]); got != "这里没有您要访问的网站" || len(all(nobody, "link", "")) != 0 {
		t.Errorf("without a site: %q", got)
	}
	s := county()
	s.State, s.Notice = "closed", "已并入市政府网站。<b>"
	notice := parse(t, r.Notice(s))
	if text := inner(all(notice, "main", "")[0]); !strings.Contains(text, "网站已经关停") || !strings.Contains(text, "已并入市政府网站。<b>") {
		t.Errorf("notice: %s", text)
	}
	for _, a := range all(notice, "a", "") {
		if strings.HasPrefix(attr(a, "href"), "/") {
			t.Errorf("a closed site leads to %s", attr(a, "href"))
		}
	}
}

// Every address a page asks for is answered, for ever the same; nothing else is.
func TestAssets(t *testing.T) {
	r := renderer(t)
	css := map[string]bool{}
	for _, name := range []string{"base", "city", "dept", "town", "unknown"} {
		s := county()
		s.Theme, s.Tokens = name, map[string]string{"brand": "青绿"}
		for _, l := range all(page(t, r, Shell{Site: s, Head: Head{}}), "link", "") {
			if rel := attr(l, "rel"); rel == "manifest" || rel == "alternate" {
				continue // pages of a room
			}
			body, kind, ok := r.Asset(attr(l, "href"))
			if !ok || len(body) == 0 {
				t.Errorf("%s: %s is not answered", name, attr(l, "href"))
			}
			if attr(l, "rel") == "stylesheet" {
				css[string(body)] = true
				if kind != "text/css; charset=utf-8" {
					t.Errorf("%s is served as %s", attr(l, "href"), kind)
				}
			}
		}
	}
	if len(css) != 5 { // base, city, dept, town, and one brand
		t.Errorf("%d different stylesheets, want 5", len(css))
	}
	in := regexp.MustCompile(`url\("([^"]+)"\)`)
	for p, a := range r.assets {
		for _, m := range in.FindAllSubmatch(a.body, -1) {
			if _, _, ok := r.Asset("/-/assets/" + string(m[1])); !ok && strings.HasSuffix(p, ".css") && !strings.HasPrefix(string(m[1]), "data:image/svg+xml,") {
				t.Errorf("%s asks for %s", p, m[1])
			}
		}
	}
	for _, p := range []string{"", "/-/assets/", "/-/assets/city.css", "/-/assets/../render.go", "/-/assets/brand1.zzzzzz.css", "/-/assets/brand1.ffffff.css", "/-/assets/brand1.A4161A.css"} {
		if _, _, ok := r.Asset(p); ok {
			t.Errorf("%q is answered", p)
		}
	}
}

func TestDates(t *testing.T) {
	at := time.Date(2015, 6, 1, 16, 30, 0, 0, time.UTC)
	if day(at) != "2015-06-02" || minute(at) != "2015-06-02 00:30" || iso(at) != "2015-06-02T00:30:00+08:00" || day(time.Time{}) != "" {
		t.Errorf("got %s, %s, %s", day(at), minute(at), iso(at))
	}
	if got := iso(time.Date(2015, 6, 2, 0, 0, 0, 0, kernel.Beijing)); got != "2015-06-02T00:00:00+08:00" {
		t.Error(got)
	}
}

func TestTelephones(t *testing.T) {
	for in, want := range map[string]string{"0915-3212345": "tel:09153212345", "0915-3212345、12345": "tel:09153212345", "12345": "tel:12345", "演示号码": "", "": "", "+86 915 3212345": "tel:+869153212345", "0915-3212345转8001": "tel:09153212345", "0915-000 0000（演示）": "", "12": "", "0915-321xxxx": ""} {
		if got := telephone(in); got != want {
			t.Errorf("%q: got %q, want %q", in, got, want)
		}
	}
	for in, want := range map[string]string{"tel:0915-321": "tel:0915-321", "tel:": "", "javascript:x": "", "tel:1;x": "", "/a": ""} {
		if got := tel(in); string(got) != want {
			t.Errorf("%q: got %q, want %q", in, got, want)
		}
	}
}

// A view that asks for nothing but words costs microseconds: the page cache is not for slow templates.
func BenchmarkPage(b *testing.B) {
	r, err := New(Config{}, wordViews(wordsHTML), wordsView)
	if err != nil {
		b.Fatal(err)
	}
	s := Shell{Site: county(), Head: Head{Title: []string{"甲"}, Rest: "/a/1"}}
	for b.Loop() {
		if _, err := wordsView.HTML(r, s, words{"甲"}); err != nil {
			b.Fatal(err)
		}
	}
}
