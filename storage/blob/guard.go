package blob

import (
	"context"
	"errors"
	"fmt"
	"io"
	"iter"
	"sync"
	"time"

	"github.com/zhanqun/zhanqun/kernel"
	"github.com/zhanqun/zhanqun/kernel/fault"
)

const (
	// breakAfter is how many failures in a row open the breaker (promises.md 2.6).
	breakAfter = 3
	// breakFor is how long an open breaker answers at once before it lets one call try again.
	breakFor = 5 * time.Second
)

var (
	errSlow = errors.New("the blob store did not answer in time")
	errOpen = errors.New("the breaker of the blob store is open")
	errLeft = errors.New("the blob store was given up")
)

// settled is how many bytes a second a store is expected to bring to their place, once it has them all.
const settled = 8 << 20

// Patience is how long a store may take that has size bytes and puts them where they belong: what came in parts is copied together, and a disk
// has to have it all.
func Patience(within time.Duration, size int64) time.Duration {
	return within + time.Duration(size/settled)*time.Second
}

// Guard returns store behind a deadline and a circuit breaker. Each wait for the store ends after within: a whole Stat,
// Delete or Sign, the opening and each further read of an Open, a step of a List, and of a Put the time that the store,
// not the reader it is given, makes no progress, with Patience at its end. After three failures in a row, counted apart for reading and writing
// since a cluster may refuse one and serve the other, calls answer Unavailable at once; every five seconds of now one
// call may try. The result is a Signer when store is one.
func Guard(store Store, within time.Duration, now kernel.Clock) Store {
	g := &guard{store: store, within: within, reads: breaker{now: now}, writes: breaker{now: now}}
	if s, ok := store.(Signer); ok {
		return &signingGuard{guard: g, signer: s}
	}
	return g
}

type guard struct {
	store         Store
	within        time.Duration
	reads, writes breaker
}

type signingGuard struct {
	*guard
	signer Signer
}

func (g *signingGuard) Sign(ctx context.Context, key string, within time.Duration) (string, error) {
	return call(ctx, g.within, &g.reads, nil, func(ctx context.Context) (string, error) { return g.signer.Sign(ctx, key, within) })
}

func (g *guard) Stat(ctx context.Context, key string) (Info, error) {
	return call(ctx, g.within, &g.reads, nil, func(ctx context.Context) (Info, error) { return g.store.Stat(ctx, key) })
}

func (g *guard) Delete(ctx context.Context, key string) error {
	_, err := call(ctx, g.within, &g.writes, nil, func(ctx context.Context) (struct{}, error) { return struct{}{}, g.store.Delete(ctx, key) })
	return err
}

func (g *guard) Open(ctx context.Context, key string, r Range) (*Content, error) {
	c, err := call(ctx, g.within, &g.reads, func(c *Content) { _ = c.Close() }, // nobody reads it any more
		func(ctx context.Context) (*Content, error) { return g.store.Open(ctx, key, r) })
	if err != nil {
		return nil, err
	}
	w := &watchedBody{body: c.ReadCloser, within: g.within, breaker: &g.reads}
	w.timer = time.AfterFunc(g.within, w.expire)
	w.timer.Stop()
	c.ReadCloser = w
	return c, nil
}

func (g *guard) Put(ctx context.Context, key string, r io.Reader, contentType string) (Info, error) {
	asker := ctx // whose end, even by a deadline, may be the fault of a slow upload: it is not held against the store
	ctx, cancel := context.WithCancelCause(context.WithoutCancel(asker))
	defer cancel(nil)
	defer context.AfterFunc(asker, func() { cancel(errLeft) })()
	src := &watchedSource{asker: asker, r: r, within: g.within, timer: time.AfterFunc(g.within, func() { cancel(errSlow) })}
	defer src.leave()
	return call(ctx, 0, &g.writes, nil, func(ctx context.Context) (Info, error) {
		info, err := g.store.Put(ctx, key, src, contentType)
		if cause := src.failed(); err != nil && cause != nil {
			return info, &sourceError{err}
		}
		return info, err
	})
}

func (g *guard) List(ctx context.Context, prefix string) iter.Seq2[Info, error] {
	return func(yield func(Info, error) bool) {
		if err := g.reads.enter(); err != nil {
			yield(Info{}, err)
			return
		}
		ctx, cancel := context.WithCancelCause(ctx)
		defer cancel(nil)
		timer := time.AfterFunc(g.within, func() { cancel(errSlow) })
		defer timer.Stop()
		var last error
		defer func() { g.reads.leave(last) }()
		for info, err := range g.store.List(ctx, prefix) {
			timer.Stop()
			if last = verdict(ctx, err); !yield(info, last) || last != nil {
				return
			}
			timer.Reset(g.within)
		}
	}
}

