package app

import (
	"context"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"github.com/zhanqun/zhanqun/kernel"
	"github.com/zhanqun/zhanqun/platform/identity"
	"github.com/zhanqun/zhanqun/policies"
)

var requestLink = regexp.MustCompile(`href="(/sites/\d+/column-requests/\d+)"`)

// asks sends a wish and answers the address of the request.
func (w *worker) asks(kind string, more ...string) string {
	w.t.Helper()
	form := url.Values{"reason": {"群众常来问"}}
	for i := 0; i+1 < len(more); i += 2 {
		form.Set(more[i], more[i+1])
	}
	w.wants(w.requests()+"/"+kind, form, http.StatusSeeOther, "done=asked")
	link := requestLink.FindStringSubmatch(w.shows(w.requests(), "等待办理")) // open ones stand first, and none was left open
	if link == nil {
		w.t.Fatal("no request is listed")
	}
	return link[1]
}

func (w *worker) requests() string { return "/sites/" + w.site.ID.String() + "/column-requests" }

// d49 (四(三) 上级技术、下级内容), B1: a township asks for what it may not do itself; the county's integration editor sees what all its sites ask
// for, looks at the effect and does it or says why not; whoever asked is told. Nobody decides an own request or does what is not theirs.
func TestColumnRequests(t *testing.T) {
	t.Parallel()
	eachBureau(t, func(t *testing.T, o *bureau) {
		lead, officer, ie := o.hire("zhuguan", "CL"), o.hire("xinxi", "IO"), o.hireAt("610902", "bianji", "IE")
		both := o.hireAt("610902", "shuangzhi", "CL", "IE")
		county, _, _ := o.Sites.ByAddress("http://hanbin.ankang.localhost:8080/")
		at, home := lead.requests(), "/sites/"+county.ID.String()+"/column-requests"
		lead.shows(lead.columns(), "申请新建栏目")
		lead.shows(lead.columns()+"/2", "申请归并")
		lead.shows(at+"/new?column=20", "放在哪个栏目下面")
		lead.wants(at+"/rename", url.Values{"column": {""}, "name": {"公告"}, "reason": {"群众常来问"}}, http.StatusUnprocessableEntity, "请选择栏目")
		lead.wants(at+"/rename", url.Values{"column": {"2"}, "name": {"公告"}, "reason": {"短"}}, http.StatusUnprocessableEntity, `value="公告"`)
		lead.wants(at+"/merge", url.Values{"column": {"2"}, "successor": {"x"}, "reason": {"群众常来问"}}, http.StatusUnprocessableEntity, "接替的栏目")
		officer.wants(at+"/rename", url.Values{"column": {"2"}, "name": {"公告"}, "reason": {"群众常来问"}}, http.StatusForbidden, "")
		ie.wants(at+"/rename", url.Values{"column": {"2"}, "name": {"公告"}, "reason": {"群众常来问"}}, http.StatusForbidden, "")

		for _, w := range []*worker{lead, officer, ie, both} {
			w.wants("/notices/read", nil, http.StatusSeeOther, "read")
		}
		fresh := lead.asks("new", "column", "0", "name", "春茶", "kind", "news", "days", "30", "nav", "1")
		for w, n := range map[*worker]int{ie: 1, both: 1, officer: 0, lead: 0} { // X6: whoever decides is told, and nobody else
			w.bell(n)
		}
		ie.shows("/notices", "栏目申请等您办理", "春茶", "群众常来问")
		ie.wants("/notices/open", url.Values{"notice": {ie.notice()}}, http.StatusSeeOther, fresh)
		lead.wants(at+"/new", url.Values{"column": {"0"}, "name": {"春茶"}, "kind": {"news"}, "days": {"30"}, "reason": {"群众常来问"}}, http.StatusConflict, "已经提出过同样的申请")
		lead.wants(fresh+"/accept/new", url.Values{"slug": {"chuncha"}}, http.StatusForbidden, "")
		ie.shows("/", "栏目申请", "春茶")
		if page := ie.shows(home, "春茶", "关庙"); !strings.Contains(page, fresh) {
			t.Errorf("the county's list does not lead to %s", fresh)
		}
		ie.shows(fresh+"?slug=gonggao", "已由栏目")
		ie.shows(fresh+"?slug=chuncha", "/c/chuncha", "同意并办理")
		ie.wants(fresh+"/accept/rename", url.Values{"seen": {"0"}, "seen-successor": {"0"}}, http.StatusNotFound, "没有这份申请")
		ie.wants(fresh+"/accept/new", url.Values{"seen": {"0"}, "seen-successor": {"0"}, "slug": {"chuncha"}}, http.StatusSeeOther, home+"?done=accepted")
		ie.wants(fresh+"/refuse", url.Values{"because": {"已经有了"}}, http.StatusConflict, "已经办结")
		lead.shows(lead.columns(), "春茶")
		both.bell(0) // it is decided
		lead.shows("/notices", "栏目申请已同意", "春茶")
		lead.shows(fresh, "已同意", "干部bianji", "/c/chuncha")

		o.refusing(lead, ie, home)
		o.changing(lead, ie)
		o.own(both, home)
		if s, _ := officer.get(fresh); s != http.StatusForbidden {
			t.Errorf("who may not ask sees a request: %d", s)
		}
		if strings.HasSuffix(t.Name(), "/sqlite") { // the screens are the same on both
			o.cleanHTML(t)
		}
	})
}

