package media

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"image"
	"image/color"
	"image/gif"
	"image/jpeg"
	"image/png"
	"slices"

	"github.com/zhanqun/zhanqun/kernel/fault"
	"github.com/zhanqun/zhanqun/storage/blob"
	"golang.org/x/image/draw"
	"golang.org/x/image/webp"
)

// pixelsMost is the largest picture that is unpacked, and unpackMost how much memory that may take on a large machine: a picture that was
// stored in passes, or with sixteen bits a colour, takes several times that of an ordinary one.
const (
	pixelsMost = 50_000_000
	unpackMost = 200_000_000
)

// widths are those of the smaller pictures, for phones, columns and wide screens.
var widths = []int{320, 960, 1600}

const quality = 85

// made is a file that is ready to be kept: its row, and its bytes by thumb width, 0 for the whole.
type made struct {
	item  *Item
	bytes map[int][]byte
}

// prepare checks a file and makes of it what is kept.
func (m *Media) prepare(ctx context.Context, name string, raw []byte) (*made, error) {
	kind, err := sniff(name, raw)
	if err != nil {
		return nil, err
	}
	out := &made{item: &Item{Kind: kind}, bytes: map[int][]byte{}}
	switch kind {
	case "jpg", "png", "webp":
		err = m.still(ctx, name, raw, out)
	case "gif":
		err = m.moving(ctx, name, raw, out)
	default:
		out.bytes[0] = raw
	}
	if err != nil {
		return nil, err
	}
	out.named(name)
	return out, nil
}

// named writes into the row what the bytes are called and how many they are.
func (d *made) named(name string) {
	i, sum := d.item, sha256.Sum256(d.bytes[0])
	i.Name, i.SHA256, i.Bytes = cleanName(name, i.Kind), hex.EncodeToString(sum[:]), int64(len(d.bytes[0]))
	for _, b := range d.bytes {
		i.Stored += int64(len(b))
	}
}

// put stores the bytes, the whole last.
func (d *made) put(ctx context.Context, store blob.Store) error {
	for _, t := range append(slices.Clone(d.item.Thumbs), Thumb{}) {
		if _, err := store.Put(ctx, d.item.key(t.Width), bytes.NewReader(d.bytes[t.Width]), types[d.item.Kind]); err != nil {
			return err
		}
	}
	return nil
}

// whole puts the bytes of an item again that the bin took away while its row was being written (see erase).
func (m *Media) whole(ctx context.Context, i *Item, put func() error) error {
	for _, key := range i.allKeys() {
		if _, err := m.Store.Stat(ctx, key); fault.Is(err, fault.NotFound) {
			return put()
		} else if err != nil {
			return err
		}
	}
	return nil
}

// seat waits for the one place where pictures are unpacked.
func (m *Media) seat(ctx context.Context) (leave func(), err error) {
	select {
	case m.seats <- struct{}{}:
		return func() { <-m.seats }, nil
	case <-ctx.Done():
		return nil, fault.New(fault.Unavailable, "现在上传图片的人太多，请过一会儿再试。")
	}
}

// bearable reads a picture's head alone, and refuses what would take too much to unpack.
func (m *Media) bearable(name string, c image.Config, perPixel int64, err error) error {
	if err != nil || c.Width <= 0 || c.Height <= 0 {
		return whole(name, false)
	}
	if n := int64(c.Width) * int64(c.Height); n > pixelsMost || n*perPixel > m.Unpack {
		return fault.In("file", "“%s”的像素太多（%s），请缩小后再上传。", short(name), size(c.Width, c.Height))
	}
	return nil
}

