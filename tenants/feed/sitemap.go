package feed

import (
	"cmp"
	"context"
	"encoding/xml"
	"regexp"
	"strconv"
	"time"

	"github.com/zhanqun/zhanqun/kernel"
	"github.com/zhanqun/zhanqun/platform/pages"
	"github.com/zhanqun/zhanqun/platform/publication"
	"github.com/zhanqun/zhanqun/platform/render"
	"github.com/zhanqun/zhanqun/platform/site"
	"github.com/zhanqun/zhanqun/platform/web"
)

// partMost is how many addresses a part of a site map may hold (sitemaps.org).
const partMost = 50_000

// A part stands beside the index, at the root of its site: a map may only name what is below its own folder.
const (
	indexPath  = "/sitemap.xml"
	partPrefix = "/sitemap-"
	columnPart = "columns"
)

// partName is a month of Beijing, and which part of it when one is not enough: "2026-11", "2026-11-2".
var partName = regexp.MustCompile(`^([0-9]{4}-(?:0[1-9]|1[0-2]))(?:-([1-9][0-9]{0,3}))?$`)

const mapSpace = "http://www.sitemaps.org/schemas/sitemap/0.9"

type mapEntry struct {
	Address string `xml:"loc"`
	Changed string `xml:"lastmod,omitempty"`
}

type mapIndex struct {
	XMLName xml.Name   `xml:"sitemapindex"`
	Space   string     `xml:"xmlns,attr"`
	Maps    []mapEntry `xml:"sitemap"`
}

type mapPart struct {
	XMLName xml.Name   `xml:"urlset"`
	Space   string     `xml:"xmlns,attr"`
	Pages   []mapEntry `xml:"url"`
}

// index answers /sitemap.xml: the part of the columns, and one for each month. A crawler asks again for the months that changed.
func (f *Feeds) index(ctx context.Context, r *web.Request) (*pages.Page, error) {
	months, err := f.Published.Months(ctx, r.Site.ID, f.Texts.Kind())
	if err != nil {
		return nil, err
	}
	out := mapIndex{Space: mapSpace, Maps: []mapEntry{{Address: partAddress(r.Site, columnPart)}}}
	var newest time.Time
	for _, m := range months {
		if m.ChangedAt.After(newest) {
			newest = m.ChangedAt
		}
		for n := int64(1); (n-1)*int64(f.partMost) < m.Count; n++ {
			out.Maps = append(out.Maps, mapEntry{partAddress(r.Site, numbered(m.Month, n)), moment(m.ChangedAt)})
		}
	}
	out.Maps[0].Changed = moment(newest)
	body, err := inXML(out)
	return answer(xmlType, body), err
}

func numbered(month string, n int64) string {
	if n == 1 {
		return month
	}
	return month + "-" + strconv.FormatInt(n, 10)
}

func partAddress(s *render.Site, name string) string { return s.URL(partPrefix + name + ".xml") }

// part answers one part of the map.
func (f *Feeds) part(ctx context.Context, r *web.Request) (*pages.Page, error) {
	name := r.Params["part"]
	if name == columnPart {
		return f.columnMap(ctx, r.Site)
	}
	m := partName.FindStringSubmatch(name)
	if m == nil || m[2] == "1" {
		return nil, nothing()
	}
	from, err := time.ParseInLocation("2006-01", m[1], kernel.Beijing)
	if err != nil {
		return nil, nothing()
	}
	number := 1
	if m[2] != "" {
		if number, err = strconv.Atoi(m[2]); err != nil {
			return nil, nothing()
		}
	}
	stamps, err := f.Published.Stamps(ctx, r.Site.ID, publication.Filter{Kind: f.Texts.Kind(), Since: from.UTC(), Until: from.AddDate(0, 1, 0).UTC()},
		kernel.Page{Number: number, Size: f.partMost})
	if err != nil {
		return nil, err
	}
	if len(stamps) == 0 {
		return nil, nothing() // a map must not be empty
	}
	alone, err := f.Texts.Alone(ctx, r.Site)
	if err != nil {
		return nil, err
	}
	out := mapPart{Space: mapSpace, Pages: make([]mapEntry, len(stamps))}
	for i, t := range stamps {
		out.Pages[i] = mapEntry{r.Site.URL(cmp.Or(alone[t.ID], textRest(t.ID))), moment(t.ChangedAt)}
	}
	body, err := inXML(out)
	return answer(xmlType, body), err
}

// columnMap is the home page, the pages that every site has beside its columns, and every column that citizens see.
func (f *Feeds) columnMap(ctx context.Context, s *render.Site) (*pages.Page, error) {
	seen, err := f.Columns.Seen(ctx, s)
	if err != nil {
		return nil, err
	}
	out := mapPart{Space: mapSpace, Pages: []mapEntry{{Address: s.URL("/")}, {Address: s.URL(render.SitemapPath)}, {Address: s.URL(render.DisclosurePath)}, {Address: s.URL(render.LibraryPath)}}}
	if s.Tops() {
		out.Pages = append(out.Pages, mapEntry{Address: s.URL(render.SitesPath)})
	}
	for _, k := range seen {
		out.Pages = append(out.Pages, mapEntry{s.URL("/c/" + k.Path), moment(k.LastAt)})
	}
	body, err := inXML(out)
	return answer(xmlType, body), err
}

// carried are the site of a host and the channels on it that citizens read; they come from memory: the platform's revision covers them.
func (f *Feeds) carried(s *render.Site) (all []*render.Site) {
	for _, t := range f.Sites.AllPublic() {
		if t.Origin == s.Origin && site.Reads(t) {
			all = append(all, t)
		}
	}
	return all
}
