package app

import (
	"context"
	"fmt"

	"github.com/uptrace/bun"
	"github.com/zhanqun/zhanqun/kernel"
	"github.com/zhanqun/zhanqun/storage/db"
)

// siteIDs lists the sites that a table has rows of; app alone knows every table.
func siteIDs(ctx context.Context, d *db.DB, table, column string) ([]kernel.SiteID, error) {
	var ids []kernel.SiteID
	err := d.Conn(ctx).NewRaw("SELECT DISTINCT ? FROM ? ORDER BY 1", bun.Ident(column), bun.Ident(table)).Scan(ctx, &ids)
	if err != nil {
		return nil, db.Fault(fmt.Errorf("list the sites of %s: %w", table, err))
	}
	return ids, nil
}
