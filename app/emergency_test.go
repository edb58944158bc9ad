package app

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/zhanqun/zhanqun/kernel"
	"github.com/zhanqun/zhanqun/platform/render"
)

// F1, F2, F3, C6, d13, d15: a warning over the routes on both engines: from the form to the head of every page of three sites, in every variant and on the
// pages that are not found, at once and on no other site; gone when its time is over. What was typed stays, and every page is clean HTML.
func TestWarnings(t *testing.T) {
	t.Parallel()
	eachBureau(t, func(t *testing.T, o *bureau) {
		io, both, third := o.seat("xinxi", "610902100", "IO"), o.seat("both", "610902100", "CL", "RV", "SR", "PB"), o.seat("third", "610902100", "RV", "SR")
		elsewhere := o.seat("waizhan", "610981", "CL")
		po := o.operator()
		sites := []*render.Site{o.site, o.siteNamed(t, "610902"), o.siteNamed(t, "610900")}
		stranger := o.siteNamed(t, "610981")
		po.wants("/warnings", url.Values{"source": {"http://没有.localhost/"}, "sites": {sites[1].URL("/")}, "document": {"安政办函〔2026〕9号"}}, http.StatusUnprocessableEntity, "安政办函〔2026〕9号")
		po.wants("/warnings", url.Values{"source": {o.site.URL("/")}, "sites": {sites[1].URL("/") + "\r\n" + sites[2].URL("/")}, "document": {"安政办函〔2026〕9号"}}, http.StatusSeeOther, "done=on")
		po.shows("/warnings?done=on", "从现在起同步显示", sites[1].Name, "安政办函〔2026〕9号")
		io.sees("/warnings", http.StatusForbidden)
		form := url.Values{"type": {"disaster"}, "level": {"red"}, "title": {"秦巴山洪"}, "what": {"洪峰今夜到达。"}, "advice": {"远离河道。"}, "area": {"沿江各村"}, "issuer": {"关庙镇政府"},
			"until": {"明天"}, "spread": {"1"}}
		base := "/sites/" + o.site.ID.String() + "/warnings"
		io.wants(base, form, http.StatusUnprocessableEntity, `value="沿江各村"`)
		form.Set("until", io.now().Add(6*time.Hour).In(kernel.Beijing).Format("2006-01-02T15:04"))
		form.Set("do", "preview")
		io.wants(base, form, http.StatusOK, "各页最上方会是这样")
		form.Set("do", "save")
		at := io.warns(base, form)
		elsewhere.sees(base, http.StatusForbidden, "!秦巴山洪")
		elsewhere.sees("/sites/"+stranger.ID.String()+"/warnings/"+at[strings.LastIndexByte(at, '/')+1:], http.StatusNotFound, "!秦巴山洪")
		form.Set("version", "7")
		io.wants(at, form, http.StatusConflict, "刚被同事改过")
		io.shows(at+"/edit", "关庙镇政府", sites[1].Name)
		io.wants(at+"/send", url.Values{"version": {"1"}}, http.StatusSeeOther, "sent")
		io.sees(at, http.StatusOK, "待审核", "!我的意见")
		third.shows("/", "等您处理的预警", "秦巴山洪")
		third.shows("/notices", "等您审核", "秦巴山洪")
		third.wants(at+"/review", url.Values{"edition": {"1"}, "opinion": {"同意"}, "secrecy": {"不涉密"}}, http.StatusConflict, "已经变了")
		third.wants(at+"/review", third.onEdition(at, "opinion", "同意", "secrecy", "不涉密"), http.StatusSeeOther, "passed")
		o.stands(t, "秦巴山洪", nil, append(sites, stranger)...)
		both.wants(at+"/publish", both.onEdition(at), http.StatusSeeOther, "published")
		o.stands(t, "秦巴山洪", sites, stranger)
		both.shows(base, "正在生效", "秦巴山洪")
		both.shows("/sites/"+o.site.ID.String()+"/activity", "发布预警", at+`">秦巴山洪`)
		io.shows("/notices", "秦巴山洪")
		o.later(7 * time.Hour)
		o.stands(t, "秦巴山洪", nil, append(sites, stranger)...)
		page := o.site.URL("/warnings/" + at[strings.LastIndexByte(at, '/')+1:])
		_, header, body := o.get(t, page)
		o.keepPage(t, page, header, body)
		if !strings.Contains(string(body), "已到期，不再有效") {
			t.Error("its page does not say that it is over")
		}
		form.Set("until", io.now().Add(6*time.Hour).In(kernel.Beijing).Format("2006-01-02T15:04"))
		form.Del("version")
		at = io.warns(base, form)
		o.inAnEmergency(t, at, io, both, third, sites)
		io.sees(base+"/x", http.StatusNotFound, "没有这条预警")
		po.wants("/warnings/end", url.Values{"site": {"x"}, "source": {o.site.ID.String()}}, http.StatusNotFound, "没有这项预警同步")
		po.wants("/warnings/end", url.Values{"site": {sites[1].ID.String()}, "source": {o.site.ID.String()}}, http.StatusSeeOther, "done=off")
		po.sees("/warnings?done=off", http.StatusOK, "已取消", sites[2].Name, "!"+sites[1].Name)
		o.cleanHTML(t)
	})
}

