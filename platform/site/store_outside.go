package site

import (
	"context"
	"fmt"
	"time"

	"github.com/uptrace/bun"
	"github.com/zhanqun/zhanqun/kernel"
	"github.com/zhanqun/zhanqun/kernel/fault"
	"github.com/zhanqun/zhanqun/storage/db"
)

type outsideRow struct {
	bun.BaseModel `bun:"table:site_outside,alias:o"`
	SiteID        int64 `bun:"site_id,pk"`
	Hosts         string
	Version       int64
	ByName        string
	ChangedAt     time.Time
}

// Trusted is the list as it is written down, or as it is while nobody has.
func (s *Sites) Trusted(ctx context.Context) (Trusted, error) {
	var rows []outsideRow
	if err := s.db.Conn(ctx).NewSelect().Model(&rows).Where("site_id = ?", int64(kernel.Platform)).Scan(ctx); err != nil {
		return Trusted{}, db.Fault(fmt.Errorf("load trusted hosts: %w", err))
	}
	if len(rows) == 0 {
		return Trusted{Hosts: governments}, nil
	}
	return Trusted{rows[0].Hosts, rows[0].Version, rows[0].ByName, rows[0].ChangedAt.UTC()}, nil
}

// putTrusted writes the list in place of the one of t's version.
func (s *Sites) putTrusted(ctx context.Context, t Trusted) error {
	row := outsideRow{SiteID: int64(kernel.Platform), Hosts: t.Hosts, Version: t.Version + 1, ByName: t.By, ChangedAt: t.At}
	res, err := s.db.Conn(ctx).NewInsert().Model(&row).On("CONFLICT (site_id) DO UPDATE").Set("hosts = EXCLUDED.hosts").Set("version = EXCLUDED.version").
		Set("by_name = EXCLUDED.by_name").Set("changed_at = EXCLUDED.changed_at").Where("o.version = ?", t.Version).Returning("NULL").Exec(ctx)
	if err != nil {
		return db.Fault(fmt.Errorf("keep trusted hosts: %w", err))
	}
	if n, err := res.RowsAffected(); err != nil || n > 0 {
		return err
	}
	return fault.New(fault.Conflict, "这份名单刚被别人改过。请先记下您写的，刷新后再改。")
}
