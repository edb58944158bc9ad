package article

import (
	"context"
	"errors"
	"fmt"

	"github.com/zhanqun/zhanqun/kernel"
	"github.com/zhanqun/zhanqun/kernel/fault"
	"github.com/zhanqun/zhanqun/platform/jobs"
	"github.com/zhanqun/zhanqun/storage/db"
)

// indexAtOnce is how many documents one transaction puts into the full text: few, because publishing waits for
// the same writer, and long ones take tens of milliseconds each.
const indexAtOnce = 25

// IndexImported fills the full text with what imports have entered and nobody has indexed yet, on every site: a batch
// is the platform's. The importer does the same behind each chunk, so that documents are found within
// seconds however many there are; the job takes over from one that died.
type IndexImported struct{}

// Kind names the job.
func (IndexImported) Kind() string { return "index.document" }

// Jobs registers the room's jobs.
func (a *Articles) Jobs(q *jobs.Queue) {
	jobs.Handle(q, func(ctx context.Context, _ kernel.SiteID, _ IndexImported) error { return a.indexAll(ctx) })
	jobs.Handle(q, func(ctx context.Context, site kernel.SiteID, _ IndexSite) error {
		_, err := a.Reindex(ctx, site)
		return err
	})
}

// indexAll works until nothing waits. An article whose text is not the one that was approved is left out and
// told of at the end, so that it does not hold up the others.
func (a *Articles) indexAll(ctx context.Context) error {
	var odd []error
	for last := ID(0); ; {
		next, err := a.indexSome(ctx, last, indexAtOnce, &odd)
		if err != nil || next == last {
			return errors.Join(append(odd, err)...)
		}
		last = next
	}
}

// indexSome indexes up to n waiting articles behind last and returns where it stopped; odd collects what could not be read.
func (a *Articles) indexSome(ctx context.Context, last ID, n int, odd *[]error) (ID, error) {
	next := last
	var bad []error
	err := a.DB.InTx(ctx, func(ctx context.Context) error {
		next, bad = last, nil
		waiting, err := a.unindexed(ctx, last, n)
		if err != nil {
			return err
		}
		for _, w := range waiting {
			next = w.ArticleID
			live, err := a.Published.Live(ctx, object(w.SiteID, w.ArticleID))
			switch {
			case fault.Is(err, fault.Gone), fault.Is(err, fault.NotFound):
				err = nil // withdrawn since
			case db.Down(err):
				return err
			case err != nil:
				bad = append(bad, err)
				continue
			default:
				err = a.index(ctx, live)
			}
			if err == nil {
				err = a.markIndexed(ctx, w.SiteID, w.ArticleID)
			}
			if err != nil {
				return fmt.Errorf("index article %d of site %d: %w", w.ArticleID, w.SiteID, err)
			}
		}
		return nil
	})
	*odd = append(*odd, bad...)
	return next, err
}
