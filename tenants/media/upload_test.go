package media

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/zhanqun/zhanqun/kernel"
	"github.com/zhanqun/zhanqun/kernel/fault"
	"github.com/zhanqun/zhanqun/platform/jobs"
	"github.com/zhanqun/zhanqun/platform/site"
	"github.com/zhanqun/zhanqun/storage/blob"
	"github.com/zhanqun/zhanqun/storage/blob/blobtest"
)

// dock is a house in which time goes on and jobs are done.
type dock struct {
	*house
	now time.Time
}

func docked(h *house) *dock {
	d := &dock{house: h, now: h.Now()}
	h.Now = func() time.Time { return d.now }
	h.Queue = jobs.New(h.DB, h.Now, h.IDs)
	h.Module().Jobs(h.Queue)
	return d
}

func eachDock(t *testing.T, f func(t *testing.T, d *dock)) {
	each(t, func(t *testing.T, h *house) { f(t, docked(h)) })
}

// film is about n bytes that begin as a film does.
func film(n int, seed uint64) []byte {
	return append([]byte("\x00\x00\x00\x18ftypisom\x00\x00\x02\x00isomiso2"), blobtest.Bytes(n, seed)...)
}

func sum(b []byte) string {
	s := sha256.Sum256(b)
	return hex.EncodeToString(s[:])
}

func (d *dock) begin(name string, raw []byte) *Arrival {
	d.t.Helper()
	a, err := d.Begin(d.ctx, d.one, name, "演练", int64(len(raw)))
	d.must(err)
	return a
}

// send brings the rest of a file in pieces of n bytes.
func (d *dock) send(a *Arrival, raw []byte, n int) {
	d.t.Helper()
	for a.Got < a.Size {
		next, err := d.Receive(d.ctx, d.one, a.ID, a.Got, raw[a.Got:min(a.Got+int64(n), a.Size)])
		d.must(err)
		*a = *next
	}
}

// fate is what became of an upload once its jobs are done.
func (d *dock) fate(a *Arrival) *Arrival {
	d.t.Helper()
	d.must(d.Queue.Drain(d.ctx))
	got, err := d.Arriving(d.ctx, d.one, a.ID)
	d.must(err)
	return got
}

func (d *dock) faultless(when string) {
	d.t.Helper()
	for _, s := range []kernel.SiteID{d.one, d.next} {
		if flaws, err := d.Flaws(d.ctx, s); err != nil || len(flaws) > 0 {
			d.t.Errorf("%s: %v, %v", when, flaws, err)
		}
	}
}

