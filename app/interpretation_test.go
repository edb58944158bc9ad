package app

import (
	"context"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/zhanqun/zhanqun/kernel"
	"github.com/zhanqun/zhanqun/kernel/fault"
	"github.com/zhanqun/zhanqun/platform/identity"
	"github.com/zhanqun/zhanqun/platform/publication"
	"github.com/zhanqun/zhanqun/policies"
	"github.com/zhanqun/zhanqun/tenants/article"
)

// E1, E2, E3, d10, d11, d12: a policy and what explains it over the routes on both engines: paired in plain forms, owed within three working
// days, published at one instant by a press, by a time and from the queue, and never the policy alone. Every screen is clean HTML.
func TestPolicyAndInterpretation(t *testing.T) {
	t.Parallel()
	eachBureau(t, func(t *testing.T, o *bureau) {
		io, both, rv := o.seat("xinxi", "610902100", "IO"), o.seat("both", "610902100", "IO", "RV", "SR", "PB"), o.seat("third", "610902100", "RV")
		rules := io.official("医疗救助办法", "yes")
		text := io.explained(rules, "医疗救助办法问答", "qa")
		t.Run("pairs", func(t *testing.T) { paired(t, io, rv, rules, text) })
		t.Run("owed", func(t *testing.T) { interpretationOwed(t, io, rules) })
		t.Run("never alone", func(t *testing.T) { neverAlone(t, io, both, rules, text) })
		t.Run("at one instant", func(t *testing.T) { bothAtOnce(t, io, both, rules, text) })
		t.Run("bared", func(t *testing.T) {
			bared(t, io, both, o.seat("tongshi", "610902100", "IO"), o.seat("bieren", "610902100", "RV"))
		})
		t.Run("planned", func(t *testing.T) { plannedTogether(t, io, both) })
		t.Run("from the queue", func(t *testing.T) { fromTheQueue(t, io, both) })
		t.Run("a chart", func(t *testing.T) { aChart(t, io, both) })
		t.Run("one column", func(t *testing.T) { ofAnotherColumn(t, io) })
		o.cleanHTML(t)
	})
}

// official writes an official document.
func (w *worker) official(title, major string) string {
	w.t.Helper()
	return w.ends(title, "kind", "policy", "number", "关政发〔2026〕7号", "issuer", "关庙镇人民政府", "written_on", "2026-11-02", "major", major)
}

func idOf(at string) string { return at[strings.LastIndexByte(at, '/')+1:] }

// explained writes what explains an official document, from the link on its screen.
func (w *worker) explained(rules, title, form string) string {
	w.t.Helper()
	if _, body := w.get(rules); !strings.Contains(body, w.base()+"/new?explains="+idOf(rules)) {
		w.t.Errorf("the screen of %s does not lead to writing an interpretation", rules)
	}
	if status, body := w.get(w.base() + "/new?explains=" + idOf(rules)); status != http.StatusOK || !strings.Contains(body, `name="explains" value="`+idOf(rules)+`"`) {
		w.t.Errorf("the form of an interpretation answers %d: %s", status, body)
	}
	return w.ends(title, "explains", idOf(rules), "form", form)
}

