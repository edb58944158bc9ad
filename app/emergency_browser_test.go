package app_test

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/zhanqun/zhanqun/kernel"
)

// F2, d15, S2: whoever runs the platform enters who carries a township's warnings, its content lead publishes one at once, and it stands at the head of
// the pages in the three themes, in the elder version and in traditional characters: axe finds nothing, a phone and doubled text are wide
// enough, a finger finds it, and one press leads to what to do.
func TestWarningsInABrowser(t *testing.T) {
	t.Parallel()
	b := openBrowser(t)
	d, data := serveDesk(t, b)
	port := d.console[strings.LastIndexByte(d.console, ':')+1:]
	var sites []place
	if err := json.Unmarshal([]byte(command(t, "site", "list", "--json", "--data="+data, "--public-port="+port)), &sites); err != nil {
		t.Fatal(err)
	}
	home := func(level string) string {
		return sites[slices.IndexFunc(sites, func(s place) bool { return s.Level == level })].URL
	}
	town := fmt.Sprintf("http://hanbin.ankang.localhost:%s/z/yinghu/", port)
	d.enter(1366, staffOf(t, data, "安康市")["PO"])
	d.press("nav.rail a", "预警同步")
	d.fill("#source", town)
	d.fill("#sites", home("city")+"\n"+home("dept"))
	d.fill("#document", "安政办函〔2026〕9号（演示）")
	d.press("form button.main", "登记")
	d.says("已登记")
	d.look("warning-carry")
	d.enter(1366, staffOf(t, data, "瀛湖镇")["CL"])
	d.press("nav.rail a", "预警")
	d.press("a.button", "新建预警")
	for id, text := range map[string]string{"type": "disaster", "level": "red", "title": "瀛湖库区今夜有大暴雨，山洪风险高", "what": "今夜到明天，瀛湖库区有大暴雨。", "advice": "远离河道和陡坡，听从转移安排。",
		"area": "瀛湖镇沿湖各村", "until": time.Now().In(kernel.Beijing).Add(12 * time.Hour).Format("2006-01-02T15:04")} {
		d.fill("#"+id, text)
	}
	d.press("form button", "预览")
	d.says("各页最上方会是这样")
	d.look("warning-form")
	if !eval[bool](t, b, `(()=>{const e=document.querySelector('[name=spread]');e.checked=true;return e.checked})()`) {
		t.Fatal("it cannot be spread")
	}
	d.press("form button.main", "保存")
	d.look("warning-draft")
	d.fill("#words", "洪峰一小时后到")
	d.press("form button.bad", "紧急发布")
	d.says("已紧急发布")
	d.look("warning-sheet")
	d.press("nav.rail a", "预警")
	d.look("warning-list")
	for name, address := range map[string]string{"warned-city": home("city"), "warned-dept": home("dept"), "warned-town": town, "warned-elder": town + "-/elder/", "warned-hant": town + "-/hant/",
		"warned-404": home("dept") + "nowhere", "warned-list": town + "warnings"} {
		b.inspect(t, name, address)
		low := eval[[]string](t, b, `(document.documentElement.style.fontSize='',[...document.querySelectorAll('.zq-warn a')].filter(a=>a.getBoundingClientRect().height<44).map(a=>a.textContent))`)
		if n := eval[int](t, b, `document.querySelectorAll('.zq-warn a').length`); n != 1 || len(low) > 0 {
			t.Errorf("%s: %d strips, lower than 44 pixels: %q", name, n, low)
		}
	}
	b.open(t, 390, town+"-/elder/")
	if first := eval[string](t, b, `document.querySelector('.zq-head a:not(.zq-skip)').closest('section')?.className+' '+(document.querySelector('.zq-warn a').getBoundingClientRect().height>=60)`); first != "zq-warn true" {
		t.Errorf("the elder home begins with %s", first)
	}
	d.press(".zq-warn a", "山洪")
	d.says("远离河道和陡坡")
	b.inspect(t, "warned-elder-page", eval[string](t, b, `location.href`))
	b.open(t, 1366, home("city"))
	d.press(".zq-warn a", "山洪")
	if at := eval[string](t, b, `location.href`); !strings.HasPrefix(at, town+"warnings/") {
		t.Errorf("from a site that carries it it leads to %s", at)
	}
	b.inspect(t, "warned-page", eval[string](t, b, `location.href`))
}
