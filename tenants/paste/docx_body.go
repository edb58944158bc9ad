package paste

import (
	"errors"
	"regexp"
	"strconv"
	"strings"

	"github.com/zhanqun/zhanqun/kernel/fault"
	"golang.org/x/net/html/atom"
)

// body reads the main part into boxes.
type body struct {
	*archive
	*document
	main    string
	links   map[string]relation
	styled  map[string]paragraphStyle
	numbers *numbering
	notes   []noted // in the order of their marks
	field   []string
	kept    int // bytes of pictures
	made    int // paragraphs and runs
}

// noted is a footnote or endnote that the text has referred to.
type noted struct{ part, id string }

// piecesMost is how many paragraphs and runs a file may have; a book has fewer.
const piecesMost = 200_000

// picturesBytes is how much of pictures is handed back of one file.
const picturesBytes = 20 << 20

func (b *body) read() error {
	var err error
	if b.main, err = b.archive.main(); err == nil {
		b.links, err = b.relations(b.main)
	}
	if err == nil {
		b.styled, err = b.readStyles(b.linked("styles"))
	}
	if err == nil {
		b.numbers, err = b.readNumbering(b.linked("numbering"))
	}
	if err == nil {
		b.blocks, err = b.story()
	}
	if err == nil {
		err = b.addNotes()
	}
	var f *fault.Fault
	if err != nil && !errors.As(err, &f) {
		return spoilt(err)
	}
	return err
}

// linked is the name of the part of a kind that the main part refers to.
func (b *body) linked(kind string) string {
	for _, r := range b.links {
		if r.kind == kind && !r.outside {
			return r.target
		}
	}
	return ""
}

// story is the boxes of the main part.
func (b *body) story() ([]*block, error) {
	raw, ok, err := b.part(b.main)
	if err != nil || !ok {
		return nil, err
	}
	var all []*block
	x := scanner(raw)
	err = x.root(func(e element) error {
		if e.name() != "body" {
			return x.skip()
		}
		return b.boxes(x, &all)
	})
	return all, err
}

// boxes reads paragraphs and tables up to the end of the element that holds them.
func (b *body) boxes(x *scan, into *[]*block) error {
	return x.each(func(e element) error {
		switch e.name() {
		case "p":
			return b.paragraph(x, into)
		case "tbl":
			return b.table(x, into)
		case "altChunk":
			if err := b.chunk(e.attr("id"), into); err != nil {
				return err
			}
			return x.skip()
		case "sdt", "sdtContent", "ins", "moveTo", "customXml", "smartTag", "AlternateContent", "Choice":
			return b.boxes(x, into)
		case "del", "moveFrom":
			b.seen.Removed++
		}
		return x.skip()
	})
}

func (b *body) paragraph(x *scan, into *[]*block) error {
	if b.made++; b.made > piecesMost {
		return errTooLarge
	}
	p := &block{kind: atom.P}
	*into = append(*into, p)
	return b.inline(x, p, into, how{})
}

// inline reads what stands in a paragraph.
func (b *body) inline(x *scan, p *block, into *[]*block, h how) error {
	return x.each(func(e element) error {
		switch e.name() {
		case "pPr":
			return b.properties(x, p)
		case "r":
			return b.run(x, p, into, h)
		case "hyperlink":
			if to := b.links[e.attr("id")]; to.outside {
				h := how{href: b.href(to.target)}
				return b.inline(x, p, into, h)
			}
			return b.inline(x, p, into, h)
		case "ins", "moveTo", "smartTag", "sdt", "sdtContent", "fldSimple", "customXml", "dir", "bdo", "AlternateContent", "Choice", "oMath", "oMathPara":
			return b.inline(x, p, into, h)
		case "del", "moveFrom":
			b.seen.Removed++
		case "f", "sSup", "sSub", "num", "den", "e", "sup", "sub", "rad", "nary", "d", "m", "mr": // a formula: its characters stay
			return b.inline(x, p, into, h)
		}
		return x.skip()
	})
}

func (b *body) href(target string) string {
	if address.MatchString(target) {
		return target
	}
	b.seen.Links++
	return ""
}

// properties are what a paragraph is.
func (b *body) properties(x *scan, p *block) error {
	var style, num, level, jc, outline string
	err := x.each(func(e element) error {
		switch e.name() {
		case "pStyle":
			style = e.attr("val")
		case "jc":
			jc = e.attr("val")
		case "outlineLvl":
			outline = e.attr("val")
		case "numPr":
			return x.each(func(e element) error {
				switch e.name() {
				case "numId":
					num = e.attr("val")
				case "ilvl":
					level = e.attr("val")
				}
				return x.skip()
			})
		}
		return x.skip()
	})
	s := b.styled[style]
	if p.kind = s.kind; p.kind == 0 {
		p.kind = atom.P
	}
	if n, err := strconv.Atoi(outline); err == nil && n >= 0 && n < 6 {
		p.kind = levels[n+1]
	}
	if p.kind == atom.P {
		p.class = map[string]string{"center": "ta-c", "right": "ta-r", "end": "ta-r"}[jc]
	}
	if num == "" {
		num, level = s.num, s.level
	}
	if n, err := strconv.Atoi(level); num != "" && num != "0" && (err == nil || level == "") {
		p.item = b.numbers.next(num, n)
	}
	return err
}

