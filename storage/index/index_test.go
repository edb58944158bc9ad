package index

import (
	"context"
	"errors"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode"

	"golang.org/x/text/unicode/norm"

	"github.com/zhanqun/zhanqun/kernel"
	"github.com/zhanqun/zhanqun/kernel/fault"
	"github.com/zhanqun/zhanqun/storage/db"
	"github.com/zhanqun/zhanqun/storage/db/dbtest"
)

var day = time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC)

// library is our own text: short documents that hold every trap once.
func library() []Doc {
	var docs []Doc
	add := func(site kernel.SiteID, column int64, title, body string) {
		n := int64(len(docs) + 1)
		docs = append(docs, Doc{Site: site, ID: n, Column: column, Title: title, Body: body, At: day.AddDate(0, 0, int(n))})
	}
	add(7, 20, "关于优化营商环境的实施意见", "各县（市、区）人民政府：为进一步优化营商环境，简化税务登记，现提出以下意见。")
	add(7, 20, "关于做好春季森林防火工作的通知", "落实24小时值班制度，严格执行领导带班。")
	add(7, 2, "停水公告", "因管网检修，3月5日8时至18时停水，抢修电话24 小时开通。")
	add(7, 1, "市长调研重点项目", "强调要以更好的营商服务、更优的环境吸引投资。")
	add(7, 20, "安政办发〔2015〕71号文件的解读", "本文解读《关于加强政府网站群建设的通知》（安政办发〔2015〕71号）。")
	add(8, 20, "二〇二六年税务工作要点", "税务局将于２０２６年推行电子发票。第２４条小时工除外。")
	add(8, 2, "关于葛\U000E0100城路改名的公告", "住户𠮷野氏提出异议，经𬭩业社区讨论通过。")
	add(8, 1, "政府\u200b工作\u200b报告", "一年来，经济\u00ad发展稳中有进。")
	add(8, 1, "李\ue003明同志任职公示", "拟任㈱安康公司ＣＥＯ，联系电话0915-1234567。")
	add(9, 80, "村务公开", "环境。保护水源；环境、保护并重。税")
	add(9, 80, "环境保护", "COVID-19 防控常态化，Wi-Fi 全覆盖，办理时限24。")
	add(9, 81, "便民服务指南", `O'Reilly said "税" \ OR NOT (scope:s7) ~s7 & | ! :* <b>加粗</b>`)
	add(9, 81, "老年人优待证办理", "税收减免事项见税务局公告；"+strings.Repeat("的的的", 400)+"尾声末句。")
	return docs
}

func fill(t testing.TB, d *db.DB, docs []Doc) *Index {
	t.Helper()
	x := New(d)
	if err := d.InTx(context.Background(), func(ctx context.Context) error { return x.Put(ctx, docs...) }); err != nil {
		t.Fatal(err)
	}
	return x
}

func find(t testing.TB, x *Index, q Query) []int64 {
	t.Helper()
	var ids []int64
	q.Page = kernel.Page{Number: 1, Size: maxPage}
	for {
		r, err := x.Search(context.Background(), q)
		if err != nil {
			t.Fatalf("search %q: %v", q.Text, err)
		}
		for _, h := range r.Hits {
			ids = append(ids, h.ID)
		}
		if q.Page.Number++; len(r.Hits) < maxPage {
			if int64(len(ids)) != r.Total {
				t.Fatalf("search %q: %d hits on all pages, total says %d", q.Text, len(ids), r.Total)
			}
			slices.Sort(ids)
			return ids
		}
	}
}

var everySite = []kernel.SiteID{7, 8, 9}

// plain is the naive reading of a text: folded, in lower case, without what nobody sees.
func plain(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.In(r, unicode.Cf, unicode.Variation_Selector) {
			return -1
		}
		return unicode.ToLower(r)
	}, norm.NFKC.String(s))
}

// truth are the ids of the documents in which each pattern is found by reading them from one end to the other.
func truth(docs []Doc, sites []kernel.SiteID, patterns ...string) []int64 {
	var ids []int64
	for _, d := range docs {
		all := slices.Contains(sites, d.Site)
		for _, p := range patterns {
			re := regexp.MustCompile(p)
			all = all && (re.MatchString(plain(d.Title)) || re.MatchString(plain(d.Body)))
		}
		if all {
			ids = append(ids, d.ID)
		}
	}
	return ids
}

