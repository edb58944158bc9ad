package feed

import (
	"bytes"
	"encoding/json"
	"encoding/xml"
	"time"

	"github.com/zhanqun/zhanqun/kernel"
	"github.com/zhanqun/zhanqun/platform/render"
)

// The types of what the room answers with.
const (
	atomType     = "application/atom+xml; charset=utf-8"
	rssType      = "application/rss+xml; charset=utf-8"
	jsonFeedType = "application/feed+json"
	xmlType      = "application/xml; charset=utf-8"
	jsonType     = "application/json"
	textType     = "text/plain; charset=utf-8"
	manifestType = "application/manifest+json"
)

type atomLink struct {
	Rel  string `xml:"rel,attr"`
	Type string `xml:"type,attr,omitempty"`
	Href string `xml:"href,attr"`
}

type atomName struct {
	Name string `xml:"name"`
}

type atomEntry struct {
	ID        string    `xml:"id"`
	Title     string    `xml:"title"`
	Link      atomLink  `xml:"link"`
	Published string    `xml:"published,omitempty"`
	Updated   string    `xml:"updated"`
	Author    *atomName `xml:"author,omitempty"`
	Summary   string    `xml:"summary,omitempty"`
}

type atomFeed struct {
	XMLName  xml.Name    `xml:"http://www.w3.org/2005/Atom feed"`
	Lang     string      `xml:"xml:lang,attr"`
	ID       string      `xml:"id"`
	Title    string      `xml:"title"`
	Subtitle string      `xml:"subtitle"`
	Updated  string      `xml:"updated"`
	Author   atomName    `xml:"author"`
	Links    []atomLink  `xml:"link"`
	Entries  []atomEntry `xml:"entry"`
}

// atom writes a feed as RFC 4287.
func atom(s *render.Site, c *channel) ([]byte, error) {
	out := atomFeed{Lang: "zh-CN", ID: c.id, Title: c.title, Subtitle: c.description, Updated: moment(c.updated), Author: atomName{s.Name},
		Links: []atomLink{{"self", "application/atom+xml", s.URL(c.below + render.AtomPath)}, {"alternate", "text/html", s.URL(c.page)}}}
	for _, t := range c.texts {
		e := atomEntry{ID: entryID(t.ID), Title: t.Title, Link: atomLink{"alternate", "text/html", s.URL(textRest(t.ID))},
			Published: moment(t.ShownAt), Updated: moment(t.ChangedAt), Summary: t.Excerpt}
		if t.Author != "" {
			e.Author = &atomName{t.Author}
		}
		out.Entries = append(out.Entries, e)
	}
	return inXML(out)
}

type rssGUID struct {
	Permanent bool   `xml:"isPermaLink,attr"`
	ID        string `xml:",chardata"`
}

type rssItem struct {
	Title       string  `xml:"title"`
	Link        string  `xml:"link"`
	GUID        rssGUID `xml:"guid"`
	Published   string  `xml:"pubDate,omitempty"`
	Description string  `xml:"description,omitempty"`
}

type rssFeed struct {
	XMLName xml.Name `xml:"rss"`
	Version string   `xml:"version,attr"`
	Atom    string   `xml:"xmlns:atom,attr"`
	Channel struct {
		Title       string    `xml:"title"`
		Link        string    `xml:"link"`
		Description string    `xml:"description"`
		Language    string    `xml:"language"`
		Built       string    `xml:"lastBuildDate"`
		Self        atomLink  `xml:"atom:link"`
		Items       []rssItem `xml:"item"`
	} `xml:"channel"`
}

// rss writes a feed as RSS 2.0, whose days are RFC 822's.
func rss(s *render.Site, c *channel) ([]byte, error) {
	var out rssFeed
	out.Version, out.Atom = "2.0", "http://www.w3.org/2005/Atom"
	ch := &out.Channel
	ch.Title, ch.Link, ch.Description, ch.Language, ch.Built = c.title, s.URL(c.page), c.description, "zh-cn", c.updated.In(kernel.Beijing).Format(time.RFC1123Z)
	ch.Self = atomLink{"self", "application/rss+xml", s.URL(c.below + render.RSSPath)}
	for _, t := range c.texts {
		item := rssItem{Title: t.Title, Link: s.URL(textRest(t.ID)), GUID: rssGUID{ID: entryID(t.ID)}, Description: t.Excerpt}
		if !t.ShownAt.IsZero() {
			item.Published = t.ShownAt.In(kernel.Beijing).Format(time.RFC1123Z)
		}
		ch.Items = append(ch.Items, item)
	}
	return inXML(out)
}

type jsonAuthor struct {
	Name string `json:"name"`
	URL  string `json:"url,omitempty"`
}

type jsonItem struct {
	ID        string       `json:"id"`
	URL       string       `json:"url"`
	Title     string       `json:"title"`
	Text      string       `json:"content_text"`
	Published string       `json:"date_published,omitempty"`
	Modified  string       `json:"date_modified"`
	Authors   []jsonAuthor `json:"authors,omitempty"`
}

type jsonFeed struct {
	Version     string       `json:"version"`
	Title       string       `json:"title"`
	Description string       `json:"description"`
	HomePage    string       `json:"home_page_url"`
	Feed        string       `json:"feed_url"`
	Language    string       `json:"language"`
	Authors     []jsonAuthor `json:"authors"`
	Items       []jsonItem   `json:"items"`
}

// jsonForm writes a feed as JSON Feed 1.1.
func jsonForm(s *render.Site, c *channel) ([]byte, error) {
	out := jsonFeed{Version: "https://jsonfeed.org/version/1.1", Title: c.title, Description: c.description, HomePage: s.URL(c.page),
		Feed: s.URL(c.below + render.JSONFeedPath), Language: "zh-CN", Authors: []jsonAuthor{{s.Name, s.URL("/")}}, Items: []jsonItem{}}
	for _, t := range c.texts {
		item := jsonItem{ID: entryID(t.ID), URL: s.URL(textRest(t.ID)), Title: t.Title, Text: t.Excerpt, Published: moment(t.ShownAt), Modified: moment(t.ChangedAt)}
		if t.Author != "" {
			item.Authors = []jsonAuthor{{Name: t.Author}}
		}
		out.Items = append(out.Items, item)
	}
	return inJSON(out)
}

// inXML writes a document; what no XML can hold becomes the sign for it.
func inXML(doc any) ([]byte, error) {
	b, err := xml.Marshal(doc)
	if err != nil {
		return nil, err
	}
	return append([]byte(xml.Header), append(b, '\n')...), nil
}

// inJSON writes a document whose Chinese and addresses stay legible.
func inJSON(doc any) ([]byte, error) {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	err := e.Encode(doc)
	return b.Bytes(), err
}
