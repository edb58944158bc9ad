package identity

import (
	"context"
	"crypto/rand"
	"encoding/base64"
	"slices"
	"strings"
	"time"

	"github.com/zhanqun/zhanqun/kernel"
	"github.com/zhanqun/zhanqun/kernel/fault"
	"github.com/zhanqun/zhanqun/platform/audit"
)

// How long somebody who writes may put the second factor off, from the first sign-in on, and how long a sign-in waits for its second step.
const (
	postponed  = 7 * 24 * time.Hour
	secondStep = 10 * time.Minute
)

// spreadAllows is how many wrong codes of one account from all clients are free: whoever is asked for a code has given the password, so
// nobody honest stands behind many clients.
const spreadAllows = 20

// everywhere is the client under which the wrong codes of all clients are counted.
const everywhere = "*"

// SecondFactor says by which key secrets are sealed, nil while it cannot be read, and whether roles must have a second factor.
// Without a call nobody is asked for one. Call it before serving.
func (s *Accounts) SecondFactor(key []byte, must bool) (err error) {
	s.must = must
	s.sealer, err = newSealer(key)
	return err
}

// Factor is how the second factor of an account stands.
type Factor struct {
	On   time.Time // zero: there is none
	Must bool      // the posts ask for one before anything else
	Due  time.Time // when there must be one at the latest; zero: never, or at once
	Left int       // recovery codes that nobody has used
}

// overdue reports whether an account without a second factor gets no further than to set it up.
func (f Factor) overdue(now time.Time) bool {
	return f.On.IsZero() && (f.Must || !f.Due.IsZero() && !now.Before(f.Due))
}

// Factor answers how the account's second factor stands.
func (s *Accounts) Factor(ctx context.Context, id kernel.AccountID) (Factor, error) {
	r, err := s.factorRow(ctx, id)
	if err != nil {
		return Factor{}, err
	}
	f := Factor{}
	if r.OnAt != nil {
		f.On = r.OnAt.UTC()
		f.Left, err = s.recoveriesLeft(ctx, id)
		return f, err
	}
	if !s.must {
		return f, nil
	}
	live, err := s.Live(ctx, id, s.now())
	if err != nil {
		return f, err
	}
	f.Must = slices.ContainsFunc(live, func(a Appointment) bool { return IsTechnical(a.Role) })
	switch {
	case f.Must:
	case r.SinceAt.IsZero():
		f.Due = s.now().Add(postponed)
	default:
		f.Due = r.SinceAt.UTC().Add(postponed)
	}
	return f, nil
}

// halfMark begins the token of a sign-in that waits for its second step; no session's token is as long.
const halfMark = "2."

// Half reports whether a token is of a sign-in that waits for its second step.
func Half(token string) bool { return strings.HasPrefix(token, halfMark) }

// Waiting is a sign-in that waits for its second step.
type Waiting struct {
	Account
	Enrol bool // there is no second factor, and there must be one
}

// Waiting answers whose sign-in waits with token, or a Forbidden fault.
func (s *Accounts) Waiting(ctx context.Context, token string) (Waiting, error) {
	w, _, err := s.waiting(ctx, token)
	return w, err
}

func (s *Accounts) waiting(ctx context.Context, token string) (Waiting, halfRow, error) {
	if !Half(token) {
		return Waiting{}, halfRow{}, noSession()
	}
	row, a, err := s.half(ctx, sessionID(token), s.now())
	if err != nil {
		return Waiting{}, row, err
	}
	if a.ID == 0 || a.State != Active {
		return Waiting{}, row, fault.New(fault.Forbidden, "第二步等得太久了，请重新登录。")
	}
	f, err := s.factorRow(ctx, a.ID)
	return Waiting{a, f.OnAt == nil}, row, err
}

// newToken draws 256 bits.
func newToken() string {
	raw := make([]byte, 32)
	_, _ = rand.Read(raw) // it never fails: the program ends instead
	return base64.RawURLEncoding.EncodeToString(raw)
}

// Finish gives a sign-in its second step: a code of the phone, or a recovery code, each of which counts once. It answers the
// token of the new session. Wrong codes count and wait as wrong passwords do.
func (s *Accounts) Finish(ctx context.Context, token, typed string, v Visit) (string, Account, error) {
	w, _, err := s.waiting(ctx, token)
	if err != nil {
		return "", Account{}, err
	}
	if w.Enrol {
		return "", Account{}, fault.New(fault.Conflict, "请先设置第二验证。")
	}
	made := newToken()
	err = s.withCode(ctx, w.ID, typed, v, func(ctx context.Context, now time.Time) error { return s.whole(ctx, token, made, w.ID, v, now) })
	if err != nil {
		return "", Account{}, err
	}
	return made, w.Account, nil
}

