package app_test

import (
	"strings"
	"testing"
)

// escape presses Esc.
func (d *desk) escape() {
	d.t.Helper()
	d.special("Escape", 27, 1)
}

// Q2, X6, look.md 2.4: five minutes before an unused session ends a dialog says so and when; one press goes on, in every tab, in both languages;
// Esc is a press too; whoever has signed out elsewhere is told. And what was thrown away comes back with one press of a bar that goes away.
func TestTheEndOfASessionIsAnnounced(t *testing.T) {
	b := openBrowser(t)
	d, data := serveDesk(t, b, "--console-idle=5m2s")
	io := staffOf(t, data, "瀛湖镇")["IO"]
	d.enter(1366, io)
	shown := func(b *browser, is bool) {
		t.Helper()
		until(t, func() bool {
			return eval[bool](t, b, `!!document.querySelector('dialog[role=alertdialog][open]')`) == is
		})
	}
	shown(d.browser, true) // two seconds after the last use but five minutes
	d.says("5 分钟后将退出")
	if got := eval[string](t, b, `document.querySelector('#session-says').textContent`); !strings.Contains(got, ":") || strings.Contains(got, "%s") {
		t.Errorf("the dialog does not say when: %q", got)
	}
	if got := eval[string](t, b, `document.activeElement.textContent`); got != "继续使用" {
		t.Errorf("the keys go to %q", got)
	}
	d.look("session-ends")
	other := &desk{browser: b.tab(t), t: t, console: d.console, listen: d.listen}
	other.open(t, 1366, d.console+"/me")
	shown(d.browser, false) // it was used there
	shown(other.browser, true)
	shown(d.browser, true)
	other.escape()
	shown(other.browser, false)
	shown(d.browser, false)
	if got := eval[string](t, b, `document.activeElement.tagName`); got == "DIALOG" {
		t.Errorf("the keys stay with what is gone")
	}
	shown(d.browser, true)
	eval[bool](t, b, `(()=>{[...document.querySelectorAll('dialog [data-do=go]')].at(-1).click();return true})()`)
	shown(d.browser, false)
	d.press(`form[action="/language"] button`, "English")
	shown(d.browser, true)
	d.says("Signing out in 5 minutes")
	d.escape()
	shown(d.browser, false)
	typed := eval[bool](t, b, `new Promise(done=>{const kept=()=>+localStorage.getItem('zhanqun:session'),began=kept(),look=setInterval(()=>{`+
		`document.body.dispatchEvent(new KeyboardEvent('keydown',{key:'a',bubbles:true}));const asked=!!document.querySelector('dialog[open]');`+
		`if(asked||kept()>began+3000){clearInterval(look);done(!asked)}},50)})`)
	if !typed {
		t.Error("whoever is typing is asked")
	}
	other.open(t, 1366, d.console+"/me")
	other.press(`form[action="/signout"] button`, "")
	until(t, func() bool { return strings.Contains(d.reads(), "Your session has ended") })
	d.look("session-ended")
}
