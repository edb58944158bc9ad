package app

import (
	"context"
	"fmt"
	"html"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/zhanqun/zhanqun/kernel"
	"github.com/zhanqun/zhanqun/platform/identity"
	"github.com/zhanqun/zhanqun/platform/org"
	"github.com/zhanqun/zhanqun/platform/render"
	"github.com/zhanqun/zhanqun/platform/site"
	"github.com/zhanqun/zhanqun/policies"
)

// seat appoints somebody at the unit with the code and lets them in: how one signs in is tried elsewhere.
func (o *bureau) seat(login, code string, roles ...policies.Role) *worker {
	o.t.Helper()
	ctx := kernel.WithActor(context.Background(), identity.System("cli"))
	unit := o.org(o.t, ctx, code)
	a, err := o.Accounts.Create(ctx, identity.Account{Login: login, Name: "干部" + login, Org: unit})
	if err != nil {
		o.t.Fatal(err)
	}
	for _, role := range roles {
		if _, err := o.Accounts.Appoint(ctx, identity.Appointment{Account: a.ID, Role: role, Org: unit, Document: "安政任〔2026〕1号"}); err != nil {
			o.t.Fatal(err)
		}
	}
	return &worker{bureau: o, account: a, client: o.enter(o.t, a.Actor("console"))}
}

// department makes a city department, which has no site yet.
func (o *bureau) department(code, name, short, slug string) kernel.OrgID {
	o.t.Helper()
	ctx := kernel.WithActor(context.Background(), identity.System("cli"))
	d, err := o.Orgs.Create(ctx, org.Spec{Code: code, Name: name, ShortName: short, Slug: slug, Level: org.Dept, Parent: o.org(o.t, ctx, "610900")})
	if err != nil {
		o.t.Fatal(err)
	}
	return d.ID
}

// siteOf is the newest site of a unit.
func (o *bureau) siteOf(id kernel.OrgID) site.Site {
	o.t.Helper()
	all, err := o.Sites.List(context.Background(), site.Filter{Org: id}, kernel.Page{})
	if err != nil || len(all) == 0 {
		o.t.Fatalf("%d sites of %d, %v", len(all), id, err)
	}
	return all[len(all)-1]
}

// shows gets a screen and expects words on it.
func (w *worker) shows(path string, words ...string) string {
	w.t.Helper()
	status, body := w.get(path)
	body = html.UnescapeString(body)
	for _, s := range words {
		if status != http.StatusOK || !strings.Contains(body, s) {
			w.t.Errorf("%s: %s answers %d without %q:\n%s", w.account.Login, path, status, s, body)
		}
	}
	return body
}

// A1, A3, A6, A7, A8, A9, d46, d48, d52: the estate over its routes on both engines: the wall and who sees it, a site's sheet with all that is
// done there, an application refused and approved, the opening in five steps, a sheet of sites. Every screen is clean HTML.
func TestTheEstate(t *testing.T) {
	t.Parallel()
	eachBureau(t, func(t *testing.T, o *bureau) {
		po, sv := o.seat("yunwei", "610900", "PO"), o.seat("jiandu", "610900", "SV")
		county := o.seat("xian-jiandu", "610902", "SV")
		o.seat("anquan", "610900", "SA") // three administrators who are three people: the installation is no trial
		o.seat("shenji", "610900", "AA")
		t.Run("the wall", func(t *testing.T) { theWall(t, po, sv, county, o.seat("neirong", "610902", "CL")) })
		t.Run("a pause", func(t *testing.T) { aPause(t, po) })
		t.Run("colours", func(t *testing.T) { mourning(t, po) })
		t.Run("an end", func(t *testing.T) { anEnd(t, po) })
		t.Run("the hosts", func(t *testing.T) { theHosts(t, po) })
		t.Run("an application", func(t *testing.T) { anApplication(t, po, sv) })
		t.Run("five steps", func(t *testing.T) { fiveSteps(t, po) })
		t.Run("a sheet", func(t *testing.T) { aSheet(t, po) })
		o.cleanHTML(t)
	})
}

var cellAt = regexp.MustCompile(`(?s)<p class="wall">(.*?)</p>`)

