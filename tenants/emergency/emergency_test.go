package emergency

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/zhanqun/zhanqun/kernel"
	"github.com/zhanqun/zhanqun/kernel/fault"
	"github.com/zhanqun/zhanqun/platform/publication"
	"github.com/zhanqun/zhanqun/storage/db/dbtest"
	"github.com/zhanqun/zhanqun/tenants/review"
)

var (
	all3 = [3]bool{true, true, true}
	own  = [3]bool{true, false, false}
)

// F1, F2, d15: a warning that is to be spread stands on its site and on those that carry it from one commit on, and leaves all of them when its
// time is over; each time their pages, and no others, are made anew.
func TestAWarningStandsAndLeaves(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		h.must(h.Carry(h.as(writer), h.site(0), "安政办函〔2026〕9号", h.site(1), h.site(2)))
		w := h.storm("暴雨红色预警")
		w.Spread = true
		id := h.draft(0, w)
		e := h.passed(0, id)
		h.want("under review", "", "", "")
		if got := h.moved(func() { h.must(h.Publish(h.as(writer), h.site(0), e, id)) }); got != all3 {
			t.Errorf("published, pages made anew: %v", got)
		}
		h.want("published", "暴雨红色预警", "暴雨红色预警", "暴雨红色预警")
		for v, want := range map[kernel.Variant][2]string{"": {"", ""}, kernel.Elder: {"/-/elder", "/-/elder"}, kernel.Hant: {"/-/hant", "/-/hant"}} {
			here, there := fmt.Sprintf("暴雨红色预警 %s/warnings/%d", want[0], id), fmt.Sprintf("暴雨红色预警 %s%s/warnings/%d", h.sites[0].Origin, want[1], id)
			if got := [2]string{h.stands(0, v)[0], h.stands(1, v)[0]}; got != [2]string{here, there} {
				t.Errorf("in %q it leads to %q", v, got)
			}
		}
		h.pass(6*time.Hour - 5*time.Second)
		h.want("before its end", "暴雨红色预警", "暴雨红色预警", "暴雨红色预警")
		if got := h.moved(func() { h.pass(10 * time.Second) }); got != all3 {
			t.Errorf("over, pages made anew: %v", got)
		}
		h.want("after its end", "", "", "")
		if got := h.moved(func() { h.must(h.Turn(context.Background(), h.site(0), id)) }); got != [3]bool{} {
			t.Errorf("a second turn changes %v", got)
		}
		body, err := h.page(0, id, "")
		if err != nil || !strings.Contains(body, "已到期，不再有效") {
			t.Errorf("its page afterwards: %v %s", err, body)
		}
		h.must(h.Turn(context.Background(), h.site(0), 77)) // erased meanwhile
	})
}

// F2, d15: one that is not to be spread, and one of a site that carries others, stand where they are given and nowhere else; the gravest is
// first; a site that carries no more shows none.
func TestAWarningStandsOnNoOtherSite(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		h.must(h.Carry(h.as(writer), h.site(0), "安政办函〔2026〕9号", h.site(1)))
		quiet, loud, below := h.storm("甲"), h.storm("乙"), h.storm("丙")
		quiet.Level, loud.Spread, loud.Level, below.Spread, below.Level = "blue", true, "orange", true, "yellow"
		if got := h.moved(func() { h.give(0, quiet) }); got != own {
			t.Errorf("pages made anew: %v", got)
		}
		h.give(1, below)
		h.give(0, loud)
		h.want("spread or not", "乙、甲", "乙、丙", "")
		if got := h.moved(func() {
			h.must(h.Carry(h.as(writer), h.site(0), "安政办函〔2026〕10号", h.site(1), h.site(2)))
		}); !got[2] {
			t.Errorf("carried from now on, pages made anew: %v", got)
		}
		h.want("carried later", "乙、甲", "乙、丙", "乙")
		if got := h.moved(func() { h.must(h.Uncarry(h.as(writer), h.site(1), h.site(0))) }); !got[1] || got[2] {
			t.Errorf("carried no more, pages made anew: %v", got)
		}
		h.want("carried no more", "乙、甲", "丙", "乙")
		all, err := h.Carriers(h.as(writer), 10)
		if err != nil || len(all) != 1 || all[0].Site != h.site(2) || all[0].Source != h.site(0) || all[0].Document != "安政办函〔2026〕10号" || all[0].By != writer {
			t.Errorf("carriers: %+v %v", all, err)
		}
		h.must(h.Sites.Suspend(h.as(writer), h.site(0), "维护升级", "本站维护"))
		h.must(h.Sites.Reload(h.as(writer)))
		h.want("its site is suspended", "乙、甲", "丙", "")
	})
}

