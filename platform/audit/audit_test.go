package audit

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/zhanqun/zhanqun/kernel"
	"github.com/zhanqun/zhanqun/storage/db"
	"github.com/zhanqun/zhanqun/storage/db/dbtest"
)

var start = time.Date(2026, 11, 23, 8, 0, 0, 123456000, time.UTC)

func frozen() time.Time { return start }

func as(name string) context.Context {
	ctx := kernel.WithActor(context.Background(), kernel.Actor{Account: 7, Org: 3, Name: name, Via: "console"})
	return kernel.WithRequestID(ctx, "req-1")
}

func record(t *testing.T, d *db.DB, l *Log, entries ...Entry) {
	t.Helper()
	err := d.InTx(as("张三"), func(ctx context.Context) error {
		for _, e := range entries {
			if err := l.Record(ctx, e); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

// Q4: what is recorded comes back as it was, and the chain holds.
func TestRecord(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		l := New(d, frozen, nil)
		e := Entry{Site: 5, Action: "publication.published", Object: "article/9", Before: "", After: "第一版 '\\ \"", Note: map[string]string{"z": "1", "a": "二\x00"}}
		record(t, d, l, e, Entry{Site: 5, Action: "x\xff", Object: "b\x00c"}, Entry{Action: "platform"})
		lines, err := l.List(context.Background(), 5, kernel.Page{Number: 1, Size: 10})
		if err != nil || len(lines) != 2 {
			t.Fatalf("got %d lines, %v", len(lines), err)
		}
		got := lines[1]
		if got.Seq != 1 || got.Action != e.Action || got.After != e.After || got.Note["a"] != "二\x00" || got.Actor.Name != "张三" ||
			got.Actor.Account != 7 || got.Request != "req-1" || !got.At.Equal(start) {
			t.Errorf("got %+v", got)
		}
		if lines[0].Action != "x\uFFFD" || lines[0].Object != "bc" {
			t.Errorf("unclean text kept: %q %q", lines[0].Action, lines[0].Object)
		}
		for chain, want := range map[kernel.SiteID]int64{5: 2, 0: 1, 6: 0} {
			if n, err := l.Verify(context.Background(), chain); err != nil || n != want {
				t.Errorf("verify %d: got %d, %v; want %d", chain, n, err, want)
			}
		}
	}, Migrations())
}

func TestRecordRefuses(t *testing.T) {
	d := dbtest.SQLite(t, Migrations())
	l := New(d, frozen, nil)
	t.Run("a record outside a transaction", func(t *testing.T) {
		if err := l.Record(as("x"), Entry{Action: "a"}); !errors.Is(err, ErrOutside) {
			t.Errorf("got %v", err)
		}
	})
	t.Run("an entry without an action", func(t *testing.T) {
		err := d.InTx(as("x"), func(ctx context.Context) error { return l.Record(ctx, Entry{Site: 1}) })
		if err == nil {
			t.Error("accepted")
		}
	})
	t.Run("a rolled back change leaves no entry, and the next one starts clean", func(t *testing.T) {
		undo := errors.New("undo")
		err := d.InTx(as("x"), func(ctx context.Context) error {
			if err := l.Record(ctx, Entry{Site: 1, Action: "lost"}); err != nil {
				return err
			}
			return undo
		})
		if !errors.Is(err, undo) {
			t.Fatal(err)
		}
		record(t, d, l, Entry{Site: 1, Action: "kept"})
		lines, err := l.List(as("x"), 1, kernel.Page{Size: 10})
		if err != nil || len(lines) != 1 || lines[0].Action != "kept" || lines[0].Seq != 1 {
			t.Errorf("got %+v, %v", lines, err)
		}
	})
	t.Run("a record made while the transaction is about to commit is kept too", func(t *testing.T) {
		err := d.InTx(as("x"), func(ctx context.Context) error {
			db.BeforeCommit(ctx, 5, "late", func(ctx context.Context) error { return l.Record(ctx, Entry{Site: 2, Action: "late"}) })
			return l.Record(ctx, Entry{Site: 2, Action: "early"})
		})
		if err != nil {
			t.Fatal(err)
		}
		if n, err := l.Verify(as("x"), 2); n != 2 || err != nil {
			t.Errorf("got %d, %v", n, err)
		}
	})
}

// Q4, V4: SQL of the application cannot change the chains.
func TestChainsAreFrozen(t *testing.T) {
	refused := []struct{ name, sql string }{
		{"an entry's text is edited", `UPDATE audit_entries SET after = 'x' WHERE chain = 1 AND seq = 2`},
		{"an entry is deleted", `DELETE FROM audit_entries WHERE chain = 1 AND seq = 3`},
		{"the last entry is deleted", `DELETE FROM audit_entries WHERE chain = 1 AND seq = 4`},
		{"an entry is put beside another with its number", `INSERT INTO audit_entries SELECT chain, 5, prev, hash, at, actor_account, actor_org, actor_name, actor_via, request, action, object, before, after, note FROM audit_entries WHERE chain = 1 AND seq = 2`},
		{"a head goes back", `UPDATE audit_heads SET seq = 3, hash = (SELECT hash FROM audit_entries WHERE chain = 1 AND seq = 3) WHERE chain = 1`},
		{"a head gets a hash of nothing", `UPDATE audit_heads SET seq = 5, hash = 'x' WHERE chain = 1`},
		{"a head is deleted", `DELETE FROM audit_heads WHERE chain = 1`},
	}
	sqlite := []struct{ name, sql string }{
		{"an entry is replaced", `INSERT OR REPLACE INTO audit_entries SELECT chain, seq, prev, hash, at, actor_account, actor_org, actor_name, actor_via, request, action, object, before, 'x', note FROM audit_entries WHERE chain = 1 AND seq = 4`},
		{"a head is replaced", `INSERT OR REPLACE INTO audit_heads VALUES (1, 0, '')`},
	}
	postgres := []struct{ name, sql string }{
		{"the entries are truncated", `TRUNCATE audit_entries`},
		{"the heads are truncated", `TRUNCATE audit_heads`},
	}
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		l := New(d, frozen, nil)
		for i := range 4 {
			record(t, d, l, Entry{Site: 1, Action: "a", After: fmt.Sprint(i)})
		}
		rows := append(refused, sqlite...)
		if d.Postgres() {
			rows = append(refused, postgres...)
		}
		for _, c := range rows {
			err := d.InTx(context.Background(), func(ctx context.Context) error {
				_, err := d.Conn(ctx).NewRaw(c.sql).Exec(ctx)
				return err
			})
			if !db.Refused(err) {
				t.Errorf("%s: got %v, want it refused", c.name, err)
			}
		}
		if n, err := l.Verify(context.Background(), 1); n != 4 || err != nil {
			t.Errorf("verify: %d, %v", n, err)
		}
	}, Migrations())
}

