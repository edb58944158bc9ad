package media

import (
	"bytes"
	"context"
	"errors"
	"image/jpeg"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/zhanqun/zhanqun/kernel"
	"github.com/zhanqun/zhanqun/kernel/fault"
	"github.com/zhanqun/zhanqun/platform/jobs"
	"github.com/zhanqun/zhanqun/platform/site"
	"github.com/zhanqun/zhanqun/storage/blob"
	"github.com/zhanqun/zhanqun/storage/blob/blobtest"
	"github.com/zhanqun/zhanqun/storage/blob/files"
	"github.com/zhanqun/zhanqun/storage/db/dbtest"
)

// frame is a film of which nothing is left but its frame.
var frame = box("ftyp", "isom\x00\x00\x02\x00isommp41", box("moov", strings.Repeat("\x00", 40)), box("mdat", strings.Repeat("\x00", 400)))

// filmed makes a film of some seconds with ffmpeg's own test picture and tone.
func filmed(t *testing.T, name string, args ...string) []byte {
	t.Helper()
	if _, _, err := tools(); err != nil {
		if os.Getenv("ZHANQUN_TEST_REQUIRE") != "" {
			t.Fatal("ffmpeg is required and not in PATH")
		}
		t.Skip("no ffmpeg: install it")
	}
	out := filepath.Join(t.TempDir(), name)
	args = append([]string{"-nostdin", "-v", "error", "-f", "lavfi", "-i", "testsrc=duration=4:size=320x180:rate=10", "-f", "lavfi", "-i", "sine=duration=4"}, args...)
	if said, err := exec.Command("ffmpeg", append(args, out)...).CombinedOutput(); err != nil {
		t.Fatalf("ffmpeg: %v: %s", err, said)
	}
	return must(os.ReadFile(out))
}

func (h *house) take(name string, raw []byte) *Item {
	h.t.Helper()
	i, err := h.Take(h.ctx, h.one, name, raw)
	h.must(err)
	return i
}

// got is one of the forms of an item, as it goes out.
func (h *house) got(i *Item, name string) (kind string, raw []byte) {
	h.t.Helper()
	f, err := h.File(i, name)
	h.must(err)
	r, err := f.Open(h.ctx, 0, f.Size)
	h.must(err)
	raw, err = io.ReadAll(r)
	h.must(errors.Join(err, r.Close()))
	if int64(len(raw)) != f.Size {
		h.t.Errorf("%s says %d bytes and has %d", name, f.Size, len(raw))
	}
	return f.ContentType, raw
}

// E5: a film in whatever form it came goes out as MP4 that every browser plays, its index first, with a poster and without the place where it was
// taken; it is made once, counts for the quota, and its bytes are named.
func TestAFilmIsMadePlayable(t *testing.T) {
	mov := filmed(t, "a.mov", "-c:v", "mpeg4", "-c:a", "pcm_s16le", "-metadata", "location=+32.6847+109.0290/", "-metadata", "comment=GEHEIM")
	mp4 := filmed(t, "b.mp4", "-c:v", "libx264", "-pix_fmt", "yuv420p", "-c:a", "aac", "-metadata", "comment=GEHEIM") // its index stands last
	mp3 := filmed(t, "c.mp3", "-map", "1:a", "-c:a", "libmp3lame", "-metadata", "title=GEHEIM")
	each(t, func(t *testing.T, h *house) {
		h.t = t
		for name, raw := range map[string][]byte{"龙舟.mov": mov, "龙舟.mp4": mp4, "龙舟.mp3": mp3} {
			i := h.take(name, raw)
			if kind, as := h.got(i, "full."+i.Kind); !bytes.Equal(as, raw) || kind != types[i.Kind] || i.Film.State != Waiting {
				t.Errorf("%s goes out before as %s, %+v", name, kind, i.Film)
			}
		}
		before, err := h.total(h.ctx, h.one)
		h.must(err)
		h.must(h.Queue.Drain(h.ctx))
		all, err := h.find(h.ctx, h.one, "true")
		h.must(err)
		var made int64
		for _, i := range all {
			f := i.Film
			kind, raw := h.got(i, "full."+i.Kind)
			if f.State != Ready || f.Progress != 100 || f.Length < 3900*time.Millisecond || f.Length > 4200*time.Millisecond || bytes.Contains(raw, []byte("GEHEIM")) || bytes.Contains(raw, []byte("32.68")) {
				t.Errorf("%s became %+v", i.Name, f)
			}
			if moov, mdat := bytes.Index(raw, []byte("moov")), bytes.Index(raw, []byte("mdat")); moov < 0 || mdat < moov {
				t.Errorf("%s: its index stands at %d, its pictures at %d", i.Name, moov, mdat)
			}
			made += f.Play.Bytes + f.Poster.Bytes
			if i.Kind == "mp3" {
				if kind != "audio/mp4" || f.Video != "" || f.Audio != "mp3" || f.Poster.Bytes != 0 || i.Seen() {
					t.Errorf("%s goes out as %s, %+v", i.Name, kind, f)
				}
				continue
			}
			what, jpg := h.got(i, "poster.jpg")
			if c, err := jpeg.DecodeConfig(bytes.NewReader(jpg)); err != nil || what != "image/jpeg" || kind != "video/mp4" || c.Width != 320 || f.Width != 320 || f.Height != 180 {
				t.Errorf("%s goes out as %s, its poster is %s %+v, %v, %+v", i.Name, kind, what, c, err, f)
			}
		}
		if after, err := h.total(h.ctx, h.one); err != nil || after != before+made {
			t.Errorf("the site keeps %d bytes, before %d, made %d, %v", after, before, made, err)
		}
		if other, err := h.total(h.ctx, h.next); err != nil || other != 0 {
			t.Errorf("the other site keeps %d bytes, %v", other, err)
		}
		keys := len(h.keys())
		h.must(h.Queue.Add(h.ctx, h.one, Develop{all[0].ID}, jobs.Options{}))
		h.must(h.Queue.Drain(h.ctx))
		if err := h.Again(h.ctx, h.one, all[0].ID); !fault.Is(err, fault.Conflict) {
			t.Errorf("what is ready is made again: %v", err)
		}
		if got := len(h.keys()); got != keys || keys != 8 {
			t.Errorf("the store holds %d files, then %d", keys, got)
		}
		h.sound()
		if none, err := h.films(h.ctx, h.next, all[0].ID); err != nil || len(none) != 0 {
			t.Errorf("another site's films: %v, %v", none, err)
		}
		h.must(h.Store.Delete(h.ctx, all[0].Film.Play.key(h.one)))
		if flaws, err := h.Flaws(h.ctx, h.one); err != nil || len(flaws) != 1 || flaws[0] != (Flaw{"media-missing", all[0].Film.Play.key(h.one)}) {
			t.Errorf("without what was made: %v, %v", flaws, err)
		}
	})
}

