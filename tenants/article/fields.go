package article

import (
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/zhanqun/zhanqun/kernel/fault"
	"github.com/zhanqun/zhanqun/platform/render"
	"github.com/zhanqun/zhanqun/tenants/column"
)

// Field is a value that the article's column asked for when it was written (B5). It keeps what it was asked as: a published edition shows
// it whatever the column asks for by now.
type Field struct {
	Key   string `json:"key"`
	Label string `json:"label"`
	Type  string `json:"type"`
	Value string `json:"value"`
}

// mostFields is how many values an article may hold: those of its column, and those it brought from other ones.
const mostFields = 4 * column.MostFields

var fieldKey = regexp.MustCompile(`^c[0-9]{1,19}f[0-9]{1,9}$`)

// checkFields tidies the values and leaves out those that are empty, so that an article without any is to the byte as it ever was.
func (p *Payload) checkFields() error {
	p.Fields = slices.Clone(p.Fields)
	for i := range p.Fields {
		f := &p.Fields[i]
		f.Label, f.Value = column.Tidy(column.AsText, f.Label), column.Tidy(f.Type, f.Value)
		if !fieldKey.MatchString(f.Key) || f.Label == "" || utf8.RuneCountInString(f.Label) > 20 || slices.ContainsFunc(p.Fields[:i], func(o Field) bool { return o.Key == f.Key }) {
			return fault.In("fields", "栏目字段的名称不对，请刷新后重新填写。")
		}
		err := column.CheckValue(column.AsText, "字段名称", f.Label)
		if err == nil {
			err = column.CheckValue(f.Type, f.Label, f.Value)
		}
		if err != nil {
			return fault.In(column.FieldName(f.Key), "%s", err)
		}
	}
	p.Fields = slices.DeleteFunc(p.Fields, func(f Field) bool { return f.Value == "" })
	if len(p.Fields) > mostFields {
		return fault.In("fields", "一篇稿件最多 %d 个栏目字段。", mostFields)
	}
	if len(p.Fields) == 0 {
		p.Fields = nil
	}
	return nil
}

// value is what a field holds, or "".
func (p *Payload) value(key string) string {
	for _, f := range p.Fields {
		if f.Key == key {
			return f.Value
		}
	}
	return ""
}

// fieldRows are the values as an article's page shows them; those that order and group its column say nothing to anybody and are left out.
func (p *Payload) fieldRows(s *render.Site, but ...string) (rows []FieldRow) {
	for _, f := range p.Fields {
		if slices.Contains(but, f.Key) {
			continue
		}
		r := FieldRow{Label: f.Label, Lines: strings.Split(f.Value, "\n")}
		if f.Type == column.AsLink && column.CheckValue(f.Type, f.Label, f.Value) == nil {
			r.Href = f.Value
		}
		if f.Type == column.AsText && strings.Contains(f.Label, "电话") {
			r.Dial = render.Dial(s, f.Value)
		}
		rows = append(rows, r)
	}
	return rows
}
