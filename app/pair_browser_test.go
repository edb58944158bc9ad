package app_test

import (
	"fmt"
	"strings"
	"testing"
)

// E1, E2, d10, d12: in a browser an officer marks a major policy, writes what explains it from its screen, and a reviewer on a phone publishes
// both with one press; the citizens' two pages lead to each other.
func TestThePairInABrowser(t *testing.T) {
	b := openBrowser(t)
	d, data := serveDesk(t, b)
	staff := staffOf(t, data, "瀛湖镇")
	writes := func(title string, choose ...string) {
		d.fill("#title", title)
		d.atDesk()
		d.intoText()
		d.types("为了方便群众，制定本办法。")
		for i := 0; i+1 < len(choose); i += 2 {
			eval[bool](t, b, fmt.Sprintf(`(()=>{document.querySelectorAll('details').forEach(e=>e.open=true);document.querySelector(%q).value=%q;return true})()`, choose[i], choose[i+1]))
		}
		eval[bool](t, b, `(()=>{const o=[...document.querySelectorAll('#column option')].find(o=>o.textContent.includes('通知公告'));o.selected=true;return true})()`)
		d.press("form button", "送审")
	}
	d.enter(1366, staff["IO"])
	d.press("nav.rail a", "写稿")
	writes("便民服务办法", "#kind", "policy", "#major", "yes", "#number", "演示发〔2026〕9号", "#issuer", "瀛湖镇人民政府", "#written_on", "2026-11-02")
	d.says("还没有公开的解读，不能单独发布")
	d.look("pair-policy")
	d.press("main section a", "写解读")
	d.says("便民服务办法")
	writes("便民服务办法一图读懂", "#form", "infographic")
	d.press("main section a", "登记解读关系")
	d.fill("#q", "便民服务")
	d.press("form.sift button", "查找政策")
	d.says("演示发〔2026〕9号")
	d.look("pairs")
	d.enter(390, staff["RV"])
	for _, title := range []string{"便民服务办法", "便民服务办法一图读懂"} {
		d.press("nav.rail a", "待审")
		eval[bool](t, b, fmt.Sprintf(`(()=>{[...document.querySelectorAll('main .items a')].filter(e=>e.textContent.trim()!==%q).forEach(e=>e.remove());return true})()`, title))
		d.press("main .items a", title)
		d.press(`main button[name="do"][value="pass"]`, "通过")
	}
	d.look("pair-together")
	d.press("main form button", "与政策同时发布")
	d.says("已发布")
	text := eval[string](t, b, `document.querySelector('main dl.facts dd a').href`)
	b.inspect(t, "pair-interpretation", text)
	rules := eval[string](t, b, `document.querySelector('section.pair a').href`)
	b.inspect(t, "pair-policy", rules)
	if got := eval[string](t, b, `document.querySelector('section.pair a').href+' '+document.querySelector('section.pair .form').textContent`); got != text+" 图解" {
		t.Errorf("the policy leads to %q, want %q", got, text)
	}
	for _, words := range []string{"政策解读", "数说城镇污水处理提质增效行动"} { // E4: the demonstration's own chart
		if words == "政策解读" {
			port := rules[strings.LastIndexByte(rules[:strings.Index(rules, "/z/")], ':')+1 : strings.Index(rules, "/z/")]
			b.open(t, 1366, "http://ankang.localhost:"+port+"/sitemap")
		}
		to := eval[string](t, b, fmt.Sprintf(`(()=>{const a=[...document.querySelectorAll('main a')].find(a=>a.textContent.includes(%q));return a?a.href:document.title})()`, words))
		b.open(t, 1366, to)
	}
	b.inspect(t, "pair-chart", eval[string](t, b, `location.href`))
	if got := eval[int](t, b, `document.querySelectorAll('figure.chart svg rect').length`); got != 6 {
		t.Errorf("%d bars are drawn, want 6", got)
	}
}
