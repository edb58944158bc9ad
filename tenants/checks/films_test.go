package checks

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/zhanqun/zhanqun/kernel"
	"github.com/zhanqun/zhanqun/tenants/article"
)

// cinema says the words of two films: other ones since an edition was frozen.
type cinema struct {
	site kernel.SiteID
	err  error
}

func (c cinema) Spoken(_ context.Context, site kernel.SiteID, edition int64, body string) ([]Spoken, error) {
	if site != c.site || !strings.Contains(body, "<video") {
		return nil, c.err
	}
	text := "各位要认真布署。李某的手机号是13800001111。"
	if edition == 0 {
		text = "各位要认真部署。"
	}
	return []Spoken{{7, "讲话.mp4", true, text}, {8, "录音.mp3", false, "李某的手机号是13800002222。"}}, c.err
}

// C9, E6: what a film says is checked as what a text says, with the film's name; nothing of it is put right in the draft, and no number is shown
// or kept whole. A frozen text is checked with the words that it was frozen with, another site's with none.
func TestTheWordsOfFilmsAreChecked(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		h.Films = cinema{site: h.town.ID}
		p := article.Payload{Title: "通知", Source: "办公室", Body: `<p>13800003333</p><video src="/-/media/7/full.mp4"></video>`}
		says := func(edition int64) (all []string) {
			found, err := h.Panel(h.ctx, h.town.ID, 0, edition, p)
			h.must(err)
			for n, f := range found {
				if !strings.HasPrefix(f.Place.Field, filmField) {
					continue
				}
				if f.Fix != nil || strings.Contains(f.Quote, "0000") {
					t.Errorf("found %+v", f)
				}
				if f.Severity == Must && !NeedsReason(found[n:]) {
					t.Error("no reason is asked for")
				}
				what, _, _ := strings.Cut(f.Say, "：")
				all = append(all, what+" "+f.Quote)
			}
			if i := slices.IndexFunc(found, func(f Finding) bool { return f.Place.Field == "body" }); i != 0 {
				t.Errorf("the text's own number stands at %d", i)
			}
			return all
		}
		if got := says(0); !slices.Equal(got, []string{"音频“录音.mp3”的文字稿 138****2222"}) {
			t.Errorf("a draft: %q", got)
		}
		if got := says(5); !slices.Equal(got, []string{"视频“讲话.mp4”的文字稿 138****1111", "音频“录音.mp3”的文字稿 138****2222", "视频“讲话.mp4”的文字稿 布署"}) {
			t.Errorf("a frozen text: %q", got)
		}
		h.publish(h.town, 0, p.Body)
		h.publish(h.county, 0, p.Body)
		h.wants(h.town, "public", "138****1111", "138****2222", "138****3333", "布署")
		h.wants(h.county, "another site's", "138****3333")
		_, err := h.Rescan(h.ctx, h.town.ID)
		h.must(err)
		h.wants(h.town, "read again", "138****1111", "138****2222", "138****3333", "布署")
		h.Films = cinema{err: errors.New("the store is away")}
		if _, err := h.Panel(h.ctx, h.town.ID, 0, 0, p); err == nil {
			t.Error("what could not be read was passed over")
		}
		if _, err := h.Rescan(h.ctx, h.town.ID); err == nil {
			t.Error("what could not be read was passed over in what is public")
		}
	})
}
