package numbering

import (
	"context"

	"github.com/zhanqun/zhanqun/kernel"
	"github.com/zhanqun/zhanqun/platform/jobs"
)

// Gather notes the index numbers that were public on a site before it had a rule, so that none is given twice.
type Gather struct{}

// Kind names the job.
func (Gather) Kind() string { return "index.numbers" }

// gatherAtOnce is how many texts are read in one transaction: publishing waits for the same writer.
const gatherAtOnce = 50

// Jobs registers the room's jobs.
func (n *Numbering) Jobs(q *jobs.Queue) {
	jobs.Handle(q, func(ctx context.Context, site kernel.SiteID, _ Gather) error { return n.gather(ctx, site) })
}

// gather is safe to run twice.
func (n *Numbering) gather(ctx context.Context, site kernel.SiteID) error {
	for last := int64(0); ; {
		ids, err := n.Published.IDs(ctx, site, n.Kind, last, gatherAtOnce)
		if err != nil {
			return err
		}
		if len(ids) == 0 {
			break
		}
		last = ids[len(ids)-1]
		err = n.DB.InTx(ctx, func(ctx context.Context) error {
			live, _, err := n.Published.LiveMany(ctx, site, n.Kind, ids) // one that is not what was approved is shown nowhere
			if err != nil {
				return err
			}
			return n.fix(ctx, live)
		})
		if err != nil {
			return err
		}
	}
	return n.DB.InTx(ctx, func(ctx context.Context) error { return n.gathered(ctx, site) })
}
