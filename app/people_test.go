package app

import (
	"encoding/json"
	"io"
	"net"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/zhanqun/zhanqun/kernel"
	"github.com/zhanqun/zhanqun/platform/identity"
	"github.com/zhanqun/zhanqun/policies"
)

// Issue 4, 1 (Q1-Q4, A8; Must show 9): on both engines, over the routes: how people come in, and what nobody gets in by. Every screen is
// clean HTML.
func TestPeople(t *testing.T) {
	t.Parallel()
	eachBureau(t, func(t *testing.T, o *bureau) {
		t.Run("a link", func(t *testing.T) { links(t, o) })
		t.Run("colleagues", func(t *testing.T) { colleagues(t, o) })
		t.Run("everybody", func(t *testing.T) { everybody(t, o) })
		t.Run("the own account", func(t *testing.T) { ownAccount(t, o) })
		t.Run("two steps", func(t *testing.T) { twoSteps(t, o) })
		o.cleanHTML(t)
	})
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
	v.wants(at, url.Values{"password": {"短"}, "again": {"短"}}, http.StatusUnprocessableEntity, "至少 12 个字符")
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

// colleagues: a content lead invites, and only to posts of the own unit; the invited person sets the password and may then do what was given;
// a post ends at once; nobody ends the own one, resets a colleague's password or reaches another unit's people.
func colleagues(t *testing.T, o *bureau) {
	lead, other := o.hire("zhuguan", "CL"), o.hire("shenhe", "RV")
	at := "/sites/" + o.site.ID.String() + "/people"
	if status, body := other.get(at); status != http.StatusForbidden || !strings.Contains(body, "内容主管") {
		t.Errorf("a reviewer gets %d: %s", status, body)
	}
	if _, body := lead.get("/"); !strings.Contains(body, `href="`+at+`"`) || strings.Contains(body, `href="/people"`) {
		t.Errorf("the lead's menu: %s", body)
	}
	if status, body := lead.get(at); status != http.StatusOK || !strings.Contains(body, other.account.Name) || !strings.Contains(body, "保密审查员") {
		t.Errorf("the list answers %d: %s", status, body)
	}
	if _, body := lead.get(at); !strings.Contains(body, "岗位空缺") || !strings.Contains(body, "没有人作保密审查") || strings.Contains(body, "没有人写稿") { // N2, d44
		t.Errorf("of vacant posts the lead is told: %s", body)
	}
	form := func(more ...string) url.Values {
		v := url.Values{"login": {"xinren"}, "name": {"新同事"}, "role": {"IO", "PB"}, "document": {"关政任〔2026〕3号"}}
		for i := 0; i+1 < len(more); i += 2 {
			v.Set(more[i], more[i+1])
		}
		return v
	}
	for _, row := range []struct {
		status      int
		says        string
		field, text string
	}{
		{422, "至少选择一个岗位", "role", ""}, {422, "不能任命这个岗位", "role", "PO"}, {422, "登录名须为", "login", "新"}, {409, "已有人使用", "login", "shenhe"},
		{422, "文号", "document", " "}, {422, "日期不对", "until", "昨天"}, {422, "晚于", "until", "2020-01-01"},
	} {
		f := form(row.field, row.text)
		if row.text == "" {
			f.Del(row.field)
		}
		status, _, body := lead.post(at, f)
		if status != row.status || !strings.Contains(body, row.says) || !strings.Contains(body, `value="新同事"`) {
			t.Errorf("%s %q answers %d, want %d and %q: %s", row.field, row.text, status, row.status, row.says, body)
		}
	}
	status, _, body := lead.post(at, form("until", "2027-12-31"))
	token := regexp.MustCompile(`http://console\.localhost:8080(/link/[A-Za-z0-9_-]{43})`).FindStringSubmatch(body)
	if status != http.StatusOK || token == nil {
		t.Fatalf("the invitation answers %d: %s", status, body)
	}
	v := o.visitor()
	if status, body := v.get(token[1]); status != http.StatusOK || !strings.Contains(body, "您的账号已经开好") {
		t.Errorf("the invitation shows %d: %s", status, body)
	}
	found, err := o.Accounts.Find(t.Context(), "xinren")
	if err != nil {
		t.Fatal(err)
	}
	one := at + "/" + found.ID.String()
	lead.wants(one+"/link", nil, http.StatusOK, "/link/")
	v.wants(token[1], url.Values{"password": {deskPassword}, "again": {deskPassword}}, http.StatusNotFound, "再要一个")
	_, _, body = lead.post(one+"/link", nil)
	at2 := regexp.MustCompile(`/link/[A-Za-z0-9_-]{43}`).FindString(body)
	v.wants(at2, url.Values{"password": {deskPassword}, "again": {deskPassword}}, http.StatusSeeOther, "/signin?set=1")
	lead.wants(one+"/link", nil, http.StatusConflict, "安全管理员")
	fresh := &worker{bureau: o, account: found, client: v.client}
	fresh.signIn()
	draft := fresh.write("新同事的第一篇")
	lead.wants(one+"/posts", url.Values{"role": {"IO"}, "document": {"关政任〔2026〕4号"}}, http.StatusConflict, "同一岗位")
	lead.wants(one+"/posts", url.Values{"role": {"LO"}, "document": {"关政任〔2026〕4号"}}, http.StatusSeeOther, "done=appointed")
	_, body = lead.get(one)
	if !strings.Contains(body, "至 2027-12-31") || !strings.Contains(body, "联络员") {
		t.Errorf("the person's screen: %s", body)
	}
	posts := regexp.MustCompile(`name="post" value="(\d+)"`).FindAllStringSubmatch(body, -1)
	if len(posts) != 3 {
		t.Fatalf("%d posts may be ended: %s", len(posts), body)
	}
	lead.wants(one+"/end", url.Values{"post": {posts[0][1]}, "document": {""}}, http.StatusUnprocessableEntity, "文号")
	for _, p := range posts {
		lead.wants(one+"/end", url.Values{"post": {p[1]}, "document": {"关政免〔2026〕1号"}}, http.StatusSeeOther, "done=ended")
		lead.wants(one+"/end", url.Values{"post": {p[1]}, "document": {"关政免〔2026〕1号"}}, http.StatusConflict, "已经结束")
	}
	if status, _ := fresh.get(draft); status != http.StatusForbidden {
		t.Errorf("after the end of all posts the draft answers %d", status)
	}
	own := at + "/" + lead.account.ID.String()
	if _, body := lead.get(own); strings.Contains(body, "结束任职") || !strings.Contains(body, "这是您自己") {
		t.Errorf("the own screen: %s", body)
	}
	live, err := o.Accounts.Live(t.Context(), lead.account.ID, o.now())
	if err != nil || len(live) != 1 {
		t.Fatal(live, err)
	}
	lead.wants(own+"/end", url.Values{"post": {live[0].ID.String()}, "document": {"关政免〔2026〕2号"}}, http.StatusForbidden, "不能免去自己")
	lead.wants(own+"/posts", url.Values{"role": {"RV"}, "document": {"关政任〔2026〕5号"}}, http.StatusForbidden, "不能任命自己")
	stranger := o.cityPerson(t, "shizhang", "CL")
	if status, _ := lead.get(at + "/" + stranger.ID.String()); status != http.StatusNotFound {
		t.Errorf("another unit's person answers %d", status)
	}
}

// cityPerson is somebody of the city's office, which runs the platform.
func (o *bureau) cityPerson(t *testing.T, login string, roles ...policies.Role) identity.Account {
	t.Helper()
	ctx := kernel.WithActor(t.Context(), identity.System("cli"))
	org := o.org(t, ctx, "610900")
	a, err := o.Accounts.Create(ctx, identity.Account{Login: login, Name: "市里" + login, Org: org})
	if err != nil {
		t.Fatal(err)
	}
	for _, role := range roles {
		if _, err := o.Accounts.Appoint(ctx, identity.Appointment{Account: a.ID, Role: role, Org: org, Document: "安政任〔2026〕1号"}); err != nil {
			t.Fatal(err)
		}
	}
	return a
}

// of is a browser in which somebody is signed in already.
func (o *bureau) of(a identity.Account) *worker {
	return &worker{bureau: o, account: a, client: o.enter(o.t, a.Actor("console"))}
}

// everybody: the security administrator finds people, names technical ones, disables and enables, gives links, and appoints nobody to words;
// technique and words do not meet (I5).
func everybody(t *testing.T, o *bureau) {
	security, w := o.of(o.cityPerson(t, "anquan", "SA")), o.hire("sanlei", "IO")
	one := "/people/" + w.account.ID.String()
	if status, body := w.get("/people"); status != http.StatusForbidden {
		t.Errorf("an officer gets %d: %s", status, body)
	}
	if status, body := security.get("/people?q=SANLEI"); status != http.StatusOK || !strings.Contains(body, w.account.Name) || strings.Contains(body, "<td>anquan</td>") {
		t.Errorf("the search answers %d: %s", status, body)
	}
	if _, body := security.get("/people?q=%25"); strings.Contains(body, w.account.Name) {
		t.Error("a percent sign finds everybody")
	}
	if _, body := security.get("/"); !strings.Contains(body, `href="/people"`) {
		t.Errorf("the menu: %s", body)
	}
	invited := url.Values{"login": {"yunwei"}, "name": {"运维"}, "role": {"PO"}, "document": {"安政任〔2026〕9号"}}
	security.wants("/people", invited, http.StatusOK, "/link/")
	invited.Set("login", "xiegao")
	invited.Set("role", "IO")
	security.wants("/people", invited, http.StatusUnprocessableEntity, "不能任命这个岗位")
	security.wants(one+"/state", url.Values{"do": {"off"}}, http.StatusSeeOther, "done=off")
	if status, _ := w.get("/"); status != http.StatusSeeOther {
		t.Errorf("a disabled person gets %d", status)
	}
	security.wants(one+"/state", url.Values{"do": {"off"}}, http.StatusConflict, "已经是这种状态")
	security.wants(one+"/link", nil, http.StatusConflict, "先启用")
	security.wants(one+"/state", url.Values{"do": {"on"}}, http.StatusSeeOther, "done=on")
	security.wants(one+"/state", nil, http.StatusUnprocessableEntity, "启用还是停用")
	security.wants(one+"/link", nil, http.StatusOK, "/link/")
	writer := o.cityPerson(t, "biji", "IO")
	security.wants("/people/"+writer.ID.String()+"/posts", url.Values{"role": {"PO"}, "document": {"安政任〔2026〕9号"}}, http.StatusConflict, "必须分开")
	if status, body := security.get("/people/vacant"); status != http.StatusOK || !strings.Contains(body, o.site.Name) || !strings.Contains(body, "个网站有空缺") { // N2, d44
		t.Errorf("the list of vacancies answers %d: %s", status, body)
	}
	if status, _ := w.get("/people/vacant"); status != http.StatusSeeOther {
		t.Errorf("who is signed out gets the vacancies: %d", status)
	}
	own := "/people/" + security.account.ID.String()
	security.wants(own+"/state", url.Values{"do": {"off"}}, http.StatusForbidden, "自己")
	security.wants(own+"/link", nil, http.StatusForbidden, "我的账号")
	security.wants("/people/1/link", nil, http.StatusNotFound, "没有这个人")
}

// ownAccount: one's sessions are listed and ended; a password is changed with the old one, and everything else is signed out.
func ownAccount(t *testing.T, o *bureau) {
	here := o.hire("ziji", "IO")
	there := &worker{bureau: o, account: here.account, client: here.client}
	third := &worker{bureau: o, account: here.account, client: here.client}
	there.signIn()
	third.signIn()
	in := func(w *worker) bool { status, _ := w.get("/me"); return status == http.StatusOK }
	_, body := here.get("/me")
	found := regexp.MustCompile(`name="session" value="([A-Za-z0-9_-]{43})"`).FindAllStringSubmatch(body, -1)
	if len(found) != 2 || !strings.Contains(body, "这一次") || !strings.Contains(body, "信息员") {
		t.Fatalf("%d other sessions: %s", len(found), body)
	}
	here.wants("/me/sessions", url.Values{"session": {found[0][1]}}, http.StatusSeeOther, "done=ended")
	if !in(here) || in(there) == in(third) {
		t.Errorf("after one is ended: %v %v %v", in(here), in(there), in(third))
	}
	here.wants("/me/sessions", url.Values{"session": {found[0][1]}}, http.StatusNotFound, "已经结束")
	there.signIn()
	here.wants("/me/sessions", url.Values{"session": {"others"}}, http.StatusSeeOther, "done=others")
	if !in(here) || in(there) || in(third) {
		t.Errorf("after the others are ended: %v %v %v", in(here), in(there), in(third))
	}
	there.signIn()
	change := url.Values{"old": {"不是这个密码啊哈哈"}, "password": {deskPassword + "-3"}, "again": {deskPassword + "-3"}}
	here.wants("/me/password", change, http.StatusUnprocessableEntity, "现在的密码不对")
	change.Set("old", deskPassword)
	change.Set("again", deskPassword)
	here.wants("/me/password", change, http.StatusUnprocessableEntity, "不一样")
	change.Set("again", deskPassword+"-3")
	here.wants("/me/password", change, http.StatusSeeOther, "done=password")
	if !in(here) || in(there) {
		t.Errorf("after the change: %v %v", in(here), in(there))
	}
	o.visitor().wants("/signin", url.Values{"login": {"ziji"}, "password": {deskPassword}}, http.StatusUnprocessableEntity, "不对")
	for range 5 {
		change.Set("old", "不是这个密码啊哈哈")
		here.wants("/me/password", change, http.StatusUnprocessableEntity, "")
	}
	change.Set("old", deskPassword+"-3")
	here.wants("/me/password", change, http.StatusUnprocessableEntity, "秒后再试")
}

// Issue 4, 1: `admin reset` prints a link at the console's address, for an hour, and no password.
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
	lead := []string{"admin", "create", "--login=lead", "--name=李四", "--org=610902", "--role=CL", "--link"}
	if out := must(lead...); strings.Count(out, "/link/") != 1 || strings.Contains(out, "密码：") {
		t.Errorf("got %q", out)
	}
	lead[2] = "--login=other"
	if code, _, stderr := run(t, "x", append(lead, "--password-stdin", data)...); code != exitFailed || !strings.Contains(stderr, "只能用一个") {
		t.Errorf("a link and a password: exit %d, %s", code, stderr)
	}
	if code, _, stderr := run(t, "", "admin", "reset", "nobody", data); code != exitFailed || !strings.Contains(stderr, "没有这个登录名") {
		t.Errorf("nobody: exit %d, %s", code, stderr)
	}
}

// Issue 4, 1 (first run), Q3: a server without an administrator prints a code and shows the set-up page at every address of its console; a wrong
// code is refused; the right one makes the first administrator, who works on trial, and from then on nobody sees the page.
func TestTheFirstRun(t *testing.T) {
	t.Parallel()
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
