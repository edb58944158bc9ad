package pages

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"maps"
	"runtime"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/zhanqun/zhanqun/kernel"
	"github.com/zhanqun/zhanqun/storage/db"
	"github.com/zhanqun/zhanqun/storage/db/dbtest"
)

var quiet = slog.New(slog.NewTextHandler(io.Discard, nil))

func bump(t *testing.T, d *db.DB, r *Revisions, sites ...kernel.SiteID) {
	t.Helper()
	if err := d.InTx(t.Context(), func(ctx context.Context) error { return r.Bump(ctx, sites...) }); err != nil {
		t.Fatal(err)
	}
}

func TestBump(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		r := NewRevisions(d)
		t.Run("a transaction raises each site once, however often it says so", func(t *testing.T) {
			err := d.InTx(t.Context(), func(ctx context.Context) error {
				return errors.Join(r.Bump(ctx, 7, 3), r.Bump(ctx, 3), r.Bump(ctx, 9, 7))
			})
			if err != nil {
				t.Fatal(err)
			}
			got, err := r.source.all(t.Context())
			if err != nil || got[3] != 1 || got[7] != 1 || got[9] != 1 || len(got) != 3 {
				t.Errorf("got %v, %v; want 3, 7 and 9 at 1", got, err)
			}
		})
		t.Run("who asks for one site is told of no other", func(t *testing.T) {
			if got, err := r.source.some(t.Context(), []kernel.SiteID{7}); err != nil || !maps.Equal(got, map[kernel.SiteID]int64{7: 1}) {
				t.Errorf("got %v, %v; want 7 at 1", got, err)
			}
		})
		t.Run("the node that writes knows at once", func(t *testing.T) {
			bump(t, d, r, 3)
			if got := r.Known(3); got != 2 {
				t.Errorf("known %d, want 2", got)
			}
		})
		t.Run("a rolled back transaction raises nothing", func(t *testing.T) {
			no := errors.New("no")
			err := d.InTx(t.Context(), func(ctx context.Context) error { return errors.Join(r.Bump(ctx, 3), no) })
			if !errors.Is(err, no) || r.Known(3) != 2 || len(r.pending) != 0 {
				t.Errorf("err %v, known %d, pending %d", err, r.Known(3), len(r.pending))
			}
		})
		t.Run("outside a transaction it is refused", func(t *testing.T) {
			if err := r.Bump(t.Context(), 3); err == nil {
				t.Error("accepted")
			}
		})
		t.Run("another process is heard by polling", func(t *testing.T) {
			cli := NewRevisions(d)
			bump(t, d, cli, 3, 11)
			if r.Known(3) != 2 {
				t.Fatal("heard without polling")
			}
			if err := r.Poll(t.Context()); err != nil || r.Known(3) != 3 || r.Known(11) != 1 {
				t.Errorf("%v, known %d and %d", err, r.Known(3), r.Known(11))
			}
		})
		t.Run("many sites at once", func(t *testing.T) {
			var all []kernel.SiteID
			for s := range kernel.SiteID(1200) {
				all = append(all, 100000+s)
			}
			slices.Reverse(all)
			bump(t, d, r, all...)
			if r.Known(100000) != 1 || r.Known(101199) != 1 {
				t.Error("not all were raised")
			}
		})
	}, Migrations())
}

func TestPlatformRow(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		r := NewRevisions(d)
		loads, broken := 0, true
		var knownInside int64
		r.LoadPlatform(func(ctx context.Context) error {
			if broken {
				return errors.New("not now")
			}
			loads++
			knownInside = r.Known(kernel.Platform)
			_, err := d.Conn(ctx).ExecContext(ctx, "SELECT rev FROM site_revisions")
			return err
		})
		bump(t, d, r, kernel.Platform, 5)
		if r.Known(kernel.Platform) != 0 || r.Known(5) != 1 {
			t.Fatalf("a failed reload counts as known: %d", r.Known(kernel.Platform))
		}
		if err := r.Poll(t.Context()); err == nil || r.CutOff() {
			t.Errorf("poll answered %v, cut off %v; a failed reload is told but is no missed poll", err, r.CutOff())
		}
		broken = false
		if err := r.Poll(t.Context()); err != nil || r.Known(kernel.Platform) != 1 || loads != 1 || knownInside != 0 {
			t.Errorf("%v, known %d after %d loads, %d while loading", err, r.Known(kernel.Platform), loads, knownInside)
		}
		bump(t, d, r, kernel.Platform)
		if loads != 2 || r.Known(kernel.Platform) != 2 {
			t.Errorf("%d loads, known %d: this node's own change is loaded before InTx returns", loads, r.Known(kernel.Platform))
		}
	}, Migrations())
}

