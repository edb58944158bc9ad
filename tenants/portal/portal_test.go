package portal

import (
	"bytes"
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
	"github.com/zhanqun/zhanqun/platform/pages"
	"github.com/zhanqun/zhanqun/platform/render"
	"github.com/zhanqun/zhanqun/platform/site"
	"github.com/zhanqun/zhanqun/platform/web"
	"github.com/zhanqun/zhanqun/storage/db"
	"github.com/zhanqun/zhanqun/storage/db/dbtest"
)

// town is what the ports say of a small installation: sites, and per site and column what is public.
type town struct {
	sites    []*render.Site
	template site.Template
	public   map[kernel.SiteID]map[int64][]render.Item
}

func (w *town) AllPublic() []*render.Site { return w.sites }

func (w *town) TemplateOf(context.Context, kernel.SiteID) (*site.Template, error) {
	return &w.template, nil
}

func (w *town) Nav(_ context.Context, s *render.Site) ([]render.Link, error) {
	return []render.Link{{Text: "政务动态", Href: s.Path("/c/dongtai")}}, nil
}

func (w *town) Shown(_ context.Context, s *render.Site, ids []int64) (map[int64]render.Link, error) {
	links := map[int64]render.Link{}
	for _, id := range ids {
		if len(w.public[s.ID][id]) > 0 {
			links[id] = render.Link{Text: fmt.Sprintf("栏目%d", id), Href: s.Path(fmt.Sprintf("/c/k%d", id))}
		}
	}
	return links, nil
}

func (w *town) Latest(_ context.Context, s *render.Site, columns []int64, n int) ([]render.Item, error) {
	var items []render.Item
	for _, id := range columns {
		items = append(items, w.public[s.ID][id]...)
	}
	return items[:min(len(items), n)], nil
}

// say publishes a title in a column of a site, day days before the test's day.
func (w *town) say(s *render.Site, column int64, title string, day int) {
	if w.public[s.ID] == nil {
		w.public[s.ID] = map[int64][]render.Item{}
	}
	it := render.Item{Title: title, Href: s.Path("/a/" + title), Date: today.AddDate(0, 0, -day)}
	w.public[s.ID][column] = append(w.public[s.ID][column], it)
}

var today = time.Date(2026, 11, 23, 2, 0, 0, 0, time.UTC)

func newTown(home ...site.Widget) (*town, *render.Site, *render.Site, *render.Site) {
	city := &render.Site{ID: 1, Name: "安康市人民政府", ShortName: "安康", Level: "city", Theme: "city", Origin: "http://ankang.localhost:8080"}
	county := &render.Site{ID: 2, Name: "汉滨区人民政府", ShortName: "汉滨区", Level: "county", Theme: "city", Origin: "http://hanbin.ankang.localhost:8080"}
	channel := &render.Site{ID: 3, Name: "五里镇人民政府", ShortName: "五里镇", Level: "township", Theme: "town", Origin: county.Origin, Prefix: "/z/wuli",
		Phone: "0915-1234567", Address: "五里镇街道", Sponsor: "五里镇人民政府"}
	dept := &render.Site{ID: 4, Name: "安康市人力资源和社会保障局", ShortName: "市人社局", Level: "dept", Theme: "dept", Origin: "http://rsj.ankang.localhost:8080"}
	w := &town{sites: []*render.Site{city, county, channel, dept}, template: site.Template{Home: home}, public: map[kernel.SiteID]map[int64][]render.Item{}}
	return w, city, county, channel
}

func (w *town) portal(t *testing.T, more map[string]Widget) *Portal {
	t.Helper()
	r, err := render.New(render.Config{}, map[string]fs.FS{"portal": Views()}, Pages()...)
	if err != nil {
		t.Fatal(err)
	}
	return New(Ports{Layout: w, Lists: w, Columns: w, Sites: w}, func() time.Time { return today }, r, more)
}

func (w *town) blocks(t *testing.T, s *render.Site, more map[string]Widget) HomePage {
	t.Helper()
	_, page, err := w.portal(t, more).home(context.Background(), s)
	if err != nil {
		t.Fatal(err)
	}
	return page
}

