package app_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/chromedp"
	"github.com/zhanqun/zhanqun/app/demo"
)

// kept is what this browser keeps of forms that no server has.
func (d *desk) kept() string {
	return eval[string](d.t, d.browser, `JSON.stringify(Object.entries(localStorage).filter(([k])=>k.startsWith('zhanqun:draft')))`)
}

// fresh opens the empty form again, as somebody does who comes back.
func (d *desk) fresh() {
	d.t.Helper()
	d.open(d.t, 1366, d.console+"/")
	d.press("nav.rail a", "写稿")
	d.atDesk()
}

// Must show 2 (X3, LE3): what is typed is never lost: not to a browser that is killed, a session that ends, a line that is down or two
// hundred saves in a row, which are one version; and the line beside the buttons says what is true.
func TestNothingTypedIsLost(t *testing.T) {
	t.Parallel()
	kept := t.TempDir()
	b := openBrowserIn(t, kept)
	d, data := serveDesk(t, b)
	officer := staffOf(t, data, "瀛湖镇")["IO"]
	d.enter(1366, officer)

	t.Run("the browser is killed", func(t *testing.T) {
		d.t = t
		d.write("浏览器被杀掉")
		d.intoText()
		d.types("三秒以前写的字。")
		d.state("saved")
		if err := chromedp.FromContext(b.ctx).Browser.Process().Kill(); err != nil {
			t.Fatal(err)
		}
	})
	b = openBrowserIn(t, t.TempDir()) // not even the disk is left
	d.browser = b
	d.enter(1366, officer)
	t.Run("and the text is back", func(t *testing.T) {
		d.t = t
		d.fresh()
		d.press(`main a[href*="?restore="]`, "恢复")
		d.atDesk()
		if got := d.body(); got != "<p>三秒以前写的字。</p>" {
			t.Errorf("the text is %q", got)
		}
		d.headline("浏览器被杀掉")
		d.press("form button", "保存草稿")
		d.says("已保存")
		d.fresh()
		if strings.Contains(d.reads(), "没保存完") {
			t.Error("what was saved is offered again")
		}
	})
	t.Run("the session ends", func(t *testing.T) { sessionEnds(t, d, officer) })
	t.Run("somebody else signs in", func(t *testing.T) { somebodyElse(t, d, officer, staffOf(t, data, "瀛湖镇")["CL"]) })
	t.Run("the line is down", func(t *testing.T) { lineDown(t, d) })
	t.Run("two hundred saves", func(t *testing.T) { manySaves(t, d) })
}

// sessionEnds: the form asks for the password on the spot, and goes on with what stood there.
func sessionEnds(t *testing.T, d *desk, officer demo.Person) {
	d.t = t
	password := officer.Password
	d.write("登录在写稿时过期")
	d.intoText()
	d.types("过期前写的。")
	d.state("saved")
	call(d, network.ClearBrowserCookies, struct{}{})
	d.types("过期后写的。")
	d.state("signin")
	const ask = `document.querySelector('dialog[open] form')`
	d.look("editor-signin")
	signIn := func(password string) {
		eval[bool](t, d.browser, fmt.Sprintf(ask+`.elements.password.value=%q,`+ask+`.requestSubmit(),true`, password))
	}
	signIn("猜一个密码试试看")
	until(t, func() bool {
		return eval[bool](t, d.browser, ask+`.querySelector('.trouble').checkVisibility()&&!`+ask+`.elements.password.value`)
	})
	signIn(password)
	d.state("saved")
	d.seen()
	d.types("接着写的。") // where the cursor was
	until(t, func() bool { return d.body() == "<p>过期前写的。过期后写的。接着写的。</p>" })
	d.state("saved")
	until(t, func() bool { return d.kept() == "[]" })
	if got := d.kept(); got != "[]" {
		t.Errorf("the server has it, the browser keeps %s", got)
	}
	d.press("form button", "保存草稿")
	d.says("过期前写的。过期后写的。接着写的。")
}

