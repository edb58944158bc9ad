package interpretation

import (
	"context"
	"embed"
	"fmt"
	"io/fs"
	"time"

	"github.com/uptrace/bun"
	"github.com/zhanqun/zhanqun/kernel"
	"github.com/zhanqun/zhanqun/storage/db"
)

//go:embed migrations/*.sql
var migrations embed.FS

// Migrations returns the room's schema.
func Migrations() fs.FS { return kernel.Folder(migrations, "migrations") }

type pairRow struct {
	bun.BaseModel `bun:"table:interpretations"`
	SiteID        kernel.SiteID    `bun:"site_id,pk"`
	PolicyID      int64            `bun:"policy_id,pk"`
	ArticleID     int64            `bun:"article_id,pk"`
	Form          string           `bun:"form"`
	ByAccount     kernel.AccountID `bun:"by_account"`
	At            time.Time        `bun:"at"`
}

// of are the pairs in which an article explains something.
func (i *Interpretations) of(ctx context.Context, site kernel.SiteID, article int64) ([]Pair, error) {
	var rows []pairRow
	return i.pairs(ctx, site, &rows, i.DB.Conn(ctx).NewSelect().Model(&rows).Where("site_id = ?", site).Where("article_id = ?", article))
}

// ofMany are the pairs in which some articles explain something.
func (i *Interpretations) ofMany(ctx context.Context, site kernel.SiteID, articles []int64) ([]Pair, error) {
	if len(articles) == 0 {
		return nil, nil
	}
	var rows []pairRow
	return i.pairs(ctx, site, &rows, i.DB.Conn(ctx).NewSelect().Model(&rows).Where("site_id = ?", site).Where("article_id IN (?)", bun.List(articles)))
}

// by are the pairs in which something explains a policy.
func (i *Interpretations) by(ctx context.Context, site kernel.SiteID, policy int64) ([]Pair, error) {
	var rows []pairRow
	return i.pairs(ctx, site, &rows, i.DB.Conn(ctx).NewSelect().Model(&rows).Where("site_id = ?", site).Where("policy_id = ?", policy))
}

// pairs reads the oldest first; inside a transaction on PostgreSQL their rows are held, so that who publishes a policy and who takes its
// interpretation away take turns.
func (i *Interpretations) pairs(ctx context.Context, site kernel.SiteID, rows *[]pairRow, q *bun.SelectQuery) ([]Pair, error) {
	if i.DB.Postgres() && db.InTransaction(ctx) {
		q = q.For("UPDATE")
	}
	if err := q.Order("at", "policy_id", "article_id").Scan(ctx); err != nil {
		return nil, db.Fault(fmt.Errorf("load interpretations of site %d: %w", site, err))
	}
	var all []Pair
	for _, r := range *rows {
		all = append(all, Pair{Site: r.SiteID, Policy: r.PolicyID, Article: r.ArticleID, Form: r.Form, By: r.ByAccount, At: r.At.UTC()})
	}
	return all, nil
}

func (i *Interpretations) put(ctx context.Context, p Pair) error {
	if err := i.drop(ctx, p); err != nil {
		return err
	}
	r := pairRow{SiteID: p.Site, PolicyID: p.Policy, ArticleID: p.Article, Form: p.Form, ByAccount: p.By, At: p.At}
	if _, err := i.DB.Conn(ctx).NewInsert().Model(&r).Exec(ctx); err != nil {
		return db.Fault(fmt.Errorf("pair article %d with policy %d of site %d: %w", p.Article, p.Policy, p.Site, err))
	}
	return nil
}

func (i *Interpretations) drop(ctx context.Context, p Pair) error {
	_, err := i.DB.Conn(ctx).NewDelete().Model((*pairRow)(nil)).Where("site_id = ?", p.Site).Where("policy_id = ?", p.Policy).
		Where("article_id = ?", p.Article).Exec(ctx)
	if err != nil {
		return db.Fault(fmt.Errorf("part article %d and policy %d of site %d: %w", p.Article, p.Policy, p.Site, err))
	}
	return nil
}
