package render

import (
	"time"

	"github.com/zhanqun/zhanqun/kernel"
)

// Sample is a view in one state, with invented content: what a theme is tried on, and what its author looks at.
type Sample struct {
	Room, View, State string
	shows             []string // words that no theme may leave out
	variant           kernel.Variant
	html              func(r *Renderer, s *Site) ([]byte, error)
}

// The states a view is tried in.
const (
	Normal = "normal"
	Empty  = "empty"
	Long   = "long"
)

// Sample declares a state of the view; shows are words of it that a theme has to show, whatever it makes of the view.
func (v *Typed[T]) Sample(state string, shows []string, page func(s *Site) (Head, T)) Sample {
	return Sample{Room: v.room, View: v.name, State: state, shows: shows, html: func(r *Renderer, s *Site) ([]byte, error) {
		head, data := page(s)
		return v.HTML(r, sampleShell(s, head), data)
	}}
}

// In says that the view is shown in this variant alone.
func (s Sample) In(v kernel.Variant) Sample {
	s.variant = v
	return s
}

// Only is the variant in which the view is shown alone, or "".
func (s Sample) Only() kernel.Variant { return s.variant }

// Name is the sample's in addresses and sentences: "article-show-long".
func (s Sample) Name() string { return s.Room + "-" + s.View + "-" + s.State }

// HTML renders the sample as a site shows it.
func (s Sample) HTML(r *Renderer, site *Site) ([]byte, error) {
	if s.variant != "" {
		site = site.In(s.variant)
	}
	return s.html(r, site)
}

// SampleNow is the time at which samples are looked at.
var SampleNow = time.Date(2026, 11, 23, 2, 10, 0, 0, time.UTC)

// SampleSite is an invented site in a theme.
func SampleSite(theme string) *Site {
	return &Site{ID: 7, Name: "示例市人民政府", Theme: theme, Level: "city", Origin: "https://www.example.localhost", Code: "演示6100000001", ICP: "陕ICP备演示号", Police: "陕公网安备演示号",
		Mark: "演示", Sponsor: "示例市人民政府办公室", Operator: "示例市电子政务中心", Phone: "0915-000 0000（演示）", Address: "示例市中心街 1 号（演示）", State: "open", Demo: true}
}

func sampleShell(s *Site, head Head) Shell {
	sh := Shell{Site: s, Head: head, Now: SampleNow, Nav: SampleLinks(s, "走进示例", "政务动态", "政务公开", "政策文件", "政务服务", "政民互动")}
	if len(head.Title) > 0 {
		sh.Crumbs = []Link{{Text: "政务公开", Href: s.Path("/c/x2")}, {Text: head.Title[len(head.Title)-1]}}
	}
	return sh
}

// SampleLinks are links of a sample; they lead nowhere.
func SampleLinks(s *Site, words ...string) []Link {
	out := make([]Link, len(words))
	for i, w := range words {
		out[i] = Link{Text: w, Href: s.Path("/c/x" + string(rune('a'+i)))}
	}
	return out
}

var sampleTitles = []string{
	"市政府召开常务会议研究部署冬季民生保障和安全生产工作", "关于加强政府网站信息内容建设的通知", "全市“高效办成一件事”重点事项推进会召开", "流域生态环境保护第三季度情况通报",
	"关于公布行政规范性文件清理结果的公告", "今冬明春供热保障工作安排", "城区六条公交线路优化调整公告",
	"关于转发《关于进一步加强和规范全市各级行政机关及法律法规授权的具有管理公共事务职能的组织政府信息公开工作年度报告编制发布工作的若干意见（试行）》的通知",
}

// SampleItems are rows of a list; the last title is as long as titles come.
func SampleItems(s *Site, n int) []Item {
	out := make([]Item, n)
	for i := range out {
		out[i] = Item{Title: sampleTitles[i%len(sampleTitles)], Href: s.Path("/a/" + string(rune('a'+i%26))), Source: "示例市人民政府办公室", Date: SampleNow.AddDate(0, 0, -3*i)}
	}
	return out
}

// own are the samples of the platform's own views.
func ownSamples() []Sample {
	failed := func(status int) func(*Renderer, *Site) ([]byte, error) {
		return func(r *Renderer, s *Site) ([]byte, error) {
			p := said[status]
			p.Status, p.RequestID = status, "01JSAMPLE0000000"
			if status < 500 {
				p.Sitemap = s.Path(SitemapPath)
			}
			sh := sampleShell(s, Head{NoIndex: true})
			sh.Head.Title = []string{p.Title}
			return errorView.HTML(r, sh, p)
		}
	}
	return []Sample{
		{Room: ownRoom, View: "error", State: Normal, shows: []string{said[404].Title, said[404].Say}, html: failed(404)},
		{Room: ownRoom, View: "error", State: "trouble", shows: []string{said[500].Title, "01JSAMPLE0000000"}, html: failed(500)},
		noticeView.Sample(Normal, []string{"网站暂停服务", "预计下月恢复"}, func(s *Site) (Head, noticePage) {
			return Head{Title: []string{"网站暂停服务"}, NoIndex: true}, noticePage{Title: "网站暂停服务", Say: s.Name + "暂停服务。", Notice: "因系统升级，预计下月恢复。"}
		}),
	}
}

// Samples adds the platform's own views to those of the rooms.
func Samples(rooms ...Sample) []Sample { return append(ownSamples(), rooms...) }
