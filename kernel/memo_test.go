package kernel

import (
	"context"
	"errors"
	"testing"
)

// Issue 4, Must show 8: a request reads a thing once; another request, a transaction and what could not be read ask again.
func TestARequestRemembersWhatItRead(t *testing.T) {
	type key struct{ id int }
	reads := 0
	read := func(ctx context.Context, id int, err error) int {
		v, _ := Remember(ctx, key{id}, func() (int, error) { reads++; return id * 10, err })
		return v
	}
	ctx := Remembering(context.Background())
	for _, row := range []struct {
		name string
		ctx  context.Context
		id   int
		err  error
		want int // reads so far
	}{
		{"the first time", ctx, 1, nil, 1},
		{"the second time", ctx, 1, nil, 1},
		{"another thing", ctx, 2, nil, 2},
		{"another request", Remembering(ctx), 1, nil, 3},
		{"in a transaction", Forgetting(ctx), 1, nil, 4},
		{"again in a transaction", Forgetting(ctx), 1, nil, 5},
		{"without a memory", Forgetting(context.Background()), 1, nil, 6},
		{"what fails", ctx, 3, errors.New("no answer"), 7},
		{"what failed", ctx, 3, nil, 8},
		{"what failed and then was read", ctx, 3, nil, 8},
	} {
		if got := read(row.ctx, row.id, row.err); got != row.id*10 || reads != row.want {
			t.Errorf("%s: %d after %d reads, want %d", row.name, got, reads, row.want)
		}
	}
	Keep(ctx, key{4}, 41)
	Keep(context.Background(), key{5}, 51)
	if read(ctx, 4, nil) != 41 || reads != 8 || read(context.Background(), 5, nil) != 50 {
		t.Errorf("what was kept is not found, or without a memory: %d reads", reads)
	}
}