func paired(t *testing.T, io, rv *worker, rules, text string) {
	bad := leaflet("坏的公文")
	bad.Set("kind", "policy")
	bad.Set("major", "maybe")
	io.wants(io.base(), bad, http.StatusUnprocessableEntity, `id="wrong-major"`)
	if _, body := io.get(rules); !strings.Contains(body, "还没有公开的解读") || !strings.Contains(body, "医疗救助办法问答") || !strings.Contains(body, "问答</span>") {
		t.Errorf("the policy's screen: %s", body)
	}
	if _, body := io.get(text); !strings.Contains(body, "这篇稿件解读的政策") || !strings.Contains(body, `<a href="`+rules+`">医疗救助办法</a>`) {
		t.Errorf("the interpretation's screen: %s", body)
	}
	other := io.write("一张图") + "/interpretation"
	for _, q := range []string{"", "?q=" + url.QueryEscape("救助办法"), "?q=" + url.QueryEscape("关政发〔2026〕7号")} {
		if _, body := io.get(other + q); !strings.Contains(body, `name="policy" value="`+idOf(rules)+`"`) {
			t.Errorf("%q does not find the policy: %s", q, body)
		}
	}
	if _, body := io.get(other + "?q=" + url.QueryEscape("没有这样的")); !strings.Contains(body, "没有找到这样的公文") || strings.Contains(body, `name="policy" value="`) {
		t.Errorf("what is not there: %s", body)
	}
	io.wants(other, url.Values{"form": {"infographic"}}, http.StatusUnprocessableEntity, "请选择解读的是哪一篇政策")
	io.wants(other, url.Values{"policy": {idOf(text)}, "form": {"infographic"}, "q": {"救助"}}, http.StatusUnprocessableEntity, "不是公文")
	io.wants(other, url.Values{"policy": {idOf(rules)}, "form": {"poem"}}, http.StatusUnprocessableEntity, "解读的形式")
	rv.wants(other, url.Values{"policy": {idOf(rules)}, "form": {"infographic"}}, http.StatusForbidden, "")
	io.wants(other, url.Values{"policy": {idOf(rules)}, "form": {"infographic"}}, http.StatusSeeOther, "done=linked")
	if _, body := io.get(other + "?done=linked"); !strings.Contains(body, "网页上互相看得到") || !strings.Contains(body, "图解") {
		t.Errorf("linked: %s", body)
	}
	drop := url.Values{"do": {"drop"}, "policy": {idOf(rules)}, "article": {idOf(other[:strings.LastIndexByte(other, '/')])}}
	io.wants(text+"/interpretation", drop, http.StatusUnprocessableEntity, "形式") // a pair that is neither's is not taken away here
	io.wants(other, drop, http.StatusSeeOther, "done=unlinked")
	if _, body := io.get(rules + "/interpretation?done=unlinked"); strings.Contains(body, "一张图") || !strings.Contains(body, "不再互相链接") {
		t.Errorf("unlinked: %s", body)
	}
}

// interpretationOwed (E3, d11): from when a major policy is handed in, whoever wrote it owes what explains it; coming back gains no time.
func interpretationOwed(t *testing.T, io *worker, rules string) {
	if got := io.owes(t); got != "" {
		t.Fatalf("owed before it is handed in: %s", got)
	}
	io.wants(rules+"/send", url.Values{"version": {"1"}}, http.StatusSeeOther, "sent")
	open, err := io.Clocks.Open(t.Context(), io.site.ID, "", nil, 10)
	if err != nil || len(open) != 1 || open[0].Rule != explainedWithin || open[0].Owes != io.account.ID || open[0].Title != "医疗救助办法" || !open[0].StartedAt.Equal(io.now()) {
		t.Fatalf("owed: %+v, %v", open, err)
	}
	if _, body := io.get("/"); !strings.Contains(body, "政策解读任务") {
		t.Errorf("the first screen does not say what is owed: %s", body)
	}
	due := open[0].DueAt
	io.pass(time.Hour)
	ctx := kernel.WithActor(context.Background(), io.account.Actor("console"))
	if err := io.Articles.Return(ctx, io.site.ID, io.article(rules).ID); err != nil {
		t.Fatal(err)
	}
	io.wants(rules+"/send", url.Values{"version": {"3"}}, http.StatusSeeOther, "sent")
	if open, err = io.Clocks.Open(t.Context(), io.site.ID, "", nil, 10); err != nil || len(open) != 1 || !open[0].DueAt.Equal(due) {
		t.Errorf("handed in again, owed: %+v, %v", open, err)
	}
	no := io.official("不再重大的办法", "yes")
	io.wants(no+"/send", url.Values{"version": {"1"}}, http.StatusSeeOther, "sent")
	if got := io.owes(t); got != "interpretation ok, interpretation ok" {
		t.Errorf("owed: %s", got)
	}
	if err := io.Articles.Return(ctx, io.site.ID, io.article(no).ID); err != nil {
		t.Fatal(err)
	}
	less := leaflet("不再重大的办法")
	less.Set("version", "3")
	less.Set("major", "")
	io.wants(no, less, http.StatusSeeOther, "saved")
	if got := io.owes(t); got != "interpretation ok" {
		t.Errorf("owed for what is no major policy any more: %s", got)
	}
	less.Set("version", "4")
	less.Set("major", "yes")
	less.Set("do", "send")
	io.wants(no, less, http.StatusSeeOther, "sent")
	if err := io.Articles.Return(ctx, io.site.ID, io.article(no).ID); err != nil || io.owes(t) != "interpretation ok, interpretation ok" {
		t.Errorf("a policy that came back is owed for still: %s, %v", io.owes(t), err)
	}
	io.wants(io.base()+"/bulk", url.Values{"do": {"bin"}, "id": {idOf(no) + ":" + strconv.FormatInt(io.article(no).Version, 10)}}, http.StatusSeeOther, "")
	if got := io.owes(t); got != "interpretation ok" {
		t.Errorf("owed for what is in the bin: %s", got)
	}
}