func TestCutOff(t *testing.T) {
	d := dbtest.SQLite(t, Migrations())
	r := NewRevisions(d)
	if !r.CutOff() || r.Down() {
		t.Error("before the first poll a node is cut off, but not known to be down")
	}
	if err := r.Poll(t.Context()); err != nil || r.CutOff() {
		t.Fatalf("%v, cut off %v after a poll", err, r.CutOff())
	}
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	for i, want := range []bool{false, true, true} {
		if r.Poll(ended) == nil {
			t.Fatal("polled with an ended context")
		}
		if r.CutOff() != want {
			t.Errorf("after %d missed polls cut off is %v", i+1, r.CutOff())
		}
	}
	if err := r.Poll(t.Context()); err != nil || r.CutOff() {
		t.Errorf("%v, cut off %v after the store came back", err, r.CutOff())
	}
}

// Must show 6: what one node commits the other knows within a second; with PostgreSQL's hint much sooner.
func TestTwoNodesWithinASecond(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		writer, reader := NewRevisions(d), NewRevisions(d)
		ctx, cancel := context.WithCancel(t.Context())
		ended := make(chan struct{}, 2)
		for _, r := range []*Revisions{writer, reader} {
			go func() { r.Run(ctx, quiet); ended <- struct{}{} }()
		}
		var longest time.Duration
		for i := range int64(5) {
			bump(t, d, writer, 1)
			start := time.Now()
			for reader.Known(1) <= i {
				if time.Since(start) > 5*time.Second {
					t.Fatal("the other node never learned")
				}
				time.Sleep(time.Millisecond)
			}
			longest = max(longest, time.Since(start))
		}
		cancel()
		<-ended
		<-ended
		t.Logf("longest of 5: %v", longest.Round(time.Millisecond))
		if longest > time.Second {
			t.Errorf("took %v, want at most a second", longest)
		}
	}, Migrations())
}

// The hint of design 4: a commit of one node reaches another over PostgreSQL without waiting for its poll.
func TestHint(t *testing.T) {
	d := dbtest.Postgres(t, Migrations())
	writer, reader := NewRevisions(d), NewRevisions(d)
	ctx, cancel := context.WithCancel(t.Context())
	var wg sync.WaitGroup
	defer wg.Wait()
	defer cancel()
	wg.Go(func() { reader.listen(ctx) })
	wg.Go(func() { writer.announce(ctx) })
	late := time.After(20 * time.Second)
	for {
		bump(t, d, writer, 1) // again, until the listener has its connection
		select {
		case <-reader.hint:
			return
		case <-late:
			t.Fatal("no hint was heard")
		case <-time.After(20 * time.Millisecond):
		}
	}
}

// A node that starts without its store is down from the first request, and reads the store only when whoever
// opened it says that it is ready (design.md 4).
func TestANodeThatStartsWithoutItsStoreWaitsForIt(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		bump(t, d, polled(t, d), 7)
		r := NewRevisions(d)
		asked, ready := make(chan int), make(chan error)
		n := 0
		r.Await(func(context.Context) error { n++; asked <- n; return <-ready })
		ctx, stop := context.WithCancel(context.Background())
		var wg sync.WaitGroup
		wg.Go(func() { r.Run(ctx, quiet) })
		defer wg.Wait()
		defer stop()
		for i := 1; i <= 3; i++ {
			if got := <-asked; got != i || !r.Down() || r.Known(7) != 0 {
				t.Errorf("asked %d times: got %d, down %v, revision %d", i, got, r.Down(), r.Known(7))
			}
			if i < 3 {
				ready <- errors.New("not yet")
			}
		}
		ready <- nil
		for r.CutOff() { // the poll that follows
			runtime.Gosched()
		}
		if r.Known(7) != 1 {
			t.Errorf("ready: revision %d, want 1", r.Known(7))
		}
	}, Migrations())
}

