package index

import (
	"html"
	"html/template"
	"slices"
	"strings"
	"unicode/utf8"
)

// maxScan is how many bytes of a text are looked at for a highlight; a match further on is not shown.
const maxScan = 256 << 10

type span struct{ from, to, word int }

// Highlight returns about width characters of the plain text around where most words of query stand, each marked with
// <mark>, everything else escaped; without a match the beginning. A width of 0 or less is the whole text.
func Highlight(text, query string, width int) template.HTML {
	if len(text) > maxScan {
		cut := maxScan
		for !utf8.RuneStart(text[cut]) {
			cut--
		}
		text = text[:cut]
	}
	found := matches(text, parse(query))
	from, to := 0, len(text)
	if width > 0 {
		from, to = window(text, found, width)
	}
	var b strings.Builder
	if from > 0 {
		b.WriteString("…")
	}
	at := from
	for _, m := range merge(found) {
		if m.from < from || m.to > to {
			continue
		}
		b.WriteString(html.EscapeString(text[at:m.from]))
		b.WriteString("<mark>" + html.EscapeString(text[m.from:m.to]) + "</mark>")
		at = m.to
	}
	b.WriteString(html.EscapeString(text[at:to]))
	if to < len(text) {
		b.WriteString("…")
	}
	return template.HTML(strings.ToValidUTF8(b.String(), "\ufffd")) //nolint:gosec // all of the text went through EscapeString
}

// matches finds every place of the words in text, by its normal form, in the order of the text.
func matches(text string, ws []word) []span {
	if len(ws) == 0 {
		return nil
	}
	var b strings.Builder
	type piece struct{ at, from, to int }
	b.Grow(len(text) + len(text)/8)
	pieces := make([]piece, 0, len(text)/2) // where each character of the normal form came from
	normal(text, func(r rune, from, to int) {
		pieces = append(pieces, piece{b.Len(), from, to})
		b.WriteRune(r)
	})
	form := b.String()
	locate := func(at int) int {
		i, _ := slices.BinarySearchFunc(pieces, at, func(p piece, at int) int { return p.at - at })
		return i
	}
	var found []span
	for n, w := range ws {
		for at := 0; ; {
			i := strings.Index(form[at:], w.pattern)
			if i < 0 {
				break
			}
			first, last := at+i, at+i+len(w.pattern)
			for form[first] == ' ' {
				first++
			}
			found = append(found, span{pieces[locate(first)].from, pieces[locate(last)-1].to, n})
			at = first + 1
			for at < len(form) && !utf8.RuneStart(form[at]) {
				at++
			}
		}
	}
	slices.SortFunc(found, func(a, b span) int {
		if a.from != b.from {
			return a.from - b.from
		}
		return a.to - b.to
	})
	return found
}

// merge joins matches that overlap or touch.
func merge(found []span) []span {
	var out []span
	for _, m := range found {
		if n := len(out); n > 0 && m.from <= out[n-1].to {
			out[n-1].to = max(out[n-1].to, m.to)
			continue
		}
		out = append(out, m)
	}
	return out
}

// window picks the bytes of text to show: width characters that hold the most different words, a quarter of them
// before the first.
func window(text string, found []span, width int) (from, to int) {
	if len(found) > 0 {
		from = back(text, best(text, found, width), width/4)
	}
	to = forward(text, from, width)
	if to == len(text) {
		from = back(text, to, width) // near the end, show more of what stands before
	}
	for _, m := range merge(found) { // never cut a match in two
		if m.from < from && from < m.to {
			from = m.from
		}
		if m.from < to && to < m.to {
			to = m.to
		}
	}
	return from, to
}

// best returns the start of the first match from which most different words follow within width.
func best(text string, found []span, width int) int {
	counts, kinds, most, at, end := map[int]int{}, 0, 0, found[0].from, 0
	for i, m := range found {
		limit := forward(text, m.from, width*3/4)
		for end < len(found) && (found[end].to <= limit || end <= i) {
			if counts[found[end].word]++; counts[found[end].word] == 1 {
				kinds++
			}
			end++
		}
		if kinds > most {
			most, at = kinds, m.from
		}
		if counts[m.word]--; counts[m.word] == 0 {
			kinds--
		}
	}
	return at
}

func forward(text string, at, n int) int {
	for ; n > 0 && at < len(text); n-- {
		_, size := utf8.DecodeRuneInString(text[at:])
		at += size
	}
	return at
}

func back(text string, at, n int) int {
	for ; n > 0 && at > 0; n-- {
		_, size := utf8.DecodeLastRuneInString(text[:at])
		at -= size
	}
	return at
}
