package identity_test

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/sha1"
	"encoding/base32"
	"encoding/binary"
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/zhanqun/zhanqun/kernel"
	"github.com/zhanqun/zhanqun/kernel/fault"
	"github.com/zhanqun/zhanqun/platform/identity"
	"github.com/zhanqun/zhanqun/policies"
)

// phone is an authenticator, written by itself: what it shows is what RFC 6238 says.
type phone string

func (p phone) at(now time.Time) string {
	secret, err := base32.StdEncoding.WithPadding(base32.NoPadding).DecodeString(string(p))
	if err != nil {
		return "?"
	}
	mac := hmac.New(sha1.New, secret)
	_ = binary.Write(mac, binary.BigEndian, now.Unix()/30)
	sum := mac.Sum(nil)
	at := sum[19] & 15
	return fmt.Sprintf("%06d", (binary.BigEndian.Uint32(sum[at:])&0x7fffffff)%1_000_000)
}

// strict asks the roles for a second factor.
func (d *desk) strict() {
	d.t.Helper()
	if err := d.SecondFactor(bytes.Repeat([]byte{9}, 32), true); err != nil {
		d.t.Fatal(err)
	}
}

// armed is a person with a second factor.
func (d *desk) armed(role policies.Role, org kernel.OrgID) (identity.Account, phone, []string) {
	d.t.Helper()
	a := d.appointed(d.login(), role, org)
	d.password(a, word)
	drawn, err := d.Draw(as(a), a.ID)
	if err != nil {
		d.t.Fatal(err)
	}
	p := phone(drawn.Text)
	codes, err := d.Confirm(as(a), a.ID, p.at(d.now), home)
	if err != nil || len(codes) != 10 {
		d.t.Fatalf("%d codes, %v", len(codes), err)
	}
	d.now = d.now.Add(time.Minute) // the code of the confirmation is used
	return a, p, codes
}

// half signs in and expects to be asked for more.
func (d *desk) half(a identity.Account, v identity.Visit) string {
	d.t.Helper()
	token := d.in(a, v)
	if !identity.Half(token) || d.signedIn(token) {
		d.t.Fatalf("the password alone gives %q, signed in: %v", token, d.signedIn(token))
	}
	return token
}

// Q1, Must show 9: a code is used once, whoever uses it and however many at once; neither it nor one before it opens anything again.
func TestACodeIsUsedOnce(t *testing.T) {
	each(t, func(t *testing.T, d *desk) {
		d.strict()
		a, p, _ := d.armed(policies.IO, hanbin)
		halves := make([]string, 10)
		for i := range halves {
			halves[i] = d.half(a, from(fmt.Sprintf("198.51.100.%d", i)))
		}
		var wg sync.WaitGroup
		var in atomic.Int64
		for i, token := range halves {
			wg.Go(func() {
				made, got, err := d.Finish(context.Background(), token, p.at(d.now), from(fmt.Sprintf("198.51.100.%d", i)))
				switch {
				case err == nil && got.ID == a.ID && d.signedIn(made):
					in.Add(1)
				case !fault.Is(err, fault.Invalid) && !fault.Is(err, fault.Forbidden):
					t.Errorf("use %d: %q, %v", i, made, err)
				}
			})
		}
		wg.Wait()
		if in.Load() != 1 {
			t.Fatalf("one code let %d in", in.Load())
		}
		d.now = d.now.Add(2 * time.Minute)
		before, current := p.at(d.now.Add(-30*time.Second)), p.at(d.now)
		token := d.half(a, home)
		if _, _, err := d.Finish(context.Background(), token, current, home); err != nil {
			t.Fatalf("the next code: %v", err)
		}
		if _, _, err := d.Finish(context.Background(), token, p.at(d.now.Add(30*time.Second)), home); !fault.Is(err, fault.Forbidden) {
			t.Errorf("one sign-in finished twice: %v", err)
		}
		token = d.half(a, home)
		for name, code := range map[string]string{"the same": current, "the one before": before} {
			if _, _, err := d.Finish(context.Background(), token, code, home); !fault.Is(err, fault.Invalid) {
				t.Errorf("%s again: %v", name, err)
			}
		}
	})
}

