package render

import (
	"embed"
	"html/template"
	"net/url"
	"slices"
	"strings"

	"github.com/zhanqun/zhanqun/kernel"
)

//go:embed shell
var shellFS embed.FS

// frame is what the shell's template sees: every decision about the shell is made before it.
type frame struct {
	Site       *Site
	Lang       string
	Scripts    []Link // the page in either script
	Aid        *aid
	Carrier    string // address of the site that carries this one, or ""
	Title      string
	Meta       []meta
	Canonical  string
	ThemeColor string
	CSS        []string
	Icon       string
	Manifest   string
	Alternates []alternate
	Linked     []node
	Class      string
	Home       Link // 首页
	Sitemap    string
	Search     string // "" where there is none: on its own page, which has the words that were asked, and beside a notice
	Nav        []Link
	Here       string // the page's own address on the host, or ""
	Crumbs     []Link
	Main       template.HTML
	Foot       foot
}

// foot is the identity footer, 国办发〔2017〕47号: 主办、承办、联系方式、标识码、备案、标识、找错 and the site map.
type foot struct {
	Rows    []Link // label in Text, value in Note, an address in Href when the value leads somewhere
	Mark    Link
	Mistake Link
	Report  string // where this site hears of a mistake on the page
	Privacy string
}

func newFrame(s Shell, t *theme, a aids, room, name string) frame {
	site := s.Site
	f := frame{
		Site: site, Lang: languages[site.Variant], Scripts: scripts(s), Aid: a.at(s), Carrier: site.CarrierURL, Title: title(s), Meta: metaTags(s, t), ThemeColor: t.brand,
		CSS: []string{t.css}, Icon: t.favicon, Class: "t-" + t.name + " v-" + room + "-" + name,
		Home: Link{Text: "首页", Href: site.Path("/")}, Sitemap: site.Path(SitemapPath), Foot: newFoot(s),
	}
	if s.Head.Rest != "" {
		f.Canonical = canonical(site, s.Head.Rest)
	}
	if site.CarrierURL != "" {
		f.Carrier = strings.TrimSuffix(site.CarrierURL, "/") + site.Variant.Prefix() + "/"
	}
	if p := brandPath(site); p != "" && site.Variant != kernel.Elder {
		f.CSS, f.ThemeColor = append(f.CSS, p), "#"+strings.TrimSuffix(strings.TrimPrefix(p, brandPrefix), brandSuffix)
	}
	if room == ownRoom && name == noticeView.name {
		f.Sitemap, f.Aid, f.Scripts, f.Foot.Report, f.Foot.Privacy = "", nil, nil, "", "" // a suspended site answers nothing else: no door that leads nowhere
		return f
	}
	if path, _, _ := strings.Cut(s.Head.Rest, "?"); path != SearchPath {
		f.Search = site.Path(SearchPath)
	}
	f.Nav = withHome(f.Home, s.Nav)
	if s.Head.Rest != "" {
		f.Here = site.Path(s.Head.Rest)
	}
	markCurrent(f.Nav, f.Here, s.Crumbs)
	if len(s.Crumbs) > 0 {
		f.Crumbs = withHome(f.Home, s.Crumbs)
	}
	if !s.Head.NoIndex { // an error and a preview are nobody's to keep
		f.Manifest, f.Alternates = site.Plain(ManifestPath), alternates(s)
		if site.Variant == "" { // a variant says by its canonical address whose it is
			f.Linked = linked(s, f.Crumbs)
		}
	}
	return f
}

// canonical is the address by which search engines know a page: a page in traditional characters is one of its own, beside the other that
// hreflang names; the elder version of a page is that page, but for its home, which says other things.
func canonical(s *Site, rest string) string {
	if s.Variant == kernel.Hant || s.Variant == kernel.Elder && rest == "/" {
		return s.FullPath(rest)
	}
	return s.URL(rest)
}

func withHome(home Link, links []Link) []Link {
	if len(links) > 0 && (links[0].Href == home.Href || links[0].Text == home.Text) {
		return slices.Clone(links)
	}
	return append([]Link{home}, links...)
}

// markCurrent finds the entry of the navigation the page stands under: the page itself, else its nearest crumb.
func markCurrent(nav []Link, here string, crumbs []Link) {
	if slices.ContainsFunc(nav, func(l Link) bool { return l.Current }) {
		return
	}
	at := []string{here}
	for i := len(crumbs) - 1; i >= 0; i-- {
		at = append(at, crumbs[i].Href)
	}
	for _, href := range at {
		for i := range nav {
			if href != "" && nav[i].Href == href && (i > 0 || href == here) {
				nav[i].Current = true
				return
			}
		}
	}
}

func title(s Shell) string {
	parts := slices.DeleteFunc(slices.Clone(s.Head.Title), func(p string) bool { return p == "" })
	return strings.Join(append(parts, s.Site.Name), " - ")
}

// The national doors of the footer; the code and the page are added (standards.md 3).
const (
	mistakeDoor = "https://zfwzgl.www.gov.cn/exposure/jiucuo.html"
	markDoor    = "https://bszs.conac.cn/sitename"
	icpDoor     = "https://beian.miit.gov.cn/"
	policeDoor  = "https://beian.mps.gov.cn/"
)

func newFoot(s Shell) foot {
	site := s.Site
	door := func(to string) string {
		if site.Demo {
			return "" // a demonstration must not send anybody to a register that does not know it
		}
		return to
	}
	f := foot{Mistake: Link{Text: "我为政府网站找错"}, Report: site.Path(ReportPath), Privacy: site.Path(PrivacyPath)}
	if s.Head.Rest != "" {
		f.Report += "?page=" + url.QueryEscape(s.Head.Rest)
	}
	add := func(label, value, href string) {
		if value != "" {
			f.Rows = append(f.Rows, Link{Text: label, Note: value, Href: href})
		}
	}
	add("主办", or(site.Sponsor, site.Name), "")
	add("承办", site.Operator, "")
	add("地址", site.Address, "")
	add("联系电话", site.Phone, door(telephone(site.Phone)))
	add("网站标识码", or(site.Code, noCode), "")
	add("ICP备案", site.ICP, door(icpDoor))
	add("公安备案", site.Police, door(policeDoor))
	if site.Mark != "" {
		f.Mark = Link{Text: "党政机关网站标识", Href: door(markDoor + "?method=show&id=" + url.QueryEscape(site.Mark))}
	}
	if site.Demo {
		f.Mistake.Note = "演示"
	} else {
		page := site.URL(or(s.Head.Rest, "/"))
		f.Mistake.Href = mistakeDoor + "?" + url.Values{"site_code": {site.Code}, "url": {page}}.Encode()
	}
	return f
}

// noCode stands where a site has not been given its identification code.
const noCode = "待核发"

// or is the other text where one says nothing: old sites write the word null where they know nothing.
func or(s, other string) string {
	if t := strings.TrimSpace(s); t != "" && !strings.EqualFold(t, "null") && !strings.EqualFold(t, "undefined") {
		return s
	}
	return other
}
