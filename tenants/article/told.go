package article

import (
	"cmp"
	"context"
	"fmt"
	"strings"

	nethtml "golang.org/x/net/html"

	"github.com/zhanqun/zhanqun/kernel"
	"github.com/zhanqun/zhanqun/platform/publication"
	"github.com/zhanqun/zhanqun/platform/render"
	"github.com/zhanqun/zhanqun/tenants/column"
)

// excerptMost is how long what is told of a text without a summary may be, in characters.
const excerptMost = 120

// Told is an article as feeds and data doors tell of it.
type Told struct {
	publication.Row
	Payload
	Excerpt string // the summary, or the beginning of the text
	Undated bool   // nobody knows the day on which it was first published
}

// Tell returns what may be told of the site's public articles, in the order of their ids; what is not public is left out, and so is a text that
// is not the one that was approved. What has become of a document since stands in the place of what its text says.
func (a *Articles) Tell(ctx context.Context, site kernel.SiteID, ids []ID) ([]Told, error) {
	if len(ids) == 0 {
		return nil, nil
	}
	live, _, err := a.Published.LiveMany(ctx, site, Kind, ids)
	if err != nil {
		return nil, err
	}
	since, err := a.validities(ctx, site, ids)
	if err != nil {
		return nil, err
	}
	byID := make(map[ID]Told, len(live))
	for i := range live {
		l := &live[i]
		p, err := decode(l.Payload)
		if err != nil {
			return nil, fmt.Errorf("read article %d of site %d: %w", l.ID, site, err)
		}
		if v := since[l.ID].State; v != "" && p.Document != nil {
			p.Document.Validity = v
		}
		byID[l.ID] = Told{l.Row, *p, p.excerpt(), isUndated(&l.Row)}
	}
	all := make([]Told, 0, len(byID))
	for _, id := range ids {
		if t, ok := byID[id]; ok {
			all = append(all, t)
		}
	}
	return all, nil
}

// excerpt is the summary, or the beginning of the text.
func (p *Payload) excerpt() string {
	if s := strings.TrimSpace(p.Summary); s != "" {
		return s
	}
	words := []rune(strings.Join(strings.Fields(render.PlainText(p.Body)), " "))
	if len(words) <= excerptMost {
		return string(words)
	}
	return string(words[:excerptMost-1]) + "…"
}

// firstPicture is the address of the first picture of a body as readers see it, or "".
func firstPicture(body string) string {
	for z := nethtml.NewTokenizer(strings.NewReader(body)); ; {
		switch z.Next() {
		case nethtml.ErrorToken:
			return ""
		case nethtml.StartTagToken, nethtml.SelfClosingTagToken:
			t := z.Token()
			for _, at := range t.Attr {
				if t.Data == "img" && at.Key == "src" && strings.HasPrefix(at.Val, "/") {
					return at.Val
				}
			}
		}
	}
}

// meta is what the page of a text says about itself.
func (p *Payload) meta(s *render.Site, row *publication.Row, page *ShowPage) *render.ArticleMeta {
	m := &render.ArticleMeta{Title: p.Title, PubDate: minute(row.ShownAt), Source: p.Source, Keywords: p.Keywords, Author: cmp.Or(p.Author, p.Source),
		Description: p.excerpt(), Image: firstPicture(string(page.Body)), URL: s.URL(fmt.Sprintf("/a/%d", row.ID)),
		Published: page.PublishedAt, Modified: row.EditionPublishedAt}
	if d := p.Document; d != nil && p.Kind == Policy {
		m.Document = &render.DocumentMeta{Number: d.Number, Issuer: d.Issuer, WrittenOn: d.WrittenOn}
		m.Source = cmp.Or(p.Source, d.Issuer)
	}
	return m
}

// isNews reports whether a column holds news.
func isNews(k *column.Column) bool { return k.Kind == "news" || k.Kind == "pictures" }