// Q4: whoever gets below the triggers is found, whatever he does at whatever place.
func TestVerifyFindsEveryMutation(t *testing.T) {
	const n = 9
	all := `chain, seq, prev, hash, at, actor_account, actor_org, actor_name, actor_via, request, action, object, before, after, note`
	classes := []struct {
		name string
		sql  string // %d is the place
		from int
	}{
		{"an entry is edited", `UPDATE audit_entries SET after = after || '!' WHERE chain = 1 AND seq = %[1]d`, 1},
		{"an actor is edited", `UPDATE audit_entries SET actor_account = 8 WHERE chain = 1 AND seq = %[1]d`, 1},
		{"a text moves from one field to the next", `UPDATE audit_entries SET before = before || after, after = '' WHERE chain = 1 AND seq = %[1]d`, 1},
		{"a time is edited", `UPDATE audit_entries SET at = '2020-01-01 00:00:00+00:00' WHERE chain = 1 AND seq = %[1]d`, 1},
		{"an entry is deleted", `DELETE FROM audit_entries WHERE chain = 1 AND seq = %[1]d`, 1},
		{"an entry is deleted and the rest is renumbered", `DELETE FROM audit_entries WHERE chain = 1 AND seq = %[1]d; UPDATE audit_entries SET seq = seq + 100 WHERE chain = 1 AND seq > %[1]d; UPDATE audit_entries SET seq = seq - 101 WHERE chain = 1 AND seq > 100; UPDATE audit_heads SET seq = seq - 1 WHERE chain = 1`, 1},
		{"an entry is inserted", `UPDATE audit_entries SET seq = seq + 100 WHERE chain = 1 AND seq >= %[1]d; UPDATE audit_entries SET seq = seq - 99 WHERE chain = 1 AND seq > 100; INSERT INTO audit_entries SELECT 1, %[1]d, prev, hash, at, actor_account, actor_org, actor_name, actor_via, request, action, object, before, after, note FROM audit_entries WHERE chain = 2 AND seq = 1; UPDATE audit_heads SET seq = seq + 1 WHERE chain = 1`, 1},
		{"an entry of another chain is put in its place", `DELETE FROM audit_entries WHERE chain = 1 AND seq = %[1]d; INSERT INTO audit_entries SELECT 1, seq, prev, hash, at, actor_account, actor_org, actor_name, actor_via, request, action, object, before, after, note FROM audit_entries WHERE chain = 2 AND seq = %[1]d`, 1},
		{"two neighbours are swapped", `UPDATE audit_entries SET seq = 100 WHERE chain = 1 AND seq = %[1]d; UPDATE audit_entries SET seq = %[1]d WHERE chain = 1 AND seq = %[1]d - 1; UPDATE audit_entries SET seq = %[1]d - 1 WHERE chain = 1 AND seq = 100`, 2},
		{"the tail is cut off and the head is left", `DELETE FROM audit_entries WHERE chain = 1 AND seq >= %[1]d`, 1},
		{"the head is turned back and the tail is left", `UPDATE audit_heads SET seq = %[1]d - 1, hash = coalesce((SELECT hash FROM audit_entries WHERE chain = 1 AND seq = %[1]d - 1), '') WHERE chain = 1`, 1},
		{"the head's hash is changed", `UPDATE audit_heads SET hash = 'x%[1]d' WHERE chain = 1`, 1},
		{"the head is deleted", `DELETE FROM audit_heads WHERE chain = 1 AND seq >= %[1]d`, 1},
	}
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		l := New(d, frozen, nil)
		for i := range n {
			record(t, d, l, Entry{Site: 1, Action: "a", Object: "o", Before: "b", After: fmt.Sprint(i)}, Entry{Site: 2, Action: "other", After: fmt.Sprint(i)})
		}
		exec(t, d, `CREATE TABLE good_entries AS SELECT `+all+` FROM audit_entries`, `CREATE TABLE good_heads AS SELECT chain, seq, hash FROM audit_heads`)
		drop(t, d)
		tried := 0
		for _, c := range classes {
			for place := c.from; place <= n; place++ {
				exec(t, d, strings.Split(fmt.Sprintf(c.sql, place), ";")...)
				_, err := l.Verify(context.Background(), 1)
				var broken *Broken
				if !errors.As(err, &broken) || broken.Chain != 1 {
					t.Errorf("%s at %d: got %v, want a broken chain", c.name, place, err)
				}
				exec(t, d, `DELETE FROM audit_entries`, `DELETE FROM audit_heads`,
					`INSERT INTO audit_entries (`+all+`) SELECT `+all+` FROM good_entries`, `INSERT INTO audit_heads (chain, seq, hash) SELECT chain, seq, hash FROM good_heads`)
				tried++
			}
		}
		if got, err := l.Verify(context.Background(), 1); got != n || err != nil {
			t.Errorf("the restored chain: %d, %v", got, err)
		}
		t.Logf("%d mutations of %d classes, all found", tried, len(classes))
	}, Migrations())
}

