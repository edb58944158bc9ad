package render

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"golang.org/x/net/html"
)

// fenced are elements a view may not write: they would reach out of <main>, load something, or run.
var fenced = map[string]bool{
	"html": true, "head": true, "body": true, "title": true, "base": true, "link": true, "meta": true, "main": true,
	"script": true, "style": true, "template": true, "noscript": true, "iframe": true, "frame": true, "frameset": true,
	"object": true, "embed": true, "plaintext": true, "xmp": true, "noembed": true, "noframes": true,
}

var void = []string{"area", "br", "col", "hr", "img", "input", "source", "track", "wbr"}

// fence refuses a view's HTML that is not a closed fragment or that carries an inline style or script.
// html/template has no notion of elements, so a theme that opens a <textarea> would hide the footer in it.
func fence(main []byte) error {
	z := html.NewTokenizer(bytes.NewReader(main))
	var open []string
	for {
		switch z.Next() {
		case html.ErrorToken:
			if err := z.Err(); !errors.Is(err, io.EOF) {
				return err
			}
			if len(open) > 0 {
				return fmt.Errorf("<%s> is not closed", open[len(open)-1])
			}
			return nil
		case html.StartTagToken, html.SelfClosingTagToken:
			name, more := z.TagName()
			tag := string(name)
			if fenced[tag] {
				return fmt.Errorf("a view may not write <%s>", tag)
			}
			for more {
				var key []byte
				key, _, more = z.TagAttr()
				if k := string(key); k == "style" || strings.HasPrefix(k, "on") {
					return fmt.Errorf("a view may not write the attribute %s", k)
				}
			}
			if !slices.Contains(void, tag) && !svgLeaf[tag] {
				open = append(open, tag)
			}
		case html.EndTagToken:
			name, _ := z.TagName()
			tag := string(name)
			if svgLeaf[tag] {
				return fmt.Errorf("</%s> has no place in a view", tag)
			}
			if len(open) == 0 || open[len(open)-1] != tag {
				return fmt.Errorf("</%s> closes nothing", tag)
			}
			open = open[:len(open)-1]
		}
	}
}

// svgLeaf are the shapes of our icons, always written self-closed.
var svgLeaf = map[string]bool{"path": true, "circle": true, "rect": true, "line": true, "ellipse": true, "polyline": true, "polygon": true}
