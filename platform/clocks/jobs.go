package clocks

import (
	"context"
	"fmt"
	"time"

	"github.com/zhanqun/zhanqun/kernel"
	"github.com/zhanqun/zhanqun/kernel/fault"
	"github.com/zhanqun/zhanqun/platform/jobs"
)

// Look has the ladder of one clock look whether somebody is to be told.
type Look struct{ Clock int64 }

// Kind names the job.
func (Look) Kind() string { return "clock.look" }

// Recount computes the ends again after the calendar has changed.
type Recount struct{ Version string }

// Kind names the job.
func (Recount) Kind() string { return "clock.recount" }

// Jobs registers the room's jobs.
func (c *Clocks) Jobs(q *jobs.Queue) {
	jobs.Handle(q, func(ctx context.Context, site kernel.SiteID, j Look) error { return c.look(ctx, site, j.Clock) })
	jobs.Handle(q, func(ctx context.Context, _ kernel.SiteID, j Recount) error { return c.recount(ctx, j.Version) })
	jobs.Handle(q, func(ctx context.Context, _ kernel.SiteID, _ Daily) error { return c.daily(ctx) })
	jobs.Handle(q, func(ctx context.Context, site kernel.SiteID, _ Again) error {
		return c.announce(ctx, Scope{Only: site})
	})
}

// steps are the moments of the ladder: amber, the end, and as long after the end as the warning was before it.
func (k *Clock) steps() [3]time.Time {
	return [3]time.Time{k.WarnAt, k.DueAt.Add(time.Microsecond), k.DueAt.Add(k.DueAt.Sub(k.WarnAt)).Add(time.Microsecond)}
}

// reached is how many steps of the ladder lie behind at now.
func (k *Clock) reached(now time.Time) (n int) {
	for _, at := range k.steps() {
		if !now.Before(at) {
			n++
		}
	}
	return n
}

// wake adds the job that looks at the next step. Jobs of moments that a clock no longer has find nothing to do.
func (c *Clocks) wake(ctx context.Context, k *Clock) error {
	if !k.StoppedAt.IsZero() || k.State == Paused || k.Told >= len(k.steps()) {
		return nil
	}
	at := k.steps()[k.Told]
	return c.Queue.Add(ctx, k.Site, Look{k.ClockID}, jobs.Options{Key: fmt.Sprintf("%d.%d.%d", k.ClockID, k.Told, at.Unix()), RunAt: at})
}

// look tells whom the step that has been reached leads to: once, and not those of steps that were slept through.
func (c *Clocks) look(ctx context.Context, site kernel.SiteID, clock int64) error {
	return c.DB.InTx(ctx, func(ctx context.Context) error {
		k, err := c.load(ctx, site, clock)
		if fault.Is(err, fault.NotFound) {
			return nil
		}
		if err != nil {
			return err
		}
		r, _ := c.Pack.Rule(k.Rule)
		n := k.reached(c.Now())
		if !k.StoppedAt.IsZero() || k.State == Paused || n <= k.Told || len(r.Ladder) < n {
			return nil
		}
		return c.alter(ctx, k, "clock.told", r.Ladder[n-1], func() error {
			k.Told = n
			if c.Now().After(k.DueAt) {
				k.State = Breached
			}
			return c.notify(ctx, Notice{Site: site, To: r.Ladder[n-1], Account: k.Owes, Href: k.Href, Text: k.sentence(r, c.Now()),
				Clock: k.ClockID, Step: n, Over: c.Now().After(k.DueAt)})
		})
	})
}

// notify keeps a notice for the first screen, and hands it on where somebody carries notices.
func (c *Clocks) notify(ctx context.Context, n Notice) error {
	if err := c.insertReminder(ctx, n, c.Now()); err != nil || c.Notices == nil {
		return err
	}
	return c.Notices.Notify(ctx, n)
}
