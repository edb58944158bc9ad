package render

import (
	"bytes"
	"html/template"
	"strings"

	"golang.org/x/net/html"
)

// Inside leads the links of a text to pages of its own host to the same pages in the site's variant, so that who reads it there stays
// there. Whoever wrote the text wrote the addresses of the pages themselves; those of files and of other hosts stay.
func Inside(s *Site, body template.HTML) template.HTML {
	if s.Variant == "" || !strings.Contains(string(body), "<a ") {
		return body
	}
	var out bytes.Buffer
	for z := html.NewTokenizer(strings.NewReader(string(body))); ; {
		kind := z.Next()
		if kind == html.ErrorToken {
			return template.HTML(out.String()) // the same HTML with other addresses
		}
		tag := bytes.Clone(z.Raw())
		if name, _ := z.TagName(); kind != html.StartTagToken || string(name) != "a" {
			out.Write(tag)
			continue
		}
		out.WriteString("<a")
		for {
			key, val, more := z.TagAttr()
			if len(key) > 0 {
				to := string(val)
				if string(key) == "href" {
					to = inside(s, to)
				}
				out.WriteString(" " + string(key) + `="` + html.EscapeString(to) + `"`)
			}
			if !more {
				break
			}
		}
		out.WriteByte('>')
	}
}

// inside is the address of a page of s's host in s's variant; any other address stays.
func inside(s *Site, href string) string {
	path := strings.TrimPrefix(href, s.Origin)
	mount := ""
	if below, ok := strings.CutPrefix(path, "/z/"); ok {
		slug, rest, _ := strings.Cut(below, "/")
		mount, path = "/z/"+slug, "/"+rest
	}
	if path == "/" || path == SitemapPath || strings.HasPrefix(path, "/a/") || strings.HasPrefix(path, "/c/") {
		return mount + s.Variant.Prefix() + path
	}
	return href
}
