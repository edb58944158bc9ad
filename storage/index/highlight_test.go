package index

import (
	"html"
	"strings"
	"testing"
	"unicode/utf8"
)

// T1: highlights.
func TestHighlight(t *testing.T) {
	long := strings.Repeat("甲乙丙丁。", 40)
	for _, row := range []struct {
		name, text, query string
		width             int
		want              string
	}{
		{"a word is marked", "优化营商环境条例", "营商环境", 0, "优化<mark>营商环境</mark>条例"},
		{"everything else is escaped", `<script>alert("税务")</script>`, "税务", 0, "&lt;script&gt;alert(&#34;<mark>税务</mark>&#34;)&lt;/script&gt;"},
		{"what is marked is escaped", "a<b>1", "a b 1", 0, "<mark>a</mark>&lt;<mark>b</mark>&gt;<mark>1</mark>"},
		{"overlapping words are one mark", "营商环境", "营商 商环 环境", 0, "<mark>营商环境</mark>"},
		{"digits and Han are found across a space", "办理24 小时内", "24小时", 0, "办理<mark>24 小时</mark>内"},
		{"full-width text is marked as it stands", "１９８４年", "1984", 0, "<mark>１９８４</mark>年"},
		{"a zero-width space inside a word stays", "政府\u200b工作", "政府工作", 0, "<mark>政府\u200b工作</mark>"},
		{"characters outside the BMP are marked whole", "住𠮷野村", "𠮷野", 0, "住<mark>𠮷野</mark>村"},
		{"a Latin word is marked by its beginning only at its beginning", "covid-19 xcovid", "cov", 0, "<mark>cov</mark>id-19 xcovid"},
		{"a ligature is marked whole", "oﬃce", "off", 0, "<mark>oﬃ</mark>ce"},
		{"without a match the beginning", long, "没有", 5, "甲乙丙丁。…"},
		{"a match far in is shown with what stands around it", long + "税务局公告" + long, "税务局", 8, "…丁。<mark>税务局</mark>公告甲…"},
		{"near the end more of what stands before is shown", "一二三四五六七八九十税务", "税务", 6, "…七八九十<mark>税务</mark>"},
		{"the place with most different words wins", "税务" + long + "税务、公告" + long, "公告 税务", 12, "…丙丁。<mark>税务</mark>、<mark>公告</mark>甲乙丙丁…"},
		{"a match is never cut in two", "甲乙税务总局陕西省税务局", "税务总局陕西省", 4, "…乙<mark>税务总局陕西省</mark>…"},
		{"no query marks nothing", "税务", "、", 0, "税务"},
		{"no text", "", "税务", 10, ""},
	} {
		if got := string(Highlight(row.text, row.query, row.width)); got != row.want {
			t.Errorf("%s:\n got %s\nwant %s", row.name, got, row.want)
		}
	}
}

// FuzzHighlight: whatever the text and the query, taking the marks away and unescaping gives the text back, and no
// markup but <mark> comes out.
func FuzzHighlight(f *testing.F) {
	f.Add("优化营商环境 <b>&amp;</b>", "营商 b", 0)
	f.Add("oﬃce ½ ㎡ ﷺ １２", "1 2 m", 3)
	f.Add("e\u0301\u200b\u0301é\xff", "é e", 2)
	f.Fuzz(func(t *testing.T, text, query string, width int) {
		out := string(Highlight(text, query, width))
		if !utf8.ValidString(out) {
			t.Fatalf("%q is not UTF-8", out)
		}
		bare := strings.NewReplacer("<mark>", "", "</mark>", "").Replace(out)
		if strings.ContainsAny(bare, `<>"'`) || strings.Count(out, "<mark>") != strings.Count(out, "</mark>") {
			t.Fatalf("%q with %q gives %s", text, query, out)
		}
		if valid := strings.ToValidUTF8(text, "\ufffd"); width <= 0 && utf8.ValidString(text) && html.UnescapeString(bare) != valid {
			t.Fatalf("%q came back as %q", valid, html.UnescapeString(bare))
		}
	})
}

func BenchmarkHighlight(b *testing.B) {
	text := strings.Repeat("各县（市、区）人民政府，市政府各工作部门：为进一步优化营商环境，24小时受理申请。", 100)
	b.SetBytes(int64(len(text)))
	for b.Loop() {
		Highlight(text, "营商环境 24小时", 120)
	}
}