// Q1: a recovery code opens once, typed with or without its hyphens; new ones end the old ones; the store has none of them.
func TestARecoveryCodeIsUsedOnce(t *testing.T) {
	each(t, func(t *testing.T, d *desk) {
		d.strict()
		a, p, codes := d.armed(policies.IO, hanbin)
		use := func(code string) error {
			_, _, err := d.Finish(context.Background(), d.half(a, home), code, home)
			return err
		}
		if err := use(strings.ToUpper(strings.ReplaceAll(codes[3], "-", " "))); err != nil {
			t.Errorf("as one types it: %v", err)
		}
		if err := use(codes[3]); !fault.Is(err, fault.Invalid) {
			t.Errorf("again: %v", err)
		}
		if f, err := d.Factor(context.Background(), a.ID); err != nil || f.Left != 9 || f.On.IsZero() {
			t.Errorf("%+v, %v", f, err)
		}
		if n := d.text("SELECT count(*) FROM recovery_codes WHERE digest IN (?, ?)", codes[0], strings.ReplaceAll(codes[0], "-", "")); n != "0" {
			t.Error("the store has a code")
		}
		fresh, err := d.Recoveries(as(a), a.ID, p.at(d.now), home)
		if err != nil || len(fresh) != 10 {
			t.Fatalf("%d new codes, %v", len(fresh), err)
		}
		if err := use(codes[4]); !fault.Is(err, fault.Invalid) {
			t.Errorf("an old one: %v", err)
		}
		if err := use(fresh[4]); err != nil {
			t.Errorf("a new one: %v", err)
		}
		if chain := strings.Join(d.entries(kernel.Platform), "\n"); strings.Count(chain, "user.recovery|") != 2 || strings.Count(chain, "user.recoveries|") != 1 || strings.Contains(chain, codes[3]) {
			t.Errorf("the chain says\n%s", chain)
		}
	})
}

// Q1, Q2: wrong codes wait as wrong passwords do; signing in anew with the right password gives no more guesses; many clients together
// are held up, too; another person is not.
func TestCodesAreNotGuessed(t *testing.T) {
	each(t, func(t *testing.T, d *desk) {
		d.strict()
		a, p, codes := d.armed(policies.IO, hanbin)
		b, q, _ := d.armed(policies.IO, hanbin)
		finish := func(a identity.Account, code string, v identity.Visit) error {
			token, _, err := d.SignIn(context.Background(), a.Login, word, v)
			if err != nil {
				return err
			}
			_, _, err = d.Finish(context.Background(), token, code, v)
			return err
		}
		for i := range 5 {
			if err := finish(a, "000000", home); !fault.Is(err, fault.Invalid) && p.at(d.now) != "000000" {
				t.Fatalf("guess %d: %v", i, err)
			}
		}
		if err := finish(a, p.at(d.now), home); waits(err) != time.Second {
			t.Errorf("after five guesses: %v", err)
		}
		if err := finish(b, q.at(d.now), home); err != nil {
			t.Errorf("somebody else of the same office: %v", err)
		}
		for i := range 15 {
			if err := finish(a, "000000", from(fmt.Sprintf("203.0.113.%d", i))); !fault.Is(err, fault.Invalid) {
				t.Fatalf("guess from client %d: %v", i, err)
			}
		}
		if err := finish(a, codes[0], from("203.0.113.99")); waits(err) == 0 {
			t.Errorf("after twenty guesses from everywhere: %v", err)
		}
		entries, err := d.SignIns(context.Background(), d.now.Add(-time.Second), 100)
		n := 0
		for _, e := range entries {
			if e.Outcome == identity.WrongCode && e.Account == a.ID {
				n++
			}
		}
		if err != nil || n != 20 {
			t.Errorf("%d wrong codes are noted, %v", n, err)
		}
		d.now = d.now.Add(time.Minute)
		if err := finish(a, p.at(d.now), from("203.0.113.99")); err != nil {
			t.Errorf("a minute later: %v", err)
		}
	})
}

