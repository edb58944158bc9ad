package checks

import (
	"context"
	"fmt"
	"slices"

	"github.com/zhanqun/zhanqun/kernel"
	"github.com/zhanqun/zhanqun/platform/jobs"
	"github.com/zhanqun/zhanqun/platform/publication"
	"github.com/zhanqun/zhanqun/platform/site"
	"github.com/zhanqun/zhanqun/storage/db"
	"github.com/zhanqun/zhanqun/tenants/article"
)

// RescanAll has every site read again, behind a change of the cluster's packs.
type RescanAll struct{}

// Kind names the job.
func (RescanAll) Kind() string { return "checks.rescan.all" }

// Rescan reads all that is public on one site again.
type Rescan struct{}

// Kind names the job.
func (Rescan) Kind() string { return "checks.rescan" }

// ScanNew reads what is public on one site and was not read yet, behind an import.
type ScanNew struct{}

// Kind names the job.
func (ScanNew) Kind() string { return "checks.scan.new" }

// Jobs registers the room's jobs.
func (k *Checks) Jobs(q *jobs.Queue) {
	jobs.Handle(q, func(ctx context.Context, _ kernel.SiteID, _ RescanAll) error { return k.rescanAll(ctx) })
	jobs.Handle(q, func(ctx context.Context, id kernel.SiteID, _ Rescan) error { _, err := k.Rescan(ctx, id); return err })
	jobs.Handle(q, func(ctx context.Context, id kernel.SiteID, _ ScanNew) error {
		_, err := k.scan(ctx, id, true)
		return err
	})
}

// sitesAtOnce is how many sites one transaction asks for.
const sitesAtOnce = 500

func (k *Checks) rescanAll(ctx context.Context) error {
	all, err := k.Sites.List(ctx, site.Filter{}, kernel.Page{})
	if err != nil {
		return err
	}
	for len(all) > 0 {
		n := min(len(all), sitesAtOnce)
		err := k.DB.InTx(ctx, func(ctx context.Context) error {
			for _, s := range all[:n] {
				if err := k.Queue.Add(ctx, s.ID, Rescan{}, jobs.Options{Key: "all"}); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			return err
		}
		all = all[n:]
	}
	return nil
}

// rescanAtOnce is how many articles one transaction reads: few, because publishing waits for the same writer.
const rescanAtOnce = 50

// Rescan reads all that is public on a site and keeps what it found. It returns how many articles it read. Publishing goes on meanwhile.
func (k *Checks) Rescan(ctx context.Context, id kernel.SiteID) (n int, err error) {
	return k.scan(ctx, id, false)
}

// idsAtOnce is how many articles are asked for at a time.
const idsAtOnce = 500

func (k *Checks) scan(ctx context.Context, id kernel.SiteID, onlyNew bool) (n int, err error) {
	for last := int64(0); ; {
		ids, err := k.Published.IDs(ctx, id, article.Kind, last, idsAtOnce)
		if err != nil || len(ids) == 0 {
			return n, err
		}
		last = ids[len(ids)-1]
		if onlyNew {
			if ids, err = k.unread(ctx, id, ids); err != nil {
				return n, err
			}
		}
		for some := range slices.Chunk(ids, rescanAtOnce) {
			if err := k.DB.InTx(ctx, func(ctx context.Context) error { return k.rescan(ctx, id, some) }); err != nil {
				return n, fmt.Errorf("read site %d again: %w", id, err)
			}
			n += len(some)
		}
	}
}

func (k *Checks) rescan(ctx context.Context, id kernel.SiteID, ids []int64) error {
	all, _, err := k.Published.LiveMany(ctx, id, article.Kind, ids) // a text that is not the approved one is fsck's to tell
	if err != nil {
		return err
	}
	c, err := k.context(ctx, id)
	if err != nil {
		return err
	}
	for i := range all {
		if err := k.note(ctx, &all[i], c); err != nil {
			return err
		}
	}
	return nil
}

// note keeps what is found in a public article, and its print.
func (k *Checks) note(ctx context.Context, l *publication.Live, c Context) error {
	p, err := payloadOf(l)
	if err != nil {
		return err
	}
	said, err := k.spoken(ctx, l.Site, int64(l.Edition), p.Body, c)
	if err != nil {
		return err
	}
	if err := k.putHits(ctx, l.Site, l.ID, sorted(append(Words(p, c), said...))); err != nil {
		return err
	}
	print, ok := Print(p)
	return k.putPrint(ctx, l.Site, l.ID, print, ok)
}

type importKey struct{ site kernel.SiteID }

// listen follows publications in their own transaction. An import's articles are read by a job: a batch must not wait for it.
func (k *Checks) listen() {
	k.Published.Published.On("checks", func(ctx context.Context, e publication.PublishedEvent) error {
		if e.Kind != article.Kind {
			return nil
		}
		if e.Imported && e.Replaces == 0 {
			db.BeforeCommit(ctx, 0, importKey{e.Site}, func(ctx context.Context) error {
				return k.Queue.Add(ctx, e.Site, ScanNew{}, jobs.Options{Key: "all"})
			})
			return nil
		}
		c, err := k.context(ctx, e.Site)
		if err != nil {
			return err
		}
		return k.note(ctx, &e.Live, c)
	})
	k.Published.Withdrawn.On("checks", func(ctx context.Context, e publication.WithdrawnEvent) error {
		if e.Kind != article.Kind {
			return nil
		}
		if err := k.putHits(ctx, e.Site, e.ID, nil); err != nil {
			return err
		}
		return k.dropPrint(ctx, e.Site, e.ID)
	})
}
