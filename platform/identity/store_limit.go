package identity

import (
	"context"
	"time"

	"github.com/uptrace/bun"
	"github.com/zhanqun/zhanqun/storage/db"
)

type limitRow struct {
	bun.BaseModel `bun:"table:console_sessions,alias:l"`
	One           int64 `bun:"one,pk"`
	Most          int64
}

// endRow is a session that made room for a later one.
type endRow struct {
	bun.BaseModel `bun:"table:session_ends,alias:e"`
	ID            string `bun:"id,pk"`
	At            time.Time
}

// loadLimit is 0 where nobody has said it.
func (s *Accounts) loadLimit(ctx context.Context) (int, error) {
	var rows []limitRow
	if err := s.db.Conn(ctx).NewSelect().Model(&rows).Scan(ctx); err != nil || len(rows) == 0 {
		return 0, db.Fault(wrap(err, "load the limit of sessions"))
	}
	return int(rows[0].Most), nil
}

func (s *Accounts) putLimit(ctx context.Context, n int) error {
	_, err := s.db.Conn(ctx).NewInsert().Model(&limitRow{One: 1, Most: int64(n)}).On("CONFLICT (one) DO UPDATE").Set("most = EXCLUDED.most").Returning("NULL").Exec(ctx)
	return db.Fault(wrap(err, "put the limit of sessions"))
}

func (s *Accounts) noteEnd(ctx context.Context, id string, now time.Time) error {
	_, err := s.db.Conn(ctx).NewInsert().Model(&endRow{ID: id, At: now}).Exec(ctx)
	return db.Fault(wrap(err, "note the end of a session"))
}

func (s *Accounts) endNoted(ctx context.Context, id string, since time.Time) (bool, error) {
	found, err := s.db.Conn(ctx).NewSelect().Model((*endRow)(nil)).Where("id = ?", id).Where("at > ?", since).Exists(ctx)
	return found, db.Fault(wrap(err, "load the end of a session"))
}
