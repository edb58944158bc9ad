package blobtest

import (
	"bytes"
	"context"
	"errors"
	"io"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/zhanqun/zhanqun/storage/blob"
)

func overwrite(t *testing.T, s blob.Store) {
	old, young := Bytes(3<<20, 7), Bytes(9<<20, 8)
	put(t, s, "over", old, "image/png")
	c, err := s.Open(context.Background(), "over", blob.Range{})
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	i := put(t, s, "over", young, "image/jpeg")
	if b, err := io.ReadAll(c); err != nil || !bytes.Equal(b, old) || c.Info.SHA256 != sum(old) {
		t.Errorf("the open reader gave %d bytes, %v", len(b), err)
	}
	b, now := read(t, s, "over", blob.Range{})
	if !bytes.Equal(b, young) || now.Info.SHA256 != i.SHA256 || now.Info.ContentType != "image/jpeg" {
		t.Errorf("after the overwrite: %d bytes, %+v", len(b), now.Info)
	}
	put(t, s, "over", []byte("short"), "text/plain")
	if b, now := read(t, s, "over", blob.Range{}); string(b) != "short" || now.Info.Size != 5 {
		t.Errorf("after a shorter one: %d bytes, %+v", len(b), now.Info)
	}
}

// concurrentPuts has writers replace one key, in one request and in parts, while readers hold every answer to its hash.
func concurrentPuts(t *testing.T, s blob.Store) {
	versions := map[string][]byte{}
	for n := range 6 {
		b := Bytes(200_000+n, uint64(20+n))
		if n >= 4 {
			b = Bytes(9<<20+n, uint64(20+n))
		}
		versions[sum(b)] = b
	}
	put(t, s, "race", Bytes(200_000, 20), "")
	var wg sync.WaitGroup
	for want, b := range versions {
		wg.Go(func() {
			for range 3 {
				if i, err := s.Put(context.Background(), "race", bytes.NewReader(b), ""); err != nil || i.SHA256 != want {
					t.Errorf("put: %+v, %v", i, err)
				}
			}
		})
	}
	for range 3 {
		wg.Go(func() {
			for range 8 {
				c, err := s.Open(context.Background(), "race", blob.Range{})
				if err != nil {
					t.Errorf("open: %v", err)
					return
				}
				b, err := io.ReadAll(c)
				if err := errors.Join(err, c.Close()); err != nil {
					t.Errorf("read: %v", err)
				}
				if !bytes.Equal(b, versions[c.Info.SHA256]) {
					t.Errorf("%d bytes are not those of their hash", len(b))
				}
			}
		})
	}
	wg.Wait()
	if got := listed(t, s, "race"); !slices.Equal(got, []string{"race"}) {
		t.Errorf("left %q", got)
	}
}

var errCut = errors.New("the connection was cut")

// cut reads n bytes of zeros and fails with err.
func cut(n int64, err error) io.Reader {
	return io.MultiReader(io.LimitReader(zeros{}, n), readerFunc(func([]byte) (int, error) { return 0, err }))
}

type zeros struct{}

func (zeros) Read(p []byte) (int, error) { clear(p); return len(p), nil }

func interruptedPut(t *testing.T, s blob.Store) {
	put(t, s, "cut/old", []byte("old"), "text/plain")
	before := listed(t, s, "")
	for _, n := range []int64{0, 1000, 8 << 20, 20 << 20} {
		for _, key := range []string{"cut/new", "cut/old"} {
			for _, want := range []error{errCut, io.ErrUnexpectedEOF} { // the second is how a cut request body ends
				if _, err := s.Put(context.Background(), key, cut(n, want), ""); !errors.Is(err, want) {
					t.Errorf("%s after %d bytes: got %v, want the reader's own %v", key, n, err, want)
				}
			}
		}
	}
	gone(t, s, "cut/new")
	if b, _ := read(t, s, "cut/old", blob.Range{}); string(b) != "old" {
		t.Errorf("an interrupted overwrite left %q", b)
	}
	if got := listed(t, s, ""); !slices.Equal(got, before) {
		t.Errorf("listed %d blobs, want %d", len(got), len(before))
	}
	if _, err := s.Put(context.Background(), "cut/large", blob.Limit(zeros{}, 9<<20), ""); err == nil {
		t.Error("a stream beyond its limit was stored")
	}
	gone(t, s, "cut/large")
}

func endedContext(t *testing.T, s blob.Store) {
	ctx, cancel := context.WithCancel(context.Background())
	stream := io.MultiReader(io.LimitReader(zeros{}, 9<<20), readerFunc(func([]byte) (int, error) { cancel(); return 0, io.EOF }))
	if _, err := s.Put(ctx, "ended", stream, ""); err == nil {
		t.Error("stored after the end of its context")
	}
	gone(t, s, "ended")
	if _, err := s.Stat(ctx, "ended"); err == nil || ctx.Err() == nil {
		t.Errorf("stat with an ended context: %v", err)
	}
	for i, err := range s.List(ctx, "list/") {
		if err == nil {
			t.Errorf("list with an ended context gave %s", i.Key)
		}
		break
	}
}

type readerFunc func([]byte) (int, error)

func (f readerFunc) Read(p []byte) (int, error) { return f(p) }

// streamed is what flatMemory sends, and flat how much more memory may be in use at any time meanwhile: two parts and
// what the garbage collector has not taken yet.
const (
	streamed = 48 << 20
	flat     = 32 << 20
)

func flatMemory(t *testing.T, s blob.Store) {
	runtime.GC()
	base, peak := heap(), uint64(0)
	sample := func(every int) func([]byte) {
		n := 0
		return func([]byte) {
			if n++; n%every == 0 {
				if n%(8*every) == 0 {
					runtime.GC() // measure what is held, not what waits to be collected
				}
				peak = max(peak, heap())
			}
		}
	}
	up := sample(64)
	source := io.LimitReader(readerFunc(func(p []byte) (int, error) { up(p); clear(p); return len(p), nil }), streamed)
	i, err := s.Put(context.Background(), "flat", source, "video/mp4")
	if err != nil || i.Size != streamed {
		t.Fatalf("put %d bytes: %v", i.Size, err)
	}
	c, err := s.Open(context.Background(), "flat", blob.Range{})
	if err != nil {
		t.Fatal(err)
	}
	down := sample(64)
	d := blob.NewDigest(c)
	_, err = io.Copy(readerWriter(down), d)
	if err := errors.Join(err, c.Close()); err != nil || d.Size() != streamed || d.SHA256() != i.SHA256 || !strings.HasPrefix(c.Info.SHA256, i.SHA256) {
		t.Errorf("read %d bytes, hash %s, want %s: %v", d.Size(), d.SHA256(), i.SHA256, err)
	}
	if err := s.Delete(context.Background(), "flat"); err != nil {
		t.Error(err)
	}
	if peak > base+flat {
		t.Errorf("%d MB in use while streaming %d MB, at most %d allowed", (peak-base)>>20, streamed>>20, flat>>20)
	}
	t.Logf("%d MB streamed both ways with %d KB more in use", streamed>>20, (max(peak, base)-base)>>10)
}

type readerWriter func([]byte)

func (f readerWriter) Write(p []byte) (int, error) { f(p); return len(p), nil }

func heap() uint64 {
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.HeapAlloc
}