func exec(t *testing.T, d *db.DB, statements ...string) {
	t.Helper()
	err := d.InTx(context.Background(), func(ctx context.Context) error {
		for _, s := range statements {
			if _, err := d.Conn(ctx).ExecContext(ctx, s); err != nil {
				return fmt.Errorf("%s: %w", s, err)
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

// drop takes the triggers away, as only the owner of the schema can.
func drop(t *testing.T, d *db.DB) {
	for table, names := range map[string][]string{"audit_entries": {"frozen", "kept", "appended"}, "audit_heads": {"forward", "kept", "once"}} {
		for _, n := range names {
			if d.Postgres() && n == "once" {
				continue // only SQLite has INSERT OR REPLACE
			}
			s := "DROP TRIGGER " + table + "_" + n
			if d.Postgres() {
				s += " ON " + table
			}
			exec(t, d, s)
		}
	}
}

// Writers on several chains at once leave no gap and no fork.
func TestConcurrentWriters(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		l := New(d, frozen, nil)
		const writers, each = 6, 15
		var all sync.WaitGroup
		errs := make(chan error, writers*each)
		for w := range writers {
			all.Go(func() {
				for i := range each {
					errs <- d.InTx(as("x"), func(ctx context.Context) error {
						// opposite orders: without ascending locks this would deadlock
						one, two := kernel.SiteID(1), kernel.SiteID(2)
						if w%2 == 1 {
							one, two = two, one
						}
						if err := l.Record(ctx, Entry{Site: one, Action: "a", After: fmt.Sprint(w, i)}); err != nil {
							return err
						}
						return l.Record(ctx, Entry{Site: two, Action: "a", After: fmt.Sprint(w, i)})
					})
				}
			})
		}
		all.Wait()
		close(errs)
		for err := range errs {
			if err != nil {
				t.Error(err)
			}
		}
		for chain := range kernel.SiteID(3) {
			want := int64(writers * each)
			if chain == 0 {
				want = 0
			}
			if n, err := l.Verify(context.Background(), chain); n != want || err != nil {
				t.Errorf("chain %d: %d, %v", chain, n, err)
			}
		}
		l.mu.Lock()
		defer l.mu.Unlock()
		if left := len(l.open); left != 0 {
			t.Errorf("%d transactions left in memory", left)
		}
	}, Migrations())
}

// The entries of transactions that were rolled back do not stay in memory.
func TestRolledBackEntriesAreLetGo(t *testing.T) {
	d := dbtest.SQLite(t, Migrations())
	l := New(d, frozen, nil)
	undo := errors.New("undo")
	for range 50 {
		err := d.InTx(as("x"), func(ctx context.Context) error {
			if err := l.Record(ctx, Entry{Site: 1, Action: "a"}); err != nil {
				return err
			}
			return undo
		})
		if !errors.Is(err, undo) {
			t.Fatal(err)
		}
	}
	held := 50
	for range 1000 { // the collector tells in its own time
		runtime.GC()
		l.mu.Lock()
		held = len(l.open)
		l.mu.Unlock()
		if held <= 1 {
			return
		}
	}
	t.Errorf("%d of 50 are still held", held)
}

// An import records on as many sites as it has documents: the statements of a commit do not grow with the chains.
func TestManyChainsAreFewStatements(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		l := New(d, frozen, nil)
		for round := range int64(2) { // the heads are new, then old
			var entries []Entry
			for chain := range kernel.SiteID(150) {
				entries = append(entries, Entry{Site: chain, Action: "a"}, Entry{Site: chain, Action: "b"})
			}
			before := d.Statements()
			record(t, d, l, entries...)
			const most = 8 // begin, heads twice or thrice, new heads, two inserts, moving the heads, commit
			if n := d.Statements() - before; n > most+1-round {
				t.Errorf("round %d: %d statements for 150 chains", round, n)
			}
			for _, chain := range []kernel.SiteID{0, 77, 149} {
				if n, err := l.Verify(context.Background(), chain); n != 2*(round+1) || err != nil {
					t.Errorf("chain %d: %d, %v", chain, n, err)
				}
			}
		}
	}, Migrations())
}

// A restored chain begins and moves by itself: the heads of the others stay where they are.
func TestAdvancingMovesOneChain(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		l := New(d, frozen, nil)
		record(t, d, l, Entry{Site: 5, Action: "a"}, Entry{Site: 5, Action: "b"}, Entry{Site: 6, Action: "a"})
		end, err := l.head(t.Context(), 5)
		if err != nil {
			t.Fatal(err)
		}
		err = d.InTx(t.Context(), func(ctx context.Context) error {
			const rest = ` seq, prev, hash, at, actor_account, actor_org, actor_name, actor_via, request, action, object, before, after, note `
			err := l.Begin(ctx, 9)
			for seq := 1; seq <= 2 && err == nil; seq++ {
				_, err = d.Conn(ctx).NewRaw(`INSERT INTO audit_entries (chain,`+rest+`) SELECT 9,`+rest+`FROM audit_entries WHERE chain = 5 AND seq = ?`, seq).Exec(ctx)
			}
			return errors.Join(err, l.Advance(ctx, Link{Chain: 9, Seq: end.Seq, Hash: end.Hash}))
		})
		if err != nil {
			t.Fatal(err)
		}
		if h, err := l.head(t.Context(), 9); err != nil || h.Seq != 2 || h.Hash != end.Hash {
			t.Errorf("got %+v, %v", h, err)
		}
		if n, err := l.Verify(t.Context(), 6); n != 1 || err != nil {
			t.Errorf("another chain: %d, %v", n, err)
		}
	}, Migrations())
}
