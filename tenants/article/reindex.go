package article

import (
	"context"
	"fmt"

	"github.com/zhanqun/zhanqun/kernel"
	"github.com/zhanqun/zhanqun/platform/jobs"
	"github.com/zhanqun/zhanqun/platform/publication"
	"github.com/zhanqun/zhanqun/storage/db"
)

// IndexSite makes the full text of one site again, behind a restore that did not wait for it.
type IndexSite struct{}

// Kind names the job.
func (IndexSite) Kind() string { return "index.site" }

// ReindexLater leaves Reindex to the workers; it works within the caller's transaction.
func (a *Articles) ReindexLater(ctx context.Context, site kernel.SiteID) error {
	return a.Queue.Add(ctx, site, IndexSite{}, jobs.Options{Key: "all"})
}

// Reindex puts everything that is public on the site into the full text, as after a restore: the full text is derived, so
// backups leave it out. It returns how many documents it put. Publishing goes on meanwhile.
func (a *Articles) Reindex(ctx context.Context, site kernel.SiteID) (n int, err error) {
	for last := int64(0); ; {
		ids, err := a.Published.IDs(ctx, site, Kind, last, indexAtOnce)
		if err != nil || len(ids) == 0 {
			return n, err
		}
		last = ids[len(ids)-1]
		if err := a.DB.InTx(ctx, func(ctx context.Context) error {
			if err := a.reindex(ctx, site, ids); err != nil {
				return err
			}
			return a.Revisions.Bump(ctx, site) // pages show what the full text finds
		}); err != nil {
			return n, fmt.Errorf("index site %d again: %w", site, err)
		}
		n += len(ids)
	}
}

func (a *Articles) reindex(ctx context.Context, site kernel.SiteID, ids []int64) error {
	for _, id := range ids {
		live, err := a.Published.Live(ctx, object(site, ID(id)))
		if db.Down(err) {
			return err
		}
		if err != nil {
			continue // withdrawn since, or not what was approved: no page shows it either
		}
		if err := a.index(ctx, live); err != nil {
			return err
		}
		words, err := a.fileWords(ctx, site, []publication.Live{*live})
		if _, read := words[id]; err == nil && !read {
			err = a.readLater(ctx, live)
		}
		if err != nil {
			return err
		}
	}
	return nil
}
