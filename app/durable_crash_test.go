package app

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/zhanqun/zhanqun/kernel/fault"
	"github.com/zhanqun/zhanqun/kernel/proof"
	"github.com/zhanqun/zhanqun/storage/db"
	"github.com/zhanqun/zhanqun/storage/db/dbtest"
)

// office is somebody who works on while the database crashes and comes back.
type office struct {
	w *works

	mu       sync.Mutex
	acks     []said
	odd      []error
	failures int
	batches  []deed // imports that broke off
}

func (o *office) tell(t said) error {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.acks = append(o.acks, t)
	return nil
}

// work publishes and imports until ctx ends. Whatever fails meanwhile must be told as a database that is away.
func (o *office) work(ctx context.Context, done *atomic.Int64) {
	for i := 0; ctx.Err() == nil; i++ {
		var err error
		if i%4 == 3 {
			err = o.migrate()
		} else {
			err = o.w.career(i%3 == 2, o.tell)
		}
		if err == nil {
			done.Add(1)
			continue
		}
		o.mu.Lock()
		o.failures++
		if err := db.Fault(err); !fault.Is(err, fault.Unavailable) {
			o.odd = append(o.odd, err)
		}
		o.mu.Unlock()
		for tick := time.NewTicker(20 * time.Millisecond); o.w.DB.Ping(ctx) != nil && ctx.Err() == nil; {
			<-tick.C
		}
	}
}

func (o *office) migrate() error {
	a, err := importDocumentsOf(o.w)
	if err != nil {
		return err
	}
	if err := a.do(); err != nil {
		o.mu.Lock()
		defer o.mu.Unlock()
		o.batches = append(o.batches, a)
		return err
	}
	return o.tell(said{What: "imported", Batch: fmt.Sprintf("batch-%d", o.w.n)})
}

// promises.md 2.1: PostgreSQL stopped at once, as a crash would, during publications and imports. What was acknowledged is
// there, an import that broke off is taken up and finished, and the same process goes on by itself.
func TestPostgresCrashes(t *testing.T) {
	s := dbtest.NewServer(t)
	d, err := db.Open(context.Background(), s.URL())
	if err != nil {
		t.Fatal(err)
	}
	defer d.Close()
	first, err := settle(d)
	if err != nil {
		t.Fatal(err)
	}
	var offices []*office
	for i := range 3 {
		w, err := newWorks(d, nil, first.ground, 100_000*(i+1))
		if err != nil {
			t.Fatal(err)
		}
		offices = append(offices, &office{w: w})
	}
	crashes := proof.Times(5, 100)
	if testing.Short() {
		crashes = 1
	}
	began := time.Now()
	crash(t, s, offices, crashes)
	audited(t, first, offices)
	t.Logf("%d crashes in %v", crashes, time.Since(began).Round(time.Second))
}

// crash has the offices work while the server crashes so often, each time after all have got something done.
func crash(t *testing.T, s *dbtest.Server, offices []*office, crashes int) {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	var all sync.WaitGroup
	defer all.Wait()
	defer cancel()
	var done atomic.Int64
	for _, o := range offices {
		all.Go(func() { o.work(ctx, &done) })
	}
	await := func() {
		t.Helper()
		deadline := time.Now().Add(5 * time.Minute)
		for goal := done.Load() + 9; done.Load() < goal; time.Sleep(10 * time.Millisecond) {
			if time.Now().After(deadline) {
				t.Fatal("the offices do not go on")
			}
		}
	}
	for range crashes {
		await()
		s.Stop("immediate")
		s.Start()
	}
	await()
}

// audited looks for all that the offices were told, and finishes what broke off.
func audited(t *testing.T, w *works, offices []*office) {
	t.Helper()
	total, failures, again := 0, 0, 0
	for _, o := range offices {
		total, failures, again = total+len(o.acks), failures+o.failures, again+len(o.batches)
		for _, err := range o.odd {
			t.Errorf("not told as a database that is away: %v", err)
		}
		for _, a := range o.acks {
			if err := w.kept(a); err != nil {
				t.Errorf("lost: %s of article %d, edition %d, %s: %v", a.What, a.Article, a.Edition, a.Batch, err)
			}
		}
		for _, a := range o.batches {
			if err := errors.Join(a.do(), a.check()); err != nil {
				t.Errorf("an import that broke off is not finished: %v", err)
			}
		}
	}
	if err := holds(w.ctx, w.DB, w.Audit); err != nil {
		t.Error(err)
	}
	if failures == 0 {
		t.Error("nothing failed: the crashes came at no bad time")
	}
	t.Logf("%d steps acknowledged, %d failed, %d imports taken up; lost 0 unless told above", total, failures, again)
}
