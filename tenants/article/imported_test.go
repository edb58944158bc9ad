package article

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/zhanqun/zhanqun/kernel"
	"github.com/zhanqun/zhanqun/platform/render"
	"github.com/zhanqun/zhanqun/storage/index"
)

// Issue 2, 4: what an import has entered is found when it returns; what one that died has left, its job fills in.
func TestImportIsIndexed(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		var lines []string
		for i := range 21 {
			lines = append(lines, jsonl(fmt.Sprintf("i%02d", i), fmt.Sprintf("水源保护办法%02d", i), "2001-01-01"))
		}
		to := []*render.Site{h.city, h.towns[0]}
		h.take(lines, to...)
		count := func() (n int64) {
			for _, s := range to {
				r, err := h.full.Search(h.ctx, index.Query{Sites: []kernel.SiteID{s.ID}, Text: "水源保护", Page: kernel.Page{Number: 1, Size: 10}})
				h.must(err)
				n += r.Total
			}
			return n
		}
		if n := count(); n != 21 {
			t.Errorf("found %d, want 21", n)
		}
		h.must(h.DB.InTx(h.ctx, func(ctx context.Context) error { // as if nobody had indexed anything
			for _, s := range to {
				h.must(h.full.Clear(ctx, s.ID))
			}
			_, err := h.DB.Conn(ctx).NewRaw("UPDATE article_imports SET indexed = ?", false).Exec(ctx)
			return err
		}))
		gone := h.public(to...)["i07"]
		h.now = h.now.Add(time.Minute)
		h.must(h.Withdraw(h.ctx, gone.Site, gone.ID, "已过时"))
		h.must(h.Queue.Drain(h.ctx))
		if n := count(); n != 20 {
			t.Errorf("after the job found %d, want 20", n)
		}
		if left, err := h.unindexed(h.ctx, 0, 10); err != nil || len(left) > 0 {
			t.Errorf("still waiting: %v (%v)", left, err)
		}
	})
}

// Design 5, B12: an imported document that is edited here keeps its original day and its origin.
func TestImportedArticleIsEdited(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		h.take([]string{jsonl("a", "旧文件", "2001-05-04")}, h.city)
		id := h.public(h.city)["a"].ID
		d, err := h.Get(h.ctx, h.city.ID, id)
		h.must(err)
		if d.State != Released || d.Payload.Body == "" {
			t.Fatalf("got %+v", d)
		}
		p := d.Payload
		p.Document.Validity, p.Origin = "abolished", nil
		h.must(h.Edit(h.ctx, h.city.ID, id, d.Version, p))
		h.review(h.city, id)
		h.must(h.Publish(h.ctx, h.city.ID, id))
		doc := h.document(h.show(h.city, id))
		if got := doc.Find(".by time").Text(); got != "2001-05-04 00:00" || doc.Find(".validity").Length() != 1 {
			t.Errorf("day %q, banner %d", got, doc.Find(".validity").Length())
		}
		if l := h.public(h.city)["a"]; l == nil {
			t.Error("the origin is lost")
		}
		h.now = h.now.Add(time.Minute)
		h.must(h.Withdraw(h.ctx, h.city.ID, id, "已过时"))
		if d, err := h.Get(h.ctx, h.city.ID, id); err != nil || d.State != Withdrawn {
			t.Errorf("after the withdrawal: %+v, %v", d, err)
		}
	})
}

// Traps of the corpus: several versions under one title are as many articles.
func TestImportSameTitle(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		h.take([]string{jsonl("v1", "饮用水管理条例", "2001-01-01"), jsonl("v2", "饮用水管理条例", "2011-01-01")}, h.city)
		doc := h.document(h.list(h.city, "zhengce/fagui", ""))
		if got := titles(doc); len(got) != 2 {
			t.Errorf("got %q", got)
		}
		newest := h.public(h.city)["v2"]
		page := h.document(h.show(h.city, newest.ID))
		if prev, next := page.Find(`a[rel="prev"]`).Length(), page.Find(`a[rel="next"]`).AttrOr("href", ""); prev != 0 ||
			next != fmt.Sprintf("/a/%d", h.public(h.city)["v1"].ID) {
			t.Errorf("neighbours of the newest: %d before, %q after", prev, next)
		}
	})
}
