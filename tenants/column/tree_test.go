package column

import (
	"slices"
	"testing"
	"time"

	"github.com/zhanqun/zhanqun/kernel"
	"github.com/zhanqun/zhanqun/platform/render"
	"github.com/zhanqun/zhanqun/platform/site"
)

// given is a small template; the order is the order of the tree.
var given = []site.TemplateColumn{
	{No: 1, Kind: "news", Name: "政务动态", Slug: "dongtai", CycleDays: 14, Nav: true},
	{No: 4, Parent: 1, Kind: "news", Name: "部门动态", Slug: "dongtai/bumen", CycleDays: 14},
	{No: 10, Kind: "group", Name: "政务公开", Slug: "gongkai", Nav: true},
	{No: 11, Parent: 10, Kind: "page", Name: "指南", Slug: "gongkai/zhinan", Statutory: true},
	{No: 13, Parent: 10, Kind: "disclosure", Name: "法定主动公开内容", Slug: "gongkai/fading", Statutory: true, CycleDays: 59},
	{No: 20, Kind: "policy", Name: "政策文件", Slug: "zhengce", CycleDays: 30, Nav: true},
	{No: 70, Kind: "special", Name: "专题", Slug: "zhuanti"},
}

func ptr[T any](v T) *T { return &v }

// grown is the tree of the template with differences, where the named columns hold one article each.
func grown(changed []change, old map[string]int64, filled ...int64) *Tree {
	t := newTree(7, given, changed, old)
	for _, id := range filled {
		t.byID[id].Count = 1
	}
	t.look("2026-11-27")
	return t
}

func names(list []*Column) (out []string) {
	for _, k := range list {
		out = append(out, k.Name)
	}
	return out
}

// B1: the tree is the template's, with the site's differences laid over it.
func TestTreeOverlay(t *testing.T) {
	for _, row := range []struct {
		name    string
		changed []change
		want    []string
	}{
		{"without differences it is the template", nil,
			[]string{"政务动态", "部门动态", "政务公开", "指南", "法定主动公开内容", "政策文件", "专题"}},
		{"a renamed column stays where it is", []change{{ID: 20, Name: ptr("文件库"), State: Active}},
			[]string{"政务动态", "部门动态", "政务公开", "指南", "法定主动公开内容", "文件库", "专题"}},
		{"an own column stands by its position", []change{{ID: 100001, Own: true, Parent: ptr(int64(0)), Kind: ptr("news"),
			Name: ptr("茶业"), Path: ptr("chaye"), Position: ptr(500), State: Active}},
			[]string{"茶业", "政务动态", "部门动态", "政务公开", "指南", "法定主动公开内容", "政策文件", "专题"}},
		{"a moved column follows its parent", []change{{ID: 4, Parent: ptr(int64(70)), State: Active}},
			[]string{"政务动态", "政务公开", "指南", "法定主动公开内容", "政策文件", "专题", "部门动态"}},
		{"a difference of a column the template has lost waits", []change{{ID: 99, Name: ptr("旧栏目"), State: Active}},
			[]string{"政务动态", "部门动态", "政务公开", "指南", "法定主动公开内容", "政策文件", "专题"}},
		{"two columns below each other hang at the top rather than nowhere",
			[]change{{ID: 1, Parent: ptr(int64(4)), State: Active}},
			[]string{"政务动态", "部门动态", "政务公开", "指南", "法定主动公开内容", "政策文件", "专题"}},
	} {
		t.Run(row.name, func(t *testing.T) {
			if got := names(grown(row.changed, nil).All()); !slices.Equal(got, row.want) {
				t.Errorf("got %v, want %v", got, row.want)
			}
		})
	}
}

