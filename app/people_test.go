package app

import (
	"encoding/json"
	"io"
	"net"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/zhanqun/zhanqun/kernel"
	"github.com/zhanqun/zhanqun/platform/identity"
	"github.com/zhanqun/zhanqun/storage/db/dbtest"
)

// Issue 1 (Q1-Q4, A8; Must show 9): on both engines, over the routes: how people come in, and what nobody gets in by. Every screen is
// clean HTML.
func TestPeople(t *testing.T) {
	for _, c := range []struct {
		name string
		url  func(t *testing.T) string
	}{
		{"sqlite", func(t *testing.T) string { return filepath.Join(t.TempDir(), "z.db") }},
		{"postgres", func(t *testing.T) string { return dbtest.PostgresURL(t) }},
	} {
		t.Run(c.name, func(t *testing.T) {
			o := openBureau(t, c.url(t))
			t.Run("a link", func(t *testing.T) { links(t, o) })
			t.Run("clean HTML", func(t *testing.T) {
				java, jar := checker(t)
				for _, m := range check(t, java, jar, o.dir) {
					at := o.kept[filepath.Join(o.dir, filepath.Base(m.URL))]
					t.Errorf("%s line %d: %s %s: %s %q", at, m.LastLine, m.Type, m.SubType, m.Message, m.Extract)
				}
				t.Logf("%d screens checked", len(o.kept))
			})
		})
	}
}

// visitor is somebody with a browser and no account.
func (o *bureau) visitor() *worker {
	return &worker{bureau: o, client: o.enter(o.t, kernel.Actor{})}
}

// links: looking does not use it, what is wrong is said and uses nothing, it works once, and ends the sessions.
func links(t *testing.T, o *bureau) {
	w, v := o.hire("forgetful", "IO"), o.visitor()
	made, err := o.Accounts.MakeLink(kernel.WithActor(t.Context(), identity.System("cli")), w.account.ID, identity.Reset)
	if err != nil {
		t.Fatal(err)
	}
	at := "/link/" + made.Token
	for range 2 {
		if status, body := v.get(at); status != http.StatusOK || !strings.Contains(body, w.account.Name) || !strings.Contains(body, "设好密码") {
			t.Fatalf("the link's page answers %d: %s", status, body)
		}
	}
	v.wants(at, url.Values{"password": {"汉江两岸的早晨有雾吗"}, "again": {"汉江两岸的早晨有雾呢"}}, http.StatusUnprocessableEntity, "不一样")
	v.wants(at, url.Values{"password": {"短"}, "again": {"短"}}, http.StatusUnprocessableEntity, "至少 10 个字符")
	if status, _ := w.get("/"); status != http.StatusOK {
		t.Errorf("before the use the session answers %d", status)
	}
	form := url.Values{"password": {deskPassword + "-2"}, "again": {deskPassword + "-2"}}
	v.wants(at, form, http.StatusSeeOther, "/signin?set=1")
	v.wants(at, form, http.StatusNotFound, "已经用过")
	if status, body := v.get("/signin?set=1"); status != http.StatusOK || !strings.Contains(body, "密码已经设好") {
		t.Errorf("the way in answers %d: %s", status, body)
	}
	if status, _ := w.get("/"); status != http.StatusSeeOther {
		t.Errorf("after the use the session answers %d", status)
	}
	in := url.Values{"login": {w.account.Login}, "password": {deskPassword}}
	v.wants("/signin", in, http.StatusUnprocessableEntity, "不对")
	in.Set("password", deskPassword+"-2")
	v.wants("/signin", in, http.StatusSeeOther, "")
	if status, body := v.get("/link/x"); status != http.StatusNotFound || !strings.Contains(body, "再要一个") {
		t.Errorf("no link answers %d: %s", status, body)
	}
}

// Issue 1: `admin reset` prints a link at the console's address, for an hour, and no password.
func TestResetOnTheCommandLine(t *testing.T) {
	data := "--data=" + t.TempDir()
	must := func(args ...string) string {
		t.Helper()
		code, out, stderr := run(t, fourOrgs, append(args, data)...)
		if code != exitOK {
			t.Fatalf("%v: exit %d, %s", args, code, stderr)
		}
		return out
	}
	must("org", "import", "-")
	must("admin", "create", "--login=ops", "--name=张三", "--org=610900", "--role=PO")
	var v linked
	if err := json.Unmarshal([]byte(must("admin", "reset", "ops", "--json")), &v); err != nil || !strings.HasPrefix(v.Link, "http://console.localhost:8080/link/") || v.Login != "ops" || v.Password != "" {
		t.Fatalf("got %+v, %v", v, err)
	}
	if out := must("admin", "reset", "ops"); !strings.Contains(out, "/link/") || strings.Contains(out, v.Link) {
		t.Errorf("got %q", out)
	}
	if code, _, stderr := run(t, "", "admin", "reset", "nobody", data); code != exitFailed || !strings.Contains(stderr, "没有这个登录名") {
		t.Errorf("nobody: exit %d, %s", code, stderr)
	}
}

