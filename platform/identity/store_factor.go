package identity

import (
	"context"
	"time"

	"github.com/uptrace/bun"
	"github.com/zhanqun/zhanqun/kernel"
	"github.com/zhanqun/zhanqun/storage/db"
)

// factorRow is a second factor, or the moment from which it may be put off.
type factorRow struct {
	bun.BaseModel `bun:"table:second_factors,alias:t"`
	AccountID     int64  `bun:"account_id,pk"`
	Sealed        string // the secret; "" while none is drawn
	LastStep      int64  // of the last code that was used
	SinceAt       time.Time
	OnAt          *time.Time // nil: not confirmed
}

type recoveryRow struct {
	bun.BaseModel `bun:"table:recovery_codes,alias:r"`
	AccountID     int64  `bun:"account_id,pk"`
	Digest        string `bun:"digest,pk"`
	UsedAt        *time.Time
}

// halfRow is a sign-in that waits for its second step.
type halfRow struct {
	bun.BaseModel `bun:"table:second_steps,alias:h"`
	ID            string `bun:"id,pk"` // SHA-256 of the token, base64url
	AccountID     int64
	Version       int64 // of the password that was right
	BeganAt       time.Time
}

// factorRow answers an empty row where there is none.
func (s *Accounts) factorRow(ctx context.Context, id kernel.AccountID) (factorRow, error) {
	var rows []factorRow
	if err := s.db.Conn(ctx).NewSelect().Model(&rows).Where("t.account_id = ?", int64(id)).Scan(ctx); err != nil {
		return factorRow{}, db.Fault(wrap(err, "load second factor of %d", id))
	}
	if len(rows) == 0 {
		return factorRow{AccountID: int64(id)}, nil
	}
	return rows[0], nil
}

// startFactor notes the first sign-in, from which a second factor may be put off.
func (s *Accounts) startFactor(ctx context.Context, id kernel.AccountID, now time.Time) error {
	r := factorRow{AccountID: int64(id), SinceAt: now}
	_, err := s.db.Conn(ctx).NewInsert().Model(&r).On("CONFLICT (account_id) DO NOTHING").Returning("NULL").Exec(ctx)
	return db.Fault(wrap(err, "note first sign-in of %d", id))
}

func (s *Accounts) putFactor(ctx context.Context, id kernel.AccountID, sealed string, now time.Time) error {
	r := factorRow{AccountID: int64(id), Sealed: sealed, SinceAt: now}
	_, err := s.db.Conn(ctx).NewInsert().Model(&r).On("CONFLICT (account_id) DO UPDATE").Set("sealed = EXCLUDED.sealed").Set("last_step = 0").
		Returning("NULL").Exec(ctx)
	return db.Fault(wrap(err, "put second factor of %d", id))
}

func (s *Accounts) turnFactorOn(ctx context.Context, id kernel.AccountID, now time.Time) error {
	_, err := s.db.Conn(ctx).NewUpdate().Model((*factorRow)(nil)).Set("on_at = ?", now).Where("account_id = ?", int64(id)).Exec(ctx)
	return db.Fault(wrap(err, "turn on second factor of %d", id))
}

// clearFactor leaves only since when it might have been put off.
func (s *Accounts) clearFactor(ctx context.Context, id kernel.AccountID) error {
	_, err := s.db.Conn(ctx).NewUpdate().Model((*factorRow)(nil)).Set("sealed = ''").Set("last_step = 0").Set("on_at = NULL").Where("account_id = ?", int64(id)).Exec(ctx)
	if err != nil {
		return db.Fault(wrap(err, "clear second factor of %d", id))
	}
	return s.putRecoveries(ctx, id, nil)
}

// takeStep uses the codes up to a step, unless a later one was used: of many uses of one code the store lets one through.
func (s *Accounts) takeStep(ctx context.Context, id kernel.AccountID, step int64) (bool, error) {
	res, err := s.db.Conn(ctx).NewUpdate().Model((*factorRow)(nil)).Set("last_step = ?", step).Where("account_id = ?", int64(id)).
		Where("last_step < ?", step).Exec(ctx)
	if err != nil {
		return false, db.Fault(wrap(err, "use code of %d", id))
	}
	n, err := res.RowsAffected()
	return n == 1, err
}

// putRecoveries replaces all of an account.
func (s *Accounts) putRecoveries(ctx context.Context, id kernel.AccountID, digests []string) error {
	if _, err := s.db.Conn(ctx).NewDelete().Model((*recoveryRow)(nil)).Where("account_id = ?", int64(id)).Exec(ctx); err != nil {
		return db.Fault(wrap(err, "drop recovery codes of %d", id))
	}
	if len(digests) == 0 {
		return nil
	}
	rows := make([]recoveryRow, len(digests))
	for i, d := range digests {
		rows[i] = recoveryRow{AccountID: int64(id), Digest: d}
	}
	_, err := s.db.Conn(ctx).NewInsert().Model(&rows).Returning("NULL").Exec(ctx)
	return db.Fault(wrap(err, "put recovery codes of %d", id))
}

func (s *Accounts) useRecovery(ctx context.Context, id kernel.AccountID, digest string, now time.Time) (bool, error) {
	res, err := s.db.Conn(ctx).NewUpdate().Model((*recoveryRow)(nil)).Set("used_at = ?", now).Where("account_id = ?", int64(id)).
		Where("digest = ?", digest).Where("used_at IS NULL").Exec(ctx)
	if err != nil {
		return false, db.Fault(wrap(err, "use recovery code of %d", id))
	}
	n, err := res.RowsAffected()
	return n == 1, err
}

func (s *Accounts) recoveriesLeft(ctx context.Context, id kernel.AccountID) (int, error) {
	n, err := s.db.Conn(ctx).NewSelect().Model((*recoveryRow)(nil)).Where("r.account_id = ?", int64(id)).Where("r.used_at IS NULL").Count(ctx)
	return int(n), db.Fault(wrap(err, "count recovery codes of %d", id))
}

func (s *Accounts) insertHalf(ctx context.Context, r halfRow) error {
	_, err := s.db.Conn(ctx).NewInsert().Model(&r).Exec(ctx)
	return db.Fault(wrap(err, "insert waiting sign-in"))
}

// half answers the zero Account where no sign-in waits.
func (s *Accounts) half(ctx context.Context, id string, now time.Time) (halfRow, Account, error) {
	var rows []struct {
		accountRow
		Version int64
	}
	err := s.db.Conn(ctx).NewSelect().Model((*halfRow)(nil)).ColumnExpr("c.id, c.login, c.name, c.org_id, c.state, h.version").
		Join("JOIN accounts AS c ON c.id = h.account_id").Where("h.id = ?", id).Where("h.began_at > ?", now.Add(-secondStep)).Scan(ctx, &rows)
	if err != nil || len(rows) == 0 {
		return halfRow{}, Account{}, db.Fault(wrap(err, "load waiting sign-in"))
	}
	return halfRow{ID: id, AccountID: rows[0].ID, Version: rows[0].Version}, rows[0].account(), nil
}

// takeHalf ends a waiting sign-in; of two requests at once it lets one go on.
func (s *Accounts) takeHalf(ctx context.Context, id string) (bool, error) {
	res, err := s.db.Conn(ctx).NewDelete().Model((*halfRow)(nil)).Where("id = ?", id).Exec(ctx)
	if err != nil {
		return false, db.Fault(wrap(err, "take waiting sign-in"))
	}
	n, err := res.RowsAffected()
	return n == 1, err
}
