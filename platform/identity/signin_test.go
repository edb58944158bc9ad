package identity_test

import (
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"net/netip"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/zhanqun/zhanqun/kernel"
	"github.com/zhanqun/zhanqun/kernel/fault"
	"github.com/zhanqun/zhanqun/platform/identity"
	"golang.org/x/crypto/argon2"
)

const word = "汉江两岸的早晨有雾" + "很好" // eleven characters

func from(ip string) identity.Visit {
	return identity.Visit{IP: netip.MustParseAddr(ip), Agent: "Browser 1"}
}

var home = from("192.0.2.7")

// known is a person with the password word.
func (d *desk) known() identity.Account {
	d.t.Helper()
	a := d.person(d.login(), hanbin)
	d.password(a, word)
	return a
}

func (d *desk) password(a identity.Account, password string) {
	d.t.Helper()
	if err := d.SetPassword(server(), a.ID, password); err != nil {
		d.t.Fatal(err)
	}
}

func (d *desk) in(a identity.Account, v identity.Visit) string {
	d.t.Helper()
	token, got, err := d.SignIn(context.Background(), a.Login, word, v)
	if err != nil || got.ID != a.ID {
		d.t.Fatalf("sign in %s: %v, %v", a.Login, got, err)
	}
	return token
}

// fails signs in wrongly and answers the fault.
func (d *desk) fails(login, password string, v identity.Visit) error {
	d.t.Helper()
	token, a, err := d.SignIn(context.Background(), login, password, v)
	if !fault.Is(err, fault.Forbidden) || token != "" || a.ID != 0 {
		d.t.Fatalf("sign in %s: token %q, %v, %v", login, token, a, err)
	}
	return err
}

// waits is how long a fault asks to wait.
func waits(err error) time.Duration {
	var w identity.Wait
	if !errors.As(err, &w) {
		return 0
	}
	return time.Duration(w)
}

func (d *desk) signedIn(token string) bool {
	d.t.Helper()
	_, err := d.Session(context.Background(), token)
	if err != nil && !fault.Is(err, fault.Forbidden) {
		d.t.Fatal(err)
	}
	return err == nil
}

// text reads one value from the store.
func (d *desk) text(query string, args ...any) (s string) {
	d.t.Helper()
	if err := d.db.Conn(context.Background()).NewRaw(query, args...).Scan(context.Background(), &s); err != nil {
		d.t.Fatal(err)
	}
	return s
}

func (d *desk) run(query string, args ...any) {
	d.t.Helper()
	err := d.db.InTx(context.Background(), func(ctx context.Context) error {
		_, err := d.db.Conn(ctx).NewRaw(query, args...).Exec(ctx)
		return err
	})
	if err != nil {
		d.t.Fatal(err)
	}
}

// d51, Q2: length and a short list, no rules of composition (NIST 800-63B).
func TestPasswordsThatAreRefused(t *testing.T) {
	a := identity.Account{Login: "zhang.san-610902", Name: "一二三四五六七八九十"}
	for _, c := range []struct{ name, password, want string }{
		{"too short", "123456789", "至少 10"},
		{"ten characters, not bytes", "早晨有雾很", "至少 10"},
		{"too long", strings.Repeat("长短", 64) + "x", "最多 128"},
		{"the login in capitals", "ZHANG.SAN-610902", "登录名或姓名"},
		{"the name", a.Name, "登录名或姓名"},
		{"one of the first that are tried", "Password123", "太常见"},
		{"three characters over and over", "abcabcabcabc", "太常见"},
		{"a control character", "abcdefghi\x00jkl", "不可见"},
		{"broken text", "abcdefghi\xffjkl", "不可见"},
		{"a sentence", word, ""},
		{"letters only", "correcthorsebattery", ""},
		{"128 characters", strings.Repeat("长短快慢", 32), ""},
		{"spaces", "a b c d e f g", ""},
	} {
		if err := identity.CheckPassword(a, c.password); (err == nil) != (c.want == "") || err != nil && !strings.Contains(fault.Say(err), c.want) {
			t.Errorf("%s: %v", c.name, err)
		}
	}
	drawn := map[string]bool{}
	for range 100 {
		p := identity.NewPassword()
		if len(p) != 23 || drawn[p] || identity.CheckPassword(a, p) != nil {
			t.Errorf("drew %q", p)
		}
		drawn[p] = true
	}
}

