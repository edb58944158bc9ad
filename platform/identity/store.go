package identity

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/uptrace/bun"
	"github.com/zhanqun/zhanqun/kernel"
	"github.com/zhanqun/zhanqun/kernel/fault"
	"github.com/zhanqun/zhanqun/policies"
	"github.com/zhanqun/zhanqun/storage/db"
)

// attempts is how often an insert takes another id when two processes have drawn the same.
const attempts = 3

type accountRow struct {
	bun.BaseModel `bun:"table:accounts,alias:c"`
	ID            int64 `bun:"id,pk"`
	Login         string
	Name          string
	OrgID         int64
	State         string
	CreatedAt     time.Time
}

func (r accountRow) account() Account {
	return Account{ID: kernel.AccountID(r.ID), Login: r.Login, Name: r.Name, Org: kernel.OrgID(r.OrgID), State: State(r.State)}
}

type appointmentRow struct {
	bun.BaseModel `bun:"table:appointments,alias:a"`
	ID            int64 `bun:"id,pk"`
	AccountID     int64
	Role          string
	OrgID         int64
	OnlySite      int64
	OnlyColumn    int64
	FromAt        time.Time
	ToAt          *time.Time
	Document      string
	ByAccount     int64
	CreatedAt     time.Time
	EndedAt       *time.Time
}

func (r appointmentRow) appointment() Appointment {
	a := Appointment{ID: AppointmentID(r.ID), Account: kernel.AccountID(r.AccountID), Role: policies.Role(r.Role), Org: kernel.OrgID(r.OrgID),
		Site: kernel.SiteID(r.OnlySite), Column: r.OnlyColumn, From: r.FromAt.UTC(), Document: r.Document, By: kernel.AccountID(r.ByAccount)}
	if r.ToAt != nil {
		a.To = r.ToAt.UTC()
	}
	return a
}

// Get returns the account, or a NotFound fault.
func (s *Accounts) Get(ctx context.Context, id kernel.AccountID) (Account, error) {
	return s.account(ctx, "没有这个账号。", false, "id = ?", int64(id))
}

// Find returns the account that signs in with login, whatever its case, or a NotFound fault.
func (s *Accounts) Find(ctx context.Context, login string) (Account, error) {
	return s.account(ctx, "没有这个登录名，请核对。", false, "login = ?", strings.ToLower(strings.TrimSpace(login)))
}

// lock returns the account and holds its row until the transaction ends; SQLite has one writer anyway.
func (s *Accounts) lock(ctx context.Context, id kernel.AccountID) (Account, error) {
	return s.account(ctx, "没有这个账号。", true, "id = ?", int64(id))
}

func (s *Accounts) account(ctx context.Context, missing string, lock bool, where string, arg any) (Account, error) {
	var rows []accountRow
	q := s.db.Conn(ctx).NewSelect().Model(&rows).Where(where, arg)
	if lock && s.db.Postgres() {
		q = q.For("UPDATE")
	}
	if err := q.Scan(ctx); err != nil {
		return Account{}, db.Fault(fmt.Errorf("load account: %w", err))
	}
	if len(rows) == 0 {
		return Account{}, fault.New(fault.NotFound, "%s", missing)
	}
	return rows[0].account(), nil
}

func (s *Accounts) insertAccount(ctx context.Context, a Account, now time.Time) (kernel.AccountID, error) {
	r := accountRow{Login: a.Login, Name: a.Name, OrgID: int64(a.Org), State: string(a.State), CreatedAt: now}
	id, err := s.insert(ctx, &r, &r.ID)
	if db.Unique(err) {
		return 0, fault.Because(err, fault.Conflict, "登录名“%s”已有人使用，请换一个。", a.Login)
	}
	if err != nil {
		return 0, db.Fault(fmt.Errorf("insert account: %w", err))
	}
	return kernel.AccountID(id), nil
}

func (s *Accounts) insertAppointment(ctx context.Context, a Appointment, now time.Time) (AppointmentID, error) {
	r := appointmentRow{AccountID: int64(a.Account), Role: string(a.Role), OrgID: int64(a.Org), OnlySite: int64(a.Site), OnlyColumn: a.Column,
		FromAt: a.From, Document: a.Document, ByAccount: int64(a.By), CreatedAt: now}
	if !a.To.IsZero() {
		r.ToAt = &a.To
	}
	id, err := s.insert(ctx, &r, &r.ID)
	if err != nil {
		return 0, db.Fault(fmt.Errorf("insert appointment: %w", err))
	}
	return AppointmentID(id), nil
}

