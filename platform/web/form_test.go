package web

import (
	"context"
	"fmt"
	"net/http"
	"sort"
	"strings"
	"testing"

	"github.com/zhanqun/zhanqun/kernel/fault"
	"github.com/zhanqun/zhanqun/platform/pages"
)

const formPath = "/-/report"

// take answers like a room: what was sent, by whom and for which site.
func take(_ context.Context, f *Form) (*pages.Page, error) {
	switch f.Values["do"] {
	case "see":
		return &pages.Page{Location: formPath + "/1"}, nil
	case "wrong":
		return &pages.Page{Status: 422, ContentType: "text/html; charset=utf-8", Body: []byte("请写明")}, nil
	case "fail":
		return nil, fault.New(fault.Unavailable, "没有响应。")
	}
	var all []string
	for name, value := range f.Values {
		all = append(all, fmt.Sprintf("%s=%q", name, value))
	}
	sort.Strings(all)
	return HTML([]byte(fmt.Sprintf("%s %s %v from %s", f.Site.Name, f.Site.Path("/"), all, f.From))), nil
}

func withForm(t *testing.T, cfg Config) *fixture {
	t.Helper()
	f := assemble(t, cfg)
	f.Router().Form(FormRoute{Room: "correction", Path: formPath, Action: "error.report", MaxBody: 200, Do: take})
	f.Router().Page(PageRoute{Room: "correction", Path: formPath + "/:code", Do: f.articles.show})
	f.Router().Page(PageRoute{Room: "correction", Path: "/-/code", Query: []string{"code"}, Do: f.articles.show})
	return f.serve()
}

// post sends a form as a browser does, with more headers.
func (f *fixture) post(host, path, form string, headers ...string) *http.Response {
	f.t.Helper()
	head := "POST " + path + " HTTP/1.1\r\nHost: " + host + "\r\nConnection: close\r\nContent-Type: application/x-www-form-urlencoded\r\n"
	for _, h := range append(headers, fmt.Sprintf("Content-Length: %d", len(form))) {
		head += h + "\r\n"
	}
	all := answers(f.t, f.raw(head+"\r\n"+form), http.MethodPost)
	if len(all) != 1 {
		f.t.Fatalf("POST %s: %d answers", path, len(all))
	}
	return all[0]
}

// G17: a citizen's form comes from a page of the very host, is small and of one type, and is told to the site that it was sent to.
func TestFormsOfCitizens(t *testing.T) {
	f := withForm(t, Config{})
	const same = "Sec-Fetch-Site: same-origin"
	for _, c := range []struct {
		name, host, path, form string
		headers                []string
		status                 int
		says                   string
	}{
		{"a form", "hanbin.gov.cn", formPath, "words=%E9%94%99%E5%AD%97&kind=typo", []string{same}, 200, `汉滨区人民政府 / [kind="typo" words="错字"] from 127.0.0.1`},
		{"an old browser says where it comes from", "hanbin.gov.cn", formPath, "a=1", []string{"Origin: http://hanbin.gov.cn"}, 200, "汉滨区人民政府"},
		{"below a mount", "hanbin.gov.cn", "/z/wuli" + formPath, "a=1", []string{same}, 200, "五里镇 /z/wuli/ "},
		{"in a variant", "hanbin.gov.cn", "/z/wuli/-/elder" + formPath, "a=1", []string{same}, 200, "五里镇 /z/wuli/-/elder/ "},
		{"lines, and what is no text", "hanbin.gov.cn", formPath, "w=a%0D%0Ab%0Dc%00%FFd&w=second", []string{same}, 200, `[w="a\nb\ncd"]`},
		{"nothing at all", "hanbin.gov.cn", formPath, "", []string{same}, 200, "[]"},
		{"what is wrong with it", "hanbin.gov.cn", formPath, "do=wrong", []string{same}, 422, "请写明"},
		{"trouble", "hanbin.gov.cn", formPath, "do=fail", []string{same}, 503, "错误页 503"},
		{"from elsewhere", "hanbin.gov.cn", formPath, "a=1", []string{"Sec-Fetch-Site: same-site"}, 403, ""},
		{"from another origin", "hanbin.gov.cn", formPath, "a=1", []string{"Origin: http://demo.gov.cn"}, 403, ""},
		{"from nowhere", "hanbin.gov.cn", formPath, "a=1", nil, 403, ""},
		{"too much", "hanbin.gov.cn", formPath, "a=" + strings.Repeat("x", 200), []string{same}, 413, ""},
		{"no form", "hanbin.gov.cn", formPath, "a=%zz", []string{same}, 422, "请用网页上的表格提交"},
		{"of a site that pauses", "paused.gov.cn", formPath, "a=1", []string{same}, 503, "公告 暂停站"},
		{"of a site that has closed", "gone.gov.cn", formPath, "a=1", []string{same}, 410, "公告 关停站"},
		{"at another page", "hanbin.gov.cn", "/a/1", "a=1", []string{same}, 405, ""},
		{"at an answer", "hanbin.gov.cn", formPath + "/1", "a=1", []string{same}, 405, ""},
		{"in another spelling", "hanbin.gov.cn", "/-//report", "a=1", []string{same}, 405, ""},
		{"with a question", "hanbin.gov.cn", formPath + "?a=1", "a=1", []string{same}, 405, ""},
		{"below no mount", "hanbin.gov.cn", "/z/none" + formPath, "a=1", []string{same}, 405, ""},
		{"at an alias", "old.gov.cn", formPath, "a=1", []string{same}, 405, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			res := f.post(c.host, c.path, c.form, c.headers...)
			text := body(t, res)
			if res.StatusCode != c.status || !strings.Contains(text, c.says) {
				t.Errorf("answers %d %s, want %d and %s", res.StatusCode, text, c.status, c.says)
			}
			if res.Header.Get("Cache-Control") != "no-store" && res.StatusCode < 400 || res.Header.Get("X-Content-Type-Options") != "nosniff" || len(res.Header["Set-Cookie"]) > 0 {
				t.Errorf("headers %v", res.Header)
			}
		})
	}
}

