package app_test

import "testing"

// Issue 4, review on screen (C2, C3, C5, C6, C7, C14): a chain set by the content lead, a note, the queue over all sites with what may be
// published together, the sheet that a leader signs, an emergency and its late review on a phone.
func TestReviewInABrowser(t *testing.T) {
	t.Parallel()
	b := openBrowser(t)
	d, data := serveDesk(t, b)
	staff := staffOf(t, data, "瀛湖镇")
	write := func(title string) {
		d.press("nav.rail a", "写稿")
		d.fill("#title", title)
		d.atDesk()
		d.intoText()
		d.types("请沿街住户提前蓄水。")
		eval[bool](t, b, `(()=>{const o=[...document.querySelectorAll('#column option')].find(o=>o.textContent.includes('通知公告'));o.selected=true;return true})()`)
		d.press("form button", "送审")
	}
	d.enter(1366, staff["CL"])
	d.press("nav.rail a", "审核流程")
	d.says("由上级终审")
	d.look("chains")
	chain := func(policy string) { // of the first column
		t.Helper()
		eval[bool](t, b, `(()=>{const f=document.querySelector('.chains form');f.querySelector('[name=policy]').value='`+policy+`';f.querySelector('button').id='first';return true})()`)
		d.press("#first", "")
		d.says("已保存")
	}
	chain("ordinary")
	eval[bool](t, b, `(()=>{const e=document.querySelector('.chains details');e.open=true;e.querySelector('select').selectedIndex=1;return true})()`)
	d.look("chains-named")
	chain("")
	d.enter(1366, staff["IO"])
	write("老街停水的通知")
	write("暂停发布的通知")
	d.enter(390, staff["RV"])
	d.press("nav.rail a", "待审")
	d.look("queue")
	d.press("main .items a", "暂停发布的通知")
	d.fill("#quote", "请沿街住户提前蓄水。")
	d.fill("#words", "请补上咨询电话。")
	d.press("main button", "写下批注")
	d.says("请补上咨询电话。")
	eval[int](t, b, `(()=>{const a=[...document.querySelectorAll('main details')];a.forEach(e=>e.open=true);return a.length})()`)
	d.look("noted")
	d.signs()
	d.press("main button", "只通过")
	d.press("nav.rail a", "待审")
	d.press("main .items a", "老街停水的通知")
	d.press("main button", "只通过")
	d.press("main a", "打印审批单")
	d.says("信息发布审批单")
	d.look("sheet")
	d.media(t, "print")
	d.picture(t, "desk-sheet-print")
	d.media(t, "")
	d.press("nav.rail a", "待审")
	d.says("可以发布的")
	if n := eval[int](t, b, `(()=>{const a=[...document.querySelectorAll('.picks input')];a.forEach(e=>e.checked=true);return a.length})()`); n < 2 {
		t.Errorf("%d articles to pick", n)
	}
	d.look("together")
	d.press("main button", "同时发布")
	d.says("已同时发布")
	d.enter(1366, staff["IO"])
	d.press("nav.rail a", "写稿")
	d.fill("#title", "山洪预警")
	d.atDesk()
	d.intoText()
	d.types("上游水位已超警戒，请沿河住户马上撤离。")
	eval[bool](t, b, `(()=>{const o=[...document.querySelectorAll('#column option')].find(o=>o.textContent.includes('通知公告'));o.selected=true;return true})()`)
	d.press("form button", "保存草稿")
	at := eval[string](t, b, `location.pathname`)
	d.enter(1366, staff["CL"])
	d.open(t, 1366, d.console+at)
	eval[int](t, b, `(()=>{const a=[...document.querySelectorAll('main details')];a.forEach(e=>e.open=true);return a.length})()`)
	d.look("urgent")
	d.fill("#urgent", "水位一小时涨了两米，等不得。")
	d.press("main button.bad", "紧急发布")
	d.says("已紧急发布")
	d.enter(390, staff["RV"])
	d.says("补审期限")
	d.look("work-owed")
	d.press("main .items a", "山洪预警")
	d.look("settle")
	d.resize(t, 390)
	d.press("main button", "补审通过")
	d.says("已补审")
	if d.taps != 2 {
		t.Errorf("the late review took %d taps", d.taps)
	}
}

// signs enters that a leader has signed on paper, with a picture of the sheet, and opens the picture (d42).
func (d *desk) signs() {
	d.t.Helper()
	eval[bool](d.t, d.browser, painted)
	d.fill("#signer", "分管副镇长")
	d.fill("#signed-on", "2026-11-26")
	d.fill("#signed-words", "同意发布。")
	if !eval[bool](d.t, d.browser, `(()=>{const i=document.querySelector('#scan'),f=new DataTransfer();f.items.add(shot);i.files=f.files;return i.files.length===1})()`) {
		d.t.Fatal("the form takes no picture")
	}
	d.press("main button", "登记")
	d.says("线下签批已登记。")
	if got := eval[int](d.t, d.browser, `(async()=>{const a=[...document.querySelectorAll('.notes a')].find(a=>a.textContent==='IMG_0001.jpg');`+
		`const i=await createImageBitmap(await (await fetch(a.href)).blob());return i.width})()`); got != 1800 {
		d.t.Errorf("the scan is %d pixels wide", got)
	}
	d.look("signed")
}
