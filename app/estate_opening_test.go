package app

import (
	"context"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/zhanqun/zhanqun/kernel"
	"github.com/zhanqun/zhanqun/platform/site"
)

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
// names, in the unit that owns the site, and a link by which its owner comes in; once.
func TestInvitationsOfAnOpening(t *testing.T) {
	t.Parallel()
	eachBureau(t, func(t *testing.T, o *bureau) {
		po, sa := o.seat("yunwei", "610900", "PO"), o.seat("anquan", "610900", "SA")
		unit := o.department("610900-czj", "安康市财政局", "财政局", "czj")
		g, err := o.Estate.Open(kernel.WithActor(context.Background(), po.account.Actor("console")), formOf("610900-czj"))
		if err != nil {
			t.Fatal(err)
		}
		at := "/sites/" + g.ID.String() + "/estate"
		po.shows(at+"/next", "请安全管理员")
		invitations(t, po, sa, at, unit)
		sa.wants("/sites/"+o.site.ID.String()+"/estate/invite", url.Values{"role": {"CL"}}, http.StatusConflict, "没有开办记录")
	})
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
	status, _, body := sa.post(at+"/invite", url.Values{"role": {"CL"}})
	link := regexp.MustCompile(`/link/[\w-]+`).FindString(body)
	if status != http.StatusOK || link == "" {
		t.Fatalf("inviting answers %d: %s", status, body)
	}
	sa.wants(at+"/invite", url.Values{"role": {"CL"}}, http.StatusConflict, "已经有账号了")
	sa.shows(at, "已有账号", "邀请负责人")
	ctx := context.Background()
	a, err := po.Accounts.Find(ctx, "610900-czj-zhuguan")
	if err != nil {
		t.Fatal(err)
	}
	live, err := po.Accounts.Live(ctx, a.ID, po.now())
	if err != nil || len(live) != 1 || live[0].Role != "CL" || live[0].Org != unit {
		t.Errorf("%+v, %v", live, err)
	}
	v := po.visitor()
	v.wants(link, url.Values{"password": {deskPassword}, "again": {deskPassword}}, http.StatusSeeOther, "/signin?set=1")
	v.account = a
	v.signIn()
	v.shows("/", "安康市财政局")
}
