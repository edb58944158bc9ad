package article

import (
	"context"
	"fmt"

	"github.com/uptrace/bun"
	"github.com/zhanqun/zhanqun/kernel"
	"github.com/zhanqun/zhanqun/platform/publication"
	"github.com/zhanqun/zhanqun/storage/db"
)

type importRow struct {
	bun.BaseModel `bun:"table:article_imports"`
	SiteID        kernel.SiteID `bun:"site_id,pk"`
	ArticleID     ID            `bun:"article_id,pk"`
	Batch         string        `bun:"batch"`
	SourceID      string        `bun:"source_id"`
	Line          int           `bun:"line"`
	Indexed       bool          `bun:"indexed"`
}

// taken says which of the rows an earlier run of the batch has entered, on whatever site: a batch is the
// platform's, and a mapping that has changed meanwhile must not take a document over twice.
func (a *Articles) taken(ctx context.Context, batch string, rows []row) (map[string]bool, error) {
	ids := make([]string, len(rows))
	for i, r := range rows {
		ids[i] = r.id
	}
	var have []string
	err := a.DB.Conn(ctx).NewSelect().Table("article_imports").Column("source_id").
		Where("batch = ?", batch).Where("source_id IN (?)", bun.List(ids)).Scan(ctx, &have)
	if err != nil {
		return nil, db.Fault(fmt.Errorf("load batch %q: %w", batch, err))
	}
	done := make(map[string]bool, len(have))
	for _, id := range have {
		done[id] = true
	}
	return done, nil
}

// insertImports enters the articles, whose text stays in their edition, and what the batch has taken over.
func (a *Articles) insertImports(ctx context.Context, b publication.Batch, rows []row) error {
	now := a.Now()
	articles, imports := make([]*articleRow, len(rows)), make([]importRow, len(rows))
	for i, r := range rows {
		edition := publication.EditionID(0) // publication numbers it; see settle
		articles[i] = &articleRow{SiteID: r.seat.site, ID: r.article, ColumnID: r.seat.column, State: Released, AuthorID: b.Author,
			Version: 1, Policy: publication.Ordinary, EditionID: &edition, Title: r.item.Title, CreatedAt: now, UpdatedAt: now}
		imports[i] = importRow{SiteID: r.seat.site, ArticleID: r.article, Batch: b.ID, SourceID: r.id, Line: r.line}
	}
	if err := a.insert(ctx, articles...); err != nil {
		return err
	}
	if _, err := a.DB.Conn(ctx).NewInsert().Model(&imports).Exec(ctx); err != nil {
		return db.Fault(fmt.Errorf("enter batch %q: %w", b.ID, err))
	}
	return nil
}

// unindexed returns the next imported articles whose full text waits, on every site, in the order of ids after
// last. Another node that indexes at the same time has others.
func (a *Articles) unindexed(ctx context.Context, last ID, n int) ([]importRow, error) {
	q := a.DB.Conn(ctx).NewSelect().Model((*importRow)(nil)).Column("site_id", "article_id").
		Where("NOT indexed").Where("article_id > ?", last).Order("article_id").Limit(int64(n))
	if a.DB.Postgres() {
		q = q.For("UPDATE SKIP LOCKED")
	}
	var rows []importRow
	if err := q.Scan(ctx, &rows); err != nil {
		return nil, db.Fault(fmt.Errorf("load unindexed articles: %w", err))
	}
	return rows, nil
}

func (a *Articles) markIndexed(ctx context.Context, site kernel.SiteID, ids []int64) error {
	if len(ids) == 0 {
		return nil
	}
	_, err := a.DB.Conn(ctx).NewRaw("UPDATE article_imports SET indexed = ? WHERE site_id = ? AND article_id IN (?)", true, site, bun.List(ids)).Exec(ctx)
	return db.Fault(err)
}
