package app

import (
	"context"
	"html"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/zhanqun/zhanqun/kernel"
	"github.com/zhanqun/zhanqun/platform/identity"
	"github.com/zhanqun/zhanqun/platform/publication"
	"github.com/zhanqun/zhanqun/policies"
	"github.com/zhanqun/zhanqun/tenants/column"
)

// Issue 4, review (C2, C3, C5, C6, C7, C9, C14, d42): chains of columns, the last word above, notes, handing over, emergencies and what they owe,
// several articles at one instant, the sheet; on both engines, over the routes.
func TestReviewAtTheDesk(t *testing.T) {
	t.Parallel()
	eachBureau(t, func(t *testing.T, o *bureau) {
		io, both, lead := o.hire("xinxi", "IO"), o.hire("both", "IO", "RV", "SR", "PB"), o.hire("lead", "CL")
		third := o.hire("third", "RV", "SR")
		t.Run("chains and the last word above", func(t *testing.T) { lastWord(t, o, io, both, lead) })
		t.Run("notes", func(t *testing.T) { notes(t, io, both, lead, third) })
		t.Run("what is held back", func(t *testing.T) { heldBack(t, io, both, third, lead) })
		t.Run("the site's own reasons", func(t *testing.T) { ownReasons(t, io, both, lead) })
		t.Run("a step of one person", func(t *testing.T) { namedSigner(t, o, io, both, third, lead) })
		t.Run("an emergency", func(t *testing.T) { publishedFirst(t, io, both, third) })
		t.Run("at one instant", func(t *testing.T) { atOneInstant(t, o, io, both, third) })
		t.Run("ten notices of two people", func(t *testing.T) { tenNotices(t, o) })
		o.cleanHTML(t)
	})
}

// sent writes a notice and sends it.
func (w *worker) sent(title string) string {
	w.t.Helper()
	at := w.write(title)
	w.wants(at+"/send", url.Values{"version": {"1"}}, http.StatusSeeOther, "sent")
	return at
}

func (w *worker) sees(path string, status int, words ...string) {
	w.t.Helper()
	got, body := w.get(path)
	body = html.UnescapeString(body)
	for _, word := range words {
		not, absent := strings.CutPrefix(word, "!")
		if absent {
			word = not
		}
		if strings.Contains(body, word) == absent {
			w.t.Errorf("%s at %s: %q is shown: %v", w.account.Login, path, word, absent)
		}
	}
	if got != status {
		w.t.Errorf("%s at %s: %d, want %d:\n%s", w.account.Login, path, got, status, body)
	}
}

