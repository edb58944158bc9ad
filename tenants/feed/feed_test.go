package feed

import (
	"encoding/json"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/zhanqun/zhanqun/kernel/fault"
	"github.com/zhanqun/zhanqun/platform/render"
	"github.com/zhanqun/zhanqun/platform/web"
)

// mapped reads a site map or its index by the rules of sitemaps.org: the name space, a place for every entry, all of them on one host and below
// the folder of the map, escaped, not too long, no entry twice, and days of W3C.
func mapped(t testing.TB, s *render.Site, root, entry, body string) map[string]string {
	t.Helper()
	doc, found := strict(t, body), map[string]string{}
	if doc.XMLName.Local != root || doc.XMLName.Space != mapSpace {
		t.Fatalf("%v is no %s", doc.XMLName, root)
	}
	for _, e := range doc.Children {
		at, day := e.text("loc"), e.text("lastmod")
		_, twice := found[at]
		switch {
		case e.XMLName.Local != entry, len(e.Children) > 2, at == "", len(at) > 2048, !strings.HasPrefix(at, s.URL("/")), twice:
			t.Errorf("entry %+v", e)
		case day != "" && !regexp.MustCompile(`^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\+08:00$`).MatchString(day):
			t.Errorf("%s changed %q", at, day)
		}
		found[at] = day
	}
	if len(found) == 0 || len(found) > 50000 || len(body) > 50<<20 {
		t.Errorf("%d entries, %d bytes", len(found), len(body))
	}
	return found
}

// J3, R2, A12: the map of a site is in parts by month, each no larger than it may be, with what is public on this site and nothing else; what
// is withdrawn is gone, and a second edition has a later day.
func TestSiteMaps(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		h.now = time.Date(2026, 10, 31, 15, 58, 30, 0, time.UTC)
		h.publish(h.county, 101, 1, "十月最后一分钟") // 23:59:30 in Beijing
		h.publish(h.county, 102, 1, "十一月")
		h.publish(h.county, 103, 2, "又一篇")
		h.publish(h.county, 104, 2, "再一篇")
		h.publish(h.other, 105, 1, "邻站")
		h.publish(h.channel, 106, 1, "频道")
		h.partMost = 2
		index := mapped(t, h.county, "sitemapindex", "sitemap", h.get(h.index, h.county))
		if want := map[string]string{"https://hanbin.gov.cn/sitemap-columns.xml": "2026-11-01T00:02:30+08:00", "https://hanbin.gov.cn/sitemap-2026-10.xml": "2026-10-31T23:59:30+08:00",
			"https://hanbin.gov.cn/sitemap-2026-11.xml": "2026-11-01T00:02:30+08:00", "https://hanbin.gov.cn/sitemap-2026-11-2.xml": "2026-11-01T00:02:30+08:00"}; !equal(index, want) {
			t.Errorf("index: got %v, want %v", index, want)
		}
		part := func(s *render.Site, name string) map[string]string {
			return mapped(t, s, "urlset", "url", h.get(h.part, s, "part", name))
		}
		if got, want := part(h.county, "2026-11"), map[string]string{"https://hanbin.gov.cn/a/104": "2026-11-01T00:02:30+08:00", "https://hanbin.gov.cn/a/103": "2026-11-01T00:01:30+08:00"}; !equal(got, want) {
			t.Errorf("November: got %v, want %v", got, want)
		}
		if got := part(h.county, "2026-11-2"); len(got) != 1 || got["https://hanbin.gov.cn/a/102"] == "" {
			t.Errorf("second part: %v", got)
		}
		if got := part(h.channel, "2026-11"); len(got) != 1 || got["https://hanbin.gov.cn/z/wuli/a/106"] == "" {
			t.Errorf("channel: %v", got)
		}
		columns := part(h.county, "columns")
		for rest, dated := range map[string]bool{"/": false, "/sitemap": false, "/policies": false, "/disclosure": false, "/c/dongtai": false, "/c/dongtai/gonggao": true} {
			if at, is := columns["https://hanbin.gov.cn"+rest]; !is || (at != "") != dated || len(columns) != 6 {
				t.Errorf("columns: %s is %q, %v among %d", rest, at, is, len(columns))
			}
		}
		h.county.Level = "city"
		if _, is := part(h.county, "columns")["https://hanbin.gov.cn/sites"]; !is {
			t.Error("a portal at the top does not name the map of all sites")
		}
		h.county.Level = "county"
		for _, name := range []string{"", "x", "2026-13", "2026-00", "2026-1", "2026-11-1", "2026-11-3", "2026-11-0", "2026-11-02", "2026-09", "2026-11-99999", "columns.xml", "2026-11 ", "../2026-11"} {
			h.refuses(fault.NotFound, h.part, h.county, "part", name)
		}
		h.alone = map[int64]string{104: "/c/dongtai/gonggao"}
		if got := part(h.county, "2026-11"); len(got) != 2 || got["https://hanbin.gov.cn/c/dongtai/gonggao"] == "" || got["https://hanbin.gov.cn/a/104"] != "" {
			t.Errorf("one that is its column's page: %v", got)
		}
		h.withdraw(h.county, 104)
		h.publish(h.county, 101, 1, "第二版")
		if got := part(h.county, "2026-11"); len(got) != 2 || got["https://hanbin.gov.cn/a/104"] != "" {
			t.Errorf("withdrawn: %v", got)
		}
		if got := part(h.county, "2026-10")["https://hanbin.gov.cn/a/101"]; got != "2026-11-01T00:05:30+08:00" {
			t.Errorf("a second edition changed %s", got)
		}
	})
}

