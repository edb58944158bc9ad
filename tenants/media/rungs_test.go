package media

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/zhanqun/zhanqun/kernel"
	"github.com/zhanqun/zhanqun/kernel/fault"
	"github.com/zhanqun/zhanqun/platform/jobs"
	"github.com/zhanqun/zhanqun/platform/render"
	"github.com/zhanqun/zhanqun/platform/site"
	"github.com/zhanqun/zhanqun/platform/web"
	"github.com/zhanqun/zhanqun/storage/blob/files"
	"github.com/zhanqun/zhanqun/storage/db/dbtest"
)

// E5: a film is made in no size larger than itself, and not at all where there would be one only; it is called by its shorter side.
func TestTheSizesOfAFilm(t *testing.T) {
	for at, want := range map[[2]int][]int{{1920, 1080}: {360, 720, 1080}, {1080, 1920}: {360, 720, 1080}, {3840, 2160}: {360, 720, 1080}, {1280, 720}: {360, 720}, {720, 1280}: {360, 720},
		{854, 480}: {360, 480}, {1024, 768}: {360, 768}, {1600, 901}: {360, 720, 900}, {640, 449}: nil, {640, 450}: {360, 450}, {640, 360}: nil, {1, 1}: nil} {
		if got := sides(at[0], at[1]); !slices.Equal(got, want) {
			t.Errorf("%v is made in %v, want %v", at, got, want)
		}
	}
}

// written is a list as ffmpeg writes it.
const written = `#EXTM3U
#EXT-X-VERSION:7
#EXT-X-TARGETDURATION:6
#EXT-X-MEDIA-SEQUENCE:0
#EXT-X-PLAYLIST-TYPE:VOD
#EXT-X-MAP:URI="rung",BYTERANGE="100@0"
#EXTINF:6.000000,
#EXT-X-BYTERANGE:600@100
rung
#EXTINF:0.500000,
#EXT-X-BYTERANGE:300@700
rung
#EXT-X-ENDLIST
`

// E5, promises 2.1: a list goes out as it was read, with our names, and only when its parts are the whole file.
func TestAListIsOfTheWholeFile(t *testing.T) {
	r := Rung{Side: 360}
	got, err := r.readList([]byte(written), 1000)
	want := "#EXTM3U\n#EXT-X-VERSION:7\n#EXT-X-TARGETDURATION:6\n#EXT-X-MEDIA-SEQUENCE:0\n#EXT-X-PLAYLIST-TYPE:VOD\n#EXT-X-MAP:URI=\"rung-360.mp4\",BYTERANGE=\"100@0\"\n" +
		"#EXTINF:6.000000,\n#EXT-X-BYTERANGE:600@100\nrung-360.mp4\n#EXTINF:0.500000,\n#EXT-X-BYTERANGE:300@700\nrung-360.mp4\n#EXT-X-ENDLIST\n"
	if err != nil || got != want || r.Rate != 2400 {
		t.Errorf("written anew:\n%s\n%d bits a second, %v", got, r.Rate, err)
	}
	for name, c := range map[string]struct {
		raw  string
		size int64
	}{
		"empty": {"", 0}, "nothing but a beginning": {"#EXT-X-MAP:URI=\"rung\",BYTERANGE=\"100@0\"\n", 100}, "a longer file": {written, 1001}, "a shorter file": {written, 999},
		"a gap": {strings.Replace(written, "@700", "@701", 1), 1000}, "a part twice": {strings.Replace(written, "300@700", "600@100", 1), 1000},
		"no length": {strings.Replace(written, "#EXTINF:0.500000,", "", 1), 1000}, "two files": {strings.Replace(written, "#EXT-X-BYTERANGE:300@700\n", "", 1), 1000},
	} {
		r := Rung{Side: 360}
		if got, err := r.readList([]byte(c.raw), c.size); err == nil {
			t.Errorf("%s: %s", name, got)
		}
	}
}