// B1, V4: blocks stand in the template's order, those without content are left out, the headline is the newest of the lead.
func TestHomeBlocks(t *testing.T) {
	w, city, _, _ := newTown(
		site.Widget{Slot: "lead", Kind: "pictures", Columns: []int64{3}},
		site.Widget{Slot: "lead", Kind: "tabs", Title: "要闻", Columns: []int64{8, 1}, Count: 2},
		site.Widget{Slot: "side", Kind: "list", Columns: []int64{2}},
		site.Widget{Slot: "doors", Kind: "doors", Title: "政府信息公开", Columns: []int64{11, 12, 13}},
		site.Widget{Slot: "tiles", Kind: "tiles", Title: "政务服务", Columns: []int64{41}},
		site.Widget{Slot: "main", Kind: "poll", Title: "没有这个房间"},
	)
	if got := w.blocks(t, city, nil); len(got.Blocks) != 0 || got.Headline != nil {
		t.Errorf("a site without content: %+v", got)
	}
	w.say(city, 1, "要闻一", 0)
	w.say(city, 1, "要闻二", 1)
	w.say(city, 1, "要闻三", 2)
	w.say(city, 2, "公告一", 0)
	w.say(city, 13, "公开一", 0)
	got := w.blocks(t, city, nil)
	var kinds []string
	for _, b := range got.Blocks {
		kinds = append(kinds, b.Slot+"/"+b.Kind+"/"+b.Title)
	}
	if want := []string{"lead/tabs/要闻", "side/list/栏目2", "doors/doors/政府信息公开"}; !slices.Equal(kinds, want) {
		t.Errorf("got %v, want %v", kinds, want)
	}
	if got.Headline == nil || got.Headline.Title != "要闻一" {
		t.Errorf("headline: %+v", got.Headline)
	}
	tabs := got.Blocks[0].Tabs
	if len(tabs) != 1 || len(tabs[0].Items) != 2 || tabs[0].More != "/c/k1" {
		t.Errorf("tabs: %+v", tabs)
	}
	if doors := got.Blocks[2].Links; len(doors) != 1 || doors[0].Href != "/c/k13" || got.Blocks[2].More != "/disclosure" {
		t.Errorf("doors: %+v", doors)
	}
	poll := func(_ context.Context, _ *render.Site, a Args) (Block, error) {
		return Block{Title: a.Title, Note: "正在征集"}, nil
	}
	got = w.blocks(t, city, map[string]Widget{"poll": poll})
	if last := got.Blocks[len(got.Blocks)-1]; last.Kind != "poll" || last.Slot != "main" || last.Note != "正在征集" {
		t.Errorf("another room's widget: %+v", last)
	}
}

// A13, d50: the city shows its counties' news by name and address, newest first; a county shows what its host carries.
func TestHomeFollows(t *testing.T) {
	w, city, county, channel := newTown(site.Widget{Slot: "main", Kind: "tabs", Title: "要闻", Columns: []int64{1, 5, 4, 6}, Count: 3})
	w.say(city, 5, "市里写的县区动态", 1)
	w.say(county, 1, "汉滨要闻", 0)
	w.say(county, 1, "汉滨旧闻", 2)
	w.say(county, 2, "汉滨公告", 0)
	w.say(channel, 1, "五里要闻", 0)
	tabs := w.blocks(t, city, nil).Blocks[0].Tabs
	if len(tabs) != 1 || tabs[0].Title != "栏目5" || len(tabs[0].Items) != 3 {
		t.Fatalf("city: %+v", tabs)
	}
	var got []string
	for _, it := range tabs[0].Items {
		got = append(got, it.Column+" "+it.Href)
	}
	want := []string{"汉滨区 http://hanbin.ankang.localhost:8080/a/汉滨要闻", " /a/市里写的县区动态", "汉滨区 http://hanbin.ankang.localhost:8080/a/汉滨旧闻"}
	if !slices.Equal(got, want) {
		t.Errorf("city: got %v, want %v", got, want)
	}
	tabs = w.blocks(t, county, nil).Blocks[0].Tabs
	if len(tabs) != 2 || tabs[1].Title != "镇办动态" || tabs[1].More != "" || tabs[1].Items[0].Href != "/z/wuli/a/五里要闻" {
		t.Errorf("county: %+v", tabs)
	}
	for _, state := range []site.State{site.Suspended, site.Closed} { // issue 4: its notice stands in the place of its news
		county.State = string(state)
		if items := w.blocks(t, city, nil).Blocks[0].Tabs[0].Items; len(items) != 1 || items[0].Title != "市里写的县区动态" {
			t.Errorf("%s, the county's news stand on the city's page: %+v", state, items)
		}
	}
	county.State = string(site.Online)
	for i := range 40 { // more sites than a page may follow
		s := &render.Site{ID: kernel.SiteID(100 + i), Name: fmt.Sprintf("县%d", i), Level: "county", Origin: fmt.Sprintf("http://x%d.localhost", i)}
		w.sites = append(w.sites, s)
		w.say(s, 1, fmt.Sprintf("县%d要闻", i), -i)
	}
	if items := w.blocks(t, city, nil).Blocks[0].Tabs[0].Items; len(items) != 3 || items[0].Column != "县8" {
		t.Errorf("of forty-one counties not the first ten are followed: %+v", items)
	}
}

