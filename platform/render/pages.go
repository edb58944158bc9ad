package render

import (
	"bytes"
	"html/template"
	"strconv"
)

// ownRoom is the short name under which the platform's own views stand in a theme.
const ownRoom = "render"

var (
	errorView  = Define[errorPage](ownRoom, "error")
	noticeView = Define[noticePage](ownRoom, "notice")
)

type errorPage struct {
	Status          int
	Title, Say, Why string
	RequestID       string
	Sitemap         string // "" when the server is in trouble: do not send more people its way
}

type noticePage struct{ Title, Say, Notice string }

// said is what an error page tells; the cause is never shown (promises.md: 永不显示内部信息).
var said = map[int]errorPage{
	404: {Title: "没有找到这个页面", Say: "您访问的地址不存在，可能是链接有误，或栏目已经调整。", Why: "请核对地址，或从首页、网站地图重新查找。"},
	410: {Title: "这个页面已经撤下", Say: "您访问的内容曾在本站发布，现已依规撤下，不再提供。", Why: "如需了解有关情况，请与本站主办单位联系。"},
	421: {Title: "这里没有您要访问的网站", Say: "本服务器不承担这个域名的网站。", Why: "请核对域名后重新访问。"},
	500: {Title: "网站暂时出了故障", Say: "服务器处理您的请求时发生错误，我们已经记录。", Why: "请稍后刷新再试；如多次出现，请将下面的编号告知本站主办单位。"},
	503: {Title: "网站暂时不能访问", Say: "系统正在维护或访问繁忙，内容没有丢失。", Why: "请几分钟后刷新再试。"},
}

// Error is the page for a status of 404, 410, 421, 500 or 503; another status is shown as 500. Without a site
// it is a plain page that asks for nothing further.
func (r *Renderer) Error(s *Site, nav []Link, status int, requestID string) []byte {
	p, ok := said[status]
	if !ok {
		status, p = 500, said[500]
	}
	return r.failed(s, nav, status, p, requestID)
}

// Gone is the page of what was taken away, with the sentence that its publisher wrote for citizens, if any.
func (r *Renderer) Gone(s *Site, nav []Link, say, requestID string) []byte {
	p := said[410]
	if say != "" {
		p.Say = say
	}
	return r.failed(s, nav, 410, p, requestID)
}

func (r *Renderer) failed(s *Site, nav []Link, status int, p errorPage, requestID string) []byte {
	p.Status, p.RequestID = status, requestID
	if s == nil {
		return r.plain(p)
	}
	if status < 500 {
		p.Sitemap = s.Path(SitemapPath)
	}
	shell := Shell{Site: s, Nav: nav, Head: Head{Title: []string{p.Title}, NoIndex: true}}
	b, err := errorView.HTML(r, shell, p)
	if err != nil {
		return r.plain(p) // the views were tried at New; what is left is no reason to show nothing
	}
	return b
}

// Notice is the page a suspended or closed site answers everything with.
func (r *Renderer) Notice(s *Site) []byte {
	p := noticePage{Title: "网站暂停服务", Say: s.Name + "暂停服务。", Notice: s.Notice}
	if s.State == "closed" {
		p.Title, p.Say = "网站已经关停", s.Name+"已经关停，不再更新。"
	}
	b, err := noticeView.HTML(r, Shell{Site: s, Head: Head{Title: []string{p.Title}, NoIndex: true}}, p)
	if err != nil {
		return r.plain(errorPage{Title: p.Title, Say: p.Say, Why: p.Notice})
	}
	return b
}

var plainPage = template.Must(template.ParseFS(shellFS, "shell/plain.html"))

func (r *Renderer) plain(p errorPage) []byte {
	var b bytes.Buffer
	if err := plainPage.Execute(&b, p); err != nil {
		return []byte(strconv.Itoa(p.Status)) // a constant template over strings does not fail
	}
	return b.Bytes()
}
