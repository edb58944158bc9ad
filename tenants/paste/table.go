package paste

import (
	"strconv"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

// spanMost is how far a cell may reach.
const spanMost = 100

// table reads a table. One that only lays out a page is opened: what stands in its cells stays.
func (r *reader) table(f *flow, n *html.Node, h how) {
	t := &block{kind: atom.Table, class: classed(n, "")}
	layout := attr(n, "role") == "presentation"
	for c := range n.Descendants() {
		layout = layout || c.DataAtom == atom.Table && c != n
	}
	r.rows(t, n, h, false)
	if !layout {
		f.box(t)
		return
	}
	f.end()
	f.blocks = append(f.blocks, t.opened()...)
}

// opened are the boxes that stand in a table's cells.
func (t *block) opened() (all []*block) {
	for _, row := range t.in {
		if row.kind == atom.Caption {
			all = append(all, row.in...)
			continue
		}
		for _, c := range row.in {
			all = append(all, c.in...)
		}
	}
	return all
}

// cells is how many cells there are.
func (t *block) cells() (n int) {
	for _, row := range t.in {
		if row.kind == atom.Tr {
			n += len(row.in)
		}
	}
	return n
}

// rows reads the rows below n; those of a thead are heads.
func (r *reader) rows(t *block, n *html.Node, h how, head bool) {
	for c := n.FirstChild; c != nil; c = c.NextSibling {
		if c.Type != html.ElementNode || r.styles.of(c).hidden() {
			continue
		}
		switch c.DataAtom {
		case atom.Thead, atom.Tbody, atom.Tfoot:
			r.rows(t, c, h, c.DataAtom == atom.Thead)
		case atom.Tr:
			t.in = append(t.in, r.row(c, h, head))
		case atom.Caption:
			t.in = append(t.in, &block{kind: atom.Caption, in: r.inside(c, h)})
		}
	}
}

// scopes are what a head cell may be the head of.
var scopes = map[string]bool{"row": true, "col": true, "rowgroup": true, "colgroup": true}

func (r *reader) row(n *html.Node, h how, head bool) *block {
	row := &block{kind: atom.Tr}
	for c := n.FirstChild; c != nil; c = c.NextSibling {
		l := r.styles.of(c)
		if c.Type != html.ElementNode || c.DataAtom != atom.Td && c.DataAtom != atom.Th || l.hidden() {
			continue
		}
		if !bare(c) {
			r.seen.Styles++
		}
		in := how{marks: l.on(h.marks &^ strong), href: h.href}
		cell := &block{kind: c.DataAtom, class: classed(c, ""), cols: span(c, "colspan"), rows: span(c, "rowspan"), in: r.inside(c, in)}
		if head && cell.kind == atom.Td {
			cell.kind = atom.Th
		}
		if cell.kind == atom.Th {
			if scopes[attr(c, "scope")] {
				cell.scope = attr(c, "scope")
			} else if head {
				cell.scope = "col"
			}
		}
		row.in = append(row.in, cell)
	}
	return row
}

func span(n *html.Node, key string) int {
	i, err := strconv.Atoi(attr(n, key))
	if err != nil {
		return 1
	}
	return min(max(i, 1), spanMost)
}

// grid finishes a table: rows of nothing go, a first row of one cell above all is the caption, bold first rows are heads.
func (t *block) grid() {
	t.dropEmpty()
	if len(t.in) > 2 && t.in[0].kind == atom.Tr && len(t.in[0].in) == 1 {
		if top := t.in[0].in[0]; top.cols >= 2 && top.cols >= t.in[1].width() && top.rows < 2 && top.plain() {
			t.in[0] = &block{kind: atom.Caption, in: top.in}
		}
	}
	t.heads()
	above := true // the first rows, if they are of heads, are the table's head
	for _, row := range t.in {
		if above = above && (row.kind == atom.Caption || row.head()); above {
			for _, c := range row.in {
				if c.kind == atom.Th && c.scope == "" {
					c.scope = "col"
				}
			}
		}
		for _, c := range row.in {
			for _, p := range c.in {
				if p.class == "ta-c" || p.class == "ta-r" { // how a cell stands is the theme's
					p.class = ""
				}
			}
			if c.kind == atom.Th || row.kind == atom.Caption {
				c.quiet()
			}
		}
	}
}

// plain reports whether a cell holds one paragraph at most: a caption is a line.
func (b *block) plain() bool { return len(b.in) == 1 && b.in[0].kind == atom.P }

// quiet takes away the bold of what is bold as it is.
func (b *block) quiet() {
	for i := range b.runs {
		b.runs[i].marks &^= strong
	}
	b.unite()
	for _, c := range b.in {
		c.quiet()
	}
}

func (b *block) width() (n int) {
	for _, c := range b.in {
		n += max(c.cols, 1)
	}
	return n
}

// dropEmpty takes out rows in which nothing stands, where no cell reaches over several rows.
func (t *block) dropEmpty() {
	for _, row := range t.in {
		for _, c := range row.in {
			if c.rows > 1 {
				return
			}
		}
	}
	var kept []*block
	for _, row := range t.in {
		if !row.empty() || len(row.pictures()) > 0 {
			kept = append(kept, row)
		}
	}
	t.in = kept
}

// heads makes head cells of the first rows when the source shows them bold and what follows is not.
func (t *block) heads() {
	first := 0
	if len(t.in) > 0 && t.in[0].kind == atom.Caption {
		first = 1
	}
	if len(t.in)-first < 2 || t.in[first].anyHead() || !t.in[first].bold() {
		return
	}
	deep := 1
	for _, c := range t.in[first].in {
		deep = max(deep, c.rows)
	}
	if first+deep >= len(t.in) {
		return
	}
	rest := t.in[first+deep:]
	bold := 0
	for _, row := range rest {
		if row.bold() || row.anyHead() {
			bold++
		}
	}
	if 2*bold > len(rest) {
		return
	}
	for _, row := range t.in[first : first+deep] {
		for _, c := range row.in {
			if c.kind, c.scope = atom.Th, "col"; c.cols > 1 {
				c.scope = "colgroup"
			}
		}
	}
}

func (b *block) anyHead() bool {
	for _, c := range b.in {
		if c.kind == atom.Th {
			return true
		}
	}
	return false
}

// bold reports whether there are words and all of them are bold.
func (b *block) bold() bool {
	words := false
	for _, r := range b.runs {
		if r.text != "" {
			if r.marks&strong == 0 {
				return false
			}
			words = true
		}
	}
	for _, c := range b.in {
		if c.empty() {
			continue
		}
		if !c.bold() {
			return false
		}
		words = true
	}
	return words
}