// T1: the golden queries; both engines find exactly what a naive reading finds.
func TestGoldenQueriesFindTheTruth(t *testing.T) {
	docs := library()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		x := fill(t, d, docs)
		for _, row := range []struct {
			name, query string
			patterns    []string
			hits        int // so that a row cannot pass by finding nothing
		}{
			{"a two-character word", "税务", []string{"税务"}, 3},
			{"a single character", "税", []string{"税"}, 5},
			{"a single character at the end of a text", "源", []string{"源"}, 1},
			{"a four-character word does not match its halves", "营商环境", []string{"营商环境"}, 1},
			{"a word is not found across punctuation", "环境保护", []string{"环境保护"}, 1},
			{"two words must both occur", "营商 环境", []string{"营商", "环境"}, 2},
			{"24小时 also finds 24 小时, and not 24条小时", "24小时", []string{"24 ?小时"}, 2},
			{"24 小时 finds both words wherever they stand", "24 小时", []string{`(^|[^a-z0-9])24`, "小时"}, 3},
			{"full-width digits in the query", "２０２６年", []string{"2026年"}, 1},
			{"full-width digits in the text", "2026", []string{`\b2026`}, 1},
			{"a document number", "安政办发〔2015〕71号", []string{`安政办发〔2015〕71号`}, 1},
			{"a document number with other brackets", "安政办发[2015]71号", []string{`安政办发〔2015〕71号`}, 1},
			{"a zero-width space in the text", "政府工作报告", []string{"政府工作报告"}, 1},
			{"a zero-width space in the query", "经济\u200b发展", []string{"经济发展"}, 1},
			{"a variation selector", "葛城路", []string{"葛城路"}, 1},
			{"characters outside the BMP", "𠮷野", []string{"𠮷野"}, 1},
			{"one character outside the BMP", "𬭩", []string{"𬭩"}, 1},
			{"a private-use character", "李\ue003明", []string{"李\ue003明"}, 1},
			{"a private-use character is not any character", "李\ue004明", []string{"李\ue004明"}, 0},
			{"Latin in another case and width", "ceo", []string{"ceo"}, 1},
			{"the beginning of a Latin word", "cov", []string{`\bcov`}, 1},
			{"not its middle", "ovid", []string{`\bovid`}, 0},
			{"a number with a hyphen", "0915-1234567", []string{"0915-1234567"}, 1},
			{"a name with an apostrophe", "O'Reilly", []string{"o'reilly"}, 1},
			{"engine syntax is only words", `"税" OR NOT (scope:s7)`, []string{"税", `\bor`, `\bnot`, "scope:s7"}, 1},
			{"a scope cannot be asked for", "s7", []string{`\bs7`}, 1},
			{"nor in the other engine's spelling", "~s8", []string{`\bs8`}, 0},
			{"a word that stands 1,200 times", "的的", []string{"的的"}, 1},
			{"what follows a word that stands 1,200 times", "的的尾声末句", []string{"的的尾声末句"}, 1},
			{"the end of a Han run before digits", "时限24", []string{"时限24"}, 1},
			{"nothing", "量子计算", []string{"量子计算"}, 0},
		} {
			got, want := find(t, x, Query{Sites: everySite, Text: row.query}), truth(docs, everySite, row.patterns...)
			if !slices.Equal(got, want) || len(got) != row.hits {
				t.Errorf("%s (%s): got %v, want %v (%d)", row.name, row.query, got, want, row.hits)
			}
		}
	}, Migrations())
}

// T1: every substring of Han of every document is found where a naive reading finds it, and nowhere else.
func TestEverySubstringFindsTheTruth(t *testing.T) {
	docs := library()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		x := fill(t, d, docs)
		asked := map[string]bool{}
		for _, doc := range docs {
			for run := range strings.FieldsFuncSeq(plain(doc.Title+"\n"+doc.Body), func(r rune) bool { return classOf(r) != han }) {
				rs := []rune(run)
				for _, n := range []int{1, 2, 3, 5} {
					for i := 0; i+n <= len(rs) && i < 40; i += 3 {
						asked[string(rs[i:i+n])] = true
					}
				}
			}
		}
		for q := range asked {
			if got, want := find(t, x, Query{Sites: everySite, Text: q}), truth(docs, everySite, regexp.QuoteMeta(q)); !slices.Equal(got, want) {
				t.Errorf("%q: got %v, want %v", q, got, want)
			}
		}
		if len(asked) < 200 {
			t.Errorf("only %d substrings asked", len(asked))
		}
	}, Migrations())
}

