package notify

import (
	"context"
	"fmt"
	"time"

	"github.com/uptrace/bun"
	"github.com/zhanqun/zhanqun/kernel"
	"github.com/zhanqun/zhanqun/storage/db"
)

type noticeRow struct {
	bun.BaseModel `bun:"table:notices"`
	SiteID        kernel.SiteID    `bun:"site_id,pk"`
	ID            int64            `bun:"id,pk"`
	AccountID     kernel.AccountID `bun:"account_id"`
	Kind          Kind             `bun:"kind"`
	Object        string           `bun:"object"`
	Ref           int64            `bun:"ref"`
	MadeAt        time.Time        `bun:"made_at"`
	ReadAt        *time.Time       `bun:"read_at"`
	Mail          string           `bun:"mail"`
}

func (r noticeRow) notice() Notice {
	n := Notice{Site: r.SiteID, ID: r.ID, Account: r.AccountID, Kind: r.Kind, Object: r.Object, Ref: r.Ref, At: r.MadeAt.UTC()}
	if r.ReadAt != nil {
		n.ReadAt = r.ReadAt.UTC()
	}
	return n
}

func notices(rows []noticeRow) []Notice {
	all := make([]Notice, len(rows))
	for i, r := range rows {
		all[i] = r.notice()
	}
	return all
}

func wrap(err error, format string, args ...any) error {
	if err == nil {
		return nil
	}
	return db.Fault(fmt.Errorf(format+": %w", append(args, err)...))
}

func (n *Notices) put(ctx context.Context, row Notice, mail string) error {
	r := noticeRow{SiteID: row.Site, ID: row.ID, AccountID: row.Account, Kind: row.Kind, Object: row.Object, Ref: row.Ref, MadeAt: row.At, Mail: mail}
	_, err := n.DB.Conn(ctx).NewInsert().Model(&r).Exec(ctx)
	return wrap(err, "tell %d of %s", row.Account, row.Object)
}

// unread counts a person's unread notices by site.
func (n *Notices) unread(ctx context.Context, who kernel.AccountID) (map[kernel.SiteID]int, error) {
	var rows []struct {
		SiteID kernel.SiteID
		Many   int
	}
	err := n.DB.Conn(ctx).NewRaw("SELECT site_id, count(*) AS many FROM notices WHERE account_id = ? AND read_at IS NULL GROUP BY site_id", who).Scan(ctx, &rows)
	if err != nil {
		return nil, wrap(err, "count the notices of %d", who)
	}
	all := make(map[kernel.SiteID]int, len(rows))
	for _, r := range rows {
		all[r.SiteID] = r.Many
	}
	return all, nil
}

// of is a page of a person's notices, those that are not read first.
func (n *Notices) of(ctx context.Context, who kernel.AccountID, p kernel.Page) ([]Notice, error) {
	var rows []noticeRow
	err := n.DB.Conn(ctx).NewSelect().Model(&rows).Where("account_id = ?", who).OrderExpr("CASE WHEN read_at IS NULL THEN 0 ELSE 1 END, id DESC").
		Limit(int64(p.Size)).Offset(int64(p.Offset())).Scan(ctx)
	return notices(rows), wrap(err, "list the notices of %d", who)
}

// sweptMost bounds what one transaction looks through.
const sweptMost = 500

func (n *Notices) unreadOf(ctx context.Context, who kernel.AccountID) ([]Notice, error) {
	var rows []noticeRow
	err := n.DB.Conn(ctx).NewSelect().Model(&rows).Where("account_id = ?", who).Where("read_at IS NULL").Order("id DESC").Limit(sweptMost).Scan(ctx)
	return notices(rows), wrap(err, "load the unread notices of %d", who)
}

// one is a person's notice; somebody else's is not found.
func (n *Notices) one(ctx context.Context, who kernel.AccountID, id int64) (Notice, error) {
	var rows []noticeRow
	err := n.DB.Conn(ctx).NewSelect().Model(&rows).Where("account_id = ?", who).Where("id = ?", id).Scan(ctx)
	if err == nil && len(rows) == 0 {
		return Notice{}, errGone()
	}
	if err != nil {
		return Notice{}, wrap(err, "load notice %d", id)
	}
	return rows[0].notice(), nil
}

func (n *Notices) markRead(ctx context.Context, site kernel.SiteID, who kernel.AccountID, id int64) error {
	return n.DB.InTx(ctx, func(ctx context.Context) error {
		_, err := n.DB.Conn(ctx).NewUpdate().Table("notices").Set("read_at = ?", n.Now()).Where("site_id = ?", site).Where("account_id = ?", who).
			Where("id = ?", id).Where("read_at IS NULL").Exec(ctx)
		return wrap(err, "mark notice %d as read", id)
	})
}

// ReadAll marks everything that the actor was told until now as read.
func (n *Notices) ReadAll(ctx context.Context) error {
	return n.DB.InTx(ctx, func(ctx context.Context) error {
		_, err := n.DB.Conn(ctx).NewUpdate().Table("notices").Set("read_at = ?", n.Now()).Where("account_id = ?", me(ctx)).Where("read_at IS NULL").Exec(ctx)
		return wrap(err, "mark the notices of %d as read", me(ctx))
	})
}

// settle ends what waited at an object: somebody has done it.
func (n *Notices) settle(ctx context.Context, site kernel.SiteID, object string) error {
	_, err := n.DB.Conn(ctx).NewUpdate().Table("notices").Set("read_at = ?", n.Now()).Where("site_id = ?", site).Where("object = ?", object).
		Where("read_at IS NULL").Where("kind IN (?)", bun.List(waiting)).Exec(ctx)
	return wrap(err, "end what waited at %s of site %d", object, site)
}

func (n *Notices) drop(ctx context.Context, row Notice) error {
	_, err := n.DB.Conn(ctx).NewDelete().Table("notices").Where("site_id = ?", row.Site).Where("id = ?", row.ID).Exec(ctx)
	return wrap(err, "drop notice %d of site %d", row.ID, row.Site)
}

// has reports whether anybody was told of this kind about ref.
func (n *Notices) has(ctx context.Context, site kernel.SiteID, k Kind, ref int64) (bool, error) {
	found, err := n.DB.Conn(ctx).NewSelect().Table("notices").Where("site_id = ?", site).Where("kind = ?", k).Where("ref = ?", ref).Exists(ctx)
	return found, wrap(err, "look for %s of site %d", k, site)
}

// waits reports whether the person has not read yet what row says.
func (n *Notices) waits(ctx context.Context, row Notice) (bool, error) {
	found, err := n.DB.Conn(ctx).NewSelect().Table("notices").Where("site_id = ?", row.Site).Where("account_id = ?", row.Account).Where("kind = ?", row.Kind).
		Where("object = ?", row.Object).Where("ref = ?", row.Ref).Where("read_at IS NULL").Exists(ctx)
	return found, wrap(err, "look for a notice about %s of site %d", row.Object, row.Site)
}

// dropOld deletes what was made before the moment.
func (n *Notices) dropOld(ctx context.Context, before time.Time) error {
	return n.DB.InTx(ctx, func(ctx context.Context) error {
		_, err := n.DB.Conn(ctx).NewDelete().Table("notices").Where("made_at < ?", before).Exec(ctx)
		return wrap(err, "drop old notices")
	})
}
