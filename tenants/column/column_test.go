package column

import (
	"bytes"
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/PuerkitoBio/goquery"
	"github.com/zhanqun/zhanqun/kernel"
	"github.com/zhanqun/zhanqun/kernel/fault"
	"github.com/zhanqun/zhanqun/platform/pages"
	"github.com/zhanqun/zhanqun/platform/render"
	"github.com/zhanqun/zhanqun/platform/web"
)

// B1: a change of one site is that site's difference: audited, bumping its revision, unseen by others.
func TestChangesAreDifferences(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		h.fill(h.city, 20)
		h.fill(h.county, 20)
		before, after := h.rev.Known(h.city.ID), h.rev.Known(h.county.ID)
		h.must(h.Rename(h.ctx, h.city.ID, 20, "文 件\u3000库"))
		h.must(h.Hide(h.ctx, h.city.ID, 70, true))
		own, err := h.Add(h.ctx, h.city.ID, Spec{Parent: 20, Kind: "policy", Name: "市政府令", Slug: "ling", CycleDays: 59})
		h.must(err)
		if own < TemplateIDs {
			t.Errorf("an own column has the id %d of a template's", own)
		}
		city, county := h.tree(h.city), h.tree(h.county)
		if got := city.Get(20).Name; got != "文 件 库" {
			t.Errorf("city: got %q", got)
		}
		if got := city.Get(own); got == nil || got.Path != "zhengce/ling" || !got.Own || got.State != Active {
			t.Errorf("own column: got %+v", got)
		}
		if got := county.Get(20).Name; got != "政策文件" || county.Get(own) != nil || county.Get(70).Hidden {
			t.Errorf("the county sees the city's differences: %q", got)
		}
		if h.rev.Known(h.city.ID) != before+3 || h.rev.Known(h.county.ID) != after {
			t.Errorf("revisions moved from %d, %d to %d, %d", before, after, h.rev.Known(h.city.ID), h.rev.Known(h.county.ID))
		}
		lines, err := h.log.List(h.ctx, h.city.ID, kernel.Page{Number: 1, Size: 3})
		h.must(err)
		var actions []string
		for _, l := range lines {
			actions = append(actions, l.Action)
		}
		if want := []string{"column.add", "column.hide", "column.rename"}; !slices.Equal(actions, want) {
			t.Errorf("audit: got %v, want %v", actions, want)
		}
		if _, err := h.Get(h.ctx, h.county.ID, own); !fault.Is(err, fault.NotFound) {
			t.Errorf("another site's column: got %v, want NotFound", err)
		}
	})
}

