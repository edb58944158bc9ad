package theme

import (
	"context"
	"embed"
	"encoding/base64"
	"fmt"
	"io/fs"
	"time"

	"github.com/uptrace/bun"
	"github.com/zhanqun/zhanqun/kernel"
	"github.com/zhanqun/zhanqun/kernel/fault"
	"github.com/zhanqun/zhanqun/platform/render"
	"github.com/zhanqun/zhanqun/storage/db"
)

//go:embed migrations/*.sql
var migrations embed.FS

// Migrations returns the room's schema.
func Migrations() fs.FS { return kernel.Folder(migrations, "migrations") }

// row is a package in the store; Zip is base64, which both engines and a backup keep alike.
type row struct {
	bun.BaseModel `bun:"table:platform_themes,alias:t" json:"-"`
	Name          string    `bun:"name,pk"`
	Title         string    `bun:"title"`
	Digest        string    `bun:"digest"`
	Zip           string    `bun:"zip"`
	ByName        string    `bun:"by_name"`
	InstalledAt   time.Time `bun:"installed_at"`
}

func rowOf(p *render.Pack, at time.Time, by string) row {
	return row{Name: p.Name, Title: p.Title, Digest: p.Digest, Zip: base64.StdEncoding.EncodeToString(p.Zip), ByName: by, InstalledAt: at}
}

// pack is the package in the row; it was checked when it was installed.
func (r row) pack() (*render.Pack, error) {
	b, err := base64.StdEncoding.DecodeString(r.Zip)
	if err != nil {
		return nil, fmt.Errorf("read the package: %w", err)
	}
	p, found := render.ReadZip(b)
	if p == nil {
		return nil, found[0].Err
	}
	if p.Digest != r.Digest {
		return nil, errChanged
	}
	p.Name, p.Title = r.Name, r.Title
	return p, nil
}

func (t *Themes) rows(ctx context.Context) ([]row, error) {
	var rows []row
	if err := t.DB.Conn(ctx).NewSelect().Model(&rows).Order("name").Scan(ctx); err != nil {
		return nil, db.Fault(fmt.Errorf("load the themes: %w", err))
	}
	for i := range rows {
		rows[i].InstalledAt = rows[i].InstalledAt.UTC()
	}
	return rows, nil
}

func (t *Themes) put(ctx context.Context, r row) error {
	_, err := t.DB.Conn(ctx).NewInsert().Model(&r).On("CONFLICT (name) DO UPDATE").Set("title = EXCLUDED.title").Set("digest = EXCLUDED.digest").
		Set("zip = EXCLUDED.zip").Set("by_name = EXCLUDED.by_name").Set("installed_at = EXCLUDED.installed_at").Returning("NULL").Exec(ctx)
	if err != nil {
		return db.Fault(fmt.Errorf("keep theme %s: %w", r.Name, err))
	}
	return nil
}

// remove answers the digest of what it has removed.
func (t *Themes) remove(ctx context.Context, name string) (string, error) {
	var gone []row
	if err := t.DB.Conn(ctx).NewSelect().Model(&gone).Where("name = ?", name).Scan(ctx); err != nil {
		return "", db.Fault(fmt.Errorf("load theme %s: %w", name, err))
	}
	if len(gone) == 0 {
		return "", fault.New(fault.NotFound, "没有安装这个主题。")
	}
	if _, err := t.DB.Conn(ctx).NewDelete().Model(&gone[0]).WherePK().Exec(ctx); err != nil {
		return "", db.Fault(fmt.Errorf("remove theme %s: %w", name, err))
	}
	return gone[0].Digest, nil
}
