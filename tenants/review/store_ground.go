package review

import (
	"context"
	"fmt"
	"time"

	"github.com/uptrace/bun"
	"github.com/zhanqun/zhanqun/kernel"
	"github.com/zhanqun/zhanqun/kernel/fault"
	"github.com/zhanqun/zhanqun/platform/publication"
	"github.com/zhanqun/zhanqun/storage/db"
)

type reasonsRow struct {
	bun.BaseModel `bun:"table:review_reasons"`
	SiteID        kernel.SiteID    `bun:"site_id,pk"`
	Words         string           `bun:"words"`
	SetBy         kernel.AccountID `bun:"set_by"`
	SetAt         time.Time        `bun:"set_at"`
}

// reasonsOf are a site's own reasons, a line each, or "".
func (d *Desk) reasonsOf(ctx context.Context, site kernel.SiteID) (words string, err error) {
	err = d.DB.Conn(ctx).NewSelect().Model((*reasonsRow)(nil)).Column("words").Where("site_id = ?", site).Scan(ctx, &words)
	if err = db.Fault(err); fault.Is(err, fault.NotFound) {
		return "", nil
	} else if err != nil {
		return "", fmt.Errorf("load the reasons of site %d: %w", site, err)
	}
	return words, nil
}

func (d *Desk) putReasons(ctx context.Context, site kernel.SiteID, words string, who kernel.AccountID) error {
	_, err := d.DB.Conn(ctx).NewDelete().Model((*reasonsRow)(nil)).Where("site_id = ?", site).Exec(ctx)
	if err == nil && words != "" {
		_, err = d.DB.Conn(ctx).NewInsert().Model(&reasonsRow{SiteID: site, Words: words, SetBy: who, SetAt: d.Now()}).Exec(ctx)
	}
	if err != nil {
		return db.Fault(fmt.Errorf("set the reasons of site %d: %w", site, err))
	}
	return nil
}

type groundRow struct {
	bun.BaseModel `bun:"table:review_grounds"`
	SiteID        kernel.SiteID    `bun:"site_id,pk"`
	ID            int64            `bun:"id,pk"`
	ObjectKind    publication.Kind `bun:"object_kind"`
	ObjectID      int64            `bun:"object_id"`
	Version       int64            `bun:"version"`
	Disclosure    string           `bun:"disclosure"`
	Ground        string           `bun:"ground"`
	Author        kernel.AccountID `bun:"author"`
	Reviewer      kernel.AccountID `bun:"reviewer"`
	Words         string           `bun:"words"`
	At            time.Time        `bun:"at"`
}

func (d *Desk) putGround(ctx context.Context, obj publication.Object, g Ground) error {
	row := groundRow{SiteID: obj.Site, ID: g.ID, ObjectKind: obj.Kind, ObjectID: obj.ID, Version: g.Version, Disclosure: g.Disclosure, Ground: g.Ground,
		Author: g.Author, Reviewer: g.By, Words: g.Words, At: g.At}
	if _, err := d.DB.Conn(ctx).NewInsert().Model(&row).Exec(ctx); err != nil {
		return db.Fault(fmt.Errorf("confirm the ground of %s of site %d: %w", obj, obj.Site, err))
	}
	return nil
}

// Grounds are the confirmations of an object, the oldest first.
func (d *Desk) Grounds(ctx context.Context, obj publication.Object) ([]Ground, error) {
	all, err := d.GroundsOf(ctx, obj.Site, obj.Kind, obj.ID)
	return all[obj.ID], err
}

// GroundsOf are the confirmations of some objects of a site.
func (d *Desk) GroundsOf(ctx context.Context, site kernel.SiteID, kind publication.Kind, ids ...int64) (map[int64][]Ground, error) {
	if len(ids) == 0 {
		return nil, nil
	}
	var rows []groundRow
	err := d.DB.Conn(ctx).NewSelect().Model(&rows).Where("site_id = ?", site).Where("object_kind = ?", kind).Where("object_id IN (?)", bun.List(ids)).Order("id").Scan(ctx)
	if err != nil {
		return nil, db.Fault(fmt.Errorf("load confirmed grounds of site %d: %w", site, err))
	}
	all := map[int64][]Ground{}
	for _, r := range rows {
		all[r.ObjectID] = append(all[r.ObjectID], Ground{Claim{r.Author, r.Version, r.Disclosure, r.Ground}, r.ID, r.Reviewer, r.Words, r.At.UTC()})
	}
	return all, nil
}
