package checks

import (
	"html"
	"regexp"
	"strings"
	"testing"

	"github.com/zhanqun/zhanqun/kernel/fault"
	"github.com/zhanqun/zhanqun/platform/render"
	"github.com/zhanqun/zhanqun/tenants/article"
)

// C10: one press puts right what stands between elements as well, and leaves the elements.
func TestFixes(t *testing.T) {
	c := surroundings()
	for _, row := range []struct{ name, body, want string }{
		{"a number of identity", "<p>王某610902190102030012。</p>", "<p>王某610902********0012。</p>"},
		{"a mobile in two elements", "<p>电话<b>138</b>00001111</p>", "<p>电话<b>138</b>****1111</p>"},
		{"groups stay apart", "<p>138 0000 1111</p>", "<p>138 **** 1111</p>"},
		{"with 86 in front", "<p>+86 13800001111</p>", "<p>+86 138****1111</p>"},
		{"a card", "<p>卡号6217000000000000012</p>", "<p>卡号6217***********0012</p>"},
		{"a plate", "<p>陕A·B1234违停</p>", "<p>陕A·***34违停</p>"},
		{"full width", "<p>１３８００００１１１１</p>", "<p>１３８****１１１１</p>"},
		{"a slip across an element", "<p>一<b>愁</b>莫展</p>", "<p>一<b>筹</b>莫展</p>"},
		{"a wording of another length", "<p>台湾<i>政府</i>与北韩</p>", "<p>台湾<i>当局</i>与朝鲜</p>"},
		{"beside entities", "<p>A&amp;B布署&lt;C</p>", "<p>A&amp;B部署&lt;C</p>"},
		{"several at once", "<p>布署，13800001111，布署</p>", "<p>部署，138****1111，部署</p>"},
		{"a half-width mark", "<p>各镇,各部门</p>", "<p>各镇，各部门</p>"},
	} {
		p := article.Payload{Kind: article.News, Title: "通知", Source: "办公室", Body: row.body}
		var fixable []Finding
		for _, f := range Check(p, c) {
			if f.Fix != nil {
				fixable = append(fixable, f)
			}
		}
		got, err := Apply(p, fixable...)
		if err != nil || got.Body != row.want {
			t.Errorf("%s: %q, %v; want %q", row.name, got.Body, err, row.want)
		}
		for _, f := range fixable { // nothing that was put right is found again, and nothing is put right twice
			if _, err := Apply(got, f); err == nil {
				t.Errorf("%s: %q was put right twice", row.name, f.Quote)
			} else if fault.KindOf(err) != fault.Conflict {
				t.Errorf("%s: %v", row.name, err)
			}
		}
		for _, f := range Check(got, c) {
			if f.Fix != nil {
				t.Errorf("%s: still finds %q", row.name, f.Quote)
			}
		}
	}
}

var marks = regexp.MustCompile(`</?mark(?: id="f\d+")?>`)

// X2: each finding jumps to its place: its mark is in the shown text, around its words, once.
func TestMarks(t *testing.T) {
	c := surroundings()
	body := `<h3>布署</h3><p>王某<b>138</b>00001111，一<b>愁</b>莫展&amp;布署。</p><table><tbody><tr><td>镇</td><td>13900002222</td></tr><tr><td>户</td><td>2</td></tr></tbody></table><p><img src="/-/media/a.png" alt=""/></p><p><a href="/a/9">这里</a></p>`
	p := article.Payload{Kind: article.News, Title: "再接再励", Body: body}
	all := Check(p, c)
	shown, anchors := Mark(body, all)
	if marks.ReplaceAllString(shown, "") != body {
		t.Fatalf("more than marks was added: %s", shown)
	}
	for i, f := range all {
		if f.Place.Field != "body" {
			if anchors[i] != "" {
				t.Errorf("%s %q of the %s leads into the body", f.Rule, f.Quote, f.Place.Field)
			}
			continue
		}
		if n := strings.Count(shown, `<mark id="`+anchors[i]+`">`); anchors[i] == "" || n != 1 {
			t.Errorf("%s %q has %d places in %s", f.Rule, f.Quote, n, shown)
		}
	}
	if !strings.Contains(shown, `<b><mark id="`) || len(all) < 9 {
		t.Errorf("%d findings, %s", len(all), shown)
	}
}

// What a fuzzer writes is read without a panic; marks add nothing but marks, and what is put right stays clean HTML.
func FuzzCheck(f *testing.F) {
	for _, l := range cases(f) {
		f.Add(l.text)
	}
	f.Add(`<p>&#49;38<b>0000</b>1111&amp;&lt;</p><table><td>`)
	c := surroundings()
	f.Fuzz(func(t *testing.T, text string) {
		p := article.Payload{Kind: article.News, Title: text, Body: text}
		if p.Check() != nil {
			return
		}
		all := Check(p, c)
		shown, _ := Mark(p.Body, all)
		if marks.ReplaceAllString(shown, "") != p.Body {
			t.Fatalf("%q is marked as %q", p.Body, shown)
		}
		for _, found := range all {
			if text := map[string]string{"title": p.Title, "body": p.Body}[found.Place.Field]; found.Place.End > len(text) || found.Place.Start > found.Place.End {
				t.Fatalf("%+v lies outside", found)
			}
			if found.Fix == nil {
				continue
			}
			fixed, err := Apply(p, found)
			if err != nil {
				t.Fatalf("%q: %+v: %v", p.Body, found, err)
			}
			if again := render.Sanitise(fixed.Body); html.UnescapeString(again) != html.UnescapeString(fixed.Body) {
				t.Fatalf("%q became %q, which is %q clean", p.Body, fixed.Body, again)
			}
		}
	})
}

// What an operator imports is read without a panic, and a pack that is read finds its own words.
func FuzzPack(f *testing.F) {
	f.Add("按装,错别字,安装,,按装修\n机密★,涉密\n石一鸣,领导,市长,1\n", "请按装路灯")
	f.Fuzz(func(t *testing.T, raw, text string) {
		p, err := ReadPack(strings.NewReader(raw))
		if err != nil {
			if fault.KindOf(err) == "" {
				t.Fatal(err)
			}
			return
		}
		d := NewDictionary(p)
		d.hits(text)
		for _, e := range p.Entries {
			if len(e.Except) == 0 && len(d.hits(e.Word)) == 0 {
				t.Fatalf("%q is not found in itself", e.Word)
			}
		}
		NewRoster(p.Leaders).find(plain("title", text))
	})
}

// C9: what a pack may not say is told with its line.
func TestPacksThatAreNot(t *testing.T) {
	for raw, says := range map[string]string{
		"": "一条也没有", "# 只有注释\n": "一条也没有", "按装,怪\n": "第 1 行", "按装,错别字\n,错别字\n": "第 2 行", "字,错别字\n": "2 至",
		"按装,错别字\n按装,错别字\n": "重复", "按装,错别字,安装,,装修\n": "例外", "甲乙,领导,市长,第一\n": "数字", "\"按装\n": "CSV", "按装\xff,错别字\n": "UTF-8",
	} {
		if _, err := ReadPack(strings.NewReader(raw)); fault.KindOf(err) != fault.Invalid || !strings.Contains(fault.Say(err), says) {
			t.Errorf("%q: %v, want %q", raw, err, says)
		}
	}
	p, err := ReadPack(strings.NewReader("\ufeff词,类别,建议,说明,例外\n按装 ,错别字,安装\n"))
	if err != nil || len(p.Entries) != 1 || p.Entries[0].Word != "按装" {
		t.Errorf("a file with a mark and a heading: %+v, %v", p, err)
	}
}
