package media

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/zhanqun/zhanqun/kernel"
	"github.com/zhanqun/zhanqun/kernel/fault"
	"github.com/zhanqun/zhanqun/platform/jobs"
)

// BinnedFor is how long the bin keeps an item before the queue removes it.
const BinnedFor = 30 * 24 * time.Hour

// Bin puts an item away that no text uses. What a frozen text ever named leaves the library only: frozen texts are evidence, and so is what
// stands in them, so its bytes stay.
func (m *Media) Bin(ctx context.Context, site kernel.SiteID, id ID) error {
	return m.alter(ctx, site, id, "media.bin", func(ctx context.Context, i *Shelved) error {
		if !i.BinnedAt.IsZero() {
			return fault.New(fault.Conflict, "“%s”已经在回收站里。", i.Called())
		}
		uses, err := m.Usage(ctx, site, id)
		if err != nil {
			return err
		}
		if cut, err := m.cropped(ctx, site, id); err != nil {
			return err
		} else if cut {
			return fault.New(fault.Conflict, "“%s”是原图，从它裁出来的图片还在，不能删除：要恢复原图时用得着。", i.Called())
		}
		kept := len(uses) > 0
		for _, u := range uses {
			if u.Public {
				return fault.New(fault.Conflict, "“%s”正在网站上公开（%s），不能删除。请先在那篇稿件里换掉它，送审发布。", i.Called(), u.Title)
			}
			if u.Draft || u.Unsaved {
				return fault.New(fault.Conflict, "“%s”还在稿件里用着（%s），不能删除。请先从稿件里换掉或去掉它。", i.Called(), u.Title)
			}
		}
		i.BinnedAt = m.Now()
		if kept {
			return nil
		}
		due := i.BinnedAt.Add(BinnedFor)
		j := EmptyBin{Media: id, SHA256: i.SHA256}
		for _, t := range i.Thumbs {
			j.Thumbs = append(j.Thumbs, t.Width)
		}
		return m.Queue.Add(ctx, site, j, jobs.Options{Key: fmt.Sprintf("%d.%d", id, due.Unix()), RunAt: due})
	})
}

// Unbin takes an item out of the bin.
func (m *Media) Unbin(ctx context.Context, site kernel.SiteID, id ID) error {
	return m.alter(ctx, site, id, "media.unbin", func(_ context.Context, i *Shelved) error {
		if i.BinnedAt.IsZero() {
			return fault.New(fault.Conflict, "“%s”不在回收站里。", i.Called())
		}
		i.BinnedAt = time.Time{}
		return nil
	})
}

// revive takes out of the bin what is used again, in the transaction that uses it.
func (m *Media) revive(ctx context.Context, site kernel.SiteID, ids ...ID) error {
	back, err := m.takeOut(ctx, site, ids)
	for _, id := range back {
		if err == nil {
			err = m.record(ctx, site, "media.unbin", id, "", "")
		}
	}
	return err
}

// EmptyBin removes an item that has been in the bin long enough, and then its bytes: it knows by itself where they lie, for a second run comes
// when the row is gone.
type EmptyBin struct {
	Media  ID
	SHA256 string
	Thumbs []int    `json:",omitempty"`
	Made   []string `json:",omitempty"` // keys of what was made of it
}

// Kind names the job.
func (EmptyBin) Kind() string { return "media.bin.empty" }

// keys are where the bytes lie, the whole last: while it is there, a second run goes on.
func (j EmptyBin) keys(site kernel.SiteID) []string {
	i := &Item{Site: site, SHA256: j.SHA256}
	all := slices.Clone(j.Made)
	for _, width := range append(slices.Clone(j.Thumbs), 0) {
		all = append(all, i.key(width))
	}
	return all
}

// Jobs registers the room's jobs.
func (m *Media) Jobs(q *jobs.Queue) {
	jobs.Handle(q, func(ctx context.Context, site kernel.SiteID, j EmptyBin) error { return m.emptyBin(ctx, site, j) })
	m.filmJobs(q)
	m.uploadJobs(q)
}

func (m *Media) emptyBin(ctx context.Context, site kernel.SiteID, j EmptyBin) error {
	gone, err := m.removed(ctx, site, j)
	if err != nil || !gone {
		return err
	}
	return m.erase(ctx, site, j)
}

// removed takes away the row of an item, and looks again before: it may have been taken out, thrown away once more, or named by a text since.
// It reports whether there is no row. Where something was made of it the bytes are left to another run, which is told where that lies.
func (m *Media) removed(ctx context.Context, site kernel.SiteID, j EmptyBin) (gone bool, err error) {
	id := j.Media
	err = m.DB.InTx(ctx, func(ctx context.Context) error {
		gone = false
		i, err := m.Shelved(ctx, site, id)
		if fault.Is(err, fault.NotFound) {
			gone = true // an earlier run of the job
			return nil
		}
		if err != nil || i.BinnedAt.IsZero() || i.BinnedAt.Add(BinnedFor).After(m.Now()) {
			return err
		}
		texts, err := m.naming(ctx, site, id)
		if err != nil {
			return err
		}
		if len(texts) > 0 {
			return m.revive(ctx, site, id)
		}
		if was, err := m.frozen(ctx, site, id); err != nil || len(was) > 0 {
			return err // evidence
		}
		if err := m.removeRow(ctx, site, id); err != nil {
			return err
		}
		if err := m.record(ctx, site, "media.remove", id, i.Called(), ""); err != nil {
			return err
		}
		if j.Made = i.madeKeys(); len(j.Made) == 0 {
			gone = true
			return nil
		}
		return m.Queue.Add(ctx, site, j, jobs.Options{})
	})
	return gone, err
}

// erase removes those of the bytes that no row of the site names any more: another item may be the same file, or what was made of this film
// and uploaded again. The record comes first: it takes the head of the site's chain, which whoever
// uploads the same bytes at this moment takes too. So either that row is seen here, or the uploader finds the bytes gone and puts them again
// (see Take).
func (m *Media) erase(ctx context.Context, site kernel.SiteID, j EmptyBin) error {
	i := &Item{Site: site, SHA256: j.SHA256}
	if _, err := m.Store.Stat(ctx, i.key(0)); fault.Is(err, fault.NotFound) {
		return nil // an earlier run of the job
	} else if err != nil {
		return err
	}
	err := m.DB.InTx(ctx, func(ctx context.Context) error {
		if err := m.record(ctx, site, "media.erase", j.Media, j.SHA256, ""); err != nil {
			return err
		}
		named, err := m.keys(ctx, site)
		if err != nil {
			return err
		}
		free := slices.DeleteFunc(j.keys(site), func(key string) bool { return slices.Contains(named, key) })
		if len(free) == 0 {
			return errNamed
		}
		for _, key := range free {
			if err := m.Store.Delete(ctx, key); err != nil {
				return err
			}
		}
		return nil
	})
	if errors.Is(err, errNamed) {
		return nil
	}
	return err
}

// errNamed takes the record of an erasure back: other rows name all of the bytes.
var errNamed = errors.New("the bytes are other items' too")
