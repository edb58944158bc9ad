package article

import (
	"context"
	"fmt"
	"strconv"

	"github.com/zhanqun/zhanqun/kernel"
	"github.com/zhanqun/zhanqun/kernel/fault"
	"github.com/zhanqun/zhanqun/platform/pages"
	"github.com/zhanqun/zhanqun/platform/render"
	"github.com/zhanqun/zhanqun/platform/web"
	"github.com/zhanqun/zhanqun/tenants/column"
)

// page answers /a/:id.
func (a *Articles) page(ctx context.Context, r *web.Request) (*pages.Page, error) {
	id, ok := kernel.ParseID[ID](r.Params["id"])
	if !ok {
		return nil, fault.New(fault.NotFound, "没有这个页面。")
	}
	shell, page, err := a.show(ctx, r.Site, id)
	if fault.Is(err, fault.Gone) {
		return a.elsewhere(ctx, r.Site, id, err)
	}
	if err != nil {
		return nil, err
	}
	if shell.Head.Rest != "/a/"+strconv.FormatInt(id, 10) { // it is the page of its column, as long as it is the only one there
		return &pages.Page{Status: 302, Location: shell.Head.Rest}, nil
	}
	body, err := showView.HTML(a.Render, shell, page)
	if err != nil {
		return nil, fmt.Errorf("render article %d of site %d: %w", id, r.Site.ID, err)
	}
	return web.HTML(body), nil
}

// elsewhere leads on from the address of what was withdrawn, where its publisher said so; else it says that it was.
func (a *Articles) elsewhere(ctx context.Context, s *render.Site, id ID, gone error) (*pages.Page, error) {
	to, err := a.Published.Forward(ctx, object(s.ID, id))
	switch {
	case err != nil:
		return nil, err
	case to.ID == 0:
		return nil, gone
	case to.Site == s.ID:
		return web.MovedPermanently("/a/" + strconv.FormatInt(to.ID, 10)), nil
	}
	if there := a.neighbour(to.Site); there != nil {
		return &pages.Page{Status: 301, Location: there.In(s.Variant).FullPath("/a/" + strconv.FormatInt(to.ID, 10))}, nil
	}
	return nil, gone
}

// column answers /c/<path>: a list, or the way to where it went.
func (a *Articles) column(ctx context.Context, r *web.Request) (*pages.Page, error) {
	number, canonical := 1, true
	if p, given := r.Query["p"]; given {
		n, ok := kernel.ParseID[int64](p)
		if !ok || n > 1<<20 {
			return nil, fault.New(fault.NotFound, "没有这个页面。")
		}
		number, canonical = int(n), n != 1 // the first page has one address
	}
	tree, err := a.Columns.Tree(ctx, r.Site.ID)
	if err != nil {
		return nil, err
	}
	k, moved := tree.At(r.Params["*"])
	switch {
	case moved != "":
		return web.MovedPermanently(moved), nil
	case k == nil:
		return nil, fault.New(fault.NotFound, "没有这个栏目，或者它还没有内容。")
	case !canonical:
		return web.MovedPermanently("/c/" + k.Path), nil
	}
	if k.Form.View == column.ViewLink {
		return a.leads(r.Site, tree, k)
	}
	body, err := a.drawn(ctx, r.Site, tree, k, number)
	if fault.KindOf(err) != "" {
		return nil, err
	}
	if err != nil {
		return nil, fmt.Errorf("render column %s of site %d: %w", strconv.FormatInt(k.ID, 10), r.Site.ID, err)
	}
	return web.HTML(body), nil
}
