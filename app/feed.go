package app

import (
	"context"
	"strings"
	"time"

	"github.com/zhanqun/zhanqun/kernel"
	"github.com/zhanqun/zhanqun/kernel/fault"
	"github.com/zhanqun/zhanqun/platform/publication"
	"github.com/zhanqun/zhanqun/platform/render"
	"github.com/zhanqun/zhanqun/tenants/article"
	"github.com/zhanqun/zhanqun/tenants/column"
	"github.com/zhanqun/zhanqun/tenants/feed"
)

// fed tells the feeds, which know neither columns nor articles, what they list.
type fed struct{ house *House }

// Seen answers feed.Columns.
func (t fed) Seen(ctx context.Context, s *render.Site) (all []feed.Column, err error) {
	tree, err := t.house.Columns.Tree(ctx, s.ID)
	if err != nil {
		return nil, err
	}
	for _, k := range tree.All() {
		if tree.Visible(k.ID) && k.Form.View != column.ViewLink { // which has no page of its own
			all = append(all, fedColumn(k))
		}
	}
	return all, nil
}

func fedColumn(k *column.Column) feed.Column {
	return feed.Column{ID: k.ID, Parent: k.Parent, Name: k.Name, Path: k.Path, Description: k.Description, Kind: k.Kind, Count: k.Count, LastAt: k.LastAt}
}

// At answers feed.Columns.
func (t fed) At(ctx context.Context, s *render.Site, path string) (*feed.Column, string, error) {
	tree, err := t.house.Columns.Tree(ctx, s.ID)
	if err != nil {
		return nil, "", err
	}
	k, moved := tree.At(path)
	if k == nil {
		return nil, moved, nil
	}
	c := fedColumn(k)
	return &c, "", nil
}

// Lists answers feed.Columns.
func (t fed) Lists(ctx context.Context, s *render.Site, id int64) ([]int64, error) {
	tree, err := t.house.Columns.Tree(ctx, s.ID)
	if err != nil || !tree.Visible(id) {
		return nil, err
	}
	return tree.Lists(id), nil
}

// Alone answers feed.Texts.
func (t fed) Alone(ctx context.Context, s *render.Site) (map[int64]string, error) {
	return t.house.Articles.Alone(ctx, s.ID)
}

// Kind answers feed.Texts.
func (t fed) Kind() publication.Kind { return article.Kind }

// Tell answers feed.Texts.
func (t fed) Tell(ctx context.Context, s *render.Site, ids []int64) ([]feed.Text, error) {
	told, err := t.house.Articles.Tell(ctx, s.ID, ids)
	if err != nil || len(told) == 0 {
		return nil, err
	}
	tree, err := t.house.Columns.Tree(ctx, s.ID)
	if err != nil {
		return nil, err
	}
	all := make([]feed.Text, len(told))
	for i := range told {
		a := &told[i]
		x := feed.Text{ID: a.ID, Title: a.Payload.Title, Subtitle: a.Subtitle, Kind: a.Payload.Kind, Excerpt: a.Excerpt, Author: a.Author, Source: a.Source,
			SourceURL: a.SourceURL, Keywords: a.Keywords, ShownAt: a.ShownAt, ChangedAt: a.EditionPublishedAt, Migrated: a.Imported}
		if a.Undated {
			x.ShownAt = time.Time{}
		}
		if k := tree.Resolve(a.Place); k != nil && tree.Visible(k.ID) {
			x.Column = k.ID
		}
		if d := a.Document; d != nil && a.Payload.Kind == article.Policy {
			x.IsDocument, x.Number, x.IndexNumber, x.Issuer, x.Genre, x.Subject = true, d.Number, d.IndexNumber, d.Issuer, d.Genre, d.Subject
			x.WrittenOn, x.IssuedOn, x.EffectsOn, x.Validity = d.WrittenOn, d.IssuedOn, d.EffectiveOn, d.Validity
		}
		all[i] = x
	}
	return all, nil
}

// Body answers feed.Texts.
func (t fed) Body(ctx context.Context, s *render.Site, id int64) (string, error) {
	p, live, err := t.house.Articles.Public(ctx, s.ID, id)
	if err != nil {
		return "", err
	}
	body, err := t.house.Articles.Dressed(ctx, s.ID, live.Edition, s.URL(""), p.Body)
	return string(body), err
}

// feeds opens the room.
func (c Config) feeds(h *House) (*feed.Feeds, error) {
	to, err := c.security()
	if err != nil {
		return nil, err
	}
	return feed.New(feed.Ports{Published: h.Published, Columns: fed{h}, Texts: fed{h}, Sites: h.Sites, Looks: h.Render, Security: to, Nav: h.Columns, Render: h.Render}), nil
}

// security reads whom the installation wants to be told of a weakness.
func (c Config) security() (feed.Security, error) {
	if c.SecurityContact == "" && c.SecurityExpires == "" {
		return feed.Security{}, nil
	}
	scheme, rest, _ := strings.Cut(c.SecurityContact, ":")
	if scheme != "mailto" && scheme != "https" && scheme != "tel" || rest == "" || strings.ContainsAny(rest, " \t\r\n") {
		return feed.Security{}, fault.In("security-contact", "--security-contact 应形如 mailto:security@example.gov.cn、https://… 或 tel:…，现在是“%s”。", c.SecurityContact)
	}
	day, err := time.ParseInLocation(time.DateOnly, c.SecurityExpires, kernel.Beijing)
	if err != nil {
		return feed.Security{}, fault.In("security-expires", "--security-expires 应写成 2027-06-30 的样子，是联系方式核对到哪一天，和 --security-contact 一起指定。")
	}
	return feed.Security{Contact: c.SecurityContact, Expires: day.AddDate(0, 0, 1)}, nil // that day is still in force
}
