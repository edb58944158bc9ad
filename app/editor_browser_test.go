package app_test

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/input"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

// keys presses keys as a person does.
func (d *desk) keys(keys string, with ...chromedp.Modifier) {
	d.t.Helper()
	if err := chromedp.Do(d.ctx, chromedp.KeyEvent(keys, chromedp.KeyModifiers(with...))); err != nil {
		d.t.Fatalf("press %q: %v", keys, err)
	}
	d.seen()
}

// seen waits until the page has noticed what was done, selections too, as it always has before a person's next key.
func (d *desk) seen() {
	eval[bool](d.t, d.browser, `new Promise(r=>requestAnimationFrame(()=>setTimeout(()=>r(true))))`)
}

// types enters Chinese as an input method does: whole words.
func (d *desk) types(words string) {
	d.t.Helper()
	call(d, input.InsertText, input.InsertTextParams{Text: words})
	d.seen()
}

func call[P, R any](d *desk, command cdp.Command[P, R], p P) {
	d.t.Helper()
	err := chromedp.Do(d.ctx, chromedp.Func(func(ctx context.Context, tab *chromedp.Target) error {
		_, err := cdp.Call(ctx, tab, command, p)
		return err
	}))
	if err != nil {
		d.t.Fatal(err)
	}
}

// offline takes the network away, or gives it back.
func (d *desk) offline(is bool) {
	d.t.Helper()
	call(d, network.Enable, network.EnableParams{})
	call(d, network.EmulateNetworkConditionsByRule, network.EmulateNetworkConditionsByRuleParams{MatchedNetworkConditions: []*network.Conditions{
		{Offline: is, DownloadThroughput: -1, UploadThroughput: -1}}})
	call(d, network.OverrideNetworkState, network.OverrideNetworkStateParams{Offline: is, DownloadThroughput: -1, UploadThroughput: -1})
}

const surface = `document.querySelector('.surface [role=textbox]')`

// atDesk waits until the editor and its keeper stand.
func (d *desk) atDesk() {
	d.t.Helper()
	until(d.t, func() bool {
		return eval[bool](d.t, d.browser, `!!document.querySelector('form[data-safe] [role=textbox]')`)
	})
}

// write opens the empty form and puts the title and the column in.
func (d *desk) write(title string) {
	d.t.Helper()
	d.open(d.t, 1366, d.console+"/")
	d.press("nav.rail a", "写稿")
	d.atDesk()
	d.headline(title)
}

func (d *desk) headline(title string) {
	d.t.Helper()
	eval[bool](d.t, d.browser, fmt.Sprintf(`(()=>{const t=document.querySelector('#title');t.value=%q;t.dispatchEvent(new Event('input',{bubbles:true}));`+
		`const o=[...document.querySelectorAll('#column option')].find(o=>o.textContent.includes('通知公告'));o.selected=true;o.parentElement.dispatchEvent(new Event('change',{bubbles:true}));return true})()`, title))
}

func (d *desk) intoText() {
	d.t.Helper()
	eval[bool](d.t, d.browser, surface+`.focus(),true`)
}

func (d *desk) body() string {
	return eval[string](d.t, d.browser, `new FormData(document.querySelector('form[data-write]')).get('body')`)
}

// state waits until the line of the autosave says something.
func (d *desk) state(what string) {
	d.t.Helper()
	until(d.t, func() bool {
		return eval[string](d.t, d.browser, `document.querySelector('.saving')?.dataset.state??''`) == what
	})
}

// special presses a key that types nothing, or whose typing the page may forbid, as a keyboard does.
func (d *desk) special(key string, code int64, times int) {
	d.t.Helper()
	text := map[string]string{"Enter": "\r", " ": " "}[key]
	for range times {
		call(d, input.DispatchKeyEvent, input.DispatchKeyEventParams{Type: "keyDown", Key: key, Code: key, WindowsVirtualKeyCode: code, Text: text})
		call(d, input.DispatchKeyEvent, input.DispatchKeyEventParams{Type: "keyUp", Key: key, Code: key, WindowsVirtualKeyCode: code})
		d.seen()
	}
}

