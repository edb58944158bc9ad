package hant

import (
	"bytes"
	"slices"
	"strings"
	"testing"

	"golang.org/x/net/html"
)

// LC19: what people read or hear is converted, and nothing that a machine needs.
func TestPage(t *testing.T) {
	for _, c := range []struct{ name, in, want string }{
		{"text", "<p>发展 &amp; 头发<b>干部</b></p>", "<p>發展 &amp; 頭髮<b>幹部</b></p>"},
		{"title", "<title>发布 - 后台</title>", "<title>發佈 - 後臺</title>"},
		{"alternative text", `<img src="/发.png" alt="理发 &quot;店&quot;">`, `<img src="/发.png" alt="理髮 &#34;店&#34;">`},
		{"label and title", `<a href="/c/发" aria-label="发展" title="干部" id="发" class="发" data-x="发">发</a>`, `<a href="/c/发" aria-label="發展" title="幹部" id="发" class="发" data-x="发">發</a>`},
		{"placeholder", `<input name="发" value="发" placeholder="发展">`, `<input name="发" value="发" placeholder="發展">`},
		{"descriptions", `<meta name="Description" content="发展"><meta name="ColumnDescription" content="发展"><meta name="SiteName" content="发展">`,
			`<meta name="Description" content="發展"><meta name="ColumnDescription" content="發展"><meta name="SiteName" content="发展">`},
		{"address", `<link rel="canonical" href="https://a/发"><a download="发.doc" href="/x">发</a>`, `<link rel="canonical" href="https://a/发"><a download="发.doc" href="/x">發</a>`},
		{"what says no", `<span translate="no">发<span>发</span>发</span>发<span translate="no" title="发">发</span>发`, `<span translate="no">发<span>发</span>发</span>發<span translate="no" title="发">发</span>發`},
		{"an empty element that says no", `<img translate="no" alt="发">发`, `<img translate="no" alt="发">發`},
		{"another language", `<p lang="ja">发</p><p lang="zh-Hans">简体</p><p lang="zh-CN">发</p>`, `<p lang="ja">发</p><p lang="zh-Hans">简体</p><p lang="zh-CN">發</p>`},
		{"scripts and styles", `<style>/*发*/</style><script>"发"</script><textarea>发</textarea>发`, `<style>/*发*/</style><script>"发"</script><textarea>发</textarea>發`},
		{"comments", `<!--发-->发<!DOCTYPE html>`, `<!--发-->發<!DOCTYPE html>`},
		{"drawings", `<svg viewBox="0 0 1 1"><path d="M0 0"/><text>发</text></svg>`, `<svg viewBox="0 0 1 1"><path d="M0 0"/><text>發</text></svg>`},
		{"a tag closed in itself", `<path title="发"/>发`, `<path title="發"/>發`},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := string(Page([]byte(c.in))); got != c.want {
				t.Errorf("got  %s\nwant %s", got, c.want)
			}
		})
	}
}

// Whatever a page holds, it has the same elements and the same addresses afterwards.
func FuzzPage(f *testing.F) {
	f.Add(`<a href="/发" title="发&quot;>发">发</a><script>发</script>`)
	f.Add(`<p translate="no"><p>发</p></p><br title=发/>`)
	f.Add(`<textarea></textarea><svg><title>发</title></svg>`)
	f.Add(`<a title="发` + "\x00\r\n" + `" title="x" href='&#x53d1;'>`)
	shape := func(s []byte) (all []string) {
		for z := html.NewTokenizer(bytes.NewReader(s)); ; {
			switch kind := z.Next(); kind {
			case html.ErrorToken:
				return all
			case html.StartTagToken, html.SelfClosingTagToken, html.EndTagToken:
				tok := z.Token()
				one := kind.String() + " " + tok.Data
				for _, a := range tok.Attr {
					if one += " " + a.Key; !slices.Contains(spoken, a.Key) && a.Key != "content" {
						one += "=" + a.Val
					}
				}
				all = append(all, one)
			}
		}
	}
	f.Fuzz(func(t *testing.T, s string) {
		if got, want := shape(Page([]byte(s))), shape([]byte(s)); !slices.Equal(got, want) {
			t.Errorf("%q\ngot  %q\nwant %q", s, got, want)
		}
	})
}

// The cost of a page of 25 kB of Chinese; the first page also reads the dictionary.
func BenchmarkPage(b *testing.B) {
	toTraditional()
	page := []byte("<!DOCTYPE html><html><body>" + strings.Repeat(`<p class="x"><a href="/a/1">市政府办公室关于印发城市公共供水管理规定的通知</a>：为了规范城市公共供水，保障干部群众用水，根据有关规定，结合本市实际，制定本办法。</p>`, 100) + "</body></html>")
	b.SetBytes(int64(len(page)))
	b.ReportAllocs()
	for b.Loop() {
		Page(page)
	}
}

func BenchmarkReadDictionary(b *testing.B) {
	for b.Loop() {
		read("STPhrases", "STPhrasesRegional", "STCharacters")
	}
}