func neverAlone(t *testing.T, io, both *worker, rules, text string) {
	both.wants(rules+"/review", both.editionOf(rules, "do", "publish"), http.StatusConflict, "要和解读同时公开")
	both.wants(rules+"/review", both.editionOf(rules, "do", "pass"), http.StatusSeeOther, "passed")
	if _, body := both.get(rules); strings.Contains(body, `<button class="main">发布</button>`) || !strings.Contains(body, "解读审核通过后，在这里一起发布") {
		t.Errorf("a policy without its interpretation: %s", body)
	}
	both.wants(rules+"/publish", both.editionOf(rules), http.StatusConflict, "“医疗救助办法”是重大政策")
	both.wants(rules+"/schedule", both.editionOf(rules, "publish_at", "2026-12-27T09:00"), http.StatusConflict, "重大政策")
	io.wants(text+"/send", url.Values{"version": {"1"}}, http.StatusSeeOther, "sent")
	both.wants(rules+"/publish", both.editionOf(rules, "with", io.site.ID.String()+"."+idOf(text)+"."+io.article(text).Edition.String()), http.StatusConflict, "已经变了或不在了")
	if _, body := both.get(text); strings.Contains(body, `value="publish"`) || !strings.Contains(body, `value="pass"`) {
		t.Errorf("the interpretation of what waits is published before it: %s", body)
	}
	both.wants(text+"/review", both.editionOf(text, "do", "pass"), http.StatusSeeOther, "passed")
	if both.public("医疗救助办法") {
		t.Error("it is public")
	}
}

