package render

import (
	"encoding/json"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"golang.org/x/net/html"
)

// statements are the blocks of data of a page, by type.
func statements(t *testing.T, doc *html.Node) map[string]map[string]any {
	t.Helper()
	found := map[string]map[string]any{}
	for _, n := range all(doc, "script", "") {
		if attr(n, "src") != "" {
			continue // the panel's
		}
		if attr(n, "type") != "application/ld+json" {
			t.Errorf("a script that is no data: %s", attr(n, "type"))
		}
		var v map[string]any
		if err := json.Unmarshal([]byte(inner(n)), &v); err != nil || v["@context"] != "https://schema.org" {
			t.Fatalf("%v: %s", err, inner(n))
		}
		found[v["@type"].(string)] = v
	}
	return found
}

// R2: what a page tells in the words of schema.org, by its class; no title ends the block that it stands in.
func TestLinkedData(t *testing.T) {
	r := renderer(t)
	crumbs := []Link{{Text: "政务公开", Href: "/c/gongkai"}, {Text: "文件", Href: "/c/gongkai/wenjian"}}
	shown := time.Date(2026, 11, 20, 1, 0, 0, 0, time.UTC)
	const hostile = `</script><script>alert(1)</script>&"'<!--` + "\u2028"
	document := &ArticleMeta{Title: hostile, URL: "https://hanbin.ankang.gov.cn/a/1", Published: shown, Modified: shown.Add(time.Hour), Image: "/-/media/1/a.png",
		Document: &DocumentMeta{"汉政发〔2026〕1号", "汉滨区人民政府", "2026-11-19"}}
	channel := county()
	channel.Prefix, channel.CarrierName, channel.CarrierURL = "/z/wuli", "汉滨区人民政府", "https://hanbin.ankang.gov.cn/"
	for _, c := range []struct {
		name string
		s    Shell
		want map[string]map[string]string // by type: what its fields hold
	}{
		{"home", Shell{Site: county(), Head: Head{Rest: "/"}}, map[string]map[string]string{
			"GovernmentOrganization": {"name": `"汉滨区人民政府办公室"`, "url": `"https://hanbin.ankang.gov.cn/"`, "telephone": `"0915-3212345"`}}},
		{"home of a channel", Shell{Site: channel, Head: Head{Rest: "/"}}, map[string]map[string]string{
			"GovernmentOrganization": {"url": `"https://hanbin.ankang.gov.cn/z/wuli/"`, "parentOrganization": `"汉滨区人民政府"`}}},
		{"column", Shell{Site: county(), Crumbs: crumbs, Head: Head{Rest: "/c/gongkai/wenjian", Column: &ColumnMeta{Name: "文件"}}}, map[string]map[string]string{
			"BreadcrumbList": {"itemListElement": `"position":3`}}},
		{"document", Shell{Site: county(), Crumbs: crumbs, Head: Head{Rest: "/a/1", Article: document}}, map[string]map[string]string{
			"BreadcrumbList": {"itemListElement": `"https://hanbin.ankang.gov.cn/c/gongkai"`},
			"Legislation": {"legislationIdentifier": "汉政发〔2026〕1号", "legislationPassedBy": "汉滨区人民政府", "legislationDate": "2026-11-19", "image": "https://hanbin.ankang.gov.cn/-/media/1/a.png",
				"datePublished": "2026-11-20T09:00:00+08:00", "dateModified": "2026-11-20T10:00:00+08:00", "publisher": "汉滨区人民政府办公室"}}},
		{"news without a day", Shell{Site: county(), Head: Head{Rest: "/a/1", Title: []string{"甲"}, Article: &ArticleMeta{News: true, Source: "区融媒体中心"}}},
			map[string]map[string]string{"NewsArticle": {"headline": "甲", "author": "区融媒体中心"}}},
		{"article", Shell{Site: county(), Head: Head{Rest: "/a/1", Article: &ArticleMeta{Title: "乙"}}}, map[string]map[string]string{"Article": {"headline": "乙", "author": "汉滨区人民政府办公室"}}},
		{"error", Shell{Site: county(), Crumbs: crumbs, Head: Head{NoIndex: true, Article: document}}, nil},
	} {
		got := statements(t, page(t, r, c.s))
		if len(got) != len(c.want) {
			t.Errorf("%s: got %v", c.name, got)
		}
		for kind, fields := range c.want {
			for field, want := range fields {
				if b, _ := json.Marshal(got[kind][field]); !strings.Contains(string(b), want) {
					t.Errorf("%s: %s %s is %s, want %s", c.name, kind, field, b, want)
				}
			}
		}
		if l := got["Legislation"]; l != nil && l["headline"] != hostile {
			t.Errorf("the title became %q", l["headline"])
		}
		if n := got["NewsArticle"]; n != nil && n["datePublished"] != nil {
			t.Errorf("a day nobody knows is told: %v", n)
		}
	}
}

