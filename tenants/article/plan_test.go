package article

import (
	"strings"
	"testing"
	"time"

	"github.com/zhanqun/zhanqun/kernel"
	"github.com/zhanqun/zhanqun/storage/db/dbtest"
)

// Issue 4, Must show 8: whatever a list of the desk is narrowed by, it chooses its page in one covering index, in its order; and nobody is
// asked for by reading all articles.
func TestAListOfTheDeskReadsOneIndex(t *testing.T) {
	h := build(t, dbtest.SQLite(t, schema()...))
	day := time.Date(2020, 3, 1, 0, 0, 0, 0, time.UTC)
	plan := func(query string, args ...any) (lines []string) {
		t.Helper()
		var rows []struct {
			ID, Parent, Notused int64
			Detail              string
		}
		h.must(h.DB.Conn(h.ctx).NewRaw("EXPLAIN QUERY PLAN "+query, args...).Scan(h.ctx, &rows))
		for _, r := range rows {
			lines = append(lines, r.Detail)
		}
		return lines
	}
	const listed, authors, unpublished = "articles_listed (site_id=?)", "articles_authors (site_id=? AND author_id=?)", "articles_unpublished (site_id=?)"
	for _, row := range []struct {
		name, index string
		f           Filter
	}{
		{"all", listed, Filter{}},
		{"what is published", listed, Filter{State: Released}},
		{"a column", listed, Filter{Column: 2}},
		{"the columns of an appointment", listed, Filter{Within: []int64{2, 3}}},
		{"words", listed, Filter{Text: "停水"}},
		{"words with letters", listed, Filter{Text: "Wi-Fi"}},
		{"an author", authors, Filter{Author: 7}},
		{"an author's words in a column", authors, Filter{Author: 7, Column: 2, Text: "停水"}},
		{"drafts", unpublished, Filter{State: Drafted}},
		{"what waits", unpublished, Filter{State: Submitted, Text: "停水"}},
		{"what was withdrawn", unpublished, Filter{State: Withdrawn, Column: 2}},
		{"the bin", unpublished, Filter{Binned: true}},
		{"some days", strings.Replace(listed, "site_id=?", "site_id=? AND updated_at>? AND updated_at<?", 1), Filter{From: day, To: day.AddDate(0, 1, 0)}},
	} {
		p := kernel.Page{Number: 1000, Size: 50}
		lines := plan(h.chosen(h.ctx, h.city.ID, row.f, p).String())
		if len(lines) != 1 || lines[0] != "SEARCH articles USING COVERING INDEX "+row.index {
			t.Errorf("%s: %q", row.name, lines)
		}
		if lines = plan(h.listed(h.ctx, h.city.ID, row.f, p).String()); !strings.HasSuffix(lines[0], "(site_id=? AND id=?)") && !strings.HasSuffix(lines[0], "(id=?)") || strings.Contains(strings.Join(lines, " "), "TEMP B-TREE") {
			t.Errorf("the rows of %s: %q", row.name, lines)
		}
	}
	steps := strings.Join(plan(authorsQuery, h.city.ID, h.city.ID, authorsMost), "\n")
	if !strings.Contains(steps, "articles_authors (site_id=? AND author_id>?)") || strings.Contains(steps, "SCAN articles") {
		t.Errorf("the authors: %s", steps)
	}
}

// A12 (I17), issue 4: a page of the desk's list and the authors above it are one site's, whatever else is newer or came first.
func TestAListOfTheDeskIsTheSitesOwn(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		var ids []ID
		for i, w := range []struct {
			site kernel.SiteID
			who  kernel.AccountID
		}{{h.city.ID, 12}, {h.towns[0].ID, 11}, {h.city.ID, 14}, {h.towns[0].ID, 13}} {
			h.now = h.now.Add(time.Minute)
			id, err := h.Create(h.as(w.who), w.site, 1+int64(i), "", news("稿件"))
			h.must(err)
			ids = append(ids, id)
		}
		all, err := h.Articles.List(h.ctx, h.city.ID, Filter{}, kernel.Page{Number: 1, Size: 2})
		if err != nil || len(all) != 2 || all[0].ID != ids[2] || all[1].ID != ids[0] {
			t.Errorf("the city's list is %+v, %v", all, err)
		}
		who, err := h.Authors(h.ctx, h.city.ID)
		if err != nil || len(who) != 2 || who[0] != 12 || who[1] != 14 {
			t.Errorf("the city's authors are %v, %v", who, err)
		}
		column, err := h.ColumnOf(h.ctx, h.city.ID, ids[2])
		if err != nil || column != 3 {
			t.Errorf("the article stands in %d, %v", column, err)
		}
		if _, err := h.ColumnOf(h.ctx, h.city.ID, ids[1]); err == nil {
			t.Error("the column of another site's article was told")
		}
	})
}
