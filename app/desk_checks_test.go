package app

import (
	"html"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"github.com/zhanqun/zhanqun/tenants/article"
)

// Issue 4, 6 (X2, S3, d42): over the routes and on both engines: the panel leads to each place, one press puts a thing right or masks all numbers
// of people, a number of identity is not sent without a reason, the reviewer reads the reason, and what is public is listed. Every
// screen is clean HTML.
func TestChecksOnTheDesk(t *testing.T) {
	t.Parallel()
	eachBureau(t, func(t *testing.T, o *bureau) {
		io, both, liaison := o.hire("xinxi", "IO"), o.hire("both", "IO", "RV", "SR", "PB"), o.hire("liaison", "LO")
		t.Run("a panel", func(t *testing.T) { leads(t, io, liaison) })
		t.Run("one press", func(t *testing.T) { presses(t, io, liaison) })
		t.Run("a reason", func(t *testing.T) { explains(t, io, both) })
		t.Run("word packs", func(t *testing.T) { packs(t, o.operator(), io) })
		o.cleanHTML(t)
	})
}

// operator is somebody who operates the platform, signed in already: a technical post has a second factor, which is not this test's.
func (o *bureau) operator() *worker {
	o.t.Helper()
	return o.of(o.cityPerson(o.t, "yunwei", "PO"))
}

const register = "认真布署发放工作。\r\n户主李某，610902190102030012，手机13800001111。\r\n办公电话0915-3212345。"

// writes saves a notice with these words and answers its address.
func (w *worker) writes(title, words string) string {
	w.t.Helper()
	form := leaflet(title)
	form.Set("body", words)
	status, header, body := w.post(w.base(), form)
	at := articleAt.FindString(header.Get("Location"))
	if status != http.StatusSeeOther || at == "" {
		w.t.Fatalf("writing answers %d: %s", status, body)
	}
	return at
}

var (
	anchor  = regexp.MustCompile(`<a href="#(f\d+)">([^<]+)</a>`)
	button  = regexp.MustCompile(`name="which" value="([^"]+)">改为 ([^<]+)<`)
	masking = `name="which" value="personal"`
)

// leads: each line of the panel jumps to the words it is about; who may not edit gets no buttons.
func leads(t *testing.T, io, liaison *worker) {
	at := io.writes("补贴发放公告", register)
	_, body := io.get(at)
	links := anchor.FindAllStringSubmatch(body, -1)
	if len(links) != 3 {
		t.Errorf("%d of 3 places in %s", len(links), body)
	}
	for _, m := range links {
		if !strings.Contains(body, `<mark id="`+m[1]+`">`+m[2]+`</mark>`) {
			t.Errorf("#%s leads to no %s", m[1], m[2])
		}
	}
	if !strings.Contains(body, "没有写来源") || !strings.Contains(body, masking) || len(button.FindAllString(body, -1)) != 3 {
		t.Errorf("the panel: %s", body)
	}
	if _, form := io.get(at + "/edit"); !strings.Contains(form, "“布署”可能是错字") || !strings.Contains(form, `href="#source"`) {
		t.Errorf("beside the form: %s", form)
	}
	if _, body := liaison.get(at); strings.Contains(body, `name="which"`) || !strings.Contains(body, "布署") {
		t.Errorf("who may not edit is shown: %s", body)
	}
}

// presses: a fix is a save like any other: of the version that was seen, by who may edit, once.
func presses(t *testing.T, io, liaison *worker) {
	at := io.writes("补贴发放公告之二", register)
	_, body := io.get(at)
	which := ""
	for _, m := range button.FindAllStringSubmatch(body, -1) {
		if m[2] == "部署" {
			which = html.UnescapeString(m[1])
		}
	}
	form := url.Values{"version": {"1"}, "which": {which}}
	liaison.wants(at+"/fix", form, http.StatusForbidden, "")
	io.wants(at+"/fix", form, http.StatusSeeOther, "done=fixed")
	io.wants(at+"/fix", form, http.StatusConflict, "刚被别人改过")
	form.Set("version", "2")
	io.wants(at+"/fix", form, http.StatusConflict, "已经改过")
	io.wants(at+"/fix", url.Values{"version": {"2"}, "which": {"personal"}}, http.StatusSeeOther, "done=fixed")
	want := "<p>认真部署发放工作。</p>\n<p>户主李某，610902********0012，手机138****1111。</p>\n<p>办公电话0915-3212345。</p>"
	if d := io.article(at); d.Payload.Body != want || d.Version != 3 || d.State != article.Drafted || d.Author != io.account.ID {
		t.Errorf("%+v", d)
	}
	io.wants(at+"/send", url.Values{"version": {"3"}}, http.StatusSeeOther, "sent")
	io.wants(at+"/fix", url.Values{"version": {"4"}, "which": {"personal"}}, http.StatusConflict, "")
}