// somebodyElse: on a computer that two people use, what one was writing does not become the other's.
func somebodyElse(t *testing.T, d *desk, officer, lead demo.Person) {
	d.t = t
	d.write("公用电脑上写的")
	d.intoText()
	d.types("信息员写的。")
	d.state("saved")
	other := &desk{browser: d.tab(t), t: t, console: d.console, listen: d.listen}
	other.enter(1366, lead)
	d.types("还在写。")
	d.state("signin")
	eval[bool](t, d.browser, `document.querySelector('dialog[open] [data-close]').click(),true`)
	d.press("form button", "保存草稿")
	d.says("另一个人")
	if got := d.body(); got != "<p>信息员写的。还在写。</p>" {
		t.Errorf("the text is %q", got)
	}
	if !strings.Contains(d.kept(), "还在写。") || strings.Contains(d.reads(), "本机有") {
		t.Error("the officer's words are not the officer's alone any more")
	}
	d.enter(1366, officer)
	d.fresh()
	d.says("本机有")
	eval[bool](t, d.browser, `document.querySelector('.beside [data-do=drop]').click(),true`)
	if got := d.kept(); got != "[]" {
		t.Errorf("what was not wanted is kept: %s", got)
	}
}

// lineDown: without a network the browser keeps the text and says so; it is offered after a restart, and sent as soon as the line is back.
func lineDown(t *testing.T, d *desk) {
	d.t = t
	d.write("断网时写的")
	d.intoText()
	d.offline(true)
	d.types("没有网络。")
	d.state("offline")
	if got := d.kept(); !strings.Contains(got, "没有网络。") {
		t.Errorf("the browser keeps %s", got)
	}
	d.look("editor-offline")
	d.types("还是没有。")
	d.offline(false)
	d.state("saved")
	if got := d.kept(); got != "[]" {
		t.Errorf("the server has it, the browser keeps %s", got)
	}
	d.press("form button", "保存草稿")
	d.says("没有网络。还是没有。")

	d.write("断网时关了窗口")
	d.intoText()
	d.offline(true)
	d.types("只在本机。")
	d.state("offline")
	eval[bool](t, d.browser, `(window.fetch=()=>Promise.reject(new TypeError('down')),true)`) // up to the last moment
	d.offline(false)
	d.fresh()
	d.says("本机有")
	d.look("editor-copy")
	eval[bool](t, d.browser, `document.querySelector('.beside [data-do=restore]').click(),true`)
	if got := d.body(); got != "<p>只在本机。</p>" {
		t.Errorf("from this browser came %q", got)
	}
	d.state("saved")
	d.press("form button", "保存草稿")
	d.says("只在本机。")
	if got := d.kept(); got != "[]" {
		t.Errorf("it is saved, the browser keeps %s", got)
	}
}

// manySaves: they are one autosave, no version of the article, and nobody's conflict.
func manySaves(t *testing.T, d *desk) {
	d.t = t
	d.write("保存两百次")
	d.intoText()
	d.types("正文。")
	d.state("saved")
	d.keys("s", chromedp.ModifierCtrl)
	d.state("named")
	said := eval[[]string](t, d.browser, `(async()=>{const e=document.querySelector('#source'),l=document.querySelector('.saving'),f=window.fetch,said=new Set();let n=0;
window.fetch=async(u,o)=>{const r=await f(u,o);if(String(u).endsWith('/autosave')){n++;said.add(r.status)}return r};
while(n<200){const was=n;e.value='第'+(was+1)+'次';e.dispatchEvent(new Event('input',{bubbles:true}));e.dispatchEvent(new FocusEvent('focusout',{bubbles:true}));
while(n===was||l.dataset.state==='saving')await new Promise(r=>setTimeout(r,1))}
return [...said,l.dataset.state,n].map(String)})()`)
	if strings.Join(said, " ") != "200 saved 200" {
		t.Errorf("the server said %q", said)
	}
	if v := eval[string](t, d.browser, `document.querySelector('[name=version]').value`); v != "1" {
		t.Errorf("the article has version %s", v)
	}
	at := eval[string](t, d.browser, `location.href`)
	d.open(t, 1366, at)
	d.atDesk()
	d.press(`main a[href*="?restore="]`, "恢复")
	d.atDesk()
	if got := eval[string](t, d.browser, `document.querySelector('#source').value`); got != "第200次" {
		t.Errorf("the last one was %q", got)
	}
	d.open(t, 1366, at)
	d.press(`form[action$="/drop"] button`, "不要")
	if strings.Contains(d.reads(), "没保存完") {
		t.Error("there was more than one autosave")
	}
}

