package access

import (
	"context"
	"fmt"

	"github.com/zhanqun/zhanqun/kernel/fault"
	"github.com/zhanqun/zhanqun/platform/pages"
	"github.com/zhanqun/zhanqun/platform/render"
	"github.com/zhanqun/zhanqun/platform/web"
)

// Leaving is what the notice shows before somebody goes to another site.
type Leaving struct{ To, Back string }

const leavingTitle = "离开本站"

// leaving answers render.LeavingPath: the notice about a link of a page of this site. What no page of ours has signed is the address of nothing.
func (a *Access) leaving(ctx context.Context, r *web.Request) (*pages.Page, error) {
	s, from, to := r.Site, r.Query["from"], r.Query["to"]
	if !a.render.Leaves(s, from, to, r.Query["sig"]) {
		return nil, fault.New(fault.NotFound, "没有这个地址。")
	}
	shell, err := a.shell(ctx, s, leavingTitle, "", "")
	if err != nil {
		return nil, err
	}
	shell.Crumbs, shell.Head = nil, render.Head{Title: []string{leavingTitle}, NoIndex: true}
	back := s.Path("/")
	if from != "" {
		back = s.Path(from)
	}
	body, err := leavingView.HTML(a.render, shell, Leaving{To: to, Back: back})
	if err != nil {
		return nil, fmt.Errorf("render the notice of site %d: %w", s.ID, err)
	}
	return web.HTML(body), nil
}