func bothAtOnce(t *testing.T, io, both *worker, rules, text string) {
	with := io.site.ID.String() + "." + idOf(text) + "." + io.article(text).Edition.String()
	if _, body := both.get(rules); !strings.Contains(body, `name="with" value="`+with+`" checked`) || !strings.Contains(body, "与解读同时发布") {
		t.Errorf("both are approved: %s", body)
	}
	if _, body := both.get(text); !strings.Contains(body, "与政策同时发布") {
		t.Errorf("both are approved: %s", body)
	}
	many := both.editionOf(rules)
	for range togetherMostOf + 1 {
		many.Add("with", with)
	}
	both.wants(rules+"/publish", many, http.StatusUnprocessableEntity, "请分批")
	both.wants(rules+"/publish", both.editionOf(rules, "with", with), http.StatusSeeOther, "published")
	if got := io.owes(t); got != "" {
		t.Errorf("explained, and owed: %s", got)
	}
	for _, page := range []struct{ at, heading, to, mark string }{{rules, "相关解读", text, `<b class="form">问答</b>`}, {text, "解读的政策", rules, ""}} {
		status, _, body := io.town.get(t, io.site.URL("/a/"+idOf(page.at)))
		if status != http.StatusOK || !strings.Contains(string(body), page.heading) || !strings.Contains(string(body), `/a/`+idOf(page.to)+`">`+page.mark+`医疗救助办法`) {
			t.Errorf("%s answers %d: %s", page.at, status, body)
		}
	}
	both.wants(text+"/after", url.Values{"how": {"withdraw"}, "reason": {"有误"}}, http.StatusConflict, "唯一公开的解读")
	both.wants(rules+"/interpretation", url.Values{"do": {"drop"}, "policy": {idOf(rules)}, "article": {idOf(text)}}, http.StatusConflict, "唯一公开的解读")
	if _, body := io.get(rules); !strings.Contains(body, "已有公开的解读") {
		t.Errorf("explained: %s", body)
	}
}

// togetherMostOf is how many one press may publish.
const togetherMostOf = 50

// bared (E3, d11): the last interpretation taken down by whom nothing holds back is owed anew, by the unit that drafted the policy: its writers are
// told at once, the deadline says whose it is, and it ends with the next interpretation, or with the policy.
func bared(t *testing.T, io, both, colleague, reads *worker) {
	rules, text := pairOf(io, both, "没有解读的办法")
	with := io.site.ID.String() + "." + idOf(text) + "." + io.article(text).Edition.String()
	both.wants(rules+"/publish", both.editionOf(rules, "with", with), http.StatusSeeOther, "published")
	for _, w := range []*worker{io, colleague, reads} {
		w.wants("/notices/read", nil, http.StatusSeeOther, "read")
	}
	system := kernel.WithActor(context.Background(), identity.System("cli"))
	lent, err := io.Accounts.Create(system, identity.Account{Login: "jiediao", Name: "借调人员", Org: io.org(t, system, "610902")}) // writes here, and works elsewhere
	if err == nil {
		_, err = io.Accounts.Appoint(system, identity.Appointment{Account: lent.ID, Role: "IO", Org: io.account.Org, Document: "关政任〔2026〕2号"})
	}
	if err != nil {
		t.Fatal(err)
	}
	takeDown := func(at string) {
		t.Helper()
		io.pass(time.Minute)
		ctx := kernel.WithActor(context.Background(), both.account.Actor("console"))
		obj := publication.Object{Site: io.site.ID, Kind: article.Kind, ID: io.article(at).ID}
		if err := io.Published.TakeDown(ctx, obj, publication.Withdrawal{Reason: "依法撤下"}); err != nil {
			t.Fatal(err)
		}
	}
	if got := io.owes(t); got != "" {
		t.Fatalf("owed: %s", got)
	}
	takeDown(text)
	if got := io.owes(t); got != "interpretation ok" {
		t.Fatalf("bared, owed: %s", got)
	}
	if got, want := io.bared(t), []kernel.AccountID{io.account.ID, colleague.account.ID}; !slices.Equal(got, want) {
		t.Errorf("told %v, want %v", got, want)
	}
	io.shows("/notices", "没有解读的办法")
	open, err := io.Clocks.Open(t.Context(), io.site.ID, "", nil, 10)
	if err != nil || len(open) != 1 || !open[0].StartedAt.Equal(io.now()) || open[0].Owes != io.account.ID {
		t.Fatalf("owed: %+v, %v", open, err)
	}
	at := "/sites/" + io.site.ID.String() + "/clocks/" + kernel.SiteID(open[0].ClockID).String()
	io.shows(at, "起草部门（关庙镇）")
	again := io.explained(rules, "没有解读的办法问答", "qa")
	io.wants(again+"/send", url.Values{"version": {"1"}}, http.StatusSeeOther, "sent")
	both.wants(again+"/review", both.editionOf(again, "do", "publish"), http.StatusSeeOther, "published")
	if got := io.owes(t); got != "" {
		t.Errorf("explained again, and owed: %s", got)
	}
	if got := io.bared(t); len(got) > 0 {
		t.Errorf("explained again, it waits for %v", got)
	}
	takeDown(again)
	takeDown(rules)
	if got := io.owes(t); got != "" {
		t.Errorf("of a policy that is public no more is owed: %s", got)
	}
}

