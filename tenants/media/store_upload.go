package media

import (
	"context"
	"fmt"
	"time"

	"github.com/uptrace/bun"
	"github.com/zhanqun/zhanqun/kernel"
	"github.com/zhanqun/zhanqun/kernel/fault"
	"github.com/zhanqun/zhanqun/storage/db"
)

type arrivalRow struct {
	bun.BaseModel `bun:"table:media_uploads"`
	SiteID        kernel.SiteID    `bun:"site_id,pk"`
	ID            ID               `bun:"id,pk"`
	Name          string           `bun:"name"`
	Alt           string           `bun:"alt"`
	Size          int64            `bun:"size"`
	Got           int64            `bun:"got"`
	State         string           `bun:"state"`
	MediaID       ID               `bun:"media_id"`
	Said          string           `bun:"said"`
	StartedBy     kernel.AccountID `bun:"started_by"`
	StartedName   string           `bun:"started_name"`
	BeganAt       time.Time        `bun:"began_at"`
	MovedAt       time.Time        `bun:"moved_at"`
}

// piece is a part of an arrival that is in the store.
type piece struct {
	bun.BaseModel `bun:"table:media_upload_parts"`
	SiteID        kernel.SiteID `bun:"site_id,pk"`
	UploadID      ID            `bun:"upload_id,pk"`
	AtByte        int64         `bun:"at_byte,pk"`
	ID            ID            `bun:"id"`
	Bytes         int64         `bun:"bytes"`
}

func (m *Media) insertArrival(ctx context.Context, a *Arrival) error {
	r := &arrivalRow{SiteID: a.Site, ID: a.ID, Name: a.Name, Alt: a.Alt, Size: a.Size, State: a.State, StartedBy: a.By, StartedName: a.ByName,
		BeganAt: a.Began, MovedAt: a.Moved}
	if _, err := m.DB.Conn(ctx).NewInsert().Model(r).Exec(ctx); err != nil {
		return db.Fault(fmt.Errorf("begin an upload to site %d: %w", a.Site, err))
	}
	return nil
}

func noArrival() error {
	return fault.New(fault.NotFound, "没有这次上传，可能已经取消，或者停了一天以上。请重新上传。")
}

// arrival is an upload to a site.
func (m *Media) arrival(ctx context.Context, site kernel.SiteID, id ID) (*Arrival, error) {
	var rows []arrivalRow
	if err := m.DB.Conn(ctx).NewSelect().Model(&rows).Where("site_id = ?", site).Where("id = ?", id).Scan(ctx); err != nil {
		return nil, db.Fault(fmt.Errorf("find upload %d of site %d: %w", id, site, err))
	}
	if len(rows) == 0 {
		return nil, noArrival()
	}
	r := rows[0]
	return &Arrival{Site: r.SiteID, ID: r.ID, Name: r.Name, Alt: r.Alt, Size: r.Size, Got: r.Got, State: r.State, Item: r.MediaID, Said: r.Said,
		By: r.StartedBy, ByName: r.StartedName, Began: r.BeganAt.UTC(), Moved: r.MovedAt.UTC()}, nil
}

// expected is how many files with how many bytes a site is promised by uploads that are not done, and how many of these uploads are one person's.
func (m *Media) expected(ctx context.Context, site kernel.SiteID, who kernel.AccountID) (files, bytes, own int64, err error) {
	err = m.DB.Conn(ctx).NewRaw(`SELECT count(*), coalesce(sum(size), 0), coalesce(sum(CASE WHEN started_by = ? THEN 1 ELSE 0 END), 0)
		FROM media_uploads WHERE site_id = ? AND state IN (?, ?)`, who, site, Coming, Whole).Scan(ctx, &files, &bytes, &own)
	return files, bytes, own, db.Fault(err)
}

// advance notes a piece that is in the store, when nobody was faster.
func (m *Media) advance(ctx context.Context, a *Arrival, p *piece, state string) error {
	res, err := m.DB.Conn(ctx).NewRaw(`UPDATE media_uploads SET got = ?, state = ?, moved_at = ? WHERE site_id = ? AND id = ? AND state = ? AND got = ?`,
		p.AtByte+p.Bytes, state, m.Now(), a.Site, a.ID, Coming, p.AtByte).Exec(ctx)
	if err != nil {
		return db.Fault(fmt.Errorf("go on with upload %d of site %d: %w", a.ID, a.Site, err))
	}
	if n, err := res.RowsAffected(); err != nil || n == 0 {
		return ahead(err)
	}
	if _, err := m.DB.Conn(ctx).NewInsert().Model(p).Exec(ctx); err != nil {
		return db.Fault(fmt.Errorf("keep a piece of upload %d of site %d: %w", a.ID, a.Site, err))
	}
	return nil
}

// pieces are the parts of an arrival, in their order.
func (m *Media) pieces(ctx context.Context, site kernel.SiteID, id ID) (all []piece, err error) {
	err = m.DB.Conn(ctx).NewSelect().Model(&all).Where("site_id = ?", site).Where("upload_id = ?", id).Order("at_byte").Scan(ctx)
	return all, db.Fault(err)
}

// allPieces are those of every arrival of a site.
func (m *Media) allPieces(ctx context.Context, site kernel.SiteID) (all []piece, err error) {
	err = m.DB.Conn(ctx).NewSelect().Model(&all).Where("site_id = ?", site).Scan(ctx)
	return all, db.Fault(err)
}

// finish notes what became of a whole arrival, and forgets its pieces.
func (m *Media) finish(ctx context.Context, a *Arrival) error {
	return m.DB.InTx(ctx, func(ctx context.Context) error {
		_, err := m.DB.Conn(ctx).NewRaw(`UPDATE media_uploads SET state = ?, media_id = ?, said = ?, moved_at = ? WHERE site_id = ? AND id = ? AND state = ?`,
			a.State, a.Item, a.Said, m.Now(), a.Site, a.ID, Whole).Exec(ctx)
		if err != nil {
			return db.Fault(fmt.Errorf("finish upload %d of site %d: %w", a.ID, a.Site, err))
		}
		return m.forgetPieces(ctx, a.Site, a.ID)
	})
}

// forget removes the rows of an arrival.
func (m *Media) forget(ctx context.Context, site kernel.SiteID, id ID) error {
	return m.DB.InTx(ctx, func(ctx context.Context) error {
		if err := m.forgetPieces(ctx, site, id); err != nil {
			return err
		}
		_, err := m.DB.Conn(ctx).NewRaw(`DELETE FROM media_uploads WHERE site_id = ? AND id = ?`, site, id).Exec(ctx)
		return db.Fault(err)
	})
}

func (m *Media) forgetPieces(ctx context.Context, site kernel.SiteID, id ID) error {
	_, err := m.DB.Conn(ctx).NewRaw(`DELETE FROM media_upload_parts WHERE site_id = ? AND upload_id = ?`, site, id).Exec(ctx)
	return db.Fault(err)
}
