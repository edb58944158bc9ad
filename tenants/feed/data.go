package feed

import (
	"strconv"

	"github.com/zhanqun/zhanqun/platform/render"
)

// What the data doors answer (J5). A field is never renamed or taken out under /v1, and an id is a text: scripts lose digits above 2^53. The doc
// and format tags stand in openapi.json, which is made of these types and of the table of doors.

// SiteAnswer is the site.
type SiteAnswer struct {
	ID          string `json:"id" doc:"网站编号"`
	Name        string `json:"name" doc:"网站名称"`
	ShortName   string `json:"short_name,omitempty" doc:"简称"`
	Level       string `json:"level" doc:"层级：city、county、township、dept"`
	URL         string `json:"url" format:"uri" doc:"首页"`
	Code        string `json:"code,omitempty" doc:"政府网站标识码；频道用承载网站的"`
	Sponsor     string `json:"sponsor,omitempty" doc:"主办单位"`
	Operator    string `json:"operator,omitempty" doc:"承办单位"`
	Phone       string `json:"phone,omitempty" doc:"联系电话"`
	Address     string `json:"address,omitempty" doc:"地址"`
	ICP         string `json:"icp,omitempty" doc:"ICP 备案号"`
	Description string `json:"description,omitempty" doc:"简介"`
	Demo        bool   `json:"demo" doc:"演示站点，内容均为虚构"`
	Atom        string `json:"atom" format:"uri" doc:"Atom 订阅地址"`
	RSS         string `json:"rss" format:"uri" doc:"RSS 订阅地址"`
	JSONFeed    string `json:"json_feed" format:"uri" doc:"JSON Feed 订阅地址"`
	Sitemap     string `json:"sitemap" format:"uri" doc:"搜索引擎网站地图"`
}

// ColumnAnswer is a column that citizens see.
type ColumnAnswer struct {
	ID          string `json:"id" doc:"栏目编号"`
	Parent      string `json:"parent,omitempty" doc:"上级栏目编号；顶层栏目没有"`
	Name        string `json:"name" doc:"栏目名称"`
	Kind        string `json:"kind" doc:"栏目类型"`
	Description string `json:"description,omitempty" doc:"栏目说明"`
	URL         string `json:"url" format:"uri" doc:"栏目页"`
	Count       int64  `json:"count" doc:"本栏目公开的信息条数，不含下级栏目"`
	UpdatedAt   string `json:"updated_at,omitempty" format:"date-time" doc:"最近发布时间"`
	Articles    string `json:"articles" format:"uri" doc:"本栏目和下级栏目的信息"`
	Atom        string `json:"atom" format:"uri" doc:"Atom 订阅地址"`
}

// ColumnsAnswer is every column that citizens see, in the order of the navigation.
type ColumnsAnswer struct {
	Columns []ColumnAnswer `json:"columns" doc:"公众看得到的全部栏目，按导航顺序"`
}

// DocumentAnswer is what an official document says of itself.
type DocumentAnswer struct {
	Number      string `json:"number,omitempty" doc:"发文字号"`
	IndexNumber string `json:"index_number,omitempty" doc:"索引号"`
	Issuer      string `json:"issuer,omitempty" doc:"发文机关"`
	WrittenOn   string `json:"written_on,omitempty" format:"date" doc:"成文日期"`
	IssuedOn    string `json:"issued_on,omitempty" format:"date" doc:"公布日期"`
	EffectiveOn string `json:"effective_on,omitempty" format:"date" doc:"施行日期"`
	Validity    string `json:"validity,omitempty" doc:"现在的效力：in_force 有效、amended 已修改、abolished 已废止、expired 已失效"`
	Genre       string `json:"genre,omitempty" doc:"体裁分类"`
	Subject     string `json:"subject,omitempty" doc:"主题分类"`
}

