// Package access says how a site treats whoever reads it: what is done so that everybody can, what is kept of people, and that a link leads
// elsewhere.
//
// 国办公开办函〔2021〕28号 and 国办发〔2017〕47号 ask government sites to be barrier-free and to say how: the page names the elder version, the
// traditional characters, the panel and its keys, and whom to tell when something cannot be read, from what the site says of itself. 国办发〔2017〕47号 asks for a notice before a link leads to what is
// no government site (R3), and 个人信息保护法 第七条、第十七条 for a plain word on what is kept of people and how long.
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

// shell is what stands around a page of this room.
func (a *Access) shell(ctx context.Context, s *render.Site, title, path, says string) (render.Shell, error) {
	nav, err := a.columns.Nav(ctx, s)
	return render.Shell{Site: s, Nav: nav, Now: a.now(), Crumbs: []render.Link{{Text: title, Href: s.Path(path)}},
		Head: render.Head{Title: []string{title}, Description: s.Name + says, Rest: path}}, err
}

// page answers render.StatementPath.
func (a *Access) page(ctx context.Context, r *web.Request) (*pages.Page, error) {
	s := r.Site
	shell, err := a.shell(ctx, s, title, render.StatementPath, "为方便每个人阅读所做的安排")
	if err != nil {
		return nil, err
	}
	body, err := view.HTML(a.render, shell, Statement{Elder: s.In(kernel.Elder).Path("/"), Hant: s.In(kernel.Hant).Path("/"), Plain: s.Plain("/"),
		Phone: render.Call(s), Sponsor: s.Sponsor, Address: s.Address})
	if err != nil {
		return nil, fmt.Errorf("render the statement of site %d: %w", s.ID, err)
	}
	return web.HTML(body), nil
}