// Q1: who has a technical post sets the second factor up before anything else; who writes may put it off for seven days from the first
// sign-in; where nobody asks for it, nobody must. A sign-in waits ten minutes for its second step, and ends with the password.
func TestWhoMustHaveASecondFactor(t *testing.T) {
	each(t, func(t *testing.T, d *desk) {
		ctx := context.Background()
		free := d.appointed(d.login(), policies.PO, office)
		d.password(free, word)
		if token := d.in(free, home); identity.Half(token) {
			t.Error("a code is asked for where nobody must have one")
		}
		d.strict()
		for _, role := range []policies.Role{policies.PO, policies.SA, policies.AA} {
			a := d.appointed(d.login(), role, office)
			d.password(a, word)
			token := d.half(a, home)
			if w, err := d.Waiting(ctx, token); err != nil || !w.Enrol || w.ID != a.ID {
				t.Errorf("%s: %+v, %v", role, w, err)
			}
			if _, _, err := d.Finish(ctx, token, "000000", home); !fault.Is(err, fault.Conflict) {
				t.Errorf("%s finishes without one: %v", role, err)
			}
		}
		writer := d.appointed(d.login(), policies.IO, hanbin)
		d.password(writer, word)
		if token := d.in(writer, home); !d.signedIn(token) {
			t.Error("the first sign-in is not let in")
		}
		began := d.now
		if f, err := d.Factor(ctx, writer.ID); err != nil || !f.Due.Equal(began.Add(7*24*time.Hour)) {
			t.Errorf("due %v, %v", f, err)
		}
		d.now = began.Add(7*24*time.Hour - time.Second)
		if token := d.in(writer, home); !d.signedIn(token) {
			t.Error("it is due early")
		}
		d.now = began.Add(7 * 24 * time.Hour)
		token := d.half(writer, home)
		drawn, err := d.Draw(as(writer), writer.ID)
		if err != nil {
			t.Fatal(err)
		}
		if again, err := d.Draw(as(writer), writer.ID); err != nil || again != drawn || !strings.Contains(drawn.URI, "secret="+drawn.Text) {
			t.Errorf("drawn again %v, %v", again, err)
		}
		if _, _, err := d.FinishEnrolling(ctx, token, "12345", home); !fault.Is(err, fault.Invalid) {
			t.Errorf("a wrong code: %v", err)
		}
		made, codes, err := d.FinishEnrolling(ctx, token, phone(drawn.Text).at(d.now), home)
		if err != nil || !d.signedIn(made) || len(codes) != 10 {
			t.Fatalf("enrolled: %q, %d codes, %v", made, len(codes), err)
		}
		token = d.half(writer, home)
		d.now = d.now.Add(10 * time.Minute)
		if _, _, err := d.Finish(ctx, token, codes[0], home); !fault.Is(err, fault.Forbidden) {
			t.Errorf("ten minutes later: %v", err)
		}
		token = d.half(writer, home)
		d.password(writer, word)
		if _, _, err := d.Finish(ctx, token, codes[0], home); !fault.Is(err, fault.Forbidden) {
			t.Errorf("with another password: %v", err)
		}
	})
}

// Q1, Q3: a second factor is changed with a code, and removed by somebody else; then the sessions end and the next sign-in begins anew.
func TestASecondFactorIsTakenAway(t *testing.T) {
	each(t, func(t *testing.T, d *desk) {
		d.strict()
		a, p, codes := d.armed(policies.SA, office)
		if err := d.ChangeFactor(as(a), a.ID, "no code", home); !fault.Is(err, fault.Invalid) {
			t.Errorf("without a code: %v", err)
		}
		if err := d.RemoveFactor(as(a), a.ID); !fault.Is(err, fault.Forbidden) {
			t.Errorf("the own one: %v", err)
		}
		made, _, err := d.Finish(context.Background(), d.half(a, home), p.at(d.now), home)
		if err != nil {
			t.Fatal(err)
		}
		if err := d.RemoveFactor(server(), a.ID); err != nil || d.signedIn(made) {
			t.Errorf("removed: %v, still signed in: %v", err, d.signedIn(made))
		}
		if err := d.RemoveFactor(server(), a.ID); !fault.Is(err, fault.Conflict) {
			t.Errorf("removed again: %v", err)
		}
		if w, err := d.Waiting(context.Background(), d.half(a, home)); err != nil || !w.Enrol {
			t.Errorf("%+v, %v", w, err)
		}
		if n := d.text("SELECT count(*) FROM recovery_codes WHERE account_id = ?", int64(a.ID)); n != "0" {
			t.Errorf("%s recovery codes are left of %d", n, len(codes))
		}
		b, q, _ := d.armed(policies.IO, hanbin)
		if err := d.ChangeFactor(as(b), b.ID, q.at(d.now), home); err != nil {
			t.Errorf("changed: %v", err)
		}
		if drawn, err := d.Draw(as(b), b.ID); err != nil || drawn.Text == string(q) {
			t.Errorf("the new one is the old one: %v", err)
		}
	})
}
