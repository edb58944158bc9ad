package render

import (
	"bufio"
	"compress/gzip"
	"encoding/json"
	"fmt"
	"os"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/zhanqun/zhanqun/kernel/corpus"
	"golang.org/x/net/html"
	"pgregory.net/rapid"
)

// Q5, promises.md 4.6, row by row.
func TestSanitiseKeepsAndDrops(t *testing.T) {
	for _, c := range []struct{ name, in, want string }{
		{"a paragraph of the corpus stays", `<p class="info">（2012年3月通过）</p>`, `<p class="info">（2012年3月通过）</p>`},
		{"a class outside the enum goes", `<p class="MsoNormal ta-c x">甲</p>`, `<p class="ta-c">甲</p>`},
		{"an alignment becomes a class", `<p style="text-align: right;color:red">甲</p>`, `<p class="ta-r">甲</p>`},
		{"a bold span is strong", `<p><span style="font-weight: bold">甲</span></p>`, `<p><strong>甲</strong></p>`},
		{"id, style and data go", `<h2 id="x" style="color:red" data-y="1">甲</h2>`, `<h2>甲</h2>`},
		{"a script goes with its text", `甲<script>alert(1)</script>乙`, `甲乙`},
		{"an unknown element leaves its words", `<marquee>甲</marquee><o:p>乙</o:p>`, `甲乙`},
		{"a heading below the page's own", `<h1>甲</h1><h6>乙</h6>`, `<h2>甲</h2><h4>乙</h4>`},
		{"boxes of words are paragraphs", `<div>甲</div><div>乙</div>`, `<p>甲</p><p>乙</p>`},
		{"a box of boxes is opened", `<div><p>甲</p><div>乙</div></div>`, `<p>甲</p><p>乙</p>`},
		{"our own picture stays", `<img src="/-/media/7/ab12.webp" alt="江" width="10" onerror="x()">`, `<img src="/-/media/7/ab12.webp" alt="江" width="10"/>`},
		{"a picture without words gets empty ones", `<img src="/-/media/7/ab12.webp">`, `<img src="/-/media/7/ab12.webp" alt=""/>`},
		{"another's picture goes", `甲<img src="https://evil.example/x.png">乙`, `甲乙`},
		{"a way out of the media folder goes", `<img src="/-/media/../console/x.png">`, ``},
		{"a data picture goes", `<img src="data:image/png;base64,AA">`, ``},
		{"an outbound link is marked", `<a href="https://www.gov.cn/" target="_blank">甲</a>`, `<a href="https://www.gov.cn/" rel="noopener">甲</a>`},
		{"an own link stays", `<a href="/a/1">甲</a>`, `<a href="/a/1">甲</a>`},
		{"a link to a host without a scheme is no own link", `<a href="//evil.example/">甲</a>`, `甲`},
		{"a backslash is no own link", `<a href="/\evil.example">甲</a>`, `甲`},
		{"a javascript link leaves its words", `<a href="JaVaScRiPt:alert(1)">甲</a>`, `甲`},
		{"userinfo is no address", `<a href="https://gov.cn@evil.example/">甲</a>`, `甲`},
		{"mail stays", `<a href="mailto:a@ankang.gov.cn">甲</a>`, `<a href="mailto:a@ankang.gov.cn">甲</a>`},
		{"spans of cells stop at a hundred", `<table><tbody><tr><td colspan="9999" rowspan="2">甲</td></tr></tbody></table>`, `<table><tbody><tr><td colspan="100" rowspan="2">甲</td></tr></tbody></table>`},
		{"a head cell keeps its scope", `<table><tr><th scope="col">甲</th><th scope="x">乙</th></tr></table>`, `<table><tbody><tr><th scope="col">甲</th><th>乙</th></tr></tbody></table>`},
		{"our own film stays and plays when somebody wants it", `<figure><video src="/-/media/7/full.mp4" autoplay loop poster="https://x/y.png" onplay="x()"><track src="https://x/y.vtt"><source src="https://x/y.mp4">没有播放器</video></figure>`, `<figure><video src="/-/media/7/full.mp4" controls="" preload="none"></video></figure>`},
		{"our own sound likewise", `<audio src="/-/media/7/full.mp3" preload="auto"></audio>`, `<audio src="/-/media/7/full.mp3" controls="" preload="none"></audio>`},
		{"another's film goes with what is in it", `甲<video src="https://evil.example/x.mp4"><p>没有播放器</p></video>乙`, `甲乙`},
		{"a film without an address goes", `甲<audio controls><source src="/-/media/7/full.mp3"></audio>乙`, `甲乙`},
		{"a frame goes", `<iframe src="/x">甲</iframe>乙`, `乙`},
		{"a drawing that could run goes", `<svg onload="x()"><text>甲</text></svg>乙`, `乙`},
		{"a comment goes", `甲<!-- 密 -->乙`, `甲乙`},
		{"an open element is closed", `<p>甲<strong>乙`, `<p>甲<strong>乙</strong></p>`},
		{"a NUL is nothing", "甲\x00乙", `甲乙`},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := Sanitise(c.in); got != c.want {
				t.Errorf("got  %s\nwant %s", got, c.want)
			}
		})
	}
}

