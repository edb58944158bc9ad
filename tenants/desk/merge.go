package desk

import (
	"html/template"
	"strconv"
	"strings"

	"github.com/zhanqun/zhanqun/tenants/article"
	"github.com/zhanqun/zhanqun/tenants/article/compare"
)

// slot is a stretch of a text that two people have changed: a paragraph or some, or a line beside the body. What is decided has its
// Text; what both changed has the words of both, and is decided by Take.
type slot struct {
	Key, Label   string
	Both, Took   bool
	Text         string
	Show         template.HTML // Text as it is read
	MineShow     template.HTML // Mine, where it has marks
	TheirsShow   template.HTML
	Mine, Theirs string
	Line, Plain  bool   // Plain: Mine and Theirs are lines of text, not HTML
	Take         string // mine, theirs, both or not yet decided
	// MineWord and TheirsWord are what people read for a line that is chosen, not typed, or "".
	MineWord, TheirsWord string
}

// merged is what became of two people's changes.
type merged struct {
	lines, body []slot
	took        int             // places that stand as the other one changed them
	open        int             // places to decide
	fields      []article.Field // of both, as the lines name them
}

// mergeOf puts mine and theirs together, both made of base.
func mergeOf(base, mine, theirs article.Payload) (m merged) {
	base, mine, theirs = apart(base), apart(mine), apart(theirs)
	aligned(&base, &mine, &theirs)
	m.fields = theirs.Fields
	b, t := lines(&base), lines(&theirs)
	for i, l := range lines(&mine) {
		was, my, their := *b[i].text, *l.text, *t[i].text
		s := slot{Key: l.key, Label: l.label, Line: true, Plain: true, Text: my}
		switch {
		case my == their:
		case my == was:
			s.Took, s.Text = true, their
		case their != was:
			s.Both, s.Mine, s.Theirs = true, my, their
			s.name()
		}
		m.add(&m.lines, s)
	}
	for i, p := range compare.Merge(compare.Blocks(base.Body), compare.Blocks(mine.Body), compare.Blocks(theirs.Body)) {
		s := slot{Key: "b" + strconv.Itoa(i), Both: p.Both, Took: p.Took, Text: strings.Join(p.Mine, "\n")}
		if p.Both {
			s.Text = ""
			s.Mine, s.Theirs, s.Plain = bothPlain(strings.Join(p.Mine, "\n"), strings.Join(p.Theirs, "\n"))
		}
		m.add(&m.body, s)
	}
	return m
}

// name gives the words of a line that is chosen.
func (s *slot) name() {
	if len(values[s.Key]) > 0 {
		s.MineWord, s.TheirsWord = word(s.Key, s.Mine), word(s.Key, s.Theirs)
	}
}

// bothPlain are two stretches as people type them, where neither has marks.
func bothPlain(mine, theirs string) (string, string, bool) {
	x, ok := article.ToPlain(mine)
	y, too := article.ToPlain(theirs)
	if ok && too {
		return x, y, true
	}
	return mine, theirs, false
}

func (m *merged) add(to *[]slot, s slot) {
	if s.Both {
		m.open++
	}
	if s.Took {
		m.took++
	}
	*to = append(*to, s)
}

// into is the payload that the slots make of p, and whether every one is decided.
func (m *merged) into(p article.Payload) (article.Payload, bool) {
	p = apart(p)
	aligned(&article.Payload{Fields: m.fields}, &p)
	all := true
	where := lines(&p)
	for _, s := range m.lines {
		text, ok := s.decided()
		all = all && ok
		for _, l := range where {
			if l.key == s.Key {
				*l.text = text
			}
		}
	}
	settled(&p)
	var body []string
	for _, s := range m.body {
		text, ok := s.decided()
		all = all && ok
		body = append(body, text)
	}
	p.Body = strings.Join(body, "\n")
	return p, all
}

// decided is the text of a slot.
func (s *slot) decided() (string, bool) {
	if !s.Both {
		return s.Text, true
	}
	words := func(t string) string {
		if s.Plain && !s.Line {
			return article.FromPlain(t)
		}
		return t
	}
	switch s.Take {
	case "mine":
		return words(s.Mine), true
	case "theirs":
		return words(s.Theirs), true
	case "both":
		if s.Line && s.MineWord != "" {
			return "", false // a choice is one
		}
		if s.Line {
			return strings.TrimSpace(s.Theirs + " " + s.Mine), true
		}
		return words(s.Theirs) + "\n" + words(s.Mine), true
	}
	return "", false
}
