package identity

import (
	"context"
	"encoding/base64"
	"slices"
	"strconv"
	"time"

	"github.com/zhanqun/zhanqun/kernel"
	"github.com/zhanqun/zhanqun/kernel/fault"
	"github.com/zhanqun/zhanqun/platform/audit"
)

// How many sessions a person may have at once (Q2; 五(一) 安全保障): a password that is lent or stolen shows itself, since its owner is
// sent out and reads why. 1 is 单一会话.
const (
	UsualSessions = 5 // unless the operator or the security administrator has said otherwise
	MostSessions  = 50
	// toldWithin is how long whoever was sent out is told why; browsers may stay open over a weekend.
	toldWithin = 72 * time.Hour
)

// AllowSessions sets how many sessions a person may have while the security administrator has said nothing, before anybody signs in.
func (s *Accounts) AllowSessions(n int) { s.sessions = n }

// SessionLimit is how many sessions a person may have at once.
func (s *Accounts) SessionLimit(ctx context.Context) (int, error) {
	set, err := s.loadLimit(ctx)
	if set == 0 {
		set = s.sessions
	}
	return set, err
}

// SetSessionLimit says how many sessions a person may have at once, for everybody. Those who have more keep them until they sign in again.
func (s *Accounts) SetSessionLimit(ctx context.Context, n int) error {
	if err := mayChange(kernel.ActorFrom(ctx)); err != nil {
		return err
	}
	if n < 1 || n > MostSessions {
		return fault.In("most", "请填写 1 到 %d 之间的整数。", MostSessions)
	}
	return s.db.InTx(ctx, func(ctx context.Context) error {
		was, err := s.SessionLimit(ctx)
		if err != nil {
			return err
		}
		if err := s.putLimit(ctx, n); err != nil || was == n {
			return err
		}
		return s.log.Record(ctx, audit.Entry{Action: "console.sessions", Object: "console/sessions", Before: strconv.Itoa(was), After: strconv.Itoa(n)})
	})
}

// open begins a session; those that were begun first make room for it. The account's row is locked, so of any number of sign-ins at once
// each counts those before it.
func (s *Accounts) open(ctx context.Context, r sessionRow) error {
	most, err := s.SessionLimit(ctx)
	if err != nil {
		return err
	}
	live, err := s.sessionsOf(ctx, kernel.AccountID(r.AccountID), r.BeganAt)
	if err != nil {
		return err
	}
	slices.SortStableFunc(live, func(a, b sessionRow) int { return a.BeganAt.Compare(b.BeganAt) })
	for _, old := range live[:max(0, len(live)+1-most)] {
		if err := s.end(ctx, Ended, "id = ?", old.ID); err != nil {
			return err
		}
		if err := s.noteEnd(ctx, old.ID, r.BeganAt); err != nil {
			return err
		}
	}
	return s.insertSession(ctx, r)
}

// WasOutdone reports whether the session of token has made room for a later one, so that its person can be told.
func (s *Accounts) WasOutdone(ctx context.Context, token string) (bool, error) {
	if len(token) != base64.RawURLEncoding.EncodedLen(32) {
		return false, nil
	}
	return s.endNoted(ctx, sessionID(token), s.now().Add(-toldWithin))
}
