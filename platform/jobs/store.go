package jobs

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/uptrace/bun"
	"github.com/zhanqun/zhanqun/kernel"
)

// row is a job in the table. A job that somebody holds is due again when the lease ends; fence counts the
// claims, so that a worker whose lease ran out cannot touch the row any more. wanted counts the Adds.
type row struct {
	ID        int64
	SiteID    kernel.SiteID
	Kind      string
	Key       string `bun:",nullzero"`
	Args      string
	DueAt     time.Time
	Attempts  int
	Fence     int64
	Wanted    int64
	CreatedAt time.Time
}

var errLeaseLost = errors.New("the lease ran out and another worker has the job")

func (q *Queue) insert(ctx context.Context, r row) error {
	c := q.db.Conn(ctx)
	for {
		r.ID = q.ids.Next()
		res, err := c.NewRaw(`INSERT INTO jobs (id, site_id, kind, key, args, due_at, created_at)
			SELECT ?, ?, ?, NULLIF(?, ''), ?, ?, ? WHERE NOT EXISTS (SELECT 1 FROM jobs WHERE id = ?)
			ON CONFLICT (site_id, kind, key) WHERE state = 'open' AND key IS NOT NULL
			DO UPDATE SET wanted = jobs.wanted + 1,
				due_at = CASE WHEN jobs.attempts = 0 AND excluded.due_at < jobs.due_at THEN excluded.due_at ELSE jobs.due_at END`,
			r.ID, r.SiteID, r.Kind, r.Key, r.Args, r.DueAt, r.CreatedAt, r.ID).Exec(ctx)
		if err != nil {
			return err
		}
		if n, err := res.RowsAffected(); err != nil || n > 0 {
			return err
		}
	}
}

// claim leases up to batch due jobs of the next site that has any. The look at what is due is a plain read,
// so that idle workers do not compete for SQLite's one writer.
func (q *Queue) claim(ctx context.Context) ([]row, error) {
	now := q.now()
	kinds := make([]string, 0, len(q.handlers))
	for k := range q.handlers {
		kinds = append(kinds, k)
	}
	site, found, err := q.nextSite(ctx, now, kinds)
	if err != nil || !found {
		return nil, err
	}
	skip := ""
	if q.db.Postgres() {
		skip = "FOR UPDATE SKIP LOCKED"
	}
	var rows []row
	err = q.db.InTx(ctx, func(ctx context.Context) error {
		rows = nil
		return q.db.Conn(ctx).NewRaw(`UPDATE jobs SET due_at = ?, fence = fence + 1, attempts = attempts + 1
			WHERE id IN (SELECT id FROM jobs WHERE site_id = ? AND state = 'open' AND due_at <= ? AND kind IN (?)
				ORDER BY due_at, id LIMIT ? `+skip+`)
			RETURNING id, site_id, kind, key, args, due_at, attempts, fence, wanted, created_at`,
			now.Add(leaseFor), site, now, bun.List(kinds), batch).Scan(ctx, &rows)
	})
	if err != nil {
		return nil, fmt.Errorf("claim jobs: %w", err)
	}
	slices.SortFunc(rows, func(a, b row) int {
		if c := a.CreatedAt.Compare(b.CreatedAt); c != 0 {
			return c
		}
		return int(min(max(a.ID-b.ID, -1), 1))
	})
	return rows, nil
}

// nextSite answers whose turn it is: the first site after the last one served that has a due job.
func (q *Queue) nextSite(ctx context.Context, now time.Time, kinds []string) (kernel.SiteID, bool, error) {
	q.turnMu.Lock()
	defer q.turnMu.Unlock()
	for _, after := range []kernel.SiteID{q.turn, -1} {
		var sites []kernel.SiteID
		err := q.db.Conn(ctx).NewRaw(`SELECT site_id FROM jobs
			WHERE site_id > ? AND state = 'open' AND due_at <= ? AND kind IN (?) ORDER BY site_id LIMIT 1`,
			after, now, bun.List(kinds)).Scan(ctx, &sites)
		if err != nil {
			return 0, false, fmt.Errorf("look for due jobs: %w", err)
		}
		if len(sites) > 0 {
			q.turn = sites[0]
			return sites[0], true, nil
		}
		if after == -1 {
			break
		}
	}
	return 0, false, nil
}

func (q *Queue) renew(ctx context.Context, r row) error {
	return q.touch(ctx, `UPDATE jobs SET due_at = ? WHERE id = ? AND fence = ? AND state = 'open'`, q.now().Add(leaseFor), r.ID, r.Fence)
}

// release gives an unstarted job back.
func (q *Queue) release(ctx context.Context, r row) error {
	return q.touch(ctx, `UPDATE jobs SET due_at = ?, attempts = attempts - 1 WHERE id = ? AND fence = ? AND state = 'open'`, q.now(), r.ID, r.Fence)
}

// done deletes the job, unless it was added again meanwhile: then it is due at once.
func (q *Queue) done(ctx context.Context, r row) error {
	return q.db.InTx(ctx, func(ctx context.Context) error {
		res, err := q.db.Conn(ctx).NewRaw(`DELETE FROM jobs WHERE id = ? AND fence = ? AND wanted = ?`, r.ID, r.Fence, r.Wanted).Exec(ctx)
		if err != nil {
			return fmt.Errorf("finish job %d: %w", r.ID, err)
		}
		if n, err := res.RowsAffected(); err != nil || n == 1 {
			return err
		}
		_, err = q.db.Conn(ctx).NewRaw(`UPDATE jobs SET due_at = ?, attempts = 0, last_error = '' WHERE id = ? AND fence = ? AND state = 'open'`,
			q.now(), r.ID, r.Fence).Exec(ctx)
		return err
	})
}

func (q *Queue) postpone(ctx context.Context, r row, until time.Time, why string) error {
	state := "open"
	if r.Attempts >= lastAttempt {
		state = "failed"
	}
	why = strings.ToValidUTF8(strings.ReplaceAll(why[:min(len(why), 2000)], "\x00", ""), "")
	err := q.touch(ctx, `UPDATE jobs SET state = ?, due_at = ?, last_error = ? WHERE id = ? AND fence = ? AND state = 'open'`,
		state, until, why, r.ID, r.Fence)
	if errors.Is(err, errLeaseLost) {
		return nil // somebody else has it and will say how it ended
	}
	return err
}

func (q *Queue) touch(ctx context.Context, query string, args ...any) error {
	return q.db.InTx(ctx, func(ctx context.Context) error {
		res, err := q.db.Conn(ctx).NewRaw(query, args...).Exec(ctx)
		if err != nil {
			return err
		}
		if n, err := res.RowsAffected(); err != nil || n == 1 {
			return err
		}
		return errLeaseLost
	})
}
