package media

import (
	"bytes"
	"context"
	"image"
	"image/jpeg"
	"testing"
	"time"

	"github.com/zhanqun/zhanqun/kernel/fault"
)

// E7, LE1: what is cut out of a picture is an item of its own, in all its sizes, with the words of the picture, which stays what it is and is found
// again from whatever was cut out of it; nobody throws it away while that is there.
func TestAPictureIsCropped(t *testing.T) {
	eachShop(t, func(t *testing.T, h *shop) {
		h.t = t
		first := h.take("江.jpg", drawn(t, "jpg", 1000, 400))
		h.must(h.Describe(h.ctx, h.one, first.ID, 0, Card{Title: "汉江", Alt: "江", Source: "县局", Licence: "本单位", X: 10, Y: 90}))
		draft := h.writes(h.one, "江", first.Markup("江"))
		cut, err := h.Crop(h.ctx, h.one, first.ID, Cut{10, 0, 40, 50})
		h.must(err)
		if cut.ID == first.ID || cut.Width != 400 || cut.Height != 200 || len(cut.Thumbs) != 1 || cut.Name != "江.jpg" || cut.By != 11 {
			t.Errorf("what is cut out is %+v", cut)
		}
		_, raw := h.got(cut, "full.jpg")
		img, err := jpeg.Decode(bytes.NewReader(raw))
		h.must(err)
		if r, _, b, _ := img.At(200, 100).RGBA(); r < b || bytes.Equal(raw, nil) {
			t.Error("it is not the red corner")
		}
		again, err := h.Crop(h.ctx, h.one, first.ID, Cut{10, 0, 40, 50})
		h.must(err)
		small, err := h.Crop(h.ctx, h.one, cut.ID, Cut{0, 0, 50, 50})
		h.must(err)
		if again.ID != cut.ID || small.Width != 200 {
			t.Errorf("again it is %+v; of that %+v", again, small)
		}
		for id, want := range map[ID]ID{first.ID: 0, cut.ID: first.ID, small.ID: first.ID} {
			if got, err := h.Original(h.ctx, h.one, id); err != nil || got != want {
				t.Errorf("the original of %d is %d, want %d (%v)", id, got, want, err)
			}
		}
		if of, err := h.Original(h.ctx, h.next, cut.ID); err != nil || of != 0 {
			t.Errorf("another site's is cut out of %d, %v", of, err)
		}
		if is, err := h.cropped(h.ctx, h.next, first.ID); err != nil || is {
			t.Errorf("another site's is an original: %v, %v", is, err)
		}
		if s, err := h.Shelved(h.ctx, h.one, small.ID); err != nil || s.Title != "汉江" || s.Alt != "江" || s.Source != "县局" || s.Licence != "本单位" || s.X != 50 {
			t.Errorf("what is said of it: %+v, %v", s.Card, err)
		}
		if d, err := h.articles.Get(h.ctx, h.one, draft); err != nil || len(Named(d.Payload.Body)) != 1 || Named(d.Payload.Body)[0] != first.ID {
			t.Errorf("a draft changed by itself: %+v, %v", d, err)
		}
		h.must(h.Swap(h.ctx, h.one, first.ID, small.ID, int64(draft)))
		h.says(h.Bin(h.ctx, h.one, first.ID), "是原图")
		h.must(h.Bin(h.ctx, h.one, cut.ID))
		h.says(h.Bin(h.ctx, h.one, first.ID), "是原图")
		h.must(h.Swap(h.ctx, h.one, small.ID, first.ID, int64(draft))) // 恢复原图
		h.must(h.Bin(h.ctx, h.one, small.ID))
		h.now = h.now.Add(BinnedFor)
		for range 2 {
			h.must(h.Queue.Drain(h.ctx))
		}
		if _, err := h.Get(h.ctx, h.one, small.ID); !fault.Is(err, fault.NotFound) {
			t.Errorf("what was cut out and thrown away: %v", err)
		}
		h.must(h.articles.Bin(h.ctx, h.one, draft, 3))
		h.sound("cropped")
	})
}

