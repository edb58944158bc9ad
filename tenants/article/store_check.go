package article

import (
	"context"
	"fmt"
	"slices"

	"github.com/uptrace/bun"
	"github.com/zhanqun/zhanqun/kernel"
	"github.com/zhanqun/zhanqun/storage/db"
)

// FullText is what Flaws asks of the full text; storage/index is one.
type FullText interface {
	Missing(ctx context.Context, site kernel.SiteID, ids []int64) ([]int64, error)
	IDs(ctx context.Context, site kernel.SiteID, after int64, limit int) ([]int64, error)
}

// Flaw is an article whose draft, publication and full text do not agree.
type Flaw struct {
	What string // its name: "index-missing"
	ID   ID
}

// Flaws compares the site's drafts and full text with what is public. What an import has entered and nobody has indexed yet is
// no flaw.
func (a *Articles) Flaws(ctx context.Context, site kernel.SiteID, text FullText) (found []Flaw, err error) {
	for _, q := range []struct{ what, sql string }{
		{"article-not-public", `SELECT a.id FROM articles a WHERE a.site_id = ? AND a.state = 'published' AND NOT EXISTS (SELECT 1 FROM publications p
			WHERE p.site_id = a.site_id AND p.kind = 'article' AND p.object_id = a.id)`},
		{"publication-without-article", `SELECT p.object_id AS id FROM publications p WHERE p.site_id = ? AND p.kind = 'article' AND NOT EXISTS (SELECT 1 FROM articles a
			WHERE a.site_id = p.site_id AND a.id = p.object_id)`},
	} {
		var ids []ID
		if err := a.DB.Conn(ctx).NewRaw(q.sql+` ORDER BY 1`, site).Scan(ctx, &ids); err != nil {
			return nil, db.Fault(fmt.Errorf("look for an %s of site %d: %w", q.what, site, err))
		}
		for _, id := range ids {
			found = append(found, Flaw{q.what, id})
		}
	}
	unindexed, err := a.indexFlaws(ctx, site, text)
	return append(found, unindexed...), err
}

func (a *Articles) indexFlaws(ctx context.Context, site kernel.SiteID, text FullText) (found []Flaw, err error) {
	const atOnce = 500
	for last := int64(0); ; {
		public, err := a.Published.IDs(ctx, site, Kind, last, atOnce)
		if err != nil {
			return nil, err
		}
		missing, err := text.Missing(ctx, site, public)
		if err != nil {
			return nil, err
		}
		waiting, err := a.waiting(ctx, site, missing)
		if err != nil {
			return nil, err
		}
		for _, id := range missing {
			if !slices.Contains(waiting, id) {
				found = append(found, Flaw{"index-missing", ID(id)})
			}
		}
		indexed, err := text.IDs(ctx, site, last, atOnce)
		if err != nil {
			return nil, err
		}
		next := int64(1<<63 - 1) // nothing behind it
		if len(public) == atOnce {
			next = public[len(public)-1]
		}
		if len(indexed) == atOnce {
			next = min(next, indexed[len(indexed)-1])
		}
		for _, id := range indexed {
			if _, ok := slices.BinarySearch(public, id); !ok && id <= next {
				found = append(found, Flaw{"index-orphan", ID(id)})
			}
		}
		if last = next; len(public) < atOnce && len(indexed) < atOnce {
			return found, nil
		}
	}
}

// waiting are those of the articles that an import has entered and the full text does not have yet.
func (a *Articles) waiting(ctx context.Context, site kernel.SiteID, articles []int64) ([]int64, error) {
	if len(articles) == 0 {
		return nil, nil
	}
	var ids []int64
	err := a.DB.Conn(ctx).NewRaw(`SELECT article_id FROM article_imports WHERE site_id = ? AND NOT indexed AND article_id IN (?)`,
		site, bun.List(articles)).Scan(ctx, &ids)
	if err != nil {
		return nil, db.Fault(fmt.Errorf("list what waits for the index of site %d: %w", site, err))
	}
	return ids, nil
}
