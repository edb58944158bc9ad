package app

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/zhanqun/zhanqun/kernel"
	"github.com/zhanqun/zhanqun/kernel/proof"
	"github.com/zhanqun/zhanqun/platform/audit"
	"github.com/zhanqun/zhanqun/storage/db"
	"github.com/zhanqun/zhanqun/storage/db/dbtest/disk"
)

// state is the digest of a whole database: every byte of every page, as a reader sees it.
type state [sha256.Size]byte

func stateOf(path string) (s state, err error) {
	c, err := sql.Open("sqlite", "file:"+path+"?_pragma=query_only(1)")
	if err != nil {
		return s, err
	}
	conn, err := c.Conn(context.Background())
	if err != nil {
		return s, errors.Join(err, c.Close())
	}
	err = conn.Raw(func(x any) error {
		b, err := x.(interface{ Serialize() ([]byte, error) }).Serialize()
		s = sha256.Sum256(b)
		return err
	})
	return s, errors.Join(err, conn.Close(), c.Close())
}

// storeName is the file in the tests' disks.
const storeName = "zhanqun.db"

// acknowledged is a moment at which somebody was told that it is done.
type acknowledged struct {
	frame int
	state state
}

// outage is a run of the program on a filmed disk, and what power cuts leave of it.
type outage struct {
	d, left *disk.Disk // the second is where what is left is looked at
	acks    []acknowledged
	deeds   []deed
	film    *disk.Film
	syncs   map[int]state // by frame: what a perfect disk holds
	w       *works
}

const deedsAtOnce = 12

// live opens the store as the program does, does some deeds drawn by r while the disk is filmed, and closes it.
func (o *outage) live(image disk.Image, at int64, g ground, n int, r *rand.Rand) error {
	o.d.Load(image)
	o.acks, o.deeds, o.syncs = nil, nil, map[int]state{}
	o.d.Record()
	s, err := db.Open(context.Background(), o.d.Path(storeName))
	if err != nil {
		return err
	}
	if o.w, err = newWorks(s, clockAt(at), g, n); err != nil {
		return err
	}
	if err := o.acknowledge(); err != nil {
		return err
	}
	for range deedsAtOnce {
		op := operations[r.IntN(len(operations))]
		a, err := op.make(o.w)
		if err == nil {
			err = a.do()
		}
		if err != nil {
			return fmt.Errorf("%s: %w", op.name, err)
		}
		o.deeds = append(o.deeds, a)
		if err := o.acknowledge(); err != nil {
			return err
		}
	}
	for _, a := range o.deeds {
		if err := a.check(); err != nil {
			return fmt.Errorf("done and not there: %w", err)
		}
	}
	return errors.Join(o.acknowledge(), s.Close())
}

func (o *outage) acknowledge() error {
	s, err := stateOf(o.d.Path(storeName))
	o.acks = append(o.acks, acknowledged{o.d.Frames(), s})
	return err
}

// verdict is what was found after a cut.
type verdict string

const (
	whole verdict = "whole" // all that was acknowledged, and what was being done either wholly or not at all
	lost  verdict = "lost"
)

// judge looks at what the cut at this frame left.
func (o *outage) judge(frame int, left disk.Image) (verdict, error) {
	o.left.Load(left)
	s, err := db.Open(context.Background(), o.left.Path(storeName))
	if err != nil {
		return "", err
	}
	err = holds(context.Background(), s, audit.New(s, kernel.SystemClock, nil))
	got, err2 := stateOf(o.left.Path(storeName))
	if err := errors.Join(err, err2, s.Close()); err != nil {
		return "", err
	}
	last := 0
	for i, a := range o.acks {
		if a.frame <= frame {
			last = i
		}
	}
	if got == o.acks[last].state {
		return whole, nil
	}
	for _, f := range o.film.Syncs() {
		if f <= o.acks[last].frame {
			continue
		}
		want, err := o.perfect(f)
		if err != nil {
			return "", err
		}
		if got == want {
			return whole, nil
		}
		if f > frame {
			break
		}
	}
	return lost, nil
}

// perfect is the state of a disk that kept everything until the frame.
func (o *outage) perfect(frame int) (state, error) {
	if s, ok := o.syncs[frame]; ok {
		return s, nil
	}
	o.left.Load(o.film.Perfect(frame))
	s, err := stateOf(o.left.Path(storeName))
	o.syncs[frame] = s
	return s, err
}

