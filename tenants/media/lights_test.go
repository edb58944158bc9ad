package media

import (
	"bytes"
	"errors"
	"fmt"
	"image"
	"image/color"
	"math"
	"os"
	"path"
	"slices"
	"strings"
	"testing"

	"github.com/zhanqun/zhanqun/kernel"
	"github.com/zhanqun/zhanqun/kernel/corpus"
	"github.com/zhanqun/zhanqun/kernel/fault"
	"github.com/zhanqun/zhanqun/platform/jobs"
	"github.com/zhanqun/zhanqun/platform/site"
	"github.com/zhanqun/zhanqun/storage/blob/files"
	"github.com/zhanqun/zhanqun/storage/db/dbtest"
	"golang.org/x/image/webp"
)

// hills is a picture with as much in it as a photograph has: waves upon waves, and the grain of a film; another for each seed.
func hills(t testing.TB, kind string, w, h, seed int) []byte {
	t.Helper()
	img := image.NewRGBA(image.Rect(0, 0, w, h))
	for y := range h {
		for x := range w {
			f, g := float64(x+seed), float64(y)
			v := 120 + 50*math.Sin(f/40+math.Sin(g/31)) + 30*math.Sin((f+g)/9) + 8*math.Sin(f*g/50)
			img.Set(x, y, color.RGBA{uint8(v), uint8(v*0.8 + float64(y*40/h)), uint8(200 - v/2), 255})
		}
	}
	return must(encode(kind, img, 0))
}

// tooled says whether the tools are there, which the tests of CI must have.
func tooled(t *testing.T) {
	t.Helper()
	if _, _, err := tools(); err != nil {
		if os.Getenv("ZHANQUN_TEST_REQUIRE") != "" {
			t.Fatal("ffmpeg is required and not in PATH")
		}
		t.Skip("no ffmpeg: install it")
	}
}

func (h *house) item(site kernel.SiteID, id ID) *Item {
	h.t.Helper()
	i, err := h.Get(h.ctx, site, id)
	h.must(err)
	return i
}

