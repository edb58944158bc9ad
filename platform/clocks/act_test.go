package clocks

import (
	"strings"
	"testing"

	"github.com/zhanqun/zhanqun/kernel/fault"
	"github.com/zhanqun/zhanqun/platform/audit"
)

// M9, I8: what an act would move is what it moves then, and looking writes nothing; a pause and an extension have their reasons; the history
// says who did what, why, and how the clock stood.
func TestWhatAnActWouldMove(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		const rule = "interpretation"
		h.must(h.Keep(h.ctx, rule, h.article(1), h.now)) // Thursday, due on Tuesday
		h.must(h.Keep(h.ctx, rule, h.article(2), h.now))
		k := h.clock(rule, 1)
		looks := func(act, why, until string) {
			t.Helper()
			would, err := h.Would(h.ctx, h.county, k.ClockID, act, why)
			if h.must(err); lastDay(would.DueAt) != until {
				t.Errorf("%s would end it on %s, want %s", act, lastDay(would.DueAt), until)
			}
			if now := h.clock(rule, 1); now.text() != k.text() || len(now.Pauses) != len(k.Pauses) {
				t.Errorf("looking at %s has written %s", act, now.text())
			}
		}
		does := func(act, why, until string) {
			t.Helper()
			h.must(h.Act(h.ctx, h.county, k.ClockID, act, why))
			if k = h.clock(rule, 1); until != "" && lastDay(k.DueAt) != until {
				t.Errorf("%s ends it on %s, want %s", act, lastDay(k.DueAt), until)
			}
		}
		for _, act := range []string{ToPause, ToExtend, "forget", ""} {
			_, err := h.Would(h.ctx, h.county, k.ClockID, act, "")
			if !fault.Is(err, fault.Invalid) || !fault.Is(h.Act(h.ctx, h.county, k.ClockID, act, ""), fault.Invalid) {
				t.Errorf("%q without a reason: %v", act, err)
			}
		}
		if _, err := h.Would(h.ctx, h.city, k.ClockID, ToPause, "等材料"); !fault.Is(err, fault.NotFound) {
			t.Errorf("another site looks: %v", err)
		}
		looks(ToExtend, "复杂", "2026-12-04")
		does(ToExtend, "复杂", "2026-12-04")
		looks(ToPause, "等材料", "2026-12-07") // a day later is Friday, a working day
		if got := strings.Join(h.possible(&k), " "); got != ToPause {
			t.Errorf("extended, one may %s", got)
		}
		does(ToPause, "等材料", "")
		if got := strings.Join(h.possible(&k), " "); got != ToResume || k.Word(h.now) != "已暂停" {
			t.Errorf("paused, one may %s", got)
		}
		h.now = h.now.AddDate(0, 0, 5) // Tuesday: three working days
		looks(ToResume, "", "2026-12-09")
		does(ToResume, "", "2026-12-09")
		h.now = k.DueAt.AddDate(0, 0, 1)
		if got := h.possible(&k); len(got) != 0 {
			t.Errorf("after the end one may %v", got)
		}
		lines, err := h.Audit.Find(h.ctx, audit.Query{Chain: h.county, Object: Object(k.ClockID), Most: 10})
		h.must(err)
		var got []string
		for _, l := range lines {
			got = append(got, l.Action+" "+l.Note["why"]+" "+l.Actor.Name)
		}
		if want := "clock.resumed  测试|clock.paused 等材料 测试|clock.extended 复杂 测试|clock.started  测试"; strings.Join(got, "|") != want {
			t.Errorf("its history is %q, want %q", strings.Join(got, "|"), want)
		}
	})
}

// What ended stands on its own site's list, the last one in front.
func TestEndedClocks(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		for id := range int64(3) {
			h.must(h.Keep(h.ctx, ImportantActivity, h.article(id+1), h.now))
		}
		h.must(h.Stop(h.ctx, h.county, "article", 1, h.now, ImportantActivity))
		h.must(h.Cancel(h.ctx, h.county, "article", 2, "不再要求", ImportantActivity))
		h.must(h.Stop(h.ctx, h.county, "article", 2, h.now, ImportantActivity)) // is over already
		all, err := h.ended(h.ctx, h.county, 10)
		if h.must(err); len(all) != 2 || all[0].ID != 2 || all[1].State != Met {
			t.Errorf("ended: %+v", all)
		}
		if all, err = h.ended(h.ctx, h.city, 10); err != nil || len(all) != 0 {
			t.Errorf("on another site %+v, %v", all, err)
		}
		if all, err = h.ended(h.ctx, h.county, 1); err != nil || len(all) != 1 {
			t.Errorf("one of them: %+v, %v", all, err)
		}
	})
}
