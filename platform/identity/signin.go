package identity

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"net/netip"
	"strings"
	"time"
	"unicode"

	"github.com/zhanqun/zhanqun/kernel"
	"github.com/zhanqun/zhanqun/kernel/fault"
	"github.com/zhanqun/zhanqun/storage/db"
)

// How long a session lives: unused, and at all. Its last use is written once a minute at most, so an unused one may end a minute early.
const (
	Idle = 30 * time.Minute // unless the operator has set less
	// LeastIdle is what the operator's time must be more than: the end is announced five minutes before.
	LeastIdle = 5 * time.Minute
	lifetime  = 12 * time.Hour
	seenEach  = time.Minute
	// seenWithin bounds how long a request waits to have its use written; the next one tries again.
	seenWithin = 250 * time.Millisecond
)

// Visit is where a sign-in comes from.
type Visit struct {
	IP    netip.Addr
	Agent string // cut to 200 characters, no control characters
}

func (v Visit) clean() Visit {
	v.IP = v.IP.Unmap().WithZone("")
	v.Agent = line(v.Agent, 200)
	return v
}

// client is whom failures are counted for: an address, or the /64 that one subscriber has of IPv6.
func (v Visit) client() string {
	if p, err := v.IP.Prefix(64); err == nil && v.IP.Is6() {
		return p.String()
	}
	return address(v.IP)
}

func address(ip netip.Addr) string {
	if !ip.IsValid() {
		return ""
	}
	return ip.String()
}

// line is a text of at most most characters that both engines keep, without control characters.
func line(text string, most int) string {
	text = strings.Map(func(r rune) rune {
		if unicode.IsControl(r) {
			return -1
		}
		return r
	}, strings.ToValidUTF8(text, "\uFFFD"))
	if r := []rune(text); len(r) > most {
		text = string(r[:most])
	}
	return text
}

// Wait is the cause of the fault that answers a sign-in that comes too soon after failures: for how long still.
type Wait time.Duration

func (w Wait) Error() string { return "too many failures, " + time.Duration(w).String() + " to wait" }

// say is the fault of a wait, rounded up to whole seconds.
func (w Wait) say() error {
	seconds := int64((time.Duration(w) + time.Second - 1) / time.Second)
	if seconds > 90 {
		return fault.Because(w, fault.Forbidden, "登录失败次数较多，请 %d 分钟后再试。", (seconds+59)/60)
	}
	return fault.Because(w, fault.Forbidden, "登录失败次数较多，请 %d 秒后再试。", seconds)
}

// The growing wait after failures that came within the window of each other: 1 s, 2 s, 4 s, … One client's failures with one
// account and those with all accounts are counted apart, the latter more patiently: a whole office may share an address.
const (
	window      = 15 * time.Minute
	pairAllows  = 5
	manyAllows  = 30
	longestWait = 5 * time.Minute
)

func pause(failures, allowed int64) time.Duration {
	if failures < allowed {
		return 0
	}
	return min(time.Second<<min(failures-allowed, 20), longestWait)
}

// wrong is the one answer to every pair that does not open an account.
func wrong() error {
	return fault.New(fault.Forbidden, "登录名或密码不对，请核对后再试；忘记密码请找平台的安全管理员。")
}

func noSession() error {
	return fault.New(fault.Forbidden, "请先登录；较长时间没有操作会自动退出，需要重新登录。")
}

// credentials are what a login leads to; the zero Account when nobody has it.
type credentials struct {
	Account
	secret  string
	version int64 // counts the passwords that were set
}

// judge takes the same time whatever the outcome.
func (c credentials) judge(password string) Outcome {
	kept, ok := parseSecret(c.secret)
	if !ok {
		kept = nobodys
	}
	if len(password) > 4*longest {
		password = "" // nobody's, and nothing long is computed
	}
	opens := kept.opens(password)
	switch {
	case c.ID == 0:
		return UnknownLogin
	case c.State != Active:
		return WasDisabled
	case !ok:
		return NoPassword
	case !opens:
		return WrongPassword
	}
	return SignedIn
}

