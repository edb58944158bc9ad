package paste

import (
	"regexp"
	"strconv"
	"strings"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

// reader makes boxes of a tree.
type reader struct {
	*document
	styles styles
	depth  int // lists, tables and the like in one another
}

// nested is how deep boxes may stand in one another: deeper than anybody writes. Beyond, their words stay.
const nested = 20

// flow is what is being filled: boxes, the paragraph that is open, what the next one will be.
type flow struct {
	blocks []*block
	open   *block
	next   block
}

// how is what holds where the reader stands.
type how struct {
	marks marks
	href  string
	lines bool // ends of lines are shown as such
	align string
	signs bool // the letters are drawn as signs: "l" is ●
}

func (f *flow) end() {
	f.open = nil
	f.next = block{kind: atom.P}
}

// begin ends the open paragraph; the next words make one of this kind.
func (f *flow) begin(next block) {
	f.end()
	f.next = next
}

func (f *flow) put(r run) {
	if f.open == nil {
		b := f.next
		f.open = &b
		f.blocks = append(f.blocks, f.open)
	}
	f.open.runs = append(f.open.runs, r)
}

// last is the box before, or nil.
func (f *flow) last() *block {
	if len(f.blocks) == 0 {
		return nil
	}
	return f.blocks[len(f.blocks)-1]
}

func (f *flow) box(b *block) {
	f.end()
	f.blocks = append(f.blocks, b)
}

// boxesOf are the boxes of a tree.
func (d *document) boxesOf(nodes []*html.Node) []*block {
	r := &reader{document: d, styles: readStyles(nodes)}
	f := &flow{next: block{kind: atom.P}}
	for _, n := range nodes {
		r.node(f, n, how{})
	}
	return f.blocks
}

// inside is the boxes in an element.
func (r *reader) inside(n *html.Node, h how) []*block {
	f := &flow{next: block{kind: atom.P}}
	r.children(f, n, h)
	return f.blocks
}

func (r *reader) children(f *flow, n *html.Node, h how) {
	for c := n.FirstChild; c != nil; c = c.NextSibling {
		r.node(f, c, h)
	}
}

// dropped go with all they hold.
var dropped = map[atom.Atom]bool{
	atom.Script: true, atom.Style: true, atom.Iframe: true, atom.Frame: true, atom.Frameset: true, atom.Object: true, atom.Embed: true, atom.Applet: true,
	atom.Noscript: true, atom.Noembed: true, atom.Noframes: true, atom.Template: true, atom.Textarea: true, atom.Select: true, atom.Title: true,
	atom.Svg: true, atom.Math: true, atom.Audio: true, atom.Video: true, atom.Input: true, atom.Button: true, atom.Nav: true, atom.Xmp: true, atom.Plaintext: true,
}

// named are elements of no standard that go with all they hold.
var named = map[string]bool{"xml": true, "mp-common-profile": true, "mpvoice": true, "qqmusic": true}

func (r *reader) node(f *flow, n *html.Node, h how) {
	switch n.Type {
	case html.TextNode:
		r.words(f, n.Data, h)
	case html.ElementNode:
		r.element(f, n, h)
	}
}

func (r *reader) words(f *flow, text string, h how) {
	if !h.lines {
		if f.open == nil && strings.TrimFunc(text, func(c rune) bool { return indents(c) || gone(c) }) == "" {
			return
		}
		f.put(run{text: text, marks: h.marks, href: h.href})
		return
	}
	for i, line := range strings.Split(text, "\n") {
		if i > 0 {
			f.put(run{brk: true})
		}
		f.put(run{text: line, marks: h.marks, href: h.href})
	}
}

func (r *reader) element(f *flow, n *html.Node, h how) {
	l := r.styles.of(n)
	if dropped[n.DataAtom] || n.Namespace != "" || named[n.Data] || l.hidden() {
		return
	}
	if r.removed(n, l) {
		r.seen.Removed++
		return
	}
	if !bare(n) {
		r.seen.Styles++
	}
	if l["mso-list"] == "ignore" && f.next.item != nil {
		if f.next.item.marker = strings.TrimFunc(words(n), indents); h.signs || r.signs(n) {
			f.next.item.marker = "•"
		}
		return
	}
	if !framing[n.DataAtom] {
		r.shape(f, n, l, h)
		return
	}
	if r.depth++; r.depth <= nested {
		r.shape(f, n, l, h)
	} else {
		f.end()
		r.children(f, n, h)
		f.end()
	}
	r.depth--
}

// framing are the elements whose boxes hold boxes.
var framing = map[atom.Atom]bool{atom.Ul: true, atom.Ol: true, atom.Menu: true, atom.Dir: true, atom.Table: true, atom.Blockquote: true, atom.Figure: true}

// shape reads an element as what it is.
func (r *reader) shape(f *flow, n *html.Node, l look, h how) {
	switch n.DataAtom {
	case atom.Br:
		r.br(f, l)
	case atom.Hr:
		f.box(&block{kind: atom.Hr})
	case atom.Img:
		r.picture(f, n, h)
	case atom.Ul, atom.Ol, atom.Menu, atom.Dir:
		r.list(f, n, h)
	case atom.Table:
		r.table(f, n, h)
	case atom.Blockquote:
		f.box(&block{kind: atom.Blockquote, class: classed(n, ""), in: r.inside(n, h)})
	case atom.Figure:
		r.figure(f, n, h)
	default:
		if boxes[n.DataAtom] {
			if own := l.aligned(n); own != "" {
				h.align = strings.TrimPrefix(own, "ta-l")
			}
			f.begin(r.box(n, l, h.align))
			h.lines = h.lines || n.DataAtom == atom.Pre
			h.marks = l.on(h.marks)
			r.children(f, n, h)
			f.end()
			return
		}
		r.children(f, n, r.inline(n, l, h))
	}
}

// removed is what its author took out, or said beside the text: it is nobody else's to read.
func (r *reader) removed(n *html.Node, l look) bool {
	switch {
	case n.DataAtom == atom.Del && (attr(n, "datetime") != "" || attr(n, "cite") != ""):
		return true
	case l["mso-element"] == "comment" || l["mso-element"] == "comment-list":
		return true
	}
	c := attr(n, "class")
	return c == "msoDel" || c == "MsoCommentReference"
}

func (r *reader) br(f *flow, l look) {
	if l["page-break-before"] == "always" || l["mso-break-type"] == "section-break" {
		f.end()
	} else if f.open != nil {
		f.put(run{brk: true})
	}
}

// boxes are the elements that stand on lines of their own.
var boxes = map[atom.Atom]bool{
	atom.P: true, atom.Div: true, atom.Center: true, atom.Section: true, atom.Article: true, atom.Header: true, atom.Footer: true, atom.Main: true,
	atom.Aside: true, atom.Address: true, atom.Pre: true, atom.Dl: true, atom.Dt: true, atom.Dd: true, atom.Form: true, atom.Fieldset: true, atom.Li: true,
	atom.H1: true, atom.H2: true, atom.H3: true, atom.H4: true, atom.H5: true, atom.H6: true, atom.Details: true, atom.Summary: true,
	atom.Figcaption: true, atom.Caption: true, atom.Listing: true, atom.Hgroup: true, atom.Option: true, atom.Legend: true, atom.Td: true, atom.Th: true,
}

var (
	listed  = regexp.MustCompile(`^(l\d+) level(\d)(?: (lfo\d+))?`)
	outline = regexp.MustCompile(`^[1-6]$`)
)

var levels = []atom.Atom{atom.P, atom.H1, atom.H2, atom.H3, atom.H4, atom.H4, atom.H4}

// box is the paragraph that an element begins.
func (r *reader) box(n *html.Node, l look, align string) block {
	b := block{kind: atom.P}
	switch n.DataAtom {
	case atom.H1, atom.H2, atom.H3, atom.H4, atom.H5, atom.H6:
		b.kind = levels[n.Data[1]-'0']
	}
	if o := l["mso-outline-level"]; outline.MatchString(o) {
		b.kind = levels[o[0]-'0']
	}
	if attr(n, "class") == "MsoTitle" {
		b.kind = atom.H1
	}
	if b.kind != atom.P {
		align = "" // how a heading stands is the theme's
	}
	b.class = classed(n, align)
	if m := listed.FindStringSubmatch(l["mso-list"]); m != nil && b.kind == atom.P {
		level, _ := strconv.Atoi(m[2])
		b.item = &item{list: m[1] + m[3], level: max(level, 1)}
	}
	return b
}

// inline is what holds in an element among words.
func (r *reader) inline(n *html.Node, l look, h how) how {
	switch n.DataAtom {
	case atom.B, atom.Strong:
		h.marks |= strong
	case atom.I, atom.Em, atom.Cite, atom.Dfn, atom.Var:
		h.marks |= em
	case atom.U, atom.Ins:
		h.marks |= underline
	case atom.S, atom.Strike, atom.Del:
		h.marks |= strike
	case atom.Sup:
		h.marks |= sup
	case atom.Sub:
		h.marks |= sub
	case atom.A:
		if href := strings.TrimSpace(attr(n, "href")); address.MatchString(href) {
			h.href = href
		} else if href != "" && !strings.HasPrefix(href, "#") {
			r.seen.Links++
		}
	}
	if strings.HasSuffix(attr(n, "class"), "noteReference") { // of Word's notes
		h.marks |= sup
	}
	h.signs = h.signs || l.signs()
	if h.marks = l.on(h.marks); h.href != "" {
		h.marks &^= underline // a link is underlined as it is
	}
	return h
}

// address is what a link may lead to; the sanitiser has the last word.
var address = regexp.MustCompile(`^(?i:https?://[^\s/\\@]+(?:[/?#]\S*)?|mailto:[^\s<>"]+@[^\s<>"]+|/(?:[^/\\\s][^\s\\]*)?|\?[^\s]*)$`)

// words is the text in an element.
func words(n *html.Node) string {
	var b strings.Builder
	for c := range n.Descendants() {
		if c.Type == html.TextNode {
			b.WriteString(c.Data)
		}
	}
	return b.String()
}

// list reads a list: what stands in it beside its items belongs to the item before.
func (r *reader) list(f *flow, n *html.Node, h how) {
	l := &block{kind: atom.Ul}
	if n.DataAtom == atom.Ol {
		l.kind = atom.Ol
		if last := f.last(); attr(n, "start") != "" && last != nil && last.kind == atom.Ol && attr(n, "start") == strconv.Itoa(len(last.in)+1) {
			l = last // goes on
		} else if s, kind := attr(n, "start"), attr(n, "type"); s != "" && s != "1" || kind != "" && kind != "1" {
			r.seen.Numbers++
		}
	}
	for c := n.FirstChild; c != nil; c = c.NextSibling {
		look := r.styles.of(c)
		if c.Type == html.ElementNode && c.DataAtom == atom.Li && !look.hidden() {
			l.in = append(l.in, &block{kind: atom.Li, in: r.inside(c, how{marks: look.on(h.marks), href: h.href})})
			continue
		}
		in := &flow{next: block{kind: atom.P}}
		r.node(in, c, h)
		if len(in.blocks) == 0 {
			continue
		}
		if len(l.in) == 0 {
			l.in = append(l.in, &block{kind: atom.Li})
		}
		last := l.in[len(l.in)-1]
		last.in = append(last.in, in.blocks...)
	}
	if f.end(); l != f.last() {
		f.box(l)
	}
}

// figure keeps a picture of ours with its words; of another one the words stay.
func (r *reader) figure(f *flow, n *html.Node, h how) {
	fig := &block{kind: atom.Figure, class: classed(n, "")}
	for c := n.FirstChild; c != nil; c = c.NextSibling {
		in := &flow{next: block{kind: atom.P}}
		r.node(in, c, h)
		if c.DataAtom == atom.Figcaption {
			fig.in = append(fig.in, &block{kind: atom.Figcaption, in: in.blocks})
			continue
		}
		fig.in = append(fig.in, in.blocks...)
	}
	if !fig.img() {
		f.end()
		for _, b := range fig.in {
			if b.kind == atom.Figcaption {
				f.blocks = append(f.blocks, b.in...)
				continue
			}
			f.blocks = append(f.blocks, b)
		}
		return
	}
	f.box(fig)
}
