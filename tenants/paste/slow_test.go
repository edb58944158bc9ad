package paste

import (
	"fmt"
	"strings"
	"testing"

	"github.com/zhanqun/zhanqun/kernel/fault"
)

// swollen are clipboards as large as are taken, made to keep a server busy.
func swollen() map[string]string {
	fill := func(part string) string {
		n := (longest - 4096) / len(part)
		if tags := strings.Count(part, "<"); tags > 0 {
			n = min(n, (tagsMost-10)/tags)
		}
		return strings.Repeat(part, n)
	}
	return map[string]string{
		"one word":                fill("甲"),
		"ends of lines":           fill("<br>"),
		"blanks between them":     fill("<br> <b> </b>"),
		"empty paragraphs":        fill("<p>"),
		"boxes in one another":    fill(strings.Repeat("<blockquote>", 400) + "甲" + strings.Repeat("</blockquote>", 400)),
		"lists in one another":    fill(strings.Repeat("<ul><li>", 200) + "甲" + strings.Repeat("</ul>", 200)),
		"tables in one another":   fill(strings.Repeat("<table><tr><td>", 100) + "甲" + strings.Repeat("</table>", 100)),
		"marks in one another":    fill(strings.Repeat("<span style='font-weight:bold'>", 400) + "甲" + strings.Repeat("</span>", 400)),
		"marks left open":         fill("<b><p>甲"),
		"cells that span":         "<table>" + fill("<tr><td colspan=100 rowspan=100>甲") + "</table>",
		"styles":                  "<style>" + fill(".a1{font-weight:bold}") + "</style>甲",
		"classes":                 "<style>.a{color:red}</style><p class='" + fill("a ") + "'>甲",
		"one long style":          "<p style='" + fill("a:b;") + "'>甲",
		"pictures":                fill("<img src=file:///a>"),
		"numbered paragraphs":     fill("<p style='mso-list:l0 level1 lfo1'><span style='mso-list:Ignore'>1.</span>甲"),
		"levels that go and come": fill("<p style='mso-list:l0 level1 lfo1'><span style='mso-list:Ignore'>·</span>甲<p style='mso-list:l0 level9 lfo1'><span style='mso-list:Ignore'>·</span>乙"),
		"headings":                fill("<p>一、甲"),
		"offices and days":        fill("<p>市水利局<p>2026年1月5日"),
		"brackets":                fill("<p>（（（（（（（〔〔〔〔〔〔〔〔"),
		"text without a letter":   fill("\u200b"),
	}
}

// Bad input: a clipboard of 5 MB is cleaned or refused in a sentence, never frozen. What the largest cost is BenchmarkSwollen's to say.
func TestSwollenClipboardsEnd(t *testing.T) {
	for name, source := range swollen() {
		t.Run(name, func(t *testing.T) {
			r, err := Official(source, true)
			if err != nil {
				t.Fatal(err)
			}
			if len(r.HTML) > 8*longest {
				t.Errorf("%d bytes became %d", len(source), len(r.HTML))
			}
		})
	}
	for _, source := range []string{strings.Repeat("甲", 5<<20/3), strings.Repeat("<b>", tagsMost+1)} {
		if _, err := Clean(source); fault.KindOf(err) != fault.TooLarge || !strings.Contains(fault.Say(err), "请分几次粘贴") {
			t.Errorf("%d bytes: %v", len(source), err)
		}
	}
}

func BenchmarkSwollen(b *testing.B) {
	for name, source := range swollen() {
		b.Run(strings.ReplaceAll(name, " ", "-"), func(b *testing.B) {
			for b.Loop() {
				if _, err := Official(source, true); err != nil {
					b.Fatal(fmt.Errorf("%s: %w", name, err))
				}
			}
		})
	}
}