// theWall: all sites in one page with the same sums above, in the table and in the cells; filters stand in the address; a county's supervisor
// sees the county and what is below, and nobody else any of it.
func theWall(t *testing.T, po, sv, county, lead *worker) {
	all, err := po.Sites.List(context.Background(), site.Filter{}, kernel.Page{})
	if err != nil {
		t.Fatal(err)
	}
	cells := func(body string) (n int) {
		for _, m := range cellAt.FindAllStringSubmatch(body, -1) {
			n += strings.Count(m[1], "<a ")
		}
		return n
	}
	for _, w := range []*worker{po, sv} {
		body := w.shows("/estate", "汉滨区", "关庙镇", fmt.Sprintf("共 %d 个网站", len(all)))
		if got := cells(body); got != len(all) {
			t.Errorf("%d cells for %d sites", got, len(all))
		}
	}
	townships := 0
	for _, g := range all {
		if g.Level == "township" && strings.HasPrefix(g.Marks.Sponsor, "汉滨区") {
			townships++
		}
	}
	below := county.shows("/sites/"+county.siteAt("610902")+"/below", "关庙镇")
	if got := cells(below); got != townships+1 || strings.Contains(below, "旬阳") {
		t.Errorf("the county's supervisor sees %d sites, want %d", got, townships+1)
	}
	if got := cells(po.shows("/estate?region=610902&kind=channel")); got != townships {
		t.Errorf("the channels of the county are %d, want %d", got, townships)
	}
	if got := cells(po.shows("/estate?q=" + url.QueryEscape("关庙"))); got != 1 {
		t.Errorf("%d sites are called 关庙", got)
	}
	po.shows("/estate?state=closed", "没有符合条件的网站")
	for _, w := range []*worker{county, lead} {
		if status, _ := w.get("/estate"); status != http.StatusForbidden {
			t.Errorf("%s gets the wall of all sites: %d", w.account.Login, status)
		}
	}
	if status, _ := lead.get("/sites/" + lead.siteAt("610902") + "/below"); status != http.StatusForbidden {
		t.Errorf("a content lead gets the sites below: %d", status)
	}
	own := lead.shows("/sites/"+lead.siteAt("610902")+"/estate", "汉滨区人民政府", "在线", "任职人数")
	if strings.Contains(own, "/suspend") || strings.Contains(own, "/quota") {
		t.Error("a content lead is offered what only the host does")
	}
}

// siteAt is the id of the first site of a unit.
func (w *worker) siteAt(code string) string {
	w.t.Helper()
	ctx := kernel.WithActor(context.Background(), identity.System("cli"))
	return w.siteOf(w.org(w.t, ctx, code)).ID.String()
}

// aPause: suspended for days with a notice that names the day, late when the day has passed, resumed.
func aPause(t *testing.T, po *worker) {
	at := "/sites/" + po.site.ID.String() + "/estate"
	form := url.Values{"days": {"0"}, "notice": {"系统升级，暂停服务。"}, "reason": {"升级"}}
	po.wants(at+"/suspend", form, http.StatusUnprocessableEntity, "暂停的天数应为 1 至 90 天")
	po.wants(at+"/suspend", form, http.StatusUnprocessableEntity, "系统升级，暂停服务。</textarea>")
	form.Set("days", "3")
	form.Set("notice", "")
	po.wants(at+"/suspend", form, http.StatusUnprocessableEntity, "公告")
	form.Set("notice", "系统升级，暂停服务。")
	po.wants(at+"/suspend", form, http.StatusSeeOther, "done=suspended")
	po.wants(at+"/suspend", form, http.StatusConflict, "不能改为")
	po.shows(at+"?done=suspended", "已暂停", "预计恢复", "2026-11-26")
	status, _, page := po.town.get(t, po.bureau.site.URL("/"))
	if status == http.StatusOK || !strings.Contains(string(page), "系统升级，暂停服务。（预计 2026年11月26日 恢复）") {
		t.Errorf("citizens get %d: %s", status, page)
	}
	po.pass(4 * 24 * time.Hour)
	po.shows(at, "原定恢复的日子已过")
	po.shows("/", "应已恢复")
	po.wants(at+"/resume", url.Values{"reason": {"升级完成"}}, http.StatusSeeOther, "done=resumed")
	if status, _, _ := po.town.get(t, po.bureau.site.URL("/")); status != http.StatusOK {
		t.Errorf("after the pause citizens get %d", status)
	}
	if body := po.shows(at); strings.Contains(body, "预计恢复") {
		t.Error("a site that is back is still expected back")
	}
	po.wants(at+"/quota", url.Values{"storage_mb": {"很多"}}, http.StatusUnprocessableEntity, "请填写整数")
	po.wants(at+"/quota", url.Values{"storage_mb": {"4096"}, "files": {"321"}}, http.StatusSeeOther, "done=quota")
	if q, err := po.Sites.QuotaOf(context.Background(), po.site.ID); err != nil || q.StorageMB != 4096 || q.Files != 321 {
		t.Errorf("%+v, %v", q, err)
	}
}

