package visits

import (
	"cmp"
	"context"
	"embed"
	"fmt"
	"io/fs"
	"slices"

	"github.com/uptrace/bun"
	"github.com/zhanqun/zhanqun/kernel"
	"github.com/zhanqun/zhanqun/storage/db"
)

//go:embed migrations/*.sql
var migrations embed.FS

// Migrations returns the room's schema.
func Migrations() fs.FS { return kernel.Folder(migrations, "migrations") }

type dayRow struct {
	bun.BaseModel `bun:"table:visit_days,alias:v"`
	SiteID        kernel.SiteID  `bun:"site_id,pk"`
	Day           string         `bun:"day,pk"`
	Variant       kernel.Variant `bun:"variant,pk"`
	Reads         int64
	Visits        int64
}

type pageRow struct {
	bun.BaseModel `bun:"table:visit_pages,alias:v"`
	SiteID        kernel.SiteID `bun:"site_id,pk"`
	Day           string        `bun:"day,pk"`
	Path          string        `bun:"path,pk"`
	Reads         int64
	Visits        int64
}

// rowsAtOnce is how many rows one statement writes.
const rowsAtOnce = 500

// write adds what was counted to the rows of its days and pages, all or nothing. Rows are written in one order, so that nodes do not lock each other.
func (v *Visits) write(ctx context.Context, all []kernel.Counted[about, Figures]) error {
	var pages []pageRow
	days := map[dayRow]Figures{}
	for _, c := range all {
		k := c.Key
		if n := len(pages); n > 0 && pages[n-1].SiteID == k.site && pages[n-1].Day == k.day && pages[n-1].Path == k.path {
			pages[n-1].Reads, pages[n-1].Visits = pages[n-1].Reads+c.Value.Reads, pages[n-1].Visits+c.Value.Visits
		} else {
			pages = append(pages, pageRow{SiteID: k.site, Day: k.day, Path: k.path, Reads: c.Value.Reads, Visits: c.Value.Visits})
		}
		of := dayRow{SiteID: k.site, Day: k.day, Variant: k.variant}
		days[of] = days[of].plus(c.Value)
	}
	sums := make([]dayRow, 0, len(days))
	for row, f := range days {
		row.Reads, row.Visits = f.Reads, f.Visits
		sums = append(sums, row)
	}
	slices.SortFunc(sums, func(a, b dayRow) int {
		return cmp.Or(cmp.Compare(a.SiteID, b.SiteID), cmp.Compare(a.Day, b.Day), cmp.Compare(a.Variant, b.Variant))
	})
	return v.DB.InTx(ctx, func(ctx context.Context) error {
		if err := v.add(ctx, "site_id, day, variant", each(sums)); err != nil {
			return err
		}
		return v.add(ctx, "site_id, day, path", each(pages))
	})
}

// each cuts rows into as many as one statement writes.
func each[T any](rows []T) (all []any) {
	for part := range slices.Chunk(rows, rowsAtOnce) {
		all = append(all, &part)
	}
	return all
}

func (v *Visits) add(ctx context.Context, key string, parts []any) error {
	for _, rows := range parts {
		_, err := v.DB.Conn(ctx).NewInsert().Model(rows).On("CONFLICT (?) DO UPDATE", bun.Safe(key)).
			Set("reads = v.reads + EXCLUDED.reads").Set("visits = v.visits + EXCLUDED.visits").Returning("NULL").Exec(ctx)
		if err != nil {
			return db.Fault(fmt.Errorf("count visits: %w", err))
		}
	}
	return nil
}

// counted is what a query answers of a name.
type named struct {
	Name   string
	Reads  int64
	Visits int64
}

// daily are the figures of a site's days from one to another, those on which it was read, in order.
func (v *Visits) daily(ctx context.Context, site kernel.SiteID, from, to string) ([]named, error) {
	var rows []named
	err := v.DB.Conn(ctx).NewRaw(`SELECT day AS name, CAST(sum(reads) AS bigint) AS reads, CAST(sum(visits) AS bigint) AS visits FROM visit_days
		WHERE site_id = ? AND day >= ? AND day <= ? GROUP BY day ORDER BY day`, site, from, to).Scan(ctx, &rows)
	return rows, faultOf(err, site)
}

// variants are the figures of the forms in which a site was read.
func (v *Visits) variants(ctx context.Context, site kernel.SiteID, from, to string) ([]named, error) {
	var rows []named
	err := v.DB.Conn(ctx).NewRaw(`SELECT variant AS name, CAST(sum(reads) AS bigint) AS reads, CAST(sum(visits) AS bigint) AS visits FROM visit_days
		WHERE site_id = ? AND day >= ? AND day <= ? GROUP BY variant ORDER BY reads DESC, variant`, site, from, to).Scan(ctx, &rows)
	return rows, faultOf(err, site)
}

// most are the pages of a site below an address that were read most.
func (v *Visits) most(ctx context.Context, site kernel.SiteID, from, to, below string, n int) ([]named, error) {
	var rows []named
	err := v.DB.Conn(ctx).NewRaw(`SELECT path AS name, CAST(sum(reads) AS bigint) AS reads, CAST(sum(visits) AS bigint) AS visits FROM visit_pages
		WHERE site_id = ? AND day >= ? AND day <= ? AND substr(path, 1, ?) = ? GROUP BY path ORDER BY reads DESC, path LIMIT ?`,
		site, from, to, len(below), below, n).Scan(ctx, &rows)
	return rows, faultOf(err, site)
}

