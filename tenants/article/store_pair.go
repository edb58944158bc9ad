package article

import (
	"context"
	"fmt"
	"strings"

	"github.com/uptrace/bun"
	"github.com/zhanqun/zhanqun/kernel"
	"github.com/zhanqun/zhanqun/storage/db"
)

// Some are articles as their editors see them, by id; one that the site has not is left out, and an imported one that nobody edited has
// no more than its title.
func (a *Articles) Some(ctx context.Context, site kernel.SiteID, ids []ID) (map[ID]Draft, error) {
	if len(ids) == 0 {
		return nil, nil
	}
	var rows []articleRow
	err := a.DB.Conn(ctx).NewSelect().Model(&rows).Where("site_id = ?", site).Where("id IN (?)", bun.List(ids)).Scan(ctx)
	if err != nil {
		return nil, db.Fault(fmt.Errorf("load some articles of site %d: %w", site, err))
	}
	all := make(map[ID]Draft, len(rows))
	for i := range rows {
		d, err := rows[i].draft()
		if err != nil {
			return nil, err
		}
		all[d.ID] = *d
	}
	return all, nil
}

// draftDocuments are the official documents that are not public as they stand, with words of the title or the beginning of the number; the
// last changed first. A canonical payload begins with its kind.
func (a *Articles) draftDocuments(ctx context.Context, site kernel.SiteID, text string, most int) (ids []ID, err error) {
	like := strings.NewReplacer("!", "!!", "%", "!%", "_", "!_", `"`, `\"`, `\`, `\\`).Replace(text)
	err = a.DB.Conn(ctx).NewSelect().Table("articles").Column("id").Where("site_id = ?", site).Where("state <> 'published'").Where("binned_at IS NULL").
		Where(`payload LIKE '{"kind":"policy"%'`).
		WhereGroup(" AND ", func(q *bun.SelectQuery) *bun.SelectQuery {
			return q.Where(`title LIKE ? ESCAPE '!'`, "%"+like+"%").WhereOr(`payload LIKE ? ESCAPE '!'`, `%"number":"`+like+`%`)
		}).Order("updated_at DESC", "id DESC").Limit(int64(most)).Scan(ctx, &ids)
	if err != nil {
		return nil, db.Fault(fmt.Errorf("find documents of site %d: %w", site, err))
	}
	return ids, nil
}
