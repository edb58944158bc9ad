package media

import (
	"context"
	"strings"
	"testing"

	"github.com/zhanqun/zhanqun/kernel"
	"github.com/zhanqun/zhanqun/storage/index"
)

// heard tells the full text what films say, as app does.
type heard struct{ *Media }

func (h heard) Transcripts(ctx context.Context, site kernel.SiteID, edition int64, body string) (string, error) {
	all, err := h.Said(ctx, site, edition, body)
	var out strings.Builder
	for _, s := range all {
		out.WriteString(s.Text + "\n")
	}
	return out.String(), err
}

// finds are the articles of a site that the full text has a word in.
func (h *shop) finds(site kernel.SiteID, word string) (n int) {
	h.t.Helper()
	r, err := index.New(h.DB).Search(h.ctx, index.Query{Sites: []kernel.SiteID{site}, Text: word, Page: kernel.Page{Number: 1, Size: 9}})
	h.must(err)
	return len(r.Hits)
}

// E6, B12, d10: what is said in a film is found with its public text: with the words that were reviewed, until it is withdrawn, and with later ones
// when they have gone the same way; a batch and a restore find them too.
func TestWhatAFilmSaysIsFound(t *testing.T) {
	eachShop(t, func(t *testing.T, h *shop) {
		h.articles.Films = heard{h.Media}
		film, other := h.take("解读.mp4", frame), h.take("片尾.mp4", append(frame, box("free", "x")...))
		h.must(h.PutWords(h.ctx, h.one, film.ID, Words{Captions: must(ReadCaptions([]byte(twoCues))), Transcript: "医保报销比例提高到八成"}))
		h.must(h.PutWords(h.ctx, h.one, other.ID, Words{Waiver: "只有风景音乐"}))
		id := h.writes(h.one, "一图读懂", "<p>请看录像。</p>"+film.Markup("")+other.Markup("")+film.Markup(""))
		want := func(when string, old, later int) {
			t.Helper()
			for word, n := range map[string]int{"报销比例": old, "欢迎": old, "只有风景": max(old, later), "门诊": later} {
				if got := h.finds(h.one, word); got != n {
					t.Errorf("%s %s is found %d times, want %d", when, word, got, n)
				}
				if got := h.finds(h.next, word); got != 0 {
					t.Errorf("%s %s is found at the other site", when, word)
				}
			}
		}
		want("a draft's", 0, 0)
		h.publishes(h.one, id)
		want("a public text's", 1, 0)
		h.must(h.PutWords(h.ctx, h.one, film.ID, Words{Transcript: "门诊慢病目录"}))
		_, err := h.articles.Reindex(h.ctx, h.one)
		h.must(err)
		want("with words that nobody has reviewed", 1, 0)
		d, err := h.articles.Get(h.ctx, h.one, id)
		h.must(err)
		d.Payload.Summary = "新"
		h.must(h.articles.Edit(h.ctx, h.one, id, d.Version, d.Payload))
		h.publishes(h.one, id)
		want("with the later words", 0, 1)
		h.must(h.articles.Withdraw(h.ctx, h.one, id, "有误"))
		want("withdrawn", 0, 0)
		said, err := h.Said(h.ctx, h.one, 0, d.Payload.Body)
		if err != nil || len(said) != 2 || said[0] != (Said{film.ID, "解读.mp4", true, "门诊慢病目录"}) || said[1].Text != "只有风景音乐" {
			t.Errorf("said %+v, %v", said, err)
		}
		for body, at := range map[string]kernel.SiteID{"<p>无</p>": h.one, d.Payload.Body: h.next, h.keeps(h.one, "江.png", 40).Markup(""): h.one} {
			if said, err := h.Said(h.ctx, at, 0, body); err != nil || len(said) != 0 {
				t.Errorf("%s says %+v, %v", body, said, err)
			}
		}
	})
}

// E6, E7: a copy that another site takes has the words, the description, the source and the terms of its original, in its own chain; words that the
// copy has already stay, and a film that takes another's place in a draft takes over its words.
func TestWordsTravelWithCopies(t *testing.T) {
	eachShop(t, func(t *testing.T, h *shop) {
		film, bare, still := h.take("解读.mp4", frame), h.take("没有词.mp4", append(frame, box("free", "y")...)), h.keeps(h.one, "湖.png", 40)
		captions := must(ReadCaptions([]byte(twoCues)))
		h.must(h.PutWords(h.ctx, h.one, film.ID, Words{Transcript: "第一版"}))
		h.must(h.PutWords(h.ctx, h.one, film.ID, Words{Captions: captions, Transcript: "第二版"}))
		h.must(h.Describe(h.ctx, h.one, film.ID, 0, Card{Alt: "领导讲话", Source: "融媒体", Licence: "注明来源"}))
		took := map[ID]*Item{}
		for range 2 {
			for _, i := range []*Item{film, bare, still} {
				h.must(h.Share(h.ctx, Grant{Site: h.one, Item: i.ID, To: h.next}))
				made, err := h.Adopt(h.ctx, h.next, h.one, i.ID)
				h.must(err)
				took[i.ID] = made
			}
		}
		words := func(site kernel.SiteID, id ID) *Words {
			t.Helper()
			all, err := h.words(h.ctx, site, 0, id)
			h.must(err)
			return all[id]
		}
		if w := words(h.next, took[film.ID].ID); w == nil || w.No != 1 || w.Captions != captions || w.Transcript != "第二版" || w.By != 11 {
			t.Errorf("the copy says %+v", w)
		}
		if words(h.next, took[bare.ID].ID) != nil || words(h.next, took[still.ID].ID) != nil {
			t.Error("words out of nothing")
		}
		if s, err := h.Shelved(h.ctx, h.next, took[film.ID].ID); err != nil || s.Alt != "领导讲话" || s.Source != "融媒体" || s.Licence != "注明来源" {
			t.Errorf("the copy's card is %+v, %v", s, err)
		}
		h.must(h.PutWords(h.ctx, h.next, took[film.ID].ID, Words{Transcript: "自己的"}))
		_, err := h.Adopt(h.ctx, h.next, h.one, film.ID)
		h.must(err)
		if w := words(h.next, took[film.ID].ID); w.Transcript != "自己的" {
			t.Errorf("taken once more, it says %+v", w)
		}
		sound := h.take("录音.mp3", []byte("ID3\x03\x00\x00\x00\x00\x00\x00\xff\xfb\x90\x64"+strings.Repeat("\x00", 413)))
		id := h.writes(h.one, "稿", film.Markup(""))
		h.says(h.Swap(h.ctx, h.one, film.ID, sound.ID, id), "视频只能换成视频")
		h.says(h.Swap(h.ctx, h.one, film.ID, h.keeps(h.one, "表.pdf", 300).ID, id), "视频只能换成视频")
		h.must(h.Swap(h.ctx, h.one, film.ID, bare.ID, id))
		if w := words(h.one, bare.ID); w == nil || w.Transcript != "第二版" || w.Captions != captions {
			t.Errorf("in its place: %+v", w)
		}
		if seq, err := h.Audit.Verify(h.ctx, h.next); err != nil {
			t.Errorf("the chain breaks at %v: %v", seq, err)
		}
	})
}