// call runs f behind b, for at most within; 0 leaves the deadline to ctx. It comes back in time even when f does not:
// then f's result goes to drop when it arrives.
func call[T any](ctx context.Context, within time.Duration, b *breaker, drop func(T), f func(context.Context) (T, error)) (T, error) {
	var none T
	if err := b.enter(); err != nil {
		return none, err
	}
	if within > 0 {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeoutCause(ctx, within, errSlow)
		defer cancel()
	}
	type result struct {
		value T
		err   error
	}
	done := make(chan result, 1)
	go func() {
		var r result
		defer func() {
			if p := recover(); p != nil { // a request's panic must stay the request's
				r.err = fmt.Errorf("blob store panicked: %v", p)
			}
			done <- r
		}()
		r.value, r.err = f(ctx)
	}()
	var r result
	select {
	case r = <-done:
		r.err = verdict(ctx, r.err)
	case <-ctx.Done():
		r.err = verdict(ctx, ctx.Err())
		go func() {
			if late := <-done; drop != nil && late.err == nil {
				drop(late.value)
			}
		}()
	}
	b.leave(r.err)
	if src := (*sourceError)(nil); errors.As(r.err, &src) {
		r.err = src.error
	}
	return r.value, r.err
}

// verdict makes an error that comes from the end of ctx into what it means: the store was too slow, or whoever asked
// went away.
func verdict(ctx context.Context, err error) error {
	if err == nil || ctx.Err() == nil {
		return err
	}
	if cause := context.Cause(ctx); errors.Is(cause, errSlow) || errors.Is(cause, context.DeadlineExceeded) {
		return Down(cause)
	}
	return &sourceError{fmt.Errorf("blob store: %w", ctx.Err())}
}

// sourceError marks an error that says nothing about the store.
type sourceError struct{ error }

func (e *sourceError) Unwrap() error { return e.error }

// breaker counts failures in a row.
type breaker struct {
	now      kernel.Clock
	mu       sync.Mutex
	failures int
	until    time.Time
	trying   bool
}

// enter answers a fault while the breaker is open; every nil is followed by one leave.
func (b *breaker) enter() error {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.failures < breakAfter {
		return nil
	}
	if b.trying || b.now().Before(b.until) {
		return Down(errOpen)
	}
	b.trying = true
	return nil
}

func (b *breaker) leave(err error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.trying = false
	var src *sourceError
	switch {
	case errors.As(err, &src): // no verdict
	case fault.Is(err, fault.Unavailable):
		if b.failures++; b.failures >= breakAfter {
			b.until = b.now().Add(breakFor)
		}
	default:
		b.failures = 0
	}
}

// watchedSource stops the clock while the one who uploads is slow, and cuts the store off from the reader once the
// call has returned: its buffer may belong to the next request by then.
type watchedSource struct {
	asker  context.Context
	r      io.Reader
	within time.Duration
	timer  *time.Timer
	mu     sync.Mutex
	size   int64 // so far
	err    error
	left   bool
}

func (s *watchedSource) Read(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.left {
		return 0, errLeft
	}
	s.timer.Stop()
	n, err := s.r.Read(p)
	s.size += int64(n)
	if errors.Is(err, io.EOF) {
		s.timer.Reset(Patience(s.within, s.size))
	} else {
		s.timer.Reset(s.within)
	}
	if (err == nil || errors.Is(err, io.EOF)) && s.asker.Err() != nil { // told here too: the store may be done before it hears of it
		err = errLeft
	}
	if err != nil && !errors.Is(err, io.EOF) {
		s.err = err
	}
	return n, err
}

func (s *watchedSource) failed() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.err
}

func (s *watchedSource) leave() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.left = true
	s.timer.Stop()
}

// watchedBody ends a read that takes too long by closing what it reads.
type watchedBody struct {
	body    io.ReadCloser
	within  time.Duration
	timer   *time.Timer
	breaker *breaker
	mu      sync.Mutex
	expired bool
	closed  bool
}

func (w *watchedBody) Read(p []byte) (int, error) {
	w.timer.Reset(w.within)
	n, err := w.body.Read(p)
	w.timer.Stop()
	w.mu.Lock()
	defer w.mu.Unlock()
	if err != nil && w.expired {
		w.breaker.leave(Down(errSlow))
		return n, Down(errSlow)
	}
	return n, err
}

func (w *watchedBody) expire() {
	w.mu.Lock()
	w.expired = true
	w.mu.Unlock()
	_ = w.Close() // the read says what happened
}

func (w *watchedBody) Close() error {
	w.timer.Stop()
	w.mu.Lock()
	closed := w.closed
	w.closed = true
	w.mu.Unlock()
	if closed {
		return nil
	}
	return w.body.Close()
}
