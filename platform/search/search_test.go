package search

import (
	"context"
	"fmt"
	"io/fs"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/PuerkitoBio/goquery"
	"github.com/zhanqun/zhanqun/kernel"
	"github.com/zhanqun/zhanqun/kernel/fault"
	"github.com/zhanqun/zhanqun/platform/audit"
	"github.com/zhanqun/zhanqun/platform/render"
	"github.com/zhanqun/zhanqun/platform/web"
	"github.com/zhanqun/zhanqun/storage/db"
	"github.com/zhanqun/zhanqun/storage/db/dbtest"
	"github.com/zhanqun/zhanqun/storage/index"
	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// town is what the ports say: a city, a county below it, a township's channel below that, and what is public there.
type town struct {
	*Search
	t                    testing.TB
	ctx                  context.Context
	now                  time.Time
	index                *index.Index
	city, county, parish *render.Site
	public               map[kernel.SiteID]map[int64]Text
	last                 int64
}

func (w *town) Open(id kernel.SiteID) *render.Site {
	for _, s := range w.Everyone() {
		if s.ID == id {
			return s
		}
	}
	return nil
}

func (w *town) Below(_ context.Context, id kernel.SiteID) ([]*render.Site, error) {
	return slices.DeleteFunc(w.Everyone(), func(s *render.Site) bool { return s.ID < id }), nil
}

func (w *town) Everyone() []*render.Site {
	return slices.DeleteFunc([]*render.Site{w.city, w.county, w.parish}, func(s *render.Site) bool { return s.State != "" })
}

func (w *town) Nav(context.Context, *render.Site) ([]render.Link, error) { return nil, nil }

func (w *town) Texts(_ context.Context, s *render.Site, ids []int64) (map[int64]Text, error) {
	found := map[int64]Text{}
	for _, id := range ids {
		if t, ok := w.public[s.ID][id]; ok {
			found[id] = t
		}
	}
	return found, nil
}

func each(t *testing.T, f func(t *testing.T, w *town)) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) { f(t, build(t, d)) }, audit.Migrations(), index.Migrations(), Migrations())
}

func build(t testing.TB, d *db.DB) *town {
	t.Helper()
	w := &town{t: t, now: time.Date(2026, 11, 27, 2, 0, 0, 0, time.UTC), index: index.New(d), public: map[kernel.SiteID]map[int64]Text{},
		ctx:    kernel.WithActor(context.Background(), kernel.Actor{Account: 11, Name: "编辑", Via: "console"}),
		city:   &render.Site{ID: 1, Name: "安康市人民政府", Theme: "city", Origin: "http://ankang.localhost", Phone: "0915-1234567"},
		county: &render.Site{ID: 2, Name: "汉滨区人民政府", Theme: "city", Origin: "http://hanbin.localhost"},
		parish: &render.Site{ID: 3, Name: "五里镇人民政府", Theme: "town", Origin: "http://hanbin.localhost", Prefix: "/z/wuli"},
	}
	clock := func() time.Time { return w.now }
	r, err := render.New(render.Config{}, map[string]fs.FS{"search": Views()}, Pages()...)
	w.must(err)
	w.Search = New(Room{DB: d, Now: clock, Audit: audit.New(d, clock, kernel.NewSeededIDs(clock, 7)), Index: w.index, Sites: w, Texts: w, Nav: w, Render: r})
	return w
}

func (w *town) must(err error) {
	w.t.Helper()
	if err != nil {
		w.t.Fatal(err)
	}
}

// say makes a text public and returns its number.
func (w *town) say(s *render.Site, t Text, f index.Facets) int64 {
	w.t.Helper()
	w.last++
	id := w.last
	t.Rest, t.Day = fmt.Sprintf("/a/%d", id), w.now.AddDate(0, 0, int(id))
	if w.public[s.ID] == nil {
		w.public[s.ID] = map[int64]Text{}
	}
	w.public[s.ID][id] = t
	w.must(w.DB.InTx(w.ctx, func(ctx context.Context) error {
		return w.index.Put(ctx, index.Doc{Site: s.ID, ID: id, Title: t.Title, Body: t.Number + "\n" + t.Body, Number: t.Number, At: t.Day, Facets: f})
	}))
	return id
}

// ask is the page that a question is answered with.
func (w *town) ask(s *render.Site, query map[string]string) (*goquery.Document, string) {
	w.t.Helper()
	p, err := w.page(w.ctx, &web.Request{Site: s, Path: "/search", Query: query})
	w.must(err)
	if p.Location != "" {
		return nil, p.Location
	}
	doc, err := goquery.NewDocumentFromReader(strings.NewReader(string(p.Body)))
	w.must(err)
	return doc, ""
}

