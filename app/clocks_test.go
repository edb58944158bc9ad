package app

import (
	"archive/zip"
	"bytes"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/zhanqun/zhanqun/kernel"
	"github.com/zhanqun/zhanqun/platform/clocks"
	"github.com/zhanqun/zhanqun/platform/identity"
	"github.com/zhanqun/zhanqun/platform/org"
	"github.com/zhanqun/zhanqun/tenants/article"
)

// B3, C6, D4, D5, M1, M2, M8, M9, d05, d06, d07, d43: deadlines over the routes on both engines: they start with what a form says and stop with the
// publication, stand on the list, on the first screen and on the superior's board, are reminded of in one press, and move with a notice
// on working days. Every screen is clean HTML.
func TestTheClocks(t *testing.T) {
	t.Parallel()
	eachBureau(t, func(t *testing.T, o *bureau) {
		io, both, third := o.seat("xinxi", "610902100", "IO"), o.seat("both", "610902100", "IO", "RV", "SR", "PB"), o.seat("third", "610902100", "RV", "SR", "PB")
		sv, county := o.seat("jiandu", "610900", "SV"), o.seat("xian-jiandu", "610902", "SV")
		t.Run("24 hours", func(t *testing.T) { twentyFourHours(t, io, both, sv, county) })
		t.Run("3 working days", func(t *testing.T) { threeWorkingDays(t, io, o.operator()) })
		t.Run("a clock's own page", func(t *testing.T) { oneByOne(t, io, both, sv, county) })
		t.Run("what is computed", func(t *testing.T) { computed(t, io, both, third, county) })
		t.Run("a debt", func(t *testing.T) { aDebt(t, both, third) })
		o.cleanHTML(t)
	})
}

// ends writes an article with a line of the form and answers its address.
func (w *worker) ends(title, key, value string, more ...string) string {
	w.t.Helper()
	form := leaflet(title)
	form.Set(key, value)
	for i := 0; i+1 < len(more); i += 2 {
		form.Set(more[i], more[i+1])
	}
	w.wants(w.base(), form, http.StatusSeeOther, w.base())
	all, err := w.Articles.List(w.t.Context(), w.site.ID, article.Filter{Text: title}, kernel.Page{Number: 1, Size: 1})
	if err != nil || len(all) != 1 {
		w.t.Fatal(all, err)
	}
	return w.base() + "/" + kernel.SiteID(all[0].ID).String()
}

// later lets time pass, and what was waiting for it happens.
func (o *bureau) later(d time.Duration) {
	o.t.Helper()
	o.pass(d)
	if err := o.Queue.Drain(o.t.Context()); err != nil {
		o.t.Fatal(err)
	}
}

// owes are the open clocks of the township, as "rule light".
func (o *bureau) owes(t *testing.T) string {
	t.Helper()
	open, err := o.Clocks.Open(t.Context(), o.site.ID, "", nil, 10)
	if err != nil {
		t.Fatal(err)
	}
	var all []string
	for _, k := range open {
		all = append(all, k.Rule+" "+k.Light(o.now()))
	}
	return strings.Join(all, ", ")
}

