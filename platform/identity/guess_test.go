package identity_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/zhanqun/zhanqun/kernel/fault"
	"github.com/zhanqun/zhanqun/platform/identity"
	"github.com/zhanqun/zhanqun/storage/db/dbtest"
)

// promises.md 4.2: unknown login, wrong password, disabled, no password: one sentence, and the same work, in passwords computed and in
// statements. What it takes in time the benchmark below measures.
func TestSignInTellsNothing(t *testing.T) {
	each(t, func(t *testing.T, d *desk) {
		kinds := d.wrongPairs()
		want := fault.Say(d.fails("nobody-here", word, home))
		cost := func(login, client string) [2]int64 {
			work, statements := identity.Work(), d.db.Statements()
			if say := fault.Say(d.fails(login, "not the "+word, from(client))); say != want {
				t.Errorf("%s: %q, want %q", login, say, want)
			}
			return [2]int64{identity.Work() - work, d.db.Statements() - statements}
		}
		for i := range 3 {
			client := fmt.Sprintf("198.51.100.%d", i+1)
			known := cost(kinds["known"], client)
			if known[0] == 0 || known[1] == 0 {
				t.Fatalf("a known login costs %v", known)
			}
			for name, login := range kinds {
				if got := cost(login, client+"0"); got != known && name != "known" {
					t.Errorf("%s costs %v, a known one %v", name, got, known)
				}
			}
		}
	})
}

func (d *desk) wrongPairs() map[string]string {
	off, bare := d.known(), d.person(d.login(), hanbin)
	if err := d.Disable(server(), off.ID); err != nil {
		d.t.Fatal(err)
	}
	return map[string]string{"known": d.known().Login, "unknown": "nobody", "no login at all": "张三\x00" + strings.Repeat("x", 4096), "disabled": off.Login, "no password": bare.Login}
}

// promises.md 4.2: medians within 5 %: go test -bench SignInTellsNothing ./platform/identity, on a quiet machine.
func BenchmarkSignInTellsNothing(b *testing.B) {
	d := newDesk(nil, dbtest.SQLite(b, sources()...))
	a, err := d.Create(server(), identity.Account{Login: "known", Name: "甲", Org: hanbin})
	if err != nil {
		b.Fatal(err)
	}
	if err := d.SetPassword(server(), a.ID, word); err != nil {
		b.Fatal(err)
	}
	took := map[string][]time.Duration{}
	for b.Loop() {
		pair := []string{"known", "unknown"}
		if rand.IntN(2) == 0 { // what the first leaves to the collector is the second's
			slices.Reverse(pair)
		}
		for _, login := range pair {
			d.now = d.now.Add(time.Hour) // no wait
			began := time.Now()
			if _, _, err := d.SignIn(context.Background(), login, "not the "+word, home); !fault.Is(err, fault.Forbidden) {
				b.Fatal(err)
			}
			took[login] = append(took[login], time.Since(began))
		}
	}
	median := func(l []time.Duration) float64 { slices.Sort(l); return float64(l[len(l)/2]) }
	b.ReportMetric(100*(median(took["unknown"])/median(took["known"])-1), "%unknown-known")
}

// promises.md 4.2: from the fifth failure one client waits for one account: 1 s, 2 s, 4 s, … at most five minutes; known or not.
func TestTheWaitGrows(t *testing.T) {
	each(t, func(t *testing.T, d *desk) {
		for name, login := range map[string]string{"known": d.known().Login, "unknown": "nobody"} {
			v := from(map[string]string{"known": "203.0.113.1", "unknown": "203.0.113.2"}[name])
			want := []time.Duration{0, 0, 0, 0, 1, 2, 4, 8, 16, 32, 64, 128, 256, 300, 300}
			for i, w := range want {
				if got := waits(d.fails(login, "wrong", v)); got != 0 {
					t.Fatalf("%s, failure %d: already waiting %s", name, i+1, got)
				}
				wait := w * time.Second
				if wait == 0 {
					continue
				}
				err := d.fails(login, word, v)
				unit := "秒后再试"
				if wait > 90*time.Second {
					unit = "分钟后再试"
				}
				if got := waits(err); got != wait || !strings.Contains(fault.Say(err), unit) {
					t.Errorf("%s, failure %d: wait %s, want %s: %v", name, i+1, got, wait, err)
				}
				d.now = d.now.Add(wait - time.Microsecond)
				if got := waits(d.fails(login, word, v)); got != time.Microsecond {
					t.Errorf("%s, failure %d: at the end of the wait %s are left", name, i+1, got)
				}
				d.now = d.now.Add(time.Microsecond)
			}
			d.now = d.now.Add(15 * time.Minute)
			for range 4 {
				d.fails(login, "wrong", v)
			}
			if got := waits(d.fails(login, "wrong", v)); got != 0 {
				t.Errorf("%s, after a quiet quarter of an hour: %s", name, got)
			}
		}
	})
}

