package portal

import (
	"cmp"
	"context"
	"slices"

	"github.com/zhanqun/zhanqun/kernel"
	"github.com/zhanqun/zhanqun/platform/pages"
	"github.com/zhanqun/zhanqun/platform/render"
	"github.com/zhanqun/zhanqun/platform/site"
)

// rowsUsually is how many rows a block shows when the template does not say.
const rowsUsually = 6

// followed are the columns that also show the news of the sites below, by the level of those: 部门动态, 县区动态, 镇办动态.
var followed = map[int64]string{4: "dept", 5: "county", 6: "township"}

const (
	newsColumn    = 1  // 政务动态, what a followed site is read for
	followAtMost  = 10 // sites of one level: a page may follow 32 in all
	followedItems = 3  // of each
)

// list shows the newest of the first column that has a name to show.
func (h *Portal) list(ctx context.Context, s *render.Site, a Args) (Block, error) {
	tabs, err := h.columnsOf(ctx, s, a)
	if err != nil || len(tabs) == 0 {
		return Block{}, err
	}
	b := tabs[0]
	if a.Title != "" {
		b.Title = a.Title
	}
	return b, nil
}

func (h *Portal) pictures(ctx context.Context, s *render.Site, a Args) (Block, error) {
	return h.list(ctx, s, a)
}

// readings is a list of 政策解读, each with the form in which it explains its policy (d12).
func (h *Portal) readings(ctx context.Context, s *render.Site, a Args) (Block, error) {
	b, err := h.list(ctx, s, a)
	if err != nil {
		return b, err
	}
	return b, h.Forms.Mark(ctx, s, b.Items)
}

// tabs shows the newest of each column; one without content has no tab.
func (h *Portal) tabs(ctx context.Context, s *render.Site, a Args) (Block, error) {
	tabs, err := h.columnsOf(ctx, s, a)
	if err != nil || len(tabs) == 0 {
		return Block{}, err
	}
	title := a.Title
	if title == "" {
		title = tabs[0].Title
	}
	return Block{Title: title, Tabs: tabs}, nil
}

// columnsOf makes a list of each of the block's columns that has something to show.
func (h *Portal) columnsOf(ctx context.Context, s *render.Site, a Args) ([]Block, error) {
	shown, err := h.Columns.Shown(ctx, s, a.Columns)
	if err != nil {
		return nil, err
	}
	n := cmp.Or(a.Count, rowsUsually)
	var all []Block
	for _, id := range a.Columns { // a template names a handful; the page is cached
		b := Block{Kind: "list", Title: shown[id].Text, More: shown[id].Href}
		if b.More != "" {
			if b.Items, err = h.Lists.Latest(ctx, s, []int64{id}, n); err != nil {
				return nil, err
			}
		}
		if level := followed[id]; level != "" {
			if err := h.addFollowed(ctx, s, &b, level, n); err != nil {
				return nil, err
			}
		}
		if len(b.Items) > 0 {
			all = append(all, b)
		}
	}
	return all, nil
}

var followedTitle = map[string]string{"dept": "部门动态", "county": "县区动态", "township": "镇办动态"}

// addFollowed mixes the newest news of the sites below into a list, each named, newest first.
func (h *Portal) addFollowed(ctx context.Context, s *render.Site, b *Block, level string, n int) error {
	below := slices.DeleteFunc(h.below(s), func(t *render.Site) bool { return t.Level != level || !site.Reads(t) })
	below = below[:min(len(below), followAtMost)]
	if len(below) == 0 {
		return nil
	}
	ids := make([]kernel.SiteID, len(below))
	for i, t := range below {
		ids[i] = t.ID
	}
	if err := pages.Follow(ctx, ids...); err != nil {
		return err
	}
	for _, t := range below { // at most followAtMost
		items, err := h.Lists.Latest(ctx, t, []int64{newsColumn}, followedItems)
		if err != nil {
			return err
		}
		for _, it := range items {
			it.Column, it.Source = short(t), t.Name
			if t.Origin != s.Origin {
				it.Href = t.Origin + it.Href
			}
			b.Items = append(b.Items, it)
		}
	}
	slices.SortStableFunc(b.Items, func(x, y render.Item) int { return y.Date.Compare(x.Date) })
	b.Items = b.Items[:min(len(b.Items), n)]
	if b.Title == "" {
		b.Title = followedTitle[level]
	}
	return nil
}

