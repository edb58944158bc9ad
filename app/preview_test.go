package app_test

import (
	"fmt"
	"html/template"
	"io/fs"
	"net/http"
	"net/http/httptest"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/emulation"

	"github.com/zhanqun/zhanqun/kernel"
	"github.com/zhanqun/zhanqun/platform/render"
	"github.com/zhanqun/zhanqun/tenants/article"
	"github.com/zhanqun/zhanqun/tenants/column"
	"github.com/zhanqun/zhanqun/tenants/portal"
)

// The views as the rooms declare them; here to feed them fixtures of every state.
var (
	showView    = render.Define[article.ShowPage]("article", "show")
	listView    = render.Define[article.ListPage]("article", "list")
	sitemapView = render.Define[column.SitemapPage]("column", "sitemap")
	homeView    = render.Define[portal.HomePage]("portal", "home")
)

func newRenderer(t *testing.T) *render.Renderer {
	t.Helper()
	views := map[string]fs.FS{}
	for _, room := range []string{"article", "column", "portal"} {
		views[room] = os.DirFS("../tenants/" + room + "/views")
	}
	r, err := render.New(render.Config{}, views, showView, listView, sitemapView, homeView)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// policy is what the edge sends with every citizen page (promises.md 4.5).
const policy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; media-src 'self'; manifest-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'; object-src 'none'"

// Every theme and every page class in every state, as a citizen's browser shows it (V2, Q8, R5; std: 47号文 附件).
func TestPreview(t *testing.T) {
	t.Parallel()
	r := newRenderer(t)
	pages := map[string][]byte{}
	var names []string
	for _, theme := range []string{"city", "dept", "town", "base"} {
		for _, f := range fixtures(t, r, theme) {
			if theme != "base" || slices.Contains([]string{"home", "column", "doc"}, f.name) { // no site starts in the plain theme
				names = append(names, theme+"-"+f.name)
			}
			pages["/"+theme+"-"+f.name] = f.body
		}
	}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, q *http.Request) {
		w.Header().Set("Content-Security-Policy", policy)
		if body, kind, ok := r.Asset(q.URL.Path); ok {
			w.Header().Set("Content-Type", kind)
			_, _ = w.Write(body) // a browser that went away is noticed by the test itself
			return
		}
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		_, _ = w.Write(pages[q.URL.Path])
	}))
	defer server.Close()
	b := openBrowser(t)
	only := os.Getenv("ZHANQUN_PREVIEW") // a part of a page's name, while drawing
	for _, n := range names {
		if strings.Contains(n, only) {
			b.inspect(t, n, server.URL+"/"+n)
		}
	}
	for _, theme := range []string{"city", "dept", "town"} {
		b.onPaper(t, server.URL, theme)
	}
}

// On paper: the words, the table of the document, who answers for it and every tab, without the doors;
// with colours forced, the current entry is still marked (47号文 附件; look.md 1).
func (b *browser) onPaper(t *testing.T, base, theme string) {
	t.Helper()
	const seen = `(s=>[...document.querySelectorAll(s)].some(e=>e.getClientRects().length>0))`
	b.open(t, 794, base+"/"+theme+"-doc")
	b.media(t, "print")
	for selector, want := range map[string]bool{".nav": false, ".crumb": false, ".next": false, ".facts": true, ".prose": true, ".validity": true, ".zq-identity": true, ".zq-demo": true, ".colophon .url": true} {
		if got := eval[bool](t, b, seen+"('"+selector+"')"); got != want {
			t.Errorf("%s-doc on paper: %s shown %v, want %v", theme, selector, got, want)
		}
	}
	b.picture(t, theme+"-doc-print")
	b.open(t, 794, base+"/"+theme+"-home")
	if n := eval[int](t, b, `[...document.querySelectorAll('.pane')].filter(e=>!e.getClientRects().length).length`); n > 0 {
		t.Errorf("%s-home on paper: %d tabs are hidden", theme, n)
	}
	b.media(t, "", &emulation.MediaFeature{Name: "forced-colors", Value: "active"})
	b.open(t, 1366, base+"/"+theme+"-home")
	if w := eval[string](t, b, `getComputedStyle(document.querySelector('.nav [aria-current]')).borderTopWidth`); w != "3px" {
		t.Errorf("%s-home with forced colours: the current entry has a border of %s", theme, w)
	}
	b.picture(t, theme+"-home-forced")
	b.media(t, "")
}

