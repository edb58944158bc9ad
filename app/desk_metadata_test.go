package app

import (
	"net/http"
	"strings"
	"testing"
)

// metadata (B6, D2): an official document is written with its numbers and days in the plain form; what is wrong is said beside its field; a
// form that holds less changes less; what is not disclosed proactively is not sent.
func metadata(t *testing.T, io *worker) {
	form := leaflet("关于印发实施方案的通知")
	for name, text := range map[string]string{"kind": "policy", "number": "关政发〔2026〕3号", "issuer": "关庙镇人民政府", "written_on": "2026-11-02", "validity": "in_force", "keywords": "方案", "subtitle": "2026年修订", "disclosure": "proactive"} {
		form.Set(name, text)
	}
	wrong := func(name, text, at, says string) {
		t.Helper()
		bad := leaflet("")
		for k, v := range form {
			bad[k] = v
		}
		bad.Set(name, text)
		status, _, body := io.post(io.base(), bad)
		if status != http.StatusUnprocessableEntity || !strings.Contains(body, `id="wrong-`+at+`"`) || !strings.Contains(body, says) || !strings.Contains(body, "关政发〔2026〕3号") {
			t.Errorf("%s %q answers %d without %q: %s", name, text, status, says, body)
		}
	}
	wrong("written_on", "11月2日", "written_on", "不是有效的日期")
	wrong("validity", "maybe", "validity", "效力状态")
	wrong("source_url", "ftp://x", "source_url", "http")
	wrong("disclosure", "withheld", "ground", "写明理由")
	status, header, body := io.post(io.base(), form)
	at := articleAt.FindString(header.Get("Location"))
	if status != http.StatusSeeOther {
		t.Fatalf("%d: %s", status, body)
	}
	d := io.article(at).Payload
	if d.Kind != "policy" || d.Document == nil || d.Document.Number != "关政发〔2026〕3号" || d.Document.WrittenOn != "2026-11-02" || d.Document.Validity != "in_force" || d.Keywords != "方案" || d.Subtitle != "2026年修订" || d.Disclosure != "proactive" {
		t.Errorf("kept %+v %+v", d, d.Document)
	}
	io.sees(at, http.StatusOK, "<dt>发文字号</dt><dd>关政发〔2026〕3号</dd>", "<dt>公开属性</dt><dd>主动公开</dd>", "<dt>稿件类型</dt><dd>公文</dd>", "<dt>副标题</dt><dd>2026年修订</dd>", "!<dt>索引号</dt>") // who decides reads them
	less := leaflet("关于印发方案的通知")
	less.Set("version", "1")
	io.wants(at, less, http.StatusSeeOther, "saved")
	if d := io.article(at).Payload; d.Title != "关于印发方案的通知" || d.Document == nil || d.Document.Number != "关政发〔2026〕3号" || d.Disclosure != "proactive" {
		t.Errorf("a form that held less made of it %+v", d)
	}
	less.Set("version", "2")
	less.Set("disclosure", "withheld")
	less.Set("ground", "政府信息公开条例第十四条")
	less.Set("do", "send")
	io.wants(at, less, http.StatusConflict, "只有主动公开的稿件可以送审")
	less.Set("version", "3")
	less.Set("number", "关政发〔2026〕4号")
	less.Set("do", "save")
	io.wants(at, less, http.StatusSeeOther, "saved")
	if _, body := io.get(at + "/versions?a=1&b=4"); !strings.Contains(body, "<del>主动</del><ins>不予</ins>公开") || !strings.Contains(body, "<del>3</del><ins>4</ins>号") {
		t.Errorf("the comparison: %s", body)
	}
}
