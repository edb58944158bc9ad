package feed

import (
	"context"

	"github.com/zhanqun/zhanqun/platform/module"
	"github.com/zhanqun/zhanqun/platform/pages"
	"github.com/zhanqun/zhanqun/platform/render"
	"github.com/zhanqun/zhanqun/platform/web"
)

const room = "tenants/feed"

// Routes adds what programs read. It stands before the columns' pages, whose pattern would take a column's feeds too.
func (f *Feeds) Routes(r *web.Router) {
	for path, do := range map[string]web.PageFunc{
		indexPath: f.index, partPrefix + ":part.xml": f.part, robotsPath: f.robots, securityPath: f.security, iconPath: f.icon,
		render.ManifestPath: f.manifest, render.DataPath: f.people,
		render.AtomPath: f.site(atomType, atom), render.RSSPath: f.site(rssType, rss), render.JSONFeedPath: f.site(jsonFeedType, jsonForm),
		"/c/*" + render.AtomPath: f.column(atomType, render.AtomPath, atom), "/c/*" + render.JSONFeedPath: f.column(jsonFeedType, render.JSONFeedPath, jsonForm),
	} {
		r.Page(web.PageRoute{Room: room, Path: path, Do: do})
	}
	f.data(r)
}

// Module plugs the room in.
func (f *Feeds) Module() module.Module {
	return module.Module{Room: room, Views: Views(), Pages: Pages(), Routes: f.Routes}
}

type form func(s *render.Site, c *channel) ([]byte, error)

// site answers the feed of a site in a form.
func (f *Feeds) site(contentType string, write form) web.PageFunc {
	return func(ctx context.Context, r *web.Request) (*pages.Page, error) {
		c, err := f.siteChannel(ctx, r.Site)
		if err != nil {
			return nil, err
		}
		body, err := write(r.Site, c)
		return answer(contentType, body), err
	}
}

// column answers the feed of a column in a form; the feed of one that moved has moved with it.
func (f *Feeds) column(contentType, name string, write form) web.PageFunc {
	return func(ctx context.Context, r *web.Request) (*pages.Page, error) {
		k, moved, err := f.Columns.At(ctx, r.Site, r.Params["*"])
		switch {
		case err != nil:
			return nil, err
		case moved == "/":
			return web.MovedPermanently(name), nil
		case moved != "":
			return web.MovedPermanently(moved + name), nil
		case k == nil:
			return nil, nothing()
		}
		c, err := f.columnChannel(ctx, r.Site, k)
		if err != nil {
			return nil, err
		}
		body, err := write(r.Site, c)
		return answer(contentType, body), err
	}
}
