package site

import (
	"context"
	"fmt"

	"github.com/uptrace/bun"
	"github.com/zhanqun/zhanqun/kernel"
	"github.com/zhanqun/zhanqun/storage/db"
)

// hosts reports whether the org runs the platform for any site.
func (s *Sites) hosts(ctx context.Context, id kernel.OrgID) (bool, error) {
	ok, err := s.db.Conn(ctx).NewSelect().Table("sites").Where("host_org_id = ?", int64(id)).Exists(ctx)
	if err != nil {
		return false, db.Fault(fmt.Errorf("look for sites hosted by %d: %w", id, err))
	}
	return ok, nil
}

// liveOn is what a request remembers of a day's delegations.
type liveOn struct{ day string }

// liveDelegations are those in force today; nobody changes them.
func (s *Sites) liveDelegations(ctx context.Context) ([]Delegation, error) {
	today := s.today()
	return kernel.Remember(ctx, liveOn{today}, func() ([]Delegation, error) {
		return s.delegations(ctx, func(q *bun.SelectQuery) *bun.SelectQuery {
			return q.Where("g.ended_at IS NULL").Where("g.from_on <= ?", today).Where("g.to_on >= ?", today).Order("g.id")
		})
	})
}

// openDelegations are those nobody has ended, in force or still to come.
func (s *Sites) openDelegations(ctx context.Context) ([]Delegation, error) {
	return s.delegations(ctx, func(q *bun.SelectQuery) *bun.SelectQuery {
		return q.Where("g.ended_at IS NULL").Order("g.id")
	})
}

// everything narrows nothing.
func everything(q *bun.SelectQuery) *bun.SelectQuery { return q }
