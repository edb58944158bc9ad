package index

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"github.com/zhanqun/zhanqun/kernel"
	"github.com/zhanqun/zhanqun/kernel/fault"
	"github.com/zhanqun/zhanqun/storage/db"
	"github.com/zhanqun/zhanqun/storage/db/dbtest"
)

func TestBadQueries(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		x := fill(t, d, library())
		for _, row := range []struct {
			name string
			q    Query
			kind fault.Kind
		}{
			{"too long a text", Query{Text: strings.Repeat("税", maxQuery+1)}, fault.Invalid},
			{"as long as may be", Query{Text: strings.Repeat("税", maxQuery)}, ""},
			{"as many words as may be", Query{Text: strings.Repeat("税 ", maxQuery/2)}, ""},
			{"too deep a page", Query{Text: "税", Page: kernel.Page{Number: 1 << 40, Size: 20}}, fault.Invalid},
			{"a page before the first and of no size", Query{Text: "税", Page: kernel.Page{Number: -3, Size: -1}}, ""},
			{"a page after the last", Query{Text: "税", Page: kernel.Page{Number: 99, Size: 20}}, ""},
			{"an empty text", Query{}, ""},
			{"a NUL and broken UTF-8", Query{Text: "税\x00\xff'"}, ""},
		} {
			row.q.Sites = everySite
			if _, err := x.Search(context.Background(), row.q); fault.KindOf(err) != row.kind || err != nil && row.kind == "" {
				t.Errorf("%s: got %v, want kind %q", row.name, err, row.kind)
			}
		}
	}, Migrations())
}

// FuzzSearch: no query is an error, finds another site's document, or differs between reading and asking.
func FuzzSearch(f *testing.F) {
	for _, q := range []string{`"税" OR *`, `税务') OR 1=1 --`, "s8", "scope:s8", "{title}:税", "'~s8'", "税:*", `\`, "NEAR(税 务)", "a'b\"c`d", "?0 ?", "^税", "-税", "税+务"} {
		f.Add(q)
	}
	stores := map[string]*Index{"sqlite": fill(f, dbtest.SQLite(f, Migrations()), library())}
	if pg := postgres(f); pg != nil {
		stores["postgres"] = fill(f, pg, library())
	}
	f.Fuzz(func(t *testing.T, text string) {
		var totals []int64
		for engine, x := range stores {
			r, err := x.Search(context.Background(), Query{Sites: []kernel.SiteID{7, 9}, Text: text, Page: kernel.Page{Number: 1, Size: 50}})
			if err != nil && !fault.Is(err, fault.Invalid) {
				t.Fatalf("%s: %q: %v", engine, text, err)
			}
			for _, h := range r.Hits {
				if h.Site == 8 {
					t.Fatalf("%s: %q found another site's document", engine, text)
				}
			}
			totals = append(totals, r.Total)
		}
		if len(totals) == 2 && totals[0] != totals[1] {
			t.Fatalf("%q: the engines find %v", text, totals)
		}
	})
}

func ExampleHighlight() {
	fmt.Println(Highlight("关于优化营商环境的实施意见", "营商环境", 0))
	// Output: 关于优化<mark>营商环境</mark>的实施意见
}
