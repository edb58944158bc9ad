package disclosure

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

type officeRow struct {
	bun.BaseModel `bun:"table:disclosure_offices,alias:o"`
	SiteID        kernel.SiteID `bun:"site_id,pk"`
	Unit          string        `bun:"unit"`
	Address       string        `bun:"address"`
	Postcode      string        `bun:"postcode"`
	Hours         string        `bun:"hours"`
	Phone         string        `bun:"phone"`
	Form          string        `bun:"form"`
	Version       int64         `bun:"version"`
	ByName        string        `bun:"by_name"`
	ChangedAt     time.Time     `bun:"changed_at"`
}

// Office is where requests to a site are received; its Version is 0 where nothing was written down.
func (d *Disclosure) Office(ctx context.Context, id kernel.SiteID) (Office, error) {
	var rows []officeRow
	if err := d.DB.Conn(ctx).NewSelect().Model(&rows).Where("site_id = ?", id).Scan(ctx); err != nil {
		return Office{}, db.Fault(fmt.Errorf("load where requests to site %d are received: %w", id, err))
	}
	if len(rows) == 0 {
		return Office{}, nil
	}
	r := rows[0]
	return Office{r.Unit, r.Address, r.Postcode, r.Hours, r.Phone, r.Form, r.Version, r.ByName, r.ChangedAt.UTC()}, nil
}

// put writes an office in place of the one of the version that it names.
func (d *Disclosure) put(ctx context.Context, id kernel.SiteID, o Office) error {
	row := officeRow{SiteID: id, Unit: o.Unit, Address: o.Address, Postcode: o.Postcode, Hours: o.Hours, Phone: o.Phone, Form: o.Form, Version: o.Version + 1,
		ByName: o.By, ChangedAt: o.At}
	q := d.DB.Conn(ctx).NewInsert().Model(&row).On("CONFLICT (site_id) DO UPDATE").Where("o.version = ?", o.Version).Returning("NULL")
	for _, c := range []string{"unit", "address", "postcode", "hours", "phone", "form", "version", "by_name", "changed_at"} {
		q = q.Set("? = EXCLUDED.?", bun.Ident(c), bun.Ident(c))
	}
	res, err := q.Exec(ctx)
	if err != nil {
		return db.Fault(fmt.Errorf("keep where requests to site %d are received: %w", id, err))
	}
	if n, err := res.RowsAffected(); err != nil || n > 0 {
		return err
	}
	return fault.New(fault.Conflict, "这些内容刚被别人改过。请先记下您写的，刷新后再改。")
}
