package paste

import (
	"regexp"
	"strconv"
	"strings"

	"golang.org/x/net/html/atom"
)

// paragraphStyle is what a style of the file says of paragraphs.
type paragraphStyle struct {
	kind       atom.Atom // 0 when it says nothing
	num, level string
	based      string
}

var headingName = regexp.MustCompile(`^(?:heading|标题)\s*([1-6])$`)

// readStyles reads what styles say, each with what the ones it is based on say.
func (b *body) readStyles(part string) (map[string]paragraphStyle, error) {
	raw, ok, err := b.part(part)
	if err != nil || !ok {
		return nil, err
	}
	own := map[string]paragraphStyle{}
	x := scanner(raw)
	err = x.root(func(e element) error {
		if e.name() != "style" {
			return x.skip()
		}
		s, err := readStyle(x)
		own[e.attr("styleId")] = s
		return err
	})
	all := map[string]paragraphStyle{}
	for id, s := range own {
		for up, far := s.based, 0; up != "" && far < 20; far++ { // a file may say that styles rest on one another
			if s.kind == 0 {
				s.kind = own[up].kind
			}
			if s.num == "" {
				s.num, s.level = own[up].num, own[up].level
			}
			up = own[up].based
		}
		all[id] = s
	}
	return all, err
}

func readStyle(x *scan) (s paragraphStyle, err error) {
	name := ""
	var outline *int
	err = x.each(func(e element) error {
		switch e.name() {
		case "name":
			name = strings.ToLower(e.attr("val"))
		case "basedOn":
			s.based = e.attr("val")
		case "pPr":
			return x.each(func(e element) error {
				switch e.name() {
				case "outlineLvl":
					if n, err := strconv.Atoi(e.attr("val")); err == nil {
						outline = &n
					}
				case "numPr":
					return x.each(func(e element) error {
						switch e.name() {
						case "numId":
							s.num = e.attr("val")
						case "ilvl":
							s.level = e.attr("val")
						}
						return x.skip()
					})
				}
				return x.skip()
			})
		}
		return x.skip()
	})
	switch m := headingName.FindStringSubmatch(name); {
	case m != nil:
		s.kind = levels[m[1][0]-'0']
	case name == "title":
		s.kind = atom.H1
	case outline != nil && *outline >= 0 && *outline < 6:
		s.kind = levels[*outline+1]
	case outline != nil:
		s.kind = atom.P
	}
	return s, err
}

// numbering counts the numbered paragraphs of a file, as its program does.
type numbering struct {
	lists  map[string]string              // which way of numbering a list has
	ways   map[string]map[int]numberLevel // by its name and level
	starts map[string]map[int]int         // where a list begins anew
	counts map[string]map[int]int         // reached, by way and level
	begun  map[string]bool
}

type numberLevel struct {
	start        int
	format, text string
}

func (b *body) readNumbering(part string) (*numbering, error) {
	n := &numbering{map[string]string{}, map[string]map[int]numberLevel{}, map[string]map[int]int{}, map[string]map[int]int{}, map[string]bool{}}
	raw, ok, err := b.part(part)
	if err != nil || !ok {
		return n, err
	}
	x := scanner(raw)
	return n, x.root(func(e element) error {
		switch e.name() {
		case "abstractNum":
			way := map[int]numberLevel{}
			n.ways[e.attr("abstractNumId")] = way
			return x.each(func(e element) error {
				if e.name() != "lvl" {
					return x.skip()
				}
				return readLevel(x, e.attr("ilvl"), way)
			})
		case "num":
			return n.list(x, e.attr("numId"))
		}
		return x.skip()
	})
}

func readLevel(x *scan, level string, way map[int]numberLevel) error {
	l := numberLevel{start: 1}
	err := x.each(func(e element) error {
		switch e.name() {
		case "start":
			if n, err := strconv.Atoi(e.attr("val")); err == nil {
				l.start = n
			}
		case "numFmt":
			l.format = e.attr("val")
		case "lvlText":
			l.text = e.attr("val")
		}
		return x.skip()
	})
	if i, bad := strconv.Atoi(level); bad == nil && i >= 0 && i < 9 {
		way[i] = l
	}
	return err
}

func (n *numbering) list(x *scan, id string) error {
	return x.each(func(e element) error {
		switch e.name() {
		case "abstractNumId":
			n.lists[id] = e.attr("val")
		case "lvlOverride":
			level, bad := strconv.Atoi(e.attr("ilvl"))
			return x.each(func(e element) error {
				if start, err := strconv.Atoi(e.attr("val")); err == nil && bad == nil && e.name() == "startOverride" {
					if n.starts[id] == nil {
						n.starts[id] = map[int]int{}
					}
					n.starts[id][level] = start
				}
				return x.skip()
			})
		}
		return x.skip()
	})
}

// next counts one more paragraph of a list and answers what stands before it.
func (n *numbering) next(list string, level int) *item {
	way, ok := n.lists[list]
	l, known := n.ways[way][level]
	if !ok || !known {
		return nil
	}
	counts := n.counts[way]
	if counts == nil {
		counts = map[int]int{}
		n.counts[way] = counts
	}
	if !n.begun[list] {
		n.begun[list] = true
		for at, start := range n.starts[list] {
			counts[at] = start - 1
		}
	}
	if _, reached := counts[level]; !reached {
		counts[level] = l.start - 1
	}
	counts[level]++
	for deeper := range counts {
		if deeper > level {
			delete(counts, deeper)
		}
	}
	return &item{list: "n" + list, level: level + 1, marker: n.marker(way, level)}
}

// marker is what stands before a paragraph: "%1.%2" with the numbers of its level and those above.
func (n *numbering) marker(way string, level int) string {
	l := n.ways[way][level]
	switch l.format {
	case "bullet":
		return "•"
	case "none":
		return ""
	}
	text := l.text
	for i := 0; i <= level; i++ {
		up := n.ways[way][i]
		count, reached := n.counts[way][i]
		if !reached {
			count = up.start
		}
		text = strings.ReplaceAll(text, "%"+strconv.Itoa(i+1), numeral(up.format, count))
	}
	return strings.TrimSpace(text)
}
