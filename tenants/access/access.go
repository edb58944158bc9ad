// Package access says what a site does so that everybody can read it.
//
// 国办公开办函〔2021〕28号 and 国办发〔2017〕47号 ask government sites to be barrier-free and to say how: the page names the elder version, the
// traditional characters, the panel and its keys, and whom to tell when something cannot be read, from what the site says of itself.
// The forms of the pages are platform/render's; this room has the page alone. It keeps no data.
package access

import (
	"context"
	"fmt"

	"github.com/zhanqun/zhanqun/kernel"
	"github.com/zhanqun/zhanqun/platform/pages"
	"github.com/zhanqun/zhanqun/platform/render"
	"github.com/zhanqun/zhanqun/platform/web"
)

// Columns knows the navigation of a site; tenants/column is one.
type Columns interface {
	Nav(ctx context.Context, s *render.Site) ([]render.Link, error)
}

// Access is the room. It is safe for concurrent use.
type Access struct {
	columns Columns
	now     kernel.Clock
	render  *render.Renderer
}

// New makes the room.
func New(columns Columns, now kernel.Clock, r *render.Renderer) *Access {
	return &Access{columns: columns, now: now, render: r}
}

// Statement is what the page shows: where the page's other forms are, and whom to call.
type Statement struct {
	Elder, Hant, Plain string // addresses of the home page in each form
	Phone              render.Link
	Sponsor, Address   string
}

const title = "无障碍说明"

// page answers render.StatementPath.
func (a *Access) page(ctx context.Context, r *web.Request) (*pages.Page, error) {
	s := r.Site
	nav, err := a.columns.Nav(ctx, s)
	if err != nil {
		return nil, err
	}
	shell := render.Shell{Site: s, Nav: nav, Now: a.now(),
		Crumbs: []render.Link{{Text: title, Href: s.Path(render.StatementPath)}},
		Head:   render.Head{Title: []string{title}, Description: s.Name + "为方便每个人阅读所做的安排", Rest: render.StatementPath}}
	body, err := view.HTML(a.render, shell, Statement{Elder: s.In(kernel.Elder).Path("/"), Hant: s.In(kernel.Hant).Path("/"), Plain: s.Plain("/"),
		Phone: render.Call(s), Sponsor: s.Sponsor, Address: s.Address})
	if err != nil {
		return nil, fmt.Errorf("render the statement of site %d: %w", s.ID, err)
	}
	return web.HTML(body), nil
}
