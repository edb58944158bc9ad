package app

import (
	"context"
	"database/sql"
	"net"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

// wire stands between a node and its PostgreSQL and can be slow.
type wire struct {
	net.Listener
	target string
	delay  atomic.Int64 // of every piece, in nanoseconds
	ended  chan struct{}
	mu     sync.Mutex
	open   []net.Conn
}

func newWire(t *testing.T, target string) *wire {
	t.Helper()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	w := &wire{Listener: ln, target: target, ended: make(chan struct{})}
	go w.accept()
	t.Cleanup(func() {
		close(w.ended)
		ln.Close()
		w.cut()
	})
	return w
}

func (w *wire) accept() {
	for {
		near, err := w.Accept()
		if err != nil {
			return
		}
		far, err := net.Dial("tcp", w.target)
		if err != nil {
			near.Close()
			continue
		}
		w.mu.Lock()
		w.open = append(w.open, near, far)
		w.mu.Unlock()
		go w.carry(far, near)
		go w.carry(near, far)
	}
}

func (w *wire) carry(to, from net.Conn) {
	defer to.Close()
	defer from.Close()
	b := make([]byte, 32<<10)
	for {
		n, err := from.Read(b)
		if err != nil {
			return
		}
		select {
		case <-time.After(time.Duration(w.delay.Load())):
		case <-w.ended:
			return
		}
		if _, err := to.Write(b[:n]); err != nil {
			return
		}
	}
}

// cut ends all connections.
func (w *wire) cut() {
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, c := range w.open {
		c.Close()
	}
	w.open = nil
}

// crowd takes every connection that a PostgreSQL has, away from the nodes too, until it is let go.
func crowd(t *testing.T, url string) (leave func()) {
	t.Helper()
	d, err := sql.Open("pgx", url)
	if err != nil {
		t.Fatal(err)
	}
	first, err := d.Conn(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for left := 1; left > 0; {
		const nodes = `FROM pg_stat_activity WHERE application_name LIKE 'zhanqun%'`
		if _, err := first.ExecContext(t.Context(), `SELECT pg_terminate_backend(pid) `+nodes); err != nil {
			t.Fatal(err)
		}
		for err == nil { // each is held until the pool is closed
			_, err = d.Conn(t.Context())
		}
		err = first.QueryRowContext(t.Context(), `SELECT count(*) `+nodes).Scan(&left)
		if err != nil {
			t.Fatal(err)
		}
	}
	// A connection that was ended may give its seat up later: whoever is in it is sent away until the crowd leaves.
	ctx, stop := context.WithCancel(context.Background())
	gone := make(chan struct{})
	go func() {
		defer close(gone)
		for ctx.Err() == nil {
			_, err := first.ExecContext(ctx, `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name LIKE 'zhanqun%'`)
			for err == nil {
				_, err = d.Conn(ctx)
			}
			select {
			case <-ctx.Done():
			case <-time.After(20 * time.Millisecond):
			}
		}
	}()
	return func() {
		stop()
		<-gone
		d.Close()
	}
}
