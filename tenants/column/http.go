package column

import (
	"context"
	"fmt"

	"github.com/zhanqun/zhanqun/platform/pages"
	"github.com/zhanqun/zhanqun/platform/render"
	"github.com/zhanqun/zhanqun/platform/web"
)

// sitemap answers the site map (网站地图): every column that citizens see.
func (c *Columns) sitemap(ctx context.Context, r *web.Request) (*pages.Page, error) {
	t, err := c.Tree(ctx, r.Site.ID)
	if err != nil {
		return nil, err
	}
	s := r.Site
	shell := render.Shell{Site: s, Nav: t.Nav(s), Now: c.now(),
		Crumbs: []render.Link{{Text: "网站地图", Href: s.Path(render.SitemapPath)}},
		Head:   render.Head{Title: []string{"网站地图"}, Description: s.Name + "的全部栏目", Rest: render.SitemapPath}}
	body, err := sitemapView.HTML(c.render, shell, SitemapPage{Columns: t.Sitemap(s), Programs: s.Path(render.DataPath), Doors: doors(s)})
	if err != nil {
		return nil, fmt.Errorf("render site map of site %d: %w", s.ID, err)
	}
	return web.HTML(body), nil
}

// doors are the pages that a site has beside its columns.
func doors(s *render.Site) []render.Link {
	all := []render.Link{{Text: "政府信息公开", Href: s.Path(render.DisclosurePath)}, {Text: "政策文件库", Href: s.Path(render.LibraryPath)}}
	if s.Tops() {
		all = append(all, render.Link{Text: "网站导航", Href: s.Path(render.SitesPath)})
	}
	return all
}
