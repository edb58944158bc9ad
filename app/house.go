package app

import (
	"context"
	"errors"
	"os"
	"path/filepath"

	"github.com/zhanqun/zhanqun/kernel"
	"github.com/zhanqun/zhanqun/kernel/fault"
	"github.com/zhanqun/zhanqun/storage/db"
)

// openHouse opens the store, brings its schema up to date, checks the key and opens every room. A command is not a
// server: its house keeps no mirror, which belongs to the one `serve` of the folder.
func openHouse(ctx context.Context, cfg Config, now kernel.Clock, ids kernel.IDs, command bool) (*House, error) {
	d, err := openRows(ctx, cfg)
	if err != nil {
		return nil, err
	}
	return furnish(ctx, cfg, d, now, ids, command)
}

// openRows makes the data folder and opens the store, which answers then.
func openRows(ctx context.Context, cfg Config) (*db.DB, error) {
	if err := os.MkdirAll(cfg.Data, 0o750); err != nil {
		return nil, fault.Because(err, fault.Unavailable, "建不了数据目录 %s，请检查权限。", cfg.Data)
	}
	if !cfg.Postgres() {
		if err := os.MkdirAll(filepath.Dir(cfg.Database), 0o750); err != nil {
			return nil, fault.Because(err, fault.Unavailable, "建不了目录 %s，请检查权限。", filepath.Dir(cfg.Database))
		}
	}
	return db.Open(ctx, cfg.Database)
}

// prepare brings the store's schema up to date and checks that store and key belong together.
func prepare(ctx context.Context, cfg Config, d *db.DB, now kernel.Clock) error {
	if _, err := d.Migrate(ctx, Migrations()...); err != nil {
		return err
	}
	_, err := checkKey(ctx, d, cfg, now())
	return err
}

// furnish makes a house of a store, which it closes when it cannot.
func furnish(ctx context.Context, cfg Config, d *db.DB, now kernel.Clock, ids kernel.IDs, command bool) (_ *House, err error) {
	defer func() {
		if err != nil {
			err = errors.Join(err, d.Close())
		}
	}()
	if err := prepare(ctx, cfg, d, now); err != nil {
		return nil, err
	}
	cfg.command = command
	h, err := open(cfg, d, now, ids)
	if err != nil {
		return nil, err
	}
	if err := h.Revisions.Poll(ctx); err != nil { // which loads the sites; before it a page could not be known to be fresh
		return nil, errors.Join(err, h.Cache.Close())
	}
	return h, nil
}

// Close ends what the rooms hold open; the house is of no use afterwards.
func (h *House) Close() error { return errors.Join(h.Cache.Close(), h.DB.Close()) }