// promises.md 4.2: argon2id in PHC form, an own salt each; composed and decomposed spellings are one; the chain never has it.
func TestThePasswordIsKeptAsArgon2id(t *testing.T) {
	each(t, func(t *testing.T, d *desk) {
		a, b := d.person("jia", hanbin), d.person("yi-bing", hanbin)
		d.password(a, "caf\u00e9 noir à Ankang")
		d.password(b, "caf\u00e9 noir à Ankang")
		kept, other := d.text("SELECT secret FROM passwords WHERE account_id = ?", int64(a.ID)), d.text("SELECT secret FROM passwords WHERE account_id = ?", int64(b.ID))
		if !strings.HasPrefix(kept, "$argon2id$v=19$m=19456,t=2,p=1$") || kept == other {
			t.Errorf("kept %q and %q", kept, other)
		}
		if _, _, err := d.SignIn(context.Background(), " JIA ", "cafe\u0301 noir a\u0300 Ankang", home); err != nil {
			t.Errorf("the other spelling: %v", err)
		}
		if err := d.SetPassword(context.Background(), a.ID, word); !fault.Is(err, fault.Forbidden) {
			t.Errorf("a citizen: %v", err)
		}
		if err := d.SetPassword(server(), 99, word); !fault.Is(err, fault.NotFound) {
			t.Errorf("nobody: %v", err)
		}
		if err := d.SetPassword(server(), a.ID, a.Login+"-short"); !fault.Is(err, fault.Invalid) {
			t.Errorf("a bad one: %v", err)
		}
		if err := d.db.InTx(server(), func(ctx context.Context) error { return d.SetPassword(ctx, a.ID, word) }); err == nil || fault.KindOf(err) != "" {
			t.Errorf("inside a transaction: %v", err)
		}
		lines, err := d.log.List(context.Background(), kernel.Platform, kernel.Page{Number: 1, Size: 100})
		if err != nil {
			t.Fatal(err)
		}
		said := 0
		for _, l := range lines {
			if l.Action == "user.password" && l.Object == "account/"+a.ID.String() {
				said++
			}
			if strings.Contains(fmt.Sprint(l), "Ankang") || strings.Contains(fmt.Sprint(l), "argon2") {
				t.Errorf("the chain says %v", l)
			}
		}
		if said != 1 {
			t.Errorf("%d entries of %d", said, len(lines))
		}
	})
}

// promises.md 4.2: a password that was cheaper is computed anew at the next sign-in, and stays the same password; a row that asks
// for too much opens nothing.
func TestAPasswordGrowsWithItsNextSignIn(t *testing.T) {
	each(t, func(t *testing.T, d *desk) {
		a := d.known()
		salt := []byte("sixteen bytes ok")
		put := func(memory, rounds uint32, claim string) {
			sum := argon2.IDKey([]byte(word), salt, rounds, memory, 1, 32)
			b := base64.RawStdEncoding
			d.run("UPDATE passwords SET secret = ? WHERE account_id = ?", "$argon2id$v=19$"+claim+"$"+b.EncodeToString(salt)+"$"+b.EncodeToString(sum), int64(a.ID))
		}
		put(8*1024, 1, "m=8192,t=1,p=1")
		d.in(a, home)
		if got := d.text("SELECT secret FROM passwords WHERE account_id = ?", int64(a.ID)); !strings.HasPrefix(got, "$argon2id$v=19$m=19456,t=2,p=1$") {
			t.Errorf("kept %q", got)
		}
		d.in(a, home)
		put(64, 1, "m=4194304,t=1,p=1")
		d.fails(a.Login, word, home)
		put(64, 1, "m=0,t=0,p=0")
		d.fails(a.Login, word, home)
	})
}