// doors links the columns that citizens see: 信息公开 doors and service tiles.
func (h *Portal) doors(ctx context.Context, s *render.Site, a Args) (Block, error) {
	shown, err := h.Columns.Shown(ctx, s, a.Columns)
	if err != nil {
		return Block{}, err
	}
	b := Block{Title: a.Title}
	if slices.ContainsFunc(a.Columns, func(id int64) bool { return slices.Contains(site.Statutory, id) }) {
		b.More = s.Path(render.DisclosurePath) // where all five stand, whatever they hold
	}
	for _, id := range a.Columns {
		if l, ok := shown[id]; ok {
			b.Links = append(b.Links, l)
		}
	}
	return b, nil
}

// below are the sites a portal leads to: from the city's, every other host of the installation and what its own host
// carries; from any other, what its own host carries. They come from memory: the platform's revision covers them.
func (h *Portal) below(s *render.Site) []*render.Site {
	if s.Prefix != "" {
		return nil // a channel carries nothing
	}
	var all []*render.Site
	for _, t := range h.Sites.AllPublic() {
		carried := t.Prefix != "" && t.Origin == s.Origin
		if carried || s.Level == "city" && t.Prefix == "" && t.ID != s.ID {
			all = append(all, t.In(s.Variant))
		}
	}
	return all
}

// levels are the groups of a directory, in order.
var levels = []struct{ level, name string }{{"county", "县区"}, {"dept", "部门"}, {"township", "镇办"}}

// directory links the sites below, grouped by level; one group alone needs no heading.
func (h *Portal) directory(_ context.Context, s *render.Site, a Args) (Block, error) {
	below := h.below(s)
	b := Block{Title: a.Title}
	if s.Tops() {
		b.More = s.Path(render.SitesPath) // the map of all sites
	}
	for _, l := range levels {
		group := render.Link{Text: l.name}
		for _, t := range below {
			if t.Level == l.level {
				group.Children = append(group.Children, render.Link{Text: short(t), Href: address(s, t)})
			}
		}
		if len(group.Children) > 0 {
			b.Links = append(b.Links, group)
		}
	}
	if len(b.Links) == 1 {
		b.Links = b.Links[0].Children
	}
	return b, nil
}

// address is where s links t: on one host a path is enough.
func address(s, t *render.Site) string {
	if s.Origin == t.Origin {
		return t.Path("/")
	}
	return t.FullPath("/")
}

func short(s *render.Site) string { return cmp.Or(s.ShortName, s.Name) }

// contact shows where to call and where to go, as far as the site says.
func (h *Portal) contact(_ context.Context, s *render.Site, a Args) (Block, error) {
	b := Block{Title: a.Title, Note: s.Address}
	if s.Phone != "" {
		b.Links = append(b.Links, render.Link{Text: cmp.Or(s.Sponsor, s.Name), Note: s.Phone, Href: dial(s.Phone)})
	}
	return b, nil
}

// dial is the address that calls a number written in digits, spaces and hyphens; "" for any other text.
func dial(phone string) string {
	number := make([]rune, 0, len(phone))
	for _, r := range phone {
		switch {
		case r >= '0' && r <= '9' || r == '+' && len(number) == 0:
			number = append(number, r)
		case r != '-' && r != ' ':
			return ""
		}
	}
	if len(number) < 3 {
		return ""
	}
	return "tel:" + string(number)
}
