package app_test

import (
	"fmt"
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
	d.crops()
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

// crops cuts a picture by keys alone, by the pointer, and puts the first one back.
func (d *desk) crops() {
	d.t.Helper()
	cut := func() string {
		return eval[string](d.t, d.browser, `['cut-x','cut-y','cut-w','cut-h'].map(i=>document.getElementById(i).value).join()`)
	}
	key := func(key string, shift bool, times int) {
		eval[bool](d.t, d.browser, fmt.Sprintf(`(()=>{const c=document.querySelector('.crop .cut');c.focus();for(let n=0;n<%d;n++)document.activeElement.dispatchEvent(new KeyboardEvent('keydown',{key:%q,shiftKey:%v,bubbles:true,cancelable:true}));return true})()`, times, key, shift))
	}
	key("ArrowLeft", true, 40)
	key("ArrowUp", true, 50)
	key("ArrowRight", false, 70)
	key("ArrowDown", false, 9)
	if got := cut(); got != "40,9,60,50" {
		d.t.Errorf("the keys cut %s", got)
	}
	drag := `(()=>{const s=document.querySelector('.crop'),r=s.getBoundingClientRect(),c=s.querySelector('.cut'),f=(on,k,x,y)=>on.dispatchEvent(new PointerEvent(k,{bubbles:true,cancelable:true,pointerId:1,button:0,clientX:r.left+r.width*x,clientY:r.top+r.height*y}));` +
		`s.setPointerCapture=()=>{};f(%s,'pointerdown',%v,%v);f(s,'pointermove',%v,%v);f(s,'pointerup',%v,%v);return true})()`
	eval[bool](d.t, d.browser, fmt.Sprintf(drag, "c", .6, .3, .5, .4, .5, .4))
	if got := cut(); got != "30,19,60,50" {
		d.t.Errorf("moved by the pointer it cuts %s", got)
	}
	eval[bool](d.t, d.browser, fmt.Sprintf(drag, "s", .1, .2, .6, .7, .6, .7))
	if got := cut(); got != "10,20,50,50" {
		d.t.Errorf("drawn by the pointer it cuts %s", got)
	}
	d.look("library-crop")
	d.press("form[data-crop] button", "裁剪")
	d.says("没有稿件用着原来的")
	d.press("main .card a", "看新文件")
	page := eval[string](d.t, d.browser, `location.href`)
	if size := eval[string](d.t, d.browser, `(()=>{const i=document.querySelector('[data-focus] img');return i.getAttribute('width')+'×'+i.getAttribute('height')})()`); size != "900×500" {
		d.t.Errorf("what is cut out is %s", size)
	}
	d.press("form[data-crop] a", "恢复原图")
	d.press("main .card a", "看新文件")
	d.says("1800 × 1000")
	d.open(d.t, 1366, page) // the original cannot be thrown away while this is there
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
