package column

import (
	"context"
	"fmt"
	"time"

	"github.com/zhanqun/zhanqun/kernel"
	"github.com/zhanqun/zhanqun/platform/audit"
	"github.com/zhanqun/zhanqun/platform/jobs"
)

// Turn is the day on which a topic opens, or the one behind its last: nothing is written, but what citizens see of the site changes.
type Turn struct{ Column int64 }

// Kind names the job.
func (Turn) Kind() string { return "column.turn" }

// Jobs registers the room's jobs, and keeps the queue that it gives them to.
func (c *Columns) Jobs(q *jobs.Queue) {
	c.queue = q
	jobs.Handle(q, func(ctx context.Context, site kernel.SiteID, j Turn) error { return c.turn(ctx, site, j.Column) })
}

// turnLater wakes the site when a topic opens and when it is over.
func (c *Columns) turnLater(ctx context.Context, site kernel.SiteID, column int64, f Form) error {
	for day, behind := range map[string]int{f.Opens: 0, f.Closes: 1} {
		at, err := time.ParseInLocation(time.DateOnly, day, kernel.Beijing)
		if at = at.AddDate(0, 0, behind); err != nil || !at.After(c.now()) { // none is named, or it is past
			continue
		}
		if err := c.queue.Add(ctx, site, Turn{column}, jobs.Options{Key: fmt.Sprintf("%d.%d", column, at.Unix()), RunAt: at}); err != nil {
			return err
		}
	}
	return nil
}

// turn makes the pages of the site anew; of a topic whose days were changed meanwhile too, which does no harm.
func (c *Columns) turn(ctx context.Context, site kernel.SiteID, column int64) error {
	return c.db.InTx(ctx, func(ctx context.Context) error {
		if err := c.audit.Record(ctx, audit.Entry{Site: site, Action: "column.turn", Object: object(column), After: Day(c.now())}); err != nil {
			return err
		}
		return c.revisions.Bump(ctx, site)
	})
}