// B1, B3, d08: what a site may not do is refused with a fault, and leaves nothing behind.
func TestChangesRefused(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		ok := Spec{Kind: "news", Name: "茶业", Slug: "chaye", CycleDays: 30}
		with := func(f func(*Spec)) Spec { s := ok; f(&s); return s }
		add := func(f func(*Spec)) func() error {
			return func() error { _, err := h.Add(h.ctx, h.city.ID, with(f)); return err }
		}
		deep, err := h.Add(h.ctx, h.city.ID, with(func(s *Spec) { s.Parent, s.Slug = 23, "a" }))
		h.must(err)
		deeper, err := h.Add(h.ctx, h.city.ID, with(func(s *Spec) { s.Parent, s.Slug = deep, "b" }))
		h.must(err)
		ended, err := h.Add(h.ctx, h.city.ID, with(func(s *Spec) { s.Slug = "ended" }))
		h.must(err)
		h.must(h.Close(h.ctx, h.city.ID, ended, 0))
		for _, row := range []struct {
			name string
			do   func() error
			kind fault.Kind
			say  string
		}{
			{"three months are too long a cycle", add(func(s *Spec) { s.CycleDays = 90 }), fault.Invalid, "两个月"},
			{"sixty days can exceed two months", add(func(s *Spec) { s.CycleDays = 60 }), fault.Invalid, "两个月"},
			{"news needs a cycle", add(func(s *Spec) { s.CycleDays = 0 }), fault.Invalid, "更新周期"},
			{"a page has no cycle", add(func(s *Spec) { s.Kind = "page" }), fault.Invalid, "不设更新周期"},
			{"an unknown kind", add(func(s *Spec) { s.Kind = "blog" }), fault.Invalid, "栏目类别"},
			{"a name of spaces", add(func(s *Spec) { s.Name = " \u3000" }), fault.Invalid, "不能为空"},
			{"a NUL in a name", add(func(s *Spec) { s.Name = "茶\x00业" }), fault.Invalid, "不能使用的字符"},
			{"a NUL in a description", add(func(s *Spec) { s.Description = "茶\x00业" }), fault.Invalid, "不能使用的字符"},
			{"a Chinese address", add(func(s *Spec) { s.Slug = "茶业" }), fault.Invalid, "小写字母"},
			{"an address with a slash", add(func(s *Spec) { s.Slug = "cha/ye" }), fault.Invalid, "小写字母"},
			{"an address that is taken", add(func(s *Spec) { s.Slug = "zhengce" }), fault.Invalid, "已由栏目“政策文件”使用"},
			{"a parent that is not there", add(func(s *Spec) { s.Parent = 99 }), fault.NotFound, "没有这个栏目"},
			{"a fifth level", add(func(s *Spec) { s.Parent = deeper }), fault.Conflict, "最多 4 级"},
			{"a statutory column is hidden", func() error { return h.Hide(h.ctx, h.city.ID, 11, true) }, fault.Conflict, "法定公开栏目"},
			{"what stands above a statutory column is hidden", func() error { return h.Hide(h.ctx, h.city.ID, 10, true) }, fault.Conflict, "法定公开栏目"},
			{"a statutory column is merged", func() error { return h.Merge(h.ctx, h.city.ID, 14, 13) }, fault.Conflict, "法定公开栏目"},
			{"a statutory column is closed", func() error { return h.Close(h.ctx, h.city.ID, 15, 0) }, fault.Conflict, "法定公开栏目"},
			{"a column with parts is closed", func() error { return h.Close(h.ctx, h.city.ID, 20, 0) }, fault.Conflict, "请先处理下级栏目"},
			{"a column is merged into itself", func() error { return h.Merge(h.ctx, h.city.ID, 2, 2) }, fault.Invalid, "另一个"},
			{"a column is merged into nothing", func() error { return h.Merge(h.ctx, h.city.ID, 2, 0) }, fault.Invalid, "另一个"},
			{"a column is moved below itself", func() error { return h.Move(h.ctx, h.city.ID, 20, 23, 0) }, fault.Conflict, "自己的下级"},
			{"a column is moved where its address is taken", func() error { return h.Move(h.ctx, h.city.ID, 42, 10, 0) }, fault.Invalid, "已由栏目"},
			{"an order by a column elsewhere", func() error { return h.Move(h.ctx, h.city.ID, 2, 0, 11) }, fault.Invalid, "不在同一级"},
			{"a cycle of three months", func() error { return h.SetCycle(h.ctx, h.city.ID, 1, 90) }, fault.Invalid, "两个月"},
			{"a closed column is renamed", func() error { return h.Rename(h.ctx, h.city.ID, ended, "又来") }, fault.Conflict, "已经归并或关闭"},
			{"a column is moved below a closed one", func() error { return h.Move(h.ctx, h.city.ID, 2, ended, 0) }, fault.Conflict, "已经归并或关闭"},
			{"a column with parts is moved too deep", func() error { return h.Move(h.ctx, h.city.ID, 1, deep, 0) }, fault.Conflict, "最多 4 级"},
			{"a column that is not there", func() error { return h.Rename(h.ctx, h.city.ID, 99, "没有") }, fault.NotFound, "没有这个栏目"},
		} {
			t.Run(row.name, func(t *testing.T) {
				rev := h.rev.Known(h.city.ID)
				if err := row.do(); !fault.Is(err, row.kind) || !strings.Contains(fault.Say(err), row.say) {
					t.Errorf("got %v, want %s %q", err, row.kind, row.say)
				}
				if h.rev.Known(h.city.ID) != rev {
					t.Error("a refused change moved the revision")
				}
			})
		}
	})
}

// A12, B4: two sites of one template leave the same address; each keeps and takes back its own redirect.
func TestRedirectsAreTheSitesOwn(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		for _, s := range []*render.Site{h.city, h.county} {
			h.must(h.Move(h.ctx, s.ID, 23, 10, 12))
		}
		own, err := h.redirects(h.ctx, h.county.ID)
		h.must(err)
		h.must(h.Move(h.ctx, h.city.ID, 23, 20, 0)) // back to where it was
		if left, err := h.redirects(h.ctx, h.county.ID); err != nil || !maps.Equal(left, own) || len(own) == 0 {
			t.Errorf("the county had %v and has %v, %v", own, left, err)
		}
		city, err := h.redirects(h.ctx, h.city.ID)
		h.must(err)
		if maps.Equal(city, own) {
			t.Errorf("the city, which moved its column back, has the county's redirects %v", city)
		}
		h.must(h.Move(h.ctx, h.city.ID, 2, 1, 0))
		if left, err := h.redirects(h.ctx, h.county.ID); err != nil || !maps.Equal(left, own) {
			t.Errorf("the county sees the city's redirect: %v, %v; want %v", left, err, own)
		}
	})
}