// found are the addresses of the hits of a question.
func (w *town) found(s *render.Site, query map[string]string) []string {
	w.t.Helper()
	doc, moved := w.ask(s, query)
	if doc == nil {
		w.t.Fatalf("%v leads to %s", query, moved)
	}
	return doc.Find(".hits h2 a").Map(func(_ int, a *goquery.Selection) string { return a.AttrOr("href", "") })
}

func q(pairs ...string) map[string]string {
	m := map[string]string{}
	for i := 0; i+1 < len(pairs); i += 2 {
		m[pairs[i]] = pairs[i+1]
	}
	return m
}

// T2: a site finds its own, with those below it, or everybody's; what is suspended is found nowhere.
func TestScopes(t *testing.T) {
	each(t, func(t *testing.T, w *town) {
		w.say(w.city, Text{Title: "城市供水公告"}, index.Facets{})
		w.say(w.county, Text{Title: "区供水公告"}, index.Facets{})
		w.say(w.parish, Text{Title: "镇供水公告"}, index.Facets{})
		for _, row := range []struct {
			site  *render.Site
			scope string
			want  []string
		}{
			{w.city, "", []string{"/a/1"}},
			{w.city, "below", []string{"http://hanbin.localhost/z/wuli/a/3", "http://hanbin.localhost/a/2", "/a/1"}},
			{w.county, "", []string{"/a/2"}},
			{w.county, "below", []string{"http://hanbin.localhost/z/wuli/a/3", "/a/2"}},
			{w.county, "all", []string{"http://hanbin.localhost/z/wuli/a/3", "/a/2", "http://ankang.localhost/a/1"}},
			{w.parish, "", []string{"/z/wuli/a/3"}},
		} {
			ask := q("q", "供水")
			if row.scope != "" {
				ask["s"] = row.scope
			}
			if got := w.found(row.site, ask); !slices.Equal(got, row.want) {
				t.Errorf("%s %q finds %v, want %v", row.site.Name, row.scope, got, row.want)
			}
		}
		doc, _ := w.ask(w.county, q("q", "供水", "s", "below"))
		if got := doc.Find("nav.chips a").Map(func(_ int, a *goquery.Selection) string { return a.Text() + a.AttrOr("aria-current", "") }); !slices.Equal(got, []string{"本站", "本站及下级true", "全市"}) {
			t.Errorf("scopes %v", got)
		}
		if doc, _ := w.ask(w.parish, nil); doc.Find("nav.chips a").Length() != 2 {
			t.Errorf("a site with nothing below it offers that: %s", doc.Find("nav.chips").Text())
		}
		w.parish.State = "suspended"
		if got := w.found(w.county, q("q", "供水", "s", "all")); !slices.Equal(got, []string{"/a/2", "http://ankang.localhost/a/1"}) {
			t.Errorf("a suspended site is found: %v", got)
		}
	})
}

// golden are questions and the hits they have, in their order, on both engines.
var golden = []struct {
	name string
	ask  map[string]string
	want []string
}{
	{"a word in a title comes before one in a text", q("q", "公积金"), []string{"/a/4", "/a/2", "/a/3"}},
	{"the newest first, when asked so", q("q", "公积金", "o", "new"), []string{"/a/4", "/a/3", "/a/2"}},
	{"a number", q("q", "安政办发〔2015〕71号"), []string{"/a/1", "/a/3"}},
	{"a number otherwise spelled", q("q", "安政办发【２０１５】71号"), []string{"/a/1", "/a/3"}},
	{"every word", q("q", "公积金 提取"), []string{"/a/4"}},
	{"a word of nothing", q("q", "没有的词"), nil},
	{"of a kind", q("q", "公积金", "k", "news"), []string{"/a/4"}},
	{"of an issuer", q("q", "公积金", "u", "市公积金中心"), []string{"/a/2"}},
	{"of a year", q("q", "公积金", "y", "2026"), []string{"/a/4", "/a/2", "/a/3"}},
	{"of another year", q("q", "公积金", "y", "2020"), nil},
	{"in force no more", q("q", "公积金", "v", "abolished"), []string{"/a/3"}},
}

