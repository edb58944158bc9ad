package db

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"syscall"

	"github.com/uptrace/bun"
	"github.com/uptrace/bun/migrate"
)

// dialect is what the text of a migration may ask: {{if .Postgres}}…{{end}}, {{.Time}} for a moment's column type.
type dialect struct {
	Postgres bool
	Time     string
}

// Migrate applies what the sources hold and the store lacks, sorted by the time in the file name over all
// rooms, each file in a transaction of its own: 20261123100000_orgs.tx.up.sql. Two processes may call it
// at once; one waits. It returns how many files were applied.
func (d *DB) Migrate(ctx context.Context, sources ...fs.FS) (int, error) {
	ms := migrate.NewMigrations()
	for _, s := range sources {
		if s == nil {
			continue
		}
		if err := ms.Discover(s); err != nil {
			return 0, fmt.Errorf("discover migrations: %w", err)
		}
	}
	data := dialect{Postgres: d.postgres, Time: "timestamp"}
	if d.postgres {
		data.Time = "timestamptz"
	}
	if len(ms.Sorted()) == 0 {
		return 0, nil
	}
	unlock, err := d.lockMigrations(ctx)
	if err != nil {
		return 0, Fault(fmt.Errorf("lock migrations: %w", err))
	}
	defer unlock()
	// bun marks a file as applied after its transaction, and would apply it again when the process ends in between: it is
	// marked inside, and what bun does afterwards changes nothing.
	m := migrate.NewMigrator(d.write, ms, migrate.WithTemplateData(data), migrate.AfterMigration(mark),
		migrate.WithMarkAppliedOnSuccess(true), migrate.WithUpsert(true))
	if err := m.Init(ctx); err != nil {
		return 0, Fault(fmt.Errorf("prepare migrations: %w", err))
	}
	g, err := m.Migrate(ctx)
	if err != nil {
		return 0, Fault(fmt.Errorf("migrate: %w", err))
	}
	return len(g.Migrations), nil
}

// there reports whether another node has made the table a moment before: which name it meets first, of the table or of its
// row type, in the catalogue or in its index, is chance.
func there(err error) bool {
	c := pgCode(err)
	return c == "23505" || c == "42710" || c == "42P07"
}

func mark(ctx context.Context, tx bun.IConn, m *migrate.Migration) error {
	_, err := tx.ExecContext(ctx, "INSERT INTO bun_migrations (name, group_id) VALUES (?, ?)", m.Name, m.GroupID)
	return err
}

// lockMigrations waits until nobody else migrates this store. bun's own lock is a row, which a process that
// was killed leaves behind for ever; these locks end with the process.
func (d *DB) lockMigrations(ctx context.Context) (unlock func(), err error) {
	if !d.postgres {
		f, err := os.OpenFile(d.url+".migrating", os.O_CREATE|os.O_RDWR, 0o600)
		if err != nil {
			return nil, err
		}
		if err := syscall.Flock(int(f.Fd()), syscall.LOCK_EX); err != nil {
			f.Close()
			return nil, err
		}
		return func() { f.Close() }, nil
	}
	if _, err := d.write.ExecContext(ctx, "CREATE TABLE IF NOT EXISTS migrating (one int)"); err != nil && !there(err) {
		return nil, err
	}
	tx, err := d.write.BeginTx(ctx, nil)
	if err != nil {
		return nil, err
	}
	if _, err := tx.ExecContext(ctx, "LOCK TABLE migrating IN ACCESS EXCLUSIVE MODE"); err != nil {
		return nil, errors.Join(err, tx.Rollback())
	}
	return func() { _ = tx.Rollback() }, nil // it wrote nothing
}
