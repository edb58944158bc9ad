package app_test

import (
	"context"
	"crypto/hkdf"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/zhanqun/zhanqun/app"
	"github.com/zhanqun/zhanqun/app/demo"
)

// notice is the address of the notice that a page of a site would lead to, as the key of the installation signs it.
func notice(t *testing.T, data, id, from, to string) string {
	t.Helper()
	key, err := os.ReadFile(filepath.Join(data, "key"))
	if err != nil {
		t.Fatal(err)
	}
	own, err := hkdf.Key(sha256.New, key, nil, "zhanqun leaving", 32)
	if err != nil {
		t.Fatal(err)
	}
	h := hmac.New(sha256.New, own)
	fmt.Fprintf(h, "%s\x00%s\x00%s", id, from, to)
	return "-/leaving?" + url.Values{"from": {from}, "to": {to}, "sig": {base64.RawURLEncoding.EncodeToString(h.Sum(nil)[:16])}}.Encode()
}

// G17, R3 (LC) in a browser, without script on the citizens' side: from the footer of a page to the form, from the form to the receipt, from the desk
// to the answer; the notice before a site is left and the page about people's data. Each in the looks of its theme, and for elder readers.
func TestPageReportsInABrowser(t *testing.T) {
	t.Parallel()
	b := openBrowser(t)
	d, data := serveDesk(t, b)
	port := d.console[strings.LastIndexByte(d.console, ':')+1:]
	var sites []listedSite
	if err := json.Unmarshal([]byte(command(t, "site", "list", "--json", "--data="+data, "--public-port="+port)), &sites); err != nil {
		t.Fatal(err)
	}
	home, id := "", ""
	for _, s := range sites {
		if s.Level == "city" {
			home, id = s.URL, s.ID
		}
	}
	county := "http://hanbin.ankang.localhost:" + port + "/"
	b.open(t, 1366, home)
	d.press(".zq-doors a", "网页纠错")
	eval[bool](t, b, `document.querySelector('[value=typo]').click(),true`)
	d.fill("#words", "错")
	d.press("main form button", "提交")
	if got := eval[string](t, b, `document.querySelector('[role=alert]').textContent+document.querySelector('#words').value`); !strings.Contains(got, "请写 4 到 600 个字") || !strings.HasSuffix(got, "错") {
		t.Errorf("too short a report is told %s", got)
	}
	b.picture(t, "report-wrong")
	d.fill("#words", "首页第二条标题里“截至”写成了“截止”。")
	d.fill("#contact", "0915-3212345")
	d.press("main form button", "提交")
	receipt := eval[string](t, b, `location.href`)
	if !strings.Contains(receipt, "/-/report/") || !strings.Contains(eval[string](t, b, `document.querySelector('h1').textContent`), "已经收到") {
		t.Fatalf("a report leads to %s", receipt)
	}
	long := "https://www.example.com/" + strings.Repeat("very-long-address-without-a-break/", 6) + "?a=1&b=中文"
	leaving := notice(t, data, id, "/", long)
	for name, address := range map[string]string{
		"report": home + "-/report?page=%2Fc%2Fgonggao", "report-receipt": receipt, "report-elder": home + "-/elder/-/report?page=%2F", "report-hant": home + "-/hant/-/report?code=x",
		"report-county": county + "-/report?page=%2F", "privacy": home + "-/privacy", "leaving": home + leaving, "leaving-elder": home + "-/elder/" + leaving, "leaving-hant": home + "-/hant/" + leaving,
	} {
		b.inspect(t, name, address)
	}
	b.open(t, 390, home+leaving)
	d.press(".acts a", "放弃")
	if got := eval[string](t, b, `location.href`); got != home {
		t.Errorf("giving up leads to %s", got)
	}
	p := demo.Person{Login: "jiucuo", Password: "汉江-茶山-晴日-43"}
	if got := app.Main(context.Background(), []string{"admin", "create", "--login", p.Login, "--name", "纠错", "--org", "610900", "--role", "CL", "--password-stdin", "--data=" + data},
		strings.NewReader(p.Password+"\n"), io.Discard, os.Stderr); got != 0 {
		t.Fatalf("admin create ended with %d", got)
	}
	d.enter(1366, p)
	d.press("nav.rail a", "网页纠错")
	d.look("corrections")
	d.press("main .items a", "首页第二条")
	d.look("correction")
	d.fill("#answer", "已经改正，谢谢您的提醒。")
	d.press("main form button", "答复")
	d.says("已答复")
	b.open(t, 390, strings.TrimSuffix(receipt, "?new=1"))
	if got := eval[string](t, b, `document.querySelector('main').textContent`); !strings.Contains(got, "已经改正，谢谢您的提醒。") {
		t.Errorf("the answer is %s", got)
	}
	b.picture(t, "report-answer")
}
