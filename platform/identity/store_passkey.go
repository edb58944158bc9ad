package identity

import (
	"context"
	"time"

	"github.com/uptrace/bun"
	"github.com/zhanqun/zhanqun/kernel"
	"github.com/zhanqun/zhanqun/kernel/fault"
	"github.com/zhanqun/zhanqun/storage/db"
)

type passkeyRow struct {
	bun.BaseModel `bun:"table:passkeys,alias:k"`
	AccountID     int64  `bun:"account_id,pk"`
	ID            string `bun:"id,pk"` // of the credential, base64url
	Name          string
	Sealed        string // the credential
	MadeAt        time.Time
	UsedAt        *time.Time
}

// ceremonyRow is a challenge that waits for its answer.
type ceremonyRow struct {
	bun.BaseModel `bun:"table:ceremonies,alias:y"`
	ID            string `bun:"id,pk"` // what it is for, and the session's or the waiting sign-in's id
	AccountID     int64
	Data          string
	At            time.Time
}

func (s *Accounts) passkeyRows(ctx context.Context, id kernel.AccountID) (rows []passkeyRow, err error) {
	err = s.db.Conn(ctx).NewSelect().Model(&rows).Where("k.account_id = ?", int64(id)).Order("k.made_at", "k.id").Scan(ctx)
	return rows, db.Fault(wrap(err, "load passkeys of %d", id))
}

func (s *Accounts) insertPasskey(ctx context.Context, r passkeyRow) error {
	_, err := s.db.Conn(ctx).NewInsert().Model(&r).Exec(ctx)
	if db.Unique(err) {
		return fault.Because(err, fault.Conflict, "这个通行密钥已经添加过了。")
	}
	return db.Fault(wrap(err, "insert passkey"))
}

func (s *Accounts) usedPasskey(ctx context.Context, id kernel.AccountID, key, sealed string, now time.Time) error {
	_, err := s.db.Conn(ctx).NewUpdate().Model((*passkeyRow)(nil)).Set("sealed = ?", sealed).Set("used_at = ?", now).
		Where("account_id = ?", int64(id)).Where("id = ?", key).Exec(ctx)
	return db.Fault(wrap(err, "note the use of a passkey"))
}

// dropPasskeys removes one of the account's, or all when key is "", and answers how many there were.
func (s *Accounts) dropPasskeys(ctx context.Context, id kernel.AccountID, key string) (int64, error) {
	q := s.db.Conn(ctx).NewDelete().Model((*passkeyRow)(nil)).Where("account_id = ?", int64(id))
	if key != "" {
		q = q.Where("id = ?", key)
	}
	res, err := q.Exec(ctx)
	if err != nil {
		return 0, db.Fault(wrap(err, "drop passkeys of %d", id))
	}
	return res.RowsAffected()
}

func (s *Accounts) putCeremony(ctx context.Context, r ceremonyRow) error {
	_, err := s.db.Conn(ctx).NewInsert().Model(&r).On("CONFLICT (id) DO UPDATE").Set("account_id = EXCLUDED.account_id").Set("data = EXCLUDED.data").
		Set("at = EXCLUDED.at").Returning("NULL").Exec(ctx)
	return db.Fault(wrap(err, "put ceremony"))
}

// takeCeremony answers "" where there is none; what it answers is there no more.
func (s *Accounts) takeCeremony(ctx context.Context, name string, id kernel.AccountID, after time.Time) (string, error) {
	var rows []ceremonyRow
	_, err := s.db.Conn(ctx).NewDelete().Model(&rows).Where("id = ?", name).Where("account_id = ?", int64(id)).Where("at > ?", after).Returning("id, data").Exec(ctx)
	if err != nil || len(rows) == 0 {
		return "", db.Fault(wrap(err, "take ceremony"))
	}
	return rows[0].Data, nil
}
