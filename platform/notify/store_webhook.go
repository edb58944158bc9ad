package notify

import (
	"context"
	"time"

	"github.com/uptrace/bun"
	"github.com/zhanqun/zhanqun/kernel"
)

type hookRow struct {
	bun.BaseModel `bun:"table:site_webhooks"`
	SiteID        kernel.SiteID    `bun:"site_id,pk"`
	ID            int64            `bun:"id"`
	URL           string           `bun:"url"`
	Salt          string           `bun:"salt"`
	SetBy         kernel.AccountID `bun:"set_by"`
	SetAt         time.Time        `bun:"set_at"`
	PausedUntil   *time.Time       `bun:"paused_until"`
	TriedAt       *time.Time       `bun:"tried_at"`
	Outcome       string           `bun:"outcome"`
	Delivered     bool             `bun:"delivered"`
}

// Hook is the site's webhook; false: it has none.
func (n *Notices) Hook(ctx context.Context, site kernel.SiteID) (Hook, bool, error) {
	var rows []hookRow
	err := n.DB.Conn(ctx).NewSelect().Model(&rows).Where("site_id = ?", site).Scan(ctx)
	if err != nil || len(rows) == 0 {
		return Hook{}, false, wrap(err, "load the webhook of site %d", site)
	}
	r := rows[0]
	h := Hook{Site: r.SiteID, ID: r.ID, URL: r.URL, SetAt: r.SetAt.UTC(), Outcome: r.Outcome, Delivered: r.Delivered, salt: r.Salt, by: r.SetBy}
	if r.TriedAt != nil {
		h.TriedAt = r.TriedAt.UTC()
	}
	if r.PausedUntil != nil {
		h.paused = r.PausedUntil.UTC()
	}
	return h, true, nil
}

func (n *Notices) putHook(ctx context.Context, h Hook) error {
	if err := n.dropHook(ctx, h.Site); err != nil {
		return err
	}
	r := hookRow{SiteID: h.Site, ID: h.ID, URL: h.URL, Salt: h.salt, SetBy: h.by, SetAt: h.SetAt}
	_, err := n.DB.Conn(ctx).NewInsert().Model(&r).Exec(ctx)
	return wrap(err, "set the webhook of site %d", h.Site)
}

func (n *Notices) dropHook(ctx context.Context, site kernel.SiteID) error {
	_, err := n.DB.Conn(ctx).NewDelete().Model((*hookRow)(nil)).Where("site_id = ?", site).Exec(ctx)
	return wrap(err, "drop the webhook of site %d", site)
}

// tried notes how an attempt came out, unless the hook was set anew meanwhile.
func (n *Notices) tried(ctx context.Context, h Hook) error {
	q := n.DB.Conn(ctx).NewUpdate().Model((*hookRow)(nil)).Set("tried_at = ?", h.TriedAt).Set("outcome = ?", h.Outcome).Set("delivered = ?", h.Delivered)
	if h.paused.IsZero() {
		q = q.Set("paused_until = NULL")
	} else {
		q = q.Set("paused_until = ?", h.paused)
	}
	_, err := q.Where("site_id = ?", h.Site).Where("id = ?", h.ID).Exec(ctx)
	return wrap(err, "note an attempt of site %d", h.Site)
}
