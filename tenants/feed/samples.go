package feed

import "github.com/zhanqun/zhanqun/platform/render"

// Samples are the room's page, for who makes a theme.
func Samples() []render.Sample {
	return []render.Sample{dataView.Sample(render.Normal, []string{"订阅和数据接口", "Atom", "已发布的文章"}, func(s *render.Site) (render.Head, DataPage) {
		return render.Head{Title: []string{"订阅和数据接口"}, Rest: render.DataPath}, DataPage{Below: render.AtomPath, Feeds: []render.Link{{Text: "Atom", Href: s.Plain(render.AtomPath)}},
			Doors: []render.Link{{Text: "已发布的文章", Href: s.Plain("/-/api/v1/articles"), Children: []render.Link{{Text: "page", Note: "第几页"}}}}}
	})}
}
