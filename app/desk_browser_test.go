package app_test

import (
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"strings"
	"sync"
	"testing"

	"github.com/chromedp/cdproto/emulation"
	"github.com/zhanqun/zhanqun/app"
	"github.com/zhanqun/zhanqun/app/demo"
)

// staffOf are the ready-made people of a site or unit of the demonstration, by role; somebody with several roles stands under each.
func staffOf(t *testing.T, data, place string) map[string]demo.Person {
	t.Helper()
	all, err := demo.ReadPeople(data)
	if err != nil {
		t.Fatal(err)
	}
	found := map[string]demo.Person{}
	for _, p := range all {
		for role := range strings.SplitSeq(p.Role, "+") {
			if strings.Contains(p.Site+p.Org, place) {
				found[role] = p
			}
		}
	}
	return found
}

// desk is the console of a running demonstration, seen through the browser.
type desk struct {
	*browser
	t       *testing.T
	console string // its origin
	listen  string
	taps    int // presses since the last sign-in
}

// serveDesk serves a demonstration.
func serveDesk(t *testing.T, b *browser, args ...string) (*desk, string) {
	t.Helper()
	return serveConsole(t, b, seeded.copied(t), append(args, "--demo")...)
}

// seeded is the data folder of a demonstration that nobody has used, made once: to fill one takes longer than most tests do.
var seeded demonstration

type demonstration struct {
	making sync.Mutex
	data   string
}

// copied is a copy of it, the test's own.
func (d *demonstration) copied(t *testing.T) string {
	t.Helper()
	data := t.TempDir()
	if err := os.CopyFS(data, os.DirFS(d.folder(t))); err != nil {
		t.Fatal(err)
	}
	return data
}

func (d *demonstration) folder(t *testing.T) string {
	t.Helper()
	d.making.Lock()
	defer d.making.Unlock()
	if d.data != "" {
		return d.data
	}
	data, err := os.MkdirTemp("", "zhanqun-demo-")
	if err != nil {
		t.Fatal(err)
	}
	app.AtEnd(func() { os.RemoveAll(data) })
	app.Fill(t, data)
	d.data = data
	return data
}

// serveConsole serves a data folder as long as the test runs.
func serveConsole(t *testing.T, b *browser, data string, args ...string) (*desk, string) {
	t.Helper()
	listen, port, stop := serveFolder(t, data, args...)
	t.Cleanup(stop)
	return &desk{browser: b, t: t, console: "http://console.localhost:" + port, listen: listen}, data
}

// serveFolder serves a data folder until it is stopped.
func serveFolder(t *testing.T, data string, args ...string) (listen, port string, stop func()) {
	t.Helper()
	listen, ops := address(t), address(t)
	_, port, _ = net.SplitHostPort(listen)
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan int, 1)
	go func() {
		defer close(ended)
		ended <- app.Main(ctx, append([]string{"serve", "--data=" + data, "--listen=" + listen, "--ops-listen=" + ops, "--public-port=" + port}, args...), strings.NewReader(""), io.Discard, os.Stderr)
	}()
	ready(t, ops, ended)
	return listen, port, func() {
		cancel()
		if code := <-ended; code != 0 {
			t.Errorf("serve ended with %d", code)
		}
	}
}

// press does something that leads to another page, and waits for it.
func (d *desk) press(selector, words string) {
	d.t.Helper()
	d.taps++
	got := eval[string](d.t, d.browser, fmt.Sprintf(`(()=>{const e=[...document.querySelectorAll(%q)].filter(e=>e.textContent.trim().includes(%q));`+
		`if(e.length!==1)return e.length+' of it: '+document.body.innerText.slice(0,400);window.before=1;e[0].click();return ''})()`, selector, words))
	if got != "" {
		d.t.Fatalf("press %s %q: %s", selector, words, got)
	}
	arrived, last := false, error(nil)
	defer func() {
		if !arrived {
			d.t.Logf("press %s %q leads nowhere, as the browser says: %v", selector, words, last)
		}
	}()
	until(d.t, func() bool { // a page that is just leaving answers nothing
		arrived, last = evaluate[bool](d.browser, `window.before===undefined&&document.readyState==='complete'&&!!document.querySelector('main')`)
		arrived = arrived && last == nil
		return arrived
	})
}

func (d *desk) fill(selector, text string) {
	d.t.Helper()
	if !eval[bool](d.t, d.browser, fmt.Sprintf(`(()=>{const e=document.querySelector(%q);if(!e)return false;e.value=%q;return e.value===%q})()`, selector, text, text)) {
		d.t.Fatalf("nothing to fill at %s: %s", selector, d.reads())
	}
}

func (d *desk) reads() string { return eval[string](d.t, d.browser, `document.body.innerText`) }

func (d *desk) says(words string) {
	d.t.Helper()
	if text := d.reads(); !strings.Contains(text, words) {
		d.t.Fatalf("the screen does not say %q:\n%s", words, text)
	}
}

// enter signs in by the form, as a person does.
func (d *desk) enter(width int, p demo.Person) {
	d.t.Helper()
	d.open(d.t, width, d.console+"/signin")
	if eval[bool](d.t, d.browser, `!!document.querySelector('form[action="/signout"]')`) {
		d.press(`form[action="/signout"] button`, "")
	}
	d.fill("#login", p.Login)
	d.fill("#password", p.Password)
	d.press("form button.main", "登录")
	d.says("我的工作")
	d.taps = 0
}

