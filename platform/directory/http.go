package directory

import (
	"context"
	"fmt"
	"net/url"
	"strings"

	"github.com/zhanqun/zhanqun/kernel"
	"github.com/zhanqun/zhanqun/kernel/fault"
	"github.com/zhanqun/zhanqun/platform/pages"
	"github.com/zhanqun/zhanqun/platform/render"
	"github.com/zhanqun/zhanqun/platform/web"
)

const (
	title     = "网站导航"
	findPath  = render.SitesPath + "/find"
	typedMost = 300 // bytes of a name in an address
	nameMost  = 60  // characters of one that is looked for
)

// errNone is the answer of a site that has no map.
var errNone = fault.New(fault.NotFound, "网站导航在门户网站上。")

// page answers render.SitesPath.
func (d *Directory) page(ctx context.Context, r *web.Request) (*pages.Page, error) {
	if !r.Site.Tops() {
		return nil, errNone
	}
	region, named := kernel.ParseID[kernel.OrgID](r.Query["r"])
	number, numbered := kernel.ParseID[int64](r.Query["p"])
	wrong := r.Query["r"] != "" && !named || r.Query["p"] != "" && (!numbered || !named)
	switch {
	case wrong || numbered && (number < 1 || number > 1<<20):
		return nil, fault.New(fault.NotFound, "网站导航没有这一页。")
	case !named:
		p, err := d.whole(ctx, r.Site)
		return d.show(ctx, r.Site, p, render.SitesPath, err)
	case !numbered:
		number = 1
	case number == 1: // the first page has one address
		return web.MovedPermanently(address(region, 1)), nil
	}
	p, err := d.region(ctx, r.Site, region, int(number))
	return d.show(ctx, r.Site, p, address(region, int(number)), err)
}

// find answers findPath.
func (d *Directory) find(ctx context.Context, r *web.Request) (*pages.Page, error) {
	if !r.Site.Tops() {
		return nil, errNone
	}
	text := r.Query["q"]
	if tidy := strings.Join(strings.Fields(text), " "); tidy == "" || tidy != text || len([]rune(text)) > nameMost {
		if tidy == "" {
			return web.MovedPermanently(render.SitesPath), nil
		}
		return web.MovedPermanently(findPath + "?q=" + escaped(string([]rune(tidy)[:min(len([]rune(tidy)), nameMost)]))), nil
	}
	p, err := d.found(ctx, r.Site, text)
	return d.show(ctx, r.Site, p, findPath+"?q="+escaped(text), err)
}

// escaped spells a value as the edge does.
func escaped(text string) string { return strings.ReplaceAll(url.QueryEscape(text), "+", "%20") }

// show makes a page of the map.
func (d *Directory) show(ctx context.Context, s *render.Site, p Page, rest string, err error) (*pages.Page, error) {
	if err != nil {
		return nil, err
	}
	nav, err := d.Nav.Nav(ctx, s)
	if err != nil {
		return nil, err
	}
	p.Find = s.Path(findPath)
	shell := render.Shell{Site: s, Nav: nav, Now: d.Now(), Crumbs: []render.Link{{Text: title, Href: s.Path(render.SitesPath)}},
		Head: render.Head{Title: []string{title}, Description: s.Name + "和下级政府、部门的网站", Rest: rest, NoIndex: p.Text != ""}}
	if p.Title != title {
		shell.Head.Title = []string{p.Title, title}
		shell.Crumbs = append(shell.Crumbs, render.Link{Text: p.Title, Href: s.Path(rest)})
	}
	if p.Pager.Number > 1 {
		shell.Head.Title[0] = fmt.Sprintf("%s（第%d页）", p.Title, p.Pager.Number)
	}
	body, err := view.HTML(d.Render, shell, p)
	if err != nil {
		return nil, fmt.Errorf("render the map of the sites below site %d: %w", s.ID, err)
	}
	return web.HTML(body), nil
}
