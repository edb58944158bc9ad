package app_test

import (
	"strings"
	"testing"

	"github.com/chromedp/chromedp"
)

// M/B13, E4, d12 (look.md 2.3(7), LE1): by the keyboard alone a picture of the library is searched for, described in the writer's own words and
// put into the text; a table becomes a chart with its words, is undone and made again, stays one over saving, and becomes a table again.
func TestTheEditorChoosesAndCharts(t *testing.T) {
	t.Parallel()
	b := openBrowser(t)
	d, data := serveDesk(t, b)
	d.enter(1366, staffOf(t, data, "瀛湖镇")["IO"])
	d.press("nav.rail a", "媒体库")
	d.brings("瀛湖雪后.jpg", "雪后的瀛湖", "")
	d.brings("码头.jpg", "", "")
	d.write("冬游瀛湖")
	d.choosesByKeys()
	d.charts()
}

// found waits until the open dialog lists so many items.
func (d *desk) found(n int) {
	d.t.Helper()
	until(d.t, func() bool {
		return eval[int](d.t, d.browser, `[...document.querySelectorAll('dialog.choose[open] li')].filter(l=>l.querySelector('img')?.naturalWidth>0).length`) == n
	})
}

func (d *desk) choosesByKeys() {
	t, b := d.t, d.browser
	t.Helper()
	d.intoText()
	d.types("欢迎来瀛湖。")
	d.enterKey()
	d.special("Escape", 27, 1)
	d.right(9)
	d.enterKey() // 图片附件
	d.special("Tab", 9, 1)
	d.special(" ", 32, 1) // 从媒体库选择
	d.found(2)
	d.look("choose")
	d.enterKey() // nothing is chosen yet: Enter searches
	d.types("雪后")
	d.found(1)
	d.special("Tab", 9, 2)
	d.special(" ", 32, 1)
	if got := eval[string](t, b, `document.querySelector('dialog.choose [name=alt]').value`); got != "雪后的瀛湖" {
		t.Errorf("the library's words are %q", got)
	}
	d.look("choose-one")
	d.special("Tab", 9, 1)
	d.keys("a", chromedp.ModifierCtrl)
	d.types("雪后的瀛湖和两座山峰")
	d.enterKey()
	until(t, func() bool {
		return eval[bool](t, b, `[...document.querySelectorAll('.surface figure img')].some(i=>i.naturalWidth===1800)&&!document.querySelector('dialog[open]')`)
	})
	d.types("游客可以乘船。")
	if got := d.body(); strings.Count(got, "<img") != 1 || !strings.Contains(got, `alt="雪后的瀛湖和两座山峰" width="1800" height="1000"`) || !strings.HasSuffix(got, "</figure><p>游客可以乘船。</p>") {
		t.Errorf("the text is %s", got)
	}
}

func (d *desk) charts() {
	t, b := d.t, d.browser
	t.Helper()
	d.enterKey()
	d.special("Escape", 27, 1)
	d.special("ArrowLeft", 37, 1)
	d.enterKey() // 表格
	for _, words := range []string{"年份", "游客（万人）", "收入（万元）", "2024", "12", "30", "2025", "15", "41"} {
		d.types(words)
		if words != "41" {
			d.special("Tab", 9, 1)
		}
	}
	const inner = `<thead><tr><th scope="col">年份</th><th scope="col">游客（万人）</th><th scope="col">收入（万元）</th></tr></thead><tbody><tr><td>2024</td><td>12</td><td>30</td></tr><tr><td>2025</td><td>15</td><td>41</td></tr></tbody></table>`
	ends := func(what, want string) {
		t.Helper()
		if got := d.body(); !strings.HasSuffix(got, want) {
			t.Errorf("%s the text is %s, want …%s", what, got, want)
		}
	}
	toChart := func() {
		t.Helper()
		d.special("Escape", 27, 1)
		eval[bool](t, b, `document.activeElement.closest('.tools')!==null`)
		for range 30 {
			if eval[string](t, b, `document.activeElement.dataset.do??''`) == "chart" {
				break
			}
			d.right(1)
		}
		d.enterKey()
	}
	pressed := func() string {
		return eval[string](t, b, `document.querySelector('.tools [data-do=chart]').getAttribute('aria-pressed')`)
	}
	ends("at first", "<p>游客可以乘船。</p><table>"+inner)
	toChart()
	d.look("chart")
	d.special("Tab", 9, 1)
	d.types("两年游客和收入")
	d.enterKey()
	const chart = `<figure><table class="chart-bar">` + inner + `<figcaption>两年游客和收入</figcaption></figure>`
	ends("as a chart", chart)
	if pressed() != "true" || eval[bool](t, b, `!!document.querySelector('form [data-charts]')`) {
		t.Error("the tools do not say that it is a chart, or the plain form's question stands beside them")
	}
	d.types("!")
	ends("typed on", strings.Replace(chart, "41", "41!", 1))
	d.keys("z", chromedp.ModifierCtrl)
	d.keys("z", chromedp.ModifierCtrl)
	ends("undone", "<table>"+inner)
	d.keys("y", chromedp.ModifierCtrl)
	ends("done again", chart)
	d.keys("s", chromedp.ModifierCtrl)
	d.state("named")
	d.open(t, 1366, d.console+eval[string](t, b, `location.pathname`))
	d.atDesk()
	ends("opened again", chart)
	d.look("editor-chart")
	eval[bool](t, b, `(()=>{const e=`+surface+`,s=getSelection();e.focus();s.selectAllChildren(e.querySelector('td'));s.collapseToEnd();return true})()`)
	d.seen()
	toChart()
	d.special("ArrowUp", 38, 1)
	eval[bool](t, b, `(()=>{const s=document.querySelector('dialog[open] [name=kind]');s.value='';document.querySelector('dialog[open] [name=words]').value='';return true})()`)
	eval[bool](t, b, `document.querySelector('dialog[open] .main').click(),true`)
	d.seen()
	ends("a table again", "<p>游客可以乘船。</p><table>"+inner)
}
