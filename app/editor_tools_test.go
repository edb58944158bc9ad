package app_test

import (
	"bytes"
	"compress/gzip"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

// weight is what the scripts of the open page weigh on the wire.
func (d *desk) weight() (bytesOf int, names []string) {
	d.t.Helper()
	for _, src := range eval[[]string](d.t, d.browser, `[...document.scripts].map(s=>s.src)`) {
		status, body := d.ask(src)
		if status != http.StatusOK {
			d.t.Errorf("%s answers %d", src, status)
		}
		var small bytes.Buffer
		z, _ := gzip.NewWriterLevel(&small, gzip.BestCompression)
		if _, err := z.Write([]byte(body)); err != nil || z.Close() != nil {
			d.t.Fatal(err)
		}
		bytesOf += small.Len()
		names = append(names, src[strings.LastIndexByte(src, '/')+1:])
	}
	return bytesOf, names
}

// X4, X6 (LE13, LE15): Ctrl K goes anywhere by a word or its pinyin initials, "?" shows the keys and can be switched off, the desk is light or dark as
// the person likes, all of it without script too; and a page's scripts weigh what they may.
func TestTheDesksTools(t *testing.T) {
	t.Parallel()
	b := openBrowser(t)
	d, data := serveDesk(t, b)
	d.enter(1366, staffOf(t, data, "瀛湖镇")["IO"])
	if n, names := d.weight(); n > 40<<10 || len(names) == 0 {
		t.Errorf("the first screen's scripts %q weigh %d bytes", names, n)
	} else {
		t.Logf("first screen: %d bytes of %q", n, names)
	}
	d.keys("k", chromedp.ModifierCtrl)
	until(t, func() bool {
		return eval[int](t, b, `document.querySelectorAll('dialog[open] [role=option]').length`) > 3
	})
	d.look("palette")
	d.types("xg")
	if got := eval[string](t, b, `document.querySelector('dialog[open] [aria-selected=true]').firstChild.data`); got != "写稿" {
		t.Errorf("by its initials is found %q", got)
	}
	for range 8 {
		d.keys(kb.Backspace)
	}
	d.types("没有这种地方")
	if !eval[bool](t, b, `document.querySelector('dialog[open] .empty').checkVisibility()`) {
		t.Error("nothing is found, and nothing says so")
	}
	for range 8 {
		d.keys(kb.Backspace)
	}
	d.types("写稿")
	eval[bool](t, b, `window.before=1,true`)
	d.enterKey()
	until(t, func() bool { return eval[bool](t, b, `window.before===undefined&&document.readyState==='complete'`) })
	d.atDesk()
	if n, names := d.weight(); n > 220<<10 || len(names) != 5 {
		t.Errorf("the editor's scripts %q weigh %d bytes", names, n)
	} else {
		t.Logf("editor: %d bytes of %q", n, names)
	}
	if eval[bool](t, b, `document.querySelector('.old').checkVisibility()`) {
		t.Error("a browser of today is called old")
	}
	keysShown := func() bool { return eval[bool](t, b, `!!document.querySelector('dialog[open] dl')`) }
	d.intoText()
	d.keys("?")
	if keysShown() || !strings.Contains(d.body(), "?") {
		t.Errorf("a question mark in a text: %s", d.body())
	}
	eval[bool](t, b, `document.querySelector('nav.rail a').focus(),true`)
	d.keys("?")
	if !keysShown() {
		t.Fatal("the keys are not shown")
	}
	d.look("keys")
	eval[bool](t, b, `document.querySelector('dialog[open] input').click(),true`)
	d.special("Escape", 27, 1)
	if got := eval[string](t, b, `document.activeElement.textContent`); got != "我的工作" {
		t.Errorf("after the dialog the focus is on %q", got)
	}
	d.keys("?")
	if keysShown() {
		t.Error("the single key was switched off and works")
	}
	appearances(t, d)
}

// appearances: a button makes the desk dark whatever the system likes; the list of places is a page as well; and the tools speak English.
func appearances(t *testing.T, d *desk) {
	d.open(t, 1366, d.console+"/")
	d.media(t, "", &emulation.MediaFeature{Name: "prefers-color-scheme", Value: "light"})
	dark := func() bool {
		return eval[string](t, d.browser, `getComputedStyle(document.body).backgroundColor`) == "rgb(20, 23, 28)"
	}
	for _, step := range []struct {
		button string
		dark   bool
	}{{"深色", true}, {"浅色", false}, {"随系统", false}} {
		d.press(`form[action="/appearance"] button`, step.button)
		if dark() != step.dark {
			t.Errorf("after %s it is dark: %v", step.button, dark())
		}
	}
	densities(t, d)
	d.open(t, 1366, d.console+"/palette")
	d.says("在任何一页按 Ctrl+K 也能找到")
	d.look("palette-page")
	d.press("main .items a", "写稿")
	d.atDesk()
	d.press(`form[action="/language"] button`, "English")
	d.atDesk()
	if got := eval[string](t, d.browser, `[...document.querySelectorAll('[role=toolbar] button')].slice(0,4).map(b=>b.textContent).join()`); got != "Paragraph,Heading,Subheading,Bold" {
		t.Errorf("the tools say %q", got)
	}
	d.look("editor-en")
}

// densities (X4, look.md 2.1): compact screens hold more and whatever is pressed keeps 24 pixels; the menu folds where it stands, comes folded
// with the next page and moves nothing, keeps its names for those who listen, and is the same on a phone.
func densities(t *testing.T, d *desk) {
	b := d.browser
	height := func() float64 {
		return eval[float64](t, b, `document.querySelector('main select, main input:not([type=hidden]), main .button').getBoundingClientRect().height`)
	}
	d.press("nav.rail a", "稿件")
	before := height()
	d.press(`form[action="/appearance"] button`, "紧凑")
	for _, screen := range []string{"稿件", "写稿", "我的工作"} {
		d.press("nav.rail a", screen)
		d.look("compact-" + screen)
		if low := eval[[]string](t, b, `[...document.querySelectorAll('main :is(button,.button,select,input:not([type=hidden]),td a,summary),.bar :is(a,button),nav.rail :is(a,button),.tabs a')].filter(e=>e.checkVisibility()&&e.getClientRects().length).filter(e=>{const l=e.closest('label')??document.querySelector('label[for="'+e.id+'"]'),r=(e.matches('[type=checkbox],[type=radio]')&&l||e).getBoundingClientRect();return r.height<24||r.width<24}).map(e=>e.outerHTML.slice(0,90))`); len(low) > 0 {
			t.Errorf("compact %s: less than 24 pixels: %q", screen, low)
		}
		if screen == "稿件" && height() > before-8 {
			t.Errorf("compact things are %v high, comfortable ones %v", height(), before)
		}
	}
	rail := func() string {
		return eval[string](t, b, `JSON.stringify([...document.querySelectorAll('nav.rail, nav.rail a')].map(e=>{const r=e.getBoundingClientRect();return [r.x,r.y,r.width,r.height].map(Math.round)}))`)
	}
	d.resize(t, 390)
	phone := rail()
	d.resize(t, 1366)
	wide := rail()
	eval[bool](t, b, `window.before=1,document.querySelector('.fold button').focus(),true`)
	d.enterKey()
	const folded = `document.querySelector('.fold button').getAttribute('aria-expanded')==='false'&&document.querySelector('nav.rail').offsetWidth<80&&document.querySelector('nav.rail a').title==='我的工作'&&document.querySelector('nav.rail a').innerText.includes('我的工作')`
	if !eval[bool](t, b, `window.before===1&&`+folded) {
		t.Errorf("the menu does not fold where it stands: %s", rail())
	}
	narrow := rail()
	until(t, func() bool { return eval[bool](t, b, `fetch("/").then(r=>r.text()).then(s=>s.includes("data-rail"))`) })
	d.open(t, 1366, eval[string](t, b, `location.href`))
	if got := rail(); got != narrow || !eval[bool](t, b, folded) {
		t.Errorf("the next page comes with %s, want %s", got, narrow)
	}
	if moved := eval[float64](t, b, `new Promise(done=>{let sum=0;new PerformanceObserver(l=>{for(const e of l.getEntries())sum+=e.value}).observe({type:'layout-shift',buffered:true});setTimeout(()=>done(sum),200)})`); moved > 0 {
		t.Errorf("the page moves by %v while it comes", moved)
	}
	d.look("folded")
	d.resize(t, 390)
	if got := rail(); got != phone {
		t.Errorf("on a phone the folded menu is %s, the other %s", got, phone)
	}
	d.resize(t, 1366)
	eval[bool](t, b, `document.querySelector('.fold button').click(),true`)
	if got := rail(); got != wide {
		t.Errorf("unfolded it is %s, want %s", got, wide)
	}
	d.press(`form[action="/appearance"] button`, "舒适")
}

// X1 (B5): what is pasted comes in as the server cleans it, where the cursor was, with what was done in a sentence; when the server does not answer,
// the words come in; a file alone is told off; and what was cut here goes in as it is.
func TestPasting(t *testing.T) {
	t.Parallel()
	b := openBrowser(t)
	d, data := serveDesk(t, b)
	d.enter(1366, staffOf(t, data, "瀛湖镇")["IO"])
	d.write("")
	eval[bool](t, b, `(()=>{const f=window.fetch;window.asked=[];window.fetch=async(u,o)=>{if(!String(u).endsWith('/paste'))return f(u,o);
asked.push(u+' '+o.body.get('html').length+' '+o.body.get('text'));await window.gate;return window.answer?new Response(JSON.stringify(answer),{headers:{'Content-Type':'application/json'}}):new Response('',{status:500})};return true})()`)
	paste := func(kinds string) {
		t.Helper()
		if !eval[bool](t, b, `(()=>{const d=new DataTransfer();for(const [k,v] of Object.entries(`+kinds+`))k==='file'?d.items.add(new File([v],'a.png',{type:'image/png'})):d.setData(k,v);`+
			surface+`.dispatchEvent(new ClipboardEvent('paste',{clipboardData:d,bubbles:true,cancelable:true}));return true})()`) {
			t.Fatal("nothing pasted")
		}
	}
	line := func(words string) {
		t.Helper()
		until(t, func() bool {
			return strings.Contains(eval[string](t, b, `document.querySelector('.writer .line [role=status]').textContent`), words)
		})
	}
	d.intoText()
	d.types("前")
	d.enterKey()
	eval[bool](t, b, `window.answer={html:'<h2>一、总则</h2><table><tbody><tr><td colspan="2">甲</td></tr><tr><td>乙</td><td>丙</td></tr></tbody></table><p>末段</p>',title:'识别的标题',kind:'policy',document:{number:'关政发〔2026〕7号',issuer:'关庙镇人民政府',issued_on:''},notes:['字体 3 处。','列表 1 个。']},window.gate=new Promise(r=>window.openGate=r),true`)
	paste(`{'text/html':'<p class=MsoNormal>x</p>','text/plain':'x'}`)
	line("正在清理")
	d.types("先写着，")
	eval[bool](t, b, `openGate(),true`)
	line("已清理粘贴的内容。 字体 3 处。 列表 1 个。")
	if got := d.body(); !strings.Contains(got, "<h2>一、总则</h2>") || !strings.Contains(got, `<td colspan="2">甲</td>`) || !strings.HasPrefix(got, "<p>前</p><p>先写着，</p><h2>") {
		t.Errorf("the text is %s", got)
	}
	if got := eval[string](t, b, `document.querySelector('#title').value`); got != "识别的标题" {
		t.Errorf("the title is %q", got)
	}
	if got := eval[string](t, b, `['kind','number','issuer','issued_on'].map(n=>document.querySelector('[data-write]').elements[n].value).join()+document.querySelector('#number').closest('details').open`); got != "policy,关政发〔2026〕7号,关庙镇人民政府,true" {
		t.Errorf("of the document was filled in %q", got)
	}
	if asked := eval[[]string](t, b, `asked`); len(asked) != 1 || !strings.HasSuffix(asked[0], "/paste 24 x") {
		t.Errorf("the server was asked %q", asked)
	}
	d.look("editor-pasted")
	d.intoText()
	eval[bool](t, b, `window.answer=null,true`)
	d.keys("a", chromedp.ModifierCtrl)
	paste(`{'text/html':'<b style="color:red">第一行<br>第二行</b>','text/plain':'第一行\n第二行'}`)
	line("纯文字")
	if got := d.body(); got != "<p>第一行</p><p>第二行</p>" {
		t.Errorf("without the server the text is %s", got)
	}
	hostile := `<p data-pm-slice="1 1 []" style="color:red" onclick="refused.push(1)">假冒<img src=x onerror="refused.push(2)"></p><script>refused.push(3)</script>`
	d.keys("a", chromedp.ModifierCtrl)
	paste(fmt.Sprintf(`{'text/html':%q,'text/plain':'假冒'}`, hostile)) // another page's that says it is ours
	until(t, func() bool { return d.body() == "<p>假冒</p>" })
	paste(`{file:'x'}`)
	until(t, func() bool {
		return eval[string](t, b, `document.querySelector('dialog[open] .names')?.textContent??''`) == "a.png"
	})
	eval[bool](t, b, `document.querySelector('dialog[open] [data-close]').click(),true`)
	for _, words := range []string{"<script>refused.push(2)</script>只有字", "a < b"} {
		d.keys("a", chromedp.ModifierCtrl)
		paste(fmt.Sprintf(`{'text/plain':%q}`, words))
		until(t, func() bool { return eval[string](t, b, surface+`.textContent`) == words })
	}
	d.keys("a", chromedp.ModifierCtrl)
	d.types("剪下")
	d.keys("b", chromedp.ModifierCtrl)
	d.types("再贴")
	d.keys("a", chromedp.ModifierCtrl)
	moved := eval[int](t, b, `(()=>{const d=new DataTransfer(),e=`+surface+`,n=asked.length,o={clipboardData:d,bubbles:true,cancelable:true};e.dispatchEvent(new ClipboardEvent('cut',o));e.dispatchEvent(new ClipboardEvent('paste',o));return asked.length-n})()`)
	if got := d.body(); got != "<p>剪下<strong>再贴</strong></p>" || moved != 0 {
		t.Errorf("what was cut came back as %s, asking the server %d times", got, moved)
	}
	if r := eval[[]string](t, b, `refused`); len(r) > 0 {
		t.Errorf("something ran or was refused: %q", r)
	}
}
