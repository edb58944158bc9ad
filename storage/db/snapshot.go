package db

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
)

// Snapshot runs f with a Conn(ctx) that sees the store as it stood at f's first read, however long f takes and whatever others
// commit meanwhile, and that refuses to write. f runs once; what it passes to AfterCommit never runs.
func (d *DB) Snapshot(ctx context.Context, f func(context.Context) error) error {
	if txFrom(ctx) != nil {
		return errors.New("db: a snapshot inside a transaction")
	}
	conn, err := d.read.Conn(ctx)
	if err != nil {
		return Fault(fmt.Errorf("open a snapshot: %w", err))
	}
	defer conn.Close()
	// SQLite knows one isolation only, which is this one: a reader in WAL keeps its first view.
	tx, err := conn.BeginTx(ctx, &sql.TxOptions{Isolation: sql.LevelRepeatableRead, ReadOnly: true})
	if err != nil {
		return Fault(fmt.Errorf("open a snapshot: %w", err))
	}
	err = f(context.WithValue(ctx, txKey{}, &txState{db: d, tx: tx}))
	if rb := tx.Rollback(); rb != nil && !errors.Is(rb, sql.ErrTxDone) {
		err = errors.Join(err, rb) // it wrote nothing
	}
	return Fault(err)
}
