package app

import (
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// reads asks a citizen's page, which is held to the HTML checker with the screens.
func (o *bureau) reads(t *testing.T, address string, status int, words ...string) {
	t.Helper()
	got, _, body := o.get(t, address)
	if got != status {
		t.Errorf("%s answers %d, want %d", address, got, status)
	}
	for _, w := range words {
		if want, no := strings.CutPrefix(w, "!"); strings.Contains(string(body), want) == no {
			t.Errorf("%s: %q stands there: %v", address, want, no)
		}
	}
	if status == http.StatusMovedPermanently {
		return
	}
	o.mu.Lock()
	defer o.mu.Unlock()
	name := filepath.Join(o.dir, url.PathEscape(address)+".html")
	if err := os.WriteFile(name, body, 0o600); err != nil {
		t.Fatal(err)
	}
	o.kept[name] = address
}

// D1, D3, D7, A13 over HTTP: a technician writes the rule, an editor's document has its number when it is sent and is found in the library once
// it is public; the five doors say where requests are received; the map leads from the portal to the site.
func TestDocumentsAreFound(t *testing.T) {
	t.Parallel()
	eachBureau(t, func(t *testing.T, o *bureau) {
		io, both, po := o.seat("io.lib", "610902100", "IO"), o.seat("both.lib", "610902100", "CL", "RV", "SR", "PB"), o.operator()
		o.reads(t, o.site.URL("/policies"), http.StatusOK, "还没有公开的政策文件")
		rule := po.here() + "/index-rule"
		po.shows(rule, "{机构码}/{年}-{流水号5}", "还没有编过号")
		form := url.Values{"pattern": {"{机构码}/{年}-{流水号5}"}, "region": {"610902"}, "organ": {"GM 1"}, "first": {"1"}, "subjects": {""}, "version": {"0"}}
		po.wants(rule, form, http.StatusUnprocessableEntity, "请填写机构码")
		form.Set("organ", "GM1")
		form.Set("do", "preview")
		po.wants(rule, form, http.StatusOK, "GM1/2026-00001")
		po.shows(rule, "还没有编过号")
		form.Set("do", "")
		po.wants(rule, form, http.StatusSeeOther, "done")
		form.Set("organ", "GM2")
		po.wants(rule, form, http.StatusConflict, "GM2")
		po.shows(rule+"?done=1", "已保存", "正在登记")
		both.never(rule, http.StatusForbidden)
		if err := o.Queue.Drain(t.Context()); err != nil {
			t.Fatal(err)
		}
		at := io.official("关于防汛的通知", "")
		io.wants(at+"/send", url.Values{"version": {"1"}}, http.StatusSeeOther, "sent")
		if got := io.article(at).Payload.Document.IndexNumber; got != "GM1/2026-00001" {
			t.Errorf("it was sent with %q", got)
		}
		both.wants(at+"/review", both.editionOf(at, "do", "publish"), http.StatusSeeOther, "published")
		po.shows(rule, "GM1/2026-{}")
		po.never(rule, http.StatusOK, "正在登记")
		o.reads(t, o.site.URL("/policies"), http.StatusOK, "关于防汛的通知", "关政发〔2026〕7号", "关庙镇人民政府（1）")
		o.reads(t, o.site.URL("/policies?q="+url.QueryEscape("防汛")+"&v=abolished"), http.StatusOK, "没有符合这些条件的文件")
		o.reads(t, o.site.URL("/policies?v=&u="), http.StatusMovedPermanently)
		o.receives(t, po, both)
		o.reads(t, "http://ankang.localhost:8080/sites", http.StatusOK, "汉滨区")
		o.reads(t, "http://ankang.localhost:8080/sites/find?q="+url.QueryEscape("关庙"), http.StatusOK, o.site.URL("/"))
		if strings.HasSuffix(t.Name(), "sqlite") {
			o.cleanHTML(t)
		}
	})
}

// receives (D1): where requests are received is written by whoever keeps the footer, and stands on the page with the next request.
func (o *bureau) receives(t *testing.T, po, both *worker) {
	screen := po.here() + "/disclosure"
	o.reads(t, o.site.URL("/disclosure"), http.StatusOK, "依申请公开", "内容正在准备", "!关庙镇政务公开办")
	po.shows(screen, "受理机构")
	po.wants(screen, url.Values{"unit": {"关庙镇政务公开办"}, "postcode": {"一"}, "version": {"0"}}, http.StatusUnprocessableEntity, "关庙镇政务公开办")
	po.wants(screen, url.Values{"unit": {"关庙镇政务公开办"}, "version": {"0"}}, http.StatusSeeOther, "done")
	po.wants(screen, url.Values{"unit": {"另一个"}, "version": {"0"}}, http.StatusConflict, "另一个")
	po.shows(screen+"?done=1", "已保存", "关庙镇政务公开办")
	both.never(screen, http.StatusForbidden)
	o.reads(t, o.site.URL("/disclosure"), http.StatusOK, "关庙镇政务公开办")
}
