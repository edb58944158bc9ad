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

type greyRow struct {
	bun.BaseModel `bun:"table:site_greyscales,alias:y"`
	SiteID        int64 `bun:"site_id,pk"`
	ID            int64 `bun:"id,pk"`
	FromAt        time.Time
	UntilAt       time.Time
	Document      string
	State         string
	CreatedAt     time.Time
	ChangedAt     time.Time
}

func (s *Sites) greys(ctx context.Context, narrow func(*bun.SelectQuery) *bun.SelectQuery) ([]Greyscale, error) {
	var rows []greyRow
	if err := narrow(s.db.Conn(ctx).NewSelect().Model(&rows)).Scan(ctx); err != nil {
		return nil, db.Fault(fmt.Errorf("load greyscales: %w", err))
	}
	out := make([]Greyscale, len(rows))
	for i, r := range rows {
		out[i] = Greyscale{kernel.SiteID(r.SiteID), r.ID, r.FromAt.UTC(), r.UntilAt.UTC(), r.Document, GreyState(r.State), r.ChangedAt.UTC()}
	}
	return out, nil
}

// Greyscales are the newest of all sites, at most n.
func (s *Sites) Greyscales(ctx context.Context, n int64) ([]Greyscale, error) {
	return s.greys(ctx, func(q *bun.SelectQuery) *bun.SelectQuery { return q.Order("y.id DESC").Limit(n) })
}

// greyNow are those that are on, of all sites: the edge loads them.
func (s *Sites) greyNow(ctx context.Context) ([]Greyscale, error) {
	return s.greys(ctx, func(q *bun.SelectQuery) *bun.SelectQuery { return q.Where("y.state = 'on'").Order("y.site_id", "y.id") })
}

// openGreys are those of one scope that are not over.
func (s *Sites) openGreys(ctx context.Context, site kernel.SiteID) ([]Greyscale, error) {
	return s.greys(ctx, func(q *bun.SelectQuery) *bun.SelectQuery {
		return q.Where("y.site_id = ?", int64(site)).Where("y.state <> 'over'").Order("y.id")
	})
}

func (s *Sites) grey(ctx context.Context, site kernel.SiteID, id int64) (Greyscale, error) {
	all, err := s.greys(ctx, func(q *bun.SelectQuery) *bun.SelectQuery {
		return q.Where("y.site_id = ?", int64(site)).Where("y.id = ?", id)
	})
	if err == nil && len(all) == 0 {
		err = fault.New(fault.NotFound, "没有这次置灰。")
	}
	if err != nil {
		return Greyscale{}, err
	}
	return all[0], nil
}

func (s *Sites) insertGrey(ctx context.Context, g Greyscale) error {
	r := greyRow{SiteID: int64(g.Site), ID: g.ID, FromAt: g.From.UTC(), UntilAt: g.Until.UTC(), Document: g.Document, State: string(g.State), CreatedAt: g.ChangedAt, ChangedAt: g.ChangedAt}
	if _, err := s.db.Conn(ctx).NewInsert().Model(&r).Exec(ctx); err != nil {
		return fmt.Errorf("insert greyscale: %w", err)
	}
	return nil
}

// setGrey reports whether it was still in the state in which g was read.
func (s *Sites) setGrey(ctx context.Context, g Greyscale, to GreyState) (bool, error) {
	res, err := s.db.Conn(ctx).NewUpdate().Model((*greyRow)(nil)).Set("state = ?", string(to)).Set("changed_at = ?", s.now()).
		Where("site_id = ?", int64(g.Site)).Where("id = ?", g.ID).Where("state = ?", string(g.State)).Exec(ctx)
	if err != nil {
		return false, fmt.Errorf("move greyscale: %w", err)
	}
	n, err := res.RowsAffected()
	return n == 1, err
}