// look holds a screen to the rules of every screen: axe finds nothing in light and dark, at 1366 and 390 pixels, the policy refuses
// nothing, nothing is wider than a phone, and whatever can be pressed is large enough.
func (d *desk) look(name string) {
	t := d.t
	t.Helper()
	eval[string](t, d.browser, d.axe+";''")
	for _, scheme := range []string{"light", "dark"} {
		d.media(t, "", &emulation.MediaFeature{Name: "prefers-color-scheme", Value: scheme})
		for _, width := range []int{1366, 390} {
			d.resize(t, width)
			where := fmt.Sprintf("desk-%s-%s-%d", name, scheme, width)
			d.picture(t, where)
			for _, f := range eval[[]string](t, d.browser, `axe.run(document,{runOnly:['wcag2a','wcag2aa','wcag21a','wcag21aa','wcag22aa','best-practice']}).then(r=>r.violations.flatMap(v=>v.nodes.map(n=>v.id+' '+n.target+' '+n.failureSummary)))`) {
				t.Errorf("%s: axe: %s", where, f)
			}
			if low := eval[[]string](t, d.browser, `[...document.querySelectorAll('main button,main .button,nav.rail a,input:not([type=hidden],[type=checkbox],[type=radio]),label:has(>[type=checkbox],>[type=radio]),select')].filter(e=>e.checkVisibility()&&e.getBoundingClientRect().height<44).map(e=>e.outerHTML.slice(0,80))`); width == 390 && len(low) > 0 {
				t.Errorf("%s: lower than 44 pixels: %q", where, low)
			}
		}
	}
	for _, r := range eval[[]string](t, d.browser, `window.refused`) {
		t.Errorf("%s: the content security policy refused %s", name, r)
	}
	if n := eval[int](t, d.browser, `document.querySelectorAll('h1').length`); n != 1 {
		t.Errorf("%s: %d h1, want 1", name, n)
	}
	d.resize(t, 320)
	d.fits(t, name+" at 320", 320)
	d.resize(t, 1366)
	d.media(t, "", &emulation.MediaFeature{Name: "prefers-color-scheme", Value: "light"})
}

// Issue 4, first slice (C1, C6, C7, A6, X5; Must show 1): a township's officer signs in, writes a notice in the plain form and sends it; on a
// phone its colleague passes it with both opinions in three taps; citizens read it; it is withdrawn, and the chain tells all of it.
func TestTheDeskInABrowser(t *testing.T) {
	t.Parallel()
	b := openBrowser(t)
	d, data := serveDesk(t, b)
	staff := staffOf(t, data, "瀛湖镇")
	d.open(t, 1366, d.console+"/")
	d.says("登录")
	d.look("signin")
	d.enter(1366, staff["IO"])
	d.look("work")
	d.press("nav.rail a", "写稿")
	d.look("form-empty")
	const title, words = "关于老街路段临时停水的通知", "<p>因管道检修，11月28日8:00至17:00老街路段停水。</p><p>请沿街住户提前蓄水。</p>"
	d.fill("#title", title)
	d.atDesk()
	d.intoText()
	d.types("因管道检修，11月28日8:00至17:00老街路段停水。")
	d.enterKey()
	d.types("请沿街住户提前蓄水。")
	eval[bool](t, b, `document.querySelector('main form').noValidate=true`) // an old browser, or one that asks nothing
	d.press("form button", "送审")
	d.says("请选择栏目")
	if got := d.body(); got != words {
		t.Errorf("after a form that was not accepted the text is %q", got)
	}
	d.look("form-wrong")
	if n := eval[int](t, b, `(()=>{const o=[...document.querySelectorAll('#column option')].filter(o=>o.textContent.includes('通知公告'));o[0].selected=true;return o.length})()`); n != 1 {
		t.Fatalf("%d columns of notices", n)
	}
	d.press("form button", "送审")
	d.says("已送审")
	d.look("sent")
	d.enter(390, staff["RV"])
	d.says(title)
	d.press("main .items a", title)
	d.look("review")
	d.resize(t, 390)
	d.press("main button", "审核并通过保密审查，发布")
	d.says("已发布")
	if d.taps > 3 {
		t.Errorf("a pass on the phone took %d taps", d.taps)
	}
	public := eval[string](t, b, `document.querySelector('.facts a[href*="/a/"]').href`)
	if status, body := d.ask(public); status != http.StatusOK || !strings.Contains(body, title) || !strings.Contains(body, "<p>请沿街住户提前蓄水。</p>") {
		t.Errorf("citizens get %d: %.200s", status, body)
	}
	d.look("published")
	d.press("nav.rail a", "稿件")
	d.look("list")
	d.press("table a", title)
	d.fill("#why", "停水改期。")
	eval[bool](t, b, `document.querySelector('input[name="how"][value="withdraw"]').click(),true`)
	d.press("main button.bad", "处理")
	d.says("已撤回")
	if status, _ := d.ask(public); status != http.StatusGone {
		t.Errorf("after the withdrawal citizens get %d", status)
	}
	d.look("withdrawn")
	d.visible(staff, public[:strings.LastIndexByte(public, '/')+1], "审核并通过保密审查，发布")
	d.open(t, 1366, d.console+"/nowhere")
	d.look("failed")
	d.enter(1366, staffOf(t, data, "安康市")["AA"])
	d.look("work-audit")
	d.press("nav.rail a", "审计记录")
	d.says("发布")
	d.look("audit")
	d.press(`form[action="/language"] button`, "English")
	d.says("Audit log")
	d.look("audit-en")
}

// ask requests a citizen's page without the browser.
func (d *desk) ask(url string) (int, string) { return look(d.t, url, d.listen) }
