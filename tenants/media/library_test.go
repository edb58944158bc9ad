package media

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/zhanqun/zhanqun/kernel"
	"github.com/zhanqun/zhanqun/kernel/fault"
	"github.com/zhanqun/zhanqun/platform/publication"
	"github.com/zhanqun/zhanqun/platform/render"
	"github.com/zhanqun/zhanqun/tenants/article"
)

// B13, E7, A12: the library of a site shows what the site has, by kind, folder, words and use, a page at a time, and nothing of another's.
func TestTheLibraryIsNarrowed(t *testing.T) {
	eachShop(t, func(t *testing.T, h *shop) {
		form := h.keeps(h.one, "申请表.pdf", 3000)
		h.now = h.now.Add(time.Hour)
		lake := h.keeps(h.one, "Lake_1.png", 400)
		town := h.keeps(h.one, "镇.png", 40)
		gone := h.keeps(h.one, "废.png", 44)
		theirs := h.keeps(h.next, "别站的.png", 42)
		h.must(h.Describe(h.ctx, h.one, lake.ID, 0, Card{Title: "瀛湖 100%", Alt: "雪后的湖", Source: "县融媒体中心", X: 30, Y: 70}))
		h.must(h.Move(h.ctx, h.one, lake.ID, " 风景 "))
		h.must(h.Move(h.ctx, h.one, form.ID, "表格"))
		h.must(h.Describe(h.ctx, h.next, theirs.ID, 0, Card{Alt: "雪后的湖"}))
		h.must(h.Move(h.ctx, h.next, theirs.ID, "风景"))
		h.must(h.Move(h.ctx, h.next, theirs.ID, "别站"))
		h.must(h.Bin(h.ctx, h.one, gone.ID))
		for _, c := range []struct {
			f    Filter
			want string
		}{
			{Filter{}, "镇.png 瀛湖 100% 申请表.pdf"},
			{Filter{Shelf: Pictures}, "镇.png 瀛湖 100%"},
			{Filter{Shelf: Files}, "申请表.pdf"},
			{Filter{Shelf: Binned}, "废.png"},
			{Filter{Folder: "风景"}, "瀛湖 100%"},
			{Filter{Folder: "别站"}, ""},
			{Filter{Text: "lake"}, "瀛湖 100%"},
			{Filter{Text: "雪后"}, "瀛湖 100%"},
			{Filter{Text: "融媒体"}, "瀛湖 100%"},
			{Filter{Text: "100%"}, "瀛湖 100%"},
			{Filter{Text: "_"}, "瀛湖 100%"},
			{Filter{Text: "申请", Shelf: Pictures}, ""},
			{Filter{Text: "别站"}, ""},
			{Filter{Shelf: Unused}, ""},
		} {
			if got := h.names(h.one, c.f); got != c.want {
				t.Errorf("%+v shows %q, want %q", c.f, got, c.want)
			}
		}
		if got := h.names(h.next, Filter{}); got != "别站的.png" {
			t.Errorf("the other site shows %q", got)
		}
		if all, err := h.Folders(h.ctx, h.one); err != nil || !slices.Equal(all, []string{"表格", "风景"}) {
			t.Errorf("folders %q, %v", all, err)
		}
		second, err := h.Library(h.ctx, h.one, Filter{}, kernel.Page{Number: 2, Size: 2})
		if err != nil || len(second) != 1 || second[0].ID != form.ID || second[0].Folder != "表格" || second[0].X != 50 {
			t.Errorf("the second page: %+v, %v", second, err)
		}
		h.writes(h.one, "用了镇", town.Markup("镇"))
		h.now = h.now.Add(UnusedFor - time.Hour/2) // the form is older than that, the pictures not yet
		if got := h.names(h.one, Filter{Shelf: Unused}); got != "申请表.pdf" {
			t.Errorf("never used: %q", got)
		}
		h.now = h.now.Add(time.Hour)
		if got := h.names(h.one, Filter{Shelf: Unused}); got != "瀛湖 100% 申请表.pdf" {
			t.Errorf("never used, later: %q", got)
		}
		old := h.writes(h.one, "用过表", form.Markup(""))
		h.publishes(h.one, old)
		h.must(h.articles.Withdraw(h.ctx, h.one, old, "有误"))
		d, err := h.articles.Get(h.ctx, h.one, old)
		h.must(err)
		d.Payload.Body = "<p>不用了。</p>"
		h.must(h.articles.Edit(h.ctx, h.one, old, d.Version, d.Payload))
		if got := h.names(h.one, Filter{Shelf: Unused}); got != "瀛湖 100%" {
			t.Errorf("an edition named it once: %q", got)
		}
		h.sound("after all")
	})
}