// LE1: what cannot be cut is refused in a sentence at its number, and nothing is kept.
func TestWhatCannotBeCropped(t *testing.T) {
	eachShop(t, func(t *testing.T, h *shop) {
		h.t = t
		png, gif, file := h.take("江.png", drawn(t, "png", 40, 30)), h.take("动.gif", moving(t, 2)), h.take("附件.pdf", pdf)
		binned := h.take("丢.png", drawn(t, "png", 44, 30))
		h.must(h.Bin(h.ctx, h.one, binned.ID))
		keys := len(h.keys())
		half := Cut{0, 0, 50, 50}
		for _, c := range []struct {
			id   ID
			cut  Cut
			say  string
			kind fault.Kind
		}{
			{png.ID, Cut{-1, 0, 50, 50}, "0 到 100", fault.Invalid}, {png.ID, Cut{0, 101, 50, 50}, "0 到 100", fault.Invalid},
			{png.ID, Cut{0, 0, 0, 50}, "不能是 0", fault.Invalid}, {png.ID, Cut{0, 0, 50, 0}, "不能是 0", fault.Invalid}, {png.ID, Cut{51, 0, 50, 50}, "右边", fault.Invalid},
			{png.ID, Cut{0, 51, 50, 50}, "下边", fault.Invalid}, {png.ID, Cut{0, 0, 100, 100}, "整张", fault.Invalid},
			{gif.ID, half, "不动的图片", fault.Invalid}, {file.ID, half, "不动的图片", fault.Invalid}, {binned.ID, half, "在回收站", fault.Conflict}, {7, half, "没有", fault.NotFound},
		} {
			if _, err := h.Crop(h.ctx, h.one, c.id, c.cut); !fault.Is(err, c.kind) {
				t.Errorf("%v of %d: %v, want %s", c.cut, c.id, err, c.kind)
			} else {
				h.says(err, c.say)
			}
		}
		if _, err := h.Crop(h.ctx, h.next, png.ID, half); !fault.Is(err, fault.NotFound) {
			t.Errorf("another site's: %v", err)
		}
		if _, err := h.Crop(context.Background(), h.one, png.ID, half); !fault.Is(err, fault.Forbidden) {
			t.Errorf("nobody's: %v", err)
		}
		tight := New(h.Room)
		tight.Unpack = 4*40*30 - 1
		if _, err := tight.Crop(h.ctx, h.one, png.ID, half); !fault.Is(err, fault.Invalid) {
			t.Errorf("more than the memory bears: %v", err)
		}
		h.seats <- struct{}{}
		ctx, cancel := context.WithTimeout(h.ctx, 20*time.Millisecond)
		defer cancel()
		if _, err := h.Crop(ctx, h.one, png.ID, half); !fault.Is(err, fault.Unavailable) {
			t.Errorf("beside another picture: %v", err)
		}
		<-h.seats
		if got := len(h.keys()); got != keys {
			t.Errorf("%d files are kept, before %d", got, keys)
		}
	})
}

// One point at least is left of a picture, and never one that it has not.
func TestCutsOfSmallPictures(t *testing.T) {
	for _, c := range []struct {
		cut  Cut
		b    image.Rectangle
		want image.Rectangle
	}{
		{Cut{10, 0, 40, 50}, image.Rect(0, 0, 1000, 400), image.Rect(100, 0, 500, 200)}, {Cut{99, 99, 1, 1}, image.Rect(0, 0, 3, 3), image.Rect(2, 2, 3, 3)},
		{Cut{0, 0, 1, 1}, image.Rect(0, 0, 3, 3), image.Rect(0, 0, 1, 1)}, {Cut{50, 50, 50, 50}, image.Rect(10, 20, 20, 40), image.Rect(15, 30, 20, 40)},
	} {
		if got := c.cut.in(c.b); got != c.want {
			t.Errorf("%v of %v leaves %v, want %v", c.cut, c.b, got, c.want)
		}
	}
}
