package index

import (
	"context"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/zhanqun/zhanqun/kernel"
	"github.com/zhanqun/zhanqun/storage/db"
	"github.com/zhanqun/zhanqun/storage/db/dbtest"
)

// offices are documents that speak of one another's numbers.
func offices() []Doc {
	doc := func(id int64, number, title, body string, f Facets) Doc {
		return Doc{Site: 7, ID: id, Title: title, Body: number + "\n" + body, Number: number, Facets: f, At: day.AddDate(int(id)%3, 0, 0)}
	}
	return []Doc{
		doc(1, "安政办发〔2015〕71号", "关于加强政府网站群建设的通知", "各县区：现通知如下。", Facets{Kind: "policy", Issuer: "安康市人民政府办公室", Validity: "in_force"}),
		doc(2, "安政办发〔2016〕5号", "关于贯彻安政办发〔2015〕71号的实施意见", "安政办发〔2015〕71号、安政办发〔2015〕71号、安政办发〔2015〕71号。", Facets{Kind: "policy", Issuer: "安康市人民政府办公室", Validity: "abolished"}),
		doc(3, "", "图解安政办发〔2015〕71号", "公积金提取办法一图读懂。", Facets{Kind: "news"}),
		doc(4, "安政办发〔2015〕7号", "住房公积金管理办法", "职工住房公积金的缴存和提取。", Facets{Kind: "policy", Issuer: "安康市住房公积金管理中心", Validity: "in_force"}),
	}
}

// ids are the hits of a query in their order.
func ids(t testing.TB, x *Index, q Query) (all []int64) {
	t.Helper()
	q.Page = kernel.Page{Number: 1, Size: 50}
	r, err := x.Search(context.Background(), q)
	if err != nil {
		t.Fatal(err)
	}
	for _, h := range r.Hits {
		all = append(all, h.ID)
	}
	return all
}

// T1: whoever types the number of a document, however it is spelled, has the document first.
func TestTheNumberComesFirst(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		x := fill(t, d, offices())
		for _, q := range []string{"安政办发〔2015〕71号", "安政办发[2015]71号", "安政办发【2015】71号", "安政办发（２０１５）71号", "安政办发(2015)７１号", "安政办发 〔2015〕 71 号", "安政办发〔2015〕71"} {
			if got := ids(t, x, Query{Sites: everySite, Text: q}); !slices.Equal(got, []int64{1, 2, 3}) {
				t.Errorf("%s finds %v", q, got)
			}
		}
		if got := ids(t, x, Query{Sites: everySite, Text: "安政办发〔2015〕7号"}); !slices.Equal(got, []int64{4}) {
			t.Errorf("the beginning of another number: %v", got)
		}
		r, err := x.Search(context.Background(), Query{Sites: everySite, Text: "安政办发〔2015〕71号", Page: kernel.Page{Number: 1, Size: 2}})
		if err != nil || !r.Hits[0].Number || r.Hits[1].Number {
			t.Errorf("which of them it is: %+v, %v", r.Hits, err)
		}
	}, Migrations())
}

// T1: over all real documents that have a number; under -short, as with the race detector, every tenth is asked.
func TestEveryRealNumberComesFirst(t *testing.T) {
	docs, numbered := policies(t, 3000, 1), []Doc(nil)
	sites := map[kernel.SiteID]bool{}
	kept := docs[:0]
	for i, d := range docs {
		if d.Number != "" {
			numbered = append(numbered, d)
		}
		if d.Number != "" || i%8 == 0 {
			d.Body = d.Body[:min(len(d.Body), 2000)]
			d.Body = strings.ToValidUTF8(d.Body, "")
			kept = append(kept, d)
			sites[d.Site] = true
		}
	}
	all := []kernel.SiteID{}
	for s := range sites {
		all = append(all, s)
	}
	spell := []*strings.Replacer{strings.NewReplacer(), strings.NewReplacer("〔", "[", "〕", "]"), strings.NewReplacer("1", "１", "2", "２", "0", "０"), strings.NewReplacer("〔", "（", "〕", "）")}
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		x := fill(t, d, kept)
		for i, d := range numbered {
			if testing.Short() && i%10 != 0 {
				continue
			}
			q := spell[i%len(spell)].Replace(d.Number)
			r, err := x.Search(context.Background(), Query{Sites: all, Text: q, Page: kernel.Page{Number: 1, Size: 5}})
			if err != nil || len(r.Hits) == 0 || !r.Hits[0].Number {
				t.Errorf("%q: %+v, %v", q, r, err)
				continue
			}
			if !slices.ContainsFunc(kept, func(k Doc) bool { return k.ID == r.Hits[0].ID && Normal(k.Number) == Normal(d.Number) }) {
				t.Errorf("%q finds document %d first", q, r.Hits[0].ID)
			}
		}
		t.Logf("%d numbers among %d documents", len(numbered), len(kept))
	}, Migrations())
}