// d15: who carries is entered with a document, for sites other than the source; another site's warnings are reached by nobody.
func TestCarryRefuses(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		ctx, a, b := h.as(writer), h.site(0), h.site(1)
		refused(t, "no document", h.Carry(ctx, a, "无", b), fault.Invalid, "依据")
		refused(t, "no site", h.Carry(ctx, a, "安政办函〔2026〕9号"), fault.Invalid, "一行一个")
		refused(t, "itself", h.Carry(ctx, a, "安政办函〔2026〕9号", b, a), fault.Invalid, "它自己")
		refused(t, "none to end", h.Uncarry(ctx, b, a), fault.NotFound, "预警同步")
		for i := range sourcesMost {
			h.must(h.Carry(ctx, kernel.SiteID(1000+i), "安政办函〔2026〕9号", b))
		}
		refused(t, "one too many", h.Carry(ctx, a, "安政办函〔2026〕9号", b), fault.Invalid, "最多同步显示")
		h.must(h.Uncarry(ctx, b, 1000))
		for id, want := range map[kernel.SiteID]string{1000: "1000", b: h.sites[1].Name} {
			if name, err := h.called(ctx, id); err != nil || name != want {
				t.Errorf("site %d is called %q, %v", id, name, err)
			}
		}
		if have, err := h.sourcesOf(ctx, b); err != nil || len(have) != sourcesMost-1 {
			t.Errorf("%d are left, %v", len(have), err)
		}
		id := h.draft(0, h.storm("甲"))
		_, err := h.Get(ctx, b, id)
		refused(t, "another site's", err, fault.NotFound, "没有这条预警")
		refused(t, "another site's, saved", h.Save(ctx, b, id, 1, h.storm("乙")), fault.NotFound, "没有这条预警")
		refused(t, "another site's, lifted", h.Lift(ctx, b, id, "雨停了"), fault.NotFound, "没有这条预警")
	})
}

// d15, d42: whoever has no part in it writes, sends, lifts and withdraws nothing.
func TestWhoMay(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		city := h.site(0)
		_, err := h.Create(h.as(reader), city, h.storm("甲"))
		refused(t, "writing", err, fault.Forbidden, "")
		id := h.draft(0, h.storm("甲"))
		refused(t, "saving", h.Save(h.as(reader), city, id, 1, h.storm("乙")), fault.Forbidden, "")
		h.must(h.Save(h.as(officer), city, id, 1, h.storm("乙")))
		refused(t, "saving what somebody has changed", h.Save(h.as(writer), city, id, 1, h.storm("丙")), fault.Conflict, "刚被同事改过")
		_, err = h.Send(h.as(reader), city, id, 2)
		refused(t, "sending", err, fault.Forbidden, "")
		_, err = h.Send(h.as(writer), city, id, 1)
		refused(t, "sending what somebody has changed", err, fault.Conflict, "刚被同事改过")
		e := h.passed(0, id)
		if tr, err := h.Published.Trail(h.as(writer), city, e); err != nil || tr.Author != officer {
			t.Errorf("its author: %+v %v", tr, err)
		}
		refused(t, "lifting what is not public", h.Lift(h.as(writer), city, id, "雨停了"), fault.Conflict, "不在生效")
		refused(t, "publishing", h.Publish(h.as(officer), city, e, id), fault.Forbidden, "")
		h.must(h.Publish(h.as(writer), city, e, id))
		refused(t, "lifting", h.Lift(h.as(officer), city, id, "雨停了"), fault.Forbidden, "")
		refused(t, "lifting without a word", h.Lift(h.as(writer), city, id, " "), fault.Invalid, "为什么解除")
		refused(t, "withdrawing", h.Withdraw(h.as(officer), city, id, "发错了"), fault.Forbidden, "")
		refused(t, "withdrawing another site's", h.Withdraw(h.as(writer), h.site(1), id, "发错了"), fault.NotFound, "没有这条预警")
		h.want("refused", "乙", "", "")
		refused(t, "an emergency of whoever may not", h.Urgent(h.as(officer), city, id, 2, "雨太大"), fault.Forbidden, "")
	})
}