// B13: a film that comes in pieces is kept as it came, under its own hash, once; until it is whole nobody has it, and nobody but who began
// it can go on with it; a piece that comes twice or too early changes nothing.
func TestAFilmComesInPieces(t *testing.T) {
	eachDock(t, func(t *testing.T, d *dock) {
		raw := film(300_000, 1)
		a := d.begin(`C:\视频\防汛演练.MOV`, raw)
		if got, err := d.Receive(d.ctx, d.one, a.ID, 0, raw[:100_000]); err != nil || got.Got != 100_000 || got.State != Coming {
			t.Fatalf("%+v, %v", got, err)
		}
		other := kernel.WithActor(d.ctx, kernel.Actor{Account: 12, Name: "别人", Via: "console"})
		for name, c := range map[string]struct {
			ctx  context.Context
			site kernel.SiteID
			at   int64
			n    int
			want fault.Kind
		}{
			"the first again":  {d.ctx, d.one, 0, 100_000, fault.Conflict},
			"one left out":     {d.ctx, d.one, 200_000, 1000, fault.Conflict},
			"somebody else":    {other, d.one, 100_000, 1000, fault.NotFound},
			"nobody":           {context.Background(), d.one, 100_000, 1000, fault.NotFound},
			"another site":     {d.ctx, d.next, 100_000, 1000, fault.NotFound},
			"more than is due": {d.ctx, d.one, 100_000, 300_000, fault.Invalid},
		} {
			if _, err := d.Receive(c.ctx, c.site, a.ID, c.at, make([]byte, c.n)); !fault.Is(err, c.want) {
				t.Errorf("%s: %v", name, err)
			}
		}
		if keys := d.keys(); len(keys) != 1 {
			t.Errorf("the store holds %q", keys)
		}
		if got, err := d.Receive(d.ctx, d.one, a.ID, 100_000, nil); err != nil || got.Got != 100_000 {
			t.Errorf("nothing: %+v, %v", got, err)
		}
		a.Got = 100_000
		d.send(a, raw, 90_000)
		if a.State != Whole {
			t.Fatalf("%+v", a)
		}
		if err := d.Cancel(d.ctx, d.one, a.ID); !fault.Is(err, fault.Conflict) {
			t.Errorf("a whole one is canceled: %v", err)
		}
		if all, err := d.find(d.ctx, d.one, "true"); err != nil || len(all) != 0 {
			t.Errorf("there is %v already, %v", all, err)
		}
		got := d.fate(a)
		i, err := d.Get(d.ctx, d.one, got.Item)
		d.must(err)
		if got.State != Kept || i.Kind != "mp4" || i.Name != "防汛演练.mp4" || i.SHA256 != sum(raw) || i.Bytes != a.Size || i.By != 11 || i.Picture() {
			t.Errorf("kept %+v as %+v", got, i)
		}
		c, err := d.Store.Open(d.ctx, i.key(0), blob.Range{})
		d.must(err)
		if b, err := io.ReadAll(c); err != nil || !bytes.Equal(b, raw) || c.Info.ContentType != "video/mp4" {
			t.Errorf("the store has %d bytes of %s, %v", len(b), c.Info.ContentType, err)
		}
		d.must(c.Close())
		again := d.begin("防汛演练.mp4", raw)
		d.send(again, raw, len(raw))
		if same := d.fate(again); same.Item != got.Item || len(d.keys()) != 1 {
			t.Errorf("again it is %+v, the store holds %q", same, d.keys())
		}
		if _, err := d.Receive(d.ctx, d.one, a.ID, a.Size, nil); !fault.Is(err, fault.Conflict) {
			t.Errorf("a piece after the last: %v", err)
		}
		if seq, err := d.Audit.Verify(d.ctx, d.one); err != nil {
			t.Errorf("the chain breaks at %v: %v", seq, err)
		}
		d.faultless("in the end")
	})
}

// B13: of two requests that bring the same piece at once one is taken, and the bytes are that one's.
func TestOfTwoPiecesAtOnceOneIsTaken(t *testing.T) {
	eachDock(t, func(t *testing.T, d *dock) {
		for n := range 5 {
			rivals := [][]byte{film(5000, uint64(n)), film(5000, uint64(100+n)), film(5000, uint64(200+n))}
			a := d.begin(fmt.Sprintf("%d.mp4", n), rivals[0])
			var wg sync.WaitGroup
			var mu sync.Mutex
			var won [][]byte
			for _, raw := range rivals {
				wg.Go(func() {
					_, err := d.Receive(d.ctx, d.one, a.ID, 0, raw)
					mu.Lock()
					defer mu.Unlock()
					if err == nil {
						won = append(won, raw)
					} else if !fault.Is(err, fault.Conflict) {
						t.Errorf("the slower: %v", err)
					}
				})
			}
			wg.Wait()
			if len(won) != 1 {
				t.Fatalf("%d were taken", len(won))
			}
			i, err := d.Get(d.ctx, d.one, d.fate(a).Item)
			d.must(err)
			if i.SHA256 != sum(won[0]) {
				t.Error("the bytes are another's")
			}
		}
		if keys := d.keys(); len(keys) != 5 {
			t.Errorf("the store holds %q", keys)
		}
	})
}

