package identity_test

import (
	"context"
	"errors"
	"fmt"
	"net/netip"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/zhanqun/zhanqun/kernel/fault"
	"github.com/zhanqun/zhanqun/platform/identity"
)

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

// Q2, d51: a person has so many sessions at once and no more; the one that was begun first makes room, whoever had it is told why, and the
// audit administrator sees it. What ended by itself, was signed out or is another person's takes no room.
func TestSoManySessionsAtOnce(t *testing.T) {
	each(t, func(t *testing.T, d *desk) {
		ctx := context.Background()
		for _, c := range []struct {
			name  string
			limit int // 0: as it is
			spent func(a identity.Account, token string) error
			begun int
			left  int
		}{
			{"the usual number", 0, nil, 5, 5},
			{"one more", 0, nil, 6, 5},
			{"what was signed out takes no room", 0, func(_ identity.Account, token string) error { return d.SignOut(ctx, token) }, 6, 5},
			{"one alone", 1, nil, 3, 1},
			{"as many as there may be", identity.MostSessions, nil, 7, 7},
			{"two", 2, nil, 2, 2},
		} {
			if c.limit != 0 {
				if err := d.SetSessionLimit(server(), c.limit); err != nil {
					t.Fatal(err)
				}
			}
			a, other := d.known(), d.known()
			beside := d.in(other, home)
			var tokens []string
			for i := range c.begun {
				d.now = d.now.Add(time.Second)
				tokens = append(tokens, d.in(a, home))
				if i == 0 && c.spent != nil {
					if err := c.spent(a, tokens[0]); err != nil {
						t.Fatal(err)
					}
				}
			}
			for i, token := range tokens {
				live, told := d.signedIn(token), d.outdone(token)
				if want := i >= c.begun-c.left; live != want || told != (!want && c.spent == nil) {
					t.Errorf("%s: session %d of %d is live %v, its end is told %v", c.name, i+1, c.begun, live, told)
				}
			}
			if !d.signedIn(beside) {
				t.Errorf("%s: another person was sent out", c.name)
			}
			noted, err := d.SignIns(ctx, start, 1000)
			n := 0
			for _, e := range noted {
				if e.Account == a.ID && e.Outcome == identity.Ended {
					n++
				}
			}
			want := c.begun - c.left
			if c.spent != nil {
				want = 0
			}
			if err != nil || n != want {
				t.Errorf("%s: %d ends are noted, %v; want %d", c.name, n, err, want)
			}
		}
	})
}

func (d *desk) outdone(token string) bool {
	d.t.Helper()
	told, err := d.WasOutdone(context.Background(), token)
	if err != nil {
		d.t.Fatal(err)
	}
	return told
}

// Q2: whoever was sent out reads why for three days; nobody else does.
func TestHowLongTheReasonIsTold(t *testing.T) {
	each(t, func(t *testing.T, d *desk) {
		if err := d.SetSessionLimit(server(), 1); err != nil {
			t.Fatal(err)
		}
		a := d.known()
		first := d.in(a, home)
		second := d.in(a, home)
		d.now = d.now.Add(72*time.Hour - time.Second)
		for token, want := range map[string]bool{first: true, second: false, "": false, strings.Repeat("A", 43): false, first + "A": false} {
			if got := d.outdone(token); got != want {
				t.Errorf("%q is told %v, want %v", token, got, want)
			}
		}
		d.now = d.now.Add(time.Second)
		if d.outdone(first) {
			t.Error("told after three days")
		}
		d.in(a, home) // which tidies
		if n := d.text("SELECT count(*) FROM session_ends WHERE at <= ?", start); n != "0" {
			t.Errorf("%s ends are kept", n)
		}
	})
}

// Q2: who sets the number, what is refused, and what the chain says. A person who has more keeps them until the next sign-in. The operator's
// number holds while the security administrator has set none.
func TestWhoSetsTheNumberOfSessions(t *testing.T) {
	each(t, func(t *testing.T, d *desk) {
		ctx := context.Background()
		sa, w := d.known(), d.known()
		wants := func(want int) {
			t.Helper()
			if n, err := d.SessionLimit(ctx); err != nil || n != want {
				t.Errorf("the limit is %d, %v; want %d", n, err, want)
			}
		}
		wants(identity.UsualSessions)
		d.AllowSessions(7)
		wants(7)
		for _, n := range []int{-1, 0, identity.MostSessions + 1} {
			if err := d.SetSessionLimit(as(sa), n); !fault.Is(err, fault.Invalid) {
				t.Errorf("%d is answered %v", n, err)
			}
		}
		if err := d.SetSessionLimit(ctx, 3); !fault.Is(err, fault.Forbidden) {
			t.Errorf("whoever is not signed in is answered %v", err)
		}
		wants(7)
		first, second := d.in(w, home), d.in(w, home)
		for range 2 {
			if err := d.SetSessionLimit(as(sa), 1); err != nil {
				t.Fatal(err)
			}
		}
		wants(1)
		if got := d.text("SELECT count(*) FROM audit_entries WHERE action = 'console.sessions' AND before = '7' AND after = '1'"); got != "1" {
			t.Errorf("%s entries in the chain", got)
		}
		if !d.signedIn(first) || !d.signedIn(second) {
			t.Error("setting the number has sent somebody out")
		}
		third := d.in(w, home)
		if d.signedIn(first) || d.signedIn(second) || !d.signedIn(third) {
			t.Error("the next sign-in leaves more than one")
		}
	})
}

// Q2: twenty sign-ins at once leave no more than may be, and nothing fails.
func TestSignInsAtOnceKeepTheNumber(t *testing.T) {
	each(t, func(t *testing.T, d *desk) {
		const most, tries = 2, 20
		if err := d.SetSessionLimit(server(), most); err != nil {
			t.Fatal(err)
		}
		a := d.known()
		var all sync.WaitGroup
		for range tries {
			all.Go(func() {
				if _, _, err := d.SignIn(context.Background(), a.Login, word, home); err != nil {
					t.Error(err)
				}
			})
		}
		all.Wait()
		if n := d.text("SELECT count(*) FROM sessions WHERE account_id = ?", a.ID); n != fmt.Sprint(most) {
			t.Errorf("%s sessions are left, want %d", n, most)
		}
		if n := d.text("SELECT count(*) FROM session_ends"); n != fmt.Sprint(tries-most) {
			t.Errorf("%s ends are kept, want %d", n, tries-most)
		}
	})
}
