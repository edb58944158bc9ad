package article

import (
	"context"
	"fmt"
	"time"

	"github.com/zhanqun/zhanqun/kernel"
	"github.com/zhanqun/zhanqun/kernel/fault"
	"github.com/zhanqun/zhanqun/platform/jobs"
)

// BinnedFor is how long the bin keeps a draft before the queue removes it.
const BinnedFor = 30 * 24 * time.Hour

// Bin puts a draft, as the caller saw it at version, into the bin. What citizens have read once is withdrawn, not thrown away.
func (a *Articles) Bin(ctx context.Context, site kernel.SiteID, id ID, version int64) error {
	return a.alter(ctx, site, id, "article.bin", func(ctx context.Context, d *Draft) error {
		switch {
		case d.State != Drafted:
			return fault.New(fault.Conflict, "只有草稿可以删除：审核中的请先退回，公开的请撤回。")
		case d.Version != version:
			return fault.New(fault.Conflict, "这篇稿件刚被别人改过，请刷新后再试。")
		}
		if _, err := a.Published.Live(ctx, object(site, id)); !fault.Is(err, fault.NotFound) {
			if err != nil && !fault.Is(err, fault.Gone) {
				return err
			}
			return fault.New(fault.Conflict, "这篇稿件公开过，不能删除，只能撤回。")
		}
		d.BinnedAt = a.Now()
		due := d.BinnedAt.Add(BinnedFor)
		return a.Queue.Add(ctx, site, EmptyBin{Article: id}, jobs.Options{Key: fmt.Sprintf("%d.%d", id, due.Unix()), RunAt: due})
	})
}

// Unbin takes a draft out of the bin again, as it was.
func (a *Articles) Unbin(ctx context.Context, site kernel.SiteID, id ID) error {
	return a.alter(ctx, site, id, unbin, func(_ context.Context, d *Draft) error {
		if d.BinnedAt.IsZero() {
			return fault.New(fault.Conflict, "这篇稿件不在回收站里。")
		}
		d.BinnedAt = time.Time{}
		return nil
	})
}

// unbin is the one act that may be done with what is in the bin.
const unbin = "article.unbin"

// EmptyBin removes a draft that has been in the bin long enough.
type EmptyBin struct{ Article ID }

// Kind names the job.
func (EmptyBin) Kind() string { return "article.bin.empty" }

// emptyBin looks again: the draft may have been taken out, and thrown away once more, since the job was added.
func (a *Articles) emptyBin(ctx context.Context, site kernel.SiteID, id ID) error {
	return a.DB.InTx(ctx, func(ctx context.Context) error {
		d, _, err := a.load(ctx, site, id)
		if fault.Is(err, fault.NotFound) {
			return nil // an earlier run of the job
		}
		if err != nil || d.BinnedAt.IsZero() || d.BinnedAt.Add(BinnedFor).After(a.Now()) {
			return err
		}
		if err := a.remove(ctx, site, id); err != nil {
			return err
		}
		return a.record(ctx, site, "article.removed", id, d.Payload.Title, "")
	})
}

// View is a list's filters under a name; it is its writer's own.
type View struct {
	ID    int64
	Name  string
	Query string // of the list's address
}

const (
	longestView = 60
	viewsMost   = 20
)

// SaveView keeps the actor's view, in place of one of the same name.
func (a *Articles) SaveView(ctx context.Context, site kernel.SiteID, v View) error {
	who := kernel.ActorFrom(ctx).Account
	name := []line{{"name", "名称", &v.Name, longestView}, {"query", "筛选条件", &v.Query, 2 * longestField}}
	if err := checkLines(name); err != nil {
		return err
	}
	if v.Name == "" {
		return fault.In("name", "请给这组筛选条件起个名字。")
	}
	return a.unique(func(id int64) error {
		v.ID = id
		return a.DB.InTx(ctx, func(ctx context.Context) error {
			have, err := a.views(ctx, site, who)
			if err != nil {
				return err
			}
			if len(have) >= viewsMost {
				return fault.New(fault.Conflict, "最多保存 %d 组筛选条件，请先删掉不用的。", viewsMost)
			}
			if err := a.putView(ctx, site, who, v); err != nil {
				return err
			}
			return a.record(ctx, site, "view.save", 0, "", v.Name)
		})
	})
}

// DropView takes a view of the actor away.
func (a *Articles) DropView(ctx context.Context, site kernel.SiteID, id int64) error {
	return a.DB.InTx(ctx, func(ctx context.Context) error {
		name, err := a.deleteView(ctx, site, kernel.ActorFrom(ctx).Account, id)
		if err != nil {
			return err
		}
		return a.record(ctx, site, "view.drop", 0, name, "")
	})
}

// Views are the actor's, by name.
func (a *Articles) Views(ctx context.Context, site kernel.SiteID) ([]View, error) {
	return a.views(ctx, site, kernel.ActorFrom(ctx).Account)
}
