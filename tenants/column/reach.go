package column

import (
	"context"
	"slices"

	"github.com/zhanqun/zhanqun/kernel"
	"github.com/zhanqun/zhanqun/kernel/fault"
	"github.com/zhanqun/zhanqun/platform/web"
	"github.com/zhanqun/zhanqun/policies"
)

// reach is where on a site somebody may do something: everywhere, or in some columns (domain.md 4, in_scope).
type reach struct {
	everywhere bool
	within     []int64
}

func (r reach) has(column int64) bool { return r.everywhere || slices.Contains(r.within, column) }

// reach asks for any of the actions. The tree is read only for those who have an appointment to one column.
func (k *Keeper) reach(ctx context.Context, site kernel.SiteID, acts ...policies.Action) (r reach) {
	if r.everywhere = k.Console.Offers(ctx, site, acts...); r.everywhere || !k.Console.OffersSome(ctx, site, acts...) {
		return r
	}
	_, r.within, _ = k.Reach(ctx, site, acts...) // an error reaches nothing
	return r
}

// reaches reports whether the actor may do one of the actions to a column of a site, or to some column or other.
func (k *Keeper) reaches(ctx context.Context, site kernel.SiteID, column int64, acts ...policies.Action) bool {
	if column == web.AnyColumn {
		return k.Console.OffersSome(ctx, site, acts...)
	}
	return k.reach(ctx, site, acts...).has(column)
}

// lands refuses to put something into a column that the appointments of the actor do not reach: the route has asked about the column that is
// changed, and not about the one that it comes to stand in.
func (k *Keeper) lands(ctx context.Context, site kernel.SiteID, column int64, field string, act policies.Action) error {
	if !k.reaches(ctx, site, column, act) {
		return fault.In(field, "您的任职只限指定的栏目，不能放到这个栏目，请另选一个。")
	}
	return nil
}

// around reports which columns a person sees in the tree: those that the appointments reach, and what leads to them.
func (t *Tree) around(r reach) func(id int64) bool {
	if r.everywhere {
		return func(int64) bool { return true }
	}
	shown := map[int64]bool{}
	for _, id := range r.within {
		for _, up := range t.Trail(id) {
			shown[up.ID] = true
		}
	}
	return func(id int64) bool { return shown[id] }
}
