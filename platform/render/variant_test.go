package render

import (
	"bytes"
	"compress/gzip"
	"html/template"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/zhanqun/zhanqun/kernel"
	"golang.org/x/net/html"
)

func variantPage(t *testing.T, r *Renderer, s *Site, v kernel.Variant) *html.Node {
	t.Helper()
	s = s.In(v)
	return page(t, r, Shell{Site: s, Nav: []Link{{Text: "政务公开", Href: s.Path("/c/gongkai")}}, Crumbs: []Link{{Text: "发展", Href: s.Path("/c/fazhan")}},
		Head: Head{Title: []string{"头发"}, Description: "理发", Rest: "/a/1?p=2"}})
}

func hrefs(doc *html.Node, tag string) (all []string) {
	for _, a := range allOf(doc, tag) {
		if h := attr(a, "href"); strings.HasPrefix(h, "/") {
			all = append(all, h)
		}
	}
	return all
}

func allOf(doc *html.Node, tag string) []*html.Node { return all(doc, tag, "") }

// S2, LC18, LC19: the elder version of a page has the page's address as its canonical one, the traditional one its own; its links stay in
// it, and it has a way out.
func TestVariants(t *testing.T) {
	r := renderer(t)
	town := county()
	town.Prefix, town.CarrierName, town.CarrierURL = "/z/wuli", "汉滨区人民政府", "https://hanbin.ankang.gov.cn/"
	for _, s := range []*Site{county(), town} {
		for _, v := range []kernel.Variant{"", kernel.Elder, kernel.Hant} {
			doc := variantPage(t, r, s, v)
			known := s.URL("/a/1?p=2")
			if v == kernel.Hant {
				known = s.Origin + s.Prefix + "/-/hant/a/1?p=2"
			}
			if got := attr(allOf(doc, "link")[0], "href"); got != known {
				t.Errorf("%s%q: canonical %s, want %s", s.Prefix, v, got, known)
			}
			want := map[kernel.Variant]string{"": "zh-CN", kernel.Elder: "zh-CN", kernel.Hant: "zh-Hant"}[v]
			if got := attr(allOf(doc, "html")[0], "lang"); got != want {
				t.Errorf("%s%q: language %s, want %s", s.Prefix, v, got, want)
			}
			out := []string{s.Prefix + "/a/1?p=2", s.Prefix + "/-/elder/a/1?p=2", s.Prefix + "/-/hant/a/1?p=2"}
			for _, h := range hrefs(doc, "a") {
				if !slices.Contains(out, h) && !strings.HasPrefix(h, s.Prefix+v.Prefix()+"/") {
					t.Errorf("%s%q leads to %s", s.Prefix, v, h)
				}
			}
			for _, h := range out {
				if leaves := h != s.Prefix+v.Prefix()+"/a/1?p=2"; leaves && !slices.Contains(hrefs(doc, "a"), h) {
					t.Errorf("%s%q does not lead to %s", s.Prefix, v, h)
				}
			}
			up := "https://hanbin.ankang.gov.cn" + v.Prefix() + "/"
			if s.Prefix != "" && v != kernel.Elder && attr(all(doc, "div", "top")[0].FirstChild.FirstChild.FirstChild.NextSibling, "href") != up {
				t.Errorf("%q: the way up is not %s", v, up)
			}
		}
	}
	elder := *county()
	elder.Variant = kernel.Elder
	for rest, want := range map[string]string{"/": elder.Origin + "/-/elder/", "/sitemap": elder.Origin + "/sitemap"} {
		if got := canonical(&elder, rest); got != want {
			t.Errorf("the elder %s is known as %s", rest, got)
		}
	}
	doc := variantPage(t, r, county(), kernel.Hant)
	if got := inner(allOf(doc, "title")[0]); got != "頭髮 - 漢濱區人民政府" || tags(doc)["description"] != "理髮" || tags(doc)["SiteName"] != "汉滨区人民政府" {
		t.Errorf("in traditional characters: %s, %v", got, tags(doc))
	}
}

// LC19: search engines are told of the two scripts of a page, and of nothing where they may not come or where a page has no address.
func TestScriptsOfAPage(t *testing.T) {
	r := renderer(t)
	alternates := func(s Shell) (got []string) {
		for _, l := range allOf(page(t, r, s), "link") {
			if attr(l, "rel") == "alternate" && attr(l, "type") == "" {
				got = append(got, attr(l, "hreflang")+" "+attr(l, "href"))
			}
		}
		return got
	}
	both := []string{"zh-Hans https://hanbin.ankang.gov.cn/a/1", "zh-Hant https://hanbin.ankang.gov.cn/-/hant/a/1"}
	for _, c := range []struct {
		v    kernel.Variant
		head Head
		want []string
	}{
		{"", Head{Rest: "/a/1"}, both}, {kernel.Hant, Head{Rest: "/a/1"}, both}, {kernel.Elder, Head{Rest: "/a/1"}, nil},
		{"", Head{}, nil}, {"", Head{Rest: "/a/1", NoIndex: true}, nil},
	} {
		if got := alternates(Shell{Site: county().In(c.v), Head: c.head}); !slices.Equal(got, c.want) {
			t.Errorf("%q %+v: got %q, want %q", c.v, c.head, got, c.want)
		}
	}
}

