package review

import (
	"bytes"
	"strconv"
	"strings"
	"unicode"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

// paragraphs are the elements that hold running text; one within another counts, the outer one does not.
var paragraphs = map[atom.Atom]bool{atom.P: true, atom.H1: true, atom.H2: true, atom.H3: true, atom.H4: true, atom.H5: true, atom.H6: true,
	atom.Li: true, atom.Td: true, atom.Th: true, atom.Blockquote: true, atom.Pre: true, atom.Figcaption: true, atom.Caption: true, atom.Dt: true, atom.Dd: true}

// parsed is a text with its paragraphs in order.
type parsed struct {
	top    []*html.Node
	blocks []*html.Node
}

func parse(body string) parsed {
	var p parsed
	top, err := html.ParseFragment(strings.NewReader(strings.ToValidUTF8(body, "\uFFFD")), &html.Node{Type: html.ElementNode, Data: "div", DataAtom: atom.Div})
	if err != nil { // a reader of a string does not fail
		return p
	}
	p.top = top
	for _, n := range top {
		p.add(n)
	}
	return p
}

// add collects the innermost paragraphs of a node and reports whether there are any.
func (p *parsed) add(n *html.Node) bool {
	at, within := len(p.blocks), false
	for c := n.FirstChild; c != nil; c = c.NextSibling {
		within = p.add(c) || within
	}
	if !within && n.Type == html.ElementNode && paragraphs[n.DataAtom] {
		p.blocks = append(p.blocks[:at:at], n)
		return true
	}
	return within
}

// written are the text nodes of a paragraph, in order.
func written(n *html.Node) (all []*html.Node) {
	for d := range n.Descendants() {
		if d.Type == html.TextNode {
			all = append(all, d)
		}
	}
	return all
}

func said(n *html.Node) string {
	var b strings.Builder
	for _, t := range written(n) {
		b.WriteString(t.Data)
	}
	return strings.Join(strings.Fields(b.String()), " ")
}

// bare is a text without spaces and line ends, of which a browser's selection has others than the text itself.
func bare(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsSpace(r) {
			return -1
		}
		return r
	}, s)
}

// Paragraphs are the paragraphs of a text as people read them, for a choice by number: the first is 1.
func Paragraphs(body string) []string {
	p := parse(body)
	all := make([]string, len(p.blocks))
	for i, n := range p.blocks {
		all[i] = said(n)
	}
	return all
}

// Stands answers in which paragraph the words stand that a note quotes: in its own, else in the nearest that has them, for the text may have
// moved; 0 when they are gone.
func (n Note) Stands(paragraphs []string) int {
	quote, best := bare(n.Quote), 0
	if quote == "" {
		return 0
	}
	far := func(i int) int { return max(i-n.Block, n.Block-i) }
	for i, text := range paragraphs {
		if strings.Contains(bare(text), quote) && (best == 0 || far(i+1) < far(best)) {
			best = i + 1
		}
	}
	return best
}

// Anchor is the id of a remark's mark in the text.
func Anchor(number int) string { return "remark-" + strconv.Itoa(number) }

// Mark puts a mark with its number around the words that each remark quotes, in a text that is clean already; numbers[i] is that of all[i],
// from 1, or 0 where nothing is quoted. found tells which quotes still stand. Nothing but marks and numbers is added.
func Mark(body string, all []Note) (shown string, numbers []int, found []bool) {
	p := parse(body)
	texts := make([]string, len(p.blocks))
	for i, n := range p.blocks {
		texts[i] = said(n)
	}
	numbers, found = make([]int, len(all)), make([]bool, len(all))
	places, last := make([]int, len(all)), 0
	for i, n := range all {
		if n.Quote == "" {
			continue
		}
		last++
		numbers[i], places[i] = last, n.Stands(texts)
		found[i] = places[i] > 0
	}
	for i, n := range all {
		if found[i] {
			wrap(p.blocks[places[i]-1], bare(n.Quote), numbers[i])
		}
	}
	var out bytes.Buffer
	for _, n := range p.top {
		if err := html.Render(&out, n); err != nil { // a buffer takes everything; what cannot be written is shown without marks
			return body, numbers, found
		}
	}
	return out.String(), numbers, found
}

// numbered reports whether a text is the number of a mark that was put in before.
func numbered(t *html.Node) bool {
	return t.Parent != nil && t.Parent.DataAtom == atom.Sup && t.Parent.Parent != nil && t.Parent.Parent.DataAtom == atom.Mark
}

// wrap marks the first place of the words in a paragraph, over as many text nodes as they stand in.
func wrap(block *html.Node, quote string, number int) {
	type spot struct {
		node     *html.Node
		from, to int // of the rune within the node
	}
	var spots []spot
	var text strings.Builder
	for _, t := range written(block) {
		if numbered(t) {
			continue
		}
		for i, r := range t.Data {
			if !unicode.IsSpace(r) {
				text.WriteRune(r)
				for range len(string(r)) { // a spot for each byte, so that the place of the bytes is the place of the spot
					spots = append(spots, spot{t, i, i + len(string(r))})
				}
			}
		}
	}
	at := strings.Index(text.String(), quote)
	if at < 0 {
		return
	}
	first := true
	for i := at; i < at+len(quote); {
		node, from, to := spots[i].node, spots[i].from, spots[i].to
		for ; i < at+len(quote) && spots[i].node == node; i++ {
			to = spots[i].to
		}
		id := ""
		if first {
			id = Anchor(number)
		}
		last := i == at+len(quote)
		enclose(node, from, to, id, number, last)
		first = false
	}
}

// enclose puts a mark around a part of a text node; the last one of a remark holds its number.
func enclose(t *html.Node, from, to int, id string, number int, last bool) {
	mark := &html.Node{Type: html.ElementNode, Data: "mark", DataAtom: atom.Mark, Attr: []html.Attribute{{Key: "class", Val: "remark"}}}
	if id != "" {
		mark.Attr = append(mark.Attr, html.Attribute{Key: "id", Val: id})
	}
	words := t.Data
	mark.AppendChild(&html.Node{Type: html.TextNode, Data: words[from:to]})
	if last {
		sup := &html.Node{Type: html.ElementNode, Data: "sup", DataAtom: atom.Sup}
		sup.AppendChild(&html.Node{Type: html.TextNode, Data: strconv.Itoa(number)})
		mark.AppendChild(sup)
	}
	t.Parent.InsertBefore(&html.Node{Type: html.TextNode, Data: words[:from]}, t)
	t.Parent.InsertBefore(mark, t)
	t.Data = words[to:]
}