// sound says that rows and bytes belong together.
func (h *house) sound() {
	h.t.Helper()
	for _, s := range []kernel.SiteID{h.one, h.next} {
		if flaws, err := h.Flaws(h.ctx, s); err != nil || len(flaws) > 0 {
			h.t.Errorf("%v, %v", flaws, err)
		}
	}
}

// E5: without ffmpeg a film goes out as it came, and is made when somebody asks once there is one. What ffmpeg can make nothing of is not shown,
// and says so; what does not fit into the site goes out as it came.
func TestAFilmThatIsNotMade(t *testing.T) {
	mp4 := filmed(t, "b.mp4", "-c:v", "libx264", "-pix_fmt", "yuv420p", "-c:a", "aac")
	h := build(t, dbtest.SQLite(t, schema...), must(files.Open(t.TempDir())))
	i := h.take("龙舟.mp4", mp4)
	t.Setenv("TMPDIR", t.TempDir())
	for name, age := range map[string]time.Duration{"zhanqun-film-old": 13 * time.Hour, "zhanqun-film-new": time.Hour, "other": 99 * time.Hour} {
		dir := filepath.Join(os.TempDir(), name)
		h.must(os.MkdirAll(filepath.Join(dir, "in"), 0o700))
		h.must(os.Chtimes(dir, time.Time{}, time.Now().Add(-age)))
	}
	path := os.Getenv("PATH")
	t.Setenv("PATH", t.TempDir())
	h.must(h.Queue.Drain(h.ctx))
	state := func(id ID, want string) *Item {
		t.Helper()
		i, err := h.Get(h.ctx, h.one, id)
		h.must(err)
		if i.Film.State != want {
			t.Errorf("%s is %+v, want %s", i.Name, i.Film, want)
		}
		return i
	}
	if _, raw := h.got(state(i.ID, AsCame), "full.mp4"); !bytes.Equal(raw, mp4) {
		t.Error("it does not go out as it came")
	}
	t.Setenv("PATH", path)
	h.must(h.Again(h.ctx, h.one, i.ID))
	h.must(h.Queue.Drain(h.ctx))
	state(i.ID, Ready)
	if left := must(filepath.Glob(filepath.Join(os.TempDir(), "*"))); len(left) != 2 || strings.Contains(strings.Join(left, " "), "old") {
		t.Errorf("left behind: %q", left)
	}
	busy := h.take("又一段.mp4", append(bytes.Clone(mp4), box("free", "x")...))
	h.booth <- struct{}{} // another film is being made: this one waits in the table, and no worker with it
	h.must(h.Queue.Drain(h.ctx))
	state(busy.ID, Waiting)
	<-h.booth
	h.must(h.Queue.Add(h.ctx, h.one, Develop{busy.ID}, jobs.Options{}))
	h.must(h.Queue.Drain(h.ctx))
	state(busy.ID, Ready)
	broken := h.take("空的.mp4", frame)
	h.must(h.Queue.Drain(h.ctx))
	if i := state(broken.ID, Broken); i.Film.Why == "" || strings.Contains(i.Film.Why, "zhanqun-film") {
		t.Errorf("why: %q", i.Film.Why)
	}
	if err := h.Has(h.ctx, h.one, broken.Markup("")); !strings.Contains(fault.Say(err), "“空的.mp4”播放不了") {
		t.Errorf("a text with a broken film: %v", err)
	}
	if got, err := h.Dress(h.ctx, h.one, 0, "", broken.Markup("")); err != nil || strings.Contains(got, "<video") || !strings.Contains(got, "播放不了") {
		t.Errorf("a broken film is shown as %s, %v", got, err)
	}
	for id, want := range map[ID]fault.Kind{broken.ID: "", i.ID: fault.Conflict, 7: fault.NotFound, h.take("江.png", drawn(t, "png", 9, 9)).ID: fault.Conflict} {
		if err := h.Again(h.ctx, h.one, id); fault.KindOf(err) != want {
			t.Errorf("again %d: %v", id, err)
		}
	}
	if err := h.Again(h.ctx, h.next, broken.ID); !fault.Is(err, fault.NotFound) {
		t.Errorf("another site's: %v", err)
	}
	full := must(h.Take(h.ctx, h.next, "龙舟.mp4", mp4))
	h.must(h.sites.SetQuota(h.ctx, h.next, site.Quota{StorageMB: 1, UploadMB: 1}))
	h.must(h.DB.InTx(h.ctx, func(ctx context.Context) error {
		return h.insertScan(ctx, &Scan{Site: h.next, Note: 1, Name: "x", Kind: "pdf", SHA256: strings.Repeat("0", 64), Bytes: 1<<20 - full.Stored - 100, By: 11})
	}))
	h.must(h.Queue.Drain(h.ctx))
	if i, err := h.Get(h.ctx, h.next, full.ID); err != nil || i.Film.State != AsCame || i.Film.Play.Bytes != 0 || !strings.Contains(i.Film.Why, "已满 1 MB") || i.Film.Video != "h264" {
		t.Errorf("on a full site: %+v, %v", i.Film, err)
	}
}