// ArticleAnswer is a public text.
type ArticleAnswer struct {
	ID          string          `json:"id" doc:"信息编号"`
	URL         string          `json:"url" format:"uri" doc:"公众阅读的网页"`
	Data        string          `json:"data" format:"uri" doc:"带正文的数据"`
	Title       string          `json:"title" doc:"标题"`
	Subtitle    string          `json:"subtitle,omitempty" doc:"副标题"`
	Kind        string          `json:"kind" doc:"news 一般信息、policy 公文"`
	Column      string          `json:"column,omitempty" doc:"栏目编号"`
	PublishedAt string          `json:"published_at,omitempty" format:"date-time" doc:"首次发布时间；原网站没有写明的没有"`
	UpdatedAt   string          `json:"updated_at" format:"date-time" doc:"现在这一版的发布时间"`
	Migrated    bool            `json:"migrated" doc:"从旧网站迁移"`
	Summary     string          `json:"summary,omitempty" doc:"摘要，没有摘要的是正文开头"`
	Author      string          `json:"author,omitempty" doc:"作者"`
	Source      string          `json:"source,omitempty" doc:"来源"`
	SourceURL   string          `json:"source_url,omitempty" doc:"来源网址"`
	Keywords    string          `json:"keywords,omitempty" doc:"关键词"`
	Document    *DocumentAnswer `json:"document,omitempty" doc:"公文要素；一般信息没有"`
	Body        string          `json:"body_html,omitempty" doc:"正文，HTML；以 / 开头的链接是本网站域名下的；列表里没有"`
}

// ArticlesAnswer is a stretch of what is public, newest first.
type ArticlesAnswer struct {
	Articles []ArticleAnswer `json:"articles" doc:"信息，按首次发布时间从新到旧"`
	Next     string          `json:"next,omitempty" format:"uri" doc:"下一段的地址；最后一段没有"`
}

// ProblemAnswer is an error (RFC 9457), as platform/web writes it.
type ProblemAnswer struct {
	Type   string `json:"type" doc:"about:blank"`
	Title  string `json:"title" doc:"HTTP 状态的名称"`
	Status int64  `json:"status" doc:"HTTP 状态"`
	Detail string `json:"detail" doc:"一句话说明"`
	ID     string `json:"id" doc:"请求编号，查日志用"`
}

func siteAnswer(s *render.Site) SiteAnswer {
	return SiteAnswer{ID: s.ID.String(), Name: s.Name, ShortName: s.ShortName, Level: s.Level, URL: s.URL("/"), Code: s.Code, Sponsor: s.Sponsor,
		Operator: s.Operator, Phone: s.Phone, Address: s.Address, ICP: s.ICP, Description: s.Description, Demo: s.Demo,
		Atom: s.URL(render.AtomPath), RSS: s.URL(render.RSSPath), JSONFeed: s.URL(render.JSONFeedPath), Sitemap: s.URL(indexPath)}
}

func columnAnswer(s *render.Site, k *Column) ColumnAnswer {
	return ColumnAnswer{ID: decimal(k.ID), Parent: decimal(k.Parent), Name: k.Name, Kind: k.Kind, Description: k.Description, URL: s.URL("/c/" + k.Path),
		Count: k.Count, UpdatedAt: moment(k.LastAt), Articles: s.URL(dataRoot + "/articles?column=" + decimal(k.ID)), Atom: s.URL("/c/" + k.Path + render.AtomPath)}
}

func articleAnswer(s *render.Site, t *Text) ArticleAnswer {
	a := ArticleAnswer{ID: decimal(t.ID), URL: s.URL(textRest(t.ID)), Data: s.URL(dataRoot + "/articles/" + decimal(t.ID)), Title: t.Title, Subtitle: t.Subtitle,
		Kind: t.Kind, Column: decimal(t.Column), PublishedAt: moment(t.ShownAt), UpdatedAt: moment(t.ChangedAt), Migrated: t.Migrated, Summary: t.Excerpt,
		Author: t.Author, Source: t.Source, SourceURL: t.SourceURL, Keywords: t.Keywords}
	if t.IsDocument {
		a.Document = &DocumentAnswer{t.Number, t.IndexNumber, t.Issuer, t.WrittenOn, t.IssuedOn, t.EffectsOn, t.Validity, t.Genre, t.Subject}
	}
	return a
}

// decimal is an id as a text; none is "".
func decimal(id int64) string {
	if id == 0 {
		return ""
	}
	return strconv.FormatInt(id, 10)
}
