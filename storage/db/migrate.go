package db

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strings"
	"syscall"
	"time"

	"github.com/uptrace/bun"
	"github.com/uptrace/bun/migrate"
	"github.com/zhanqun/zhanqun/kernel/fault"
)

// dialect is what the text of a migration may ask: {{if .Postgres}}…{{end}}, {{.Time}} for a moment's column type.
type dialect struct {
	Postgres bool
	Time     string
}

// expands begins the name of a migration that a program which does not know it can live with: it only adds what that
// program neither reads nor must fill, as 20261201100000_expand_letters.tx.up.sql. Any other keeps older programs out.
const expands = "expand_"

// Migrate applies what the sources hold and the store lacks, sorted by the time in the file name over all
// rooms, each file in a transaction of its own together with the note that it was applied:
// 20261123100000_orgs.tx.up.sql. Two processes may call it at once; one waits. It returns how many files were applied,
// and fault.Conflict when a newer program has changed the schema so that this one must not use it.
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
	known := ms.Sorted()
	if len(known) == 0 {
		return 0, nil
	}
	unlock, err := d.lockMigrations(ctx)
	if err != nil {
		return 0, Fault(fmt.Errorf("lock migrations: %w", err))
	}
	defer unlock()
	if err := d.admit(ctx, known); err != nil {
		return 0, err
	}
	data := dialect{Postgres: d.postgres, Time: "timestamp"}
	if d.postgres {
		data.Time = "timestamptz"
	}
	// bun notes a file as applied after its transaction, and would apply it again when the process ends in between: it is
	// noted inside, and what bun does afterwards changes nothing.
	m := migrate.NewMigrator(d.write, ms, migrate.WithTemplateData(data), migrate.BeforeMigration(d.hurry), migrate.AfterMigration(note),
		migrate.WithMarkAppliedOnSuccess(true), migrate.WithUpsert(true))
	if err := m.Init(ctx); err != nil {
		return 0, Fault(fmt.Errorf("prepare migrations: %w", err))
	}
	for n := 0; ; {
		g, err := m.Migrate(ctx)
		if n += len(g.Migrations); err == nil {
			return n, nil
		}
		if pgCode(err) != lockNotAvailable {
			return 0, Fault(fmt.Errorf("migrate: %w", err))
		}
		n-- // the last of the group is the one that failed
		select {
		case <-ctx.Done():
			return 0, Fault(fmt.Errorf("migrate: %w", ctx.Err()))
		case <-time.After(hurryAgain):
		}
	}
}

// there reports whether another node has made the table a moment before: which name it meets first, of the table or of its
// row type, in the catalogue or in its index, is chance.
func there(err error) bool {
	c := pgCode(err)
	return c == "23505" || c == "42710" || c == "42P07"
}

const (
	lockNotAvailable = "55P03" // what a statement answers that has waited lock_timeout for a table
	hurryAgain       = 2 * time.Second
)

// hurry bounds how long a migration waits for a table, since everybody who only reads it waits behind it, the nodes' polls
// too; then it is begun again.
func (d *DB) hurry(ctx context.Context, tx bun.IConn, _ *migrate.Migration) error {
	if !d.postgres {
		return nil
	}
	_, err := tx.ExecContext(ctx, "SET LOCAL lock_timeout = '500ms'")
	return err
}

// note writes down, inside a migration's transaction, that it was applied.
func note(ctx context.Context, tx bun.IConn, m *migrate.Migration) error {
	_, err := tx.ExecContext(ctx, "INSERT INTO bun_migrations (name, group_id) VALUES (?, ?)", m.Name, m.GroupID)
	return err
}

// admit refuses a program that is older than the schema can bear, and notes which programs will be, before anything is
// changed: a program may use the store when it knows the last migration that did not only add.
func (d *DB) admit(ctx context.Context, known migrate.MigrationSlice) error {
	if _, err := d.write.ExecContext(ctx, "CREATE TABLE IF NOT EXISTS schema_floor (name text NOT NULL)"); err != nil {
		return Fault(fmt.Errorf("prepare the schema's floor: %w", err))
	}
	var floor string
	if err := d.write.NewRaw("SELECT coalesce(max(name), '') FROM schema_floor").Scan(ctx, &floor); err != nil {
		return Fault(fmt.Errorf("read the schema's floor: %w", err))
	}
	mine := ""
	for _, m := range known {
		if !strings.HasPrefix(m.Comment, expands) {
			mine = m.Name
		}
	}
	switch {
	case known[len(known)-1].Name < floor:
		return fault.New(fault.Conflict, "数据库已由更新的版本升级（%s），这个版本的程序不能再使用它。请换用新版本，或从升级前的备份恢复。", floor)
	case mine <= floor:
		return nil
	}
	if _, err := d.write.NewRaw("INSERT INTO schema_floor (name) VALUES (?)", mine).Exec(ctx); err != nil {
		return Fault(fmt.Errorf("raise the schema's floor: %w", err))
	}
	return nil
}

// lockMigrations waits until nobody else migrates this store. bun's own lock is a row, which a process that
// was killed leaves behind for ever; these locks end with the process.
func (d *DB) lockMigrations(ctx context.Context) (unlock func(), err error) {
	if !d.postgres {
		f, err := os.OpenFile(d.url+".migrating", os.O_CREATE|os.O_RDWR, 0o600)
		if err != nil {
			return nil, err
		}
		if err := flock(ctx, f); err != nil {
			return nil, errors.Join(err, f.Close())
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

// flock waits for the lock of a file, as long as ctx lets it.
func flock(ctx context.Context, f *os.File) error {
	tick := time.NewTicker(50 * time.Millisecond)
	defer tick.Stop()
	for {
		if err := syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB); !errors.Is(err, syscall.EWOULDBLOCK) {
			return err
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-tick.C:
		}
	}
}
