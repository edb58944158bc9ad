// Package dbtest gives tests an empty, migrated store of each engine.
//
// SQLite is always there. PostgreSQL is the server at ZHANQUN_TEST_POSTGRES; without it those subtests are
// skipped by name, and with ZHANQUN_TEST_REQUIRE=1, as in CI, its absence is fatal.
package dbtest

import (
	"context"
	"database/sql"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"sync/atomic"
	"testing"
	"time"

	"github.com/zhanqun/zhanqun/storage/db"
)

// Each runs f once on every engine, each time on a store of its own that holds the sources' schema.
func Each(t *testing.T, f func(t *testing.T, d *db.DB), sources ...fs.FS) {
	t.Helper()
	t.Run("sqlite", func(t *testing.T) { f(t, SQLite(t, sources...)) })
	t.Run("postgres", func(t *testing.T) { f(t, Postgres(t, sources...)) })
}

// SQLite opens an empty SQLite store that is removed with the test.
func SQLite(t testing.TB, sources ...fs.FS) *db.DB {
	t.Helper()
	return open(t, filepath.Join(t.TempDir(), "zhanqun.db"), sources)
}

// Postgres creates an empty PostgreSQL database that is dropped with the test, or skips.
func Postgres(t testing.TB, sources ...fs.FS) *db.DB {
	t.Helper()
	return open(t, PostgresURL(t), sources)
}

var serial atomic.Int64

// PostgresURL creates an empty PostgreSQL database, dropped with the test, and returns its address, or skips.
func PostgresURL(t testing.TB) string {
	t.Helper()
	server := os.Getenv("ZHANQUN_TEST_POSTGRES")
	if server == "" {
		if os.Getenv("ZHANQUN_TEST_REQUIRE") != "" {
			t.Fatal("ZHANQUN_TEST_POSTGRES is not set")
		}
		t.Skip("no PostgreSQL: set ZHANQUN_TEST_POSTGRES=postgres://…")
	}
	u, err := url.Parse(server)
	if err != nil {
		t.Fatalf("ZHANQUN_TEST_POSTGRES: %v", err)
	}
	name := fmt.Sprintf("zhanqun_test_%d_%d_%d", os.Getpid(), time.Now().UnixNano(), serial.Add(1))
	admin, err := sql.Open("pgx", server)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := admin.Exec("CREATE DATABASE " + name); err != nil {
		t.Fatalf("create database: %v", err)
	}
	t.Cleanup(func() {
		if _, err := admin.Exec("DROP DATABASE " + name + " WITH (FORCE)"); err != nil {
			t.Errorf("drop database: %v", err)
		}
		admin.Close()
	})
	u.Path = "/" + name
	return u.String()
}

func open(t testing.TB, url string, sources []fs.FS) *db.DB {
	t.Helper()
	d, err := db.Open(context.Background(), url)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := d.Close(); err != nil {
			t.Errorf("close: %v", err)
		}
	})
	if _, err := d.Migrate(context.Background(), sources...); err != nil {
		t.Fatal(err)
	}
	return d
}
