package column

import "github.com/zhanqun/zhanqun/platform/render"

// Samples are the room's page in its states, for who makes a theme.
func Samples() []render.Sample {
	head := render.Head{Title: []string{"网站地图"}, Rest: render.SitemapPath}
	return []render.Sample{
		sitemapView.Sample(render.Normal, []string{"政务动态", "公开指南", "规划计划"}, func(s *render.Site) (render.Head, SitemapPage) {
			tree := render.SampleLinks(s, "走进示例", "政务动态", "政务公开")
			tree[2].Children = render.SampleLinks(s, "公开指南", "公开制度")
			tree[2].Children[1].Children = render.SampleLinks(s, "规划计划", "财政预决算")
			return head, SitemapPage{Columns: tree, Programs: s.Path("/data")}
		}),
		sitemapView.Sample(render.Empty, []string{"网站地图"}, func(s *render.Site) (render.Head, SitemapPage) {
			return head, SitemapPage{Programs: s.Path("/data")}
		}),
	}
}
