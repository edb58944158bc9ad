package desk

import (
	"errors"
	"slices"
	"strings"

	"github.com/gofiber/fiber/v2"
	"github.com/zhanqun/zhanqun/kernel"
	"github.com/zhanqun/zhanqun/policies"
	"github.com/zhanqun/zhanqun/tenants/article"
	"github.com/zhanqun/zhanqun/tenants/column"
)

// ownLine is a field of the column as the form asks for it.
type ownLine struct {
	ID, Name, Label, Help, Text, Wrong string
	Mode, Hint                         string // for the keyboard of a phone, and what a value looks like
	Required, Old, Long                bool
	Options                            []option
}

// asks fills in what the form's column asks for.
func (d *Desk) asks(c *fiber.Ctx, p *formPage) error {
	ctx := c.UserContext()
	with, err := d.Columns.WithFields(ctx, at(c))
	if err != nil {
		return err
	}
	p.HasOwn = len(with) > 0
	all, err := d.questions(ctx, at(c), p.Fields, p.Has)
	if err != nil {
		return err
	}
	for _, q := range all {
		name := column.FieldName(q.Key)
		l := ownLine{ID: "own-" + q.Key, Name: name, Label: q.Label, Help: q.Help, Text: p.Fields.Line(name), Wrong: p.Wrong.At(name), Required: q.Required,
			Old: q.Old, Long: q.Type == column.AsLong}
		if !p.Fields.holds(name) {
			for _, h := range p.Has {
				if h.Key == q.Key {
					l.Text = h.Value
				}
			}
		}
		switch q.Type {
		case column.AsDay:
			l.Hint = "2026-11-27"
		case column.AsNumber:
			l.Mode = "decimal"
		case column.AsLink:
			l.Mode, l.Hint = "url", "https://"
		case column.AsChoice:
			l.Options = []option{{"", say(c, "请选择"), l.Text == ""}}
			choices := q.Choices
			if l.Text != "" && !slices.Contains(choices, l.Text) {
				choices = append(slices.Clone(choices), l.Text) // what is there is shown, and refused or kept as its column says
			}
			for _, v := range choices {
				l.Options = append(l.Options, option{v, v, v == l.Text})
			}
		}
		p.Own = append(p.Own, l)
	}
	return nil
}

// readOwn reads the fields of a column that a form held, and for which column it was made; a program's form is made for the one it names.
func readOwn(c *fiber.Ctx, f *fields) {
	if c.Context().PostArgs().Has("shown") {
		f.Shown, _ = kernel.ParseID[int64](c.FormValue("shown")) // 0 is the form without a column
	}
	for key := range c.Context().PostArgs().All() {
		if name := string(key); strings.HasPrefix(name, column.FieldName("")) && !f.holds(name) && len(f.Lines) < 200 {
			f.Lines = append(f.Lines, typedLine{name, typed(c, name)})
		}
	}
}

// taken is the payload that a form makes of p, checked; the fields of a column that the form has not shown are asked for first.
func (d *Desk) taken(c *fiber.Ctx, f fields, p article.Payload, act policies.Action) (article.Payload, error) {
	ctx, site := c.UserContext(), at(c)
	payload, refused := d.answered(ctx, site, f, f.into(p))
	unasked := d.unasked(ctx, site, f, c.FormValue("do") == "fields")
	if c.FormValue("do") == "fields" {
		return payload, unasked
	}
	return payload, errors.Join(ownForm(c), payload.Check(), plotted(payload.Body), d.stands(ctx, site, f.Column, act), unasked, refused)
}
