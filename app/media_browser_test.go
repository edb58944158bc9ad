package app_test

import (
	"net/http"
	"os/exec"
	"regexp"
	"strings"
	"testing"
)

// painted makes a picture in the page, as a canvas and a File.
const painted = `(async()=>{const c=document.createElement('canvas');c.width=1800;c.height=1000;const g=c.getContext('2d');` +
	`g.fillStyle='#bcd9ea';g.fillRect(0,0,1800,1000);g.fillStyle='#3d7a4f';g.beginPath();g.moveTo(0,700);g.lineTo(500,300);g.lineTo(900,620);g.lineTo(1300,250);g.lineTo(1800,700);g.fill();` +
	`g.fillStyle='#4a86b8';g.fillRect(0,700,1800,300);const b=await new Promise(r=>c.toBlob(r,'image/jpeg'));window.shot=new File([b],'IMG_0001.jpg',{type:'image/jpeg'});return true})()`

// B13, E5, C2 (Must show of issue 4): a picture is dropped into the text, its words are asked for, it is seen in the editor and in the preview, and
// citizens see it in the article, in a size that fits, until it is withdrawn.
func TestAPictureIsDroppedIntoAText(t *testing.T) {
	t.Parallel()
	b := openBrowser(t)
	d, data := serveDesk(t, b)
	staff := staffOf(t, data, "瀛湖镇")
	d.enter(1366, staff["IO"])
	d.write("瀛湖冬景")
	d.intoText()
	d.types("昨天拍到的瀛湖。")
	d.enterKey()
	eval[bool](t, b, painted)
	eval[bool](t, b, `(()=>{const d=new DataTransfer(),e=`+surface+`,r=e.lastElementChild.getBoundingClientRect();d.items.add(shot);`+
		`e.dispatchEvent(new DragEvent('drop',{dataTransfer:d,bubbles:true,cancelable:true,clientX:r.left+5,clientY:r.top+5}));return true})()`)
	until(t, func() bool {
		return eval[string](t, b, `document.querySelector('dialog[open] .names')?.textContent??''`) == "IMG_0001.jpg"
	})
	d.types("雪后的瀛湖和两座山峰")
	d.look("file")
	eval[bool](t, b, `document.querySelector('dialog[open] .main').click(),true`)
	until(t, func() bool {
		return eval[bool](t, b, `[...document.querySelectorAll('.surface figure img')].some(i=>i.naturalWidth===1800)&&!document.querySelector('dialog[open]')`)
	})
	if got := d.body(); !strings.Contains(got, `alt="雪后的瀛湖和两座山峰" width="1800" height="1000"`) || !strings.Contains(got, `src="/-/media/`) || strings.Count(got, "<img") != 1 {
		t.Errorf("the text is %s", got)
	}
	d.types("游客可以乘船。") // behind the picture, not in its place
	if got := d.body(); strings.Count(got, "<img") != 1 || !strings.HasSuffix(got, "</figure><p>游客可以乘船。</p>") {
		t.Errorf("what is typed next makes it %s", got)
	}
	d.look("editor-picture")
	eval[bool](t, b, `window.answer=(()=>{const d=new DataTransfer();d.items.add(new File(['<svg onload=x>'],'a.svg',{type:'image/svg+xml'}));`+surface+`.dispatchEvent(new ClipboardEvent('paste',{clipboardData:d,bubbles:true,cancelable:true}));document.querySelector('dialog[open] .main').click();return true})()`)
	until(t, func() bool {
		return strings.Contains(eval[string](t, b, `document.querySelector('dialog[open] .wrong:not([hidden])')?.textContent??''`), "SVG 里可以藏程序")
	})
	d.look("file-wrong")
	eval[bool](t, b, `document.querySelector('dialog[open] [data-close]').click(),true`)
	d.press("form button", "送审")
	d.says("已送审")
	if !eval[bool](t, b, `(async()=>{const i=document.querySelector('.text img');await i.decode();return i.naturalWidth>300})()`) {
		t.Error("the sent article shows no picture")
	}
	d.look("sent-picture")
	d.enter(390, staff["RV"])
	d.press("main .items a", "瀛湖冬景")
	d.press("main button", "审核并通过保密审查，发布")
	d.says("已发布")
	public := eval[string](t, b, `document.querySelector('.facts a[href*="/a/"]').href`)
	article := eval[string](t, b, `location.href`)
	want := regexp.MustCompile(`/(320|960)\.(avif|webp)$`)
	if _, err := exec.LookPath("ffmpeg"); err != nil {
		want = regexp.MustCompile(`/(320|960)\.jpg$`)
	}
	used := ""
	until(t, func() bool { // the lighter forms come when a job has made them
		b.open(t, 390, public)
		used = eval[string](t, b, `(async()=>{const i=document.querySelector('.prose img');await i.decode();return i.currentSrc+(i.naturalWidth>0?'':'?')})()`)
		return want.MatchString(used)
	})
	b.inspect(t, "article-picture", public)
	b.open(t, 1366, article)
	d.fill("#why", "照片用错了。")
	eval[bool](t, b, `document.querySelector('input[name="how"][value="withdraw"]').click(),true`)
	d.press("main button", "处理")
	if status, _ := d.ask(used); status != http.StatusNotFound {
		t.Errorf("after the withdrawal the picture answers %d", status)
	}
}
