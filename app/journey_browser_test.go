package app_test

import (
	"strings"
	"testing"
)

// Must show 1 of the desk (LE2): from the sign-in to 送审 of a notice that is pasted out of a word processor, through the real cleaner, in
// at most 12 clicks or keys besides what is typed.
func TestAPastedNoticeIsSent(t *testing.T) {
	t.Parallel()
	b := openBrowser(t)
	d, data := serveDesk(t, b)
	officer := staffOf(t, data, "瀛湖镇")["IO"]
	d.open(t, 1366, d.console+"/signin")
	d.fill("#login", officer.Login)
	d.fill("#password", officer.Password)
	d.press("form button.main", "登录")
	d.press("nav.rail a", "写稿")
	d.atDesk()
	d.taps += 2 // a click into the text, Ctrl V
	d.intoText()
	notice := `<p class=MsoNormal align=center style='text-align:center'><b><span style='font-size:22.0pt'>关于做好冬季森林防火工作的通知</span></b></p>` +
		`<p class=MsoNormal>各村民委员会：</p><p class=MsoNormal style='text-indent:32.0pt'>冬季风大物燥，请各村加强巡山护林，严禁野外用火。</p>` +
		`<p class=MsoNormal>一、加强宣传</p><p class=MsoNormal>逐户发放明白纸。</p><p class=MsoNormal>二、加强值守</p><p class=MsoNormal>护林员每日报告。</p>`
	if !eval[bool](t, b, `(()=>{const d=new DataTransfer();d.setData('text/html',`+"`"+notice+"`"+`);d.setData('text/plain','关于做好冬季森林防火工作的通知');`+
		surface+`.dispatchEvent(new ClipboardEvent('paste',{clipboardData:d,bubbles:true,cancelable:true}));return true})()`) {
		t.Fatal("nothing pasted")
	}
	until(t, func() bool {
		return strings.Contains(eval[string](t, b, `document.querySelector('.writer .line [role=status]').textContent`), "已清理")
	})
	if got := d.body(); !strings.Contains(got, "<h2>一、加强宣传</h2>") || strings.Contains(got, "Mso") || strings.Contains(got, "style=") {
		t.Errorf("the text is %s", got)
	}
	if eval[string](t, b, `document.querySelector('#title').value`) == "" {
		d.taps++ // a click into the title, which is typed then
		d.fill("#title", "关于做好冬季森林防火工作的通知")
	}
	d.taps += 2 // the list of columns is opened, one of it chosen
	eval[bool](t, b, `(()=>{const o=[...document.querySelectorAll('#column option')].find(o=>o.textContent.includes('通知公告'));o.selected=true;o.parentElement.dispatchEvent(new Event('change',{bubbles:true}));return true})()`)
	d.press("form button", "送审")
	d.says("已送审")
	t.Logf("%d clicks and keys besides text", d.taps)
	if d.taps > 12 {
		t.Errorf("%d clicks and keys from the sign-in to 送审", d.taps)
	}
}
