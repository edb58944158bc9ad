package clocks

import (
	"testing"
	"time"
)

// d11, I7: a duty that was done is owed once more only when it is asked for anew; the time that was kept stays in the list, and one that runs goes on.
func TestADutyIsOwedAnew(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		start := h.now
		h.must(h.KeepAnew(h.ctx, NormativeDocument, h.article(1), start)) // the first time is a time like any
		h.must(h.Stop(h.ctx, h.county, "article", 1, h.now.Add(time.Hour), NormativeDocument))
		first := h.clock(NormativeDocument, 1)
		h.now = h.now.Add(48 * time.Hour)
		h.must(h.Keep(h.ctx, NormativeDocument, h.article(1), h.now))
		if got := h.clock(NormativeDocument, 1); got.ClockID != first.ClockID || got.State != Met {
			t.Errorf("kept, a duty that was done is %+v", got)
		}
		h.must(h.KeepAnew(h.ctx, NormativeDocument, h.article(1), h.now))
		second := h.clock(NormativeDocument, 1)
		if second.ClockID == first.ClockID || second.State != Running || !second.StartedAt.Equal(h.now) || !second.DueAt.After(first.DueAt) {
			t.Errorf("owed anew it is %+v, before %+v", second, first)
		}
		h.must(h.KeepAnew(h.ctx, NormativeDocument, h.article(1), h.now))
		ended, err := h.ended(h.ctx, h.county, 10)
		h.must(err)
		if got := h.clock(NormativeDocument, 1); got.ClockID != second.ClockID || len(ended) != 1 || ended[0].ClockID != first.ClockID {
			t.Errorf("asked for once more while it runs: %+v; ended %+v", got, ended)
		}
		if err := h.KeepAnew(h.ctx, "nothing", h.article(1), h.now); err == nil {
			t.Error("a rule that is none")
		}
	})
}
