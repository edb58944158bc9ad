package app

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/zhanqun/zhanqun/kernel"
	"github.com/zhanqun/zhanqun/kernel/corpus"
	"github.com/zhanqun/zhanqun/platform/identity"
	"github.com/zhanqun/zhanqun/policies"
	"github.com/zhanqun/zhanqun/tenants/article"
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
	t.Parallel()
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
		marks(t, o, io, both)
		late(t, o, io, both)
		o.cleanHTML(t)
	})
}

// marks (C7, d41): a remark stands at the words that were chosen, by their paragraph, before the reviewers and in the author's form; the author
// settles it with one press that keeps what was typed; citizens and the payload never hold it.
func marks(t *testing.T, o *bureau, io, both *worker) {
	at := io.write("有批注的通知")
	io.wants(at+"/send", url.Values{"version": {"1"}}, http.StatusSeeOther, "sent")
	both.wants(at+"/notes", url.Values{"words": {"不对"}, "block": {"9"}}, http.StatusUnprocessableEntity, "没有这一段")
	both.wants(at+"/notes", url.Values{"words": {"不对"}, "block": {"1"}, "quote": {"文中没有的话"}}, http.StatusUnprocessableEntity, "文中没有的话")
	both.wants(at+"/notes", url.Values{"words": {"写明时间"}, "block": {"1"}, "quote": {"大家注意"}}, http.StatusSeeOther, "comment")
	both.wants(at+"/notes", url.Values{"words": {"删去这一段"}, "block": {"2"}}, http.StatusSeeOther, "comment")
	if _, body := io.get(at); !strings.Contains(body, `<mark class="remark" id="remark-1">大家注意<sup>1</sup></mark>`) || !strings.Contains(body, `href="#remark-2"`) {
		t.Errorf("the words are not marked: %s", body)
	}
	both.wants(at+"/review", both.editionOf(at, "do", "return", "reason", "请照批注改"), http.StatusSeeOther, "returned")
	_, body := io.get(at + "/edit")
	done := regexp.MustCompile(`formaction="([^"]+/done)"`).FindAllStringSubmatch(body, -1)
	if len(done) != 2 || !strings.Contains(body, `id="remark-1">大家注意<sup>1</sup></mark>`) {
		t.Fatalf("the form does not show the remarks: %d, %s", len(done), body)
	}
	form := leaflet("改了一半的标题")
	form.Set("version", "3")
	form.Set("back", "form")
	io.wants(done[1][1], form, http.StatusOK, "改了一半的标题")
	if d := io.article(at); d.Payload.Title != "有批注的通知" {
		t.Errorf("settling a remark saved the form: %s", d.Payload.Title)
	}
	form = leaflet("有批注的通知")
	form.Set("version", fmt.Sprint(io.article(at).Version))
	form.Set("body", "加在前面的一段。\n\n请各位注意。")
	io.wants(at, form, http.StatusSeeOther, "saved")
	if _, body := io.get(at); !strings.Contains(body, "原文已改") || strings.Contains(body, "remark-1") {
		t.Errorf("the words are gone, and nobody says so: %s", body)
	}
	form.Set("version", fmt.Sprint(io.article(at).Version))
	form.Set("body", "加在前面的一段。\n\n请大家注意。")
	io.wants(at, form, http.StatusSeeOther, "saved")
	if _, body := io.get(at); !strings.Contains(body, `<mark class="remark" id="remark-1">大家注意<sup>1</sup></mark>`) {
		t.Errorf("the remark did not move with its words: %s", body)
	}
	io.wants(at+"/send", url.Values{"version": {fmt.Sprint(io.article(at).Version)}}, http.StatusSeeOther, "sent")
	both.wants(at+"/review", both.editionOf(at, "do", "publish"), http.StatusSeeOther, "published")
	if raw := io.article(at).Payload.Body; strings.Contains(raw, "mark") || strings.Contains(raw, "写明时间") {
		t.Errorf("the payload holds a remark: %s", raw)
	}
	if _, _, page := o.get(t, o.site.URL("/a/"+at[strings.LastIndexByte(at, '/')+1:])); strings.Contains(string(page), "写明时间") || strings.Contains(string(page), "remark") {
		t.Errorf("citizens read a remark: %s", page)
	}
}

