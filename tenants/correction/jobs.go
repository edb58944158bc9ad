package correction

import (
	"context"

	"github.com/zhanqun/zhanqun/kernel"
	"github.com/zhanqun/zhanqun/platform/jobs"
)

// Forget deletes what an answered report says of its sender, once its time has come.
type Forget struct{ ID int64 }

// Kind names the job.
func (Forget) Kind() string { return "correction.forget" }

// Jobs registers the room's jobs.
func (c *Corrections) Jobs(q *jobs.Queue) {
	jobs.Handle(q, func(ctx context.Context, site kernel.SiteID, j Forget) error { return c.forget(ctx, site, j.ID) })
}
