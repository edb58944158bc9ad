package render

import (
	"net/url"
	"strings"
)

type meta struct{ Name, Content string }

// metaTags are the fifteen tags of 国办发〔2017〕47号 on the page classes they belong to, and the search engines'.
// A tag is never empty: it falls back to the next best true thing, and PubDate, for which there is none, is left out.
func metaTags(s Shell, t *theme) []meta {
	site, head := s.Site, s.Head
	tags := []meta{{"SiteName", site.Name}, {"SiteDomain", domain(site)}, {"SiteIDCode", or(site.Code, noCode)}}
	description, keywords := or(head.Description, or(site.Description, site.Name)), or(head.Keywords, or(site.Keywords, site.Name))
	column, c := "", head.Column
	if c == nil && head.Article != nil {
		c = &ColumnMeta{} // its column has left the template: what can be said is who speaks
	}
	if c != nil {
		column = or(c.Name, site.Name)
		text := or(c.Description, site.Name+"“"+column+"”栏目")
		words := or(c.Keywords, column)
		tags = append(tags, meta{"ColumnName", column}, meta{"ColumnDescription", text}, meta{"ColumnKeywords", words},
			meta{"ColumnType", or(c.Type, column)})
		description, keywords = or(head.Description, text), or(head.Keywords, words)
	}
	if a := head.Article; a != nil {
		tags = append(tags, articleTags(s, t, column)...)
	} else {
		tags = append(tags, meta{"description", description}, meta{"keywords", keywords}) // names ignore case: not both spellings
	}
	if head.NoIndex || site.Demo {
		tags = append(tags, meta{"robots", "noindex"})
	}
	return tags
}

func articleTags(s Shell, t *theme, column string) []meta {
	site, head, a := s.Site, s.Head, s.Head.Article
	first := ""
	if len(head.Title) > 0 {
		first = head.Title[0]
	}
	name := or(a.Title, or(first, site.Name))
	source := or(a.Source, or(site.Sponsor, site.Name))
	tags := []meta{
		{"ArticleTitle", name}, {"PubDate", a.PubDate}, {"ContentSource", source},
		{"Keywords", or(a.Keywords, or(head.Keywords, or(column, site.Name)))},
		{"Author", or(a.Author, source)},
		{"Description", or(a.Description, or(head.Description, name))},
		{"Image", absolute(site, or(a.Image, t.favicon))},
		{"Url", absolute(site, or(a.URL, site.Path(or(head.Rest, "/"))))},
	}
	if a.PubDate == "" {
		tags = append(tags[:1], tags[2:]...)
	}
	return tags
}

// domain is the host people type, without scheme and port.
func domain(s *Site) string {
	u, err := url.Parse(s.Origin)
	if err != nil || u.Hostname() == "" {
		return or(s.Origin, s.Name)
	}
	return u.Hostname()
}

func absolute(s *Site, address string) string {
	if strings.HasPrefix(address, "/") {
		return s.Origin + address
	}
	return address
}
