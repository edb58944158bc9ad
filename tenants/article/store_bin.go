package article

import (
	"context"
	"fmt"

	"github.com/zhanqun/zhanqun/kernel"
	"github.com/zhanqun/zhanqun/kernel/fault"
	"github.com/zhanqun/zhanqun/storage/db"
)

// remove deletes a draft that was never public, with what is kept beside it.
func (a *Articles) remove(ctx context.Context, site kernel.SiteID, id ID) error {
	if err := a.forgetKept(ctx, site, id); err != nil {
		return err
	}
	_, err := a.DB.Conn(ctx).NewDelete().Table("articles").Where("site_id = ?", site).Where("id = ?", id).Where("binned_at IS NOT NULL").Exec(ctx)
	if err != nil {
		return db.Fault(fmt.Errorf("remove article %d of site %d: %w", id, site, err))
	}
	return nil
}

func (a *Articles) views(ctx context.Context, site kernel.SiteID, who kernel.AccountID) ([]View, error) {
	var all []View
	err := a.DB.Conn(ctx).NewSelect().Table("article_views").Column("id", "name", "query").Where("site_id = ?", site).Where("account_id = ?", who).
		Order("name", "id").Limit(viewsMost).Scan(ctx, &all)
	if err != nil {
		return nil, db.Fault(fmt.Errorf("list views of site %d: %w", site, err))
	}
	return all, nil
}

func (a *Articles) putView(ctx context.Context, site kernel.SiteID, who kernel.AccountID, v View) error {
	_, err := a.DB.Conn(ctx).NewRaw(`INSERT INTO article_views (site_id, id, account_id, name, query) VALUES (?, ?, ?, ?, ?)
		ON CONFLICT (site_id, account_id, name) DO UPDATE SET query = excluded.query`, site, v.ID, who, v.Name, v.Query).Exec(ctx)
	if err != nil {
		return db.Fault(fmt.Errorf("save a view of site %d: %w", site, err))
	}
	return nil
}

func (a *Articles) deleteView(ctx context.Context, site kernel.SiteID, who kernel.AccountID, id int64) (name string, err error) {
	err = a.DB.Conn(ctx).NewDelete().Table("article_views").Where("site_id = ?", site).Where("account_id = ?", who).Where("id = ?", id).
		Returning("name").Scan(ctx, &name)
	if err = db.Fault(err); fault.Is(err, fault.NotFound) {
		err = fault.Because(err, fault.NotFound, "没有这组筛选条件。")
	}
	return name, err
}
