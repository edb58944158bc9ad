package estate

import (
	"context"
	"fmt"
	"time"

	"github.com/uptrace/bun"
	"github.com/zhanqun/zhanqun/kernel"
	"github.com/zhanqun/zhanqun/kernel/fault"
	"github.com/zhanqun/zhanqun/storage/db"
)

type recheckRow struct {
	bun.BaseModel `bun:"table:site_rechecks,alias:r"`
	SiteID        int64  `bun:"site_id,pk"`
	DueOn         string `bun:"due_on,pk"`
	State         string
	OpenedAt      time.Time
	UnitRight     bool
	PhoneRight    bool
	HostsRight    bool
	ColumnsRight  bool
	Note          string
	ConfirmedBy   int64
	ConfirmedName string
	ConfirmedAt   *time.Time
	Because       string
	DecidedBy     int64
	DecidedName   string
	DecidedAt     *time.Time
}

func (r recheckRow) recheck() Recheck {
	return Recheck{Site: kernel.SiteID(r.SiteID), DueOn: r.DueOn, State: r.State, OpenedAt: r.OpenedAt.UTC(), Note: r.Note,
		Right:       Right{r.UnitRight, r.PhoneRight, r.HostsRight, r.ColumnsRight},
		ConfirmedBy: kernel.AccountID(r.ConfirmedBy), ConfirmedName: r.ConfirmedName, ConfirmedAt: value(r.ConfirmedAt),
		Because: r.Because, DecidedBy: kernel.AccountID(r.DecidedBy), DecidedName: r.DecidedName, DecidedAt: value(r.DecidedAt)}
}

func value(t *time.Time) time.Time {
	if t == nil {
		return time.Time{}
	}
	return t.UTC()
}

func pointer(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	return &t
}

func recheckRowOf(r Recheck) recheckRow {
	return recheckRow{SiteID: int64(r.Site), DueOn: r.DueOn, State: r.State, OpenedAt: r.OpenedAt, UnitRight: r.Right.Unit, PhoneRight: r.Right.Phone,
		HostsRight: r.Right.Hosts, ColumnsRight: r.Right.Columns, Note: r.Note, ConfirmedBy: int64(r.ConfirmedBy), ConfirmedName: r.ConfirmedName,
		ConfirmedAt: pointer(r.ConfirmedAt), Because: r.Because, DecidedBy: int64(r.DecidedBy), DecidedName: r.DecidedName, DecidedAt: pointer(r.DecidedAt)}
}

// insertRecheck opens a round; isNew is false when another node has opened it.
func (e *Estate) insertRecheck(ctx context.Context, r Recheck) (isNew bool, err error) {
	row := recheckRowOf(r)
	res, err := e.DB.Conn(ctx).NewInsert().Model(&row).On("CONFLICT DO NOTHING").Exec(ctx)
	if err != nil {
		return false, fmt.Errorf("open the re-check of site %d: %w", r.Site, err)
	}
	n, err := res.RowsAffected()
	return n == 1, err
}

// saveRecheck writes a round that was read in the state was; somebody faster makes it a Conflict.
func (e *Estate) saveRecheck(ctx context.Context, r Recheck, was string) error {
	row := recheckRowOf(r)
	res, err := e.DB.Conn(ctx).NewUpdate().Model(&row).ExcludeColumn("site_id", "due_on", "opened_at").
		Where("site_id = ?", row.SiteID).Where("due_on = ?", row.DueOn).Where("state = ?", was).Exec(ctx)
	if err != nil {
		return fmt.Errorf("save the re-check of site %d: %w", r.Site, err)
	}
	if n, err := res.RowsAffected(); err != nil || n == 1 {
		return err
	}
	return fault.New(fault.Conflict, "这次年度复核刚被别人办过，请刷新后再看。")
}

func (e *Estate) rechecksWhere(ctx context.Context, narrow func(*bun.SelectQuery) *bun.SelectQuery) ([]Recheck, error) {
	var rows []recheckRow
	if err := narrow(e.DB.Conn(ctx).NewSelect().Model(&rows)).Scan(ctx); err != nil {
		return nil, db.Fault(fmt.Errorf("load re-checks: %w", err))
	}
	all := make([]Recheck, len(rows))
	for i, r := range rows {
		all[i] = r.recheck()
	}
	return all, nil
}

// roundsAtMost is how many years a site's screen looks back.
const roundsAtMost = 10

// rechecks are the rounds of a site, the newest first.
func (e *Estate) rechecks(ctx context.Context, site kernel.SiteID) ([]Recheck, error) {
	return e.rechecksWhere(ctx, func(q *bun.SelectQuery) *bun.SelectQuery {
		return q.Where("r.site_id = ?", int64(site)).Order("r.due_on DESC").Limit(roundsAtMost)
	})
}

// lockRecheck is the running round of a site, held until the transaction ends; SQLite has one writer anyway.
func (e *Estate) lockRecheck(ctx context.Context, site kernel.SiteID) (Recheck, error) {
	all, err := e.rechecksWhere(ctx, func(q *bun.SelectQuery) *bun.SelectQuery {
		q = q.Where("r.site_id = ?", int64(site)).Where("r.state <> 'accepted'")
		if e.DB.Postgres() {
			q = q.For("UPDATE")
		}
		return q
	})
	if err != nil || len(all) == 0 {
		return Recheck{}, err
	}
	return all[0], nil
}

// running are the rounds that are not accepted.
func (e *Estate) running(ctx context.Context) (map[kernel.SiteID]Recheck, error) {
	all, err := e.rechecksWhere(ctx, func(q *bun.SelectQuery) *bun.SelectQuery { return q.Where("r.state <> 'accepted'") })
	if err != nil {
		return nil, err
	}
	by := make(map[kernel.SiteID]Recheck, len(all))
	for _, r := range all {
		by[r.Site] = r
	}
	return by, nil
}

// lastAccepted is when each site's last round was accepted.
func (e *Estate) lastAccepted(ctx context.Context) (map[kernel.SiteID]time.Time, error) {
	all, err := e.rechecksWhere(ctx, func(q *bun.SelectQuery) *bun.SelectQuery { return q.Where("r.state = 'accepted'").Order("r.due_on") })
	if err != nil {
		return nil, err
	}
	by := make(map[kernel.SiteID]time.Time, len(all))
	for _, r := range all {
		by[r.Site] = r.DecidedAt
	}
	return by, nil
}
