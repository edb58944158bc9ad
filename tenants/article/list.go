package article

import (
	"context"
	"fmt"
	"strconv"

	"github.com/zhanqun/zhanqun/kernel"
	"github.com/zhanqun/zhanqun/kernel/fault"
	"github.com/zhanqun/zhanqun/platform/publication"
	"github.com/zhanqun/zhanqun/platform/render"
	"github.com/zhanqun/zhanqun/tenants/column"
)

const (
	perPage   = 20 // rows of a column's list
	perColumn = 6  // rows of each sub-column on its parent's page
	deepPager = 2  // pages shown on either side of the current one
)

// list makes a page of a column's list; number counts from 1, beyond the end is NotFound.
func (a *Articles) list(ctx context.Context, s *render.Site, tree *column.Tree, k *column.Column, number int) (render.Shell, ListPage, error) {
	number, pages, err := turned(number, k.Count, perPage)
	if err != nil {
		return render.Shell{}, ListPage{}, err
	}
	shell, page := a.frame(s, tree, k, number)
	if k.Count > 0 {
		if page.Items, page.rows, err = a.items(ctx, s, tree.Places(k.ID), kernel.Page{Number: number, Size: perPage}); err != nil {
			return render.Shell{}, page, err
		}
	}
	page.Pager = pager(s, "/c/"+k.Path, number, pages, k.Count)
	if number == 1 {
		page.Children, err = a.below(ctx, s, tree, k)
	}
	return shell, page, err
}

// turned refuses a page behind the last, and answers how many there are.
func turned(number int, count int64, size int64) (at, pages int, err error) {
	pages = max(1, int((count+size-1)/size))
	if number > pages {
		return 0, 0, fault.New(fault.NotFound, "这个栏目没有第 %d 页。", number)
	}
	return number, pages, nil
}

// below are the newest of each column below k that citizens see.
func (a *Articles) below(ctx context.Context, s *render.Site, tree *column.Tree, k *column.Column) (all []ChildList, err error) {
	for _, c := range tree.VisibleChildren(k.ID) { // bounded by the template; the page is cached
		l := column.Link(s, c)
		below := ChildList{Title: l.Text, Href: l.Href, topic: c.Form.View == column.ViewTopic}
		if below.Items, _, err = a.items(ctx, s, tree.Lists(c.ID), kernel.Page{Number: 1, Size: perColumn}); err != nil {
			return nil, err
		}
		if len(below.Items) == 1 && single(tree, c) {
			below.Items[0].Href = l.Href // where its page is
		}
		all = append(all, below)
	}
	return all, nil
}

// frame is what every page of a column has around its articles.
func (a *Articles) frame(s *render.Site, tree *column.Tree, k *column.Column, number int) (render.Shell, ListPage) {
	rest := "/c/" + k.Path
	page := ListPage{Title: k.Name, Description: k.Description, Kind: k.Kind, Siblings: siblings(s, tree, k)}
	if k.Kind == Policy {
		page.Library = s.Path(render.LibraryPath + "?c=" + strconv.FormatInt(k.ID, 10))
	}
	shell := render.Shell{Site: s, Nav: tree.Nav(s), Crumbs: crumbs(s, tree, k), Now: a.Now(), Head: render.Head{
		Title: []string{k.Name}, Description: k.Description, Keywords: k.Keywords, Rest: rest, Feed: rest, Column: columnMeta(k)}}
	if number > 1 {
		shell.Head.Title[0] = fmt.Sprintf("%s（第%d页）", k.Name, number)
		shell.Head.Rest = address(rest, number)
	}
	return shell, page
}

// items reads a page of what is public in places, newest first by the day that is shown, and the rows that it is made of.
func (a *Articles) items(ctx context.Context, s *render.Site, places []int64, p kernel.Page) ([]render.Item, []publication.Row, error) {
	rows, err := a.Published.List(ctx, s.ID, publication.Filter{Kind: Kind, Places: places}, p)
	if err != nil {
		return nil, nil, err
	}
	items := make([]render.Item, len(rows))
	for i := range rows {
		items[i] = item(s, &rows[i])
	}
	return items, rows, a.marked(ctx, s.ID, items, rows)
}

func item(s *render.Site, r *publication.Row) render.Item {
	return render.Item{Title: r.Title, Href: s.Path("/a/" + strconv.FormatInt(r.ID, 10)), Date: shownAt(r)}
}

// Latest returns the newest n public articles of the columns and of the visible ones below them: for widgets
// of the home page, of this site or of one that shows another's.
func (a *Articles) Latest(ctx context.Context, s *render.Site, columns []int64, n int) ([]render.Item, error) {
	tree, err := a.Columns.Tree(ctx, s.ID)
	if err != nil {
		return nil, err
	}
	var places []int64
	for _, id := range columns {
		if tree.Visible(id) {
			places = append(places, tree.Lists(id)...)
		}
	}
	if len(places) == 0 {
		return nil, nil
	}
	items, _, err := a.items(ctx, s, places, kernel.Page{Number: 1, Size: n})
	return items, err
}

// siblings are the columns beside k; at the top, those below it.
func siblings(s *render.Site, tree *column.Tree, k *column.Column) []render.Link {
	parent := k.Parent
	if parent == 0 {
		parent = k.ID
	}
	var links []render.Link
	for _, c := range tree.VisibleChildren(parent) {
		l := column.Link(s, c)
		l.Current = c.ID == k.ID
		links = append(links, l)
	}
	return links
}

// address is where page number of a list stands; the first has no number.
func address(rest string, number int) string {
	if number == 1 {
		return rest
	}
	return rest + "?p=" + strconv.Itoa(number)
}

// pager links the first, the last and the pages around the current one; what is left out is an ellipsis.
func pager(s *render.Site, rest string, number, pages int, total int64) render.Pager {
	p := render.Pager{Number: number, Pages: pages, Total: total}
	if number > 1 {
		p.Prev = s.Path(address(rest, number-1))
	}
	if number < pages {
		p.Next = s.Path(address(rest, number+1))
	}
	if pages == 1 {
		return p
	}
	last := 0
	for n := 1; n <= pages; n++ {
		if n != 1 && n != pages && (n < number-deepPager || n > number+deepPager) {
			continue
		}
		if n > last+1 {
			p.Links = append(p.Links, render.Link{Text: "…"})
		}
		last = n
		l := render.Link{Text: strconv.Itoa(n), Href: s.Path(address(rest, n))}
		if n == number {
			l.Href, l.Current = "", true
		}
		p.Links = append(p.Links, l)
	}
	return p
}
