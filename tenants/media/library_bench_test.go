package media

import (
	"context"
	"fmt"
	"testing"

	"github.com/zhanqun/zhanqun/kernel"
	"github.com/zhanqun/zhanqun/storage/blob/files"
	"github.com/zhanqun/zhanqun/storage/db/dbtest"
)

// LE13: a page of a library of twenty thousand pictures, a tenth of them described: the first, a late one, a folder's, and what some words find.
func BenchmarkLibrary(b *testing.B) {
	d := dbtest.SQLite(b, schema...)
	h := build(b, d, must(files.Open(b.TempDir())))
	h.must(d.InTx(h.ctx, func(ctx context.Context) error {
		for n := range 20_000 {
			i := &Item{Site: h.one, ID: h.IDs.Next(), Name: fmt.Sprintf("照片%d.jpg", n), Kind: "jpg", SHA256: fmt.Sprintf("%064d", n), Bytes: 9, Stored: 9, Width: 9, Height: 9, By: 11, At: h.now}
			if err := h.insert(ctx, i); err != nil {
				return err
			}
			if n%10 == 0 {
				if err := h.putCard(ctx, &Shelved{i, Card{Title: fmt.Sprintf("瀛湖%d", n), Folder: fmt.Sprintf("夹%d", n%100), X: 50, Y: 50, Version: 1}}); err != nil {
					return err
				}
			}
		}
		return nil
	}))
	for name, c := range map[string]struct {
		f    Filter
		page int
	}{"first": {Filter{}, 1}, "late": {Filter{}, 400}, "folder": {Filter{Folder: "夹70"}, 1}, "words": {Filter{Text: "瀛湖19990"}, 1}} {
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				if all, err := h.Library(h.ctx, h.one, c.f, kernel.Page{Number: c.page, Size: 48}); err != nil || len(all) == 0 {
					b.Fatal(len(all), err)
				}
			}
		})
	}
}
