package app

import (
	"context"
	"strings"

	"github.com/zhanqun/zhanqun/kernel"
	"github.com/zhanqun/zhanqun/tenants/article"
	"github.com/zhanqun/zhanqun/tenants/checks"
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

// speech tells the checks and the full text what the films of a text say.
type speech struct{ media *media.Media }

// Spoken are the words of each film.
func (s speech) Spoken(ctx context.Context, site kernel.SiteID, edition int64, body string) ([]checks.Spoken, error) {
	said, err := s.media.Said(ctx, site, edition, body)
	all := make([]checks.Spoken, len(said))
	for n, one := range said {
		all[n] = checks.Spoken{Item: one.Item, Name: one.Name, Seen: one.Seen, Text: one.Text}
	}
	return all, err
}

// Transcripts are the words of all of them.
func (s speech) Transcripts(ctx context.Context, site kernel.SiteID, edition int64, body string) (string, error) {
	said, err := s.media.Said(ctx, site, edition, body)
	all := make([]string, len(said))
	for n, one := range said {
		all[n] = one.Text
	}
	return strings.Join(all, "\n"), err
}
