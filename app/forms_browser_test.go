package app_test

import (
	"bytes"
	"fmt"
	"html/template"
	"image"
	"image/color"
	"image/png"
	"io/fs"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"testing"

	"github.com/zhanqun/zhanqun/kernel"
	"github.com/zhanqun/zhanqun/platform/render"
	"github.com/zhanqun/zhanqun/tenants/article"
)

// What a column's page may be beside a list, as tenants/article declares it.
var (
	picturesView = render.Define[article.CardsPage]("article", "pictures")
	filmsView    = render.Define[article.CardsPage]("article", "media")
	leadersView  = render.Define[article.RosterPage]("article", "leaders")
	officesView  = render.Define[article.RosterPage]("article", "offices")
	leadsView    = render.Define[article.LinkPage]("article", "link")
	topicView    = render.Define[article.TopicPage]("article", "topic")
	topicsView   = render.Define[article.TopicsPage]("article", "topics")
)

// shot is a picture that is 640 wide in the fixtures; its words are its own.
func shot(s *render.Site, alt string) render.Sight {
	return render.Sight{Picture: template.HTML(`<img loading="lazy" src="` + s.Prefix + `/-/media/1/full.png" alt="` + alt + `" width="640" height="400">`)}
}

// formsOf are the pages of a column in a theme, with much, with little, and with nothing in them.
func formsOf(t *testing.T, r *render.Renderer, s *render.Site) map[string][]byte {
	out := map[string][]byte{}
	shell := func(title string) render.Shell {
		return render.Shell{Site: s, Nav: navOf(s), Now: now, Crumbs: []render.Link{{Text: "政务公开", Href: s.Path("/c/l2")}, {Text: title}},
			Head: render.Head{Title: []string{title}, Rest: "/c/x", Column: &render.ColumnMeta{Name: title}}}
	}
	put := func(name string, f func(sh render.Shell) ([]byte, error), title string) {
		b, err := f(shell(title))
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		out[name] = b
	}
	siblings := links(s, "领导之窗 机构职能 所属单位")
	siblings[0].Current = true
	pager := render.Pager{Number: 2, Pages: 3, Total: 45, Prev: "?p=1", Next: "?p=3", Links: []render.Link{{Text: "1", Href: "?p=1"}, {Text: "2", Current: true}, {Text: "3", Href: "?p=3"}}}
	base := func(title string) article.ListPage {
		return article.ListPage{Title: title, Description: title + "的说明", Siblings: siblings, Pager: pager}
	}
	var cards []article.Card
	for i, it := range items(s, 5, 0) {
		c := article.Card{Item: it, Sight: render.Sight{Nth: i}}
		if i%2 == 0 {
			c.Sight = shot(s, "湖面上的白鹭")
		}
		cards = append(cards, c)
	}
	put("pictures", func(sh render.Shell) ([]byte, error) {
		return picturesView.HTML(r, sh, article.CardsPage{ListPage: base("图片新闻"), Cards: cards})
	}, "图片新闻")
	for i := range cards {
		cards[i].Heard, cards[i].Length = []string{"视频", "音频"}[i%2], "1:02:03"
	}
	put("media", func(sh render.Shell) ([]byte, error) {
		return filmsView.HTML(r, sh, article.CardsPage{ListPage: base("视频"), Cards: cards})
	}, "视频")
	put("pictures-empty", func(sh render.Shell) ([]byte, error) {
		return picturesView.HTML(r, sh, article.CardsPage{ListPage: article.ListPage{Title: "图片"}})
	}, "图片")
	row := func(label string, lines ...string) article.FieldRow {
		return article.FieldRow{Label: label, Lines: lines}
	}
	call := article.FieldRow{Label: "办公电话", Lines: []string{"0915-321 0001"}, Dial: "tel:09153210001"}
	entry := func(name string, rows ...article.FieldRow) article.Entry {
		return article.Entry{Item: render.Item{Title: name, Href: s.Path("/a/1")}, Rows: rows}
	}
	first := entry("姓名（示例一）", row("职务", "市长（示例）"), row("分工", "主持市政府全面工作。", "负责财政、审计方面的工作。"), call)
	first.Sight = shot(s, "姓名（示例一）的照片")
	people := article.RosterPage{ListPage: base("领导之窗"), Groups: []article.Group{{Name: "市政府领导", Entries: []article.Entry{first, entry("姓名（示例二）", row("职务", "副市长（示例）"), call)}}, {Entries: []article.Entry{entry("姓名（示例三）")}}}}
	put("leaders", func(sh render.Shell) ([]byte, error) { return leadersView.HTML(r, sh, people) }, "领导之窗")
	offices := article.RosterPage{ListPage: base("所属单位"), Heads: []string{"主要职责", "办公电话", "办公地址"}, Groups: []article.Group{{Name: "内设机构", Entries: []article.Entry{
		entry("综合科", row("主要职责", "负责文电、会务、机要、档案等日常运转工作，承担信息、安全保密、政务公开等工作。"), call, row("办公地址", "演示路1号3楼")), entry("信息科", row("主要职责", "负责网站。"), row("办公电话"), row("办公地址"))}}}}
	put("offices", func(sh render.Shell) ([]byte, error) { return officesView.HTML(r, sh, offices) }, "所属单位")
	put("link", func(sh render.Shell) ([]byte, error) {
		return leadsView.HTML(r, sh, article.LinkPage{ListPage: base("国务院文件"), Target: "https://www.gov.cn/zhengce/averyveryverylongaddresswithoutanyplacetobreak/index.htm?from=zhanqun"})
	}, "国务院文件")
	put("single", func(sh render.Shell) ([]byte, error) {
		return showView.HTML(r, sh, article.ShowPage{Title: "机构职能", PublishedAt: now, Source: s.Name, Column: "机构职能", Body: template.HTML("<p>一、负责市政府会议的准备工作。</p>"), URL: s.URL("/c/x"), Siblings: siblings,
			Fields: []article.FieldRow{call}, Related: items(s, 2, 0)})
	}, "机构职能")
	lead := &article.TopicLead{Item: render.Item{Title: "专题导语", Href: s.Path("/a/9"), Summary: "从源头到干流，看全市如何守护汉江。"}, Sight: shot(s, "汉江晨光")}
	topic := article.TopicPage{ListPage: base("一泓清水永续北送"), Stage: "archived", Opens: "2026-03-01", Closes: "2026-10-31", Lead: lead}
	topic.Items, topic.Children = items(s, 3, 0), []article.ChildList{{Title: "政务动态", Href: "/c/1", Items: items(s, 3, 2)}, {Title: "通知公告", Href: "/c/2", Items: items(s, 2, 4)}}
	put("topic", func(sh render.Shell) ([]byte, error) { return topicView.HTML(r, sh, topic) }, "一泓清水永续北送")
	topics := article.TopicsPage{ListPage: base("专题专栏"), Current: []article.TopicCard{{Link: render.Link{Text: "一泓清水永续北送", Href: "/c/1"}, Sight: lead.Sight, Description: lead.Summary}, {Link: render.Link{Text: "优化营商环境", Href: "/c/2"}, Closes: "2026-12-31"}},
		Archived: []article.TopicCard{{Link: render.Link{Text: "往年的专题", Href: "/c/3"}, Closes: "2025-12-31"}}}
	topics.Items = items(s, 2, 0)
	put("topics", func(sh render.Shell) ([]byte, error) { return topicsView.HTML(r, sh, topics) }, "专题专栏")
	return out
}