func (w *town) office() {
	w.say(w.city, Text{Title: "关于加强政府网站群建设的通知", Number: "安政办发〔2015〕71号", Body: "各县区人民政府。"}, index.Facets{Kind: "policy", Issuer: "市政府办公室", Validity: "in_force"})
	w.say(w.city, Text{Title: "住房公积金管理办法", Body: "缴存比例。"}, index.Facets{Kind: "policy", Issuer: "市公积金中心", Validity: "in_force"})
	w.say(w.city, Text{Title: "贷款细则", Number: "安公发〔2016〕2号", Body: "依据安政办发〔2015〕71号，住房公积金贷款办理如下。", Mark: "已废止"}, index.Facets{Kind: "policy", Issuer: "市政府办公室", Validity: "abolished"})
	w.say(w.city, Text{Title: "一图读懂公积金", Column: "政策解读", Body: "公积金<b>怎么</b>提取。"}, index.Facets{Kind: "news"})
}

// T1, T2: the golden questions.
func TestGoldenQuestions(t *testing.T) {
	each(t, func(t *testing.T, w *town) {
		w.office()
		for _, row := range golden {
			if got := w.found(w.city, row.ask); !slices.Equal(got, row.want) {
				t.Errorf("%s: %v, want %v", row.name, got, row.want)
			}
		}
		doc, _ := w.ask(w.city, q("q", "公积金"))
		hit := doc.Find(".hits li").First()
		if html, _ := hit.Html(); !strings.Contains(html, "<mark>公积金</mark>&lt;b&gt;怎么") || !strings.Contains(html, "政策解读") || !strings.Contains(html, "2026-12-01") {
			t.Errorf("a hit: %s", html)
		}
		if got := doc.Find(".facets h2").Text(); got != "类型发文机关有效性" {
			t.Errorf("facets %s", got)
		}
		if got := doc.Find(".facets section").First().Find("a").First(); got.Text() != "政策文件2" || got.AttrOr("href", "") != "/search?k=policy&q=%E5%85%AC%E7%A7%AF%E9%87%91" {
			t.Errorf("a value: %s %s", got.Text(), got.AttrOr("href", ""))
		}
		doc, _ = w.ask(w.city, q("q", "公积金", "v", "abolished"))
		if back := doc.Find(".facets [aria-current]"); back.AttrOr("href", "") != "/search?q=%E5%85%AC%E7%A7%AF%E9%87%91" || !strings.Contains(doc.Find(".hits h2").Text(), "（已废止）") {
			t.Errorf("a chosen value: %s", doc.Find(".with-facets").Text())
		}
	})
}

// T1: pages of a result, each with one address.
func TestPagesOfAResult(t *testing.T) {
	each(t, func(t *testing.T, w *town) {
		for range 23 {
			w.say(w.city, Text{Title: "停水公告"}, index.Facets{})
		}
		if got := w.found(w.city, q("q", "停水", "p", "3")); !slices.Equal(got, []string{"/a/3", "/a/2", "/a/1"}) {
			t.Errorf("the last page: %v", got)
		}
		doc, _ := w.ask(w.city, q("q", "停水", "p", "2"))
		if got := doc.Find(".pager a").Map(func(_ int, a *goquery.Selection) string { return a.AttrOr("href", "") }); !slices.Equal(got, []string{
			"/search?q=%E5%81%9C%E6%B0%B4", "/search?q=%E5%81%9C%E6%B0%B4", "/search?p=3&q=%E5%81%9C%E6%B0%B4", "/search?p=3&q=%E5%81%9C%E6%B0%B4"}) {
			t.Errorf("pager %v", got)
		}
		if _, err := w.page(w.ctx, &web.Request{Site: w.city, Query: q("q", "停水", "p", "4")}); !fault.Is(err, fault.NotFound) {
			t.Errorf("a page after the last: %v", err)
		}
		for _, row := range []struct {
			ask  map[string]string
			want string
		}{
			{q("q", "停水", "p", "1"), "/search?q=%E5%81%9C%E6%B0%B4"},
			{q("q", "停水", "p", "-2"), "/search?q=%E5%81%9C%E6%B0%B4"},
			{q("q", "停水", "s", "moon", "o", "old", "k", "x", "y", "12", "v", "no"), "/search?q=%E5%81%9C%E6%B0%B4"},
			{q("k", "news", "u", "x", "p", "2"), "/search"},
			{q("q", "停水", "u", "a b&c", "y", "02026"), "/search?q=%E5%81%9C%E6%B0%B4&u=a%20b%26c"},
		} {
			if _, got := w.ask(w.city, row.ask); got != row.want {
				t.Errorf("%v leads to %q, want %q", row.ask, got, row.want)
			}
		}
	})
}

