package render

import (
	"html/template"
	"strings"

	"golang.org/x/net/html"
)

// Inside leads the links of a text to pages of its own host to the same pages in the site's variant, so that who reads it there stays
// there. Whoever wrote the text wrote the addresses of the pages themselves; those of files and of other hosts stay.
func Inside(s *Site, body template.HTML) template.HTML {
	if s.Variant == "" {
		return body
	}
	return template.HTML(anchors([]byte(body), func(attrs []html.Attribute) []html.Attribute { // the same HTML with other addresses
		for i := range attrs {
			if attrs[i].Key == "href" {
				attrs[i].Val = inside(s, attrs[i].Val)
			}
		}
		return attrs
	}))
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
