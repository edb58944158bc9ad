package media

import (
	"context"
	"slices"

	"github.com/zhanqun/zhanqun/kernel"
	"github.com/zhanqun/zhanqun/kernel/fault"
)

// Choice are the items of a site that the actor may put into a text, the latest first: nothing from the bin, no film that does not play; for
// somebody with an appointment to one column, their own and what citizens have.
func (m *Media) Choice(ctx context.Context, site kernel.SiteID, f Filter, p kernel.Page) ([]*Shelved, error) {
	f.Usable = true
	if f.Shelf == Binned || f.Shelf == Unused {
		f.Shelf = ""
	}
	if m.Console != nil && !m.Console.Offers(ctx, site, slices.Concat(writes, reads)...) {
		f.Of = kernel.ActorFrom(ctx).Account
	}
	return m.shelf(ctx, site, f, p, nil)
}

// ForText is one of the items that the actor may put into a text.
func (m *Media) ForText(ctx context.Context, site kernel.SiteID, id ID) (*Shelved, error) {
	var all []*Shelved
	var err error
	if id > 0 {
		all, err = m.Choice(ctx, site, Filter{Only: id}, kernel.Page{Number: 1, Size: 1})
	}
	if err == nil && len(all) == 0 {
		return nil, fault.In("item", "媒体库里没有这个编号的文件，或者它在回收站里、播放不了。请打开媒体库，复制文件下面的编号。")
	}
	if err != nil {
		return nil, err
	}
	return all[0], nil
}
