package db

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"io"
	"net"

	"github.com/jackc/pgx/v5/pgconn"
	"github.com/zhanqun/zhanqun/kernel/fault"
	"modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"
)

// Fault turns a driver's error into a fault where a person can act on it: no row is NotFound, a broken
// constraint or trigger is Conflict, a store that does not answer is Unavailable. A fault stays as it is;
// any other error comes back unchanged. It is the one place that knows driver errors.
func Fault(err error) error {
	switch {
	case err == nil, fault.KindOf(err) != "":
		return err
	case errors.Is(err, sql.ErrNoRows):
		return fault.Because(err, fault.NotFound, "没有找到。")
	case Unique(err):
		return fault.Because(err, fault.Conflict, "已经有相同的一项。")
	case Refused(err):
		return fault.Because(err, fault.Conflict, "数据规则不允许这样做。")
	case Full(err):
		return fault.Because(err, fault.Unavailable, sayFull)
	case broken(err):
		return fault.Because(err, fault.Unavailable, sayBroken)
	case Down(err):
		return fault.Because(err, fault.Unavailable, sayDown)
	}
	return err
}

// What Fault says of a store that cannot be used now.
const (
	sayFull   = "数据库所在的磁盘已满，请管理员腾出空间后再试。"
	sayBroken = "数据库读写磁盘出错，请管理员检查磁盘后再试。"
	sayDown   = "数据库暂时没有响应，请稍后再试。"
)

// commitError is an error of COMMIT itself.
type commitError struct{ error }

func (e commitError) Unwrap() error { return e.error }

// unsaved says of a transaction that the store could not carry out that nothing of it was saved; or, when the connection
// broke while PostgreSQL was to confirm it, that nobody knows. A failed COMMIT of SQLite has left nothing.
func (d *DB) unsaved(err error) error {
	var c commitError
	if d.postgres && errors.As(err, &c) && Down(err) {
		return fault.Because(err, fault.Unavailable, "不知道是否已经保存：数据库在确认之前断开了。请刷新查看，再决定是否重做。")
	}
	err = Fault(err)
	switch say := fault.Say(err); say {
	case sayFull, sayBroken, sayDown:
		return fault.Because(err, fault.Unavailable, "没有保存：%s", say)
	}
	return err
}

// Unique reports whether a UNIQUE or PRIMARY KEY constraint refused a row.
func Unique(err error) bool {
	if code, ok := sqliteCode(err); ok {
		return code == sqlite3.SQLITE_CONSTRAINT_UNIQUE || code == sqlite3.SQLITE_CONSTRAINT_PRIMARYKEY || code == sqlite3.SQLITE_CONSTRAINT_ROWID
	}
	return pgCode(err) == "23505"
}

// Refused reports whether any constraint or trigger of the schema refused a statement.
func Refused(err error) bool {
	if code, ok := sqliteCode(err); ok {
		return code&0xff == sqlite3.SQLITE_CONSTRAINT
	}
	c := pgCode(err)
	return len(c) == 5 && (c[:2] == "23" || c == "P0001")
}

// Full reports whether the disk under the store has no room left.
func Full(err error) bool {
	if code, ok := sqliteCode(err); ok {
		return code&0xff == sqlite3.SQLITE_FULL
	}
	return pgCode(err) == "53100"
}

// broken reports whether the store's files could not be read or written.
func broken(err error) bool {
	if code, ok := sqliteCode(err); ok {
		switch code & 0xff {
		case sqlite3.SQLITE_IOERR, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_READONLY, sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB:
			return true
		}
		return false
	}
	return pgCode(err) == "58030"
}

// Down reports whether the store did not answer, as against refusing.
func Down(err error) bool {
	if code, ok := sqliteCode(err); ok {
		switch code & 0xff {
		case sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED, sqlite3.SQLITE_IOERR, sqlite3.SQLITE_FULL, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_READONLY, sqlite3.SQLITE_INTERRUPT, sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB:
			return true
		}
		return false
	}
	if c := pgCode(err); c != "" {
		return c[:2] == "08" || c[:2] == "53" || c[:2] == "57" || c[:2] == "58" || c == "55P03"
	}
	var ne net.Error
	var pe *pgconn.ConnectError
	return errors.As(err, &ne) || errors.As(err, &pe) || errors.Is(err, sql.ErrConnDone) ||
		errors.Is(err, context.DeadlineExceeded) || pgconn.Timeout(err) ||
		// A server that ends in the middle of a statement: what was read breaks off, and the next statement finds the connection closed.
		errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, driver.ErrBadConn) || pgconn.SafeToRetry(err)
}

// retryable reports whether the whole transaction may succeed when it is run again.
func retryable(err error) bool {
	if code, ok := sqliteCode(err); ok {
		return code&0xff == sqlite3.SQLITE_BUSY
	}
	c := pgCode(err)
	return c == "40001" || c == "40P01"
}

func sqliteCode(err error) (int, bool) {
	var e *sqlite.Error
	if errors.As(err, &e) {
		return e.Code(), true
	}
	return 0, false
}

func pgCode(err error) string {
	var e *pgconn.PgError
	if errors.As(err, &e) {
		return e.Code
	}
	return ""
}
