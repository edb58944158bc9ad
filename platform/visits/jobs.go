package visits

import (
	"context"
	"time"

	"github.com/zhanqun/zhanqun/kernel"
	"github.com/zhanqun/zhanqun/platform/jobs"
)

// What is kept, and how long: enough days for a year and the one before it, then months. Of a day that is over, so many pages are kept apart.
const (
	keptDays   = 2 * 366
	keptPages  = 500
	settlesFor = 3 // days that a late node may still add to
	tidyAt     = 3 // o'clock
)

// Tidy makes room: what is old, and what was hardly read.
type Tidy struct{}

// Kind names the job.
func (Tidy) Kind() string { return "visits.tidy" }

// Jobs registers the room's job.
func (v *Visits) Jobs(q *jobs.Queue) {
	jobs.Handle(q, func(ctx context.Context, _ kernel.SiteID, _ Tidy) error { return v.tidy(ctx) })
}

// Begin asks for the next tidying.
func (v *Visits) Begin(ctx context.Context) error {
	next := v.Now().In(kernel.Beijing)
	next = time.Date(next.Year(), next.Month(), next.Day(), tidyAt, 0, 0, 0, kernel.Beijing)
	if !next.After(v.Now()) {
		next = next.AddDate(0, 0, 1)
	}
	return v.Queue.Add(ctx, kernel.Platform, Tidy{}, jobs.Options{Key: next.Format(time.DateOnly), RunAt: next})
}

// tidy goes through the sites. A day that lasts has all its pages, and so have the last few; one that was missed is made up for within a week.
func (v *Visits) tidy(ctx context.Context) error {
	if err := v.Begin(ctx); err != nil { // first: one that fails must not be the last
		return err
	}
	sites, err := v.counts(ctx)
	if err != nil {
		return err
	}
	today := dayOf(v.Now())
	for _, site := range sites {
		err := v.DB.InTx(ctx, func(ctx context.Context) error {
			for day := today - settlesFor - 7; day < today-settlesFor; day++ {
				if err := v.gather(ctx, site, dateOf(day), keptPages); err != nil {
					return err
				}
			}
			return v.byMonth(ctx, site, dateOf(today - keptDays)[:7]+"-01") // whole months only
		})
		if err != nil {
			return err
		}
	}
	return nil
}
