package render

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

// The classes of a table that is shown as a chart as well (数据解读, d12): bars, or lines.
const (
	ChartBar  = "chart-bar"
	ChartLine = "chart-line"
)

// What a chart can show legibly.
const (
	chartRows   = 24
	chartSeries = 4
)

// Charts draws the tables of a sanitised text that are marked as charts: a picture above each, made of nothing but the table's own numbers,
// which stay below it. A table that holds no such numbers stays a table.
func Charts(body string) string {
	if !strings.Contains(body, `"chart-`) {
		return body
	}
	root, ok := rooted(body)
	if !ok {
		return body
	}
	drawn := 0
	for _, table := range Tables(root) {
		if c, ok := readChart(table); ok {
			drawn++
			c.number = drawn
			figureOf(table).InsertBefore(&html.Node{Type: html.RawNode, Data: c.svg()}, table)
		}
	}
	return written(root, body)
}

// figureOf is the figure of a chart: the one in which the table stands with its words, or a new one around it.
func figureOf(table *html.Node) *html.Node {
	up := table.Parent
	if up.DataAtom != atom.Figure {
		figure := &html.Node{Type: html.ElementNode, Data: "figure", DataAtom: atom.Figure}
		up.InsertBefore(figure, table)
		up.RemoveChild(table)
		figure.AppendChild(table)
		up = figure
	}
	classes := strings.Fields(attr(up, "class"))
	if !slices.Contains(classes, "chart") {
		up.Attr = slices.DeleteFunc(up.Attr, func(a html.Attribute) bool { return a.Key == "class" })
		up.Attr = append(up.Attr, html.Attribute{Key: "class", Val: strings.Join(append(classes, "chart"), " ")})
	}
	return up
}

// below are the words of the figure in which a table stands, or "".
func below(table *html.Node) string {
	if up := table.Parent; up != nil && up.DataAtom == atom.Figure {
		for c := range up.ChildNodes() {
			if c.DataAtom == atom.Figcaption {
				return inCell(c)
			}
		}
	}
	return ""
}

// Tables are the tables below a node, in the order of the text; one within another is part of that.
func Tables(n *html.Node) (all []*html.Node) {
	for c := n.FirstChild; c != nil; c = c.NextSibling {
		if c.DataAtom == atom.Table {
			all = append(all, c)
		} else {
			all = append(all, Tables(c)...)
		}
	}
	return all
}

// chart is a table of numbers: a name for each row, a series for each further column.
type chart struct {
	line          bool
	number        int // on its page
	title         string
	names, series []string
	values        [][]float64 // of each series, by row
	texts         [][]string  // as they stand in the table
}

// readChart reads a table whose first row names the columns and whose first column names the rows; ok is false when what remains are not all
// numbers, or too many.
func readChart(table *html.Node) (c chart, ok bool) {
	kind := marked(table)
	if kind == "" {
		return c, false
	}
	c.line = kind == ChartLine
	rows := rowsOf(table, &c.title)
	if c.title == "" {
		c.title = below(table)
	}
	if len(rows) < 2 || len(rows) > chartRows+1 || len(rows[0]) < 2 || len(rows[0]) > chartSeries+1 {
		return c, false
	}
	c.series = rows[0][1:]
	c.values, c.texts = make([][]float64, len(c.series)), make([][]string, len(c.series))
	for _, row := range rows[1:] {
		if len(row) != len(rows[0]) {
			return c, false
		}
		c.names = append(c.names, row[0])
		for i, text := range row[1:] {
			v, ok := number(text)
			if !ok {
				return c, false
			}
			c.values[i], c.texts[i] = append(c.values[i], v), append(c.texts[i], text)
		}
	}
	if c.title == "" {
		c.title = strings.Join(c.series, "、")
	}
	return c, true
}

// rowsOf are the words of a table's cells; its caption becomes the title.
func rowsOf(n *html.Node, title *string) (rows [][]string) {
	for c := n.FirstChild; c != nil; c = c.NextSibling {
		switch c.DataAtom {
		case atom.Caption:
			*title = inCell(c)
		case atom.Tr:
			var row []string
			for cell := c.FirstChild; cell != nil; cell = cell.NextSibling {
				if cell.DataAtom == atom.Td || cell.DataAtom == atom.Th {
					row = append(row, inCell(cell))
				}
			}
			rows = append(rows, row)
		case atom.Thead, atom.Tbody:
			rows = append(rows, rowsOf(c, title)...)
		}
	}
	return rows
}

