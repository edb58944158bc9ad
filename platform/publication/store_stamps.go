package publication

import (
	"context"
	"fmt"

	"github.com/zhanqun/zhanqun/kernel"
	"github.com/zhanqun/zhanqun/storage/db"
)

// Months tells in which months of Beijing what is public on the site was first shown, newest first.
func (p *Publications) Months(ctx context.Context, site kernel.SiteID, kind Kind) ([]Month, error) {
	month := `strftime('%Y-%m', first_published_at, '+8 hours')`
	if p.db.Postgres() {
		month = `to_char((first_published_at AT TIME ZONE 'UTC') + interval '8 hours', 'YYYY-MM')`
	}
	var all []Month
	err := p.db.Conn(ctx).NewRaw(`SELECT `+month+` AS month, count(*) AS count, max(edition_published_at) AS changed_at FROM publications
		WHERE site_id = ? AND kind = ? GROUP BY 1 ORDER BY 1 DESC`, site, kind).Scan(ctx, &all)
	if err != nil {
		return nil, fmt.Errorf("list the months of site %d: %w", site, db.Fault(err))
	}
	for i := range all {
		all[i].ChangedAt = all[i].ChangedAt.UTC()
	}
	return all, nil
}

// Stamps is List without what the objects are called, which costs a site map most: as many as the page holds.
func (p *Publications) Stamps(ctx context.Context, site kernel.SiteID, f Filter, pg kernel.Page) ([]Stamp, error) {
	query, args := stamped(site, f, pg)
	var all []Stamp
	if err := p.db.Conn(ctx).NewRaw(query, args...).Scan(ctx, &all); err != nil {
		return nil, fmt.Errorf("stamp publications of site %d: %w", site, db.Fault(err))
	}
	for i := range all {
		all[i].ChangedAt = all[i].ChangedAt.UTC()
	}
	return all, nil
}

// stamped returns the SQL of Stamps, which walks one index of the site for as long as the page asks.
func stamped(site kernel.SiteID, f Filter, pg kernel.Page) (string, []any) {
	where, args := filtered(site, f)
	return `SELECT p.object_id AS id, p.edition_published_at AS changed_at FROM publications p ` + where +
		` ORDER BY p.first_published_at DESC, p.object_id DESC LIMIT ? OFFSET ?`, append(args, pg.Size, pg.Offset())
}
