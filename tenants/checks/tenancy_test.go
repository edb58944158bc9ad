package checks

import (
	"context"
	"testing"

	"github.com/zhanqun/zhanqun/kernel"
)

// S3: packs, hits and prints are their site's: the same name and the same number on another site are another's (isolation).
func TestRowsAreTheirSites(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		one, two := h.county.ID, h.town.ID
		print := func(id kernel.SiteID) (n int) {
			h.must(h.DB.Conn(h.ctx).NewRaw(`SELECT count(*) FROM article_prints WHERE site_id = ? AND article_id = 77`, id).Scan(h.ctx, &n))
			return n
		}
		h.must(h.DB.InTx(h.ctx, func(ctx context.Context) error {
			for id, body := range map[kernel.SiteID]string{one: "甲", two: "乙"} {
				h.must(h.putPack(ctx, &packRow{SiteID: id, Name: "地名", Digest: body, Entries: 1, Body: body, ByName: "测试", ImportedAt: h.now}))
				h.must(h.putHits(ctx, id, 77, []Finding{{Rule: "slip", Severity: Must, Say: body, Quote: body}}))
				h.must(h.putPrint(ctx, id, 77, 5, true))
			}
			return nil
		}))
		for id, want := range map[kernel.SiteID]string{one: "甲", two: "乙"} {
			if got, err := h.pack(h.ctx, id, "地名"); err != nil || got != want {
				t.Errorf("site %d reads %q, %v", id, got, err)
			}
		}
		h.must(h.DB.InTx(h.ctx, func(ctx context.Context) error {
			h.must(h.dropPack(ctx, one, "地名"))
			h.must(h.putHits(ctx, one, 77, nil))
			return h.dropPrint(ctx, one, 77)
		}))
		if got, err := h.pack(h.ctx, two, "地名"); err != nil || got != "乙" {
			t.Errorf("the other's pack is %q, %v", got, err)
		}
		if hits, err := h.hits(h.ctx, two, kernel.Page{Number: 1, Size: 9}); err != nil || len(hits) != 1 {
			t.Errorf("the other's hits are %v, %v", hits, err)
		}
		if must, should, err := h.Counts(h.ctx, one); err != nil || must+should != 0 {
			t.Errorf("the site without hits counts %d and %d, %v", must, should, err)
		}
		if got, err := h.unread(h.ctx, one, []int64{77}); err != nil || len(got) != 1 {
			t.Errorf("unread: %v, %v", got, err)
		}
		before, err := h.basicRead(h.ctx)
		h.must(err)
		h.must(h.DB.InTx(h.ctx, func(ctx context.Context) error {
			return h.putPack(ctx, &packRow{SiteID: one, Name: basicName, Digest: "x", Entries: 1, Body: "x", ByName: "测试", ImportedAt: h.now})
		}))
		if after, err := h.basicRead(h.ctx); err != nil || after != before {
			t.Errorf("the platform's pack was read as %q, now %q, %v", before, after, err)
		}
		if print(one) != 0 || print(two) != 1 {
			t.Errorf("prints: %d and %d", print(one), print(two))
		}
	})
}
