package checks

import (
	"context"
	"embed"
	"fmt"
	"io/fs"
	"slices"
	"strings"
	"time"

	"github.com/uptrace/bun"
	"github.com/zhanqun/zhanqun/kernel"
	"github.com/zhanqun/zhanqun/platform/publication"
	"github.com/zhanqun/zhanqun/storage/db"
	"github.com/zhanqun/zhanqun/tenants/article"
)

//go:embed migrations/*.sql
var migrations embed.FS

// Migrations returns the room's schema.
func Migrations() fs.FS { return kernel.Folder(migrations, "migrations") }

type packRow struct {
	bun.BaseModel `bun:"table:word_packs"`
	SiteID        kernel.SiteID `bun:"site_id,pk"`
	Name          string        `bun:"name,pk"`
	Digest        string        `bun:"digest"`
	Entries       int64         `bun:"entries"`
	Body          string        `bun:"body"`
	ByName        string        `bun:"by_name"`
	ImportedAt    time.Time     `bun:"imported_at"`
}

// packs lists what a site (0: the cluster) has imported, without the words.
func (k *Checks) packs(ctx context.Context, site kernel.SiteID) ([]packRow, error) {
	var rows []packRow
	err := k.DB.Conn(ctx).NewSelect().Model(&rows).ExcludeColumn("body").Where("site_id = ?", site).Where("name <> ?", basicName).Order("name").Scan(ctx)
	if err != nil {
		return nil, db.Fault(fmt.Errorf("list the word packs of site %d: %w", site, err))
	}
	return rows, nil
}

// pack reads the words of one.
func (k *Checks) pack(ctx context.Context, site kernel.SiteID, name string) (string, error) {
	var body string
	err := k.DB.Conn(ctx).NewSelect().Table("word_packs").Column("body").Where("site_id = ?", site).Where("name = ?", name).Scan(ctx, &body)
	if err != nil {
		return "", db.Fault(fmt.Errorf("load the word pack %q of site %d: %w", name, site, err))
	}
	return body, nil
}

func (k *Checks) putPack(ctx context.Context, r *packRow) error {
	_, err := k.DB.Conn(ctx).NewInsert().Model(r).On("CONFLICT (site_id, name) DO UPDATE").Set("digest = EXCLUDED.digest").Set("entries = EXCLUDED.entries").
		Set("body = EXCLUDED.body").Set("by_name = EXCLUDED.by_name").Set("imported_at = EXCLUDED.imported_at").Exec(ctx)
	if err != nil {
		return db.Fault(fmt.Errorf("keep the word pack %q of site %d: %w", r.Name, r.SiteID, err))
	}
	return nil
}

func (k *Checks) dropPack(ctx context.Context, site kernel.SiteID, name string) error {
	_, err := k.DB.Conn(ctx).NewDelete().Table("word_packs").Where("site_id = ?", site).Where("name = ?", name).Exec(ctx)
	if err != nil {
		return db.Fault(fmt.Errorf("remove the word pack %q of site %d: %w", name, site, err))
	}
	return nil
}

type hitRow struct {
	bun.BaseModel `bun:"table:check_hits"`
	SiteID        kernel.SiteID `bun:"site_id,pk"`
	ArticleID     article.ID    `bun:"article_id,pk"`
	N             int64         `bun:"n,pk"`
	Rule          Rule          `bun:"rule"`
	Severity      Severity      `bun:"severity"`
	Say           string        `bun:"say"`
	Quote         string        `bun:"quote"`
}

// putHits replaces what was found in an article.
func (k *Checks) putHits(ctx context.Context, site kernel.SiteID, id article.ID, found []Finding) error {
	_, err := k.DB.Conn(ctx).NewDelete().Table("check_hits").Where("site_id = ?", site).Where("article_id = ?", id).Exec(ctx)
	if err == nil && len(found) > 0 {
		rows := make([]hitRow, len(found))
		for i, f := range found {
			rows[i] = hitRow{SiteID: site, ArticleID: id, N: int64(i), Rule: f.Rule, Severity: f.Severity, Say: f.Say, Quote: f.shown()}
		}
		_, err = k.DB.Conn(ctx).NewInsert().Model(&rows).Exec(ctx)
	}
	if err != nil {
		return db.Fault(fmt.Errorf("keep what was found in article %d of site %d: %w", id, site, err))
	}
	return nil
}

// hits reads a page of what was found on a site, Must first, the newest article first.
func (k *Checks) hits(ctx context.Context, site kernel.SiteID, p kernel.Page) ([]hitRow, error) {
	var rows []hitRow
	err := k.DB.Conn(ctx).NewSelect().Model(&rows).Where("site_id = ?", site).Order("severity", "article_id DESC", "n").
		Limit(int64(p.Size)).Offset(int64(p.Offset())).Scan(ctx)
	if err != nil {
		return nil, db.Fault(fmt.Errorf("list what was found on site %d: %w", site, err))
	}
	return rows, nil
}

type printRow struct {
	bun.BaseModel  `bun:"table:article_prints"`
	SiteID         kernel.SiteID `bun:"site_id,pk"`
	ArticleID      article.ID    `bun:"article_id,pk"`
	Print          *int64        `bun:"print"`
	B0, B1, B2, B3 *int64
}