// refusing: a reason is due, the asker reads it, and withdraws what is still open.
func (o *bureau) refusing(lead, ie *worker, home string) {
	close := lead.asks("close", "column", "2")
	ie.shows(close, "/c/gonggao", "不同意")
	ie.wants(close+"/refuse", url.Values{"because": {"不"}}, http.StatusUnprocessableEntity, "请写明理由")
	ie.wants(close+"/refuse", url.Values{"because": {"公告不能没有地方放"}}, http.StatusSeeOther, home+"?done=refused")
	lead.shows("/notices", "栏目申请未同意", "公告不能没有地方放")
	again := lead.asks("merge", "column", "2", "successor", "1")
	ie.wants(again+"/withdraw", nil, http.StatusForbidden, "")
	ie.bell(1)
	lead.wants(again+"/withdraw", nil, http.StatusSeeOther, "done=withdrawn")
	lead.wants(again+"/withdraw", nil, http.StatusConflict, "已经办结")
	ie.bell(0)
	lead.shows(lead.requests()+"?done=withdrawn", "已撤回", "未同意", "公告不能没有地方放")
	if strings.Contains(ie.shows(home, "栏目申请"), close) {
		o.t.Error("what is decided still waits")
	}
}

// changing: what was changed since is told, and is not accepted blindly.
func (o *bureau) changing(lead, ie *worker) {
	rename := lead.asks("rename", "column", "2", "name", "公告公示")
	ie.wants(lead.columns()+"/2/rename", url.Values{"version": {ie.version(2)}, "name": {"公告"}, "slug": {"gonggao"}}, http.StatusSeeOther, "done=renamed")
	ie.wants(rename+"/accept/rename", url.Values{"seen": {"0"}, "seen-successor": {"0"}, "slug": {"gonggao"}}, http.StatusConflict, "刚被别人改过")
	ie.shows(rename, "提出以后，栏目改过", "通知公告", "我看过改动，仍然同意")
	yes := url.Values{"seen": {ie.version(2)}, "seen-successor": {"0"}, "slug": {"gonggao"}}
	ie.wants(rename+"/accept/rename", yes, http.StatusUnprocessableEntity, "请看清改动")
	yes.Set("changed", "1")
	ie.wants(rename+"/accept/rename", yes, http.StatusSeeOther, "done=accepted")
	lead.shows(lead.columns(), "公告公示")
	if s, _ := ie.get(lead.requests() + "/7"); s != http.StatusNotFound {
		o.t.Errorf("a request that is not there answers %d", s)
	}
}

// own: whoever holds both posts of the county's own site asks, and somebody else decides.
func (o *bureau) own(both *worker, home string) {
	both.wants(home+"/rename", url.Values{"column": {"2"}, "name": {"公告"}, "reason": {"群众常来问"}}, http.StatusSeeOther, "done=asked")
	mine := requestLink.FindStringSubmatch(both.shows(home, "等待办理"))
	if mine == nil {
		o.t.Fatal("the own request is not listed")
	}
	both.shows(mine[1], "要由另一个人办理", "撤回申请")
	both.wants(mine[1]+"/accept/rename", url.Values{"seen": {"0"}, "seen-successor": {"0"}, "slug": {"gonggao"}}, http.StatusForbidden, "由另一个人办理")
	both.wants(mine[1]+"/refuse", url.Values{"because": {"不需要了"}}, http.StatusForbidden, "由另一个人办理")
	if _, page := both.get("/"); strings.Contains(page, mine[1]) {
		o.t.Error("an own request waits for its asker")
	}
	o.scoped(mine[1])
}

