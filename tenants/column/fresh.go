package column

import (
	"context"

	"github.com/zhanqun/zhanqun/kernel"
	"github.com/zhanqun/zhanqun/platform/publication"
)

// Fresh tells f of every active column with a cycle of the sites: its name, kind, cycle, home slot, Count and LastAt. It is for those who watch
// over many sites (d07): two queries, however many they are, and no tree for a site that changed nothing of its template. The column
// is read-only and not f's to keep.
func (c *Columns) Fresh(ctx context.Context, sites []kernel.SiteID, f func(site kernel.SiteID, k *Column)) error {
	changed, err := c.changesOf(ctx, sites)
	if err != nil {
		return err
	}
	if len(sites) == 1 { // on the first screen, once for each site of the person's: what the site's other sections have read
		t, err := c.Tree(ctx, sites[0])
		if err != nil {
			return err
		}
		for _, k := range t.All() {
			if k.CycleDays > 0 && k.State == Active {
				f(sites[0], k)
			}
		}
		return nil
	}
	stats, err := c.published.PlacesOf(ctx, sites)
	if err != nil {
		return err
	}
	for _, id := range sites {
		if len(changed[id]) > 0 {
			err = c.freshTree(ctx, id, changed[id], stats[id], f)
		} else {
			err = c.freshTemplate(ctx, id, stats[id], f)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

func (c *Columns) freshTemplate(ctx context.Context, id kernel.SiteID, stats map[int64]publication.PlaceStat, f func(kernel.SiteID, *Column)) error {
	given, err := c.templates.Columns(ctx, id)
	if err != nil {
		return err
	}
	var k Column
	for i := range given {
		g := &given[i]
		if g.CycleDays <= 0 {
			continue
		}
		s := stats[g.No]
		k = Column{ID: g.No, Site: id, Kind: g.Kind, Name: g.Name, CycleDays: g.CycleDays, Home: g.Home, State: Active, Count: s.Count, LastAt: s.Last}
		f(id, &k)
	}
	return nil
}

func (c *Columns) freshTree(ctx context.Context, id kernel.SiteID, changed []change, stats map[int64]publication.PlaceStat, f func(kernel.SiteID, *Column)) error {
	given, err := c.templates.Columns(ctx, id)
	if err != nil {
		return err
	}
	t := newTree(id, given, changed, nil)
	t.fill(stats)
	for _, k := range t.All() {
		if k.CycleDays > 0 && k.State == Active && k.Form.Stage(Day(c.now())) != Archived {
			f(id, k)
		}
	}
	return nil
}
