package app

import (
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"github.com/zhanqun/zhanqun/tenants/article"
)

// fieldsForm is the screen of a column's fields filled in.
func fieldsForm(version string, rows ...[]string) url.Values {
	v := url.Values{"version": {version}, "rows": {"4"}}
	for i, r := range rows {
		n := string(rune('0' + i))
		v.Set("key-"+n, r[0])
		v.Set("label-"+n, r[1])
		v.Set("type-"+n, r[2])
		v.Set("required-"+n, r[3])
		v.Set("choices-"+n, r[4])
		v.Set("help-"+n, r[5])
	}
	return v
}

// B5 (issue 4, point 3): what a column asks for is set on a screen, asked for by the form, checked in sentences with nothing lost when the
// column changes, sent, reviewed and public as it was reviewed, and compared between versions.
func (o *bureau) fieldsOf(ie *worker) {
	t, io, rv := o.t, o.hire("bianxie", "IO"), o.hire("shenhe", "RV", "SR", "PB")
	at := ie.columns() + "/2/fields"
	ie.get(at)
	ie.wants(at, fieldsForm("0", []string{"", "主讲人", "nonsense", "1", "", ""}), http.StatusUnprocessableEntity, `value="主讲人"`)
	ie.wants(at, fieldsForm("0", []string{"", "主讲人", "text", "1", "", "只写姓名"}, []string{"", "场次", "choice", "", "上午\n下午", ""}, []string{"", "报名网址", "link", "", "", ""}), http.StatusSeeOther, "done=fields")
	ie.wants(at, fieldsForm("0", []string{"", "另一人", "text", "", "", ""}), http.StatusConflict, `value="另一人"`)
	ie.get(at)
	ie.get(ie.columns())
	io.wants(at, fieldsForm("1"), http.StatusForbidden, "")

	form := leaflet("讲座通知")
	form.Set("column", "3")
	form.Set("shown", "3")
	if _, page := io.get(io.base() + "/new?column=2"); !strings.Contains(page, "只写姓名") || !strings.Contains(page, `name="field.c2f2"`) {
		t.Errorf("the form of the column asks for nothing: %s", page)
	}
	form.Set("column", "2")
	io.wants(io.base(), form, http.StatusUnprocessableEntity, `name="field.c2f1"`) // chosen without script: shown first
	form.Set("shown", "2")
	io.wants(io.base(), form, http.StatusUnprocessableEntity, "请填写“主讲人”")
	form.Set("field.c2f1", "茶博士")
	form.Set("field.c2f2", "晚上")
	io.wants(io.base(), form, http.StatusUnprocessableEntity, "没有“晚上”这一项")
	form.Set("field.c2f2", "下午")
	form.Set("field.c2f3", "javascript:alert(1)")
	io.wants(io.base(), form, http.StatusUnprocessableEntity, "javascript:alert(1)")
	form.Set("field.c2f3", "https://example.cn/")
	away := url.Values{}
	for k, v := range form {
		away[k] = v
	}
	away.Set("column", "3")
	away.Set("do", "fields")
	io.wants(io.base(), away, http.StatusUnprocessableEntity, `value="茶博士"`) // another column keeps what was typed
	status, header, body := io.post(io.base(), form)
	id := articleAt.FindString(header.Get("Location"))
	if status != http.StatusSeeOther {
		t.Fatalf("saving answers %d: %s", status, body)
	}
	if got := io.article(id).Payload.Fields; len(got) != 3 || got[0] != (article.Field{Key: "c2f1", Label: "主讲人", Type: "text", Value: "茶博士"}) {
		t.Errorf("kept %+v", got)
	}
	o.publishes(io, rv, id, form)
	o.asksMore(ie, io, at)
}

// publishes takes the article to the public, changes a field and looks at both.
func (o *bureau) publishes(io, rv *worker, id string, form url.Values) {
	t := o.t
	io.wants(id+"/send", url.Values{"version": {"1"}}, http.StatusSeeOther, "sent")
	if _, page := rv.get(id); !strings.Contains(page, "<dt>主讲人</dt><dd>茶博士</dd>") {
		t.Errorf("who decides does not see the fields: %s", page)
	}
	rv.wants(id+"/review", rv.editionOf(id, "do", "publish"), http.StatusSeeOther, "published")
	_, _, page := o.get(t, o.site.URL("/a/"+id[strings.LastIndexByte(id, '/')+1:]))
	for _, words := range []string{"<dt>主讲人</dt><dd>茶博士</dd>", `>https://example.cn/</a>`} {
		if !strings.Contains(string(page), words) {
			t.Errorf("citizens do not read %q", words)
		}
	}
	form.Set("version", strconv.FormatInt(io.article(id).Version, 10))
	form.Set("field.c2f1", "茶王")
	io.wants(id, form, http.StatusSeeOther, "saved")
	io.sees(id+"/versions", http.StatusOK, "公开过的版本和责任链", "讲座通知 · ", "内容属实。", rv.account.Name) // C8
	if _, page := io.get(id + "/versions"); !strings.Contains(page, "<dt>主讲人</dt>") || !strings.Contains(page, "<ins>") {
		t.Errorf("versions do not compare fields: %s", page)
	}
	io.get(id + "/edit")
}

// asksMore makes another field needed after a text was written: it is not sent until it is filled in.
func (o *bureau) asksMore(ie, io *worker, at string) {
	form := leaflet("第二场")
	form.Set("field.c2f1", "茶博士")
	_, header, _ := io.post(io.base(), form)
	id := articleAt.FindString(header.Get("Location"))
	ie.wants(at, fieldsForm("1", []string{"c2f1", "主讲人", "text", "1", "", ""}, []string{"", "地点", "text", "1", "", ""}), http.StatusSeeOther, "done=fields")
	io.wants(id+"/send", url.Values{"version": {"1"}}, http.StatusUnprocessableEntity, "请填写“地点”")
}
