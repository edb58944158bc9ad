package index

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// form numbers these rules. Raise it when a document would give other words, so that Missing names the old ones.
const form = 4

const (
	// maxWord is how many characters of a Latin word or number count.
	maxWord = 64
	// maxTerms bounds a document's distinct words in bytes: PostgreSQL keeps at most 1 MB in a tsvector. All of the
	// longest real text (282 kB) needs a tenth of it.
	maxTerms = 900_000
)

type class uint8

const (
	gap class = iota // separates: white space, punctuation, symbols, controls
	han              // stands for itself: indexed in pairs
	letter
	ignored // invisible inside a word
)

// classOf sorts one character after NFKC. Private-use characters stand in real documents for Han that an old font
// lacked, so they are Han; so is all of planes 2 and 3, whose newest characters Go's tables may not know yet.
func classOf(r rune) class {
	switch {
	case r < 0x80:
		if 'a' <= r && r <= 'z' || '0' <= r && r <= '9' || 'A' <= r && r <= 'Z' {
			return letter
		}
		return gap
	case 0x4e00 <= r && r <= 0x9fff, 0x20000 <= r && r <= 0x3fffd, r == 'ー',
		unicode.In(r, unicode.Han, unicode.Co, unicode.Hiragana, unicode.Katakana, unicode.Bopomofo):
		return han
	case unicode.In(r, unicode.Cf, unicode.Variation_Selector, unicode.Other_Default_Ignorable_Code_Point):
		return ignored
	case unicode.IsLetter(r), unicode.IsNumber(r), unicode.IsMark(r):
		return letter
	}
	return gap
}

// scan gives the characters of text after NFKC in lower case, each with the bytes of text that it came from.
func scan(text string, emit func(r rune, from, to int)) {
	for at := 0; at < len(text); {
		if c := text[at]; c < 0x80 && (at+1 == len(text) || text[at+1] < 0x80) {
			emit(unicode.ToLower(rune(c)), at, at+1)
			at++
			continue
		}
		if r, n := utf8.DecodeRuneInString(text[at:]); 0x4e00 <= r && r <= 0x9fff {
			emit(r, at, at+n) // Han never changes nor joins what follows: most of every text
			at += n
			continue
		} else if 0x3000 <= r && r <= 0x3002 || 0xff01 <= r && r <= 0xff0f {
			emit(' ', at, at+n) // the punctuation of every sentence
			at += n
			continue
		}
		n := norm.NFKC.NextBoundaryInString(text[at:], true)
		seg := text[at : at+n]
		if !norm.NFKC.IsNormalString(seg) {
			seg = norm.NFKC.String(seg)
		}
		for _, r := range seg {
			emit(unicode.ToLower(r), at, at+n)
		}
		at += n
	}
}

// normal calls emit for the normal form of text: runs of Han and words in lower case, a space before each, so that
// "２４小时（Hours）" is " 24 小时 hours". That a query matches means that its normal form is part of the document's.
func normal(text string, emit func(r rune, from, to int)) {
	last, length := gap, 0
	scan(text, func(r rune, from, to int) {
		switch c := classOf(r); c {
		case ignored:
		case gap:
			last = gap
		default:
			if c != last {
				emit(' ', from, from)
				last, length = c, 0
			}
			if length++; c == han || length <= maxWord {
				emit(r, from, to)
			}
		}
	})
}

func normalString(text string) string {
	var b strings.Builder
	b.Grow(len(text) + len(text)/8)
	normal(text, func(r rune, _, _ int) { b.WriteRune(r) })
	return b.String()
}

// isHan reports whether a run of the normal form is Han.
func isHan(run string) bool {
	for _, r := range run {
		return classOf(r) == han
	}
	return false
}

// pairs calls yield for each two neighbouring characters of a run of Han, and at the end for the last one alone when
// last is set: that word tells the end of the run, and is where a single character at the end is found.
func pairs(run string, last bool, yield func(word string)) {
	before, at := -1, -1
	for i, r := range run {
		if at >= 0 {
			yield(run[at : i+len(string(r))])
		}
		before, at = at, i
	}
	if last || before < 0 {
		yield(run[at:])
	}
}