// T3: a word finds what holds any of those that stand for it, and only where every word of the query is found in one of its forms.
func TestWordsThatStandForOneAnother(t *testing.T) {
	alike := func(word string) []string {
		return map[string][]string{"公积金": {"住房公积金", "网站群"}, "税": {"、、", "通知"}, "管理": {"图解"}, "GJJ": {"公积金"}}[word]
	}
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		x := fill(t, d, offices())
		for _, row := range []struct {
			text string
			want []int64
		}{
			{"公积金", []int64{1, 3, 4}},
			{"公积金 提取", []int64{3, 4}},
			{"公积金 管理", []int64{3, 4}},
			{"管理 公积金 通知", nil},
			{"税", []int64{1}},
			{"GJJ", []int64{3, 4}},
			{"gjj", nil},
		} {
			got := ids(t, x, Query{Sites: everySite, Text: row.text, Alike: alike})
			if slices.Sort(got); !slices.Equal(got, row.want) {
				t.Errorf("%s finds %v, want %v", row.text, got, row.want)
			}
			some, err := x.Any(context.Background(), Query{Sites: everySite, Text: row.text, Alike: alike})
			if err != nil || some != (len(row.want) > 0) {
				t.Errorf("%s finds anything: %v, %v", row.text, some, err)
			}
		}
		if got := ids(t, x, Query{Sites: everySite, Text: "公积金", Alike: alike}); got[0] != 4 && got[0] != 1 {
			t.Errorf("a title with a word that stands for it comes behind: %v", got)
		}
	}, Migrations())
}

// T2: what narrows a result, and how many hits each would leave.
func TestFacetsNarrow(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		x := fill(t, d, offices())
		for _, row := range []struct {
			name string
			only Facets
			want []int64
		}{
			{"kind", Facets{Kind: "news"}, []int64{3}},
			{"issuer", Facets{Issuer: "安康市人民政府办公室"}, []int64{1, 2}},
			{"year", Facets{Year: "2028"}, []int64{2}},
			{"validity", Facets{Validity: "abolished"}, []int64{2}},
			{"two at once", Facets{Kind: "policy", Validity: "in_force"}, []int64{1}},
			{"nothing has it", Facets{Issuer: "没有这个机关"}, nil},
		} {
			q := Query{Sites: everySite, Text: "2015", Only: row.only}
			got := ids(t, x, q)
			got = slices.DeleteFunc(got, func(id int64) bool { return id == 4 }) // in force as well; what it has is asked below
			if slices.Sort(got); !slices.Equal(got, row.want) {
				t.Errorf("%s: %v, want %v", row.name, got, row.want)
			}
		}
		r, err := x.Search(context.Background(), Query{Sites: everySite, Text: "2015", Count: true, Page: kernel.Page{Number: 9, Size: 1}})
		if err != nil || r.Total != 4 || len(r.Counts) != 4 {
			t.Fatalf("%+v, %v", r, err)
		}
		years := map[string]int64{}
		for _, c := range r.Counts {
			years[c.Year] += c.N
		}
		if years["2026"] != 1 || years["2027"] != 2 || years["2028"] != 1 {
			t.Errorf("years %v", years)
		}
		if r, _ := x.Search(context.Background(), Query{Sites: everySite, Text: "2015", Page: kernel.Page{Number: 1, Size: 1}}); r.Counts != nil {
			t.Errorf("counted unasked: %+v", r.Counts)
		}
	}, Migrations())
}

// Behind an upgrade the sites with documents by older rules are named, and only those.
func TestOutdated(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		x := fill(t, d, append(offices(), Doc{Site: 9, ID: 50, Title: "旧", At: day}))
		if sites, err := x.Outdated(t.Context()); err != nil || len(sites) != 0 {
			t.Fatalf("%v, %v", sites, err)
		}
		err := d.InTx(t.Context(), func(ctx context.Context) error {
			_, err := d.Conn(ctx).NewRaw(`UPDATE search_docs SET form = 2 WHERE site_id = 9`).Exec(ctx)
			return err
		})
		if sites, err2 := x.Outdated(t.Context()); err != nil || err2 != nil || !slices.Equal(sites, []kernel.SiteID{9}) {
			t.Errorf("%v, %v, %v", sites, err, err2)
		}
	}, Migrations())
}