func twentyFourHours(t *testing.T, io, both, sv, county *worker) {
	form := leaflet("调研活动")
	form.Set("activity_ended_at", "昨天")
	io.wants(io.base(), form, http.StatusUnprocessableEntity, "2026-11-26 18:00")
	at := io.ends("调研活动", "activity_ended_at", io.now().In(kernel.Beijing).Format(article.ActivityForm))
	if got := io.owes(t); got != "important_activity ok" {
		t.Fatalf("owed: %s", got)
	}
	for _, w := range []*worker{io, both, county} {
		w.wants("/notices/read", nil, http.StatusSeeOther, "read")
	}
	io.later(19 * time.Hour)
	io.bell(1)
	io.shows("/notices", "时限快到期", "调研活动")
	io.later(6 * time.Hour)
	both.bell(1) // the office has no content lead: whoever publishes answers for it
	both.shows("/notices", "时限已超期", "调研活动")
	io.sees("/notices", http.StatusOK, "!时限已超期")
	county.bell(0)
	io.shows(io.base(), "超期", "截止")
	io.shows("/", "时限", "调研活动", "已超期")
	site := "/sites/" + io.site.ID.String()
	sv.shows("/board", "关庙", "重要政务活动", "超期")
	mine := "/sites/" + county.siteAtOwn(t) + "/board"
	county.shows(mine+"?light=bad", "关庙", `/sites/`+io.site.ID.String()+`/remind`, `name="from" value="`+county.siteAtOwn(t)+`"`)
	sv.shows("/board?light=bad&q=没有这样的", "没有符合条件")
	io.sees(site+"/board", http.StatusOK, "关庙", "!汉阴", "!/remind")
	io.sees("/board", http.StatusForbidden)
	io.wants(site+"/remind", url.Values{}, http.StatusForbidden, "")
	county.wants(site+"/remind", url.Values{"query": {"light=bad"}, "from": {county.siteAtOwn(t)}}, http.StatusSeeOther, mine+"?light=bad&reminded="+io.site.ID.String())
	sv.shows("/board?reminded="+io.site.ID.String(), "已提醒：")
	both.bell(2)
	both.shows("/notices", "上级提醒尽快办理")
	io.later(6 * time.Hour) // the last step leads to the nearest superior, who hears of the deadline and not of the text
	county.bell(1)
	county.sees("/notices", http.StatusOK, "时限已超期", "重要政务活动", "!调研活动")
	county.wants("/notices/open", url.Values{"notice": {county.notice()}}, http.StatusSeeOther, site+"/board")
	sv.sees("/notices", http.StatusOK, "!时限已超期")
	io.shows("/", "上级提醒：", "重要政务活动超期")
	theFiles(t, sv)
	io.wants(at+"/send", url.Values{"version": {"1"}}, http.StatusSeeOther, "sent")
	both.shows(site+"/reviews", "调研活动", "超期", "截止")
	both.wants(at+"/review", both.editionOf(at, "do", "pass"), http.StatusSeeOther, "")
	both.wants(at+"/publish", both.editionOf(at), http.StatusSeeOther, "")
	if got := io.owes(t); got != "" {
		t.Errorf("after the publication it owes %s", got)
	}
	both.bell(1) // the reminder; the deadline is over
	county.wants(site+"/remind", url.Values{}, http.StatusConflict, "不用提醒")
	io.sees(io.base(), http.StatusOK, "!超期")
	whoHasLeft(t, io.seat("lidiao", "610902100", "IO"), both)
	io.pass(8 * 24 * time.Hour)
	io.shows("/", "每周更新")
	sv.shows("/board?q=关庙", "每周更新")
}

// whoHasLeft: what would be told to a writer whose post has ended is told to those who answer for the site.
func whoHasLeft(t *testing.T, gone, both *worker) {
	d := gone.article(gone.ends("座谈活动", "activity_ended_at", gone.now().In(kernel.Beijing).Format(article.ActivityForm)))
	ctx := kernel.WithActor(t.Context(), identity.System("cli"))
	live, err := gone.Accounts.Live(ctx, gone.account.ID, gone.now())
	if err != nil || len(live) != 1 {
		t.Fatal(live, err)
	}
	if err := gone.Accounts.End(ctx, live[0].ID, "关政任〔2026〕9号"); err != nil {
		t.Fatal(err)
	}
	both.wants("/notices/read", nil, http.StatusSeeOther, "read")
	gone.later(19 * time.Hour)
	gone.sees("/notices", http.StatusOK, "您的岗位已结束", "!时限快到期")
	both.bell(1)
	both.shows("/notices", "时限快到期", "座谈活动")
	if err := gone.Clocks.Cancel(ctx, d.Site, "article", d.ID, "测试", clocks.ImportantActivity); err != nil {
		t.Fatal(err)
	}
	both.bell(0)
}

// siteAtOwn is the site of the worker's own unit.
func (w *worker) siteAtOwn(t *testing.T) string {
	t.Helper()
	return w.siteOf(w.account.Org).ID.String()
}

// theFiles: both files hold the site, in a form that an office program opens.
func theFiles(t *testing.T, sv *worker) {
	t.Helper()
	status, body := sv.get("/board/export?as=csv")
	if status != http.StatusOK || !strings.HasPrefix(body, "\ufeff网站,") || !strings.Contains(body, "关庙") {
		t.Errorf("the CSV answers %d: %.200s", status, body)
	}
	status, body = sv.get("/board/export?as=xlsx")
	if z, err := zip.NewReader(bytes.NewReader([]byte(body)), int64(len(body))); status != http.StatusOK || err != nil || len(z.File) != 5 {
		t.Errorf("the workbook answers %d, %v", status, err)
	}
}

