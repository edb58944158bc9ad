package media

import (
	"context"
	"fmt"

	"github.com/zhanqun/zhanqun/kernel"
	"github.com/zhanqun/zhanqun/storage/db"
)

// putCrop writes of which picture an item was cut out; of one that was the site's already, nothing.
func (m *Media) putCrop(ctx context.Context, site kernel.SiteID, id, of ID) error {
	_, err := m.DB.Conn(ctx).NewRaw(`INSERT INTO media_crops (site_id, media_id, of_id, at) VALUES (?, ?, ?, ?) ON CONFLICT (site_id, media_id) DO NOTHING`, site, id, of, m.Now()).Exec(ctx)
	if err != nil {
		return db.Fault(fmt.Errorf("write of what item %d of site %d was cut out: %w", id, site, err))
	}
	return nil
}

// Original is the picture that an item was cut out of, 0 of one that was not.
func (m *Media) Original(ctx context.Context, site kernel.SiteID, id ID) (ID, error) {
	var found []ID
	err := m.DB.Conn(ctx).NewRaw(`SELECT of_id FROM media_crops WHERE site_id = ? AND media_id = ?`, site, id).Scan(ctx, &found)
	if err != nil || len(found) == 0 {
		return 0, db.Fault(err)
	}
	return found[0], nil
}

// cropped reports whether something outside the bin was cut out of an item.
func (m *Media) cropped(ctx context.Context, site kernel.SiteID, id ID) (bool, error) {
	var n int
	err := m.DB.Conn(ctx).NewRaw(`SELECT count(*) FROM media_crops x LEFT JOIN media_cards c ON c.site_id = x.site_id AND c.media_id = x.media_id
		WHERE x.site_id = ? AND x.of_id = ? AND c.binned_at IS NULL`, site, id).Scan(ctx, &n)
	return n > 0, db.Fault(err)
}