// D7: a library lists everything of a site without a text, narrowed by each facet and by columns, by the day of writing or of publication,
// and to any depth; what another site or another column holds is not in it.
func TestAShelf(t *testing.T) {
	docs := []Doc{
		{Site: 7, ID: 1, Column: 20, Title: "甲办法", Number: "安政发〔2015〕1号", Facets: Facets{Kind: "policy", Subject: "财政", Genre: "办法"}, At: day, Written: "2014-01-01"},
		{Site: 7, ID: 2, Column: 21, Title: "乙通知", Facets: Facets{Kind: "policy", Subject: "财政", Genre: "通知"}, At: day.AddDate(0, 0, 1), Written: "2013-01-01"},
		{Site: 7, ID: 3, Column: 20, Title: "丙通知", Facets: Facets{Kind: "policy", Subject: "教育", Genre: "通知"}, At: day.AddDate(0, 0, 2)},
		{Site: 7, ID: 4, Column: 20, Title: "通知类的新闻", Facets: Facets{Kind: "news"}, At: day},
		{Site: 8, ID: 5, Column: 20, Title: "邻县的通知", Facets: Facets{Kind: "policy", Subject: "财政"}, At: day},
	}
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		x := fill(t, d, docs)
		here := []kernel.SiteID{7}
		for _, row := range []struct {
			name string
			q    Query
			want []int64
		}{
			{"all, the newest first", Query{Only: Facets{Kind: "policy"}}, []int64{3, 2, 1}},
			{"by the day of writing", Query{Only: Facets{Kind: "policy"}, Written: true}, []int64{1, 2, 3}},
			{"of a subject", Query{Only: Facets{Kind: "policy", Subject: "财政"}}, []int64{2, 1}},
			{"of a genre", Query{Only: Facets{Kind: "policy", Genre: "通知"}}, []int64{3, 2}},
			{"in a column", Query{Only: Facets{Kind: "policy"}, Within: []int64{21}}, []int64{2}},
			{"in no column", Query{Only: Facets{Kind: "policy"}, Within: []int64{}}, nil},
			{"with a text", Query{Text: "通知", Only: Facets{Kind: "policy"}}, []int64{3, 2}},
			{"with a text, in a column", Query{Text: "通知", Only: Facets{Kind: "policy"}, Within: []int64{20}}, []int64{3}},
			{"with a text of signs", Query{Text: "。", Only: Facets{Kind: "policy"}}, nil},
			{"with its number", Query{Text: "安政发〔2015〕1号", Only: Facets{Kind: "policy"}}, nil},
		} {
			row.q.Sites, row.q.Shelf = here, true
			if got := ids(t, x, row.q); !slices.Equal(got, row.want) {
				t.Errorf("%s: %v, want %v", row.name, got, row.want)
			}
		}
		q := Query{Sites: here, Shelf: true, Count: true, Only: Facets{Kind: "policy"}, Page: kernel.Page{Number: 20000, Size: 25}}
		r, err := x.Search(t.Context(), q)
		sums := map[Facets]int64{}
		for _, c := range r.Counts {
			sums[c.Facets] = c.N
		}
		if err != nil || r.Total != 3 || sums[Facets{Subject: "财政"}] != 2 || sums[Facets{Subject: "教育"}] != 1 || sums[Facets{Genre: "通知"}] != 2 || sums[Facets{Genre: "办法"}] != 1 || sums[Facets{Year: day.Format("2006")}] != 3 {
			t.Errorf("far back: %+v, %v", r, err)
		}
		q.Shelf = false
		if r, err := x.Search(t.Context(), q); err == nil || r.Total != 0 {
			t.Errorf("a search without a text: %+v, %v", r, err)
		}
	}, Migrations())
}

// D7: the first page of a library of twenty thousand documents, with what it counts, and one far back.
func BenchmarkShelf(b *testing.B) {
	d := dbtest.SQLite(b, Migrations())
	docs := make([]Doc, 20_000)
	for i := range docs {
		docs[i] = Doc{Site: 7, ID: int64(i) + 1, Column: 20, Title: "通知", At: day.AddDate(0, 0, i%5000), Written: "2015-01-01",
			Facets: Facets{Kind: "policy", Issuer: "机关" + string(rune('甲'+i%40)), Subject: "主题" + string(rune('甲'+i%22)), Genre: "体裁" + string(rune('甲'+i%15)), Validity: "in_force"}}
	}
	x := fill(b, d, docs)
	for _, page := range []int{1, 800} {
		b.Run(strconv.Itoa(page), func(b *testing.B) {
			for b.Loop() {
				r, err := x.Search(b.Context(), Query{Sites: []kernel.SiteID{7}, Shelf: true, Count: true, Only: Facets{Kind: "policy"}, Page: kernel.Page{Number: page, Size: 25}})
				if err != nil || r.Total != 20_000 || len(r.Hits) != 25 {
					b.Fatal(r.Total, err)
				}
			}
		})
	}
}
