package directory

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
	"github.com/zhanqun/zhanqun/platform/org"
	"github.com/zhanqun/zhanqun/platform/pages"
	"github.com/zhanqun/zhanqun/platform/render"
	"github.com/zhanqun/zhanqun/platform/site"
	"github.com/zhanqun/zhanqun/platform/web"
)

// cluster is what the ports say: a city with a department, and counties.
type cluster struct {
	*Directory
	t    testing.TB
	open []*render.Site
	of   map[kernel.SiteID]kernel.OrgID
	away error
	last kernel.SiteID
}

func (c *cluster) Below(context.Context, kernel.SiteID) ([]*render.Site, error) {
	return c.open, c.away
}

func (c *cluster) Everything(context.Context) (all []site.Known, err error) {
	for id, region := range c.of {
		all = append(all, site.Known{Site: &site.Site{ID: id}, Region: region})
	}
	return all, nil
}

func (c *cluster) Many(_ context.Context, ids ...kernel.OrgID) (map[kernel.OrgID]org.Org, error) {
	all := map[kernel.OrgID]org.Org{}
	for _, id := range ids {
		all[id] = org.Org{ID: id, Code: fmt.Sprint(610900 + id), Name: map[kernel.OrgID]string{2: "汉滨区", 3: "旬阳市"}[id]}
	}
	return all, nil
}

func (c *cluster) Nav(context.Context, *render.Site) ([]render.Link, error) { return nil, nil }

// add opens a site of an org's region.
func (c *cluster) add(region kernel.OrgID, s render.Site) *render.Site {
	c.last++
	s.ID = c.last
	c.open, c.of[s.ID] = append(c.open, &s), region
	return &s
}

func build(t testing.TB) (*cluster, *render.Site) {
	t.Helper()
	r, err := render.New(render.Config{}, map[string]fs.FS{"directory": Views()}, Pages()...)
	if err != nil {
		t.Fatal(err)
	}
	c := &cluster{t: t, of: map[kernel.SiteID]kernel.OrgID{}}
	c.Directory = New(Room{Now: func() time.Time { return time.Date(2026, 11, 27, 2, 0, 0, 0, time.UTC) }, Sites: c, Orgs: c, Nav: (*nav)(c), Render: r})
	city := c.add(1, render.Site{Name: "安康市人民政府", ShortName: "安康", Level: "city", Theme: "city", Origin: "http://ankang.localhost"})
	c.add(1, render.Site{Name: "安康市教育体育局", ShortName: "市教体局", Level: "dept", Origin: "http://jtj.ankang.localhost"})
	c.add(3, render.Site{Name: "旬阳市人民政府", Level: "county", Origin: "http://xunyang.localhost"})
	c.add(2, render.Site{Name: "五里镇人民政府", Level: "township", Kind: "channel", Origin: "http://hanbin.localhost", Prefix: "/z/wuli"})
	c.add(2, render.Site{Name: "汉滨区人民政府", Level: "county", Origin: "http://hanbin.localhost"})
	c.add(1, render.Site{Name: "市民大厅", Level: "city", Kind: "column", Origin: "http://ankang.localhost", Prefix: "/z/dating"})
	return c, city
}

type nav cluster

func (*nav) Nav(context.Context, *render.Site) ([]render.Link, error) { return nil, nil }

// see is the page of an address, or where it leads.
func (c *cluster) see(s *render.Site, query map[string]string) (*goquery.Document, string) {
	c.t.Helper()
	ask := c.page
	if _, words := query["q"]; words {
		ask = c.find
	}
	p, err := ask(c.t.Context(), &web.Request{Site: s, Query: query})
	if err != nil {
		c.t.Fatalf("%v: %v", query, err)
	}
	return parsed(c.t, p), p.Location
}

func parsed(t testing.TB, p *pages.Page) *goquery.Document {
	t.Helper()
	doc, err := goquery.NewDocumentFromReader(strings.NewReader(string(p.Body)))
	if err != nil {
		t.Fatal(err)
	}
	return doc
}

func links(doc *goquery.Document) []string {
	return doc.Find(".sites a").Map(func(_ int, a *goquery.Selection) string { return a.Text() + " " + a.AttrOr("href", "") })
}

// A13, d34: the portal shows the sites of its own level and leads to each county, in the order of their codes; a county's page has all of its sites
// by level; a site on the reader's own host is linked by its path, in the reader's variant.
func TestTheMap(t *testing.T) {
	c, city := build(t)
	doc, _ := c.see(city, nil)
	want := []string{"汉滨区 /sites?r=2", "旬阳市 /sites?r=3", "安康市人民政府 /", "市民大厅 /z/dating/", "安康市教育体育局 http://jtj.ankang.localhost/"}
	if got := links(doc); !slices.Equal(got, want) {
		t.Errorf("the map leads to %q, want %q", got, want)
	}
	for _, says := range []string{"共 6 个网站", "市级 2 个，县区 2 个，部门 1 个，镇办 1 个", "汉滨区（2）", "市民大厅（栏目）"} {
		if !strings.Contains(doc.Find("main").Text(), says) {
			t.Errorf("the map does not say %s", says)
		}
	}
	doc, _ = c.see(city.In(kernel.Elder), map[string]string{"r": "2"})
	want = []string{"汉滨区人民政府 http://hanbin.localhost/-/elder/", "五里镇人民政府 http://hanbin.localhost/z/wuli/-/elder/"}
	if got := links(doc); !slices.Equal(got, want) || doc.Find("h1").Text() != "汉滨区的网站" || !strings.Contains(doc.Find("main").Text(), "五里镇人民政府（频道）") {
		t.Errorf("a county's page leads to %q", got)
	}
	for _, query := range []map[string]string{{"r": "1"}, {"r": "9"}, {"r": "x"}, {"p": "2"}, {"r": "2", "p": "2"}, {"r": "2", "p": "0"}, {"r": "2", "p": "x"}, {"r": "2", "p": "9999999"}} {
		if _, err := c.page(t.Context(), &web.Request{Site: city, Query: query}); !fault.Is(err, fault.NotFound) {
			t.Errorf("%v: %v", query, err)
		}
	}
	if _, moved := c.see(city, map[string]string{"r": "2", "p": "1"}); moved != "/sites?r=2" {
		t.Errorf("the first page has another address: %q", moved)
	}
}

