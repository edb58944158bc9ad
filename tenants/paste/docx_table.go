package paste

import (
	"strconv"

	"golang.org/x/net/html/atom"
)

// table reads a table; cells that go on from the row above are joined with it.
func (b *body) table(x *scan, into *[]*block) error {
	t := &block{kind: atom.Table}
	var goesOn []*block // cells that belong to the one above
	err := b.tableRows(x, t, &goesOn)
	t.join(goesOn)
	*into = append(*into, t)
	return err
}

func (b *body) tableRows(x *scan, t *block, goesOn *[]*block) error {
	return x.each(func(e element) error {
		switch e.name() {
		case "tr":
			row, err := b.tableRow(x, goesOn)
			if len(row.in) > 0 {
				t.in = append(t.in, row)
			}
			return err
		case "sdt", "sdtContent", "ins", "customXml":
			return b.tableRows(x, t, goesOn)
		}
		return x.skip()
	})
}

func (b *body) tableRow(x *scan, goesOn *[]*block) (*block, error) {
	row, head, gone := &block{kind: atom.Tr}, false, false
	var cells func(e element) error
	cells = func(e element) error {
		switch e.name() {
		case "trPr":
			return x.each(func(e element) error {
				head = head || e.name() == "tblHeader" && e.on()
				gone = gone || e.name() == "del"
				return x.skip()
			})
		case "tc":
			c := &block{kind: atom.Td, cols: 1, rows: 1}
			row.in = append(row.in, c)
			return b.cell(x, c, goesOn)
		case "sdt", "sdtContent", "customXml":
			return x.each(cells)
		}
		return x.skip()
	}
	err := x.each(cells)
	if gone {
		b.seen.Removed++
		row.in = nil
	}
	if head {
		for _, c := range row.in {
			c.kind, c.scope = atom.Th, "col"
		}
	}
	return row, err
}

func (b *body) cell(x *scan, c *block, goesOn *[]*block) error {
	return x.each(func(e element) error {
		switch e.name() {
		case "tcPr":
			return x.each(func(e element) error {
				switch e.name() {
				case "gridSpan":
					if n, err := strconv.Atoi(e.attr("val")); err == nil {
						c.cols = min(max(n, 1), spanMost)
					}
				case "vMerge":
					if e.attr("val") != "restart" {
						*goesOn = append(*goesOn, c)
					}
				}
				return x.skip()
			})
		case "p":
			return b.paragraph(x, &c.in)
		case "tbl":
			return b.table(x, &c.in)
		case "sdt", "sdtContent", "customXml", "ins":
			return b.boxes(x, &c.in)
		case "altChunk":
			if err := b.chunk(e.attr("id"), &c.in); err != nil {
				return err
			}
		}
		return x.skip()
	})
}

// join takes out the cells that go on, and lets the cell above reach as far. What one holds all the same goes into that cell.
func (t *block) join(goesOn []*block) {
	if len(goesOn) == 0 {
		return
	}
	on := map[*block]bool{}
	for _, c := range goesOn {
		on[c] = true
	}
	above := map[int]*block{} // by the column in which a cell begins
	for _, row := range t.in {
		var kept []*block
		at, now := 0, map[int]*block{}
		for _, c := range row.in {
			up := above[at]
			if on[c] && up != nil && up.cols == c.cols && up.rows < spanMost {
				up.rows++
				up.in = append(up.in, c.in...)
				now[at] = up
			} else {
				kept = append(kept, c)
				now[at] = c
			}
			at += c.cols
		}
		row.in, above = kept, now
	}
}