// T1, veto V1: what is public no more is in no list, whatever the full text still holds; another site's text of the same number is not taken for it.
func TestWhatIsNotPublicIsNotFound(t *testing.T) {
	each(t, func(t *testing.T, w *town) {
		id := w.say(w.city, Text{Title: "撤回的停水公告", Body: "秘密地点"}, index.Facets{})
		delete(w.public[w.city.ID], id)
		w.public[w.county.ID] = map[int64]Text{id: {Title: "别的秘密地点", Rest: "/a/1"}}
		doc, _ := w.ask(w.city, q("q", "停水", "s", "all"))
		if html, _ := doc.Html(); strings.Contains(html, "秘密") || strings.Contains(html, "撤回的") {
			t.Errorf("it is shown: %s", doc.Find("main").Text())
		}
	})
}

// Hostile and odd questions are answered or explained, never an error.
func TestOddQuestions(t *testing.T) {
	each(t, func(t *testing.T, w *town) {
		w.office()
		for _, text := range odd {
			p, err := w.page(w.ctx, &web.Request{Site: w.city, Query: q("q", text)})
			if err != nil {
				t.Errorf("%.40q: %v", text, err)
				continue
			}
			if html := string(p.Body); strings.Contains(html, "<script>") || strings.Contains(html, "goroutine") {
				t.Errorf("%.40q: %s", text, html)
			}
			doc, err := goquery.NewDocumentFromReader(strings.NewReader(string(p.Body)))
			if say := doc.Find("#wrong, [role=status]").Text(); err != nil || say == "" || (p.Status == 422) != (doc.Find("#wrong").Length() == 1) || doc.Find("#q").AttrOr("value", "") != text {
				t.Errorf("%.40q: %d %s %v", text, p.Status, say, err)
			}
		}
		if doc, _ := w.ask(w.city, q("q", strings.Repeat("税", 201))); !strings.Contains(doc.Find("#wrong").Text(), "检索词太长") {
			t.Errorf("too long a question: %s", doc.Find("main").Text())
		}
	})
}

var odd = []string{`"税务" OR *`, `税' OR 1=1 --`, `<script>alert(1)</script>`, "😀", "***", "?!，。", "NEAR(税 务)", "scope:s2", "{title}: 税", `\`, "%", "a'b\"c`d", strings.Repeat("税", 200),
	strings.Repeat("税 ", 100), strings.Repeat("a", 2400), "\u202e公积金", "税|务;公", "null", "公积金\u200b"}

// FuzzAsk: no question is an error, and none shows another site's text.
func FuzzAsk(f *testing.F) {
	for _, text := range odd {
		f.Add(text, "all", "1")
		f.Add(text, "", "x")
	}
	w := build(f, dbtest.SQLite(f, audit.Migrations(), index.Migrations(), Migrations()))
	w.office()
	w.say(w.county, Text{Title: "区里的公积金税务scope秘密"}, index.Facets{})
	f.Fuzz(func(t *testing.T, text, scope, page string) {
		p, err := w.page(w.ctx, &web.Request{Site: w.city, Query: q("q", text, "u", scope, "p", page)})
		if err != nil && !fault.Is(err, fault.NotFound) {
			t.Fatalf("%q: %v", text, err)
		}
		if err == nil && strings.Contains(string(p.Body), "区里的") && !strings.Contains(text+scope, "区里的") {
			t.Fatalf("%q shows another site's text", text)
		}
	})
}

// A flood of searches waits for its turn and is then told so; whoever has had it gives it back.
func TestEachSearchHasItsTurn(t *testing.T) {
	w := build(t, dbtest.SQLite(t, audit.Migrations(), index.Migrations(), Migrations()))
	w.waiting = time.Millisecond
	for range turnsAtOnce {
		if _, err := w.turn(w.ctx); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := w.page(w.ctx, &web.Request{Site: w.city, Query: q("q", "税")}); !fault.Is(err, fault.Unavailable) {
		t.Errorf("one too many: %v", err)
	}
	<-w.turns
	for range 2 * turnsAtOnce {
		if _, err := w.page(w.ctx, &web.Request{Site: w.city, Query: q("q", "税")}); err != nil {
			t.Fatalf("a turn is not given back: %v", err)
		}
	}
}

// T1: a query in other characters is looked for as the texts are written.
func TestAQueryIsSimplified(t *testing.T) {
	w := build(t, dbtest.SQLite(t, audit.Migrations(), index.Migrations(), Migrations()))
	w.office()
	if got := w.found(w.city, q("q", "住房公積金")); len(got) != 0 {
		t.Fatalf("found without: %v", got)
	}
	w.Simplified = func(s string) string { return strings.ReplaceAll(s, "積", "积") }
	if got := w.found(w.city, q("q", "住房公積金")); !slices.Equal(got, []string{"/a/2", "/a/3"}) {
		t.Errorf("found %v", got)
	}
}
