package blob_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"iter"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/zhanqun/zhanqun/kernel"
	"github.com/zhanqun/zhanqun/kernel/fault"
	"github.com/zhanqun/zhanqun/storage/blob"
	"github.com/zhanqun/zhanqun/storage/blob/blobtest"
	"github.com/zhanqun/zhanqun/storage/blob/files"
)

// short is the deadline that the tests wait for; ample is how long an answer may take on a busy machine.
const (
	short = 150 * time.Millisecond
	ample = 10 * time.Second
)

// stuck is a folder whose disk can hang: calls then wait, heedless of their context, until it is let go.
type stuck struct {
	blob.Store
	mu    sync.Mutex
	gate  chan struct{} // nil while it works
	calls int
	puts  chan error // what each Put came to
}

func newStuck(t testing.TB) *stuck {
	t.Helper()
	s, err := files.Open(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	return &stuck{Store: s, puts: make(chan error, 100)}
}

func (s *stuck) hang() { s.mu.Lock(); s.gate = make(chan struct{}); s.mu.Unlock() }

func (s *stuck) work() { s.mu.Lock(); close(s.gate); s.gate = nil; s.mu.Unlock() }

func (s *stuck) wait() {
	s.mu.Lock()
	s.calls++
	gate := s.gate
	s.mu.Unlock()
	if gate != nil {
		<-gate
	}
}

func (s *stuck) asked() int { s.mu.Lock(); defer s.mu.Unlock(); return s.calls }

func (s *stuck) Stat(ctx context.Context, key string) (blob.Info, error) {
	s.wait()
	return s.Store.Stat(ctx, key)
}

func (s *stuck) Delete(ctx context.Context, key string) error {
	s.wait()
	return s.Store.Delete(ctx, key)
}

func (s *stuck) Put(ctx context.Context, key string, r io.Reader, contentType string) (blob.Info, error) {
	s.wait()
	i, err := s.Store.Put(context.WithoutCancel(ctx), key, r, contentType)
	s.puts <- err
	return i, err
}

func (s *stuck) Open(ctx context.Context, key string, r blob.Range) (*blob.Content, error) {
	s.wait()
	return s.Store.Open(ctx, key, r)
}

// clock is a frozen clock.
type clock struct {
	mu sync.Mutex
	at time.Time
}

func (c *clock) now() time.Time { c.mu.Lock(); defer c.mu.Unlock(); return c.at }

func (c *clock) pass(d time.Duration) { c.mu.Lock(); c.at = c.at.Add(d); c.mu.Unlock() }

// calls are the ways into a store.
func calls(s blob.Store) map[string]func(context.Context) error {
	return map[string]func(context.Context) error{
		"stat":   func(ctx context.Context) error { _, err := s.Stat(ctx, "a"); return err },
		"open":   func(ctx context.Context) error { _, err := s.Open(ctx, "a", blob.Range{}); return err },
		"delete": func(ctx context.Context) error { return s.Delete(ctx, "b") },
		"put":    func(ctx context.Context) error { _, err := s.Put(ctx, "b", strings.NewReader("b"), ""); return err },
	}
}

func unavailable(t testing.TB, name string, f func(context.Context) error, within time.Duration) {
	t.Helper()
	began := time.Now()
	err := f(context.Background())
	if took := time.Since(began); !fault.Is(err, fault.Unavailable) || took > within {
		t.Errorf("%s: %v after %v, want Unavailable within %v", name, err, took, within)
	}
}

// promises.md 2.6: the guard keeps every promise of the store behind it.
func TestAGuardedFolderIsAStore(t *testing.T) {
	s, err := files.Open(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	g := blob.Guard(s, ample, kernel.SystemClock)
	blobtest.Run(t, g)
	if _, ok := g.(blob.Signer); ok {
		t.Error("a guarded folder says it can sign")
	}
}

// promises.md 2.6: a store that hangs answers Unavailable within its deadline, after three times at once, and is tried
// again by one call each five seconds.
func TestAHangingStoreOpensTheBreaker(t *testing.T) {
	s, c := newStuck(t), &clock{at: time.Date(2026, 11, 23, 0, 0, 0, 0, time.UTC)}
	if _, err := s.Put(context.Background(), "a", strings.NewReader("a"), ""); err != nil {
		t.Fatal(err)
	}
	for name := range calls(s) {
		t.Run(name, func(t *testing.T) {
			g := blob.Guard(s, short, c.now)
			f := calls(g)[name]
			s.hang()
			for range 3 {
				unavailable(t, name, f, ample)
			}
			before := s.asked()
			for range 50 {
				unavailable(t, name+" with an open breaker", f, short)
			}
			if got := s.asked(); got != before {
				t.Errorf("an open breaker let %d calls through", got-before)
			}
			c.pass(5 * time.Second)
			var wg sync.WaitGroup
			for range 10 {
				wg.Go(func() { unavailable(t, name+" half open", f, ample) })
			}
			wg.Wait()
			if got := s.asked(); got != before+1 {
				t.Errorf("a half-open breaker let %d calls through, want 1", got-before)
			}
			s.work()
			unavailable(t, name+" right after the failed try", f, short)
			c.pass(5 * time.Second)
			for range 5 {
				if err := f(context.Background()); err != nil {
					t.Errorf("after the store came back: %v", err)
				}
			}
			s.hang() // closed again: it takes three failures to open
			unavailable(t, name, f, ample)
			s.work()
			if err := f(context.Background()); err != nil {
				t.Errorf("after one failure: %v", err)
			}
		})
	}
}

// promises.md 2.6: a cluster that has lost its write quorum still serves reads.
func TestFailingWritesDoNotStopReads(t *testing.T) {
	s := newStuck(t)
	g := blob.Guard(s, short, kernel.SystemClock)
	if _, err := g.Put(context.Background(), "a", strings.NewReader("a"), ""); err != nil {
		t.Fatal(err)
	}
	s.hang()
	for range 4 {
		unavailable(t, "put", calls(g)["put"], ample)
	}
	s.work()
	unavailable(t, "put", calls(g)["put"], short)
	if err := calls(g)["stat"](context.Background()); err != nil {
		t.Errorf("stat: %v", err)
	}
}

// What is the asker's own doing is never held against the store.
func TestTheBreakerCountsOnlyTheStore(t *testing.T) {
	s := newStuck(t)
	g := blob.Guard(s, short, kernel.SystemClock)
	ctx := context.Background()
	for range 5 {
		if _, err := g.Stat(ctx, "absent"); !fault.Is(err, fault.NotFound) {
			t.Fatal(err)
		}
		if _, err := g.Stat(ctx, "../x"); !fault.Is(err, fault.Invalid) {
			t.Fatal(err)
		}
		broken := errors.New("broken upload")
		if _, err := g.Put(ctx, "a", io.MultiReader(strings.NewReader("x"), failing{broken}), ""); !errors.Is(err, broken) {
			t.Fatal(err)
		}
		full := fault.New(fault.Unavailable, "别处没有响应。")
		if _, err := g.Put(ctx, "a", failing{full}, ""); !errors.Is(err, full) {
			t.Fatal(err)
		}
		gone, cancel := context.WithCancel(ctx)
		cancel()
		if _, err := g.Stat(gone, "a"); !errors.Is(err, context.Canceled) {
			t.Fatal(err)
		}
	}
	for name, f := range calls(g) {
		if err := f(ctx); err != nil && !fault.Is(err, fault.NotFound) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

type failing struct{ err error }

func (f failing) Read([]byte) (int, error) { return 0, f.err }

// A person on a slow line uploads for longer than the deadline; only the store's own silence counts.
func TestASlowUploadIsNotAHangingStore(t *testing.T) {
	g := blob.Guard(newStuck(t), short, kernel.SystemClock)
	r, w := io.Pipe()
	go func() {
		for range 2 {
			time.Sleep(2 * short) // the slow line itself is what is tested
			if _, err := w.Write([]byte("chunk")); err != nil {
				return
			}
		}
		w.Close()
	}()
	if i, err := g.Put(context.Background(), "slow", r, ""); err != nil || i.Size != 10 {
		t.Errorf("%+v, %v", i, err)
	}
}

// lazy takes its time once it has everything.
type lazy struct {
	blob.Store
	after time.Duration
}

func (l lazy) Put(ctx context.Context, _ string, r io.Reader, _ string) (blob.Info, error) {
	n, err := io.Copy(io.Discard, r)
	select {
	case <-ctx.Done():
		return blob.Info{}, context.Cause(ctx)
	case <-time.After(l.after): // the store's own slowness is what is tested
		return blob.Info{Size: n}, err
	}
}

// B13: a store that has all of a film may take longer to put it in its place than one that has a picture.
func TestALargeBlobIsGivenTimeAtItsEnd(t *testing.T) {
	g := blob.Guard(lazy{newStuck(t), 3 * short}, short, kernel.SystemClock)
	if _, err := g.Put(context.Background(), "small", strings.NewReader("x"), ""); !fault.Is(err, fault.Unavailable) {
		t.Errorf("a small one: %v", err)
	}
	if i, err := g.Put(context.Background(), "large", bytes.NewReader(make([]byte, 8<<20)), ""); err != nil || i.Size != 8<<20 {
		t.Errorf("a large one: %+v, %v", i, err)
	}
	for size, want := range map[int64]time.Duration{0: 10 * time.Second, 1 << 20: 10 * time.Second, 1 << 30: 138 * time.Second} {
		if got := blob.Patience(10*time.Second, size); got != want {
			t.Errorf("%d bytes are given %v, want %v", size, got, want)
		}
	}
}

// After Put has returned, the store reads no more: the buffer belongs to the next request.
func TestAGivenUpPutReadsNoMore(t *testing.T) {
	s := newStuck(t)
	g := blob.Guard(s, short, kernel.SystemClock)
	s.hang()
	var mu sync.Mutex
	reads := 0
	ctx := context.Background()
	_, err := g.Put(ctx, "late", readFunc(func(p []byte) (int, error) {
		mu.Lock()
		defer mu.Unlock()
		reads++
		return 0, io.EOF
	}), "")
	if !fault.Is(err, fault.Unavailable) {
		t.Fatal(err)
	}
	s.work() // the abandoned put goes on now
	if err := <-s.puts; err == nil {
		t.Error("an abandoned put was stored as an empty blob")
	}
	mu.Lock()
	defer mu.Unlock()
	if reads != 0 {
		t.Errorf("%d reads after Put had returned", reads)
	}
}

type readFunc func([]byte) (int, error)

func (f readFunc) Read(p []byte) (int, error) { return f(p) }

// trickle is a store whose blob never ends and whose list stops.
type trickle struct{ blob.Store }

func (trickle) Open(context.Context, string, blob.Range) (*blob.Content, error) {
	r, w := io.Pipe()
	go func() { _, _ = w.Write([]byte("begin")) }()
	return &blob.Content{ReadCloser: r}, nil
}

func (trickle) List(ctx context.Context, _ string) iter.Seq2[blob.Info, error] {
	return func(yield func(blob.Info, error) bool) {
		if yield(blob.Info{Key: "first"}, nil) {
			<-ctx.Done()
			yield(blob.Info{}, ctx.Err())
		}
	}
}

// A store that hangs in the middle of a body or a list is left too, and counted.
func TestAStoreThatHangsInTheMiddle(t *testing.T) {
	g := blob.Guard(trickle{}, short, kernel.SystemClock)
	for range 2 {
		c, err := g.Open(context.Background(), "a", blob.Range{})
		if err != nil {
			t.Fatal(err)
		}
		var got bytes.Buffer
		began := time.Now()
		_, err = io.Copy(&got, c)
		if !fault.Is(err, fault.Unavailable) || got.String() != "begin" || time.Since(began) > ample {
			t.Errorf("read %q, %v", got.String(), err)
		}
		c.Close()
		n := 0
		for i, err := range g.List(context.Background(), "") {
			if n++; n == 1 && (err != nil || i.Key != "first") || n == 2 && !fault.Is(err, fault.Unavailable) || n > 2 {
				t.Errorf("step %d: %+v, %v", n, i, err)
			}
		}
	}
}

// panicking is a store with a mistake.
type panicking struct{ blob.Store }

func (panicking) Stat(context.Context, string) (blob.Info, error) { panic("mistake") }

func TestAPanicBehindTheGuardIsAnError(t *testing.T) {
	if _, err := blob.Guard(panicking{}, short, kernel.SystemClock).Stat(context.Background(), "a"); err == nil || !strings.Contains(err.Error(), "mistake") {
		t.Errorf("got %v", err)
	}
}