func equal(a, b map[string]string) bool {
	for k, v := range a {
		if b[k] != v {
			return false
		}
	}
	return len(a) == len(b)
}

// hostile is a title that would end each of the forms.
const hostile = `</title>]]>&amp;<script>"'` + "\u2028\ufffe" + `关于“茶”`

// told is a feed in any of its forms.
type told struct{ title, updated string }

// entries reads a feed by the rules of its form, entry by id.
func entries(t testing.TB, form, body string) (told, map[string]told, []string) {
	t.Helper()
	var head told
	all, order := map[string]told{}, []string{}
	add := func(id, title, updated string) {
		if _, twice := all[id]; twice || !strings.HasPrefix(id, "tag:") || title == "" {
			t.Errorf("%s: entry %q %q", form, id, title)
		}
		all[id] = told{title, updated}
		order = append(order, id)
	}
	switch form {
	case "atom":
		doc := strict(t, body)
		head = told{doc.text("title"), doc.text("updated")}
		if doc.XMLName.Space != "http://www.w3.org/2005/Atom" || doc.XMLName.Local != "feed" || doc.text("id") == "" || head.updated == "" || len(doc.all("author")) != 1 || doc.all("link")[0].attr("rel") != "self" {
			t.Errorf("atom: %s", body)
		}
		for _, e := range doc.all("entry") {
			add(e.text("id"), e.text("title"), e.text("updated"))
			if at := e.all("link")[0]; at.attr("rel") != "alternate" || !strings.HasPrefix(at.attr("href"), "https://") || e.text("updated") == "" {
				t.Errorf("atom entry %+v", e)
			}
		}
	case "rss":
		doc := strict(t, body)
		ch := doc.all("channel")[0]
		head = told{ch.text("title"), ch.text("lastBuildDate")}
		if doc.attr("version") != "2.0" || ch.text("link") == "" || ch.text("description") == "" {
			t.Errorf("rss: %s", body)
		}
		for _, e := range ch.all("item") {
			add(e.text("guid"), e.text("title"), "")
			if _, err := time.Parse(time.RFC1123Z, e.text("pubDate")); e.text("pubDate") != "" && err != nil || e.all("guid")[0].attr("isPermaLink") != "false" {
				t.Errorf("rss item %+v: %v", e, err)
			}
		}
	case "json":
		var doc jsonFeed
		d := json.NewDecoder(strings.NewReader(body))
		d.DisallowUnknownFields()
		if err := d.Decode(&doc); err != nil || doc.Version != "https://jsonfeed.org/version/1.1" || doc.Items == nil {
			t.Fatalf("%v: %s", err, body)
		}
		head = told{doc.Title, ""}
		for _, e := range doc.Items {
			add(e.ID, e.Title, e.Modified)
		}
	}
	return head, all, order
}

// J3: the same entries in each form, newest first; an id never changes, a second edition is updated, what is withdrawn is gone, another site's
// are not there, a demonstration says so, and no title breaks a form.
func TestFeeds(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		forms := map[string]web.PageFunc{"atom": h.site(atomType, atom), "rss": h.site(rssType, rss), "json": h.site(jsonFeedType, jsonForm)}
		for form, do := range forms {
			if head, all, _ := entries(t, form, h.get(do, h.county)); len(all) != 0 || head.title != "汉滨区人民政府" {
				t.Errorf("%s of nothing: %v, %v", form, head, all)
			}
		}
		h.texts[102] = Text{Excerpt: "日期不详"}
		h.texts[101] = Text{Excerpt: "第一篇说 <茶>", Author: "办公室"}
		h.publish(h.county, 101, 1, "第一篇")
		h.publish(h.county, 102, 2, hostile)
		h.publish(h.other, 103, 1, "邻站")
		h.publish(h.channel, 104, 1, "频道")
		first, second := entryID(101), entryID(102)
		before := map[string]map[string]told{}
		for form, do := range forms {
			_, all, order := entries(t, form, h.get(do, h.county))
			if before[form] = all; !slices.Equal(order, []string{second, first}) {
				t.Errorf("%s: %v", form, order)
			}
			if got, want := all[second].title, strings.ReplaceAll(hostile, "\ufffe", "\ufffd"); got != want && got != hostile {
				t.Errorf("%s: the title became %q", form, got)
			}
			if head, all, _ := entries(t, form, h.get(do, h.channel)); head.title != "五里镇人民政府（演示）" || len(all) != 1 {
				t.Errorf("%s of the demonstration: %v, %v", form, head, all)
			}
		}
		if body := h.get(forms["atom"], h.county); strings.Count(body, "<published>") != 1 || !strings.Contains(body, `<link rel="self" type="application/atom+xml" href="https://hanbin.gov.cn/feed.xml">`) {
			t.Errorf("a day nobody knows is told, or the feed's own address is not: %s", body)
		}
		h.publish(h.county, 101, 1, "第一篇，改过")
		h.withdraw(h.county, 102)
		h.county = &render.Site{ID: h.county.ID, Name: h.county.Name, Origin: "https://www.hanbin.example"} // another domain, the same ids
		for form, do := range forms {
			_, all, _ := entries(t, form, h.get(do, h.county))
			if now := all[first]; len(all) != 1 || now.title != "第一篇，改过" || form != "rss" && now.updated <= before[form][first].updated {
				t.Errorf("%s after a second edition and a withdrawal: %v, before %v", form, all, before[form])
			}
		}
	})
}

