package app_test

import (
	"archive/zip"
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"encoding/xml"
	"fmt"
	"html"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
	"github.com/zhanqun/zhanqun/kernel/corpus"
	"github.com/zhanqun/zhanqun/tenants/article"
	"github.com/zhanqun/zhanqun/tenants/paste"
)

// payloads are what the real input holds to make a page run something.
func payloads(t *testing.T) (all []string) {
	t.Helper()
	for _, name := range []string{"xss-payloads-dev.txt", "open-redirect-dev.txt"} {
		lines := bufio.NewScanner(corpus.Open(t, "conformance/"+name))
		for lines.Scan() {
			all = append(all, lines.Text())
		}
		if err := lines.Err(); err != nil {
			t.Fatal(err)
		}
	}
	var strange []string
	if err := json.NewDecoder(corpus.Open(t, "conformance/naughty-strings-a.json")).Decode(&strange); err != nil {
		t.Fatal(err)
	}
	return append(all, strange...)
}

// doors are the ways by which rich text comes in, each with what it makes of a payload.
var doors = map[string]func(t *testing.T, payload string) string{
	"a clipboard": func(t *testing.T, p string) string {
		r, err := paste.Official(p, false)
		if err != nil {
			t.Fatal(err)
		}
		return r.HTML
	},
	"an attribute on a clipboard": func(t *testing.T, p string) string {
		q := html.EscapeString(p)
		r, err := paste.Clean(fmt.Sprintf(`<p class="%s" style="%[1]s"><a href="%[1]s">甲</a><img src="%[1]s" alt="%[1]s" onerror="%[1]s"></p><table><tr><td colspan="%[1]s">乙</td><td>丙</td></tr></table>`, q))
		if err != nil {
			t.Fatal(err)
		}
		return r.HTML
	},
	"a file": func(t *testing.T, p string) string {
		var words bytes.Buffer
		if err := xml.EscapeText(&words, []byte(p)); err != nil {
			t.Fatal(err)
		}
		const w = `xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main" xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"`
		return imported(t, map[string]string{
			"word/document.xml":            `<w:document ` + w + `><w:body><w:p><w:hyperlink r:id="l"><w:r><w:t>` + words.String() + `</w:t></w:r></w:hyperlink></w:p><w:altChunk r:id="c"/></w:body></w:document>`,
			"word/_rels/document.xml.rels": `<Relationships><Relationship Id="l" TargetMode="External" Target="` + words.String() + `"/><Relationship Id="c" Target="a.html"/></Relationships>`,
			"word/a.html":                  "<html><body>" + p,
		})
	},
	"an article": func(t *testing.T, p string) string {
		a := article.Payload{Title: "题", Body: "<p>甲</p>" + p}
		if err := a.Check(); err != nil {
			return "" // refused: it holds what no text may
		}
		return a.Body
	},
}

func imported(t *testing.T, parts map[string]string) string {
	t.Helper()
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	for name, text := range parts {
		w, err := z.Create(name)
		if err == nil {
			_, err = w.Write([]byte(text))
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	r, err := paste.Docx(b.Bytes())
	if err != nil {
		return "" // refused with a sentence
	}
	return r.HTML
}

// trap counts what runs in a page, and touches everything that waits to be touched.
const trap = `<!DOCTYPE html><meta charset="utf-8"><title>x</title><script>window.hits=[];window.alive=1;for(const n of['alert','prompt','confirm','print','open'])window[n]=function(x){hits.push(n+' '+String(x).slice(0,40))}</script><body>`

const touch = `(()=>{addEventListener('click',e=>{const a=e.target.closest&&e.target.closest('a[href]');if(a&&!/^javascript:/i.test(a.getAttribute('href').trim()))e.preventDefault()},true);` +
	`for(const e of document.querySelectorAll('body *')){for(const n of['click','mousedown','mouseover','mousemove','mouseout','mouseenter','focus','blur','keydown','drag','input','change','beforecut','contextmenu','error','load','toggle'])e.dispatchEvent(new Event(n,{bubbles:true,cancelable:true}))}` +
	`return new Promise(r=>setTimeout(()=>r(window.alive===1?hits.length:-1),300))})()`

// B5, d51 (promises 4.6): the payloads of the real input, through every door by which rich text comes in, in a page without any content policy: none
// of them runs. The payloads as they are do run there.
func TestNothingThatIsPastedRuns(t *testing.T) {
	t.Parallel()
	b := openBrowser(t)
	all := payloads(t)
	pages := map[string]string{"/raw": trap + `<img src=x onerror=alert(1)><p onclick=alert(2)>甲</p><a href="javascript:alert(3)">乙</a><svg onload=alert(4)></svg>`}
	n := 0
	for name, through := range doors {
		var page strings.Builder
		page.WriteString(trap)
		for _, p := range all {
			page.WriteString("<section>" + through(t, p) + "</section>\n")
			n++
		}
		pages["/"+strings.ReplaceAll(name, " ", "-")] = page.String()
	}
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		_, _ = w.Write([]byte(pages[r.URL.Path])) // the browser says what it did not get
	}))
	defer s.Close()
	for path := range pages {
		b.open(t, 1366, s.URL+path)
		hits := eval[int](t, b, touch)
		if path == "/raw" {
			if hits < 4 {
				t.Fatalf("the trap counts %d of what does run", hits)
			}
			continue
		}
		if hits != 0 {
			t.Errorf("%s: %d executions: %v", path, hits, eval[[]string](t, b, `window.hits||[location.href]`))
		}
		if got := eval[int](t, b, `document.querySelectorAll('section').length`); got != len(all) {
			t.Errorf("%s: %d fragments of %d are shown: one of them swallows others", path, got, len(all))
		}
	}
	t.Logf("%d payloads through %d doors", n, len(doors))
}

// B5, R2, R5: the form that takes a file, and what it makes of one, in a browser: on a phone, in the dark, with a file that is none.
func TestImportInABrowser(t *testing.T) {
	t.Parallel()
	b := openBrowser(t)
	d, data := serveDesk(t, b)
	d.enter(1366, staffOf(t, data, "瀛湖镇")["IO"])
	d.press("nav.rail a", "稿件")
	d.look("list-import")
	d.press("main a.button", "导入文档")
	d.look("import")
	if n := eval[int](t, b, `(()=>{const o=[...document.querySelectorAll('#column option')].filter(o=>o.textContent.includes('通知公告'));o[0].selected=true;return o.length})()`); n != 1 {
		t.Fatalf("%d columns of notices", n)
	}
	d.upload(corpus.Path(t, "docs/opf/text_only_pdfa1b.pdf"))
	d.press("main button", "导入为草稿")
	d.says("PDF")
	d.look("import-wrong")
	if got := eval[string](t, b, `document.querySelector('#column').selectedOptions[0].textContent`); !strings.Contains(got, "通知公告") {
		t.Errorf("the column is %q now", got)
	}
	d.upload(corpus.Path(t, "docs/cn-law/中华人民共和国国徽法.docx"))
	d.press("main button", "导入为草稿")
	d.says("已导入为草稿")
	d.look("import-done")
	if got := eval[string](t, b, `document.querySelector('#title').value`); got != "中华人民共和国国徽法" {
		t.Errorf("the title is %q", got)
	}
}

// upload picks a file as a person does.
func (d *desk) upload(path string) {
	d.t.Helper()
	ctx, cancel := context.WithTimeout(d.ctx, time.Minute)
	defer cancel()
	if err := chromedp.Do(ctx, chromedp.SetUploadFiles("#file", []string{path})); err != nil {
		d.t.Fatal(err)
	}
}
