package app

import (
	"context"

	"github.com/zhanqun/zhanqun/platform/render"
	"github.com/zhanqun/zhanqun/platform/search"
	"github.com/zhanqun/zhanqun/tenants/article"
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

// reindex leaves to the workers what an older program has put into the full text.
func (h *House) reindex(ctx context.Context) error {
	sites, err := h.Index.Outdated(ctx)
	if err != nil {
		return err
	}
	return h.Articles.ReindexOutdated(ctx, sites)
}
