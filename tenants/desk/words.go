package desk

import (
	"slices"

	"github.com/zhanqun/zhanqun/tenants/article"
	"github.com/zhanqun/zhanqun/tenants/column"
)

// aline is a text of an article beside its body: how forms name it, what people call it, where it is.
type aline struct {
	key, label string
	text       *string
}

// lines are the texts of a payload beside its body, in the order of the form; a payload without document metadata gets empty ones.
func lines(p *article.Payload) []aline {
	all := []aline{
		{"title", "标题", &p.Title}, {"subtitle", "副标题", &p.Subtitle}, {"summary", "摘要", &p.Summary}, {"author", "署名", &p.Author},
		{"source", "来源", &p.Source}, {"source_url", "来源地址", &p.SourceURL}, {"keywords", "关键词", &p.Keywords}, {"activity_ended_at", "重要政务活动的结束时间（不是就不填）", &p.ActivityEndedAt},
		{"disclosure", "公开属性", &p.Disclosure}, {"ground", "不主动公开的理由和依据", &p.Ground}, {"kind", "稿件类型", &p.Kind},
	}
	if p.Document == nil {
		p.Document = new(article.Document)
	}
	d := p.Document
	all = append(all, []aline{
		{"number", "发文字号", &d.Number}, {"index_number", "索引号", &d.IndexNumber}, {"issuer", "发文机关", &d.Issuer}, {"written_on", "成文日期", &d.WrittenOn},
		{"issued_on", "印发日期", &d.IssuedOn}, {"effective_on", "施行日期", &d.EffectiveOn}, {"validity", "效力状态", &d.Validity}, {"genre", "体裁", &d.Genre},
		{"subject", "主题分类", &d.Subject}, {"level", "效力级别", &d.Level}, {"region", "适用地区", &d.Region}, {"year", "年度", &d.Year},
		{"major", "重大政策（与解读同时公开）", &d.Major},
	}...)
	for i := range p.Fields {
		f := &p.Fields[i]
		all = append(all, aline{column.FieldName(f.Key), f.Label, &f.Value})
	}
	return all
}

// aligned gives every one of them the fields of all, empty where it has none, so that their lines stand beside each other.
func aligned(all ...*article.Payload) {
	var union []article.Field
	for _, p := range all {
		for _, f := range p.Fields {
			if !slices.ContainsFunc(union, func(u article.Field) bool { return u.Key == f.Key }) {
				union = append(union, article.Field{Key: f.Key, Label: f.Label, Type: f.Type})
			}
		}
	}
	for _, p := range all {
		was := p.Fields
		p.Fields = slices.Clone(union)
		for i := range p.Fields {
			for _, f := range was {
				if f.Key == p.Fields[i].Key {
					p.Fields[i].Value = f.Value
				}
			}
		}
	}
}

// values are the lines that are chosen, not typed: what may be chosen, in order, with its word.
var values = map[string][]struct{ value, word string }{
	"kind":       {{article.News, "普通稿件"}, {article.Policy, "公文"}},
	"disclosure": {{"", "未注明"}, {article.Proactive, "主动公开"}, {article.OnRequest, "依申请公开"}, {article.Withheld, "不予公开"}},
	"major":      {{"", "不是"}, {article.MajorPolicy, "是"}},
	"validity":   {{"", "未注明"}, {"in_force", "有效"}, {"amended", "已修改"}, {"abolished", "已废止"}, {"expired", "已失效"}},
}

// word is what people read for a line's text.
func word(key, text string) string {
	for _, v := range values[key] {
		if v.value == text {
			return v.word
		}
	}
	return text
}

// apart is a copy whose document and fields may be written to.
func apart(p article.Payload) article.Payload {
	p.Fields = slices.Clone(p.Fields)
	if p.Document != nil {
		d := *p.Document
		p.Document = &d
	}
	return p
}

// settled takes away again the document that lines gave to a payload that has none, and fields that nobody has filled in.
func settled(p *article.Payload) {
	if p.Document != nil && *p.Document == (article.Document{}) {
		p.Document = nil
	}
	if p.Fields = slices.DeleteFunc(p.Fields, func(f article.Field) bool { return f.Value == "" }); len(p.Fields) == 0 {
		p.Fields = nil
	}
}
