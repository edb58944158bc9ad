package identity

import (
	"context"
	"fmt"
	"net/netip"
	"time"

	"github.com/uptrace/bun"
	"github.com/zhanqun/zhanqun/kernel"
	"github.com/zhanqun/zhanqun/storage/db"
)

type passwordRow struct {
	bun.BaseModel `bun:"table:passwords,alias:p"`
	AccountID     int64 `bun:"account_id,pk"`
	Secret        string
	Version       int64
	ChangedAt     time.Time
}

type sessionRow struct {
	bun.BaseModel `bun:"table:sessions,alias:s"`
	ID            string `bun:"id,pk"` // SHA-256 of the token, base64url
	AccountID     int64
	BeganAt       time.Time
	SeenAt        time.Time
	IP            string `bun:"ip"`
	Agent         string
}

// failureRow counts the failures of a client with one account, with a bucket of logins that nobody has, or with all (0).
type failureRow struct {
	bun.BaseModel `bun:"table:signin_failures,alias:f"`
	Who           int64  `bun:"who,pk"`
	Client        string `bun:"client,pk"`
	Failures      int64
	LastAt        time.Time
}

type signinRow struct {
	bun.BaseModel `bun:"table:signins,alias:n"`
	ID            int64 `bun:"id,pk"`
	At            time.Time
	AccountID     *int64
	Outcome       string
	IP            string `bun:"ip"`
	Request       string
	Step          string // of the sign-in, "" for the password; see steps
}

// credentials is one query whether or not anybody has the login; what no login looks like is looked for as "", which nobody has.
func (s *Accounts) credentials(ctx context.Context, login string) (credentials, error) {
	if !loginForm.MatchString(login) {
		login = ""
	}
	var rows []struct {
		accountRow
		Secret  string
		Version int64
	}
	err := s.db.Conn(ctx).NewSelect().Model((*accountRow)(nil)).ColumnExpr("c.id, c.login, c.name, c.org_id, c.state").
		ColumnExpr("coalesce(p.secret, '') AS secret, coalesce(p.version, 0) AS version").
		Join("LEFT JOIN passwords AS p ON p.account_id = c.id").Where("c.login = ?", login).Scan(ctx, &rows)
	if err != nil {
		return credentials{}, db.Fault(fmt.Errorf("load credentials: %w", err))
	}
	if len(rows) == 0 {
		return credentials{}, nil
	}
	return credentials{Account: rows[0].account(), secret: rows[0].Secret, version: rows[0].Version}, nil
}

// putSecret replaces the password; the account's row is locked.
func (s *Accounts) putSecret(ctx context.Context, id kernel.AccountID, secret string, now time.Time) error {
	r := passwordRow{AccountID: int64(id), Secret: secret, Version: 1, ChangedAt: now}
	_, err := s.db.Conn(ctx).NewInsert().Model(&r).On("CONFLICT (account_id) DO UPDATE").Set("secret = EXCLUDED.secret").
		Set("version = p.version + 1").Set("changed_at = EXCLUDED.changed_at").Returning("NULL").Exec(ctx)
	return db.Fault(wrap(err, "put password of %d", id))
}

// renewSecret keeps the same password at another cost.
func (s *Accounts) renewSecret(ctx context.Context, id kernel.AccountID, secret string) error {
	_, err := s.db.Conn(ctx).NewUpdate().Model((*passwordRow)(nil)).Set("secret = ?", secret).Where("account_id = ?", int64(id)).Exec(ctx)
	return db.Fault(wrap(err, "renew password of %d", id))
}

func wrap(err error, format string, args ...any) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf(format+": %w", append(args, err)...)
}

// left is how long the client has still to wait before it may try again.
func (s *Accounts) left(ctx context.Context, who int64, client string, now time.Time) (time.Duration, error) {
	return s.leftOf(ctx, who, client, pairAllows, now)
}

