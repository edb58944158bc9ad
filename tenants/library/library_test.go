package library

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/PuerkitoBio/goquery"
	"github.com/zhanqun/zhanqun/kernel"
	"github.com/zhanqun/zhanqun/kernel/fault"
	"github.com/zhanqun/zhanqun/platform/render"
	"github.com/zhanqun/zhanqun/platform/web"
	"github.com/zhanqun/zhanqun/storage/db"
	"github.com/zhanqun/zhanqun/storage/db/dbtest"
	"github.com/zhanqun/zhanqun/storage/index"
	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// hall is a library over a full text, and what its ports say.
type hall struct {
	*Library
	t      testing.TB
	d      *db.DB
	full   *index.Index
	public map[int64]Document
	site   *render.Site
	broken error
	turns  int
}

func (h *hall) Nav(_ context.Context, s *render.Site) ([]render.Link, error) {
	return []render.Link{{Text: "政务公开", Href: s.Path("/c/gongkai")}}, nil
}

func (h *hall) Shelves(context.Context, kernel.SiteID, string) ([]Shelf, error) {
	return []Shelf{{20, "政策文件", []int64{20, 21}}, {21, "规范性文件", []int64{21}}}, h.broken
}

func (h *hall) Documents(_ context.Context, site kernel.SiteID, ids []int64) (map[int64]Document, error) {
	found := map[int64]Document{}
	for _, id := range ids {
		if d, ok := h.public[id]; ok && site == h.site.ID {
			found[id] = d
		}
	}
	return found, nil
}

func each(t *testing.T, f func(t *testing.T, h *hall)) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := &hall{t: t, d: d, full: index.New(d), public: map[int64]Document{}, site: &render.Site{ID: 7, Name: "安康市人民政府", Theme: "city", Origin: "http://ankang.localhost", Phone: "0915-1234567"}}
		r, err := render.New(render.Config{}, map[string]fs.FS{"library": Views()}, Pages()...)
		h.must(err)
		h.Library = New(Room{Now: func() time.Time { return day }, Index: h.full, Columns: h, Documents: h, Render: r,
			Turn:       func(context.Context) (func(), error) { h.turns++; return func() { h.turns-- }, nil },
			Simplified: func(s string) string { return strings.ReplaceAll(s, "財", "财") }})
		f(t, h)
	}, index.Migrations())
}

var day = time.Date(2026, 11, 27, 2, 0, 0, 0, time.UTC)

func (h *hall) must(err error) {
	h.t.Helper()
	if err != nil {
		h.t.Fatal(err)
	}
}

// shelve makes documents public; the id is the one of the full text.
func (h *hall) shelve(docs ...index.Doc) {
	h.t.Helper()
	for i := range docs {
		d := &docs[i]
		d.Site, d.Facets.Kind, d.At = 7, documents, day.AddDate(-int(d.ID%3), 0, int(d.ID)%200)
		h.public[d.ID] = Document{Title: d.Title, Number: d.Number, Issuer: d.Issuer, WrittenOn: d.Written, Published: d.At, Body: d.Body, Rest: fmt.Sprintf("/a/%d", d.ID),
			Mark: map[string]string{"abolished": "已废止"}[d.Validity]}
	}
	h.must(h.d.InTx(h.t.Context(), func(ctx context.Context) error { return h.full.Put(ctx, docs...) }))
}

// ask is the page that a question is answered with, or where it leads.
func (h *hall) ask(query map[string]string, status int) (*goquery.Document, string) {
	h.t.Helper()
	p, err := h.page(h.t.Context(), &web.Request{Site: h.site, Path: render.LibraryPath, Query: query})
	h.must(err)
	if p.Location != "" {
		return nil, p.Location
	}
	if p.Status != status {
		h.t.Errorf("%v answers %d, want %d", query, p.Status, status)
	}
	doc, err := goquery.NewDocumentFromReader(strings.NewReader(string(p.Body)))
	h.must(err)
	return doc, ""
}

func (h *hall) titles(query map[string]string) []string {
	h.t.Helper()
	doc, moved := h.ask(query, 200)
	if doc == nil {
		h.t.Fatalf("%v leads to %s", query, moved)
	}
	return doc.Find(".hits h2").Map(func(_ int, a *goquery.Selection) string { return a.Text() })
}