// explains: what is of weight goes nowhere without a reason, from either button, and nothing typed is lost.
func explains(t *testing.T, io, both *worker) {
	form := leaflet("遗失公告")
	form.Set("body", "李某（610902190102030012）遗失证件。")
	form.Set("do", "send")
	status, _, body := io.post(io.base(), form)
	if status != http.StatusUnprocessableEntity || !strings.Contains(body, "写明理由再送审") || !strings.Contains(body, `name="why"`) {
		t.Fatalf("sending from the form answers %d: %s", status, body)
	}
	at := io.writes("遗失公告", "李某（610902190102030012）遗失证件。") // the same words: the same article
	if d := io.article(at); d.State != article.Drafted {
		t.Fatalf("it was sent all the same: %+v", d)
	}
	io.wants(io.base()+"/bulk", url.Values{"do": {"submit"}, "id": {at[strings.LastIndexByte(at, '/')+1:] + ":1"}}, http.StatusOK, "写明理由再送审") // many at once go no other way
	if d := io.article(at); d.State != article.Drafted {
		t.Fatalf("it was sent with others: %+v", d)
	}
	io.wants(at+"/send", url.Values{"version": {"1"}, "why": {" "}}, http.StatusUnprocessableEntity, "写明理由再送审")
	long := strings.Repeat("长", 501)
	io.wants(at+"/send", url.Values{"version": {"1"}, "why": {long}}, http.StatusUnprocessableEntity, long)
	io.wants(at+"/send", url.Values{"version": {"1"}, "why": {"本人申请，依法公告。"}}, http.StatusSeeOther, "sent")
	if _, body := both.get(at); !strings.Contains(body, "本人申请，依法公告。") || strings.Contains(body, `name="which"`) {
		t.Errorf("the reviewer reads: %s", body)
	}
	both.wants(at+"/review", both.editionOf(at, "do", "publish"), http.StatusSeeOther, "published")
	status, body = both.get("/sites/" + io.site.ID.String() + "/checks")
	if status != http.StatusOK || !strings.Contains(body, "遗失公告") || !strings.Contains(body, "610902********0012") || strings.Contains(body, "610902190102030012") {
		t.Errorf("what is public: %d, %s", status, body)
	}
	if _, body := both.get(at); strings.Contains(body, `id="checks"`) {
		t.Errorf("a published article has a panel: %s", body)
	}
}

// packs: an operator imports and removes; nobody else may; what was typed stays when it is refused.
func packs(t *testing.T, operator, io *worker) {
	io.wants("/wordpacks", url.Values{"name": {"甲"}, "words": {"按装,错别字\n"}}, http.StatusForbidden, "")
	operator.wants("/wordpacks", url.Values{"name": {"地名"}, "words": {"青龙潭,怪\n"}}, http.StatusUnprocessableEntity, "青龙潭,怪")
	operator.wants("/wordpacks", url.Values{"name": {"地名"}, "words": {"青龙潭,规范用语,青龙池\r\n石一鸣,领导,市长,1\r\n"}}, http.StatusSeeOther, "done=imported")
	if _, body := operator.get("/wordpacks?done=imported"); !strings.Contains(body, "地名") || !strings.Contains(body, "已导入") {
		t.Errorf("the packs: %s", body)
	}
	if _, body := io.get(io.writes("地名公告", "市长石一明到青龙潭。")); !strings.Contains(body, "改为 青龙池") || !strings.Contains(body, "改为 石一鸣") {
		t.Errorf("the words of the pack: %s", body)
	}
	operator.wants("/wordpacks/remove", url.Values{"name": {"没有"}}, http.StatusUnprocessableEntity, "没有“没有”")
	operator.wants("/wordpacks/remove", url.Values{"name": {"地名"}}, http.StatusSeeOther, "done=removed")
	if _, body := operator.get("/wordpacks?done=removed"); !strings.Contains(body, "还没有导入") {
		t.Errorf("the packs: %s", body)
	}
}
