package app_test

import (
	"context"
	"io"
	"net/url"
	"os"
	"strings"
	"testing"

	"github.com/zhanqun/zhanqun/app"
	"github.com/zhanqun/zhanqun/app/demo"
)

// T1, T2, T3 (LC1 to LC9, LC25) in a browser, without script on the citizens' side: the form in the masthead leads to what is found, to help where
// nothing is, and to a sentence where nothing can be; each in the looks of its theme. Whoever assembles a site writes its words.
func TestTheSearchInABrowser(t *testing.T) {
	t.Parallel()
	b := openBrowser(t)
	d, data := serveDesk(t, b)
	port := d.console[strings.LastIndexByte(d.console, ':'):]
	city, county := "http://ankang.localhost"+port+"/", "http://hanbin.ankang.localhost"+port+"/"
	b.open(t, 1366, city)
	d.fill("#zq-q", "通知")
	d.press("header .find button", "检索")
	if got := eval[string](t, b, `location.pathname+location.search+' '+(document.querySelectorAll('.hits mark').length>0)`); got != "/search?q=%E9%80%9A%E7%9F%A5 true" {
		t.Errorf("the form of the masthead leads to %s", got)
	}
	word := url.QueryEscape("通知")
	for name, address := range map[string]string{
		"search": city + "search?q=" + word, "search-all": city + "search?q=" + word + "&s=all", "search-none": county + "search?q=" + url.QueryEscape("没有这样的词"),
		"search-wrong": county + "search?q=" + url.QueryEscape("？！"), "search-empty": county + "search",
		"search-town": county + "z/yinghu/search?q=" + word,
	} {
		b.inspect(t, name, address)
	}
	p := demo.Person{Login: "bianpai", Password: "汉江-茶山-晴日-43"}
	if got := app.Main(context.Background(), []string{"admin", "create", "--login", p.Login, "--name", "编排", "--org", "610900", "--role", "IE", "--password-stdin", "--data=" + data},
		strings.NewReader(p.Password+"\n"), io.Discard, os.Stderr); got != 0 {
		t.Fatalf("admin create ended with %d", got)
	}
	d.enter(1366, p)
	d.press("nav.rail a", "检索用词")
	d.fill("#hot", "通知\n公告\n")
	d.press("main form button", "保存")
	d.says("已保存")
	d.look("search-words")
	b.open(t, 1366, city+"search")
	d.press(".hot a", "通知")
}