// E7: what is said of an item is bounded, is changed over the version that was seen, and is in the chain; it is its own site's.
func TestACardIsWritten(t *testing.T) {
	eachShop(t, func(t *testing.T, h *shop) {
		i := h.keeps(h.one, "湖.png", 40)
		good := Card{Title: " 湖 ", Alt: "雪后的湖", Source: "本单位拍摄", Licence: "可以使用", X: 0, Y: 100}
		for _, c := range []struct {
			field, say string
			spoil      func(*Card)
		}{
			{"title", "最多 100 个字", func(c *Card) { c.Title = strings.Repeat("长", 101) }},
			{"alt", "最多 200 个字", func(c *Card) { c.Alt = strings.Repeat("长", 201) }},
			{"source", "换行", func(c *Card) { c.Source = "一\n二" }},
			{"licence", "换行", func(c *Card) { c.Licence = "\xff" }},
			{"x", "0 到 100", func(c *Card) { c.X = 101 }},
			{"x", "0 到 100", func(c *Card) { c.X = -1 }},
			{"y", "0 到 100", func(c *Card) { c.Y = 101 }},
			{"y", "0 到 100", func(c *Card) { c.Y = -1 }},
		} {
			bad := good
			c.spoil(&bad)
			err := h.Describe(h.ctx, h.one, i.ID, 0, bad)
			h.says(err, c.say)
			if field, is := wrong(err); field != c.field || !is {
				t.Errorf("it is about %q, want %q", field, c.field)
			}
		}
		h.says(h.Move(h.ctx, h.one, i.ID, strings.Repeat("长", 41)), "最多 40 个字")
		h.must(h.Describe(h.ctx, h.one, i.ID, 0, good))
		h.says(h.Describe(h.ctx, h.one, i.ID, 0, Card{Title: "别人的"}), "刚被别人改过")
		h.must(h.Move(h.ctx, h.one, i.ID, "风景"))
		h.must(h.Describe(h.ctx, h.one, i.ID, 2, Card{Title: "湖", Alt: "湖", X: 0, Y: 100}))
		s, err := h.Shelved(h.ctx, h.one, i.ID)
		if err != nil || s.Card != (Card{Title: "湖", Alt: "湖", Folder: "风景", Y: 100, Version: 3}) || s.Called() != "湖" {
			t.Errorf("the card is %+v, %v", s, err)
		}
		for _, err := range []error{h.Describe(h.ctx, h.next, i.ID, 3, good), h.Move(h.ctx, h.next, i.ID, "x"), h.Bin(h.ctx, h.next, i.ID), h.Unbin(h.ctx, h.next, i.ID)} {
			if !fault.Is(err, fault.NotFound) {
				t.Errorf("another site's: %v", err)
			}
		}
		if err := h.DB.InTx(h.ctx, func(ctx context.Context) error { return h.putCard(ctx, &Shelved{i, Card{Title: "慢", Version: 3}}) }); !fault.Is(err, fault.Conflict) {
			t.Errorf("somebody slower: %v", err)
		}
		h.sound("described")
	})
}

// E7: where an item is used: drafts, what somebody is typing, what is public, what was frozen once; none of another site.
func TestWhereAnItemIsUsed(t *testing.T) {
	eachShop(t, func(t *testing.T, h *shop) {
		i, other := h.keeps(h.one, "湖.png", 40), h.keeps(h.one, "山.png", 44)
		foreign := h.keeps(h.next, "湖.png", 40)
		h.writes(h.next, "别站的稿", foreign.Markup(""))
		h.writes(h.one, "别的图", other.Markup(""))
		draft := h.writes(h.one, "草稿", i.Markup("湖"))
		live := h.writes(h.one, "公开", i.Markup("湖"))
		h.publishes(h.one, live)
		was := h.writes(h.one, "曾经", i.Markup("湖"))
		h.publishes(h.one, was)
		h.must(h.articles.Withdraw(h.ctx, h.one, was, "有误"))
		d, err := h.articles.Get(h.ctx, h.one, was)
		h.must(err)
		d.Payload.Body = "<p>没有了。</p>"
		h.must(h.articles.Edit(h.ctx, h.one, was, d.Version, d.Payload))
		got := map[string]Usage{}
		all, err := h.Usage(h.ctx, h.one, i.ID)
		h.must(err)
		for _, u := range all {
			got[u.Title] = u
		}
		want := map[string]Usage{
			"草稿": {draft, "草稿", "draft", true, false, false},
			"公开": {live, "公开", "published", true, false, true},
			"曾经": {was, "曾经", "", false, false, false},
		}
		if len(all) != len(want) {
			t.Errorf("used %+v", all)
		}
		for title, u := range want {
			if got[title] != u {
				t.Errorf("%s: %+v, want %+v", title, got[title], u)
			}
		}
		if all, err := h.Usage(h.ctx, h.next, foreign.ID); err != nil || len(all) != 1 || all[0].Title != "别站的稿" {
			t.Errorf("the other site's: %+v, %v", all, err)
		}
		if all, err := h.Usage(h.ctx, h.next, i.ID); err != nil || len(all) != 0 {
			t.Errorf("this site's, asked of the other: %+v, %v", all, err)
		}
	})
}