// promises.md 1.1, 4.3: 256 bits, only their SHA-256 is kept; unused 30 minutes, 12 hours at all; ended by sign-out, by another
// session, by a new password, by disabling, which enabling does not undo.
func TestWhenASessionEnds(t *testing.T) {
	each(t, func(t *testing.T, d *desk) {
		ctx := context.Background()
		for _, c := range []struct {
			name string
			do   func(a identity.Account, token string) error
			live bool
		}{
			{"just begun", func(identity.Account, string) error { return nil }, true},
			{"unused for a little less than 30 minutes", func(identity.Account, string) error { d.now = d.now.Add(30*time.Minute - time.Second); return nil }, true},
			{"unused for 30 minutes", func(identity.Account, string) error { d.now = d.now.Add(30 * time.Minute); return nil }, false},
			{"used all the time for a little less than 12 hours", func(_ identity.Account, token string) error { d.use(token, 12*time.Hour-time.Second); return nil }, true},
			{"used all the time for 12 hours", func(_ identity.Account, token string) error { d.use(token, 12*time.Hour); return nil }, false},
			{"signed out", func(_ identity.Account, token string) error {
				return errors.Join(d.SignOut(ctx, token), d.SignOut(ctx, token))
			}, false},
			{"ended from elsewhere", func(a identity.Account, token string) error {
				all, err := d.Sessions(ctx, a.ID, "")
				return errors.Join(err, d.EndSession(as(a), a.ID, all[0].ID))
			}, false},
			{"ended in another's name", func(a identity.Account, token string) error {
				all, err := d.Sessions(ctx, a.ID, "")
				if e := d.EndSession(ctx, a.ID+1, all[0].ID); !fault.Is(e, fault.NotFound) {
					return fmt.Errorf("got %v", e)
				}
				return err
			}, true},
			{"a new password", func(a identity.Account, _ string) error { return d.SetPassword(as(a), a.ID, word+"2") }, false},
			{"a refused password", func(a identity.Account, _ string) error { _ = d.SetPassword(as(a), a.ID, "short"); return nil }, true},
			{"disabled", func(a identity.Account, _ string) error { return d.Disable(server(), a.ID) }, false},
			{"disabled and enabled", func(a identity.Account, _ string) error {
				return errors.Join(d.Disable(server(), a.ID), d.Enable(server(), a.ID))
			}, false},
		} {
			a := d.known()
			token := d.in(a, home)
			if len(token) != 43 {
				t.Fatalf("token %q", token)
			}
			if err := c.do(a, token); err != nil {
				t.Errorf("%s: %v", c.name, err)
			}
			if got := d.signedIn(token); got != c.live {
				t.Errorf("%s: signed in %v", c.name, got)
			}
			if n := d.text("SELECT count(*) FROM sessions WHERE id = ?", token); n != "0" {
				t.Errorf("%s: the token is kept", c.name)
			}
		}
		for _, token := range []string{"", "x", strings.Repeat("A", 43), strings.Repeat("A", 4096)} {
			if d.signedIn(token) {
				t.Errorf("signed in with %q", token)
			}
		}
	})
}

// use works with a session every 20 minutes for so long.
func (d *desk) use(token string, long time.Duration) {
	for end := d.now.Add(long); d.now.Before(end); {
		d.now = d.now.Add(min(20*time.Minute, end.Sub(d.now)))
		if d.now.Before(end) && !d.signedIn(token) {
			d.t.Error("ended while in use")
		}
	}
}

// A use is written once a minute at most, and a page that only reads takes one statement.
func TestASessionIsSeenOnceAMinute(t *testing.T) {
	each(t, func(t *testing.T, d *desk) {
		a := d.known()
		token := d.in(a, home)
		for _, c := range []struct {
			later  time.Duration
			writes bool
		}{{time.Second, false}, {58 * time.Second, false}, {time.Second, true}, {time.Second, false}} {
			d.now = d.now.Add(c.later)
			before := d.db.Statements()
			if !d.signedIn(token) {
				t.Fatal("ended")
			}
			if n := d.db.Statements() - before; (n > 1) != c.writes {
				t.Errorf("%d statements at %s", n, d.now.Sub(start))
			}
		}
		d.now = d.now.Add(2 * time.Minute)
		held, release, began := make(chan struct{}), make(chan struct{}), time.Now()
		var all sync.WaitGroup
		all.Go(func() {
			_ = d.db.InTx(context.Background(), func(ctx context.Context) error {
				_, err := d.db.Conn(ctx).NewRaw("UPDATE sessions SET agent = 'x'").Exec(ctx)
				close(held)
				<-release
				return err
			})
		})
		<-held
		if !d.signedIn(token) || time.Since(began) > 5*time.Second {
			t.Errorf("a writer in the way: %s", time.Since(began))
		}
		close(release)
		all.Wait()
	})
}