// bared are those who are told that a policy stands bare, and have not read it.
func (o *bureau) bared(t *testing.T) (all []kernel.AccountID) {
	t.Helper()
	err := o.DB.Conn(t.Context()).NewRaw("SELECT account_id FROM notices WHERE kind = 'bared' AND read_at IS NULL ORDER BY account_id").Scan(t.Context(), &all)
	if err != nil {
		t.Fatal(err)
	}
	return all
}

// plannedTogether: a time for the policy is a time for what explains it.
func plannedTogether(t *testing.T, io, both *worker) {
	rules, text := pairOf(io, both, "定时的办法")
	when := io.now().Add(48 * time.Hour).In(kernel.Beijing).Format("2006-01-02T15:04")
	both.wants(rules+"/schedule", both.editionOf(rules, "publish_at", when), http.StatusSeeOther, "planned")
	plans, err := io.Articles.Planned(t.Context(), io.site.ID, io.article(rules).ID, io.article(text).ID)
	if err != nil || len(plans) != 2 || !plans[io.article(rules).ID].PublishAt.Equal(plans[io.article(text).ID].PublishAt) {
		t.Fatalf("planned: %+v, %v", plans, err)
	}
	io.later(49 * time.Hour)
	if !io.public("定时的办法") || !io.public("定时的办法解读") {
		t.Errorf("its time has come: %v, %v", io.public("定时的办法"), io.public("定时的办法解读"))
	}
}

// pairOf is a major policy and what explains it, both approved.
func pairOf(io, both *worker, title string) (rules, text string) {
	rules = io.official(title, "yes")
	text = io.explained(rules, title+"解读", "text")
	for _, at := range []string{rules, text} {
		io.wants(at+"/send", url.Values{"version": {"1"}}, http.StatusSeeOther, "sent")
		both.wants(at+"/review", both.editionOf(at, "do", "pass"), http.StatusSeeOther, "passed")
	}
	return rules, text
}

// fromTheQueue: what is picked there is published in an order that the rule can bear, whatever the order of the ticks.
func fromTheQueue(t *testing.T, io, both *worker) {
	rules, text := pairOf(io, both, "同批的办法")
	pick := func(at string) string {
		return io.site.ID.String() + "." + idOf(at) + "." + io.article(at).Edition.String()
	}
	both.wants("/reviews", url.Values{"pick": {pick(rules)}}, http.StatusConflict, "“同批的办法”是重大政策")
	both.wants("/reviews", url.Values{"pick": {pick(rules), pick(text)}}, http.StatusSeeOther, "together")
	if !io.public("同批的办法") || !io.public("同批的办法解读") {
		t.Error("picked together, and not public")
	}
}