// lastWord: the content lead gives the last word on a column to the county's office, whose reviewer decides on what was sent to it,
// sees no draft and changes no word; taken back, the office is small again.
func lastWord(t *testing.T, o *bureau, io, both, lead *worker) {
	county := o.hireAt("610902", "county", "RV")
	chains := "/sites/" + o.site.ID.String() + "/chains"
	set := func(policy, last string) url.Values {
		return url.Values{"column": {"2"}, "policy": {policy}, "last": {last}}
	}
	io.wants(chains, set(publication.Brief, "1"), http.StatusForbidden, "")
	lead.wants(chains, set(publication.Small, "1"), http.StatusUnprocessableEntity, "终审")
	lead.wants(chains, set("", "1"), http.StatusUnprocessableEntity, "终审")
	lead.wants(chains, set("import", ""), http.StatusUnprocessableEntity, "没有这种审核流程")
	lead.wants(chains, url.Values{"column": {"999999"}, "policy": {publication.Brief}}, http.StatusUnprocessableEntity, "栏目")
	before := io.sent("按原来的流程送审")
	county.sees(before, http.StatusForbidden)
	lead.wants(chains, set(publication.Brief, "1"), http.StatusSeeOther, "set")
	lead.sees(chains, http.StatusOK, "由上级终审", "汉滨")
	draft, at := io.write("上级看不到的草稿"), io.sent("由区上终审的通知")
	for _, path := range []string{draft, draft + "/edit", o.siteBase(), at + "/edit", at + "/notes/1/done"} {
		if status, body := county.get(path); status == http.StatusOK || strings.Contains(body, "上级看不到的草稿") {
			t.Errorf("the county's reviewer at %s: %d", path, status)
		}
	}
	county.wants(at+"/review", county.editionOf(at, "do", "pass"), http.StatusForbidden, "由主办单位自己")
	both.wants(at+"/review", both.editionOf(at, "do", "publish"), http.StatusConflict, "审核")
	both.wants(at+"/review", both.editionOf(at, "do", "pass"), http.StatusSeeOther, "passed")
	both.sees(at, http.StatusOK, "!我的意见", "待终审")
	county.sees("/reviews", http.StatusOK, "由区上终审的通知", "!上级看不到的草稿")
	county.sees(at, http.StatusOK, "我的意见", "请大家注意", "!>修改</a>", "!紧急发布", "!>撤回<")
	county.wants(at+"/review", county.editionOf(at, "do", "publish"), http.StatusForbidden, "由主办单位自己")
	county.wants(at+"/review", county.editionOf(at, "do", "pass"), http.StatusSeeOther, "passed")
	both.wants(at+"/publish", both.editionOf(at), http.StatusSeeOther, "published")
	county.sees(at, http.StatusNotFound)
	both.wants(before+"/review", both.editionOf(before, "do", "publish"), http.StatusSeeOther, "published") // its way was set when it was sent
	lead.wants(chains, set("", ""), http.StatusSeeOther, "set")
	county.sees("/reviews", http.StatusOK, "没有等您处理的稿件")
}

func (o *bureau) siteBase() string { return "/sites/" + o.site.ID.String() + "/articles" }

// notes: colleagues write beside a text, a decision is handed over, a leader signs on paper; nothing of it is an approval.
func notes(t *testing.T, io, both, lead, third *worker) {
	at := io.sent("有批注的稿件")
	both.wants(at+"/notes", url.Values{"words": {" "}, "quote": {"引文还在"}}, http.StatusUnprocessableEntity, "引文还在")
	both.wants(at+"/notes", url.Values{"words": {"数字请核对<b>"}, "quote": {"请大家注意。"}}, http.StatusSeeOther, "comment")
	io.sees(at, http.StatusOK, "数字请核对<b>", "请大家注意。", "标记为已处理", "!转给同事审")
	io.wants(at+"/notes/99/done", nil, http.StatusNotFound, "没有这条批注")
	found, err := io.Reviews.Notes(context.Background(), publication.Object{Site: io.site.ID, Kind: "article", ID: io.article(at).ID})
	if err != nil || len(found) != 1 {
		t.Fatalf("%v, %v", found, err)
	}
	io.wants(at+"/notes/"+kernel.SiteID(found[0].ID).String()+"/done", nil, http.StatusSeeOther, "settled")
	io.sees(at, http.StatusOK, "!标记为已处理")
	for _, to := range []string{"", "77", both.account.ID.String(), io.account.ID.String(), lead.account.ID.String()} {
		both.wants(at+"/notes", url.Values{"kind": {"handover"}, "to": {to}, "words": {"你来"}}, http.StatusUnprocessableEntity, "同事")
	}
	both.wants(at+"/notes", url.Values{"kind": {"handover"}, "to": {third.account.ID.String()}, "words": {"我不熟悉这项业务"}}, http.StatusSeeOther, "handover")
	third.sees("/reviews", http.StatusOK, "转来的同事", "我不熟悉这项业务")
	both.sees("/reviews", http.StatusOK, "已转给")
	scanned(t, io, both, third, at)
	third.sees(at+"/sheet", http.StatusOK, "信息发布审批单", "<svg viewBox=", "分管副镇长", "同意发布", "有批注的稿件")
	third.sees(at, http.StatusOK, "我的意见") // paper is no approval
	third.wants(at+"/review", third.editionOf(at, "do", "return", "usual", "数据、时间或名称有误，请核对。", "reason", "第二行。"), http.StatusSeeOther, "returned")
	io.sees("/", http.StatusOK, "数据、时间或名称有误，请核对。 第二行。")
	io.sees(io.write("没送审的")+"/sheet", http.StatusNotFound, "还没有送审")
}

