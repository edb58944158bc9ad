package db_test

import (
	"context"
	"strings"
	"testing"

	"github.com/zhanqun/zhanqun/kernel/fault"
	"github.com/zhanqun/zhanqun/storage/db"
	"github.com/zhanqun/zhanqun/storage/db/dbtest"
)

// A PostgreSQL that crashes under an open transaction is away: every statement says so, also those that come after the
// connection has broken, and so does the commit, which was never sent.
func TestACrashWithinATransaction(t *testing.T) {
	s := dbtest.NewServer(t)
	ctx := context.Background()
	d, err := db.Open(ctx, s.URL())
	if err != nil {
		t.Fatal(err)
	}
	defer d.Close()
	if _, err := d.Migrate(ctx, notes); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		name  string
		after func(ctx context.Context) error
	}{
		{"a statement", func(ctx context.Context) error { return insert(ctx, d, 1, 2, "b") }},
		{"the statement after it", func(ctx context.Context) error {
			_ = insert(ctx, d, 1, 2, "b") // the connection breaks here
			return insert(ctx, d, 1, 3, "c")
		}},
		{"the commit", func(ctx context.Context) error {
			_ = insert(ctx, d, 1, 2, "b")
			return nil
		}},
	} {
		t.Run(c.name, func(t *testing.T) {
			err := d.InTx(ctx, func(ctx context.Context) error {
				if err := insert(ctx, d, 1, 1, "a"); err != nil {
					t.Fatal(err)
				}
				s.Stop("immediate")
				return c.after(ctx)
			})
			s.Start()
			if say := fault.Say(err); !fault.Is(err, fault.Unavailable) || !strings.Contains(say, "没有保存") {
				t.Errorf("says %q, %v", say, err)
			}
			var n int
			for range 20 { // connections that lay idle during the crash are found broken one by one
				if err = d.Conn(ctx).NewRaw("SELECT count(*) FROM notes").Scan(ctx, &n); !db.Down(err) {
					break
				}
			}
			if err != nil || n != 0 {
				t.Errorf("%d rows, %v", n, err)
			}
		})
	}
}
