package paste

import (
	"regexp"
	"strconv"
	"strings"

	"golang.org/x/net/html/atom"
)

// tidy finishes boxes: paragraphs are squeezed and split, numbered ones become lists, tables get their heads, what is empty goes.
func (d *document) tidy(blocks []*block) []*block {
	var all []*block
	for _, b := range blocks {
		switch {
		case b.holdsRuns():
			all = append(all, b.finish()...)
			continue
		case b.kind == atom.Hr:
			all = append(all, b)
			continue
		}
		b.in = d.tidy(b.in)
		if b.kind == atom.Table {
			if b.grid(); b.cells() <= 1 { // a frame around words
				all = append(all, b.opened()...)
				continue
			}
			d.seen.Tables++
		}
		if !b.empty() || len(b.pictures()) > 0 || b.kind == atom.Td || b.kind == atom.Th || b.kind == atom.Tr {
			all = append(all, b)
		}
		if b.kind == atom.Ul || b.kind == atom.Ol {
			d.seen.Lists++
		}
	}
	return d.lists(all)
}

// decimal is the only way of numbering that a list of the schema can show. Whatever else stands before a paragraph, 一、 or （1） or a), is
// text: other texts refer to it.
var decimal = regexp.MustCompile(`^([0-9]{1,4})[.．]?$`)

// bullet reports whether a marker only says that an item begins.
func bullet(marker string) bool {
	r := []rune(marker)
	return len(r) == 1 && !(r[0] >= '0' && r[0] <= '9') && (strings.ContainsRune("·•●○■□◆◇▪▫–—-*→►▶➢➤✓√oØüvq§", r[0]) || r[0] >= 0xE000 && r[0] <= 0xF8FF)
}

// lists makes lists of the numbered paragraphs among boxes. A list that other paragraphs interrupt, or whose numbers do not run from 1, could
// not show its numbers: they become words.
func (d *document) lists(blocks []*block) []*block {
	spoilt := spoiltLists(blocks)
	n := &nest{document: d}
	for _, b := range blocks {
		it := b.item
		if b.item = nil; it == nil {
			n.stack, n.all = nil, append(n.all, b)
			continue
		}
		switch {
		case bullet(it.marker):
			n.put(b, it.level, atom.Ul)
		case !spoilt[it.list] && decimal.MatchString(it.marker):
			n.put(b, it.level, atom.Ol)
		default:
			b.lead(it.marker)
			n.line(b, it.level)
		}
	}
	return n.all
}

// nest is lists that are being made: all boxes so far, and the lists that are open, the outermost first.
type nest struct {
	*document
	all, stack []*block
}

// item is the last item of the innermost open list.
func (n *nest) item() *block {
	last := n.stack[len(n.stack)-1]
	return last.in[len(last.in)-1]
}

// line puts a paragraph that is no item: below the item before, or after the lists.
func (n *nest) line(b *block, level int) {
	if level > 1 && len(n.stack) > 0 {
		n.stack = n.stack[:min(level-1, len(n.stack))]
		n.item().in = append(n.item().in, b)
		return
	}
	n.stack, n.all = nil, append(n.all, b)
}

// put makes an item of a paragraph. A level that was left out is none.
func (n *nest) put(b *block, level int, kind atom.Atom) {
	for len(n.stack) > level || len(n.stack) == level && n.stack[level-1].kind != kind {
		n.stack = n.stack[:len(n.stack)-1]
	}
	if len(n.stack) < level {
		l := &block{kind: kind}
		n.seen.Lists++
		if len(n.stack) > 0 {
			n.item().in = append(n.item().in, l)
		} else {
			n.all = append(n.all, l)
		}
		n.stack = append(n.stack, l)
	}
	last := n.stack[len(n.stack)-1]
	last.in = append(last.in, &block{kind: atom.Li, in: []*block{b}})
}

// lead writes a marker in front of a paragraph.
func (b *block) lead(marker string) {
	if marker = new(squeezer).squeeze(marker); marker == "" {
		return
	}
	if last := []rune(marker); !wide(last[len(last)-1]) {
		marker += " "
	}
	var m marks
	if len(b.runs) > 0 {
		m = b.runs[0].marks & strong
	}
	old := b.runs
	b.runs = nil
	b.add(run{text: marker, marks: m})
	b.runs = append(b.runs, old...)
	b.unite()
}

// spoiltLists names the lists of numbers that cannot be shown as such.
func spoiltLists(blocks []*block) map[string]bool {
	spoilt := map[string]bool{}
	at, reached := map[string]int{}, map[string]map[int]int{}
	for i, b := range blocks {
		if b.item == nil {
			continue
		}
		it := b.item
		if reached[it.list] == nil {
			reached[it.list] = map[int]int{}
		} else if between(blocks[at[it.list]+1 : i]) {
			spoilt[it.list] = true
		}
		at[it.list] = i
		counts := reached[it.list]
		for level := range counts {
			if level > it.level {
				delete(counts, level)
			}
		}
		if m := decimal.FindStringSubmatch(it.marker); m != nil {
			counts[it.level]++
			if n, err := strconv.Atoi(m[1]); err != nil || n != counts[it.level] {
				spoilt[it.list] = true
			}
		}
	}
	return spoilt
}

// between reports whether paragraphs of no list stand among boxes.
func between(blocks []*block) bool {
	for _, b := range blocks {
		if b.item == nil {
			return true
		}
	}
	return false
}