func threeWorkingDays(t *testing.T, io, operator *worker) {
	io.pass(time.Date(2026, 12, 29, 2, 0, 0, 0, time.UTC).Sub(io.now()))
	document := []string{"number", "关政规〔2026〕1号", "issued_on", "2026-12-29", "level", "规范性文件"}
	at := io.ends("管理办法", "kind", "policy", document...)
	if got := io.owes(t); got != "normative_document ok" {
		t.Fatalf("owed: %s", got)
	}
	io.shows("/", "暂定截止")
	io.shows("/sites/"+io.site.ID.String()+"/board", "暂定")
	notice := url.Values{"source": {"演示通知〔2026〕9号"}, "body": {"# version: 2027-1\r\n# years: 2027\r\n2027-01-01,holiday,元旦\r\n"}, "do": {"look"}}
	io.wants("/calendar", notice, http.StatusForbidden, "")
	status, _, body := operator.post("/calendar", notice)
	if status != http.StatusOK || !strings.Contains(body, "关庙") || strings.Contains(body, "管理办法") || !strings.Contains(body, "2027-01-04") { // no draft's title
		t.Fatalf("what would move answers %d: %s", status, body)
	}
	operator.shows("/calendar", "暂定")
	wrong := url.Values{"source": {"演示"}, "body": {"2027-01-01"}, "do": {"take"}}
	operator.wants("/calendar", wrong, http.StatusUnprocessableEntity, "不对")
	notice.Set("do", "take")
	operator.wants("/calendar", notice, http.StatusSeeOther, "done=1")
	operator.wants("/calendar", notice, http.StatusUnprocessableEntity, "已经导入过")
	operator.shows("/calendar?done=1", "2027-1", "演示通知〔2026〕9号")
	if err := io.Queue.Drain(t.Context()); err != nil {
		t.Fatal(err)
	}
	open, err := io.Clocks.Open(t.Context(), io.site.ID, "article", nil, 10)
	if err != nil || len(open) != 1 || open[0].Provisional || !open[0].DueAt.Equal(time.Date(2027, 1, 4, 16, 0, 0, 0, time.UTC)) {
		t.Errorf("after the notice: %+v, %v", open, err)
	}
	// the editor takes it out of the bin again: the duty ends and begins with the draft
	d := io.article(at)
	ctx := kernel.WithActor(t.Context(), io.account.Actor("console"))
	if err := io.Articles.Bin(ctx, d.Site, d.ID, d.Version); err != nil || io.owes(t) != "" {
		t.Errorf("in the bin it owes %s, %v", io.owes(t), err)
	}
	if err := io.Articles.Unbin(ctx, d.Site, d.ID); err != nil || io.owes(t) != "normative_document ok" {
		t.Errorf("out of the bin it owes %s, %v", io.owes(t), err)
	}
	if err := io.Clocks.Cancel(ctx, d.Site, "article", d.ID, "测试", clocks.NormativeDocument); err != nil {
		t.Fatal(err)
	}
}

// aDebt: the review that an emergency owes is a clock; reviewed, withdrawn and replaced end it.
func aDebt(t *testing.T, both, third *worker) {
	for _, how := range []string{"pass", "refuse"} {
		at := both.write("山洪预警" + how)
		both.wants(at+"/urgent", url.Values{"version": {"1"}, "words": {"山洪已到上游"}}, http.StatusSeeOther, "urgent")
		if got := both.owes(t); got != "review_debt ok" {
			t.Errorf("after the emergency it owes %q", got)
		}
		third.shows("/", "山洪预警"+how)
		third.wants(at+"/settle", third.editionOf(at, "do", how, "reason", "不准确"), http.StatusSeeOther, "")
		if got := both.owes(t); got != "" {
			t.Errorf("after %s it owes %q", how, got)
		}
	}
}

