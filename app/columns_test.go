package app

import (
	"context"
	"fmt"
	"html"
	"net/http"
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"testing"
)

func (w *worker) columns() string { return "/sites/" + w.site.ID.String() + "/columns" }

// version is how often the site has changed a column.
func (w *worker) version(id int64) string {
	w.t.Helper()
	k, err := w.Columns.Get(context.Background(), w.site.ID, id)
	if err != nil {
		w.t.Fatal(err)
	}
	return strconv.FormatInt(k.Version, 10)
}

var undoForm = regexp.MustCompile(`(?s)<form class="done undo" method="post" action="([^"]+)".*?</form>`)
var concealed = regexp.MustCompile(`name="([a-z]+)" value="([^"]*)"`)

// presses follows where a form led and presses 撤销 on that screen; it answers the screen's text.
func (w *worker) undoes(location string) {
	w.t.Helper()
	status, page := w.get(location)
	form := undoForm.FindStringSubmatch(page)
	if status != http.StatusOK || form == nil {
		w.t.Fatalf("%s answers %d without a way back:\n%s", location, status, page)
	}
	values := url.Values{}
	for _, f := range concealed.FindAllStringSubmatch(form[0], -1) {
		values.Set(f[1], html.UnescapeString(f[2]))
	}
	w.wants(form[1], values, http.StatusSeeOther, "done=undone")
	w.wants(form[1], values, http.StatusConflict, "刚被别人改过") // twice is once
}

// B1, B3, B4, LE1 (issue 4, point 3): the carrier's integration editor keeps a township's tree in plain forms; the effect on addresses is
// told first, taken back within reach, and nobody undoes what somebody else has done since. The township's own lead reads. B5: see fieldsOf.
func TestTheColumnTree(t *testing.T) {
	t.Parallel()
	eachBureau(t, func(t *testing.T, o *bureau) {
		ie, lead := o.hireAt("610902", "bianji", "IE"), o.hire("zhuguan", "CL")
		o.fieldsOf(ie)
		o.formsOf(ie, lead)
		at, form := ie.columns(), func(more ...string) url.Values {
			v := url.Values{"version": {ie.version(2)}}
			for i := 0; i+1 < len(more); i += 2 {
				v.Set(more[i], more[i+1])
			}
			return v
		}
		_, tree := ie.get(at)
		for _, words := range []string{"通知公告", "移动到……", "空白", "不设周期", "上移", "新建栏目", "/c/gonggao"} {
			if !strings.Contains(tree, words) {
				t.Errorf("the tree does not say %q", words)
			}
		}
		if _, page := lead.get(at); !strings.Contains(page, "通知公告") || strings.Contains(page, "上移") || !strings.Contains(page, "由承担编辑集成的单位调整") {
			t.Errorf("the township's lead sees %s", page)
		}
		lead.wants(at+"/2/move", form("to", "10:0"), http.StatusForbidden, "")
		ie.wants(at+"/2/owner", form("owner", "宣传办"), http.StatusForbidden, "") // who answers is the content lead's to say
		lead.wants(at+"/2/owner", form("owner", "宣传办", "warn", "x"), http.StatusUnprocessableEntity, `value="宣传办"`)
		lead.wants(at+"/2/owner", form("owner", "宣传办", "warn", "5"), http.StatusSeeOther, "done=owner")
		lead.shows(at, "宣传办")
		lead.shows(at+"/2", "宣传办", "5 天")
		if _, page := ie.get(at + "/2/move?to=10%3A0"); !strings.Contains(page, "<del>/c/gonggao</del>") || !strings.Contains(page, "移动到这里") {
			t.Errorf("the page that moves tells no effect: %s", page)
		}
		status, header, _ := ie.post(at+"/2/move", form("to", "10:0"))
		if status != http.StatusSeeOther {
			t.Fatalf("moving answers %d", status)
		}
		if s, h, _ := o.get(t, o.site.URL("/c/gonggao")); s != http.StatusMovedPermanently || !strings.HasSuffix(h.Get("Location"), "/gonggao") {
			t.Errorf("the former address answers %d and leads to %q", s, h.Get("Location"))
		}
		ie.undoes(header.Get("Location"))
		if k, err := o.Columns.Get(context.Background(), o.site.ID, 2); err != nil || k.Path != "gonggao" {
			t.Errorf("after it was taken back: %+v, %v", k, err)
		}
		if s, _, _ := o.get(t, o.site.URL("/c/gonggao")); s != http.StatusOK {
			t.Errorf("taken back, its address answers %d", s)
		}
		ie.refused(at, form)
		status, header, _ = ie.post(at+"/2/rename", form("name", "公告公示", "slug", "gongshi"))
		if status != http.StatusSeeOther {
			t.Fatalf("renaming answers %d", status)
		}
		ie.undoes(header.Get("Location"))
		ie.wants(at+"/2/hide", form("hidden", "1"), http.StatusSeeOther, "done=hidden")
		ie.wants(at+"/2/cycle", form("days", "14"), http.StatusSeeOther, "done=cycle")
		ie.wants(at, url.Values{"name": {"茶业"}, "parent": {"0"}, "kind": {"news"}, "slug": {"chaye"}, "days": {"30"}, "nav": {"1"}}, http.StatusSeeOther, "done=added")
		ie.wants(at+"/2/merge", form("into", "1"), http.StatusUnprocessableEntity, "不能撤销")
		ie.wants(at+"/2/merge", form("into", "1", "sure", "1"), http.StatusSeeOther, "done=merged")
		ie.get(at + "?done=merged")
		ie.get(at + "/1")
		ie.get(at + "/new")
		o.cleanHTML(t)
	})
}

// refused are the acts that must come back with a sentence, with what was typed.
func (w *worker) refused(at string, form func(more ...string) url.Values) {
	w.t.Helper()
	w.wants(at+"/2/move", url.Values{"version": {"99"}, "to": {"10:0"}}, http.StatusConflict, "刚被别人改过")
	w.wants(at+"/2/move", form("to", "2:0", "from", "page"), http.StatusConflict, "自己的下级")
	w.wants(at+"/2/move", form("to", "x"), http.StatusUnprocessableEntity, "移到哪里")
	w.wants(at+"/2/move", form("to", "0:999"), http.StatusUnprocessableEntity, "不在同一级")
	w.wants(at+"/2/rename", form("name", "公告", "slug", "Bad Slug"), http.StatusUnprocessableEntity, `value="Bad Slug"`)
	w.wants(at+"/2/rename", form("do", "look", "name", "公告", "slug", "gg"), http.StatusOK, "/c/gg")
	w.wants(at+"/2/cycle", form("days", "90"), http.StatusUnprocessableEntity, `value="90"`)
	w.wants(at, url.Values{"name": {""}, "parent": {"0"}, "kind": {"news"}, "slug": {"cha"}, "days": {"30"}}, http.StatusUnprocessableEntity, `value="cha"`)
	w.wants(at+"/424242/move", form("to", "10:0"), http.StatusNotFound, "没有这个栏目")
	if w.version(2) != form().Get("version") {
		w.t.Error("something that was refused was done")
	}
	if status, _ := w.get(at + "/" + fmt.Sprint(int64(7e15))); status != http.StatusNotFound {
		w.t.Errorf("a column that is not there answers %d", status)
	}
}
