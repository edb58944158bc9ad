package db_test

import (
	"context"
	"errors"
	"io/fs"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/fstest"
	"time"

	"github.com/uptrace/bun"
	"github.com/zhanqun/zhanqun/kernel/fault"
	"github.com/zhanqun/zhanqun/storage/db"
	"github.com/zhanqun/zhanqun/storage/db/dbtest"
	"github.com/zhanqun/zhanqun/storage/db/dbtest/disk"
)

func schema(text string) fs.FS {
	return fstest.MapFS{"20260101000001_notes.tx.up.sql": {Data: []byte(text)}}
}

var notes = schema(`CREATE TABLE notes (
  site_id bigint NOT NULL, id bigint NOT NULL, text text NOT NULL CHECK (text <> ''), at {{.Time}},
  PRIMARY KEY (site_id, id))
--bun:split
CREATE TABLE replies (site_id bigint NOT NULL, id bigint NOT NULL, note bigint NOT NULL,
  PRIMARY KEY (site_id, id), FOREIGN KEY (site_id, note) REFERENCES notes (site_id, id))`)

func insert(ctx context.Context, d *db.DB, site, id int64, text string) error {
	_, err := d.Conn(ctx).NewRaw("INSERT INTO notes (site_id, id, text) VALUES (?, ?, ?)", site, id, text).Exec(ctx)
	return err
}

func count(t *testing.T, ctx context.Context, d *db.DB) (n int) {
	t.Helper()
	if err := d.Conn(ctx).NewRaw("SELECT count(*) FROM notes").Scan(ctx, &n); err != nil {
		t.Fatal(err)
	}
	return n
}

// Y1, Y2: one behaviour over both engines.
func TestTransactions(t *testing.T) {
	ctx := context.Background()
	boom := errors.New("boom")
	for _, c := range []struct {
		name string
		run  func(d *db.DB) error
		rows int
		err  error
	}{
		{"a transaction keeps what it wrote", func(d *db.DB) error {
			return d.InTx(ctx, func(ctx context.Context) error { return insert(ctx, d, 1, 1, "a") })
		}, 1, nil},
		{"an error takes everything back", func(d *db.DB) error {
			return d.InTx(ctx, func(ctx context.Context) error { return errors.Join(insert(ctx, d, 1, 1, "a"), boom) })
		}, 0, boom},
		{"a nested call joins", func(d *db.DB) error {
			return d.InTx(ctx, func(ctx context.Context) error {
				return d.InTx(ctx, func(ctx context.Context) error { return insert(ctx, d, 1, 1, "a") })
			})
		}, 1, nil},
		{"an inner error dooms the whole even when it is swallowed", func(d *db.DB) error {
			return d.InTx(ctx, func(ctx context.Context) error {
				_ = d.InTx(ctx, func(context.Context) error { return boom }) // swallowed on purpose
				return insert(ctx, d, 1, 1, "a")
			})
		}, 0, boom},
		{"inside, own writes are seen", func(d *db.DB) error {
			return d.InTx(ctx, func(ctx context.Context) error {
				if err := insert(ctx, d, 1, 1, "a"); err != nil {
					return err
				}
				var n int
				if err := d.Conn(ctx).NewRaw("SELECT count(*) FROM notes").Scan(ctx, &n); err != nil || n != 1 {
					return errors.Join(err, boom)
				}
				return nil
			})
		}, 1, nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			dbtest.Each(t, func(t *testing.T, d *db.DB) {
				if err := c.run(d); !errors.Is(err, c.err) {
					t.Errorf("error %v, want %v", err, c.err)
				}
				if got := count(t, ctx, d); got != c.rows {
					t.Errorf("%d rows, want %d", got, c.rows)
				}
			}, notes)
		})
	}
}

func TestAPanicRollsBackAndGoesOn(t *testing.T) {
	ctx := context.Background()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		func() {
			defer func() {
				if recover() == nil {
					t.Error("the panic was swallowed")
				}
			}()
			_ = d.InTx(ctx, func(ctx context.Context) error { // it panics
				if err := insert(ctx, d, 1, 1, "a"); err != nil {
					t.Fatal(err)
				}
				panic("boom")
			})
		}()
		if got := count(t, ctx, d); got != 0 {
			t.Errorf("%d rows after a panic", got)
		}
		if err := d.InTx(ctx, func(ctx context.Context) error { return insert(ctx, d, 1, 2, "b") }); err != nil {
			t.Errorf("the writer is lost: %v", err)
		}
	}, notes)
}

