package app

import (
	"context"

	"github.com/zhanqun/zhanqun/kernel"
	"github.com/zhanqun/zhanqun/tenants/article"
	"github.com/zhanqun/zhanqun/tenants/media"
)

// drafted tells the media library which articles name its items, and writes another item into their drafts.
type drafted struct{ articles *article.Articles }

// Naming are the drafts that name an item, or any.
func (t drafted) Naming(ctx context.Context, site kernel.SiteID, item media.ID) ([]media.Text, error) {
	found, err := t.articles.Pictured(ctx, site, item)
	all := make([]media.Text, len(found))
	for n, p := range found {
		all[n] = media.Text{ID: p.ID, Title: p.Title, State: p.State, Version: p.Version, Unsaved: p.Unsaved, Binned: p.Binned, Names: media.Named(p.Words)}
	}
	return all, err
}

// Draft is one article as it is being written.
func (t drafted) Draft(ctx context.Context, site kernel.SiteID, id int64) (media.Text, error) {
	d, err := t.articles.Get(ctx, site, id)
	if err != nil {
		return media.Text{}, err
	}
	return media.Text{ID: d.ID, Title: d.Payload.Title, State: d.State, Version: d.Version, Body: d.Payload.Body}, nil
}

// Save is an edit like any other: a new version by the actor, to be sent for review.
func (t drafted) Save(ctx context.Context, site kernel.SiteID, id, version int64, body string) error {
	d, err := t.articles.Get(ctx, site, id)
	if err != nil {
		return err
	}
	d.Payload.Body = body
	return t.articles.Edit(ctx, site, id, version, d.Payload)
}
