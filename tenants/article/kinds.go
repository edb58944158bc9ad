package article

import (
	"cmp"
	"context"
	"fmt"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/zhanqun/zhanqun/kernel"
	"github.com/zhanqun/zhanqun/platform/pages"
	"github.com/zhanqun/zhanqun/platform/publication"
	"github.com/zhanqun/zhanqun/platform/render"
	"github.com/zhanqun/zhanqun/platform/web"
	"github.com/zhanqun/zhanqun/storage/index"
	"github.com/zhanqun/zhanqun/tenants/column"
)

// A list of people or offices is put in order whole, so it holds no more than rosterMost; a column with more is a dated list.
const (
	rosterMost = 300
	perRoster  = 40
)

// Sights shows what there is to see of texts, for lists of pictures and films; tenants/media does.
type Sights interface {
	Sights(ctx context.Context, site kernel.SiteID, base string, bodies []string) ([]render.Sight, error)
}

// drawn makes a page of a column in the column's view.
func (a *Articles) drawn(ctx context.Context, s *render.Site, tree *column.Tree, k *column.Column, number int) ([]byte, error) {
	switch view := k.Form.View; {
	case view == column.ViewSingle && number == 1 && single(tree, k):
		return a.alone(ctx, s, tree, k)
	case (view == column.ViewLeaders || view == column.ViewOffices) && k.Count <= rosterMost:
		return a.rosterPage(ctx, s, tree, k, number)
	case view == column.ViewTopic && k.Count > 0:
		return a.topicPage(ctx, s, tree, k, number)
	}
	shell, page, err := a.list(ctx, s, tree, k, number)
	if err != nil {
		return nil, err
	}
	switch k.Form.View {
	case column.ViewPictures, column.ViewMedia:
		cards, err := a.cards(ctx, s, page)
		if err != nil {
			return nil, err
		}
		if k.Form.View == column.ViewMedia {
			return mediaView.HTML(a.Render, shell, CardsPage{page, cards})
		}
		return picturesView.HTML(a.Render, shell, CardsPage{page, cards})
	case column.ViewTopics:
		return a.topicsPage(ctx, shell, tree, k, page)
	}
	return listView.HTML(a.Render, shell, page)
}

// single reports whether the one public article of a column is its page: with others, or columns below, it is a list.
func single(tree *column.Tree, k *column.Column) bool {
	return k.Form.View == column.ViewSingle && k.Count == 1 && len(tree.VisibleChildren(k.ID)) == 0
}

// alone is the page of a column whose one article it is (单页).
func (a *Articles) alone(ctx context.Context, s *render.Site, tree *column.Tree, k *column.Column) ([]byte, error) {
	rows, err := a.Published.List(ctx, s.ID, publication.Filter{Kind: Kind, Places: tree.Places(k.ID)}, kernel.Page{Number: 1, Size: 1})
	if err != nil || len(rows) == 0 {
		return nil, err // nothing is answered as not found
	}
	shell, page, err := a.show(ctx, s, rows[0].ID)
	if err != nil {
		return nil, err
	}
	page.Siblings = siblings(s, tree, k)
	return showView.HTML(a.Render, shell, page)
}

// Alone are the articles that are the page of their column, with its address within the site: their own leads there.
func (a *Articles) Alone(ctx context.Context, site kernel.SiteID) (map[ID]string, error) {
	tree, err := a.Columns.Tree(ctx, site)
	if err != nil {
		return nil, err
	}
	all := map[ID]string{}
	for _, k := range tree.All() {
		if !tree.Visible(k.ID) || !single(tree, k) {
			continue
		}
		rows, err := a.Published.List(ctx, site, publication.Filter{Kind: Kind, Places: tree.Places(k.ID)}, kernel.Page{Number: 1, Size: 1})
		if err != nil {
			return nil, err
		}
		for _, r := range rows {
			all[r.ID] = "/c/" + k.Path
		}
	}
	return all, nil
}

// relatedMost is how many texts stand beside a person.
const relatedMost = 6