func TestTheListOfSessions(t *testing.T) {
	each(t, func(t *testing.T, d *desk) {
		a := d.known()
		first := d.in(a, identity.Visit{IP: netip.MustParseAddr("::ffff:192.0.2.7"), Agent: "a\x00b\n" + strings.Repeat("长", 300)})
		d.now = d.now.Add(5 * time.Minute)
		second := d.in(a, identity.Visit{})
		d.in(d.known(), home)
		all, err := d.Sessions(context.Background(), a.ID, first)
		if err != nil || len(all) != 2 {
			t.Fatalf("got %v, %v", all, err)
		}
		if all[0].Current || !all[1].Current || all[1].Agent != "ab"+strings.Repeat("长", 198) || all[1].IP.String() != "192.0.2.7" || all[0].IP.IsValid() {
			t.Errorf("got %+v", all)
		}
		if !all[1].Began.Equal(start) || !all[0].Seen.Equal(d.now) || all[0].ID == second || all[0].ID == all[1].ID {
			t.Errorf("got %+v", all)
		}
	})
}

// What happened is kept for the audit administrator, without what was typed; what is over is removed.
func TestSignInsAreNoted(t *testing.T) {
	each(t, func(t *testing.T, d *desk) {
		ctx := kernel.WithRequestID(context.Background(), "req-1")
		a, bare := d.known(), d.person(d.login(), hanbin)
		typed := "my password was typed here"
		d.fails(typed, "x", home)
		d.fails("mysecretword", "x", home)
		d.fails(a.Login, "wrong", home)
		d.fails(bare.Login, word, home)
		token, _, err := d.SignIn(ctx, a.Login, word, home)
		if err != nil {
			t.Fatal(err)
		}
		if err := d.SignOut(ctx, token); err != nil {
			t.Fatal(err)
		}
		if err := d.Disable(server(), a.ID); err != nil {
			t.Fatal(err)
		}
		d.fails(a.Login, word, home)
		all, err := d.SignIns(context.Background(), start, 100)
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, e := range slices.Backward(all) {
			got = append(got, fmt.Sprintf("%s %v %s", e.Outcome, e.Account == a.ID, e.Request))
			if e.IP != home.IP || !e.At.Equal(start) || strings.Contains(fmt.Sprint(e), "secret") {
				t.Errorf("got %+v", e)
			}
		}
		want := []string{"unknown_login false ", "unknown_login false ", "wrong_password true ", "no_password false ", "signed_in true req-1", "signed_out true req-1", "disabled true "}
		slices.Sort(got) // all at one moment
		slices.Sort(want)
		if !slices.Equal(got, want) {
			t.Errorf("got %q", got)
		}
		if some, err := d.SignIns(context.Background(), start, 2); err != nil || len(some) != 2 {
			t.Errorf("got %v, %v", some, err)
		}
		if later, err := d.SignIns(context.Background(), start.Add(time.Second), 9); err != nil || len(later) != 0 {
			t.Errorf("got %v, %v", later, err)
		}
		d.now = d.now.AddDate(1, 0, 1)
		d.in(d.known(), home)
		for table, want := range map[string]string{"sessions": "1", "signin_failures": "0", "signins": "1"} {
			if n := d.text("SELECT count(*) FROM " + table); n != want {
				t.Errorf("%s: %s rows are left", table, n)
			}
		}
	})
}

// Q2: asking how long a session lasts is no use of it; it is the shorter of half an hour since its last use and twelve hours in all.
func TestHowLongASessionLasts(t *testing.T) {
	each(t, func(t *testing.T, d *desk) {
		token := d.in(d.known(), home)
		rests := func(left time.Duration, final bool) {
			t.Helper()
			r, err := d.Rest(context.Background(), token)
			if err != nil || r.Left() != left || (r.AtAll <= r.Unused) != final {
				t.Errorf("%+v lasts %v, %v; want %v, final %v", r, r.Left(), err, left, final)
			}
		}
		rests(30*time.Minute, false)
		d.now = d.now.Add(25 * time.Minute)
		rests(5*time.Minute, false)
		if !d.signedIn(token) {
			t.Fatal("not signed in")
		}
		rests(30*time.Minute, false)
		d.use(token, 11*time.Hour+15*time.Minute)
		d.signedIn(token)
		rests(20*time.Minute, true)
		d.now = d.now.Add(20 * time.Minute)
		if _, err := d.Rest(context.Background(), token); !fault.Is(err, fault.Forbidden) {
			t.Errorf("what is over answers %v", err)
		}
	})
}
