package media

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/binary"
	"image"
	"image/color"
	"image/gif"
	"image/jpeg"
	"io"
	"io/fs"
	"strings"
	"testing"

	"github.com/zhanqun/zhanqun/kernel/fault"
	"github.com/zhanqun/zhanqun/platform/audit"
	"github.com/zhanqun/zhanqun/platform/jobs"
	"github.com/zhanqun/zhanqun/platform/org"
	"github.com/zhanqun/zhanqun/platform/pages"
	"github.com/zhanqun/zhanqun/platform/site"
	"github.com/zhanqun/zhanqun/tenants/media/mediatest"
)

func migrationsBelow() []fs.FS {
	return []fs.FS{audit.Migrations(), jobs.Migrations(), pages.Migrations(), org.Migrations(), site.Migrations()}
}

func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}

// canvas is red in its upper left corner and blue elsewhere, so that it is seen which way is up.
func canvas(w, h int) *image.RGBA {
	img := image.NewRGBA(image.Rect(0, 0, w, h))
	for y := range h {
		for x := range w {
			img.Set(x, y, color.RGBA{0, 0, 200, 255})
			if x < w/2 && y < h/2 {
				img.Set(x, y, color.RGBA{200, 0, 0, 255})
			}
		}
	}
	return img
}

func drawn(t testing.TB, kind string, w, h int) []byte {
	t.Helper()
	return must(encode(kind, canvas(w, h), 0))
}

