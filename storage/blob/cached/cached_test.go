package cached_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/zhanqun/zhanqun/kernel/fault"
	"github.com/zhanqun/zhanqun/storage/blob"
	"github.com/zhanqun/zhanqun/storage/blob/blobtest"
	"github.com/zhanqun/zhanqun/storage/blob/cached"
	"github.com/zhanqun/zhanqun/storage/blob/files"
	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func always(string) bool { return true }

// far counts how often something is read, and may be away, or lie about what it has.
type far struct {
	blob.Store
	opened     atomic.Int64
	away, lies atomic.Bool
}

func (f *far) Open(ctx context.Context, key string, r blob.Range) (*blob.Content, error) {
	f.opened.Add(1)
	if f.away.Load() {
		return nil, blob.Down(errors.New("away"))
	}
	c, err := f.Store.Open(ctx, key, r)
	if err == nil && f.lies.Load() {
		c.ReadCloser = struct {
			io.Reader
			io.Closer
		}{io.MultiReader(strings.NewReader("x"), io.LimitReader(c.ReadCloser, c.Length-1)), c.ReadCloser}
	}
	return c, err
}

// place is a cache of so many bytes before a folder that stands for a store far away.
type place struct {
	*cached.Store
	t   *testing.T
	dir string
	far *far
	now time.Time
	b   cached.Bounds
}

