package column

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/uptrace/bun"
	"github.com/zhanqun/zhanqun/kernel"
	"github.com/zhanqun/zhanqun/storage/db"
)

type fieldsRow struct {
	bun.BaseModel `bun:"table:column_fields"`
	SiteID        kernel.SiteID `bun:"site_id,pk"`
	ColumnID      int64         `bun:"column_id,pk"`
	Fields        string        `bun:"fields"`
	NextKey       int64         `bun:"next_key"`
	Version       int64         `bun:"version"`
	ChangedAt     time.Time     `bun:"changed_at"`
}

func (c *Columns) loadFields(ctx context.Context, id kernel.SiteID, column int64) (Sheet, error) {
	var row fieldsRow
	err := c.db.Conn(ctx).NewSelect().Model(&row).Where("site_id = ?", id).Where("column_id = ?", column).Scan(ctx)
	if errors.Is(err, sql.ErrNoRows) {
		return Sheet{}, nil
	}
	if err != nil {
		return Sheet{}, db.Fault(fmt.Errorf("load fields of column %d of site %d: %w", column, id, err))
	}
	s := Sheet{Version: row.Version, next: row.NextKey}
	if err := json.Unmarshal([]byte(row.Fields), &s.Fields); err != nil {
		return Sheet{}, fmt.Errorf("read fields of column %d of site %d: %w", column, id, err)
	}
	return s, nil
}

// WithFields are the columns of the site that ask for fields.
func (c *Columns) WithFields(ctx context.Context, id kernel.SiteID) ([]int64, error) {
	var all []int64
	err := c.db.Conn(ctx).NewSelect().Table("column_fields").Column("column_id").Where("site_id = ?", id).
		Where("fields <> '[]'").Order("column_id").Scan(ctx, &all)
	if err != nil {
		return nil, db.Fault(fmt.Errorf("list columns with fields of site %d: %w", id, err))
	}
	return all, nil
}

func (c *Columns) saveFields(ctx context.Context, id kernel.SiteID, column int64, s Sheet) error {
	if s.Fields == nil {
		s.Fields = []Field{}
	}
	raw, err := json.Marshal(s.Fields)
	if err != nil {
		return err
	}
	row := fieldsRow{SiteID: id, ColumnID: column, Fields: string(raw), NextKey: s.next, Version: s.Version, ChangedAt: c.now()}
	_, err = c.db.Conn(ctx).NewInsert().Model(&row).On("CONFLICT (site_id, column_id) DO UPDATE").Set("fields = EXCLUDED.fields").
		Set("next_key = EXCLUDED.next_key").Set("version = EXCLUDED.version").Set("changed_at = EXCLUDED.changed_at").Exec(ctx)
	if err != nil {
		return db.Fault(fmt.Errorf("save fields of column %d of site %d: %w", column, id, err))
	}
	return nil
}
