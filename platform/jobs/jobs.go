// Package jobs does later what a transaction asked for: one table on both engines, which is the only outbox.
//
// A job is a row written in the transaction of the change that needs it, so it exists exactly when the change
// does. Workers of any number of nodes lease rows; nobody leads. A job may run twice (its worker died, its
// lease ran out): handlers are written so that the second run changes nothing. Sites take turns, so that a
// site with ten thousand jobs delays its neighbours by one batch only.
//
// It keeps no deadlines: those are computed by the rooms that promise them.
package jobs

import (
	"context"
	"embed"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"sync"
	"time"

	"github.com/zhanqun/zhanqun/kernel"
	"github.com/zhanqun/zhanqun/storage/db"
)

const (
	// leaseFor is how long a worker may hold a job without a sign of life; it renews at a third of it.
	leaseFor = time.Minute
	// pollEach is how long another node's job may wait for a worker that sleeps.
	pollEach = time.Second
	// batch is how many jobs of one site a worker takes before the next site's turn.
	batch = 8
	// lastAttempt is after how many failures a job is set aside as failed, about five hours after the first.
	lastAttempt = 16
	// settleWithin bounds how long a shutdown waits for a store that does not answer; then the leases run out.
	settleWithin = 5 * time.Second
	// backoffTop bounds the pause between two attempts.
	backoffTop = time.Hour
)

// Job is what a job needs to know: a small struct that encodes to JSON.
type Job interface{ Kind() string }

// Options say when and how often. The zero Options mean: now, and once for each Add.
type Options struct {
	// Key makes jobs of equal site, kind and key one as long as it is not done. An Add while that job runs
	// makes it run once more, so nothing that was committed before the Add is missed.
	Key   string
	RunAt time.Time // zero: now
}

// Queue is the table and the handlers. Handle is called before Run; the rest is safe for concurrent use.
type Queue struct {
	db       *db.DB
	now      kernel.Clock
	ids      kernel.IDs
	handlers map[string]func(context.Context, kernel.SiteID, []byte) error
	wake     chan struct{}

	turnMu sync.Mutex
	turn   kernel.SiteID // the site served last by this process
}

//go:embed migrations
var migrations embed.FS

// Migrations is the room's schema.
func Migrations() fs.FS { return kernel.Folder(migrations, "migrations") }

// New returns a queue over d without handlers.
func New(d *db.DB, now kernel.Clock, ids kernel.IDs) *Queue {
	return &Queue{db: d, now: now, ids: ids, wake: make(chan struct{}, 1), turn: -1,
		handlers: map[string]func(context.Context, kernel.SiteID, []byte) error{}}
}

// Handle says what to do with jobs of J's kind. f may run twice for one job and on any node.
func Handle[J Job](q *Queue, f func(ctx context.Context, site kernel.SiteID, j J) error) {
	var zero J
	kind := zero.Kind()
	if _, double := q.handlers[kind]; double {
		panic("jobs: two handlers of " + kind)
	}
	q.handlers[kind] = func(ctx context.Context, site kernel.SiteID, args []byte) error {
		var j J
		if err := json.Unmarshal(args, &j); err != nil {
			return fmt.Errorf("read the job's arguments: %w", err)
		}
		return f(ctx, site, j)
	}
}

// Add puts j into the table within the caller's transaction, or in one of its own: the job exists when the
// transaction is committed and never otherwise.
func (q *Queue) Add(ctx context.Context, site kernel.SiteID, j Job, o Options) error {
	args, err := json.Marshal(j)
	if err != nil {
		return fmt.Errorf("write the arguments of %s: %w", j.Kind(), err)
	}
	now := q.now()
	r := row{SiteID: site, Kind: j.Kind(), Key: o.Key, Args: string(args), DueAt: now, CreatedAt: now}
	if o.RunAt.After(now) {
		r.DueAt = o.RunAt.UTC().Truncate(time.Microsecond)
	}
	return q.db.InTx(ctx, func(ctx context.Context) error {
		if err := q.insert(ctx, r); err != nil {
			return fmt.Errorf("add job %s of site %d: %w", r.Kind, site, err)
		}
		db.AfterCommit(ctx, q.rouse)
		return nil
	})
}

