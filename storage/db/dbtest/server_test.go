package dbtest

import (
	"context"
	"testing"
	"time"

	"github.com/zhanqun/zhanqun/storage/db"
)

// A store on a server of its own survives a crash of that server and does not answer while it is frozen.
func TestServer(t *testing.T) {
	s := NewServer(t)
	d := open(t, s.URL(), nil)
	ping := func() error {
		ctx, cancel := context.WithTimeout(context.Background(), time.Second)
		defer cancel()
		return d.Ping(ctx)
	}
	if err := ping(); err != nil {
		t.Fatal(err)
	}
	s.Freeze()
	if err := ping(); err == nil {
		t.Error("a frozen server answers")
	}
	s.Thaw()
	s.Stop("immediate")
	if err := ping(); err == nil || !db.Down(err) {
		t.Errorf("a stopped server: got %v", err)
	}
	s.Start()
	if err := ping(); err != nil {
		t.Errorf("started again: %v", err)
	}
}
