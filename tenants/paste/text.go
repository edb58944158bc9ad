package paste

import (
	"strings"
	"unicode"

	"golang.org/x/net/html/atom"
)

// gone are characters that nobody sees: marks where a word may break, and what editors leave behind.
func gone(r rune) bool {
	switch r {
	case 0xAD, 0x200B, 0x2060, 0xFEFF:
		return true
	}
	return unicode.IsControl(r) && !blank(r)
}

// blank are the characters that a browser shows as one space, and the space that does not break.
func blank(r rune) bool {
	return r == ' ' || r == '\t' || r == '\n' || r == '\r' || r == '\f' || r == '\v' || r == 0x85 || r == 0xA0
}

// indents are blanks at the ends of a paragraph; the theme indents.
func indents(r rune) bool { return blank(r) || r == 0x3000 }

// wide reports whether a character belongs to a script that is written without spaces.
func wide(r rune) bool {
	return unicode.Is(unicode.Han, r) || r >= 0x3001 && r <= 0x303F || r >= 0xFF01 && r <= 0xFF60 || r >= 0x2018 && r <= 0x201D || r == 0x2014 || r == 0x2026
}

// squeezer writes the text of a paragraph, run after run, with single spaces.
type squeezer struct {
	last       rune // written
	space      bool // a space is owed
	line, hard bool // what it stands for holds an end of a line in the source, a space that does not break
}

// squeeze is the text of a run as it is read. An end of a line in the source between two characters of a script without spaces is none.
func (s *squeezer) squeeze(text string) string {
	var to strings.Builder
	for _, r := range text {
		switch {
		case gone(r), s.last == 0 && indents(r):
		case blank(r):
			s.space = true
			s.line, s.hard = s.line || r == '\n' || r == '\r', s.hard || r == 0xA0
		default:
			if s.space && !(s.line && !s.hard && wide(s.last) && wide(r)) {
				to.WriteByte(' ')
			}
			*s = squeezer{last: r}
			to.WriteRune(r)
		}
	}
	return to.String()
}

// indent is how many half-widths at its beginning make a line a paragraph of its own: two characters, as everybody types who indents by hand.
const indent = 4

// opens reports whether what follows an end of a line begins like a paragraph.
func opens(after []run) bool {
	n := 0
	for _, r := range after {
		for _, c := range r.text {
			switch {
			case c == 0x3000:
				n += 2
			case c == 0xA0:
				n++
			case blank(c) || gone(c):
			default:
				return n >= indent
			}
		}
		if r.brk {
			return true // an empty line
		}
		if r.img != nil {
			return false
		}
	}
	return false
}

// finish makes the paragraphs of one: spaces squeezed, indents and empty lines gone, a new one where a line was indented by hand.
func (b *block) finish() []*block {
	var all []*block
	now := b.like()
	now.item = b.item
	var s squeezer
	end := func() {
		if now.trim(); !now.empty() || len(now.places) > 0 {
			all = append(all, now)
		}
		now, s = b.like(), squeezer{}
	}
	for i, r := range b.runs {
		switch {
		case r.picture > 0:
			now.places = append(now.places, r.picture)
		case r.brk && opens(b.runs[i+1:]):
			end()
		case r.brk:
			now.runs, s = append(now.runs, r), squeezer{}
		case r.img != nil:
			if s.space {
				now.add(run{text: " "})
			}
			now.runs, s = append(now.runs, r), squeezer{last: -1}
		default:
			r.text = s.squeeze(r.text)
			if n := len(now.runs); n > 0 && now.runs[n-1].text != "" && strings.HasPrefix(r.text, " ") {
				now.runs[n-1].text += " " // a space belongs to what it ends
				r.text = r.text[1:]
			}
			now.add(r)
		}
	}
	end()
	return all
}

// like is an empty box of the same kind.
func (b *block) like() *block { return &block{kind: b.kind, class: b.class} }

// add appends a text, to the last run if that is of its kind.
func (b *block) add(r run) {
	if r.text == "" {
		return
	}
	if b.heading() {
		r.marks &^= strong // a heading is bold as it is
	}
	if n := len(b.runs); n > 0 {
		if last := &b.runs[n-1]; last.text != "" && last.marks == r.marks && last.href == r.href {
			last.text += r.text
			return
		}
	}
	b.runs = append(b.runs, r)
}

// trim takes ends of lines and blanks off the end, and ends of lines off the beginning.
func (b *block) trim() {
	for len(b.runs) > 0 {
		last := &b.runs[len(b.runs)-1]
		if last.text != "" {
			if last.text = strings.TrimRightFunc(last.text, indents); last.text != "" {
				break
			}
		} else if !last.brk {
			break
		}
		b.runs = b.runs[:len(b.runs)-1]
	}
	for i := 1; i < len(b.runs); i++ { // and off the end of each line
		if b.runs[i].brk && b.runs[i-1].text != "" {
			b.runs[i-1].text = strings.TrimRightFunc(b.runs[i-1].text, indents)
		}
	}
	b.unite()
}

// unite drops runs that hold nothing any more.
func (b *block) unite() {
	old := b.runs
	b.runs = nil
	for _, r := range old {
		if r.brk || r.img != nil {
			if r.brk && len(b.runs) == 0 {
				continue
			}
			b.runs = append(b.runs, r)
			continue
		}
		b.add(r)
	}
}

// alone reports whether the box is a plain paragraph whose frame says nothing.
func (b *block) alone() bool { return b.kind == atom.P && b.class == "" }