// J3: a column has feeds of its own and what stands below it; one that moved leads on, one that citizens do not see has none.
func TestColumnFeeds(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		h.publish(h.county, 101, 1, "动态")
		h.publish(h.county, 102, 2, "公告")
		h.publish(h.county, 103, 3, "别处")
		h.moved["old"], h.moved["closed"] = "/c/dongtai", "/"
		do := h.column(atomType, "/feed.xml", atom)
		for path, want := range map[string][]string{"dongtai": {entryID(102), entryID(101)}, "dongtai/gonggao": {entryID(102)}} {
			body := h.get(do, h.county, "*", path)
			if _, _, order := entries(t, "atom", body); !slices.Equal(order, want) || !strings.Contains(body, `href="https://hanbin.gov.cn/c/`+path+`/feed.xml"`) {
				t.Errorf("%s: %v, %s", path, order, body)
			}
		}
		if head, _, _ := entries(t, "json", h.get(h.column(jsonFeedType, "/feed.json", jsonForm), h.channel, "*", "dongtai/gonggao")); head.title != "五里镇人民政府 通知<公告>（演示）" {
			t.Errorf("title %q", head.title)
		}
		for path, want := range map[string]string{"old": "/c/dongtai/feed.xml", "closed": "/feed.xml"} {
			if p, err := do(h.ctx, asked(h.county, []string{"*", path})); err != nil || p.Status != 301 || p.Location != want {
				t.Errorf("%s leads to %+v, %v", path, p, err)
			}
		}
		h.refuses(fault.NotFound, do, h.county, "*", "nowhere")
	})
}

// J3, R2: what the web asks of a host at addresses of its own: the maps of the host's sites, nothing below a mount, a security contact only where
// there is one, an icon and a manifest in the theme's looks.
func TestFixedAddresses(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		if got, want := h.get(h.robots, h.county), "User-agent: *\nAllow: /\n\nSitemap: https://hanbin.gov.cn/sitemap.xml\nSitemap: https://hanbin.gov.cn/z/wuli/sitemap.xml\n"; got != want {
			t.Errorf("robots.txt\ngot  %s\nwant %s", got, want)
		}
		h.refuses(fault.NotFound, h.robots, h.channel)
		h.refuses(fault.NotFound, h.security, h.county)
		h.Security = Security{"mailto:security@hanbin.gov.cn", time.Date(2027, 6, 30, 16, 0, 0, 0, time.UTC)}
		if got, want := h.get(h.security, h.county), "Contact: mailto:security@hanbin.gov.cn\nExpires: 2027-06-30T16:00:00Z\nPreferred-Languages: zh, en\nCanonical: https://hanbin.gov.cn/.well-known/security.txt\n"; got != want {
			t.Errorf("security.txt\ngot  %s\nwant %s", got, want)
		}
		h.refuses(fault.NotFound, h.security, h.channel)
		if p, err := h.icon(h.ctx, asked(h.channel, nil)); err != nil || p.Status != 301 || !strings.HasPrefix(p.Location, "https://hanbin.gov.cn/-/assets/") || !strings.HasSuffix(p.Location, ".svg") {
			t.Errorf("icon: %+v, %v", p, err)
		}
		var m manifest
		if err := json.Unmarshal([]byte(h.get(h.manifest, h.channel)), &m); err != nil || m.Name != "五里镇人民政府（演示）" || m.Start != "/z/wuli/" || m.Scope != "/z/wuli/" ||
			!regexp.MustCompile(`^#[0-9a-f]{6}$`).MatchString(m.Colour) || !regexp.MustCompile(`^#[0-9a-f]{6}$`).MatchString(m.Paper) || len(m.Icons) != 1 || !strings.HasPrefix(m.Icons[0].Address, "/-/assets/") {
			t.Errorf("manifest: %+v, %v", m, err)
		}
	})
}
