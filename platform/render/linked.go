package render

import "strings"

// DocumentMeta is what an official document says of itself: numbers as printed, the day "YYYY-MM-DD" or "".
type DocumentMeta struct{ Number, Issuer, WrittenOn string }

// node is one statement of schema.org about the page. It stands in a block of data, which a browser does not run; html/template
// writes it as JSON in which no text can end the block.
type node struct {
	Context     string  `json:"@context,omitempty"`
	Type        string  `json:"@type"`
	Name        string  `json:"name,omitempty"`
	URL         string  `json:"url,omitempty"`
	Telephone   string  `json:"telephone,omitempty"`
	Address     string  `json:"address,omitempty"`
	Parent      *node   `json:"parentOrganization,omitempty"`
	Items       []crumb `json:"itemListElement,omitempty"`
	Headline    string  `json:"headline,omitempty"`
	Language    string  `json:"inLanguage,omitempty"`
	Published   string  `json:"datePublished,omitempty"`
	Modified    string  `json:"dateModified,omitempty"`
	Description string  `json:"description,omitempty"`
	Image       string  `json:"image,omitempty"`
	Author      *node   `json:"author,omitempty"`
	Publisher   *node   `json:"publisher,omitempty"`
	Number      string  `json:"legislationIdentifier,omitempty"`
	WrittenOn   string  `json:"legislationDate,omitempty"`
	PassedBy    *node   `json:"legislationPassedBy,omitempty"`
}

// crumb is a step of the way to the page.
type crumb struct {
	Type     string `json:"@type"`
	Position int    `json:"position"`
	Name     string `json:"name"`
	Item     string `json:"item,omitempty"`
}

const (
	vocabulary   = "https://schema.org"
	organization = "GovernmentOrganization"
)

// linked is what search engines and assistants are told of the page in their own words (R2): who the site is on the home page, the way to
// the page, and what an article is.
func linked(s Shell, crumbs []Link) (all []node) {
	site := s.Site
	if s.Head.Rest == "/" {
		self := unit(site)
		self.Context, self.Telephone, self.Address = vocabulary, site.Phone, site.Address
		if site.CarrierName != "" {
			self.Parent = &node{Type: organization, Name: site.CarrierName, URL: site.CarrierURL}
		}
		all = append(all, *self)
	}
	if len(crumbs) > 0 {
		way := node{Context: vocabulary, Type: "BreadcrumbList"}
		for i, l := range crumbs {
			way.Items = append(way.Items, crumb{"ListItem", i + 1, l.Text, absolute(site, l.Href)})
		}
		all = append(all, way)
	}
	if s.Head.Article != nil {
		all = append(all, text(s))
	}
	return all
}

// unit is who speaks on a site.
func unit(s *Site) *node {
	return &node{Type: organization, Name: or(s.Sponsor, s.Name), URL: s.URL("/")}
}

// text is an article, as the kind of text that it is.
func text(s Shell) node {
	site, a := s.Site, s.Head.Article
	title := or(a.Title, strings.Join(s.Head.Title[:min(len(s.Head.Title), 1)], ""))
	n := node{Context: vocabulary, Type: "Article", Headline: title, Language: "zh-CN", URL: absolute(site, or(a.URL, site.Path(or(s.Head.Rest, "/")))),
		Published: iso(a.Published), Modified: iso(a.Modified), Description: or(a.Description, s.Head.Description), Publisher: unit(site),
		Author: &node{Type: "Organization", Name: or(a.Source, or(site.Sponsor, site.Name))}}
	if a.Image != "" {
		n.Image = absolute(site, a.Image)
	}
	switch d := a.Document; {
	case d != nil:
		n.Type, n.Name, n.Number, n.WrittenOn = "Legislation", title, d.Number, d.WrittenOn
		if d.Issuer != "" {
			n.PassedBy = &node{Type: organization, Name: d.Issuer}
		}
	case a.News:
		n.Type = "NewsArticle"
	}
	return n
}

// AtomPath and the others are the addresses, below every mount, of what programs read; a column's stand below its own.
const (
	AtomPath     = "/feed.xml"
	RSSPath      = "/rss.xml"
	JSONFeedPath = "/feed.json"
	ManifestPath = "/manifest.webmanifest"
	DataPath     = "/data" // where people read of all this
)

// alternate is the same content in a form for programs.
type alternate struct{ Type, Title, Href string }

// alternates are the feeds of the site, and of the column whose page it is.
func alternates(s Shell) []alternate {
	site := s.Site
	pair := func(title, below string) []alternate {
		return []alternate{{"application/atom+xml", title, site.Plain(below + AtomPath)}, {"application/feed+json", title, site.Plain(below + JSONFeedPath)}}
	}
	all := pair(site.Name, "")
	if c := s.Head.Column; c != nil && s.Head.Feed != "" {
		all = append(pair(site.Name+" "+or(c.Name, site.Name), s.Head.Feed), all...)
	}
	return all
}

// Looks is what a site looks like to a program that lists it: the address of its icon, its colour and the paper it stands on.
func (r *Renderer) Looks(s *Site) (icon, colour, paper string) {
	t := r.theme(s)
	f := newFrame(Shell{Site: s}, t, r.aids, ownRoom, noticeView.name)
	return t.favicon, f.ThemeColor, or(t.Tokens["page"], "#ffffff")
}

// IconType is the type of every theme's icon.
const IconType = "image/svg+xml"
