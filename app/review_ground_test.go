package app

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/zhanqun/zhanqun/kernel"
	"github.com/zhanqun/zhanqun/platform/identity"
	"github.com/zhanqun/zhanqun/platform/publication"
)

// heldBack: D2, d02: that a text is not disclosed waits for the secrecy reviewer, in every queue; its author cannot confirm it, nobody confirms
// what he has not seen, the chain says who did, and another version is to be confirmed again.
func heldBack(t *testing.T, io, both, third, lead *worker) {
	form := leaflet("依申请公开的材料")
	form.Set("disclosure", "on_request")
	form.Set("ground", "条例第十五条，涉及<个人>隐私")
	at := io.write("依申请公开的材料")
	form.Set("version", "1")
	io.wants(at, form, http.StatusSeeOther, "saved")
	version := func() string { return fmt.Sprint(io.article(at).Version) }
	agree := func(words string) url.Values { return url.Values{"version": {version()}, "agree": {words}} }
	io.sees(at, http.StatusOK, "确认不公开的理由", "等待处理", "!确认意见")
	io.wants(at+"/ground", agree("同意"), http.StatusForbidden, "")
	lead.wants(at+"/ground", agree("同意"), http.StatusForbidden, "")
	for _, path := range []string{"/", "/reviews", "/sites/" + io.site.ID.String() + "/reviews"} {
		both.sees(path, http.StatusOK, "依申请公开的材料", "待确认不公开的理由")
	}
	io.sees("/", http.StatusOK, "!待确认不公开的理由")
	both.sees(at, http.StatusOK, "确认意见", "条例第十五条，涉及<个人>隐私", "同意不主动公开。</textarea>")
	both.wants(at+"/ground", agree(" "), http.StatusUnprocessableEntity, "请写下确认意见")
	long := agree(strings.Repeat("长", 501))
	both.wants(at+"/ground", long, http.StatusUnprocessableEntity, "\n"+long.Get("agree")+"</textarea>")
	both.wants(at+"/ground", url.Values{"version": {"1"}, "agree": {"同意"}}, http.StatusConflict, "请看过现在的文字再确认")
	both.wants(at+"/ground", agree("隐私属实"), http.StatusSeeOther, "ground")
	both.sees(at+"?done=ground", http.StatusOK, "已确认", "依申请公开：条例第十五条，涉及<个人>隐私 隐私属实", "!确认意见", "!等待处理")
	both.sees("/reviews", http.StatusOK, "!依申请公开的材料")
	both.wants(at+"/ground", agree("再来"), http.StatusConflict, "已经确认过")
	form.Set("version", version())
	form.Set("disclosure", "withheld")
	both.wants(at, form, http.StatusSeeOther, "saved") // who confirmed it has written it now
	both.sees(at, http.StatusOK, "（对以前的文字）", "等待处理", "!确认意见")
	both.sees("/reviews", http.StatusOK, "!依申请公开的材料")
	both.wants(at+"/ground", agree("同意"), http.StatusForbidden, "作者以外的人")
	third.sees("/reviews", http.StatusOK, "依申请公开的材料")
	third.wants(at+"/ground", agree("同意"), http.StatusSeeOther, "ground")
	form.Set("version", version())
	form.Set("disclosure", "")
	io.wants(at, form, http.StatusSeeOther, "saved")
	io.sees(at, http.StatusOK, "（对以前的文字）", "!等待处理")
	both.wants(at+"/ground", agree("同意"), http.StatusConflict, "没有要确认的理由")
	bin := url.Values{"do": {"bin"}, "id": {at[strings.LastIndexByte(at, '/')+1:] + ":" + version()}}
	io.wants(at[:strings.LastIndexByte(at, '/')]+"/bulk", bin, http.StatusSeeOther, "")
	both.wants(at+"/ground", agree("同意"), http.StatusConflict, "请看过现在的文字再确认")
}

