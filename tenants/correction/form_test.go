package correction

import (
	"errors"
	"net/netip"
	"strings"
	"testing"
	"time"

	"github.com/zhanqun/zhanqun/kernel/fault"
	"github.com/zhanqun/zhanqun/platform/audit"
	"github.com/zhanqun/zhanqun/platform/jobs"
	"github.com/zhanqun/zhanqun/platform/render"
	"github.com/zhanqun/zhanqun/platform/web"
	"github.com/zhanqun/zhanqun/storage/db/dbtest"
)

// form is what a person sends who has the form of a site open.
func (d *desk) form(s *render.Site, more ...string) *web.Form {
	f := &web.Form{Site: s, From: netip.MustParseAddr("203.0.113.7"), Values: map[string]string{"token": d.secrets.token(s.ID, d.now), "kind": Stale, "words": "电话号码已经换了", "page": "/c/jigou"}}
	for i := 0; i+1 < len(more); i += 2 {
		f.Values[more[i]] = more[i+1]
	}
	return f
}

// G17: the form that citizens send leads to its code, and whatever is wrong is said above what was typed.
func TestTheFormOfCitizens(t *testing.T) {
	each(t, func(t *testing.T, d *desk) {
		for _, c := range []struct{ name, key, value, says string }{
			{"no token", "token", "", "打开得太久"}, {"another site's", "token", d.secrets.token(2, d.now), "打开得太久"}, {"one of yesterday", "token", d.secrets.token(1, d.now.Add(-formFor-time.Second)), "打开得太久"},
			{"one of tomorrow", "token", d.secrets.token(1, d.now.Add(time.Hour)), "打开得太久"}, {"a robot", "homepage", "http://spam", "请留空"}, {"no words", "words", "", "4 到 600 个字"}, {"no kind", "kind", "", "哪种问题"},
			{"no contact", "contact", "x", "也可以不填"},
		} {
			p, err := d.send(d.ctx, d.form(d.town, c.key, c.value))
			if err != nil || p.Status != 422 || !strings.Contains(string(p.Body), c.says) || c.key != "words" && !strings.Contains(string(p.Body), "电话号码已经换了") {
				t.Errorf("%s: %v %+v", c.name, err, p)
			}
		}
		p, err := d.send(d.ctx, d.form(d.town, "contact", "a@example.com"))
		if err != nil || !strings.HasPrefix(p.Location, render.ReportPath+"/") {
			t.Fatalf("%+v, %v", p, err)
		}
		code, _ := strings.CutSuffix(strings.TrimPrefix(p.Location, render.ReportPath+"/"), "?new=1")
		see := func(s *render.Site, code, is string) (status int, body string) {
			t.Helper()
			p, err := d.showAnswer(d.ctx, &web.Request{Site: s, Params: map[string]string{"code": code}, Query: map[string]string{"new": is}})
			if err != nil {
				t.Fatal(err)
			}
			return p.Status, p.Location + string(p.Body)
		}
		if status, body := see(d.town, code, "1"); status != 200 || !strings.Contains(body, code) || !strings.Contains(body, "已经收到") || !strings.Contains(body, "办理中") || strings.Contains(body, "电话号码已经换了") || strings.Contains(body, "example.com") {
			t.Errorf("the receipt is %d %s", status, body)
		}
		if status, body := see(d.town, strings.ToLower(code[:5])+"-"+code[5:], ""); status != 301 || body != render.ReportPath+"/"+code {
			t.Errorf("as people type it: %d %s", status, body)
		}
		for name, at := range map[string]struct {
			s    *render.Site
			code string
		}{"another site's": {d.other, code}, "a wrong one": {d.town, "AAAAAAAAAA"}, "no code": {d.town, "x"}} {
			if status, body := see(at.s, at.code, ""); status != 404 || !strings.Contains(body, "没有这个查询码") {
				t.Errorf("%s: %d %s", name, status, body)
			}
		}
		r, err := d.byCode(d.ctx, 1, digest(code))
		if err != nil {
			t.Fatal(err)
		}
		if err := d.Answer(d.ctx, 1, r.ID, Declined, "号码没有换，谢谢。"); err != nil {
			t.Fatal(err)
		}
		if _, body := see(d.town, code, ""); !strings.Contains(body, "未采纳") || !strings.Contains(body, "号码没有换，谢谢。") || strings.Contains(body, "王敏") {
			t.Errorf("the answer is %s", body)
		}
	})
}

