package publication

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/zhanqun/zhanqun/kernel"
	"github.com/zhanqun/zhanqun/kernel/fault"
	"github.com/zhanqun/zhanqun/storage/db"
	"github.com/zhanqun/zhanqun/storage/db/dbtest"
)

var batch = Batch{ID: "2026-01", Source: "旧门户", Author: a, Reviewer: r1, Review: "与旧站核对一致。", Secrecy: "旧站已公开，不涉密。"}

func item(s kernel.SiteID, id, place int64, first time.Time, words string) ImportItem {
	return ImportItem{Draft: Draft{Object: Object{s, "article", id}, Title: words, Payload: fmt.Appendf(nil, `{"body":%q}`, words)}, Place: place, FirstPublished: first}
}

func day(s string) time.Time {
	t, err := time.ParseInLocation(time.DateOnly, s, kernel.Beijing)
	if err != nil {
		panic(err)
	}
	return t
}

// B12 and issue 2 (2): imported documents keep the day of their old site, and nothing else can have one.
func TestImport(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		k := newDesk(t, d)
		told := 0
		k.Published.On("test", func(_ context.Context, e PublishedEvent) error {
			if e.Imported {
				told++
			}
			return nil
		})
		wantKind(t, "an unsigned batch", k.Import(k.ctx(), "none", []ImportItem{item(1, 1, 1, start, "x")}), fault.NotFound)
		k.must(k.OpenBatch(k.ctx(), batch))
		k.must(k.OpenBatch(k.ctx(), batch)) // taken up again
		items := []ImportItem{
			item(1, 1, 20, day("2018-03-05"), "甲"), item(2, 2, 20, day("2019-03-05"), "乙"),
			item(1, 3, 20, time.Time{}, "没有日期"), item(1, 4, 21, day("2018-03-05"), "丁"),
		}
		k.must(k.Import(k.ctx(), batch.ID, items))
		l, err := k.Live(k.ctx(), article(1))
		k.must(err)
		if !l.ShownAt.Equal(day("2018-03-05")) || !l.FirstPublishedAt.Equal(l.ShownAt) || !l.EditionPublishedAt.Equal(start) || !l.Imported || !l.MigratedAt.Equal(start) {
			t.Errorf("got %+v", l.Row)
		}
		if l, err := k.Live(k.ctx(), article(3)); err != nil || !l.ShownAt.Equal(start) || !l.Imported {
			t.Errorf("without a date: %+v, %v", l, err)
		}
		if told != 4 {
			t.Errorf("told %d times, want 4", told)
		}
		tr, err := k.Latest(k.ctx(), article(1))
		k.must(err)
		if len(tr.Steps) != 1 || tr.Steps[0].Batch != batch.ID || tr.Steps[0].Reviewer != r1 || tr.Author != a {
			t.Errorf("the chain of an imported text: %+v", tr.Steps)
		}
		t.Run("a corrected edition keeps the old day and stays marked", func(t *testing.T) {
			k.at = start.Add(time.Hour)
			k.public(article(1), "改正")
			l, err := k.Live(k.ctx(), article(1))
			k.must(err)
			if !l.ShownAt.Equal(day("2018-03-05")) || !l.Imported || !l.MigratedAt.Equal(start) || !l.EditionPublishedAt.Equal(k.at) {
				t.Errorf("got %+v", l.Row)
			}
		})
		t.Run("one bad document undoes all", func(t *testing.T) {
			for name, bad := range map[string]ImportItem{
				"a day that has not come": item(1, 11, 20, start.AddDate(1, 0, 0), "x"), "no place": item(1, 11, 0, start, "x"),
				"no title": item(1, 11, 20, start, " "), "a day before the archives": item(1, 11, 20, day("1800-01-01"), "x"),
				"twice": item(1, 10, 20, start, "x"), "already here": item(1, 1, 20, start, "x"),
			} {
				err := k.Import(k.ctx(), batch.ID, []ImportItem{item(1, 10, 20, start, "好"), bad})
				if fault.KindOf(err) == "" {
					t.Errorf("%s: got %v", name, err)
				}
				_, err = k.Live(k.ctx(), article(10))
				wantKind(t, name, err, fault.NotFound)
			}
		})
		t.Run("a batch of one person, or of nobody, or with another's number", func(t *testing.T) {
			for name, change := range map[string]func(*Batch){
				"the author reviews": func(b *Batch) { b.Reviewer = a }, "no reviewer": func(b *Batch) { b.Reviewer = 0 }, "no source": func(b *Batch) { b.Source = "" },
				"no secrecy opinion": func(b *Batch) { b.Secrecy = "" }, "another author": func(b *Batch) { b.ID, b.Author = batch.ID, r2 },
			} {
				b := batch
				b.ID = "2026-02"
				change(&b)
				if err := k.OpenBatch(k.ctx(), b); fault.KindOf(err) == "" {
					t.Errorf("%s: got %v", name, err)
				}
			}
		})
		for chain := kernel.SiteID(0); chain < 3; chain++ {
			if _, err := k.log.Verify(k.ctx(), chain); err != nil {
				t.Error(err)
			}
		}
	}, schema()...)
}