// sorts are the figures of a site's pages by what they are: the two bytes with which the address of an article or a column begins, or the whole address.
func (v *Visits) sorts(ctx context.Context, site kernel.SiteID, from, to string) ([]named, error) {
	var rows []named
	err := v.DB.Conn(ctx).NewRaw(`SELECT CASE WHEN substr(path, 1, 3) IN ('/a/', '/c/') THEN substr(path, 1, 3) WHEN path IN ('/', '/search') THEN path ELSE '' END AS name,
		CAST(sum(reads) AS bigint) AS reads, CAST(sum(visits) AS bigint) AS visits FROM visit_pages WHERE site_id = ? AND day >= ? AND day <= ? GROUP BY 1 ORDER BY reads DESC, name`,
		site, from, to).Scan(ctx, &rows)
	return rows, faultOf(err, site)
}

func faultOf(err error, site kernel.SiteID) error {
	if err == nil {
		return nil
	}
	return db.Fault(fmt.Errorf("count the visits of site %d: %w", site, err))
}

// bySite are the figures of every site from one day to another. It is the platform's own question: no site asks it.
func (v *Visits) bySite(ctx context.Context, from, to string) (map[kernel.SiteID]Figures, error) {
	var rows []struct {
		SiteID kernel.SiteID
		Reads  int64
		Visits int64
	}
	err := v.DB.Conn(ctx).NewRaw(`SELECT site_id, CAST(sum(reads) AS bigint) AS reads, CAST(sum(visits) AS bigint) AS visits FROM visit_days
		WHERE day >= ? AND day <= ? GROUP BY site_id`, from, to).Scan(ctx, &rows)
	all := map[kernel.SiteID]Figures{}
	for _, r := range rows {
		all[r.SiteID] = Figures{r.Reads, r.Visits}
	}
	return all, faultOf(err, kernel.Platform)
}

// counted are the sites that were ever read.
func (v *Visits) counts(ctx context.Context) (ids []kernel.SiteID, err error) {
	err = v.DB.Conn(ctx).NewRaw(`SELECT DISTINCT site_id FROM visit_days ORDER BY site_id`).Scan(ctx, &ids)
	return ids, faultOf(err, kernel.Platform)
}

// gather sums a site's single pages of a day beyond those that are kept apart: the most read stay.
func (v *Visits) gather(ctx context.Context, site kernel.SiteID, day string, keep int) error {
	var rest []pageRow
	err := v.DB.Conn(ctx).NewSelect().Model(&rest).Where("v.site_id = ?", site).Where("v.day = ?", day).Where("v.path <> ''").
		Order("v.reads DESC", "v.path").Offset(int64(keep)).Limit(1_000_000).Scan(ctx)
	if err != nil || len(rest) == 0 {
		return faultOf(err, site)
	}
	sum := pageRow{SiteID: site, Day: day}
	for _, r := range rest {
		sum.Reads, sum.Visits = sum.Reads+r.Reads, sum.Visits+r.Visits
	}
	for part := range slices.Chunk(rest, rowsAtOnce) {
		paths := make([]string, len(part))
		for i, r := range part {
			paths[i] = r.Path
		}
		_, err := v.DB.Conn(ctx).NewDelete().Model((*pageRow)(nil)).Where("site_id = ?", site).Where("day = ?", day).Where("path IN (?)", bun.List(paths)).Exec(ctx)
		if err != nil {
			return faultOf(err, site)
		}
	}
	return v.add(ctx, "site_id, day, path", each([]pageRow{sum}))
}

// byMonth turns a site's days before one into months. Months sort before their days and are no longer than seven characters.
func (v *Visits) byMonth(ctx context.Context, site kernel.SiteID, before string) error {
	for _, sql := range []string{
		`INSERT INTO visit_days (site_id, day, variant, reads, visits) SELECT site_id, substr(day, 1, 7), variant, sum(reads), sum(visits) FROM visit_days
			WHERE site_id = ? AND day < ? AND length(day) > 7 GROUP BY site_id, substr(day, 1, 7), variant
			ON CONFLICT (site_id, day, variant) DO UPDATE SET reads = visit_days.reads + EXCLUDED.reads, visits = visit_days.visits + EXCLUDED.visits`,
		`DELETE FROM visit_days WHERE site_id = ? AND day < ? AND length(day) > 7`,
		`INSERT INTO visit_pages (site_id, day, path, reads, visits) SELECT site_id, substr(day, 1, 7), path, sum(reads), sum(visits) FROM visit_pages
			WHERE site_id = ? AND day < ? AND length(day) > 7 GROUP BY site_id, substr(day, 1, 7), path
			ON CONFLICT (site_id, day, path) DO UPDATE SET reads = visit_pages.reads + EXCLUDED.reads, visits = visit_pages.visits + EXCLUDED.visits`,
		`DELETE FROM visit_pages WHERE site_id = ? AND day < ? AND length(day) > 7`,
	} {
		if _, err := v.DB.Conn(ctx).NewRaw(sql, site, before).Exec(ctx); err != nil {
			return faultOf(err, site)
		}
	}
	return nil
}
