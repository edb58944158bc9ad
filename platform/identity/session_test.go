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