// Lists: newest day first, then the higher id; places and pages; one site only.
func TestLists(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		k := newDesk(t, d)
		k.must(k.OpenBatch(k.ctx(), batch))
		days := []string{"2020-01-01", "2021-01-01", "2021-01-01", "2019-06-01", "2022-01-01"}
		var items []ImportItem
		for i, s := range days {
			items = append(items, item(1, int64(i+1), 20+int64(i%2), day(s), s), item(2, int64(i+101), 20, day(s), "别站"))
		}
		k.must(k.Import(k.ctx(), batch.ID, items))
		ids := func(f Filter, pg kernel.Page) string {
			rows, err := k.List(k.ctx(), 1, f, pg)
			k.must(err)
			var s []string
			for _, r := range rows {
				s = append(s, fmt.Sprint(r.ID))
			}
			return strings.Join(s, " ")
		}
		for _, c := range []struct {
			name string
			f    Filter
			pg   kernel.Page
			want string
		}{
			{"everything on the site", Filter{}, kernel.Page{}, "5 3 2 1 4"},
			{"one kind", Filter{Kind: "article"}, kernel.Page{}, "5 3 2 1 4"},
			{"a kind nobody has", Filter{Kind: "guide"}, kernel.Page{}, ""},
			{"one place", Filter{Kind: "article", Places: []int64{20}}, kernel.Page{}, "5 3 1"},
			{"two places", Filter{Places: []int64{21, 20, 99}}, kernel.Page{Number: 1, Size: 10}, "5 3 2 1 4"},
			{"no place", Filter{Places: []int64{}}, kernel.Page{}, ""},
			{"the second page", Filter{}, kernel.Page{Number: 2, Size: 2}, "2 1"},
			{"a page beyond the end", Filter{}, kernel.Page{Number: 9, Size: 2}, ""},
		} {
			if got := ids(c.f, c.pg); got != c.want {
				t.Errorf("%s: got %q, want %q", c.name, got, c.want)
			}
		}
		if n, err := k.Count(k.ctx(), 1, Filter{Places: []int64{20}}); err != nil || n != 3 {
			t.Errorf("count: %d, %v", n, err)
		}
		places, err := k.Places(k.ctx(), 1)
		k.must(err)
		if len(places) != 2 || places[20].Count != 3 || !places[20].Last.Equal(day("2022-01-01")) || places[21].Count != 2 || !places[21].Last.Equal(day("2021-01-01")) {
			t.Errorf("places %+v", places)
		}
		t.Run("taking over a document without a day is no update of its place", func(t *testing.T) {
			k.must(k.Import(k.ctx(), batch.ID, []ImportItem{item(3, 900, 20, time.Time{}, "无日期"), item(3, 901, 21, day("2020-02-02"), "旧"), item(3, 902, 21, time.Time{}, "无日期")}))
			places, err := k.Places(k.ctx(), 3)
			k.must(err)
			if places[20].Count != 1 || !places[20].Last.IsZero() || places[21].Count != 2 || !places[21].Last.Equal(day("2020-02-02")) {
				t.Errorf("places %+v", places)
			}
		})
		l, err := k.Live(k.ctx(), article(3))
		k.must(err)
		newer, older, err := k.Around(k.ctx(), l.Row)
		k.must(err)
		if newer == nil || newer.ID != 5 || older == nil || older.ID != 1 {
			t.Errorf("around 3: %+v %+v", newer, older)
		}
		t.Run("a moved object is in its new place", func(t *testing.T) {
			var moved []Row
			k.Moved.On("test", func(_ context.Context, r Row) error { moved = append(moved, r); return nil })
			wantKind(t, "nowhere", k.Move(k.ctx(), article(4), Placing{}), fault.Invalid)
			wantKind(t, "what is not public", k.Move(k.ctx(), article(77), Placing{1}), fault.NotFound)
			k.must(k.Move(k.ctx(), article(4), Placing{20}))
			if got := ids(Filter{Places: []int64{20}}, kernel.Page{}); got != "5 3 1 4" {
				t.Errorf("got %q", got)
			}
			if len(moved) != 1 || moved[0].Place != 20 || moved[0].ID != 4 {
				t.Errorf("told %+v", moved)
			}
		})
	}, schema()...)
}

