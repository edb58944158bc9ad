package publication

import (
	"context"
	"fmt"

	"github.com/zhanqun/zhanqun/kernel"
	"github.com/zhanqun/zhanqun/storage/db"
)

// IDs returns up to limit objects of a kind that are public on the site, ascending, greater than after: what an index and a
// draft table are compared with.
func (p *Publications) IDs(ctx context.Context, site kernel.SiteID, kind Kind, after int64, limit int) ([]int64, error) {
	var ids []int64
	err := p.db.Conn(ctx).NewRaw(`SELECT object_id FROM publications WHERE site_id = ? AND kind = ? AND object_id > ? ORDER BY object_id LIMIT ?`,
		site, kind, after, limit).Scan(ctx, &ids)
	if err != nil {
		return nil, db.Fault(fmt.Errorf("list the %s ids of site %d: %w", kind, site, err))
	}
	return ids, nil
}