// oneByOne: every deadline has a page with its history; who supervises the site sees it without the draft's title, pauses, resumes and extends it
// after a look at what would move; nobody of the site does.
func oneByOne(t *testing.T, io, both, sv, county *worker) {
	ctx := kernel.WithActor(t.Context(), io.account.Actor("console"))
	about := clocks.Subject{Site: io.site.ID, Kind: "article", ID: 7, Title: "低保政策解读", Href: io.base() + "/7", Owes: io.account.ID}
	if err := io.Clocks.Keep(ctx, "interpretation", about, io.now()); err != nil {
		t.Fatal(err)
	}
	open, err := io.Clocks.Open(ctx, io.site.ID, "article", []int64{7}, 1)
	if err != nil || len(open) != 1 {
		t.Fatal(open, err)
	}
	list := "/sites/" + io.site.ID.String() + "/clocks"
	at := list + "/" + kernel.SiteID(open[0].ClockID).String()
	io.shows(strings.TrimSuffix(list, "clocks")+"board", list)
	county.shows("/sites/"+county.siteAtOwn(t)+"/board?q=关庙", list)
	io.shows(list, "政策解读任务", "低保政策解读", at)
	county.sees(list, http.StatusOK, "政策解读任务", at, "!低保政策解读")
	io.sees(at, http.StatusOK, "低保政策解读", "开始计时", "干部"+io.account.Login, "!延长一次", "!暂停计时")
	county.sees(at, http.StatusOK, "政策解读任务", "延长一次", "暂停计时", "!低保政策解读")
	other := "/sites/" + county.siteAtOwn(t) + "/clocks/" + kernel.SiteID(open[0].ClockID).String()
	county.sees(other, http.StatusNotFound)
	press := func(w *worker, act, why, do string, status int, says ...string) {
		t.Helper()
		got, header, body := w.post(at, url.Values{"act": {act}, "why": {why}, "do": {do}})
		for _, s := range says {
			if !strings.Contains(body+header.Get("Location"), s) {
				t.Errorf("%s %s %q does not say %s: %s", do, act, why, s, body)
			}
		}
		if got != status {
			t.Errorf("%s %s %q answers %d, want %d", do, act, why, got, status)
		}
	}
	end := func(days int) string { // the end is 24:00 of a working day
		k, err := io.Clocks.Get(ctx, io.site.ID, open[0].ClockID)
		if err != nil {
			t.Fatal(err)
		}
		return k.ShownAt().AddDate(0, 0, days).In(kernel.Beijing).Format("2006-01-02 15:04")
	}
	press(both, "extend", "忙", "take", http.StatusForbidden)
	press(county, "extend", "", "look", http.StatusUnprocessableEntity, "请写明延长的理由")
	press(county, "extend", strings.Repeat("长", 501), "take", http.StatusUnprocessableEntity, "不要超过 500 个字", "长长长")
	press(county, "forget", "", "take", http.StatusUnprocessableEntity)
	press(county, "resume", "", "take", http.StatusConflict)
	was := end(0)
	press(county, "extend", "涉及部门多", "look", http.StatusOK, "截止时间会变成", "涉及部门多", was, "确认办理")
	if end(0) != was {
		t.Errorf("a look has moved the end to %s", end(0))
	}
	press(county, "extend", "涉及部门多", "take", http.StatusSeeOther, at+"?done=extend")
	if end(0) <= was {
		t.Errorf("extended it ends at %s, as before at %s", end(0), was)
	}
	press(sv, "pause", "等部门回函", "look", http.StatusOK, "如果一天以后恢复")
	press(sv, "pause", "等部门回函", "take", http.StatusSeeOther, "done=pause")
	io.sees(at+"?done=pause", http.StatusOK, "已暂停", "涉及部门多", "等部门回函", "干部"+county.account.Login, "干部"+sv.account.Login)
	press(sv, "resume", "", "take", http.StatusSeeOther, "done=resume")
	if err := io.Clocks.Stop(ctx, io.site.ID, "article", 7, io.now(), "interpretation"); err != nil {
		t.Fatal(err)
	}
	io.shows(list, "按时办结", "低保政策解读")
	county.sees(at, http.StatusOK, "按时办结", "!暂停计时")
}

// computed: what a site owes again and again climbs the ladder too: the bell of those whom it leads to says which columns are near or over, once,
// and falls silent with the publication.
func computed(t *testing.T, io, both, third, county *worker) {
	county.wants("/notices/read", nil, http.StatusSeeOther, "read")
	for range 2 {
		if err := both.Clocks.LookAgain(t.Context(), both.site.ID); err != nil {
			t.Fatal(err)
		}
		both.later(0)
		county.bell(1)
	}
	county.shows("/notices", "时限已超期", "每周更新", "关庙")
	at := both.write("每周一报")
	both.wants(at+"/send", url.Values{"version": {"1"}}, http.StatusSeeOther, "sent")
	third.wants(at+"/review", third.editionOf(at, "do", "pass"), http.StatusSeeOther, "")
	third.wants(at+"/publish", third.editionOf(at), http.StatusSeeOther, "")
	both.later(0)
	county.sees("/notices", http.StatusOK, "!每周更新")
	county.bell(0)
	theColumnsOfficer(t, io, both, county)
}