// whole turns a waiting sign-in into a session, unless another request has, or the password is another one by now.
func (s *Accounts) whole(ctx context.Context, token, made string, id kernel.AccountID, v Visit, now time.Time) error {
	v = v.clean()
	_, row, err := s.waiting(ctx, token)
	if err != nil {
		return err
	}
	a, err := s.lock(ctx, id)
	if err != nil {
		return err
	}
	c, err := s.credentials(ctx, a.Login)
	if err != nil {
		return err
	}
	taken, err := s.takeHalf(ctx, row.ID)
	if err != nil {
		return err
	}
	if !taken || c.version != row.Version {
		return noSession()
	}
	if err := s.forget(ctx, int64(id), v.client()); err != nil {
		return err
	}
	if err := s.open(ctx, sessionRow{ID: sessionID(made), AccountID: int64(id), BeganAt: now, SeenAt: now, IP: address(v.IP), Agent: v.Agent}); err != nil {
		return err
	}
	return s.note(ctx, id, SignedIn, v.IP, now)
}

// withCode runs do in the transaction that has used up a right code of the account.
func (s *Accounts) withCode(ctx context.Context, id kernel.AccountID, typed string, v Visit, do func(ctx context.Context, now time.Time) error) error {
	wrong := fault.In("code", "验证码不对或已经用过。请等手机上换一个新的再输入，或者用一个没用过的备用码。")
	return s.guarded(ctx, id, v, wrong, do, func(ctx context.Context, now time.Time) (bool, error) { return s.useCode(ctx, id, typed, now) })
}

// guarded runs do when use says that what was typed is right, and counts it when it is wrong, unless the client has to wait. The account's
// row is held meanwhile, so many guesses at once come one after the other, each after the failures before it.
func (s *Accounts) guarded(ctx context.Context, id kernel.AccountID, v Visit, wrong error, do func(context.Context, time.Time) error,
	use func(context.Context, time.Time) (bool, error)) error {
	v = v.clean()
	var refused error
	err := s.db.InTx(ctx, func(ctx context.Context) error {
		refused = nil // a transaction may be tried again
		if _, err := s.lock(ctx, id); err != nil {
			return err
		}
		now := s.now()
		left, err := s.codeWait(ctx, id, v, now)
		if err != nil {
			return err
		}
		if left > 0 {
			refused = Wait(left).say()
			return nil
		}
		right, err := use(ctx, now)
		if err != nil {
			return err
		}
		if !right {
			refused = wrong
			return s.wrongCode(ctx, id, v, now)
		}
		return do(ctx, now)
	})
	if err == nil {
		err = refused
	}
	return err
}

// codeWait is how long the client, or all clients together, have still to wait.
func (s *Accounts) codeWait(ctx context.Context, id kernel.AccountID, v Visit, now time.Time) (time.Duration, error) {
	left, err := s.left(ctx, int64(id), v.client(), now)
	if err != nil {
		return 0, err
	}
	spread, err := s.leftOf(ctx, int64(id), everywhere, spreadAllows, now)
	return max(left, spread), err
}

func (s *Accounts) wrongCode(ctx context.Context, id kernel.AccountID, v Visit, now time.Time) error {
	if err := s.fail(ctx, int64(id), id, WrongCode, v, now); err != nil {
		return err
	}
	return s.count(ctx, int64(id), everywhere, now)
}

// useCode reports whether typed is a code that is right and was not used, and uses it.
func (s *Accounts) useCode(ctx context.Context, id kernel.AccountID, typed string, now time.Time) (bool, error) {
	r, err := s.factorRow(ctx, id)
	if err != nil || r.OnAt == nil {
		return false, err
	}
	if code := bareCode(typed); len(code) == 6 {
		return s.useStep(ctx, r, code, now)
	}
	used, err := s.useRecovery(ctx, id, recoveryDigest(id, typed), now)
	if err != nil || !used {
		return false, err
	}
	a, err := s.Get(ctx, id)
	if err != nil {
		return false, err
	}
	return true, s.log.Record(kernel.WithActor(ctx, a.Actor("console")), audit.Entry{Action: "user.recovery", Object: "account/" + id.String()})
}

// useStep uses a code of the phone up: no code of its step or one before it is taken again.
func (s *Accounts) useStep(ctx context.Context, r factorRow, code string, now time.Time) (bool, error) {
	secret, err := s.sealer.open(kernel.AccountID(r.AccountID), r.Sealed)
	if err != nil {
		return false, err
	}
	for _, step := range matches(secret, code, now, r.LastStep) {
		return s.takeStep(ctx, kernel.AccountID(r.AccountID), step)
	}
	return false, nil
}