// d15: the time of a warning: one to come waits and begins by itself; a new edition renews it; it is lifted with a reason that its page says;
// one that is over before anybody reads it is not given.
func TestTheTimesOfAWarning(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		city := h.site(0)
		h.must(h.Carry(h.as(writer), city, "安政办函〔2026〕9号", h.site(1)))
		w := h.storm("大风")
		w.From, w.Spread = h.now.Add(2*time.Hour), true
		id := h.give(0, w)
		h.want("to come", "", "", "")
		if body, err := h.page(0, id, kernel.Elder); err != nil || !strings.Contains(body, "尚未开始") {
			t.Errorf("its page: %v", err)
		}
		h.pass(time.Hour)
		h.want("an hour before", "", "", "")
		if got := h.moved(func() { h.pass(time.Hour) }); got != [3]bool{true, true, false} {
			t.Errorf("begun, pages made anew: %v", got)
		}
		h.want("begun", "大风", "大风", "")
		w.Title, w.From, w.Until, w.Spread = "大风减弱", time.Time{}, h.now.Add(8*time.Hour), false
		h.must(h.Save(h.as(writer), city, id, 1, w))
		h.want("a draft", "大风", "大风", "")
		h.now = h.now.Add(time.Minute)
		if got := h.moved(func() { h.must(h.Publish(h.as(writer), city, h.passed(0, id), id)) }); got != [3]bool{true, true, false} {
			t.Errorf("renewed, pages made anew: %v", got)
		}
		h.want("renewed, and not to be spread", "大风减弱", "", "")
		h.pass(5 * time.Hour) // the first edition's end has passed
		h.want("beyond its first end", "大风减弱", "", "")
		if got := h.moved(func() { h.must(h.Lift(h.as(writer), city, id, " 风停了 ")) }); got != own {
			t.Errorf("lifted, pages made anew: %v", got)
		}
		h.want("lifted", "", "", "")
		body, err := h.page(0, id, "")
		if err != nil || !strings.Contains(body, "已提前解除") || !strings.Contains(body, "解除说明：风停了") || !strings.Contains(body, "更新时间") {
			t.Errorf("its page: %v %s", err, body)
		}
		late := h.draft(0, h.storm("来晚了"))
		e := h.passed(0, late)
		h.pass(7 * time.Hour)
		refused(t, "published too late", h.Publish(h.as(writer), city, e, late), fault.Invalid, "已经过了")
		_, err = h.Send(h.as(writer), city, late, 1)
		refused(t, "sent too late", err, fault.Invalid, "已经过了")
		brief := h.storm("未生效就过了")
		brief.From = h.now.Add(time.Hour)
		id = h.give(0, brief)
		h.pass(24 * time.Hour) // every node stood still meanwhile
		if k, err := h.Get(h.as(writer), city, id); err != nil || k.Phase != Over {
			t.Errorf("its whole time has passed: %+v %v", k, err)
		}
	})
}

// F1, C6, d13, d15: in an emergency a warning stands before its review, which somebody else owes; refused, it is gone from every site at once.
func TestAnEmergency(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		city := h.site(0)
		h.must(h.Carry(h.as(writer), city, "安政办函〔2026〕9号", h.site(1)))
		w := h.storm("山洪")
		w.Spread = true
		id, err := h.Create(h.as(officer), city, w)
		h.must(err)
		refused(t, "without a reason", h.Urgent(h.as(writer), city, id, 1, ""), fault.Invalid, "")
		h.want("refused", "", "", "")
		h.must(h.Urgent(h.as(writer), city, id, 1, "洪峰一小时后到"))
		h.want("at once", "山洪", "山洪", "")
		debts, err := h.Published.OpenDebts(h.as(first), city)
		if err != nil || len(debts) != 1 || debts[0].Debtor != writer || debts[0].Author != officer {
			t.Fatalf("owed: %+v %v", debts, err)
		}
		notes, err := h.Reviews.Notes(h.as(first), publication.Object{Site: city, Kind: Kind, ID: id})
		if err != nil || len(notes) != 1 || notes[0].Words != "洪峰一小时后到" {
			t.Errorf("why: %+v %v", notes, err)
		}
		if got := h.moved(func() {
			h.must(h.Reviews.Settle(h.as(first), city, debts[0].Edition, review.Words{Reason: "地点写错"}))
		}); got != [3]bool{true, true, false} {
			t.Errorf("refused afterwards, pages made anew: %v", got)
		}
		h.want("refused afterwards", "", "", "")
		_, err = h.page(0, id, "")
		refused(t, "its page", err, fault.Gone, "撤回")
		again := h.draft(0, w)
		k, err := h.Get(h.as(writer), city, again)
		h.must(err)
		sent, err := h.Send(h.as(writer), city, again, k.Version)
		h.must(err)
		h.must(h.Urgent(h.as(writer), city, again, k.Version, "来不及审"))
		if l, err := h.Published.Live(h.as(writer), publication.Object{Site: city, Kind: Kind, ID: again}); err != nil || l.Edition != sent {
			t.Errorf("what is under review is published, not another edition: %+v %v", l, err)
		}
		h.must(h.Withdraw(h.as(writer), city, again, "重复了"))
		h.want("withdrawn", "", "", "")
	})
}

