package identity

import (
	"context"
	"crypto/rand"
	"time"

	"github.com/zhanqun/zhanqun/kernel"
	"github.com/zhanqun/zhanqun/kernel/fault"
	"github.com/zhanqun/zhanqun/platform/audit"
)

// Drawn is a secret that waits to be put into a phone.
type Drawn struct {
	URI  string // what the picture holds
	Text string // what one types instead
}

// Draw answers the secret that the account's phone is to have. It stays the same until Confirm, so that a picture looked at twice is one.
func (s *Accounts) Draw(ctx context.Context, id kernel.AccountID) (Drawn, error) {
	var d Drawn
	err := s.db.InTx(ctx, func(ctx context.Context) error {
		a, err := s.lock(ctx, id)
		if err != nil {
			return err
		}
		r, err := s.factorRow(ctx, id)
		if err != nil {
			return err
		}
		if r.OnAt != nil {
			return errHasFactor()
		}
		var secret []byte
		if r.Sealed != "" {
			if secret, err = s.sealer.open(id, r.Sealed); err != nil {
				return err
			}
		} else {
			secret = make([]byte, secretLong)
			_, _ = rand.Read(secret) // it never fails: the program ends instead
			sealed, err := s.sealer.seal(id, secret)
			if err != nil {
				return err
			}
			if err := s.putFactor(ctx, id, sealed, s.now()); err != nil {
				return err
			}
		}
		d = Drawn{URI: otpauth(a.Login, secret), Text: base32Secret(secret)}
		return nil
	})
	return d, err
}

func errHasFactor() error {
	return fault.New(fault.Conflict, "第二验证已经设好了，不必再设。")
}

// Confirm turns the second factor on when typed is a code of the secret that Draw has answered, and answers the recovery codes, shown this once.
func (s *Accounts) Confirm(ctx context.Context, id kernel.AccountID, typed string, v Visit) ([]string, error) {
	return s.confirm(ctx, id, typed, v, func(context.Context, time.Time) error { return nil })
}

// FinishEnrolling is Confirm for a sign-in that waits for it; it answers the token of the new session as well.
func (s *Accounts) FinishEnrolling(ctx context.Context, token, typed string, v Visit) (string, []string, error) {
	w, _, err := s.waiting(ctx, token)
	if err != nil {
		return "", nil, err
	}
	made := newToken()
	codes, err := s.confirm(kernel.WithActor(ctx, w.Actor("console")), w.ID, typed, v, func(ctx context.Context, now time.Time) error { return s.whole(ctx, token, made, w.ID, v, now) })
	if err != nil {
		return "", nil, err
	}
	return made, codes, nil
}

func (s *Accounts) confirm(ctx context.Context, id kernel.AccountID, typed string, v Visit, then func(context.Context, time.Time) error) (codes []string, err error) {
	wrong := fault.In("code", "验证码不对。请看手机上现在的六位数字；总是不对的，请把手机时间设为自动。")
	err = s.guarded(ctx, id, v, wrong, func(ctx context.Context, now time.Time) (err error) {
		if err := s.turnFactorOn(ctx, id, now); err != nil {
			return err
		}
		if codes, err = s.newRecoveries(ctx, id); err != nil {
			return err
		}
		if err := s.log.Record(ctx, audit.Entry{Action: "user.factor.on", Object: "account/" + id.String()}); err != nil {
			return err
		}
		return then(ctx, now)
	}, func(ctx context.Context, now time.Time) (bool, error) {
		r, err := s.factorRow(ctx, id)
		switch {
		case err != nil:
			return false, err
		case r.OnAt != nil:
			return false, errHasFactor()
		case r.Sealed == "":
			return false, nil
		}
		return s.useStep(ctx, r, bareCode(typed), now)
	})
	if err != nil {
		return nil, err
	}
	return codes, nil
}

// Recoveries answers new recovery codes against a right code; those before open nothing any more.
func (s *Accounts) Recoveries(ctx context.Context, id kernel.AccountID, typed string, v Visit) (codes []string, err error) {
	err = s.withCode(ctx, id, typed, v, func(ctx context.Context, _ time.Time) (err error) {
		if codes, err = s.newRecoveries(ctx, id); err != nil {
			return err
		}
		return s.log.Record(ctx, audit.Entry{Action: "user.recoveries", Object: "account/" + id.String()})
	})
	if err != nil {
		return nil, err
	}
	return codes, nil
}

func (s *Accounts) newRecoveries(ctx context.Context, id kernel.AccountID) ([]string, error) {
	codes, digests := make([]string, recoveries), make([]string, recoveries)
	for i := range codes {
		codes[i] = newRecovery()
		digests[i] = recoveryDigest(id, codes[i])
	}
	return codes, s.putRecoveries(ctx, id, digests)
}

// ChangeFactor takes the own second factor away against a right code, to put another phone in its place.
func (s *Accounts) ChangeFactor(ctx context.Context, id kernel.AccountID, typed string, v Visit) error {
	return s.withCode(ctx, id, typed, v, func(ctx context.Context, _ time.Time) error { return s.dropFactor(ctx, id) })
}

// RemoveFactor takes another's away who has lost phone and codes, and ends that person's sessions. Who may is decided by who calls.
func (s *Accounts) RemoveFactor(ctx context.Context, id kernel.AccountID) error {
	actor := kernel.ActorFrom(ctx)
	if err := mayChange(actor); err != nil {
		return err
	}
	if actor.Account == id {
		return fault.New(fault.Forbidden, "自己的第二验证请在“我的账号”里更换。")
	}
	return s.db.InTx(ctx, func(ctx context.Context) error {
		if _, err := s.lock(ctx, id); err != nil {
			return err
		}
		r, err := s.factorRow(ctx, id)
		if err != nil {
			return err
		}
		if r.OnAt == nil {
			return fault.New(fault.Conflict, "此人现在没有第二验证，不必取消。")
		}
		if err := s.deleteSessions(ctx, id); err != nil {
			return err
		}
		return s.dropFactor(ctx, id)
	})
}

func (s *Accounts) dropFactor(ctx context.Context, id kernel.AccountID) error {
	if err := s.clearFactor(ctx, id); err != nil {
		return err
	}
	if _, err := s.dropPasskeys(ctx, id, ""); err != nil { // they stand in for it
		return err
	}
	return s.log.Record(ctx, audit.Entry{Action: "user.factor.off", Object: "account/" + id.String()})
}