func config(t *testing.T, r io.Reader) image.Config {
	t.Helper()
	c, _, err := image.DecodeConfig(r)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// withEXIF puts a camera's notes into a JPEG: how it was held, and where.
func withEXIF(raw []byte, order binary.AppendByteOrder, turn uint16) []byte {
	tiff := []byte("MM\x00*")
	if order == binary.AppendByteOrder(binary.LittleEndian) {
		tiff = []byte("II*\x00")
	}
	tiff = order.AppendUint16(order.AppendUint32(tiff, 8), 1)
	tiff = order.AppendUint32(order.AppendUint16(order.AppendUint16(tiff, 0x0112), 3), 1)
	tiff = append(order.AppendUint16(tiff, turn), "\x00\x00\x00\x00\x00\x00GPSLatitude 32.6847"...)
	body := append([]byte("Exif\x00\x00"), tiff...)
	out := binary.BigEndian.AppendUint16([]byte{0xff, 0xd8, 0xff, 0xe1}, uint16(len(body)+2))
	return append(append(out, body...), raw[2:]...)
}

func prepared(name string, raw []byte) (*made, error) {
	return New(Room{}).prepare(context.Background(), name, raw)
}

// A picture is upright however the camera was held, in all its sizes, and says nothing of where that was (promises.md 4.7).
func TestNoPlaceLeavesWithAPicture(t *testing.T) {
	corner := map[uint16][2]int{1: {0, 0}, 2: {1, 0}, 3: {1, 1}, 4: {0, 1}, 5: {0, 0}, 6: {1, 0}, 7: {1, 1}, 8: {0, 1}} // where the red is then
	for turn, at := range corner {
		for _, order := range []binary.AppendByteOrder{binary.BigEndian, binary.LittleEndian} {
			raw := withEXIF(drawn(t, "jpg", 800, 400), order, turn)
			d, err := prepared("IMG.jpeg", raw)
			if err != nil || !bytes.Contains(raw, []byte("GPS")) {
				t.Fatal(err)
			}
			w, h := 800, 400
			if turn >= 5 {
				w, h = h, w
			}
			if d.item.Width != w || d.item.Height != h || len(d.item.Thumbs) != 1 {
				t.Errorf("turn %d: %+v", turn, d.item)
			}
			for width, b := range d.bytes {
				img, err := jpeg.Decode(bytes.NewReader(b))
				if err != nil || bytes.Contains(b, []byte("GPS")) || bytes.Contains(b, []byte("Exif")) {
					t.Fatalf("turn %d: %v", turn, err)
				}
				s := img.Bounds().Size()
				if r, _, b, _ := img.At(s.X/4+at[0]*s.X/2, s.Y/4+at[1]*s.Y/2).RGBA(); r < b || width > 0 && s.X != width {
					t.Errorf("turn %d in size %d %v: the corner is not where it was", turn, width, s)
				}
			}
		}
	}
}

func TestAGIFGoesOnMoving(t *testing.T) {
	d, err := prepared("动.gif", moving(t, 3))
	if err != nil {
		t.Fatal(err)
	}
	g, err := gif.DecodeAll(bytes.NewReader(d.bytes[0]))
	if err != nil || len(g.Image) != 3 || g.LoopCount != 3 || g.Delay[2] != 10 {
		t.Errorf("%v, %+v", err, g)
	}
}

// A WebP becomes what Go can write.
func TestAWebPBecomesAPNG(t *testing.T) {
	d, err := prepared("图.webp", must(base64.StdEncoding.DecodeString("UklGRhoAAABXRUJQVlA4TA0AAAAvAAAAEAcQERGIiP4HAA==")))
	if err != nil || d.item.Kind != "png" || d.item.Name != "图.png" || d.item.Width != 1 {
		t.Errorf("%+v, %v", d, err)
	}
}

// B13, promises.md 2.7: a machine with little memory takes pictures as large as it can unpack, and says the same of larger ones.
func TestAPictureIsAsLargeAsTheMemoryBears(t *testing.T) {
	still, frames := drawn(t, "jpg", 800, 400), moving(t, 3)
	c := config(t, bytes.NewReader(frames))
	for _, row := range []struct {
		name   string
		raw    []byte
		unpack int64
		say    string
	}{
		{"图.jpg", still, 4 * 800 * 400, ""},
		{"图.jpg", still, 4*800*400 - 1, "像素太多（800×400）"},
		{"动.gif", frames, 3 * int64(c.Width) * int64(c.Height), ""},
		{"动.gif", frames, 3*int64(c.Width)*int64(c.Height) - 1, "画面太多"},
	} {
		_, err := New(Room{Unpack: row.unpack}).prepare(t.Context(), row.name, row.raw)
		if row.say == "" && err != nil || row.say != "" && !strings.Contains(fault.Say(err), row.say) {
			t.Errorf("%s in %d bytes: %v, want %q", row.name, row.unpack, err, row.say)
		}
	}
}

// B13: documents, films and sound are kept as they came.
func TestDocumentsAreKeptAsTheyCame(t *testing.T) {
	for name, raw := range map[string][]byte{"a.docx": zipped(t, "word/document.xml"), "b.XLSX": zipped(t, "xl/workbook.xml"), "c.pptx": zipped(t, "ppt/presentation.xml"),
		"i.m4v": box("ftyp", "M4V \x00\x00\x00\x00", box("moov", "")), "j.mp3": []byte("ID3\x04\x00"), "k.WAV": []byte("RIFF\x04\x00\x00\x00WAVE"),
		"d.ofd": zipped(t, "OFD.xml"), "e.pdf": pdf, "f.doc": ole("WordDocument"), "g.et": ole(""), "h.wps": ole("")} {
		if d, err := prepared(name, raw); err != nil || !bytes.Equal(d.bytes[0], raw) || d.item.Picture() {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// What mediatest makes for all tests.
func header(w, h uint32, depth byte) []byte        { return mediatest.PNGHead(w, h, depth) }
func zipped(_ testing.TB, parts ...string) []byte  { return mediatest.Zip(parts...) }
func moving(_ testing.TB, frames int) []byte       { return mediatest.GIF(frames) }
func ole(more string) []byte                       { return mediatest.OLE(more) }
func box(kind, body string, more ...[]byte) []byte { return mediatest.Box(kind, body, more...) }

var pdf = []byte("%PDF-1.7\n1 0 obj<<>>endobj\n%%EOF\n")

// A file that was cut off anywhere is refused, and says so.
func TestWhatIsCutOffIsRefused(t *testing.T) {
	for name, raw := range map[string][]byte{"a.jpg": drawn(t, "jpg", 60, 40), "b.png": drawn(t, "png", 60, 40), "c.gif": moving(t, 2), "d.pdf": pdf,
		"e.docx": zipped(t, "word/document.xml"), "f.doc": ole("")[:1025]} {
		for cut := 20; cut < len(raw)-2; cut += 1 + len(raw)/60 {
			if d, err := prepared(name, raw[:cut]); err == nil || !strings.Contains(fault.Say(err), "不完整") {
				t.Errorf("%s after %d of %d bytes: %+v, %v", name, cut, len(raw), d, err)
			}
		}
	}
}

// Whatever comes, it ends in a sentence or in something that a browser shows as what we say it is.
func FuzzPrepare(f *testing.F) {
	for _, raw := range [][]byte{drawn(f, "jpg", 9, 9), drawn(f, "png", 9, 9), moving(f, 2), pdf, zipped(f, "word/document.xml"), ole(""), header(60_000, 60_000, 8), mediatest.Swollen(),
		withEXIF(drawn(f, "jpg", 9, 9), binary.LittleEndian, 6), must(base64.StdEncoding.DecodeString("UklGRhoAAABXRUJQVlA4TA0AAAAvAAAAEAcQERGIiP4HAA=="))} {
		f.Add("x.docx", raw)
		f.Add("x.doc", raw)
	}
	f.Fuzz(func(t *testing.T, name string, raw []byte) {
		d, err := prepared(name, raw)
		if err != nil {
			if !fault.Is(err, fault.Invalid) {
				t.Fatal(err)
			}
			return
		}
		if types[d.item.Kind] == "" || !strings.HasSuffix(d.item.Name, "."+d.item.Kind) || strings.ContainsAny(d.item.Name, "/\\\r\n\"") {
			t.Fatalf("%+v", d.item)
		}
		if !d.item.Picture() {
			return
		}
		c, format, err := image.DecodeConfig(bytes.NewReader(d.bytes[0]))
		if err != nil || strings.Replace(format, "jpeg", "jpg", 1) != d.item.Kind || c.Width != d.item.Width || c.Height != d.item.Height {
			t.Fatalf("%+v: %s %+v, %v", d.item, format, c, err)
		}
		if again, err := prepared(d.item.Name, d.bytes[0]); err != nil || again.item.Width != d.item.Width {
			t.Fatalf("again: %v", err)
		}
	})
}

// A telephone's picture of twelve million points: time, and memory that is given back after each.
func BenchmarkTwelveMillionPoints(b *testing.B) {
	raw := withEXIF(drawn(b, "jpg", 4000, 3000), binary.BigEndian, 6)
	b.SetBytes(int64(len(raw)))
	b.ReportAllocs()
	for b.Loop() {
		if _, err := prepared("IMG.jpg", raw); err != nil {
			b.Fatal(err)
		}
	}
}

// A bomb costs its head.
func BenchmarkBomb(b *testing.B) {
	raw := append(header(40_000, 40_000, 8), make([]byte, 1<<20)...)
	b.ReportAllocs()
	for b.Loop() {
		if _, err := prepared("炸.png", raw); err == nil {
			b.Fatal("taken")
		}
	}
}