// J3: a page says where its feeds are, a column's before the site's, and its manifest; an error page and a notice say neither of feeds.
func TestAlternates(t *testing.T) {
	r := renderer(t)
	s := county()
	s.Prefix = "/z/wuli"
	for _, c := range []struct {
		head Head
		want []string
	}{
		{Head{Rest: "/"}, []string{"/z/wuli/feed.xml", "/z/wuli/feed.json"}},
		{Head{Rest: "/c/a/b?p=2", Feed: "/c/a/b", Column: &ColumnMeta{Name: "公告"}}, []string{"/z/wuli/c/a/b/feed.xml", "/z/wuli/c/a/b/feed.json", "/z/wuli/feed.xml", "/z/wuli/feed.json"}},
		{Head{NoIndex: true}, nil},
	} {
		var got []string
		manifest := ""
		for _, l := range all(page(t, r, Shell{Site: s, Head: c.head}), "link", "") {
			switch attr(l, "rel") {
			case "alternate":
				if attr(l, "hreflang") != "" {
					continue // the page in another script
				}
				got = append(got, attr(l, "href"))
				if attr(l, "title") == "" || attr(l, "type") != "application/atom+xml" && attr(l, "type") != "application/feed+json" {
					t.Errorf("%+v", l.Attr)
				}
			case "manifest":
				manifest = attr(l, "href")
			}
		}
		if !slices.Equal(got, c.want) || (manifest == "/z/wuli/manifest.webmanifest") == c.head.NoIndex {
			t.Errorf("%+v: feeds %v, manifest %q", c.head, got, manifest)
		}
	}
	if links := all(parse(t, r.Notice(s)), "link", ""); slices.ContainsFunc(links, func(l *html.Node) bool { return attr(l, "rel") == "alternate" || attr(l, "rel") == "manifest" }) {
		t.Error("a suspended site, which answers nothing else, leads to its feeds")
	}
	for name := range r.themes {
		s.Theme = name
		icon, colour, paper := r.Looks(s)
		if _, kind, ok := r.Asset(icon); !ok || kind != IconType || !regexp.MustCompile(`^#[0-9a-f]{6}$`).MatchString(colour) || !regexp.MustCompile(`^#[0-9a-f]{6}$`).MatchString(paper) {
			t.Errorf("theme %s: %s, %s, %s", name, icon, colour, paper)
		}
	}
}

// R2: what is blank or says null, as old sites write where they know nothing, falls back like nothing at all; an article whose column is gone has the
// column's tags all the same.
func TestMetaTagsSayNoNull(t *testing.T) {
	r := renderer(t)
	s := county()
	s.Description, s.Keywords = "null", " "
	null := &ArticleMeta{Title: "null", PubDate: "2026-11-23 10:10", Source: "NULL", Keywords: " \t", Author: "undefined", Description: "Null", Image: "null", URL: "null"}
	for _, head := range []Head{{Rest: "/", Description: "null"}, {Rest: "/c/x", Column: &ColumnMeta{"null", "null", " ", "null"}}, {Rest: "/a/1", Title: []string{"甲"}, Article: null}} {
		got := tags(page(t, r, Shell{Site: s, Head: head}))
		for name, v := range got {
			if v = strings.ToLower(strings.TrimSpace(v)); v == "" || strings.Contains(v, "null") || strings.Contains(v, "undefined") {
				t.Errorf("%s: %s is %q", head.Rest, name, v)
			}
		}
		if head.Article != nil && (got["ColumnName"] != s.Name || got["ArticleTitle"] != "甲" || !strings.HasPrefix(got["Image"], "https://") || got["Url"] != "https://hanbin.ankang.gov.cn/a/1") {
			t.Errorf("%v", got)
		}
	}
}