// mourning: F7, all sites at once and one alone, planned and called off; what was typed stays.
func mourning(t *testing.T, po *worker) {
	grey := func(s *render.Site) bool {
		t.Helper()
		_, _, page := po.town.get(t, s.URL("/"))
		return strings.Contains(string(page), `<html lang="zh-CN" class="zq-grey">`)
	}
	n, _ := kernel.ParseID[kernel.SiteID](po.siteAt("610981"))
	other := po.Sites.Public(n)
	if grey(po.site) || grey(other) {
		t.Fatal("pages are grey before anybody has ordered it")
	}
	const form = "2006-01-02T15:04"
	at := func(d time.Duration) string { return po.now().Add(d).In(kernel.Beijing).Format(form) }
	order := url.Values{"until": {"明天"}, "document": {"国务院公告"}}
	po.wants("/estate/grey", order, http.StatusUnprocessableEntity, "恢复的时间“明天”请写成")
	po.wants("/estate/grey", order, http.StatusUnprocessableEntity, `value="国务院公告"`)
	order.Set("until", at(24*time.Hour))
	po.wants("/estate/grey", order, http.StatusSeeOther, "done=on")
	if !grey(po.site) || !grey(other) {
		t.Error("not every site is grey")
	}
	po.wants("/estate/grey", order, http.StatusConflict, "已经有一次置灰")
	end := func(word string) {
		t.Helper()
		body := po.shows("/estate/grey", word)
		id := regexp.MustCompile(`name="site" value="(\d*)"><input type="hidden" name="id" value="(\d+)"`).FindStringSubmatch(body)
		po.wants("/estate/grey/end", url.Values{"site": {id[1]}, "id": {id[2]}}, http.StatusSeeOther, "done=over")
	}
	end("现在恢复彩色")
	if grey(po.site) || grey(other) {
		t.Error("a site is still grey")
	}
	id := po.site.ID.String()
	po.shows("/sites/"+id+"/estate", "/estate/grey?site="+id)
	po.shows("/estate/grey?site="+id, po.site.Name, "要让全部网站置灰")
	one := url.Values{"site": {id}, "until": {at(time.Hour)}, "document": {"区政府通知"}}
	po.wants("/estate/grey", one, http.StatusSeeOther, "done=on")
	if !grey(po.site) || grey(other) {
		t.Error("one site alone is not grey alone")
	}
	end("现在恢复彩色")
	one.Set("from", at(30*time.Minute))
	po.wants("/estate/grey", one, http.StatusSeeOther, "done=waiting")
	if grey(po.site) {
		t.Error("it is grey before its time")
	}
	end("取消")
	for path, status := range map[string]int{"/estate/grey?site=1": http.StatusNotFound, "/estate/grey?site=x": http.StatusNotFound} {
		if got, _ := po.get(path); got != status {
			t.Errorf("%s answers %d", path, got)
		}
	}
}

// anEnd: announced and then ended, each time with the typed name.
func anEnd(t *testing.T, po *worker) {
	id := po.siteAt("610981103")
	at := "/sites/" + id + "/estate"
	form := url.Values{"name": {"旬阳"}, "notice": {"本频道已并入上级网站。"}, "reason": {"归并"}}
	po.wants(at+"/close", form, http.StatusUnprocessableEntity, "照样输入网站名称")
	n, _ := kernel.ParseID[kernel.SiteID](id)
	g, err := po.Sites.Get(context.Background(), n)
	if err != nil {
		t.Fatal(err)
	}
	form.Set("name", g.Name)
	po.wants(at+"/close", form, http.StatusSeeOther, "done=closing")
	po.wants(at+"/close", form, http.StatusSeeOther, "done=closed")
	po.wants(at+"/close", form, http.StatusConflict, "不能改为")
	po.shows("/estate?state=closed", g.Name)
}

// theHosts: added, verified by a note, made the main one; the old one leads to it.
func theHosts(t *testing.T, po *worker) {
	at := "/sites/" + po.siteAt("610922") + "/estate"
	do := func(what, host string, more ...string) url.Values {
		v := url.Values{"do": {what}, "host": {host}}
		for i := 0; i+1 < len(more); i += 2 {
			v.Set(more[i], more[i+1])
		}
		return v
	}
	po.wants(at+"/domains", do("add", "http://www.shiquan.gov.cn/"), http.StatusUnprocessableEntity, "只填域名本身")
	po.wants(at+"/domains", do("add", "hanbin.ankang.localhost"), http.StatusConflict, "已经绑定到别的站点")
	po.wants(at+"/domains", do("add", "www.shiquan.gov.cn"), http.StatusSeeOther, "done=added")
	po.shows(at, "_zhanqun.www.shiquan.gov.cn", "待核验")
	po.wants(at+"/domains", do("primary", "www.shiquan.gov.cn"), http.StatusConflict, "还没有核验")
	po.wants(at+"/domains", do("verify", "www.shiquan.gov.cn", "note", "已核对域名证书，经办人某某"), http.StatusSeeOther, "done=verified")
	po.wants(at+"/domains", do("primary", "www.shiquan.gov.cn"), http.StatusSeeOther, "done=primary")
	po.wants(at+"/domains", do("remove", "www.shiquan.gov.cn"), http.StatusConflict, "是主域名")
	if status, header, _ := po.town.get(t, "http://shiquan.ankang.localhost:8080/"); status != http.StatusMovedPermanently || !strings.Contains(header.Get("Location"), "www.shiquan.gov.cn") {
		t.Errorf("the old host answers %d %s", status, header.Get("Location"))
	}
	po.wants(at+"/domains", do("remove", "shiquan.ankang.localhost"), http.StatusSeeOther, "done=removed")
}
