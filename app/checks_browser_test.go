package app_test

import (
	"testing"
)

// Issue 4, 6 (X2, S3; frontend 2.2): in a browser: a line of the panel jumps to the marked words, one press masks them, and every screen of the
// checks is held to the rules of every screen.
func TestChecksInABrowser(t *testing.T) {
	t.Parallel()
	b := openBrowser(t)
	d, data := serveDesk(t, b)
	d.enter(1366, staffOf(t, data, "瀛湖镇")["IO"])
	d.scripts(false)
	d.press("nav.rail a", "写稿")
	d.fill("#title", "补贴发放公告")
	d.fill("#body", "认真布署发放工作。\n\n户主李某，610902190102030012，手机13800001111。")
	eval[int](t, b, `(()=>{const o=[...document.querySelectorAll('#column option')].filter(o=>o.textContent.includes('通知公告'));o[0].selected=true;return o.length})()`)
	d.press("form button", "保存草稿")
	d.scripts(true)
	d.says("可能是错字")
	d.look("checks-panel")
	got := eval[string](t, b, `(()=>{const a=[...document.querySelectorAll('.findings a')].find(a=>a.textContent==='13800001111');a.click();`+
		`const m=document.querySelector('mark:target');return m?m.textContent+' '+(m.getBoundingClientRect().top<innerHeight):'nowhere'})()`)
	if got != "13800001111 true" {
		t.Errorf("the line leads to %q", got)
	}
	d.press("main button", "遮去全部个人信息")
	d.says("已按建议改好")
	d.says("610902********0012")
	d.press("main .button", "修改")
	d.says("没有写来源")
	d.look("checks-form")
	d.intoText() // C9: what is typed is checked while it is typed
	d.types("电话13900002222。")
	until(t, func() bool {
		return eval[bool](t, b, `[...document.querySelectorAll('section[aria-labelledby="checks-now"] .note')].some(e=>e.textContent==='13900002222')`)
	})
	d.look("checks-typing")
	d.press("form button", "保存草稿")
	d.press("nav.rail a", "体检")
	d.look("checks-site")
	d.enter(1366, staffOf(t, data, "安康市")["PO"])
	d.press("nav.rail a", "词库")
	d.fill("#name", "地名")
	d.fill("#words", "青龙潭,规范用语,青龙池\n")
	d.press("main form button", "导入")
	d.says("已导入")
	d.look("wordpacks")
}
