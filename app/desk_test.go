package app

import (
	"fmt"
	"html"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// Issue 4, first slice and its bad input (C1, C6, C7, C9, C13, A6): on both engines, over the routes: what a person typed is never lost, a
// form sent twice counts once, nobody reviews the own words or decides on a text they have not seen, and nothing becomes public
// but through its chain. Every screen is clean HTML.
func TestTheDesk(t *testing.T) {
	t.Parallel()
	eachBureau(t, func(t *testing.T, o *bureau) {
		io, both := o.hire("xinxi", "IO"), o.hire("both", "IO", "RV", "SR", "PB")
		lead := o.hire("lead", "CL")
		t.Run("a form", func(t *testing.T) { forms(t, io) })
		t.Run("a session that ends", func(t *testing.T) { endings(t, io) })
		t.Run("two people", func(t *testing.T) { two(t, io, lead) })
		t.Run("pictures beside what changed", func(t *testing.T) { picturesShown(t, io, lead) })
		t.Run("versions", func(t *testing.T) { versions(t, io, both, o.hire("reads-only", "RV")) })
		t.Run("lists", func(t *testing.T) { lists(t, io, both, o.hire("looks-on", "RV")) })
		t.Run("metadata", func(t *testing.T) { metadata(t, io) })
		t.Run("schedules", func(t *testing.T) { planned(t, io, both) })
		t.Run("previews", func(t *testing.T) { previews(t, io, o.hire("previews", "RV")) })
		t.Run("autosaves", func(t *testing.T) { autosaves(t, io, lead) })
		t.Run("a chain", func(t *testing.T) { chain(t, io, both) })
		t.Run("the buttons", func(t *testing.T) { buttons(t, io, both, o.hire("only-rv", "RV"), o.hire("only-lo", "LO")) })
		t.Run("the screens", func(t *testing.T) { screens(t, io, both, lead) })
		t.Run("all places", func(t *testing.T) { wayfinding(t, io, both) })
		o.cleanHTML(t)
	})
}

// forms: what is wrong is said beside its field and everything stays; the same form again is the same article.
func forms(t *testing.T, io *worker) {
	for _, row := range []struct{ field, value, says string }{
		{"title", "", "标题不能为空"}, {"title", strings.Repeat("长", 201), "标题"}, {"column", "", "请选择栏目"}, {"column", "999999", "栏目"}, {"body", " \r\n ", "正文不能为空"},
	} {
		form := leaflet("停水通知" + row.field)
		form.Set("summary", "摘要还在")
		form.Set(row.field, row.value)
		status, _, body := io.post(io.base(), form)
		if status < 400 || status >= 500 || !strings.Contains(body, row.says) || !strings.Contains(body, "摘要还在") {
			t.Errorf("%s %.20q answers %d: %s", row.field, row.value, status, body)
		}
	}
	other := leaflet("换了人以后")
	other.Set("writer", "7")
	io.wants(io.base(), other, http.StatusConflict, "另一个人")
	at := io.write("写一次")
	if again := io.write("写一次"); again != at {
		t.Errorf("the same form made another article: %s and %s", at, again)
	}
	if got := io.article(at).Payload.Body; got != "<p>请大家注意。</p>\n<p>&lt;b&gt;不是标记&lt;/b&gt; &amp; 也不是</p>" {
		t.Errorf("the text became %q", got)
	}
	_, form := io.get(at + "/edit")
	if !strings.Contains(form, "请大家注意。\n\n&lt;b&gt;不是标记&lt;/b&gt; &amp; 也不是</textarea>") {
		t.Errorf("the form shows another text: %s", form)
	}
	edit := leaflet("写第二次")
	edit.Set("version", "1")
	io.wants(at, edit, http.StatusSeeOther, "saved")
	io.wants(at, edit, http.StatusSeeOther, "saved") // pressed twice
	if d := io.article(at); d.Version != 2 || d.Payload.Title != "写第二次" {
		t.Errorf("%+v", d)
	}
}

// endings: a form that arrives without a session comes back after the sign-in, to the letter.
func endings(t *testing.T, io *worker) {
	cookie := io.cookie
	io.wants("/signout", nil, http.StatusSeeOther, "/signin")
	if status, _ := io.get("/"); status != http.StatusSeeOther {
		t.Errorf("whoever has signed out gets %d", status)
	}
	io.cookie = ""
	if status, _ := io.get(io.base() + "/new"); status != http.StatusSeeOther {
		t.Errorf("nobody gets %d", status)
	}
	form := leaflet("登录过期时写的“稿”")
	status, _, body := io.post(io.base(), form)
	if status != http.StatusForbidden || !strings.Contains(body, "还在") {
		t.Fatalf("a form without a session answers %d: %s", status, body)
	}
	hidden := func(name, page string) string {
		m := regexp.MustCompile(`name="` + name + `" value="([^"]*)"`).FindStringSubmatch(page)
		if m == nil {
			t.Fatalf("no %s in %s", name, page)
		}
		return html.UnescapeString(m[1])
	}
	in := url.Values{"login": {io.account.Login}, "password": {"猜一个密码试试看"}, "to": {hidden("to", body)}, "typed": {hidden("typed", body)}}
	status, _, body = io.post("/signin", in)
	if status != http.StatusUnprocessableEntity || hidden("typed", body) != in.Get("typed") {
		t.Fatalf("after a wrong password: %d, %s", status, body)
	}
	in.Set("password", deskPassword)
	status, header, body := io.post("/signin", in)
	if status != http.StatusOK || !strings.Contains(body, `action="`+io.base()+`"`) {
		t.Fatalf("after the sign-in: %d, %s", status, body)
	}
	io.cookie = strings.Split(header.Get("Set-Cookie"), ";")[0]
	if io.cookie == cookie {
		t.Error("the new session has the old token")
	}
	again := url.Values{}
	for name := range form {
		again.Set(name, hidden(name, body))
	}
	if again.Encode() != form.Encode() {
		t.Errorf("came back as %q, was %q", again.Encode(), form.Encode())
	}
	io.wants(io.base(), again, http.StatusSeeOther, "saved")
	for _, to := range []string{"//evil.example", "https://evil.example/", "/\\evil.example", "javascript:alert(1)", "/a\r\nX: y", "evil"} {
		_, header, _ := io.post("/signin", url.Values{"login": {io.account.Login}, "password": {deskPassword}, "to": {to}})
		if header.Get("Location") != "/" {
			t.Errorf("a sign-in leads from %q to %q", to, header.Get("Location"))
		}
		io.cookie = strings.Split(header.Get("Set-Cookie"), ";")[0]
	}
}

// chain: written, returned, corrected, passed, public, withdrawn; each wrong turn is refused with its reason.
func chain(t *testing.T, io, both *worker) {
	const title = "走完一圈的通知"
	at := io.write(title)
	io.wants(at+"/send", url.Values{"version": {"7"}}, http.StatusConflict, "刷新")
	io.wants(at+"/send", url.Values{"version": {"1"}}, http.StatusSeeOther, "sent")
	io.wants(at+"/send", url.Values{"version": {"1"}}, http.StatusSeeOther, "sent") // pressed twice
	io.wants(at+"/review", io.editionOf(at, "do", "pass"), http.StatusForbidden, "没有")
	io.wants(at+"/publish", io.editionOf(at), http.StatusForbidden, "没有")
	both.wants(at+"/review", url.Values{"do": {"pass"}, "opinion": {"同意"}, "secrecy": {"不涉密"}}, http.StatusUnprocessableEntity, "哪一版")
	both.wants(at+"/review", both.editionOf(at, "do", "pass", "secrecy", ""), http.StatusUnprocessableEntity, "保密")
	both.wants(at+"/publish", both.editionOf(at), http.StatusConflict, "审核")
	both.wants(at+"/review", both.editionOf(at, "do", "return", "reason", ""), http.StatusUnprocessableEntity, "理由")
	stale := both.editionOf(at, "do", "publish")
	both.wants(at+"/review", both.editionOf(at, "do", "return", "reason", "请写明停水时间。"), http.StatusSeeOther, "returned")
	if _, body := io.get("/"); !strings.Contains(body, "请写明停水时间。") {
		t.Errorf("the author does not see why it came back: %s", body)
	}
	edit := leaflet(title)
	edit.Set("version", fmt.Sprint(io.article(at).Version))
	edit.Set("body", "11月28日停水。")
	edit.Set("do", "send")
	io.wants(at, edit, http.StatusSeeOther, "sent")
	both.wants(at+"/review", stale, http.StatusConflict, "已经变了")
	if io.public(title) {
		t.Error("citizens read what nobody has passed")
	}
	if _, body := both.get("/"); !strings.Contains(body, title) {
		t.Errorf("the reviewer does not see what waits: %s", body)
	}
	both.wants(at+"/review", both.editionOf(at, "do", "publish"), http.StatusSeeOther, "published")
	if !io.public(title) {
		t.Error("citizens do not read what is public")
	}
	own := both.write("自己写的自己审")
	both.wants(own+"/send", url.Values{"version": {"1"}}, http.StatusSeeOther, "sent")
	both.wants(own+"/review", both.editionOf(own, "do", "publish"), http.StatusForbidden, "自己")
	io.wants(at+"/after", url.Values{"how": {"withdraw"}, "reason": {"想撤"}}, http.StatusForbidden, "没有")
	both.wants(at+"/after", url.Values{"how": {"withdraw"}, "reason": {" "}}, http.StatusUnprocessableEntity, "理由")
	both.wants(at+"/after", url.Values{"how": {"withdraw"}, "reason": {"停水改期"}, "notice": {"停水时间另行通知。"}}, http.StatusSeeOther, "withdrawn")
	if io.public(title) {
		t.Error("citizens still read what was withdrawn")
	}
}

// buttons: an article shows what this person may do with it now, and nothing else.
func buttons(t *testing.T, io, both, reviewer, liaison *worker) {
	draft, public := io.write("还是草稿"), io.write("已经公开")
	io.wants(public+"/send", url.Values{"version": {"1"}}, http.StatusSeeOther, "sent")
	const edit, send, pass, withdraw = ">修改</a>", ">送审</button>", ">退回</button>", `name="how" value="withdraw"`
	all := []string{edit, send, pass, withdraw}
	sees := func(w *worker, at string, want ...string) {
		t.Helper()
		_, body := w.get(at)
		for _, b := range all {
			if strings.Contains(body, b) != slices.Contains(want, b) {
				t.Errorf("%s at %s: %s is shown: %v", w.account.Login, at, b, !slices.Contains(want, b))
			}
		}
	}
	sees(io, draft, edit, send)
	sees(both, draft, edit, send)
	sees(reviewer, draft)
	sees(liaison, draft, send)
	liaison.wants(io.base()+"/bulk", url.Values{"do": {"bin"}, "id": {draft[strings.LastIndexByte(draft, '/')+1:] + ":1"}}, http.StatusForbidden, "没有此项权限")
	sees(io, public)
	sees(reviewer, public) // one who cannot give both opinions
	sees(both, public, pass)
	both.wants(public+"/review", both.editionOf(public, "do", "publish"), http.StatusSeeOther, "published")
	sees(io, public, edit)
	sees(reviewer, public)
	sees(both, public, edit, withdraw)
	for w, shown := range map[*worker]bool{io: true, reviewer: false} {
		if _, body := w.get(io.base()); strings.Contains(body, `href="`+io.base()+`/new"`) != shown {
			t.Errorf("%s is offered to write: %v", w.account.Login, !shown)
		}
	}
	if _, body := reviewer.get("/"); strings.Contains(body, "我的草稿") || !strings.Contains(body, "待我处理") {
		t.Errorf("the reviewer's work: %s", body)
	}
	if _, body := io.get("/"); !strings.Contains(body, "我的草稿") || strings.Contains(body, "待我处理") {
		t.Errorf("the author's work: %s", body)
	}
}

// screens: who may not do a thing is not shown it, and every screen can be opened by who may.
func screens(t *testing.T, io, both, lead *worker) {
	for _, row := range []struct {
		w            *worker
		path         string
		status       int
		shows, hides string
	}{
		{io, "/", 200, "写稿", "待审</a>"}, {both, "/", 200, "待审", "审计记录"}, {lead, "/", 200, "稿件", "审计记录"},
		{io, io.base(), 200, "写第二次", ""}, {io, io.base() + "?state=draft", 200, "草稿", "走完一圈"}, {io, io.base() + "?state=nonsense", 303, "", ""},
		{io, io.base() + "/new", 200, "正文", ""}, {io, io.base() + "/1", 404, "没有这篇稿件", ""}, {io, io.base() + "/x", 404, "没有这篇稿件", ""},
		{both, "/sites/" + io.site.ID.String() + "/reviews", 200, "待审", ""}, {io, "/sites/" + io.site.ID.String() + "/reviews", 403, "审核", ""},
		{io, "/sites/" + io.site.ID.String() + "/audit", 403, "技术和运维", ""}, {io, "/nowhere", 404, "没有", ""}, {io, "/sites/1/articles", 404, "没有", ""},
	} {
		status, body := row.w.get(row.path)
		if status != row.status || !strings.Contains(body, row.shows) || row.hides != "" && strings.Contains(body, row.hides) {
			t.Errorf("%s at %s: %d, want %d with %q and without %q:\n%s", row.w.account.Login, row.path, status, row.status, row.shows, row.hides, body)
		}
	}
	io.cookie += "; lang=en"
	if _, body := io.get("/"); !strings.Contains(body, "My work") || !strings.Contains(body, `<html lang="en">`) {
		t.Errorf("in English: %s", body)
	}
}
