package jobs

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/zhanqun/zhanqun/kernel"
	"github.com/zhanqun/zhanqun/storage/db"
	"github.com/zhanqun/zhanqun/storage/db/dbtest"
)

func TestMain(m *testing.M) {
	goleak.VerifyTestMain(m)
}

type greet struct{ Name string }

func (greet) Kind() string { return "test.greet" }

type other struct{}

func (other) Kind() string { return "test.other" }

// hand is a clock that a test moves.
type hand struct{ micros atomic.Int64 }

func newHand() *hand {
	h := &hand{}
	h.micros.Store(time.Date(2026, 11, 23, 8, 0, 0, 0, time.UTC).UnixMicro())
	return h
}

func (h *hand) now() time.Time          { return time.UnixMicro(h.micros.Load()).UTC() }
func (h *hand) forward(d time.Duration) { h.micros.Add(d.Microseconds()) }

func newQueue(d *db.DB, h *hand) *Queue { return New(d, h.now, kernel.NewIDs(h.now)) }

func rows(t *testing.T, d *db.DB, where string) (n int) {
	t.Helper()
	if err := d.Conn(t.Context()).NewRaw(`SELECT count(*) FROM jobs WHERE `+where).Scan(t.Context(), &n); err != nil {
		t.Fatal(err)
	}
	return n
}

func add(t *testing.T, q *Queue, site kernel.SiteID, j Job, o Options) {
	t.Helper()
	if err := q.Add(t.Context(), site, j, o); err != nil {
		t.Fatal(err)
	}
}

// d41: a job exists exactly when the change that asked for it does.
func TestJobsBelongToTheirTransaction(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := newHand()
		q := newQueue(d, h)
		var got []string
		Handle(q, func(ctx context.Context, site kernel.SiteID, j greet) error {
			got = append(got, fmt.Sprint(site, j.Name, kernel.ActorFrom(ctx).Via))
			return nil
		})
		undo := errors.New("undo")
		err := d.InTx(t.Context(), func(ctx context.Context) error {
			if err := q.Add(ctx, 1, greet{"lost"}, Options{}); err != nil {
				return err
			}
			return undo
		})
		if !errors.Is(err, undo) {
			t.Fatal(err)
		}
		err = d.InTx(t.Context(), func(ctx context.Context) error { return q.Add(ctx, 1, greet{"张 '\\三"}, Options{}) })
		if err != nil {
			t.Fatal(err)
		}
		add(t, q, 2, greet{"later"}, Options{RunAt: h.now().Add(time.Hour)})
		add(t, q, 2, other{}, Options{})
		if err := q.Drain(t.Context()); err != nil {
			t.Fatal(err)
		}
		if want := `1张 '\三job`; len(got) != 1 || got[0] != want {
			t.Errorf("ran %q, want %q", got, want)
		}
		h.forward(time.Hour)
		if err := q.Drain(t.Context()); err != nil || len(got) != 2 {
			t.Errorf("an hour later: ran %q, %v", got, err)
		}
		if n := rows(t, d, "kind = 'test.other'"); n != 1 {
			t.Errorf("%d jobs of a kind that this program does not know, want 1 left for another", n)
		}
	}, Migrations())
}

func TestKeys(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := newHand()
		q := newQueue(d, h)
		runs := map[string]int{}
		again := true
		Handle(q, func(ctx context.Context, site kernel.SiteID, j greet) error {
			runs[fmt.Sprint(site, j.Name)]++
			if j.Name == "self" && again {
				again = false
				return q.Add(ctx, site, j, Options{Key: "self"}) // a change committed while the job runs
			}
			return nil
		})
		for range 3 {
			add(t, q, 1, greet{"a"}, Options{Key: "k"})
			add(t, q, 2, greet{"a"}, Options{Key: "k"})
			add(t, q, 1, greet{"b"}, Options{})
		}
		add(t, q, 3, greet{"self"}, Options{Key: "self"})
		add(t, q, 4, greet{"sooner"}, Options{Key: "s", RunAt: h.now().Add(time.Hour)})
		add(t, q, 4, greet{"sooner"}, Options{Key: "s"})
		if err := q.Drain(t.Context()); err != nil {
			t.Fatal(err)
		}
		for what, want := range map[string]int{"1a": 1, "2a": 1, "1b": 3, "3self": 2, "4sooner": 1} {
			if runs[what] != want {
				t.Errorf("%s ran %d times, want %d", what, runs[what], want)
			}
		}
		add(t, q, 1, greet{"a"}, Options{Key: "k"})
		if err := q.Drain(t.Context()); err != nil || runs["1a"] != 2 {
			t.Errorf("after it was done the key is free: ran %d times, %v", runs["1a"], err)
		}
		if n := rows(t, d, "true"); n != 0 {
			t.Errorf("%d rows left", n)
		}
	}, Migrations())
}

