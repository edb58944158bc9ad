package article

import (
	"fmt"
	"testing"
	"time"

	"github.com/zhanqun/zhanqun/kernel"
	"github.com/zhanqun/zhanqun/kernel/fault"
)

func (h *house) titles(f Filter) string {
	h.t.Helper()
	all, err := h.List(h.ctx, h.city.ID, f, kernel.Page{Number: 1, Size: 50})
	h.must(err)
	out := ""
	for _, d := range all {
		out += d.Payload.Title + " "
	}
	return out
}

// B10: a draft is thrown away and taken out again as it was; what citizens have read is not; after thirty days the queue
// removes it with all that was kept beside it, however late it runs, and the chain says so.
func TestTheBin(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		id, err := h.Create(h.ctx, h.city.ID, 1, "", news("写坏了"))
		h.must(err)
		public := h.publish(h.city, 1, news("公开的"))
		h.now = h.now.Add(time.Minute)
		refused(t, "what is public", h.Bin(h.ctx, h.city.ID, public, 2), fault.Conflict, "只有草稿")
		h.must(h.Edit(h.ctx, h.city.ID, public, 2, news("公开的，又改了")))
		refused(t, "a change of what is public", h.Bin(h.ctx, h.city.ID, public, 3), fault.Conflict, "只能撤回")
		h.must(h.Withdraw(h.ctx, h.city.ID, public, "内容有误"))
		refused(t, "a change of what was public", h.Bin(h.ctx, h.city.ID, public, 3), fault.Conflict, "只能撤回")
		refused(t, "what somebody has changed since", h.Bin(h.ctx, h.city.ID, id, 9), fault.Conflict, "刷新")
		refused(t, "another site's", h.Bin(h.ctx, h.towns[0].ID, id, 1), fault.NotFound, "没有这篇")
		h.must(h.Bin(h.ctx, h.city.ID, id, 1))
		if all, bin := h.titles(Filter{}), h.titles(Filter{Binned: true}); all != "公开的，又改了 " || bin != "写坏了 " {
			t.Errorf("the list has %q, the bin %q", all, bin)
		}
		refused(t, "changing what is in the bin", h.Edit(h.ctx, h.city.ID, id, 2, news("x")), fault.Conflict, "回收站")
		_, err = h.Submit(h.ctx, h.city.ID, id, 2)
		refused(t, "sending it", err, fault.Conflict, "回收站")
		refused(t, "throwing it away twice", h.Bin(h.ctx, h.city.ID, id, 2), fault.Conflict, "回收站")
		h.must(h.Unbin(h.ctx, h.city.ID, id))
		refused(t, "taking it out twice", h.Unbin(h.ctx, h.city.ID, id), fault.Conflict, "不在回收站")
		h.now = h.now.Add(10 * 24 * time.Hour)
		h.must(h.Bin(h.ctx, h.city.ID, id, 3))
		h.now = h.now.Add(25 * 24 * time.Hour)
		h.must(h.Queue.Drain(h.ctx)) // the job of the first time
		if bin := h.titles(Filter{Binned: true}); bin != "写坏了 " {
			t.Errorf("after twenty-five days the bin has %q", bin)
		}
		h.now = h.now.Add(40 * 24 * time.Hour)
		h.must(h.Queue.Drain(h.ctx))
		if _, err := h.Get(h.ctx, h.city.ID, id); !fault.Is(err, fault.NotFound) {
			t.Errorf("it is still there: %v", err)
		}
		if got := h.history(h.city.ID, id); got != "" {
			t.Errorf("of what was removed %q is kept", got)
		}
		var n int
		h.must(h.DB.Conn(h.ctx).NewRaw("SELECT count(*) FROM audit_entries WHERE action = 'article.removed'").Scan(h.ctx, &n))
		if n != 1 {
			t.Errorf("the chain names the removal %d times", n)
		}
	})
}

// Issue 4, 3 (filters): each filter, and all together, on both engines; what looks like a pattern is text.
func TestFilters(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		start := h.now
		for i, title := range []string{"停水通知", "停电 50% 通知", "Budget_表", "会议"} {
			h.now = start.Add(time.Duration(i) * 24 * time.Hour)
			_, err := h.Create(h.as(kernel.AccountID(11+i%2)), h.city.ID, int64(1+19*(i/2)), "", news(title))
			h.must(err)
		}
		for _, row := range []struct {
			name string
			f    Filter
			want string
		}{
			{"all", Filter{}, "会议 Budget_表 停电 50% 通知 停水通知 "}, {"text", Filter{Text: "通知"}, "停电 50% 通知 停水通知 "}, {"a percent sign", Filter{Text: "%"}, "停电 50% 通知 "},
			{"a low line", Filter{Text: "_"}, "Budget_表 "}, {"letters", Filter{Text: "budGET"}, "Budget_表 "}, {"an exclamation mark", Filter{Text: "!"}, ""}, {"a quotation mark", Filter{Text: "'"}, ""},
			{"author", Filter{Author: 12}, "会议 停电 50% 通知 "}, {"column", Filter{Column: 20}, "会议 Budget_表 "}, {"from", Filter{From: start.Add(48 * time.Hour)}, "会议 Budget_表 "},
			{"to", Filter{To: start.Add(48 * time.Hour)}, "停电 50% 通知 停水通知 "}, {"state", Filter{State: Released}, ""}, {"together", Filter{Text: "通知", Author: 12, Column: 1, State: Drafted, From: start}, "停电 50% 通知 "},
		} {
			if got := h.titles(row.f); got != row.want {
				t.Errorf("%s: %q, want %q", row.name, got, row.want)
			}
		}
		who, err := h.Authors(h.ctx, h.city.ID)
		if err != nil || fmt.Sprint(who) != "[11 12]" {
			t.Errorf("authors %v, %v", who, err)
		}
	})
}

// Issue 4, 3 (saved views): a view is its writer's own and of one site; one of the same name takes the other's place.
func TestViews(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		h.must(h.SaveView(h.ctx, h.city.ID, View{Name: "我的草稿", Query: "state=draft"}))
		h.must(h.SaveView(h.ctx, h.city.ID, View{Name: "我的草稿", Query: "state=draft&author=11"}))
		h.must(h.SaveView(h.as(reviewer), h.city.ID, View{Name: "我的草稿", Query: "q=x"}))
		refused(t, "no name", h.SaveView(h.ctx, h.city.ID, View{Name: "  ", Query: "q=x"}), fault.Invalid, "名字")
		all, err := h.Views(h.ctx, h.city.ID)
		h.must(err)
		if len(all) != 1 || all[0].Query != "state=draft&author=11" {
			t.Fatalf("kept %+v", all)
		}
		refused(t, "somebody else's", h.DropView(h.as(reviewer), h.city.ID, all[0].ID), fault.NotFound, "没有这组")
		refused(t, "on another site", h.DropView(h.ctx, h.towns[0].ID, all[0].ID), fault.NotFound, "没有这组")
		h.must(h.DropView(h.ctx, h.city.ID, all[0].ID))
		for i := range viewsMost {
			h.must(h.SaveView(h.ctx, h.city.ID, View{Name: fmt.Sprint("视图", i), Query: "q=x"}))
		}
		refused(t, "one too many", h.SaveView(h.ctx, h.city.ID, View{Name: "再一个", Query: "q=x"}), fault.Conflict, "最多")
		if all, err := h.Views(h.ctx, h.city.ID); err != nil || len(all) != viewsMost {
			t.Errorf("%d views, %v", len(all), err)
		}
	})
}
