package app

import (
	"context"
	"fmt"
	"strings"

	"github.com/zhanqun/zhanqun/kernel"
	"github.com/zhanqun/zhanqun/platform/site"
	"github.com/zhanqun/zhanqun/platform/visits"
	"github.com/zhanqun/zhanqun/tenants/article"
)

// visited tells the statistics what the pages of the sites are called.
type visited struct{ *House }

// Pages names the home page, articles and columns that are public now; every other address is its own name.
func (h visited) Pages(ctx context.Context, id kernel.SiteID, paths []string) (map[string]visits.Named, error) {
	var ids []article.ID
	for _, p := range paths {
		if n, ok := articleRead(p); ok {
			ids = append(ids, n)
		}
	}
	titles, err := h.Published.Titles(ctx, id, article.Kind, ids)
	if err != nil {
		return nil, err
	}
	tree, err := h.Columns.Tree(ctx, id)
	if err != nil {
		return nil, err
	}
	names, public := map[string]visits.Named{}, h.House.Sites.Public(id)
	for _, p := range paths {
		named := visits.Named{Text: p, Path: p}
		if n, is := articleRead(p); is {
			if named.Text = titles[n]; named.Text == "" {
				continue
			}
		} else if column, is := strings.CutPrefix(p, "/c/"); is {
			k, moved := tree.At(column)
			if to, still := strings.CutPrefix(moved, "/c/"); still {
				k, _ = tree.At(to)
			}
			if k == nil {
				continue
			}
			named.Text, named.Path = k.Name, "/c/"+k.Path
		}
		if public != nil {
			named.Href = public.URL(named.Path)
		}
		names[p] = named
	}
	return names, nil
}

func articleRead(path string) (article.ID, bool) {
	text, is := strings.CutPrefix(path, "/a/")
	id, ok := kernel.ParseID[article.ID](text)
	return id, is && ok
}

// Sites names all sites.
func (h visited) Sites(ctx context.Context) (map[kernel.SiteID]string, error) {
	all, err := h.House.Sites.List(ctx, site.Filter{}, kernel.Page{})
	if err != nil {
		return nil, fmt.Errorf("name the sites: %w", err)
	}
	names := make(map[kernel.SiteID]string, len(all))
	for _, s := range all {
		names[s.ID] = s.Name
	}
	return names, nil
}

// Missed is what the site's search was asked in vain.
func (h visited) Missed(ctx context.Context, id kernel.SiteID, days, most int) ([]visits.Missed, error) {
	all, err := h.Search.Missed(ctx, id, days, most)
	words := make([]visits.Missed, len(all))
	for i, m := range all {
		words[i] = visits.Missed{Word: m.Word, Times: m.Times}
	}
	return words, err
}