// S2, LC18: the first link of the elder version after the one past the header leads out of it; a site's own colour stays outside.
func TestElderShell(t *testing.T) {
	r := renderer(t)
	s := county()
	s.Tokens = map[string]string{"brand": "#a4161a"}
	doc := variantPage(t, r, s, kernel.Elder)
	if links := allOf(doc, "a"); attr(links[0], "href") != "#main" || inner(links[1]) != "退出长者版" || attr(links[1], "href") != "/a/1?p=2" {
		t.Errorf("the way out is %q", inner(links[1]))
	}
	sheets := 0
	for _, l := range allOf(doc, "link") {
		if attr(l, "rel") == "stylesheet" {
			sheets++
			body, _, _ := r.Asset(attr(l, "href"))
			if !bytes.Contains(body, []byte("html{font-size:125%;cursor:url(\"elder-pointer.")) || !bytes.Contains(body, []byte("line-height:1.9")) {
				t.Error("its style has no large letters")
			}
		}
	}
	if sheets != 1 || len(all(doc, "footer", "zq-foot")) != 1 || len(allOf(doc, "main")) != 1 || len(allOf(doc, "h1")) != 1 {
		t.Errorf("%d stylesheets; or footer, main or h1 is missing", sheets)
	}
	for _, status := range []int{404, 410, 500} {
		gone := parse(t, r.Error(s.In(kernel.Elder), nil, status, "x"))
		if got := attr(all(gone, "a", "el-back")[0], "href"); got != "/" || !strings.Contains(inner(allOf(gone, "body")[0]), "退出长者版") {
			t.Errorf("%d: the way out is %q", status, got)
		}
		for _, h := range hrefs(gone, "a") {
			if h != "/" && !strings.HasPrefix(h, "/-/elder/") && h != "/-/hant/" {
				t.Errorf("%d leads to %s", status, h)
			}
		}
	}
	closed := county().In(kernel.Elder)
	closed.State = "closed"
	if doc := parse(t, r.Notice(closed)); len(all(doc, "details", "zq-aid"))+len(allOf(doc, "script")) != 0 {
		t.Error("a closed site offers what it does not have")
	}
}

// Links of a text stay in the variant where they lead to pages of the same host, and nowhere else.
func TestInside(t *testing.T) {
	s := county()
	for in, want := range map[string]string{
		`<a href="/a/1">x</a>`:                                     `<a href="/-/elder/a/1">x</a>`,
		`<a href="https://hanbin.ankang.gov.cn/c/x?p=2">x</a>`:     `<a href="/-/elder/c/x?p=2">x</a>`,
		`<a href="/z/wuli/a/1" title="&#34;">x</a>`:                `<a href="/z/wuli/-/elder/a/1" title="&#34;">x</a>`,
		`<a href="/">x</a><a href="/sitemap">x</a>`:                `<a href="/-/elder/">x</a><a href="/-/elder/sitemap">x</a>`,
		`<a href="/-/media/1/x.pdf">x</a><a id="x">x</a>`:          `<a href="/-/media/1/x.pdf">x</a><a id="x">x</a>`,
		`<a href="https://example.org/a/1">x</a><abbr>/a/1</abbr>`: `<a href="https://example.org/a/1">x</a><abbr>/a/1</abbr>`,
		`<p>/a/1 &amp; &lt;a href="/a/1"&gt;</p>`:                  `<p>/a/1 &amp; &lt;a href="/a/1"&gt;</p>`,
		`<a href="/-/elder/a/1">x</a><a href="//evil/a/1">x</a>`:   `<a href="/-/elder/a/1">x</a><a href="//evil/a/1">x</a>`,
	} {
		if got := string(Inside(s.In(kernel.Elder), template.HTML(in))); got != want {
			t.Errorf("%s\ngot  %s\nwant %s", in, got, want)
		}
		if got := string(Inside(s, template.HTML(in))); got != in {
			t.Errorf("outside of a variant %s became %s", in, got)
		}
	}
}

// youngScript is what Chromium 86 or Safari 14 does not understand.
var youngScript = regexp.MustCompile(`\.at\(|structuredClone|Object\.hasOwn|\?\?=|\|\|=|&&=|static \{|\(\?<[=!]|^\s*await |\.findLast|\.toSorted|\.groupBy|\.replaceChildren|#\w+ ?[=(;]`)

