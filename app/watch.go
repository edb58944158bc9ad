package app

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/zhanqun/zhanqun/kernel"
	"github.com/zhanqun/zhanqun/platform/publication"
	"github.com/zhanqun/zhanqun/platform/watch"
	"github.com/zhanqun/zhanqun/tenants/article"
	"github.com/zhanqun/zhanqun/tenants/column"
)

// watched tells the platform's watch what the rooms of the sites know.
type watched struct{ *House }

// lastShown is how many of the newest publications a glance names.
const lastShown = 6

// Contents answers how the contents of a site stand.
func (h watched) Contents(ctx context.Context, id kernel.SiteID) (s watch.Standing, err error) {
	tree, err := h.Columns.Tree(ctx, id)
	if err != nil {
		return s, err
	}
	h.columns(id, tree, &s)
	rows, err := h.Published.List(ctx, id, publication.Filter{Kind: article.Kind}, kernel.Page{Number: 1, Size: lastShown})
	if err != nil {
		return s, err
	}
	public := h.Sites.Public(id)
	for _, r := range rows {
		p := watch.Public{Title: r.Title, At: r.ShownAt}
		if public != nil {
			p.Href = public.URL(fmt.Sprintf("/a/%d", r.ID))
		}
		s.Last = append(s.Last, p)
	}
	if s.Waiting, s.Oldest, err = h.Articles.Waiting(ctx, id); err != nil {
		return s, err
	}
	debts, err := h.Published.OpenDebts(ctx, id)
	if err != nil {
		return s, err
	}
	s.Debts = len(debts)
	s.Must, s.Should, err = h.Checks.Counts(ctx, id)
	return s, err
}

// columns fills which columns are kept and which want an update, who waits longest first.
func (h watched) columns(id kernel.SiteID, tree *column.Tree, s *watch.Standing) {
	now, public := h.Now(), h.Sites.Public(id)
	for _, k := range tree.All() {
		s.Published += k.Count
		if k.State != column.Active {
			continue
		}
		s.Columns++
		kept := watch.Kept{Name: k.Name, Days: k.CycleDays, Last: k.LastAt}
		if public != nil && tree.Visible(k.ID) {
			kept.Href = public.URL("/c/" + k.Path)
		}
		switch {
		case k.Blank():
			s.Blank = append(s.Blank, kept)
		case k.Overdue(now):
			s.Late = append(s.Late, kept)
		case k.Soon(now):
			s.Near = append(s.Near, kept)
		}
	}
	for _, all := range [][]watch.Kept{s.Late, s.Near} {
		slices.SortStableFunc(all, func(a, b watch.Kept) int { return a.Last.Compare(b.Last) })
	}
}

// Names answers what articles and columns are called; an article that is not public only to who may read drafts.
func (h watched) Names(ctx context.Context, id kernel.SiteID, objects []string, drafts bool) (map[string]watch.Named, error) {
	names := map[string]watch.Named{}
	var ids []article.ID
	columns := false
	for _, o := range objects {
		columns = columns || strings.HasPrefix(o, "column/")
		if text, ok := strings.CutPrefix(o, "article/"); ok {
			if n, ok := kernel.ParseID[article.ID](text); ok && !slices.Contains(ids, n) {
				ids = append(ids, n)
			}
		}
	}
	titles, err := h.Published.Titles(ctx, id, article.Kind, ids)
	if err == nil && drafts {
		titles, err = h.Articles.Titles(ctx, id, ids)
	}
	if err != nil {
		return nil, err
	}
	public := h.Sites.Public(id)
	for n, title := range titles {
		named := watch.Named{Text: title}
		switch {
		case drafts:
			named.Href = fmt.Sprintf("/sites/%s/articles/%d", id, n)
		case public != nil:
			named.Href = public.URL(fmt.Sprintf("/a/%d", n))
		}
		names[fmt.Sprintf("article/%d", n)] = named
	}
	if err := h.warnings(ctx, id, objects, drafts, names); err != nil || !columns {
		return names, err
	}
	tree, err := h.Columns.Tree(ctx, id)
	if err != nil {
		return nil, err
	}
	for _, k := range tree.All() {
		names[fmt.Sprintf("column/%d", k.ID)] = watch.Named{Text: k.Name}
	}
	return names, nil
}
