package correction

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

type row struct {
	bun.BaseModel `bun:"table:corrections,alias:r"`
	SiteID        kernel.SiteID `bun:"site_id,pk"`
	ID            int64         `bun:"id,pk"`
	CodeDigest    string
	Kind          string
	Page          string
	Words         string
	Contact       string
	State         string
	Unit          string
	Answer        string
	AnsweredBy    kernel.AccountID
	AnsweredName  string
	ReceivedAt    time.Time
	AnsweredAt    *time.Time
}

func (r *row) report() Report {
	out := Report{Draft: Draft{Kind: r.Kind, Words: r.Words, Contact: r.Contact, Page: r.Page}, Site: r.SiteID, ID: r.ID, State: r.State, Unit: r.Unit,
		Answer: r.Answer, AnsweredBy: r.AnsweredBy, AnsweredName: r.AnsweredName, ReceivedAt: r.ReceivedAt.UTC()}
	if r.AnsweredAt != nil {
		out.AnsweredAt = r.AnsweredAt.UTC()
	}
	return out
}

func (c *Corrections) insert(ctx context.Context, r Report, digest string) error {
	one := row{SiteID: r.Site, ID: r.ID, CodeDigest: digest, Kind: r.Kind, Page: r.Page, Words: r.Words, Contact: r.Contact, State: r.State, ReceivedAt: r.ReceivedAt}
	if _, err := c.DB.Conn(ctx).NewInsert().Model(&one).Exec(ctx); err != nil {
		return db.Fault(fmt.Errorf("keep a report of site %d: %w", r.Site, err))
	}
	return nil
}

// save writes what changes of a report that is still in the state in which it was read.
func (c *Corrections) save(ctx context.Context, r Report, before string) error {
	var at *time.Time
	if !r.AnsweredAt.IsZero() {
		at = &r.AnsweredAt
	}
	res, err := c.DB.Conn(ctx).NewUpdate().Model((*row)(nil)).Set("state = ?", r.State).Set("unit = ?", r.Unit).Set("answer = ?", r.Answer).
		Set("answered_by = ?", r.AnsweredBy).Set("answered_name = ?", r.AnsweredName).Set("answered_at = ?", at).
		Where("site_id = ?", r.Site).Where("id = ?", r.ID).Where("state = ?", before).Exec(ctx)
	if err != nil {
		return db.Fault(fmt.Errorf("change report %d of site %d: %w", r.ID, r.Site, err))
	}
	if n, err := res.RowsAffected(); err != nil || n > 0 {
		return err
	}
	return fault.New(fault.Conflict, "这一件刚被别人办理过，请刷新后再看。")
}

func (c *Corrections) dropContact(ctx context.Context, site kernel.SiteID, id int64) error {
	if _, err := c.DB.Conn(ctx).NewUpdate().Model((*row)(nil)).Set("contact = ''").Where("site_id = ?", site).Where("id = ?", id).Exec(ctx); err != nil {
		return db.Fault(fmt.Errorf("forget who sent report %d of site %d: %w", id, site, err))
	}
	return nil
}

// where reads reports, the contact still sealed.
func (c *Corrections) where(ctx context.Context, narrow func(*bun.SelectQuery) *bun.SelectQuery) ([]Report, error) {
	var rows []row
	if err := narrow(c.DB.Conn(ctx).NewSelect().Model(&rows)).Scan(ctx); err != nil {
		return nil, db.Fault(fmt.Errorf("load reports: %w", err))
	}
	all := make([]Report, len(rows))
	for i := range rows {
		all[i] = rows[i].report()
	}
	return all, nil
}

// one is a report of a site.
func (c *Corrections) one(ctx context.Context, site kernel.SiteID, id int64) (Report, error) {
	return only(c.where(ctx, func(q *bun.SelectQuery) *bun.SelectQuery { return q.Where("r.site_id = ?", site).Where("r.id = ?", id) }))
}

// byCode is the report of a site that a code opens.
func (c *Corrections) byCode(ctx context.Context, site kernel.SiteID, digest string) (Report, error) {
	return only(c.where(ctx, func(q *bun.SelectQuery) *bun.SelectQuery {
		return q.Where("r.site_id = ?", site).Where("r.code_digest = ?", digest)
	}))
}

func only(all []Report, err error) (Report, error) {
	if err == nil && len(all) == 0 {
		err = fault.New(fault.NotFound, "没有这一件，请核对查询码。")
	}
	if err != nil {
		return Report{}, err
	}
	return all[0], nil
}

// waiting are the reports of a site that are owed, the oldest first; done are the others, the last answered first.
func (c *Corrections) waiting(ctx context.Context, site kernel.SiteID, most int) ([]Report, error) {
	return c.where(ctx, func(q *bun.SelectQuery) *bun.SelectQuery {
		return q.Where("r.site_id = ?", site).Where("r.answered_at IS NULL").Order("r.received_at", "r.id").Limit(int64(most))
	})
}

func (c *Corrections) done(ctx context.Context, site kernel.SiteID, most int) ([]Report, error) {
	return c.where(ctx, func(q *bun.SelectQuery) *bun.SelectQuery {
		return q.Where("r.site_id = ?", site).Where("r.answered_at IS NOT NULL").Order("r.answered_at DESC", "r.id DESC").Limit(int64(most))
	})
}