// aPainting is a picture for the fixtures.
func aPainting(t *testing.T) []byte {
	m := image.NewRGBA(image.Rect(0, 0, 640, 400))
	for y := range 400 {
		for x := range 640 {
			m.Set(x, y, color.RGBA{uint8(90 + y/8), uint8(140 + y/10), uint8(190 - x/12), 255})
		}
	}
	var b bytes.Buffer
	if err := png.Encode(&b, m); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// B1, B14, D1, Q8, R5: what a column's page may be beside a list, in each theme and in the elder version, as a citizen's browser shows it; nothing
// moves while pictures come.
func TestTheFormsOfColumnsInABrowser(t *testing.T) {
	t.Parallel()
	r, err := render.New(render.Config{}, map[string]fs.FS{"article": article.Views()}, article.Pages()...)
	if err != nil {
		t.Fatal(err)
	}
	pages, names, picture := map[string][]byte{}, []string{}, aPainting(t)
	for _, theme := range []string{"city", "dept", "town", "elder"} {
		s := site(theme)
		if theme == "elder" {
			s = site("city").In(kernel.Elder)
		}
		for name, body := range formsOf(t, r, s) {
			pages["/"+theme+"-"+name] = body
			names = append(names, theme+"-"+name)
		}
	}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, q *http.Request) {
		w.Header().Set("Content-Security-Policy", policy)
		body, kind, ok := r.Asset(q.URL.Path)
		switch {
		case ok:
		case strings.HasSuffix(q.URL.Path, ".png"):
			body, kind = picture, "image/png"
		default:
			body, kind = pages[q.URL.Path], "text/html; charset=utf-8"
		}
		w.Header().Set("Content-Type", kind)
		_, _ = w.Write(body) // a browser that went away is noticed by the test itself
	}))
	defer server.Close()
	b, only := openBrowser(t), os.Getenv("ZHANQUN_PREVIEW")
	for _, n := range names {
		if !strings.Contains(n, only) {
			continue
		}
		b.inspect(t, n, server.URL+"/"+n)
		b.open(t, 390, server.URL+"/"+n)
		if moved := eval[float64](t, b, `new Promise(d=>{let m=0;new PerformanceObserver(l=>l.getEntries().forEach(e=>{m+=e.value})).observe({type:'layout-shift',buffered:true});requestAnimationFrame(()=>setTimeout(()=>d(m),50))})`); moved > 0 {
			t.Errorf("%s: it moves by %s", n, fmt.Sprint(moved))
		}
	}
}
