package app

import (
	"context"
	"errors"
	"log/slog"
	"time"

	"github.com/zhanqun/zhanqun/kernel"
	"github.com/zhanqun/zhanqun/kernel/fault"
	"github.com/zhanqun/zhanqun/storage/db"
)

// keptSites is the snapshot of sites and hosts that a node keeps beside its mirrored pages.
const keptSites = "sites"

// keptThemes is that of the themes they are shown in.
const keptThemes = "themes"

// keepEvery is how long changes of sites gather before the snapshot is written again.
const keepEvery = 2 * time.Second

// keepSites writes the snapshot behind every change of sites until ctx ends, and then what has not been written.
// changed holds one message when there is something to write.
func (h *House) keepSites(ctx context.Context, changed <-chan struct{}) error {
	tick := time.NewTicker(keepEvery)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			select {
			case <-changed:
				return h.keep()
			default:
				return nil
			}
		case <-changed:
		}
		if err := h.keep(); err != nil {
			slog.Warn("sites not kept for a start without the database", "err", err)
		}
		select {
		case <-ctx.Done():
		case <-tick.C:
		}
	}
}

func (h *House) keep() error {
	b, err := h.Sites.Snapshot()
	if err != nil {
		return err
	}
	if err := h.Cache.Keep(keptSites, b); err != nil {
		return err
	}
	if b, err = h.Themes.Snapshot(); err != nil {
		return err
	}
	return h.Cache.Keep(keptThemes, b)
}

// fromMirror opens the house of a node whose PostgreSQL does not answer: it knows the sites it knew and serves the pages
// it mirrored, marked as old, and becomes a node like the others once the database is there, has this program's schema and
// belongs to its key. A node that keeps nothing has nothing to serve; then the error is why.
func fromMirror(cfg Config, now kernel.Clock, ids kernel.IDs, why error) (*House, error) {
	d, err := db.Prepare(cfg.Database)
	if err != nil {
		return nil, err
	}
	h, err := open(cfg, d, now, ids)
	if err != nil {
		return nil, errors.Join(err, d.Close())
	}
	b, ok := h.Cache.Kept(keptSites)
	if !ok {
		return nil, errors.Join(why, h.Close())
	}
	if err := h.Sites.LoadSnapshot(b); err != nil {
		slog.Warn("the kept sites cannot be used", "err", err)
		return nil, errors.Join(why, h.Close())
	}
	if b, ok := h.Cache.Kept(keptThemes); ok {
		if err := h.Themes.LoadSnapshot(b); err != nil {
			slog.Warn("the kept themes cannot be used", "err", err)
		}
	}
	settled, said := make(chan struct{}), ""
	h.settled = settled
	h.Revisions.Await(func(ctx context.Context) error {
		err := d.Ready(ctx)
		if err == nil {
			err = prepare(ctx, cfg, d, now)
		}
		if err == nil {
			close(settled)
			return nil
		}
		if now := fault.Say(err); now != said && !fault.Is(err, fault.Unavailable) { // it is there, but not as it must be
			said = now
			slog.Error("the database is not used", "err", err)
		}
		return err
	})
	slog.Warn("serving the mirror until the database answers", "err", why)
	return h, nil
}
