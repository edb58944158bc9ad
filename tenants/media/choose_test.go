package media

import (
	"bytes"
	"strings"
	"testing"
	"time"

	"github.com/zhanqun/zhanqun/kernel"
	"github.com/zhanqun/zhanqun/kernel/fault"
)

// M/B13: what may be put into a text is the site's own, out of the bin and playable; somebody who writes in one column alone finds what they
// put in and what citizens have, and a number of anything else is the number of nothing.
func TestWhatMayBePutIntoAText(t *testing.T) {
	eachShop(t, func(t *testing.T, h *shop) {
		lake := h.keeps(h.one, "湖.png", 40)
		form := h.keeps(h.one, "表.pdf", 5)
		gone := h.keeps(h.one, "旧.png", 44)
		h.must(h.Bin(h.ctx, h.one, gone.ID))
		film := h.take("演练.mp4", frame)
		broken := h.take("坏.mp4", append(bytes.Clone(frame), box("free", "x")...))
		h.must(h.putFilm(h.ctx, h.one, broken.ID, &Film{State: Broken, Why: "没有画面"}))
		h.keeps(h.next, "别站.png", 48)
		h.now = h.now.Add(time.Minute)
		live := h.keeps(h.one, "公开.png", 52)
		h.publishes(h.one, h.writes(h.one, "公开的稿", live.Markup("")))
		names := func(f Filter) string {
			t.Helper()
			all, err := h.Choice(h.ctx, h.one, f, kernel.Page{Number: 1, Size: 9})
			h.must(err)
			var said []string
			for _, i := range all {
				said = append(said, i.Called())
			}
			return strings.Join(said, " ")
		}
		for _, row := range []struct {
			f    Filter
			want string
		}{
			{Filter{}, "公开.png 演练.mp4 表.pdf 湖.png"}, {Filter{Shelf: Films}, "演练.mp4"}, {Filter{Shelf: Pictures}, "公开.png 湖.png"}, {Filter{Text: "表"}, "表.pdf"},
			{Filter{Shelf: Binned}, "公开.png 演练.mp4 表.pdf 湖.png"}, {Filter{Of: 99}, "公开.png"}, {Filter{Of: 11, Shelf: Pictures}, "公开.png 湖.png"}, {Filter{Only: form.ID}, "表.pdf"},
		} {
			if got := names(row.f); got != row.want {
				t.Errorf("%+v finds %q, want %q", row.f, got, row.want)
			}
		}
		for id, want := range map[ID]string{lake.ID: "湖.png", film.ID: "演练.mp4", gone.ID: "", broken.ID: "", 0: "", 7: ""} {
			i, err := h.ForText(h.ctx, h.one, id)
			if want == "" && !fault.Is(err, fault.Invalid) || want != "" && (err != nil || i.Called() != want) {
				t.Errorf("%d is %+v, %v", id, i, err)
			}
		}
		if _, err := h.ForText(h.ctx, h.next, lake.ID); !fault.Is(err, fault.Invalid) {
			t.Errorf("another site takes it: %v", err)
		}
	})
}
