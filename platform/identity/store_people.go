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

// Holders are the active people with a live appointment at one of the orgs that reaches the site, by id; at most peopleMost.
func (s *Accounts) Holders(ctx context.Context, site kernel.SiteID, orgs []kernel.OrgID) ([]kernel.AccountID, error) {
	if len(orgs) == 0 {
		return nil, nil
	}
	at := store(s.now())
	var ids []kernel.AccountID
	err := s.db.Conn(ctx).NewSelect().Model((*appointmentRow)(nil)).ColumnExpr("DISTINCT a.account_id").Join("JOIN accounts AS c ON c.id = a.account_id").
		Where("a.org_id IN (?)", bun.List(orgs)).Where("a.only_site IN (0, ?)", site).Where("c.state = ?", string(Active)).Where("a.from_at <= ?", at).
		Where("a.to_at IS NULL OR a.to_at > ?", at).Where("a.ended_at IS NULL OR a.ended_at > ?", at).Order("a.account_id").Limit(peopleMost).Scan(ctx, &ids)
	return ids, db.Fault(wrap(err, "load who holds a post for site %d", site))
}

// Of are those of the accounts whose people work in a unit, by id.
func (s *Accounts) Of(ctx context.Context, unit kernel.OrgID, ids ...kernel.AccountID) (found []kernel.AccountID, err error) {
	if len(ids) == 0 {
		return nil, nil
	}
	err = s.db.Conn(ctx).NewSelect().Model((*accountRow)(nil)).Column("id").Where("org_id = ?", int64(unit)).Where("id IN (?)", bun.List(ids)).Order("id").Scan(ctx, &found)
	return found, db.Fault(wrap(err, "load who works in unit %d", unit))
}

// EndingBetween are the appointments whose term ends in the span, unless they were ended before.
func (s *Accounts) EndingBetween(ctx context.Context, from, to time.Time) ([]Appointment, error) {
	var rows []appointmentRow
	err := s.db.Conn(ctx).NewSelect().Model(&rows).Join("JOIN accounts AS c ON c.id = a.account_id").Where("c.state = ?", string(Active)).
		Where("a.ended_at IS NULL").Where("a.to_at > ?", store(from)).Where("a.to_at <= ?", store(to)).Order("a.id").Scan(ctx)
	return appointments(rows), db.Fault(wrap(err, "load posts that end"))
}

// Names are who accounts are, for a screen; an account that is not there is absent.
func (s *Accounts) Names(ctx context.Context, ids ...kernel.AccountID) (map[kernel.AccountID]string, error) {
	names := make(map[kernel.AccountID]string, len(ids))
	if len(ids) == 0 {
		return names, nil
	}
	var rows []accountRow
	if err := s.db.Conn(ctx).NewSelect().Model(&rows).Column("id", "name").Where("id IN (?)", bun.List(ids)).Scan(ctx); err != nil {
		return nil, db.Fault(wrap(err, "name accounts"))
	}
	for _, r := range rows {
		names[kernel.AccountID(r.ID)] = r.Name
	}
	return names, nil
}
