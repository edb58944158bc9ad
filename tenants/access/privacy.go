package access

import (
	"context"
	"fmt"

	"github.com/zhanqun/zhanqun/platform/pages"
	"github.com/zhanqun/zhanqun/platform/render"
	"github.com/zhanqun/zhanqun/platform/web"
	"github.com/zhanqun/zhanqun/tenants/correction"
)

// Privacy is what the page about people's data shows.
type Privacy struct {
	Phone            render.Link
	Sponsor, Address string
	Report           string // where a page is reported
	ContactDays      int
}

const privacyTitle = "隐私与安全"

// privacy answers render.PrivacyPath. What it says are facts of this program; a test holds them to it.
func (a *Access) privacy(ctx context.Context, r *web.Request) (*pages.Page, error) {
	s := r.Site
	shell, err := a.shell(ctx, s, privacyTitle, render.PrivacyPath, "怎样对待访问者的信息")
	if err != nil {
		return nil, err
	}
	body, err := privacyView.HTML(a.render, shell, Privacy{Phone: render.Call(s), Sponsor: s.Sponsor, Address: s.Address, Report: s.Path(render.ReportPath), ContactDays: correction.KeepContact})
	if err != nil {
		return nil, fmt.Errorf("render the privacy page of site %d: %w", s.ID, err)
	}
	return web.HTML(body), nil
}