// scanned: a leader's signature on paper is entered with its scan, which whoever may see the review can open, and no citizen's address serves,
// be the text public or not; a file that is refused takes nothing of the form with it.
func scanned(t *testing.T, io, both, third *worker, other string) {
	at := io.sent("有扫描件的稿件")
	signed := url.Values{"signer": {"分管副镇长"}, "signed_on": {"2026-11-26"}, "words": {"同意发布"}}
	enters := func(w *worker, at string, status int, says string, files ...file) {
		t.Helper()
		got, head, body := w.multi(at+"/signed", signed, files...)
		if got != status || !strings.Contains(html.UnescapeString(body)+head.Get("Location"), says) {
			t.Errorf("%s enters a signature: %d, %s", w.account.Login, got, body)
		}
		if status == http.StatusUnprocessableEntity && (!strings.Contains(body, `value="分管副镇长"`) || !strings.Contains(body, `value="2026-11-26"`) || !strings.Contains(body, `value="同意发布"`) || !strings.Contains(body, "<details open><summary>登记线下签批")) {
			t.Errorf("what was typed is lost: %s", body)
		}
	}
	sheet := file{"签批单.pdf", append([]byte("%PDF-1.4\nsigned on paper\n"), pdf...)}
	enters(io, at, http.StatusForbidden, "作者以外", sheet)
	enters(third, at, http.StatusUnprocessableEntity, "网页和 SVG 里可以藏程序", file{"网页.pdf", []byte("<html><script>alert(1)</script>")})
	enters(third, at, http.StatusUnprocessableEntity, "只能附一个扫描件", sheet, sheet)
	enters(third, other, http.StatusSeeOther, "signed")
	enters(third, at, http.StatusSeeOther, "signed", sheet)
	found, err := io.Reviews.Notes(context.Background(), publication.Object{Site: io.site.ID, Kind: "article", ID: io.article(at).ID})
	if err != nil || len(found) != 1 {
		t.Fatalf("%v, %v", found, err)
	}
	note := "/notes/" + kernel.SiteID(found[0].ID).String() + "/scan"
	link := `扫描件 <a href="` + at + note + `">签批单.pdf</a>（1 KB）`
	nobody, stranger := &worker{bureau: io.bureau, client: io.client}, io.hireAt("610902", "elsewhere", "RV")
	safe := func(when string) {
		t.Helper()
		io.sees(at, http.StatusOK, link)
		both.sees(at+"/sheet", http.StatusOK, link)
		for _, w := range []*worker{io, both, third} {
			w.sees(at+note, http.StatusOK, "signed on paper")
		}
		third.sees(other+note, http.StatusNotFound)
		for _, w := range []*worker{nobody, stranger} {
			if status, body := w.get(at + note); status == http.StatusOK && strings.Contains(body, "signed on paper") || strings.Contains(body, "%PDF") {
				t.Errorf("%s somebody else gets it: %d", when, status)
			}
		}
		id := kernel.SiteID(found[0].ID).String()
		for _, path := range []string{at + note, "/-/media/" + id + "/file.pdf", "/-/media/" + id + "/full.pdf", "/-/media/" + id + "/签批单.pdf", "/-/scans/" + id + "/file.pdf", "/a/" + id, note} {
			if status, _, body := io.askFor(io.site.URL(path)); status == http.StatusOK || strings.Contains(body, "signed on paper") {
				t.Errorf("%s a citizen gets %s: %d", when, path, status)
			}
		}
		io.sees("/sites/"+io.site.ID.String()+"/-/media/"+id+"/file.pdf", http.StatusNotFound)
	}
	safe("in review")
	both.wants(at+"/review", both.editionOf(at, "do", "publish"), http.StatusSeeOther, "published")
	safe("when the text is public")
	r, err := http.NewRequest(http.MethodGet, consoleAt+at+note, nil)
	if err != nil {
		t.Fatal(err)
	}
	if _, head, _ := third.send(r); !strings.HasPrefix(head.Get("Content-Disposition"), "attachment") || !strings.HasPrefix(head.Get("Cache-Control"), "private") || head.Get("Content-Type") != "application/pdf" {
		t.Errorf("it comes with %v", head)
	}
	if flaws, err := io.Media.Flaws(context.Background(), io.site.ID); err != nil || len(flaws) != 0 {
		t.Errorf("the store and the rows differ: %v, %v", flaws, err)
	}
}

