package media

import (
	"strings"
	"testing"
	"time"
)

// B1, E5: what a list shows of a text is its first picture in its sizes, or the poster and the length of its first film; of another site's nothing.
func TestWhatThereIsToSee(t *testing.T) {
	poster := drawn(t, "jpg", 64, 36)
	each(t, func(t *testing.T, h *house) {
		film := must(h.TakeMade(h.ctx, h.one, Made{Name: "一分钟看懂.mp4", Raw: frame, Poster: poster, Length: 9 * time.Second, Video: "h264", Text: "三个数。"}))
		lake, hill := must(h.Take(h.ctx, h.one, "湖.png", drawn(t, "png", 40, 30))), must(h.Take(h.ctx, h.one, "山.png", drawn(t, "png", 41, 30)))
		bodies := []string{film.Markup("") + lake.Markup(`湖"边`) + hill.Markup("山"), film.Markup(""), "<p>没有</p>"}
		seen := must(h.Sights(h.ctx, h.one, "/z/a", bodies))
		for i, want := range [][]string{{`<img loading="lazy" src="/z/a` + lake.Path() + `"`, `alt="湖&#34;边" width="40" height="30">`}, {`poster.jpg" alt="" width="64" height="36">`}, {""}} {
			for _, part := range want {
				if got := string(seen[i].Picture); !strings.Contains(got, part) || part == "" && got != "" {
					t.Errorf("body %d shows %s, want %s", i, got, part)
				}
			}
		}
		if a, b := seen[0], seen[2]; a.Heard != "视频" || a.Length != "0:09" || b.Heard != "" || b.Length != "" {
			t.Errorf("heard: %+v, %+v", a, b)
		}
		for _, s := range must(h.Sights(h.ctx, h.next, "", bodies)) {
			if s.Picture != "" || s.Heard != "" {
				t.Errorf("another site shows %+v", s)
			}
		}
		h.must(h.putFilm(h.ctx, h.one, film.ID, &Film{State: Broken}))
		if s := must(h.Sights(h.ctx, h.one, "", bodies[1:2]))[0]; s.Heard != "" || s.Picture != "" {
			t.Errorf("a broken film shows %+v", s)
		}
		if s := must(h.Sights(h.ctx, h.one, "", []string{"", ""})); len(s) != 2 {
			t.Errorf("without any, %d", len(s))
		}
	})
}
