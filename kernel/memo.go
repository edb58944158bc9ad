package kernel

import (
	"context"
	"sync"
)

type memoKey struct{}

// memo is what one request has read already.
type memo struct {
	mu   sync.Mutex
	kept map[any]any
}

// Remembering is ctx for a request that only reads: what Remember has read once under it is not read again. A screen asks the same
// question for each of its lines; the next request asks anew, so nothing is kept beyond the moment it was true.
func Remembering(ctx context.Context) context.Context {
	return context.WithValue(ctx, memoKey{}, &memo{kept: map[any]any{}})
}

// Forgetting is ctx without a memory: inside a transaction everything is read anew, or it would not see what it has written.
func Forgetting(ctx context.Context) context.Context {
	if m, _ := ctx.Value(memoKey{}).(*memo); m == nil {
		return ctx
	}
	return context.WithValue(ctx, memoKey{}, (*memo)(nil))
}

// Remember answers what was read under the key before, or reads it. The key's type is the caller's own, so no two rooms share one. Without
// a memory, and for an error, it reads every time.
func Remember[T any](ctx context.Context, key any, read func() (T, error)) (T, error) {
	m, _ := ctx.Value(memoKey{}).(*memo)
	if m == nil {
		return read()
	}
	m.mu.Lock()
	v, known := m.kept[key].(T)
	m.mu.Unlock()
	if known {
		return v, nil
	}
	v, err := read()
	if err == nil {
		Keep(ctx, key, v)
	}
	return v, err
}

// Keep puts what was read together with much else where Remember finds it.
func Keep(ctx context.Context, key, v any) {
	m, _ := ctx.Value(memoKey{}).(*memo)
	if m == nil {
		return
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	m.kept[key] = v
}