// moving keeps a GIF as a GIF: only that keeps it moving.
func (m *Media) moving(ctx context.Context, name string, raw []byte, out *made) error {
	c, err := gif.DecodeConfig(bytes.NewReader(raw))
	if err := m.bearable(name, c, 1, err); err != nil {
		return err
	}
	clean, pixels, ok := cleanGIF(raw)
	if err := whole(name, ok); err != nil {
		return err
	}
	if pixels > min(framesMost, m.Unpack) {
		return fault.In("file", "“%s”的画面太多或太大，请减少后再上传。", short(name))
	}
	leave, err := m.seat(ctx)
	if err != nil {
		return err
	}
	defer leave()
	out.bytes[0], out.item.Width, out.item.Height = clean, c.Width, c.Height
	return whole(name, playable(clean))
}

// still writes a picture anew, the right way up, and smaller ones beside it. Nothing but its points comes along.
func (m *Media) still(ctx context.Context, name string, raw []byte, out *made) error {
	config, decode := jpeg.DecodeConfig, jpeg.Decode
	switch out.item.Kind {
	case "png":
		config, decode = png.DecodeConfig, png.Decode
	case "webp":
		config, decode = webp.DecodeConfig, webp.Decode
	}
	c, err := config(bytes.NewReader(raw))
	if err := m.bearable(name, c, weight(out.item.Kind, c.ColorModel, raw), err); err != nil {
		return err
	}
	leave, err := m.seat(ctx)
	if err != nil {
		return err
	}
	defer leave()
	img, err := decode(bytes.NewReader(raw))
	if err != nil {
		return whole(name, false)
	}
	turn := 1
	if out.item.Kind == "jpg" {
		turn = orientation(raw)
	}
	if out.item.Kind == "webp" { // there is no writer of these in Go
		out.item.Kind = "png"
		if _, opaque := img.(*image.YCbCr); opaque {
			out.item.Kind = "jpg"
		}
	}
	return out.write(upright(img, turn), len(raw))
}

// weight is how many bytes a point takes while a picture is unpacked.
func weight(kind string, model color.Model, raw []byte) int64 {
	switch {
	case kind == "jpg" && inPasses(raw):
		return 15
	case kind == "jpg":
		return 4
	case model == color.RGBA64Model || model == color.NRGBA64Model:
		return 8
	}
	return 4
}

// write makes the bytes of a picture and of the smaller ones, each of the next larger. about is how many bytes the whole may take.
func (d *made) write(img image.Image, about int) (err error) {
	i, b := d.item, img.Bounds()
	i.Width, i.Height = b.Dx(), b.Dy()
	if d.bytes[0], err = encode(i.Kind, img, about); err != nil {
		return err
	}
	for _, w := range slices.Backward(widths) {
		if w >= i.Width {
			continue
		}
		about = about * w / img.Bounds().Dx() * w / img.Bounds().Dx()
		img = shrunk(img, w, max(1, (i.Height*w+i.Width/2)/i.Width))
		if d.bytes[w], err = encode(i.Kind, img, about); err != nil {
			return err
		}
		i.Thumbs = append([]Thumb{{w, int64(len(d.bytes[w]))}}, i.Thumbs...)
	}
	return nil
}

// shrunk is a smaller picture. It is halved as often as can be, where each point is the mean of four, so that every point counts and
// nothing has to be in memory but the picture and its half.
func shrunk(img image.Image, w, h int) image.Image {
	for more := true; more; {
		b := img.Bounds()
		to := image.Rect(0, 0, w, h)
		if more = b.Dx() >= 2*w && b.Dy() >= 2*h; more {
			to = image.Rect(0, 0, b.Dx()/2, b.Dy()/2)
		}
		small := image.NewRGBA(to)
		draw.ApproxBiLinear.Scale(small, to, img, b, draw.Src, nil)
		img, more = small, more && (to.Dx() > w || to.Dy() > h)
	}
	return img
}

func encode(kind string, img image.Image, about int) ([]byte, error) {
	b := bytes.NewBuffer(make([]byte, 0, about+1<<10))
	if kind == "jpg" {
		err := jpeg.Encode(b, img, &jpeg.Options{Quality: quality})
		return b.Bytes(), err
	}
	err := png.Encode(b, img)
	return b.Bytes(), err
}