// E5: whatever stands in a list, what goes out is of the file that it belongs to, and names nothing else.
func FuzzReadList(f *testing.F) {
	f.Add([]byte(written), int64(1000))
	f.Add([]byte(strings.Replace(written, "0.500000", "0.000001", 1)), int64(1000))
	f.Add([]byte(strings.Replace(written, "0.500000", "2.3000004", 1)), int64(1000))
	f.Add([]byte(strings.Replace(written, "rung", "file:///etc/passwd", 9)), int64(1000))
	f.Fuzz(func(t *testing.T, raw []byte, size int64) {
		r := Rung{Side: 720}
		list, err := r.readList(raw, size)
		if err != nil {
			return
		}
		again := Rung{Side: 720}
		if once, err := again.readList([]byte(list), size); err != nil || once != list || again.Rate != r.Rate || r.Rate <= 0 {
			t.Errorf("read again it is %q, %v", once, err)
		}
		for line := range strings.Lines(list) {
			if !strings.HasPrefix(line, "#EXT") && line != "rung-720.mp4\n" {
				t.Errorf("it names %q", line)
			}
		}
	})
}

// long is a film of fourteen seconds, large enough for two sizes.
func long(t *testing.T, args ...string) []byte {
	t.Helper()
	if _, _, err := tools(); err != nil {
		filmed(t, "x.mp4") // says so
	}
	out := filepath.Join(t.TempDir(), "long.mp4")
	args = append([]string{"-nostdin", "-v", "error", "-f", "lavfi", "-i", "testsrc=duration=14:size=640x480:rate=10", "-f", "lavfi", "-i", "sine=duration=14",
		"-c:v", "libx264", "-preset", "ultrafast", "-pix_fmt", "yuv420p", "-c:a", "aac", "-metadata", "comment=GEHEIM"}, args...)
	if said, err := exec.Command("ffmpeg", append(args, out)...).CombinedOutput(); err != nil {
		t.Fatalf("ffmpeg: %v: %s", err, said)
	}
	return must(os.ReadFile(out))
}

