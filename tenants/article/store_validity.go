package article

import (
	"context"
	"fmt"
	"time"

	"github.com/uptrace/bun"
	"github.com/zhanqun/zhanqun/kernel"
	"github.com/zhanqun/zhanqun/platform/publication"
	"github.com/zhanqun/zhanqun/storage/db"
)

type validityRow struct {
	bun.BaseModel `bun:"table:article_validities"`
	SiteID        kernel.SiteID    `bun:"site_id,pk"`
	ArticleID     ID               `bun:"article_id,pk"`
	State         string           `bun:"state"`
	Since         string           `bun:"since"`
	ToSite        kernel.SiteID    `bun:"to_site"`
	ToArticle     ID               `bun:"to_article"`
	Reason        string           `bun:"reason"`
	ByAccount     kernel.AccountID `bun:"by_account"`
	ByName        string           `bun:"by_name"`
	At            time.Time        `bun:"at"`
}

func (a *Articles) validities(ctx context.Context, site kernel.SiteID, ids []ID) (map[ID]Validity, error) {
	if len(ids) == 0 {
		return nil, nil
	}
	var rows []validityRow
	err := a.DB.Conn(ctx).NewSelect().Model(&rows).Where("site_id = ?", site).Where("article_id IN (?)", bun.List(ids)).Scan(ctx)
	if err != nil {
		return nil, db.Fault(fmt.Errorf("load what became of articles of site %d: %w", site, err))
	}
	all := make(map[ID]Validity, len(rows))
	for _, r := range rows {
		v := Validity{State: r.State, Since: r.Since, Reason: r.Reason, By: r.ByAccount, ByName: r.ByName, At: r.At.UTC()}
		if r.ToArticle != 0 {
			v.To = publication.Object{Site: r.ToSite, Kind: Kind, ID: r.ToArticle}
		}
		all[r.ArticleID] = v
	}
	return all, nil
}

// replaced are the articles of the site that this one of the same site amended or whose place it took, with what became of each.
func (a *Articles) replaced(ctx context.Context, site kernel.SiteID, id ID) (map[ID]string, error) {
	var rows []validityRow
	err := a.DB.Conn(ctx).NewSelect().Model(&rows).Column("article_id", "state").Where("site_id = ?", site).
		Where("to_site = ?", site).Where("to_article = ?", id).Where("to_article > 0").Order("article_id").Limit(replacedMost).Scan(ctx)
	if err != nil {
		return nil, db.Fault(fmt.Errorf("load what article %d of site %d replaced: %w", id, site, err))
	}
	became := make(map[ID]string, len(rows))
	for _, r := range rows {
		became[r.ArticleID] = r.State
	}
	return became, nil
}

// replacedMost bounds the links of a page.
const replacedMost = 50

func (a *Articles) putValidity(ctx context.Context, site kernel.SiteID, id ID, v Validity) error {
	if err := a.endValidity(ctx, site, id); err != nil {
		return err
	}
	r := validityRow{SiteID: site, ArticleID: id, State: v.State, Since: v.Since, ToSite: v.To.Site, ToArticle: v.To.ID, Reason: v.Reason, ByAccount: v.By, ByName: v.ByName, At: v.At}
	if _, err := a.DB.Conn(ctx).NewInsert().Model(&r).Exec(ctx); err != nil {
		return db.Fault(fmt.Errorf("write what became of article %d of site %d: %w", id, site, err))
	}
	return nil
}

func (a *Articles) endValidity(ctx context.Context, site kernel.SiteID, id ID) error {
	_, err := a.DB.Conn(ctx).NewDelete().Model((*validityRow)(nil)).Where("site_id = ?", site).Where("article_id = ?", id).Exec(ctx)
	if err != nil {
		return db.Fault(fmt.Errorf("clear what became of article %d of site %d: %w", id, site, err))
	}
	return nil
}
