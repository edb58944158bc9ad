package app_test

import (
	"encoding/base64"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// filmed makes a film of some seconds with ffmpeg's own test picture and tone; its index stands last, as recorders write it.
func filmed(t *testing.T) string {
	t.Helper()
	tool, err := exec.LookPath("ffmpeg")
	if err != nil {
		if os.Getenv("ZHANQUN_TEST_REQUIRE") != "" {
			t.Fatal("ffmpeg is required and not in PATH")
		}
		t.Skip("no ffmpeg: install it")
	}
	out := filepath.Join(t.TempDir(), "a.mp4")
	said, err := exec.Command(tool, "-nostdin", "-v", "error", "-f", "lavfi", "-i", "testsrc=duration=8:size=640x480:rate=10", "-f", "lavfi", "-i", "sine=duration=8",
		"-c:v", "libx264", "-pix_fmt", "yuv420p", "-g", "10", "-c:a", "aac", out).CombinedOutput()
	if err != nil {
		t.Fatalf("ffmpeg: %v: %s", err, said)
	}
	raw, err := os.ReadFile(out)
	if err != nil {
		t.Fatal(err)
	}
	return base64.StdEncoding.EncodeToString(raw)
}

// E5, E6 (Must show of issue 5): a film is dropped into the text, its captions are put beside it, and a citizen plays it: its picture moves, it is
// sought, its captions are there, all of it by the keyboard as well; from its sizes, where the browser plays such lists.
func TestAFilmPlays(t *testing.T) {
	t.Parallel()
	film := filmed(t)
	b := openBrowser(t)
	d, data := serveDesk(t, b, "--film-ladder=5s")
	staff := staffOf(t, data, "瀛湖镇")
	d.enter(1366, staff["IO"])
	d.write("瀛湖龙舟")
	d.intoText()
	d.types("端午的龙舟。")
	d.enterKey()
	eval[bool](t, b, fmt.Sprintf(`(()=>{const d=new DataTransfer(),e=%s,r=e.lastElementChild.getBoundingClientRect();`+
		`d.items.add(new File([Uint8Array.from(atob(%q),c=>c.charCodeAt(0))],'龙舟.mp4',{type:'video/mp4'}));`+
		`e.dispatchEvent(new DragEvent('drop',{dataTransfer:d,bubbles:true,cancelable:true,clientX:r.left+5,clientY:r.top+5}));return true})()`, surface, film))
	until(t, func() bool { return eval[bool](t, b, `!!document.querySelector('dialog[open] .main')`) })
	d.types("龙舟赛")
	eval[bool](t, b, `document.querySelector('dialog[open] .main').click(),true`)
	until(t, func() bool {
		return eval[bool](t, b, `!!document.querySelector('.surface figure video')&&!document.querySelector('dialog[open]')`)
	})
	if got := d.body(); !strings.Contains(got, `controls="" preload="none"></video><figcaption>龙舟赛</figcaption></figure>`) || strings.Count(got, "<video") != 1 {
		t.Errorf("the text is %s", got)
	}
	d.press("form button", "送审")
	d.says("还没有字幕或文字稿")
	d.look("film-without-words")
	d.press("section[aria-labelledby=films] a", "龙舟.mp4")
	eval[bool](t, b, `(()=>{const d=new DataTransfer();d.items.add(new File(['1\n00:00:01,000 --> 00:00:06,000\n鼓声响起来\n'],'龙舟.srt'));`+
		`document.querySelector('#captions').files=d.files;return true})()`)
	d.press("form button.main", "保存")
	d.says("已保存")
	until(t, func() bool {
		d.open(t, 1366, eval[string](t, b, `location.href`))
		return strings.Count(d.reads(), "已处理") == 3 // the film, and its two sizes
	})
	d.look("film")
	d.open(t, 1366, d.console+"/")
	d.press("main a", "瀛湖龙舟")
	if eval[bool](t, b, `!!document.querySelector('form[data-write]')`) {
		d.press("form button", "送审")
	} else {
		d.press("main button", "送审")
	}
	d.says("已送审")
	d.enter(1366, staff["RV"])
	d.press("main .items a", "瀛湖龙舟")
	d.press("main button", "审核并通过保密审查，发布")
	d.says("已发布")
	public := eval[string](t, b, `document.querySelector('.facts a[href*="/a/"]').href`)
	b.open(t, 1366, public)
	d.plays()
	b.inspect(t, "article-film", public)
}

// plays looks at the page of an article with a film as a citizen does.
func (d *desk) plays() {
	t, b := d.t, d.browser
	t.Helper()
	if got := eval[string](t, b, `(()=>{const v=document.querySelector('.prose video');return [v.controls,v.preload,v.autoplay,!!v.poster,v.currentTime].join()})()`); got != "true,none,false,true,0" {
		t.Errorf("before anybody plays it: %s", got)
	}
	if want, got := eval[string](t, b, `document.createElement('video').canPlayType('application/vnd.apple.mpegurl')?'ladder.m3u8':'full.mp4'`),
		eval[string](t, b, `[...document.querySelectorAll('.prose video source')].map(s=>s.src.split('/').pop()).join()`); got != "ladder.m3u8,full.mp4" {
		t.Errorf("it comes from %s", got)
	} else {
		defer func() {
			if got := eval[string](t, b, `document.querySelector('.prose video').currentSrc.split('/').pop()`); got != want {
				t.Errorf("it plays %s, want %s", got, want)
			}
			t.Logf("plays %s", want)
		}()
	}
	at := func() float64 { return eval[float64](t, b, `document.querySelector('.prose video').currentTime`) }
	eval[bool](t, b, `(async()=>{const v=document.querySelector('.prose video');v.muted=true;await v.play();return true})()`)
	until(t, func() bool { return at() > 0.3 })
	until(t, func() bool {
		return eval[string](t, b, `(()=>{const c=document.querySelector('.prose video').textTracks[0].cues;return c&&c.length?c[0].text:''})()`) == "鼓声响起来"
	})
	eval[bool](t, b, `(async()=>{const v=document.querySelector('.prose video');v.pause();const s=new Promise(r=>v.addEventListener('seeked',r,{once:true}));v.currentTime=6;await s;return true})()`)
	if now := at(); now < 5.9 || now > 6.1 {
		t.Errorf("sought to 6, it stands at %v", now)
	}
	eval[bool](t, b, `document.querySelector('.prose video').focus(),true`)
	d.special("ArrowLeft", 37, 5) // a little each time, as far as its length asks
	until(t, func() bool { return at() < 5.8 })
	d.special(" ", 32, 1)
	until(t, func() bool { return eval[bool](t, b, `!document.querySelector('.prose video').paused`) })
	if !eval[bool](t, b, `(()=>{const s=document.querySelector('.av-words summary');s.focus();s.click();return document.querySelector('.av-words').open&&document.querySelector('.av-words').innerText.includes('鼓声响起来')})()`) {
		t.Error("the transcript does not open")
	}
}
