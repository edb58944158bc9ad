package app_test

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/zhanqun/zhanqun/app"
	"github.com/zhanqun/zhanqun/app/demo"
	"github.com/zhanqun/zhanqun/kernel"
)

// openingAtMost is how many presses a new operator needs from the first screen to an open site (LE2): this number may fall.
const openingAtMost = 8

// unit imports a city department into the running demonstration, by the command line.
func unit(t *testing.T, data, code, name string) {
	t.Helper()
	sheet := "code,name,level,parent_code\n" + code + "," + name + ",dept,610900\n"
	if got := app.Main(context.Background(), []string{"org", "import", "-", "--data=" + data}, strings.NewReader(sheet), io.Discard, os.Stderr); got != 0 {
		t.Fatalf("org import ended with %d", got)
	}
}

// pick picks an option of a list by its words.
func (d *desk) pick(selector, words string) {
	d.t.Helper()
	if n := eval[int](d.t, d.browser, fmt.Sprintf(`(()=>{const o=[...document.querySelectorAll(%q)].filter(o=>o.textContent.includes(%q));if(o[0])o[0].selected=true;return o.length})()`, selector+" option", words)); n != 1 {
		d.t.Fatalf("%d options %q in %s", n, words, selector)
	}
}

// A1, A4, A8, A9, LE2, LP3 (look.md 2.6): a new operator, on a screen and on a phone, opens a site in five steps, suspends and resumes it, checks a
// sheet; the wall is walked by arrow keys.
func TestTheEstateInABrowser(t *testing.T) {
	t.Parallel()
	b := openBrowser(t)
	d, data := serveDesk(t, b)
	city := staffOf(t, data, "安康市")
	for i, width := range []int{1366, 390} {
		code := fmt.Sprintf("610900-sl%d", i)
		name := []string{"安康市水利研究院", "安康市气象服务中心"}[i]
		unit(t, data, code, name)
		d.enter(width, city["PO"])
		d.looks(i, "estate-work")
		d.press("nav.rail a", "开通网站")
		d.looks(i, "estate-pick")
		d.fill("#q", name[:len("安康市水利")])
		d.press("form button.main", "查找")
		d.looks(i, "estate-units")
		d.press("button.person", name)
		d.looks(i, "estate-step-1")
		d.fill("#code", "6109000031"[:9]+fmt.Sprint(i+1))
		d.press("form button.main", "下一步")
		d.fill("#where", "bad host")
		d.press("form button.main", "下一步")
		d.says("不是域名")
		d.looks(i, "estate-step-2-wrong")
		d.fill("#where", "")
		d.taps-- // the press that was shown to be wrong is not the way
		d.press("form button.main", "下一步")
		d.looks(i, "estate-step-3")
		d.press("form button.main", "下一步")
		d.looks(i, "estate-step-4")
		for id, text := range map[string]string{"document": "安政办函〔2026〕12号", "lead": "李某", "lead_login": "lead" + fmt.Sprint(i), "leader": "王某", "leader_login": "leader" + fmt.Sprint(i)} {
			d.fill("#"+id, text)
		}
		d.press("form button.main", "下一步")
		d.looks(i, "estate-step-5")
		d.pick("#start", "直接上线")
		d.press("form button.main", "创建网站")
		d.says("网站已经开通")
		if d.taps > openingAtMost {
			t.Errorf("opening a site took %d presses at %d pixels", d.taps, width)
		}
		t.Logf("%d presses from the first screen to an open site at %d pixels", d.taps, width)
		d.looks(i, "estate-next")
		home := eval[string](t, b, `document.querySelector('.steps a').href`)
		if status, body := d.ask(home); status != http.StatusOK || !strings.Contains(body, name) {
			t.Errorf("citizens get %d from %s", status, home)
		}
		d.pause(i, home)
	}
	d.press("nav.rail a", "所有网站")
	d.look("estate-wall")
	d.walk()
	d.press(".counts a", "汉滨区")
	d.look("estate-wall-county")
	d.press(".head a", "批量开通")
	d.fill("#text", "org_code,kind,host_or_slug\n610900-sl0,subsite,sl.localhost\n没有的,,\n")
	d.press("form button.main", "检查")
	d.says("没有代码为")
	d.look("estate-sheet")
	d.mourn()
	d.enter(1366, city["SV"])
	d.press("nav.rail a", "下级网站")
	d.look("estate-below")
	unit(t, data, "610900-sl2", "安康市地方志办公室")
	lead := demo.Person{Login: "sl2-zhuguan", Password: "汉江-茶山-晴日-42"}
	if got := app.Main(context.Background(), []string{"admin", "create", "--login", lead.Login, "--name", "李某", "--org", "610900-sl2", "--role", "CL", "--password-stdin",
		"--data=" + data}, strings.NewReader(lead.Password+"\n"), io.Discard, os.Stderr); got != 0 {
		t.Fatalf("admin create ended with %d", got)
	}
	d.open(t, 1366, d.console+"/")
	d.press(`form[action="/signout"] button`, "")
	d.fill("#login", lead.Login)
	d.fill("#password", lead.Password)
	d.press("form button.main", "登录")
	d.open(t, 1366, d.console+"/estate/apply")
	d.says("申请开办网站")
	d.look("estate-apply")
	d.press(`form[action="/language"] button`, "English")
	d.says("Apply for a site")
	d.look("estate-apply-en")
}