// scoped: an appointment to one column asks about that column and sees nothing else.
func (o *bureau) scoped(foreign string) {
	w, why := o.hireFor("610902100", "lanmu", 2, "CL"), "群众常来问"
	w.shows("/", w.columns())
	if page := w.shows(w.columns(), "公告公示", "任职只限指定的栏目", `href="`+w.columns()+`/2"`); strings.Contains(page, "春茶") || strings.Contains(page, "政务动态") {
		o.t.Errorf("a tree of one column shows others: %s", page)
	}
	w.shows(w.columns()+"/2", "申请改名", "公告公示")
	below := o.hireFor("610902100", "lanmu.er", 11, "CL")
	if page := below.shows(below.columns(), `<span class="name">政务公开</span>`, `href="`+w.columns()+`/11"`); strings.Contains(page, "政府信息公开制度") || strings.Contains(page, "/columns/10\"") {
		o.t.Errorf("what leads to the one column shows more than its name: %s", page)
	}
	if s, _ := below.get(below.columns() + "/10"); s != http.StatusForbidden {
		o.t.Errorf("the sheet of what leads there answers %d", s)
	}
	w.wants(w.requests()+"/rename", url.Values{"column": {"20"}, "name": {"文件"}, "reason": {why}}, http.StatusForbidden, "")
	w.wants(w.requests()+"/new", url.Values{"column": {"0"}, "name": {"文件"}, "kind": {"news"}, "days": {"30"}, "reason": {why}}, http.StatusForbidden, "")
	w.wants(w.requests()+"/new", url.Values{"name": {"文件"}, "kind": {"news"}, "days": {"30"}, "reason": {why}}, http.StatusUnprocessableEntity, "请选择栏目")
	if page := w.shows(w.requests()+"/rename", "公告公示"); strings.Contains(page, `value="20"`) {
		o.t.Error("a column is offered that is not theirs")
	}
	if page := w.shows(w.requests(), "公告公示"); strings.Contains(page, "春茶") {
		o.t.Error("what another column's people asked for is listed")
	}
	w.wants(w.requests()+"/rename", url.Values{"column": {"2"}, "name": {"公示"}, "reason": {why}}, http.StatusSeeOther, "done=asked")
	o.keeps()
	if s, _ := w.get(foreign); s != http.StatusForbidden {
		o.t.Errorf("another site's request answers %d", s)
	}
}

// hireFor appoints somebody of a unit to one column of the township's site.
func (o *bureau) hireFor(code, login string, column int64, roles ...policies.Role) *worker {
	o.t.Helper()
	w, ctx := o.hireAt(code, login), kernel.WithActor(context.Background(), identity.System("cli"))
	for _, role := range roles {
		if _, err := o.Accounts.Appoint(ctx, identity.Appointment{Account: w.account.ID, Role: role, Org: w.account.Org, Site: o.site.ID, Column: column, Document: "关政任〔2026〕2号"}); err != nil {
			o.t.Fatal(err)
		}
	}
	return w
}

// keeps: whoever assembles one column changes it and what stands below it, and puts nothing anywhere else.
func (o *bureau) keeps() {
	ie := o.hireFor("610902", "bianji.yi", 10, "IE")
	at := ie.columns()
	if page := ie.shows(at, "政府信息公开指南", "上移"); strings.Contains(page, "公告公示") {
		o.t.Errorf("other columns are shown: %s", page)
	}
	form := func(column int64, more ...string) url.Values {
		v := url.Values{"version": {ie.version(column)}}
		for i := 0; i+1 < len(more); i += 2 {
			v.Set(more[i], more[i+1])
		}
		return v
	}
	fresh := url.Values{"name": {"茶事"}, "parent": {"0"}, "kind": {"news"}, "slug": {"chashi"}, "days": {"30"}}
	ie.wants(at, fresh, http.StatusUnprocessableEntity, "任职只限指定的栏目")
	fresh.Set("parent", "10")
	ie.wants(at, fresh, http.StatusSeeOther, "done=added")
	made := regexp.MustCompile(`href="` + at + `/(\d{9,})"`).FindStringSubmatch(ie.shows(at, "茶事"))
	if made == nil {
		o.t.Fatal("the new column is not in the tree")
	}
	id, _ := kernel.ParseID[int64](made[1])
	own := at + "/" + made[1]
	if page := ie.shows(at+"/new", "政务公开"); strings.Contains(page, `value="0"`) || strings.Contains(page, `value="2"`) {
		o.t.Error("places are offered that are not theirs")
	}
	if page := ie.shows(own+"/move", `value="10:11"`); strings.Contains(page, `value="0:0"`) || strings.Contains(page, `value="2:0"`) {
		o.t.Error("spots are offered that are not theirs")
	}
	ie.wants(own+"/move", form(id, "to", "0:0", "from", "page"), http.StatusUnprocessableEntity, "任职只限指定的栏目")
	ie.wants(own+"/move", form(id, "to", "10:0"), http.StatusSeeOther, "done=moved")
	ie.wants(own+"/merge", form(id, "into", "2", "sure", "1"), http.StatusUnprocessableEntity, "任职只限指定的栏目")
	ie.wants(own+"/close", form(id, "into", "2", "sure", "1"), http.StatusUnprocessableEntity, "任职只限指定的栏目")
	ie.wants(own+"/rename", form(id, "name", "茶事记", "slug", "chashi"), http.StatusSeeOther, "done=renamed")
	ie.wants(own+"/close", form(id, "into", "0", "sure", "1"), http.StatusSeeOther, "done=closed")
	ie.wants(at+"/2/rename", form(2, "name", "公告", "slug", "gonggao"), http.StatusForbidden, "")
	if s, _ := ie.get(at + "/2"); s != http.StatusForbidden {
		o.t.Errorf("the sheet of another column answers %d", s)
	}
	if page := ie.shows(at+"/10", "政务公开"); strings.Contains(page, "移动到……") {
		o.t.Error("the column of the appointment itself is offered to be moved")
	}
}