func TestFailures(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := newHand()
		q := newQueue(d, h)
		runs := 0
		Handle(q, func(ctx context.Context, _ kernel.SiteID, j greet) error {
			runs++
			if runs%2 == 0 {
				panic("bad \x00 luck")
			}
			return errors.New(strings.Repeat("很长", 2000))
		})
		add(t, q, 1, greet{"x"}, Options{Key: "k"})
		if err := q.Drain(t.Context()); err == nil || runs != 1 {
			t.Fatalf("got %v after %d runs", err, runs)
		}
		if err := q.Drain(t.Context()); err != nil || runs != 1 {
			t.Errorf("a failed job is not due at once: %v, %d runs", err, runs)
		}
		hours := 0
		for ; rows(t, d, "state = 'open'") == 1 && hours < 100; hours++ {
			h.forward(2 * time.Hour)
			_ = q.Drain(t.Context()) // it is meant to fail
		}
		if runs != lastAttempt || rows(t, d, "state = 'failed' AND last_error <> ''") != 1 {
			t.Errorf("%d runs, %d failed rows", runs, rows(t, d, "state = 'failed'"))
		}
		add(t, q, 1, greet{"x"}, Options{Key: "k"})
		if rows(t, d, "state = 'open'") != 1 {
			t.Error("a job that was given up still holds its key")
		}
	}, Migrations())
}

// A worker that dies loses its lease; what it does afterwards does not touch the job of its successor.
func TestExpiredLease(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := newHand()
		dead, alive := newQueue(d, h), newQueue(d, h)
		ran := 0
		f := func(context.Context, kernel.SiteID, greet) error { ran++; return nil }
		Handle(dead, f)
		Handle(alive, f)
		add(t, dead, 1, greet{"x"}, Options{})
		mine, err := dead.claim(t.Context())
		if err != nil || len(mine) != 1 {
			t.Fatalf("claimed %d, %v", len(mine), err)
		}
		if err := alive.Drain(t.Context()); err != nil || ran != 0 {
			t.Fatalf("while leased: ran %d, %v", ran, err)
		}
		h.forward(leaseFor / 2)
		if err := dead.renew(t.Context(), mine[0]); err != nil {
			t.Fatal(err)
		}
		h.forward(leaseFor * 3 / 4)
		if again, err := alive.claim(t.Context()); err != nil || len(again) != 0 {
			t.Fatalf("a renewed lease was taken: %v, %v", again, err)
		}
		h.forward(leaseFor)
		theirs, err := alive.claim(t.Context())
		if err != nil || len(theirs) != 1 {
			t.Fatalf("after the lease: claimed %d, %v", len(theirs), err)
		}
		if err := dead.renew(t.Context(), mine[0]); !errors.Is(err, errLeaseLost) {
			t.Errorf("the dead worker renews: %v", err)
		}
		if err := dead.done(t.Context(), mine[0]); err != nil {
			t.Fatal(err)
		}
		if err := dead.postpone(t.Context(), mine[0], h.now(), "late"); err != nil {
			t.Fatal(err)
		}
		if rows(t, d, "true") != 1 {
			t.Fatal("the dead worker deleted its successor's job")
		}
		if err := alive.done(t.Context(), theirs[0]); err != nil || rows(t, d, "true") != 0 {
			t.Errorf("the successor's done: %v", err)
		}
	}, Migrations())
}

// Two nodes, four workers: each effect happens once, the effect's own key being the proof.
func TestWorkersDoNotRepeatEffects(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		const n, sites = 200, 5
		exec(t, d, `CREATE TABLE effects (name text NOT NULL PRIMARY KEY)`)
		ctx, stop := context.WithCancel(t.Context())
		defer stop()
		var left atomic.Int64
		left.Store(n)
		var repeated atomic.Int64
		nodes := []*Queue{New(d, kernel.SystemClock, kernel.NewIDs(kernel.SystemClock)), New(d, kernel.SystemClock, kernel.NewIDs(kernel.SystemClock))}
		for _, q := range nodes {
			Handle(q, func(ctx context.Context, _ kernel.SiteID, j greet) error {
				err := d.InTx(ctx, func(ctx context.Context) error {
					_, err := d.Conn(ctx).NewRaw(`INSERT INTO effects (name) VALUES (?)`, j.Name).Exec(ctx)
					return err
				})
				if err != nil {
					repeated.Add(1)
				}
				if left.Add(-1) == 0 {
					stop()
				}
				return err
			})
		}
		var all sync.WaitGroup
		for _, q := range nodes {
			all.Go(func() {
				if err := q.Run(ctx, 2); err != nil {
					t.Error(err)
				}
			})
		}
		for i := range n {
			add(t, nodes[i%2], kernel.SiteID(i%sites+1), greet{fmt.Sprint(i)}, Options{})
		}
		all.Wait()
		var effects int
		if err := d.Conn(t.Context()).NewRaw(`SELECT count(*) FROM effects`).Scan(t.Context(), &effects); err != nil {
			t.Fatal(err)
		}
		if effects != n || repeated.Load() != 0 || rows(t, d, "true") != 0 {
			t.Errorf("%d effects, %d repeated, %d rows left; want %d, 0, 0", effects, repeated.Load(), rows(t, d, "true"), n)
		}
	}, Migrations())
}

