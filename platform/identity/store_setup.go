package identity

import (
	"context"
	"time"

	"github.com/uptrace/bun"
	"github.com/zhanqun/zhanqun/kernel"
	"github.com/zhanqun/zhanqun/storage/db"
)

// setupRow is the one row that a first set-up writes: two at once wait for each other at it.
type setupRow struct {
	bun.BaseModel `bun:"table:setups,alias:u"`
	ID            int64 `bun:"id,pk"`
	AccountID     int64 // 0 until the account is made
	At            time.Time
}

func (s *Accounts) lockSetup(ctx context.Context, now time.Time) error {
	r := setupRow{ID: 1, At: now}
	_, err := s.db.Conn(ctx).NewInsert().Model(&r).On("CONFLICT (id) DO UPDATE").Set("at = EXCLUDED.at").Returning("NULL").Exec(ctx)
	return db.Fault(wrap(err, "begin the set-up"))
}

func (s *Accounts) setupDone(ctx context.Context, id kernel.AccountID) error {
	_, err := s.db.Conn(ctx).NewUpdate().Model((*setupRow)(nil)).Set("account_id = ?", int64(id)).Where("id = 1").Exec(ctx)
	return db.Fault(wrap(err, "end the set-up"))
}

// administratorRow is a post of an administrator that is live.
type administratorRow struct {
	AccountID int64
	Role      string
}

// administrators are the live posts of the three administrators, each person's different ones once.
func (s *Accounts) administrators(ctx context.Context, at time.Time) (rows []administratorRow, err error) {
	at = store(at)
	err = s.db.Conn(ctx).NewSelect().Model((*appointmentRow)(nil)).ColumnExpr("DISTINCT a.account_id, a.role").Join("JOIN accounts AS c ON c.id = a.account_id").
		Where("a.role IN (?)", bun.List(administrators)).Where("c.state = ?", string(Active)).Where("a.from_at <= ?", at).
		Where("a.to_at IS NULL OR a.to_at > ?", at).Where("a.ended_at IS NULL OR a.ended_at > ?", at).Scan(ctx, &rows)
	return rows, db.Fault(wrap(err, "load administrators"))
}
