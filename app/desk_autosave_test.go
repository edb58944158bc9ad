package app

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"
)

// script posts what the script of an open form posts, and reads its answer.
func (w *worker) script(path string, form url.Values) (status int, answer map[string]any) {
	w.t.Helper()
	r, err := http.NewRequest(http.MethodPost, consoleAt+path, strings.NewReader(form.Encode()))
	if err != nil {
		w.t.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.Header.Set("Accept", "application/json")
	status, header, body := w.send(r)
	if !strings.HasPrefix(header.Get("Content-Type"), "application/json") {
		w.t.Fatalf("%s answers %d %s: %s", path, status, header.Get("Content-Type"), body)
	}
	if err := json.Unmarshal([]byte(body), &answer); err != nil {
		w.t.Fatal(err)
	}
	return status, answer
}

// typing is the form of a browser window in which something is being typed.
func typing(window, title string, version, seq int) url.Values {
	form := leaflet(title)
	form.Set("session", "window-of-the-test-"+window)
	form.Set("version", fmt.Sprint(version))
	form.Set("seq", fmt.Sprint(seq))
	return form
}

// autosaves (B9, C9, X3, must show 2): what is typed is kept, offered again to the letter and to nobody else, and done with once it is saved; who else
// is there and who was faster is told; whoever is signed out is told so.
func autosaves(t *testing.T, io, lead *worker) {
	says := func(w *worker, path string, form url.Values, status int, state string) map[string]any {
		t.Helper()
		got, answer := w.script(path, form)
		if got != status || answer["state"] != state {
			t.Errorf("%s: %d %v, want %d %s", path, got, answer, status, state)
		}
		return answer
	}
	fresh := typing("new", "还没写完", 0, 7)
	fresh.Del("column")
	fresh.Set("body", "第一行\r\n写到一半 <b>")
	if a := says(io, io.base()+"/autosave", fresh, 200, "saved"); a["seq"] != 7.0 || a["version"] != 0.0 || a["at"] == nil || len(a["others"].([]any)) != 0 {
		t.Errorf("a new one: %v", a)
	}
	fresh.Set("seq", "6")
	if a := says(io, io.base()+"/autosave", fresh, 200, "saved"); a["seq"] != 7.0 {
		t.Errorf("one that came late: %v", a)
	}
	says(io, io.base()+"/autosave", url.Values{"session": {"x"}}, 422, "refused")
	says(io, io.base()+"/autosave", url.Values{"session": {"window-of-the-test-new"}, "seq": {"x"}}, 422, "refused")
	restore := regexp.MustCompile(`href="([^"]*\?restore=(\d+))"`)
	_, form := io.get(io.base() + "/new")
	m := restore.FindStringSubmatch(form)
	if m == nil {
		t.Fatalf("nothing is offered: %s", form)
	}
	if _, theirs := lead.get(lead.base() + "/new"); restore.MatchString(theirs) {
		t.Error("somebody else is offered the text")
	}
	if status, body := lead.get(m[1]); status != http.StatusNotFound || strings.Contains(body, "还没写完") {
		t.Errorf("somebody else restores it: %d", status)
	}
	_, form = io.get(m[1])
	if !strings.Contains(form, `value="还没写完"`) || !strings.Contains(form, "第一行\n写到一半 &lt;b&gt;</textarea>") || !strings.Contains(form, `name="restored" value="`+m[2]+`"`) {
		t.Errorf("restored as %s", form)
	}
	fresh.Set("restored", m[2])
	io.wants(io.base(), fresh, 422, "请选择栏目") // nothing is lost by a refusal
	if status, _ := io.get(m[1]); status != 200 {
		t.Errorf("after a refusal the text answers %d", status)
	}
	fresh.Set("column", "2")
	fresh.Set("session", "another-window-of-the-test")
	io.wants(io.base(), fresh, http.StatusSeeOther, "saved")
	if status, _ := io.get(m[1]); status != http.StatusNotFound {
		t.Errorf("after saving the text answers %d", status)
	}

	at := io.write("一起改的稿件")
	risky := typing("a", "信息员在改", 1, 1) // C9: checked while it is typed
	risky.Set("body", "户主李某，610902190102030012。")
	if a := says(io, at+"/autosave", risky, 200, "saved"); !strings.Contains(fmt.Sprint(a["checks"]), "身份证号") || !strings.Contains(fmt.Sprint(a["checks"]), "610902190102030012") {
		t.Errorf("what is typed is not checked: %v", a)
	}
	if a := says(lead, at+"/presence", typing("b", "", 1, 0), 200, "present"); len(a["others"].([]any)) != 1 || !strings.Contains(fmt.Sprint(a["others"]), io.account.Name) {
		t.Errorf("who is there: %v", a)
	}
	lead.wants(at, typing("b", "内容主管改好了", 1, 1), http.StatusSeeOther, "saved")
	if a := says(io, at+"/autosave", typing("a", "信息员还在改", 1, 2), 409, "conflict"); a["by"] != lead.account.Name || a["version"] != 2.0 {
		t.Errorf("somebody was faster: %v", a)
	}
	says(io, at+"/presence", typing("a", "", 1, 2), 409, "conflict")
	_, form = io.get(at + "/edit")
	if m = restore.FindStringSubmatch(form); m == nil {
		t.Fatalf("what met a conflict is lost: %s", form)
	}
	if _, form = io.get(m[1]); !strings.Contains(form, "信息员还在改") || !strings.Contains(form, `name="version" value="1"`) {
		t.Errorf("restored as %s", form)
	}
	if status, _ := io.get(io.base() + "/new?restore=" + m[2]); status != http.StatusNotFound {
		t.Errorf("another article's form takes it: %d", status)
	}
	lead.wants(io.base()+"/drop", url.Values{"autosave": {m[2]}}, http.StatusNotFound, "没有这份")
	io.wants(io.base()+"/drop", url.Values{"autosave": {m[2]}}, http.StatusSeeOther, at+"/edit")
	if _, form = io.get(at + "/edit"); restore.MatchString(form) {
		t.Error("what was dropped is offered again")
	}
	cookie := io.cookie
	io.cookie = ""
	says(io, at+"/autosave", typing("a", "登录过期", 2, 3), http.StatusUnauthorized, "signin")
	io.cookie = cookie
}
