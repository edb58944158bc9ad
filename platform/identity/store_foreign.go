package identity

import (
	"context"
	"time"

	"github.com/uptrace/bun"
	"github.com/zhanqun/zhanqun/kernel"
	"github.com/zhanqun/zhanqun/kernel/fault"
	"github.com/zhanqun/zhanqun/storage/db"
)

type subjectRow struct {
	bun.BaseModel `bun:"table:foreign_subjects,alias:o"`
	Issuer        string `bun:"issuer,pk"`
	Subject       string `bun:"subject,pk"`
	AccountID     int64
	MadeAt        time.Time
}

func (s *Accounts) insertSubject(ctx context.Context, id kernel.AccountID, who Subject, now time.Time) error {
	r := subjectRow{Issuer: who.Issuer, Subject: who.Subject, AccountID: int64(id), MadeAt: now}
	_, err := s.db.Conn(ctx).NewInsert().Model(&r).Exec(ctx)
	if db.Unique(err) {
		return fault.Because(err, fault.Conflict, "这个统一身份或这个账号已经关联过了，请先取消原来的关联。")
	}
	return db.Fault(wrap(err, "link subject"))
}

func (s *Accounts) dropSubjects(ctx context.Context, id kernel.AccountID) (int64, error) {
	res, err := s.db.Conn(ctx).NewDelete().Model((*subjectRow)(nil)).Where("account_id = ?", int64(id)).Exec(ctx)
	if err != nil {
		return 0, db.Fault(wrap(err, "unlink subjects of %d", id))
	}
	return res.RowsAffected()
}

// Linked reports whether the account is known by a subject.
func (s *Accounts) Linked(ctx context.Context, id kernel.AccountID) (bool, error) {
	n, err := s.db.Conn(ctx).NewSelect().Model((*subjectRow)(nil)).Where("o.account_id = ?", int64(id)).Count(ctx)
	return n > 0, db.Fault(wrap(err, "count subjects of %d", id))
}

// bySubject answers the zero Account where nobody is known by it.
func (s *Accounts) bySubject(ctx context.Context, who Subject) (Account, error) {
	var rows []accountRow
	err := s.db.Conn(ctx).NewSelect().Model(&rows).Join("JOIN foreign_subjects AS o ON o.account_id = c.id").
		Where("o.issuer = ?", who.Issuer).Where("o.subject = ?", who.Subject).Scan(ctx)
	if err != nil || len(rows) == 0 {
		return Account{}, db.Fault(wrap(err, "load account by subject"))
	}
	return rows[0].account(), nil
}
