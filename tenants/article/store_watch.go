package article

import (
	"context"
	"fmt"
	"time"

	"github.com/uptrace/bun"
	"github.com/zhanqun/zhanqun/kernel"
	"github.com/zhanqun/zhanqun/storage/db"
)

// Waiting counts the site's articles that wait for a review, and answers since when the oldest of them does.
func (a *Articles) Waiting(ctx context.Context, site kernel.SiteID) (n int, oldest time.Time, err error) {
	var rows []struct {
		N      int
		Oldest *time.Time
	}
	err = a.DB.Conn(ctx).NewSelect().Table("articles").ColumnExpr("count(*) AS n, min(updated_at) AS oldest").
		Where("site_id = ?", site).Where("state = 'submitted'").Where("binned_at IS NULL").Scan(ctx, &rows)
	if err != nil {
		return 0, oldest, db.Fault(fmt.Errorf("count what waits on site %d: %w", site, err))
	}
	if rows[0].Oldest != nil {
		oldest = rows[0].Oldest.UTC()
	}
	return rows[0].N, oldest, nil
}

// Mentions reports whether a text in one of the columns that waits to be published, or was withdrawn, holds these words.
func (a *Articles) Mentions(ctx context.Context, site kernel.SiteID, columns []int64, words string) (bool, error) {
	some := bun.List(append([]int64{0}, columns...)) // 0 is no column
	found, err := a.DB.Conn(ctx).NewSelect().Table("articles").Where("site_id = ?", site).Where("column_id IN (?)", some).Where("state <> 'published'").
		Where(a.within()+"(payload, ?) > 0", words).Exists(ctx)
	if err != nil {
		return false, db.Fault(fmt.Errorf("look for words in columns of site %d: %w", site, err))
	}
	return found, nil
}

// Titles are what articles of the site are called on the desk.
func (a *Articles) Titles(ctx context.Context, site kernel.SiteID, ids []ID) (map[ID]string, error) {
	titles := map[ID]string{}
	if len(ids) == 0 {
		return titles, nil
	}
	var rows []struct {
		ID    ID
		Title string
	}
	err := a.DB.Conn(ctx).NewSelect().Table("articles").Column("id", "title").Where("site_id = ?", site).Where("id IN (?)", bun.List(ids)).Scan(ctx, &rows)
	if err != nil {
		return nil, db.Fault(fmt.Errorf("name articles of site %d: %w", site, err))
	}
	for _, r := range rows {
		titles[r.ID] = r.Title
	}
	return titles, nil
}
