package app_test

import (
	"context"
	"database/sql"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/zhanqun/zhanqun/app"
)

// A8, A9, M1, X1, LP12 (look.md 2.3(10)): the wall on a big screen: arrow keys go from cell to cell, what changes is put in place where one stands, it
// says when the line is down and when it stands still; a site at a glance, what happened, and a re-check that is late.
func TestWatchingInABrowser(t *testing.T) {
	t.Parallel()
	b := openBrowser(t)
	d, data := serveDesk(t, b)
	recheckOverdue(t, data)
	d.enter(1366, staffOf(t, data, "安康市")["PO"])
	d.press("nav.rail a", "所有网站")
	d.press(".head a", "大屏")
	d.look("watch-tv")
	d.resize(t, 1920)
	d.picture(t, "desk-watch-tv-1920")
	d.walk()
	d.live(data)
	d.enter(1366, staffOf(t, data, "瀛湖镇")["IO"])
	d.press("nav.rail a", "本站一览")
	d.look("watch-glance")
	d.press("nav.rail a", "本站动态")
	d.says("送审")
	d.look("watch-activity")
	d.press(`form[action="/language"] button`, "English")
	d.says("Who did what")
	d.look("watch-activity-en")
	d.press(`form[action="/language"] button`, "中文")
	d.enter(1366, staffOf(t, data, "安康市")["SV"])
	d.says("年度复核")
	d.look("watch-work")
	d.press("main .items a", "瀛湖镇")
	d.says("已经过了应办的日子")
	d.look("watch-recheck")
	d.enter(1366, staffOf(t, data, "安康市")["AA"])
	d.press("nav.rail a", "平台动态")
	d.look("watch-platform")
}

// recheckOverdue lets a re-check of the township be late, which takes a year otherwise.
func recheckOverdue(t *testing.T, data string) {
	t.Helper()
	store, err := sql.Open("sqlite", "file:"+filepath.Join(data, "zhanqun.db")+"?_pragma=busy_timeout(10000)")
	if err != nil {
		t.Fatal(err)
	}
	defer store.Close()
	r, err := store.Exec(`INSERT OR REPLACE INTO site_rechecks SELECT id, '2026-01-31', 'confirmed', created_at, false, true, true, true, '主办单位已更名，正在改。', 1, '李某', created_at, '', 0, '', NULL
		FROM sites WHERE short_name LIKE '瀛湖镇%'`)
	if err != nil {
		t.Fatal(err)
	}
	if n, err := r.RowsAffected(); err != nil || n != 1 {
		t.Fatalf("%d sites of the township, %v", n, err)
	}
}

// live suspends a site while the screen is looked at, takes the line away and gives it back.
func (d *desk) live(data string) {
	t := d.t
	t.Helper()
	state := func() string { return eval[string](t, d.browser, `document.querySelector('[data-tv]').dataset.state`) }
	again := func() { // a pause that ends asks at once
		eval[bool](t, d.browser, `(()=>{const b=document.querySelector('[data-pause]');b.click();b.click();return true})()`)
	}
	if s := eval[string](t, d.browser, `(()=>{const b=document.querySelector('[data-pause]');b.click();return b.getAttribute('aria-pressed')+' '+document.querySelector('.clock .state').textContent})()`); s != "true 已暂停刷新" || state() != "paused" {
		t.Errorf("after a press on the pause: %s, %s", s, state())
	}
	eval[bool](t, d.browser, `(()=>{document.querySelector('[data-pause]').click();return true})()`)
	href := eval[string](t, d.browser, `(()=>{const a=[...document.querySelectorAll('.wall a')].find(a=>a.textContent.includes('平利'))??document.querySelectorAll('.wall a')[1];a.focus();return a.getAttribute('href')})()`)
	id := strings.Split(href, "/")[2]
	if got := app.Main(context.Background(), []string{"site", "suspend", id, "--reason=检修", "--notice=本站检修。", "--days=3", "--data=" + data}, strings.NewReader(""), io.Discard, os.Stderr); got != 0 {
		t.Fatalf("site suspend ended with %d", got)
	}
	cell := fmt.Sprintf(`document.querySelector('.wall a[href=%q]')`, href)
	until(t, func() bool { again(); d.seen(); return eval[bool](t, d.browser, cell+`.classList.contains('bad')`) })
	if !eval[bool](t, d.browser, cell+`===document.activeElement&&`+cell+`.tabIndex===0&&'changed' in `+cell+`.dataset`) {
		t.Error("the cell that changed is not marked, or the focus did not stay on it")
	}
	d.picture(t, "desk-watch-tv-changed-1920")
	d.offline(true)
	until(t, func() bool { again(); d.seen(); return state() == "away" })
	d.says("连接中断")
	d.picture(t, "desk-watch-tv-away-1920")
	d.offline(false)
	until(t, func() bool { again(); d.seen(); return state() == "live" })
	eval[bool](t, d.browser, `(()=>{const e=[...document.querySelectorAll('.head a')].find(a=>a.textContent==='退出大屏');e.click();return true})()`)
}
