package portal

import (
	"context"
	"fmt"

	"github.com/zhanqun/zhanqun/kernel"
	"github.com/zhanqun/zhanqun/platform/pages"
	"github.com/zhanqun/zhanqun/platform/render"
	"github.com/zhanqun/zhanqun/platform/web"
)

// page answers "/".
func (h *Portal) page(ctx context.Context, r *web.Request) (*pages.Page, error) {
	body, err := h.html(ctx, r.Site)
	if err != nil {
		return nil, fmt.Errorf("render home page of site %d: %w", r.Site.ID, err)
	}
	return web.HTML(body), nil
}

// html is the page in the site's variant: the elder version has a home page of its own.
func (h *Portal) html(ctx context.Context, s *render.Site) ([]byte, error) {
	if s.Variant == kernel.Elder {
		shell, page, err := h.elder(ctx, s)
		if err != nil {
			return nil, err
		}
		return elderView.HTML(h.render, shell, page)
	}
	shell, page, err := h.home(ctx, s)
	if err != nil {
		return nil, err
	}
	return homeView.HTML(h.render, shell, page)
}