// A11: a file is refused before it comes when its site may not have it, or has no room for it beside all that is promised, and again at the end.
func TestThereIsRoomForWhatIsPromised(t *testing.T) {
	eachDock(t, func(t *testing.T, d *dock) {
		begin := func(at kernel.SiteID, name string, n int64) (*Arrival, error) { return d.Begin(d.ctx, at, name, "", n) }
		for name, c := range map[string]struct {
			ctx  context.Context
			size int64
			kind fault.Kind
			say  string
		}{
			"空.mp4":  {d.ctx, 0, fault.Invalid, "是空的"},
			"负.mp4":  {d.ctx, -5, fault.Invalid, "是空的"},
			"大.mp4":  {d.ctx, FilmMost + 1, fault.TooLarge, "本站一个文件最多 1024 MB"},
			"谁的.mp4": {context.Background(), 5, fault.Forbidden, "请先登录"},
		} {
			if _, err := d.Begin(c.ctx, d.one, name, "", c.size); !fault.Is(err, c.kind) || !strings.Contains(fault.Say(err), c.say) {
				t.Errorf("%s: %v", name, err)
			}
		}
		long, err := begin(d.one, "不是视频.mp4", Most+1)
		d.must(err)
		if _, err := d.Receive(d.ctx, d.one, long.ID, 0, blobtest.Bytes(1000, 1)); !fault.Is(err, fault.TooLarge) {
			t.Errorf("what is no film: %v", err)
		}
		if _, err := d.Arriving(d.ctx, d.one, long.ID); !fault.Is(err, fault.NotFound) || len(d.keys()) != 0 {
			t.Errorf("it is there still: %v, %q", err, d.keys())
		}
		d.must(d.sites.SetQuota(d.ctx, d.one, site.Quota{StorageMB: 3, UploadMB: 2}))
		first, err := begin(d.one, "一.mp4", 2<<20)
		d.must(err)
		if _, err := begin(d.one, "二.mp4", 1<<20+1); !strings.Contains(fault.Say(err), "已满 3 MB") {
			t.Errorf("both are promised: %v", err)
		}
		if _, err := begin(d.next, "二.mp4", 1<<20+1); err != nil {
			t.Errorf("what is promised to another site: %v", err)
		}
		second, err := begin(d.one, "二.mp4", 1<<20)
		d.must(err)
		d.must(d.Cancel(d.ctx, d.one, second.ID))
		raw := film(2<<20-24, 5)
		d.send(first, raw, 1<<20)
		_, err = d.Take(d.ctx, d.one, "插队.pdf", paper(3<<19))
		d.must(err)
		if got := d.fate(first); got.State != Refused || !strings.Contains(got.Said, "已满 3 MB") {
			t.Errorf("at the end: %+v", got)
		}
		d.must(d.sites.SetQuota(d.ctx, d.one, site.Quota{}))
		for n := range ownAtOnce {
			_, err := begin(d.one, fmt.Sprint(n), 1)
			d.must(err)
		}
		if _, err := begin(d.one, "多.mp4", 1); !fault.Is(err, fault.Conflict) {
			t.Errorf("one more: %v", err)
		}
		other := kernel.WithActor(d.ctx, kernel.Actor{Account: 12, Via: "console"})
		if _, err := d.Begin(other, d.one, "别人的.mp4", "", 1); err != nil {
			t.Errorf("somebody else's: %v", err)
		}
	})
}

