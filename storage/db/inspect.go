package db

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
)

// Unsafe is a setting of a store that may lose what was acknowledged.
type Unsafe struct{ Name, Value string }

// Inspect looks at the settings of the store at url without opening it for work, since Open refuses some of them and sets others
// right: for PostgreSQL what its server does at a commit, for SQLite what stands in the file. A store that is not there has none.
func Inspect(ctx context.Context, url string) ([]Unsafe, error) {
	if !strings.HasPrefix(url, "postgres://") && !strings.HasPrefix(url, "postgresql://") {
		return inspectFile(url)
	}
	c, err := pgx.Connect(ctx, url)
	if err != nil {
		return nil, Fault(err)
	}
	defer c.Close(context.WithoutCancel(ctx))
	var found []Unsafe
	for _, name := range []string{"fsync", "synchronous_commit", "full_page_writes"} {
		var value string
		if err := c.QueryRow(ctx, "SELECT current_setting('"+name+"')").Scan(&value); err != nil {
			return nil, Fault(fmt.Errorf("read %s: %w", name, err))
		}
		if value == "off" {
			found = append(found, Unsafe{name, value})
		}
	}
	return found, nil
}

// inspectFile reads the file's own mark of its journal: the bytes 18 and 19 are 2 in WAL.
func inspectFile(name string) ([]Unsafe, error) {
	f, err := os.Open(name)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	defer f.Close()
	b := make([]byte, 20)
	if _, err := io.ReadFull(f, b); err != nil {
		return nil, nil // empty: Open makes it
	}
	if b[18] != 2 || b[19] != 2 {
		return []Unsafe{{"journal_mode", "not WAL"}}, nil
	}
	return nil, nil
}

// Now is the store's own clock: PostgreSQL's server's. SQLite has none, and ok is false.
func (d *DB) Now(ctx context.Context) (now time.Time, ok bool, err error) {
	if !d.postgres {
		return now, false, nil
	}
	err = d.read.NewRaw("SELECT clock_timestamp()").Scan(ctx, &now)
	return now.UTC(), true, Fault(err)
}

// Check has the engine look for what is damaged in the store itself, and returns its words, none when all is well. PostgreSQL holds
// its foreign keys always and checks its pages with tools of its own, so only SQLite answers.
func (d *DB) Check(ctx context.Context) (found []string, err error) {
	if d.postgres {
		return nil, nil
	}
	c := d.Conn(ctx)
	if err := c.NewRaw("PRAGMA quick_check(20)").Scan(ctx, &found); err != nil {
		return nil, Fault(fmt.Errorf("check the file: %w", err))
	}
	if len(found) == 1 && found[0] == "ok" {
		found = nil
	}
	var keys []struct {
		Table  string
		Rowid  *int64
		Parent string
		Fkid   int64
	}
	if err := c.NewRaw("PRAGMA foreign_key_check").Scan(ctx, &keys); err != nil {
		return nil, Fault(fmt.Errorf("check the keys: %w", err))
	}
	for i, k := range keys {
		if i == 20 {
			break
		}
		found = append(found, fmt.Sprintf("a row of %s refers to one of %s that is not there", k.Table, k.Parent))
	}
	return found, nil
}
