package search

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

type listRow struct {
	bun.BaseModel `bun:"table:search_lists,alias:l"`
	SiteID        kernel.SiteID `bun:"site_id,pk"`
	Alike         string        `bun:"alike"`
	Hot           string        `bun:"hot"`
	Best          string        `bun:"best"`
	Version       int64         `bun:"version"`
	ByName        string        `bun:"by_name"`
	ChangedAt     time.Time     `bun:"changed_at"`
}

// Lists reads what is written down for a site, or for all sites with kernel.Platform.
func (s *Search) Lists(ctx context.Context, site kernel.SiteID) (Lists, error) {
	var rows []listRow
	if err := s.DB.Conn(ctx).NewSelect().Model(&rows).Where("site_id = ?", site).Scan(ctx); err != nil {
		return Lists{}, db.Fault(fmt.Errorf("load the words of the search of site %d: %w", site, err))
	}
	if len(rows) == 0 {
		return Lists{}, nil
	}
	r := rows[0]
	return Lists{r.Alike, r.Hot, r.Best, r.Version, r.ByName, r.ChangedAt.UTC()}, nil
}

// putLists writes the lists in place of those of the version that l names.
func (s *Search) putLists(ctx context.Context, site kernel.SiteID, l Lists) error {
	row := listRow{SiteID: site, Alike: l.Alike, Hot: l.Hot, Best: l.Best, Version: l.Version + 1, ByName: l.By, ChangedAt: l.At}
	q := s.DB.Conn(ctx).NewInsert().Model(&row).On("CONFLICT (site_id) DO UPDATE").Set("alike = EXCLUDED.alike").Set("hot = EXCLUDED.hot").
		Set("best = EXCLUDED.best").Set("version = EXCLUDED.version").Set("by_name = EXCLUDED.by_name").Set("changed_at = EXCLUDED.changed_at").
		Where("l.version = ?", l.Version).Returning("NULL")
	res, err := q.Exec(ctx)
	if err != nil {
		return db.Fault(fmt.Errorf("keep the words of the search of site %d: %w", site, err))
	}
	if n, err := res.RowsAffected(); err != nil || n > 0 {
		return err
	}
	return fault.New(fault.Conflict, "这些词刚被别人改过。请先记下您写的，刷新后再改。")
}

// count adds to how often nothing was found for a word. A site that has as many words of a day as are kept gets no more, and what is too old goes.
func (s *Search) count(ctx context.Context, m miss, times int64) error {
	res, err := s.DB.Conn(ctx).NewRaw(`UPDATE search_misses SET times = times + ? WHERE site_id = ? AND day = ? AND word = ?`, times, m.site, m.day, m.word).Exec(ctx)
	if err != nil {
		return db.Fault(fmt.Errorf("count a word of site %d: %w", m.site, err))
	}
	if n, err := res.RowsAffected(); err != nil || n > 0 {
		return err
	}
	_, err = s.DB.Conn(ctx).NewRaw(`DELETE FROM search_misses WHERE site_id = ? AND day < ?`, m.site, s.day(missDays)).Exec(ctx)
	if err == nil {
		_, err = s.DB.Conn(ctx).NewRaw(`INSERT INTO search_misses (site_id, day, word, times) SELECT ?, ?, ?, ?
			WHERE (SELECT count(*) FROM search_misses WHERE site_id = ? AND day = ?) < ? ON CONFLICT (site_id, day, word) DO UPDATE SET times = search_misses.times + EXCLUDED.times`,
			m.site, m.day, m.word, times, m.site, m.day, missEachDay).Exec(ctx)
	}
	if err != nil {
		return db.Fault(fmt.Errorf("note a word of site %d: %w", m.site, err))
	}
	return nil
}

// Missed lists what people looked for in vain on a site within the last days, the most often first.
func (s *Search) Missed(ctx context.Context, site kernel.SiteID, days, most int) ([]Missed, error) {
	var rows []struct {
		Word  string
		Total int64
		Last  string
	}
	err := s.DB.Conn(ctx).NewRaw(`SELECT word, CAST(sum(times) AS bigint) AS total, max(day) AS last FROM search_misses WHERE site_id = ? AND day > ?
		GROUP BY word ORDER BY total DESC, last DESC, word LIMIT ?`, site, s.day(days), most).Scan(ctx, &rows)
	if err != nil {
		return nil, db.Fault(fmt.Errorf("list what was looked for in vain on site %d: %w", site, err))
	}
	all := make([]Missed, len(rows))
	for i, r := range rows {
		all[i] = Missed{r.Word, r.Total, r.Last}
	}
	return all, nil
}