// inAnEmergency publishes a warning before its review, which is owed with a clock; it is lifted, and another one refused.
func (o *bureau) inAnEmergency(t *testing.T, at string, io, both, third *worker, sites []*render.Site) {
	io.wants(at+"/urgent", url.Values{"version": {"1"}, "words": {"等不及"}}, http.StatusForbidden, "")
	both.wants(at+"/urgent", url.Values{"version": {"1"}}, http.StatusUnprocessableEntity, "")
	both.wants(at+"/urgent", url.Values{"version": {"1"}, "words": {"洪峰提前"}}, http.StatusSeeOther, "urgent")
	o.stands(t, "秦巴山洪", sites)
	if got := o.owes(t); !strings.HasPrefix(got, "review_debt") {
		t.Errorf("owed: %s", got)
	}
	third.wants(at+"/settle", third.onEdition(at, "do", "refuse"), http.StatusUnprocessableEntity, "写明理由")
	third.wants(at+"/settle", third.onEdition(at, "opinion", "属实", "secrecy", "不涉密"), http.StatusSeeOther, "settled")
	if got := o.owes(t); strings.Contains(got, "review_debt") {
		t.Errorf("settled, it owes %s", got)
	}
	io.wants(at+"/end", url.Values{"do": {"lift"}, "why": {"水退了"}}, http.StatusForbidden, "")
	both.wants(at+"/end", url.Values{"do": {"lift"}}, http.StatusUnprocessableEntity, "为什么解除")
	both.wants(at+"/end", url.Values{"do": {"lift"}, "why": {"水退了"}}, http.StatusSeeOther, "lifted")
	o.stands(t, "秦巴山洪", nil, sites...)
	both.wants(at+"/end", url.Values{"do": {"withdraw"}, "why": {"写错了"}}, http.StatusSeeOther, "withdrawn")
	both.shows(at+"?done=withdrawn", "已撤回", "水退了")
}

// siteNamed is the public site of the unit of a code.
func (o *bureau) siteNamed(t *testing.T, code string) *render.Site {
	t.Helper()
	ctx := context.Background()
	return o.Sites.Public(o.siteOf(o.org(t, ctx, code)).ID)
}

var warningAt = regexp.MustCompile(`^/sites/\d+/warnings/\d+`)

// warns saves a warning and answers its address on the desk.
func (w *worker) warns(base string, form url.Values) string {
	w.t.Helper()
	status, header, body := w.post(base, form)
	at := warningAt.FindString(header.Get("Location"))
	if status != http.StatusSeeOther || at == "" {
		w.t.Fatalf("writing answers %d: %s", status, body)
	}
	return at
}

var editionField = regexp.MustCompile(`name="edition" value="(\d+)"`)

// onEdition is the form of somebody who has the warning before the eyes.
func (w *worker) onEdition(at string, more ...string) url.Values {
	w.t.Helper()
	_, body := w.get(at)
	m := editionField.FindStringSubmatch(body)
	if m == nil {
		w.t.Fatalf("%s shows %s no edition: %s", at, w.account.Login, body)
	}
	form := url.Values{"edition": {m[1]}}
	for i := 0; i+1 < len(more); i += 2 {
		form.Set(more[i], more[i+1])
	}
	return form
}

// stands holds that a warning is at the head of every kind of page of some sites, and on no page of others; the pages are kept for the HTML
// checker.
func (o *bureau) stands(t *testing.T, title string, on []*render.Site, off ...*render.Site) {
	t.Helper()
	for i, s := range append(on[:len(on):len(on)], off...) {
		for _, rest := range []string{"/", "/sitemap", "/c/gonggao", "/search?q=x", "/nowhere", "/warnings", "/-/accessibility"} {
			for _, v := range []kernel.Variant{"", kernel.Elder, kernel.Hant} {
				_, header, page := o.get(t, s.In(v).FullPath(rest))
				body := string(page)
				strip := strings.Contains(body, `<section class="zq-warn"`) && strings.Contains(body[:strings.Index(body, "<main")], title)
				if want := i < len(on); strip != want {
					t.Errorf("%s%s %s: the warning stands there: %v, want %v", s.Name, rest, v, strip, want)
				}
				if i < len(on) && (rest == "/" || rest == "/nowhere" || rest == "/warnings") {
					o.keepPage(t, s.In(v).FullPath(rest), header, page)
				}
			}
		}
	}
}

// keepPage keeps a citizen's page for the HTML checker.
func (o *bureau) keepPage(t *testing.T, address string, header http.Header, page []byte) {
	t.Helper()
	o.mu.Lock()
	defer o.mu.Unlock()
	name := filepath.Join(o.dir, fmt.Sprintf("%04d.html", len(o.kept)))
	if err := os.WriteFile(name, page, 0o600); err != nil {
		t.Fatal(err)
	}
	o.kept[name] = address + " " + header.Get("Content-Type")
}
