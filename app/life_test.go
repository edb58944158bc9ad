package app

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
)

// released writes, sends, reviews and publishes a notice, and answers its screen and its address for citizens.
func (o *bureau) released(io, both *worker, title string) (at, page string) {
	o.t.Helper()
	at = io.write(title)
	io.wants(at+"/send", url.Values{"version": {"1"}}, http.StatusSeeOther, "sent")
	both.wants(at+"/review", both.editionOf(at, "do", "publish"), http.StatusSeeOther, "published")
	return at, o.site.URL("/a/" + at[strings.LastIndexByte(at, '/')+1:])
}

// answers checks what an address says to citizens.
func (o *bureau) answers(t *testing.T, what, address string, status int, words string) {
	t.Helper()
	got, header, body := o.get(t, address)
	if got != status || !strings.Contains(string(body)+header.Get("Location"), words) {
		t.Errorf("%s: %s answers %d %s, want %d and %q", what, address, got, header.Get("Location"), status, words)
	}
}

// C12, B7, d09, d42: what comes after a publication. The publisher, and nobody else, ends an address, leads it to another text or says what
// took its place; citizens see it with the next request, the neighbour's addresses stay what they were, and it is undone the same way.
func TestLifeAfterPublication(t *testing.T) {
	eachBureau(t, func(t *testing.T, o *bureau) {
		io, both, tech := o.hire("io.life", "IO"), o.hire("both.life", "CL", "RV", "SR", "PB"), o.hireAt("610900", "po.life", "PO")
		county := o.hireAt("610902", "cl.life", "CL", "PB")
		at, page := o.released(io, both, "停水的旧通知")
		_, fresh := o.released(io, both, "停水的新通知")
		neighbour, _, _ := o.Sites.ByAddress("http://hanbin.ankang.localhost:8080/")
		there := neighbour.URL(strings.TrimPrefix(page, o.site.URL("")))
		o.answers(t, "before", page, http.StatusOK, "停水的旧通知")

		moved := url.Values{"how": {"moved"}, "to": {fresh}, "reason": {"合并成一篇"}}
		for _, w := range []*worker{io, tech, county} {
			w.wants(at+"/after", moved, http.StatusForbidden, "")
		}
		shows := func(what string, form url.Values, words string) {
			t.Helper()
			both.wants(at+"/after", form, http.StatusUnprocessableEntity, words)
			o.answers(t, what, page, http.StatusOK, "停水的旧通知")
		}
		shows("no choice", url.Values{"reason": {"理由"}}, "请选择怎样处理")
		shows("a foreign address", url.Values{"how": {"moved"}, "to": {"https://example.com/a/1"}, "reason": {"合并"}}, "https://example.com/a/1")
		shows("itself", url.Values{"how": {"moved"}, "to": {page}, "reason": {"合并"}}, "自己")
		shows("without a reason", url.Values{"how": {"gone"}, "reason": {""}}, "理由")

		both.wants(at+"/after", url.Values{"how": {"validity"}, "validity": {"abolished"}, "since": {"2026-11-20"}, "to": {fresh}, "reason": {"有新通知"}}, http.StatusSeeOther, "validity")
		o.answers(t, "replaced", page, http.StatusOK, "自2026年11月20日起废止")
		o.answers(t, "the list", o.site.URL("/c/gonggao"), http.StatusOK, "（已废止）")
		o.answers(t, "the new one", fresh, http.StatusOK, "本文替代")
		both.wants(at+"/after", url.Values{"how": {"undo"}, "reason": {"登记错了"}}, http.StatusSeeOther, "undone")

		both.wants(at+"/after", moved, http.StatusSeeOther, "moved")
		o.answers(t, "moved", page, http.StatusMovedPermanently, fresh)
		if o.public("停水的旧通知") {
			t.Error("the list still holds what leads elsewhere")
		}
		if _, body := both.get(at); !strings.Contains(body, "原网址现在转到：") || !strings.Contains(body, "取消，恢复原样") {
			t.Errorf("the screen does not say where it leads: %s", body)
		}
		if _, body := io.get(at); !strings.Contains(body, "原网址现在转到：") || strings.Contains(body, "取消，恢复原样") {
			t.Errorf("an information officer is offered what is the publisher's: %s", body)
		}
		both.wants(at+"/after", url.Values{"how": {"gone"}, "reason": {"不再需要"}, "notice": {"供水公司已迁址。"}}, http.StatusSeeOther, "gone")
		o.answers(t, "gone", page, http.StatusGone, "供水公司已迁址。")
		io.wants(at+"/after", url.Values{"how": {"undo"}, "reason": {"我要恢复"}}, http.StatusForbidden, "")
		both.wants(at+"/after", url.Values{"how": {"undo"}, "reason": {"迁回来了"}}, http.StatusSeeOther, "undone")
		o.answers(t, "undone", page, http.StatusGone, "撤回")
		o.answers(t, "the neighbour", there, http.StatusNotFound, "")
		o.cleanHTML(t)
	})
}