// The page with the form: where it was opened from is shown in full, hostile addresses are not, and a typed code leads on.
func TestTheFormIsShown(t *testing.T) {
	d := open(t, dbtest.SQLite(t, audit.Migrations(), jobs.Migrations(), Migrations()), nil)
	show := func(query map[string]string) (int, string) {
		t.Helper()
		p, err := d.showForm(d.ctx, &web.Request{Site: d.town, Query: query})
		if err != nil {
			t.Fatal(err)
		}
		return p.Status, p.Location + string(p.Body)
	}
	if _, body := show(map[string]string{"page": "/a/12"}); !strings.Contains(body, "https://a.gov.cn/z/wuli/a/12") || !strings.Contains(body, `action="/z/wuli/-/report"`) || !strings.Contains(body, "3 个工作日") || !strings.Contains(body, "noindex") {
		t.Errorf("the form is %s", body)
	}
	for _, page := range []string{"//evil.com", "https://evil.com", "x"} {
		if _, body := show(map[string]string{"page": page}); strings.Contains(body, "evil.com") || strings.Contains(body, "有错的网页") {
			t.Errorf("%s is shown", page)
		}
	}
	if status, body := show(map[string]string{"code": "abcde 23456"}); status != 301 || body != render.ReportPath+"/ABCDE23456" {
		t.Errorf("a code leads to %d %s", status, body)
	}
	if status, body := show(map[string]string{"code": "<b>?"}); status != 200 || !strings.Contains(body, "没有这个查询码") || !strings.Contains(body, "&lt;b&gt;?") {
		t.Errorf("no code: %d %s", status, body)
	}
	// without the installation's key a report is taken, a contact is not
	if p, err := d.send(d.ctx, d.form(d.town, "contact", "13812345678")); err != nil || p.Status != 422 || !strings.Contains(string(p.Body), "不能加密保存") {
		t.Errorf("a contact without a key: %+v, %v", p, err)
	}
	if p, err := d.send(d.ctx, d.form(d.town)); err != nil || p.Location == "" {
		t.Errorf("without a contact: %+v, %v", p, err)
	}
}

func TestDraftsThatCannotBe(t *testing.T) {
	good := Draft{Kind: Link, Words: "附件打不开", Page: "/c/gonggao?p=2"}
	for _, c := range []struct {
		name  string
		spoil func(d *Draft)
		field string
	}{
		{"no kind", func(d *Draft) { d.Kind = "" }, "kind"}, {"a kind there is not", func(d *Draft) { d.Kind = "x" }, "kind"},
		{"too short", func(d *Draft) { d.Words = " 错  " }, "words"}, {"too long", func(d *Draft) { d.Words = strings.Repeat("错", longest+1) }, "words"},
		{"no text", func(d *Draft) { d.Words = "错字\x1b[31m在此" }, "words"}, {"half a number", func(d *Draft) { d.Contact = "123" }, "contact"},
		{"words for a contact", func(d *Draft) { d.Contact = "请打我的电话" }, "contact"}, {"a name and a mail", func(d *Draft) { d.Contact = "甲 <a@b.cn>" }, "contact"},
		{"a mail without end", func(d *Draft) { d.Contact = strings.Repeat("a", 100) + "@b.cn" }, "contact"},
	} {
		d := good
		c.spoil(&d)
		_, err := d.check()
		var f *fault.Fault
		if !errors.As(err, &f) || f.Kind != fault.Invalid || f.Field != c.field {
			t.Errorf("%s: %v", c.name, err)
		}
	}
	for _, contact := range []string{"", "13812345678", "0915-3212345", "+86 915 3212345", "a.b@example.com"} {
		d := good
		d.Contact = contact
		if _, err := d.check(); err != nil {
			t.Errorf("contact %q: %v", contact, err)
		}
	}
	for page, want := range map[string]string{"/": "/", "/c/gonggao?p=2": "/c/gonggao?p=2", "": "", "//evil.com": "", "https://evil.com": "", "/a\\b": "", "/a b": "", "/" + strings.Repeat("a", pageMost): ""} {
		d := good
		d.Page = page
		if got, err := d.check(); err != nil || got.Page != want {
			t.Errorf("page %q is kept as %q: %v", page, got.Page, err)
		}
	}
}
