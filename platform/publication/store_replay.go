package publication

import (
	"context"
	"fmt"

	"github.com/zhanqun/zhanqun/kernel"
)

// Apply makes a move of a replay, whose edition has its entry in the history already. place is where the backup found the
// object, which may have moved since the edition was published.
func (p *Publications) Apply(ctx context.Context, site kernel.SiteID, t Turn, place int64) error {
	c := p.db.Conn(ctx)
	var err error
	switch t.Move {
	case Opens:
		_, err = c.NewRaw(`INSERT INTO publications (site_id, kind, object_id, edition_id, place, first_published_at, edition_published_at, migrated_at)
			SELECT site_id, kind, object_id, edition_id, place, first_published_at, edition_published_at, migrated_at
			FROM publication_history WHERE site_id = ? AND edition_id = ?`, site, t.Edition).Exec(ctx)
	case Turns:
		var h history
		if err = c.NewSelect().Model(&h).Where("site_id = ?", site).Where("edition_id = ?", t.Edition).Scan(ctx); err == nil {
			err = p.turnPublication(ctx, &h)
		}
	case Ends:
		_, err = c.NewRaw(`DELETE FROM publications WHERE site_id = ? AND edition_id = ?`, site, t.Edition).Exec(ctx)
	case Stands:
		_, err = c.NewRaw(`UPDATE publications SET place = ? WHERE site_id = ? AND edition_id = ? AND place <> ?`, place, site, t.Edition, place).Exec(ctx)
	}
	if err != nil {
		return fmt.Errorf("replay the publication of edition %d of site %d: %w", t.Edition, site, err)
	}
	return nil
}
