package article

import (
	"testing"

	"github.com/zhanqun/zhanqun/platform/render"
)

// C1: a plain text comes back as it was typed, save for blank lines and the space people indent with; a body with marks does not pretend
// to be plain.
func TestPlainText(t *testing.T) {
	for _, row := range []struct{ typed, body, back string }{
		{"", "", ""}, {"一段", "<p>一段</p>", "一段"}, {"　　一段\r\n\r\n\r\n  二段\t\n", "<p>一段</p>\n<p>二段</p>", "一段\n\n二段"},
		{"1 < 2 & \"引\" '号'", "<p>1 &lt; 2 &amp; &#34;引&#34; &#39;号&#39;</p>", "1 < 2 & \"引\" '号'"},
		{"<script>alert(1)</script>", "<p>&lt;script&gt;alert(1)&lt;/script&gt;</p>", "<script>alert(1)</script>"}, {"&lt;p&gt;", "<p>&amp;lt;p&amp;gt;</p>", "&lt;p&gt;"},
	} {
		body := FromPlain(row.typed)
		if body != row.body {
			t.Errorf("%q became %q, want %q", row.typed, body, row.body)
		}
		if back, ok := ToPlain(render.Sanitise(body)); back != row.back || !ok {
			t.Errorf("%q came back as %q, %v; want %q", row.typed, back, ok, row.back)
		}
	}
	for _, body := range []string{"<h2>一</h2><p>二</p>", "<p>一<a href=\"/a/1\">二</a></p>", "<ul><li>一</li></ul>", "<p class=\"x\">一</p>", "一", "<p>一</p>二", "<table><tr><td>一</td></tr></table>"} {
		if text, ok := ToPlain(body); ok {
			t.Errorf("%q passes for the plain text %q", body, text)
		}
	}
}

// FuzzPlain: whatever is typed comes back with the same words, and is what the policy allows.
func FuzzPlain(f *testing.F) {
	f.Add("一段\n二段 <b>&amp;")
	f.Fuzz(func(t *testing.T, typed string) {
		if readable("body", "正文", typed) != nil {
			return // refused with a sentence
		}
		body := render.Sanitise(FromPlain(typed))
		text, ok := ToPlain(body)
		if !ok || render.Sanitise(FromPlain(text)) != body {
			t.Errorf("%q: %q comes back as %q, %v", typed, body, text, ok)
		}
	})
}
