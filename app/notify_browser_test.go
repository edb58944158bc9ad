package app_test

import "testing"

// X6, look 2: on a phone the bell leads a reviewer to the article in two taps, and is quiet afterwards; every screen of the room is
// accessible in light and dark.
func TestNoticesInABrowser(t *testing.T) {
	t.Parallel()
	b := openBrowser(t)
	d, data := serveDesk(t, b)
	staff := staffOf(t, data, "瀛湖镇")
	d.enter(1366, staff["IO"])
	d.press("nav.rail a", "写稿")
	d.fill("#title", "渡口停航的通知")
	d.atDesk()
	d.intoText()
	d.types("今日大风，渡口停航。")
	eval[bool](t, b, `(()=>{const o=[...document.querySelectorAll('#column option')].find(o=>o.textContent.includes('通知公告'));o.selected=true;return true})()`)
	d.press("form button", "送审")
	d.press(".bar a.bell", "通知")
	d.says("现在没有通知")
	d.look("notices-empty")
	d.enter(390, staff["RV"])
	d.resize(t, 390)
	d.press(".bar a.bell", "通知")
	d.says("等您审核")
	d.look("notices")
	d.press(".told button", "渡口停航的通知")
	d.says("今日大风，渡口停航。")
	if n := eval[int](t, b, `document.querySelectorAll('.bell .count').length`); n != 0 {
		t.Error("the bell still shows a number")
	}
	d.enter(1366, staff["CL"])
	d.press("nav.rail a", "发布提醒接口")
	d.fill("#url", "https://example.gov.cn/hook")
	d.press("main button", "启用")
	d.says("它只显示这一次")
	d.look("webhook")
}