// emergency: published at once with its reason, owed, settled by somebody who is neither its author nor its publisher, or withdrawn.
func publishedFirst(t *testing.T, io, both, third *worker) {
	at := io.write("山洪预警")
	io.wants(at+"/urgent", url.Values{"version": {"1"}, "words": {"山洪"}}, http.StatusForbidden, "")
	both.wants(at+"/urgent", url.Values{"version": {"1"}, "words": {""}}, http.StatusUnprocessableEntity, "写下")
	both.wants(at+"/urgent", url.Values{"version": {"9"}, "words": {"山洪已到上游"}}, http.StatusConflict, "刷新")
	if _, _, body := both.post(at+"/urgent", url.Values{"version": {"9"}, "words": {"山洪已到上游"}}); !strings.Contains(body, "maxlength=\"500\">\n山洪已到上游</textarea></p>\n<div class=\"actions\"><button class=\"bad\">紧急发布") {
		t.Errorf("why it cannot wait is lost: %s", body)
	}
	asks := func(seen int64, fields ...column.Field) { // B5: what a column asks for since the draft was written stops a sending, and no emergency
		ctx := kernel.WithActor(context.Background(), identity.System("cli"))
		if err := io.Columns.SetFields(ctx, io.site.ID, 2, seen, fields); err != nil {
			t.Fatal(err)
		}
	}
	asks(0, column.Field{Label: "撤离地点", Type: column.AsText, Required: true})
	both.sees(at, http.StatusOK, "紧急发布不等它们", "撤离地点")
	io.wants(at+"/send", url.Values{"version": {"1"}}, http.StatusUnprocessableEntity, "请填写“撤离地点”")
	if io.public("山洪预警") {
		t.Fatal("a refused emergency is public")
	}
	both.wants(at+"/urgent", url.Values{"version": {"1"}, "words": {"山洪已到上游"}}, http.StatusSeeOther, "urgent")
	if !io.public("山洪预警") {
		t.Fatal("the emergency is not public")
	}
	both.sees(at, http.StatusOK, "山洪已到上游", "紧急发布，待补审", "!补审通过")
	both.wants(at+"/settle", both.editionOf(at, "do", "pass"), http.StatusForbidden, "")
	third.sees("/", http.StatusOK, "山洪预警", "补审期限")
	third.sees(at, http.StatusOK, "这几项没有填好", "撤离地点")
	asks(1)
	third.sees(at, http.StatusOK, "!撤离地点")
	third.wants(at+"/settle", url.Values{"edition": {"1"}, "do": {"pass"}}, http.StatusConflict, "变了")
	third.wants(at+"/settle", third.editionOf(at, "do", "refuse"), http.StatusUnprocessableEntity, "理由")
	third.wants(at+"/settle", third.editionOf(at, "do", "pass"), http.StatusSeeOther, "reviewed")
	third.sees(at, http.StatusOK, "补审", "!请在这个时间以前补审")
	edit := leaflet("山洪预警解除")
	edit.Set("version", version(io.article(at).Version))
	edit.Set("do", "send")
	io.wants(at, edit, http.StatusSeeOther, "sent")
	third.sees(at, http.StatusOK, "改了什么", "<ins>解除</ins>")
	sent := io.sent("发错了的预警")
	both.wants(sent+"/urgent", both.editionOf(sent, "words", "等不得"), http.StatusSeeOther, "urgent")
	third.wants(sent+"/settle", third.editionOf(sent, "do", "refuse", "reason", "消息不实"), http.StatusSeeOther, "withdrawn")
	if io.public("发错了的预警") {
		t.Error("what was refused afterwards is still public")
	}
}

