package compare

import (
	"strings"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

// token is a character, a word or an image, with the elements it stands in.
type token struct {
	text string
	in   string       // the elements as HTML: a character that has become bold has changed
	path []*html.Node // the same, outermost first
	void *html.Node   // an image or a line break, or nil
}

func (t token) key() string { return t.in + "\x00" + t.text }

func tokensOf(i item) (all []token) {
	var walk func(n *html.Node, path []*html.Node, in string)
	walk = func(n *html.Node, path []*html.Node, in string) {
		switch {
		case n.Type == html.TextNode:
			for _, w := range words(n.Data) {
				all = append(all, token{text: w, in: in, path: path})
			}
		case n.FirstChild == nil:
			all = append(all, token{text: source(n), in: in, path: path, void: n})
		default:
			path, in = append(path[:len(path):len(path)], n), in+source(shell(n))
			for c := range n.ChildNodes() {
				walk(c, path, in)
			}
		}
	}
	for _, n := range i.run {
		walk(n, nil, "")
	}
	return all
}

func words(text string) (all []string) {
	if text == "" {
		return nil
	}
	start, last := 0, false
	for i, r := range text {
		if w := wordy(r); i > 0 && (!w || !last) {
			all = append(all, text[start:i])
			start, last = i, w
		} else {
			last = w
		}
	}
	return append(all, text[start:])
}

// change is a stretch of words that stayed, or what went and what came in its place.
type change struct{ same, went, came []token }

// inline shows a run of words that has become another.
func inline(was, is item) []*html.Node {
	out := &html.Node{Type: html.ElementNode}
	for _, c := range grouped(changes(tokensOf(was), tokensOf(is))) {
		write(out, c.same)
		for _, part := range []struct {
			how    atom.Atom
			tokens []token
		}{{atom.Del, c.went}, {atom.Ins, c.came}} {
			if len(part.tokens) > 0 {
				w := element(part.how)
				write(w, part.tokens)
				out.AppendChild(w)
			}
		}
	}
	var all []*html.Node
	for c := out.FirstChild; c != nil; c = out.FirstChild {
		out.RemoveChild(c)
		all = append(all, c)
	}
	return all
}

func changes(was, is []token) (all []change) {
	keys := func(tokens []token) []string {
		k := make([]string, len(tokens))
		for i, t := range tokens {
			k[i] = t.key()
		}
		return k
	}
	a, b := 0, 0
	for _, p := range append(match(keys(was), keys(is)), pair{len(was), len(is)}) {
		if a < p.a || b < p.b {
			all = append(all, change{went: was[a:p.a], came: is[b:p.b]})
		}
		if p.b < len(is) {
			if n := len(all); n > 0 && all[n-1].same != nil {
				all[n-1].same = is[p.b-len(all[n-1].same) : p.b+1]
			} else {
				all = append(all, change{same: is[p.b : p.b+1]})
			}
		}
		a, b = p.a+1, p.b+1
	}
	return all
}

// grouped takes a few characters that happen to be the same between two larger changes for a part of the change: a reader reads
// phrases, not characters.
func grouped(all []change) (out []change) {
	size := func(c change) int { return max(len(c.went), len(c.came)) }
	for i := 0; i < len(all); i++ {
		c := all[i]
		n := len(out)
		if c.same != nil && n > 0 && out[n-1].same == nil && i+1 < len(all) && len(c.same) < min(4, size(out[n-1])+1, size(all[i+1])+1) {
			next := all[i+1]
			last := &out[n-1]
			last.went = join(last.went, c.same, next.went)
			last.came = join(last.came, c.same, next.came)
			i++
			continue
		}
		out = append(out, c)
	}
	return out
}

func join(parts ...[]token) (all []token) {
	for _, p := range parts {
		all = append(all, p...)
	}
	return all
}

// write puts tokens below parent, those of the same elements into one.
func write(parent *html.Node, tokens []token) {
	for start := 0; start < len(tokens); {
		end := start
		for end < len(tokens) && tokens[end].in == tokens[start].in {
			end++
		}
		at := parent
		for _, p := range tokens[start].path {
			n := shell(p)
			at.AppendChild(n)
			at = n
		}
		var text strings.Builder
		flush := func() {
			if text.Len() > 0 {
				at.AppendChild(&html.Node{Type: html.TextNode, Data: text.String()})
				text.Reset()
			}
		}
		for _, t := range tokens[start:end] {
			if t.void == nil {
				text.WriteString(t.text)
				continue
			}
			flush()
			at.AppendChild(deep(t.void))
		}
		flush()
		start = end
	}
}
