package db_test

import (
	"context"
	"io/fs"
	"strings"
	"sync"
	"testing"
	"testing/fstest"
	"time"

	"github.com/zhanqun/zhanqun/kernel/fault"
	"github.com/zhanqun/zhanqun/storage/db"
	"github.com/zhanqun/zhanqun/storage/db/dbtest"
)

func migration(text string) *fstest.MapFile { return &fstest.MapFile{Data: []byte(text)} }

// promises.md 2.8, 3.8 (Y6), the N-1 matrix: what an older program does with a schema that is ahead of it depends on how it is
// ahead. A program is here the migrations it knows.
func TestAProgramAndASchemaOfAnotherVersion(t *testing.T) {
	const base, grown, cut = "20260101000001_notes.tx.up.sql", "20260101000002_expand_notes.tx.up.sql", "20260101000003_drop_notes.tx.up.sql"
	older := fstest.MapFS{base: migration("CREATE TABLE n (id bigint)")}
	newer := fstest.MapFS{base: older[base], grown: migration("ALTER TABLE n ADD COLUMN text text")}
	newest := fstest.MapFS{base: older[base], grown: newer[grown], cut: migration("ALTER TABLE n DROP COLUMN id")}
	for _, c := range []struct {
		name            string
		schema, program fs.FS
		runs            bool
	}{
		{"older program, older schema", older, older, true},
		{"newer program, older schema: it adds what is missing", older, newer, true},
		{"older program, newer schema that only adds", newer, older, true},
		{"newer program, newer schema", newer, newer, true},
		{"older program, schema that has lost something", newest, older, false},
		{"newer program, schema that has lost something it does not know of", newest, newer, false},
		{"newest program, its schema", newest, newest, true},
	} {
		t.Run(c.name, func(t *testing.T) {
			dbtest.Each(t, func(t *testing.T, d *db.DB) {
				if _, err := d.Migrate(t.Context(), c.schema); err != nil {
					t.Fatal(err)
				}
				_, err := d.Migrate(t.Context(), c.program)
				if c.runs && err != nil {
					t.Errorf("refused: %v", err)
				}
				if !c.runs && (!fault.Is(err, fault.Conflict) || !strings.Contains(fault.Say(err), "20260101000003")) {
					t.Errorf("got %v", err)
				}
			})
		})
	}
}

// A migration and the note that it was applied are one transaction: a process that is killed between them would find at its
// next start what it has made itself, and never start again.
func TestAMigrationIsNotedInItsOwnTransaction(t *testing.T) {
	first := fstest.MapFS{"20260101000001_a.tx.up.sql": migration("CREATE TABLE a (id bigint)")}
	second := fstest.MapFS{"20260101000002_b.tx.up.sql": migration("CREATE TABLE b (id bigint)")}
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		ctx := t.Context()
		if _, err := d.Migrate(ctx, first); err != nil {
			t.Fatal(err)
		}
		exec := func(query string) error {
			return d.InTx(ctx, func(ctx context.Context) error { _, err := d.Conn(ctx).NewRaw(query).Exec(ctx); return err })
		}
		refuse, allow := `CREATE TRIGGER no_note BEFORE INSERT ON bun_migrations BEGIN SELECT RAISE(ABORT, 'no'); END`, `DROP TRIGGER no_note`
		if d.Postgres() {
			refuse, allow = `ALTER TABLE bun_migrations ADD CONSTRAINT no_note CHECK (name < '20260101000002')`, `ALTER TABLE bun_migrations DROP CONSTRAINT no_note`
		}
		if err := exec(refuse); err != nil {
			t.Fatal(err)
		}
		if _, err := d.Migrate(ctx, first, second); err == nil {
			t.Fatal("applied without a note")
		}
		if err := exec(allow); err != nil {
			t.Fatal(err)
		}
		if n, err := d.Migrate(ctx, first, second); n != 1 || err != nil {
			t.Errorf("again: %d applied, %v", n, err)
		}
	})
}

// promises.md 3.8: a migration that waits for a table, behind a backup for example, does not make everybody else wait who
// only reads it, and is applied when the table is free.
func TestAWaitingMigrationKeepsNobodyFromReading(t *testing.T) {
	first := fstest.MapFS{"20260101000001_a.tx.up.sql": migration("CREATE TABLE a (id bigint)")}
	second := fstest.MapFS{"20260101000002_expand_a.tx.up.sql": migration("ALTER TABLE a ADD COLUMN text text")}
	d := dbtest.Postgres(t, first)
	ctx := t.Context()
	reading, done := make(chan struct{}), make(chan struct{})
	var both sync.WaitGroup
	both.Go(func() { // as pg_dump does, for as long as it takes
		err := d.InTx(ctx, func(ctx context.Context) error {
			_, err := d.Conn(ctx).NewRaw("SELECT id FROM a").Exec(ctx)
			close(reading)
			<-done
			return err
		})
		if err != nil {
			t.Error(err)
		}
	})
	<-reading
	both.Go(func() {
		if n, err := d.Migrate(ctx, first, second); n != 1 || err != nil {
			t.Errorf("in the end %d applied, %v", n, err)
		}
	})
	for waiting := 0; waiting == 0; {
		err := d.Conn(ctx).NewRaw("SELECT count(*) FROM pg_locks JOIN pg_class ON pg_class.oid = relation WHERE relname = 'a' AND NOT granted").Scan(ctx, &waiting)
		if err != nil {
			t.Fatal(err)
		}
	}
	short, cancel := context.WithTimeout(ctx, time.Minute)
	defer cancel()
	if _, err := d.Conn(short).NewRaw("SELECT id FROM a").Exec(short); err != nil {
		t.Errorf("reading meanwhile: %v", err)
	}
	close(done)
	both.Wait()
}