// S2: the panel's script weighs at most 6 kB, knows what the oldest browsers know, and asks nobody for anything.
func TestThePanelsFiles(t *testing.T) {
	for _, bad := range []string{"a.at(1)", "a ??= b", "/(?<=a)b/", "a.findLast(f)"} {
		if !youngScript.MatchString(bad) {
			t.Errorf("%s is not noticed", bad)
		}
	}
	r := renderer(t)
	js, kind, ok := r.Asset(r.aids.script)
	if !ok || kind != "text/javascript; charset=utf-8" {
		t.Fatalf("the script is served as %q", kind)
	}
	if found := youngScript.FindAll(js, -1); len(found) > 0 {
		t.Errorf("the script uses %q", found)
	}
	for _, word := range []string{"fetch(", "XMLHttpRequest", "sendBeacon", "cookie", "innerHTML", "eval(", "http:", "https:"} {
		if bytes.Contains(js, []byte(word)) {
			t.Errorf("the script says %s", word)
		}
	}
	script := allOf(variantPage(t, r, county(), ""), "script")[0] // html/template takes data-style for a style and writes something else
	if attr(script, "src") != r.aids.script || attr(script, "data-sheet") != r.aids.style || attr(script, "type") != "module" {
		t.Errorf("the page asks for %q and %q", attr(script, "src"), attr(script, "data-sheet"))
	}
	css, kind, ok := r.Asset(r.aids.style)
	if !ok || kind != types[".css"] {
		t.Fatalf("the style is served as %q", kind)
	}
	if found := newer.FindAll(css, -1); len(found) > 0 {
		t.Errorf("the style uses %q", found)
	}
	var gz bytes.Buffer
	w := gzip.NewWriter(&gz)
	if _, err := w.Write(js); err != nil || w.Close() != nil {
		t.Fatal(err)
	}
	if gz.Len() > 6<<10 {
		t.Errorf("the script weighs %d bytes gzipped, at most 6 kB", gz.Len())
	}
	t.Logf("script: %d bytes, %d gzipped; style %d", len(js), gz.Len(), len(css))
	if c := contrast("#ffff00", "#000000"); c < 7 {
		t.Errorf("yellow on black is %.1f", c)
	}
	if c := contrast("#2b2118", "#f8efd8"); c < 7 {
		t.Errorf("ink on cream is %.1f", c)
	}
}

// LC19: writing a page in traditional characters costs less than rendering it: see BenchmarkPage.
func BenchmarkTraditionalPage(b *testing.B) {
	r, err := New(Config{}, wordViews(wordsHTML), wordsView)
	if err != nil {
		b.Fatal(err)
	}
	s := Shell{Site: county().In(kernel.Hant), Head: Head{Title: []string{"甲"}, Rest: "/a/1"}}
	for b.Loop() {
		if _, err := wordsView.HTML(r, s, words{"甲"}); err != nil {
			b.Fatal(err)
		}
	}
}

// Whatever a cleaned text holds, only addresses of links change, and each of them leads to the same page.
func FuzzInside(f *testing.F) {
	f.Add(`<p><a href="/a/1">x</a><a href=/c/x title='"'>y</a><a href="/a/1"/>z`)
	f.Add(`<a href="https://hanbin.ankang.gov.cn/a/1&#34;onclick=x">x</a>`)
	f.Add(`<a href="/a/&lt;script&gt;">x</a><A HREF="/z/wuli/c/1">`)
	f.Add(`<a href="/z/wuli">x</a>`)
	s := county().In(kernel.Elder)
	shape := func(text string) (all []string) {
		for z := html.NewTokenizer(strings.NewReader(text)); ; {
			kind := z.Next()
			if kind == html.ErrorToken {
				return all
			}
			tok := z.Token()
			for i, a := range tok.Attr {
				if a.Key == "href" && tok.Data == "a" {
					a.Val = strings.TrimPrefix(a.Val, s.Origin)
					if strings.HasPrefix(a.Val, "/z/") && strings.Count(a.Val, "/") == 2 {
						a.Val += "/" // the home page of a channel, whose one spelling this is
					}
					tok.Attr[i].Val = strings.Replace(a.Val, "/-/elder/", "/", 1)
				}
			}
			all = append(all, tok.Type.String()+tok.String())
		}
	}
	f.Fuzz(func(t *testing.T, text string) {
		text = Sanitise(text)
		if got, want := shape(string(Inside(s, template.HTML(text)))), shape(text); !slices.Equal(got, want) {
			t.Errorf("%q\ngot  %q\nwant %q", text, got, want)
		}
	})
}
