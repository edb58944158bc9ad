package app

import (
	"context"
	"strings"

	"github.com/zhanqun/zhanqun/kernel"
	"github.com/zhanqun/zhanqun/platform/console"
	"github.com/zhanqun/zhanqun/tenants/column"
)

// bounds tells the console's screens of people what a post of a site may be limited to.
type bounds struct{ columns *column.Columns }

func (b bounds) ColumnsOf(ctx context.Context, id kernel.SiteID) (all []console.Bound, err error) {
	tree, err := b.columns.Tree(ctx, id)
	if err != nil {
		return nil, err
	}
	for _, k := range tree.All() {
		var names []string
		for _, up := range tree.Trail(k.ID) {
			names = append(names, up.Name)
		}
		all = append(all, console.Bound{ID: k.ID, Name: strings.Join(names, " › "), Open: k.State == column.Active})
	}
	return all, nil
}