// E5: a picture goes out as AVIF and WebP to browsers that read them and as it is to all others, each kind in every size or not at all; that is
// tried once, counts for the quota, is named by its row, and public pages that show the picture are made anew.
func TestAPictureGoesOutLighter(t *testing.T) {
	tooled(t)
	jpg, png := hills(t, "jpg", 1700, 600, 0), hills(t, "png", 500, 300, 0)
	eachMaker(t, func(t *testing.T, h *shop) {
		h.t = t
		photo, chart := h.take("江.jpg", jpg), h.take("图表.png", png)
		theirs := must(h.Take(h.ctx, h.next, "江.jpg", jpg))
		h.publishes(h.one, h.writes(h.one, "江", photo.Markup("江")))
		public, _, err := h.Revisions.Now(h.ctx, h.one)
		h.must(err)
		before, err := h.total(h.ctx, h.one)
		h.must(err)
		h.must(h.lighten(h.ctx, h.one, chart.ID)) // which no page shows
		if now, _, err := h.Revisions.Now(h.ctx, h.one); err != nil || now != public {
			t.Errorf("a picture that is not public changes the pages: %d, %d, %v", public, now, err)
		}
		h.must(h.lighten(h.ctx, h.one, photo.ID))
		if now, _, err := h.Revisions.Now(h.ctx, h.one); err != nil || now == public {
			t.Errorf("a public picture changes no page: %d, %v", now, err)
		}
		photo, chart = h.item(h.one, photo.ID), h.item(h.one, chart.ID)
		if got := h.lit(photo); got != "320.webp 960.webp 1600.webp 320.avif 960.avif 1600.avif" {
			t.Errorf("the photograph goes out as %s", got)
		}
		if got := h.lit(chart); got != "320.webp full.webp" {
			t.Errorf("the chart goes out as %s", got)
		}
		if after, err := h.total(h.ctx, h.one); err != nil || after != before+lightBytes(photo.Lights)+lightBytes(chart.Lights) {
			t.Errorf("the site keeps %d bytes, before %d, %v", after, before, err)
		}
		if other, err := h.total(h.ctx, h.next); err != nil || other != theirs.Stored || h.item(h.next, theirs.ID).Tried {
			t.Errorf("the other site keeps %d bytes, %v", other, err)
		}
		base := "/z/a" + prefix + fmt.Sprint(photo.ID) + "/"
		want := `<figure><picture><source type="image/avif" srcset="` + base + `320.avif 320w, ` + base + `960.avif 960w, ` + base + `1600.avif 1600w" sizes="` + sizes + `">` +
			`<source type="image/webp" srcset="` + base + `320.webp 320w, ` + base + `960.webp 960w, ` + base + `1600.webp 1600w" sizes="` + sizes + `">` +
			`<img src="` + base + `full.jpg" srcset="` + base + `320.jpg 320w, ` + base + `960.jpg 960w, ` + base + `1600.jpg 1600w, ` + base + `full.jpg 1700w" sizes="` + sizes + `" alt="江" width="1700" height="600"></picture></figure>`
		if got, err := h.Dress(h.ctx, h.one, 0, "/z/a", photo.Markup("江")); err != nil || got != want {
			t.Errorf("it is shown as %s\nwant %s (%v)", got, want, err)
		}
		keys := len(h.keys())
		h.must(h.Queue.Add(h.ctx, h.one, Lighten{photo.ID}, jobs.Options{}))
		h.must(h.Queue.Drain(h.ctx))
		if got := len(h.keys()); got != keys+6 { // the other site's own
			t.Errorf("the store holds %d files, before %d", got, keys)
		}
		h.sound("lighter")
		lost := photo.Lights[0].key(h.one)
		h.must(h.Store.Delete(h.ctx, lost))
		if flaws, err := h.Flaws(h.ctx, h.one); err != nil || len(flaws) != 1 || flaws[0] != (Flaw{"media-missing", lost}) {
			t.Errorf("without what was made: %v, %v", flaws, err)
		}
	})
}

// lit are the lighter forms of a picture: each has fewer bytes than what it stands for, and those that Go reads show the same.
func (h *house) lit(i *Item) string {
	h.t.Helper()
	var names []string
	for _, l := range i.Lights {
		names = append(names, l.name())
		kind, raw := h.got(i, l.name())
		_, was := h.got(i, strings.TrimSuffix(l.name(), l.Kind)+i.Kind)
		if kind != "image/"+l.Kind || len(raw) >= len(was) || bytes.Contains(raw, []byte("Exif")) {
			h.t.Errorf("%s is %s of %d bytes instead of %d", l.name(), kind, len(raw), len(was))
		}
		if l.Kind != "webp" {
			continue
		}
		now, err := webp.Decode(bytes.NewReader(raw))
		h.must(err)
		old, _, err := image.Decode(bytes.NewReader(was))
		h.must(err)
		if now.Bounds() != old.Bounds() || apart(now, old) > 6 {
			h.t.Errorf("%s is %v and not %v, %.1f apart", l.name(), now.Bounds(), old.Bounds(), apart(now, old))
		}
	}
	return strings.Join(names, " ")
}

// apart is by how much the points of two pictures differ, of 255, on the average.
func apart(a, b image.Image) float64 {
	n, all := 0, 0.0
	for y := a.Bounds().Min.Y; y < a.Bounds().Max.Y; y += 7 {
		for x := a.Bounds().Min.X; x < a.Bounds().Max.X; x += 7 {
			p, q := color.GrayModel.Convert(a.At(x, y)).(color.Gray), color.GrayModel.Convert(b.At(x, y)).(color.Gray)
			n, all = n+1, all+math.Abs(float64(p.Y)-float64(q.Y))
		}
	}
	return all / float64(n)
}

