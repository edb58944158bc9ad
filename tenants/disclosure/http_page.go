package disclosure

import (
	"context"
	"fmt"

	"github.com/zhanqun/zhanqun/platform/pages"
	"github.com/zhanqun/zhanqun/platform/render"
	"github.com/zhanqun/zhanqun/platform/web"
)

const title = "政府信息公开"

// page answers render.DisclosurePath.
func (d *Disclosure) page(ctx context.Context, r *web.Request) (*pages.Page, error) {
	s := r.Site
	nav, err := d.Columns.Nav(ctx, s)
	if err != nil {
		return nil, err
	}
	p, err := d.look(ctx, s)
	if err != nil {
		return nil, err
	}
	shell := render.Shell{Site: s, Nav: nav, Now: d.Now(), Crumbs: []render.Link{{Text: title, Href: s.Path(render.DisclosurePath)}},
		Head: render.Head{Title: []string{title}, Description: s.Name + "的政府信息公开指南、制度、法定主动公开内容、年报和依申请公开", Rest: render.DisclosurePath}}
	body, err := view.HTML(d.Render, shell, p)
	if err != nil {
		return nil, fmt.Errorf("render the disclosure of site %d: %w", s.ID, err)
	}
	return web.HTML(body), nil
}