// run reads a run: how it looks first, then its words.
func (b *body) run(x *scan, p *block, into *[]*block, h how) error {
	if b.made++; b.made > piecesMost {
		return errTooLarge
	}
	if n := len(b.field); h.href == "" && n > 0 {
		h.href = b.field[n-1]
	}
	hidden := false
	return x.each(func(e element) error {
		switch e.name() {
		case "rPr":
			var err error
			h.marks, hidden, err = marksOf(x, h)
			return err
		case "fldChar":
			b.fieldChar(e.attr("fldCharType"))
			return x.skip()
		case "instrText":
			t, err := x.text()
			b.instruct(t)
			return err
		case "drawing", "pict", "object", "AlternateContent":
			return b.graphic(x, p, into)
		}
		if hidden {
			return x.skip()
		}
		r, err := b.piece(x, e)
		if r.marks |= h.marks; r.href == "" {
			r.href = h.href
		}
		if r.text != "" || r.brk {
			p.runs = append(p.runs, r)
		}
		return err
	})
}

// piece is the words of an element of a run, read to its end.
func (b *body) piece(x *scan, e element) (r run, err error) {
	switch e.name() {
	case "t":
		r.text, err = x.text()
		return r, err
	case "tab", "ptab":
		r.text = "\t"
	case "noBreakHyphen":
		r.text = "-"
	case "sym":
		if n, bad := strconv.ParseUint(e.attr("char"), 16, 16); bad == nil {
			r.text = string(rune(n))
		}
	case "br", "cr":
		kind := e.attr("type")
		r.brk = kind == "" || kind == "textWrapping"
	case "footnoteReference", "endnoteReference":
		b.notes = append(b.notes, noted{strings.TrimSuffix(e.name(), "Reference") + "s", e.attr("id")})
		r.text, r.marks = mark(len(b.notes)), sup
	}
	return r, x.skip()
}

func mark(n int) string { return "[" + strconv.Itoa(n) + "]" }

// marksOf are what a run's properties say; of a hidden one nothing is shown.
func marksOf(x *scan, h how) (m marks, hidden bool, err error) {
	m = h.marks
	on := map[string]marks{"b": strong, "i": em, "u": underline, "strike": strike, "dstrike": strike}
	err = x.each(func(e element) error {
		switch name := e.name(); name {
		case "b", "i", "u", "strike", "dstrike":
			if e.on() && (name != "u" || h.href == "") {
				m |= on[name]
			}
		case "vertAlign":
			switch e.attr("val") {
			case "superscript":
				m |= sup
			case "subscript":
				m |= sub
			}
		case "vanish":
			hidden = e.on()
		}
		return x.skip()
	})
	return m, hidden, err
}

// fields may stand in one another; each has the address to which its words lead, or none.
const fieldsMost = 50

func (b *body) fieldChar(kind string) {
	switch n := len(b.field); {
	case kind == "begin" && n < fieldsMost:
		b.field = append(b.field, "")
	case kind == "end" && n > 0:
		b.field = b.field[:n-1]
	}
}

var linksTo = regexp.MustCompile(`HYPERLINK\s+"([^"]+)"`)

func (b *body) instruct(text string) {
	if m := linksTo.FindStringSubmatch(text); m != nil && len(b.field) > 0 {
		b.field[len(b.field)-1] = b.href(m[1])
	}
}

// graphic looks through a drawing for pictures and for boxes with words.
func (b *body) graphic(x *scan, p *block, into *[]*block) error {
	return x.each(func(e element) error {
		switch e.name() {
		case "blip":
			b.picture(p, e.attr("embed"))
		case "imagedata":
			b.picture(p, e.attr("id"))
		case "txbxContent":
			return b.boxes(x, into)
		case "Fallback": // says once more what Choice has said
			return x.skip()
		}
		return b.graphic(x, p, into)
	})
}

func (b *body) picture(p *block, id string) {
	r, ok := b.links[id]
	if !ok || len(b.pictures) >= picturesMost {
		return
	}
	b.seen.Pictures++
	var pic Picture
	if f := b.parts[r.target]; f != nil && !r.outside && f.UncompressedSize64 <= pictureBytes && b.kept+int(f.UncompressedSize64) <= picturesBytes {
		if raw, _, err := b.part(r.target); err == nil { // without its bytes its place remains
			pic.Data, pic.Type = sound(raw)
			b.kept += len(pic.Data)
		}
	}
	b.pictures = append(b.pictures, pic)
	p.runs = append(p.runs, run{picture: len(b.pictures)})
}

// addNotes puts the notes below the text, each with the mark that refers to it.
func (b *body) addNotes() error {
	words := map[noted][]*block{}
	for _, kind := range []string{"footnotes", "endnotes"} {
		raw, ok, err := b.part(b.linked(kind))
		if err != nil {
			return err
		}
		if !ok {
			continue
		}
		x := scanner(raw)
		if err := x.root(func(e element) error {
			var in []*block
			err := b.boxes(x, &in)
			words[noted{kind, e.attr("id")}] = in
			return err
		}); err != nil {
			return err
		}
	}
	for i, n := range b.notes {
		for j, p := range words[n] {
			if j == 0 && p.holdsRuns() {
				p.runs = append([]run{{text: mark(i+1) + " "}}, p.runs...)
			}
			b.blocks = append(b.blocks, p)
		}
	}
	return nil
}
