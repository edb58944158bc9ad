package article

import (
	"html/template"
	"strings"
	"time"

	"github.com/zhanqun/zhanqun/kernel"
	"github.com/zhanqun/zhanqun/platform/render"
)

const sampleBody = `<p class="ta-l">各县区人民政府，市政府各工作部门：</p><p>为进一步加强全市政府网站信息内容建设，经市政府同意，现就有关工作通知如下。</p>
<h2>一、提高思想认识</h2><p>政府网站是政府密切联系人民群众的重要桥梁。</p><h3>（一）明确责任分工</h3><p>各单位要<strong>三个工作日内</strong>公开规范性文件，详见<a href="https://www.gov.cn/" rel="noopener">中国政府网</a>。</p>
<table><caption>重点任务分工</caption><thead><tr><th scope="col">序号</th><th scope="col">任务</th><th scope="col">时限</th></tr></thead><tbody><tr><td>1</td><td>规范性文件公开</td><td>3 个工作日</td></tr></tbody></table>
<ul><li>栏目长期不更新的，予以通报；</li><li>内容错误造成影响的，依规追责。</li></ul><p class="sign">示例市人民政府办公室</p>`

// Samples are the room's pages in their states, for who makes a theme.
func Samples() []render.Sample {
	day := time.Date(2015, 6, 2, 0, 0, 0, 0, kernel.Beijing)
	official := func(s *render.Site) (render.Head, ShowPage) {
		items := render.SampleItems(s, 3)
		p := ShowPage{Title: "示例市人民政府办公室关于加强政府网站信息内容建设的通知", PublishedAt: day, Migrated: true, MigratedAt: render.SampleNow, Source: "示例市人民政府办公室", Column: "政策文件",
			Body: template.HTML(render.Sanitise(sampleBody)), URL: s.URL("/a/71"), Validity: "本文件已经修改，请以修改后的文本为准。", Successor: &render.Link{Text: "修改后的文本", Href: s.Path("/a/90")},
			Meta:     []MetaRow{{Label: "索引号", Value: "000000/2015-00071"}, {Label: "发文机关", Value: "示例市人民政府办公室"}, {Label: "有效性", Value: "现行有效（已修改）"}},
			Fields:   []FieldRow{{Label: "办理地点", Lines: []string{"示例市政务服务中心", "二楼三号窗口"}}},
			Replaces: render.SampleLinks(s, "原来的通知"), Explained: items[:2], Explains: items[2:],
			Prev: &render.Link{Text: items[0].Title, Href: s.Path("/a/70")}, Next: &render.Link{Text: items[1].Title, Href: s.Path("/a/72")}}
		return articleHead(p), p
	}
	return []render.Sample{
		showView.Sample(render.Normal, []string{"关于加强政府网站信息内容建设的通知", "2015-06-02 00:00", "示例市人民政府办公室", "三个工作日内", "本文件已经修改", "000000/2015-00071", "二楼三号窗口", "https://www.example.localhost/a/71"}, official),
		showView.Sample(render.Empty, []string{"没有注明日期的旧文", "日期不详", "正文只有一句。"}, func(s *render.Site) (render.Head, ShowPage) {
			p := ShowPage{Title: "没有注明日期的旧文", Body: "<p>正文只有一句。</p>", URL: s.URL("/a/1")}
			return articleHead(p), p
		}),
		showView.Sample(render.Long, []string{"若干意见", "第四十段"}, func(s *render.Site) (render.Head, ShowPage) {
			head, p := official(s)
			p.Title = render.SampleItems(s, 8)[7].Title
			p.Body = template.HTML(render.Sanitise(strings.Repeat(sampleBody, 20) + "<p>第四十段：https://www.example.localhost/" + strings.Repeat("very-long-address", 12) + "</p>"))
			head.Title[0] = p.Title
			return head, p
		}),
		listView.Sample(render.Normal, []string{"法定主动公开内容", "市政府召开常务会议", "2026-11-23", "下一页"}, func(s *render.Site) (render.Head, ListPage) {
			p := ListPage{Title: "法定主动公开内容", Description: "依照条例主动公开的信息。", Kind: "news", Items: render.SampleItems(s, 12), Siblings: render.SampleLinks(s, "公开指南", "公开制度", "法定主动公开内容"),
				Pager: render.Pager{Number: 2, Pages: 12, Total: 233, Prev: "?page=1", Next: "?page=3", Links: []render.Link{{Text: "1", Href: "?page=1"}, {Text: "2", Current: true}, {Text: "3", Href: "?page=3"}, {Text: "…"}, {Text: "12", Href: "?page=12"}}}}
			return listHead(p), p
		}),
		listView.Sample("documents", []string{"示例政办发〔2026〕71号"}, func(s *render.Site) (render.Head, ListPage) {
			p := ListPage{Title: "政策文件", Kind: "policy", Items: render.SampleItems(s, 8)}
			p.Items[0].Number = "示例政办发〔2026〕71号"
			return listHead(p), p
		}),
		listView.Sample("pictures", []string{"流域生态环境保护第三季度情况通报"}, func(s *render.Site) (render.Head, ListPage) {
			p := ListPage{Title: "图片新闻", Kind: "pictures", Items: render.SampleItems(s, 7)}
			return listHead(p), p
		}),
		listView.Sample("children", []string{"公开指南", "公开年报"}, func(s *render.Site) (render.Head, ListPage) {
			p := ListPage{Title: "政务公开", Kind: "page", Children: []ChildList{{Title: "公开指南", Href: "/c/1", Items: render.SampleItems(s, 4)}, {Title: "公开年报", Href: "/c/2"}}}
			return listHead(p), p
		}),
		listView.Sample(render.Empty, []string{"意见征集"}, func(s *render.Site) (render.Head, ListPage) {
			p := ListPage{Title: "意见征集"}
			return listHead(p), p
		}),
		listView.Sample(render.Long, []string{"若干意见"}, func(s *render.Site) (render.Head, ListPage) {
			p := ListPage{Title: "各级行政机关及法律法规授权的具有管理公共事务职能的组织公开的信息", Kind: "news", Items: render.SampleItems(s, 40)}
			return listHead(p), p
		}),
	}
}

func articleHead(p ShowPage) render.Head {
	return render.Head{Title: []string{p.Title, "政策文件"}, Rest: "/a/71", Column: &render.ColumnMeta{Name: "政策文件"}, Article: &render.ArticleMeta{Title: p.Title, PubDate: "2015-06-02 00:00"}}
}

func listHead(p ListPage) render.Head {
	return render.Head{Title: []string{p.Title}, Rest: "/c/x", Column: &render.ColumnMeta{Name: p.Title}}
}