// E5: what is small, moves, or would take too much to make stays as it is; a small machine makes WebP alone; and a picture of a time without
// ffmpeg is tried when a text is sent with it.
func TestAPictureThatStaysAsItIs(t *testing.T) {
	tooled(t)
	eachMaker(t, func(t *testing.T, h *shop) {
		h.t = t
		h.staysAsItIs(t)
	})
}

func (h *shop) staysAsItIs(t *testing.T) {
	h.Unpack = unpackMost - 1
	small, gif, file := h.take("小.png", drawn(t, "png", 90, 60)), h.take("动.gif", moving(t, 3)), h.take("附件.pdf", pdf)
	h.must(h.Queue.Drain(h.ctx))
	for _, i := range []*Item{small, gif, file} {
		h.must(h.lighten(h.ctx, h.one, i.ID))
		if h.item(h.one, i.ID).Tried {
			t.Errorf("%s was tried", i.Name)
		}
	}
	h.must(h.lighten(h.ctx, h.one, 7)) // of the bin by now
	was := os.Getenv("PATH")
	t.Setenv("PATH", t.TempDir())
	photo := h.take("江.jpg", hills(t, "jpg", 700, 500, 1))
	h.must(h.Queue.Drain(h.ctx))
	if h.item(h.one, photo.ID).Tried {
		t.Error("tried without ffmpeg")
	}
	t.Setenv("PATH", was)
	h.publishes(h.one, h.writes(h.one, "江", photo.Markup("江")))
	h.easel <- struct{}{} // another picture is being made: this one waits in the table, and no worker with it
	h.must(h.Queue.Drain(h.ctx))
	if h.item(h.one, photo.ID).Tried {
		t.Error("two are made at once")
	}
	<-h.easel
	h.now = h.now.Add(again)
	h.must(h.Queue.Drain(h.ctx))
	if got := h.lit(h.item(h.one, photo.ID)); got != "320.webp full.webp" {
		t.Errorf("a small machine makes %q", got)
	}
	full := must(h.Take(h.ctx, h.next, "江.jpg", hills(t, "jpg", 700, 500, 2)))
	fill, err := h.total(h.ctx, h.next)
	h.must(err)
	h.must(h.sites.SetQuota(h.ctx, h.next, site.Quota{StorageMB: 1, UploadMB: 1}))
	_, err = h.Take(h.ctx, h.next, "满.pdf", append(append([]byte("%PDF-"), bytes.Repeat([]byte("x"), 1<<20-int(fill)-10)...), "%%EOF"...))
	h.must(err)
	h.must(h.Queue.Drain(h.ctx))
	if i := h.item(h.next, full.ID); !i.Tried || len(i.Lights) > 0 {
		t.Errorf("on a full site: %+v", i.Lights)
	}
	unlit, err := h.File(h.item(h.next, full.ID), "320.webp")
	if !fault.Is(err, fault.NotFound) {
		t.Errorf("what was not kept is %+v, %v", unlit, err)
	}
}

// E5: which pictures are worth it, and in which sizes.
func TestSizesOfLighterForms(t *testing.T) {
	thumbs := []Thumb{{320, 9 << 10}, {960, 60 << 10}}
	for name, c := range map[string]struct {
		i    Item
		want string
	}{
		"as wide as the widest": {Item{Kind: "jpg", Width: 1600, Height: 900, Bytes: 200 << 10, Thumbs: thumbs}, "[320 960 0]"},
		"wider":                 {Item{Kind: "png", Width: 4000, Height: 3000, Bytes: 9 << 20, Thumbs: append(thumbs, Thumb{1600, 90 << 10})}, "[320 960 1600]"},
		"a tower":               {Item{Kind: "jpg", Width: 1600, Height: 2501, Bytes: 9 << 20, Thumbs: thumbs}, "[]"},
		"a wide tower":          {Item{Kind: "jpg", Width: 3200, Height: 5002, Bytes: 9 << 20, Thumbs: thumbs}, "[]"},
		"small":                 {Item{Kind: "jpg", Width: 300, Height: 200, Bytes: 8<<10 - 1}, "[]"},
		"not so small":          {Item{Kind: "jpg", Width: 300, Height: 200, Bytes: 8 << 10}, "[0]"},
		"a film of frames":      {Item{Kind: "gif", Width: 300, Height: 200, Bytes: 80 << 10}, "[]"},
		"a file":                {Item{Kind: "pdf", Bytes: 80 << 10}, "[]"},
	} {
		if got := fmt.Sprint(c.i.sizesOf()); got != c.want {
			t.Errorf("%s: %s, want %s", name, got, c.want)
		}
	}
}

