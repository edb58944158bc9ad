package article

import (
	"context"
	"fmt"
	"time"

	"github.com/uptrace/bun"
	"github.com/zhanqun/zhanqun/kernel"
	"github.com/zhanqun/zhanqun/kernel/fault"
	"github.com/zhanqun/zhanqun/storage/db"
)

type linkRow struct {
	bun.BaseModel `bun:"table:article_previews"`
	SiteID        kernel.SiteID    `bun:"site_id,pk"`
	ID            int64            `bun:"id,pk"`
	Digest        string           `bun:"digest"`
	ArticleID     ID               `bun:"article_id"`
	Version       int64            `bun:"version"`
	ByAccount     kernel.AccountID `bun:"by_account"`
	ExpiresAt     time.Time        `bun:"expires_at"`
}

// insertLink also takes away the site's links that open nothing any more.
func (a *Articles) insertLink(ctx context.Context, site kernel.SiteID, id ID, l Link, digest string) error {
	c := a.DB.Conn(ctx)
	if _, err := c.NewDelete().Table("article_previews").Where("site_id = ?", site).Where("expires_at <= ?", a.Now()).Exec(ctx); err != nil {
		return db.Fault(fmt.Errorf("clear preview links of site %d: %w", site, err))
	}
	r := linkRow{SiteID: site, ID: l.ID, Digest: digest, ArticleID: id, Version: l.Version, ByAccount: l.By, ExpiresAt: l.ExpiresAt}
	if _, err := c.NewInsert().Model(&r).Exec(ctx); err != nil {
		return db.Fault(fmt.Errorf("write a preview link of site %d: %w", site, err))
	}
	return nil
}

func (a *Articles) links(ctx context.Context, site kernel.SiteID, id ID, now time.Time) ([]Link, error) {
	var rows []linkRow
	err := a.DB.Conn(ctx).NewSelect().Model(&rows).Where("site_id = ?", site).Where("article_id = ?", id).Where("expires_at > ?", now).
		Order("expires_at DESC", "id DESC").Limit(50).Scan(ctx)
	if err != nil {
		return nil, db.Fault(fmt.Errorf("list preview links of site %d: %w", site, err))
	}
	all := make([]Link, len(rows))
	for i, r := range rows {
		all[i] = Link{r.ID, r.Version, r.ByAccount, r.ExpiresAt.UTC()}
	}
	return all, nil
}

func (a *Articles) link(ctx context.Context, site kernel.SiteID, digest string, now time.Time) (ID, int64, error) {
	var r linkRow
	err := a.DB.Conn(ctx).NewSelect().Model(&r).Where("site_id = ?", site).Where("digest = ?", digest).Where("expires_at > ?", now).Scan(ctx)
	if err = db.Fault(err); fault.Is(err, fault.NotFound) {
		err = fault.Because(err, fault.NotFound, "这个预览链接不对、已经过期或者已被收回，请向发给您的人再要一个。")
	}
	return r.ArticleID, r.Version, err
}

func (a *Articles) deleteLink(ctx context.Context, site kernel.SiteID, id ID, link int64) error {
	res, err := a.DB.Conn(ctx).NewDelete().Table("article_previews").Where("site_id = ?", site).Where("article_id = ?", id).Where("id = ?", link).Exec(ctx)
	if err != nil {
		return db.Fault(fmt.Errorf("end a preview link of site %d: %w", site, err))
	}
	if n, err := res.RowsAffected(); err != nil || n == 1 {
		return err
	}
	return fault.New(fault.NotFound, "没有这个预览链接，可能已经收回。")
}