// B4, d09: every address a column has had leads to where it is now, for good; nobody else takes it.
func TestMovesLeaveRedirects(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		h.fill(h.city, 23)
		h.fill(h.city, 16)
		h.must(h.Move(h.ctx, h.city.ID, 23, 10, 12)) // 法规规章 from 政策文件 below 政务公开
		h.must(h.Move(h.ctx, h.city.ID, 23, 70, 0))
		tree := h.tree(h.city)
		for _, former := range []string{"zhengce/fagui", "gongkai/fagui"} {
			if _, moved := tree.At(former); moved != "/c/zhuanti/fagui" {
				t.Errorf("%s leads to %q", former, moved)
			}
		}
		if _, err := h.Add(h.ctx, h.city.ID, Spec{Parent: 10, Kind: "news", Name: "新", Slug: "fagui", CycleDays: 30}); !fault.Is(err, fault.Invalid) {
			t.Errorf("a former address was given away: %v", err)
		}
		h.must(h.Move(h.ctx, h.city.ID, 23, 20, 0)) // back again
		tree = h.tree(h.city)
		if k, moved := tree.At("zhengce/fagui"); k == nil || moved != "" {
			t.Errorf("the first address again: %v, %q", k, moved)
		}
		if _, moved := tree.At("zhuanti/fagui"); moved != "/c/zhengce/fagui" {
			t.Errorf("the third address leads to %q", moved)
		}
		own, err := h.Add(h.ctx, h.city.ID, Spec{Parent: 23, Kind: "policy", Name: "地方性法规", Slug: "difang", CycleDays: 59})
		h.must(err)
		h.fill(h.city, own)
		h.must(h.Move(h.ctx, h.city.ID, 23, 0, 0)) // with what stands below it
		if _, moved := h.tree(h.city).At("zhengce/fagui/difang"); moved != "/c/fagui/difang" {
			t.Errorf("a part of a moved column leads to %q", moved)
		}
		if k, moved := h.tree(h.county).At("fagui"); k != nil || moved != "" {
			t.Errorf("another site has the city's address: %v, %q", k, moved)
		}
	})
}

// B1: columns stand in the order they were put in, again and again.
func TestMovesKeepOrder(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		order := func() (ids []int64) {
			for _, k := range h.tree(h.city).Children(10) {
				ids = append(ids, k.ID)
			}
			return ids
		}
		list := order()
		for i := range 24 { // more often than the gaps between two positions can be halved
			last := list[len(list)-1]
			h.must(h.Move(h.ctx, h.city.ID, last, 10, list[0]))
			list = slices.Insert(list[:len(list)-1], 1, last)
			if got := order(); !slices.Equal(got, list) {
				t.Fatalf("move %d: got %v, want %v", i, got, list)
			}
		}
	})
}

// B1, V4: the site map and the navigation hold what citizens see; counts come from publications.
func TestSitemapPage(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		h.fill(h.city, 23)
		h.fill(h.city, 23)
		h.fill(h.city, 2)
		h.fill(h.county, 1)
		k := h.tree(h.city).Get(23)
		if k.Count != 2 || !k.LastAt.Equal(h.now.Add(-2*time.Minute)) {
			t.Errorf("count %d, last %v", k.Count, k.LastAt)
		}
		p, err := h.sitemap(h.ctx, &web.Request{Site: h.city, Path: render.SitemapPath})
		h.must(err)
		doc, err := goquery.NewDocumentFromReader(bytes.NewReader(p.Body))
		h.must(err)
		got := doc.Find("main .sitemap a").Map(func(_ int, s *goquery.Selection) string { return s.AttrOr("href", "") })
		if want := []string{"/c/gonggao", "/c/zhengce", "/c/zhengce/fagui"}; !slices.Equal(got, want) {
			t.Errorf("site map: got %v, want %v", got, want)
		}
		nav, err := h.Nav(h.ctx, h.city)
		h.must(err)
		if len(nav) != 1 || nav[0].Text != "政策文件" || len(nav[0].Children) != 1 {
			t.Errorf("navigation: %+v", nav)
		}
		shown, err := h.Shown(h.ctx, h.city, []int64{1, 2, 20, 23})
		h.must(err)
		if len(shown) != 3 || shown[2].Href != "/c/gonggao" {
			t.Errorf("shown: %v", shown)
		}
	})
}