// late (C4): a time set by somebody who has lost the post by then publishes nothing; the next publisher reads why, and publishes.
func late(t *testing.T, o *bureau, io, both *worker) {
	former := o.hire("former.life", "PB")
	at := io.write("到点没有岗位的通知")
	io.wants(at+"/send", url.Values{"version": {"1"}}, http.StatusSeeOther, "sent")
	both.wants(at+"/review", both.editionOf(at, "do", "pass"), http.StatusSeeOther, "passed")
	former.wants(at+"/schedule", former.editionOf(at, "publish_at", "2026-11-25T09:00"), http.StatusSeeOther, "planned")
	ctx := kernel.WithActor(context.Background(), identity.System("cli"))
	posts, err := o.Accounts.Live(ctx, former.account.ID, o.now())
	if err != nil || len(posts) != 1 {
		t.Fatalf("posts: %+v, %v", posts, err)
	}
	if err := o.Accounts.End(ctx, posts[0].ID, "关政任〔2026〕2号"); err != nil {
		t.Fatal(err)
	}
	o.pass(3 * 24 * time.Hour)
	both.signIn() // the old session has ended meanwhile
	if err := o.Queue.Drain(ctx); err != nil {
		t.Fatal(err)
	}
	if o.public("到点没有岗位的通知") {
		t.Error("published in the name of somebody without a post")
	}
	for _, path := range []string{"/", "/reviews", at} {
		if _, body := both.get(path); !strings.Contains(body, "现在没有发布的岗位") {
			t.Errorf("%s does not say why it was not published: %s", path, body)
		}
	}
	both.wants(at+"/publish", both.editionOf(at), http.StatusSeeOther, "published")
}

// C4, domain.md 4 (in_scope): an appointment to one column opens the desk for that column and those below it, and nothing else: neither by a
// list nor by an address, a form, a press on many or a note.
func TestAnAppointmentToOneColumn(t *testing.T) {
	t.Parallel()
	eachBureau(t, func(t *testing.T, o *bureau) {
		hire := func(login string, column int64, roles ...policies.Role) *worker {
			return o.hireFor("610902100", login, column, roles...)
		}
		io, both := hire("io.two", 2, "IO"), hire("both.two", 2, "RV", "SR", "PB")
		elsewhere := hire("both.one", 1, "IO", "RV", "SR", "PB")
		everywhere := o.hire("io.all", "IO")
		theirs := everywhere.write("全站信息员的通知")
		form := leaflet("别的栏目的稿件")
		form.Set("column", "1")
		_, header, _ := everywhere.post(everywhere.base(), form)
		other := articleAt.FindString(header.Get("Location"))

		o.brings(io, both, everywhere)
		io.wants(io.base(), form, http.StatusUnprocessableEntity, "只限指定的栏目")
		at := io.write("本栏目的通知")
		move := leaflet("本栏目的通知")
		move.Set("column", "1")
		move.Set("version", "1")
		io.wants(at, move, http.StatusUnprocessableEntity, "只限指定的栏目")
		for path, want := range map[string]int{"/": 200, io.base(): 200, io.base() + "/new": 200, at: 200, at + "/edit": 200, theirs: 200, other: 403, other + "/edit": 403, other + "/versions": 403, other + "/preview/page": 403,
			"/sites/" + o.site.ID.String() + "/chains": 403, "/sites/" + o.site.ID.String() + "/reviews": 403} {
			if status, body := io.get(path); status != want || strings.Contains(body, "别的栏目的稿件") {
				t.Errorf("the scoped officer at %s: %d, want %d, and no word of the other column", path, status, want)
			}
		}
		if _, body := io.get(io.base()); !strings.Contains(body, "本栏目的通知") || !strings.Contains(body, "全站信息员的通知") {
			t.Errorf("the list does not show the own column: %s", body)
		}
		io.wants(other, move, http.StatusForbidden, "")
		io.wants(other+"/send", url.Values{"version": {"1"}}, http.StatusForbidden, "")
		io.wants(other+"/notes", url.Values{"words": {"看一看"}}, http.StatusForbidden, "")
		io.wants(io.base()+"/bulk", url.Values{"do": {"bin"}, "id": {other[strings.LastIndexByte(other, '/')+1:] + ":1"}}, http.StatusOK, "没有这篇稿件")
		io.wants(io.base()+"/bulk", url.Values{"do": {"move"}, "column": {"1"}, "id": {at[strings.LastIndexByte(at, '/')+1:] + ":1"}}, http.StatusOK, "只限指定的栏目")

		io.wants(at+"/send", url.Values{"version": {"1"}}, http.StatusSeeOther, "sent")
		elsewhere.wants(at+"/review", elsewhere.editionOf(at, "do", "publish"), http.StatusForbidden, "")
		everywhere.wants(other+"/send", url.Values{"version": {"1"}}, http.StatusSeeOther, "sent")
		for _, path := range []string{"/", "/reviews", "/sites/" + o.site.ID.String() + "/reviews"} {
			if _, body := both.get(path); !strings.Contains(body, "本栏目的通知") || strings.Contains(body, "别的栏目的稿件") {
				t.Errorf("what waits at %s is not the own column's: %s", path, body)
			}
		}
		both.wants(other+"/review", both.editionOf(other, "do", "publish"), http.StatusForbidden, "")
		both.wants(at+"/review", both.editionOf(at, "do", "publish"), http.StatusSeeOther, "published")
		both.wants(at+"/after", url.Values{"how": {"withdraw"}, "reason": {"内容有误"}}, http.StatusSeeOther, "withdrawn")
		if other := everywhere.article(other); other.State != article.Submitted || other.Column != 1 {
			t.Errorf("the other column's article is %s in column %d", other.State, other.Column)
		}
		o.cleanHTML(t)
	})
}

