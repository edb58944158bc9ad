package media

import (
	"context"
	"testing"
	"time"

	"github.com/zhanqun/zhanqun/kernel/fault"
	"github.com/zhanqun/zhanqun/storage/blob"
	"github.com/zhanqun/zhanqun/tenants/article"
)

// E7, d51: what a text uses, whether it is public, a draft, thrown away with one, or only being typed, is not thrown away.
func TestWhatIsUsedIsNotBinned(t *testing.T) {
	eachShop(t, func(t *testing.T, h *shop) {
		live, draft, typed, binned := h.keeps(h.one, "公开.png", 40), h.keeps(h.one, "草稿.png", 42), h.keeps(h.one, "在写.png", 44), h.keeps(h.one, "一起.png", 46)
		h.publishes(h.one, h.writes(h.one, "公开的稿", live.Markup("")))
		h.writes(h.one, "未发的稿", draft.Markup(""))
		away := h.writes(h.one, "丢掉的稿", binned.Markup(""))
		h.must(h.articles.Bin(h.ctx, h.one, away, 1))
		_, err := h.articles.Autosave(h.ctx, article.Autosave{Site: h.one, Session: "0123456789abcdef", Column: 2, Seq: 1, Words: `{"body":"<img src=\"` + typed.Path() + `\">"}`})
		h.must(err)
		h.says(h.Bin(h.ctx, h.one, live.ID), "正在网站上公开（公开的稿）")
		h.says(h.Bin(h.ctx, h.one, draft.ID), "还在稿件里用着（未发的稿）")
		h.says(h.Bin(h.ctx, h.one, binned.ID), "还在稿件里用着（丢掉的稿）")
		h.says(h.Bin(h.ctx, h.one, typed.ID), "还在稿件里用着")
		if got := h.names(h.one, Filter{Shelf: Binned}); got != "" {
			t.Errorf("in the bin: %q", got)
		}
		free := h.keeps(h.one, "没用.png", 48)
		h.says(h.Unbin(h.ctx, h.one, free.ID), "不在回收站")
		h.must(h.Bin(h.ctx, h.one, free.ID))
		h.says(h.Bin(h.ctx, h.one, free.ID), "已经在回收站")
		h.must(h.Unbin(h.ctx, h.one, free.ID))
		if got := h.names(h.one, Filter{Text: "没用"}); got != "没用.png" {
			t.Errorf("taken out: %q", got)
		}
		h.sound("binned")
	})
}

// E7, A11, Q10: after thirty days what nothing names is gone with its bytes, once, and no day earlier; another name of the same bytes keeps them,
// and nothing of another site goes.
func TestTheBinIsEmptied(t *testing.T) {
	eachShop(t, func(t *testing.T, h *shop) {
		gone := h.keeps(h.one, "丢.png", 400)
		twin, same := h.keeps(h.one, "甲.pdf", 2000), h.keeps(h.one, "乙.pdf", 2000)
		theirs := h.keeps(h.next, "丢.png", 400)
		h.must(h.Describe(h.ctx, h.one, gone.ID, 0, Card{Alt: "湖"}))
		h.must(h.Bin(h.ctx, h.one, gone.ID))
		h.must(h.Bin(h.ctx, h.one, twin.ID))
		keys := len(h.keys())
		h.now = h.now.Add(BinnedFor - time.Minute)
		h.must(h.queue.Drain(h.ctx))
		h.must(h.emptyBin(h.ctx, h.one, EmptyBin{Media: gone.ID, SHA256: gone.SHA256, Thumbs: []int{320}})) // a job that comes early does nothing
		if got := h.names(h.one, Filter{Shelf: Binned}); got != "甲.pdf 丢.png" && got != "丢.png 甲.pdf" || len(h.keys()) != keys {
			t.Errorf("a minute early: %q, %d keys", got, len(h.keys()))
		}
		h.now = h.now.Add(time.Minute)
		h.must(h.queue.Drain(h.ctx))
		for range 2 { // safe to run twice
			h.must(h.emptyBin(h.ctx, h.one, EmptyBin{Media: gone.ID, SHA256: gone.SHA256, Thumbs: []int{320}}))
		}
		if got := h.names(h.one, Filter{Shelf: Binned}); got != "" {
			t.Errorf("still in the bin: %q", got)
		}
		if _, err := h.Get(h.ctx, h.one, gone.ID); !fault.Is(err, fault.NotFound) {
			t.Errorf("its row: %v", err)
		}
		for key, want := range map[string]bool{gone.key(0): false, gone.key(320): false, same.key(0): true, theirs.key(0): true, theirs.key(320): true} {
			if _, err := h.Store.Stat(h.ctx, key); want != (err == nil) {
				t.Errorf("%s: %v", key, err)
			}
		}
		if n, err := h.total(h.ctx, h.one); err != nil || n != same.Stored {
			t.Errorf("%d bytes are counted, %v", n, err)
		}
		again := h.keeps(h.one, "丢.png", 400)
		if again.ID == gone.ID {
			t.Error("an id was used again")
		}
		h.sound("emptied")
	})
}