// SignIn answers the token of a new session, 256 random bits in base64url, or, where the account has a second factor or must get one, of
// a sign-in that waits for it: see Half. Every pair that is wrong, for whatever reason, gets
// one sentence after one time; a client that failed often gets another that says how long to wait, with a Wait as its cause.
// Failures are noted before the seat is given up, so many attempts at once come no further than one after the other.
func (s *Accounts) SignIn(ctx context.Context, login, password string, v Visit) (string, Account, error) {
	v = v.clean()
	login = strings.ToLower(strings.TrimSpace(login))
	leave, err := s.seat(ctx)
	if err != nil {
		return "", Account{}, err
	}
	defer leave()
	c, err := s.credentials(ctx, login)
	if err != nil {
		return "", Account{}, err
	}
	who, now := int64(c.ID), s.now()
	if who == 0 {
		who = bucket(login)
	}
	if left, err := s.left(ctx, who, v.client(), now); err != nil || left > 0 {
		if err == nil {
			err = Wait(left).say()
		}
		return "", Account{}, err
	}
	defer s.tidy(ctx, now)
	outcome := c.judge(password)
	if outcome == SignedIn { // from elsewhere a technical account is like one that is not there
		if err := s.Admitted(ctx, c.ID, v.IP); fault.Is(err, fault.NotFound) {
			outcome = WrongPassword
		} else if err != nil {
			return "", Account{}, err
		}
	}
	if outcome != SignedIn {
		if err := s.fail(ctx, who, c.ID, outcome, v, now); err != nil {
			return "", Account{}, err
		}
		return "", Account{}, wrong()
	}
	dearer := ""
	if kept, ok := parseSecret(c.secret); ok && !today.within(kept.cost) {
		dearer = newSecret(password).String()
	}
	token, err := s.begin(ctx, c, dearer, v, now)
	return token, c.Account, err
}

// fail counts a failure and notes it. The order of the rows is begin's: account, then the pair, then the client.
func (s *Accounts) fail(ctx context.Context, who int64, id kernel.AccountID, outcome Outcome, v Visit, now time.Time) error {
	return s.db.InTx(ctx, func(ctx context.Context) error {
		if err := s.note(ctx, id, outcome, v.IP, now); err != nil {
			return err
		}
		if err := s.count(ctx, who, v.client(), now); err != nil {
			return err
		}
		return s.count(ctx, 0, v.client(), now)
	})
}

// begin opens a session, unless the account was disabled or got another password while this one was computed. dearer is the same password
// at today's cost, or "".
func (s *Accounts) begin(ctx context.Context, c credentials, dearer string, v Visit, now time.Time) (string, error) {
	token := newToken()
	err := s.db.InTx(ctx, func(ctx context.Context) error {
		token = strings.TrimPrefix(token, halfMark) // a transaction may be tried again
		a, err := s.lock(ctx, c.ID)
		if err != nil {
			return err
		}
		still, err := s.credentials(ctx, c.Login)
		if err != nil {
			return err
		}
		if a.State != Active || still.version != c.version {
			return wrong()
		}
		if dearer != "" {
			if err := s.renewSecret(ctx, c.ID, dearer); err != nil {
				return err
			}
		}
		half, err := s.waits(ctx, c.ID, now)
		if err != nil {
			return err
		}
		if half { // failures stay: whoever has the password does not get more guesses by it
			token = halfMark + token
			return s.insertHalf(ctx, halfRow{ID: sessionID(token), AccountID: int64(c.ID), Version: c.version, BeganAt: now})
		}
		if err := s.forget(ctx, int64(c.ID), v.client()); err != nil {
			return err
		}
		if err := s.open(ctx, sessionRow{ID: sessionID(token), AccountID: int64(c.ID), BeganAt: now, SeenAt: now, IP: address(v.IP), Agent: v.Agent}); err != nil {
			return err
		}
		return s.note(ctx, c.ID, SignedIn, v.IP, now)
	})
	if err != nil {
		return "", err
	}
	return token, nil
}

// waits reports whether a sign-in with the right password waits for a second step; the first one is noted, from which it may be put off.
func (s *Accounts) waits(ctx context.Context, id kernel.AccountID, now time.Time) (bool, error) {
	f, err := s.Factor(ctx, id)
	if err != nil || !f.On.IsZero() {
		return err == nil, err
	}
	if s.must {
		if err := s.startFactor(ctx, id, now); err != nil {
			return false, err
		}
	}
	return f.overdue(now), nil
}

// sessionID names the session of a token without telling it.
func sessionID(token string) string {
	sum := sha256.Sum256([]byte(token))
	return base64.RawURLEncoding.EncodeToString(sum[:])
}

// tidy removes what time has ended, once a minute in a process at most.
func (s *Accounts) tidy(ctx context.Context, now time.Time) {
	last := s.tidied.Load()
	if now.Unix()-last < 60 || !s.tidied.CompareAndSwap(last, now.Unix()) {
		return
	}
	_ = s.deleteOld(ctx, now) // what is left harms nobody, and goes the next time
}

