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

type versionRow struct {
	bun.BaseModel `bun:"table:article_versions"`
	SiteID        kernel.SiteID    `bun:"site_id,pk"`
	ArticleID     ID               `bun:"article_id,pk"`
	Version       int64            `bun:"version,pk"`
	AuthorID      kernel.AccountID `bun:"author_id"`
	At            time.Time        `bun:"at"`
	Why           string           `bun:"why"`
	Title         string           `bun:"title"`
	Payload       string           `bun:"payload"`
}

func (r *versionRow) version() Version {
	return Version{Number: r.Version, Author: r.AuthorID, At: r.At.UTC(), Why: r.Why, Payload: Payload{Title: r.Title}}
}

func (a *Articles) insertVersion(ctx context.Context, d *Draft, who kernel.AccountID, at time.Time, why string) error {
	raw, err := d.Payload.encode()
	if err != nil {
		return fmt.Errorf("write version %d of article %d: %w", d.Version, d.ID, err)
	}
	r := versionRow{SiteID: d.Site, ArticleID: d.ID, Version: d.Version, AuthorID: who, At: at, Why: why, Title: d.Payload.Title, Payload: string(raw)}
	if _, err := a.DB.Conn(ctx).NewInsert().Model(&r).Exec(ctx); err != nil {
		return db.Fault(fmt.Errorf("keep version %d of article %d of site %d: %w", d.Version, d.ID, d.Site, err))
	}
	return nil
}

func (a *Articles) anyVersion(ctx context.Context, site kernel.SiteID, id ID) (bool, error) {
	any, err := a.DB.Conn(ctx).NewSelect().Table("article_versions").Where("site_id = ?", site).Where("article_id = ?", id).Exists(ctx)
	return any, db.Fault(err)
}

func (a *Articles) versions(ctx context.Context, site kernel.SiteID, id ID, p kernel.Page) ([]Version, error) {
	var rows []versionRow
	err := a.DB.Conn(ctx).NewSelect().Model(&rows).ExcludeColumn("payload").Where("site_id = ?", site).Where("article_id = ?", id).
		Order("version DESC").Limit(int64(p.Size)).Offset(int64(p.Offset())).Scan(ctx)
	if err != nil {
		return nil, db.Fault(fmt.Errorf("list versions of article %d of site %d: %w", id, site, err))
	}
	all := make([]Version, len(rows))
	for i := range rows {
		all[i] = rows[i].version()
	}
	return all, nil
}

func (a *Articles) versionUpTo(ctx context.Context, site kernel.SiteID, id ID, number int64) (*Version, error) {
	var r versionRow
	err := a.DB.Conn(ctx).NewSelect().Model(&r).Where("site_id = ?", site).Where("article_id = ?", id).Where("version <= ?", number).
		Order("version DESC").Limit(1).Scan(ctx)
	if err = db.Fault(err); fault.Is(err, fault.NotFound) {
		return nil, fault.Because(err, fault.NotFound, "没有这个版本。")
	} else if err != nil {
		return nil, fmt.Errorf("load version %d of article %d of site %d: %w", number, id, site, err)
	}
	p, err := decode([]byte(r.Payload))
	if err != nil {
		return nil, fmt.Errorf("read version %d of article %d of site %d: %w", r.Version, id, site, err)
	}
	v := r.version()
	v.Payload = *p
	return &v, nil
}
