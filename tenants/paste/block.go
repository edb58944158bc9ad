package paste

import (
	"iter"
	"slices"
	"strings"

	"golang.org/x/net/html/atom"
)

// block is a box of a text: a paragraph or heading holds runs, every other one holds boxes.
type block struct {
	kind       atom.Atom // P, H1 to H4, Hr, Ul, Ol, Li, Table, Caption, Tr, Th, Td, Blockquote, Figure, Figcaption
	class      string
	runs       []run
	in         []*block
	cols, rows int    // spans of a cell
	scope      string // of a head cell
	item       *item  // a paragraph that a word processor numbers, until it stands in a list
	places     []int  // numbers of the pictures, from 1, that stood here
}

// item is what a word processor says of a numbered paragraph.
type item struct {
	list   string // which list it belongs to
	level  int    // 1 is the outermost
	marker string // as it was shown: "1.", "·", "（一）"
}

type marks uint8

const (
	strong marks = 1 << iota
	em
	underline
	strike
	sup
	sub
)

// run is a stretch of a paragraph of one kind. It is a text, an end of a line, a picture of ours or the place of another one.
type run struct {
	text    string
	marks   marks
	href    string
	brk     bool
	img     *img
	picture int // its number from 1, 0 for none
}

// img is a picture that the site keeps already.
type img struct{ src, alt, width, height string }

func paragraph(text string) *block { return &block{kind: atom.P, runs: []run{{text: text}}} }

func lines(text string) iter.Seq[string] { return strings.SplitSeq(text, "\n") }

func (b *block) heading() bool {
	return b.kind == atom.H1 || b.kind == atom.H2 || b.kind == atom.H3 || b.kind == atom.H4
}

// holdsRuns reports whether the box is one of words.
func (b *block) holdsRuns() bool { return b.kind == atom.P || b.heading() }

// text is the words of a box of words.
func (b *block) text() string {
	var t strings.Builder
	for _, r := range b.runs {
		if t.WriteString(r.text); r.brk {
			t.WriteByte('\n')
		}
	}
	return t.String()
}

// empty reports whether nothing of the box would be seen.
func (b *block) empty() bool {
	if b.kind == atom.Hr {
		return false
	}
	return !slices.ContainsFunc(b.runs, func(r run) bool { return r.text != "" || r.img != nil }) && !slices.ContainsFunc(b.in, func(c *block) bool { return !c.empty() })
}

// img reports whether a picture of ours is in the box.
func (b *block) img() bool {
	return slices.ContainsFunc(b.runs, func(r run) bool { return r.img != nil }) || slices.ContainsFunc(b.in, (*block).img)
}

// pictures are the numbers of the pictures whose place is in the box.
func (b *block) pictures() []int {
	all := b.places
	for _, c := range b.in {
		all = append(all, c.pictures()...)
	}
	return all
}

// lower makes headings fit below the page's own: where a text has headings of the first level, each goes down by one.
func (d *document) lower() {
	var all []*block
	first := false
	var walk func(in []*block)
	walk = func(in []*block) {
		for _, b := range in {
			if b.heading() && !b.empty() {
				all, first = append(all, b), first || b.kind == atom.H1
			}
			walk(b.in)
		}
	}
	if walk(d.blocks); !first {
		return
	}
	below := map[atom.Atom]atom.Atom{atom.H1: atom.H2, atom.H2: atom.H3, atom.H3: atom.H4, atom.H4: atom.H4}
	for _, b := range all {
		b.kind = below[b.kind]
	}
}

// place tells each picture how many boxes stand before it.
func (d *document) place(pictures []Picture) {
	shown := 0
	for _, b := range d.blocks {
		for _, n := range b.pictures() {
			pictures[n-1].Block = shown
		}
		if !b.empty() {
			shown++
		}
	}
}
