package portal

import (
	"context"

	"github.com/zhanqun/zhanqun/platform/render"
)

// ElderPage is the home page of the elder version: what people most often come for, and nothing beside it.
type ElderPage struct {
	Search   string      // address of the search page
	Phone    render.Link // whom to call; nobody when its Note is empty
	Notices  Block       // the newest announcements
	Services []render.Link
}

const (
	noticeColumn  = 2 // 通知公告
	eldersNotices = 5
	eldersDoors   = 6
)

// elder makes the home page of the elder version from the site's own columns: services first, then other doors.
func (h *Portal) elder(ctx context.Context, s *render.Site) (render.Shell, ElderPage, error) {
	shell := render.Shell{Site: s, Now: h.now(), Head: render.Head{Rest: "/", Title: []string{"长者版"}}}
	page := ElderPage{Search: s.Path(render.SearchPath), Phone: render.Call(s)}
	var err error
	if shell.Nav, err = h.Columns.Nav(ctx, s); err != nil {
		return shell, page, err
	}
	if page.Notices, err = h.list(ctx, s, Args{Columns: []int64{noticeColumn}, Count: eldersNotices}); err != nil {
		return shell, page, err
	}
	t, err := h.Layout.TemplateOf(ctx, s.ID)
	if err != nil {
		return shell, page, err
	}
	for _, kind := range []string{"tiles", "doors"} {
		for _, a := range t.Home { // a dozen blocks, of which one or two are of the kind
			if a.Kind != kind {
				continue
			}
			b, err := h.doors(ctx, s, a)
			if err != nil {
				return shell, page, err
			}
			page.Services = append(page.Services, b.Links...)
		}
	}
	page.Services = page.Services[:min(len(page.Services), eldersDoors)]
	return shell, page, nil
}
