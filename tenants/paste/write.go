package paste

import (
	"html"
	"strconv"
	"strings"

	"golang.org/x/net/html/atom"
)

// write is the HTML of boxes, a line for each.
func write(blocks []*block) string {
	var b strings.Builder
	for _, c := range blocks {
		if c.empty() {
			continue
		}
		if b.Len() > 0 {
			b.WriteByte('\n')
		}
		c.write(&b)
	}
	return b.String()
}

func (b *block) write(to *strings.Builder) {
	name := b.kind.String()
	to.WriteString("<" + name)
	pair := func(key, value string) {
		if value != "" {
			to.WriteString(" " + key + `="` + html.EscapeString(value) + `"`)
		}
	}
	pair("class", b.class)
	if b.cols > 1 {
		pair("colspan", strconv.Itoa(b.cols))
	}
	if b.rows > 1 {
		pair("rowspan", strconv.Itoa(b.rows))
	}
	pair("scope", b.scope)
	if b.kind == atom.Hr {
		to.WriteString("/>")
		return
	}
	to.WriteByte('>')
	switch {
	case b.holdsRuns():
		writeRuns(to, b.runs)
	case b.kind == atom.Table:
		b.writeRows(to)
	default:
		b.writeIn(to)
	}
	to.WriteString("</" + name + ">")
}

// writeIn writes what a box holds; the first plain paragraph of an item, a cell or a caption is its words without a frame.
func (b *block) writeIn(to *strings.Builder) {
	loose := b.kind == atom.Li || b.kind == atom.Td || b.kind == atom.Th || b.kind == atom.Caption || b.kind == atom.Figcaption || b.kind == atom.Figure
	first := true
	for i, c := range b.in {
		if c.empty() && b.kind != atom.Tr { // an empty cell keeps the others in their columns
			continue
		}
		if loose && first && c.alone() && b.only(i) {
			writeRuns(to, c.runs)
		} else {
			c.write(to)
		}
		first = false
	}
}

// only reports whether no other paragraph follows the one at i.
func (b *block) only(i int) bool {
	for _, c := range b.in[i+1:] {
		if c.holdsRuns() && !c.empty() {
			return false
		}
	}
	return true
}

func (b *block) writeRows(to *strings.Builder) {
	head, body := false, false
	for _, r := range b.in {
		if r.kind == atom.Caption {
			if !r.empty() {
				r.write(to)
			}
			continue
		}
		switch is := r.head(); {
		case is && !head && !body:
			to.WriteString("<thead>")
			head = true
		case !is && !body:
			if head {
				to.WriteString("</thead>")
			}
			to.WriteString("<tbody>")
			body = true
		}
		r.write(to)
	}
	switch {
	case body:
		to.WriteString("</tbody>")
	case head:
		to.WriteString("</thead>")
	}
}

// head reports whether a row is of heads only.
func (b *block) head() bool {
	for _, c := range b.in {
		if c.kind != atom.Th || c.scope == "row" || c.scope == "rowgroup" {
			return false
		}
	}
	return len(b.in) > 0
}

var tags = []struct {
	mark marks
	name string
}{{strong, "strong"}, {em, "em"}, {underline, "u"}, {strike, "s"}, {sup, "sup"}, {sub, "sub"}}

func writeRuns(to *strings.Builder, runs []run) {
	href := ""
	for _, r := range runs {
		if r.href != href {
			if href != "" {
				to.WriteString("</a>")
			}
			if href = r.href; href != "" {
				to.WriteString(`<a href="` + html.EscapeString(href) + `">`)
			}
		}
		switch {
		case r.brk:
			to.WriteString("<br/>")
		case r.img != nil:
			r.img.write(to)
		default:
			for _, t := range tags {
				if r.marks&t.mark != 0 {
					to.WriteString("<" + t.name + ">")
				}
			}
			to.WriteString(html.EscapeString(r.text))
			for i := len(tags) - 1; i >= 0; i-- {
				if r.marks&tags[i].mark != 0 {
					to.WriteString("</" + tags[i].name + ">")
				}
			}
		}
	}
	if href != "" {
		to.WriteString("</a>")
	}
}

func (i *img) write(to *strings.Builder) {
	to.WriteString(`<img src="` + html.EscapeString(i.src) + `" alt="` + html.EscapeString(i.alt) + `"`)
	if i.width != "" {
		to.WriteString(` width="` + html.EscapeString(i.width) + `"`)
	}
	if i.height != "" {
		to.WriteString(` height="` + html.EscapeString(i.height) + `"`)
	}
	to.WriteString("/>")
}
