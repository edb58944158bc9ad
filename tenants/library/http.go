package library

import (
	"context"
	"fmt"

	"github.com/zhanqun/zhanqun/platform/pages"
	"github.com/zhanqun/zhanqun/platform/render"
	"github.com/zhanqun/zhanqun/platform/web"
)

const title = "政策文件库"

// page answers render.LibraryPath.
func (l *Library) page(ctx context.Context, r *web.Request) (*pages.Page, error) {
	s := r.Site
	shelves, err := l.Columns.Shelves(ctx, s.ID, documents)
	if err != nil {
		return nil, err
	}
	a := asked(r.Query, shelves)
	if !a.same(r.Query) {
		return web.MovedPermanently(a.address()), nil
	}
	nav, err := l.Columns.Nav(ctx, s)
	if err != nil {
		return nil, err
	}
	p, err := l.look(ctx, s, shelves, a)
	if err != nil {
		return nil, err
	}
	shell := render.Shell{Site: s, Nav: nav, Now: l.Now(), Crumbs: []render.Link{{Text: title, Href: s.Path(render.LibraryPath)}},
		Head: render.Head{Title: []string{title}, Description: s.Name + "的政策文件库：按发文机关、主题、体裁、年份和有效性查找", Rest: a.address(), NoIndex: len(r.Query) > 0}}
	if a.number > 1 {
		shell.Head.Title[0] = fmt.Sprintf("%s（第%d页）", title, a.number)
	}
	body, err := view.HTML(l.Render, shell, p)
	if err != nil {
		return nil, fmt.Errorf("render the library of site %d: %w", s.ID, err)
	}
	answer := web.HTML(body)
	if p.Wrong != "" {
		answer.Status = 422
	}
	return answer, nil
}
