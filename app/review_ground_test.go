package app

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"
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
