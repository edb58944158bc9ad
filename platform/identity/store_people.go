package identity

import (
	"context"
	"time"

	"github.com/uptrace/bun"
	"github.com/zhanqun/zhanqun/kernel"
	"github.com/zhanqun/zhanqun/storage/db"
)

func (s *Accounts) people(ctx context.Context, where string, args ...any) ([]Colleague, error) {
	var rows []struct {
		accountRow
		Entered bool
	}
	err := s.db.Conn(ctx).NewSelect().Model((*accountRow)(nil)).ColumnExpr("c.id, c.login, c.name, c.org_id, c.state").
		ColumnExpr("p.account_id IS NOT NULL AS entered").Join("LEFT JOIN passwords AS p ON p.account_id = c.id").
		Where(where, args...).Order("c.name", "c.login").Limit(peopleMost).Scan(ctx, &rows)
	if err != nil {
		return nil, db.Fault(wrap(err, "list people"))
	}
	list := make([]Colleague, len(rows))
	for i, r := range rows {
		list[i] = Colleague{Account: r.account(), Entered: r.Entered}
	}
	return list, nil
}

// postsOf are the appointments that are not over.
func (s *Accounts) postsOf(ctx context.Context, ids []int64, now time.Time) (map[kernel.AccountID][]Appointment, error) {
	found := map[kernel.AccountID][]Appointment{}
	if len(ids) == 0 {
		return found, nil
	}
	var rows []appointmentRow
	err := s.db.Conn(ctx).NewSelect().Model(&rows).Where("a.account_id IN (?)", bun.List(ids)).Where("a.ended_at IS NULL").
		Where("a.to_at IS NULL OR a.to_at > ?", store(now)).Order("a.from_at", "a.id").Scan(ctx)
	if err != nil {
		return nil, db.Fault(wrap(err, "load posts"))
	}
	for _, a := range appointments(rows) {
		found[a.Account] = append(found[a.Account], a)
	}
	return found, nil
}
