package media

import (
	"bytes"
	"context"
	"fmt"
	"path"
	"strings"
	"testing"
	"time"

	"github.com/zhanqun/zhanqun/kernel/fault"
)

// E5, E6: a film that comes made is played at once, with its poster and its words, and no job looks at it; what is none, or has no words, is not
// taken, and neither is what does not fit into the site.
func TestAFilmThatComesMade(t *testing.T) {
	poster := drawn(t, "jpg", 64, 36)
	const captions = "WEBVTT\n\n00:00.000 --> 00:02.000\n先看三个数。\n"
	each(t, func(t *testing.T, h *house) {
		i := must(h.TakeMade(h.ctx, h.one, Made{Name: "一分钟看懂.mp4", Raw: frame, Poster: poster, Length: 9 * time.Second, Video: "h264", Captions: captions}))
		h.must(h.Queue.Drain(h.ctx))
		i = must(h.Get(h.ctx, h.one, i.ID))
		if f := i.Film; f.State != Ready || f.Width != 64 || f.Height != 36 || f.Length != 9*time.Second || !i.Seen() {
			t.Errorf("it is %+v", f)
		}
		if kind, raw := h.got(i, "full.mp4"); kind != "video/mp4" || !bytes.Equal(raw, frame) {
			t.Errorf("it goes out as %s", kind)
		}
		if kind, raw := h.got(i, "poster.jpg"); kind != "image/jpeg" || !bytes.Equal(raw, poster) {
			t.Errorf("its poster goes out as %s", kind)
		}
		shown := must(h.Dress(h.ctx, h.one, 0, "", i.Markup("演示视频")))
		for _, want := range []string{"<video controls", `poster="/-/media/`, `<track kind="captions"`, "下载视频", "时长 0:09", "<summary>文字稿</summary><p>先看三个数。</p>"} {
			if !strings.Contains(shown, want) {
				t.Errorf("%q is missing in %s", want, shown)
			}
		}
		h.must(h.Has(h.ctx, h.one, i.Markup("")))
		sound := must(h.TakeMade(h.ctx, h.one, Made{Name: "听一听.m4a", Raw: box("ftyp", "M4A \x00\x00\x02\x00M4A mp42", box("moov", strings.Repeat("\x00", 40)), box("mdat", "hear")), Audio: "aac", Text: "三声提示音。"}))
		if sound.Seen() || !strings.Contains(must(h.Dress(h.ctx, h.one, 0, "", sound.Markup(""))), "下载音频") {
			t.Errorf("what is heard is %+v", sound)
		}
		h.sound()
		refusedAs := func(what string, f Made, words string) {
			t.Helper()
			if _, err := h.TakeMade(h.ctx, h.one, f); !fault.Is(err, fault.Invalid) || !strings.Contains(fault.Say(err), words) {
				t.Errorf("%s: %v", what, err)
			}
		}
		other := append(bytes.Clone(frame), box("free", "x")...)
		refusedAs("a picture", Made{Name: "江.png", Raw: drawn(t, "png", 9, 9), Text: "江"}, "不是视频或音频")
		refusedAs("a poster that is none", Made{Name: "二.mp4", Raw: other, Poster: []byte("GIF89a"), Text: "二"}, "封面不是 JPEG")
		refusedAs("nothing for whoever cannot hear it", Made{Name: "四.mp4", Raw: other}, "请上传字幕")
		refusedAs("captions that are none", Made{Name: "三.mp4", Raw: other, Captions: "字幕"}, "看不懂")
		h.now = h.now.Add(time.Second)
		if all := must(h.find(h.ctx, h.one, "true")); len(all) != 2 {
			t.Errorf("refused, and kept: %d items", len(all))
		}
	})
}

// B13, E5: the library tells films from recordings by what is seen in them, and both from files.
func TestTheLibraryKnowsFilms(t *testing.T) {
	eachShop(t, func(t *testing.T, h *shop) {
		form, lake := h.keeps(h.one, "申请表.pdf", 3000), h.keeps(h.one, "湖.png", 40)
		for n, row := range []struct {
			name string
			film *Film
		}{{"大坝.mp4", nil}, {"讲话.mp4", &Film{State: Ready, Audio: "aac", Play: Form{"m4a", "a", 1}}}, {"航拍.mov", &Film{State: AsCame, Video: "h264"}},
			{"会议.webm", &Film{State: AsCame, Audio: "opus"}}, {"听.m4a", &Film{State: Waiting}}} {
			i := &Item{Site: h.one, ID: h.IDs.Next(), Name: row.name, Kind: strings.TrimPrefix(path.Ext(row.name), "."), SHA256: fmt.Sprintf("%064d", n), Bytes: 1, Stored: 1, By: 11, At: h.now.Add(time.Duration(n) * time.Hour)}
			h.must(h.DB.InTx(h.ctx, func(ctx context.Context) error { return h.insert(ctx, i) }))
			if row.film != nil {
				h.must(h.putFilm(h.ctx, h.one, i.ID, row.film))
			}
		}
		for shelf, want := range map[string]string{Videos: "航拍.mov 大坝.mp4", Sounds: "听.m4a 会议.webm 讲话.mp4", Files: form.Name, Pictures: lake.Name} {
			if got := h.names(h.one, Filter{Shelf: shelf}); got != want {
				t.Errorf("%s shows %q, want %q", shelf, got, want)
			}
			if got := h.names(h.next, Filter{Shelf: shelf}); got != "" {
				t.Errorf("another site's %s shows %q", shelf, got)
			}
		}
	})
}
