package render

import (
	"fmt"
	"strings"
	"testing"

	"github.com/PuerkitoBio/goquery"
)

// table is a table of an article, marked as a chart.
func table(class, caption string, rows ...[]string) string {
	var b strings.Builder
	fmt.Fprintf(&b, `<table class="%s"><caption>%s</caption><tbody>`, class, caption)
	for _, row := range rows {
		b.WriteString("<tr>")
		for _, cell := range row {
			b.WriteString("<td>" + cell + "</td>")
		}
		b.WriteString("</tr>")
	}
	b.WriteString("</tbody></table>")
	return b.String()
}

func parsed(t *testing.T, body string) *goquery.Document {
	t.Helper()
	doc, err := goquery.NewDocumentFromReader(strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	return doc
}

// E4, d12: a marked table of numbers is drawn above itself, heard as its title and its numbers, and stays below; the policy lets the mark through.
func TestCharts(t *testing.T) {
	numbers := [][]string{{"年份", "补助（万元）", "受益（人）"}, {"2024", "1,200.5", "３０"}, {"2025", "−40", "12%"}, {"2026", "0", "900"}}
	for _, kind := range []string{ChartBar, ChartLine} {
		body := Sanitise("<p>前</p>" + table(kind, "三年补助 &lt;情况&gt;", numbers...) + "<p>后</p>")
		if !strings.Contains(body, `<table class="`+kind+`">`) {
			t.Fatalf("the policy takes the mark: %s", body)
		}
		doc := parsed(t, Charts(body))
		svg := doc.Find(`figure.chart > svg[role="img"]`)
		if svg.Length() != 1 || svg.AttrOr("aria-label", "") != "三年补助 <情况>" || !strings.Contains(svg.Find("desc").Text(), "2024：补助（万元） 1,200.5，受益（人） ３０；") {
			t.Errorf("%s: drawn %d, heard as %q: %q", kind, svg.Length(), svg.AttrOr("aria-label", ""), svg.Find("desc").Text())
		}
		if svg.AttrOr("aria-describedby", "") != "chart-1" || doc.Find("desc#chart-1").Length() != 1 {
			t.Errorf("described by %q", svg.AttrOr("aria-describedby", ""))
		}
		if err := fence([]byte(Charts(body))); err != nil {
			t.Errorf("a view may not write it: %v", err)
		}
		if rects, dots, lines := svg.Find("rect").Length(), svg.Find("circle").Length(), svg.Find("path.line").Length(); kind == ChartBar && rects != 6 || kind == ChartLine && (dots != 6 || lines != 2) {
			t.Errorf("%s: %d bars, %d dots, %d lines", kind, rects, dots, lines)
		}
		if doc.Find("figure.chart > table td").Length() != 12 || doc.Find(".legend li").Length() != 2 || doc.Find("body > p").Length() != 2 {
			t.Errorf("%s: the table, the legend or the text around it is not there: %s", kind, Charts(body))
		}
		if strings.Contains(Charts(body), "style=") || strings.Contains(Charts(body), "NaN") || strings.Contains(Charts(body), "Inf") {
			t.Errorf("%s: %s", kind, Charts(body))
		}
	}
}

// E4: what is no chart stays the table that it is, to the letter.
func TestWhatIsNoChart(t *testing.T) {
	many := [][]string{{"行", "数"}}
	for i := range chartRows + 1 {
		many = append(many, []string{fmt.Sprint(i), "1"})
	}
	for name, body := range map[string]string{
		"a table that is not marked":    table("info", "", []string{"年", "数"}, []string{"2024", "1"}),
		"words in the place of numbers": table(ChartBar, "", []string{"年", "数"}, []string{"2024", "很多"}),
		"an exponent":                   table(ChartBar, "", []string{"年", "数"}, []string{"2024", "1e5"}),
		"no number at all":              table(ChartBar, "", []string{"年", "数"}, []string{"2024", "NaN"}),
		"a number beyond counting":      table(ChartBar, "", []string{"年", "数"}, []string{"2024", "9999999999999999"}),
		"a row that lacks a cell":       table(ChartBar, "", []string{"年", "数"}, []string{"2024"}),
		"a head alone":                  table(ChartBar, "", []string{"年", "数"}),
		"names alone":                   table(ChartBar, "", []string{"年"}, []string{"2024"}),
		"too many series":               table(ChartBar, "", []string{"年", "1", "2", "3", "4", "5"}, []string{"2024", "1", "2", "3", "4", "5"}),
		"too many rows":                 table(ChartLine, "", many...),
		"nothing in it":                 `<table class="chart-bar"></table>`,
	} {
		clean := Sanitise(body)
		if got := Charts(clean); got != clean {
			t.Errorf("%s became %s", name, got)
		}
	}
}

// E4: whoever writes an article marks its tables one by one; tables within tables are parts of those.
func TestMarkingTables(t *testing.T) {
	body := Sanitise(table("info", "第一", []string{"年", "数"}, []string{"2024", "1"}) + "<p>中</p>" + table("", "", []string{"月", "数"}, []string{"1", "多"}))
	marked := MarkPlots(body, []string{ChartLine, ChartBar})
	got := Plots(marked)
	if len(got) != 2 || got[0] != (Plot{"第一", ChartLine, true}) || got[1] != (Plot{"月 数", ChartBar, false}) {
		t.Errorf("marked: %+v", got)
	}
	if again := MarkPlots(marked, []string{"", "", ChartBar}); again != body {
		t.Errorf("the marks do not come off:\n%s\n%s", again, body)
	}
	if one := Plots(MarkPlots(marked, []string{"onload"})); one[0].Kind != "" || one[1].Kind != ChartBar {
		t.Errorf("a mark that is none: %+v", one)
	}
	if Sanitise(marked) != marked {
		t.Error("the policy changes what is marked")
	}
	for _, none := range []string{"", "<p>没有表格</p>"} {
		if MarkPlots(none, []string{ChartBar}) != none || Plots(none) != nil {
			t.Errorf("%q has a table", none)
		}
	}
}

// E4: whatever stands in a table, what is drawn is well formed and holds no number that is none.
func FuzzCharts(f *testing.F) {
	f.Add("年", "数", "2024", "1,200.5", "标题")
	f.Add("<b>", "\"", "&amp;", "-0", "<script>")
	f.Add("", "", "", "−.", "")
	f.Add("a", "b", "c", "00000000000000000.1%", "\x00")
	f.Fuzz(func(t *testing.T, a, b, c, d, caption string) {
		clean := Sanitise(table(ChartBar, caption, []string{a, b}, []string{c, d}) + table(ChartLine, caption, []string{a, b}, []string{c, d}, []string{c, d}))
		got := Charts(clean)
		if strings.Contains(got, "NaN") && !strings.Contains(clean, "NaN") || strings.Contains(got, "Inf\"") {
			t.Errorf("no number: %s", got)
		}
		if err := fence([]byte(got)); err != nil {
			t.Errorf("a view may not write it: %v in %s", err, got)
		}
		doc := parsed(t, got)
		if doc.Find("script,style,[onload]").Length() != 0 {
			t.Errorf("something runs: %s", got)
		}
		if doc.Find("svg").Length() != doc.Find("figure.chart").Length() {
			t.Errorf("a picture without its figure: %s", got)
		}
	})
}

// E4: a chart that stands in a figure with its words is called by them, and is drawn into that figure, which stays one.
func TestAChartHasTheWordsOfItsFigure(t *testing.T) {
	inner := `<tbody><tr><td>年</td><td>数</td></tr><tr><td>2025</td><td>3</td></tr></tbody></table>`
	body := Sanitise(`<figure class="info"><table class="chart-bar">` + inner + `<figcaption>三年补助 &amp; 受益</figcaption></figure>`)
	doc := parsed(t, Charts(body))
	if n := doc.Find("figure").Length(); n != 1 || !doc.Find("figure").HasClass("chart") || !doc.Find("figure").HasClass("info") {
		t.Errorf("%d figures: %s", n, Charts(body))
	}
	if got := doc.Find("figure > svg + table + figcaption").Length(); got != 1 || doc.Find("svg").AttrOr("aria-label", "") != "三年补助 & 受益" {
		t.Errorf("drawn as %s", Charts(body))
	}
	if plots := Plots(body); len(plots) != 1 || plots[0].Title != "三年补助 & 受益" || !plots[0].Drawn {
		t.Errorf("asked for as %+v", plots)
	}
	plain := Sanitise(`<figure><table>` + inner + `<figcaption>普通表格</figcaption></figure><table>` + inner)
	if plots := Plots(plain); len(plots) != 2 || plots[0].Title != "普通表格" || plots[1].Title != "年 数" {
		t.Errorf("asked for as %+v", plots)
	}
}
