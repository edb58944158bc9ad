package app_test

import (
	"path"
	"strings"
	"testing"
)

// Issue 4, 3 (must show 1, LE1): the screens of writing together hold to the rules of every screen: two people change one notice, choose
// paragraph by paragraph, look at what changed, and find it again in the list and in the bin.
func TestWritingTogetherInABrowser(t *testing.T) {
	t.Parallel()
	b := openBrowser(t)
	d, data := serveDesk(t, b)
	staff := staffOf(t, data, "瀛湖镇")
	d.enter(1366, staff["IO"])
	d.scripts(false)
	d.press("nav.rail a", "写稿")
	d.fill("#title", "关于清明期间文明祭扫的倡议书")
	d.fill("#body", "广大居民朋友：\n清明将至，请文明祭扫。\n严禁在山林用火。")
	eval[int](t, b, `(()=>{const o=[...document.querySelectorAll('#column option')].filter(o=>o.textContent.includes('通知公告'));o[0].selected=true;return o.length})()`)
	d.press("form button", "保存草稿")
	here := eval[string](t, b, `location.pathname`)
	save := func(title, text string) {
		d.open(t, 1366, d.console+here+"/edit")
		eval[bool](t, b, `(()=>{document.querySelector('[name=version]').value='1';return true})()`) // as a window that was opened first
		d.fill("#title", title)
		d.fill("#body", text)
		d.press("form button", "保存草稿")
	}
	save("关于清明节期间文明祭扫的倡议书", "广大居民朋友：\n清明将至，请大家文明、安全祭扫。\n严禁在山林用火。")
	save("文明祭扫倡议书", "广大居民朋友：\n清明将至，请各村组织文明祭扫。\n严禁在山林用火，违者罚款。")
	d.scripts(true)
	d.says("两人都改了这里")
	d.look("merge")
	eval[int](t, b, `(()=>{const all=[...document.querySelectorAll('input[type=radio][value=both]')];all.forEach(e=>e.checked=true);return all.length})()`)
	d.press("form button", "保存合并的文字")
	d.says("别人同时改的地方也在里面")
	d.press("main a", "历史版本和对照")
	d.says("改了什么")
	d.look("versions")
	d.press("main a", "返回稿件")
	d.press("main a", "预览和分享")
	d.press("main button", "做一个链接")
	d.says("链接已经做好")
	d.look("preview")
	if got := eval[string](t, b, `document.querySelector('iframe').contentDocument.querySelector('h1').textContent`); got == "" {
		t.Error("the frame is empty")
	}
	d.open(t, 1366, d.console+here+"/preview/page")
	d.says("预览，未发布")
	d.picture(t, "desk-preview-page")
	d.open(t, 1366, d.console+path.Dir(here)+"?q=%E7%A5%AD%E6%89%AB")
	d.look("list-filtered")
	d.resize(t, 390)
	eval[bool](t, b, `(()=>{document.querySelector('input[name=id]').checked=true;return true})()`)
	d.press("main button", "删除选中的")
	d.says("已移入回收站：1 篇")
	eval[bool](t, b, `(()=>{document.querySelector('.toast button').focus();return true})()`) // whoever is about to press keeps it
	d.look("toast")
	if at := eval[string](t, b, `location.search`); strings.Contains(at, "did=") {
		t.Errorf("loaded again, the page would say it once more: %s", at)
	}
	d.press(".toast button", "撤销")
	d.says("已移出回收站：1 篇")
	d.press(".toast button", "撤销")
	until(t, func() bool { return !eval[bool](t, b, `!!document.querySelector('.toast')`) })
	d.open(t, 1366, d.console+here)
	d.says("自动清除")
	d.look("binned")
}