func at(t *testing.T, bytes int64) *place {
	t.Helper()
	store, err := files.Open(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	p := &place{t: t, dir: t.TempDir(), far: &far{Store: store}, now: time.Now()}
	p.b = cached.Bounds{Bytes: bytes, Lasts: func(key string) bool { return !strings.HasPrefix(key, "other/") }, Now: func() time.Time { return p.now }}
	p.start()
	return p
}

func (p *place) start() {
	p.t.Helper()
	var err error
	if p.Store, err = cached.Open(p.dir, p.far, p.b); err != nil {
		p.t.Fatal(err)
	}
}

func (p *place) put(key string, n int) []byte {
	p.t.Helper()
	raw := blobtest.Bytes(n, uint64(len(key)))
	if _, err := p.Put(p.t.Context(), key, bytes.NewReader(raw), "image/png"); err != nil {
		p.t.Fatal(err)
	}
	return raw
}

// reads holds what is read of a key to the bytes, and how often that asks the store far away.
func (p *place) reads(key string, want []byte, asks int64) {
	p.t.Helper()
	before := p.far.opened.Load()
	c, err := p.Open(p.t.Context(), key, blob.Range{})
	if err != nil {
		p.t.Errorf("%s: %v", key, err)
		return
	}
	got, err := io.ReadAll(c)
	if err = errors.Join(err, c.Close()); err != nil || !bytes.Equal(got, want) || c.Info.ContentType != "image/png" {
		p.t.Errorf("%s: %d bytes of %s, want %d, %v", key, len(got), c.Info.ContentType, len(want), err)
	}
	if n := p.far.opened.Load() - before; n != asks {
		p.t.Errorf("%s asks %d times, want %d", key, n, asks)
	}
}

// lies are the blobs of the folder.
func (p *place) lies() int {
	p.t.Helper()
	n := 0
	err := filepath.WalkDir(p.dir, func(path string, e os.DirEntry, err error) error {
		if err == nil && e.Type().IsRegular() {
			n++
		}
		return err
	})
	if err != nil {
		p.t.Fatal(err)
	}
	return n
}

// Y2: with a folder before it a store keeps every promise of a store.
func TestACachedStoreIsAStore(t *testing.T) {
	store, err := files.Open(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	s, err := cached.Open(t.TempDir(), store, cached.Bounds{Bytes: 1 << 20, Lasts: always, Now: time.Now})
	if err != nil {
		t.Fatal(err)
	}
	blobtest.Run(t, s)
	if err := s.Close(); err != nil {
		t.Error(err)
	}
}

// promises.md 2.6: what was read once is read again without the store far away, also by the next program; the rest is not there and says so.
func TestWhatWasReadIsThereWhileTheStoreIsAway(t *testing.T) {
	p := at(t, 1<<20)
	raw := p.put("7/media/a", 5000)
	other := p.put("7/media/b", 5000)
	p.put("7/media/c", 5000)
	p.reads("7/media/a", raw, 1)
	p.reads("7/media/a", raw, 0)
	p.far.away.Store(true)
	p.reads("7/media/a", raw, 0)
	if c, err := p.Open(t.Context(), "7/media/a", blob.Range{Offset: 4990, Length: 100}); err != nil || c.Length != 10 {
		t.Errorf("a part: %+v, %v", c, err)
	} else if err := c.Close(); err != nil {
		t.Error(err)
	}
	p.far.away.Store(false)
	part, err := p.Open(t.Context(), "7/media/b", blob.Range{Offset: 4000, Length: 10}) // kept whole
	if err != nil || part.Length != 10 {
		t.Errorf("a part from afar: %+v, %v", part, err)
	} else if err := part.Close(); err != nil {
		t.Error(err)
	}
	p.far.away.Store(true)
	p.reads("7/media/b", other, 0)
	var outside *blob.Unsatisfiable
	if _, err := p.Open(t.Context(), "7/media/a", blob.Range{Offset: 5000}); !errors.As(err, &outside) {
		t.Errorf("a part behind the end: %v", err)
	}
	if _, err := p.Open(t.Context(), "7/media/c", blob.Range{}); !fault.Is(err, fault.Unavailable) {
		t.Errorf("what nobody has read: %v", err)
	}
	if err := p.Close(); err != nil {
		t.Fatal(err)
	}
	p.start()
	p.reads("7/media/a", raw, 0)
}

// What is replaced or deleted is not read as it was, what may change is not kept, and neither is what came otherwise than it was said to be.
func TestWhatIsNotKept(t *testing.T) {
	p := at(t, 1<<20)
	raw := p.put("a", 3000)
	p.reads("a", raw, 1)
	raw = p.put("a", 4000)
	p.reads("a", raw, 1)
	if err := p.Delete(t.Context(), "a"); err != nil {
		t.Fatal(err)
	}
	if _, err := p.Open(t.Context(), "a", blob.Range{}); !fault.Is(err, fault.NotFound) {
		t.Errorf("what is deleted: %v", err)
	}
	raw = p.put("other/x", 3000)
	p.reads("other/x", raw, 1)
	p.reads("other/x", raw, 1)
	raw = p.put("large", 1<<16+1)
	p.reads("large", raw, 1) // passed on
	raw = p.put("torn", 3000)
	p.far.lies.Store(true)
	c, err := p.Open(t.Context(), "torn", blob.Range{})
	if err != nil {
		t.Fatal(err)
	}
	if err := c.Close(); err != nil {
		t.Error(err)
	}
	p.far.lies.Store(false)
	p.reads("torn", raw, 1)
	if n := p.lies(); n != 1 {
		t.Errorf("%d files lie in the folder", n)
	}
}

// promises.md 2.7: the folder has its bound, the longest unused goes first, and nothing stays longer than a day once others are read.
func TestTheFolderIsBounded(t *testing.T) {
	p := at(t, 16_000)
	raw := map[string][]byte{}
	for key := range strings.SplitSeq("a bb ccc dddd", " ") {
		raw[key] = p.put(key, 1000)
	}
	p.b.Bytes = 3500 // no blob of 1,000 is too large for it: a sixteenth of it is
	p.reads("a", raw["a"], 1)
	p.reads("bb", raw["bb"], 1)
	p.reads("ccc", raw["ccc"], 1)
	if n := p.lies(); n != 3 {
		t.Fatalf("%d files lie in the folder", n)
	}
	p.Bytes = 3500
	p.reads("a", raw["a"], 0) // so bb is the longest unused
	p.Bytes = 16_000
	p.reads("dddd", raw["dddd"], 1)
	p.Bytes = 3500
	if err := p.Close(); err != nil {
		t.Fatal(err)
	}
	p.start() // with the smaller bound
	if n := p.lies(); n != 3 {
		t.Errorf("%d files lie in the folder that holds three", n)
	}
	p.Bytes, p.now = 16_000, p.now.Add(cached.For+time.Minute)
	extra := p.put("eeeee", 1000)
	p.reads("eeeee", extra, 1)
	if n := p.lies(); n != 1 {
		t.Errorf("a day later %d files lie in the folder", n)
	}
}

// Many readers at once get the whole bytes, while others are driven out.
func TestManyReadAtOnce(t *testing.T) {
	p := at(t, 40_000)
	var wg sync.WaitGroup
	for _, key := range strings.Fields(strings.Repeat("a bb ccc dddd eeeee ", 8)) {
		if _, err := p.Stat(t.Context(), key); err != nil {
			p.put(key, 2400)
		}
		wg.Go(func() {
			for range 20 {
				c, err := p.Open(context.Background(), key, blob.Range{})
				if err != nil {
					t.Errorf("%s: %v", key, err)
					return
				}
				got, err := io.ReadAll(c)
				if err = errors.Join(err, c.Close()); err != nil || !bytes.Equal(got, blobtest.Bytes(2400, uint64(len(key)))) {
					t.Errorf("%s: %d bytes, %v", key, len(got), err)
				}
			}
		})
	}
	wg.Wait()
}
