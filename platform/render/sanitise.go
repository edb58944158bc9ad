package render

import (
	"bytes"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/microcosm-cc/bluemonday"
	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

// deepest is how many elements may stand in one another; what is deeper keeps its words, not its tags (promises.md 4.6).
const deepest = 100

// allowed is the HTML policy, from empty: what an official's text needs and nothing a theme decides.
var allowed = map[atom.Atom]bool{
	atom.P: true, atom.H2: true, atom.H3: true, atom.H4: true, atom.Ul: true, atom.Ol: true, atom.Li: true,
	atom.Table: true, atom.Thead: true, atom.Tbody: true, atom.Tr: true, atom.Th: true, atom.Td: true, atom.Caption: true,
	atom.Figure: true, atom.Figcaption: true, atom.Img: true, atom.A: true, atom.Strong: true, atom.Em: true, atom.B: true, atom.I: true, atom.U: true,
	atom.S: true, atom.Sup: true, atom.Sub: true, atom.Blockquote: true, atom.Br: true, atom.Hr: true, atom.Video: true, atom.Audio: true,
}

// renamed are elements that mean one of the allowed ones.
var renamed = map[atom.Atom]atom.Atom{atom.H1: atom.H2, atom.H5: atom.H4, atom.H6: atom.H4, atom.Tfoot: atom.Tbody, atom.Strike: atom.S, atom.Del: atom.S, atom.Ins: atom.U}

// dropped go with all they hold; any other unknown element leaves its text standing.
var dropped = map[atom.Atom]bool{
	atom.Script: true, atom.Style: true, atom.Iframe: true, atom.Frame: true, atom.Frameset: true, atom.Object: true, atom.Embed: true,
	atom.Applet: true, atom.Noscript: true, atom.Noembed: true, atom.Noframes: true, atom.Template: true, atom.Textarea: true, atom.Select: true,
	atom.Title: true, atom.Xmp: true, atom.Plaintext: true, atom.Svg: true, atom.Math: true,
	atom.Base: true, atom.Link: true, atom.Meta: true, atom.Input: true, atom.Button: true,
}

// classes is the enum; a class outside it has no meaning to any theme.
var classes = []string{"ta-l", "ta-c", "ta-r", "indent-2", "info", "docno", "sign", ChartBar, ChartLine}

var (
	mediaPath = regexp.MustCompile(`^/-/media/[0-9A-Za-z_-]+(?:/[0-9A-Za-z_-]+)*\.[0-9a-z]+$`)
	linkPath  = regexp.MustCompile(`^(?i:https?://[^\s/\\@]+(?:[/?#]\S*)?|mailto:[^\s<>"]+@[^\s<>"]+|/(?:[^/\\\s][^\s\\]*)?|\?[^\s]*)$`)
	classList = regexp.MustCompile(`^(?:(?:ta-[lcr]|indent-2|info|docno|sign|chart-bar|chart-line)(?: |$))+$`)
	pixels    = regexp.MustCompile(`^[1-9][0-9]{0,3}$`)
	span      = regexp.MustCompile(`^(?:[1-9][0-9]?|100)$`)
)

// secondOpinion is of another make: whatever the tree walk leaves must pass it unchanged.
var secondOpinion = func() *bluemonday.Policy {
	p := bluemonday.NewPolicy()
	var names []string
	for a := range allowed {
		names = append(names, a.String())
	}
	slices.Sort(names)
	p.AllowElements(names...)
	p.AllowNoAttrs().OnElements("a", "img", "video", "audio")
	p.AllowAttrs("class").Matching(classList).OnElements("p", "h2", "h3", "h4", "td", "th", "figure", "blockquote", "table")
	p.AllowAttrs("colspan", "rowspan").Matching(span).OnElements("td", "th")
	p.AllowAttrs("scope").Matching(regexp.MustCompile(`^(?:row|col|rowgroup|colgroup)$`)).OnElements("th")
	p.AllowAttrs("src").Matching(mediaPath).OnElements("img", "video", "audio")
	p.AllowAttrs("controls").Matching(regexp.MustCompile(`^$`)).OnElements("video", "audio")
	p.AllowAttrs("preload").Matching(regexp.MustCompile(`^none$`)).OnElements("video", "audio")
	p.AllowAttrs("alt").OnElements("img")
	p.AllowAttrs("width", "height").Matching(pixels).OnElements("img")
	p.AllowAttrs("href").Matching(linkPath).OnElements("a")
	p.AllowAttrs("rel").Matching(regexp.MustCompile(`^noopener$`)).OnElements("a")
	p.AllowURLSchemes("http", "https", "mailto")
	p.AllowRelativeURLs(true)
	p.RequireParseableURLs(true)
	return p
}()

// Sanitise keeps what the HTML policy of promises.md 4.6 allows and never alters a word that is shown. Its answer
// is a closed fragment, and sanitising that again gives the same: what does not settle is shown as plain text.
func Sanitise(source string) string {
	now := source
	for range 4 {
		next, ok := clean(now)
		if !ok {
			break
		}
		if next == now {
			return now
		}
		now = next
	}
	return asText(source)
}

// asText is the words alone, in paragraphs: the answer for HTML that no parser agrees on.
func asText(source string) string {
	var b strings.Builder
	for _, line := range strings.Split(PlainText(source), "\n") {
		if line != "" {
			b.WriteString("<p>" + html.EscapeString(line) + "</p>")
		}
	}
	return b.String()
}

func clean(source string) (string, bool) {
	nodes, ok := Parse(source)
	if !ok {
		return "", false
	}
	root := &html.Node{Type: html.ElementNode, Data: "body", DataAtom: atom.Body}
	for _, n := range nodes {
		keep(root, n, 0)
	}
	var b strings.Builder
	for c := root.FirstChild; c != nil; c = c.NextSibling {
		if err := html.Render(&b, c); err != nil {
			return "", false
		}
	}
	return secondOpinion.Sanitize(b.String()), true
}

// Parse reads a fragment as a browser does; ok is false for what is deeper than the parser goes or would swell.
func Parse(source string) (nodes []*html.Node, ok bool) {
	if swells(source) {
		return nil, false
	}
	body := &html.Node{Type: html.ElementNode, Data: "body", DataAtom: atom.Body}
	nodes, err := html.ParseFragment(strings.NewReader(strings.ReplaceAll(source, "\x00", "")), body)
	return nodes, err == nil
}

// formatting are the elements a parser opens again in every box after the one they were left open in.
var formatting = map[atom.Atom]bool{
	atom.A: true, atom.B: true, atom.Big: true, atom.Code: true, atom.Em: true, atom.Font: true, atom.I: true, atom.Nobr: true,
	atom.S: true, atom.Small: true, atom.Strike: true, atom.Strong: true, atom.Tt: true, atom.U: true,
}

// swells reports whether the tree would be many times the text: five hundred elements left open in front of a
// hundred thousand paragraphs make fifty million nodes out of one megabyte.
func swells(source string) bool {
	z := html.NewTokenizer(strings.NewReader(source))
	open, tokens, nodes := 0, 0, 0
	for {
		kind := z.Next()
		if kind == html.ErrorToken {
			return false
		}
		tokens++
		if nodes += open; nodes > 4*(tokens+10_000) {
			return true
		}
		if kind == html.StartTagToken || kind == html.EndTagToken {
			if name, _ := z.TagName(); formatting[atom.Lookup(name)] {
				if kind == html.StartTagToken {
					open++
				} else if open > 0 {
					open--
				}
			}
		}
	}
}

// keep appends to parent what may stay of n.
func keep(parent, n *html.Node, depth int) {
	switch n.Type {
	case html.TextNode:
		parent.AppendChild(&html.Node{Type: html.TextNode, Data: n.Data})
		return
	case html.ElementNode:
	default:
		return // comments and doctypes say nothing to a reader
	}
	if dropped[n.DataAtom] || n.Namespace != "" {
		return
	}
	to := parent
	k := kept(n)
	if k != nil && depth < deepest {
		if parent.AppendChild(k); k.DataAtom == atom.Img || k.DataAtom == atom.Br || k.DataAtom == atom.Hr {
			return
		}
		to, depth = k, depth+1
	}
	if n.DataAtom == atom.Video || n.DataAtom == atom.Audio {
		return // what stands in one is for browsers that have no player, and no reader's
	}
	for c := n.FirstChild; c != nil; c = c.NextSibling {
		keep(to, c, depth)
	}
}

// kept is the element that stands for n, or nil when only its content stays.
func kept(n *html.Node) *html.Node {
	a, class := n.DataAtom, ""
	if r, ok := renamed[a]; ok {
		a = r
	}
	style := strings.ToLower(strings.ReplaceAll(attr(n, "style"), " ", ""))
	switch {
	case (a == atom.Div || a == atom.Center || a == atom.Section || a == atom.Pre || a == atom.Address || a == atom.Dt || a == atom.Dd) && onlyWords(n):
		if a == atom.Center {
			class = "ta-c"
		}
		a = atom.P
	case a == atom.Span && strings.Contains(style, "font-weight:bold"):
		a = atom.Strong
	}
	if !allowed[a] {
		return nil
	}
	k := &html.Node{Type: html.ElementNode, DataAtom: a, Data: a.String()}
	switch a {
	case atom.P, atom.H2, atom.H3, atom.H4, atom.Td, atom.Th, atom.Figure, atom.Blockquote, atom.Table:
		setClass(k, attr(n, "class")+" "+class+" "+alignment(n, style))
	}
	return attributes(k, n)
}

// attributes copies what the element may say; an image that is not ours and an address that is no address go.
func attributes(k, n *html.Node) *html.Node {
	set := func(key string, ok *regexp.Regexp) bool {
		v := strings.TrimSpace(attr(n, key))
		if !ok.MatchString(v) {
			return false
		}
		k.Attr = append(k.Attr, html.Attribute{Key: key, Val: v})
		return true
	}
	switch k.DataAtom {
	case atom.Img:
		if !set("src", mediaPath) {
			return nil
		}
		k.Attr = append(k.Attr, html.Attribute{Key: "alt", Val: attr(n, "alt")})
		set("width", pixels)
		set("height", pixels)
	case atom.Video, atom.Audio: // with controls, and nothing plays or loads by itself
		if !set("src", mediaPath) {
			return nil
		}
		k.Attr = append(k.Attr, html.Attribute{Key: "controls"}, html.Attribute{Key: "preload", Val: "none"})
	case atom.A:
		if set("href", linkPath) && strings.HasPrefix(strings.ToLower(k.Attr[0].Val), "http") {
			k.Attr = append(k.Attr, html.Attribute{Key: "rel", Val: "noopener"})
		}
		if len(k.Attr) == 0 {
			return nil
		}
	case atom.Th, atom.Td:
		for _, key := range []string{"colspan", "rowspan"} {
			if n, err := strconv.Atoi(attr(n, key)); err == nil && n > 1 {
				k.Attr = append(k.Attr, html.Attribute{Key: key, Val: strconv.Itoa(min(n, 100))})
			}
		}
		if s := attr(n, "scope"); k.DataAtom == atom.Th && (s == "row" || s == "col" || s == "rowgroup" || s == "colgroup") {
			k.Attr = append(k.Attr, html.Attribute{Key: "scope", Val: s})
		}
	}
	return k
}

func attr(n *html.Node, key string) string {
	for _, a := range n.Attr {
		if a.Key == key && a.Namespace == "" {
			return a.Val
		}
	}
	return ""
}

// alignment reads what old editors wrote into styles; the theme decides everything else.
func alignment(n *html.Node, style string) string {
	align := strings.ToLower(attr(n, "align"))
	switch {
	case strings.Contains(style, "text-align:center") || align == "center":
		return "ta-c"
	case strings.Contains(style, "text-align:right") || align == "right":
		return "ta-r"
	}
	return ""
}

func setClass(k *html.Node, words string) {
	var ok []string
	for _, w := range strings.Fields(words) {
		if slices.Contains(classes, w) && !slices.Contains(ok, w) {
			ok = append(ok, w)
		}
	}
	if len(ok) > 0 {
		k.Attr = append(k.Attr, html.Attribute{Key: "class", Val: strings.Join(ok, " ")})
	}
}

// onlyWords reports whether a box holds no other box, so that it is a paragraph.
func onlyWords(n *html.Node) bool {
	for c := n.FirstChild; c != nil; c = c.NextSibling {
		if c.Type == html.ElementNode && (boxes[c.DataAtom] || !onlyWords(c)) {
			return false
		}
	}
	return true
}

// boxes are the elements that stand on lines of their own.
var boxes = map[atom.Atom]bool{
	atom.P: true, atom.Div: true, atom.Center: true, atom.Section: true, atom.Article: true, atom.Header: true, atom.Footer: true, atom.Main: true,
	atom.Aside: true, atom.Nav: true, atom.Address: true, atom.Pre: true, atom.Dl: true, atom.Dt: true, atom.Dd: true, atom.Form: true, atom.Fieldset: true,
	atom.H1: true, atom.H2: true, atom.H3: true, atom.H4: true, atom.H5: true, atom.H6: true, atom.Ul: true, atom.Ol: true, atom.Li: true,
	atom.Table: true, atom.Caption: true, atom.Thead: true, atom.Tbody: true, atom.Tfoot: true, atom.Tr: true, atom.Th: true, atom.Td: true,
	atom.Figure: true, atom.Figcaption: true, atom.Blockquote: true, atom.Hr: true, atom.Details: true, atom.Summary: true,
}

// PlainText is the words a reader of an HTML fragment sees, entities decoded, a line for each box. White space
// is kept as it is, but a line has none at its ends and there is no empty line.
func PlainText(source string) string {
	z := html.NewTokenizer(strings.NewReader(source))
	var lines []string
	var line strings.Builder
	end := func() {
		if s := strings.Trim(line.String(), " \t\r\n\f"); s != "" {
			lines = append(lines, s)
		}
		line.Reset()
	}
	var skip atom.Atom // the dropped element we are in
	for {
		switch z.Next() {
		case html.ErrorToken:
			end()
			return strings.Join(lines, "\n")
		case html.TextToken:
			if skip == 0 {
				unbroken(&line, z.Text())
			}
		case html.StartTagToken, html.SelfClosingTagToken:
			name, _ := z.TagName()
			if a := atom.Lookup(name); boxes[a] || a == atom.Br {
				end()
			} else if skip == 0 && (a == atom.Script || a == atom.Style || a == atom.Template || a == atom.Iframe || a == atom.Noscript) {
				skip = a
			}
		case html.EndTagToken:
			name, _ := z.TagName()
			if a := atom.Lookup(name); a == skip {
				skip = 0
			} else if boxes[a] {
				end()
			}
		}
	}
}

// unbroken writes a text with a space for each end of a line.
func unbroken(to *strings.Builder, text []byte) {
	for {
		part, rest, broken := bytes.Cut(text, []byte{'\n'})
		if !broken {
			to.Write(part)
			return
		}
		to.Write(bytes.TrimSuffix(part, []byte{'\r'}))
		to.WriteByte(' ')
		text = rest
	}
}
