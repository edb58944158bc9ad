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

	"github.com/zhanqun/zhanqun/kernel"
	"github.com/zhanqun/zhanqun/platform/clocks"
	"github.com/zhanqun/zhanqun/platform/identity"
	"github.com/zhanqun/zhanqun/platform/render"
	"github.com/zhanqun/zhanqun/policies"
	"github.com/zhanqun/zhanqun/tenants/article"
	"github.com/zhanqun/zhanqun/tenants/correction"
)

var tokenIn = regexp.MustCompile(`name="token" value="([^"]+)"`)

// reports sends what a citizen writes into the form of a site, and answers where it leads.
func (o *bureau) reports(t *testing.T, s *render.Site, form url.Values) (int, http.Header, string) {
	t.Helper()
	status, _, page := o.town.get(t, s.URL(render.ReportPath+"?page=%2Fa%2F12"))
	token := tokenIn.FindStringSubmatch(string(page))
	if status != http.StatusOK || token == nil {
		t.Fatalf("the form answers %d: %s", status, page)
	}
	form.Set("token", token[1])
	r, err := http.NewRequest(http.MethodPost, s.URL(render.ReportPath), strings.NewReader(form.Encode()))
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.Header.Set("Sec-Fetch-Site", "same-origin")
	status, header, body := o.do(t, r)
	return status, header, string(body)
}

// G17, R3, d24: a citizen reports a page over HTTP and reads the answer with the code; whoever leads the site's content is told, sees when it is due
// and answers; another site's people and those without the post see nothing; no public page has a word of it.
func TestPageReports(t *testing.T) {
	t.Parallel()
	eachBureau(t, func(t *testing.T, o *bureau) {
		ctx := context.Background()
		lead, writer := o.hire("lin", policies.CL), o.hire("xie", policies.IO)
		foreign := o.hireAt("610902", "yuan", policies.CL)
		status, header, body := o.reports(t, o.site, url.Values{"kind": {"stale"}, "words": {"金丝雀报告：电话号码已经换了"}, "contact": {"13812345678"}, "page": {"/a/12"}})
		at := strings.TrimSuffix(header.Get("Location"), "?new=1")
		if status != http.StatusSeeOther || !strings.HasPrefix(at, o.site.URL(render.ReportPath+"/")) {
			t.Fatalf("reporting answers %d %s: %s", status, at, body)
		}
		seen := func(want string) {
			t.Helper()
			status, header, body := o.town.get(t, at)
			if status != http.StatusOK || !strings.Contains(string(body), want) || strings.Contains(string(body), "金丝雀") || strings.Contains(string(body), "138") || header.Get("Set-Cookie") != "" {
				t.Errorf("the citizen sees %d %v %s, want %s", status, header, body, want)
			}
		}
		seen("办理中")
		open, err := o.Clocks.Open(ctx, o.site.ID, correction.Kind, nil, 9)
		if err != nil || len(open) != 1 || open[0].Rule != clocks.PageError || open[0].Title != "内容过时" {
			t.Fatalf("clocks %+v, %v", open, err)
		}
		list := "/sites/" + o.site.ID.String() + "/corrections"
		for w, want := range map[*worker]int{lead: 2, writer: 1, foreign: 1} { // each of them hears of the own post
			if n, err := o.Notices.Unread(kernel.WithActor(ctx, kernel.Actor{Account: w.account.ID})); err != nil || n != want {
				t.Errorf("%s is told %d times: %v", w.account.Login, n, err)
			}
		}
		for path, want := range map[string]string{"/": "金丝雀报告", list: "答复期限", list + "?x": "金丝雀报告", "/notices": "网页纠错等您办理", open[0].Href: "13812345678", open[0].Href + "?x": o.site.URL("/a/12")} {
			if status, body := lead.get(path); status != http.StatusOK || !strings.Contains(body, want) {
				t.Errorf("the lead sees at %s %d without %s: %s", path, status, want, body)
			}
		}
		for _, w := range []*worker{writer, foreign} {
			for _, path := range []string{"/", list, open[0].Href} {
				if status, body := w.get(path); path != "/" && status == http.StatusOK || strings.Contains(body, "金丝雀") {
					t.Errorf("%s sees at %s %d: %s", w.account.Login, path, status, body)
				}
			}
			if status, _, _ := w.post(open[0].Href, url.Values{"do": {"fixed"}, "answer": {"已经改正，谢谢。"}}); status == http.StatusSeeOther {
				t.Errorf("%s answers it", w.account.Login)
			}
		}
		lead.wants(open[0].Href, url.Values{"do": {"fixed"}, "answer": {"改"}}, http.StatusUnprocessableEntity, "答复请写 4 到 600 个字")
		lead.wants(open[0].Href, url.Values{"do": {"handed"}, "unit": {"没有这个单位"}}, http.StatusUnprocessableEntity, "请选择转给哪个单位")
		units, err := o.unitsOf(ctx, o.site.ID)
		if err != nil || len(units) == 0 {
			t.Fatalf("units %q, %v", units, err)
		}
		lead.wants(open[0].Href, url.Values{"do": {"handed"}, "unit": {units[0]}}, http.StatusSeeOther, "done=handed")
		lead.wants(open[0].Href, url.Values{"do": {"declined"}, "answer": {"经核实号码没有换，谢谢。"}}, http.StatusSeeOther, "done=declined")
		lead.wants(open[0].Href, url.Values{"do": {"fixed"}, "answer": {"已经改正，谢谢。"}}, http.StatusConflict, "已经答复")
		seen("经核实号码没有换，谢谢。")
		if k, err := o.Clocks.Get(ctx, o.site.ID, open[0].ClockID); err != nil || k.State != clocks.Met {
			t.Errorf("the clock is %+v, %v", k, err)
		}
		if _, body := lead.get(open[0].Href); strings.Contains(body, "13812345678") || !strings.Contains(body, "138****5678") {
			t.Errorf("what was answered shows the contact in full: %s", body)
		}
		if _, body := lead.get("/notices"); strings.Contains(body, "等您办理") && !strings.Contains(body, "内容过时") {
			t.Errorf("the notice says %s", body)
		}
		for _, path := range []string{"/", "/sitemap", "/search?q=%E9%87%91%E4%B8%9D%E9%9B%80", render.PrivacyPath, "/feed.xml"} {
			if _, _, body := o.town.get(t, o.site.URL(path)); strings.Contains(string(body), "金丝雀报告") {
				t.Errorf("%s shows a report: %s", path, body)
			}
		}
		o.leaves(t)
		o.cleanHTML(t)
	})
}

