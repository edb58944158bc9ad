package column

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"github.com/uptrace/bun"
	"github.com/zhanqun/zhanqun/kernel"
	"github.com/zhanqun/zhanqun/kernel/fault"
	"github.com/zhanqun/zhanqun/storage/db"
)

// decidedShown bounds how many requests that are over a screen shows.
const decidedShown = 30

type requestRow struct {
	bun.BaseModel    `bun:"table:column_requests"`
	SiteID           kernel.SiteID    `bun:"site_id,pk"`
	ID               int64            `bun:"id,pk"`
	Kind             string           `bun:"kind"`
	About            string           `bun:"about"`
	ColumnID         int64            `bun:"column_id"`
	ColumnVersion    int64            `bun:"column_version"`
	ColumnName       string           `bun:"column_name"`
	ColumnWas        string           `bun:"column_was"`
	SuccessorID      int64            `bun:"successor_id"`
	SuccessorVersion int64            `bun:"successor_version"`
	SuccessorWas     string           `bun:"successor_was"`
	Name             string           `bun:"name"`
	Sort             string           `bun:"sort"`
	CycleDays        int              `bun:"cycle_days"`
	Nav              bool             `bun:"nav"`
	Reason           string           `bun:"reason"`
	State            string           `bun:"state"`
	AskedBy          kernel.AccountID `bun:"asked_by"`
	AskedName        string           `bun:"asked_name"`
	AskedAt          time.Time        `bun:"asked_at"`
	Because          string           `bun:"because"`
	MadeID           int64            `bun:"made_id"`
	DecidedBy        kernel.AccountID `bun:"decided_by"`
	DecidedName      string           `bun:"decided_name"`
	DecidedAt        *time.Time       `bun:"decided_at"`
}

func (r *requestRow) request() Request {
	q := Request{Site: r.SiteID, ID: r.ID, ColumnVersion: r.ColumnVersion, SuccessorVersion: r.SuccessorVersion, ColumnName: r.ColumnName,
		ColumnWas: r.ColumnWas, SuccessorWas: r.SuccessorWas, State: r.State, AskedBy: r.AskedBy, AskedName: r.AskedName, AskedAt: r.AskedAt.UTC(),
		Because: r.Because, Made: r.MadeID, DecidedBy: r.DecidedBy, DecidedName: r.DecidedName}
	q.Wish = Wish{Kind: r.Kind, Column: r.ColumnID, Successor: r.SuccessorID, Name: r.Name, Sort: r.Sort, CycleDays: r.CycleDays, Nav: r.Nav, Reason: r.Reason}
	if r.DecidedAt != nil {
		q.DecidedAt = r.DecidedAt.UTC()
	}
	return q
}

func (c *Columns) insertRequest(ctx context.Context, r Request) error {
	row := requestRow{SiteID: r.Site, ID: r.ID, Kind: r.Kind, About: r.about(), ColumnID: r.Column, ColumnVersion: r.ColumnVersion, ColumnName: r.ColumnName,
		ColumnWas: r.ColumnWas, SuccessorID: r.Successor, SuccessorVersion: r.SuccessorVersion, SuccessorWas: r.SuccessorWas, Name: r.Name, Sort: r.Sort,
		CycleDays: r.CycleDays, Nav: r.Nav, Reason: r.Reason, State: r.State, AskedBy: r.AskedBy, AskedName: r.AskedName, AskedAt: r.AskedAt}
	if _, err := c.db.Conn(ctx).NewInsert().Model(&row).Exec(ctx); err != nil {
		return db.Fault(fmt.Errorf("ask about column %d of site %d: %w", r.Column, r.Site, err))
	}
	return nil
}

// saveRequest writes what became of a request; whoever decides holds the site's tree.
func (c *Columns) saveRequest(ctx context.Context, r Request) error {
	_, err := c.db.Conn(ctx).NewUpdate().Table("column_requests").Set("state = ?", r.State).Set("because = ?", r.Because).Set("made_id = ?", r.Made).
		Set("decided_by = ?", r.DecidedBy).Set("decided_name = ?", r.DecidedName).Set("decided_at = ?", r.DecidedAt).
		Where("site_id = ?", r.Site).Where("id = ?", r.ID).Exec(ctx)
	if err != nil {
		return db.Fault(fmt.Errorf("decide request %d of site %d: %w", r.ID, r.Site, err))
	}
	return nil
}

// Request is one of the site's requests, or a NotFound fault.
func (c *Columns) Request(ctx context.Context, id kernel.SiteID, request int64) (Request, error) {
	var row requestRow
	err := c.db.Conn(ctx).NewSelect().Model(&row).Where("site_id = ?", id).Where("id = ?", request).Scan(ctx)
	if errors.Is(err, sql.ErrNoRows) {
		return Request{}, fault.New(fault.NotFound, "没有这份申请。")
	}
	if err != nil {
		return Request{}, db.Fault(fmt.Errorf("load request %d of site %d: %w", request, id, err))
	}
	return row.request(), nil
}

// openOf are the site's open requests, who waits longest first.
func (c *Columns) openOf(ctx context.Context, id kernel.SiteID) ([]Request, error) {
	var rows []requestRow
	err := c.db.Conn(ctx).NewSelect().Model(&rows).Where("site_id = ?", id).Where("state = 'open'").OrderExpr("asked_at, id").Scan(ctx)
	if err != nil {
		return nil, db.Fault(fmt.Errorf("list open requests of site %d: %w", id, err))
	}
	return requestsOf(rows), nil
}

// Decided are the site's requests that are over, the newest first.
func (c *Columns) Decided(ctx context.Context, id kernel.SiteID) ([]Request, error) {
	var rows []requestRow
	err := c.db.Conn(ctx).NewSelect().Model(&rows).Where("site_id = ?", id).Where("state <> 'open'").OrderExpr("decided_at DESC, id DESC").Limit(decidedShown).Scan(ctx)
	if err != nil {
		return nil, db.Fault(fmt.Errorf("list decided requests of site %d: %w", id, err))
	}
	return requestsOf(rows), nil
}

// OpenRequests are those of all sites, who waits longest first; whoever shows them asks about each site.
func (c *Columns) OpenRequests(ctx context.Context) ([]Request, error) {
	var rows []requestRow
	if err := c.db.Conn(ctx).NewSelect().Model(&rows).Where("state = 'open'").OrderExpr("asked_at, site_id, id").Scan(ctx); err != nil {
		return nil, db.Fault(fmt.Errorf("list open requests: %w", err))
	}
	return requestsOf(rows), nil
}

func requestsOf(rows []requestRow) (all []Request) {
	for i := range rows {
		all = append(all, rows[i].request())
	}
	return all
}
