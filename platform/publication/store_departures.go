package publication

import (
	"context"
	"fmt"
	"time"

	"github.com/zhanqun/zhanqun/kernel"
	"github.com/zhanqun/zhanqun/storage/db"
)

// lastEnd is the last time an object was withdrawn, with its departure where there is one.
type lastEnd struct {
	EditionID      EditionID
	At             time.Time
	Kind           Kind
	Notice         string // what citizens read
	Erased         bool
	How            *string
	ToSite         *kernel.SiteID
	ToObject       *int64
	Reason, ByName *string
	ByAccount      *kernel.AccountID
	DAt            *time.Time
}

func (e *lastEnd) how() string {
	if e.How != nil {
		return *e.How
	}
	return "withdrawn"
}

func (e *lastEnd) departure() *Departure {
	if e.How == nil {
		return nil
	}
	d := &Departure{How: *e.How, Reason: *e.Reason, Notice: e.Notice, By: *e.ByAccount, ByName: *e.ByName, At: e.DAt.UTC()}
	if d.How == MovedTo {
		d.To = Object{*e.ToSite, e.Kind, *e.ToObject}
	}
	return d
}

// lastEnd is nil for an object that never was public, or is public and never was withdrawn.
func (p *Publications) lastEnd(ctx context.Context, obj Object) (*lastEnd, error) {
	var rows []lastEnd
	err := p.db.Conn(ctx).NewRaw(`SELECT t.edition_id, t.at, t.kind, coalesce(x.notice, d.notice, t.notice) AS notice, x.edition_id IS NOT NULL AS erased,
		d.how, d.to_site, d.to_object, d.reason, d.by_account, d.by_name, d.at AS d_at FROM tombstones t
		LEFT JOIN departures d ON d.site_id = t.site_id AND d.edition_id = t.edition_id
		LEFT JOIN erasures x ON x.site_id = t.site_id AND x.edition_id = t.edition_id
		JOIN editions e ON e.site_id = t.site_id AND e.id = t.edition_id
		WHERE t.site_id = ? AND t.kind = ? AND t.object_id = ? AND t.how = 'withdrawn' ORDER BY e.frozen_at DESC LIMIT 1`,
		obj.Site, obj.Kind, obj.ID).Scan(ctx, &rows)
	if err != nil {
		return nil, fmt.Errorf("load the tombstone of %s of site %d: %w", obj, obj.Site, db.Fault(err))
	}
	if len(rows) == 0 {
		return nil, nil
	}
	return &rows[0], nil
}

// putDeparture writes a departure in the place of the one there is.
func (p *Publications) putDeparture(ctx context.Context, obj Object, e EditionID, d Departure) error {
	if err := p.dropDeparture(ctx, obj.Site, e); err != nil {
		return err
	}
	_, err := p.db.Conn(ctx).NewRaw(`INSERT INTO departures (site_id, edition_id, kind, object_id, how, to_site, to_object, reason, notice, by_account, by_name, at)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
		obj.Site, e, obj.Kind, obj.ID, d.How, d.To.Site, d.To.ID, d.Reason, d.Notice, d.By, d.ByName, d.At).Exec(ctx)
	return err
}

func (p *Publications) dropDeparture(ctx context.Context, site kernel.SiteID, e EditionID) error {
	_, err := p.db.Conn(ctx).NewRaw(`DELETE FROM departures WHERE site_id = ? AND edition_id = ?`, site, e).Exec(ctx)
	return err
}