// leftOf is left where a pair is allowed so many failures.
func (s *Accounts) leftOf(ctx context.Context, who int64, client string, allowed int64, now time.Time) (time.Duration, error) {
	var rows []failureRow
	err := s.db.Conn(ctx).NewSelect().Model(&rows).Where("f.client = ?", client).Where("f.who IN (0, ?)", who).
		Where("f.last_at > ?", now.Add(-window)).Scan(ctx)
	if err != nil {
		return 0, db.Fault(fmt.Errorf("load failures: %w", err))
	}
	var most time.Duration
	for _, r := range rows {
		n := allowed
		if r.Who == 0 {
			n = manyAllows
		}
		most = max(most, r.LastAt.Add(pause(r.Failures, n)).Sub(now))
	}
	return most, nil
}

// count adds one failure, which is the first again after a quiet window.
func (s *Accounts) count(ctx context.Context, who int64, client string, now time.Time) error {
	r := failureRow{Who: who, Client: client, Failures: 1, LastAt: now}
	_, err := s.db.Conn(ctx).NewInsert().Model(&r).On("CONFLICT (who, client) DO UPDATE").
		Set("failures = CASE WHEN f.last_at > ? THEN f.failures + 1 ELSE 1 END", now.Add(-window)).
		Set("last_at = EXCLUDED.last_at").Returning("NULL").Exec(ctx)
	return db.Fault(wrap(err, "count a failure"))
}

func (s *Accounts) forget(ctx context.Context, who int64, client string) error {
	_, err := s.db.Conn(ctx).NewDelete().Model((*failureRow)(nil)).Where("who = ?", who).Where("client = ?", client).Exec(ctx)
	return db.Fault(wrap(err, "forget failures"))
}

func (s *Accounts) insertSession(ctx context.Context, r sessionRow) error {
	_, err := s.db.Conn(ctx).NewInsert().Model(&r).Exec(ctx)
	return db.Fault(wrap(err, "insert session"))
}

// liveSession answers the zero Account where there is none.
func (s *Accounts) liveSession(ctx context.Context, id string, now time.Time) (Account, time.Time, error) {
	var rows []struct {
		accountRow
		SeenAt time.Time
	}
	err := s.alive(s.db.Conn(ctx).NewSelect().Model((*sessionRow)(nil)), now).ColumnExpr("c.id, c.login, c.name, c.org_id, c.state, s.seen_at").
		Join("JOIN accounts AS c ON c.id = s.account_id").Where("s.id = ?", id).Scan(ctx, &rows)
	if err != nil || len(rows) == 0 {
		return Account{}, time.Time{}, db.Fault(wrap(err, "load session"))
	}
	return rows[0].account(), rows[0].SeenAt, nil
}

func (s *Accounts) alive(q *bun.SelectQuery, now time.Time) *bun.SelectQuery {
	return q.Where("s.seen_at > ?", now.Add(-s.idle)).Where("s.began_at > ?", now.Add(-lifetime))
}

func (s *Accounts) sessionsOf(ctx context.Context, id kernel.AccountID, now time.Time) ([]sessionRow, error) {
	var rows []sessionRow
	err := s.alive(s.db.Conn(ctx).NewSelect().Model(&rows), now).Where("s.account_id = ?", int64(id)).Order("s.seen_at DESC", "s.began_at DESC", "s.id").Scan(ctx)
	return rows, db.Fault(wrap(err, "load sessions of %d", id))
}

// sessionRow is a live session of an account that may act.
func (s *Accounts) sessionRow(ctx context.Context, id string, now time.Time) (sessionRow, bool, error) {
	var rows []sessionRow
	err := s.alive(s.db.Conn(ctx).NewSelect().Model(&rows), now).Where("s.id = ?", id).
		Where("EXISTS (SELECT 1 FROM accounts AS c WHERE c.id = s.account_id AND c.state = ?)", Active).Scan(ctx)
	if err != nil || len(rows) == 0 {
		return sessionRow{}, false, db.Fault(wrap(err, "load the times of a session"))
	}
	return rows[0], true, nil
}