// d51: lawful erasure reaches the draft; what stays says nothing of it.
func TestErasureReachesTheDraft(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		id, other := h.give(0, h.storm("甲")), h.give(0, h.storm("乙"))
		obj := publication.Object{Site: h.site(0), Kind: Kind, ID: id}
		h.must(h.Published.Erase(h.as(writer), obj, publication.Erasure{Reason: "依法", Basis: "安法〔2026〕1号", By: first, Approver: second}))
		_, err := h.Get(h.as(writer), h.site(0), id)
		refused(t, "the draft", err, fault.NotFound, "没有这条预警")
		if k, err := h.Get(h.as(writer), h.site(0), other); err != nil || k.Title != "乙" {
			t.Errorf("the other: %+v %v", k, err)
		}
		h.want("erased", "乙", "", "")
	})
}

// d15: what a warning has to say before anybody sees it, and what its link may be.
func TestWhatIsNoWarning(t *testing.T) {
	h := &house{now: time.Date(2026, 11, 23, 2, 0, 0, 0, time.UTC)}
	for _, c := range []struct {
		name  string
		spoil func(*Warning)
		field string
	}{
		{"no type", func(w *Warning) { w.Type = "rain" }, "type"},
		{"no level", func(w *Warning) { w.Level = "" }, "level"},
		{"no title", func(w *Warning) { w.Title = " \n" }, "title"},
		{"a long title", func(w *Warning) { w.Title = strings.Repeat("雨", 61) }, "title"},
		{"no text", func(w *Warning) { w.Title = "a\x00b" }, "title"},
		{"bytes that are no text", func(w *Warning) { w.Area = "\xff" }, "area"},
		{"nothing happens", func(w *Warning) { w.What = "" }, "what"},
		{"nothing to do", func(w *Warning) { w.Advice = "" }, "advice"},
		{"nowhere", func(w *Warning) { w.Area = "" }, "area"},
		{"nobody's", func(w *Warning) { w.Issuer = "" }, "issuer"},
		{"without end", func(w *Warning) { w.Until = time.Time{} }, "until"},
		{"over before it begins", func(w *Warning) { w.From = w.Until }, "until"},
		{"for ever", func(w *Warning) { w.From, w.Until = h.now, h.now.Add(longest+time.Second) }, "until"},
		{"a script", func(w *Warning) { w.Link = "javascript:alert(1)" }, "link"},
		{"another host", func(w *Warning) { w.Link = "//evil.cn/a" }, "link"},
		{"a name and a password", func(w *Warning) { w.Link = "https://gov.cn@evil.cn/" }, "link"},
		{"no address", func(w *Warning) { w.Link = "a/12" }, "link"},
	} {
		w := h.storm("暴雨")
		c.spoil(&w)
		var f *fault.Fault
		if err := w.check(); !errors.As(err, &f) || f.Field != c.field {
			t.Errorf("%s: %v, want the field %s", c.name, w.check(), c.field)
		}
	}
	for _, link := range []string{"", "/a/12", "https://www.ankang.gov.cn/a/1?x=2", "http://ankang.localhost:8080/"} {
		w := h.storm("暴雨")
		if w.Link = link; w.check() != nil {
			t.Errorf("the link %q: %v", link, w.check())
		}
	}
	w := h.storm("暴雨")
	if w.Until = h.now.Add(longest + time.Second); w.check() != nil || w.inTime(h.now) == nil {
		t.Errorf("from its publication on it lasts too long: %v", w.inTime(h.now))
	}
}

// d15: a site without warnings costs a page no query and no allocation.
func TestNothingStandsForNothing(t *testing.T) {
	h := build(t, dbtest.SQLite(t, schema()...))
	s, ctx := h.sites[2], t.Context()
	if _, err := h.Strips(ctx, s); err != nil {
		t.Fatal(err)
	}
	if n := testing.AllocsPerRun(100, func() { _, _ = h.Strips(ctx, s) }); n != 0 {
		t.Errorf("%v allocations", n)
	}
	if got := s.Warned(nil); got != s {
		t.Error("the site is copied for nothing")
	}
}

// The chain tells of every act.
func TestTheChainTells(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		var told []string
		h.Audit.Recorded.On("test", recorder(&told))
		h.must(h.Carry(h.as(writer), h.site(0), "安政办函〔2026〕9号", h.site(1)))
		id := h.give(0, h.storm("甲"))
		h.must(h.Save(h.as(writer), h.site(0), id, 1, h.storm("乙")))
		h.must(h.Lift(h.as(writer), h.site(0), id, "雨停了"))
		h.must(h.Withdraw(h.as(writer), h.site(0), id, "发错了"))
		h.give(0, h.storm("丙"))
		h.pass(7 * time.Hour)
		h.must(h.Uncarry(h.as(writer), h.site(1), h.site(0)))
		want := []string{"carry", "create", "issue draft>on", "edit", "lift on>over", "gone over>gone", "create", "issue draft>on", "turn on>over", "uncarry"}
		if !slices.Equal(told, want) {
			t.Errorf("told: %q", told)
		}
	})
}
