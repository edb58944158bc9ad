package publication

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/zhanqun/zhanqun/kernel"
	"github.com/zhanqun/zhanqun/storage/db"
	"github.com/zhanqun/zhanqun/storage/db/dbtest"
)

// J3, A12: the months of a site are Beijing's, newest first, with when anything in them changed; another site's are its own, and so is another kind's.
func TestMonths(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		k := newDesk(t, d)
		put := func(obj Object, at time.Time, words string) time.Time {
			k.at = at
			e := k.freeze(obj, Small, words)
			k.must(k.Approve(k.ctx(), obj.Site, e, yes(r1)))
			k.must(k.Publish(k.ctx(), obj.Site, e, Placing{20}))
			return k.at
		}
		october := time.Date(2026, 10, 31, 15, 59, 59, 0, time.UTC)
		november := time.Date(2026, 10, 31, 16, 0, 0, 0, time.UTC) // midnight in Beijing
		put(article(1), october, "十月")
		put(article(2), november, "十一月")
		put(Object{Site: 2, Kind: "article", ID: 3}, november, "邻站")
		put(Object{Site: site, Kind: "other", ID: 4}, november, "另一种")
		again := put(article(1), november.Add(90*time.Minute+123456*time.Microsecond), "十月，第二版")
		got, err := k.Months(k.ctx(), site, "article")
		k.must(err)
		if want := []Month{{"2026-11", 1, november}, {"2026-10", 1, again}}; !slices.Equal(got, want) {
			t.Errorf("got %v, want %v", got, want)
		}
		if empty, err := k.Months(k.ctx(), 9, "article"); err != nil || len(empty) != 0 {
			t.Errorf("a site without anything: %v, %v", empty, err)
		}
		stamps, err := k.Stamps(k.ctx(), site, Filter{Kind: "article", Until: november}, kernel.Page{Number: 1, Size: 10})
		k.must(err)
		if want := []Stamp{{1, again}}; !slices.Equal(stamps, want) {
			t.Errorf("stamps of October: got %v, want %v", stamps, want)
		}
		if theirs, err := k.Stamps(k.ctx(), 2, Filter{}, kernel.Page{Number: 1, Size: 10}); err != nil || len(theirs) != 1 || theirs[0].ID != 3 {
			t.Errorf("stamps of the other site: %v, %v", theirs, err)
		}
	}, schema()...)
}

// J5: a reader who goes on from a mark sees each row once, in the order of lists, also among rows of one moment and of several places.
func TestListAfterAMark(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		k := newDesk(t, d)
		for id := int64(1); id <= 9; id++ {
			k.at = start.Add(time.Duration(id/3) * time.Hour)
			e := k.freeze(article(id), Small, fmt.Sprint(id))
			k.must(k.Approve(k.ctx(), site, e, yes(r1)))
			k.must(k.Publish(k.ctx(), site, e, Placing{20 + id%2}))
		}
		for _, row := range []struct {
			filter Filter
			want   []int64
		}{
			{Filter{Kind: "article"}, []int64{9, 8, 7, 6, 5, 4, 3, 2, 1}},
			{Filter{Kind: "article", Places: []int64{20, 21}}, []int64{9, 8, 7, 6, 5, 4, 3, 2, 1}},
			{Filter{Kind: "article", Places: []int64{21}}, []int64{9, 7, 5, 3, 1}},
			{Filter{Kind: "article", Since: start.Add(2 * time.Hour)}, []int64{9, 8, 7, 6}},
			{Filter{Since: start.Add(time.Hour), Until: start.Add(3 * time.Hour)}, []int64{8, 7, 6, 5, 4, 3}},
		} {
			var got []int64
			for f := row.filter; ; {
				rows, err := k.List(k.ctx(), site, f, kernel.Page{Number: 1, Size: 2})
				k.must(err)
				if len(rows) == 0 {
					break
				}
				for _, r := range rows {
					got = append(got, r.ID)
				}
				last := rows[len(rows)-1]
				f.After = Mark{last.FirstPublishedAt, last.ID}
			}
			if !slices.Equal(got, row.want) {
				t.Errorf("%+v: got %v, want %v", row.filter, got, row.want)
			}
		}
	}, schema()...)
}

// J3, J5: a month of a site map, and a list that goes on from a mark, read the part of an index that they show and sort nothing.
func TestMapsAndMarksReadOneIndex(t *testing.T) {
	k := newDesk(t, dbtest.SQLite(t, schema()...))
	month := Filter{Kind: "article", Since: start.AddDate(0, -1, 0), Until: start}
	query, args := stamped(site, month, kernel.Page{Number: 1, Size: 50000})
	after, more := chosen(site, Filter{Kind: "article", After: Mark{start, 7}}, kernel.Page{Number: 1, Size: 21})
	for _, row := range []struct {
		query, want string
		args        []any
	}{
		{query, "INDEX publications_newest (site_id=? AND kind=? AND first_published_at>? AND first_published_at<?)", args},
		{after, "COVERING INDEX publications_newest (site_id=? AND kind=? AND (first_published_at,object_id)<(?,?))", more},
	} {
		var plan []struct {
			ID, Parent, Notused int64
			Detail              string
		}
		k.must(k.d.Conn(k.ctx()).NewRaw("EXPLAIN QUERY PLAN "+row.query, row.args...).Scan(k.ctx(), &plan))
		if said := fmt.Sprint(plan); !strings.Contains(said, row.want) || strings.Contains(said, "TEMP B-TREE") {
			t.Errorf("%s\n%s", row.query, said)
		}
	}
}

// BenchmarkSiteMap: the index and a month of a site of 5,000 documents, on SQLite.
func BenchmarkSiteMap(b *testing.B) {
	k := newDesk(b, dbtest.SQLite(b, schema()...))
	k.must(k.OpenBatch(k.ctx(), Batch{ID: "map", Source: "旧网站", Author: a, Reviewer: r1, Review: "同意", Secrecy: "不涉密"}))
	var items []ImportItem
	for id := int64(1); id <= 5000; id++ {
		items = append(items, ImportItem{Draft: Draft{Object: article(id), Title: "标题", Payload: fmt.Appendf(nil, `{"id":%d}`, id)}, Place: 20, FirstPublished: start.Add(-time.Duration(id) * time.Hour)})
	}
	for chunk := range slices.Chunk(items, 100) {
		k.must(k.Import(k.ctx(), "map", chunk))
	}
	b.Run("months", func(b *testing.B) {
		for b.Loop() {
			all, err := k.Months(k.ctx(), site, "article")
			k.must(err)
			if len(all) != 8 {
				b.Fatalf("%d months", len(all))
			}
		}
	})
	b.Run("month", func(b *testing.B) {
		for b.Loop() {
			all, err := k.Stamps(k.ctx(), site, Filter{Kind: "article", Since: start.AddDate(0, -1, 0)}, kernel.Page{Number: 1, Size: 50000})
			k.must(err)
			if len(all) != 744 {
				b.Fatalf("%d stamps", len(all))
			}
		}
	})
}