func five(h *hall) {
	h.shelve(
		index.Doc{ID: 1, Column: 20, Title: "财政办法", Number: "安政发〔2015〕1号", Body: "安政发〔2015〕1号\n预算。", Written: "2015-01-01", Facets: index.Facets{Issuer: "市政府", Subject: "财政", Genre: "办法", Validity: "abolished"}},
		index.Doc{ID: 2, Column: 21, Title: "财政通知", Number: "安政发〔2016〕2号", Body: "依据安政发〔2015〕1号。", Written: "2016-01-01", Facets: index.Facets{Issuer: "市政府", Subject: "财政", Genre: "通知", Validity: "in_force"}},
		index.Doc{ID: 3, Column: 20, Title: "教育通知", Body: "学校。", Written: "2014-01-01", Facets: index.Facets{Issuer: "市政府办公室", Subject: "教育", Genre: "通知", Validity: "in_force"}},
		index.Doc{ID: 4, Column: 30, Title: "别处的意见", Body: "一。", Facets: index.Facets{Issuer: "市政府", Genre: "意见", Validity: "odd"}},
		index.Doc{ID: 5, Column: 20, Title: "撤回的文件", Body: "秘密。", Facets: index.Facets{Issuer: "市政府"}},
	)
	delete(h.public, 5) // withdrawn, and the full text has not followed
}

// D7, d06: each choice narrows, all of them together, and the count beside a choice is what it leaves.
func TestChoicesNarrow(t *testing.T) {
	each(t, func(t *testing.T, h *hall) {
		five(h)
		for _, row := range []struct {
			name  string
			query map[string]string
			want  []string
		}{
			{"everything, the last published first", nil, []string{"教育通知", "别处的意见", "财政办法", "财政通知"}},
			{"by the day of writing", map[string]string{"o": "written"}, []string{"财政通知", "财政办法", "教育通知", "别处的意见"}},
			{"an issuer", map[string]string{"u": "市政府", "o": "written"}, []string{"财政通知", "财政办法", "别处的意见"}},
			{"a subject", map[string]string{"t": "财政", "o": "written"}, []string{"财政通知", "财政办法"}},
			{"a genre", map[string]string{"g": "通知", "o": "written"}, []string{"财政通知", "教育通知"}},
			{"a year", map[string]string{"y": "2025", "o": "published"}, []string{"别处的意见", "财政办法"}},
			{"a validity", map[string]string{"v": "abolished"}, []string{"财政办法"}},
			{"a column with those below", map[string]string{"c": "20", "o": "written"}, []string{"财政通知", "财政办法", "教育通知"}},
			{"a column", map[string]string{"c": "21"}, []string{"财政通知"}},
			{"two at once", map[string]string{"t": "财政", "g": "通知"}, []string{"财政通知"}},
			{"words of the text", map[string]string{"q": "学校"}, []string{"教育通知"}},
			{"words in the other script", map[string]string{"q": "財政", "v": "in_force"}, []string{"财政通知"}},
			{"a number, that document first", map[string]string{"q": "安政发[2015]1号"}, []string{"财政办法", "财政通知"}},
			{"nothing has it", map[string]string{"t": "财政", "u": "市政府办公室"}, nil},
		} {
			if got := h.titles(row.query); !slices.Equal(got, row.want) {
				t.Errorf("%s: %q, want %q", row.name, got, row.want)
			}
		}
		doc, _ := h.ask(map[string]string{"t": "财政"}, 200)
		options := func(name string) string {
			return strings.Join(doc.Find("select[name="+name+"] option").Map(func(_ int, o *goquery.Selection) string { return o.Text() }), " ")
		}
		for name, want := range map[string]string{"u": "全部机关 市政府（2）", "t": "全部主题 财政（2）", "g": "全部体裁 办法（1） 通知（1）", "y": "全部年份 2025年（1） 2024年（1）",
			"v": "不限 已废止（1） 现行有效（1）", "c": "全部栏目 政策文件 规范性文件", "o": "默认 按成文日期 按发布日期"} {
			if got := options(name); got != want {
				t.Errorf("%s offers %q, want %q", name, got, want)
			}
		}
		if got, _ := doc.Find("select[name=t] option[selected]").Attr("value"); got != "财政" {
			t.Errorf("the form keeps %q", got)
		}
		row := doc.Find(".hits li").First()
		for _, want := range []string{"安政发〔2015〕1号", "已废止", "市政府", "成文日期 2015-01-01", "发布日期 20"} {
			if !strings.Contains(row.Text(), want) {
				t.Errorf("the row does not say %q: %s", want, row.Text())
			}
		}
		if h.turns != 0 {
			t.Errorf("%d turns were not given back", h.turns)
		}
	})
}