// signs says of each text that it is a film.
type signs struct{ err error }

func (f signs) Mark(_ context.Context, _ *render.Site, items []render.Item) error {
	for n := range items {
		if strings.HasPrefix(items[n].Title, "视频") {
			items[n].Form, items[n].Sign = "视频", "视"
		}
	}
	return f.err
}

// E1, d12, V5: the home page leads straight to what explains policies, and says of each in which form it does, to the eye and to the ear.
func TestHomeReadings(t *testing.T) {
	w, city, _, _ := newTown(site.Widget{Slot: "third", Kind: "readings", Columns: []int64{22}})
	w.say(city, 22, "视频解读：加装电梯", 0)
	w.say(city, 22, "没有说是什么形式", 1)
	h := w.portal(t, nil)
	h.Forms = signs{}
	shell, page, err := h.home(context.Background(), city)
	if err != nil {
		t.Fatal(err)
	}
	body, err := homeView.HTML(h.render, shell, page)
	if err != nil {
		t.Fatal(err)
	}
	doc, err := goquery.NewDocumentFromReader(bytes.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	rows := doc.Find(".readings .rows a")
	first := rows.First()
	if rows.Length() != 2 || !strings.HasPrefix(first.AttrOr("href", ""), "/a/") || first.Find(`b.sign[aria-hidden="true"]`).Text() != "视" || first.Find(".vh").Text() != "视频：" {
		t.Errorf("%d texts: %s", rows.Length(), doc.Find(".readings").Text())
	}
	if rows.Last().Find(".sign, .vh").Length() != 0 {
		t.Errorf("a text of no form: %s", rows.Last().Text())
	}
	h.Forms = signs{fault.New(fault.Unavailable, "数据库暂时没有响应，请稍后再试。")}
	if _, _, err := h.home(context.Background(), city); !fault.Is(err, fault.Unavailable) {
		t.Errorf("without its forms: %v", err)
	}
}

// A13, d48: the directory leads from the city to every host, from a county to what it carries, from a township nowhere.
func TestHomeDirectory(t *testing.T) {
	w, city, county, channel := newTown(site.Widget{Slot: "directory", Kind: "directory", Title: "网站导航"})
	page := w.blocks(t, city, nil)
	if got := page.Blocks[0].Links; len(got) != 2 || got[0].Text != "县区" || got[0].Children[0].Href != "http://hanbin.ankang.localhost:8080/" || got[1].Children[0].Text != "市人社局" {
		t.Errorf("city: %+v", got)
	}
	if got := w.blocks(t, county, nil).Blocks[0].Links; len(got) != 1 || got[0].Text != "五里镇" || got[0].Href != "/z/wuli/" {
		t.Errorf("county: %+v", got)
	}
	if got := w.blocks(t, channel, nil).Blocks; len(got) != 0 {
		t.Errorf("township: %+v", got)
	}
}

// V4: the contact card dials what can be dialled and shows the rest as text.
func TestHomeContact(t *testing.T) {
	w, _, _, channel := newTown(site.Widget{Slot: "lead", Kind: "contact", Title: "联系我们"})
	for _, row := range []struct{ phone, want string }{
		{"0915-1234567", "tel:09151234567"}, {"+86 915 1234567", "tel:+869151234567"}, {"0915-×××（演示）", ""}, {"12", ""},
	} {
		s := *channel
		s.Phone = row.phone
		b := w.blocks(t, &s, nil).Blocks[0]
		if b.Links[0].Href != row.want || b.Links[0].Note != row.phone || b.Note != "五里镇街道" {
			t.Errorf("%s: got %+v, note %q", row.phone, b.Links[0], b.Note)
		}
	}
}

// V4, design 4: the page renders in every theme, and a page that shows a county is made anew when the county changes.
func TestHomePage(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w, city, county, channel := newTown(
			site.Widget{Slot: "lead", Kind: "tabs", Title: "要闻", Columns: []int64{1, 5}},
			site.Widget{Slot: "directory", Kind: "directory", Title: "网站导航"},
			site.Widget{Slot: "side", Kind: "contact", Title: "联系我们"})
		w.say(county, 1, "汉滨要闻", 0)
		w.say(channel, 1, "<b>五里要闻</b>", 0)
		h := w.portal(t, nil)
		rev := pages.NewRevisions(d)
		cache, err := pages.NewCache(rev, func() time.Time { return today }, pages.Config{})
		if err != nil {
			t.Fatal(err)
		}
		defer cache.Close() //nolint:errcheck // no mirror to give back
		ctx := context.Background()
		if err := rev.Poll(ctx); err != nil {
			t.Fatal(err)
		}
		body := func(s *render.Site) string {
			t.Helper()
			hit, err := cache.Get(ctx, pages.Key{Site: s.ID, URL: s.URL("/")}, func(ctx context.Context) (*pages.Page, error) {
				return h.page(ctx, &web.Request{Site: s, Path: "/"})
			})
			if err != nil {
				t.Fatal(err)
			}
			return string(hit.Page.Body)
		}
		doc, err := goquery.NewDocumentFromReader(bytes.NewReader([]byte(body(city))))
		if err != nil {
			t.Fatal(err)
		}
		if doc.Find("h1").Length() != 1 || doc.Find(".directory a:not(.more)").Length() != 2 || doc.Find(".directory a.more").AttrOr("href", "") != "/sites" || !strings.Contains(doc.Find(".tabs").Text(), "汉滨要闻") {
			t.Errorf("city: %s", doc.Find("main").Text())
		}
		if got := doc.Find(`link[rel="canonical"]`).AttrOr("href", ""); got != "http://ankang.localhost:8080/" {
			t.Errorf("canonical: %q", got)
		}
		if page := body(channel); !strings.Contains(page, "&lt;b&gt;五里要闻") || !strings.Contains(page, "tel:09151234567") {
			t.Error("township: the title is not escaped or the number not dialled")
		}
		w.say(county, 1, "汉滨又一条", 0)
		if strings.Contains(body(city), "汉滨又一条") {
			t.Error("the page was made anew without need")
		}
		if err := d.InTx(ctx, func(ctx context.Context) error { return rev.Bump(ctx, county.ID) }); err != nil {
			t.Fatal(err)
		}
		if !strings.Contains(body(city), "汉滨又一条") {
			t.Error("the county changed, the city's page did not")
		}
	}, pages.Migrations())
}

// Design 4: a widget that fails fails the page, with the block named for the log and nothing for citizens.
func TestHomeWidgetFails(t *testing.T) {
	w, city, _, _ := newTown(site.Widget{Slot: "main", Kind: "poll", Title: "调查"})
	h := w.portal(t, map[string]Widget{"poll": func(context.Context, *render.Site, Args) (Block, error) {
		return Block{}, fault.New(fault.Unavailable, "数据库暂时没有响应，请稍后再试。")
	}})
	_, err := h.page(context.Background(), &web.Request{Site: city, Path: "/"})
	if !fault.Is(err, fault.Unavailable) || !strings.Contains(err.Error(), "poll") {
		t.Errorf("got %v", err)
	}
}
