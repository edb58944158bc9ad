package pages

import (
	"context"
	"fmt"
	"slices"

	"github.com/uptrace/bun"
	"github.com/zhanqun/zhanqun/kernel"
	"github.com/zhanqun/zhanqun/kernel/fault"
	"github.com/zhanqun/zhanqun/storage/db"
)

// source is where revisions are kept: the store, and the plain map of the model test.
type source interface {
	total(ctx context.Context) (int64, error)
	all(ctx context.Context) (map[kernel.SiteID]int64, error)
	some(ctx context.Context, sites []kernel.SiteID) (map[kernel.SiteID]int64, error)
}

type store struct{ db *db.DB }

type revisionRow struct {
	bun.BaseModel `bun:"table:site_revisions"`
	SiteID        int64
	Rev           int64
}

// bumpAtOnce bounds the rows of one statement.
const bumpAtOnce = 500

// total is the sum of all revisions. They only rise, so it is the same as before exactly when no revision has moved.
func (s store) total(ctx context.Context) (n int64, err error) {
	err = s.db.Conn(ctx).NewSelect().Table("site_revisions").ColumnExpr("CAST(coalesce(sum(rev), 0) AS bigint)").Scan(ctx, &n)
	if err != nil {
		return 0, unreadable(err)
	}
	return n, nil
}

func (s store) all(ctx context.Context) (map[kernel.SiteID]int64, error) {
	return s.read(ctx, s.db.Conn(ctx).NewSelect())
}

// some reads the revisions of sites; a site that never changed is absent, which is revision 0.
func (s store) some(ctx context.Context, sites []kernel.SiteID) (map[kernel.SiteID]int64, error) {
	return s.read(ctx, s.db.Conn(ctx).NewSelect().Where("site_id IN (?)", bun.List(sites)))
}

func (s store) read(ctx context.Context, q *bun.SelectQuery) (map[kernel.SiteID]int64, error) {
	var rows []revisionRow
	if err := q.Model(&rows).Column("site_id", "rev").Scan(ctx); err != nil {
		return nil, unreadable(err)
	}
	revs := make(map[kernel.SiteID]int64, len(rows))
	for _, r := range rows {
		revs[kernel.SiteID(r.SiteID)] = r.Rev
	}
	return revs, nil
}

// unreadable is Unavailable whatever the cause: without revisions nothing can be shown to be fresh. A disk that fails is called so.
func unreadable(err error) error {
	err = db.Fault(err)
	if fault.Is(err, fault.Unavailable) {
		return err
	}
	return fault.Because(fmt.Errorf("read revisions: %w", err), fault.Unavailable, "数据库暂时没有响应，请稍后再试。")
}

// bump raises the revision of each site by one, locking the rows in ascending order, and returns the new ones.
func (s store) bump(ctx context.Context, sites []kernel.SiteID) (map[kernel.SiteID]int64, error) {
	slices.Sort(sites)
	revs := make(map[kernel.SiteID]int64, len(sites))
	for some := range slices.Chunk(slices.Compact(sites), bumpAtOnce) {
		rows := make([]revisionRow, len(some))
		for i, site := range some {
			rows[i] = revisionRow{SiteID: int64(site), Rev: 1}
		}
		var now []revisionRow
		_, err := s.db.Conn(ctx).NewInsert().Model(&rows).
			On("CONFLICT (site_id) DO UPDATE").Set("rev = ?TableAlias.rev + 1").
			Returning("site_id, rev").Exec(ctx, &now)
		if err != nil {
			return nil, db.Fault(fmt.Errorf("bump revisions: %w", err))
		}
		for _, r := range now {
			revs[kernel.SiteID(r.SiteID)] = r.Rev
		}
	}
	return revs, nil
}

// leapBy is more than any store moves on between a backup and its restore.
const leapBy = 1 << 32

// Leap puts every revision beyond what any node can have seen, for a store that was restored from a backup: a page that a node
// has rendered from rows that are no more must not look newer than what is. It works only inside db.InTx.
func (r *Revisions) Leap(ctx context.Context) error {
	s, ok := r.source.(store)
	if !ok || !db.InTransaction(ctx) {
		return fmt.Errorf("pages: a leap outside a transaction of the store")
	}
	if _, err := s.db.Conn(ctx).NewRaw("UPDATE site_revisions SET rev = rev + ?", leapBy).Exec(ctx); err != nil {
		return db.Fault(fmt.Errorf("leap over revisions: %w", err))
	}
	return nil
}
