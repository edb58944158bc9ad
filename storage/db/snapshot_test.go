package db_test

import (
	"context"
	"testing"

	"github.com/zhanqun/zhanqun/storage/db"
	"github.com/zhanqun/zhanqun/storage/db/dbtest"
)

// promises.md 2.9: a snapshot keeps its view while others write, and writes nothing itself.
func TestSnapshotKeepsItsView(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		ctx := context.Background()
		write := func(id int64) error {
			return d.InTx(ctx, func(ctx context.Context) error { return insert(ctx, d, 1, id, "a") })
		}
		if err := write(1); err != nil {
			t.Fatal(err)
		}
		err := d.Snapshot(ctx, func(inside context.Context) error {
			if n := count(t, inside, d); n != 1 {
				t.Errorf("got %d rows, want 1", n)
			}
			if err := write(2); err != nil {
				t.Errorf("a writer beside the snapshot: %v", err)
			}
			if n := count(t, inside, d); n != 1 {
				t.Errorf("the snapshot sees %d rows, want 1", n)
			}
			if n := count(t, ctx, d); n != 2 {
				t.Errorf("others see %d rows, want 2", n)
			}
			if d.InTx(inside, func(ctx context.Context) error { return insert(ctx, d, 1, 3, "a") }) == nil {
				t.Error("the snapshot writes")
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		if n := count(t, ctx, d); n != 2 {
			t.Errorf("got %d rows after the snapshot, want 2", n)
		}
	}, notes)
}