type fixture struct {
	name string
	body []byte
}

var now = time.Date(2026, 11, 23, 2, 10, 0, 0, time.UTC)

func site(theme string) *render.Site {
	s := &render.Site{ID: 7, Theme: theme, Origin: "https://www.ankang.localhost", Code: "演示6109000001", ICP: "陕ICP备演示号", Police: "陕公网安备演示号",
		Mark: "演示", Phone: "0915-000 0000（演示）", Address: "安康市汉滨区（演示）", State: "open", Demo: true}
	switch theme {
	case "dept":
		s.Name, s.Level, s.Origin, s.Sponsor = "安康市人力资源和社会保障局", "dept", "https://rsj.ankang.localhost", "安康市人力资源和社会保障局"
	case "town":
		s.Name, s.Level, s.Kind, s.Origin, s.Prefix = "汉滨区五里镇人民政府", "township", "channel", "https://hanbin.ankang.localhost", "/z/wuli"
		s.Sponsor, s.CarrierName, s.CarrierURL = "五里镇人民政府", "汉滨区人民政府", "https://hanbin.ankang.localhost/"
	default:
		s.Name, s.Level, s.Sponsor, s.Operator = "安康市人民政府", "city", "安康市人民政府办公室", "安康市电子政务办公室"
	}
	return s
}

func navOf(s *render.Site) []render.Link {
	words := map[string]string{"city": "走进安康 政务动态 政务公开 政策文件 政务服务 政民互动 专题专栏", "dept": "机构概况 工作动态 政务公开 政策法规 办事服务 互动交流", "town": "镇情概况 镇务动态 便民服务 村务公开 政务公开"}
	var links []render.Link
	for i, w := range strings.Fields(words[s.Theme]) {
		links = append(links, render.Link{Text: w, Href: s.Path(fmt.Sprintf("/c/l%d", i))})
	}
	return links
}

var titles = []string{
	"市政府召开常务会议研究部署冬季民生保障和安全生产工作", "关于加强政府网站信息内容建设的通知", "全市“高效办成一件事”重点事项推进会召开", "汉江流域生态环境保护第三季度情况通报",
	"关于公布2026年行政规范性文件清理结果的公告", "今冬明春供热保障工作安排", "富硒茶产业高质量发展现场会在平利县举行", "秋冬季森林草原防火命令",
	"关于开展第八次全国国土调查前期准备工作的通知", "城区六条公交线路优化调整公告", "图解：三个工作日内公开规范性文件怎么做", "乡村医生“乡聘村用”实施办法政策问答",
}

func items(s *render.Site, n, from int) []render.Item {
	var out []render.Item
	for i := range n {
		out = append(out, render.Item{Title: titles[(i+from)%len(titles)], Href: s.Path(fmt.Sprintf("/a/%d", 100+i)), Source: "安康市人民政府办公室", Date: now.AddDate(0, 0, -i*2-from)})
	}
	return out
}

func from(all []render.Item, where string) []render.Item {
	for i := range all {
		all[i].Column = where
	}
	return all
}

func links(s *render.Site, words string) []render.Link {
	var out []render.Link
	for i, w := range strings.Fields(words) {
		out = append(out, render.Link{Text: w, Href: s.Path(fmt.Sprintf("/c/x%d", i))})
	}
	return out
}

