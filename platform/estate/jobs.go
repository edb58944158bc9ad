package estate

import (
	"context"
	"time"

	"github.com/zhanqun/zhanqun/kernel"
	"github.com/zhanqun/zhanqun/platform/jobs"
)

// OpenDueRechecks opens the yearly re-checks that are due, once a day.
type OpenDueRechecks struct{ Day string }

// Kind names the job.
func (OpenDueRechecks) Kind() string { return "estate.rechecks" }

// Jobs registers the room's jobs.
func (e *Estate) Jobs(q *jobs.Queue) {
	jobs.Handle(q, func(ctx context.Context, _ kernel.SiteID, _ OpenDueRechecks) error {
		if _, err := e.OpenRechecks(ctx); err != nil {
			return err
		}
		return e.later(ctx, 1)
	})
}

// Start asks for today's round at the start of a server; the job then asks for tomorrow's. However many nodes ask, it runs once a day.
func (e *Estate) Start(ctx context.Context) error { return e.later(ctx, 0) }

// later asks for the round of a day to come, which begins ten minutes past midnight in Beijing.
func (e *Estate) later(ctx context.Context, days int) error {
	now := e.Now().In(kernel.Beijing)
	at := time.Date(now.Year(), now.Month(), now.Day()+days, 0, 10, 0, 0, kernel.Beijing)
	day := at.Format(time.DateOnly)
	return e.Queue.Add(ctx, kernel.Platform, OpenDueRechecks{day}, jobs.Options{Key: day, RunAt: at})
}
