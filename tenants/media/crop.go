package media

import (
	"bytes"
	"cmp"
	"context"
	"fmt"
	"image"
	"image/jpeg"
	"image/png"
	"io"

	"github.com/zhanqun/zhanqun/kernel"
	"github.com/zhanqun/zhanqun/kernel/fault"
	"github.com/zhanqun/zhanqun/platform/audit"
	"github.com/zhanqun/zhanqun/storage/blob"
)

// Cut is a rectangle of a picture, in hundredths from its left and from above, and of its width and height.
type Cut struct{ X, Y, W, H int }

func (c Cut) String() string { return fmt.Sprintf("%d,%d,%d,%d", c.X, c.Y, c.W, c.H) }

// in are the points of a picture that are left, one at least each way.
func (c Cut) in(b image.Rectangle) image.Rectangle {
	x, y := b.Min.X+b.Dx()*c.X/100, b.Min.Y+b.Dy()*c.Y/100
	return image.Rect(x, y, max(x+1, b.Min.X+b.Dx()*(c.X+c.W)/100), max(y+1, b.Min.Y+b.Dy()*(c.Y+c.H)/100)).Intersect(b)
}

func (c Cut) fits() error {
	for _, f := range []struct {
		field    string
		n, least int
	}{{"cut-x", c.X, 0}, {"cut-y", c.Y, 0}, {"cut-w", c.W, 1}, {"cut-h", c.H, 1}} {
		if f.n < f.least || f.n > 100 {
			return fault.In(f.field, "裁剪的四个数都要填 0 到 100 之间的整数，宽和高不能是 0。")
		}
	}
	switch {
	case c.X+c.W > 100:
		return fault.In("cut-w", "裁剪框超出了图片的右边：“从左边”加“宽”最多是 100。")
	case c.Y+c.H > 100:
		return fault.In("cut-h", "裁剪框超出了图片的下边：“从上边”加“高”最多是 100。")
	case c.W == 100 && c.H == 100:
		return fault.In("cut-w", "这就是整张图片，没有裁掉什么。请把宽或高改小。")
	}
	return nil
}

// Crop makes an item of what is left of a picture. The picture stays what it is (0044): whoever wants the new one puts it into drafts, and whoever
// wants the old one back finds it beside the new one.
func (m *Media) Crop(ctx context.Context, site kernel.SiteID, id ID, cut Cut) (*Item, error) {
	if err := cut.fits(); err != nil {
		return nil, err
	}
	by := kernel.ActorFrom(ctx).Account
	if by == 0 {
		return nil, fault.New(fault.Forbidden, "请先登录。")
	}
	from, err := m.Shelved(ctx, site, id)
	if err != nil {
		return nil, err
	}
	if from.Kind != "jpg" && from.Kind != "png" {
		return nil, fault.In("cut-x", "只能裁剪不动的图片。")
	}
	if !from.BinnedAt.IsZero() {
		return nil, fault.New(fault.Conflict, "“%s”在回收站里，请先恢复再裁剪。", from.Called())
	}
	quota, err := m.Sites.QuotaOf(ctx, site)
	if err != nil {
		return nil, err
	}
	out, err := m.cutOut(ctx, from.Item, cut)
	if err != nil {
		return nil, err
	}
	out.item.Site, out.item.By, out.item.At = site, by, m.Now()
	i, err := m.place(ctx, out, quota)
	if err != nil {
		return nil, err
	}
	return i, m.DB.InTx(ctx, func(ctx context.Context) error { return m.cropOf(ctx, from, i, cut) })
}

// cropOf writes of what a new item was cut out, and says of it what was said of that.
func (m *Media) cropOf(ctx context.Context, from *Shelved, i *Item, cut Cut) error {
	first, err := m.Original(ctx, i.Site, from.ID)
	if err != nil {
		return err
	}
	if first = cmp.Or(first, from.ID); first != i.ID {
		if err := m.putCrop(ctx, i.Site, i.ID, first); err != nil {
			return err
		}
	}
	if err := m.inherit(ctx, from, i); err != nil {
		return err
	}
	return m.Audit.Record(ctx, audit.Entry{Site: i.Site, Action: "media.crop", Object: i.object(), Before: from.SHA256, After: i.SHA256,
		Note: map[string]string{"name": i.Name, "cut": cut.String()}})
}

// inherit says of an item of which nobody has said anything what is said of the one in whose place it is to stand.
func (m *Media) inherit(ctx context.Context, from *Shelved, to *Item) error {
	return m.alter(ctx, to.Site, to.ID, "media.describe", func(_ context.Context, n *Shelved) error {
		if n.Version == 0 {
			n.Title, n.Alt, n.Source, n.Licence, n.Folder = from.Title, from.Alt, from.Source, from.Licence, from.Folder
		}
		return nil
	})
}

// cutOut makes the bytes of what is left, in all sizes, in the one seat where pictures are unpacked.
func (m *Media) cutOut(ctx context.Context, i *Item, cut Cut) (*made, error) {
	leave, err := m.seat(ctx)
	if err != nil {
		return nil, err
	}
	defer leave()
	c, err := m.Store.Open(ctx, i.key(0), blob.Range{})
	if err != nil {
		return nil, err
	}
	raw, err := io.ReadAll(c)
	if closed := c.Close(); err == nil {
		err = closed
	}
	if err != nil {
		return nil, err
	}
	config, decode := jpeg.DecodeConfig, jpeg.Decode
	if i.Kind == "png" {
		config, decode = png.DecodeConfig, png.Decode
	}
	head, err := config(bytes.NewReader(raw))
	if err := m.bearable(i.Name, head, weight(i.Kind, head.ColorModel, raw), err); err != nil {
		return nil, err
	}
	img, err := decode(bytes.NewReader(raw))
	if err != nil {
		return nil, fmt.Errorf("unpack picture %d of site %d: %w", i.ID, i.Site, err)
	}
	part := img.(interface {
		SubImage(image.Rectangle) image.Image
	}).SubImage(cut.in(img.Bounds())) // whatever Go unpacks has it
	out := &made{item: &Item{Kind: i.Kind}, bytes: map[int][]byte{}}
	if err := out.write(part, len(raw)*cut.W/100*cut.H/100); err != nil {
		return nil, err
	}
	out.named(i.Name)
	return out, nil
}