// E7, E5: a film goes with its poster and the form that was made of it, but for what another item has since been made of: whoever keeps a film from
// the site and uploads it again has the very bytes that lie under the first one.
func TestAFilmGoesWithWhatWasMadeOfIt(t *testing.T) {
	one, two := filmed(t, "a.mov", "-c:v", "mpeg4", "-c:a", "pcm_s16le"), filmed(t, "b.mov", "-c:v", "mpeg4", "-c:a", "pcm_s16le", "-t", "2")
	eachMaker(t, func(t *testing.T, h *shop) {
		made := func(name string, raw []byte) (film, again *Item) {
			i := h.take(name, raw)
			h.must(h.queue.Drain(h.ctx))
			film, err := h.Get(h.ctx, h.one, i.ID)
			h.must(err)
			_, out := h.got(film, "full.mov")
			again = h.take("又传"+name, out)
			h.must(h.queue.Drain(h.ctx))
			if film.Film.State != Ready || film.Film.Poster.Bytes == 0 || again.key(0) != film.Film.Play.key(h.one) {
				t.Fatalf("%s became %+v, and %s when it was uploaded again", name, film.Film, again.SHA256)
			}
			return film, again
		}
		gone, stays := made("江.mov", one)
		whole, copied := made("湖.mov", two)
		h.must(h.Bin(h.ctx, h.one, gone.ID))
		h.must(h.Bin(h.ctx, h.one, copied.ID))
		h.now = h.now.Add(BinnedFor)
		for range 2 { // what lies where is left to a second job
			h.must(h.queue.Drain(h.ctx))
		}
		for _, id := range []ID{gone.ID, copied.ID} {
			if _, err := h.Get(h.ctx, h.one, id); !fault.Is(err, fault.NotFound) {
				t.Errorf("the row of %d: %v", id, err)
			}
		}
		for key, want := range map[string]bool{gone.key(0): false, gone.Film.Play.key(h.one): true, whole.key(0): true, whole.Film.Play.key(h.one): true, whole.Film.Poster.key(h.one): true} {
			if _, err := h.Store.Stat(h.ctx, key); want != (err == nil) {
				t.Errorf("%s: %v", key, err)
			}
		}
		for i, name := range map[*Item]string{stays: "full.mp4", whole: "full.mov"} {
			now, err := h.Get(h.ctx, h.one, i.ID)
			h.must(err)
			h.got(now, name)
		}
		h.sound("binned films") // nothing is missing, and nothing lies there that no row names
	})
}

