package disk

import (
	"context"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"os"
	"slices"
	"sync"
	"testing"
	"testing/fstest"

	"github.com/zhanqun/zhanqun/storage/db"
)

var notes = fstest.MapFS{"20260101000001_notes.tx.up.sql": {Data: []byte("CREATE TABLE notes (site_id bigint NOT NULL, id bigint NOT NULL, text text NOT NULL, PRIMARY KEY (site_id, id))")}}

func openStore(t testing.TB, d *Disk, sources ...fs.FS) *db.DB {
	t.Helper()
	s, err := db.Open(context.Background(), d.Path("z.db"))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := s.Migrate(context.Background(), sources...); err != nil {
		t.Fatal(err)
	}
	return s
}

func insert(s *db.DB, site, id int) error {
	return s.InTx(context.Background(), func(ctx context.Context) error {
		_, err := s.Conn(ctx).NewRaw("INSERT INTO notes (site_id, id, text) VALUES (?, ?, ?)", site, id, fmt.Sprintf("%01000d", id)).Exec(ctx)
		return err
	})
}

func ids(t testing.TB, s *db.DB) (got []int) {
	t.Helper()
	if err := s.Conn(context.Background()).NewRaw("SELECT id FROM notes WHERE site_id = 1 ORDER BY id").Scan(context.Background(), &got); err != nil {
		t.Fatal(err)
	}
	return got
}

func shut(t testing.TB, s *db.DB) {
	t.Helper()
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
}

// The program's own store lives on it: several writers and readers, no file on the real disk, the same rows after a restart.
func TestAStoreLivesOnIt(t *testing.T) {
	d := New(t)
	s := openStore(t, d, notes)
	const writers, each = 4, 40
	var wg sync.WaitGroup
	for w := range writers {
		wg.Go(func() {
			for i := range each {
				if err := insert(s, w+1, i+1); err != nil {
					t.Errorf("writer %d: %v", w, err)
				}
				ids(t, s)
			}
		})
	}
	wg.Wait()
	if n := len(d.Image()); n != 2 { // database and log; the shared memory is no file
		t.Errorf("%d files, want 2", n)
	}
	shut(t, s)
	if _, err := os.Stat(d.Path("z.db")); err == nil {
		t.Error("the database is on the real disk")
	}
	s = openStore(t, d)
	if got := ids(t, s); len(got) != each || got[each-1] != each {
		t.Errorf("got %v", got)
	}
	shut(t, s)
}

// With FULL every cut leaves what was acknowledged; with NORMAL some lose it: the film has teeth.
func TestCuts(t *testing.T) {
	for _, c := range []struct {
		name string
		weak bool
	}{{"full", false}, {"normal", true}} {
		t.Run(c.name, func(t *testing.T) {
			d := New(t)
			if c.weak {
				d.Weaken()
			}
			s := openStore(t, d, notes)
			d.Record()
			var acknowledged []int
			for i := range 60 {
				if err := insert(s, 1, i+1); err != nil {
					t.Fatal(err)
				}
				acknowledged = append(acknowledged, d.Frames())
			}
			f := d.Film()
			shut(t, s)
			r := rand.New(rand.NewPCG(1, 2))
			frames := make([]int, 200)
			for i := range frames {
				frames[i] = r.IntN(f.Frames() + 1)
			}
			slices.Sort(frames)
			lost := 0
			f.Cuts(r, frames, func(frame int, left Image) {
				d.Load(left)
				s := openStore(t, d)
				got := len(ids(t, s))
				shut(t, s)
				want, _ := slices.BinarySearch(acknowledged, frame+1)
				if got < want {
					lost++
				}
				if got > want+1 {
					t.Fatalf("%d rows after frame %d, want %d or one more", got, frame, want)
				}
			})
			if (lost > 0) != c.weak {
				t.Errorf("%d of %d cuts lost something", lost, len(frames))
			}
			t.Logf("%d of %d cuts lost something", lost, len(frames))
		})
	}
}

// A disk that is full, broken or unplugged answers errors; healed, it goes on.
func TestFullAndBroken(t *testing.T) {
	d := New(t)
	s := openStore(t, d, notes)
	broken := func(what string) {
		t.Helper()
		if err := insert(s, 1, 1); err == nil || !db.Down(err) {
			t.Errorf("%s: got %v", what, err)
		}
	}
	d.Limit(d.Size())
	broken("a full disk")
	d.Limit(0)
	d.FailAt(1, true)
	broken("a broken disk")
	if !d.Heal() {
		t.Error("nothing failed")
	}
	if err := insert(s, 1, 1); err != nil {
		t.Errorf("healed: %v", err)
	}
	d.Unplug()
	if err := insert(s, 1, 2); err == nil {
		t.Error("an unplugged disk took a row")
	}
	_ = s.Close() // it cannot tidy up
	im := d.Image()
	d.Load(im)
	s = openStore(t, d)
	if got := ids(t, s); !slices.Equal(got, []int{1}) {
		t.Errorf("got %v", got)
	}
	shut(t, s)
}