// A5, B1: a template that grows into an address of the site's own gives way; every path stays unique.
func TestTreeOwnAddressStands(t *testing.T) {
	own := change{ID: 100001, Own: true, Parent: ptr(int64(0)), Kind: ptr("news"), Name: ptr("专题一"), Path: ptr("zhuanti"), Position: ptr(9), State: Active}
	tree := grown([]change{own}, nil)
	if got, want := tree.Get(100001).Path, "zhuanti"; got != want {
		t.Errorf("own column: got %q, want %q", got, want)
	}
	if got, want := tree.Get(70).Path, "zhuanti-70"; got != want {
		t.Errorf("template's column: got %q, want %q", got, want)
	}
}

// B1: columns without content, hidden and closed ones are not visible, and neither is a group of such.
func TestTreeVisible(t *testing.T) {
	for _, row := range []struct {
		name    string
		changed []change
		filled  []int64
		want    []string
	}{
		{"nothing public, nothing visible", nil, nil, nil},
		{"a group is visible through its part", nil, []int64{13}, []string{"政务公开", "法定主动公开内容"}},
		{"a parent's content does not show an empty part", nil, []int64{1}, []string{"政务动态"}},
		{"a hidden column is not visible", []change{{ID: 20, Hidden: ptr(true), State: Active}}, []int64{1, 20}, []string{"政务动态"}},
		{"what stands below a hidden column is not visible", []change{{ID: 1, Hidden: ptr(true), State: Active}}, []int64{4, 20}, []string{"政策文件"}},
		{"a closed column is not visible", []change{{ID: 20, State: Closed}}, []int64{20}, nil},
		{"a statutory column cannot be hidden by a row", []change{{ID: 13, Hidden: ptr(true), State: Active}}, []int64{13}, []string{"政务公开", "法定主动公开内容"}},
		{"nor by hiding what stands above it", []change{{ID: 10, Hidden: ptr(true), State: Active}}, []int64{13}, []string{"政务公开", "法定主动公开内容"}},
		{"nor closed by a row", []change{{ID: 13, State: Closed}}, []int64{13}, []string{"政务公开", "法定主动公开内容"}},
	} {
		t.Run(row.name, func(t *testing.T) {
			tree := grown(row.changed, nil, row.filled...)
			var got []*Column
			for _, k := range tree.All() {
				if tree.Visible(k.ID) {
					got = append(got, k)
				}
			}
			if !slices.Equal(names(got), row.want) {
				t.Errorf("got %v, want %v", names(got), row.want)
			}
		})
	}
}

// B1, d09: an address shows its column, leads to where it went, or is nothing.
func TestTreeAt(t *testing.T) {
	merged := []change{{ID: 4, State: Merged, Successor: ptr(int64(1))}}
	chain := []change{{ID: 4, State: Merged, Successor: ptr(int64(20))}, {ID: 20, State: Merged, Successor: ptr(int64(1))}}
	for _, row := range []struct {
		name    string
		changed []change
		old     map[string]int64
		filled  []int64
		path    string
		show    int64
		moved   string
	}{
		{"a visible column is shown", nil, nil, []int64{1}, "dongtai", 1, ""},
		{"a column without content is nothing", nil, nil, nil, "dongtai", 0, ""},
		{"an unknown path is nothing", nil, nil, []int64{1}, "dongtai/", 0, ""},
		{"the empty path is nothing", nil, nil, []int64{1}, "", 0, ""},
		{"a former address leads to the column", nil, map[string]int64{"news": 1}, []int64{1}, "news", 0, "/c/dongtai"},
		{"a merged column leads to its successor", merged, nil, []int64{1}, "dongtai/bumen", 0, "/c/dongtai"},
		{"a chain of mergers leads to its end", chain, nil, []int64{1}, "dongtai/bumen", 0, "/c/dongtai"},
		{"a closed column leads to its parent", []change{{ID: 4, State: Closed}}, nil, []int64{1}, "dongtai/bumen", 0, "/c/dongtai"},
		{"a closed top column leads home", []change{{ID: 20, State: Closed}}, nil, nil, "zhengce", 0, "/"},
		{"a successor that nobody sees leads home", merged, nil, nil, "dongtai/bumen", 0, "/"},
	} {
		t.Run(row.name, func(t *testing.T) {
			k, moved := grown(row.changed, row.old, row.filled...).At(row.path)
			if id := idOf(k); id != row.show || moved != row.moved {
				t.Errorf("got column %d, moved %q; want %d, %q", id, moved, row.show, row.moved)
			}
		})
	}
}