// D7: each choice is taken back by a link of its own, which keeps the others; what an address cannot mean leads to the one that says it.
func TestChoicesAreTakenBack(t *testing.T) {
	each(t, func(t *testing.T, h *hall) {
		five(h)
		doc, _ := h.ask(map[string]string{"q": "通知", "u": "市政府", "t": "财政", "g": "通知", "y": "2024", "v": "in_force", "c": "21", "o": "written"}, 200)
		taken := doc.Find(".chips a")
		if taken.Length() != 8 {
			t.Fatalf("%d choices can be taken back", taken.Length())
		}
		taken.Each(func(i int, a *goquery.Selection) {
			href, missing := a.AttrOr("href", ""), []string{"q=", "u=", "t=", "g=", "y=", "v=", "c=", ""}[i]
			if i == 7 && href != "/policies" || i < 7 && (strings.Contains(href, "&"+missing) || strings.Contains(href, "?"+missing) || strings.Count(href, "=") != 7 || strings.Contains(href, "p=")) {
				t.Errorf("%s leads to %s", a.Text(), href)
			}
		})
		for _, row := range []struct {
			query map[string]string
			want  string
		}{
			{map[string]string{"q": "", "u": "", "t": "财政"}, "/policies?t=%E8%B4%A2%E6%94%BF"},
			{map[string]string{"q": " 预算 "}, "/policies?q=%E9%A2%84%E7%AE%97"},
			{map[string]string{"v": "gone", "o": "size", "y": "12", "c": "30", "p": "1"}, "/policies"},
			{map[string]string{"y": "10000", "p": "-2"}, "/policies"},
			{map[string]string{"u": "a\nb", "t": strings.Repeat("长", 501)}, "/policies"},
			{map[string]string{"p": "2000000"}, "/policies"},
		} {
			if doc, moved := h.ask(row.query, 200); doc != nil || moved != row.want {
				t.Errorf("%v leads to %q, want %q", row.query, moved, row.want)
			}
		}
	})
}

// D7: twenty-five a page, any page by its number; an empty result and words that cannot be looked for say what to do.
func TestPagesAndNothing(t *testing.T) {
	each(t, func(t *testing.T, h *hall) {
		none, _ := h.ask(nil, 200)
		if got := none.Find(".nothing").Text(); !strings.Contains(got, "还没有公开的政策文件") || !strings.Contains(got, "0915-1234567") || strings.Contains(got, "条件") {
			t.Errorf("an empty library says %q", got)
		}
		docs := make([]index.Doc, 60)
		for i := range docs {
			docs[i] = index.Doc{ID: int64(i) + 1, Column: 20, Title: fmt.Sprintf("第%d号", i), Body: "全文", Facets: index.Facets{Issuer: "市政府"}}
		}
		h.shelve(docs...)
		last, _ := h.ask(map[string]string{"p": "3", "u": "市政府"}, 200)
		if n := last.Find(".hits li").Length(); n != 10 {
			t.Errorf("the last page has %d rows", n)
		}
		if got := last.Find(".pager a").Map(func(_ int, a *goquery.Selection) string { return a.AttrOr("href", "") }); !slices.Equal(got, []string{"/policies?p=2&u=%E5%B8%82%E6%94%BF%E5%BA%9C", "/policies?u=%E5%B8%82%E6%94%BF%E5%BA%9C", "/policies?p=2&u=%E5%B8%82%E6%94%BF%E5%BA%9C"}) {
			t.Errorf("it leads to %q", got)
		}
		if first, _ := h.ask(nil, 200); first.Find(".hits li").Length() != 25 || first.Find(".tally").Text() == "" || first.Find(`.pager a[rel=next]`).AttrOr("href", "") != "/policies?p=2" || first.Find("meta[name=robots]").Length() != 0 {
			t.Error("the first page is not whole")
		}
		if _, err := h.page(t.Context(), &web.Request{Site: h.site, Query: map[string]string{"p": "4"}}); !fault.Is(err, fault.NotFound) {
			t.Errorf("a page behind the last: %v", err)
		}
		nothing, _ := h.ask(map[string]string{"q": "没有这样的词"}, 200)
		if got := nothing.Find(".nothing").Text(); !strings.Contains(got, "没有符合这些条件的文件") || !strings.Contains(got, "全部取消") {
			t.Errorf("nothing found says %q", got)
		}
		if wrong, _ := h.ask(map[string]string{"q": "？！"}, 422); !strings.Contains(wrong.Find("#wrong").Text(), "请输入汉字") {
			t.Error("words of signs are not told")
		}
		if long, _ := h.ask(map[string]string{"q": strings.Repeat("长", 201)}, 422); !strings.Contains(long.Find("#wrong").Text(), "太长") {
			t.Error("words that are too long are not told")
		}
	})
}

// A mistake of the rooms below is told, and never a page that says less than there is.
func TestPortsThatFail(t *testing.T) {
	each(t, func(t *testing.T, h *hall) {
		full := fault.New(fault.Unavailable, "现在检索的人太多，请稍后再试。")
		h.Turn = func(context.Context) (func(), error) { return nil, full }
		if _, err := h.page(t.Context(), &web.Request{Site: h.site}); !errors.Is(err, full) {
			t.Errorf("without a turn: %v", err)
		}
		h.broken = errors.New("away")
		if _, err := h.page(t.Context(), &web.Request{Site: h.site}); !errors.Is(err, h.broken) {
			t.Errorf("without its columns: %v", err)
		}
	})
}