// atOneInstant: what was approved on two sites becomes public together, or not at all.
func atOneInstant(t *testing.T, o *bureau, io, both, third *worker) {
	first, second, open := io.sent("一起发布之一"), io.sent("一起发布之二"), io.sent("还没审的")
	for _, at := range []string{first, second} {
		third.wants(at+"/review", third.editionOf(at, "do", "pass"), http.StatusSeeOther, "passed")
	}
	pick := func(at string) string {
		d := io.article(at)
		return value3(d.Site.String(), kernel.SiteID(d.ID).String(), d.Edition.String())
	}
	both.sees("/reviews", http.StatusOK, "可以发布的", pick(first), pick(second), "!"+pick(open))
	both.wants("/reviews", nil, http.StatusUnprocessableEntity, "至少勾选")
	for _, bad := range []string{pick(open), "1.2", "x.y.z", "999.1.1", value3(o.site.ID.String(), "1", "1"), value3(o.site.ID.String(), kernel.SiteID(io.article(first).ID).String(), "9")} {
		both.wants("/reviews", url.Values{"pick": {pick(first), bad}}, http.StatusConflict, "一篇也没有发布")
	}
	third.wants("/reviews", url.Values{"pick": {pick(first)}}, http.StatusConflict, "一篇也没有发布") // who may not publish
	if io.public("一起发布之一") {
		t.Fatal("half of it is public")
	}
	both.wants("/reviews", url.Values{"pick": {pick(first), pick(second)}}, http.StatusSeeOther, "together")
	if !io.public("一起发布之一") || !io.public("一起发布之二") {
		t.Error("not all of it is public")
	}
}

func version(n int64) string { return kernel.SiteID(n).String() }

func value3(a, b, c string) string { return a + "." + b + "." + c }

// tenNotices: a township of two publishes ten notices, five by each, and one while the other is on leave and a dated stand-in
// (顶岗) from the county sits at the desk (domain.md 4). Nobody passes the own words.
func tenNotices(t *testing.T, o *bureau) {
	two := []*worker{o.hire("zhang", "CL", "IO", "RV", "SR", "PB"), o.hire("wang", "CL", "IO", "RV", "SR", "PB")}
	for i := range 10 {
		writes, passes := two[i%2], two[(i+1)%2]
		title := "两个人的第" + string(rune('0'+i)) + "篇"
		at := writes.sent(title)
		writes.wants(at+"/review", writes.editionOf(at, "do", "publish"), http.StatusForbidden, "自己")
		passes.wants(at+"/review", passes.editionOf(at, "do", "publish"), http.StatusSeeOther, "published")
		if !o.public(title) {
			t.Errorf("%s is not public", title)
		}
	}
	ctx := kernel.WithActor(context.Background(), identity.System("cli"))
	standIn := o.hireAt("610902", "dinggang")
	at := two[0].sent("休假时的通知")
	standIn.sees(at, http.StatusForbidden)
	town := o.org(t, ctx, "610902100")
	for _, role := range []policies.Role{"RV", "SR", "PB"} {
		a := identity.Appointment{Account: standIn.account.ID, Role: role, Org: town, Site: o.site.ID, To: time.Now().Add(10 * 24 * time.Hour), Document: "关政顶岗〔2026〕1号"}
		if _, err := o.Accounts.Appoint(ctx, a); err != nil {
			t.Fatal(err)
		}
	}
	standIn.wants(at+"/review", standIn.editionOf(at, "do", "publish"), http.StatusSeeOther, "published")
	if !o.public("休假时的通知") {
		t.Error("the notice is not public")
	}
}
