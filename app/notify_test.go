package app

import (
	"context"
	"html"
	"net/http"
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/zhanqun/zhanqun/kernel"
	"github.com/zhanqun/zhanqun/platform/identity"
	"github.com/zhanqun/zhanqun/platform/notify"
)

// Issue 4 point 2 (X6, C4, C7, d40): over the routes, on both engines: who has to act is told, who acts is not, what is done is over for
// everybody, and who has left sees nothing, not even that there was something.
func TestNotices(t *testing.T) {
	t.Parallel()
	eachBureau(t, func(t *testing.T, o *bureau) {
		io, rv, other := o.hire("tell-io", "IO", "PB"), o.hire("tell-rv", "RV", "SR"), o.hire("tell-other", "RV", "SR")
		for _, w := range []*worker{io, rv, other} {
			w.bell(2) // the posts
			w.shows("/notices", "您有新的岗位")
			w.wants("/notices/read", nil, http.StatusSeeOther, "read")
		}
		at := io.write("有人落水，请大家小心")
		io.bell(0)
		io.wants(at+"/send", url.Values{"version": {"1"}}, http.StatusSeeOther, "sent")
		io.bell(0)
		rv.bell(1)
		other.bell(1)
		rv.shows("/notices", "等您审核", "有人落水，请大家小心")
		notice := rv.notice()
		if status, _, _ := other.post("/notices/open", url.Values{"notice": {notice}}); status != http.StatusNotFound {
			t.Errorf("somebody else's notice answers %d", status)
		}
		rv.wants("/notices/open", url.Values{"notice": {notice}}, http.StatusSeeOther, at)
		rv.bell(0)
		rv.wants(at+"/review", rv.editionOf(at, "do", "return", "reason", "地点没有写"), http.StatusSeeOther, "returned")
		other.bell(0) // the other reviewer has nothing to do any more
		io.bell(1)
		io.shows("/notices", "稿件被退回", "地点没有写")
		rv.wants(at+"/notes", url.Values{"kind": {"comment"}, "words": {"请写明桥名"}}, http.StatusSeeOther, "comment")
		io.bell(2)
		io.wants("/notices/read", nil, http.StatusSeeOther, "read")
		io.bell(0)
		left(t, io, rv, at)
		preferences(t, io)
		hooks(t, io)
		if !o.DB.Postgres() { // the screens are the same
			o.cleanHTML(t)
		}
	})
}

// left: a reviewer whose appointment ends sees neither the title nor a number, and the link in the notice leads nowhere.
func left(t *testing.T, io, rv *worker, at string) {
	again := leaflet("第二次写的通知")
	again.Set("version", strconv.FormatInt(io.article(at).Version, 10))
	io.wants(at, again, http.StatusSeeOther, "saved")
	form := url.Values{"version": {strconv.FormatInt(io.article(at).Version, 10)}}
	io.wants(at+"/send", form, http.StatusSeeOther, "sent")
	rv.bell(1)
	notice := rv.notice()
	ctx := kernel.WithActor(context.Background(), identity.System("cli"))
	live, err := rv.Accounts.Live(ctx, rv.account.ID, rv.now())
	if err != nil {
		t.Fatal(err)
	}
	rv.pass(time.Second)
	for _, a := range live {
		if err := rv.Accounts.End(ctx, a.ID, "关政任〔2026〕9号"); err != nil {
			t.Fatal(err)
		}
	}
	_, page := rv.get("/notices")
	if strings.Contains(page, "第二次写的通知") || strings.Contains(page, "等您审核") || !strings.Contains(page, "您的岗位已结束") {
		t.Errorf("after the appointment: %s", page)
	}
	rv.bell(len(live))
	if status, _, body := rv.post("/notices/open", url.Values{"notice": {notice}}); status != http.StatusNotFound || strings.Contains(body, "第二次") {
		t.Errorf("opening it answers %d: %s", status, body)
	}
}

