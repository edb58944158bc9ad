package publication

import (
	"context"
	"fmt"

	"github.com/uptrace/bun"
	"github.com/zhanqun/zhanqun/kernel"
	"github.com/zhanqun/zhanqun/storage/db"
)

// Titles are what the site's public objects of a kind are called; those that are not public are left out.
func (p *Publications) Titles(ctx context.Context, site kernel.SiteID, kind Kind, ids []int64) (map[int64]string, error) {
	titles := map[int64]string{}
	if len(ids) == 0 {
		return titles, nil
	}
	var rows []struct {
		ObjectID int64
		Title    string
	}
	err := p.db.Conn(ctx).NewRaw(`SELECT p.object_id, e.title`+publicEditions+`WHERE p.site_id = ? AND p.kind = ? AND p.object_id IN (?)`, site, kind, bun.List(ids)).Scan(ctx, &rows)
	if err != nil {
		return nil, fmt.Errorf("name %d %ss of site %d: %w", len(ids), kind, site, db.Fault(err))
	}
	for _, r := range rows {
		titles[r.ObjectID] = r.Title
	}
	return titles, nil
}