// aChart (E4, d12): a table is marked in the plain form and drawn on the citizens' page; one that cannot be drawn is refused, and nothing is lost.
func aChart(t *testing.T, io, both *worker) {
	form := leaflet("数说医疗救助")
	form.Set("marked", "1")
	form.Set("body", "<p>三年来：</p><table><tbody><tr><th>年份</th><th>救助人次</th></tr><tr><td>2024</td><td>1,203</td></tr><tr><td>2025</td><td>约1500</td></tr></tbody></table>")
	form.Set("chart", "chart-bar")
	io.wants(io.base(), form, http.StatusUnprocessableEntity, "第 1 个表格画不成图")
	form.Set("body", strings.ReplaceAll(form.Get("body"), "约1500", "1,500"))
	io.wants(io.base(), form, http.StatusSeeOther, io.base())
	all, err := io.Articles.List(t.Context(), io.site.ID, article.Filter{Text: "数说医疗救助"}, kernel.Page{Number: 1, Size: 1})
	if err != nil || len(all) != 1 {
		t.Fatal(all, err)
	}
	at := io.base() + "/" + kernel.SiteID(all[0].ID).String()
	if _, body := io.get(at + "/edit"); !strings.Contains(body, `<option value="chart-bar" selected>`) {
		t.Errorf("the form forgot the mark: %s", body)
	}
	io.wants(at+"/send", url.Values{"version": {"1"}}, http.StatusSeeOther, "sent")
	both.wants(at+"/review", both.editionOf(at, "do", "publish"), http.StatusSeeOther, "published")
	_, _, body := io.town.get(t, io.site.URL("/a/"+idOf(at)))
	if page := string(body); !strings.Contains(page, `<figure class="chart"><svg class="plot"`) || !strings.Contains(page, "2024：救助人次 1,203") || strings.Count(page, "<rect") != 2 || !strings.Contains(page, "<td>1,203</td>") {
		t.Errorf("the citizens' page: %s", page)
	}
}

// ofAnotherColumn: whoever writes for one column learns no title of another's drafts, and pairs nothing with them.
func ofAnotherColumn(t *testing.T, io *worker) {
	ctx := kernel.WithActor(context.Background(), identity.System("cli"))
	two := io.hire("io.of.two")
	_, err := io.Accounts.Appoint(ctx, identity.Appointment{Account: two.account.ID, Role: policies.Role("IO"), Org: two.account.Org, Site: io.site.ID, Column: 2, Document: "关政任〔2026〕3号"})
	if err != nil {
		t.Fatal(err)
	}
	form := leaflet("别处的秘密办法")
	form.Set("column", "1")
	form.Set("kind", "policy")
	_, header, _ := io.post(io.base(), form)
	secret, mine := articleAt.FindString(header.Get("Location")), two.write("本栏目的解读")
	if _, body := two.get(mine + "/interpretation?q=" + url.QueryEscape("秘密办法")); strings.Contains(body, "别处的秘密办法") {
		t.Errorf("another column's draft is found: %s", body)
	}
	link := url.Values{"policy": {idOf(secret)}, "form": {"text"}}
	two.wants(mine+"/interpretation", link, http.StatusUnprocessableEntity, "请选择解读的是哪一篇政策")
	if _, body := two.get(two.base() + "/new?explains=" + idOf(secret)); strings.Contains(body, "别处的秘密办法") {
		t.Errorf("the form names another column's draft: %s", body)
	}
	two.wants(two.base(), url.Values{"title": {"又一篇解读"}, "column": {"2"}, "body": {"一"}, "do": {"save"}, "explains": {idOf(secret)}, "form": {"text"}}, http.StatusUnprocessableEntity, "请选择解读的是哪一篇政策")
	io.wants(mine+"/interpretation", link, http.StatusSeeOther, "linked")
	for _, path := range []string{mine, mine + "/interpretation"} {
		if _, body := two.get(path); strings.Contains(body, "别处的秘密办法") || !strings.Contains(body, "别的栏目里还没有公开的稿件") {
			t.Errorf("%s names another column's draft: %s", path, body)
		}
	}
}

// E1, d10: what a port of app answers the interpretations.
func TestWhatInterpretationsAskOfArticles(t *testing.T) {
	o := openBureau(t, t.TempDir()+"/z.db")
	if is, err := (pairTexts{o.House}).Official(t.Context(), o.site.ID, 77); is || !fault.Is(err, fault.NotFound) {
		t.Errorf("what is not there: %v, %v", is, err)
	}
	if is, err := (pairTexts{o.House}).Major(t.Context(), o.site.ID, 77); is || err != nil {
		t.Errorf("what is not public: %v, %v", is, err)
	}
}
