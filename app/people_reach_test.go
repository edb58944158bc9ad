package app

import (
	"context"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/zhanqun/zhanqun/kernel"
	"github.com/zhanqun/zhanqun/platform/identity"
	"github.com/zhanqun/zhanqun/platform/org"
)

// Q2, A8, B3, B4, d51: over the routes on both engines: how many sessions a person has, how far a post reaches, and who answers for a column.
func TestSessionsAndColumnsOfPeople(t *testing.T) {
	t.Parallel()
	eachBureau(t, func(t *testing.T, o *bureau) {
		t.Run("sessions", func(t *testing.T) { sessionsAtOnce(t, o) })
		t.Run("columns", func(t *testing.T) { postOfOneColumn(t, o) })
		t.Run("who answers", func(t *testing.T) { whoAnswers(t, o) })
		t.Run("a merge within reach", func(t *testing.T) { mergesWithinReach(t, o) })
		o.cleanHTML(t)
	})
}

// sessionsAtOnce: the security administrator makes it a single session; whoever is sent out reads why, with what was typed kept.
func sessionsAtOnce(t *testing.T, o *bureau) {
	io, sa := o.hire("xinxi", "IO"), o.seat("anquan", "610900", "SA")
	if status, _ := io.get("/sessions"); status != http.StatusForbidden {
		t.Errorf("an editor is answered %d", status)
	}
	sa.shows("/sessions", `value="5"`)
	for _, typed := range []string{"0", "51", "两处"} {
		sa.wants("/sessions", url.Values{"most": {typed}}, http.StatusUnprocessableEntity, "1 到 50")
	}
	sa.wants("/sessions", url.Values{"most": {"1"}}, http.StatusSeeOther, "done=1")
	sa.shows("/sessions?done=1", `value="1"`, "从下一次登录起生效")
	sa.shows("/me", "最多同时登录几处：1")
	io.shows("/", "我的工作")
	later := &worker{bureau: o, account: io.account, client: o.enter(t, kernel.Actor{})}
	later.signIn()
	if status, _ := io.get("/"); status != http.StatusSeeOther {
		t.Errorf("the earlier session is answered %d", status)
	}
	const why = "这个账号在别处登录了"
	io.shows("/signin", why, "更换密码")
	io.wants(io.base(), leaflet("写了一半"), http.StatusForbidden, why)
	later.shows("/", "我的工作")
	if _, page := o.visitor().get("/signin"); strings.Contains(page, why) {
		t.Error("whoever was not sent out is told of it")
	}
	sa.wants("/sessions", url.Values{"most": {"5"}}, http.StatusSeeOther, "done=1")
	io.signIn()
	io.shows("/", "我的工作")
	later.shows("/", "我的工作")
}

// postOfOneColumn: a lead invites somebody for one column, who finds that column and what stands in it, and nothing else; the post is ended
// and given for the whole site.
func postOfOneColumn(t *testing.T, o *bureau) {
	lead, io := o.hire("zhuguan", "CL"), o.hire("bianji", "IO")
	here, there := io.write("公告栏的一篇"), io.writeIn("1", "动态栏的一篇")
	at := "/sites/" + o.site.ID.String() + "/people"
	lead.shows(at, "只负责这些栏目", "通知公告")
	form := func(reach string, columns ...string) url.Values {
		return url.Values{"login": {"danlan"}, "name": {"单栏"}, "role": {"IO"}, "document": {"关政任〔2026〕8号"}, "reach": {reach}, "column": columns}
	}
	for _, c := range []struct {
		form url.Values
		says string
	}{{form("site", "2"), "又选了“全站”"}, {form("columns"), "请勾选负责的栏目"}, {form("columns", "2", "424242"), "没有这个栏目"}, {form("columns", "x"), "没有这个栏目"}} {
		lead.wants(at, c.form, http.StatusUnprocessableEntity, c.says)
	}
	if _, _, page := lead.post(at, form("columns", "2", "424242")); !strings.Contains(page, `name="column" value="2" checked`) || !strings.Contains(page, `value="columns" checked`) {
		t.Errorf("what was ticked is lost: %s", page)
	}
	lead.wants(at, form("columns", "2"), http.StatusOK, "/link/")
	found, err := o.Accounts.Find(t.Context(), "danlan")
	if err == nil {
		err = o.Accounts.SetPassword(kernel.WithActor(context.Background(), identity.System("cli")), found.ID, deskPassword)
	}
	if err != nil {
		t.Fatal(err)
	}
	one := at + "/" + found.ID.String()
	lead.shows(at, "信息员（通知公告）")
	lead.shows(one, "只负责 通知公告")
	w := &worker{bureau: o, account: found, client: o.enter(t, kernel.Actor{})}
	w.signIn()
	w.shows(w.base(), "公告栏的一篇")
	w.lacks(w.base(), "动态栏的一篇")
	w.shows(here, "公告栏的一篇")
	if status, _ := w.get(there); status != http.StatusForbidden {
		t.Errorf("a text of another column answers %d", status)
	}
	w.shows(w.base()+"/new", "通知公告")
	w.lacks(w.base()+"/new", `<option value="1"`)
	w.sees(at, http.StatusForbidden) // the people are not the column's
	other := leaflet("放到别处")
	other.Set("column", "1")
	if status, _, _ := w.post(w.base(), other); status == http.StatusSeeOther {
		t.Error("a text was put into another column")
	}
	w.write("本栏目的一篇")
	live, err := o.Accounts.Live(t.Context(), found.ID, o.now())
	if err != nil || len(live) != 1 || live[0].Column != 2 || live[0].Site != o.site.ID {
		t.Fatal(live, err)
	}
	lead.wants(one+"/posts", form("columns", "2"), http.StatusConflict, "同一岗位")
	lead.wants(one+"/end", url.Values{"post": {live[0].ID.String()}, "document": {"关政免〔2026〕8号"}}, http.StatusSeeOther, "done=ended")
	lead.wants(one+"/posts", form("site"), http.StatusSeeOther, "done=appointed")
	w.shows(w.base(), "公告栏的一篇", "动态栏的一篇")
}

