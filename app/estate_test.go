package app

import (
	"context"
	"fmt"
	"html"
	"net/http"
	"net/url"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/zhanqun/zhanqun/kernel"
	"github.com/zhanqun/zhanqun/platform/identity"
	"github.com/zhanqun/zhanqun/platform/org"
	"github.com/zhanqun/zhanqun/platform/site"
	"github.com/zhanqun/zhanqun/policies"
	"github.com/zhanqun/zhanqun/storage/db/dbtest"
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
	for _, c := range []struct {
		name string
		url  func(t *testing.T) string
	}{
		{"sqlite", func(t *testing.T) string { return filepath.Join(t.TempDir(), "z.db") }},
		{"postgres", func(t *testing.T) string { return dbtest.PostgresURL(t) }},
	} {
		t.Run(c.name, func(t *testing.T) {
			o := openBureau(t, c.url(t))
			po, sv := o.seat("yunwei", "610900", "PO"), o.seat("jiandu", "610900", "SV")
			county := o.seat("xian-jiandu", "610902", "SV")
			o.seat("anquan", "610900", "SA") // three administrators who are three people: the installation is no trial
			o.seat("shenji", "610900", "AA")
			t.Run("the wall", func(t *testing.T) { theWall(t, po, sv, county, o.seat("neirong", "610902", "CL")) })
			t.Run("a pause", func(t *testing.T) { aPause(t, po) })
			t.Run("an end", func(t *testing.T) { anEnd(t, po) })
			t.Run("the hosts", func(t *testing.T) { theHosts(t, po) })
			t.Run("an application", func(t *testing.T) { anApplication(t, po, sv) })
			t.Run("five steps", func(t *testing.T) { fiveSteps(t, po) })
			t.Run("a sheet", func(t *testing.T) { aSheet(t, po) })
			t.Run("clean HTML", func(t *testing.T) {
				java, jar := checker(t)
				for _, m := range check(t, java, jar, o.dir) {
					at := o.kept[filepath.Join(o.dir, filepath.Base(m.URL))]
					t.Errorf("%s line %d: %s %s: %s %q", at, m.LastLine, m.Type, m.SubType, m.Message, m.Extract)
				}
				t.Logf("%d screens checked", len(o.kept))
			})
		})
	}
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
	po.now = po.now.AddDate(0, 0, 4)
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
	po.wants(at+"/quota", url.Values{"storage_mb": {"4096"}}, http.StatusSeeOther, "done=quota")
	if q, err := po.Sites.QuotaOf(context.Background(), po.site.ID); err != nil || q.StorageMB != 4096 {
		t.Errorf("%+v, %v", q, err)
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

// anApplication: only who leads a unit's content applies for it; it is refused with a reason, corrected, approved by somebody else, opened
// and put online; each step in the site's chain.
func anApplication(t *testing.T, po, sv *worker) {
	unit := po.department("610900-rsj", "安康市人力资源和社会保障局", "人社局", "rsj")
	lead := po.seat("rsj-zhuguan", "610900-rsj", "CL")
	po.shows("/estate/apply", "请由他们提出")
	po.wants("/estate/apply", url.Values{"org": {"610900-rsj"}, "why": {"公开就业信息"}}, http.StatusUnprocessableEntity, "只有单位的内容主管")
	form := url.Values{"org": {"610900-rsj"}, "why": {"公开就业和社保信息"}, "document": {"安人社函〔2026〕8号"}, "lead": {"李某"}, "lead_login": {"rsj-zhuguan"},
		"leader": {"王某"}, "leader_login": {"rsj-zhuguan"}}
	lead.shows("/estate/apply", "安康市人力资源和社会保障局")
	lead.wants("/estate/apply", form, http.StatusUnprocessableEntity, "应是两个人")
	lead.wants("/estate/apply", form, http.StatusUnprocessableEntity, "公开就业和社保信息</textarea>")
	form.Set("leader_login", "rsj-lingdao")
	form.Set("org", "610900")
	lead.wants("/estate/apply", form, http.StatusUnprocessableEntity, "请选择您任内容主管或分管领导的单位")
	form.Set("org", "610900-rsj")
	lead.wants("/estate/apply", form, http.StatusSeeOther, "done=applied")
	lead.wants("/estate/apply", form, http.StatusConflict, "已经开设了")
	first := po.siteOf(unit)
	at := "/sites/" + first.ID.String() + "/estate"
	if first.State != site.Applied {
		t.Fatalf("applied for: %s", first.State)
	}
	if status, _, _ := po.town.get(t, "http://rsj.ankang.localhost:8080/"); status != http.StatusMisdirectedRequest {
		t.Errorf("an address that is only asked for answers %d", status)
	}
	status, header, _ := lead.post("/sites/"+first.ID.String()+"/articles", leaflet("开通以前写的"))
	if early := articleAt.FindString(header.Get("Location")); status != http.StatusSeeOther || early == "" {
		t.Errorf("writing before the site is open answers %d", status)
	} else if status, body := lead.get(early + "/preview/page"); status != http.StatusConflict || !strings.Contains(body, "没有开通") {
		t.Errorf("a preview without a site answers %d: %s", status, body)
	}
	sv.shows("/", "安康市人力资源和社会保障局", "已申请")
	sv.shows(at, "安人社函〔2026〕8号", "李某", "审批开办申请")
	po.wants(at+"/open", nil, http.StatusConflict, "不能改为")
	if status, _, _ := lead.post(at+"/decide", url.Values{"do": {"approve"}, "because": {"同意"}}); status != http.StatusForbidden {
		t.Errorf("an applicant who is no supervisor decides: %d", status)
	}
	sv.wants(at+"/decide", url.Values{"do": {"refuse"}, "because": {""}}, http.StatusUnprocessableEntity, "意见")
	sv.wants(at+"/decide", url.Values{"do": {"refuse"}, "because": {"请补充标识码。"}}, http.StatusSeeOther, "/")
	again := lead.shows("/estate/apply", "未批准", "请补充标识码。", "重新申请")
	link := regexp.MustCompile(`/estate/apply\?again=\d+`).FindString(again)
	lead.shows(link, "公开就业和社保信息</textarea>", `value="安人社函〔2026〕8号"`)
	form.Set("code", "6109000012")
	lead.wants("/estate/apply", form, http.StatusSeeOther, "done=applied")
	second := po.siteOf(unit)
	at = "/sites/" + second.ID.String() + "/estate"
	sv.wants(at+"/decide", url.Values{"do": {"approve"}, "because": {"符合规定，同意开办。"}}, http.StatusSeeOther, "done=approved")
	po.shows("/", "安康市人力资源和社会保障局", "已批准")
	po.wants(at+"/open", nil, http.StatusSeeOther, "done=provisioned")
	if status, _, _ := po.town.get(t, "http://rsj.ankang.localhost:8080/"); status != http.StatusOK {
		t.Errorf("a site on trial answers %d", status)
	}
	verified := func(is bool) { // as a host outside the platform's own domain is
		t.Helper()
		err := po.DB.InTx(context.Background(), func(ctx context.Context) error {
			_, err := po.DB.Conn(ctx).NewRaw(`UPDATE site_domains SET verified = ? WHERE site_id = ?`, is, second.ID).Exec(ctx)
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	verified(false)
	po.wants(at+"/launch", url.Values{"reason": {"试运行正常"}}, http.StatusConflict, "还没有核验")
	verified(true)
	po.wants(at+"/launch", url.Values{"reason": {"试运行正常"}}, http.StatusSeeOther, "done=launched")
	lead.shows(at, "在线", "符合规定，同意开办。", "批准开办", "申请开办", "上线")
	if n, err := po.Audit.Verify(context.Background(), second.ID); err != nil || n < 5 {
		t.Errorf("the chain: %d entries, %v", n, err)
	}
	ownCase(t, po, sv)
}

// ownCase: nobody decides about an own application, whatever posts they hold.
func ownCase(t *testing.T, po, sv *worker) {
	ctx := kernel.WithActor(context.Background(), sv.account.Actor("console"))
	po.department("610900-tjj", "安康市统计局", "统计局", "tjj")
	g, err := po.Estate.Apply(ctx, formOf("610900-tjj"))
	if err != nil {
		t.Fatal(err)
	}
	sv.wants("/sites/"+g.ID.String()+"/estate/decide", url.Values{"do": {"approve"}, "because": {"同意"}}, http.StatusForbidden, "自己提出的申请不能自己审批")
}

var draftPath = regexp.MustCompile(`^/estate/new/\d+`)

// fiveSteps: an operator finds the unit, goes through the steps back and forth, leaves and comes back, is told at each step what is wrong with it
// and nothing of later ones, and opens the site in well under three seconds; pressed twice it is one site.
func fiveSteps(t *testing.T, po *worker) {
	unit := po.department("610900-swj", "安康市水务局", "水务局", "swj")
	po.shows("/estate/new?q="+url.QueryEscape("水务"), "安康市水务局", "610900-swj")
	po.shows("/estate/new?q=%25", "没有找到")
	po.wants("/estate/new", url.Values{"org": {"nobody"}}, http.StatusUnprocessableEntity, "没有代码为")
	_, header, _ := po.post("/estate/new", url.Values{"org": {"610900-swj"}})
	at := draftPath.FindString(header.Get("Location"))
	po.shows(at+"?step=1", "单位和标识", "swj.ankang.localhost", "开通后马上可以打开")
	if _, header, _ := po.post("/estate/new", url.Values{"org": {"610900-swj"}}); draftPath.FindString(header.Get("Location")) != at {
		t.Error("the same unit is another draft")
	}
	step := func(n, do string, more ...string) url.Values {
		v := url.Values{"step": {n}, "do": {do}}
		for i := 0; i+1 < len(more); i += 2 {
			v.Set(more[i], more[i+1])
		}
		return v
	}
	po.wants(at, step("1", "next", "code", "123"), http.StatusUnprocessableEntity, "网站标识码")
	po.wants(at, step("1", "next", "code", "6109000023", "phone", "0915-1234567"), http.StatusSeeOther, "step=2")
	po.wants(at, step("2", "next", "where", "hanbin.ankang.localhost"), http.StatusConflict, "已经绑定到别的站点")
	po.wants(at, step("2", "back", "where", "hanbin.ankang.localhost"), http.StatusSeeOther, "step=1")
	po.shows(at+"?step=2", `value="hanbin.ankang.localhost"`)
	po.wants(at, step("2", "next", "where", "shuiwu.ankang.localhost"), http.StatusSeeOther, "step=3")
	po.wants(at, step("3", "next", "template", "town"), http.StatusUnprocessableEntity, "不适用于")
	po.wants(at, step("3", "keep", "template", "dept"), http.StatusSeeOther, "/estate/new")
	po.shows("/estate/new", "没有办完的", "安康市水务局")
	po.wants(at, step("3", "next", "template", "dept"), http.StatusSeeOther, "step=4")
	po.shows(at+"?step=5", "去改")
	po.wants(at, step("5", "open"), http.StatusUnprocessableEntity, "文号")
	po.wants(at, step("4", "next", "document", "安政办函〔2026〕12号", "lead", "李某", "lead_login", "Swj-Zhuguan", "leader", "王某", "leader_login", "swj-lingdao"), http.StatusSeeOther, "step=5")
	po.shows(at+"?step=5", "shuiwu.ankang.localhost", "李某", "swj-zhuguan")
	began := time.Now()
	_, header, _ = po.post(at, step("5", "open", "start", "online"))
	if took := time.Since(began); took > 3*time.Second {
		t.Errorf("the opening took %v", took)
	}
	next := header.Get("Location")
	po.shows(next, "安康市水务局", "已经可以打开", "下一步")
	po.wants(at, step("5", "open"), http.StatusSeeOther, "/next")
	if g := po.siteOf(unit); g.State != site.Online || g.Marks.Code != "6109000023" || !strings.Contains(next, g.ID.String()) {
		t.Errorf("%+v", g)
	}
	if status, _, _ := po.town.get(t, "http://shuiwu.ankang.localhost:8080/"); status != http.StatusOK {
		t.Errorf("the new site answers %d", status)
	}
	_, header, _ = po.post("/estate/new", url.Values{"org": {"610900-tjj"}})
	other := draftPath.FindString(header.Get("Location"))
	stranger := po.seat("yunwei2", "610900", "PO")
	if status, _ := stranger.get(other); status != http.StatusNotFound {
		t.Errorf("another operator's draft answers %d", status)
	}
	po.wants(other+"/drop", nil, http.StatusSeeOther, "/estate/new")
	if status, _ := po.get(other); status != http.StatusNotFound {
		t.Errorf("a draft that was dropped answers %d", status)
	}
}

// aSheet: a dry run names what is wrong with each row and writes nothing; the good rows are opened together, the bad ones stay.
func aSheet(t *testing.T, po *worker) {
	good := po.department("610900-jtj", "安康市交通运输局", "交通局", "jtj")
	sheet := "org_code,kind,host_or_slug,name\n610900-jtj,subsite,jtj.ankang.localhost,安康市交通运输局\n没有的,,,\n610902100,subsite,guanmiao.localhost,\n"
	before, err := po.Sites.Count(context.Background(), site.Filter{})
	if err != nil {
		t.Fatal(err)
	}
	po.wants("/estate/import", url.Values{"do": {"check"}, "text": {" "}}, http.StatusUnprocessableEntity, "请选择表格文件")
	po.wants("/estate/import", url.Values{"do": {"check"}, "text": {"只有一行"}}, http.StatusUnprocessableEntity, "这不是 CSV")
	po.wants("/estate/import", url.Values{"do": {"check"}, "text": {"unit,name\n1,2\n"}}, http.StatusUnprocessableEntity, "不认识")
	for _, text := range []string{sheet, strings.ReplaceAll(sheet, ",", "\t")} {
		_, _, body := po.post("/estate/import", url.Values{"do": {"check"}, "text": {text}})
		for _, says := range []string{"还没有写入", "没有代码为", "不能开设单独的网站", "开通没有问题的 1 行"} {
			if !strings.Contains(body, says) {
				t.Errorf("the check does not say %q: %s", says, body)
			}
		}
	}
	if n, err := po.Sites.Count(context.Background(), site.Filter{}); err != nil || n != before {
		t.Errorf("a dry run made %d sites, %v", n-before, err)
	}
	_, _, body := po.post("/estate/import", url.Values{"do": {"open"}, "text": {sheet}})
	if !strings.Contains(body, "已开通子站 1") || !strings.Contains(body, "没有的,,,") || strings.Contains(body, "610900-jtj,") {
		t.Errorf("after the opening: %s", body)
	}
	if g := po.siteOf(good); g.State != site.Online {
		t.Errorf("%+v", g)
	}
}

// A8, d42, d52: the security administrator of the host, and nobody else, has the record of an opening done on both engines: an account with the post it
// names, in the unit that owns the site; once. Without links the next page names the command.
func TestInvitationsOfAnOpening(t *testing.T) {
	for _, c := range []struct {
		name  string
		url   func(t *testing.T) string
		links bool
	}{
		{"sqlite", func(t *testing.T) string { return filepath.Join(t.TempDir(), "z.db") }, true},
		{"postgres", func(t *testing.T) string { return dbtest.PostgresURL(t) }, true},
		{"without links", func(t *testing.T) string { return filepath.Join(t.TempDir(), "z.db") }, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			ctx := kernel.WithActor(context.Background(), identity.System("cli"))
			tw := serveHouse(t, c.url(t), "localhost", func(h *House) {
				h.Estate.Invite = nil
				if c.links {
					h.Estate.Invite = h.linkless
				}
			})
			tw.openCity(t, ctx)
			o := &bureau{town: tw, t: t, dir: t.TempDir(), kept: map[string]string{}}
			po, sa := o.seat("yunwei", "610900", "PO"), o.seat("anquan", "610900", "SA")
			unit := o.department("610900-czj", "安康市财政局", "财政局", "czj")
			g, err := o.Estate.Open(kernel.WithActor(ctx, po.account.Actor("console")), formOf("610900-czj"))
			if err != nil {
				t.Fatal(err)
			}
			at := "/sites/" + g.ID.String() + "/estate"
			if !c.links {
				po.shows(at+"/next", "zhanqun admin create --login 610900-czj-zhuguan")
				sa.wants(at+"/invite", url.Values{"role": {"CL"}}, http.StatusConflict, "不能发邀请")
				return
			}
			po.shows(at+"/next", "请安全管理员")
			invitations(t, po, sa, at, unit)
		})
	}
}

// linkless makes the account and the post as an invitation does, and a link that leads nowhere: links are tried with identity.
func (h *House) linkless(ctx context.Context, a identity.Account, posts []identity.Appointment) (string, error) {
	made, err := h.Accounts.Create(ctx, a)
	for i := 0; i < len(posts) && err == nil; i++ {
		posts[i].Account = made.ID
		_, err = h.Accounts.Appoint(ctx, posts[i])
	}
	return "http://console.localhost:8080/link/of-" + a.Login, err
}

func invitations(t *testing.T, po, sa *worker, at string, unit kernel.OrgID) {
	if body := po.shows(at, "安康市财政局"); strings.Contains(body, "/invite") {
		t.Error("an operator is offered to invite")
	}
	sa.shows(at, "邀请负责的人")
	if status, _, _ := po.post(at+"/invite", url.Values{"role": {"CL"}}); status != http.StatusForbidden {
		t.Errorf("an operator invites: %d", status)
	}
	sa.wants(at+"/invite", url.Values{"role": {"PO"}}, http.StatusUnprocessableEntity, "请选择邀请")
	sa.wants(at+"/invite", url.Values{"role": {"CL"}}, http.StatusOK, "/link/of-610900-czj-zhuguan")
	sa.wants(at+"/invite", url.Values{"role": {"CL"}}, http.StatusConflict, "已经有账号了")
	sa.shows(at, "已有账号", "邀请负责人")
	ctx := context.Background()
	a, err := po.Accounts.Find(ctx, "610900-czj-zhuguan")
	if err != nil {
		t.Fatal(err)
	}
	live, err := po.Accounts.Live(ctx, a.ID, po.now)
	if err != nil || len(live) != 1 || live[0].Role != "CL" || live[0].Org != unit {
		t.Errorf("%+v, %v", live, err)
	}
}