func (q *Queue) rouse() {
	select {
	case q.wake <- struct{}{}:
	default:
	}
}

// Run works with so many workers until ctx ends, then waits for the jobs in hand: they see ctx end.
// It returns nil; a store that does not answer is tried again.
func (q *Queue) Run(ctx context.Context, workers int) error {
	var all sync.WaitGroup
	for range max(workers, 1) {
		all.Go(func() { q.work(ctx) })
	}
	all.Wait()
	return nil
}

func (q *Queue) work(ctx context.Context) {
	timer := time.NewTimer(0)
	defer timer.Stop()
	for ctx.Err() == nil {
		select {
		case <-ctx.Done():
			return
		case <-q.wake:
		case <-timer.C:
		}
		for ctx.Err() == nil {
			n, err := q.round(ctx, nil)
			if err != nil || n == 0 {
				break // the store does not answer, or nothing is due: wait a poll
			}
			q.rouse() // there may be more: a sleeping neighbour helps
		}
		timer.Reset(pollEach)
	}
}

// Drain runs on the caller's goroutine everything that is due, including what those jobs add, and returns
// the jobs' errors joined; a job that failed waits for its next attempt.
func (q *Queue) Drain(ctx context.Context) error {
	var failures []error
	for {
		n, err := q.round(ctx, func(err error) { failures = append(failures, err) })
		if err != nil || n == 0 {
			return errors.Join(append(failures, err)...)
		}
	}
}

// round gives one site its turn and returns how many jobs it ran.
func (q *Queue) round(ctx context.Context, failed func(error)) (int, error) {
	if len(q.handlers) == 0 {
		return 0, nil
	}
	claimed, err := q.claim(ctx)
	if err != nil {
		return 0, err
	}
	for i, r := range claimed {
		if ctx.Err() != nil {
			return len(claimed), q.giveBack(ctx, claimed[i:])
		}
		if q.now().After(r.DueAt.Add(-leaseFor/2)) && q.renew(ctx, r) != nil {
			continue // the jobs before it took long and somebody else has it now
		}
		err := q.run(ctx, r)
		if err != nil && ctx.Err() != nil {
			return len(claimed), q.giveBack(ctx, claimed[i:]) // broken off, which is no attempt
		}
		if err != nil && failed != nil {
			failed(fmt.Errorf("job %s of site %d: %w", r.Kind, r.SiteID, err))
		}
		if err := q.settle(ctx, r, err); err != nil {
			return len(claimed), err // the lease runs out and somebody runs it again
		}
	}
	return len(claimed), nil
}

// run calls the handler, renewing the lease; a lost lease ends the handler's context.
func (q *Queue) run(ctx context.Context, r row) (err error) {
	ctx = kernel.WithActor(ctx, kernel.Actor{Name: "系统任务", Via: "job"})
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	ended := make(chan struct{})
	var renewing sync.WaitGroup
	renewing.Go(func() {
		t := time.NewTicker(leaseFor / 3)
		defer t.Stop()
		for {
			select {
			case <-ended:
				return
			case <-t.C:
				if err := q.renew(ctx, r); err != nil {
					cancel(err)
				}
			}
		}
	})
	defer renewing.Wait()
	defer close(ended)
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("panic: %v", p)
		}
	}()
	return q.handlers[r.Kind](ctx, r.SiteID, []byte(r.Args))
}

// giveBack has jobs that were not done run by another worker, at once.
func (q *Queue) giveBack(ctx context.Context, rest []row) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), settleWithin)
	defer cancel()
	var all error
	for _, r := range rest {
		if err := q.release(ctx, r); err != nil && !errors.Is(err, errLeaseLost) {
			all = errors.Join(all, err)
		}
	}
	return all
}

// settle takes a job that is done out of the table, or says when it is tried again.
func (q *Queue) settle(ctx context.Context, r row, failure error) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), settleWithin)
	defer cancel()
	if failure == nil {
		return q.done(ctx, r)
	}
	pause := backoffTop
	if r.Attempts < 10 {
		pause = min(5*time.Second<<r.Attempts, backoffTop)
	}
	return q.postpone(ctx, r, q.now().Add(pause+rand.N(pause/4)), failure.Error())
}
