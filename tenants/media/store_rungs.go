package media

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"github.com/uptrace/bun"
	"github.com/zhanqun/zhanqun/kernel"
	"github.com/zhanqun/zhanqun/kernel/fault"
	"github.com/zhanqun/zhanqun/storage/db"
)

type rungRow struct {
	bun.BaseModel `bun:"table:media_rungs,alias:r"`
	SiteID        kernel.SiteID `bun:"site_id,pk"`
	MediaID       ID            `bun:"media_id,pk"`
	Side          int           `bun:"side,pk"`
	State         string        `bun:"state"`
	Progress      int           `bun:"progress"`
	Width         int           `bun:"width"`
	Height        int           `bun:"height"`
	Rate          int64         `bun:"rate"`
	SHA256        string        `bun:"sha256"`
	Bytes         int64         `bun:"bytes"`
	List          string        `bun:"list"`
	Why           string        `bun:"why"`
	At            time.Time     `bun:"at"`
}

// putRung writes what became of a size, over what was known of it.
func (m *Media) putRung(ctx context.Context, site kernel.SiteID, id ID, r Rung, list string) error {
	row := &rungRow{SiteID: site, MediaID: id, Side: r.Side, State: r.State, Progress: r.Progress, Width: r.Width, Height: r.Height, Rate: r.Rate,
		SHA256: r.Form.SHA256, Bytes: r.Form.Bytes, List: list, Why: r.Why, At: m.Now()}
	q := m.DB.Conn(ctx).NewInsert().Model(row).On("CONFLICT (site_id, media_id, side) DO UPDATE")
	for _, c := range []string{"state", "progress", "width", "height", "rate", "sha256", "bytes", "list", "why", "at"} {
		q = q.Set("? = EXCLUDED.?", bun.Ident(c), bun.Ident(c))
	}
	if _, err := q.Exec(ctx); err != nil {
		return db.Fault(fmt.Errorf("write size %d of film %d of site %d: %w", r.Side, id, site, err))
	}
	return nil
}

// stepRung writes how far a size is.
func (m *Media) stepRung(ctx context.Context, site kernel.SiteID, id ID, side, progress int) error {
	return m.DB.InTx(ctx, func(ctx context.Context) error {
		_, err := m.DB.Conn(ctx).NewRaw(`UPDATE media_rungs SET progress = ? WHERE site_id = ? AND media_id = ? AND side = ?`, progress, site, id, side).Exec(ctx)
		return db.Fault(err)
	})
}

// raised gives films their sizes, the smallest first.
func (m *Media) raised(ctx context.Context, site kernel.SiteID, films map[ID]*Film, ids []ID) error {
	if len(films) == 0 {
		return nil
	}
	var rows []rungRow
	err := m.DB.Conn(ctx).NewSelect().Model(&rows).ExcludeColumn("list").Where("r.site_id = ?", site).Where("r.media_id IN (?)", bun.List(ids)).Order("r.side").Scan(ctx)
	if err != nil {
		return db.Fault(fmt.Errorf("read the sizes of films of site %d: %w", site, err))
	}
	for _, r := range rows {
		if f := films[r.MediaID]; f != nil {
			f.Rungs = append(f.Rungs, Rung{Side: r.Side, State: r.State, Progress: r.Progress, Width: r.Width, Height: r.Height, Rate: r.Rate,
				Form: Form{"mp4", r.SHA256, r.Bytes}, Why: r.Why})
		}
	}
	return nil
}

// listOf is the list of a size.
func (m *Media) listOf(ctx context.Context, site kernel.SiteID, id ID, side int) (list string, err error) {
	err = m.DB.Conn(ctx).NewSelect().Model((*rungRow)(nil)).Column("list").Where("r.site_id = ?", site).Where("r.media_id = ? AND r.side = ?", id, side).Scan(ctx, &list)
	if errors.Is(err, sql.ErrNoRows) {
		return "", fault.New(fault.NotFound, "没有这个文件。")
	}
	return list, db.Fault(err)
}
