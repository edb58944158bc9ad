package clocks

import (
	"context"
	"fmt"
	"time"

	"github.com/uptrace/bun"
	"github.com/zhanqun/zhanqun/kernel"
	"github.com/zhanqun/zhanqun/kernel/fault"
	"github.com/zhanqun/zhanqun/storage/db"
)

type noticeRow struct {
	bun.BaseModel `bun:"table:work_calendars,alias:w"`
	ID            int64 `bun:"id,pk"`
	Version       string
	Source, Body  string
	LoadedBy      kernel.AccountID
	LoadedName    string
	LoadedAt      time.Time
}

func inTransaction(ctx context.Context) bool { return db.InTransaction(ctx) }

// newestNotice changes with every notice that is taken over, and is 0 while there is none.
func (c *Clocks) newestNotice(ctx context.Context) (id int64, err error) {
	if err := c.DB.Conn(ctx).NewRaw(`SELECT coalesce(max(id), 0) + count(*) FROM work_calendars`).Scan(ctx, &id); err != nil {
		return 0, db.Fault(fmt.Errorf("look for working-day notices: %w", err))
	}
	return id, nil
}

// Notes are the notices that were taken over, the first one first.
func (c *Clocks) Notes(ctx context.Context) ([]Loaded, error) {
	var rows []noticeRow
	if err := c.DB.Conn(ctx).NewSelect().Model(&rows).Order("w.id").Scan(ctx); err != nil {
		return nil, db.Fault(fmt.Errorf("load working-day notices: %w", err))
	}
	all := make([]Loaded, len(rows))
	for i, r := range rows {
		all[i] = Loaded{r.ID, r.Version, r.Source, r.Body, r.LoadedName, r.LoadedAt.UTC()}
	}
	return all, nil
}

func (c *Clocks) insertNotice(ctx context.Context, l Loaded, by kernel.AccountID) error {
	r := noticeRow{ID: l.ID, Version: l.Version, Source: l.Source, Body: l.Body, LoadedBy: by, LoadedName: l.By, LoadedAt: l.At}
	_, err := c.DB.Conn(ctx).NewInsert().Model(&r).Exec(ctx)
	if db.Unique(err) {
		return fault.In("body", "版本“%s”已经导入过。内容有变化时，请把“# version:”换一个新的版本号。", l.Version)
	}
	if err != nil {
		return db.Fault(fmt.Errorf("keep a working-day notice: %w", err))
	}
	return nil
}