// d41: a search answers for the named sites and column only.
func TestASearchStaysInItsSitesAndColumn(t *testing.T) {
	docs := library()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		x := fill(t, d, docs)
		many := append([]kernel.SiteID{8}, make([]kernel.SiteID, 20)...)
		for i := range many[1:] {
			many[i+1] = kernel.SiteID(1000 + i)
		}
		for _, row := range []struct {
			name string
			q    Query
			want []int64
		}{
			{"one site", Query{Sites: []kernel.SiteID{8}, Text: "税务"}, []int64{6}},
			{"two sites", Query{Sites: []kernel.SiteID{7, 8}, Text: "税务"}, []int64{1, 6}},
			{"more sites than are named inside the index", Query{Sites: many, Text: "税务"}, []int64{6}},
			{"no site", Query{Text: "税务"}, nil},
			{"another site", Query{Sites: []kernel.SiteID{70, 77, 700}, Text: "税务"}, nil},
			{"one column of every site", Query{Sites: everySite, Column: 20, Text: "24"}, []int64{2, 6}},
			{"one column of one site", Query{Sites: []kernel.SiteID{7}, Column: 2, Text: "24"}, []int64{3}},
			{"one column of many sites", Query{Sites: many, Column: 20, Text: "税务"}, []int64{6}},
		} {
			if got := find(t, x, row.q); !slices.Equal(got, row.want) {
				t.Errorf("%s: got %v, want %v", row.name, got, row.want)
			}
		}
	}, Migrations())
}

// T1: ranking.
func TestRanking(t *testing.T) {
	filler := strings.Repeat("本办法所称事项，按照有关规定执行。", 300)
	docs := []Doc{
		{Site: 7, ID: 1, Title: "会议纪要", Body: strings.Repeat("森林防火。", 30), At: day},
		{Site: 7, ID: 2, Title: "森林防火条例", Body: filler, At: day.AddDate(-9, 0, 0)},
		{Site: 7, ID: 3, Title: "简报", Body: "森林防火。" + filler, At: day.AddDate(1, 0, 0)},
		{Site: 7, ID: 4, Title: "森林巡查", Body: "防火。", At: day.AddDate(2, 0, 0)},
		{Site: 7, ID: 5, Title: "无关", Body: "停水公告。", At: day},
	}
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		x := fill(t, d, docs)
		for _, row := range []struct {
			name string
			q    Query
			want []int64
		}{
			{"a title in a long old document outranks any body, then a text that is about it", Query{Text: "森林防火"}, []int64{2, 1, 3}},
			{"one word in the title is not all words in the title", Query{Text: "森林 防火"}, []int64{2, 1, 4, 3}},
			{"newest first when asked", Query{Text: "森林防火", Newest: true}, []int64{3, 1, 2}},
		} {
			row.q.Sites, row.q.Page.Size = []kernel.SiteID{7}, 10
			r, err := x.Search(context.Background(), row.q)
			if err != nil {
				t.Fatal(err)
			}
			var got []int64
			for _, h := range r.Hits {
				got = append(got, h.ID)
			}
			if !slices.Equal(got, row.want) {
				t.Errorf("%s: got %v, want %v: %+v", row.name, got, row.want, r.Hits)
			}
			if !r.Hits[0].Title && !row.q.Newest || !slices.ContainsFunc(docs, func(d Doc) bool { return d.ID == r.Hits[0].ID && d.At.Equal(r.Hits[0].At) }) {
				t.Errorf("%s: the first hit is %+v", row.name, r.Hits[0])
			}
		}
	}, Migrations())
}

// T1: a word that stands nearly everywhere is answered by date, title first; pages neither repeat nor lose a hit.
func TestACommonWordIsOrderedByDate(t *testing.T) {
	var docs []Doc
	for i := range 1005 {
		docs = append(docs, Doc{Site: 7, ID: int64(i + 1), Title: "公示", Body: "关于人员的公告。", At: day.Add(time.Duration(i/3) * time.Hour)})
	}
	docs[9].Title = "公告"
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		x := fill(t, d, docs)
		q := Query{Sites: []kernel.SiteID{7}, Text: "公告", Page: kernel.Page{Number: 1, Size: 3}}
		r, err := x.Search(context.Background(), q)
		if err != nil {
			t.Fatal(err)
		}
		last := int64(len(docs))
		if r.Total != last || r.Hits[0].ID != 10 || r.Hits[1].ID != last || r.Hits[2].ID != last-1 || r.Hits[1].Often {
			t.Errorf("total %d, hits %+v", r.Total, r.Hits)
		}
		if got := find(t, x, q); len(slices.Compact(got)) != len(docs) {
			t.Errorf("%d different hits over all pages, want %d", len(slices.Compact(got)), len(docs))
		}
	}, Migrations())
}

