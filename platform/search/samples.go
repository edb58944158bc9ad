package search

import "github.com/zhanqun/zhanqun/platform/render"

// Samples are the room's page in its states, for who makes a theme.
func Samples() []render.Sample {
	head := render.Head{Title: []string{"检索"}, Rest: render.SearchPath, NoIndex: true}
	asked := func(s *render.Site, text string) Page {
		return Page{Text: text, Action: s.Path(render.SearchPath), Sitemap: s.Path(render.SitemapPath), Phone: s.Phone}
	}
	return []render.Sample{
		searchView.Sample(render.Normal, []string{"找到 2 条结果", "政府网站信息内容建设", "示例政办发〔2015〕71号", "推荐页", "通知", "有效性"}, func(s *render.Site) (render.Head, Page) {
			p := asked(s, "网站")
			p.Scopes, p.Orders, p.Best, p.Total = render.SampleLinks(s, "本站", "全市"), render.SampleLinks(s, "相关", "最新"), render.SampleLinks(s, "推荐页"), 2
			p.Scopes[0].Current, p.Orders[0].Current = true, true
			p.Hits = []Hit{{Title: "关于加强政府<mark>网站</mark>信息内容建设的通知", Snippet: "各部门要加强政府<mark>网站</mark>信息内容建设……", Number: "示例政办发〔2015〕71号", Href: s.Path("/a/71"), Column: "政策文件", Day: render.SampleNow},
				{Title: "<mark>网站</mark>改版公告", Href: s.Path("/a/72"), Mark: "已废止", Day: render.SampleNow}}
			p.Facets = []Facet{{Title: "类型", Values: []render.Link{{Text: "通知", Note: "2", Href: "?t=1"}}}, {Title: "有效性", Values: []render.Link{{Text: "现行有效", Note: "1", Href: "?v=1"}}}}
			return head, p
		}),
		searchView.Sample("nothing", []string{"没有找到“供暖补贴”", "大家在搜", "社保"}, func(s *render.Site) (render.Head, Page) {
			p := asked(s, "供暖补贴")
			p.Hot = render.SampleLinks(s, "社保", "医保")
			return head, p
		}),
		searchView.Sample("wrong", []string{"检索词太长"}, func(s *render.Site) (render.Head, Page) {
			p := asked(s, "网站")
			p.Wrong = "检索词太长，请缩短到 100 个字以内。"
			return head, p
		}),
		searchView.Sample(render.Empty, []string{"用空格分开"}, func(s *render.Site) (render.Head, Page) { return head, asked(s, "") }),
	}
}
