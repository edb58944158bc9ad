package app

import (
	"context"
	"fmt"
	"time"

	"github.com/zhanqun/zhanqun/kernel"
	"github.com/zhanqun/zhanqun/platform/render"
	"github.com/zhanqun/zhanqun/platform/search"
	"github.com/zhanqun/zhanqun/tenants/article"
	"github.com/zhanqun/zhanqun/tenants/column"
	"github.com/zhanqun/zhanqun/tenants/library"
)

// findable tells the search what its hits are: articles.
type findable struct{ articles *article.Articles }

// Texts answers search.Texts.
func (f findable) Texts(ctx context.Context, s *render.Site, ids []int64) (map[int64]search.Text, error) {
	all, err := f.articles.Hits(ctx, s.ID, ids)
	texts := make(map[int64]search.Text, len(all))
	for id, t := range all {
		texts[id] = search.Text(t)
	}
	return texts, err
}

// shelves tells the library which columns of a site hold documents.
type shelves struct{ *column.Columns }

// Shelves answers library.Columns.
func (c shelves) Shelves(ctx context.Context, site kernel.SiteID, kind string) (all []library.Shelf, err error) {
	tree, err := c.Tree(ctx, site)
	if err != nil {
		return nil, err
	}
	for _, k := range tree.All() {
		if k.Kind == kind && tree.Visible(k.ID) {
			all = append(all, library.Shelf{Column: k.ID, Name: k.Name, Places: tree.Lists(k.ID)})
		}
	}
	return all, nil
}

// shelved tells the library what its documents are: articles.
type shelved struct{ articles *article.Articles }

// Documents answers library.Documents.
func (s shelved) Documents(ctx context.Context, site kernel.SiteID, ids []int64) (map[int64]library.Document, error) {
	all, err := s.articles.Tell(ctx, site, ids)
	docs := make(map[int64]library.Document, len(all))
	for _, t := range all {
		d := library.Document{Title: t.Row.Title, Body: render.PlainText(t.Body), Published: t.ShownAt, Rest: fmt.Sprintf("/a/%d", t.Row.ID)}
		if t.Undated {
			d.Published = time.Time{}
		}
		if x := t.Document; x != nil {
			d.Number, d.Issuer, d.WrittenOn, d.Mark = x.Number, x.Issuer, x.WrittenOn, article.Became(x.Validity)
		}
		docs[t.Row.ID] = d
	}
	return docs, err
}

// numbered tells the numbering what its texts are: articles.
type numbered struct{ *article.Articles }

// Number answers numbering.Texts.
func (numbered) Number(payload []byte) string { return article.IndexNumber(payload) }

// reindex leaves to the workers what an older program has put into the full text.
func (h *House) reindex(ctx context.Context) error {
	sites, err := h.Index.Outdated(ctx)
	if err != nil {
		return err
	}
	return h.Articles.ReindexOutdated(ctx, sites)
}
