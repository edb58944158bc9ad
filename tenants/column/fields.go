package column

import (
	"context"
	"errors"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/zhanqun/zhanqun/kernel"
	"github.com/zhanqun/zhanqun/kernel/fault"
	"github.com/zhanqun/zhanqun/platform/audit"
	"golang.org/x/text/unicode/norm"
)

// The types of a field that a column asks for beside an article's body (B5).
const (
	AsText   = "text"
	AsLong   = "long"
	AsDay    = "date"
	AsNumber = "number"
	AsChoice = "choice"
	AsLink   = "link"
)

// FieldTypes are all of them, in the order of the form.
var FieldTypes = []string{AsText, AsLong, AsDay, AsNumber, AsChoice, AsLink}

// MostFields is how many fields a column may ask for.
const MostFields = 12

const (
	longestLabel  = 20 // characters
	longestHelp   = 100
	longestText   = 500
	longestLong   = 4000
	longestLink   = 2000
	longestChoice = 50
	mostChoices   = 30
)

// Field is something that a column asks of each article that stands in it. Key names it in articles and is never given to another field.
type Field struct {
	Key      string   `json:"key"`
	Label    string   `json:"label"`
	Type     string   `json:"type"`
	Required bool     `json:"required,omitempty"`
	Help     string   `json:"help,omitempty"`
	Choices  []string `json:"choices,omitempty"`
}

// Sheet is the fields of a column in order. Version counts changes; 0 is a column that never had any.
type Sheet struct {
	Fields  []Field
	Version int64
	next    int64
}

var numberForm = regexp.MustCompile(`^-?[0-9]{1,15}(\.[0-9]{1,6})?$`)

// Tidy is a value as it is kept: NFC, and on one line unless the type has several.
func Tidy(kind, value string) string {
	value = norm.NFC.String(value)
	if kind != AsLong {
		return strings.Join(strings.Fields(value), " ")
	}
	return strings.TrimSpace(strings.ReplaceAll(value, "\r\n", "\n"))
}

// CheckValue refuses what a field of that type cannot hold, whatever its column asks for now. "" is no value.
func CheckValue(kind, label, value string) error {
	if !utf8.ValidString(value) || strings.ContainsFunc(value, func(r rune) bool { return r < ' ' && (r != '\n' || kind != AsLong) || r == 0x7f }) {
		return fault.New(fault.Invalid, "“%s”里有不能使用的字符，请删除后再保存。", label)
	}
	if value == "" {
		return nil
	}
	most := map[string]int{AsText: longestText, AsLong: longestLong, AsDay: 10, AsNumber: 23, AsChoice: longestChoice, AsLink: longestLink}[kind]
	switch {
	case most == 0:
		return fault.New(fault.Invalid, "没有“%s”这种字段。", kind)
	case kind == AsDay && !isDay(value):
		return fault.New(fault.Invalid, "“%s”要写成 2026-11-27 这样的日期。", label)
	case kind == AsNumber && !numberForm.MatchString(value):
		return fault.New(fault.Invalid, "“%s”要填数字，例如 12 或 3.5，不带单位。", label)
	case kind == AsLink && !isLink(value):
		return fault.New(fault.Invalid, "“%s”要填完整的网址，以 http:// 或 https:// 开头。", label)
	case utf8.RuneCountInString(value) > most:
		return fault.New(fault.Invalid, "“%s”太长，最多 %d 个字。", label, most)
	}
	return nil
}

func isDay(s string) bool {
	t, err := time.Parse(time.DateOnly, s)
	return err == nil && t.Year() >= 1900 && t.Format(time.DateOnly) == s
}

func isLink(s string) bool {
	u, err := url.Parse(s)
	return err == nil && (u.Scheme == "http" || u.Scheme == "https") && u.Host != "" && u.User == nil && !strings.ContainsAny(s, " \"<>\\")
}

// Check refuses a tidy value that the field does not take; the fault names the field as a form does.
func (f Field) Check(value string) error {
	err := CheckValue(f.Type, f.Label, value)
	switch {
	case err != nil:
	case value == "" && f.Required:
		err = fault.New(fault.Invalid, "请填写“%s”。", f.Label)
	case value != "" && f.Type == AsChoice && !slices.Contains(f.Choices, value):
		err = fault.New(fault.Invalid, "“%s”里没有“%s”这一项，请重新选择。", f.Label, value)
	}
	if err != nil {
		return fault.In(FieldName(f.Key), "%s", err)
	}
	return nil
}

