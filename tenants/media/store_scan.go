package media

import (
	"context"
	"fmt"
	"time"

	"github.com/uptrace/bun"
	"github.com/zhanqun/zhanqun/kernel"
	"github.com/zhanqun/zhanqun/storage/db"
)

type scanRow struct {
	bun.BaseModel `bun:"table:media_scans"`
	SiteID        kernel.SiteID    `bun:"site_id,pk"`
	NoteID        int64            `bun:"note_id,pk"`
	Name          string           `bun:"name"`
	Kind          string           `bun:"kind"`
	SHA256        string           `bun:"sha256"`
	Bytes         int64            `bun:"bytes"`
	TakenBy       kernel.AccountID `bun:"taken_by"`
	At            time.Time        `bun:"at"`
}

func (m *Media) insertScan(ctx context.Context, s *Scan) error {
	r := &scanRow{SiteID: s.Site, NoteID: s.Note, Name: s.Name, Kind: s.Kind, SHA256: s.SHA256, Bytes: s.Bytes, TakenBy: s.By, At: s.At}
	if _, err := m.DB.Conn(ctx).NewInsert().Model(r).Exec(ctx); err != nil {
		return db.Fault(fmt.Errorf("keep the scan beside note %d of site %d: %w", s.Note, s.Site, err))
	}
	return nil
}

// Scans are the scans beside the notes of a site, by note; without any note named, all of them.
func (m *Media) Scans(ctx context.Context, site kernel.SiteID, notes ...int64) (map[int64]*Scan, error) {
	var rows []scanRow
	q := m.DB.Conn(ctx).NewSelect().Model(&rows).Where("site_id = ?", site)
	if len(notes) > 0 {
		q = q.Where("note_id IN (?)", bun.List(notes))
	}
	if err := q.Scan(ctx); err != nil {
		return nil, db.Fault(fmt.Errorf("find scans of site %d: %w", site, err))
	}
	all := make(map[int64]*Scan, len(rows))
	for _, r := range rows {
		all[r.NoteID] = &Scan{Site: r.SiteID, Note: r.NoteID, Name: r.Name, Kind: r.Kind, SHA256: r.SHA256, Bytes: r.Bytes, By: r.TakenBy, At: r.At.UTC()}
	}
	return all, nil
}
