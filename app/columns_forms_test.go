package app

import (
	"net/http"
	"net/url"
	"strings"
)

// B1, B14 (issue 6): how a column's page is made is chosen on a screen of plain forms by whoever keeps the tree, refused with what was typed,
// never over another's change; citizens see it at once. The township's own lead sees how it is, and does not change it.
func (o *bureau) formsOf(ie, lead *worker) {
	t, at := o.t, ie.columns()+"/2/form"
	form := func(version string, more ...string) url.Values {
		v := url.Values{"version": {version}}
		for i := 0; i+1 < len(more); i += 2 {
			v.Set(more[i], more[i+1])
		}
		return v
	}
	now := ie.version(2)
	ie.shows(at, "页面形式", "领导信息", "现在")
	ie.shows(at+"?view=leaders", "按哪个字段分组", "主讲人") // which the column asks for already
	ie.shows(at+"?view=topic", `name="section-5"`, `name="opens"`)
	ie.shows(ie.columns()+"/1/form?view=offices", "保存后会加上常用的字段", "主要职责")
	lead.wants(at, form(now, "view", "pictures"), http.StatusForbidden, "")
	if _, page := lead.get(ie.columns() + "/2"); !strings.Contains(page, "<dt>页面形式</dt><dd>列表</dd>") || strings.Contains(page, "/2/form") {
		t.Errorf("the township's lead sees %s", page)
	}
	ie.wants(at, form(now, "view", "link", "target", "www.example.cn"), http.StatusUnprocessableEntity, `value="www.example.cn"`)
	ie.wants(at, form(now, "view", "topic", "opens", "2026-12-02", "closes", "2026-12-01", "each", "7", "section-0", "1"), http.StatusUnprocessableEntity, `value="2026-12-01"`)
	ie.wants(at, form(now, "view", "topic", "each", "70", "section-0", "1"), http.StatusUnprocessableEntity, `<option value="1" selected>`)
	ie.wants(at, form(now, "view", "topic", "each", "many"), http.StatusUnprocessableEntity, `value="many"`)
	ie.wants(at, form("99", "view", "pictures"), http.StatusConflict, "刚被别人改过")
	ie.wants(ie.columns()+"/424242/form", form("0", "view", "pictures"), http.StatusNotFound, "没有这个栏目")
	ie.wants(at, form(now, "view", "pictures"), http.StatusSeeOther, "done=form")
	ie.shows(ie.columns()+"?done=form", "页面形式已保存")
	ie.shows(ie.columns()+"/2", "<dt>页面形式</dt><dd>图片</dd>")
	_, _, before := o.get(t, o.site.URL("/c/gonggao"))
	ie.wants(at, form(ie.version(2), "view", "list"), http.StatusSeeOther, "done=form")
	if _, _, after := o.get(t, o.site.URL("/c/gonggao")); !strings.Contains(string(before), `class="gallery"`) || strings.Contains(string(after), `class="gallery"`) {
		t.Error("citizens see another form than the one that was saved")
	}
}
