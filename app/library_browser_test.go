package app_test

import (
	"strings"
	"testing"
)

// B13, E7, LE1 (look.md 2.3(7)): the library in a browser: a picture comes in by the form, the point that must stay is set by a press on it, it goes into
// a folder, is shown as a shelf and as a table, and is thrown away and taken back.
func TestTheMediaLibraryInABrowser(t *testing.T) {
	t.Parallel()
	b := openBrowser(t)
	d, data := serveDesk(t, b)
	staff := staffOf(t, data, "瀛湖镇")
	d.enter(1366, staff["IO"])
	d.press("nav.rail a", "媒体库")
	d.look("library-empty")
	d.brings("瀛湖雪后.jpg", "雪后的瀛湖和两座山峰", "风景")
	d.says("已放进媒体库")
	d.brings("码头.jpg", "", "")
	d.look("library")
	d.press("main .tabs a", "列表")
	d.look("library-table")
	d.press("main td a", "瀛湖雪后")
	if got := eval[string](t, b, `(()=>{const i=document.querySelector('[data-focus] img'),r=i.getBoundingClientRect();`+
		`i.dispatchEvent(new MouseEvent('click',{bubbles:true,clientX:r.left+r.width*.25,clientY:r.top+r.height*.6}));return document.querySelector('#x').value+','+document.querySelector('#y').value})()`); got != "25,60" {
		t.Errorf("the point is %s", got)
	}
	d.fill("#licence", "本单位拍摄")
	d.look("library-item")
	d.press("main button.main", "保存")
	d.says("已保存")
	if !eval[bool](t, b, `document.querySelector('.thumb.small img').matches('.fx3.fy6')&&document.querySelector('#x').value==='25'`) {
		t.Error("the point was not kept")
	}
	d.press("main button.bad", "删除")
	d.says("办成 1")
	d.look("library-results")
	d.press("main button", "撤销")
	d.press("main a.button", "回到媒体库")
	if text := d.reads(); !strings.Contains(text, "瀛湖雪后") {
		t.Errorf("taken back: %s", text)
	}
	d.press("main .head a", "共享来的")
	d.says("现在没有别的网站共享给本站的文件")
	d.look("library-shared")
	d.enter(1366, staff["CL"])
	d.press("nav.rail a", "媒体库")
	d.press("main .head a.button[href$='/shares']", "共享")
	d.look("library-shares")
	d.press("main .head a", "回到媒体库")
	d.press(`form[action="/language"] button`, "English")
	d.says("Media library")
	d.look("library-en")
}

// brings uploads a painted picture by the library's form.
func (d *desk) brings(name, alt, folder string) {
	d.t.Helper()
	eval[bool](d.t, d.browser, strings.Replace(painted, "IMG_0001.jpg", name, 1))
	d.fill("#alt", alt)
	d.fill("#folder", folder)
	eval[bool](d.t, d.browser, `(()=>{const t=new DataTransfer();t.items.add(shot);document.querySelector('#file').files=t.files;return true})()`)
	d.press("#upload button", "上传")
}
