// Package directory is the map of all sites (网站导航, A13): from the portal at the top citizens find every open site below it.
//
// 安政办发〔2015〕71号 一: the cluster has one door, and every site below it is found from there (d34). The map lists by county and by kind, each county on
// pages of its own so that ten thousand sites are no burden, and finds a site by its name, without script and without a picture. A site that
// shows a notice instead of its pages is not on it.
//
// The room owns the pages /sites and /sites/find of portals that have an address of their own at the level of a city or above. It keeps no
// data: sites come from memory, and the platform's revision makes the pages anew.
package directory

import (
	"cmp"
	"context"
	"slices"
	"strconv"
	"strings"

	"github.com/zhanqun/zhanqun/kernel"
	"github.com/zhanqun/zhanqun/kernel/fault"
	"github.com/zhanqun/zhanqun/platform/org"
	"github.com/zhanqun/zhanqun/platform/render"
	"github.com/zhanqun/zhanqun/platform/site"
)

// Sites knows the sites citizens read; platform/site is one.
type Sites interface {
	Below(ctx context.Context, id kernel.SiteID) ([]*render.Site, error)
	Everything(ctx context.Context) ([]site.Known, error)
}

// Orgs knows what regions are called; platform/org is one.
type Orgs interface {
	Many(ctx context.Context, ids ...kernel.OrgID) (map[kernel.OrgID]org.Org, error)
}

// Nav is the navigation of a site; tenants/column has it.
type Nav interface {
	Nav(ctx context.Context, s *render.Site) ([]render.Link, error)
}

// Room is what it needs of the house.
type Room struct {
	Now    kernel.Clock
	Sites  Sites
	Orgs   Orgs
	Nav    Nav
	Render *render.Renderer
}

// Directory is the room. It is safe for concurrent use.
type Directory struct{ Room }

// New makes the room.
func New(r Room) *Directory { return &Directory{r} }

const (
	perPage  = 300 // sites of one region
	findMost = 100
)

// Page is what the map shows.
type Page struct {
	Find, Text string
	Title      string
	Back       string        // to the whole map, from a part of it
	Sums       []Sum         // how many there are, by level
	Regions    []render.Link // counties, with how many sites each has as the Note
	Groups     []Group
	Total      int
	Pager      render.Pager
	More       bool // more were found than are shown
}

// Sum is how many sites there are of a level.
type Sum struct {
	Name string
	N    int
}

// Group is sites of one level.
type Group struct {
	Name  string
	Sites []render.Link
}

// levels are the groups in order, by the level of the owner.
var levels = []struct{ level, name string }{{"province", "省级"}, {"city", "市级"}, {"county", "县区"}, {"dept", "部门"}, {"township", "镇办"}}

// kinds are what the forms of a site below another's address are called.
var kinds = map[string]string{string(site.Channel): "频道", string(site.Column): "栏目"}

// listed is a site with the region in which people look for it.
type listed struct {
	*render.Site
	region kernel.OrgID
}

// all are the sites below a portal, in the order in which they were opened.
func (d *Directory) all(ctx context.Context, top *render.Site) (all []listed, own kernel.OrgID, err error) {
	open, err := d.Sites.Below(ctx, top.ID)
	if err != nil {
		return nil, 0, err
	}
	known, err := d.Sites.Everything(ctx)
	if err != nil {
		return nil, 0, err
	}
	regions := make(map[kernel.SiteID]kernel.OrgID, len(known))
	for _, k := range known {
		regions[k.Site.ID] = k.Region
	}
	for _, s := range open {
		all = append(all, listed{s, regions[s.ID]})
	}
	return all, regions[top.ID], nil
}

// whole is the map: the sites of the portal's own level, and a way to each county.
func (d *Directory) whole(ctx context.Context, top *render.Site) (p Page, err error) {
	all, own, err := d.all(ctx, top)
	if err != nil {
		return p, err
	}
	p = Page{Title: title, Total: len(all)}
	for _, l := range levels {
		n := 0
		for _, s := range all {
			if s.Level == l.level {
				n++
			}
		}
		if n > 0 {
			p.Sums = append(p.Sums, Sum{l.name, n})
		}
	}
	count := map[kernel.OrgID]int{}
	var here []listed
	for _, s := range all {
		if s.region == own {
			here = append(here, s)
		} else {
			count[s.region]++
		}
	}
	p.Groups = groups(top, here)
	p.Regions, err = d.regions(ctx, top, count)
	return p, err
}