// E5, Y2: the same over S3, in parts as browsers ask for them.
func TestS3KeepsFilmsToo(t *testing.T) {
	mp4 := filmed(t, "b.mp4", "-c:v", "libx264", "-pix_fmt", "yuv420p", "-c:a", "aac")
	for name, store := range map[string]blob.Store{"folder": must(files.Open(t.TempDir())), "S3": blobtest.S3(t)} {
		h := build(t, dbtest.SQLite(t, schema...), store)
		i := h.take("龙舟.mp4", mp4)
		h.must(h.Queue.Drain(h.ctx))
		i, err := h.Get(h.ctx, h.one, i.ID)
		h.must(err)
		f, err := h.File(i, "full.mp4")
		h.must(err)
		_, whole := h.got(i, "full.mp4")
		for _, c := range [][2]int64{{0, 1}, {0, f.Size}, {f.Size - 1, 1}, {1000, 2000}, {f.Size / 2, f.Size - f.Size/2}} {
			r, err := f.Open(h.ctx, c[0], c[1])
			h.must(err)
			part, err := io.ReadAll(r)
			h.must(errors.Join(err, r.Close()))
			if !bytes.Equal(part, whole[c[0]:c[0]+c[1]]) {
				t.Errorf("%s: %v gives %d other bytes", name, c, len(part))
			}
		}
		for _, other := range []string{"full.mov", "file.mp4", "poster.png", "320.jpg", "full", ""} {
			if _, err := h.File(i, other); !fault.Is(err, fault.NotFound) {
				t.Errorf("%s: %q: %v", name, other, err)
			}
		}
		h.sound()
	}
}

// A tool that does not end is killed, with all that it has started.
func TestAToolEndsInTime(t *testing.T) {
	sh, err := exec.LookPath("sh")
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	began := time.Now()
	err = work(context.Background(), 200*time.Millisecond, dir, sh, func(r io.Reader) error { _, err := io.Copy(io.Discard, r); return err },
		"-c", `(while :; do echo x >>alive; /bin/sleep 0.05; done) & /bin/sleep 60`)
	var said *toolFault
	if !errors.As(err, &said) || time.Since(began) > 20*time.Second {
		t.Errorf("after %v: %v", time.Since(began), err)
	}
	size := func() int64 {
		f, err := os.Stat(filepath.Join(dir, "alive"))
		if err != nil {
			t.Fatal(err)
		}
		return f.Size()
	}
	before := size()
	time.Sleep(300 * time.Millisecond)
	if after := size(); after != before {
		t.Errorf("what it started still writes: %d bytes, then %d", before, after)
	}
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if err := work(ctx, time.Minute, dir, sh, func(io.Reader) error { return nil }, "-c", "/bin/sleep 60"); !errors.Is(err, context.Canceled) {
		t.Errorf("a job that is broken off: %v", err)
	}
	if err := work(context.Background(), time.Minute, dir, sh, func(io.Reader) error { return nil }, "-c", "echo 坏了 >&2; exit 3"); !errors.As(err, &said) || said.said != "坏了" {
		t.Errorf("a tool that gives up: %v", err)
	}
}
