package kernel

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"
)

// A batch grows no further than it may, and loses nothing that it has taken when it cannot be written.
func TestABatch(t *testing.T) {
	ctx, no := context.Background(), errors.New("no store")
	b := Batch[string, int]{Most: 2, Join: func(have, more int) int { return have + more }}
	flush := func(err error) (said string) {
		got := b.Flush(ctx, cmp.Compare[string], func(_ context.Context, all []Counted[string, int]) error { said = fmt.Sprint(all); return err })
		if !errors.Is(got, err) {
			t.Errorf("answers %v, want %v", got, err)
		}
		return said
	}
	count := func(keys ...string) {
		for _, k := range keys {
			b.Add(k, 1)
		}
	}
	if said := flush(nil); said != "" {
		t.Errorf("writes %q of nothing", said)
	}
	count("b", "a", "b", "c", "a")
	if said := flush(nil); said != "[{a 2} {b 2}]" {
		t.Errorf("writes %s: c has no room and no place instead", said)
	}
	b.Instead = func(k string) (string, bool) { return strings.ToUpper(k[:1]), strings.ToUpper(k[:1]) != k }
	count("a1", "a2", "a3", "b1", "b2", "c1", "a1", "a4")
	if said := flush(no); said != "[{A 2} {B 2} {a1 2} {a2 1}]" {
		t.Errorf("writes %s: one step more of room, for what stands instead", said)
	}
	count("a1", "B")
	if said := flush(nil); !strings.Contains(said, "{a1 3}") || !strings.Contains(said, "{B 3}") || b.Waiting() != 0 {
		t.Errorf("what could not be written comes again as %s, %d wait", said, b.Waiting())
	}
}

// It is written at intervals, and once more at the end.
func TestFlushEach(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	n := 0
	err := FlushEach(ctx, time.Millisecond, "tests", func(ctx context.Context) error {
		if n++; n == 3 {
			cancel()
		}
		if n > 3 && ctx.Err() != nil {
			t.Error("the last one has no time")
		}
		return errors.New("no store")
	})
	if err == nil || n != 4 {
		t.Errorf("flushed %d times, then %v", n, err)
	}
}