func homePage(s *render.Site) portal.HomePage {
	head := items(s, 1, 2)[0]
	more := s.Path("/c/dongtai")
	lead := portal.Block{Slot: "lead", Kind: "pictures", Title: "图片新闻", More: more, Items: items(s, 5, 3)}
	tabs := portal.Block{Slot: "lead", Kind: "tabs", Title: "要闻", Tabs: []portal.Block{
		{Kind: "list", Title: "安康要闻", More: more, Items: items(s, 8, 0)}, {Kind: "list", Title: "部门动态", More: more, Items: items(s, 6, 4)}, {Kind: "list", Title: "县区动态", More: more, Items: from(items(s, 7, 7), "汉滨区")}}}
	doors := portal.Block{Slot: "doors", Kind: "doors", Title: "政府信息公开", More: s.Path("/c/gongkai"), Links: links(s, "政府信息公开指南 政府信息公开制度 法定主动公开内容 政府信息公开年报 依申请公开")}
	at := func(slot, title string, n, from int) portal.Block {
		return portal.Block{Slot: slot, Kind: "list", Title: title, More: more, Items: items(s, n, from)}
	}
	third := func(title string, n, from int) portal.Block { return at("third", title, n, from) }
	tiles := portal.Block{Slot: "tiles", Kind: "tiles", Title: "政务服务", Links: links(s, "社会保障 不动产登记 住房公积金 教育入学 医疗保健 户籍办理 企业开办 交通出行")}
	counties := render.Link{Text: "县区网站", Children: links(s, "汉滨区 汉阴县 石泉县 宁陕县 紫阳县 岚皋县 平利县 镇坪县 旬阳市 白河县")}
	offices := render.Link{Text: "部门网站", Children: links(s, "市发展改革委 市教育局 市公安局 市财政局 市人社局 市自然资源局 市卫生健康委")}
	dir := portal.Block{Slot: "directory", Kind: "directory", Title: "县区部门网站", Links: []render.Link{counties, offices}}
	switch s.Theme {
	case "dept":
		tiles.Title, tiles.Links = "您想办什么？", links(s, "社保缴费 失业登记 职称评审 人事考试 劳动维权 就业补贴 人才引进 工伤认定")
		first := portal.Block{Slot: "lead", Kind: "list", Title: "工作动态", More: more, Items: items(s, 8, 2)}
		talk := portal.Block{Slot: "main", Kind: "tabs", Title: "互动交流", Tabs: tabs.Tabs[:2]}
		call := portal.Block{Slot: "side", Kind: "contact", Title: "联系我们", Note: s.Address, Links: []render.Link{{Text: s.Sponsor, Note: s.Phone}}}
		return portal.HomePage{Headline: &head, Blocks: []portal.Block{tiles, first, third("通知公告", 5, 1), third("政策文件", 5, 4), third("政策解读", 5, 10), doors, talk, call}}
	case "town":
		call := portal.Block{Slot: "tiles", Kind: "contact", Title: "便民电话", Note: "办公地址：五里镇集镇中心（演示）　办公时间：周一至周五 8:00—12:00，14:00—18:00", Links: []render.Link{
			{Text: "值班电话（24 小时）", Href: "tel:0915-0000000", Note: "0915-000 0000"}, {Text: "便民服务中心", Href: "tel:0915-0000001", Note: "0915-000 0001"}, {Text: "政务服务热线", Href: "tel:12345"}}}
		tiles.Title, tiles.Links = "便民服务", links(s, "医保参保 养老认证 生育登记 宅基地审批 低保救助 残疾人服务")
		return portal.HomePage{Blocks: []portal.Block{call, tiles, at("main", "镇务动态", 5, 0), at("main", "通知公告", 5, 1), at("side", "村务公开", 6, 6), doors}}
	}
	return portal.HomePage{Headline: &head, Blocks: []portal.Block{lead, tabs, at("side", "通知公告", 8, 4), doors, third("政策文件", 6, 1), third("政策解读", 6, 10), third("规划计划", 6, 4), tiles, dir}}
}