// known says where the page of a public article is known by, its own address or that of the column whose page it is, and what speaks of whom
// it is about, where that is a person.
func (a *Articles) known(ctx context.Context, s *render.Site, row publication.Row, head *render.Head, page *ShowPage) error {
	tree, err := a.Columns.Tree(ctx, s.ID)
	if err != nil {
		return err
	}
	k := tree.Resolve(row.Place)
	switch {
	case k == nil:
	case tree.Visible(k.ID) && single(tree, k):
		head.Rest = "/c/" + k.Path
		page.URL = s.URL(head.Rest)
		head.Article.URL = page.URL
	case k.Form.View == column.ViewLeaders:
		page.Related, err = a.related(ctx, s, row)
	}
	return err
}

// related are the newest public texts of the site that name the title of a row: speeches and activities of a person.
func (a *Articles) related(ctx context.Context, s *render.Site, row publication.Row) (items []render.Item, err error) {
	found, err := a.Index.Search(ctx, index.Query{Sites: []kernel.SiteID{s.ID}, Text: row.Title, Newest: true, Page: kernel.Page{Number: 1, Size: relatedMost + 1}})
	if err != nil {
		return nil, err
	}
	var ids []int64
	for _, h := range found.Hits {
		if h.ID != row.ID && len(ids) < relatedMost {
			ids = append(ids, h.ID)
		}
	}
	if len(ids) == 0 {
		return nil, nil
	}
	live, _, err := a.Published.LiveMany(ctx, s.ID, Kind, ids)
	for i := range live {
		items = append(items, item(s, &live[i].Row))
	}
	slices.SortFunc(items, func(x, y render.Item) int { return cmp.Or(y.Date.Compare(x.Date), cmp.Compare(y.Href, x.Href)) })
	return items, err
}

// leads answers the address of a column that leads elsewhere: on at once within the cluster, else a page with the link.
func (a *Articles) leads(s *render.Site, tree *column.Tree, k *column.Column) (*pages.Page, error) {
	to := k.Form.Target
	if strings.HasPrefix(to, "/") {
		return &pages.Page{Status: 302, Location: to}, nil // which another site's may be tomorrow
	}
	if a.Sites != nil {
		if there, rest, ok := a.Sites.ByAddress(to); ok {
			if u, err := url.Parse(to); err == nil && u.RawQuery != "" {
				rest += "?" + u.RawQuery
			}
			return &pages.Page{Status: 302, Location: there.In(s.Variant).FullPath(rest)}, nil
		}
	}
	shell, page := a.frame(s, tree, k, 1)
	body, err := linkView.HTML(a.Render, shell, LinkPage{page, to})
	if err != nil {
		return nil, fmt.Errorf("render column %d of site %d: %w", k.ID, s.ID, err)
	}
	return web.HTML(body), nil
}

// payloads are the texts of public rows, by id; one that is not what was approved is left out.
func (a *Articles) payloads(ctx context.Context, site kernel.SiteID, rows []publication.Row) (map[ID]*Payload, error) {
	all := map[ID]*Payload{}
	if len(rows) == 0 {
		return all, nil
	}
	ids := make([]int64, len(rows))
	for i := range rows {
		ids[i] = rows[i].ID
	}
	live, _, err := a.Published.LiveMany(ctx, site, Kind, ids)
	if err != nil {
		return nil, err
	}
	for i := range live {
		p, err := decode(live[i].Payload)
		if err != nil {
			return nil, fmt.Errorf("read article %d of site %d: %w", live[i].ID, site, err)
		}
		all[live[i].ID] = p
	}
	return all, nil
}

// sights are what there is to see of each of the rows.
func (a *Articles) sights(ctx context.Context, s *render.Site, rows []publication.Row, texts map[ID]*Payload) ([]render.Sight, error) {
	all, bodies := make([]render.Sight, len(rows)), make([]string, len(rows))
	for i, r := range rows {
		if p := texts[r.ID]; p != nil {
			bodies[i] = render.Sanitise(p.Body)
		}
	}
	if a.Sights != nil {
		var err error
		if all, err = a.Sights.Sights(ctx, s.ID, s.Prefix, bodies); err != nil {
			return nil, err
		}
	}
	for i := range all {
		all[i].Nth = i
	}
	return all, nil
}