// A1, V4: a tree is kept as long as the site's revision stands, and no longer.
func TestTreeIsKeptByRevision(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		h.fill(h.city, 2)
		cache, err := pages.NewCache(h.rev, func() time.Time { return h.now }, pages.Config{})
		h.must(err)
		t.Cleanup(func() { h.must(cache.Close()) })
		n := 0
		render := func() (tree *Tree) {
			n++
			_, err := cache.Get(h.ctx, pages.Key{Site: h.city.ID, URL: fmt.Sprintf("http://ankang.localhost/%d", n)}, func(ctx context.Context) (*pages.Page, error) {
				var err error
				tree, err = h.Tree(ctx, h.city.ID)
				return web.HTML(nil), err
			})
			h.must(err)
			return tree
		}
		first := render()
		if render() != first {
			t.Error("an unchanged site's tree was read twice")
		}
		h.fill(h.county, 2)
		if render() != first {
			t.Error("another site's change dropped the tree")
		}
		h.fill(h.city, 2)
		if got := render(); got == first || got.Get(2).Count != 2 {
			t.Error("a changed site is shown with the old tree")
		}
		// A screen of the desk asks for the revision and takes the same tree; a transaction reads its own writes.
		if h.tree(h.city) != render() {
			t.Error("the desk read a tree that stands unchanged")
		}
		h.fill(h.city, 2)
		if got := h.tree(h.city); got.Get(2).Count != 3 {
			t.Errorf("the desk shows %d where 3 are public", got.Get(2).Count)
		}
		h.must(h.Columns.db.InTx(h.ctx, func(ctx context.Context) error {
			within, err := h.Tree(ctx, h.city.ID)
			if within == render() {
				t.Error("a transaction was given the kept tree")
			}
			return err
		}))
	})
}

// B3, d07: a site names who answers for a column and when it is spoken of; another site's column of the same number stays as it is.
func TestWhoAnswersForAColumn(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		for _, row := range []struct {
			name, owner string
			column      int64
			warn        int
			want        fault.Kind
		}{
			{"an office", " 党政  综合办 ", 2, 5, ""}, {"too long a name", strings.Repeat("办", 31), 2, 0, fault.Invalid}, {"a line break", "办\x00", 2, 0, fault.Invalid},
			{"too many days", "办", 2, 31, fault.Invalid}, {"fewer than none", "办", 2, -1, fault.Invalid}, {"no such column", "办", 777, 0, fault.NotFound},
		} {
			if err := h.SetOwner(h.ctx, h.city.ID, row.column, row.owner, 0, row.warn); fault.KindOf(err) != row.want {
				t.Errorf("%s: %v, want %q", row.name, err, row.want)
			}
		}
		k, err := h.Get(h.ctx, h.city.ID, 2)
		if err != nil || k.Owner != "党政 综合办" || k.WarnDays != 5 {
			t.Errorf("kept %+v, %v", k, err)
		}
		if err := h.Rename(h.ctx, h.city.ID, 2, "公告公示"); err != nil {
			t.Fatal(err)
		}
		if k, err = h.Get(h.ctx, h.city.ID, 2); err != nil || k.Owner != "党政 综合办" || k.WarnDays != 5 {
			t.Errorf("after another change %+v, %v", k, err)
		}
		long := strings.Repeat("办", 31) // a unit of the register may have a longer name than anybody types
		if err := h.SetOwner(h.ctx, h.city.ID, 2, long, 77, 0); err != nil {
			t.Error(err)
		}
		if k, err = h.Get(h.ctx, h.city.ID, 2); err != nil || k.Owner != long || k.OwnerOrg != 77 {
			t.Errorf("a unit of the register: %+v, %v", k, err)
		}
		if err := h.SetOwner(h.ctx, h.city.ID, 2, "老王", 0, 0); err != nil {
			t.Error(err)
		}
		if k, err = h.Get(h.ctx, h.city.ID, 2); err != nil || k.Owner != "老王" || k.OwnerOrg != 0 {
			t.Errorf("a name after a unit: %+v, %v", k, err)
		}
		if k, err = h.Get(h.ctx, h.county.ID, 2); err != nil || k.Owner != "" || k.OwnerOrg != 0 || k.WarnDays != 0 {
			t.Errorf("another site's %+v, %v", k, err)
		}
	})
}