// A13: a site is found by parts of its name; nothing found says what to do; no address says more than it asks.
func TestFindingASite(t *testing.T) {
	c, city := build(t)
	for q, want := range map[string][]string{
		"人民政府":  {"安康市人民政府 /", "旬阳市人民政府 http://xunyang.localhost/", "汉滨区人民政府 http://hanbin.localhost/", "五里镇人民政府 http://hanbin.localhost/z/wuli/"},
		"五里 政府": {"五里镇人民政府 http://hanbin.localhost/z/wuli/"},
		"教体":    {"安康市教育体育局 http://jtj.ankang.localhost/"},
		"卫健":    nil,
	} {
		doc, _ := c.see(city, map[string]string{"q": q})
		if got := links(doc); !slices.Equal(got, want) {
			t.Errorf("%s finds %q", q, got)
		}
		if doc.Find("meta[name=robots]").Length() == 0 || (want == nil) != strings.Contains(doc.Find(".nothing").Text(), "没有名称里有“"+q+"”的网站") {
			t.Errorf("%s: %s", q, doc.Find("main").Text())
		}
	}
	for q, want := range map[string]string{"": "/sites", " ": "/sites", " 五里 ": "/sites/find?q=%E4%BA%94%E9%87%8C", strings.Repeat("a", 61): "/sites/find?q=" + strings.Repeat("a", 60)} {
		if _, moved := c.see(city, map[string]string{"q": q}); moved != want {
			t.Errorf("%q leads to %s", q, moved)
		}
	}
}

// A13: only a portal at the top has a map, and a mistake below is told.
func TestWhoHasAMap(t *testing.T) {
	c, city := build(t)
	for _, s := range []*render.Site{{Level: "county", Origin: "http://a"}, {Level: "city", Prefix: "/z/a"}, {Level: "dept"}} {
		_, err := c.page(t.Context(), &web.Request{Site: s})
		_, err2 := c.find(t.Context(), &web.Request{Site: s, Query: map[string]string{"q": "政府"}})
		if !fault.Is(err, fault.NotFound) || !fault.Is(err2, fault.NotFound) {
			t.Errorf("%+v: %v, %v", s, err, err2)
		}
	}
	c.away = errors.New("away")
	if _, err := c.page(t.Context(), &web.Request{Site: city}); !errors.Is(err, c.away) {
		t.Errorf("without the sites: %v", err)
	}
}

// thousands opens n sites in one county.
func (c *cluster) thousands(n int) {
	for i := range n {
		c.add(2, render.Site{Name: fmt.Sprintf("第%d镇人民政府", i), Level: "township", Kind: "channel", Origin: "http://hanbin.localhost", Prefix: fmt.Sprintf("/z/t%d", i)})
	}
}

// A13: a county with ten thousand sites is shown by pages, each site once, and a search says that there are more.
func TestTenThousandSites(t *testing.T) {
	c, city := build(t)
	c.thousands(10_000)
	seen := map[string]bool{}
	for n := 1; n <= 34; n++ {
		query := map[string]string{"r": "2"}
		if n > 1 {
			query["p"] = fmt.Sprint(n)
		}
		doc, _ := c.see(city, query)
		for _, l := range links(doc) {
			seen[l] = true
		}
		if next := doc.Find("a[rel=next]").AttrOr("href", ""); (n < 34) != (next == fmt.Sprintf("/sites?p=%d&r=2", n+1)) {
			t.Fatalf("page %d leads on to %q", n, next)
		}
		if prev := doc.Find("a[rel=prev]").AttrOr("href", ""); (n > 1) != (prev != "") {
			t.Fatalf("page %d leads back to %q", n, prev)
		}
	}
	if len(seen) != 10_002 {
		t.Errorf("%d sites were shown", len(seen))
	}
	doc, _ := c.see(city, map[string]string{"q": "镇人民政府"})
	if n := len(links(doc)); n != findMost || !strings.Contains(doc.Find("main").Text(), "找到 10001 个，下面是前 100 个") {
		t.Errorf("%d shown: %s", n, doc.Find("[role=status]").Text())
	}
}

// The map of ten thousand sites; its page is kept until something of the platform moves.
func BenchmarkTheMap(b *testing.B) {
	c, city := build(b)
	c.thousands(10_000)
	for b.Loop() {
		if _, err := c.page(b.Context(), &web.Request{Site: city}); err != nil {
			b.Fatal(err)
		}
	}
}
