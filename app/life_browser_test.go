package app_test

import "testing"

// C7: in a browser a reviewer selects words and they stand in the form beside, with their paragraph; the author finds them marked after the
// return and settles them beside the form. What comes after the publication is one form (C12, B7).
func TestRemarksInABrowser(t *testing.T) {
	t.Parallel()
	b := openBrowser(t)
	d, data := serveDesk(t, b)
	staff := staffOf(t, data, "瀛湖镇")
	d.enter(1366, staff["IO"])
	d.press("nav.rail a", "写稿")
	d.fill("#title", "老街停水的通知")
	d.atDesk()
	d.intoText()
	d.types("请沿街住户提前蓄水。")
	eval[bool](t, b, `(()=>{const o=[...document.querySelectorAll('#column option')].find(o=>o.textContent.includes('通知公告'));o.selected=true;return true})()`)
	d.press("form button", "送审")
	d.enter(390, staff["RV"])
	d.press("nav.rail a", "待审")
	d.press("main .items a", "老街停水的通知")
	eval[bool](t, b, `(()=>{const n=document.querySelector('[data-remarks] p').firstChild,r=document.createRange();r.setStart(n,n.data.indexOf('提前'));r.setEnd(n,n.data.indexOf('。'));
		const s=getSelection();s.removeAllRanges();s.addRange(r);document.querySelector('[data-remarks]').dispatchEvent(new MouseEvent('mouseup',{bubbles:true}));return true})()`)
	if got := eval[string](t, b, `new Promise(r=>setTimeout(()=>r(document.getElementById('quote').value+'|'+document.getElementById('block').value+'|'+document.getElementById('remark-form').open),600))`); got != "提前蓄水|1|true" {
		t.Errorf("the selected words are in the form as %q", got)
	}
	d.fill("#words", "写明从几点起。")
	d.press("main button", "写下批注")
	d.says("写明从几点起。")
	if got := eval[string](t, b, `document.querySelector('.text mark#remark-1').textContent`); got != "提前蓄水1" {
		t.Errorf("marked is %q", got)
	}
	d.look("remarked")
	d.fill("#reason", "请照批注改。")
	d.press("main button.bad", "退回")
	d.enter(1366, staff["IO"])
	d.press("main .items a", "老街停水的通知")
	d.press("main a", "修改")
	d.says("写明从几点起。")
	eval[int](t, b, `(()=>{const a=[...document.querySelectorAll('#remarks details')];a.forEach(e=>e.open=true);return a.length})()`)
	d.look("form-remarks")
	d.press("#remarks button", "标记为已处理")
	d.says("已标记为处理过")
	if eval[bool](t, b, `!!document.querySelector('#remarks')`) {
		t.Error("the settled remark still stands beside the form")
	}
	d.press("form button", "送审")
	d.enter(390, staff["RV"])
	d.press("main .items a", "老街停水的通知")
	d.press("main button", "审核并通过保密审查，发布")
	d.says("已发布")
	d.look("after")
}
