package portal

import (
	"context"
	"fmt"

	"github.com/zhanqun/zhanqun/platform/pages"
	"github.com/zhanqun/zhanqun/platform/web"
)

// page answers "/".
func (h *Portal) page(ctx context.Context, r *web.Request) (*pages.Page, error) {
	shell, page, err := h.home(ctx, r.Site)
	if err != nil {
		return nil, err
	}
	body, err := homeView.HTML(h.render, shell, page)
	if err != nil {
		return nil, fmt.Errorf("render home page of site %d: %w", r.Site.ID, err)
	}
	return web.HTML(body), nil
}
