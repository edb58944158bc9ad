// Package portal makes a site's home page of widgets.
//
// 安政办发〔2015〕71号 一: the site group has one door, the city's portal, and every site below it one of its own; 四(三):
// counties, departments and townships are found from there. Which blocks stand where is the template's to say
// (site.Template.Home); what a block shows is a widget's. Widgets of other rooms are plugged in by app; the ones
// here draw lists, doors, tiles, directories and the contact card from ports. A block that has nothing to show is
// left out, so that no door leads nowhere.
//
// The room owns the home page alone. It keeps no data.
package portal

import (
	"context"
	"fmt"

	"github.com/zhanqun/zhanqun/kernel"
	"github.com/zhanqun/zhanqun/platform/render"
	"github.com/zhanqun/zhanqun/platform/site"
)

// Args are what the template says of one block.
type Args = site.Widget

// Widget makes a block for a site; an Empty block is left out. Before it reads another site's data it calls
// pages.Follow, so that the page is made anew when those change.
type Widget func(ctx context.Context, s *render.Site, a Args) (Block, error)

// Layout knows the template of a site, which lists the blocks of its home page; platform/site is one.
type Layout interface {
	TemplateOf(ctx context.Context, id kernel.SiteID) (*site.Template, error)
}

// Lists reads the newest public articles of a site's columns; tenants/article is one. Addresses are the site's
// own paths.
type Lists interface {
	Latest(ctx context.Context, s *render.Site, columns []int64, n int) ([]render.Item, error)
}

// Columns knows which of a site's columns citizens see; tenants/column is one.
type Columns interface {
	Nav(ctx context.Context, s *render.Site) ([]render.Link, error)
	Shown(ctx context.Context, s *render.Site, ids []int64) (map[int64]render.Link, error)
}

// Sites knows every site citizens may reach, in the order they are shown; platform/site is one.
type Sites interface {
	AllPublic() []*render.Site
}

// Forms knows which texts explain a policy; tenants/interpretation is one.
type Forms interface {
	// Mark gives those of the items the word and the sign of the form in which they explain: 视频, 视.
	Mark(ctx context.Context, s *render.Site, items []render.Item) error
}

// Ports are what the room needs of others.
type Ports struct {
	Layout  Layout
	Lists   Lists
	Columns Columns
	Sites   Sites
	Forms   Forms
}

// Portal is the room. It is safe for concurrent use.
type Portal struct {
	Ports
	now     kernel.Clock
	render  *render.Renderer
	widgets map[string]Widget
}

// New makes the room; more widgets are known by the kind a template calls them, and take the place of a built-in one.
func New(p Ports, now kernel.Clock, r *render.Renderer, more map[string]Widget) *Portal {
	h := &Portal{Ports: p, now: now, render: r}
	h.widgets = map[string]Widget{
		"list": h.list, "pictures": h.pictures, "tabs": h.tabs, "doors": h.doors, "tiles": h.doors,
		"directory": h.directory, "contact": h.contact, "readings": h.readings,
	}
	for kind, w := range more {
		h.widgets[kind] = w
	}
	return h
}

// home makes the page: the headline is the newest item of the first list in the lead.
func (h *Portal) home(ctx context.Context, s *render.Site) (render.Shell, HomePage, error) {
	shell := render.Shell{Site: s, Now: h.now(), Head: render.Head{Rest: "/"}}
	var page HomePage
	nav, err := h.Columns.Nav(ctx, s)
	if err != nil {
		return shell, page, err
	}
	shell.Nav = nav
	t, err := h.Layout.TemplateOf(ctx, s.ID)
	if err != nil {
		return shell, page, err
	}
	for _, a := range t.Home {
		w := h.widgets[a.Kind]
		if w == nil {
			continue // a template may name a widget whose room is not built
		}
		b, err := w(ctx, s, a)
		if err != nil {
			return shell, page, fmt.Errorf("block %s %q of site %d: %w", a.Kind, a.Title, s.ID, err)
		}
		if b.Slot, b.Kind = a.Slot, a.Kind; !b.Empty() {
			page.Blocks = append(page.Blocks, b)
		}
	}
	page.Headline = headline(page.Blocks)
	return shell, page, nil
}

// headline is the newest news of the lead: a list's first item, else the first tab's. Pictures speak for themselves.
func headline(blocks []Block) *render.Item {
	for _, b := range blocks {
		if b.Slot != "lead" {
			continue
		}
		items := b.Items
		if b.Kind == "tabs" && len(b.Tabs) > 0 {
			items = b.Tabs[0].Items
		}
		if (b.Kind == "list" || b.Kind == "tabs") && len(items) > 0 {
			first := items[0]
			return &first
		}
	}
	return nil
}