// FieldName is what forms call the field of a key.
func FieldName(key string) string { return "field." + key }

// Fields are what the column asks for; a column that has none answers an empty sheet.
func (c *Columns) Fields(ctx context.Context, id kernel.SiteID, column int64) (Sheet, error) {
	return c.loadFields(ctx, id, column)
}

// SetFields gives the column other fields, over the version that was seen. Those without a key are new; those that are not there any more
// are no longer asked for, and articles keep what they hold.
func (c *Columns) SetFields(ctx context.Context, id kernel.SiteID, column, seen int64, fields []Field) error {
	return c.alter(ctx, id, "column.fields", func(ctx context.Context, w *work) (audit.Entry, error) {
		k, _, err := w.active(column)
		if err != nil {
			return audit.Entry{}, err
		}
		was, err := c.loadFields(ctx, id, column)
		if err != nil {
			return audit.Entry{}, err
		}
		if was.Version != seen {
			return audit.Entry{}, fault.New(fault.Conflict, "“%s”的字段刚被别人改过。您填的还在下面，请对照现在的字段再保存。", k.Name)
		}
		now := Sheet{Version: was.Version + 1, next: was.next}
		if now.Fields, err = was.tidy(column, fields, &now.next); err != nil {
			return audit.Entry{}, err
		}
		return audit.Entry{Object: object(column), Before: labels(was.Fields), After: labels(now.Fields)}, c.saveFields(ctx, id, column, now)
	})
}

func labels(fields []Field) string {
	var all []string
	for _, f := range fields {
		all = append(all, f.Label)
	}
	return strings.Join(all, "、")
}

// tidy checks the fields that are to follow s and gives the new ones their keys.
func (s Sheet) tidy(column int64, fields []Field, next *int64) (all []Field, err error) {
	if len(fields) > MostFields {
		return nil, fault.New(fault.Invalid, "一个栏目最多 %d 个字段。", MostFields)
	}
	used := map[string]bool{}
	for i, f := range fields {
		if err := f.tidy(); err != nil {
			return nil, fault.In("label-"+strconv.Itoa(i), "%s", err)
		}
		if used[f.Label] {
			return nil, fault.In("label-"+strconv.Itoa(i), "有两个字段都叫“%s”，请改一个名称。", f.Label)
		}
		used[f.Label] = true
		if f.Key == "" {
			*next++
			f.Key = "c" + strconv.FormatInt(column, 10) + "f" + strconv.FormatInt(*next, 10) // of no other column of the site either
		} else if !slices.ContainsFunc(s.Fields, func(was Field) bool { return was.Key == f.Key }) || used["key "+f.Key] {
			return nil, fault.New(fault.Invalid, "没有这个字段，请刷新后再改。")
		}
		used["key "+f.Key] = true
		all = append(all, f)
	}
	return all, nil
}

func (f *Field) tidy() error {
	f.Label, f.Help = Tidy(AsText, f.Label), Tidy(AsText, f.Help)
	n := utf8.RuneCountInString(f.Label)
	switch {
	case n == 0 || n > longestLabel:
		return fault.New(fault.Invalid, "字段名称要有 1 到 %d 个字。", longestLabel)
	case utf8.RuneCountInString(f.Help) > longestHelp:
		return fault.New(fault.Invalid, "“%s”的填写说明最多 %d 个字。", f.Label, longestHelp)
	case !slices.Contains(FieldTypes, f.Type):
		return fault.New(fault.Invalid, "请给“%s”选一个类型。", f.Label)
	}
	if err := errors.Join(CheckValue(AsText, "字段名称", f.Label), CheckValue(AsText, "填写说明", f.Help)); err != nil {
		return err
	}
	if f.Type != AsChoice {
		f.Choices = nil
		return nil
	}
	var choices []string
	for _, c := range f.Choices {
		if c = Tidy(AsText, c); c != "" && !slices.Contains(choices, c) {
			choices = append(choices, c)
		}
		if err := CheckValue(AsChoice, f.Label, c); err != nil {
			return err
		}
	}
	if f.Choices = choices; len(choices) < 2 || len(choices) > mostChoices {
		return fault.New(fault.Invalid, "“%s”是选项，请写 2 到 %d 个选项，每行一个。", f.Label, mostChoices)
	}
	return nil
}