// No guesser keeps an honest person out: other clients and other accounts go on, and a success clears the pair.
func TestTheWaitIsTheGuessersOwn(t *testing.T) {
	each(t, func(t *testing.T, d *desk) {
		a, b := d.known(), d.known()
		guess := func(v identity.Visit, n int) (wait time.Duration) {
			for range n {
				wait = waits(d.fails(a.Login, "wrong", v))
			}
			return wait
		}
		near, far := from("2001:db8:1:2::1"), from("2001:db8:1:3::1")
		if got := guess(near, 6); got != time.Second {
			t.Fatalf("wait %s", got)
		}
		if got := waits(d.fails(a.Login, word, from("2001:db8:1:2:ffff::9"))); got != time.Second {
			t.Errorf("another address of the same /64 waits %s", got)
		}
		d.in(a, far)
		d.in(a, home)
		d.in(b, near)
		guess(home, 4)
		d.in(a, home)
		if got := guess(home, 5); got != 0 {
			t.Errorf("after a success: %s", got)
		}
		for i := range 12 { // many clients on one account
			guess(from(fmt.Sprintf("198.51.100.%d", i+1)), 1)
		}
		d.in(a, far)
		one := from("203.0.113.9") // one client on many accounts
		for i := range 30 {
			d.fails(fmt.Sprintf("guess-%d", i), "wrong", one)
		}
		if got := waits(d.fails(b.Login, word, one)); got != time.Second {
			t.Errorf("after thirty logins: %s", got)
		}
		d.in(b, far)
	})
}

// Of many guesses at once those in a seat are computed, no more; right ones at once all come in, each with its own session.
func TestManyAtOnce(t *testing.T) {
	each(t, func(t *testing.T, d *desk) {
		d.AllowSessions(25)
		a := d.known()
		var mu sync.Mutex
		var all sync.WaitGroup
		tokens, waiting, wrong := map[string]bool{}, 0, 0
		for i := range 50 {
			password := word
			v := home
			if i%2 == 1 {
				password, v = "wrong", from("203.0.113.5")
			}
			all.Go(func() {
				token, _, err := d.SignIn(context.Background(), a.Login, password, v)
				mu.Lock()
				defer mu.Unlock()
				switch {
				case err == nil:
					tokens[token] = true
				case !fault.Is(err, fault.Forbidden):
					t.Error(err)
				case waits(err) > 0:
					waiting++
				default:
					wrong++
				}
			})
		}
		all.Wait()
		if len(tokens) != 25 || wrong+waiting != 25 || wrong < 5 || wrong > 6 {
			t.Errorf("%d came in, %d were wrong, %d wait", len(tokens), wrong, waiting)
		}
		live, err := d.Sessions(context.Background(), a.ID, "")
		if err != nil || len(live) != 25 {
			t.Errorf("%d sessions, %v", len(live), err)
		}
	})
}

// promises.md 1.1: a session that is ended while it is used stays ended, and a password that is changed while somebody signs in with
// the old one leaves no session of it.
func TestEndedWhileUsed(t *testing.T) {
	each(t, func(t *testing.T, d *desk) {
		a := d.known()
		token := d.in(a, home)
		d.now = d.now.Add(2 * time.Minute)
		var all sync.WaitGroup
		for range 20 {
			all.Go(func() { _ = d.signedIn(token) })
		}
		all.Go(func() {
			if err := d.SignOut(context.Background(), token); err != nil {
				t.Error(err)
			}
		})
		all.Wait()
		if d.signedIn(token) {
			t.Error("signed in after signing out")
		}
		for range 4 {
			all.Go(func() { _, _, _ = d.SignIn(context.Background(), a.Login, word, home) })
		}
		all.Go(func() {
			if err := d.SetPassword(server(), a.ID, "another "+word); err != nil {
				t.Error(err)
			}
		})
		all.Wait()
		if live, err := d.Sessions(context.Background(), a.ID, ""); err != nil || len(live) != 0 {
			t.Errorf("%d sessions of the old password, %v", len(live), err)
		}
	})
}

// Whoever finds no seat before the deadline is told so, and nothing is computed.
func TestNoSeat(t *testing.T) {
	d := newDesk(t, dbtest.SQLite(t, sources()...))
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	busy := 0
	for range 20 { // a seat that is free may be taken although the time is over
		if _, _, err := d.SignIn(ctx, "nobody", word, home); fault.Is(err, fault.Unavailable) {
			busy++
		}
	}
	if busy == 0 {
		t.Error("never told")
	}
	if err := d.db.InTx(context.Background(), func(ctx context.Context) error { _, _, err := d.SignIn(ctx, "nobody", word, home); return err }); err == nil || fault.KindOf(err) != "" {
		t.Errorf("inside a transaction: %v", err)
	}
}