func (d *desk) enterKey()       { d.special("Enter", 13, 1) }
func (d *desk) right(times int) { d.special("ArrowRight", 39, times) }

// C1, X1, X6 (LE1): a whole text is written by the keyboard alone, with the tools and with their keys; what the form holds is what the
// public will read, it is saved without leaving the page, and sent.
func TestTheEditorByKeyboard(t *testing.T) {
	t.Parallel()
	b := openBrowser(t)
	d, data := serveDesk(t, b)
	staff := staffOf(t, data, "瀛湖镇")
	d.enter(1366, staff["IO"])
	d.write("键盘写成的稿件")
	d.look("editor-empty")
	d.intoText()
	d.types("第一段<b>&。")
	d.enterKey()
	d.keys("2", chromedp.ModifierCtrl, chromedp.ModifierAlt)
	d.types("小标题")
	d.enterKey()
	d.keys("b", chromedp.ModifierCtrl)
	d.types("加粗")
	d.keys("b", chromedp.ModifierCtrl)
	d.types("不粗，见文件")
	for range 2 {
		d.keys(kb.ArrowLeft, chromedp.ModifierShift)
	}
	d.keys("k", chromedp.ModifierCtrl)
	d.types("javascript:alert(1)")
	d.enterKey()
	if !eval[bool](t, b, `document.querySelector('dialog[open] .wrong').checkVisibility()`) {
		t.Error("a link to a script is not refused")
	}
	d.keys("a", chromedp.ModifierCtrl)
	d.types("www.ankang.gov.cn/a?x=1&y")
	d.enterKey()
	d.special("End", 35, 1)
	d.enterKey()
	d.special("Escape", 27, 1) // to the tools
	d.right(4)
	d.enterKey() // 列表
	d.types("一项")
	d.enterKey()
	d.types("两项")
	d.enterKey()
	d.enterKey()
	d.special("Escape", 27, 1)
	d.right(4)
	d.enterKey() // 表格
	for _, words := range []string{"甲", "乙", "丙", "1", "2"} {
		d.types(words)
		d.special("Tab", 9, 1)
	}
	want := `<p>第一段&lt;b&gt;&amp;。</p><h2>小标题</h2><p><strong>加粗</strong>不粗，见<a href="https://www.ankang.gov.cn/a?x=1&amp;y">文件</a></p><ul><li>一项</li><li>两项</li></ul>` +
		`<table><thead><tr><th scope="col">甲</th><th scope="col">乙</th><th scope="col">丙</th></tr></thead><tbody><tr><td>1</td><td>2</td><td></td></tr><tr><td></td><td></td><td></td></tr></tbody></table>`
	if got := d.body(); got != want {
		t.Errorf("the form holds\n%s, want\n%s", got, want)
	}
	d.look("editor-full")
	d.intoText()
	d.keys("s", chromedp.ModifierCtrl)
	d.state("named")
	at := eval[string](t, b, `location.pathname`)
	if !strings.HasSuffix(at, "/edit") || d.body() != want {
		t.Errorf("after Ctrl S at %s: %s", at, d.body())
	}
	d.open(t, 1366, d.console+at)
	d.atDesk()
	if got := strings.ReplaceAll(d.body(), ` rel="noopener"`, ""); got != want {
		t.Errorf("opened again the form holds\n%s", got)
	}
	if d.reads(); strings.Contains(d.reads(), "没保存完") {
		t.Error("what was saved is offered again")
	}
	d.intoText()
	eval[bool](t, b, `window.before=1,true`)
	d.keys(kb.Enter, chromedp.ModifierCtrl)
	until(t, func() bool { return eval[bool](t, b, `window.before===undefined&&document.readyState==='complete'`) })
	d.says("已送审")
	d.says("加粗不粗，见文件")
	if left := eval[int](t, b, `Object.keys(localStorage).filter(k=>k.startsWith('zhanqun:draft')).length`); left != 0 {
		t.Errorf("%d copies are left in the browser", left)
	}
}
