package app_test

import (
	"strings"
	"testing"
)

// A8, B3, Q2: on a phone, without reading a manual, a content lead invites somebody for one column and chooses who answers for it; the screens hold to
// the rules of all screens.
func TestPeopleOfOneColumnInABrowser(t *testing.T) {
	t.Parallel()
	b := openBrowser(t)
	d, data := serveDesk(t, b)
	d.enter(1366, staffOf(t, data, "瀛湖镇")["CL"])
	d.press("nav.rail a", "人员")
	d.says("只负责这些栏目")
	d.look("people-columns")
	d.resize(t, 390)
	for selector, text := range map[string]string{"#name": "单栏", "#login": "dan.lan", "#document": "汉政任〔2026〕8号"} {
		d.fill(selector, text)
	}
	eval[bool](t, b, `document.querySelector('input[value=IO]').click()||true`)
	column := eval[string](t, b, `(()=>{const c=document.querySelector('.bounds input');c.click();return c.parentElement.textContent.trim()})()`)
	d.press("main button", "邀请")
	d.says("请改选“只负责这些栏目”")
	d.look("people-columns-wrong")
	eval[bool](t, b, `document.querySelector('input[value=columns]').click()||true`)
	d.press("main button", "邀请")
	d.says("只显示这一次")
	d.press("main a", "已交给本人")
	d.says("只负责 " + column)
	d.look("person-of-a-column")
	d.press("main a", "回到人员")
	d.says("信息员（" + column + "）")
	d.press(`nav.rail a[href$="/columns"]`, "栏目")
	d.press("main a", "通知公告")
	d.look("column-owner")
	own := eval[string](t, b, `document.querySelector('#unit').options[1].textContent`)
	eval[bool](t, b, `document.querySelector('#unit').selectedIndex=1,true`)
	d.press(`form[action$="/owner"] button`, "保存")
	d.says("责任单位和提醒已保存")
	if !strings.Contains(d.reads(), own) {
		t.Errorf("%q does not stand in the tree", own)
	}
}
