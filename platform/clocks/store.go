package clocks

import (
	"context"
	"embed"
	"encoding/json"
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

// Migrations is the room's schema.
func Migrations() fs.FS { return kernel.Folder(migrations, "migrations") }

type clockRow struct {
	bun.BaseModel `bun:"table:clocks,alias:c"`
	SiteID        kernel.SiteID `bun:"site_id,pk"`
	ID            int64         `bun:"id,pk"`
	Rule, Pack    string
	Kind          string
	ObjectID      int64
	Title, Href   string
	Owes          kernel.AccountID
	StartedAt     time.Time
	DueAt, WarnAt time.Time
	Provisional   bool
	Calendar      string
	State         string
	PausedAt      *time.Time
	Pauses        string
	Extended      bool
	ExtendedWhy   string
	ExtendedBy    kernel.AccountID
	Told          int
	StoppedAt     *time.Time
}

func (c *Clocks) row(k *Clock) (clockRow, error) {
	pauses, err := json.Marshal(k.Pauses)
	if err != nil {
		return clockRow{}, fmt.Errorf("write the pauses of clock %d: %w", k.ClockID, err)
	}
	r := clockRow{SiteID: k.Site, ID: k.ClockID, Rule: k.Rule, Pack: c.Pack.Version, Kind: k.Kind, ObjectID: k.ID, Title: k.Title, Href: k.Href, Owes: k.Owes,
		StartedAt: k.StartedAt, DueAt: k.DueAt, WarnAt: k.WarnAt, Provisional: k.Provisional, Calendar: k.Calendar, State: k.State, Pauses: string(pauses),
		Extended: k.Extended, ExtendedWhy: k.ExtendedWhy, ExtendedBy: k.ExtendedBy, Told: k.Told}
	if !k.PausedAt.IsZero() {
		r.PausedAt = &k.PausedAt
	}
	if !k.StoppedAt.IsZero() {
		r.StoppedAt = &k.StoppedAt
	}
	return r, nil
}

func (r *clockRow) clock() (Clock, error) {
	k := Clock{Subject: Subject{Site: r.SiteID, Kind: r.Kind, ID: r.ObjectID, Title: r.Title, Href: r.Href, Owes: r.Owes}, ClockID: r.ID, Rule: r.Rule,
		StartedAt: r.StartedAt.UTC(), DueAt: r.DueAt.UTC(), WarnAt: r.WarnAt.UTC(), Provisional: r.Provisional, Calendar: r.Calendar, State: r.State,
		Extended: r.Extended, ExtendedWhy: r.ExtendedWhy, ExtendedBy: r.ExtendedBy, Told: r.Told}
	if r.PausedAt != nil {
		k.PausedAt = r.PausedAt.UTC()
	}
	if r.StoppedAt != nil {
		k.StoppedAt = r.StoppedAt.UTC()
	}
	if err := json.Unmarshal([]byte(r.Pauses), &k.Pauses); err != nil {
		return k, fmt.Errorf("read the pauses of clock %d: %w", r.ID, err)
	}
	return k, nil
}

func (c *Clocks) insert(ctx context.Context, k *Clock) error {
	r, err := c.row(k)
	if err == nil {
		_, err = c.DB.Conn(ctx).NewInsert().Model(&r).Exec(ctx)
	}
	if err != nil {
		return db.Fault(fmt.Errorf("start a clock of site %d: %w", k.Site, err))
	}
	return nil
}

func (c *Clocks) save(ctx context.Context, k *Clock) error {
	r, err := c.row(k)
	if err == nil {
		_, err = c.DB.Conn(ctx).NewUpdate().Model(&r).
			Column("title", "owes", "started_at", "due_at", "warn_at", "provisional", "calendar", "state", "paused_at", "pauses", "extended", "extended_why",
				"extended_by", "told", "stopped_at").
			Where("site_id = ?", k.Site).Where("id = ?", k.ClockID).Exec(ctx)
	}
	if err != nil {
		return db.Fault(fmt.Errorf("save clock %d of site %d: %w", k.ClockID, k.Site, err))
	}
	return nil
}

// clocksWhere reads clocks; inside a transaction on PostgreSQL their rows are held, so that two who change one take turns.
func (c *Clocks) clocksWhere(ctx context.Context, narrow func(*bun.SelectQuery) *bun.SelectQuery) ([]Clock, error) {
	var rows []clockRow
	q := narrow(c.DB.Conn(ctx).NewSelect().Model(&rows))
	if c.DB.Postgres() && db.InTransaction(ctx) {
		q = q.For("UPDATE")
	}
	if err := q.Scan(ctx); err != nil {
		return nil, db.Fault(fmt.Errorf("load clocks: %w", err))
	}
	all := make([]Clock, len(rows))
	for i := range rows {
		var err error
		if all[i], err = rows[i].clock(); err != nil {
			return nil, err
		}
	}
	return all, nil
}

// last is the newest clock of a rule for a subject, or nil.
func (c *Clocks) last(ctx context.Context, site kernel.SiteID, kind string, id int64, rule string) (*Clock, error) {
	all, err := c.clocksWhere(ctx, func(q *bun.SelectQuery) *bun.SelectQuery {
		return q.Where("c.site_id = ?", site).Where("c.kind = ?", kind).Where("c.object_id = ?", id).Where("c.rule = ?", rule).Order("c.id DESC").Limit(1)
	})
	if err != nil || len(all) == 0 {
		return nil, err
	}
	return &all[0], nil
}

func (c *Clocks) load(ctx context.Context, site kernel.SiteID, clock int64) (*Clock, error) {
	all, err := c.clocksWhere(ctx, func(q *bun.SelectQuery) *bun.SelectQuery {
		return q.Where("c.site_id = ?", site).Where("c.id = ?", clock)
	})
	if err != nil {
		return nil, err
	}
	if len(all) == 0 {
		return nil, fault.New(fault.NotFound, "没有这个时限。")
	}
	return &all[0], nil
}

// Get is a clock of a site.
func (c *Clocks) Get(ctx context.Context, site kernel.SiteID, clock int64) (Clock, error) {
	k, err := c.load(ctx, site, clock)
	if err != nil {
		return Clock{}, err
	}
	return *k, nil
}

// Open are the clocks of a site that are owed, the one that ends first at the front; kind "" is every subject's, and ids nil all of a kind.
func (c *Clocks) Open(ctx context.Context, site kernel.SiteID, kind string, ids []int64, most int) ([]Clock, error) {
	return c.clocksWhere(ctx, func(q *bun.SelectQuery) *bun.SelectQuery {
		q = q.Where("c.site_id = ?", site).Where("c.stopped_at IS NULL")
		if kind != "" {
			q = q.Where("c.kind = ?", kind)
		}
		if ids != nil {
			q = q.Where("c.object_id IN (?)", bun.List(ids))
		}
		return q.Order("c.due_at", "c.id").Limit(int64(most))
	})
}

// ended are a site's clocks that are owed no more, the last one in front.
func (c *Clocks) ended(ctx context.Context, site kernel.SiteID, most int) ([]Clock, error) {
	return c.clocksWhere(ctx, func(q *bun.SelectQuery) *bun.SelectQuery {
		return q.Where("c.site_id = ?", site).Where("c.stopped_at IS NOT NULL").Order("c.stopped_at DESC", "c.id DESC").Limit(int64(most))
	})
}

// openEverywhere are the clocks of every site that are owed and count working days.
func (c *Clocks) openEverywhere(ctx context.Context, rules []string) ([]Clock, error) {
	return c.clocksWhere(ctx, func(q *bun.SelectQuery) *bun.SelectQuery {
		return q.Where("c.stopped_at IS NULL").Where("c.rule IN (?)", bun.List(rules)).Order("c.site_id", "c.id")
	})
}

// owed is what the board needs of an open clock.
type owed struct {
	SiteID        kernel.SiteID
	Rule, State   string
	WarnAt, DueAt time.Time
	Provisional   bool
}

// owedEverywhere is one query for every site.
func (c *Clocks) owedEverywhere(ctx context.Context) ([]owed, error) {
	var rows []owed
	err := c.DB.Conn(ctx).NewRaw(`SELECT site_id, rule, state, warn_at, due_at, provisional FROM clocks WHERE stopped_at IS NULL ORDER BY due_at, site_id, id`).Scan(ctx, &rows)
	if err != nil {
		return nil, db.Fault(fmt.Errorf("load what is owed: %w", err))
	}
	return rows, nil
}

// Reminder is a notice as the one who is told reads it.
type Reminder struct {
	ID   int64
	To   string
	Text string
	Href string
	By   string
	At   time.Time
}

type reminderRow struct {
	bun.BaseModel `bun:"table:clock_reminders,alias:r"`
	SiteID        kernel.SiteID `bun:"site_id,pk"`
	ID            int64         `bun:"id,pk"`
	Recipient     string
	AccountID     kernel.AccountID
	Text, Href    string
	ByAccount     kernel.AccountID
	ByName        string
	At            time.Time
}

func (c *Clocks) insertReminder(ctx context.Context, n Notice, at time.Time) error {
	who := kernel.ActorFrom(ctx)
	r := reminderRow{SiteID: n.Site, ID: c.IDs.Next(), Recipient: n.To, AccountID: n.Account, Text: n.Text, Href: n.Href, ByAccount: who.Account, ByName: who.Name, At: at}
	if _, err := c.DB.Conn(ctx).NewInsert().Model(&r).Exec(ctx); err != nil {
		return db.Fault(fmt.Errorf("remind site %d: %w", n.Site, err))
	}
	return nil
}

// reminders are a site's since a moment, the newest first.
func (c *Clocks) reminders(ctx context.Context, site kernel.SiteID, since time.Time, most int) ([]Reminder, error) {
	var rows []reminderRow
	err := c.DB.Conn(ctx).NewSelect().Model(&rows).Where("r.site_id = ?", site).Where("r.at > ?", since).Order("r.at DESC", "r.id DESC").Limit(int64(most)).Scan(ctx)
	if err != nil {
		return nil, db.Fault(fmt.Errorf("load reminders of site %d: %w", site, err))
	}
	all := make([]Reminder, len(rows))
	for i, r := range rows {
		all[i] = Reminder{r.ID, r.Recipient, r.Text, r.Href, r.ByName, r.At.UTC()}
	}
	return all, nil
}
