package identity

import (
	"context"
	"time"

	"github.com/uptrace/bun"
	"github.com/zhanqun/zhanqun/kernel"
	"github.com/zhanqun/zhanqun/storage/db"
)

type linkRow struct {
	bun.BaseModel `bun:"table:links,alias:l"`
	Digest        string `bun:"digest,pk"` // SHA-256 of the token, base64url
	Kind          string
	AccountID     int64
	ByAccount     int64 // 0: the server's command line
	MadeAt        time.Time
	ExpiresAt     time.Time
	UsedAt        *time.Time
}

func (s *Accounts) insertLink(ctx context.Context, r linkRow) error {
	_, err := s.db.Conn(ctx).NewInsert().Model(&r).Exec(ctx)
	return db.Fault(wrap(err, "insert link"))
}

// endLinks lets the account's unused links expire.
func (s *Accounts) endLinks(ctx context.Context, id kernel.AccountID, now time.Time) error {
	_, err := s.db.Conn(ctx).NewUpdate().Model((*linkRow)(nil)).Set("expires_at = ?", now).Where("account_id = ?", int64(id)).
		Where("used_at IS NULL").Where("expires_at > ?", now).Exec(ctx)
	return db.Fault(wrap(err, "end links of %d", id))
}

// openLink answers the zero Account where no link opens.
func (s *Accounts) openLink(ctx context.Context, digest string, now time.Time) (Account, LinkKind, error) {
	var rows []struct {
		accountRow
		Kind string
	}
	err := s.db.Conn(ctx).NewSelect().Model((*linkRow)(nil)).ColumnExpr("c.id, c.login, c.name, c.org_id, c.state, l.kind").
		Join("JOIN accounts AS c ON c.id = l.account_id").Where("l.digest = ?", digest).Where("l.used_at IS NULL").
		Where("l.expires_at > ?", now).Scan(ctx, &rows)
	if err != nil || len(rows) == 0 {
		return Account{}, "", db.Fault(wrap(err, "load link"))
	}
	return rows[0].account(), LinkKind(rows[0].Kind), nil
}

// useLink marks the link used, unless it is already or has expired: of many at once the store lets one through.
func (s *Accounts) useLink(ctx context.Context, digest string, now time.Time) (bool, error) {
	res, err := s.db.Conn(ctx).NewUpdate().Model((*linkRow)(nil)).Set("used_at = ?", now).Where("digest = ?", digest).
		Where("used_at IS NULL").Where("expires_at > ?", now).Exec(ctx)
	if err != nil {
		return false, db.Fault(wrap(err, "use link"))
	}
	n, err := res.RowsAffected()
	return n == 1, err
}