// The traps of the real texts: private-use, zero-width, beyond the basic plane, no-break and ideographic spaces.
func TestSanitiseAltersNoWord(t *testing.T) {
	for _, text := range []string{"\ue003\ue5f9", "政\u200b府", "𫖯𬭎\U0002f800", "\u00a0\u3000甲\u3000", "１９８４ 1 9 9 3", "a\u0301 é", "\u202e反\u202c", "&lt;b&gt;", "“‘’”—…·〔2015〕", "\ufeff甲", "𝒳"} {
		in := "<p>" + strings.NewReplacer("&", "&amp;").Replace(text) + "</p>"
		if got := textOf(Sanitise(in)); got != text {
			t.Errorf("got %q, want %q", got, text)
		}
	}
}

func textOf(fragment string) string {
	doc, err := html.Parse(strings.NewReader("<!DOCTYPE html><body>" + fragment))
	if err != nil {
		return "unparsable: " + err.Error()
	}
	var b strings.Builder
	var walk func(*html.Node)
	walk = func(n *html.Node) {
		if n.Type == html.TextNode {
			b.WriteString(n.Data)
		}
		for c := n.FirstChild; c != nil; c = c.NextSibling {
			walk(c)
		}
	}
	walk(doc)
	return b.String()
}

var (
	safeElement = regexp.MustCompile(`^(html|head|body|p|h[234]|ul|ol|li|table|thead|tbody|tr|th|td|caption|figure|figcaption|img|a|strong|em|b|i|u|s|sup|sub|blockquote|br|hr|video|audio)$`)
	safeAttr    = regexp.MustCompile(`^(class=(ta-l|ta-c|ta-r|indent-2|info|docno|sign)( (ta-l|ta-c|ta-r|indent-2|info|docno|sign))*|colspan=\d{1,3}|rowspan=\d{1,3}|scope=(row|col)(group)?|src=/-/media/[\w/-]+\.[0-9a-z]+|alt=(?s:.*)|controls=|preload=none|width=\d{1,4}|height=\d{1,4}|rel=noopener|href=(?i:(https?://|mailto:|/([^/\\]|$)|\?).*))$`)
)

// unsafe names what a browser would find in the fragment that the policy does not know; written apart from it.
func unsafe(fragment string) (found string) {
	doc, err := html.Parse(strings.NewReader("<!DOCTYPE html><body>" + fragment))
	if err != nil {
		return err.Error()
	}
	for n := range doc.Descendants() {
		switch n.Type {
		case html.ElementNode:
			if !safeElement.MatchString(n.Data) || n.Namespace != "" {
				return "<" + n.Data + ">"
			}
			for _, a := range n.Attr {
				if kv := a.Key + "=" + a.Val; !safeAttr.MatchString(kv) || a.Namespace != "" {
					return kv
				}
			}
		case html.CommentNode:
			return "a comment"
		}
	}
	if err := fence([]byte(fragment)); err != nil {
		return err.Error()
	}
	return ""
}

func check(t *testing.T, in string) {
	t.Helper()
	out := Sanitise(in)
	if found := unsafe(out); found != "" {
		t.Errorf("%q leaves %s in %q", in, found, out)
	}
	if again := Sanitise(out); again != out {
		t.Errorf("not settled: %q gives %q, then %q", in, out, again)
	}
}