// preferences: without a mail server the screen says so, and a form that is sent all the same is refused in a sentence.
func preferences(t *testing.T, w *worker) {
	w.shows("/notices", "没有设置邮件服务器")
	w.wants("/notices/mail", url.Values{"address": {"a@example.gov.cn"}}, http.StatusUnprocessableEntity, "没有设置邮件服务器")
	w.wants("/notices/kinds", url.Values{"kind": {"review"}}, http.StatusConflict, "请先填写并确认邮箱")
	w.wants("/notices/mail/no-such-token", nil, http.StatusNotFound, "")
	w.Notices.Mail = &notify.SMTP{Addr: "127.0.0.1:1", From: "no-reply@example.gov.cn"}
	w.wants("/notices/mail", url.Values{"address": {"两个 字"}}, http.StatusUnprocessableEntity, `value="两个 字"`)
	w.wants("/notices/mail", url.Values{"address": {"officer@example.gov.cn"}}, http.StatusSeeOther, "asked")
	w.shows("/notices?done=asked", "等待确认", "officer@example.gov.cn", "确认邮件已经发出")
	ctx := context.Background()
	err := w.DB.InTx(ctx, func(ctx context.Context) error { // as the link in the letter does, which the room's own tests follow
		_, err := w.DB.Conn(ctx).NewRaw("UPDATE mail_addresses SET address = asked, asked = '', asked_at = NULL").Exec(ctx)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	w.wants("/notices/kinds", url.Values{"kind": {"published", "noted", "nonsense"}}, http.StatusSeeOther, "kinds")
	page := w.shows("/notices?done=kinds", "已保存")
	if n := strings.Count(page, " checked"); n != 2 {
		t.Errorf("%d kinds are mailed: %s", n, page)
	}
	w.wants("/notices/mail", url.Values{"do": {"off"}}, http.StatusSeeOther, "off")
	w.Notices.Mail = nil
}

// hooks: the content lead alone sets a webhook, its secret is shown once, and an address inside is refused.
func hooks(t *testing.T, io *worker) {
	lead := io.hire("tell-lead", "CL")
	at := "/sites/" + io.site.ID.String() + "/webhook"
	if status, _ := io.get(at); status != http.StatusForbidden {
		t.Errorf("an information officer gets %d", status)
	}
	lead.shows(at, "发布提醒接口")
	for _, bad := range []string{"http://example.gov.cn/", "https://127.0.0.1/", "https://[::ffff:10.0.0.1]/", "ftp://example.gov.cn/", "https://a:b@example.gov.cn/", ""} {
		status, _, body := lead.post(at, url.Values{"url": {bad}})
		if status != http.StatusUnprocessableEntity || !strings.Contains(html.UnescapeString(body), `value="`+bad) {
			t.Errorf("%q answers %d: %s", bad, status, body)
		}
	}
	_, _, body := lead.post(at, url.Values{"url": {"https://example.gov.cn/hook"}})
	secret := regexp.MustCompile(`<code>([0-9a-f]{64})</code>`).FindStringSubmatch(body)
	if secret == nil {
		t.Fatalf("no secret in %s", body)
	}
	if _, again := lead.get(at); strings.Contains(again, secret[1]) || !strings.Contains(again, "https://example.gov.cn/hook") {
		t.Error("the secret is shown again, or the address is not")
	}
	lead.wants(at+"/remove", nil, http.StatusSeeOther, "removed")
}

var bellNumber = regexp.MustCompile(`href="/notices"[^>]*>[^< ]*(?: <span class="count">([0-9]+)</span>)?`)

// bell expects a number at the bell of the first screen, 0 for none.
func (w *worker) bell(want int) {
	w.t.Helper()
	_, page := w.get("/")
	m := bellNumber.FindStringSubmatch(page)
	if m == nil {
		w.t.Fatalf("%s has no bell: %s", w.account.Login, page)
	}
	if got := m[1]; got != strings.TrimPrefix(strconv.Itoa(want), "0") {
		w.t.Errorf("%s: the bell of %s shows %q, want %d", w.t.Name(), w.account.Login, got, want)
	}
}

// notice is the first of the worker's notices.
func (w *worker) notice() string {
	w.t.Helper()
	_, page := w.get("/notices")
	m := regexp.MustCompile(`name="notice" value="([0-9]+)"`).FindStringSubmatch(page)
	if m == nil {
		w.t.Fatalf("%s has no notice: %s", w.account.Login, page)
	}
	return m[1]
}
