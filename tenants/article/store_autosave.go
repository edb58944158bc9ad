package article

import (
	"context"
	"fmt"
	"time"

	"github.com/uptrace/bun"
	"github.com/zhanqun/zhanqun/kernel"
	"github.com/zhanqun/zhanqun/kernel/fault"
	"github.com/zhanqun/zhanqun/storage/db"
)

type autosaveRow struct {
	bun.BaseModel `bun:"table:article_autosaves"`
	SiteID        kernel.SiteID    `bun:"site_id,pk"`
	ID            int64            `bun:"id,pk"`
	AccountID     kernel.AccountID `bun:"account_id"`
	Session       string           `bun:"session"`
	ArticleID     *ID              `bun:"article_id"`
	BaseVersion   int64            `bun:"base_version"`
	ColumnID      int64            `bun:"column_id"`
	Seq           int64            `bun:"seq"`
	Payload       *string          `bun:"payload"`
	At            time.Time        `bun:"at"`
	SeenAt        time.Time        `bun:"seen_at"`
}

func (r *autosaveRow) autosave() Autosave {
	s := Autosave{ID: r.ID, Site: r.SiteID, Account: r.AccountID, Session: r.Session, Base: r.BaseVersion, Column: r.ColumnID, Seq: r.Seq, At: r.At.UTC()}
	if r.ArticleID != nil {
		s.Article = *r.ArticleID
	}
	if r.Payload != nil {
		s.Words = *r.Payload
	}
	return s
}

// keep writes an autosave over the session's last, unless that is newer. One without words only says that the form is open.
func (a *Articles) keep(ctx context.Context, s Autosave) error {
	now := a.Now()
	r := autosaveRow{SiteID: s.Site, ID: s.ID, AccountID: s.Account, Session: s.Session, BaseVersion: s.Base, ColumnID: s.Column, Seq: s.Seq, At: now, SeenAt: now}
	if s.Article != 0 {
		r.ArticleID = &s.Article
	}
	q := a.DB.Conn(ctx).NewInsert().Model(&r).On("CONFLICT (site_id, account_id, session) DO UPDATE").Set("seen_at = excluded.seen_at")
	if s.Words != "" {
		r.Payload = &s.Words
		q = q.Set("base_version = excluded.base_version").Set("column_id = excluded.column_id").Set("seq = excluded.seq").
			Set("payload = excluded.payload").Set("at = excluded.at").Where("excluded.seq >= autosave_row.seq")
	}
	if _, err := q.Exec(ctx); err != nil {
		return db.Fault(fmt.Errorf("keep an autosave of site %d: %w", s.Site, err))
	}
	return nil
}

func (a *Articles) autosaveOf(ctx context.Context, site kernel.SiteID, who kernel.AccountID, session string) (Autosave, error) {
	var r autosaveRow
	err := a.DB.Conn(ctx).NewSelect().Model(&r).Where("site_id = ?", site).Where("account_id = ?", who).Where("session = ?", session).Scan(ctx)
	return r.autosave(), db.Fault(err)
}

func (a *Articles) autosave(ctx context.Context, site kernel.SiteID, who kernel.AccountID, id int64) (Autosave, error) {
	var r autosaveRow
	err := a.DB.Conn(ctx).NewSelect().Model(&r).Where("site_id = ?", site).Where("account_id = ?", who).Where("id = ?", id).
		Where("payload IS NOT NULL").Scan(ctx)
	if err = db.Fault(err); fault.Is(err, fault.NotFound) {
		err = fault.Because(err, fault.NotFound, "没有这份自动保存的文字，可能已经保存或丢弃了。")
	}
	return r.autosave(), err
}

// unsaved reads the newest few: each is an open form, and nobody has many.
func (a *Articles) unsaved(ctx context.Context, site kernel.SiteID, id ID, who kernel.AccountID) ([]Autosave, error) {
	var rows []autosaveRow
	q := a.DB.Conn(ctx).NewSelect().Model(&rows).Where("site_id = ?", site).Where("account_id = ?", who).Where("payload IS NOT NULL")
	if id == 0 {
		q = q.Where("article_id IS NULL")
	} else {
		q = q.Where("article_id = ?", id)
	}
	if err := q.Order("at DESC", "id DESC").Limit(5).Scan(ctx); err != nil {
		return nil, db.Fault(fmt.Errorf("load autosaves of site %d: %w", site, err))
	}
	all := make([]Autosave, len(rows))
	for i := range rows {
		all[i] = rows[i].autosave()
	}
	return all, nil
}

func (a *Articles) others(ctx context.Context, site kernel.SiteID, id ID, but kernel.AccountID, since time.Time) ([]Present, error) {
	var rows []autosaveRow
	err := a.DB.Conn(ctx).NewSelect().Model(&rows).Column("account_id", "seen_at").Where("site_id = ?", site).Where("article_id = ?", id).
		Where("account_id <> ?", but).Where("seen_at >= ?", since).Order("seen_at DESC", "id DESC").Limit(50).Scan(ctx)
	if err != nil {
		return nil, db.Fault(fmt.Errorf("load who is at article %d of site %d: %w", id, site, err))
	}
	var all []Present
	seen := map[kernel.AccountID]bool{}
	for _, r := range rows {
		if !seen[r.AccountID] {
			all = append(all, Present{r.AccountID, r.SeenAt.UTC()})
		}
		seen[r.AccountID] = true
	}
	return all, nil
}

func (a *Articles) discard(ctx context.Context, site kernel.SiteID, who kernel.AccountID, s Saved) error {
	_, err := a.DB.Conn(ctx).NewDelete().Table("article_autosaves").Where("site_id = ?", site).Where("account_id = ?", who).
		Where("session = ? OR id = ?", s.Session, s.Restored).Exec(ctx)
	if err != nil {
		return db.Fault(fmt.Errorf("discard an autosave of site %d: %w", site, err))
	}
	return nil
}

func (a *Articles) clear(ctx context.Context, site kernel.SiteID, before time.Time) error {
	_, err := a.DB.Conn(ctx).NewDelete().Table("article_autosaves").Where("site_id = ?", site).Where("seen_at < ?", before).Exec(ctx)
	if err != nil {
		return db.Fault(fmt.Errorf("clear autosaves of site %d: %w", site, err))
	}
	return nil
}

// forgetKept takes away what is kept beside an article whose words the law has erased.
func (a *Articles) forgetKept(ctx context.Context, site kernel.SiteID, id ID) error {
	for _, table := range []string{"article_autosaves", "article_versions", "article_schedules", "article_previews", "article_validities", "article_files"} {
		if _, err := a.DB.Conn(ctx).NewDelete().Table(table).Where("site_id = ?", site).Where("article_id = ?", id).Exec(ctx); err != nil {
			return db.Fault(fmt.Errorf("forget what is kept of article %d of site %d: %w", id, site, err))
		}
	}
	return nil
}