// Q5, d51: nothing of the payload list reaches a browser, alone, in a paragraph, in an attribute or in a cell.
func TestSanitisePayloads(t *testing.T) {
	f, err := os.Open(corpus.Path(t, "conformance/xss-payloads-dev.txt"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	n := 0
	for s := bufio.NewScanner(f); s.Scan(); n++ {
		p := s.Text()
		for _, in := range []string{p, "<p>" + p + "</p>", `<a href="` + p + `">x</a>`, `<img src="` + p + `">`, "<table><tr><td>" + p, `<p title='` + p + `'>x`} {
			check(t, in)
		}
	}
	if n < 50 {
		t.Fatalf("only %d payloads read", n)
	}
	t.Logf("%d payloads in 6 places", n)
}

// Every real document: no word altered, settled, and how long it takes.
func TestSanitiseCorpus(t *testing.T) {
	f, err := os.Open(corpus.Path(t, "policies.jsonl.gz"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	z, err := gzip.NewReader(f)
	if err != nil {
		t.Fatal(err)
	}
	space := regexp.MustCompile(`[ \t\r\n\f]+`)
	bare := func(s string) string { return space.ReplaceAllString(s, "") }
	d := json.NewDecoder(z)
	n, size, took := 0, 0, time.Duration(0)
	for ; d.More(); n++ {
		var row struct {
			ID   string `json:"id"`
			Body string `json:"body_html"`
		}
		if err := d.Decode(&row); err != nil {
			t.Fatal(err)
		}
		if testing.Short() && n%20 != 0 {
			continue
		}
		start := time.Now()
		out := Sanitise(row.Body)
		took += time.Since(start)
		size += len(row.Body)
		if got, want := bare(textOf(out)), bare(textOf(row.Body)); got != want {
			t.Errorf("%s: the text is not the source's", row.ID)
		}
		if bare(PlainText(out)) != bare(textOf(out)) {
			t.Errorf("%s: PlainText is not the text", row.ID)
		}
		if found := unsafe(out); found != "" {
			t.Errorf("%s: %s", row.ID, found)
		}
		if Sanitise(out) != out {
			t.Errorf("%s: not settled", row.ID)
		}
	}
	if n < 1000 {
		t.Fatalf("only %d documents read", n)
	}
	t.Logf("%d documents, %.1f MB in %v: %.1f MB/s", n, float64(size)/1e6, took, float64(size)/1e6/took.Seconds())
}

// Any tree of any tags settles and is safe; what is benign keeps its text.
func TestSanitiseProperty(t *testing.T) {
	tags := rapid.SampledFrom(strings.Fields("p h2 h3 ul ol li table thead tbody tr td th caption figure a strong em b i u s sup sub blockquote br hr div span font center form button select option textarea svg math style script template noscript iframe dl dt dd h1 nobr o:p marquee title"))
	attrs := rapid.SampledFrom([]string{"", ` class="ta-c x"`, ` style="text-align:center"`, ` href="javascript:x"`, ` href="/a/1"`, ` onclick="x"`, ` colspan="3"`, ` src="/-/media/1/a.png"`})
	piece := rapid.Custom(func(t *rapid.T) string {
		switch rapid.IntRange(0, 3).Draw(t, "kind") {
		case 0:
			return rapid.StringOf(rapid.RuneFrom([]rune("甲乙<>&\"' \u200b\ue003𫖯=/-!"))).Draw(t, "text")
		case 1:
			return "</" + tags.Draw(t, "close") + ">"
		}
		return "<" + tags.Draw(t, "open") + attrs.Draw(t, "attr") + ">"
	})
	rapid.Check(t, func(rt *rapid.T) {
		in := strings.Join(rapid.SliceOfN(piece, 0, 40).Draw(rt, "pieces"), "")
		out := Sanitise(in)
		if found := unsafe(out); found != "" {
			rt.Fatalf("%q leaves %s in %q", in, found, out)
		}
		if Sanitise(out) != out {
			rt.Fatalf("%q is not settled", in)
		}
	})
}

func FuzzSanitise(f *testing.F) {
	for _, s := range []string{"<p>甲</p>", "<table><td><svg><p>", "<a href=//x>a<a href=/b>", "<math><mtext><table><mglyph><style><img src=x onerror=1>", "<noscript><p title='</noscript><img src=x>'>", "<b><p><i>x</b>y</i>"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, in string) { check(t, in) })
}

// Depth and size are handled: no parser's stack, no quadratic time.
func TestSanitiseHandlesDepthAndSize(t *testing.T) {
	deep := strings.Repeat("<blockquote>", 300) + "甲" + strings.Repeat("</blockquote>", 300)
	if n := strings.Count(Sanitise(deep), "<blockquote>"); n != deepest {
		t.Errorf("got a depth of %d, want %d", n, deepest)
	}
	if got := textOf(Sanitise(strings.Repeat("<b>", 100_000) + "甲")); got != "甲" {
		t.Errorf("a hundred thousand open elements: got %.40q", got)
	}
	var swell strings.Builder
	swell.WriteString("<p>")
	for i := range 500 {
		fmt.Fprintf(&swell, "<b a=%d>", i)
	}
	swell.WriteString(strings.Repeat("</p><p>x", 100_000))
	if out := Sanitise(swell.String()); len(out) > 2*swell.Len() {
		t.Errorf("%d kB swell to %d kB", swell.Len()/1000, len(out)/1000)
	}
	big := "<table><tbody>" + strings.Repeat("<tr><td>医院</td><td>12</td></tr>", 20_000) + "</tbody></table>"
	if got := Sanitise(big); got != big {
		t.Error("a big table is not itself")
	}
}

func TestPlainText(t *testing.T) {
	for _, c := range []struct{ name, in, want string }{
		{"a line for each box", "<h2>一</h2><p>二<br>三</p>", "一\n二\n三"},
		{"entities are words", "<p>&lt;甲&gt;&nbsp;乙</p>", "<甲>\u00a0乙"},
		{"what runs is not read", "<p>甲<script>x</script>乙</p>", "甲乙"},
		{"nothing is nothing", "<p> </p>", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := PlainText(c.in); got != c.want {
				t.Errorf("got %q, want %q", got, c.want)
			}
		})
	}
}