// E5, d12, A12: a long film goes out in several sizes too, whose parts are of one file each; they are citizens' as long as a text with it is, are
// counted, named and thrown away with it.
func TestALongFilmComesInSizes(t *testing.T) {
	raw, short := long(t), filmed(t, "s.mp4", "-c:v", "libx264", "-pix_fmt", "yuv420p", "-c:a", "aac")
	eachMaker(t, func(t *testing.T, h *shop) {
		h.Long = 10 * time.Second
		film, other := h.take("大会.mp4", raw), h.take("短片.mp4", short)
		before := h.Revisions.Known(h.one)
		h.must(h.queue.Drain(h.ctx))
		film, other = must(h.Get(h.ctx, h.one, film.ID)), must(h.Get(h.ctx, h.one, other.ID))
		f := film.Film
		if f.State != Ready || len(f.Rungs) != 2 || f.Rungs[0].Side != 360 || f.Rungs[1].Side != 480 || f.Rungs[0].Width != 480 || f.Rungs[1].Height != 480 || len(other.Film.Rungs) != 0 {
			t.Fatalf("made %+v, and of the short one %+v", f, other.Film)
		}
		if now := h.Revisions.Known(h.one); now < before+3 { // each film, and the ladder
			t.Errorf("pages are made anew at %d, before %d", now, before)
		}
		if n, err := h.total(h.ctx, h.one); err != nil || n != film.Stored+other.Stored+f.made()+other.Film.made() || f.made() <= f.Play.Bytes+f.Poster.Bytes {
			t.Errorf("%d bytes are counted, %v", n, err)
		}
		if n, err := h.total(h.ctx, h.next); err != nil || n != 0 {
			t.Errorf("the other site keeps %d, %v", n, err)
		}
		h.parts(t, film)
		got, err := h.Dress(h.ctx, h.one, 0, "/z/a", film.Markup("")+other.Markup(""))
		want := fmt.Sprintf(`><source src="/z/a/-/media/%d/ladder.m3u8" type="application/vnd.apple.mpegurl"><source src="/z/a/-/media/%d/full.mp4" type="video/mp4"></video>`, film.ID, film.ID)
		if err != nil || !strings.Contains(got, want) || !strings.Contains(got, `src="/z/a`+other.Path()+`"`) || strings.Count(got, "<source") != 2 {
			t.Errorf("shown as %s, %v", got, err)
		}
		h.must(h.PutWords(h.ctx, h.one, film.ID, Words{Waiver: "没有人说话"}))
		open := func(when string, want bool) {
			t.Helper()
			for _, name := range []string{"ladder.m3u8", "rung-360.m3u8", "rung-480.mp4", "full.mp4"} {
				for _, at := range []kernel.SiteID{h.one, h.next} {
					file, err := h.forCitizens(h.ctx, &web.Request{Site: &render.Site{ID: at}, Params: map[string]string{"id": fmt.Sprint(film.ID), "name": name}})
					if (err == nil) != (want && at == h.one) || err != nil && !fault.Is(err, fault.NotFound) {
						t.Errorf("%s %s of site %d: %+v, %v", when, name, at, file, err)
					}
				}
			}
		}
		id := h.writes(h.one, "大会", film.Markup(""))
		open("a draft's", false)
		h.publishes(h.one, id)
		open("a public text's", true)
		h.must(h.articles.Withdraw(h.ctx, h.one, id, "有误"))
		open("a withdrawn text's", false)
		theirs := &Film{}
		h.must(h.raised(h.ctx, h.next, map[ID]*Film{film.ID: theirs}, []ID{film.ID}))
		if len(theirs.Rungs) != 0 {
			t.Errorf("another site's film has sizes: %+v", theirs.Rungs)
		}
		if _, err := h.listOf(h.ctx, h.next, film.ID, 360); !fault.Is(err, fault.NotFound) {
			t.Errorf("another site's list: %v", err)
		}
		for name := range map[string]bool{"rung-720.mp4": true, "rung-360.mov": true, "rung-.mp4": true, "rung-360.m3u8x": true} {
			if _, err := h.form(h.ctx, film, name, false); !fault.Is(err, fault.NotFound) {
				t.Errorf("%s: %v", name, err)
			}
		}
		if _, err := h.form(h.ctx, other, "ladder.m3u8", false); !fault.Is(err, fault.NotFound) {
			t.Errorf("the short one's: %v", err)
		}
		h.sound("in sizes")
	})
}

// parts takes a film's sizes as a player does: list after list, and each part by its bytes.
func (h *shop) parts(t *testing.T, film *Item) {
	t.Helper()
	text := func(name string) string {
		f, err := h.form(h.ctx, film, name, false)
		h.must(err)
		r := must(f.Open(h.ctx, 0, f.Size))
		raw, err := io.ReadAll(r)
		h.must(err)
		h.must(r.Close())
		if f.ContentType != listType || int64(len(raw)) != f.Size {
			t.Errorf("%s is %s of %d bytes", name, f.ContentType, f.Size)
		}
		return string(raw)
	}
	all := text("ladder.m3u8")
	rungs := film.Film.Rungs
	if want := fmt.Sprintf("RESOLUTION=480x360\nrung-360.m3u8\n#EXT-X-STREAM-INF:BANDWIDTH=%d,RESOLUTION=640x480\nrung-480.m3u8\n", rungs[1].Rate); !strings.HasSuffix(all, want) || rungs[0].Rate < 10_000 {
		t.Errorf("the sizes are\n%s", all)
	}
	for _, r := range rungs {
		list := text(r.list())
		f, err := h.form(h.ctx, film, r.file(), false)
		h.must(err)
		if f.ContentType != "video/mp4" || f.Size != r.Form.Bytes {
			t.Errorf("%s is %s of %d bytes", r.file(), f.ContentType, f.Size)
		}
		seen, at := 0, int64(0)
		for line := range strings.Lines(list) {
			var n, from int64
			switch {
			case strings.HasPrefix(line, "#EXT-X-MAP:"):
				_, _ = fmt.Sscanf(line, `#EXT-X-MAP:URI="`+r.file()+`",BYTERANGE="%d@%d"`, &n, &from)
			case strings.HasPrefix(line, "#EXT-X-BYTERANGE:"):
				_, _ = fmt.Sscanf(line, "#EXT-X-BYTERANGE:%d@%d", &n, &from)
			default:
				continue
			}
			c, err := f.Open(h.ctx, from, n)
			h.must(err)
			part, err := io.ReadAll(c)
			h.must(err)
			h.must(c.Close())
			if kind := map[bool]string{true: "ftyp", false: "moof"}[seen == 0]; from != at || int64(len(part)) != n || !bytes.Contains(part[:min(len(part), 400)], []byte(kind)) || bytes.Contains(part, []byte("GEHEIM")) {
				t.Errorf("%s: %d bytes from %d, which follow %d: %q", r.file(), n, from, at, part[:min(len(part), 16)])
			}
			seen, at = seen+1, from+n
		}
		if seen < 4 || at != f.Size { // a beginning, and parts of six seconds of fourteen
			t.Errorf("%s has %d parts up to %d of %d\n%s", r.list(), seen, at, f.Size, list)
		}
	}
}