// Issue 1 (first run), Q3: a server without an administrator prints a code and shows the set-up page at every address of its console; a wrong
// code is refused; the right one makes the first administrator, who works on trial, and from then on nobody sees the page.
func TestTheFirstRun(t *testing.T) {
	data := t.TempDir()
	address, _, out, stop := serving(t, "--data="+data)
	code, err := Config{Data: data}.setup().Code()
	if info, serr := os.Stat(filepath.Join(data, "setup-code")); err != nil || serr != nil || info.Mode().Perm() != 0o600 || len(code) != 23 || !strings.Contains(out.String(), code) {
		t.Fatalf("the code is %q, %v, %v; printed %s", code, err, serr, out)
	}
	if exit, said, _ := run(t, "", "admin", "setup-code", "--data="+data); exit != exitOK || !strings.Contains(said, code) {
		t.Errorf("setup-code: exit %d, %q", exit, said)
	}
	for _, path := range []string{"/", "/signin", "/nowhere", "/sites/1/audit", "/link/x", "/setup"} {
		if status, body, _ := fetch(t, address, "console.localhost", path); status != http.StatusOK || !strings.Contains(body, "首次设置") || strings.Contains(body, code) {
			t.Errorf("%s answers %d: %s", path, status, body)
		}
	}
	form := url.Values{"code": {"wrong"}, "login": {"first"}, "name": {"张三"}, "password": {deskPassword}, "again": {deskPassword}, "city": {"安康市"}, "city_code": {"610900"}}
	if status, _, body := submit(t, address, "/setup", form, ""); status != http.StatusUnprocessableEntity || !strings.Contains(body, "设置码不对") || !strings.Contains(body, `value="张三"`) {
		t.Errorf("a wrong code answers %d: %s", status, body)
	}
	form.Set("code", code)
	form.Set("city_code", "61")
	if status, _, body := submit(t, address, "/setup", form, ""); status != http.StatusUnprocessableEntity || !strings.Contains(body, "6 位数字") {
		t.Errorf("a wrong city answers %d: %s", status, body)
	}
	form.Set("city_code", "610900")
	if status, header, body := submit(t, address, "/setup", form, ""); status != http.StatusSeeOther || header.Get("Location") != "/signin?first=1" {
		t.Fatalf("the set-up answers %d %s: %s", status, header.Get("Location"), body)
	}
	if _, err := os.Stat(filepath.Join(data, "setup-code")); err == nil {
		t.Error("the code is still there")
	}
	form.Set("login", "second")
	if status, header, _ := submit(t, address, "/setup", form, ""); status != http.StatusSeeOther || header.Get("Location") != "/signin" {
		t.Errorf("a second set-up answers %d %s", status, header.Get("Location"))
	}
	if status, body, _ := fetch(t, address, "console.localhost", "/signin?first=1"); status != http.StatusOK || strings.Contains(body, "首次设置") || !strings.Contains(body, "管理员已经设好") {
		t.Errorf("the way in answers %d: %s", status, body)
	}
	if code := stop(); code != exitOK {
		t.Errorf("stopped with %d", code)
	}
	if exit, _, stderr := run(t, "", "admin", "setup-code", "--data="+data); exit != exitFailed || !strings.Contains(stderr, "已经有管理员") {
		t.Errorf("setup-code: exit %d, %q", exit, stderr)
	}
	_, _, out, _ = serving(t, "--data="+data)
	if _, err := os.Stat(filepath.Join(data, "setup-code")); err == nil || strings.Contains(out.String(), "设置码") {
		t.Errorf("the next start says %s", out)
	}
}

// submit posts a form to the console of a running server.
func submit(t *testing.T, address, path string, form url.Values, cookie string) (int, http.Header, string) {
	t.Helper()
	r, err := http.NewRequest(http.MethodPost, "http://"+address+path, strings.NewReader(form.Encode()))
	if err != nil {
		t.Fatal(err)
	}
	_, port, _ := net.SplitHostPort(address)
	r.Host = "console.localhost:" + port
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.Header.Set("Sec-Fetch-Site", "same-origin")
	r.Header.Set("Cookie", cookie)
	answer, err := http.DefaultTransport.RoundTrip(r)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	body, err := io.ReadAll(answer.Body)
	if err != nil {
		t.Fatal(err)
	}
	return answer.StatusCode, answer.Header, string(body)
}
