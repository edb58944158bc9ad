package search

import (
	"cmp"
	"slices"
	"strconv"

	"github.com/zhanqun/zhanqun/kernel"
	"github.com/zhanqun/zhanqun/platform/render"
	"github.com/zhanqun/zhanqun/platform/web"
	"github.com/zhanqun/zhanqun/storage/index"
)

// The scopes of a search, as they stand in an address; the site's own has no name.
const (
	withBelow = "below" // this site and those below it
	everyone  = "all"   // every site
)

// newest is the order by date, as it stands in an address; the other one has no name.
const newest = "new"

const (
	perPage  = 10
	pageMost = 1000 // perPage times this is all that the index pages through
)

// ask is what somebody asks for: all that an address of the page may say.
type ask struct {
	text, scope, order string
	only               index.Facets
	number             int // of the page, from 1
}

// query are the parameters of the page, by the names in its addresses.
var query = []string{"q", "s", "o", "k", "u", "y", "v", "p"}

// asked reads the parameters; what they cannot mean is left out, so that each question has one address.
func asked(values map[string]string) ask {
	a := ask{text: values["q"], number: 1}
	if s := values["s"]; s == withBelow || s == everyone {
		a.scope = s
	}
	if values["o"] == newest {
		a.order = newest
	}
	if a.text == "" {
		return a
	}
	a.only.Issuer = values["u"]
	if _, known := kinds[values["k"]]; known {
		a.only.Kind = values["k"]
	}
	if y, ok := kernel.ParseID[int64](values["y"]); ok && y >= 1900 && y <= 9999 {
		a.only.Year = values["y"]
	}
	if _, known := validities[values["v"]]; known {
		a.only.Validity = values["v"]
	}
	if n, ok := kernel.ParseID[int64](values["p"]); ok && n > 1 && n <= pageMost {
		a.number = int(n)
	}
	return a
}

// kinds and validities are what facets are called.
var (
	kinds      = map[string]string{"policy": "政策文件", "news": "新闻资讯"}
	validities = map[string]string{"in_force": "有效", "amended": "已修改", "abolished": "已废止", "expired": "已失效"}
)

// values are the parameters of an address.
func (a ask) values() map[string]string {
	v := map[string]string{"q": a.text, "s": a.scope, "o": a.order, "k": a.only.Kind, "u": a.only.Issuer, "y": a.only.Year, "v": a.only.Validity}
	if a.number > 1 {
		v["p"] = strconv.Itoa(a.number)
	}
	return v
}

// same reports whether an address says no more than a.
func (a ask) same(values map[string]string) bool {
	mine := a.values()
	for name, value := range values {
		if mine[name] != value {
			return false
		}
	}
	return true
}

// address is where the answer stands within the site.
func (a ask) address() string { return web.Address(render.SearchPath, a.values()) }

// with is the same question otherwise, from its first page.
func (a ask) with(change func(*ask)) ask {
	a.number = 1
	change(&a)
	return a
}

// facet is one of the lists by which a result is narrowed.
type facet struct {
	title string
	of    func(*index.Facets) *string
	say   func(value string) string
	byOld bool // listed by value, the highest first; the others by how many they are
}

func itself(value string) string { return value }

var facets = []facet{
	{"类型", func(f *index.Facets) *string { return &f.Kind }, func(v string) string { return kinds[v] }, false},
	{"发文机关", func(f *index.Facets) *string { return &f.Issuer }, itself, false},
	{"年份", func(f *index.Facets) *string { return &f.Year }, func(v string) string { return v + "年" }, true},
	{"有效性", func(f *index.Facets) *string { return &f.Validity }, func(v string) string { return validities[v] }, false},
}

// facetMost is how many values of a facet are offered.
const facetMost = 12

// count is how many hits have a value.
type count struct {
	value string
	n     int64
}

// sums are the values of a facet among the hits.
func (f facet) sums(counted []index.Counted) []count {
	n := map[string]int64{}
	for i := range counted {
		if v := *f.of(&counted[i].Facets); v != "" && f.say(v) != "" {
			n[v] += counted[i].N
		}
	}
	var all []count
	for v, n := range n {
		all = append(all, count{v, n})
	}
	slices.SortFunc(all, func(a, b count) int {
		if f.byOld {
			return cmp.Compare(b.value, a.value)
		}
		return cmp.Or(cmp.Compare(b.n, a.n), cmp.Compare(a.value, b.value))
	})
	return all[:min(len(all), facetMost)]
}
