package desk

import (
	"cmp"
	"context"
	"slices"

	"github.com/zhanqun/zhanqun/kernel"
	"github.com/zhanqun/zhanqun/kernel/fault"
	"github.com/zhanqun/zhanqun/tenants/article"
	"github.com/zhanqun/zhanqun/tenants/column"
)

// fields are what was typed. Marked says that Body is HTML: an article with tables or links, which a plain text cannot hold.
type fields struct {
	Body         string
	Column, From int64 // From: the one that the form began with
	Shown        int64 // the one whose fields the form shows
	Marked       bool
	Lines        []typedLine
	Kinds        []string // as what each table of the body is shown, as far as the form asked
}

// typedLine is a text beside the body that the form held; see lines.
type typedLine struct{ Key, Text string }

// Line is the text of a line, "" of one that the form did not hold.
func (f fields) Line(key string) string {
	for _, l := range f.Lines {
		if l.Key == key {
			return l.Text
		}
	}
	return ""
}

// holds reports whether the form held a line, be it empty.
func (f fields) holds(key string) bool {
	return slices.ContainsFunc(f.Lines, func(l typedLine) bool { return l.Key == key })
}

// held are the fields of an article as it is.
func held(a *article.Draft) fields {
	f := fields{Column: a.Column, From: a.Column, Shown: a.Column}
	p := apart(a.Payload)
	for _, l := range lines(&p) {
		f.Lines = append(f.Lines, typedLine{l.key, *l.text})
	}
	text, ok := article.ToPlain(a.Payload.Body)
	if !ok {
		text, f.Marked = a.Payload.Body, true
	}
	f.Body = text
	return f
}

// question is a value that the form asks for because of a column (B5). Old is one that the column in which the article stands now does not
// ask for: it is kept until somebody empties it.
type question struct {
	column.Field
	Old bool
}

// questions are the fields that a form holds: those of the chosen column in its order, those of the column that the form was made for, and
// those that the article has from elsewhere. Of the last two only what has a value, so that nothing is lost and nothing else is asked.
func (d *Desk) questions(ctx context.Context, site kernel.SiteID, f fields, has []article.Field) (all []question, err error) {
	add := func(one column.Field, old bool) {
		if !slices.ContainsFunc(all, func(q question) bool { return q.Key == one.Key }) {
			all = append(all, question{one, old})
		}
	}
	asked, err := d.Columns.Fields(ctx, site, f.Column)
	if err != nil {
		return nil, err
	}
	for _, one := range asked.Fields {
		add(one, false)
	}
	before, err := d.Columns.Fields(ctx, site, f.Shown)
	if err != nil {
		return nil, err
	}
	for _, one := range before.Fields {
		if f.Line(column.FieldName(one.Key)) != "" {
			add(one, true)
		}
	}
	for _, h := range has {
		add(column.Field{Key: h.Key, Label: h.Label, Type: h.Type}, true)
	}
	return all, nil
}

// answered gives a payload the values of the form's fields, and refuses in a sentence what a field does not take.
func (d *Desk) answered(ctx context.Context, site kernel.SiteID, f fields, p article.Payload) (article.Payload, error) {
	all, err := d.questions(ctx, site, f, p.Fields)
	if err != nil {
		return p, err
	}
	was := p.Fields
	p.Fields = nil
	for _, q := range all {
		value := ""
		for _, h := range was {
			if h.Key == q.Key {
				value = h.Value
			}
		}
		if f.holds(column.FieldName(q.Key)) {
			value = f.Line(column.FieldName(q.Key))
		}
		value = column.Tidy(q.Type, value)
		if !q.Old && f.Shown == f.Column {
			if err := q.Check(value); err != nil {
				return p, err
			}
		}
		if value != "" {
			p.Fields = append(p.Fields, article.Field{Key: q.Key, Label: q.Label, Type: q.Type, Value: value})
		}
	}
	return p, nil
}

// unasked refuses a form that was made for another column when the chosen one asks for fields of its own: they are shown first.
func (d *Desk) unasked(ctx context.Context, site kernel.SiteID, f fields, wanted bool) error {
	if !wanted && f.Shown == f.Column {
		return nil
	}
	s, err := d.Columns.Fields(ctx, site, f.Column)
	switch {
	case err != nil:
		return err
	case len(s.Fields) > 0:
		return fault.New(fault.Invalid, "这个栏目还要填几项，已经列在“栏目字段”里，请填好再保存。您写的都还在。")
	case wanted:
		return fault.New(fault.Invalid, "这个栏目没有别的要填。您写的都还在。")
	}
	return nil
}

// filled refuses to send what lacks a value that its column must have.
func (d *Desk) filled(ctx context.Context, a *article.Draft) error {
	_, why, err := d.lacks(ctx, a)
	if err == nil && why != nil {
		err = fault.New(fault.Invalid, "还不能送审：%s请先修改稿件。", fault.Say(why))
	}
	return err
}

// lacks are the fields of its column that an article does not fill as it should, and what is wrong with the first.
func (d *Desk) lacks(ctx context.Context, a *article.Draft) (labels []string, why, err error) {
	s, err := d.Columns.Fields(ctx, a.Site, a.Column)
	for _, one := range s.Fields {
		value := ""
		for _, h := range a.Payload.Fields {
			if h.Key == one.Key {
				value = h.Value
			}
		}
		if wrong := one.Check(value); wrong != nil {
			labels = append(labels, one.Label)
			why = cmp.Or(why, wrong)
		}
	}
	return labels, why, err
}