const body = `<p class="docno">安政办发〔2015〕71号</p><p class="ta-l">各县区人民政府，市政府各工作部门、直属机构：</p>
<p>为认真贯彻落实陕西省人民政府办公厅《关于加强政府网站信息内容建设的实施意见》精神，经市政府同意，结合我市实际，现就进一步加强全市政府网站信息内容建设工作通知如下：</p>
<h2>一、提高思想认识</h2><p>政府网站是信息化条件下政府密切联系人民群众的重要桥梁，也是网络时代政府履行职责的重要平台。各级各部门要把政府网站信息内容建设摆上重要位置。</p>
<h3>（一）明确责任分工</h3><p>各单位要建立信息员队伍，<strong>三个工作日内</strong>公开规范性文件，详见<a href="https://www.gov.cn/" rel="noopener">中国政府网</a>。</p>
<table><caption>重点任务分工</caption><thead><tr><th scope="col">序号</th><th scope="col">任务</th><th scope="col">牵头单位</th><th scope="col">时限</th></tr></thead><tbody><tr><td>1</td><td>规范性文件公开</td><td>市政府办公室</td><td>3 个工作日</td></tr><tr><td>2</td><td>来信办理答复，情况复杂的经批准可以延长</td><td>市信访局</td><td>7 个工作日</td></tr></tbody></table>
<ul><li>栏目长期不更新的，予以通报；</li><li>内容错误造成影响的，依规追责。</li></ul><blockquote><p>政府网站信息内容要及时、准确、权威。</p></blockquote>
<p class="sign">安康市人民政府办公室</p><p class="sign">2015年6月2日</p>`