// fill leaves so many bytes free on a site; empty takes back what fills it.
func (h *house) fill(at kernel.SiteID, free int64) (empty func()) {
	h.t.Helper()
	have := must(h.total(h.ctx, at))
	most := (have+free)>>20 + 1
	h.must(h.sites.SetQuota(h.ctx, at, site.Quota{StorageMB: most}))
	h.must(h.DB.InTx(h.ctx, func(ctx context.Context) error {
		return h.insertScan(ctx, &Scan{Site: at, Note: 1, Name: "x", Kind: "pdf", SHA256: strings.Repeat("0", 64), Bytes: most<<20 - have - free, By: 11})
	}))
	return func() {
		h.must(h.sites.SetQuota(h.ctx, at, site.Quota{}))
		h.must(h.DB.InTx(h.ctx, func(ctx context.Context) error {
			_, err := h.DB.Conn(ctx).NewRaw(`DELETE FROM media_scans`).Exec(ctx)
			return err
		}))
	}
}

// E5, E7, Q10: a ladder goes with its film out of the bin; a copy that another site takes has what was made, without making it once more.
func TestALadderTravelsAndGoes(t *testing.T) {
	raw := long(t)
	eachMaker(t, func(t *testing.T, h *shop) {
		h.Long = time.Second
		film := h.take("大会.mp4", raw)
		h.must(h.queue.Drain(h.ctx))
		h.must(h.Share(h.ctx, Grant{Site: h.one, Item: film.ID, To: h.next}))
		film = must(h.Get(h.ctx, h.one, film.ID))
		empty := h.fill(h.next, film.Stored+10)
		_, err := h.Adopt(h.ctx, h.next, h.one, film.ID)
		h.says(err, "本站的图片和附件已满")
		empty()
		var made *Item
		for range 2 {
			made, err = h.Adopt(h.ctx, h.next, h.one, film.ID)
			h.must(err)
		}
		path := os.Getenv("PATH")
		t.Setenv("PATH", t.TempDir()) // nothing is made any more
		h.must(h.queue.Drain(h.ctx))
		t.Setenv("PATH", path)
		made = must(h.Get(h.ctx, h.next, made.ID))
		if made.Film.State != Ready || len(made.Film.ladder()) != 2 || made.Film.Poster != film.Film.Poster || made.Film.made() != film.Film.made() {
			t.Errorf("the copy is %+v", made.Film)
		}
		h.parts(t, made)
		if n, err := h.total(h.ctx, h.next); err != nil || n != made.Stored+made.Film.made() {
			t.Errorf("%d bytes are counted, %v", n, err)
		}
		h.sound("taken")
		h.must(h.Bin(h.ctx, h.one, film.ID))
		h.now = h.now.Add(BinnedFor)
		for range 2 {
			h.must(h.queue.Drain(h.ctx))
		}
		if _, err := h.Get(h.ctx, h.one, film.ID); !fault.Is(err, fault.NotFound) {
			t.Errorf("its row: %v", err)
		}
		for _, key := range h.keys() {
			if strings.HasPrefix(key, h.one.String()+"/") {
				t.Errorf("%s is left", key)
			}
		}
		h.parts(t, made)
		h.sound("gone")
	})
}

