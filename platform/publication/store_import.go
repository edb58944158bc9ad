package publication

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/uptrace/bun"
	"github.com/zhanqun/zhanqun/kernel"
)

func (p *Publications) batch(ctx context.Context, id string) (*Batch, error) {
	var rows []struct {
		ID, Source, ReviewOpinion, SecrecyOpinion string
		Author, Reviewer                          kernel.AccountID
	}
	err := p.db.Conn(ctx).NewRaw(`SELECT id, source, author, reviewer, review_opinion, secrecy_opinion FROM import_batches WHERE id = ?`, id).Scan(ctx, &rows)
	if err != nil {
		return nil, fmt.Errorf("load batch %s: %w", id, err)
	}
	if len(rows) == 0 {
		return nil, nil
	}
	r := rows[0]
	return &Batch{ID: r.ID, Source: r.Source, Author: r.Author, Reviewer: r.Reviewer, Review: r.ReviewOpinion, Secrecy: r.SecrecyOpinion}, nil
}

func (p *Publications) insertBatch(ctx context.Context, b Batch, at time.Time) error {
	_, err := p.db.Conn(ctx).NewRaw(`INSERT INTO import_batches (id, source, author, reviewer, review_opinion, secrecy_opinion, signed_at) VALUES (?, ?, ?, ?, ?, ?, ?)`,
		b.ID, b.Source, b.Author, b.Reviewer, b.Review, b.Secrecy, at).Exec(ctx)
	return err
}

// batchSite says that a batch holds documents of a site.
type batchSite struct {
	bun.BaseModel    `bun:"table:import_batch_sites"`
	SiteID           kernel.SiteID
	Batch            string
	Author, Reviewer kernel.AccountID
}

// insertImport writes all rows in few statements: editions by volume, the narrow rows by number.
func (p *Publications) insertImport(ctx context.Context, b *Batch, rows *importing) error {
	c := p.db.Conn(ctx)
	const most = 200
	sites := make([]batchSite, len(rows.sites))
	for i, site := range rows.sites {
		sites[i] = batchSite{SiteID: site, Batch: b.ID, Author: b.Author, Reviewer: b.Reviewer}
	}
	for part := range slices.Chunk(sites, most) {
		if _, err := c.NewInsert().Model(&part).On("CONFLICT (site_id, batch) DO NOTHING").Exec(ctx); err != nil {
			return err
		}
	}
	for rest := rows.editions; len(rest) > 0; {
		n := volume(rest)
		part := rest[:n]
		if _, err := c.NewInsert().Model(&part).Exec(ctx); err != nil {
			return err
		}
		rest = rest[n:]
	}
	for part := range slices.Chunk(rows.approvals, most) {
		if _, err := c.NewInsert().Model(&part).Exec(ctx); err != nil {
			return err
		}
	}
	for part := range slices.Chunk(rows.histories, most) {
		if _, err := c.NewInsert().Model(&part).Exec(ctx); err != nil {
			return err
		}
	}
	for part := range slices.Chunk(rows.publics, most) {
		if _, err := c.NewInsert().Model(&part).Exec(ctx); err != nil {
			return err
		}
	}
	return nil
}

// volume answers how many of the editions make a statement of about a megabyte, at least one.
func volume(all []edition) int {
	bytes := 0
	for i := range all {
		if bytes += len(all[i].Payload); bytes > 1<<20 || i == 199 {
			return i + 1
		}
	}
	return len(all)
}