// Session answers who is signed in with token, and keeps the session alive. It answers a Forbidden fault when there is none, it
// is unused for half an hour, older than 12 hours, ended, or the account is disabled.
func (s *Accounts) Session(ctx context.Context, token string) (Account, error) {
	if len(token) != base64.RawURLEncoding.EncodedLen(32) {
		return Account{}, noSession()
	}
	id, now := sessionID(token), s.now()
	a, seen, err := s.liveSession(ctx, id, now)
	if err != nil {
		return Account{}, err
	}
	if a.ID == 0 || a.State != Active {
		return Account{}, noSession()
	}
	if now.Sub(seen) >= min(seenEach, (s.idle-LeastIdle)/2) && !db.InTransaction(ctx) {
		within, cancel := context.WithTimeout(ctx, seenWithin)
		defer cancel()
		_ = s.see(within, id, now) // a page does not fail for it, and the next one writes it
	}
	return a, nil
}

// Rest is how long a session that is not used any more lasts: unused, and at all.
type Rest struct{ Unused, AtAll time.Duration }

// Left is the shorter of the two.
func (r Rest) Left() time.Duration { return min(r.Unused, r.AtAll) }

// Rest answers how long the session of token lasts; asking is no use of it. It answers a Forbidden fault when there is none.
func (s *Accounts) Rest(ctx context.Context, token string) (Rest, error) {
	r, ok, err := s.sessionRow(ctx, sessionID(token), s.now())
	if err != nil {
		return Rest{}, err
	}
	if !ok {
		return Rest{}, noSession()
	}
	now := s.now()
	return Rest{r.SeenAt.Add(s.idle).Sub(now), r.BeganAt.Add(lifetime).Sub(now)}, nil
}

// IdleFor sets how long a session lives unused, before anybody signs in.
func (s *Accounts) IdleFor(d time.Duration) { s.idle = d }

// IdleTime is how long a session lives unused.
func (s *Accounts) IdleTime() time.Duration { return s.idle }

// SignOut ends the session of token; there being none is no error.
func (s *Accounts) SignOut(ctx context.Context, token string) error {
	return s.db.InTx(ctx, func(ctx context.Context) error {
		return s.end(ctx, SignedOut, "id = ?", sessionID(token))
	})
}

// SessionInfo is one session as its owner may see it.
type SessionInfo struct {
	ID string // not the token
	Visit
	Began, Seen time.Time
	Current     bool
}

// Sessions lists the live ones of an account, newest use first; token marks the current one.
func (s *Accounts) Sessions(ctx context.Context, id kernel.AccountID, token string) ([]SessionInfo, error) {
	rows, err := s.sessionsOf(ctx, id, s.now())
	if err != nil {
		return nil, err
	}
	current, list := sessionID(token), make([]SessionInfo, len(rows))
	for i, r := range rows {
		list[i] = SessionInfo{ID: r.ID, Visit: Visit{IP: parseAddress(r.IP), Agent: r.Agent}, Began: r.BeganAt.UTC(), Seen: r.SeenAt.UTC(), Current: r.ID == current}
	}
	return list, nil
}

// EndSession ends one session of the account, or answers a NotFound fault.
func (s *Accounts) EndSession(ctx context.Context, id kernel.AccountID, session string) error {
	return s.db.InTx(ctx, func(ctx context.Context) error {
		rows, err := s.sessionsOf(ctx, id, s.now())
		if err != nil {
			return err
		}
		for _, r := range rows {
			if r.ID == session {
				return s.end(ctx, Ended, "id = ?", session)
			}
		}
		return fault.New(fault.NotFound, "这次登录已经结束，请刷新后再看。")
	})
}

// SignInEntry is one sign-in, refusal or end of a session. Account is 0 where nobody has the login, which is not kept: people
// type passwords there.
type SignInEntry struct {
	At      time.Time
	Account kernel.AccountID
	Outcome Outcome
	IP      netip.Addr
	Request string
}

// mostEntries bounds one answer of SignIns.
const mostEntries = 1000

// SignIns lists for the audit administrator what has happened since then, newest first, limit entries at most. A refusal during a
// wait is no entry: the failures before it are. Entries are kept for a year (网络安全法第二十一条 asks for six months).
func (s *Accounts) SignIns(ctx context.Context, since time.Time, limit int) ([]SignInEntry, error) {
	rows, err := s.signins(ctx, store(since), min(max(limit, 1), mostEntries))
	if err != nil {
		return nil, fmt.Errorf("list sign-ins: %w", err)
	}
	list := make([]SignInEntry, len(rows))
	for i, r := range rows {
		list[i] = SignInEntry{At: r.At.UTC(), Outcome: outcome(r.Outcome, r.Step), IP: parseAddress(r.IP), Request: r.Request}
		if r.AccountID != nil {
			list[i].Account = kernel.AccountID(*r.AccountID)
		}
	}
	return list, nil
}

// parseAddress is the zero address where none was known.
func parseAddress(text string) netip.Addr {
	ip, _ := netip.ParseAddr(text)
	return ip
}