// E7: what is used again comes out of the bin by itself; what a frozen text ever named stays, for that text is evidence.
func TestWhatIsNamedAgainComesBack(t *testing.T) {
	eachShop(t, func(t *testing.T, h *shop) {
		brought, named, frozen := h.keeps(h.one, "又传.png", 40), h.keeps(h.one, "又写.png", 42), h.keeps(h.one, "定稿.png", 44)
		waiting, theirs := h.keeps(h.one, "等着.png", 46), h.keeps(h.next, "又传.png", 40)
		once := h.writes(h.one, "曾经", frozen.Markup(""))
		h.publishes(h.one, once)
		h.must(h.articles.Withdraw(h.ctx, h.one, once, "有误"))
		d, err := h.articles.Get(h.ctx, h.one, once)
		h.must(err)
		d.Payload.Body = "<p>没有了。</p>"
		h.must(h.articles.Edit(h.ctx, h.one, once, d.Version, d.Payload))
		for _, i := range []*Item{brought, named, frozen, waiting} {
			h.must(h.Bin(h.ctx, i.Site, i.ID))
		}
		h.must(h.Bin(h.ctx, h.next, theirs.ID))
		h.keeps(h.one, "又传.png", 40)
		h.writes(h.one, "又写", named.Markup(""))
		if got := h.names(h.one, Filter{}); got != "又传.png" {
			t.Errorf("taken out at once: %q", got)
		}
		if got := h.names(h.next, Filter{Shelf: Binned}); got != "又传.png" {
			t.Errorf("the other site's bin has %q", got)
		}
		h.must(h.Unbin(h.ctx, h.next, theirs.ID))
		h.now = h.now.Add(BinnedFor)
		h.must(h.queue.Drain(h.ctx))
		if got := h.names(h.one, Filter{}); got != "又写.png 又传.png" && got != "又传.png 又写.png" {
			t.Errorf("in the library: %q", got)
		}
		if got := h.names(h.one, Filter{Shelf: Binned}); got != "定稿.png" {
			t.Errorf("kept as evidence: %q", got)
		}
		if kept, err := h.evidence(h.ctx, h.one, []ID{brought.ID, frozen.ID}); err != nil || len(kept) != 1 || !kept[frozen.ID] {
			t.Errorf("evidence: %v, %v", kept, err)
		}
		h.must(h.emptyBin(h.ctx, h.one, EmptyBin{Media: frozen.ID, SHA256: frozen.SHA256})) // were there a job
		if _, err := h.Get(h.ctx, h.one, frozen.ID); err != nil {
			t.Errorf("what an edition named: %v", err)
		}
		if _, err := h.Get(h.ctx, h.next, theirs.ID); err != nil {
			t.Errorf("the other site's: %v", err)
		}
		d, err = h.articles.Get(h.ctx, h.one, once)
		h.must(err)
		d.Payload.Body = frozen.Markup("")
		h.must(h.articles.Edit(h.ctx, h.one, once, d.Version, d.Payload))
		_, err = h.articles.Submit(h.ctx, h.one, once, d.Version+1)
		h.must(err)
		if got := h.names(h.one, Filter{Shelf: Binned}); got != "" {
			t.Errorf("sent for review, and in the bin: %q", got)
		}
		h.sound("revived")
	})
}

// swept is a store whose erasure comes between somebody's bytes and their row.
type swept struct {
	blob.Store
	key string
}

func (s *swept) Stat(ctx context.Context, key string) (blob.Info, error) {
	if key == s.key {
		s.key = ""
		if err := s.Delete(ctx, key); err != nil {
			return blob.Info{}, err
		}
	}
	return s.Store.Stat(ctx, key)
}

// E7, Q10: whoever uploads the very bytes that the bin takes away at this moment has them.
func TestAnUploadDuringASweepIsWhole(t *testing.T) {
	eachShop(t, func(t *testing.T, h *shop) {
		first := h.keeps(h.one, "湖.png", 400)
		h.must(h.Bin(h.ctx, h.one, first.ID))
		h.now = h.now.Add(BinnedFor)
		h.must(h.queue.Drain(h.ctx))
		h.Store = &swept{h.Store, first.key(320)}
		again := h.keeps(h.one, "湖.png", 400)
		if again.ID == first.ID {
			t.Error("the row was there still")
		}
		h.sound("uploaded again")
	})
}
