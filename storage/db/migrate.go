package db

import (
	"context"
	"fmt"
	"io/fs"
	"time"

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
	m := migrate.NewMigrator(d.write, ms, migrate.WithTemplateData(data), migrate.WithMarkAppliedOnSuccess(true))
	if err := m.Init(ctx); err != nil && !Unique(err) {
		return 0, Fault(fmt.Errorf("prepare migrations: %w", err))
	}
	for m.Lock(ctx) != nil { // another process migrates; its lock is a row
		select {
		case <-ctx.Done():
			return 0, Fault(ctx.Err())
		case <-time.After(100 * time.Millisecond):
		}
	}
	defer m.Unlock(context.WithoutCancel(ctx)) //nolint:errcheck // a left lock is named by the next start
	g, err := m.Migrate(ctx)
	if err != nil {
		return 0, Fault(fmt.Errorf("migrate: %w", err))
	}
	return len(g.Migrations), nil
}