func TestFormsOfOneType(t *testing.T) {
	for _, kind := range []string{"text/plain", "multipart/form-data; boundary=x", "", "application/json", ";"} {
		if _, err := sent(kind, "a=1"); !fault.Is(err, fault.Invalid) {
			t.Errorf("%q is taken: %v", kind, err)
		}
	}
	if v, err := sent("application/x-www-form-urlencoded; charset=UTF-8", "a=1"); err != nil || v["a"] != "1" {
		t.Errorf("%v, %v", v, err)
	}
}

// A form that was taken leads on by 303, within the variant; what opens its answer is in no log, and stays out of search engines.
func TestAFormLeadsOn(t *testing.T) {
	f := withForm(t, Config{})
	res := f.post("hanbin.gov.cn", "/z/wuli/-/hant"+formPath, "do=see", "Sec-Fetch-Site: same-origin")
	if res.StatusCode != 303 || res.Header.Get("Location") != "http://hanbin.gov.cn/z/wuli/-/hant"+formPath+"/1" || res.Header.Get("X-Robots-Tag") != "noindex" {
		t.Errorf("answers %d %v", res.StatusCode, res.Header)
	}
	if res := f.ask(http.MethodGet, "hanbin.gov.cn", formPath+"/SECRET2345"); res.StatusCode != 200 {
		t.Errorf("the answer's page: %d", res.StatusCode)
	}
	f.ask(http.MethodGet, "hanbin.gov.cn", "/-/code?code=SECRET2345")
	if err := f.stop(); err != nil {
		t.Fatal(err)
	}
	if log := f.logs.String(); strings.Contains(log, "SECRET2345") || !strings.Contains(log, `"path":"/-/code"`) || !strings.Contains(log, `"path":"/-/report/:code"`) {
		t.Errorf("the log says %s", log)
	}
}

// Where citizens are led to TLS, what they type does not travel in the clear.
func TestFormsInTheClear(t *testing.T) {
	f := withForm(t, Config{RedirectHTTPS: true})
	if res := f.post("tls.gov.cn", formPath, "a=1", "Sec-Fetch-Site: same-origin"); res.StatusCode != 403 {
		t.Errorf("in the clear: %d", res.StatusCode)
	}
	if res := f.post("hanbin.gov.cn", formPath, "a=1", "Sec-Fetch-Site: same-origin"); res.StatusCode != 200 {
		t.Errorf("of a site without TLS: %d", res.StatusCode)
	}
}

// A body that lies about its end is no form, and no second request is read out of one.
func TestFormsThatLie(t *testing.T) {
	f := withForm(t, Config{})
	head := "POST " + formPath + " HTTP/1.1\r\nHost: hanbin.gov.cn\r\nSec-Fetch-Site: same-origin\r\nContent-Type: application/x-www-form-urlencoded\r\n"
	for name, c := range map[string]struct {
		rest   string
		status int
	}{
		"chunked":            {"Connection: close\r\nTransfer-Encoding: chunked\r\n\r\n3\r\na=1\r\n0\r\n\r\n", 200},
		"chunked, too much":  {"Transfer-Encoding: chunked\r\n\r\n12c\r\n" + strings.Repeat("x", 300) + "\r\n0\r\n\r\n", 413},
		"it ends too early":  {"Content-Length: 100\r\n\r\na=1", 400},
		"a length and chunk": {"Content-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n3\r\na=1\r\n0\r\n\r\n", 400},
		"refused unread":     {"Content-Length: 250\r\n\r\n" + strings.Repeat("x", 250) + "GET /a/1 HTTP/1.1\r\nHost: hanbin.gov.cn\r\n\r\n", 413},
	} {
		all := answers(t, f.raw(head+c.rest), http.MethodPost)
		if len(all) != 1 || all[0].StatusCode != c.status {
			for _, one := range all {
				t.Errorf("%s answers %d", name, one.StatusCode)
			}
			t.Errorf("%s: %d answers, want one of %d", name, len(all), c.status)
		}
	}
}

func TestFormsThatCannotBeAdded(t *testing.T) {
	good := FormRoute{Room: "r", Path: "/-/x", Action: "error.report", MaxBody: 10, Do: take}
	for name, spoil := range map[string]func(f *FormRoute){
		"no room": func(f *FormRoute) { f.Room = "" }, "a parameter": func(f *FormRoute) { f.Path = "/a/:id" }, "no action": func(f *FormRoute) { f.Action = "nothing" },
		"a guarded action": func(f *FormRoute) { f.Action = "home.slot.place" }, "nothing to take": func(f *FormRoute) { f.MaxBody = 0 },
		"too much": func(f *FormRoute) { f.MaxBody = formAtMost + 1 }, "nothing to do": func(f *FormRoute) { f.Do = nil },
	} {
		f := good
		spoil(&f)
		func() {
			defer func() {
				if recover() == nil {
					t.Errorf("%s: added", name)
				}
			}()
			assemble(t, Config{}).Router().Form(f)
		}()
	}
}
