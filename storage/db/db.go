// Package db keeps rows: SQLite in one file by default, PostgreSQL when grown, the same SQL over both.
//
// It opens the store with the settings that lose nothing (SQLite WAL with synchronous=FULL; PostgreSQL with
// fsync and synchronous_commit, refused otherwise), carries transactions in the context, runs every room's
// migrations on one timeline and turns driver errors into faults. It knows no room and no table.
package db

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net/url"
	"runtime"
	"strings"
	"sync/atomic"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/stdlib"
	"github.com/uptrace/bun"
	"github.com/uptrace/bun/dialect/pgdialect"
	"github.com/uptrace/bun/dialect/sqlitedialect"
	"github.com/zhanqun/zhanqun/kernel/fault"
	_ "modernc.org/sqlite" // the driver "sqlite"
)

// DB is an open store. Its methods are safe for concurrent use.
type DB struct {
	write, read *bun.DB
	postgres    bool
	url         string
	host        string // of PostgreSQL, for sentences
	statements  atomic.Int64
}

// Open opens the store at url: a path of an SQLite file, or postgres://… . It creates the file when
// absent, and answers a fault with one sentence when the store cannot be used.
func Open(ctx context.Context, url string) (*DB, error) {
	d, err := Prepare(url)
	if err != nil {
		return nil, err
	}
	if err := d.Ready(ctx); err != nil {
		return nil, errors.Join(err, d.Close())
	}
	return d, nil
}

// Prepare is Open for a store that need not answer now; Ready says when it does.
func Prepare(url string) (*DB, error) {
	if strings.HasPrefix(url, "postgres://") || strings.HasPrefix(url, "postgresql://") {
		return preparePostgres(url)
	}
	return prepareSQLite(url)
}

// readyWithin bounds how long a store may take to answer when it is opened.
const readyWithin = 10 * time.Second

// Ready answers nil when the store answers and loses nothing, else a fault with one sentence.
func (d *DB) Ready(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, readyWithin)
	defer cancel()
	if err := d.write.PingContext(ctx); err != nil {
		if !d.postgres {
			return fault.Because(err, fault.Unavailable, "打不开数据库文件 %s，请检查目录是否存在、是否可写。", d.url)
		}
		return fault.Because(err, fault.Unavailable, "连不上 PostgreSQL（%s），请检查地址、口令和服务是否在运行。", d.host)
	}
	if !d.postgres {
		return nil
	}
	for _, setting := range []string{"fsync", "synchronous_commit"} {
		var v string
		if err := d.write.QueryRowContext(ctx, "SELECT current_setting('"+setting+"')").Scan(&v); err != nil {
			return Fault(fmt.Errorf("read %s: %w", setting, err))
		}
		if v == "off" {
			return fault.New(fault.Invalid, "PostgreSQL 的 %s 是 off，断电会丢失已发布的内容。请改为 on 后再启动。", setting)
		}
	}
	return nil
}

// Postgres reports whether the engine is PostgreSQL; only SQL that must differ asks.
func (d *DB) Postgres() bool { return d.postgres }

// URL is what Open was given, for listeners that need a connection of their own. It may hold a password: never log it.
func (d *DB) URL() string { return d.url }

// Statements is how many statements have been run, of which BEGIN and COMMIT are two. Tests hold what a room does to
// the number of statements it may take, which a busy machine does not change.
func (d *DB) Statements() int64 { return d.statements.Load() }

// counter counts the statements of both pools.
type counter struct{ n *atomic.Int64 }

func (c counter) BeforeQuery(ctx context.Context, _ *bun.QueryEvent) context.Context { return ctx }

func (c counter) AfterQuery(context.Context, *bun.QueryEvent) { c.n.Add(1) }

// count begins to count; the pools may be one.
func (d *DB) count() *DB {
	d.write = d.write.WithQueryHook(counter{&d.statements})
	if d.postgres {
		d.read = d.write
	} else {
		d.read = d.read.WithQueryHook(counter{&d.statements})
	}
	return d
}

// Close closes all connections.
func (d *DB) Close() error {
	if d.read == d.write {
		return d.write.Close()
	}
	return errors.Join(d.read.Close(), d.write.Close())
}

// Ping reports whether the store answers now, within ctx.
func (d *DB) Ping(ctx context.Context) error { return Fault(d.read.PingContext(ctx)) }

func prepareSQLite(path string) (*DB, error) {
	q := func(pragmas ...string) string {
		v := url.Values{}
		for _, p := range append([]string{"busy_timeout(10000)", "foreign_keys(1)"}, pragmas...) {
			v.Add("_pragma", p)
		}
		return v.Encode()
	}
	name := "file:" + (&url.URL{Path: path}).EscapedPath() + "?"
	w, err := sql.Open("sqlite", name+q("journal_mode(WAL)", "synchronous(FULL)", "cache_size(-8000)")+"&_txlock=immediate")
	if err != nil {
		return nil, err
	}
	w.SetMaxOpenConns(1)
	r, err := sql.Open("sqlite", name+q("query_only(1)", "cache_size(-2000)"))
	if err != nil {
		return nil, err
	}
	r.SetMaxOpenConns(max(4, runtime.NumCPU()*2))
	r.SetMaxIdleConns(max(4, runtime.NumCPU()*2))
	return (&DB{write: bun.NewDB(w, sqlitedialect.New()), read: bun.NewDB(r, sqlitedialect.New()), url: path}).count(), nil
}

func preparePostgres(u string) (*DB, error) {
	cfg, err := pgx.ParseConfig(u)
	if err != nil {
		return nil, fault.New(fault.Invalid, "数据库地址不对，应形如 postgres://用户:密码@主机:5432/库名。")
	}
	// bun writes its arguments into the text, so a statement cache would only grow; the simple
	// protocol has CVE-2026-41889. See docs/decisions/0001.
	cfg.DefaultQueryExecMode = pgx.QueryExecModeExec
	cfg.RuntimeParams["timezone"] = "UTC"
	cfg.RuntimeParams["application_name"] = "zhanqun"
	if cfg.ConnectTimeout == 0 {
		cfg.ConnectTimeout = 5 * time.Second
	}
	s := stdlib.OpenDB(*cfg)
	s.SetMaxOpenConns(16)
	s.SetMaxIdleConns(8)
	b := bun.NewDB(s, pgdialect.New())
	return (&DB{write: b, read: b, postgres: true, url: u, host: cfg.Host}).count(), nil
}
