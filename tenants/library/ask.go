package library

import (
	"cmp"
	"slices"
	"strconv"
	"strings"

	"github.com/zhanqun/zhanqun/kernel"
	"github.com/zhanqun/zhanqun/platform/render"
	"github.com/zhanqun/zhanqun/platform/web"
	"github.com/zhanqun/zhanqun/storage/index"
)

// documents is the kind of what the library holds, in the full text's word and in a column's.
const documents = "policy"

// The orders, as they stand in an address. Without one, words are answered by how well they fit, and everything by the day of publication.
const (
	byWriting = "written"
	byDay     = "published"
)

// deepest is the last page that is spoken of: more documents no site has.
const deepest = 1 << 20

// longestValue is how many characters a choice may have: more than any that a document has (article.Document).
const longestValue = 500

// ask is what somebody asks for: all that an address of the page may say.
type ask struct {
	text, order string
	column      int64
	only        index.Facets
	number      int // of the page, from 1
}

// query are the parameters of the page, by the names in its addresses.
var query = []string{"q", "u", "t", "g", "y", "v", "c", "o", "p"}

// asked reads the parameters; what they cannot mean is left out, so that each question has one address.
func asked(values map[string]string, shelves []Shelf) ask {
	a := ask{text: strings.TrimSpace(values["q"]), number: 1}
	a.only.Issuer, a.only.Subject, a.only.Genre = line(values["u"]), line(values["t"]), line(values["g"])
	if y, ok := kernel.ParseID[int64](values["y"]); ok && y >= 1900 && y <= 9999 {
		a.only.Year = values["y"]
	}
	if validities[values["v"]] != "" {
		a.only.Validity = values["v"]
	}
	if o := values["o"]; o == byWriting || o == byDay {
		a.order = o
	}
	if id, ok := kernel.ParseID[int64](values["c"]); ok && shelf(shelves, id) != nil {
		a.column = id
	}
	if n, ok := kernel.ParseID[int64](values["p"]); ok && n > 1 && n <= deepest {
		a.number = int(n)
	}
	return a
}

// line is a value that stands on one line, or "".
func line(value string) string {
	if len([]rune(value)) > longestValue || strings.ContainsAny(value, "\r\n\t\x00") {
		return ""
	}
	return value
}

// shelf is the one of a column, or nil.
func shelf(all []Shelf, column int64) *Shelf {
	if i := slices.IndexFunc(all, func(s Shelf) bool { return s.Column == column }); i >= 0 {
		return &all[i]
	}
	return nil
}

// validities are what the states of a document are called.
var validities = map[string]string{"in_force": "现行有效", "amended": "已修改", "abolished": "已废止", "expired": "已失效"}

// values are the parameters of an address.
func (a ask) values() map[string]string {
	v := map[string]string{"q": a.text, "u": a.only.Issuer, "t": a.only.Subject, "g": a.only.Genre, "y": a.only.Year, "v": a.only.Validity, "o": a.order}
	if a.column != 0 {
		v["c"] = strconv.FormatInt(a.column, 10)
	}
	if a.number > 1 {
		v["p"] = strconv.Itoa(a.number)
	}
	return v
}

// same reports whether an address is the one of what it asks: a form sends its empty fields too.
func (a ask) same(values map[string]string) bool {
	mine := a.values()
	for name, value := range values {
		if value == "" || mine[name] != value {
			return false
		}
	}
	return true
}

// address is where the answer stands within the site.
func (a ask) address() string { return web.Address(render.LibraryPath, a.values()) }

// with is the same question otherwise.
func (a ask) with(change func(*ask)) ask {
	change(&a)
	return a
}

// choice is one of the lists by which the library is narrowed.
type choice struct {
	name, label, any string
	of               func(*index.Facets) *string
	say              func(value string) string
	byValue          bool // listed by value, the highest first; the others by how many they are
}

func itself(value string) string { return value }

var choices = []choice{
	{"u", "发文机关", "全部机关", func(f *index.Facets) *string { return &f.Issuer }, itself, false},
	{"t", "主题分类", "全部主题", func(f *index.Facets) *string { return &f.Subject }, itself, false},
	{"g", "体裁", "全部体裁", func(f *index.Facets) *string { return &f.Genre }, itself, false},
	{"y", "发布年份", "全部年份", func(f *index.Facets) *string { return &f.Year }, func(v string) string { return v + "年" }, true},
	{"v", "有效性", "不限", func(f *index.Facets) *string { return &f.Validity }, func(v string) string { return validities[v] }, false},
}

// optionsMost is how many values of a choice are offered; the words find the rest.
const optionsMost = 100

// options are the values of a choice among the documents.
func (c choice) options(a ask, counted []index.Counted) []Option {
	chosen := *c.of(&a.only)
	n := map[string]int64{}
	for i := range counted {
		if v := *c.of(&counted[i].Facets); v != "" && c.say(v) != "" {
			n[v] += counted[i].N
		}
	}
	if chosen != "" { // also when nothing has it
		n[chosen] += 0
	}
	all := make([]Option, 0, len(n))
	for v, n := range n {
		all = append(all, Option{v, c.say(v), n, v == chosen})
	}
	slices.SortFunc(all, func(a, b Option) int {
		if c.byValue {
			return cmp.Compare(b.Value, a.Value)
		}
		return cmp.Or(cmp.Compare(b.N, a.N), cmp.Compare(a.Value, b.Value))
	})
	return all[:min(len(all), optionsMost)]
}

// choicesOf are the lists of the form and what of them is chosen.
func choicesOf(s *render.Site, shelves []Shelf, a ask, counted []index.Counted) (all []Choice, taken []render.Link) {
	without := func(text string, change func(*ask)) {
		taken = append(taken, render.Link{Text: text, Href: s.Path(a.with(func(a *ask) { a.number = 1; change(a) }).address())})
	}
	if a.text != "" {
		without("含“"+a.text+"”", func(a *ask) { a.text = "" })
	}
	for _, c := range choices {
		all = append(all, Choice{Name: c.name, Label: c.label, Any: c.any, Options: c.options(a, counted)})
		if v := *c.of(&a.only); v != "" {
			without(c.label+"："+c.say(v), func(a *ask) { *c.of(&a.only) = "" })
		}
	}
	columns := Choice{Name: "c", Label: "栏目", Any: "全部栏目"}
	for _, k := range shelves {
		columns.Options = append(columns.Options, Option{Value: strconv.FormatInt(k.Column, 10), Text: k.Name, Chosen: k.Column == a.column})
	}
	if a.column != 0 {
		without("栏目："+shelf(shelves, a.column).Name, func(a *ask) { a.column = 0 })
	}
	orders := Choice{Name: "o", Label: "排序", Any: "默认", Options: []Option{
		{Value: byWriting, Text: "按成文日期", Chosen: a.order == byWriting}, {Value: byDay, Text: "按发布日期", Chosen: a.order == byDay}}}
	return append(all, columns, orders), taken
}