func TestStepsBeforeAndAfterTheCommit(t *testing.T) {
	ctx := context.Background()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		var log []string
		say := func(s string) func(context.Context) error {
			return func(context.Context) error { log = append(log, s); return nil }
		}
		err := d.InTx(ctx, func(ctx context.Context) error {
			db.AfterCommit(ctx, func() { log = append(log, "after") })
			db.BeforeCommit(ctx, 9, "revision", say("revision"))
			db.BeforeCommit(ctx, 1, "audit", say("audit"))
			if db.BeforeCommit(ctx, 9, "revision", say("twice")) {
				t.Error("a second step with the same key was taken")
			}
			log = append(log, "body")
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		if want := []string{"body", "audit", "revision", "after"}; !slices.Equal(log, want) {
			t.Errorf("order %v, want %v", log, want)
		}
		log = nil
		boom := errors.New("boom")
		err = d.InTx(ctx, func(ctx context.Context) error {
			db.AfterCommit(ctx, func() { log = append(log, "after") })
			db.BeforeCommit(ctx, 1, "fail", func(context.Context) error { return boom })
			return insert(ctx, d, 1, 1, "a")
		})
		if !errors.Is(err, boom) || len(log) != 0 || count(t, ctx, d) != 0 {
			t.Errorf("a failing step left %v, %v, %d rows", err, log, count(t, ctx, d))
		}
	}, notes)
}

func TestDriverErrorsBecomeFaults(t *testing.T) {
	ctx := context.Background()
	for _, c := range []struct {
		name string
		sql  string
		want fault.Kind
	}{
		{"a doubled key is a conflict", "INSERT INTO notes (site_id, id, text) VALUES (1, 1, 'again')", fault.Conflict},
		{"a broken CHECK is a conflict", "INSERT INTO notes (site_id, id, text) VALUES (1, 2, '')", fault.Conflict},
		{"a missing value is a conflict", "INSERT INTO notes (site_id, id, text) VALUES (1, 2, NULL)", fault.Conflict},
		{"another site's row cannot be referenced (I4)", "INSERT INTO replies (site_id, id, note) VALUES (2, 1, 1)", fault.Conflict},
		{"a misspelt statement is ours", "INSERT INTO nowhere VALUES (1)", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			dbtest.Each(t, func(t *testing.T, d *db.DB) {
				err := d.InTx(ctx, func(ctx context.Context) error { return insert(ctx, d, 1, 1, "a") })
				if err != nil {
					t.Fatal(err)
				}
				err = d.InTx(ctx, func(ctx context.Context) error {
					_, err := d.Conn(ctx).NewRaw(c.sql).Exec(ctx)
					return err
				})
				if err == nil || fault.KindOf(err) != c.want {
					t.Errorf("%v is %q, want %q", err, fault.KindOf(err), c.want)
				}
			}, notes)
		})
	}
	t.Run("no row is not found", func(t *testing.T) {
		dbtest.Each(t, func(t *testing.T, d *db.DB) {
			var text string
			err := d.Conn(ctx).NewRaw("SELECT text FROM notes WHERE site_id = 9").Scan(ctx, &text)
			if !fault.Is(db.Fault(err), fault.NotFound) {
				t.Errorf("got %v", err)
			}
		}, notes)
	})
	t.Run("a closed store is unavailable", func(t *testing.T) {
		d, err := db.Open(ctx, dbtest.PostgresURL(t))
		if err != nil {
			t.Fatal(err)
		}
		defer d.Close()
		short, cancel := context.WithTimeout(ctx, time.Nanosecond)
		defer cancel()
		if err := d.Ping(short); !fault.Is(err, fault.Unavailable) {
			t.Errorf("got %v", err)
		}
	})
}

// What a person reads when the store could not keep a change says why, and that it is not kept.
func TestWhatCouldNotBeSavedIsToldSo(t *testing.T) {
	ctx := context.Background()
	d := disk.New(t)
	s, err := db.Open(ctx, d.Path("z.db"))
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	if _, err := s.Migrate(ctx, notes); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		name, word string
		spoil      func()
	}{
		{"a full disk", "磁盘已满", func() { d.Limit(d.Size()) }},
		{"a disk that breaks", "读写磁盘出错", func() { d.FailAt(1, true) }},
	} {
		t.Run(c.name, func(t *testing.T) {
			c.spoil()
			err := s.InTx(ctx, func(ctx context.Context) error { return insert(ctx, s, 1, 1, strings.Repeat("长", 9000)) })
			d.Limit(0)
			d.Heal()
			if say := fault.Say(err); !fault.Is(err, fault.Unavailable) || !strings.Contains(say, c.word) || !strings.Contains(say, "没有保存") {
				t.Errorf("says %q, %v", say, err)
			}
			if n := count(t, ctx, s); n != 0 {
				t.Errorf("%d rows", n)
			}
		})
	}
}

func TestTheReaderCannotWriteOnSQLite(t *testing.T) {
	ctx := context.Background()
	d := dbtest.SQLite(t, notes)
	if err := insert(ctx, d, 1, 1, "a"); err == nil {
		t.Error("a write outside a transaction was taken")
	}
}

// promises.md 2.1: FULL loses nothing in a power cut, NORMAL does.
func TestSettingsThatLoseNothing(t *testing.T) {
	ctx := context.Background()
	d := dbtest.SQLite(t, notes)
	for pragma, want := range map[string]string{"synchronous": "2", "journal_mode": "wal", "foreign_keys": "1"} {
		var got string
		if err := d.InTx(ctx, func(ctx context.Context) error {
			return d.Conn(ctx).NewRaw("PRAGMA ?", bun.Safe(pragma)).Scan(ctx, &got)
		}); err != nil || got != want {
			t.Errorf("%s is %q (%v), want %q", pragma, got, err, want)
		}
	}
}