// E7, Q10: the lighter forms go with their picture, but for those that another name of the same bytes shows.
func TestLighterFormsGoWithTheirPicture(t *testing.T) {
	tooled(t)
	one, two := hills(t, "jpg", 640, 400, 3), hills(t, "jpg", 640, 400, 9)
	eachMaker(t, func(t *testing.T, h *shop) {
		h.t, h.Unpack = t, unpackMost-1
		gone, twin, same := h.take("丢.jpg", one), h.take("甲.jpg", two), h.take("乙.jpg", two)
		h.must(h.Queue.Drain(h.ctx))
		gone, same = h.item(h.one, gone.ID), h.item(h.one, same.ID)
		if len(gone.Lights) == 0 || len(same.Lights) == 0 {
			t.Fatal("nothing was made")
		}
		h.must(h.Bin(h.ctx, h.one, gone.ID))
		h.must(h.Bin(h.ctx, h.one, twin.ID))
		h.now = h.now.Add(BinnedFor)
		for range 2 { // what lies where is left to a second job
			h.must(h.Queue.Drain(h.ctx))
		}
		for _, l := range gone.Lights {
			if _, err := h.Store.Stat(h.ctx, l.key(h.one)); !fault.Is(err, fault.NotFound) {
				t.Errorf("%s of what is gone: %v", l.name(), err)
			}
		}
		h.lit(same)
		h.sound("emptied")
	})
}

// The bytes of real pictures in all sizes that are made lighter, as they are and lighter, and the time that takes:
// go test -run '^$' -bench Lighter -benchtime 1x ./tenants/media.
func BenchmarkLighter(b *testing.B) {
	probe, tool, err := tools()
	if err != nil {
		b.Fatal("ffmpeg is required and not in PATH")
	}
	h := build(b, dbtest.SQLite(b, schema...), must(files.Open(b.TempDir())))
	for _, name := range []string{"exif/Canon_40D.jpg", "exif/DSCN0010.jpg", "exif/image02206.jpg", "exif/landscape_6.jpg", "img/photo.jpg", "img/photo.webp", "img/banner.png"} {
		i, err := h.Take(h.ctx, h.one, path.Base(name), must(os.ReadFile(corpus.Path(b, "media/"+name))))
		h.must(err)
		b.Run(path.Base(name), func(b *testing.B) {
			for b.Loop() {
				root := must(os.OpenRoot(b.TempDir()))
				all, err := h.lights(h.ctx, i, root, probe, tool)
				h.must(errors.Join(err, root.Close()))
				sizes := i.sizesOf()
				b.ReportMetric(float64(i.bytesOf(sizes)), "bytes")
				for _, kind := range []string{"webp", "avif"} {
					n := lightBytes(slices.DeleteFunc(slices.Clone(all), func(l Light) bool { return l.Kind != kind }))
					b.ReportMetric(float64(n), kind)
				}
			}
		})
	}
}

// Only what is named by its hash may be kept by a node on its own.
func TestWhatLasts(t *testing.T) {
	i := &Item{Site: 7, SHA256: strings.Repeat("a", 64)}
	for key, want := range map[string]bool{i.key(0): true, i.key(320): true, (&Form{"webp", i.SHA256, 1}).key(7): true, folderOf(7, 1) + "0-1": false,
		(&Scan{Site: 7, Note: 1, SHA256: i.SHA256}).key(): false, "7/media/stray": false, "": false} {
		if Lasting(key) != want {
			t.Errorf("%q lasts: %v", key, !want)
		}
	}
}