// inCell are the words of a cell, on one line.
func inCell(n *html.Node) string {
	var b strings.Builder
	for d := range n.Descendants() {
		if d.Type == html.TextNode {
			b.WriteString(d.Data)
		}
	}
	return strings.Join(strings.Fields(b.String()), " ")
}

// number reads what offices write into a table: 1,234.5, 12.5%, −3, ３０.
func number(text string) (float64, bool) {
	plain := strings.Map(func(r rune) rune {
		switch {
		case r >= '０' && r <= '９':
			return r - '０' + '0'
		case r == '．':
			return '.'
		case r == '−' || r == '－':
			return '-'
		case r == ',' || r == '，' || r == ' ':
			return -1
		}
		return r
	}, strings.TrimRight(text, "%％"))
	if plain == "" || strings.Trim(plain, "-.0123456789") != "" { // no 1e9, no NaN, no 0x
		return 0, false
	}
	v, err := strconv.ParseFloat(plain, 64)
	return v, err == nil && math.Abs(v) < 1e15
}

// The picture's measures, in its own units.
const (
	chartWide, chartHigh = 640, 300
	chartLeft, chartTop  = 60, 16
	chartFoot            = 268 // where the names of the rows stand below
)

// scale is the range of the values with round ends, and its steps.
func (c *chart) scale() (from, to, step float64) {
	for _, s := range c.values {
		from, to = min(from, slices.Min(s)), max(to, slices.Max(s))
	}
	if to == from {
		to = from + 1
	}
	step = math.Pow(10, math.Floor(math.Log10((to-from)/4)))
	for (to-from)/step > 6 {
		step *= 2
	}
	return math.Floor(from/step) * step, math.Ceil(to/step) * step, step
}

// svg is the picture: no script, no style, colours by class; a reader hears its title and its numbers.
func (c *chart) svg() string {
	var b strings.Builder
	from, to, step := c.scale()
	y := func(v float64) float64 { return chartFoot - (v-from)/(to-from)*(chartFoot-chartTop) }
	fmt.Fprintf(&b, `<svg class="plot" viewBox="0 0 %[1]d %[2]d" role="img" aria-label="%[4]s" aria-describedby="chart-%[3]d"><desc id="chart-%[3]d">%[5]s</desc>`,
		chartWide, chartHigh, c.number, html.EscapeString(c.title), html.EscapeString(c.told()))
	for n := 0; from+float64(n)*step <= to+step/2; n++ {
		v := from + float64(n)*step
		fmt.Fprintf(&b, `<path class="grid" d="M%d %.1fH%d"/><text class="tick" x="%d" y="%.1f" text-anchor="end">%s</text>`,
			chartLeft, y(v), chartWide, chartLeft-6, y(v)+4, strconv.FormatFloat(math.Round(v*1e6)/1e6, 'f', -1, 64))
	}
	wide := float64(chartWide-chartLeft) / float64(len(c.names))
	every := (len(c.names) + 7) / 8 // names that would run into each other are left out; the table has them all
	for i, name := range c.names {
		if i%every == 0 {
			fmt.Fprintf(&b, `<text class="tick" x="%.1f" y="%d" text-anchor="middle">%s</text>`, chartLeft+(float64(i)+.5)*wide, chartFoot+20, html.EscapeString(short(name, int(wide*float64(every)/13))))
		}
	}
	for s, values := range c.values {
		if c.line {
			c.path(&b, s, values, wide, y)
		} else {
			c.bars(&b, s, values, wide, y)
		}
	}
	b.WriteString(`</svg>`)
	if len(c.series) > 1 {
		b.WriteString(`<ul class="legend">`)
		for s, name := range c.series {
			fmt.Fprintf(&b, `<li class="s%d">%s</li>`, s+1, html.EscapeString(name))
		}
		b.WriteString(`</ul>`)
	}
	return b.String()
}