// whoAnswers: a unit of the register is chosen from the site's own and its offices, or a name is written; never both, and no other unit.
func whoAnswers(t *testing.T, o *bureau) {
	ctx := kernel.WithActor(t.Context(), identity.System("cli"))
	lead := o.hire("zeren", "CL")
	office, err := o.Orgs.Create(ctx, org.Spec{Code: "GM-NY", Name: "关庙镇农业农村办公室", Level: org.Dept, Parent: lead.account.Org})
	if err != nil {
		t.Fatal(err)
	}
	at := lead.columns() + "/2"
	form := func(unit, owner string) url.Values {
		return url.Values{"version": {lead.version(2)}, "unit": {unit}, "owner": {owner}}
	}
	if page := lead.shows(at, office.Name, "不在清单里", "关庙镇"); strings.Contains(page, "汉滨区</option>") {
		t.Errorf("another unit is offered: %s", page)
	}
	county := o.org(t, ctx, "610902")
	lead.wants(at+"/owner", form(office.ID.String(), "农办老王"), http.StatusUnprocessableEntity, "二选一")
	if _, _, page := lead.post(at+"/owner", form(office.ID.String(), "农办老王")); !strings.Contains(page, `value="农办老王"`) || !strings.Contains(page, `value="`+office.ID.String()+`" selected`) {
		t.Errorf("what was chosen is lost: %s", page)
	}
	for _, unit := range []string{county.String(), "424242", "x"} {
		lead.wants(at+"/owner", form(unit, ""), http.StatusUnprocessableEntity, "清单里没有这个单位")
	}
	lead.wants(at+"/owner", form(office.ID.String(), ""), http.StatusSeeOther, "done=owner")
	lead.shows(at, "<dd>"+office.Name+"</dd>", `value="`+office.ID.String()+`" selected`, `name="owner" value=""`)
	lead.shows(lead.columns(), office.Name)
	lead.wants(at+"/owner", form("0", "文化站"), http.StatusSeeOther, "done=owner")
	lead.shows(at, "<dd>文化站</dd>", `name="owner" value="文化站"`)
	if k, err := o.Columns.Get(ctx, o.site.ID, 2); err != nil || k.OwnerOrg != 0 || k.Owner != "文化站" {
		t.Errorf("kept %+v, %v", k, err)
	}
}

// mergesWithinReach: whoever answers for one column asks for no successor that is not theirs, for a merge or a closing; the whole site's lead does.
func mergesWithinReach(t *testing.T, o *bureau) {
	one, lead := o.hireFor("610902100", "zhuanlan", 2, "CL"), o.hire("quanzhan", "CL")
	form := url.Values{"column": {"2"}, "successor": {"1"}, "reason": {"内容重复，合在一起。"}}
	for _, kind := range []string{"merge", "close"} {
		one.wants(one.requests()+"/"+kind, form, http.StatusUnprocessableEntity, "请由负责全站的人提出")
		one.lacks(one.requests()+"/"+kind, `<option value="1"`)
	}
	lead.wants(lead.requests()+"/merge", form, http.StatusSeeOther, "done=asked")
}

// lacks expects a screen without some words.
func (w *worker) lacks(path, words string) {
	w.t.Helper()
	if status, page := w.get(path); strings.Contains(page, words) {
		w.t.Errorf("%s: %s answers %d with %q", w.account.Login, path, status, words)
	}
}

// writeIn saves a new notice in a column.
func (w *worker) writeIn(column, title string) string {
	w.t.Helper()
	form := leaflet(title)
	form.Set("column", column)
	status, header, body := w.post(w.base(), form)
	at := articleAt.FindString(header.Get("Location"))
	if status != http.StatusSeeOther || at == "" {
		w.t.Fatalf("writing answers %d: %s", status, body)
	}
	return at
}
