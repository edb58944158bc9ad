package jobs

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/zhanqun/zhanqun/storage/db"
)

// Backlog is what a queue has not done.
type Backlog struct {
	Overdue int64     // open and due longer ago than was asked for
	Oldest  time.Time // when the first of them was due
	Failed  int64     // set aside after the last attempt
	Unknown []string  // kinds in the table that have no handler here
}

// Backlog counts what is overdue by more than late.
func (q *Queue) Backlog(ctx context.Context, late time.Duration) (b Backlog, err error) {
	var rows []struct {
		Kind, State string
		N           int64
	}
	before := q.now().Add(-late)
	c := q.db.Conn(ctx)
	err = c.NewRaw(`SELECT kind, state, count(*) AS n FROM jobs GROUP BY kind, state ORDER BY kind, state`).Scan(ctx, &rows)
	if err == nil {
		err = c.NewRaw(`SELECT count(*) FROM jobs WHERE state = 'open' AND due_at < ?`, before).Scan(ctx, &b.Overdue)
	}
	var oldest []time.Time
	if err == nil {
		err = c.NewRaw(`SELECT due_at FROM jobs WHERE state = 'open' AND due_at < ? ORDER BY due_at LIMIT 1`, before).Scan(ctx, &oldest)
	}
	if err != nil {
		return b, db.Fault(fmt.Errorf("look at the queue: %w", err))
	}
	if len(oldest) > 0 {
		b.Oldest = oldest[0]
	}
	for _, r := range rows {
		if r.State == "failed" {
			b.Failed += r.N
		}
		if q.handlers[r.Kind] == nil && !slices.Contains(b.Unknown, r.Kind) {
			b.Unknown = append(b.Unknown, r.Kind)
		}
	}
	return b, nil
}