// looks looks at a screen once: the second width walks the same screens.
func (d *desk) looks(round int, name string) {
	if round == 0 {
		d.look(name)
		return
	}
	d.resize(d.t, 390)
	d.fits(d.t, name, 390)
}

// pause suspends the new site from its sheet and brings it back.
func (d *desk) pause(round int, home string) {
	d.t.Helper()
	d.press(".pages a", "网站情况")
	d.looks(round, "estate-sheet-online")
	d.fill("#notice", "系统升级，暂停服务。")
	d.fill("#suspend-reason", "升级")
	d.press("button.bad", "暂停网站")
	d.says("预计恢复")
	d.looks(round, "estate-sheet-suspended")
	if status, body := d.ask(home); status == http.StatusOK || !strings.Contains(body, "系统升级，暂停服务。") {
		d.t.Errorf("of a suspended site citizens get %d", status)
	}
	d.fill("#resume-reason", "升级完成")
	d.press("button.main", "恢复服务")
	d.says("已恢复")
	if status, _ := d.ask(home); status != http.StatusOK {
		d.t.Errorf("of a site that is back citizens get %d", status)
	}
}

// mourn takes the colours from all sites and brings them back (F7).
func (d *desk) mourn() {
	d.t.Helper()
	d.press("nav.rail a", "哀悼模式")
	d.fill("#until", time.Now().In(kernel.Beijing).Add(24*time.Hour).Format("2006-01-02T15:04"))
	d.fill("#document", "国务院公告（演示）")
	d.press("form button.main", "置灰")
	d.says("已置灰")
	d.look("estate-grey")
	screen := eval[string](d.t, d.browser, `location.href`)
	d.open(d.t, 1366, strings.Replace(d.console, "console.", "ankang.", 1)+"/")
	if got := eval[string](d.t, d.browser, `getComputedStyle(document.documentElement).filter`); got != "grayscale(1)" {
		d.t.Errorf("a citizen's page is drawn with %q", got)
	}
	d.picture(d.t, "grey-home-1366")
	d.open(d.t, 1366, screen)
	d.press("form button.bad", "现在恢复彩色")
	d.says("已恢复彩色")
}

// walk goes through a wall by arrow keys: one stop for the tab key, and the focus moves from cell to cell.
func (d *desk) walk() {
	d.t.Helper()
	got := eval[string](d.t, d.browser, `(()=>{const w=[...document.querySelectorAll('.wall')].find(w=>w.children.length>2);const c=[...w.children];
		const stops=()=>c.filter(a=>a.tabIndex===0).length;const key=k=>document.activeElement.dispatchEvent(new KeyboardEvent('keydown',{key:k,bubbles:true,cancelable:true}));
		const at=()=>c.indexOf(document.activeElement);c[0].focus();const seen=[stops(),at()];for(const k of ['ArrowRight','ArrowRight','ArrowLeft','End','Home','ArrowLeft']){key(k);seen.push(at())}
		seen.push(stops());return seen.join(' ')+' of '+c.length})()`)
	var n int
	if _, err := fmt.Sscanf(got[strings.LastIndex(got, " ")+1:], "%d", &n); err != nil || got != fmt.Sprintf("1 0 1 2 1 %d 0 0 1 of %d", n-1, n) {
		d.t.Errorf("the wall by keys: %s, %v", got, err)
	}
}