// ownReasons: C7: the content lead keeps the site's own reasons of a return; reviewers choose among them, or write.
func ownReasons(t *testing.T, io, both, lead *worker) {
	chains := "/sites/" + io.site.ID.String() + "/chains"
	io.wants(chains+"/reasons", url.Values{"reasons": {"甲"}}, http.StatusForbidden, "")
	lead.sees(chains, http.StatusOK, "不填就用通常的：标题不准确")
	long := strings.Repeat("长", 101)
	lead.wants(chains+"/reasons", url.Values{"reasons": {long}}, http.StatusUnprocessableEntity, "\n"+long+"</textarea>")
	lead.wants(chains+"/reasons", url.Values{"reasons": {"请附文件<依据>。\r\n请联系办公室。"}}, http.StatusSeeOther, "done=reasons")
	lead.sees(chains+"?done=reasons", http.StatusOK, "退回稿件时就用这些理由", "请附文件<依据>。\n请联系办公室。</textarea>", "!不填就用通常的")
	at := io.sent("按本站的理由退回")
	both.sees(at, http.StatusOK, "<option>请附文件<依据>。</option><option>请联系办公室。</option>", "!标题不准确")
	both.wants(at+"/review", both.editionOf(at, "do", "return", "usual", "早先的理由。", "reason", strings.Repeat("长", 2001)), http.StatusUnprocessableEntity, "<option selected>早先的理由。</option>")
	both.wants(at+"/review", both.editionOf(at, "do", "return", "usual", "请附文件<依据>。", "reason", ""), http.StatusSeeOther, "returned")
	io.sees("/", http.StatusOK, "请附文件<依据>。")
	lead.wants(chains+"/reasons", url.Values{"reasons": {""}}, http.StatusSeeOther, "done=reasons")
}

// namedSigner: C3, d42: a step of a column's chain is kept for one person: the others read whom, the chain says so, and nobody waits for somebody
// who has left the post, which the content lead sees.
func namedSigner(t *testing.T, o *bureau, io, both, third, lead *worker) {
	ctx := kernel.WithActor(t.Context(), identity.System("cli"))
	solo := o.hire("solo.reviewer", "RV", "SR")
	chains, who := "/sites/"+o.site.ID.String()+"/chains", solo.account.ID.String()
	lead.wants(chains, url.Values{"column": {"2"}, "policy": {publication.Brief}, "sign-review": {io.account.ID.String()}}, http.StatusUnprocessableEntity, "已不能审核")
	lead.wants(chains, url.Values{"column": {"2"}, "policy": {publication.Brief}, "sign-review": {who}, "last": {"1"}, "sign-final": {who}}, http.StatusSeeOther, "set")
	lead.wants(chains, url.Values{"column": {"2"}, "policy": {publication.Brief}, "sign-review": {who}, "sign-secrecy": {"7"}}, http.StatusSeeOther, "set")
	lead.sees(chains, http.StatusOK, `<option value="`+who+`" selected>`+solo.account.Name, "!有人已不能审核")
	at := io.sent("由一人办理的通知")
	third.sees(at, http.StatusOK, "指定办理："+solo.account.Name, "!我的意见")
	third.wants(at+"/review", third.editionOf(at, "do", "pass"), http.StatusForbidden, "这一步指定由"+solo.account.Name+"办理")
	third.sees("/reviews", http.StatusOK, "!由一人办理的通知")
	solo.sees("/reviews", http.StatusOK, "由一人办理的通知")
	live, err := o.Accounts.Live(ctx, solo.account.ID, o.Now())
	if err != nil || len(live) != 2 {
		t.Fatal(live, err)
	}
	for _, a := range live {
		if err := o.Accounts.End(ctx, a.ID, "关政任〔2026〕9号"); err != nil {
			t.Fatal(err)
		}
	}
	lead.sees(chains, http.StatusOK, "有人已不能审核", solo.account.Name+"（已不能审核）")
	third.sees(at, http.StatusOK, solo.account.Name+"不能办这一步", "我的意见")
	third.wants(at+"/review", third.editionOf(at, "do", "pass"), http.StatusSeeOther, "passed")
	both.wants(at+"/review", both.editionOf(at, "do", "publish"), http.StatusSeeOther, "published")
	lead.wants(chains, url.Values{"column": {"2"}, "policy": {""}}, http.StatusSeeOther, "set")
}
