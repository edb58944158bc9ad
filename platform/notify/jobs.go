package notify

import (
	"context"
	"time"

	"github.com/zhanqun/zhanqun/kernel"
	"github.com/zhanqun/zhanqun/platform/jobs"
	"github.com/zhanqun/zhanqun/platform/publication"
)

// RemindDebt asks again for a review that an emergency owes.
type RemindDebt struct{ Edition int64 }

// Kind names the job.
func (RemindDebt) Kind() string { return "notify.debt" }

// Nightly drops old notices and tells of posts that end soon.
type Nightly struct{}

// Kind names the job.
func (Nightly) Kind() string { return "notify.nightly" }

// soon is how long before its end a post is spoken of.
const soon = 7 * 24 * time.Hour

// Jobs registers the room's jobs.
func (n *Notices) Jobs(q *jobs.Queue) {
	jobs.Handle(q, func(ctx context.Context, site kernel.SiteID, j RemindDebt) error {
		return n.remind(ctx, site, publication.EditionID(j.Edition))
	})
	jobs.Handle(q, func(ctx context.Context, _ kernel.SiteID, _ Nightly) error { return n.nightly(ctx) })
	jobs.Handle(q, func(ctx context.Context, _ kernel.SiteID, j Letter) error { return n.letter(ctx, j.Account) })
	jobs.Handle(q, func(ctx context.Context, _ kernel.SiteID, j AskLetter) error { return n.ask(ctx, j.Account) })
	jobs.Handle(q, func(ctx context.Context, site kernel.SiteID, j Announce) error { return n.deliver(ctx, site, j) })
}

// Begin has the nightly job run for the first time; of any number of nodes and starts it is one row a day.
func (n *Notices) Begin(ctx context.Context) error {
	next := n.Now().In(kernel.Beijing)
	next = time.Date(next.Year(), next.Month(), next.Day(), 7, 0, 0, 0, kernel.Beijing)
	if !next.After(n.Now()) {
		next = next.AddDate(0, 0, 1)
	}
	return n.Queue.Add(ctx, kernel.Platform, Nightly{}, jobs.Options{Key: next.Format(time.DateOnly), RunAt: next})
}

func (n *Notices) nightly(ctx context.Context) error {
	now := n.Now()
	if err := n.dropOld(ctx, now.Add(-keptFor)); err != nil {
		return err
	}
	ending, err := n.Accounts.EndingBetween(ctx, now, now.Add(soon))
	if err != nil {
		return err
	}
	for _, a := range ending {
		err := n.DB.InTx(ctx, func(ctx context.Context) error {
			if told, err := n.has(ctx, kernel.Platform, Ending, int64(a.ID)); err != nil || told {
				return err
			}
			return n.tell(ctx, Notice{Account: a.Account, Kind: Ending, Object: "account/" + a.Account.String(), Ref: int64(a.ID)})
		})
		if err != nil {
			return err
		}
	}
	return n.Begin(ctx)
}
