package article

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/uptrace/bun"
	"github.com/zhanqun/zhanqun/kernel"
	"github.com/zhanqun/zhanqun/kernel/fault"
	"github.com/zhanqun/zhanqun/storage/db"
)

// Filter chooses drafts of a list; zero fields choose all that are not in the bin.
type Filter struct {
	Column   int64
	Within   []int64 // only in these columns; nil: in all
	State    string
	Author   kernel.AccountID
	Text     string    // in the title, large or small letters
	From, To time.Time // when it was last changed: from From on, before To
	Binned   bool      // what is in the bin, and nothing else
	Held     bool      // only what is not to be disclosed proactively
}

// List returns a page of the site's articles as editors see them, last changed first; payloads hold the title only.
func (a *Articles) List(ctx context.Context, site kernel.SiteID, f Filter, p kernel.Page) ([]Draft, error) {
	var rows []articleRow
	if err := a.listed(ctx, site, f, p).Scan(ctx, &rows); err != nil {
		return nil, db.Fault(fmt.Errorf("list articles of site %d: %w", site, err))
	}
	slices.SortFunc(rows, func(a, b articleRow) int { return cmp.Or(b.UpdatedAt.Compare(a.UpdatedAt), cmp.Compare(b.ID, a.ID)) })
	all := make([]Draft, len(rows))
	for i := range rows {
		d, err := rows[i].draft()
		if err != nil {
			return nil, err
		}
		all[i] = *d
		kernel.Keep(ctx, standsIn{site, d.ID}, d.Column)
	}
	return all, nil
}

// listed is the rows of one page, in no order: asked for one, SQLite would walk an index of the whole site to have it.
func (a *Articles) listed(ctx context.Context, site kernel.SiteID, f Filter, p kernel.Page) *bun.SelectQuery {
	return a.DB.Conn(ctx).NewSelect().Model((*articleRow)(nil)).ExcludeColumn("payload").Where("site_id = ?", site).Where("id IN (?)", a.chosen(ctx, site, f, p))
}

// chosen is the ids of one page. All that it asks for stands in one index, so that a page far back, or one that finds little, reads
// the index of the site and no article that it does not show.
func (a *Articles) chosen(ctx context.Context, site kernel.SiteID, f Filter, p kernel.Page) *bun.SelectQuery {
	q := a.DB.Conn(ctx).NewSelect().Table("articles").Column("id").Where("site_id = ?", site)
	if f.Within != nil {
		q = q.Where("column_id IN (?)", bun.List(append(f.Within, 0))) // 0 is no column
	}
	if f.Column != 0 {
		q = q.Where("column_id = ?", f.Column)
	}
	if f.State != "" {
		q = q.Where("state = ?", f.State)
	}
	if f.Binned || f.State != "" && f.State != Released {
		q = q.Where("state <> 'published'") // says nothing new: it opens the index of these to SQLite
	}
	if f.Held {
		q = q.Where("disclosure IN ('on_request', 'withheld')") // in the words of the index of these
	}
	if f.Author != 0 {
		q = q.Where("author_id = ?", f.Author)
	}
	if f.Text != "" {
		title, part := "title", strings.ToLower(f.Text)
		if part != strings.ToUpper(f.Text) { // Chinese has no large and small letters, and asking costs more than looking
			title = "lower(title)"
		}
		q = q.Where(a.within()+"("+title+", ?) > 0", part)
	}
	if !f.From.IsZero() {
		q = q.Where("updated_at >= ?", f.From)
	}
	if !f.To.IsZero() {
		q = q.Where("updated_at < ?", f.To)
	}
	if f.Binned {
		q = q.Where("binned_at IS NOT NULL")
	} else {
		q = q.Where("binned_at IS NULL")
	}
	return q.Order("updated_at DESC", "id DESC").Limit(int64(p.Size)).Offset(int64(p.Offset()))
}

// within is what finds a text in another: it compares bytes, where LIKE reads every character of every title.
func (a *Articles) within() string {
	if a.DB.Postgres() {
		return "strpos"
	}
	return "instr"
}

// standsIn is the column of an article, among what a screen has read.
type standsIn struct {
	site kernel.SiteID
	id   ID
}

// ColumnOf is the column in which an article stands.
func (a *Articles) ColumnOf(ctx context.Context, site kernel.SiteID, id ID) (int64, error) {
	return kernel.Remember(ctx, standsIn{site, id}, func() (column int64, err error) {
		err = a.DB.Conn(ctx).NewSelect().Table("articles").Column("column_id").Where("site_id = ?", site).Where("id = ?", id).Scan(ctx, &column)
		if err = db.Fault(err); fault.Is(err, fault.NotFound) {
			return 0, fault.Because(err, fault.NotFound, "没有这篇稿件。")
		} else if err != nil {
			return 0, fmt.Errorf("load the column of article %d of site %d: %w", id, site, err)
		}
		return column, nil
	})
}

// authorsMost is how many names a list is narrowed by.
const authorsMost = 200

// authorsQuery steps from one author of a site to the next, so that it reads an entry of the index for each of them and not for each article.
const authorsQuery = `WITH RECURSIVE who(id) AS (
	SELECT min(author_id) FROM articles WHERE site_id = ?
	UNION ALL
	SELECT (SELECT min(author_id) FROM articles WHERE site_id = ? AND author_id > who.id) FROM who WHERE who.id IS NOT NULL)
	SELECT id FROM who WHERE id IS NOT NULL LIMIT ?`

// Authors are who has written articles of a site, as they stand now.
func (a *Articles) Authors(ctx context.Context, site kernel.SiteID) ([]kernel.AccountID, error) {
	var all []kernel.AccountID
	if err := a.DB.Conn(ctx).NewRaw(authorsQuery, site, site, authorsMost).Scan(ctx, &all); err != nil {
		return nil, db.Fault(fmt.Errorf("list the authors of site %d: %w", site, err))
	}
	return all, nil
}
