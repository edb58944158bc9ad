package hant

import (
	"bytes"
	"slices"
	"strings"
	"unicode/utf8"

	"golang.org/x/net/html"
)

// Page writes a page's words in traditional characters: what people read or hear, and nothing a machine needs. Addresses, ids,
// values of forms and scripts stay byte for byte; so does an element that says translate="no", or that it is in another language.
func Page(page []byte) []byte {
	p := pageWriter{words: toTraditional(), out: make([]byte, 0, len(page)+len(page)/16)}
	for z := html.NewTokenizer(bytes.NewReader(page)); ; {
		switch kind := z.Next(); kind {
		case html.ErrorToken:
			return p.out // a page of ours ends where it ends
		case html.TextToken:
			if p.within == "" {
				p.out = p.words.write(p.out, z.Raw())
			} else {
				p.out = append(p.out, z.Raw()...)
			}
		case html.StartTagToken, html.SelfClosingTagToken:
			p.open(z, kind)
		case html.EndTagToken:
			p.out = append(p.out, z.Raw()...)
			if name, _ := z.TagName(); p.within == string(name) {
				if p.depth--; p.depth == 0 {
					p.within = ""
				}
			}
		default:
			p.out = append(p.out, z.Raw()...)
		}
	}
}

// pageWriter is where a page has come to. While within is set, nothing is changed until the element of that name is closed that opened it.
type pageWriter struct {
	words  *dictionary
	out    []byte
	within string
	depth  int
}

// spoken are the attributes that are read to people; of a <meta>, the content of a description is.
var spoken = []string{"title", "alt", "aria-label", "aria-description", "placeholder", "label"}

// raw are the elements whose text is no language, or is somebody's own.
var raw = []string{"script", "style", "textarea"}

// empty are the elements that are never closed.
var empty = []string{"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"}

// open writes a tag, and its attributes anew when one of them is spoken and changes.
func (p *pageWriter) open(z *html.Tokenizer, kind html.TokenType) {
	before := len(p.out)
	p.out = append(p.out, z.Raw()...) // reading the attributes writes into what Raw returns
	ascii := !slices.ContainsFunc(p.out[before:], func(b byte) bool { return b >= utf8.RuneSelf })
	b, more := z.TagName()
	name := string(b)
	if p.within != "" {
		if name == p.within && kind == html.StartTagToken {
			p.depth++
		}
		return
	}
	var attrs []html.Attribute
	for more {
		var key, val []byte
		key, val, more = z.TagAttr()
		attrs = append(attrs, html.Attribute{Key: string(key), Val: string(val)})
	}
	if stays(name, attrs) {
		if kind == html.StartTagToken && !slices.Contains(empty, name) {
			p.within, p.depth = name, 1
		}
		return
	}
	if ascii {
		return
	}
	if p.change(name, attrs) {
		p.out = p.tag(p.out[:before], name, attrs, kind)
	}
}

// stays reports whether an element is to be left as it is.
func stays(name string, attrs []html.Attribute) bool {
	if slices.Contains(raw, name) {
		return true
	}
	for _, a := range attrs {
		switch {
		case a.Key == "translate" && a.Val == "no":
			return true
		case a.Key == "lang" && (!strings.HasPrefix(a.Val, "zh") || a.Val == "zh-Hans"):
			return true
		}
	}
	return false
}

// change writes the spoken attributes anew, and reports whether there was any.
func (p *pageWriter) change(name string, attrs []html.Attribute) (changed bool) {
	described := name == "meta" && slices.ContainsFunc(attrs, func(a html.Attribute) bool {
		return a.Key == "name" && strings.HasSuffix(strings.ToLower(a.Val), "description")
	})
	for i, a := range attrs {
		if slices.Contains(spoken, a.Key) || described && a.Key == "content" {
			attrs[i].Val = string(p.words.write(nil, []byte(a.Val)))
			changed = true
		}
	}
	return changed
}

func (p *pageWriter) tag(out []byte, name string, attrs []html.Attribute, kind html.TokenType) []byte {
	out = append(append(out, '<'), name...)
	for _, a := range attrs {
		out = append(append(append(out, ' '), a.Key...), `="`...)
		out = append(append(out, html.EscapeString(a.Val)...), '"')
	}
	if kind == html.SelfClosingTagToken {
		out = append(out, '/')
	}
	return append(out, '>')
}
