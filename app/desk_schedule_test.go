package app

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/zhanqun/zhanqun/kernel"
	"github.com/zhanqun/zhanqun/kernel/fault"
)

// planned (issue 4, 3: schedule and expiry, Asia/Shanghai text): who may publish sets a time for what may be published, in Beijing's time and words
// that name the day of the week; nobody else, and nothing that is not approved.
func planned(t *testing.T, io, both *worker) {
	at := io.write("定时发布的通知")
	io.wants(at+"/send", url.Values{"version": {"1"}}, http.StatusSeeOther, "sent")
	plan := func(more ...string) url.Values {
		form := both.editionOf(at, more...)
		if form.Get("publish_at") == "" && form.Get("do") == "" {
			form.Set("publish_at", "2026-11-27T09:00")
		}
		return form
	}
	both.wants(at+"/schedule", plan(), http.StatusConflict, "不能由您发布")
	both.wants(at+"/review", both.editionOf(at, "do", "pass"), http.StatusSeeOther, "passed")
	if _, body := both.get(at); !strings.Contains(body, `type="datetime-local"`) {
		t.Errorf("no time is asked for: %s", body)
	}
	io.wants(at+"/schedule", plan(), http.StatusForbidden, "办理")
	both.wants(at+"/schedule", plan("publish_at", "tomorrow"), http.StatusUnprocessableEntity, "不是有效的时间")
	both.wants(at+"/schedule", plan("publish_at", "2026-11-22T09:00"), http.StatusUnprocessableEntity, "已经过了")
	both.wants(at+"/schedule", plan("expire_at", "2026-11-26T09:00"), http.StatusUnprocessableEntity, "发布之后")
	both.wants(at+"/schedule", plan("expire_at", "2027-01-04T18:30"), http.StatusSeeOther, "planned")
	for _, path := range []string{at, io.base()} {
		if _, body := io.get(path); !strings.Contains(body, "11月27日 09:00 周五 发布，2027年1月4日 18:30 周一 下线") {
			t.Errorf("%s does not say when: %s", path, body)
		}
	}
	if io.public("定时发布的通知") {
		t.Error("it is public before its time")
	}
	for _, w := range []*worker{io, both} { // whoever set the time is asked about again when it has come
		err := w.Articles.Posts.Publishes(kernel.WithActor(t.Context(), w.account.Actor("job")), w.site.ID, w.article(at).ID)
		if err != nil && !fault.Is(err, fault.Forbidden) || (err == nil) != (w == both) {
			t.Errorf("at its time %s is answered %v", w.account.Login, err)
		}
	}
	both.wants(at+"/schedule", plan("do", "cancel"), http.StatusSeeOther, "unplanned")
	if _, body := io.get(at); strings.Contains(body, "11月27日") {
		t.Errorf("cancelled, and still there: %s", body)
	}
	both.wants(at+"/schedule", plan(), http.StatusSeeOther, "planned")
	both.wants(at+"/publish", both.editionOf(at), http.StatusSeeOther, "published") // sooner than planned
	if _, body := io.get(at); strings.Contains(body, "11月27日") || !io.public("定时发布的通知") {
		t.Errorf("published, and still planned: %s", body)
	}
}
