package db

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"time"

	"github.com/uptrace/bun"
	"github.com/zhanqun/zhanqun/kernel"
	"github.com/zhanqun/zhanqun/kernel/fault"
)

// writerWait bounds how long a transaction waits for the one SQLite writer or a pool connection.
const writerWait = 15 * time.Second

// retries is how often a whole transaction is run again after a serialization failure or deadlock.
const retries = 5

type txKey struct{}

type txState struct {
	db     *DB
	tx     bun.Tx
	before []step
	after  []func()
	doomed error
}

// step is work that BeforeCommit has put off.
type step struct {
	order int
	key   any
	run   func(context.Context) error
}

func txFrom(ctx context.Context) *txState { s, _ := ctx.Value(txKey{}).(*txState); return s }

// Conn returns the transaction that ctx is in, so that own writes are seen; outside one, a reader.
// On SQLite the reader refuses to write.
func (d *DB) Conn(ctx context.Context) bun.IDB {
	if s := txFrom(ctx); s != nil && s.db == d {
		return s.tx
	}
	return d.read
}

// InTransaction reports whether ctx is inside InTx.
func InTransaction(ctx context.Context) bool { return txFrom(ctx) != nil }

// InTx runs f in a transaction and commits when f returns nil. A nested call joins the open transaction,
// and an error inside dooms the whole, even when the outer function swallows it. f may run several times
// (serialization failures, deadlocks, a busy file), so it must have no side effect but rows:
// what follows a commit goes through AfterCommit.
func (d *DB) InTx(ctx context.Context, f func(context.Context) error) error {
	if s := txFrom(ctx); s != nil {
		if s.db != d {
			return errors.New("db: a transaction of another store is open")
		}
		err := f(ctx)
		if err != nil && s.doomed == nil {
			s.doomed = err
		}
		return err
	}
	for attempt := 0; ; attempt++ {
		err := d.once(ctx, f)
		if err == nil || attempt == retries || !retryable(err) {
			return d.unsaved(err)
		}
		pause := time.Duration(1<<attempt) * 5 * time.Millisecond
		select {
		case <-time.After(pause + rand.N(pause)):
		case <-ctx.Done():
			return Fault(ctx.Err())
		}
	}
}

func (d *DB) once(ctx context.Context, f func(context.Context) error) (err error) {
	s := &txState{db: d}
	conn, err := d.writer(ctx)
	if err != nil {
		return err
	}
	defer conn.Close()
	s.tx, err = conn.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	defer func() {
		if p := recover(); p != nil {
			_ = s.tx.Rollback() // the panic says more
			panic(p)
		}
	}()
	inside := context.WithValue(kernel.Forgetting(ctx), txKey{}, s)
	if err = f(inside); err == nil {
		err = s.doomed
	}
	for len(s.before) > 0 && err == nil {
		next := s.before[0]
		s.before = s.before[1:]
		err = next.run(inside)
	}
	if err != nil {
		if rb := s.tx.Rollback(); rb != nil && !errors.Is(rb, sql.ErrTxDone) {
			return errors.Join(err, rb)
		}
		return err
	}
	if err = s.tx.Commit(); err != nil {
		return commitError{fmt.Errorf("commit: %w", err)}
	}
	for _, g := range s.after {
		g()
	}
	return nil
}

// writer waits for a connection that may write, not longer than writerWait.
func (d *DB) writer(ctx context.Context) (bun.Conn, error) {
	wait, cancel := context.WithTimeout(ctx, writerWait)
	defer cancel()
	c, err := d.write.Conn(wait)
	if err != nil && ctx.Err() == nil && errors.Is(err, context.DeadlineExceeded) {
		return c, fault.Because(err, fault.Unavailable, "系统正忙，没有保存。请稍后再试。")
	}
	return c, err
}

// AfterCommit runs f once the transaction that ctx is in has been committed, on the same goroutine; never
// after a rollback. Outside a transaction it runs f at once.
func AfterCommit(ctx context.Context, f func()) {
	if s := txFrom(ctx); s != nil {
		s.after = append(s.after, f)
		return
	}
	f()
}

// BeforeCommit puts f off until the transaction that ctx is in is about to commit: for rows that every
// writer of a site must lock, so that they are locked last, shortly and in one order. Steps run by ascending
// order; a second call with the same key changes nothing and answers false. It panics outside a transaction.
func BeforeCommit(ctx context.Context, order int, key any, f func(context.Context) error) bool {
	s := txFrom(ctx)
	if s == nil {
		panic("db: BeforeCommit outside a transaction")
	}
	at := len(s.before)
	for i, have := range s.before {
		if have.key == key {
			return false
		}
		if have.order > order && i < at {
			at = i
		}
	}
	s.before = slices.Insert(s.before, at, step{order, key, f})
	return true
}
