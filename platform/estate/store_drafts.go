package estate

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/uptrace/bun"
	"github.com/zhanqun/zhanqun/kernel"
	"github.com/zhanqun/zhanqun/storage/db"
)

type draftRow struct {
	bun.BaseModel `bun:"table:opening_drafts,alias:d"`
	ID            int64 `bun:"id,pk"`
	AccountID     int64
	Step          int
	Form          string
	Opened        *int64
	CreatedAt     time.Time
	UpdatedAt     time.Time
}

func (r draftRow) draft() (Draft, error) {
	d := Draft{ID: r.ID, Account: kernel.AccountID(r.AccountID), Step: r.Step, CreatedAt: r.CreatedAt.UTC(), UpdatedAt: r.UpdatedAt.UTC()}
	if r.Opened != nil {
		d.Opened = kernel.SiteID(*r.Opened)
	}
	if err := json.Unmarshal([]byte(r.Form), &d.Form); err != nil {
		return d, fmt.Errorf("read opening draft %d: %w", r.ID, err)
	}
	return d, nil
}

func draftRowOf(d Draft) (draftRow, error) {
	text, err := json.Marshal(d.Form)
	r := draftRow{ID: d.ID, AccountID: int64(d.Account), Step: d.Step, Form: string(text), CreatedAt: d.CreatedAt, UpdatedAt: d.UpdatedAt}
	if d.Opened != 0 {
		id := int64(d.Opened)
		r.Opened = &id
	}
	return r, err
}

func (e *Estate) insertDraft(ctx context.Context, d Draft) error {
	r, err := draftRowOf(d)
	if err == nil {
		_, err = e.DB.Conn(ctx).NewInsert().Model(&r).Exec(ctx)
	}
	if err != nil {
		return fmt.Errorf("insert opening draft: %w", err)
	}
	return nil
}

// saveDraft writes a draft that has not become a site yet.
func (e *Estate) saveDraft(ctx context.Context, d Draft) error {
	r, err := draftRowOf(d)
	if err == nil {
		_, err = e.DB.Conn(ctx).NewUpdate().Model(&r).Column("step", "form", "opened", "updated_at").
			Where("id = ?", r.ID).Where("account_id = ?", r.AccountID).Where("opened IS NULL").Exec(ctx)
	}
	if err != nil {
		return fmt.Errorf("save opening draft %d: %w", d.ID, err)
	}
	return nil
}

func (e *Estate) dropDraft(ctx context.Context, d Draft) error {
	_, err := e.DB.Conn(ctx).NewDelete().Model((*draftRow)(nil)).
		Where("id = ?", d.ID).Where("account_id = ?", int64(d.Account)).Where("opened IS NULL").Exec(ctx)
	if err != nil {
		return fmt.Errorf("drop opening draft %d: %w", d.ID, err)
	}
	return nil
}

func (e *Estate) draft(ctx context.Context, id int64) (d Draft, ok bool, err error) {
	all, err := e.draftsWhere(ctx, func(q *bun.SelectQuery) *bun.SelectQuery { return q.Where("d.id = ?", id) })
	if err != nil || len(all) == 0 {
		return d, false, err
	}
	return all[0], true, nil
}

// drafts are a person's unfinished openings, the last touched first.
func (e *Estate) drafts(ctx context.Context, account kernel.AccountID) ([]Draft, error) {
	return e.draftsWhere(ctx, func(q *bun.SelectQuery) *bun.SelectQuery {
		return q.Where("d.account_id = ?", int64(account)).Where("d.opened IS NULL").Order("d.updated_at DESC", "d.id DESC").Limit(draftsAtMost)
	})
}

func (e *Estate) draftsWhere(ctx context.Context, narrow func(*bun.SelectQuery) *bun.SelectQuery) ([]Draft, error) {
	var rows []draftRow
	if err := narrow(e.DB.Conn(ctx).NewSelect().Model(&rows)).Scan(ctx); err != nil {
		return nil, db.Fault(fmt.Errorf("load opening drafts: %w", err))
	}
	all := make([]Draft, len(rows))
	for i, r := range rows {
		var err error
		if all[i], err = r.draft(); err != nil {
			return nil, err
		}
	}
	return all, nil
}