func idOf(k *Column) int64 {
	if k == nil {
		return 0
	}
	return k.ID
}

// d09: what was placed in a merged column is shown by the last successor, and only there.
func TestTreePlaces(t *testing.T) {
	tree := grown([]change{{ID: 4, State: Merged, Successor: ptr(int64(20))}, {ID: 20, State: Merged, Successor: ptr(int64(1))}}, nil)
	if got, want := tree.Places(1), []int64{1, 4, 20}; !slices.Equal(got, want) {
		t.Errorf("places of the successor: got %v, want %v", got, want)
	}
	if got := tree.Places(20); len(got) != 0 {
		t.Errorf("places of a merged column: got %v, want none", got)
	}
	round := grown([]change{{ID: 4, State: Merged, Successor: ptr(int64(1))}, {ID: 1, State: Merged, Successor: ptr(int64(4))}}, nil, 4)
	if k, moved := round.At("dongtai"); k != nil || moved != "/" {
		t.Errorf("rows that merge in a circle: got %v, %q; want the way home", k, moved)
	}
}

// B3, d07, n03: a column is overdue when its cycle, and in any case two calendar months, have passed.
func TestOverdue(t *testing.T) {
	at := func(s string) time.Time {
		v, err := time.ParseInLocation("2006-01-02 15:04:05", s, kernel.Beijing)
		if err != nil {
			t.Fatal(err)
		}
		return v.UTC()
	}
	for _, row := range []struct {
		name      string
		days      int
		last, now string
		want      bool
	}{
		{"fourteen days are not over at their last second", 14, "2026-03-01 09:00:00", "2026-03-15 09:00:00", false},
		{"fourteen days are over a second later", 14, "2026-03-01 09:00:00", "2026-03-15 09:00:01", true},
		{"two months and a second are over for whatever cycle", 90, "2026-03-31 09:00:00", "2026-05-31 09:00:01", true},
		{"two months exactly are not", 90, "2026-03-31 09:00:00", "2026-05-31 09:00:00", false},
		{"31 December and two months end with February", 90, "2025-12-31 09:00:00", "2026-02-28 09:00:01", true},
		{"a static column is never overdue", 0, "2020-01-01 00:00:00", "2026-01-01 00:00:00", false},
	} {
		t.Run(row.name, func(t *testing.T) {
			k := Column{CycleDays: row.days, LastAt: at(row.last), State: Active, Count: 1}
			if got := k.Overdue(at(row.now)); got != row.want {
				t.Errorf("got %v, want %v", got, row.want)
			}
		})
	}
	blank := Column{CycleDays: 14, State: Active}
	if blank.Overdue(at("2026-01-01 00:00:00")) || !blank.Blank() {
		t.Error("a column that never held anything is blank, not overdue")
	}
}

// B1: the navigation holds visible top columns that ask for it; the site map every visible one.
func TestNavAndSitemap(t *testing.T) {
	s := &render.Site{ID: 7, Prefix: "/z/wulizhen"}
	tree := grown(nil, nil, 1, 4, 13, 70)
	nav := tree.Nav(s)
	if len(nav) != 2 || nav[0].Text != "政务动态" || nav[0].Href != "/z/wulizhen/c/dongtai" || len(nav[0].Children) != 1 || nav[1].Text != "政务公开" {
		t.Errorf("navigation: %+v", nav)
	}
	all := tree.Sitemap(s)
	if len(all) != 3 || all[2].Text != "专题" || all[1].Children[0].Href != "/z/wulizhen/c/gongkai/fading" {
		t.Errorf("site map: %+v", all)
	}
}
