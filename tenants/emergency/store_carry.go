package emergency

import (
	"context"
	"fmt"
	"time"

	"github.com/uptrace/bun"
	"github.com/zhanqun/zhanqun/kernel"
	"github.com/zhanqun/zhanqun/storage/db"
)

type carrierRow struct {
	bun.BaseModel `bun:"table:warning_carriers,alias:c"`
	SiteID        kernel.SiteID `bun:"site_id,pk"`
	SourceID      kernel.SiteID `bun:"source_id,pk"`
	Document      string
	ByAccount     kernel.AccountID
	At            time.Time
}

func (e *Emergency) carriers(ctx context.Context, narrow func(q *bun.SelectQuery) *bun.SelectQuery) ([]Carrier, error) {
	var rows []carrierRow
	if err := narrow(e.DB.Conn(ctx).NewSelect().Model(&rows)).Order("source_id", "site_id").Scan(ctx); err != nil {
		return nil, db.Fault(fmt.Errorf("load carriers of warnings: %w", err))
	}
	all := make([]Carrier, len(rows))
	for i, r := range rows {
		all[i] = Carrier{r.SiteID, r.SourceID, r.Document, r.ByAccount, r.At.UTC()}
	}
	return all, nil
}

// sourcesOf are the sites whose warnings a site shows.
func (e *Emergency) sourcesOf(ctx context.Context, id kernel.SiteID) ([]Carrier, error) {
	return e.carriers(ctx, func(q *bun.SelectQuery) *bun.SelectQuery { return q.Where("site_id = ?", id) })
}

// carriersOf are the sites that show a site's warnings.
func (e *Emergency) carriersOf(ctx context.Context, source kernel.SiteID) ([]Carrier, error) {
	return e.carriers(ctx, func(q *bun.SelectQuery) *bun.SelectQuery { return q.Where("source_id = ?", source) })
}

// Carriers are all of them, at most n, for whoever runs the platform.
func (e *Emergency) Carriers(ctx context.Context, n int64) ([]Carrier, error) {
	return e.carriers(ctx, func(q *bun.SelectQuery) *bun.SelectQuery { return q.Limit(n) })
}

func (e *Emergency) insertCarrier(ctx context.Context, c Carrier) error {
	r := carrierRow{SiteID: c.Site, SourceID: c.Source, Document: c.Document, ByAccount: c.By, At: c.At}
	if _, err := e.DB.Conn(ctx).NewInsert().Model(&r).Exec(ctx); err != nil {
		return db.Fault(fmt.Errorf("have site %d carry the warnings of site %d: %w", c.Site, c.Source, err))
	}
	return nil
}

// deleteCarrier reports whether there was one.
func (e *Emergency) deleteCarrier(ctx context.Context, c Carrier) (bool, error) {
	res, err := e.DB.Conn(ctx).NewDelete().Model((*carrierRow)(nil)).Where("site_id = ?", c.Site).Where("source_id = ?", c.Source).Exec(ctx)
	if err != nil {
		return false, db.Fault(fmt.Errorf("end that site %d carries the warnings of site %d: %w", c.Site, c.Source, err))
	}
	n, err := res.RowsAffected()
	return n == 1, err
}

// lockAll holds the warnings of a site, so that none becomes public while it is decided who carries them.
func (e *Emergency) lockAll(ctx context.Context, id kernel.SiteID) error {
	_, err := e.some(ctx, id, func(q *bun.SelectQuery) *bun.SelectQuery {
		if e.DB.Postgres() {
			q = q.For("UPDATE")
		}
		return q.Order("id")
	})
	return err
}