// absent is a store that does not answer; it tells of every question.
type absent struct{ asked chan struct{} }

func (a absent) total(context.Context) (int64, error) {
	a.asked <- struct{}{}
	return 0, errors.New("no answer")
}

func (absent) all(context.Context) (map[kernel.SiteID]int64, error) {
	return nil, errors.New("no answer")
}

func (absent) some(context.Context, []kernel.SiteID) (map[kernel.SiteID]int64, error) {
	return nil, errors.New("no answer")
}

// Design.md 4: within a second of reaching the store again. While it is down a node asks more often than while all is well.
func TestANodeThatIsDownAsksMoreOften(t *testing.T) {
	a := absent{make(chan struct{})}
	r := newRevisions(a)
	ctx, stop := context.WithCancel(t.Context())
	var wg sync.WaitGroup
	wg.Go(func() { r.Run(ctx, quiet) })
	for !r.Down() {
		<-a.asked
	}
	const times = 10
	began := time.Now()
	for range times {
		<-a.asked
	}
	took := time.Since(began)
	stop()
	go func() { // a question that is being asked
		select {
		case <-a.asked:
		case <-t.Context().Done():
		}
	}()
	wg.Wait()
	t.Logf("asked %d times in %v", times, took.Round(time.Millisecond))
	if took > times*PollEvery*3/4 {
		t.Errorf("asked %d times in %v, as if all were well", times, took)
	}
}

// Issue 3, 1: what a poll costs does not grow with the sites while nothing moves, and whatever moves is learned.
func TestAQuietPollReadsOneNumber(t *testing.T) {
	ctx := context.Background()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		here, there := NewRevisions(d), NewRevisions(d)
		change := func(sites ...kernel.SiteID) {
			t.Helper()
			if err := d.InTx(ctx, func(ctx context.Context) error { return there.Bump(ctx, sites...) }); err != nil {
				t.Fatal(err)
			}
		}
		fails := errors.New("not loaded")
		here.LoadPlatform(func(context.Context) error { return fails })
		poll := func() (int64, error) {
			before := d.Statements()
			err := here.Poll(ctx)
			return d.Statements() - before, err
		}
		for _, row := range []struct {
			name       string
			change     []kernel.SiteID
			fails      error
			statements int64
		}{
			{"nothing has ever moved", nil, nil, 1},
			{"two sites have", []kernel.SiteID{5, 6}, nil, 2},
			{"nothing more has", nil, nil, 1},
			{"the platform has, and what it stands for cannot be loaded", []kernel.SiteID{kernel.Platform, 5}, errors.New("not loaded"), 2},
			{"which is tried again", nil, errors.New("not loaded"), 2},
			{"until it can", nil, nil, 2},
			{"and no longer", nil, nil, 1},
		} {
			fails = row.fails
			if len(row.change) > 0 {
				change(row.change...)
			}
			if n, err := poll(); n != row.statements || err != row.fails {
				t.Errorf("%s: %d statements, %v; want %d, %v", row.name, n, err, row.statements, row.fails)
			}
			for _, site := range []kernel.SiteID{5, 6} {
				if got, want := here.Known(site), there.Known(site); got != want {
					t.Errorf("%s: site %d at %d, want %d", row.name, site, got, want)
				}
			}
		}
		if got, want := here.Known(kernel.Platform), there.Known(kernel.Platform); got != want {
			t.Errorf("platform at %d, want %d", got, want)
		}
	}, Migrations())
}