// insert writes the row under a new id, drawn again when another process has drawn it too.
func (s *Accounts) insert(ctx context.Context, row any, id *int64) (int64, error) {
	for range attempts {
		*id = s.ids.Next()
		res, err := s.db.Conn(ctx).NewInsert().Model(row).On("CONFLICT (id) DO NOTHING").Returning("NULL").Exec(ctx)
		if err != nil {
			return 0, err
		}
		if n, err := res.RowsAffected(); err != nil || n == 1 {
			return *id, err
		}
	}
	return 0, fmt.Errorf("no free id in %d attempts", attempts)
}

func (s *Accounts) setState(ctx context.Context, id kernel.AccountID, was, to State) (bool, error) {
	res, err := s.db.Conn(ctx).NewUpdate().Model((*accountRow)(nil)).Set("state = ?", string(to)).
		Where("id = ?", int64(id)).Where("state = ?", string(was)).Exec(ctx)
	if err != nil {
		return false, db.Fault(fmt.Errorf("set state of account %d: %w", id, err))
	}
	n, err := res.RowsAffected()
	return n == 1, err
}

// Live returns the appointments that are in force at the moment, oldest first; none for a disabled or unknown account.
func (s *Accounts) Live(ctx context.Context, account kernel.AccountID, at time.Time) ([]Appointment, error) {
	at = store(at)
	var rows []appointmentRow
	err := s.db.Conn(ctx).NewSelect().Model(&rows).Join("JOIN accounts AS c ON c.id = a.account_id").
		Where("a.account_id = ?", int64(account)).Where("c.state = ?", string(Active)).
		Where("a.from_at <= ?", at).Where("a.to_at IS NULL OR a.to_at > ?", at).Where("a.ended_at IS NULL OR a.ended_at > ?", at).
		Order("a.from_at", "a.id").Scan(ctx)
	if err != nil {
		return nil, db.Fault(fmt.Errorf("load live appointments of %d: %w", account, err))
	}
	return appointments(rows), nil
}

// during returns the appointments, not ended, whose term meets the span; a zero to is open.
func (s *Accounts) during(ctx context.Context, account kernel.AccountID, from, to time.Time) ([]Appointment, error) {
	var rows []appointmentRow
	q := s.db.Conn(ctx).NewSelect().Model(&rows).Where("a.account_id = ?", int64(account)).Where("a.ended_at IS NULL").
		Where("a.to_at IS NULL OR a.to_at > ?", from)
	if !to.IsZero() {
		q = q.Where("a.from_at < ?", to)
	}
	if err := q.Order("a.from_at", "a.id").Scan(ctx); err != nil {
		return nil, db.Fault(fmt.Errorf("load appointments of %d: %w", account, err))
	}
	return appointments(rows), nil
}

func appointments(rows []appointmentRow) []Appointment {
	as := make([]Appointment, len(rows))
	for i, r := range rows {
		as[i] = r.appointment()
	}
	return as
}

func (s *Accounts) appointment(ctx context.Context, id AppointmentID) (Appointment, error) {
	var rows []appointmentRow
	if err := s.db.Conn(ctx).NewSelect().Model(&rows).Where("a.id = ?", int64(id)).Scan(ctx); err != nil {
		return Appointment{}, db.Fault(fmt.Errorf("load appointment %d: %w", id, err))
	}
	if len(rows) == 0 {
		return Appointment{}, fault.New(fault.NotFound, "没有这项任职。")
	}
	return rows[0].appointment(), nil
}

func (s *Accounts) endAppointment(ctx context.Context, id AppointmentID, now time.Time) (bool, error) {
	res, err := s.db.Conn(ctx).NewUpdate().Model((*appointmentRow)(nil)).Set("ended_at = ?", now).Where("id = ?", int64(id)).
		Where("ended_at IS NULL").Where("to_at IS NULL OR to_at > ?", now).Exec(ctx)
	if err != nil {
		return false, db.Fault(fmt.Errorf("end appointment %d: %w", id, err))
	}
	n, err := res.RowsAffected()
	return n == 1, err
}
