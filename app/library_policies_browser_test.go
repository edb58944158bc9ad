package app_test

import (
	"net/url"
	"strings"
	"testing"
)

// D1, D7, A13 (LC1 to LC9) in a browser, without script on the citizens' side: the library's form narrows, its choices are taken back, and the five
// doors and the map hold in every theme and in the elder version.
func TestTheLibraryInABrowser(t *testing.T) {
	t.Parallel()
	b := openBrowser(t)
	d, _ := serveDesk(t, b)
	port := d.console[strings.LastIndexByte(d.console, ':'):]
	city, county := "http://ankang.localhost"+port+"/", "http://hanbin.ankang.localhost"+port+"/"
	for name, address := range map[string]string{
		"policies": city + "policies", "policies-none": county + "policies?q=" + url.QueryEscape("没有这样的词"), "policies-town": county + "z/yinghu/policies",
		"policies-elder": city + "-/elder/policies", "policies-column": city + "c/zhengce",
		"disclosure": city + "disclosure", "disclosure-county": county + "disclosure", "disclosure-town": county + "z/yinghu/disclosure",
		"sites": city + "sites", "sites-find": city + "sites/find?q=" + url.QueryEscape("人民政府"), "sites-none": city + "sites/find?q=" + url.QueryEscape("没有"),
		"sitemap": city + "sitemap",
	} {
		b.inspect(t, name, address)
	}
	b.open(t, 1366, city+"sitemap")
	d.press("main .chips a", "政策文件库")
	all := eval[int](t, b, `document.querySelectorAll('.hits>li').length`)
	eval[string](t, b, `document.querySelector('#by-v').value=document.querySelectorAll('#by-v option')[1].value`)
	d.press("main form button", "查找")
	if got := eval[string](t, b, `location.pathname+location.search.replace(/=.*/,'=')+' '+document.querySelectorAll('.chips a').length`); got != "/policies?v= 2" {
		t.Errorf("the form leads to %s", got)
	}
	d.press("main .chips a", "全部取消")
	if got := eval[int](t, b, `document.querySelectorAll('.hits>li').length`); got != all || all == 0 {
		t.Errorf("taken back, it shows %d documents of %d", got, all)
	}
}