// cards are the articles of a page of a list with what there is to see of them.
func (a *Articles) cards(ctx context.Context, s *render.Site, page ListPage) ([]Card, error) {
	texts, err := a.payloads(ctx, s.ID, page.rows)
	if err != nil {
		return nil, err
	}
	seen, err := a.sights(ctx, s, page.rows, texts)
	if err != nil {
		return nil, err
	}
	all := make([]Card, len(page.Items))
	for i := range page.Items {
		all[i] = Card{Item: page.Items[i], Sight: seen[i]}
	}
	return all, nil
}

// rosterPage is the page of a column of people or offices: put in order by one of its fields, grouped by another (领导信息, 机构).
func (a *Articles) rosterPage(ctx context.Context, s *render.Site, tree *column.Tree, k *column.Column, number int) ([]byte, error) {
	number, pages, err := turned(number, k.Count, perRoster)
	if err != nil {
		return nil, err
	}
	shell, page := a.frame(s, tree, k, number)
	if number == 1 {
		if page.Children, err = a.below(ctx, s, tree, k); err != nil {
			return nil, err
		}
	}
	page.Pager = pager(s, "/c/"+k.Path, number, pages, k.Count)
	all, err := a.entries(ctx, s, tree, k)
	if err != nil {
		return nil, err
	}
	all = all[min((number-1)*perRoster, len(all)):min(number*perRoster, len(all))]
	r := RosterPage{ListPage: page, Groups: grouped(all)}
	if k.Form.View == column.ViewLeaders {
		return leadersView.HTML(a.Render, shell, r)
	}
	r.Heads = heads(all)
	for g := range r.Groups {
		for e := range r.Groups[g].Entries {
			r.Groups[g].Entries[e].fill(r.Heads)
		}
	}
	return officesView.HTML(a.Render, shell, r)
}

// entries are the people or offices of a column in their order: those with a number first, the smaller before the larger, then the older.
func (a *Articles) entries(ctx context.Context, s *render.Site, tree *column.Tree, k *column.Column) ([]Entry, error) {
	if k.Count == 0 {
		return nil, nil
	}
	items, rows, err := a.items(ctx, s, tree.Places(k.ID), kernel.Page{Number: 1, Size: rosterMost})
	if err != nil {
		return nil, err
	}
	texts, err := a.payloads(ctx, s.ID, rows)
	if err != nil {
		return nil, err
	}
	seen, err := a.sights(ctx, s, rows, texts)
	if err != nil {
		return nil, err
	}
	all := make([]Entry, len(items))
	for i := range items {
		all[i] = Entry{Item: items[i], Sight: seen[i]}
		if p := texts[rows[i].ID]; p != nil {
			all[i].Rows = p.fieldRows(s, k.Form.Order, k.Form.Group)
			all[i].group = p.value(k.Form.Group)
			all[i].order, err = strconv.ParseFloat(p.value(k.Form.Order), 64)
			all[i].ordered = err == nil
		}
	}
	slices.Reverse(all) // the older first
	slices.SortStableFunc(all, func(x, y Entry) int {
		if x.ordered != y.ordered {
			return map[bool]int{true: -1, false: 1}[x.ordered]
		}
		return cmp.Compare(x.order, y.order)
	})
	return all, nil
}

// grouped puts entries into groups, which stand as the first of each does.
func grouped(all []Entry) (groups []Group) {
	for _, e := range all {
		at := slices.IndexFunc(groups, func(g Group) bool { return g.Name == e.group })
		if at < 0 {
			at = len(groups)
			groups = append(groups, Group{Name: e.group})
		}
		groups[at].Entries = append(groups[at].Entries, e)
	}
	return groups
}

// heads are the labels of all values of the entries, in the order in which they come.
func heads(all []Entry) (labels []string) {
	for _, e := range all {
		for _, r := range e.Rows {
			if !slices.Contains(labels, r.Label) {
				labels = append(labels, r.Label)
			}
		}
	}
	return labels
}

// fill gives an entry a row for each head, empty where it says nothing.
func (e *Entry) fill(heads []string) {
	rows := make([]FieldRow, len(heads))
	for i, label := range heads {
		rows[i] = FieldRow{Label: label}
		if at := slices.IndexFunc(e.Rows, func(r FieldRow) bool { return r.Label == label }); at >= 0 {
			rows[i] = e.Rows[at]
		}
	}
	e.Rows = rows
}
