package db_test

import (
	"context"
	"regexp"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/zhanqun/zhanqun/kernel/fault"
	"github.com/zhanqun/zhanqun/storage/db"
	"github.com/zhanqun/zhanqun/storage/db/dbtest"
)

// Whatever a server's end does to a statement, it is the store that is lacking, and not a mistake of ours: pages are then
// served as they last were (design.md 4).
func TestEveryWayAServerEndsIsUnavailable(t *testing.T) {
	server := dbtest.NewServer(t)
	d, err := db.Open(t.Context(), server.URL())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { d.Close() })
	seen := map[string]int{}
	var mu sync.Mutex
	port := regexp.MustCompile(`:\d{4,5}`)
	judge := func(err error) {
		if err == nil {
			return
		}
		mu.Lock()
		defer mu.Unlock()
		text := strings.ReplaceAll(port.ReplaceAllString(err.Error(), ""), "\n", "; ")
		if seen[text]++; seen[text] == 1 && !fault.Is(db.Fault(err), fault.Unavailable) {
			t.Errorf("%s is not the store's lack", text)
		}
	}
	for _, mode := range []string{"immediate", "fast", "immediate", "fast"} {
		ctx, stop := context.WithCancel(t.Context())
		var asking sync.WaitGroup
		var answered atomic.Int64
		for i := range 8 {
			asking.Go(func() {
				for ctx.Err() == nil {
					judge(ask(t.Context(), d, i))
					answered.Add(1)
				}
			})
		}
		for answered.Load() < 200 { // all are at it
			time.Sleep(time.Millisecond)
		}
		server.Stop(mode)
		server.Start()
		stop()
		asking.Wait()
	}
	t.Logf("%d kinds of error", len(seen))
	if len(seen) < 3 {
		t.Errorf("the server's end was hardly noticed: %v", seen)
	}
}

// ask reads in the ways rooms do: a row, rows that come slowly, a transaction.
func ask(ctx context.Context, d *db.DB, way int) error {
	var n []int
	switch way % 4 {
	case 0:
		return d.Conn(ctx).NewRaw("SELECT 1").Scan(ctx, &n)
	case 1:
		return d.Conn(ctx).NewRaw("SELECT g FROM generate_series(1, 20000) g").Scan(ctx, &n)
	case 2:
		return d.Conn(ctx).NewRaw("SELECT 1 FROM pg_sleep(0.05)").Scan(ctx, &n)
	}
	return d.InTx(ctx, func(ctx context.Context) error {
		if err := d.Conn(ctx).NewRaw("SELECT 1 FROM pg_sleep(0.01)").Scan(ctx, &n); err != nil {
			return err
		}
		_, err := d.Conn(ctx).NewRaw("SELECT 2").Exec(ctx)
		return err
	})
}