func (c *chart) bars(b *strings.Builder, s int, values []float64, wide float64, y func(float64) float64) {
	each := wide * .7 / float64(len(c.values))
	for i, v := range values {
		top, foot := y(max(v, 0)), y(min(v, 0))
		fmt.Fprintf(b, `<rect class="s%d" x="%.1f" y="%.1f" width="%.1f" height="%.1f"/>`, s+1, chartLeft+float64(i)*wide+wide*.15+float64(s)*each, top, each, foot-top)
	}
}

func (c *chart) path(b *strings.Builder, s int, values []float64, wide float64, y func(float64) float64) {
	fmt.Fprintf(b, `<path class="s%d line" d="`, s+1)
	for i, v := range values {
		fmt.Fprintf(b, "%c%.1f %.1f", "ML"[min(i, 1)], chartLeft+(float64(i)+.5)*wide, y(v))
	}
	b.WriteString(`"/>`)
	for i, v := range values {
		fmt.Fprintf(b, `<circle class="s%d" cx="%.1f" cy="%.1f" r="4"/>`, s+1, chartLeft+(float64(i)+.5)*wide, y(v))
	}
}

// told are the numbers in a sentence a row.
func (c *chart) told() string {
	var rows []string
	for i, name := range c.names {
		var parts []string
		for s := range c.series {
			parts = append(parts, c.series[s]+" "+c.texts[s][i])
		}
		rows = append(rows, name+"："+strings.Join(parts, "，"))
	}
	return strings.Join(rows, "；") + "。"
}

// short is a name of so many characters at most.
func short(name string, most int) string {
	r := []rune(name)
	if len(r) <= max(most, 2) {
		return name
	}
	return string(r[:max(most, 2)-1]) + "…"
}

// Plot is a table of a text as the one who writes it may mark it.
type Plot struct {
	Title string // its caption, or the first words in it
	Kind  string // ChartBar, ChartLine or ""
	Drawn bool   // it is marked and can be drawn
}

// Plots are the tables of a text, in its order.
func Plots(body string) (all []Plot) {
	if !strings.Contains(body, "<table") {
		return nil
	}
	root, ok := rooted(body)
	if !ok {
		return nil
	}
	for _, t := range Tables(root) {
		c, drawn := readChart(t)
		p := Plot{Title: c.title, Kind: marked(t), Drawn: drawn}
		if p.Title == "" {
			rows := rowsOf(t, &p.Title)
			if p.Title == "" {
				p.Title = below(t)
			}
			if p.Title == "" && len(rows) > 0 {
				p.Title = strings.Join(rows[0], " ")
			}
		}
		p.Title = short(p.Title, 30)
		all = append(all, p)
	}
	return all
}

// marked is the chart class of a table, or "".
func marked(table *html.Node) string {
	for _, class := range []string{ChartBar, ChartLine} {
		if slices.Contains(strings.Fields(attr(table, "class")), class) {
			return class
		}
	}
	return ""
}

// MarkPlots marks the tables of a text, in its order: ChartBar, ChartLine or "" for each; tables behind these keep what they are.
func MarkPlots(body string, kinds []string) string {
	if len(kinds) == 0 || !strings.Contains(body, "<table") {
		return body
	}
	root, ok := rooted(body)
	if !ok {
		return body
	}
	for i, t := range Tables(root) {
		if i == len(kinds) {
			break
		}
		was := strings.Fields(attr(t, "class"))
		now := slices.DeleteFunc(was, func(c string) bool { return c == ChartBar || c == ChartLine })
		if kinds[i] == ChartBar || kinds[i] == ChartLine {
			now = append(now, kinds[i])
		}
		t.Attr = slices.DeleteFunc(t.Attr, func(a html.Attribute) bool { return a.Key == "class" })
		if len(now) > 0 {
			t.Attr = append(t.Attr, html.Attribute{Key: "class", Val: strings.Join(now, " ")})
		}
	}
	return written(root, body)
}

// rooted is a text as a tree.
func rooted(body string) (*html.Node, bool) {
	nodes, ok := Parse(body)
	root := &html.Node{Type: html.ElementNode, Data: "body", DataAtom: atom.Body}
	for _, n := range nodes {
		root.AppendChild(n)
	}
	return root, ok
}

// written is a tree as a text; was stands where it cannot be written.
func written(root *html.Node, was string) string {
	var b strings.Builder
	for c := root.FirstChild; c != nil; c = c.NextSibling {
		if err := html.Render(&b, c); err != nil {
			return was
		}
	}
	return b.String()
}
