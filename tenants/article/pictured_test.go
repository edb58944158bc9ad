package article

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"github.com/zhanqun/zhanqun/storage/db/dbtest"
)

// E7: which texts of a site name a file of it: drafts, those in the bin, and what somebody is typing, whole numbers only, none of another site.
func TestWhichTextsNameAFile(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		text := func(title string, file int) Payload {
			return Payload{Title: title, Body: fmt.Sprintf(`<p><img src="/-/media/%d/full.png" alt="湖"></p>`, file)}
		}
		one, err := h.Create(h.ctx, h.city.ID, 2, "", text("甲", 7))
		h.must(err)
		_, err = h.Create(h.ctx, h.city.ID, 2, "", text("乙", 77))
		h.must(err)
		_, err = h.Create(h.ctx, h.city.ID, 2, "", news("没有图"))
		h.must(err)
		_, err = h.Create(h.ctx, h.towns[0].ID, 2, "", text("别站的", 7))
		h.must(err)
		away, err := h.Create(h.ctx, h.city.ID, 2, "", text("丢", 7))
		h.must(err)
		h.must(h.Bin(h.ctx, h.city.ID, away, 1))
		for n, s := range []Autosave{{Site: h.city.ID, Article: one, Base: 1}, {Site: h.city.ID}, {Site: h.towns[0].ID}} {
			s.Session, s.Column, s.Seq, s.Words = fmt.Sprintf("0123456789abcde%d", n), 2, 1, `{"body":"<img src=\"/-/media/7/full.png\">"}`
			_, err := h.Autosave(h.ctx, s)
			h.must(err)
		}
		names := func(file int64) string {
			all, err := h.Pictured(h.ctx, h.city.ID, file)
			h.must(err)
			said := ""
			for _, p := range all {
				said += fmt.Sprintf("%s %s binned %v unsaved %v\n", p.Title, p.State, p.Binned, p.Unsaved)
			}
			return said
		}
		const typed = "甲  binned false unsaved true\n"
		sevens := "丢 draft binned true unsaved false\n甲 draft binned false unsaved false\n"
		if got := names(7); got != sevens+"  binned false unsaved true\n"+typed && got != sevens+typed+"  binned false unsaved true\n" {
			t.Errorf("7 is named by\n%s", got)
		}
		if got := names(77); got != "乙 draft binned false unsaved false\n" {
			t.Errorf("77 is named by\n%s", got)
		}
		if all, err := h.Pictured(h.ctx, h.city.ID, 0); err != nil || len(all) != 5 {
			t.Errorf("any file is named by %+v, %v", all, err)
		}
	})
}

// E7, LE13: which of ten thousand drafts of about 5 KB name one file.
func BenchmarkPictured(b *testing.B) {
	h := build(b, dbtest.SQLite(b, schema()...))
	text := strings.Repeat("各镇（街道）要认真落实防汛责任。", 110)
	for at := 0; at < 10_000; at += 500 {
		var rows []*articleRow
		for n := at; n < at+500; n++ {
			raw := fmt.Sprintf(`{"kind":"news","title":"稿","body":"<p>%s</p><img src=\"/-/media/%d/full.png\">"}`, text, n+1)
			rows = append(rows, &articleRow{SiteID: h.city.ID, ID: h.IDs.Next(), ColumnID: 2, State: Drafted, AuthorID: author, Version: 1, Policy: "ordinary", Title: "稿", Payload: &raw, CreatedAt: h.now, UpdatedAt: h.now})
		}
		h.must(h.DB.InTx(h.ctx, func(ctx context.Context) error { return h.insert(ctx, rows...) }))
	}
	for b.Loop() {
		if all, err := h.Pictured(h.ctx, h.city.ID, 7); err != nil || len(all) != 1 {
			b.Fatal(len(all), err)
		}
	}
}
