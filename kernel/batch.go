package kernel

import (
	"context"
	"log/slog"
	"slices"
	"sync"
	"time"
)

// Batch counts in memory what is written down many at once: a flood makes numbers grow, and nothing else. What cannot be written waits on. Its
// methods are safe for concurrent use; its fields are set before.
type Batch[K comparable, V any] struct {
	Most int // keys in memory, and as many again for each step of Instead
	Join func(have, more V) V
	// Instead is where to count what there is no room for; ok is false when it is not counted at all. nil: it never is.
	Instead func(K) (key K, ok bool)

	mu      sync.Mutex
	waiting map[K]V
}

// Counted is what waited under a key.
type Counted[K comparable, V any] struct {
	Key   K
	Value V
}

// Add counts v under k, or under what stands instead of it.
func (b *Batch[K, V]) Add(k K, v V) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.add(k, v)
}

func (b *Batch[K, V]) add(k K, v V) {
	for room := b.Most; ; room += b.Most {
		have, is := b.waiting[k]
		if is {
			v = b.Join(have, v)
		}
		if is || len(b.waiting) < room {
			if b.waiting == nil {
				b.waiting = map[K]V{}
			}
			b.waiting[k] = v
			return
		}
		if b.Instead == nil {
			return
		}
		if k, is = b.Instead(k); !is {
			return
		}
	}
}

// Flush writes what waits, in an order that keeps two nodes from waiting for each other's rows.
func (b *Batch[K, V]) Flush(ctx context.Context, order func(a, b K) int, write func(context.Context, []Counted[K, V]) error) error {
	b.mu.Lock()
	batch := b.waiting
	b.waiting = nil
	b.mu.Unlock()
	if len(batch) == 0 {
		return nil
	}
	all := make([]Counted[K, V], 0, len(batch))
	for k, v := range batch {
		all = append(all, Counted[K, V]{k, v})
	}
	slices.SortFunc(all, func(x, y Counted[K, V]) int { return order(x.Key, y.Key) })
	err := write(ctx, all)
	if err != nil {
		b.giveBack(batch)
	}
	return err
}

// giveBack puts what was to be written before what came meanwhile, which may find no room now.
func (b *Batch[K, V]) giveBack(batch map[K]V) {
	b.mu.Lock()
	defer b.mu.Unlock()
	since := b.waiting
	b.waiting = batch
	for k, v := range since {
		b.add(k, v)
	}
}

// Waiting is how many keys wait.
func (b *Batch[K, V]) Waiting() int {
	b.mu.Lock()
	defer b.mu.Unlock()
	return len(b.waiting)
}

// FlushEach flushes at intervals, and once more when ctx ends. What is the name of what waits, for the log.
func FlushEach(ctx context.Context, every time.Duration, what string, flush func(context.Context) error) error {
	tick := time.NewTicker(every)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			last, cancel := context.WithTimeout(context.WithoutCancel(ctx), every)
			defer cancel()
			return flush(last)
		case <-tick.C:
			if err := flush(ctx); err != nil && ctx.Err() == nil {
				slog.Warn("what was counted waits", "what", what, "err", err)
			}
		}
	}
}