// E7 (look.md 2.3(7)): another item stands in the place of one in drafts; what citizens read does not change before it was reviewed.
func TestAnItemIsReplacedInDrafts(t *testing.T) {
	eachShop(t, func(t *testing.T, h *shop) {
		was, now := h.keeps(h.one, "旧.png", 400), h.keeps(h.one, "新.png", 1000)
		form, other := h.keeps(h.one, "旧表.pdf", 3000), h.keeps(h.one, "新表.pdf", 9000)
		foreign := h.keeps(h.next, "别站的.png", 42)
		live := h.writes(h.one, "公开", `<p>一 &amp; 二</p>`+was.Markup("湖"))
		h.publishes(h.one, live)
		public := func() string {
			l, err := h.pub.Live(h.ctx, publication.Object{Site: h.one, Kind: article.Kind, ID: live})
			h.must(err)
			return string(l.Payload)
		}
		before := public()
		h.must(h.Swap(h.ctx, h.one, was.ID, now.ID, live))
		d, err := h.articles.Get(h.ctx, h.one, live)
		h.must(err)
		if want := `<p>一 &amp; 二</p>` + now.Markup("湖"); d.Payload.Body != want || d.State != article.Drafted {
			t.Errorf("the draft is %s (%s), want %s", d.Payload.Body, d.State, want)
		}
		if public() != before {
			t.Error("what is public changed without a review")
		}
		if _, err := h.Public(h.ctx, h.one, now.ID); !fault.Is(err, fault.NotFound) {
			t.Errorf("the new picture is public: %v", err)
		}
		h.publishes(h.one, live)
		if _, err := h.Public(h.ctx, h.one, was.ID); !fault.Is(err, fault.NotFound) {
			t.Errorf("the old picture is public still: %v", err)
		}
		h.says(h.Swap(h.ctx, h.one, was.ID, now.ID, live), "没有它")
		draft := h.writes(h.one, "草稿", `<p>`+strings.Replace(was.Markup(""), `width="400" height="200"`, `width="100" height="50"`, 1)+`</p>`+form.Markup("")+`<p><a href="`+form.Path()+`">见表</a></p>`)
		for err, want := range map[error]string{
			h.Swap(h.ctx, h.one, was.ID, was.ID, draft):     "完全一样",
			h.Swap(h.ctx, h.one, was.ID, form.ID, draft):    "图片只能换成图片",
			h.Swap(h.ctx, h.one, was.ID, foreign.ID, draft): "没有这个文件",
			h.Swap(h.ctx, h.one, foreign.ID, now.ID, draft): "没有这个文件",
			h.Swap(h.ctx, h.one, was.ID, now.ID, 7):         "没有这篇稿件",
		} {
			h.says(err, want)
		}
		h.must(h.Swap(h.ctx, h.one, was.ID, now.ID, draft))
		h.must(h.Swap(h.ctx, h.one, form.ID, other.ID, draft))
		d, err = h.articles.Get(h.ctx, h.one, draft)
		h.must(err)
		for _, want := range []string{now.Path(), `width="100" height="50"`, other.Markup(""), `<a href="` + other.Path() + `">见表</a>`} {
			if !strings.Contains(d.Payload.Body, want) {
				t.Errorf("the draft lacks %s: %s", want, d.Payload.Body)
			}
		}
		if named := Named(d.Payload.Body); slices.Contains(named, was.ID) || slices.Contains(named, form.ID) {
			t.Errorf("the draft names the old ones: %s", d.Payload.Body)
		}
		e, err := h.articles.Submit(h.ctx, h.one, draft, d.Version)
		h.must(err)
		h.says(h.Swap(h.ctx, h.one, now.ID, was.ID, draft), "正在审核")
		if e == 0 {
			t.Error("nothing was frozen")
		}
		h.Texts = nil
		h.says(h.Swap(h.ctx, h.one, was.ID, now.ID, draft), "没有这篇稿件")
	})
}

// B13: whatever a text looks like, the old item is in none of its tags afterwards, and a text that does not name it stays as it is.
func FuzzSwapped(f *testing.F) {
	was, now := &Item{ID: 7, Kind: "png", Width: 40, Height: 20, Name: "旧.png"}, &Item{ID: 8, Kind: "png", Width: 9, Height: 900, Name: "新.png"}
	for _, body := range []string{was.Markup("湖"), `<p>a<img alt='x' src=/-/media/7/full.png>`, `<img src="/-/media/7/full.png" width="0" height="-1">`, `<a href="/-/media/7/full.png">7</a>`, `/-/media/7/full.png`, "<p>", `<img src="/-/media/77/full.png">`} {
		f.Add(body)
	}
	f.Fuzz(func(t *testing.T, raw string) {
		body := render.Sanitise(raw)
		got := swapped(body, was, now)
		if !slices.Contains(Named(body), was.ID) {
			if got != body {
				t.Errorf("%q becomes %q", body, got)
			}
			return
		}
		for _, quote := range []string{`src="`, `href="`} {
			if strings.Contains(got, fmt.Sprintf("%s/-/media/%d/", quote, was.ID)) {
				t.Errorf("%q still shows the old one: %q", body, got)
			}
		}
		if again := render.Sanitise(got); strings.Count(again, "<img") != strings.Count(body, "<img") || strings.Count(again, "<p") != strings.Count(body, "<p") {
			t.Errorf("%q becomes %q", body, again)
		}
	})
}