// promises 2.1: an upload of which nothing comes for a day is given up, with its bytes; one of which something came is not. One that is done is
// forgotten a day later, and the file stays.
func TestAnUploadIsGivenUpAfterADay(t *testing.T) {
	eachDock(t, func(t *testing.T, d *dock) {
		raw := film(3000, 1)
		idle, busy, done := d.begin("停.mp4", raw), d.begin("走.mp4", raw), d.begin("完.mp4", raw)
		_, err := d.Receive(d.ctx, d.one, idle.ID, 0, raw[:1000])
		d.must(err)
		d.send(done, raw, 3024)
		item := d.fate(done).Item
		d.now = d.now.Add(23 * time.Hour)
		_, err = d.Receive(d.ctx, d.one, busy.ID, 0, raw[:1000])
		d.must(err)
		d.now = d.now.Add(2 * time.Hour)
		d.must(d.Queue.Drain(d.ctx))
		for a, there := range map[*Arrival]bool{idle: false, busy: true, done: false} {
			if _, err := d.Arriving(d.ctx, d.one, a.ID); (err == nil) != there || err != nil && !fault.Is(err, fault.NotFound) {
				t.Errorf("%s: %v", a.Name, err)
			}
		}
		if _, err := d.Get(d.ctx, d.one, item); err != nil || len(d.keys()) != 2 {
			t.Errorf("%v; the store holds %q", err, d.keys())
		}
		d.now = d.now.Add(25 * time.Hour)
		d.must(d.Queue.Drain(d.ctx))
		if len(d.keys()) != 1 {
			t.Errorf("the store holds %q", d.keys())
		}
		stray := folderOf(d.one, 77) + "0-1" // of a row that a restored database does not have
		_, err = d.Store.Put(d.ctx, stray, strings.NewReader("x"), "")
		d.must(err)
		d.faultless("of what is fresh nobody tells")
		d.now = time.Now().Add(72 * time.Hour)
		if flaws, err := d.Flaws(d.ctx, d.one); err != nil || len(flaws) != 1 || flaws[0] != (Flaw{"media-unnamed", stray}) {
			t.Errorf("%v, %v", flaws, err)
		}
		d.must(d.giveUp(d.ctx, d.one, 77))
		d.faultless("swept")
		lost := d.begin("丢.mp4", raw)
		_, err = d.Receive(d.ctx, d.one, lost.ID, 0, raw[:1000])
		d.must(err)
		d.must(d.sweep(d.ctx, d.one, lost.ID))
		if flaws, err := d.Flaws(d.ctx, d.one); err != nil || len(flaws) != 1 || flaws[0].What != "media-missing" {
			t.Errorf("without its bytes: %v, %v", flaws, err)
		}
	})
}

// A1: two sites may have uploads of one number; what is done to one is not done to the other.
func TestUploadsOfTwoSites(t *testing.T) {
	eachDock(t, func(t *testing.T, d *dock) {
		raw := film(2976, 3)
		mine := d.begin("演练.mp4", raw[:2524])
		twin := *mine
		twin.Site, twin.Name, twin.Size = d.next, "旬阳.mp4", 3000
		d.must(d.DB.InTx(d.ctx, func(ctx context.Context) error { return d.insertArrival(ctx, &twin) }))
		piece := func(s kernel.SiteID, a *Arrival, at int64, n int) {
			t.Helper()
			got, err := d.Receive(d.ctx, s, a.ID, at, raw[at:at+int64(n)])
			d.must(err)
			*a = *got
		}
		same := func(when string, a *Arrival, pieces int) {
			t.Helper()
			got, err := d.Arriving(d.ctx, a.Site, a.ID)
			d.must(err)
			all, err := d.pieces(d.ctx, a.Site, a.ID)
			d.must(err)
			each, err := d.allPieces(d.ctx, a.Site)
			d.must(err)
			if got.Got != a.Got || got.State != a.State || got.Name != a.Name || len(all) != pieces || len(each) != pieces {
				t.Errorf("%s: %+v with %d pieces of %d, want %+v with %d", when, got, len(all), len(each), a, pieces)
			}
		}
		piece(d.next, &twin, 0, 1000)
		same("before", mine, 0)
		piece(d.one, mine, 0, 1000) // both are at the same place now
		same("in step", &twin, 1)
		piece(d.one, mine, 1000, 1524)
		same("one ahead", &twin, 1)
		piece(d.next, &twin, 1000, 2000)
		mine.State, mine.Said = Refused, "不行"
		d.must(d.finish(d.ctx, mine))
		same("one finished", &twin, 2)
		d.must(d.forget(d.ctx, d.one, mine.ID))
		same("one forgotten", &twin, 2)
		if _, _, own, err := d.expected(d.ctx, d.one, 11); err != nil || own != 0 {
			t.Errorf("%d are expected, %v", own, err)
		}
	})
}
