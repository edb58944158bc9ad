package index

import (
	"bufio"
	"compress/gzip"
	"context"
	"encoding/json"
	"html"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/zhanqun/zhanqun/kernel"
	"github.com/zhanqun/zhanqun/kernel/corpus"
	"github.com/zhanqun/zhanqun/storage/db"
	"github.com/zhanqun/zhanqun/storage/db/dbtest"
)

// postgres returns a store on the test server, or nil where there is none: dbtest would skip the whole fuzz test.
func postgres(t testing.TB) *db.DB {
	t.Helper()
	if os.Getenv("ZHANQUN_TEST_POSTGRES") == "" {
		return nil
	}
	return dbtest.Postgres(t, Migrations())
}

var tags = regexp.MustCompile(`<[^>]*>`)

// policies reads real official texts, up to n of them, every step-th, spread over 15 sites.
func policies(t testing.TB, n, step int) []Doc {
	t.Helper()
	z, err := gzip.NewReader(corpus.Open(t, "policies.jsonl.gz"))
	if err != nil {
		t.Fatal(err)
	}
	lines := bufio.NewScanner(z)
	lines.Buffer(nil, 4<<20)
	var docs []Doc
	for i := 0; lines.Scan() && len(docs) < n; i++ {
		if i%step != 0 {
			continue
		}
		var row struct {
			Title  string `json:"title"`
			Number string `json:"number"`
			Body   string `json:"body_html"`
		}
		if err := json.Unmarshal(lines.Bytes(), &row); err != nil {
			t.Fatalf("line %d: %v", i+1, err)
		}
		body := html.UnescapeString(tags.ReplaceAllString(row.Body, "\n"))
		docs = append(docs, Doc{Site: kernel.SiteID(i%15 + 1), ID: int64(i + 1), Column: int64(i % 4), Title: row.Title, Number: row.Number, Body: row.Number + "\n" + body, At: day.Add(time.Duration(i) * time.Hour)})
	}
	if err := lines.Err(); err != nil || len(docs) == 0 {
		t.Fatalf("%d documents, %v", len(docs), err)
	}
	return docs
}

// T1: on real documents, both engines find exactly what reading all of them finds, whatever their length.
func TestRealDocumentsFindTheTruth(t *testing.T) {
	docs := policies(t, 150, 20)
	sites := []kernel.SiteID{}
	for i := range 15 {
		sites = append(sites, kernel.SiteID(i+1))
	}
	var texts []string
	queries := map[string]bool{"税": true, "税务": true, "政府": true, "营商环境": true, "规定": true, "本条例自": true, "国务院办公厅": true, "人民法院": true}
	for i, d := range docs {
		p := plain(d.Title) + "\x00" + plain(d.Body)
		texts = append(texts, p)
		rs := slices.DeleteFunc(strings.FieldsFunc(p, func(r rune) bool { return classOf(r) != han }), func(s string) bool { return len([]rune(s)) < 7 })
		if i%2 == 0 && len(rs) > 0 { // words from the beginning, the middle and the very end of the text
			for k, run := range []string{rs[0], rs[len(rs)/2], rs[len(rs)-1]} {
				r := []rune(run)
				at := (i * 7) % (len(r) - 6)
				queries[string(r[at:at+2+(i+k)%5])] = true
			}
		}
	}
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		x := fill(t, d, docs)
		hits := 0
		for q := range queries {
			var want []int64
			for i, d := range docs {
				if strings.Contains(texts[i], q) {
					want = append(want, d.ID)
				}
			}
			got := find(t, x, Query{Sites: sites, Text: q})
			if !slices.Equal(got, want) {
				t.Errorf("%q: found %d, want %d: %v %v", q, len(got), len(want), got, want)
			}
			hits += len(got)
		}
		t.Logf("%d documents, %d queries, %d hits", len(docs), len(queries), hits)
	}, Migrations())
}

func eachBench(b *testing.B, f func(b *testing.B, d *db.DB)) {
	b.Run("sqlite", func(b *testing.B) { f(b, dbtest.SQLite(b, Migrations())) })
	b.Run("postgres", func(b *testing.B) { f(b, dbtest.Postgres(b, Migrations())) })
}

// BenchmarkPut indexes real documents, a transaction for each fifty.
func BenchmarkPut(b *testing.B) {
	docs := policies(b, 200, 15)
	size := 0
	for _, d := range docs {
		size += len(d.Title) + len(d.Body)
	}
	eachBench(b, func(b *testing.B, d *db.DB) {
		x := New(d)
		b.SetBytes(int64(size))
		for b.Loop() {
			for part := range slices.Chunk(docs, 50) {
				must(b, d, func(ctx context.Context) error { return x.Put(ctx, part...) })
			}
		}
		b.ReportMetric(float64(len(docs)*b.N)/b.Elapsed().Seconds(), "docs/s")
	})
}

// BenchmarkSearch asks a first page of 20 among 3,000 real documents, of one site and of all fifteen.
func BenchmarkSearch(b *testing.B) {
	docs := policies(b, 3000, 1)
	all := []kernel.SiteID{1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15}
	eachBench(b, func(b *testing.B, d *db.DB) {
		x := fill(b, d, docs)
		for _, q := range []string{"营商环境", "税务", "国务院办公厅", "规定"} {
			for _, sites := range [][]kernel.SiteID{all[:1], all} {
				b.Run(q+map[bool]string{true: "/site", false: "/city"}[len(sites) == 1], func(b *testing.B) {
					var total int64
					for b.Loop() {
						r, err := x.Search(context.Background(), Query{Sites: sites, Text: q, Page: kernel.Page{Number: 1, Size: 20}})
						if err != nil {
							b.Fatal(err)
						}
						total = r.Total
					}
					b.ReportMetric(float64(total), "hits")
				})
			}
		}
	})
}