// oftenFrom is how many times a word stands in a text that is about it.
const oftenFrom = 3

// terms collects the distinct words of documents within maxTerms bytes, and how often each stands there.
type terms struct {
	seen  map[string]int
	bytes int
}

// often are the words that stand there often, in a fixed order.
func (t *terms) often() []string {
	var ws []string
	for w, n := range t.seen {
		if n >= oftenFrom {
			ws = append(ws, w)
		}
	}
	slices.Sort(ws)
	return ws
}

// add takes the words of a normal form and returns them in order, separated by spaces, with the part of the form they
// stand for: all of it, unless the bound was reached; the rest is not findable then, on either engine.
func (t *terms) add(normal string) (words, kept string) {
	var b strings.Builder
	b.Grow(2 * len(normal))
	for at := 0; at < len(normal); {
		end := at + 1
		for end < len(normal) && normal[end] != ' ' {
			end++
		}
		start, run := b.Len(), normal[at+1:end]
		if isHan(run) {
			pairs(run, true, func(w string) { t.word(&b, w) })
		} else {
			t.word(&b, run)
		}
		if t.bytes > maxTerms {
			return b.String()[:start], normal[:at]
		}
		at = end
	}
	return b.String(), normal
}

func (t *terms) word(b *strings.Builder, w string) {
	if t.seen[w] == 0 {
		t.bytes += len(w)
		if t.bytes > maxTerms {
			return
		}
	}
	t.seen[w]++
	b.WriteString(w)
	b.WriteByte(' ')
}

// word is one word of a query: what stood between white space, which has to occur as it is, save for punctuation.
type word struct {
	pattern string   // part of the normal form of a document that has it
	terms   []string // neighbouring words of the index, the last a prefix when open
	open    bool
}

// parse reads a query. Nothing in it is syntax: what is no letter, digit or Han character separates.
func parse(text string) []word {
	var ws []word
	for _, field := range strings.Fields(text) {
		if runs := strings.Fields(normalString(field)); len(runs) > 0 {
			ws = append(ws, newWord(runs))
		}
	}
	return ws
}

// maxAlike is how many words may stand for one of a query.
const maxAlike = 8

// parseAlike reads a query; each word of it comes with those that stand for it as well, itself first.
func parseAlike(text string, alike func(string) []string) (all [][]word) {
	for _, field := range strings.Fields(text) {
		runs := strings.Fields(normalString(field))
		if len(runs) == 0 {
			continue
		}
		ws := []word{newWord(runs)}
		if alike != nil {
			for _, other := range alike(field) {
				if runs := strings.Fields(normalString(other)); len(runs) > 0 && len(ws) <= maxAlike {
					ws = append(ws, newWord(runs))
				}
			}
		}
		all = append(all, ws)
	}
	return all
}

// Normal is a text as the index compares it: in lower case, without punctuation, runs of Han and words a space apart. Two spellings of a
// document's number, with whatever brackets and digits, have the same.
func Normal(text string) string { return strings.TrimSpace(normalString(text)) }

// numbers are the document numbers that a query may mean: itself, and itself as the beginning of one, whose last character is often left out.
func numbers(text string) [2]string {
	n := Normal(text)
	return [2]string{n, n + " 号"}
}

func newWord(runs []string) word {
	w := word{pattern: strings.Join(runs, " ")}
	if !isHan(runs[0]) {
		w.pattern = " " + w.pattern // a Latin word starts where the query's does
	}
	for i, run := range runs {
		final := i == len(runs)-1
		if !isHan(run) {
			w.terms = append(w.terms, run)
			w.open = final
			continue
		}
		before := len(w.terms)
		pairs(run, !final, func(t string) { w.terms = append(w.terms, t) })
		w.open = final && len(w.terms) == before+1 && len([]rune(run)) == 1
	}
	return w
}
