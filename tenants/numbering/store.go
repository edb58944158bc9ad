package numbering

import (
	"context"
	"embed"
	"fmt"
	"io/fs"
	"time"

	"github.com/uptrace/bun"
	"github.com/zhanqun/zhanqun/kernel"
	"github.com/zhanqun/zhanqun/kernel/fault"
	"github.com/zhanqun/zhanqun/storage/db"
)

//go:embed migrations/*.sql
var migrations embed.FS

// Migrations returns the room's schema.
func Migrations() fs.FS { return kernel.Folder(migrations, "migrations") }

type ruleRow struct {
	bun.BaseModel `bun:"table:index_rules,alias:r"`
	SiteID        kernel.SiteID `bun:"site_id,pk"`
	Pattern       string        `bun:"pattern"`
	Region        string        `bun:"region"`
	Organ         string        `bun:"organ"`
	Subjects      string        `bun:"subjects"`
	First         int64         `bun:"first"`
	Gathered      bool          `bun:"gathered"`
	Version       int64         `bun:"version"`
	ByName        string        `bun:"by_name"`
	ChangedAt     time.Time     `bun:"changed_at"`
}

// Rule is a site's rule; its Version is 0 where there is none.
func (n *Numbering) Rule(ctx context.Context, site kernel.SiteID) (Rule, error) {
	var rows []ruleRow
	if err := n.DB.Conn(ctx).NewSelect().Model(&rows).Where("site_id = ?", site).Scan(ctx); err != nil {
		return Rule{}, db.Fault(fmt.Errorf("load the rule of the index numbers of site %d: %w", site, err))
	}
	if len(rows) == 0 {
		return Rule{}, nil
	}
	r := rows[0]
	return Rule{r.Pattern, r.Region, r.Organ, r.Subjects, r.First, r.Gathered, r.Version, r.ByName, r.ChangedAt.UTC()}, nil
}

// put writes a rule in place of the one of the version that it names.
func (n *Numbering) put(ctx context.Context, site kernel.SiteID, r Rule) error {
	row := ruleRow{SiteID: site, Pattern: r.Pattern, Region: r.Region, Organ: r.Organ, Subjects: r.Subjects, First: r.First, Gathered: r.Gathered,
		Version: r.Version + 1, ByName: r.By, ChangedAt: r.At}
	q := n.DB.Conn(ctx).NewInsert().Model(&row).On("CONFLICT (site_id) DO UPDATE").Where("r.version = ?", r.Version).Returning("NULL")
	for _, c := range []string{"pattern", "region", "organ", "subjects", "first", "version", "by_name", "changed_at"} {
		q = q.Set("? = EXCLUDED.?", bun.Ident(c), bun.Ident(c))
	}
	res, err := q.Exec(ctx)
	if err != nil {
		return db.Fault(fmt.Errorf("keep the rule of the index numbers of site %d: %w", site, err))
	}
	if changed, err := res.RowsAffected(); err != nil || changed > 0 {
		return err
	}
	return fault.New(fault.Conflict, "规则刚被别人改过。请先记下您写的，刷新后再改。")
}

// gathered notes that the numbers which were public before are known.
func (n *Numbering) gathered(ctx context.Context, site kernel.SiteID) error {
	_, err := n.DB.Conn(ctx).NewUpdate().Model((*ruleRow)(nil)).Set("gathered = ?", true).Where("site_id = ?", site).Exec(ctx)
	if err != nil {
		return db.Fault(fmt.Errorf("note the index numbers of site %d: %w", site, err))
	}
	return nil
}

// count is the next running number of a row of numbers. It waits for whoever counts there, and is taken back with the transaction.
func (n *Numbering) count(ctx context.Context, site kernel.SiteID, scope string, first int64) (last int64, err error) {
	err = n.DB.Conn(ctx).NewRaw(`INSERT INTO index_sequences (site_id, scope, last) VALUES (?, ?, ?)
		ON CONFLICT (site_id, scope) DO UPDATE SET last = CASE WHEN index_sequences.last + 1 < EXCLUDED.last THEN EXCLUDED.last ELSE index_sequences.last + 1 END RETURNING last`,
		site, scope, first).Scan(ctx, &last)
	if err != nil {
		return 0, db.Fault(fmt.Errorf("count the index numbers %s of site %d: %w", scope, site, err))
	}
	return last, nil
}

// of are the numbers of an article, the public one first, then the last given.
func (n *Numbering) of(ctx context.Context, site kernel.SiteID, article int64) (all []taken, err error) {
	err = n.DB.Conn(ctx).NewRaw(`SELECT number, article_id AS article, public FROM index_numbers WHERE site_id = ? AND article_id = ? ORDER BY public DESC, at DESC, number DESC`,
		site, article).Scan(ctx, &all)
	if err != nil {
		return nil, db.Fault(fmt.Errorf("load the index numbers of article %d of site %d: %w", article, site, err))
	}
	return all, nil
}

// whose is the article that has a number, or 0.
func (n *Numbering) whose(ctx context.Context, site kernel.SiteID, number string) (int64, error) {
	var ids []int64
	err := n.DB.Conn(ctx).NewRaw(`SELECT article_id FROM index_numbers WHERE site_id = ? AND number = ?`, site, number).Scan(ctx, &ids)
	if err != nil {
		return 0, db.Fault(fmt.Errorf("look for the index number %s of site %d: %w", number, site, err))
	}
	if len(ids) == 0 {
		return 0, nil
	}
	return ids[0], nil
}

// keep notes whose a number is. Another document's stays that one's, and mine is false; public stays public.
func (n *Numbering) keep(ctx context.Context, site kernel.SiteID, t taken) (mine bool, err error) {
	res, err := n.DB.Conn(ctx).NewRaw(`INSERT INTO index_numbers (site_id, number, article_id, public, at) VALUES (?, ?, ?, ?, ?)
		ON CONFLICT (site_id, number) DO UPDATE SET public = index_numbers.public OR EXCLUDED.public WHERE index_numbers.article_id = EXCLUDED.article_id`,
		site, t.Number, t.Article, t.Public, n.Now()).Exec(ctx)
	if err != nil {
		return false, db.Fault(fmt.Errorf("keep the index number %s of site %d: %w", t.Number, site, err))
	}
	changed, err := res.RowsAffected()
	return changed > 0, err
}

// Row is how far a row of numbers has come.
type Row struct {
	Scope string // the number, with {} for the running number
	Last  int64
}

// Rows are the site's rows of numbers, the last of them first.
func (n *Numbering) Rows(ctx context.Context, site kernel.SiteID, most int) (all []Row, err error) {
	err = n.DB.Conn(ctx).NewRaw(`SELECT scope, last FROM index_sequences WHERE site_id = ? ORDER BY scope DESC LIMIT ?`, site, most).Scan(ctx, &all)
	if err != nil {
		return nil, db.Fault(fmt.Errorf("list the index numbers of site %d: %w", site, err))
	}
	return all, nil
}