// powerCuts runs the program again and again on what the last cut of the run before left, and cuts each run at so many
// frames. It returns how many cuts lost something.
func powerCuts(t *testing.T, cuts int, weak bool) (losses, done int) {
	const perRun = 50
	r := rand.New(rand.NewPCG(71, 2015))
	o := &outage{d: disk.New(t), left: disk.New(t)}
	s, err := db.Open(context.Background(), o.d.Path(storeName))
	if err != nil {
		t.Fatal(err)
	}
	w, err := settle(s)
	if err = errors.Join(err, s.Close()); err != nil {
		t.Fatal(err)
	}
	first := o.d.Image()
	if weak {
		o.d.Weaken()
	}
	image, at, n := first, w.at.Load(), w.n
	for run := 0; run*perRun < cuts; run++ {
		if run%20 == 0 { // what lies there grows: begin anew
			image, at, n = first, w.at.Load(), w.n
		}
		if err := o.live(image, at, w.ground, n, r); err != nil {
			t.Fatalf("run %d: %v", run, err)
		}
		o.film = o.d.Film()
		at, n = o.w.at.Load(), o.w.n
		frames := make([]int, min(perRun, cuts-run*perRun))
		for i := range frames {
			frames[i] = r.IntN(o.film.Frames() + 1)
		}
		slices.Sort(frames)
		o.film.Cuts(r, frames, func(frame int, left disk.Image) {
			v, err := o.judge(frame, left)
			if err != nil {
				t.Fatalf("run %d, cut at %d of %d: %v", run, frame, o.film.Frames(), err)
			}
			if v == lost {
				losses++
			}
			done++
			image = left
		})
	}
	return losses, done
}

// promises.md 2.1 and 5 (3, 7): what was acknowledged outlives a power cut, whole, at whatever write it comes and whatever the
// disk had not yet kept; what was not is there wholly or not at all. Each run goes on from what a cut has left.
func TestPowerLoss(t *testing.T) {
	cuts := proof.Times(2_000, 100_000)
	if testing.Short() {
		cuts = 200
	}
	began := time.Now()
	losses, done := powerCuts(t, cuts, false)
	if losses > 0 || done != cuts {
		t.Errorf("%d of %d cuts lost something", losses, done)
	}
	t.Logf("%d power cuts in %v: %d lost something", done, time.Since(began).Round(time.Second), losses)
}

// The proof above has teeth: with synchronous=NORMAL, with which other programs are shipped, it finds losses.
func TestPowerLossHasTeeth(t *testing.T) {
	losses, done := powerCuts(t, 50, true)
	if losses == 0 {
		t.Errorf("%d cuts of a store with synchronous=NORMAL lost nothing", done)
	}
	t.Logf("%d of %d cuts lost something with synchronous=NORMAL", losses, done)
}

// A power cut while the schema of a new installation is made: the next start makes the rest.
func TestPowerLossAtTheFirstStart(t *testing.T) {
	ctx := context.Background()
	start := func(d *disk.Disk) (schema string) {
		s, err := db.Open(ctx, d.Path(storeName))
		if err != nil {
			t.Fatal(err)
		}
		_, err = s.Migrate(ctx, Migrations()...)
		if err == nil {
			err = s.Conn(ctx).NewRaw("SELECT group_concat(sql, ';' ORDER BY name) FROM sqlite_schema").Scan(ctx, &schema)
		}
		if err := errors.Join(err, holds(ctx, s, audit.New(s, kernel.SystemClock, nil)), s.Close()); err != nil {
			t.Fatal(err)
		}
		return schema
	}
	d, left := disk.New(t), disk.New(t)
	d.Record()
	want := start(d)
	film := d.Film()
	r := rand.New(rand.NewPCG(7, 1))
	frames := make([]int, proof.Times(40, 400))
	for i := range frames {
		frames[i] = r.IntN(film.Frames() + 1)
	}
	slices.Sort(frames)
	film.Cuts(r, frames, func(frame int, image disk.Image) {
		left.Load(image)
		if got := start(left); got != want {
			t.Fatalf("cut at %d: the schema is\n%s\nwant\n%s", frame, got, want)
		}
	})
}