// theColumnsOfficer: a column that is near its end is told to whoever keeps that column, where somebody does, and leads to what that person may open.
func theColumnsOfficer(t *testing.T, io, both, county *worker) {
	only := io.seat("zhuanlan", "610902100")
	ctx := kernel.WithActor(t.Context(), identity.System("cli"))
	post := identity.Appointment{Account: only.account.ID, Role: "IO", Org: only.account.Org, Site: io.site.ID, Column: 2, Document: "关政任〔2026〕7号"}
	if _, err := io.Accounts.Appoint(ctx, post); err != nil {
		t.Fatal(err)
	}
	io.pass(46 * 24 * time.Hour) // of 59
	for _, w := range []*worker{io, both, county, only} {
		w.wants("/notices/read", nil, http.StatusSeeOther, "read")
	}
	if err := io.Clocks.LookAgain(ctx, io.site.ID); err != nil {
		t.Fatal(err)
	}
	io.later(0)
	only.bell(1)
	only.shows("/notices", "时限快到期", "通知公告", "关庙")
	only.wants("/notices/open", url.Values{"notice": {only.notice()}}, http.StatusSeeOther, io.base())
	only.sees(io.base(), http.StatusOK, "每周一报")
	io.bell(0)
	both.bell(0)
	county.bell(1) // the week and the home page, over for long
	county.shows("/notices", "每周更新、首页更新")
	county.wants("/notices/open", url.Values{"notice": {county.notice()}}, http.StatusSeeOther, "/sites/"+io.site.ID.String()+"/board")
	theOffice(t, io, both, only)
}

// theOffice: B3: where an office of the register answers for the column, what is due is told to those of its people who write there, before the
// column's own officer. One deadline is told once a step, so each asks who would be told.
func theOffice(t *testing.T, io, both, only *worker) {
	ctx := kernel.WithActor(t.Context(), identity.System("cli"))
	office, err := io.Orgs.Create(ctx, org.Spec{Code: "GM-DZB", Name: "关庙镇党政综合办公室", Level: org.Dept, Parent: io.account.Org})
	if err != nil {
		t.Fatal(err)
	}
	clerk, err := io.Accounts.Create(ctx, identity.Account{Login: "zonghe", Name: "综合办干部", Org: office.ID})
	if err == nil {
		_, err = io.Accounts.Appoint(ctx, identity.Appointment{Account: clerk.ID, Role: "IO", Org: io.account.Org, Document: "关政任〔2026〕9号"})
	}
	if err != nil {
		t.Fatal(err)
	}
	told := func(who string, want ...kernel.AccountID) {
		t.Helper()
		got, err := io.herald().audience(ctx, clocks.Notice{Site: io.site.ID, Duty: 1, To: clocks.ToWriter, Columns: []int64{2}})
		slices.Sort(want)
		if err != nil || !slices.Equal(got, want) {
			t.Errorf("%s: %v are told, %v; want %v", who, got, err, want)
		}
	}
	set := func(name string, unit kernel.OrgID) {
		t.Helper()
		if err := io.Columns.SetOwner(ctx, io.site.ID, 2, name, unit, 0); err != nil {
			t.Fatal(err)
		}
	}
	told("nobody answers for it by name", only.account.ID)
	set("党政综合办", 0)
	told("a name alone", only.account.ID)
	set(office.Name, office.ID)
	told("an office", clerk.ID)
	set("关庙镇", io.account.Org)
	told("the site's own unit", only.account.ID)
	empty, err := io.Orgs.Create(ctx, org.Spec{Code: "GM-KJ", Name: "关庙镇科技办公室", Level: org.Dept, Parent: io.account.Org})
	if err != nil {
		t.Fatal(err)
	}
	set(empty.Name, empty.ID)
	told("an office without anybody", only.account.ID)
}

// herald is what the clocks tell people through.
func (o *bureau) herald() herald {
	return herald{informer{&guard{accounts: o.Accounts, sites: o.Sites, columns: o.Columns, articles: o.Articles, reviews: o.Reviews, now: o.now}, o.House}}
}
