package checks

import (
	"context"
	"fmt"

	"github.com/zhanqun/zhanqun/kernel"
	"github.com/zhanqun/zhanqun/storage/db"
)

// Counts is how many findings there are in what is public on a site: those that must be put right, and those that should.
func (k *Checks) Counts(ctx context.Context, site kernel.SiteID) (must, should int, err error) {
	var rows []struct {
		Severity Severity
		N        int
	}
	err = k.DB.Conn(ctx).NewSelect().Table("check_hits").ColumnExpr("severity, count(*) AS n").Where("site_id = ?", site).Group("severity").Scan(ctx, &rows)
	if err != nil {
		return 0, 0, db.Fault(fmt.Errorf("count what was found on site %d: %w", site, err))
	}
	for _, r := range rows {
		if r.Severity == Must {
			must = r.N
		} else {
			should += r.N
		}
	}
	return must, should, nil
}
