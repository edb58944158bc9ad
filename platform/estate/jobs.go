package estate

import (
	"context"
	"strconv"
	"time"

	"github.com/zhanqun/zhanqun/kernel"
	"github.com/zhanqun/zhanqun/platform/jobs"
	"github.com/zhanqun/zhanqun/platform/site"
)

// OpenDueRechecks opens the yearly re-checks that are due, once a day.
type OpenDueRechecks struct{ Day string }

// Kind names the job.
func (OpenDueRechecks) Kind() string { return "estate.rechecks" }

// TurnGrey begins or ends a Greyscale; Site is "0" for that of every site.
type TurnGrey struct {
	Site kernel.SiteID
	ID   int64
}

// Kind names the job.
func (TurnGrey) Kind() string { return "estate.grey" }

// turnAt asks for the turn of a Greyscale at a moment.
func (e *Estate) turnAt(ctx context.Context, g site.Greyscale, at time.Time) error {
	return e.Queue.Add(ctx, kernel.Platform, TurnGrey{g.Site, g.ID}, jobs.Options{Key: strconv.FormatInt(g.ID, 10) + at.UTC().Format(" 20060102T150405"), RunAt: at})
}

// Jobs registers the room's jobs.
func (e *Estate) Jobs(q *jobs.Queue) {
	jobs.Handle(q, func(ctx context.Context, _ kernel.SiteID, _ OpenDueRechecks) error {
		if _, err := e.OpenRechecks(ctx); err != nil {
			return err
		}
		return e.later(ctx, 1)
	})
	jobs.Handle(q, func(ctx context.Context, _ kernel.SiteID, t TurnGrey) error {
		return e.Sites.TurnGrey(ctx, t.Site, t.ID)
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