// regions are the counties with how many sites each has, by their codes.
func (d *Directory) regions(ctx context.Context, top *render.Site, count map[kernel.OrgID]int) (links []render.Link, err error) {
	ids := make([]kernel.OrgID, 0, len(count))
	for id := range count {
		ids = append(ids, id)
	}
	orgs, err := d.Orgs.Many(ctx, ids...)
	if err != nil {
		return nil, err
	}
	slices.SortFunc(ids, func(a, b kernel.OrgID) int { return cmp.Compare(orgs[a].Code, orgs[b].Code) })
	for _, id := range ids {
		links = append(links, render.Link{Text: orgs[id].Name, Href: top.Path(render.SitesPath + "?r=" + strconv.FormatInt(int64(id), 10)), Note: strconv.Itoa(count[id])})
	}
	return links, nil
}

// region is the sites of one county, a page at a time; one without open sites is not found.
func (d *Directory) region(ctx context.Context, top *render.Site, id kernel.OrgID, number int) (p Page, err error) {
	all, own, err := d.all(ctx, top)
	if err != nil {
		return p, err
	}
	all = slices.DeleteFunc(all, func(s listed) bool { return s.region != id })
	pages := (len(all) + perPage - 1) / perPage
	if id == own || number > pages {
		return p, fault.New(fault.NotFound, "网站导航没有这一页。")
	}
	orgs, err := d.Orgs.Many(ctx, id)
	if err != nil {
		return p, err
	}
	slices.SortStableFunc(all, func(a, b listed) int { return cmp.Compare(rank(a.Level), rank(b.Level)) })
	p = Page{Title: orgs[id].Name + "的网站", Back: top.Path(render.SitesPath), Total: len(all), Groups: groups(top, all[(number-1)*perPage:min(number*perPage, len(all))])}
	p.Pager = render.Pager{Number: number, Pages: pages, Total: int64(len(all))}
	for n := 1; n <= pages && pages > 1; n++ {
		l := render.Link{Text: strconv.Itoa(n), Href: top.Path(address(id, n)), Current: n == number}
		switch n {
		case number - 1:
			p.Pager.Prev = l.Href
		case number + 1:
			p.Pager.Next = l.Href
		}
		p.Pager.Links = append(p.Pager.Links, l)
	}
	return p, nil
}

// address is where a page of a region stands; the first has no number.
func address(id kernel.OrgID, number int) string {
	at := render.SitesPath + "?r=" + strconv.FormatInt(int64(id), 10)
	if number > 1 {
		at = render.SitesPath + "?p=" + strconv.Itoa(number) + "&r=" + strconv.FormatInt(int64(id), 10)
	}
	return at
}

func rank(level string) int {
	return slices.IndexFunc(levels, func(l struct{ level, name string }) bool { return l.level == level })
}

// found are the sites whose names hold all the words.
func (d *Directory) found(ctx context.Context, top *render.Site, text string) (p Page, err error) {
	p = Page{Title: "查找网站", Text: text, Back: top.Path(render.SitesPath)}
	words := strings.Fields(text)
	if len(words) == 0 {
		return p, nil
	}
	all, _, err := d.all(ctx, top)
	if err != nil {
		return p, err
	}
	all = slices.DeleteFunc(all, func(s listed) bool {
		return slices.ContainsFunc(words, func(w string) bool { return !strings.Contains(s.Name, w) && !strings.Contains(s.ShortName, w) })
	})
	p.Total, p.More = len(all), len(all) > findMost
	p.Groups = groups(top, all[:min(len(all), findMost)])
	return p, nil
}

// groups sorts sites by the level of their owners; the portal itself stands among its level.
func groups(top *render.Site, all []listed) (some []Group) {
	for _, l := range levels {
		g := Group{Name: l.name}
		for _, s := range all {
			if s.Level != l.level {
				continue
			}
			there := s.In(top.Variant)
			link := render.Link{Text: s.Name, Href: there.FullPath("/"), Note: kinds[s.Kind]}
			if s.Origin == top.Origin {
				link.Href = there.Path("/")
			}
			g.Sites = append(g.Sites, link)
		}
		if len(g.Sites) > 0 {
			some = append(some, g)
		}
	}
	return some
}