// putPrint notes that an article was read, with its print when it has one.
func (k *Checks) putPrint(ctx context.Context, site kernel.SiteID, id article.ID, print uint64, ok bool) error {
	row := printRow{SiteID: site, ArticleID: id}
	if ok {
		p, b := int64(print), bands(print)
		row.Print, row.B0, row.B1, row.B2, row.B3 = &p, &b[0], &b[1], &b[2], &b[3]
	}
	err := k.dropPrint(ctx, site, id)
	if err == nil {
		_, err = k.DB.Conn(ctx).NewInsert().Model(&row).Exec(ctx)
	}
	if err != nil {
		return db.Fault(fmt.Errorf("keep the print of article %d of site %d: %w", id, site, err))
	}
	return nil
}

func (k *Checks) dropPrint(ctx context.Context, site kernel.SiteID, id article.ID) error {
	_, err := k.DB.Conn(ctx).NewDelete().Table("article_prints").Where("site_id = ?", site).Where("article_id = ?", id).Exec(ctx)
	if err != nil {
		return db.Fault(fmt.Errorf("forget the print of article %d of site %d: %w", id, site, err))
	}
	return nil
}

// unread are those of a site's articles that nobody has read yet.
func (k *Checks) unread(ctx context.Context, site kernel.SiteID, ids []int64) ([]int64, error) {
	var read []int64
	err := k.DB.Conn(ctx).NewSelect().Table("article_prints").Column("article_id").Where("site_id = ?", site).Where("article_id IN (?)", bun.List(ids)).
		Order("article_id").Scan(ctx, &read)
	if err != nil {
		return nil, db.Fault(fmt.Errorf("list what was read of site %d: %w", site, err))
	}
	return slices.DeleteFunc(slices.Clone(ids), func(id int64) bool { _, was := slices.BinarySearch(read, id); return was }), nil
}

// basicRead is the digest of the program's own pack with which all that is public was last read.
func (k *Checks) basicRead(ctx context.Context) (string, error) {
	var digests []string
	err := k.DB.Conn(ctx).NewSelect().Table("word_packs").Column("digest").Where("site_id = ?", kernel.Platform).Where("name = ?", basicName).Scan(ctx, &digests)
	if err != nil {
		return "", db.Fault(fmt.Errorf("look which basic pack was read: %w", err))
	}
	return strings.Join(digests, ""), nil
}

// candidatesMost bounds how many prints of one quarter are compared.
const candidatesMost = 200

// candidates are the prints of the whole cluster that share a quarter with print. It is the one question here that is not a site's: who
// copies whom is found across sites, and only what is public has a print.
func (k *Checks) candidates(ctx context.Context, print uint64) ([]printRow, error) {
	var rows []printRow
	b := bands(print)
	err := k.DB.Conn(ctx).NewRaw(`SELECT * FROM (SELECT * FROM article_prints WHERE b0 = ? LIMIT ?) AS q0
		UNION SELECT * FROM (SELECT * FROM article_prints WHERE b1 = ? LIMIT ?) AS q1
		UNION SELECT * FROM (SELECT * FROM article_prints WHERE b2 = ? LIMIT ?) AS q2
		UNION SELECT * FROM (SELECT * FROM article_prints WHERE b3 = ? LIMIT ?) AS q3 ORDER BY site_id, article_id`,
		b[0], candidatesMost, b[1], candidatesMost, b[2], candidatesMost, b[3], candidatesMost).Scan(ctx, &rows)
	if err != nil {
		return nil, db.Fault(fmt.Errorf("look for prints alike: %w", err))
	}
	return rows, nil
}

// Reason is why an edition was sent although something was found in it.
type Reason struct {
	Words, Rules, By string
	At               time.Time
}

func (k *Checks) putReason(ctx context.Context, site kernel.SiteID, e publication.EditionID, r Reason) error {
	_, err := k.DB.Conn(ctx).NewRaw(`INSERT INTO check_reasons (site_id, edition_id, reason, rules, by_name, at) VALUES (?, ?, ?, ?, ?, ?)`,
		site, e, r.Words, r.Rules, r.By, r.At).Exec(ctx)
	if err != nil {
		return db.Fault(fmt.Errorf("keep the reason of edition %d of site %d: %w", e, site, err))
	}
	return nil
}

// ReasonOf answers why an edition was sent all the same; its Words are "" when there was nothing to say.
func (k *Checks) ReasonOf(ctx context.Context, site kernel.SiteID, e publication.EditionID) (Reason, error) {
	var rows []struct {
		Reason, Rules, ByName string
		At                    time.Time
	}
	err := k.DB.Conn(ctx).NewRaw(`SELECT reason, rules, by_name, at FROM check_reasons WHERE site_id = ? AND edition_id = ?`, site, e).Scan(ctx, &rows)
	if err != nil || len(rows) == 0 {
		return Reason{}, db.Fault(err)
	}
	return Reason{rows[0].Reason, rows[0].Rules, rows[0].ByName, rows[0].At.UTC()}, nil
}