// X3, must show 2: two windows of one article: neither's words are lost, the second to save is told who was first, and whoever comes to an
// article on which somebody works sees the name.
func TestTwoAtOneArticle(t *testing.T) {
	t.Parallel()
	b := openBrowser(t)
	d, data := serveDesk(t, b)
	staff := staffOf(t, data, "瀛湖镇")
	d.enter(1366, staff["IO"])
	d.write("两个窗口")
	d.intoText()
	d.types("原来的。")
	d.keys("s", chromedp.ModifierCtrl)
	d.state("named")
	at := eval[string](t, b, `location.href`)
	second := &desk{browser: b.tab(t), t: t, console: d.console, listen: d.listen}
	second.open(t, 1366, at)
	second.atDesk()
	d.intoText()
	d.keys("a", chromedp.ModifierCtrl)
	d.types("第一个窗口写的。")
	d.state("saved")
	second.intoText()
	second.keys("a", chromedp.ModifierCtrl)
	second.types("第二个窗口写的。")
	second.state("saved")
	if strings.Contains(second.reads(), "本机有") {
		t.Error("the text of the other open window is offered as left over")
	}
	d.keys("s", chromedp.ModifierCtrl)
	d.state("named")
	second.types("又写了一句。")
	second.state("conflict")
	second.says("保存过这篇稿件")
	second.look("editor-conflict")
	second.press("form button", "保存草稿")
	for _, words := range []string{"第一个窗口写的。", "第二个窗口写的。又写了一句。"} {
		if !eval[bool](t, second.browser, fmt.Sprintf(`[...document.querySelectorAll('main textarea')].some(e=>e.value.includes(%q))`, words)) {
			t.Errorf("where the two meet %q is missing: %s", words, second.reads())
		}
	}
	second.look("editor-merge")
	lead := &desk{browser: b.tab(t, chromedp.WithNewBrowserContext()), t: t, console: d.console, listen: d.listen}
	lead.enter(1366, staff["CL"])
	lead.open(t, 1366, at)
	lead.atDesk()
	until(t, func() bool { return strings.Contains(lead.reads(), staff["IO"].Name+"也在改这篇") })
}

// scripts are run by pages, or not: the plain form is what stays.
func (d *desk) scripts(run bool) {
	d.t.Helper()
	call(d, emulation.SetScriptExecutionDisabled, emulation.SetScriptExecutionDisabledParams{Value: !run})
}

// Browser floor: without script the plain form writes, keeps what was typed on a fault, and sends.
func TestThePlainForm(t *testing.T) {
	t.Parallel()
	b := openBrowser(t)
	d, data := serveDesk(t, b)
	d.enter(1366, staffOf(t, data, "瀛湖镇")["IO"])
	d.scripts(false)
	d.press("nav.rail a", "写稿")
	d.fill("#title", "没有脚本写的")
	d.fill("#body", "第一行\n第二行")
	eval[bool](t, b, `document.querySelector('main form').noValidate=true`)
	d.press("form button", "送审")
	d.says("请选择栏目")
	if got := eval[string](t, b, `document.querySelector('#body').value`); got != "第一行\n第二行" {
		t.Errorf("after a fault the text is %q", got)
	}
	eval[bool](t, b, `[...document.querySelectorAll('#column option')].find(o=>o.textContent.includes('通知公告')).selected=true`)
	d.press("form button", "送审")
	d.says("已送审")
	d.says("第二行")
}
