package portal

import (
	"github.com/zhanqun/zhanqun/kernel"
	"github.com/zhanqun/zhanqun/platform/render"
)

// Samples are the room's pages in their states, for who makes a theme.
func Samples() []render.Sample {
	home := render.Head{Rest: "/"}
	return []render.Sample{
		homeView.Sample(render.Normal, []string{"图片新闻", "要闻", "部门动态", "公开指南", "通知公告", "政策解读", "社会保障", "东城区", "值班电话", "联系我们"}, func(s *render.Site) (render.Head, HomePage) {
			return home, HomePage{Headline: &render.SampleItems(s, 1)[0], Blocks: sampleBlocks(s, 6)}
		}),
		homeView.Sample(render.Empty, nil, func(*render.Site) (render.Head, HomePage) { return home, HomePage{} }),
		homeView.Sample("week", []string{"要闻", "社会保障"}, func(s *render.Site) (render.Head, HomePage) { // a site in its first week
			p := HomePage{Headline: &render.SampleItems(s, 1)[0]}
			for _, b := range sampleBlocks(s, 1) {
				if b.Kind == "pictures" {
					continue
				}
				b.Tabs, b.Links = b.Tabs[:min(1, len(b.Tabs))], b.Links[:min(1, len(b.Links))]
				p.Blocks = append(p.Blocks, b)
			}
			return home, p
		}),
		homeView.Sample(render.Long, []string{"若干意见"}, func(s *render.Site) (render.Head, HomePage) {
			return home, HomePage{Headline: &render.SampleItems(s, 8)[7], Blocks: sampleBlocks(s, 16)}
		}),
		elderView.Sample(render.Normal, []string{"想找什么", "0915-000 0000", "通知公告", "社会保障"}, func(s *render.Site) (render.Head, ElderPage) {
			return home, ElderPage{Search: s.Path("/search"), Phone: render.Link{Text: s.Sponsor, Note: "0915-000 0000（演示）"}, Services: render.SampleLinks(s, "社会保障", "医疗保健", "户籍办理"),
				Notices: Block{Kind: "list", Title: "通知公告", More: s.Path("/c/xa"), Items: render.SampleItems(s, 6)}}
		}).In(kernel.Elder),
		elderView.Sample(render.Empty, nil, func(*render.Site) (render.Head, ElderPage) { return home, ElderPage{} }).In(kernel.Elder),
	}
}

// sampleBlocks are one block of every kind, in every slot that a template fills.
func sampleBlocks(s *render.Site, n int) []Block {
	more := s.Path("/c/xa")
	items := render.SampleItems(s, n)
	list := func(slot, title string) Block {
		return Block{Slot: slot, Kind: "list", Title: title, More: more, Items: items}
	}
	readings := Block{Slot: "third", Kind: "readings", Title: "政策解读", More: more, Items: render.SampleItems(s, n)}
	for i := range readings.Items {
		readings.Items[i].Form, readings.Items[i].Sign = "视频", "视"
	}
	return []Block{
		{Slot: "lead", Kind: "pictures", Title: "图片新闻", More: more, Items: render.SampleItems(s, min(n, 5))},
		{Slot: "lead", Kind: "tabs", Title: "新闻", Tabs: []Block{list("", "要闻"), list("", "部门动态")}},
		list("side", "通知公告"),
		{Slot: "doors", Kind: "doors", Title: "政府信息公开", More: more, Links: render.SampleLinks(s, "公开指南", "公开制度", "法定主动公开内容", "公开年报", "依申请公开")},
		list("third", "政策文件"), readings, list("main", "规划计划"),
		{Slot: "tiles", Kind: "tiles", Title: "政务服务", Links: render.SampleLinks(s, "社会保障", "不动产登记", "住房公积金", "教育入学", "医疗保健", "户籍办理", "企业开办", "交通出行")},
		{Slot: "side", Kind: "contact", Title: "联系我们", Note: s.Address, Links: []render.Link{{Text: "值班电话", Note: s.Phone}}},
		{Slot: "directory", Kind: "directory", Title: "网站导航", Links: []render.Link{{Text: "县区网站", Children: render.SampleLinks(s, "东城区", "西城区", "北县")}, {Text: "市教育局", Href: more}}},
	}
}