// see notes the use of a session that is there still; of two at once, one is enough.
func (s *Accounts) see(ctx context.Context, id string, now time.Time) error {
	return s.db.InTx(ctx, func(ctx context.Context) error {
		_, err := s.db.Conn(ctx).NewUpdate().Model((*sessionRow)(nil)).Set("seen_at = ?", now).Where("id = ?", id).Where("seen_at < ?", now).Exec(ctx)
		return db.Fault(wrap(err, "note the use of a session"))
	})
}

// end deletes the sessions and notes the outcome of each that was there.
func (s *Accounts) end(ctx context.Context, outcome Outcome, where string, arg any) error {
	var rows []sessionRow
	if _, err := s.db.Conn(ctx).NewDelete().Model(&rows).Where(where, arg).Returning("id, account_id, ip").Exec(ctx); err != nil {
		return db.Fault(fmt.Errorf("end session: %w", err))
	}
	for _, r := range rows {
		if err := s.note(ctx, kernel.AccountID(r.AccountID), outcome, parseAddress(r.IP), s.now()); err != nil {
			return err
		}
	}
	return nil
}

// deleteSessions ends all of an account that was disabled or got another password, which the audit chain says.
func (s *Accounts) deleteSessions(ctx context.Context, id kernel.AccountID) error {
	if _, err := s.db.Conn(ctx).NewDelete().Model((*halfRow)(nil)).Where("account_id = ?", int64(id)).Exec(ctx); err != nil {
		return db.Fault(wrap(err, "end waiting sign-ins of %d", id))
	}
	_, err := s.db.Conn(ctx).NewDelete().Model((*sessionRow)(nil)).Where("account_id = ?", int64(id)).Exec(ctx)
	return db.Fault(wrap(err, "end sessions of %d", id))
}

// note writes an entry for the audit administrator; account 0 is nobody.
func (s *Accounts) note(ctx context.Context, account kernel.AccountID, outcome Outcome, ip netip.Addr, now time.Time) error {
	r := signinRow{At: now, IP: address(ip), Request: line(kernel.RequestID(ctx), 64)}
	r.Outcome, r.Step = outcome.row()
	if id := int64(account); id != 0 {
		r.AccountID = &id
	}
	_, err := s.insert(ctx, &r, &r.ID)
	return db.Fault(wrap(err, "note a sign-in"))
}

func (s *Accounts) signins(ctx context.Context, since time.Time, limit int) (rows []signinRow, err error) {
	err = s.db.Conn(ctx).NewSelect().Model(&rows).Where("n.at >= ?", since).Order("n.at DESC", "n.id DESC").Limit(int64(limit)).Scan(ctx)
	return rows, db.Fault(err)
}

// deleteOld removes sessions, failures and entries whose time is over.
func (s *Accounts) deleteOld(ctx context.Context, now time.Time) error {
	return s.db.InTx(ctx, func(ctx context.Context) error {
		for _, old := range []struct {
			row    any
			column string
			before time.Time
		}{
			{(*sessionRow)(nil), "seen_at", now.Add(-s.idle)},
			{(*failureRow)(nil), "last_at", now.Add(-window)},
			{(*signinRow)(nil), "at", now.AddDate(-1, 0, 0)},
			{(*endRow)(nil), "at", now.Add(-toldWithin)},
			{(*halfRow)(nil), "began_at", now.Add(-secondStep)},
			{(*ceremonyRow)(nil), "at", now.Add(-secondStep)},
			{(*linkRow)(nil), "expires_at", now.AddDate(-1, 0, 0)},
		} {
			if _, err := s.db.Conn(ctx).NewDelete().Model(old.row).Where("? <= ?", bun.Ident(old.column), old.before).Exec(ctx); err != nil {
				return db.Fault(fmt.Errorf("remove what is over: %w", err))
			}
		}
		return nil
	})
}