// design.md 5 and 6: the index moves with its transaction.
func TestTheIndexMovesWithItsTransaction(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		x, ctx, site := fill(t, d, library()), context.Background(), []kernel.SiteID{7}
		doc := Doc{Site: 7, ID: 900, Column: 1, Title: "新稿", Body: "量子计算", At: day}
		if err := x.Put(ctx, doc); !errors.Is(err, errNoTransaction) {
			t.Errorf("Put outside a transaction: %v", err)
		}
		if err := errors.Join(x.Delete(ctx, 7, 1)); !errors.Is(err, errNoTransaction) {
			t.Errorf("Delete outside a transaction: %v", err)
		}
		if err := x.Clear(ctx, 7); !errors.Is(err, errNoTransaction) {
			t.Errorf("Clear outside a transaction: %v", err)
		}
		undone := errors.New("undone")
		err := d.InTx(ctx, func(ctx context.Context) error {
			if err := x.Put(ctx, doc); err != nil {
				return err
			}
			if got := total(ctx, x, "量子"); got != 1 {
				t.Errorf("inside its transaction the document is found %d times", got)
			}
			return undone
		})
		if !errors.Is(err, undone) || len(find(t, x, Query{Sites: site, Text: "量子"})) != 0 {
			t.Errorf("after a rollback: %v", err)
		}
		must(t, d, func(ctx context.Context) error { return x.Put(ctx, doc) })
		doc.Body, doc.Title, doc.Column = "经典计算", "改稿", 2
		must(t, d, func(ctx context.Context) error { return x.Put(ctx, doc, doc) })
		for word, want := range map[string]int{"量子": 0, "新稿": 0, "经典": 1, "改稿": 1} {
			if got := find(t, x, Query{Sites: site, Column: 2, Text: word}); len(got) != want {
				t.Errorf("after a change %s is found %d times, want %d", word, len(got), want)
			}
		}
		must(t, d, func(ctx context.Context) error { return x.Delete(ctx, 8, 900) }) // another site's id
		if len(find(t, x, Query{Sites: site, Text: "经典"})) != 1 {
			t.Error("a site deleted another's document")
		}
		err = d.InTx(ctx, func(ctx context.Context) error { return x.Put(ctx, Doc{Site: 8, ID: 900, Title: "夺", At: day}) })
		if !fault.Is(err, fault.Conflict) || len(find(t, x, Query{Sites: site, Text: "经典"})) != 1 {
			t.Errorf("a site took another's id: %v", err)
		}
		for range 2 {
			must(t, d, func(ctx context.Context) error { return x.Delete(ctx, 7, 900) })
		}
		if len(find(t, x, Query{Sites: site, Text: "经典"})) != 0 {
			t.Error("found after Delete")
		}
	}, Migrations())
}

func total(ctx context.Context, x *Index, text string) int64 {
	r, err := x.Search(ctx, Query{Sites: everySite, Text: text, Page: kernel.Page{Number: 1, Size: 1}})
	if err != nil {
		return -1
	}
	return r.Total
}

func must(t testing.TB, d *db.DB, f func(context.Context) error) {
	t.Helper()
	if err := d.InTx(context.Background(), f); err != nil {
		t.Fatal(err)
	}
}

func TestRebuild(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		x, ctx := fill(t, d, library()), context.Background()
		missing, err := x.Missing(ctx, 7, []int64{1, 2, 6, 99})
		if err != nil || !slices.Equal(missing, []int64{6, 99}) { // 6 is site 8's
			t.Errorf("missing %v, %v", missing, err)
		}
		must(t, d, func(ctx context.Context) error {
			_, err := d.Conn(ctx).NewRaw("UPDATE search_docs SET form = 0 WHERE site_id = 7 AND id = 2").Exec(ctx)
			return err
		})
		if missing, err = x.Missing(ctx, 7, []int64{1, 2}); err != nil || !slices.Equal(missing, []int64{2}) {
			t.Errorf("a document by older rules: missing %v, %v", missing, err)
		}
		ids, err := x.IDs(ctx, 7, 1, 3)
		if err != nil || !slices.Equal(ids, []int64{2, 3, 4}) {
			t.Errorf("ids %v, %v", ids, err)
		}
		if ids, err = x.IDs(ctx, 8, 0, 100); err != nil || !slices.Equal(ids, []int64{6, 7, 8, 9}) {
			t.Errorf("ids of site 8: %v, %v; want its own", ids, err)
		}
		must(t, d, func(ctx context.Context) error { return x.Clear(ctx, 7) })
		if got := find(t, x, Query{Sites: everySite, Text: "税务"}); !slices.Equal(got, []int64{6, 13}) {
			t.Errorf("after clearing site 7: %v", got)
		}
		must(t, d, func(ctx context.Context) error { return x.Put(ctx, library()[:5]...) })
		if got := find(t, x, Query{Sites: everySite, Text: "税务"}); !slices.Equal(got, []int64{1, 6, 13}) {
			t.Errorf("after filling site 7 again: %v", got)
		}
	}, Migrations())
}
