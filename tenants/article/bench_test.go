package article

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"sync/atomic"
	"testing"

	"github.com/zhanqun/zhanqun/kernel"
	"github.com/zhanqun/zhanqun/kernel/corpus"
	"github.com/zhanqun/zhanqun/platform/pages"
	"github.com/zhanqun/zhanqun/platform/publication"
	"github.com/zhanqun/zhanqun/platform/render"
	"github.com/zhanqun/zhanqun/storage/db"
	"github.com/zhanqun/zhanqun/storage/db/dbtest"
)

// engines runs f on each engine; a benchmark has no dbtest.Each.
func engines(b *testing.B, f func(b *testing.B, d *db.DB)) {
	b.Run("sqlite", func(b *testing.B) { f(b, dbtest.SQLite(b, schema()...)) })
	b.Run("postgres", func(b *testing.B) { f(b, dbtest.Postgres(b, schema()...)) })
}

// BenchmarkShow and BenchmarkList are what a page costs when the cache does not hold it: 1,000 documents in one column.
func BenchmarkShow(b *testing.B) {
	engines(b, func(b *testing.B, d *db.DB) {
		h, ids := shelf(b, d)
		b.ReportAllocs()
		for i := 0; b.Loop(); i++ {
			if _, err := h.show(h.city, ids[i%len(ids)]); err != nil {
				b.Fatal(err)
			}
		}
	})
}

// BenchmarkColdPages is how many article pages a second this machine makes on all its processors, as a node does when its
// cache holds none: revisions read first, then the page. Nothing is compressed: what the cache is given is too short.
func BenchmarkColdPages(b *testing.B) {
	engines(b, func(b *testing.B, d *db.DB) {
		h, ids := shelf(b, d)
		revisions := pages.NewRevisions(d)
		h.must(revisions.Poll(h.ctx))
		cache, err := pages.NewCache(revisions, kernel.SystemClock, pages.Config{Bytes: 1 << 20})
		h.must(err)
		b.Cleanup(func() { h.must(cache.Close()) })
		var next atomic.Int64
		b.ResetTimer()
		b.RunParallel(func(pb *testing.PB) {
			for pb.Next() {
				i := int(next.Add(1))
				_, err := cache.Get(h.ctx, pages.Key{Site: h.city.ID, URL: fmt.Sprint("city/", i)}, func(ctx context.Context) (*pages.Page, error) {
					p, err := h.page(ctx, request(h.city, fmt.Sprint(ids[i%len(ids)])))
					if err != nil {
						return nil, err
					}
					return &pages.Page{ContentType: p.ContentType, Body: p.Body[:100]}, nil
				})
				if err != nil {
					b.Error(err)
				}
			}
		})
		b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "pages/s")
	})
}

func BenchmarkList(b *testing.B) {
	engines(b, func(b *testing.B, d *db.DB) {
		h, _ := shelf(b, d)
		b.ReportAllocs()
		for i := 0; b.Loop(); i++ {
			if _, err := h.list(h.city, "zhengce/fagui", fmt.Sprint(2+i%49)); err != nil {
				b.Fatal(err)
			}
		}
	})
}

// shelf imports 1,000 documents into one column of the city.
func shelf(b *testing.B, d *db.DB) (*house, []ID) {
	h := build(b, d)
	var lines []string
	for i := range 1000 {
		lines = append(lines, jsonl(fmt.Sprintf("s%04d", i), fmt.Sprintf("关于第%04d件事的通知", i), fmt.Sprintf("20%02d-%02d-%02d", i%20, 1+i%12, 1+i%28)))
	}
	h.take(lines, h.city)
	var ids []ID
	for _, l := range h.public(h.city) {
		ids = append(ids, l.ID)
	}
	return h, ids
}

// BenchmarkImportCorpus takes the whole corpus over into three sites once, and fills the full text: documents a
// second, and bytes on disk for a byte of JSON.
func BenchmarkImportCorpus(b *testing.B) {
	path := corpus.Path(b, "policies.jsonl.gz")
	engines(b, func(b *testing.B, d *db.DB) {
		h := build(b, d)
		f, err := os.Open(path)
		h.must(err)
		defer f.Close() //nolint:errcheck // read only
		o := h.options(h.city, h.towns[0], h.towns[1])
		o.ChunkSize = 0
		b.ResetTimer() // it takes longer than any benchtime: it runs once
		r, err := h.ImportDocuments(h.ctx, f, o)
		if err != nil || len(r.Bad) > 0 || r.Imported != 3000 || h.total() != 3000 {
			b.Fatalf("%+v, %v, %d public", r, err, h.total())
		}
		b.ReportMetric(float64(r.Imported)/b.Elapsed().Seconds(), "docs/s")
		b.ReportMetric(float64(size(b, d))/float64(r.Bytes), "disk/json")
	})
}

func (h *house) total() (n int64) {
	for _, s := range []*render.Site{h.city, h.towns[0], h.towns[1]} {
		c, err := h.Published.Count(h.ctx, s.ID, publication.Filter{Kind: Kind})
		h.must(err)
		n += c
	}
	return n
}

// size is what the store takes on disk.
func size(b *testing.B, d *db.DB) (n int64) {
	b.Helper()
	if d.Postgres() {
		if err := d.Conn(b.Context()).NewRaw("SELECT pg_database_size(current_database())").Scan(b.Context(), &n); err != nil {
			b.Fatal(err)
		}
		return n
	}
	files, err := filepath.Glob(d.URL() + "*")
	if err != nil {
		b.Fatal(err)
	}
	for _, f := range files {
		s, err := os.Stat(f)
		if err != nil {
			b.Fatal(err)
		}
		n += s.Size()
	}
	return n
}
