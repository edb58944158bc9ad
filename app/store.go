package app

import (
	"context"
	"database/sql"
	"embed"
	"errors"
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

// installationSchema is the one table of app itself.
func installationSchema() fs.FS { return kernel.Folder(migrations, "migrations") }

// installation is the one row that ties a store to its key, and tells whether a demonstration was seeded.
type installation struct {
	bun.BaseModel  `bun:"table:installation"`
	ID             int64     `bun:"id,pk"`
	KeyFingerprint string    `bun:"key_fingerprint"`
	CreatedAt      time.Time `bun:"created_at"`
	Demo           bool      `bun:"demo"`
	DemoDone       bool      `bun:"demo_done"`
}

// installed reads the row, or nil in a new store.
func installed(ctx context.Context, d *db.DB) (*installation, error) {
	var i installation
	err := d.Conn(ctx).NewSelect().Model(&i).Column("id", "key_fingerprint", "created_at", "demo", "demo_done").Where("id = 1").Scan(ctx)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, nil
	}
	if err != nil {
		return nil, db.Fault(fmt.Errorf("read installation: %w", err))
	}
	return &i, nil
}

func install(ctx context.Context, d *db.DB, i *installation) error {
	i.ID = 1
	err := d.InTx(ctx, func(ctx context.Context) error {
		_, err := d.Conn(ctx).NewInsert().Model(i).Exec(ctx)
		return err
	})
	if err != nil && !fault.Is(err, fault.Conflict) { // two nodes may start at once: the caller reads again
		return fmt.Errorf("write installation: %w", err)
	}
	return nil
}

// markDemo notes that a demonstration is begun, or done.
func markDemo(ctx context.Context, d *db.DB, done bool) error {
	return d.InTx(ctx, func(ctx context.Context) error {
		_, err := d.Conn(ctx).NewUpdate().Model((*installation)(nil)).Set("demo = ?", true).Set("demo_done = ?", done).Where("id = 1").Exec(ctx)
		return err
	})
}

// checkKey makes sure that the store and the key file belong together, and makes both in a new installation. A new
// key is only ever made beside an SQLite store.
func checkKey(ctx context.Context, d *db.DB, c Config, now time.Time) (key, error) {
	row, err := installed(ctx, d)
	if err != nil {
		return nil, err
	}
	k, err := readKey(c.KeyFile)
	if errors.Is(err, fs.ErrNotExist) {
		if row != nil || c.Postgres() {
			return nil, fault.New(fault.NotFound, "找不到密钥文件 %s。它必须是这个数据库最初使用的那一份，请从备份中找回。", c.KeyFile)
		}
		k, err = makeKey(c.KeyFile)
	}
	if err != nil {
		return nil, err
	}
	if row == nil {
		if err := install(ctx, d, &installation{KeyFingerprint: k.fingerprint(), CreatedAt: now}); err != nil {
			return nil, err
		}
		if row, err = installed(ctx, d); err != nil {
			return nil, err
		}
	}
	if row.KeyFingerprint != k.fingerprint() {
		return nil, fault.New(fault.Conflict, "密钥文件 %s 不是这个数据库的（数据库要的指纹是 %s，文件的是 %s），没有启动。", c.KeyFile, row.KeyFingerprint[:8], k.fingerprint()[:8])
	}
	return k, nil
}
