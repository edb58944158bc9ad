package compare

import (
	"slices"
	"strings"
	"unicode"

	"github.com/zhanqun/zhanqun/platform/render"
	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

// Blocks are the paragraphs, headings, lists and tables of a body, each as HTML. Sanitise the body first.
func Blocks(body string) []string {
	items := itemsOf(parse(body))
	all := make([]string, len(items))
	for i := range items {
		all[i] = items[i].key
	}
	return all
}

// HTML is the body as it is now with what was put in as <ins> and what went as <del>, in its place: sanitised but for these two.
func HTML(was, is string) string {
	var b strings.Builder
	for _, n := range children(itemsOf(parse(render.Sanitise(was))), itemsOf(parse(render.Sanitise(is)))) {
		_ = html.Render(&b, n) // a builder takes everything
	}
	return b.String()
}

// Line is HTML for a text without marks.
func Line(was, is string) string {
	text := func(s string) item { return item{run: []*html.Node{{Type: html.TextNode, Data: s}}} }
	var b strings.Builder
	for _, n := range inline(text(was), text(is)) {
		_ = html.Render(&b, n)
	}
	return b.String()
}

func parse(body string) *html.Node {
	root := element(atom.Body)
	nodes, err := html.ParseFragment(strings.NewReader(body), root)
	if err != nil {
		nodes = []*html.Node{{Type: html.TextNode, Data: render.PlainText(body)}} // deeper than the parser goes
	}
	for _, n := range nodes {
		root.AppendChild(n)
	}
	return root
}

func element(a atom.Atom) *html.Node {
	return &html.Node{Type: html.ElementNode, DataAtom: a, Data: a.String()}
}

// item is a child as it is compared: a box, or the words that stand between two boxes.
type item struct {
	box *html.Node
	run []*html.Node
	key string
}

// boxed are the elements that stand on lines of their own, of those that the HTML policy allows.
var boxed = map[atom.Atom]bool{
	atom.P: true, atom.H2: true, atom.H3: true, atom.H4: true, atom.Ul: true, atom.Ol: true, atom.Li: true, atom.Table: true, atom.Thead: true, atom.Tbody: true,
	atom.Tr: true, atom.Th: true, atom.Td: true, atom.Caption: true, atom.Figure: true, atom.Figcaption: true, atom.Blockquote: true, atom.Hr: true,
}

// holds reports whether a box stands in n, however deep: links may hold boxes.
func holds(n *html.Node) bool {
	return n.Type == html.ElementNode && (boxed[n.DataAtom] || slices.ContainsFunc(slices.Collect(n.ChildNodes()), holds))
}

func itemsOf(parent *html.Node) (all []item) {
	for n := range parent.ChildNodes() {
		switch {
		case holds(n):
			all = append(all, item{box: n, key: source(n)})
		case len(all) > 0 && all[len(all)-1].box == nil:
			last := &all[len(all)-1]
			last.run, last.key = append(last.run, n), last.key+source(n)
		default:
			all = append(all, item{run: []*html.Node{n}, key: source(n)})
		}
	}
	boxes := slices.ContainsFunc(all, func(i item) bool { return i.box != nil })
	return slices.DeleteFunc(all, func(i item) bool { return boxes && i.box == nil && strings.TrimSpace(i.key) == "" })
}

func source(n *html.Node) string {
	var b strings.Builder
	_ = html.Render(&b, n)
	return b.String()
}

// whole reports whether a box is shown as gone and as new rather than mended inside: its parts depend on one another.
func whole(n *html.Node) bool {
	spans := func(n *html.Node) bool {
		return n.DataAtom != atom.Td && n.DataAtom != atom.Th || !slices.ContainsFunc(n.Attr, func(a html.Attribute) bool { return a.Key == "rowspan" || a.Key == "colspan" })
	}
	if n.DataAtom != atom.Table {
		return n.DataAtom == atom.Figure || n.DataAtom == atom.Hr || !boxed[n.DataAtom]
	}
	for d := range n.Descendants() {
		if !spans(d) {
			return true
		}
	}
	return false
}

// children are the children of a box that has changed.
func children(was, is []item) (out []*html.Node) {
	keys := func(items []item) (all []string) {
		for _, i := range items {
			all = append(all, i.key)
		}
		return all
	}
	a, b := 0, 0
	for _, p := range append(match(keys(was), keys(is)), pair{len(was), len(is)}) {
		out = append(out, gap(was[a:p.a], is[b:p.b])...)
		if p.b < len(is) {
			out = append(out, is[p.b].copies()...)
		}
		a, b = p.a+1, p.b+1
	}
	slices.SortStableFunc(out, func(x, y *html.Node) int { return rank(x) - rank(y) })
	return out
}

// rank keeps the parts of a table in the only order they may have.
func rank(n *html.Node) int {
	switch n.DataAtom {
	case atom.Caption:
		return -2
	case atom.Thead:
		return -1
	}
	return 0
}

// gap shows a stretch between what stayed: what belongs together is mended, the rest went or came.
func gap(was, is []item) (out []*html.Node) {
	together := partners(was, is)
	a, b := 0, 0
	for _, p := range append(together, pair{len(was), len(is)}) {
		for ; a < p.a; a++ {
			out = append(out, was[a].marked(atom.Del)...)
		}
		for ; b < p.b; b++ {
			out = append(out, is[b].marked(atom.Ins)...)
		}
		if p.a < len(was) {
			out = append(out, mended(was[p.a], is[p.b])...)
			a, b = p.a+1, p.b+1
		}
	}
	return out
}

// mended is an item that has become another.
func mended(was, is item) []*html.Node {
	if is.box == nil {
		return inline(was, is)
	}
	n := shell(is.box)
	for _, c := range children(itemsOf(was.box), itemsOf(is.box)) {
		n.AppendChild(c)
	}
	return []*html.Node{n}
}

// most pairs of a gap that are weighed against one another; in a larger one nothing belongs together.
const weighed = 2500

// partners pairs what has been rewritten rather than replaced, in order: of all ways the one in which the pairs are most alike.
func partners(was, is []item) []pair {
	if len(was)*len(is) > weighed {
		return nil
	}
	best := make([][]float64, len(was)+1)
	for i := range best {
		best[i] = make([]float64, len(is)+1)
	}
	like := func(i, j int) float64 { return alike(was[i], is[j], len(was) == 1 && len(is) == 1) }
	for i := len(was) - 1; i >= 0; i-- {
		for j := len(is) - 1; j >= 0; j-- {
			best[i][j] = max(best[i+1][j], best[i][j+1])
			if l := like(i, j); l > 0 {
				best[i][j] = max(best[i][j], l+best[i+1][j+1])
			}
		}
	}
	var all []pair
	for i, j := 0, 0; i < len(was) && j < len(is); {
		switch best[i][j] {
		case best[i+1][j]:
			i++
		case best[i][j+1]:
			j++
		default:
			all = append(all, pair{i, j})
			i, j = i+1, j+1
		}
	}
	return all
}

// alike says how much of two items is the same, from 0 to 1; below a third they are two. Parts that a box has once belong together.
func alike(x, y item, alone bool) float64 {
	switch {
	case (x.box == nil) != (y.box == nil):
		return 0
	case x.box == nil && alone:
		return 1
	case x.box != nil && (x.box.DataAtom != y.box.DataAtom || whole(x.box) || whole(y.box)):
		return 0
	case x.box != nil && (x.box.DataAtom == atom.Caption || x.box.DataAtom == atom.Thead):
		return 1
	}
	twos, n, both := map[[2]rune]int{}, 0, 0
	walk := func(s string, f func([2]rune)) {
		var last rune
		for _, r := range s {
			f([2]rune{last, r})
			last = r
			n++
		}
	}
	walk(render.PlainText(x.key), func(t [2]rune) { twos[t]++ })
	walk(render.PlainText(y.key), func(t [2]rune) {
		if twos[t] > 0 {
			twos[t]--
			both++
		}
	})
	likeness := 2 * float64(both) / float64(max(n, 1))
	switch {
	case x.box != nil && (x.box.DataAtom == atom.Td || x.box.DataAtom == atom.Th): // a cell has its place in the row
		return likeness + .01
	case likeness > 1.0/3:
		return likeness
	}
	return 0
}

// shell is an element without its content.
func shell(n *html.Node) *html.Node {
	return &html.Node{Type: n.Type, DataAtom: n.DataAtom, Data: n.Data, Attr: n.Attr}
}

func deep(n *html.Node) *html.Node {
	c := shell(n)
	for k := range n.ChildNodes() {
		c.AppendChild(deep(k))
	}
	return c
}

func (i item) copies() []*html.Node {
	if i.box != nil {
		return []*html.Node{deep(i.box)}
	}
	var all []*html.Node
	for _, n := range i.run {
		all = append(all, deep(n))
	}
	return all
}

// marked wraps the words of an item, each where it stands: a row cannot be wrapped, its words can.
func (i item) marked(how atom.Atom) []*html.Node {
	wrap := func(nodes []*html.Node) []*html.Node {
		w := element(how)
		for _, n := range nodes {
			w.AppendChild(n)
		}
		return []*html.Node{w}
	}
	if i.box == nil || i.box.DataAtom == atom.Hr {
		return wrap(i.copies())
	}
	n := shell(i.box)
	for _, k := range itemsOf(i.box) {
		for _, c := range k.marked(how) {
			n.AppendChild(c)
		}
	}
	return []*html.Node{n}
}

// wordy reports whether a character belongs to a word that is compared as one; Chinese is compared by characters.
func wordy(r rune) bool {
	return (unicode.IsLetter(r) || unicode.IsDigit(r)) && !unicode.Is(unicode.Han, r)
}
