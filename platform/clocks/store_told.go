package clocks

import (
	"context"
	"fmt"
	"time"

	"github.com/uptrace/bun"
	"github.com/zhanqun/zhanqun/kernel"
	"github.com/zhanqun/zhanqun/storage/db"
)

// Told is a step of a computed duty that somebody was told of.
type Told struct {
	Duty   string // "weekly", "home", or "column/12"
	Title  string // what it was called then
	DueAt  time.Time
	Step   int
	Notice int64 // what was told together
	OverAt time.Time
}

type toldRow struct {
	bun.BaseModel `bun:"table:clock_told,alias:t"`
	SiteID        kernel.SiteID `bun:"site_id,pk"`
	Duty          string        `bun:"duty,pk"`
	DueAt         time.Time     `bun:"due_at,pk"`
	Step          int           `bun:"step,pk"`
	Notice        int64
	Title         string
	ToldAt        time.Time
	OverAt        *time.Time
}

func (r *toldRow) told() Told {
	t := Told{Duty: r.Duty, Title: r.Title, DueAt: r.DueAt.UTC(), Step: r.Step, Notice: r.Notice}
	if r.OverAt != nil {
		t.OverAt = r.OverAt.UTC()
	}
	return t
}

// openTold is what was told on the sites and is not over, by site.
func (c *Clocks) openTold(ctx context.Context, ids []kernel.SiteID) (map[kernel.SiteID][]Told, error) {
	var rows []toldRow
	err := c.DB.Conn(ctx).NewSelect().Model(&rows).Where("t.site_id IN (?)", bun.List(ids)).Where("t.over_at IS NULL").Order("t.site_id", "t.duty", "t.step").Scan(ctx)
	if err != nil {
		return nil, db.Fault(fmt.Errorf("load what %d sites were told: %w", len(ids), err))
	}
	all := map[kernel.SiteID][]Told{}
	for i := range rows {
		all[rows[i].SiteID] = append(all[rows[i].SiteID], rows[i].told())
	}
	return all, nil
}

// ToldWith is what was told on a site with a notice, what ends first in front; nothing where it is all over.
func (c *Clocks) ToldWith(ctx context.Context, site kernel.SiteID, notice int64) ([]Told, error) {
	var rows []toldRow
	err := c.DB.Conn(ctx).NewSelect().Model(&rows).Where("t.site_id = ?", site).Where("t.notice = ?", notice).Where("t.over_at IS NULL").Order("t.due_at", "t.duty").Scan(ctx)
	if err != nil {
		return nil, db.Fault(fmt.Errorf("load what site %d was told: %w", site, err))
	}
	all := make([]Told, len(rows))
	for i := range rows {
		all[i] = rows[i].told()
	}
	return all, nil
}

// insertTold keeps a step that is told now; fresh is false when it was told before, whoever did.
func (c *Clocks) insertTold(ctx context.Context, site kernel.SiteID, t Told) (fresh bool, err error) {
	r := toldRow{SiteID: site, Duty: t.Duty, DueAt: t.DueAt, Step: t.Step, Notice: t.Notice, Title: t.Title, ToldAt: c.Now()}
	res, err := c.DB.Conn(ctx).NewInsert().Model(&r).On("CONFLICT (site_id, duty, due_at, step) DO NOTHING").Exec(ctx)
	if err != nil {
		return false, db.Fault(fmt.Errorf("keep what site %d is told: %w", site, err))
	}
	n, err := res.RowsAffected()
	return n == 1, err
}

// endTold notes that a step is over.
func (c *Clocks) endTold(ctx context.Context, site kernel.SiteID, t Told) error {
	_, err := c.DB.Conn(ctx).NewUpdate().Model((*toldRow)(nil)).Set("over_at = ?", c.Now()).Where("site_id = ?", site).Where("duty = ?", t.Duty).
		Where("due_at = ?", t.DueAt).Where("step = ?", t.Step).Exec(ctx)
	if err != nil {
		return db.Fault(fmt.Errorf("end what site %d was told: %w", site, err))
	}
	return nil
}

// dropTold deletes what has been over since before the moment.
func (c *Clocks) dropTold(ctx context.Context, before time.Time) error {
	return c.DB.InTx(ctx, func(ctx context.Context) error {
		if _, err := c.DB.Conn(ctx).NewRaw(`DELETE FROM clock_told WHERE over_at < ?`, before).Exec(ctx); err != nil {
			return db.Fault(fmt.Errorf("drop what was told: %w", err))
		}
		return nil
	})
}
