package media

import (
	"context"
	"errors"
	"io"
	"iter"
	"strings"
	"testing"
	"time"

	"github.com/zhanqun/zhanqun/kernel/proof"
	"github.com/zhanqun/zhanqun/storage/blob"
	"github.com/zhanqun/zhanqun/storage/blob/blobtest"
	"github.com/zhanqun/zhanqun/storage/blob/files"
	"github.com/zhanqun/zhanqun/storage/db"
	"github.com/zhanqun/zhanqun/storage/db/dbtest"
)

// broken fails one call, before or after it has done something.
type broken struct {
	blob.Store
	left  int
	after bool
	said  int
}

var errPower = errors.New("the power went")

// fails reports whether this is the call.
func (b *broken) fails(after bool) bool {
	if after != b.after {
		return false
	}
	if b.left--; b.left == 0 {
		b.said++
		return true
	}
	return false
}

func (b *broken) Put(ctx context.Context, key string, r io.Reader, kind string) (blob.Info, error) {
	if b.fails(false) {
		return blob.Info{}, errPower
	}
	i, err := b.Store.Put(ctx, key, r, kind)
	if err == nil && b.fails(true) {
		return blob.Info{}, errPower
	}
	return i, err
}

func (b *broken) Open(ctx context.Context, key string, r blob.Range) (*blob.Content, error) {
	if b.fails(false) {
		return nil, errPower
	}
	return b.Store.Open(ctx, key, r)
}

func (b *broken) Delete(ctx context.Context, key string) error {
	if b.fails(false) {
		return errPower
	}
	err := b.Store.Delete(ctx, key)
	if err == nil && b.fails(true) {
		return errPower
	}
	return err
}

func (b *broken) List(ctx context.Context, prefix string) iter.Seq2[blob.Info, error] {
	if b.fails(false) {
		return func(yield func(blob.Info, error) bool) { yield(blob.Info{}, errPower) }
	}
	return b.Store.List(ctx, prefix)
}

// promises 2.1: wherever an upload breaks, no row points at nothing, it goes on from there, and in the end there is one file and nothing beside
// it; on both engines and both stores.
func TestAnUploadBreaksAtEachStep(t *testing.T) {
	play := func(t *testing.T, engine *db.DB, store blob.Store, round int) {
		b := &broken{Store: store}
		d := docked(build(t, engine, b))
		tried := 0
		for _, b.after = range []bool{false, true} {
			for k := 1; ; k++ {
				raw := film(2500+round, uint64(1_000_000*round+1000*k+tried))
				b.left, b.said = k, 0
				d.bumpy(raw, b)
				if b.left = 0; b.said == 0 {
					break
				}
				tried++
			}
		}
		if tried < 20 {
			t.Errorf("only %d steps", tried)
		}
		t.Logf("broke at %d steps", tried)
	}
	for round := range proof.Times(1, 200) {
		dbtest.Each(t, func(t *testing.T, engine *db.DB) { play(t, engine, must(files.Open(t.TempDir())), round) }, schema...)
		t.Run("S3", func(t *testing.T) { play(t, dbtest.SQLite(t, schema...), blobtest.S3(t), round) })
		if t.Failed() {
			t.Fatalf("in round %d", round)
		}
	}
}

// bumpy sends a film through a store that breaks once.
func (d *dock) bumpy(raw []byte, b *broken) {
	d.t.Helper()
	a := d.begin("演练.mp4", raw)
	for a.State == Coming {
		next, err := d.Receive(d.ctx, d.one, a.ID, a.Got, raw[a.Got:min(a.Got+1000, a.Size)])
		if err != nil && !errors.Is(err, errPower) {
			d.t.Fatal(err)
		}
		if err != nil { // as a script does that lost its line
			next, err = d.Arriving(d.ctx, d.one, a.ID)
			d.must(err)
		}
		*a = *next
		d.safe(b.Store)
	}
	for range 3 {
		if err := d.Queue.Drain(d.ctx); err != nil && !errors.Is(err, errPower) {
			d.t.Fatal(err)
		}
		d.safe(b.Store)
		d.now = d.now.Add(time.Minute)
	}
	b.left = 0
	got, err := d.Arriving(d.ctx, d.one, a.ID)
	d.must(err)
	i, err := d.Get(d.ctx, d.one, got.Item)
	d.must(err)
	if i.SHA256 != sum(raw) {
		d.t.Errorf("kept %+v", i)
	}
	for _, k := range d.keys() {
		if strings.HasPrefix(k, folderOf(d.one, a.ID)) {
			d.t.Errorf("%s is left", k)
		}
	}
}

// safe: no row points at nothing, as the store itself says.
func (d *dock) safe(store blob.Store) {
	d.t.Helper()
	r := d.Room
	r.Store = store
	flaws, err := New(r).Flaws(d.ctx, d.one)
	d.must(err)
	for _, f := range flaws {
		if f.What == "media-missing" {
			d.t.Errorf("%s is not there", f.Key)
		}
	}
}

// promises 2.1: a job that died between the file and its note finds the file.
func TestAFileThatIsKeptIsFoundAgain(t *testing.T) {
	eachDock(t, func(t *testing.T, d *dock) {
		raw := film(2500, 3)
		a := d.begin("演练.mp4", raw)
		d.send(a, raw, 1000)
		i, err := d.assemble(d.ctx, a)
		d.must(err)
		if got := d.fate(a); got.Item != i.ID {
			t.Errorf("it is kept twice: %+v", got)
		}
		d.must(d.settle(d.ctx, d.one, a.ID)) // once more
		d.must(d.settle(d.ctx, d.one, 99))   // of what is not there any more
		coming := d.begin("还没完.mp4", raw)
		d.must(d.settle(d.ctx, d.one, coming.ID))
		if got := d.fate(coming); got.State != Coming {
			t.Errorf("settled before it was whole: %+v", got)
		}
	})
}
