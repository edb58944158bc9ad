package emergency

import (
	"context"
	"embed"
	"fmt"
	"io/fs"
	"time"

	"github.com/uptrace/bun"
	"github.com/zhanqun/zhanqun/kernel"
	"github.com/zhanqun/zhanqun/kernel/fault"
	"github.com/zhanqun/zhanqun/platform/publication"
	"github.com/zhanqun/zhanqun/storage/db"
)

//go:embed migrations/*.sql
var migrations embed.FS

// Migrations returns the room's schema.
func Migrations() fs.FS { return kernel.Folder(migrations, "migrations") }

type row struct {
	bun.BaseModel `bun:"table:warnings,alias:w"`
	SiteID        kernel.SiteID `bun:"site_id,pk"`
	ID            int64         `bun:"id,pk"`
	Version       int64
	Payload       string
	Author        kernel.AccountID
	UpdatedAt     time.Time
	Sent          string
	EditionID     publication.EditionID
	Phase         string
	Spread        bool
	FromAt        time.Time `bun:",nullzero"`
	UntilAt       time.Time `bun:",nullzero"`
	Why           string
}

func (k *Kept) row() (*row, error) {
	payload, err := k.encode()
	if err != nil {
		return nil, err
	}
	r := &row{SiteID: k.Site, ID: k.ID, Version: k.Version, Payload: payload, Author: k.Author, UpdatedAt: k.UpdatedAt, EditionID: k.Edition, Phase: string(k.Phase),
		Spread: k.Spread, FromAt: k.Since, UntilAt: k.Till, Why: k.Why}
	if k.Sent != (Warning{}) {
		r.Sent, err = k.Sent.encode()
	}
	return r, err
}

func (r *row) kept() (k Kept, err error) {
	k = Kept{Site: r.SiteID, ID: r.ID, Version: r.Version, Author: r.Author, UpdatedAt: r.UpdatedAt.UTC(), Edition: r.EditionID, Phase: Phase(r.Phase), Spread: r.Spread,
		Since: utc(r.FromAt), Till: utc(r.UntilAt), Why: r.Why}
	if k.Warning, err = decode(r.Payload); err == nil && r.Sent != "" {
		k.Sent, err = decode(r.Sent)
	}
	if err != nil {
		err = fmt.Errorf("read warning %d of site %d: %w", r.ID, r.SiteID, err)
	}
	return k, err
}

func utc(t time.Time) time.Time {
	if t.IsZero() {
		return time.Time{}
	}
	return t.UTC()
}

func (e *Emergency) some(ctx context.Context, id kernel.SiteID, narrow func(q *bun.SelectQuery) *bun.SelectQuery) ([]Kept, error) {
	var rows []row
	if err := narrow(e.DB.Conn(ctx).NewSelect().Model(&rows).Where("site_id = ?", id)).Scan(ctx); err != nil {
		return nil, db.Fault(fmt.Errorf("load warnings of site %d: %w", id, err))
	}
	all := make([]Kept, len(rows))
	for i := range rows {
		var err error
		if all[i], err = rows[i].kept(); err != nil {
			return nil, err
		}
	}
	return all, nil
}

// get is a warning of the site; held keeps others from changing it until the transaction ends.
func (e *Emergency) get(ctx context.Context, id kernel.SiteID, number int64, held bool) (*Kept, error) {
	all, err := e.some(ctx, id, func(q *bun.SelectQuery) *bun.SelectQuery {
		if held && e.DB.Postgres() {
			q = q.For("UPDATE")
		}
		return q.Where("id = ?", number)
	})
	if err == nil && len(all) == 0 {
		err = fault.New(fault.NotFound, "没有这条预警。")
	}
	if err != nil {
		return nil, err
	}
	return &all[0], nil
}

// inPhase are the site's warnings of a phase.
func (e *Emergency) inPhase(ctx context.Context, id kernel.SiteID, p Phase) ([]Kept, error) {
	return e.some(ctx, id, func(q *bun.SelectQuery) *bun.SelectQuery { return q.Where("phase = ?", string(p)).Order("id") })
}

// past are the site's warnings whose time is over, the latest first.
func (e *Emergency) past(ctx context.Context, id kernel.SiteID, n int64) ([]Kept, error) {
	return e.some(ctx, id, func(q *bun.SelectQuery) *bun.SelectQuery {
		return q.Where("phase = ?", string(Over)).Order("until_at DESC", "id DESC").Limit(n)
	})
}

// newest are the site's warnings, the last that was begun first.
func (e *Emergency) newest(ctx context.Context, id kernel.SiteID, n int64) ([]Kept, error) {
	return e.some(ctx, id, func(q *bun.SelectQuery) *bun.SelectQuery { return q.Order("id DESC").Limit(n) })
}

func (e *Emergency) insert(ctx context.Context, k *Kept) error {
	r, err := k.row()
	if err != nil {
		return err
	}
	if _, err := e.DB.Conn(ctx).NewInsert().Model(r).Exec(ctx); err != nil {
		return db.Fault(fmt.Errorf("insert warning %d of site %d: %w", k.ID, k.Site, err))
	}
	return nil
}

func (e *Emergency) update(ctx context.Context, k *Kept) error {
	r, err := k.row()
	if err != nil {
		return err
	}
	if _, err := e.DB.Conn(ctx).NewUpdate().Model(r).Where("site_id = ?", k.Site).Where("id = ?", k.ID).Exec(ctx); err != nil {
		return db.Fault(fmt.Errorf("update warning %d of site %d: %w", k.ID, k.Site, err))
	}
	return nil
}

func (e *Emergency) drop(ctx context.Context, id kernel.SiteID, number int64) error {
	if _, err := e.DB.Conn(ctx).NewDelete().Model((*row)(nil)).Where("site_id = ?", id).Where("id = ?", number).Exec(ctx); err != nil {
		return db.Fault(fmt.Errorf("delete warning %d of site %d: %w", number, id, err))
	}
	return nil
}