// E5: a size that cannot be made says why, the film plays on, and it is made when somebody asks once more; no ladder is shown meanwhile. On a site
// that is full nothing is made; another film's turn comes between two sizes.
func TestALadderThatIsNotMade(t *testing.T) {
	raw := long(t)
	h := build(t, dbtest.SQLite(t, schema...), must(files.Open(t.TempDir())))
	h.Long = time.Second
	film := h.take("大会.mp4", raw)
	h.must(h.develop(h.ctx, h.one, film.ID))
	path := os.Getenv("PATH")
	state := func(when string, ladder int, want ...string) *Item {
		t.Helper()
		i := must(h.Get(h.ctx, h.one, film.ID))
		var got []string
		for _, r := range i.Film.Rungs {
			got = append(got, r.State)
			if (r.Why != "") != (r.State == Broken) {
				t.Errorf("%s: %+v", when, r)
			}
		}
		if !slices.Equal(got, want) || len(i.Film.ladder()) != ladder || i.Film.State != Ready {
			t.Errorf("%s the sizes are %v", when, got)
		}
		h.sound()
		return i
	}
	i := state("before", 0, Waiting, Waiting)
	if got, err := h.Dress(h.ctx, h.one, 0, "", i.Markup("")); err != nil || strings.Contains(got, "<source") {
		t.Errorf("shown as %s, %v", got, err)
	}
	if err := h.Again(h.ctx, h.one, film.ID); !fault.Is(err, fault.Conflict) {
		t.Errorf("again, while they are made: %v", err)
	}
	h.booth <- struct{}{}
	h.must(h.climb(h.ctx, h.one, film.ID))
	state("while another is made", 0, Waiting, Waiting)
	<-h.booth
	h.must(h.climb(h.ctx, h.one, film.ID))
	state("one", 0, Ready, Waiting)
	t.Setenv("PATH", t.TempDir())
	h.must(h.climb(h.ctx, h.one, film.ID))
	h.must(h.climb(h.ctx, h.one, film.ID)) // nothing is left to do
	state("without ffmpeg", 0, Ready, Broken)
	t.Setenv("PATH", path)
	empty := h.fill(h.one, 10)
	h.must(h.Again(h.ctx, h.one, film.ID))
	h.must(h.climb(h.ctx, h.one, film.ID))
	i = must(h.Get(h.ctx, h.one, film.ID))
	if r := i.Film.Rungs[1]; r.State != Broken || !strings.Contains(r.Why, "本站的图片和附件已满") || r.Form.Bytes != 0 {
		t.Errorf("on a full site: %+v", r)
	}
	empty()
	h.must(h.Again(h.ctx, h.one, film.ID))
	h.must(h.Queue.Drain(h.ctx))
	state("in the end", 2, Ready, Ready)
	h.must(h.Store.Delete(h.ctx, i.Film.Play.key(h.one)))
	h.must(h.DB.InTx(h.ctx, func(ctx context.Context) error {
		return h.putRung(ctx, h.one, film.ID, Rung{Side: 480, State: Waiting}, "")
	}))
	if err := h.climb(h.ctx, h.one, film.ID); err == nil {
		t.Error("made out of nothing")
	}
	h.must(h.Queue.Add(h.ctx, h.one, Ladder{99}, jobs.Options{}))
	h.must(h.climb(h.ctx, h.one, 99))       // of what is not there any more
	h.must(h.climb(h.ctx, h.next, film.ID)) // nor there
	told := 40
	h.must(h.stepRung(h.ctx, h.one, film.ID, 480, told))
	h.must(h.stepRung(h.ctx, h.next, film.ID, 480, 90)) // another site's
	if r := must(h.Get(h.ctx, h.one, film.ID)).Film.Rungs; r[1].Progress != told || r[0].Progress != 100 {
		t.Errorf("so far %+v", r)
	}
}
