package article

import (
	"cmp"
	"context"
	"fmt"
	"strconv"
	"time"

	"github.com/zhanqun/zhanqun/kernel"
	"github.com/zhanqun/zhanqun/platform/publication"
	"github.com/zhanqun/zhanqun/platform/render"
	"github.com/zhanqun/zhanqun/storage/index"
)

// index puts what is public of an article into the full text.
func (a *Articles) index(ctx context.Context, l *publication.Live) error {
	docs, odd, err := a.searchables(ctx, l.Site, []publication.Live{*l})
	if err != nil {
		return err
	}
	if odd[l.ID] != nil {
		return odd[l.ID]
	}
	return a.Index.Put(ctx, docs...)
}

// searchables are what of a site's articles is found, with what has become of them since; those that cannot be read stand in odd.
func (a *Articles) searchables(ctx context.Context, site kernel.SiteID, all []publication.Live) (docs []index.Doc, odd map[int64]error, err error) {
	ids := make([]ID, len(all))
	for i := range all {
		ids[i] = all[i].ID
	}
	became, err := a.validities(ctx, site, ids)
	if err != nil {
		return nil, nil, err
	}
	files, err := a.fileWords(ctx, site, all)
	if err != nil {
		return nil, nil, err
	}
	odd = map[int64]error{}
	for i := range all {
		doc, err := a.searchable(ctx, &all[i])
		if err != nil {
			odd[all[i].ID] = err
			continue
		}
		if v := became[doc.ID]; v.State != "" {
			doc.Validity = v.State
		}
		doc.Body += "\n" + files[doc.ID]
		docs = append(docs, doc)
	}
	return docs, odd, nil
}

// searchable is what of an article is found: numbers and names of a document as well, and what its films say.
func (a *Articles) searchable(ctx context.Context, l *publication.Live) (index.Doc, error) {
	p, err := decode(l.Payload)
	if err != nil {
		return index.Doc{}, fmt.Errorf("read article %d of site %d: %w", l.ID, l.Site, err)
	}
	doc := index.Doc{Site: l.Site, ID: l.ID, Column: l.Place, Title: l.Title, At: l.ShownAt, Facets: index.Facets{Kind: p.Kind}}
	if d := p.Document; d != nil {
		doc.Number, doc.Issuer, doc.Validity = d.Number, d.Issuer, d.Validity
		doc.Subject, doc.Genre, doc.Written = d.Subject, d.Genre, cmp.Or(d.WrittenOn, d.IssuedOn)
		doc.Body = d.Number + "\n" + d.IndexNumber + "\n" + d.Issuer + "\n"
	}
	said, err := a.said(ctx, l, p)
	doc.Body += p.words() + said
	return doc, err
}

// said is what the films of a text say, as a part of it.
func (a *Articles) said(ctx context.Context, l *publication.Live, p *Payload) (string, error) {
	if a.Films == nil {
		return "", nil
	}
	said, err := a.Films.Transcripts(ctx, l.Site, int64(l.Edition), p.Body)
	if err != nil {
		return "", fmt.Errorf("read the films of article %d of site %d: %w", l.ID, l.Site, err)
	}
	return "\n" + said, nil
}

// words are the text of an article and what its column asked for.
func (p *Payload) words() string {
	body := render.PlainText(p.Body)
	for _, f := range p.Fields {
		body += "\n" + f.Label + " " + f.Value
	}
	return body
}

// Hit is a public article as a list of search results shows it.
type Hit struct {
	Title, Column, Number, Mark string
	Body                        string // plain text
	Day                         time.Time
	Rest                        string // its address within the site
}

// Hits tells what articles of a site are, as they are public now; those that are not are left out.
func (a *Articles) Hits(ctx context.Context, site kernel.SiteID, ids []ID) (map[ID]Hit, error) {
	live, _, err := a.Published.LiveMany(ctx, site, Kind, ids) // no page shows one whose text is not the one that was approved
	if err != nil {
		return nil, err
	}
	tree, err := a.Columns.Tree(ctx, site)
	if err != nil {
		return nil, err
	}
	became, err := a.validities(ctx, site, ids)
	if err != nil {
		return nil, err
	}
	files, err := a.fileWords(ctx, site, live)
	if err != nil {
		return nil, err
	}
	all := make(map[ID]Hit, len(live))
	for i := range live {
		l := &live[i]
		p, err := decode(l.Payload)
		if err != nil {
			return nil, fmt.Errorf("read article %d of site %d: %w", l.ID, site, err)
		}
		said, err := a.said(ctx, l, p)
		if err != nil {
			return nil, err
		}
		f := Hit{Title: l.Title, Body: p.words() + said + "\n" + files[l.ID], Day: shownAt(&l.Row), Rest: "/a/" + strconv.FormatInt(l.ID, 10)}
		state := ""
		if p.Document != nil {
			f.Number, state = p.Document.Number, p.Document.Validity
		}
		if v := became[l.ID]; v.State != "" {
			state = v.State
		}
		if state != "" && state != "in_force" {
			f.Mark = validityNames[state]
		}
		if k := tree.Resolve(l.Place); k != nil {
			f.Column = k.Name
		}
		all[l.ID] = f
	}
	return all, nil
}

// ReindexOutdated leaves to the workers the sites whose full text was made by older rules, as behind an upgrade.
func (a *Articles) ReindexOutdated(ctx context.Context, sites []kernel.SiteID) error {
	if len(sites) == 0 {
		return nil
	}
	return a.DB.InTx(ctx, func(ctx context.Context) error {
		for _, site := range sites {
			if err := a.ReindexLater(ctx, site); err != nil {
				return err
			}
		}
		return nil
	})
}
