package render

import (
	"strings"
	"testing"
	"time"

	"github.com/zhanqun/zhanqun/kernel"
)

// F2, d15: the warnings in force stand before the masthead and the page in every theme and variant, on error pages too, told by word and grade and not
// by colour alone; without one there is nothing.
func TestStrips(t *testing.T) {
	r := renderer(t)
	until := time.Date(2026, 11, 27, 12, 0, 0, 0, time.UTC)
	strips := []Strip{{"red", "红色预警", "Ⅰ级", "自然灾害", "大风<b>", "市气象局", until, "/warnings/1"}, {"blue", "蓝色预警", "Ⅳ级", "公共卫生", "流感", "市卫健委", until, "https://a.gov.cn/warnings/2"}}
	for _, theme := range []string{"base", "city", "dept", "town"} {
		for _, v := range []kernel.Variant{"", kernel.Elder} {
			s := county()
			s.Theme = theme
			s = s.In(v)
			if n := len(all(page(t, r, Shell{Site: s.Warned(nil)}), "section", "zq-warn")); n != 0 {
				t.Errorf("%s %s: %d strips without a warning", theme, v, n)
			}
			for name, b := range map[string]string{"page": string(mustHTML(t, r, s.Warned(strips))), "404": string(r.Error(s.Warned(strips), nil, 404, "1"))} {
				at := strings.Index(b, `<section class="zq-warn"`)
				first := strings.Index(b, `class="el-top"`)
				if v == "" {
					first = strings.Index(b, `class="top"`)
				}
				if at < 0 || at > first || first > strings.Index(b, "<main") {
					t.Errorf("%s %s %s: the strip does not stand first", theme, v, name)
				}
				for _, want := range []string{`<li class="zq-red"><a class="wrap" href="/warnings/1">`, "红色预警 <i>Ⅰ级</i>", "大风&lt;b&gt;", "自然灾害，市气象局发布，有效至", "2026-11-27 20:00", `href="https://a.gov.cn/warnings/2"`} {
					if !strings.Contains(b, want) {
						t.Errorf("%s %s %s: it does not say %s", theme, v, name, want)
					}
				}
			}
		}
	}
	if s := county(); len(s.Warned(strips).Strips) != 2 || len(s.Strips) != 0 {
		t.Error("the site itself is changed")
	}
}

func mustHTML(t *testing.T, r *Renderer, s *Site) []byte {
	t.Helper()
	b, err := wordsView.HTML(r, Shell{Site: s}, words{"甲"})
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// The colours of the strips can be read: WCAG 1.4.3.
func TestStripContrast(t *testing.T) {
	for level, pair := range map[string][2]string{"red": {"#b3141c", "#ffffff"}, "orange": {"#ffb066", "#3a1a00"}, "yellow": {"#ffe066", "#2f2500"}, "blue": {"#0b4f9e", "#ffffff"}} {
		if c := contrast(pair[0], pair[1]); c < minContrast {
			t.Errorf("%s: %.2f", level, c)
		}
		css, err := shellFS.ReadFile("shell/shell.css")
		if want := ".zq-" + level + "{background:" + pair[0] + "!important;color:" + strings.Replace(pair[1], "#ffffff", "#fff", 1) + "!important}"; err != nil || !strings.Contains(string(css), want) {
			t.Errorf("the stylesheet does not say %s: %v", want, err)
		}
	}
}
