package render

import (
	"bytes"

	"golang.org/x/net/html"
)

// anchors is a fragment with what f makes of the attributes of each link; everything else stays byte for byte.
func anchors(body []byte, f func(attrs []html.Attribute) []html.Attribute) []byte {
	if !bytes.Contains(body, []byte("<a ")) {
		return body
	}
	var out bytes.Buffer
	out.Grow(len(body) + len(body)/8)
	for z := html.NewTokenizer(bytes.NewReader(body)); ; {
		kind := z.Next()
		if kind == html.ErrorToken {
			return out.Bytes()
		}
		before := out.Len()
		out.Write(z.Raw()) // reading the attributes writes into what Raw returns
		if kind != html.StartTagToken && kind != html.SelfClosingTagToken {
			continue
		}
		if name, _ := z.TagName(); string(name) != "a" {
			continue
		}
		out.Truncate(before)
		var attrs []html.Attribute
		for more := true; more; {
			var key, val []byte
			if key, val, more = z.TagAttr(); len(key) > 0 {
				attrs = append(attrs, html.Attribute{Key: string(key), Val: string(val)})
			}
		}
		out.WriteString("<a")
		for _, a := range f(attrs) {
			out.WriteString(" " + a.Key + `="` + html.EscapeString(a.Val) + `"`)
		}
		out.WriteByte('>')
	}
}
