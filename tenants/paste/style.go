package paste

import (
	"strings"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

// styles are what a style sheet says of classes: Excel and WPS write there what Word writes into each element.
type styles map[string]string

// rulesMost bounds what is read of style sheets.
const rulesMost = 2000

func readStyles(nodes []*html.Node) styles {
	all := styles{}
	for _, top := range nodes {
		if top.DataAtom == atom.Style {
			all.sheet(words(top))
		}
		for n := range top.Descendants() {
			if n.DataAtom == atom.Style {
				all.sheet(words(n))
			}
		}
	}
	return all
}

// sheet reads the rules of single classes: ".xl65 {…}", "td.xl65, p.p1 {…}".
func (s styles) sheet(text string) {
	for rule := range strings.SplitSeq(text, "}") {
		names, says, ok := strings.Cut(rule, "{")
		if !ok || len(names) > 4096 || len(says) > 4096 {
			continue
		}
		for name := range strings.SplitSeq(names, ",") {
			name = strings.TrimSpace(name)
			if i := strings.LastIndexByte(name, '.'); i >= 0 && !strings.ContainsAny(name[i:], " >:#[") && len(s) < rulesMost {
				s[strings.Clone(name[i+1:])] = says
			}
		}
	}
}

// look is what an element says of itself, in small letters and without spaces: by its classes first, then by its style, which wins.
type look map[string]string

func (s styles) of(n *html.Node) look {
	own := attr(n, "style")
	var all look
	read := func(text string) {
		for part := range strings.SplitSeq(text, ";") {
			name, value, ok := strings.Cut(part, ":")
			if !ok {
				continue
			}
			if all == nil {
				all = look{}
			}
			all[strings.ToLower(strings.TrimSpace(name))] = strings.ToLower(strings.TrimSpace(value))
		}
	}
	if len(s) > 0 {
		for c := range strings.FieldsSeq(attr(n, "class")) {
			read(s[c])
		}
	}
	if own != "" {
		read(own)
	}
	return all
}

// hidden is what a reader of the source program does not see either.
func (l look) hidden() bool { return l["display"] == "none" || l["mso-hide"] == "all" }

// on changes marks to what an element says.
func (l look) on(m marks) marks {
	set := func(mark marks, yes bool) {
		if m &^= mark; yes {
			m |= mark
		}
	}
	switch w := l["font-weight"]; w {
	case "bold", "bolder", "600", "700", "800", "900":
		set(strong, true)
	case "normal", "400":
		set(strong, false)
	}
	switch l["font-style"] {
	case "italic", "oblique":
		set(em, true)
	case "normal":
		set(em, false)
	}
	line := l["text-decoration"] + " " + l["text-decoration-line"]
	if strings.Contains(line, "underline") || l["text-underline"] != "" && l["text-underline"] != "none" {
		set(underline, true)
	}
	if strings.Contains(line, "line-through") {
		set(strike, true)
	}
	switch l["vertical-align"] {
	case "super":
		set(sup, true)
	case "sub":
		set(sub, true)
	}
	return m
}

// aligned is the class for how a paragraph stands; "ta-l" is how it stands anyway, and "" says nothing.
func (l look) aligned(n *html.Node) string {
	at := l["text-align"]
	if at == "" {
		at = strings.ToLower(attr(n, "align"))
	}
	switch at {
	case "center":
		return "ta-c"
	case "right", "end":
		return "ta-r"
	case "left", "start", "justify":
		return "ta-l"
	}
	if n.DataAtom == atom.Center {
		return "ta-c"
	}
	return ""
}

// signs reports whether letters are drawn as signs.
func (l look) signs() bool {
	f := l["font-family"]
	return strings.HasPrefix(f, "wingdings") || strings.HasPrefix(f, "symbol") || strings.HasPrefix(f, "webdings")
}

// signs reports whether something in an element draws letters as signs.
func (r *reader) signs(n *html.Node) bool {
	for c := range n.Descendants() {
		if c.Type == html.ElementNode && r.styles.of(c).signs() {
			return true
		}
	}
	return r.styles.of(n).signs()
}

// bare reports whether an element looks as its program would show it without a word.
func bare(n *html.Node) bool {
	return attr(n, "style") == "" && attr(n, "face") == "" && attr(n, "color") == "" && attr(n, "size") == ""
}

func attr(n *html.Node, key string) string {
	for _, a := range n.Attr {
		if a.Key == key && a.Namespace == "" {
			return a.Val
		}
	}
	return ""
}

// classes are those that the sanitiser knows.
var classes = map[string]bool{"ta-l": true, "ta-c": true, "ta-r": true, "indent-2": true, "info": true, "docno": true, "sign": true}

// classed is the list of an element's own classes that mean something here, with one more.
func classed(n *html.Node, more string) string {
	var all []string
	for c := range strings.FieldsSeq(attr(n, "class") + " " + more) {
		if classes[c] && !strings.Contains(" "+strings.Join(all, " ")+" ", " "+c+" ") {
			all = append(all, c)
		}
	}
	return strings.Join(all, " ")
}
