package app_test

import (
	"slices"
	"strings"
	"testing"
)

// filming makes a film of 9 MB in the page, the same one each time, and a line that breaks at the second piece and hangs at the third and at the fifth.
const filming = `(()=>{const h=new Uint8Array([0,0,0,24,102,116,121,112,105,115,111,109,0,0,2,0,105,115,111,109,105,115,111,50]);` +
	`window.film=new File([h,new Uint8Array(9<<20)],'演练.mp4',{type:'video/mp4',lastModified:1764000000000});window.patches=[];const real=window.fetch;` +
	`window.fetch=(a,o)=>{if(o?.method!=='PATCH')return real(a,o);patches.push(+o.headers['Upload-Offset']);const n=window.whole?0:patches.length;` +
	`if(n===2)return Promise.reject(new TypeError('line'));if(n===3||n===5)return new Promise((_,no)=>o.signal.addEventListener('abort',()=>no(o.signal.reason)));return real(a,o)};return true})()`

// filmSent drops that film into the text and presses the button of the dialog.
const filmSent = `(()=>{const d=new DataTransfer(),e=` + surface + `,r=e.lastElementChild.getBoundingClientRect();d.items.add(film);` +
	`e.dispatchEvent(new DragEvent('drop',{dataTransfer:d,bubbles:true,cancelable:true,clientX:r.left+5,clientY:r.top+5}));document.querySelector('dialog[open] .main').click();return true})()`

// B13, C2: a film that is dropped into a text goes to the server in pieces; after a line that broke, after a pause and in another window the next
// piece is the one that is missing.
func TestAFilmIsDroppedIntoAText(t *testing.T) {
	t.Parallel()
	b := openBrowser(t)
	d, data := serveDesk(t, b)
	staff := staffOf(t, data, "瀛湖镇")
	d.enter(1366, staff["IO"])
	d.write("防汛演练录像")
	d.intoText()
	d.types("今天演练。")
	eval[bool](t, b, filming)
	eval[bool](t, b, filmSent)
	state := func() string {
		return eval[string](t, b, `document.querySelector('dialog[open] .upload .state')?.textContent??''`)
	}
	until(t, func() bool { return strings.Contains(state(), "网络断了") })
	until(t, func() bool { return eval[int](t, b, `patches.length`) == 3 })
	eval[bool](t, b, `document.querySelector('dialog[open] [data-do=pause]').click(),true`)
	until(t, func() bool { return state() == "已暂停" })
	d.look("upload-paused")
	eval[bool](t, b, `document.querySelector('dialog[open] [data-do=pause]').click(),true`)
	until(t, func() bool { return eval[int](t, b, `patches.length`) == 5 })
	if bar := eval[float64](t, b, `document.querySelector('dialog[open] progress').position`); bar < .2 || bar > .23 {
		t.Errorf("the bar stands at %v", bar)
	}
	// A dialog tells its listeners of its end a moment later; a page that is left before would ask whether to stay.
	eval[bool](t, b, `new Promise(done=>{const d=document.querySelector('dialog[open]');d.addEventListener('close',()=>done(true));d.querySelector('.actions [data-close]').click()})`)
	d.write("防汛演练录像")
	d.intoText()
	d.types("今天演练。")
	eval[bool](t, b, filming+`,window.whole=true`)
	eval[bool](t, b, filmSent)
	until(t, func() bool { return strings.Contains(d.body(), `/-/media/`) })
	if got := d.body(); !strings.Contains(got, ".mp4") {
		t.Errorf("the text is %s", got)
	}
	if all := eval[[]int](t, b, `patches`); len(all) < 2 || all[0] != 2<<20 || !slices.IsSorted(all) {
		t.Errorf("the pieces begin at %v", all)
	}
	d.listed(t, b)
	if left := eval[int](t, b, `Object.keys(localStorage).filter(k=>k.startsWith('zhanqun:upload:')).length`); left != 0 {
		t.Errorf("%d addresses are left in the browser", left)
	}
}

// listed: a form that stands in a page sends what is dropped anywhere on it, says what was refused, and leads on when all is kept.
func (d *desk) listed(t *testing.T, b *browser) {
	eval[bool](t, b, `(()=>{const f=document.createElement('form');f.dataset.upload=location.pathname.replace(/\/articles.*/,'/media');f.dataset.done='/me';f.innerHTML='<input type="file" aria-label="文件">';`+
		`document.querySelector('main').prepend(f);window.give=(...all)=>{const d=new DataTransfer();for(const [n,t] of all)d.items.add(new File([t],n));`+
		`document.querySelector('main h1').dispatchEvent(new DragEvent('drop',{dataTransfer:d,bubbles:true,cancelable:true}))};give(['好.pdf','%PDF-1.4 %%EOF'],['坏.html','<html><script>']);return true})()`)
	until(t, func() bool {
		return eval[int](t, b, `document.querySelectorAll('form[data-upload] .upload').length`) == 2
	})
	states := func() string {
		return eval[string](t, b, `[...document.querySelectorAll('form[data-upload] .state')].map(s=>s.textContent).join('|')`)
	}
	until(t, func() bool {
		return strings.HasPrefix(states(), "已上传|") && strings.Contains(states(), "网页和 SVG 里可以藏程序")
	})
	d.look("upload-list")
	eval[bool](t, b, `(()=>{const f=document.querySelector('form[data-upload]'),g=f.cloneNode();g.innerHTML='<input type="file" aria-label="文件">';f.replaceWith(g);give(['更好.pdf','%PDF-1.4 x %%EOF']);return true})()`)
	until(t, func() bool { return eval[string](t, b, `location.pathname`) == "/me" })
}