func TestUnsafePostgresIsRefused(t *testing.T) {
	url := dbtest.PostgresURL(t)
	_, err := db.Open(context.Background(), url+"&options=-c%20synchronous_commit%3Doff")
	if !fault.Is(err, fault.Invalid) || !strings.Contains(fault.Say(err), "synchronous_commit") {
		t.Errorf("synchronous_commit=off was accepted: %v", err)
	}
}

func TestUnusableStoresAreNamedInOneSentence(t *testing.T) {
	for _, c := range []struct{ name, url, word string }{
		{"a folder that is not there", filepath.Join(t.TempDir(), "no", "such", "z.db"), "目录"},
		{"a port where nothing listens", "postgres://u:secret@127.0.0.1:1/x?connect_timeout=2", "PostgreSQL"},
		{"an address that is none", "postgres://%zz", "postgres://"},
	} {
		t.Run(c.name, func(t *testing.T) {
			d, err := db.Open(context.Background(), c.url)
			if err == nil {
				d.Close()
				t.Fatal("opened")
			}
			if say := fault.Say(err); !strings.Contains(say, c.word) || strings.Contains(say, "secret") {
				t.Errorf("says %q", say)
			}
		})
	}
}

func TestMigrationsOfAllRoomsStandOnOneTimeline(t *testing.T) {
	ctx := context.Background()
	late := fstest.MapFS{"20260101000003_c.tx.up.sql": {Data: []byte("INSERT INTO b (id) SELECT id FROM a")}}
	early := fstest.MapFS{
		"20260101000001_a.tx.up.sql": {Data: []byte("CREATE TABLE a (id bigint {{if .Postgres}}PRIMARY KEY{{else}}NOT NULL PRIMARY KEY{{end}})\n--bun:split\nINSERT INTO a VALUES (5)")},
		"20260101000002_b.tx.up.sql": {Data: []byte("CREATE TABLE b (id bigint)")},
	}
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		var wg sync.WaitGroup
		var applied [4]int
		for i := range applied { // as four nodes that start at once
			wg.Go(func() {
				n, err := d.Migrate(ctx, late, nil, early)
				if err != nil {
					t.Errorf("migrate: %v", err)
				}
				applied[i] = n
			})
		}
		wg.Wait()
		if total := applied[0] + applied[1] + applied[2] + applied[3]; total != 3 {
			t.Errorf("applied %v, want 3 together", applied)
		}
		var n int
		if err := d.Conn(ctx).NewRaw("SELECT id FROM b").Scan(ctx, &n); err != nil || n != 5 {
			t.Errorf("got %d, %v", n, err)
		}
	})
	t.Run("a broken file changes nothing", func(t *testing.T) {
		dbtest.Each(t, func(t *testing.T, d *db.DB) {
			bad := fstest.MapFS{"20260101000001_x.tx.up.sql": {Data: []byte("CREATE TABLE x (id bigint)\n--bun:split\nCREATE TABEL y (id bigint)")}}
			if _, err := d.Migrate(ctx, bad); err == nil {
				t.Fatal("applied")
			}
			if _, err := d.Conn(ctx).NewRaw("SELECT id FROM x").Exec(ctx); err == nil {
				t.Error("half a migration stayed")
			}
		})
	})
}

func TestMomentsComeBackAsTheyWent(t *testing.T) {
	ctx := context.Background()
	at := time.Date(2026, 11, 23, 1, 2, 3, 456789000, time.UTC)
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		err := d.InTx(ctx, func(ctx context.Context) error {
			_, err := d.Conn(ctx).NewRaw("INSERT INTO notes (site_id, id, text, at) VALUES (1, 1, 'a', ?), (1, 2, 'b', ?), (1, 3, 'c', ?)",
				at, at.Add(-time.Second).Truncate(time.Second), at.Add(time.Microsecond)).Exec(ctx)
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		var got []time.Time
		if err := d.Conn(ctx).NewRaw("SELECT at FROM notes WHERE site_id = 1 ORDER BY at DESC").Scan(ctx, &got); err != nil {
			t.Fatal(err)
		}
		if len(got) != 3 || !got[0].Equal(at.Add(time.Microsecond)) || !got[1].Equal(at) {
			t.Errorf("got %v", got)
		}
	}, notes)
}

func TestConcurrentWritersLoseNothing(t *testing.T) {
	ctx := context.Background()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		const writers, each = 8, 25
		var wg sync.WaitGroup
		for w := range writers {
			wg.Go(func() {
				for i := range each {
					if err := d.InTx(ctx, func(ctx context.Context) error { return insert(ctx, d, int64(w+1), int64(i+1), "x") }); err != nil {
						t.Errorf("writer %d: %v", w, err)
					}
				}
			})
		}
		wg.Wait()
		if got := count(t, ctx, d); got != writers*each {
			t.Errorf("%d rows, want %d", got, writers*each)
		}
	}, notes)
}