// brings: whoever writes in one column pastes, imports and uploads there, and sees no picture of another column that nobody has published.
func (o *bureau) brings(io, both, everywhere *worker) {
	t := o.t
	if status, a := io.paste(url.Values{"text": {"一段"}}); status != http.StatusOK || a.HTML != "<p>一段</p>" {
		t.Errorf("a clipboard answers %d %q", status, a.HTML)
	}
	if status, _ := both.paste(url.Values{"text": {"一段"}}); status != http.StatusForbidden {
		t.Errorf("a clipboard of somebody who decides only answers %d", status)
	}
	if page := io.shows(io.base()+"/import", `<option value="2"`); strings.Contains(page, `<option value="1"`) {
		t.Error("the import offers a column that is not theirs")
	}
	raw, err := os.ReadFile(corpus.Path(t, "docs/mammoth/tiny-picture.docx"))
	if err != nil {
		t.Fatal(err)
	}
	if status, _, body := io.upload("1", "别处.docx", raw); status != http.StatusUnprocessableEntity || !strings.Contains(body, "只限指定的栏目") {
		t.Errorf("a file for another column answers %d: %s", status, body)
	}
	if status, header, _ := io.upload("2", "本栏目.docx", raw); status != http.StatusSeeOther || io.article(articleAt.FindString(header.Get("Location"))).Column != 2 {
		t.Errorf("a file for the own column answers %d", status)
	}
	at := "/sites/" + o.site.ID.String()
	keep := func(w *worker, name string, width int) string {
		_, _, body := w.multi(at+"/media", url.Values{"alt": {"江"}}, file{name, photo(t, width, 20)})
		src := regexp.MustCompile(`/-/media/\d+/full\.jpg`).FindString(body)
		if src == "" {
			t.Fatalf("%s keeps no picture: %s", w.account.Login, body)
		}
		return src
	}
	own, theirs, others := keep(io, "a.jpg", 30), keep(everywhere, "b.jpg", 31), keep(everywhere, "c.jpg", 32)
	with := func(column, src string) {
		form := leaflet("有图的稿件" + column)
		form.Set("column", column)
		form.Set("marked", "1")
		form.Set("body", `<p>图</p><figure><img src="`+src+`" alt="江"></figure>`)
		everywhere.wants(everywhere.base(), form, http.StatusSeeOther, "saved")
	}
	with("1", others)
	for src, want := range map[string]int{own: 200, theirs: 404, others: 404, "/-/media/7/full.jpg": 404} {
		io.sees(at+src, want)
	}
	with("2", theirs)
	io.sees(at+theirs, http.StatusOK)
	io.sees(at+others, http.StatusNotFound)
}