// A site with many jobs delays its neighbours by one batch only.
func TestSitesTakeTurns(t *testing.T) {
	d := dbtest.SQLite(t, Migrations())
	h := newHand()
	q := newQueue(d, h)
	var order []kernel.SiteID
	Handle(q, func(_ context.Context, site kernel.SiteID, _ greet) error { order = append(order, site); return nil })
	for range 50 {
		add(t, q, 1, greet{}, Options{})
	}
	h.forward(time.Second)
	add(t, q, 2, greet{}, Options{})
	add(t, q, 9, greet{}, Options{})
	if err := q.Drain(t.Context()); err != nil {
		t.Fatal(err)
	}
	if len(order) != 52 || order[batch] != 2 || order[batch+1] != 9 {
		t.Errorf("the order of sites was %v", order)
	}
}

func TestRunWakesAndEnds(t *testing.T) {
	d := dbtest.SQLite(t, Migrations())
	q := New(d, kernel.SystemClock, kernel.NewIDs(kernel.SystemClock))
	ran := make(chan string)
	Handle(q, func(_ context.Context, _ kernel.SiteID, j greet) error { ran <- j.Name; return nil })
	ctx, stop := context.WithCancel(t.Context())
	ended := make(chan error)
	go func() { ended <- q.Run(ctx, 1) }()
	for i := range 3 {
		began := time.Now()
		add(t, q, 1, greet{fmt.Sprint(i)}, Options{})
		if got := <-ran; got != fmt.Sprint(i) {
			t.Errorf("ran %s, want %d", got, i)
		}
		if i > 0 && time.Since(began) > pollEach/2 {
			t.Errorf("job %d waited for the poll: %v", i, time.Since(began))
		}
	}
	stop()
	if err := <-ended; err != nil {
		t.Error(err)
	}
}

func exec(t testing.TB, d *db.DB, s string) {
	t.Helper()
	err := d.InTx(context.Background(), func(ctx context.Context) error { _, err := d.Conn(ctx).ExecContext(ctx, s); return err })
	if err != nil {
		t.Fatal(err)
	}
}

func BenchmarkJobs(b *testing.B) {
	for name, open := range map[string]func() *db.DB{
		"sqlite": func() *db.DB { return dbtest.SQLite(b, Migrations()) }, "postgres": func() *db.DB { return dbtest.Postgres(b, Migrations()) },
	} {
		b.Run(name, func(b *testing.B) {
			d := open()
			q := New(d, kernel.SystemClock, kernel.NewIDs(kernel.SystemClock))
			Handle(q, func(context.Context, kernel.SiteID, greet) error { return nil })
			for b.Loop() {
				err := d.InTx(b.Context(), func(ctx context.Context) error {
					for i := range 100 {
						if err := q.Add(ctx, kernel.SiteID(i%10+1), greet{"x"}, Options{}); err != nil {
							return err
						}
					}
					return nil
				})
				if err != nil {
					b.Fatal(err)
				}
				if err := q.Drain(b.Context()); err != nil {
					b.Fatal(err)
				}
			}
			b.ReportMetric(float64(b.N*100)/b.Elapsed().Seconds(), "jobs/s")
		})
	}
}

// Design.md 10, promises.md 2.8: a shutdown gives back what a worker holds: the job it broke off, which is no attempt, and
// those it had not begun, so that another node need not wait for the lease to run out.
func TestAShutdownGivesBackWhatItHolds(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := newHand()
		q := newQueue(d, h)
		ctx, stop := context.WithCancel(t.Context())
		defer stop()
		Handle(q, func(ctx context.Context, _ kernel.SiteID, _ greet) error {
			stop()
			<-ctx.Done()
			return ctx.Err()
		})
		for i := range batch {
			add(t, q, 1, greet{fmt.Sprint(i)}, Options{})
		}
		if err := q.Run(ctx, 1); err != nil {
			t.Fatal(err)
		}
		if n := rows(t, d, `state = 'open' AND attempts = 0 AND last_error = ''`); n != batch {
			t.Errorf("%d of %d jobs are as they were", n, batch)
		}
		var got int
		second := newQueue(d, h)
		Handle(second, func(context.Context, kernel.SiteID, greet) error { got++; return nil })
		if err := second.Drain(t.Context()); err != nil || got != batch {
			t.Errorf("another node has done %d of %d at once, %v", got, batch, err)
		}
	}, Migrations())
}
