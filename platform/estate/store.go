package estate

import (
	"context"
	"fmt"
	"time"

	"github.com/uptrace/bun"
	"github.com/zhanqun/zhanqun/kernel"
	"github.com/zhanqun/zhanqun/storage/db"
)

type pauseRow struct {
	bun.BaseModel `bun:"table:site_pauses,alias:p"`
	SiteID        int64 `bun:"site_id,pk"`
	UntilOn       string
}

func (e *Estate) putPause(ctx context.Context, site kernel.SiteID, until string) error {
	r := pauseRow{SiteID: int64(site), UntilOn: until}
	if _, err := e.DB.Conn(ctx).NewInsert().Model(&r).On("CONFLICT (site_id) DO UPDATE").Set("until_on = EXCLUDED.until_on").Exec(ctx); err != nil {
		return fmt.Errorf("note the pause of site %d: %w", site, err)
	}
	return nil
}

func (e *Estate) dropPause(ctx context.Context, site kernel.SiteID) error {
	if _, err := e.DB.Conn(ctx).NewDelete().Model((*pauseRow)(nil)).Where("site_id = ?", int64(site)).Exec(ctx); err != nil {
		return fmt.Errorf("drop the pause of site %d: %w", site, err)
	}
	return nil
}

// pause is the day on which a site is expected back, or "".
func (e *Estate) pause(ctx context.Context, site kernel.SiteID) (string, error) {
	all, err := e.pausesWhere(ctx, func(q *bun.SelectQuery) *bun.SelectQuery { return q.Where("p.site_id = ?", int64(site)) })
	return all[site], err
}

// pauses are the days on which suspended sites are expected back.
func (e *Estate) pauses(ctx context.Context) (map[kernel.SiteID]string, error) {
	return e.pausesWhere(ctx, func(q *bun.SelectQuery) *bun.SelectQuery { return q })
}

func (e *Estate) pausesWhere(ctx context.Context, narrow func(*bun.SelectQuery) *bun.SelectQuery) (map[kernel.SiteID]string, error) {
	var rows []pauseRow
	if err := narrow(e.DB.Conn(ctx).NewSelect().Model(&rows)).Scan(ctx); err != nil {
		return nil, db.Fault(fmt.Errorf("load pauses: %w", err))
	}
	all := make(map[kernel.SiteID]string, len(rows))
	for _, r := range rows {
		all[kernel.SiteID(r.SiteID)] = r.UntilOn
	}
	return all, nil
}

type openingRow struct {
	bun.BaseModel `bun:"table:site_openings,alias:o"`
	SiteID        int64 `bun:"site_id,pk"`
	Why           string
	Document      string
	LeadName      string
	LeadLogin     string
	LeaderName    string
	LeaderLogin   string
	AppliedBy     int64
	AppliedName   string
	AppliedAt     time.Time
	Decision      string
	Because       string
	DecidedBy     int64
	DecidedName   string
	DecidedAt     *time.Time
}

func (r openingRow) opening() Opening {
	o := Opening{Site: kernel.SiteID(r.SiteID), Why: r.Why, Document: r.Document, Lead: Post{r.LeadName, r.LeadLogin}, Leader: Post{r.LeaderName, r.LeaderLogin},
		AppliedBy: kernel.AccountID(r.AppliedBy), AppliedName: r.AppliedName, AppliedAt: r.AppliedAt.UTC(),
		Decision: r.Decision, Because: r.Because, DecidedBy: kernel.AccountID(r.DecidedBy), DecidedName: r.DecidedName}
	if r.DecidedAt != nil {
		o.DecidedAt = r.DecidedAt.UTC()
	}
	return o
}

func openingRowOf(o Opening) openingRow {
	r := openingRow{SiteID: int64(o.Site), Why: o.Why, Document: o.Document, LeadName: o.Lead.Name, LeadLogin: o.Lead.Login, LeaderName: o.Leader.Name,
		LeaderLogin: o.Leader.Login, AppliedBy: int64(o.AppliedBy), AppliedName: o.AppliedName, AppliedAt: o.AppliedAt,
		Decision: o.Decision, Because: o.Because, DecidedBy: int64(o.DecidedBy), DecidedName: o.DecidedName}
	if !o.DecidedAt.IsZero() {
		r.DecidedAt = &o.DecidedAt
	}
	return r
}

func (e *Estate) insertOpening(ctx context.Context, o Opening) error {
	r := openingRowOf(o)
	if _, err := e.DB.Conn(ctx).NewInsert().Model(&r).Exec(ctx); err != nil {
		return fmt.Errorf("insert the opening of site %d: %w", o.Site, err)
	}
	return nil
}

// saveDecision writes who decided about an application, which is done once.
func (e *Estate) saveDecision(ctx context.Context, o Opening) error {
	r := openingRowOf(o)
	_, err := e.DB.Conn(ctx).NewUpdate().Model(&r).Column("decision", "because", "decided_by", "decided_name", "decided_at").
		Where("site_id = ?", r.SiteID).Where("decision = ''").Exec(ctx)
	if err != nil {
		return fmt.Errorf("save the decision about site %d: %w", o.Site, err)
	}
	return nil
}

// opening is the record of how a site was opened; ok is false for a site that was opened without one, by a sheet or a command.
func (e *Estate) opening(ctx context.Context, site kernel.SiteID) (o Opening, ok bool, err error) {
	all, err := e.openings(ctx, func(q *bun.SelectQuery) *bun.SelectQuery { return q.Where("o.site_id = ?", int64(site)) })
	if err != nil || len(all) == 0 {
		return o, false, err
	}
	return all[0], true, nil
}

// appliedBy are the applications that a person has made, the newest first.
func (e *Estate) appliedBy(ctx context.Context, account kernel.AccountID) ([]Opening, error) {
	return e.openings(ctx, func(q *bun.SelectQuery) *bun.SelectQuery {
		return q.Where("o.applied_by = ?", int64(account)).Order("o.applied_at DESC", "o.site_id DESC").Limit(20)
	})
}

func (e *Estate) openings(ctx context.Context, narrow func(*bun.SelectQuery) *bun.SelectQuery) ([]Opening, error) {
	var rows []openingRow
	if err := narrow(e.DB.Conn(ctx).NewSelect().Model(&rows)).Scan(ctx); err != nil {
		return nil, db.Fault(fmt.Errorf("load openings: %w", err))
	}
	all := make([]Opening, len(rows))
	for i, r := range rows {
		all[i] = r.opening()
	}
	return all, nil
}

// Applicant is who has applied for a site, or 0.
func (e *Estate) Applicant(ctx context.Context, site kernel.SiteID) (kernel.AccountID, error) {
	o, _, err := e.opening(ctx, site)
	return o.AppliedBy, err
}