// Issue 2 (2): the import rate.
func BenchmarkImport(b *testing.B) {
	body := strings.Repeat("安康市人民政府办公室关于印发通知。", 60)
	for name, open := range map[string]func() *db.DB{
		"sqlite": func() *db.DB { return dbtest.SQLite(b, schema()...) }, "postgres": func() *db.DB { return dbtest.Postgres(b, schema()...) },
	} {
		b.Run(name, func(b *testing.B) {
			k := newDesk(b, open())
			k.must(k.OpenBatch(k.ctx(), batch))
			id := int64(0)
			for b.Loop() {
				items := make([]ImportItem, 200)
				for i := range items {
					id++
					items[i] = item(kernel.SiteID(i%20+1), id, 20, start, "标题")
					items[i].Payload = fmt.Appendf(nil, `{"body":%q}`, body)
				}
				k.must(k.Import(k.ctx(), batch.ID, items))
			}
			b.ReportMetric(float64(id)/b.Elapsed().Seconds(), "documents/s")
		})
	}
}

// Issue 3, 1: a page far back in a list, or of several columns, finds its rows in one index and reads nothing else.
func TestAListReadsOnlyWhatItShows(t *testing.T) {
	k := newDesk(t, dbtest.SQLite(t, schema()...))
	for _, row := range []struct {
		name   string
		places []int64
		want   int // reads of the index
	}{{"one column", []int64{7}, 1}, {"three columns", []int64{7, 8, 9}, 3}} {
		keys, args := chosen(1, Filter{Kind: "article", Places: row.places}, kernel.Page{Number: 1000, Size: 20})
		var plan []struct {
			ID, Parent, Notused int64
			Detail              string
		}
		if err := k.d.Conn(k.ctx()).NewRaw("EXPLAIN QUERY PLAN "+keys, args...).Scan(k.ctx(), &plan); err != nil {
			t.Fatal(err)
		}
		reads, sorts := 0, 0
		for _, line := range plan {
			if strings.Contains(line.Detail, "COVERING INDEX publications_place (site_id=? AND kind=? AND place=?)") {
				reads++
			} else if strings.HasPrefix(line.Detail+" ", "SCAN p ") || strings.HasPrefix(line.Detail, "SEARCH p ") {
				t.Errorf("%s: %s", row.name, line.Detail)
			}
			if strings.Contains(line.Detail, "TEMP B-TREE") {
				sorts++
			}
		}
		if reads != row.want || row.want == 1 && sorts > 0 {
			t.Errorf("%s: %d reads of the index, %d sorts: %v", row.name, reads, sorts, plan)
		}
	}
}
