package feed

import (
	"context"
	"embed"
	"fmt"
	"io/fs"
	"strings"

	"github.com/zhanqun/zhanqun/kernel"
	"github.com/zhanqun/zhanqun/platform/pages"
	"github.com/zhanqun/zhanqun/platform/render"
	"github.com/zhanqun/zhanqun/platform/web"
)

//go:embed views/*.html
var views embed.FS

var dataView = render.Define[DataPage]("feed", "data")

// Views returns the room's templates.
func Views() fs.FS { return kernel.Folder(views, "views") }

// Pages returns the public views, for the renderer that the room is made with.
func Pages() []render.View { return []render.View{dataView} }

// DataPage tells people what programs can read: the feeds, and the doors with their parameters as Children.
type DataPage struct {
	Feeds, Doors []render.Link
	Below        string // what a column's address is followed by
}

// people answers /data. A door that needs a number is not linked: the list names its address for each text.
func (f *Feeds) people(ctx context.Context, r *web.Request) (*pages.Page, error) {
	s := r.Site
	nav, err := f.Nav.Nav(ctx, s)
	if err != nil {
		return nil, err
	}
	page := DataPage{Below: render.AtomPath + " 或 " + render.JSONFeedPath, Feeds: []render.Link{
		{Text: "Atom", Href: s.Plain(render.AtomPath)}, {Text: "RSS", Href: s.Plain(render.RSSPath)}, {Text: "JSON Feed", Href: s.Plain(render.JSONFeedPath)}}}
	for _, d := range doors() {
		if strings.Contains(d.path, ":") {
			continue
		}
		l := render.Link{Text: d.say, Href: s.Plain(dataRoot + d.path)}
		for _, p := range d.query {
			l.Children = append(l.Children, render.Link{Text: p.name, Note: p.say})
		}
		page.Doors = append(page.Doors, l)
	}
	const title = "订阅和数据接口"
	shell := render.Shell{Site: s, Nav: nav, Crumbs: []render.Link{{Text: title, Href: s.Path(render.DataPath)}},
		Head: render.Head{Title: []string{title}, Description: s.Name + "的订阅地址和只读数据接口", Rest: render.DataPath}}
	body, err := dataView.HTML(f.Render, shell, page)
	if err != nil {
		return nil, fmt.Errorf("render the doors of site %d: %w", s.ID, err)
	}
	return web.HTML(body), nil
}
