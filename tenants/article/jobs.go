package article

import (
	"cmp"
	"context"
	"errors"
	"maps"
	"slices"

	"github.com/zhanqun/zhanqun/kernel"
	"github.com/zhanqun/zhanqun/platform/jobs"
	"github.com/zhanqun/zhanqun/storage/index"
)

// indexAtOnce is how many documents one transaction puts into the full text: few, because publishing waits for
// the same writer.
const indexAtOnce = 50

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
	jobs.Handle(q, func(ctx context.Context, site kernel.SiteID, _ ClearUnsaved) error { return a.clearUnsaved(ctx, site) })
	jobs.Handle(q, func(ctx context.Context, site kernel.SiteID, j RunSchedule) error {
		return a.runSchedule(ctx, site, j.Article)
	})
	jobs.Handle(q, func(ctx context.Context, site kernel.SiteID, j ReadFiles) error {
		return a.readFiles(ctx, site, j.Article)
	})
	jobs.Handle(q, func(ctx context.Context, site kernel.SiteID, j EmptyBin) error {
		return a.emptyBin(ctx, site, j.Article)
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
		if bad, err = a.indexThese(ctx, bySite(waiting)); err != nil {
			return err
		}
		if len(waiting) > 0 {
			next = waiting[len(waiting)-1].ArticleID
		}
		return nil
	})
	*odd = append(*odd, bad...)
	return next, err
}

// bySite sorts what waits by site, so that each is asked for all of its own at once.
func bySite(waiting []importRow) map[kernel.SiteID][]int64 {
	all := map[kernel.SiteID][]int64{}
	for _, w := range waiting {
		all[w.SiteID] = append(all[w.SiteID], int64(w.ArticleID))
	}
	return all
}

// indexThese puts articles into the full text, in ascending order of id, which SQLite's is quickest at. One that was
// withdrawn since needs no more than its mark; one that cannot be read gets none.
func (a *Articles) indexThese(ctx context.Context, sites map[kernel.SiteID][]int64) (bad []error, err error) {
	var docs []index.Doc
	for _, site := range slices.Sorted(maps.Keys(sites)) {
		all, odd, err := a.Published.LiveMany(ctx, site, Kind, sites[site])
		if err != nil {
			return nil, err
		}
		some, unread, err := a.searchables(ctx, site, all)
		if err != nil {
			return nil, err
		}
		for i := range all {
			if err := a.readLater(ctx, &all[i]); err != nil {
				return nil, err
			}
		}
		docs = append(docs, some...)
		maps.Copy(odd, unread)
		sites[site] = slices.DeleteFunc(sites[site], func(id int64) bool { return odd[id] != nil })
		bad = slices.AppendSeq(bad, maps.Values(odd))
	}
	slices.SortFunc(docs, func(x, y index.Doc) int { return cmp.Compare(x.ID, y.ID) })
	if err := a.Index.Put(ctx, docs...); err != nil {
		return nil, err
	}
	for _, site := range slices.Sorted(maps.Keys(sites)) {
		if err := a.markIndexed(ctx, site, sites[site]); err != nil {
			return nil, err
		}
	}
	return bad, nil
}