func fixtures(t *testing.T, r *render.Renderer, theme string) []fixture {
	s := site(theme)
	nav := navOf(s)
	shell := func(rest string, title ...string) render.Shell {
		sh := render.Shell{Site: s, Nav: nav, Now: now, Head: render.Head{Title: title, Rest: rest}}
		if len(title) > 0 {
			sh.Crumbs = []render.Link{{Text: "政务公开", Href: s.Path("/c/l2")}, {Text: title[len(title)-1]}}
			sh.Head.Column = &render.ColumnMeta{Name: title[len(title)-1]}
		}
		return sh
	}
	var out []fixture
	add := func(name string, b []byte, err error) {
		if err != nil {
			t.Fatalf("%s-%s: %v", theme, name, err)
		}
		out = append(out, fixture{name, b})
	}
	put := func(name string, f func() ([]byte, error)) { b, err := f(); add(name, b, err) }
	put("home", func() ([]byte, error) { return homeView.HTML(r, shell("/"), homePage(s)) })
	put("home-empty", func() ([]byte, error) { return homeView.HTML(r, shell("/"), portal.HomePage{}) })
	put("home-few", func() ([]byte, error) { // one tile, one row, no picture: a site in its first week
		few := homePage(s)
		few.Headline, few.Blocks = &items(s, 1, 0)[0], slices.DeleteFunc(few.Blocks, func(b portal.Block) bool { return b.Kind == "pictures" })
		for i := range few.Blocks {
			b := &few.Blocks[i]
			b.Items, b.Tabs, b.Links = b.Items[:min(1, len(b.Items))], b.Tabs[:min(1, len(b.Tabs))], b.Links[:min(1, len(b.Links))]
		}
		return homeView.HTML(r, shell("/"), few)
	})
	siblings := links(s, "政府信息公开指南 政府信息公开制度 法定主动公开内容 政府信息公开年报 依申请公开")
	siblings[2].Current = true
	pager := render.Pager{Number: 2, Pages: 12, Total: 233, Prev: "?page=1", Next: "?page=3", Links: []render.Link{{Text: "1", Href: "?page=1"}, {Text: "2", Current: true}, {Text: "3", Href: "?page=3"}, {Text: "…"}, {Text: "12", Href: "?page=12"}}}
	list := article.ListPage{Title: "法定主动公开内容", Description: "依照《中华人民共和国政府信息公开条例》主动公开的信息。", Kind: "news", Items: items(s, 12, 0), Pager: pager, Siblings: siblings}
	put("column", func() ([]byte, error) { return listView.HTML(r, shell("/c/fading", "法定主动公开内容"), list) })
	docs := list
	docs.Kind, docs.Siblings = "policy", nil
	docs.Items = items(s, 8, 1)
	docs.Items[0].Number = "安政办发〔2026〕71号"
	put("column-policy", func() ([]byte, error) { return listView.HTML(r, shell("/c/zhengce", "政策文件"), docs) })
	group := article.ListPage{Title: "政务公开", Kind: "page", Siblings: siblings[:2], Children: []article.ChildList{{Title: "政府信息公开指南", Href: "/c/1", Items: items(s, 4, 0)}, {Title: "政府信息公开年报", Href: "/c/2", Items: items(s, 3, 5)}, {Title: "依申请公开", Href: "/c/3"}}}
	put("column-children", func() ([]byte, error) { return listView.HTML(r, shell("/c/gongkai", "政务公开"), group) })
	put("column-empty", func() ([]byte, error) {
		return listView.HTML(r, shell("/c/kong", "意见征集"), article.ListPage{Title: "意见征集"})
	})
	doc := article.ShowPage{Title: "安康市人民政府办公室关于加强政府网站信息内容建设的通知", PublishedAt: time.Date(2015, 6, 2, 0, 0, 0, 0, kernel.Beijing), Migrated: true, MigratedAt: now, Source: "安康市人民政府办公室", Column: "政策文件",
		Body: template.HTML(render.Sanitise(body)), URL: s.URL("/a/71"), Validity: "本文件已于2022年修改，请以修改后的文本为准。", Prev: &render.Link{Text: titles[4], Href: s.Path("/a/70")}, Next: &render.Link{Text: titles[5], Href: s.Path("/a/72")},
		Meta: []article.MetaRow{{Label: "索引号", Value: "016005/2015-00071"}, {Label: "主题分类", Value: "综合政务／政务公开"}, {Label: "发文机关", Value: "安康市人民政府办公室"}, {Label: "成文日期", Value: "2015年6月2日"}, {Label: "发文字号", Value: "安政办发〔2015〕71号"}, {Label: "发布日期", Value: "2015年6月2日"}, {Label: "有效性", Value: "现行有效（已修改）"}}}
	sh := shell("/a/71", doc.Title, "政策文件")
	sh.Head.Article = &render.ArticleMeta{Title: doc.Title, PubDate: "2015-06-02 00:00"}
	put("doc", func() ([]byte, error) { return showView.HTML(r, sh, doc) })
	news := article.ShowPage{Title: titles[0], Subtitle: "研究冬季供热、粮油保供和道路交通安全", PublishedAt: now, Source: "安康日报", Author: "演示作者", Column: "政务动态", Body: template.HTML(render.Sanitise("<p>11月23日，市政府召开常务会议，研究部署冬季民生保障和安全生产工作。</p><p>会议强调，要把群众安危冷暖放在心上。</p>")), URL: s.URL("/a/1")}
	put("news", func() ([]byte, error) { return showView.HTML(r, shell("/a/1", news.Title, "政务动态"), news) })
	tree := links(s, "走进安康 政务动态 政务公开 政策文件 政务服务 政民互动 专题专栏")
	tree[2].Children = links(s, "政府信息公开指南 政府信息公开制度 法定主动公开内容 政府信息公开年报 依申请公开")
	tree[2].Children[2].Children = links(s, "规划计划 财政预决算 行政许可")
	tree[3].Children = links(s, "规范性文件 政策解读 政府工作报告")
	put("sitemap", func() ([]byte, error) {
		return sitemapView.HTML(r, shell("/sitemap", "网站地图"), column.SitemapPage{Columns: tree})
	})
	for _, status := range []int{404, 500} { // with the site map and without
		add(fmt.Sprint(status), r.Error(s, nav, status, "01JDEMO0000000"), nil)
	}
	shut := *s
	shut.State, shut.Notice = "suspended", "本站因系统升级改造，自2026年11月20日起暂停服务，预计2026年12月1日恢复。暂停期间请访问上级网站。"
	add("notice", r.Notice(&shut), nil)
	return out
}
