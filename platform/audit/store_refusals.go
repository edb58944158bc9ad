package audit

import (
	"context"
	"fmt"
	"time"

	"github.com/uptrace/bun"
	"github.com/zhanqun/zhanqun/kernel"
	"github.com/zhanqun/zhanqun/storage/db"
)

type refusalRow struct {
	bun.BaseModel `bun:"table:refusals,alias:r"`
	Day           string           `bun:"day,pk"`
	Account       kernel.AccountID `bun:"account,pk"`
	About         kernel.SiteID    `bun:"about,pk"`
	Action        string           `bun:"action,pk"`
	Client        string           `bun:"client,pk"`
	Why           string           `bun:"why,pk"`
	Name          string
	Times         int64
	FirstAt       time.Time
	LastAt        time.Time
}

// write counts each refusal in its row. A person who has as many rows on a day as are kept gets no more but one.
func (r *Refusals) write(ctx context.Context, all []Refusal) error {
	return r.db.InTx(ctx, func(ctx context.Context) error {
		type daily struct {
			day     string
			account kernel.AccountID
		}
		rows := map[daily]int{}
		for _, f := range all {
			counted, err := r.count(ctx, f)
			if err != nil {
				return err
			}
			if counted {
				continue
			}
			of := daily{f.Day, f.Account}
			if _, known := rows[of]; !known {
				if rows[of], err = r.rowsOf(ctx, f.Day, f.Account); err != nil {
					return err
				}
			}
			if rows[of] >= eachPersonMost {
				more, _ := f.key().more() // one is there already, or has just been made
				f = f.under(more)
			}
			if err := r.insert(ctx, f); err != nil {
				return err
			}
			rows[of]++
		}
		return nil
	})
}

func (r *Refusals) count(ctx context.Context, f Refusal) (bool, error) {
	res, err := r.db.Conn(ctx).NewRaw(`UPDATE refusals SET times = times + ?, last_at = ?, name = ? WHERE day = ? AND account = ? AND about = ? AND action = ? AND client = ? AND why = ?`,
		f.Times, f.Last, f.Name, f.Day, f.Account, f.Site, f.Action, f.Client, f.Why).Exec(ctx)
	if err != nil {
		return false, db.Fault(fmt.Errorf("count a refusal: %w", err))
	}
	n, err := res.RowsAffected()
	return n > 0, err
}

func (r *Refusals) rowsOf(ctx context.Context, day string, account kernel.AccountID) (int, error) {
	var n []int
	err := r.db.Conn(ctx).NewRaw(`SELECT count(*) FROM refusals WHERE day = ? AND account = ?`, day, account).Scan(ctx, &n)
	if err != nil {
		return 0, db.Fault(fmt.Errorf("count refusals of %d: %w", account, err))
	}
	return n[0], nil
}

// insert adds a row, or counts in one that is there by now.
func (r *Refusals) insert(ctx context.Context, f Refusal) error {
	row := refusalRow{Day: f.Day, Account: f.Account, About: f.Site, Action: f.Action, Client: f.Client, Why: f.Why, Name: f.Name, Times: f.Times, FirstAt: f.First, LastAt: f.Last}
	_, err := r.db.Conn(ctx).NewInsert().Model(&row).On("CONFLICT (day, account, about, action, client, why) DO UPDATE").
		Set("times = r.times + EXCLUDED.times").Set("last_at = EXCLUDED.last_at").Returning("NULL").Exec(ctx)
	if err != nil {
		return db.Fault(fmt.Errorf("note a refusal: %w", err))
	}
	return nil
}

// RefusalFilter chooses refusals; a zero field does not choose. Site is asked only with OfSite, for 0 is the platform.
type RefusalFilter struct {
	Account kernel.AccountID
	Site    kernel.SiteID
	OfSite  bool
	Day     string
}

// List is a page of what was refused and is written, the newest first.
func (r *Refusals) List(ctx context.Context, f RefusalFilter, p kernel.Page) ([]Refusal, error) {
	var rows []refusalRow
	q := r.db.Conn(ctx).NewSelect().Model(&rows)
	if f.Account != 0 {
		q = q.Where("r.account = ?", f.Account)
	}
	if f.OfSite {
		q = q.Where("r.about = ?", f.Site)
	}
	if f.Day != "" {
		q = q.Where("r.day = ?", f.Day)
	}
	err := q.Order("r.last_at DESC", "r.account", "r.about", "r.action", "r.client", "r.why", "r.day").Limit(int64(p.Size)).Offset(int64(p.Offset())).Scan(ctx)
	if err != nil {
		return nil, db.Fault(fmt.Errorf("list refusals: %w", err))
	}
	all := make([]Refusal, len(rows))
	for i, w := range rows {
		all[i] = Refusal{w.Day, w.Account, w.Name, w.About, w.Action, w.Client, w.Why, w.Times, w.FirstAt.UTC(), w.LastAt.UTC()}
	}
	return all, nil
}

// Forget removes what is older than is kept.
func (r *Refusals) Forget(ctx context.Context) error {
	before := r.now().AddDate(0, 0, -keptDays)
	return r.db.InTx(ctx, func(ctx context.Context) error {
		_, err := r.db.Conn(ctx).NewRaw(`DELETE FROM refusals WHERE last_at < ?`, before).Exec(ctx)
		return db.Fault(err)
	})
}
