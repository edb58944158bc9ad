package column

import (
	"context"

	"github.com/zhanqun/zhanqun/kernel"
	"github.com/zhanqun/zhanqun/kernel/fault"
)

// Effect tells which addresses change when the column hangs below parent under slug; it refuses what Move and Readdress refuse.
func (c *Columns) Effect(ctx context.Context, id kernel.SiteID, column, parent int64, slug string) ([]Address, error) {
	tree, _, err := c.bare(ctx, id)
	if err != nil {
		return nil, err
	}
	w := &work{Columns: c, site: id, tree: tree}
	k, _, err := w.active(column)
	if err != nil {
		return nil, err
	}
	if parent != k.Parent {
		return w.moved(k, parent)
	}
	if slug == k.Slug {
		return nil, nil
	}
	if err := checkSlug(slug); err != nil {
		return nil, err
	}
	return w.plan(k, parent, slug)
}

// Seen runs do in one transaction on a column that somebody saw at version, and answers the version it has then. When the column was
// changed since, nothing is done: the person looks again.
func (c *Columns) Seen(ctx context.Context, id kernel.SiteID, column, version int64, do func(context.Context) error) (after int64, err error) {
	at := func(ctx context.Context) (*Column, error) {
		tree, _, err := c.bare(ctx, id)
		if err != nil {
			return nil, err
		}
		if k := tree.Get(column); k != nil {
			return k, nil
		}
		return nil, fault.New(fault.NotFound, "没有这个栏目。")
	}
	err = c.db.InTx(ctx, func(ctx context.Context) error {
		if err := c.take(ctx, id); err != nil {
			return err
		}
		k, err := at(ctx)
		if err != nil {
			return err
		}
		if k.Version != version {
			return fault.New(fault.Conflict, "栏目“%s”刚被别人改过，这一次没有动它。请看现在的样子，再决定要不要改。", k.Name)
		}
		if err := do(ctx); err != nil {
			return err
		}
		if k, err = at(ctx); err != nil {
			return err
		}
		after = k.Version
		return nil
	})
	return after, err
}