// leaves walks a link of a public text through the notice (R3), before and after a platform admin trusts its host.
func (o *bureau) leaves(t *testing.T) {
	t.Helper()
	ctx := kernel.WithActor(context.Background(), identity.System("cli"))
	admin := o.seat("guan", "610900", policies.PO)
	id := o.approvedText(t, ctx, o.site.ID, o.staff(t, ctx), article.Payload{Kind: article.News, Title: "站外链接",
		Body: `<p><a href="https://www.example.com/x?a=1&amp;b=2">站外</a><a href="https://www.gov.cn/">国务院</a></p>`})
	if err := o.Articles.Publish(ctx, o.site.ID, id); err != nil {
		t.Fatal(err)
	}
	text := func() string {
		t.Helper()
		status, _, body := o.town.get(t, o.site.URL(fmt.Sprintf("/a/%d", id)))
		if status != http.StatusOK {
			t.Fatalf("the text answers %d", status)
		}
		return html.UnescapeString(string(body))
	}
	notice := regexp.MustCompile(`href="([^"]*` + render.LeavingPath + `[^"]*)"`).FindStringSubmatch(text())
	if notice == nil || !strings.Contains(text(), `href="https://www.gov.cn/"`) {
		t.Fatalf("the text leads on without a word: %s", text())
	}
	origin := o.site.Origin
	for address, want := range map[string]int{notice[1]: http.StatusOK, strings.Replace(notice[1], "example.com", "evil.com", 1): http.StatusNotFound, o.site.Prefix + render.LeavingPath: http.StatusNotFound} {
		status, header, body := o.town.get(t, origin+address)
		if status != want || want == http.StatusOK && (!strings.Contains(string(body), "即将离开“"+o.site.Name+"”门户网站，是否继续？") || header.Get("Location") != "") {
			t.Errorf("%s answers %d %s", address, status, body)
		}
		if want != http.StatusOK && strings.Contains(string(body), `href="https://www.evil`) {
			t.Errorf("%s leads on: %s", address, body)
		}
	}
	for _, path := range []string{"/feed.xml", "/-/data/articles"} {
		if _, _, body := o.town.get(t, o.site.URL(path)); strings.Contains(string(body), render.LeavingPath) {
			t.Errorf("%s is asked about leaving", path)
		}
	}
	const list = "/estate/outside"
	if status, body := admin.get(list); status != http.StatusOK || !strings.Contains(body, "*.gov.cn") {
		t.Fatalf("the list of trusted hosts answers %d: %s", status, body)
	}
	admin.wants(list, url.Values{"version": {"0"}, "hosts": {"https://www.news.cn/"}}, http.StatusUnprocessableEntity, "不是域名")
	admin.wants(list, url.Values{"version": {"0"}, "hosts": {"*.gov.cn\r\n*.example.com"}}, http.StatusSeeOther, "done=1")
	admin.wants(list, url.Values{"version": {"0"}, "hosts": {"*.gov.cn"}}, http.StatusConflict, "刚被别人改过")
	if err := o.Revisions.Poll(ctx); err != nil {
		t.Fatal(err)
	}
	if strings.Contains(text(), render.LeavingPath) {
		t.Error("a trusted host is asked about")
	}
}
