package column

import (
	"testing"
	"time"
)

// B3, d07: a column is named before its cycle runs out, not only after: a fifth of the cycle, a week at most.
func TestSoon(t *testing.T) {
	last := time.Date(2026, 11, 1, 1, 0, 0, 0, time.UTC)
	for _, c := range []struct {
		cycle, after int
		want         bool
	}{{14, 0, false}, {14, 10, false}, {14, 12, true}, {14, 14, true}, {14, 15, false}, {60, 52, false}, {60, 54, true}, {60, 61, false}, {0, 50, false}, {1, 0, false}, {1, 1, true}} {
		k := &Column{State: Active, CycleDays: c.cycle, LastAt: last}
		if got := k.Soon(last.AddDate(0, 0, c.after)); got != c.want {
			t.Errorf("a cycle of %d days, %d days after the last update: %v", c.cycle, c.after, got)
		}
	}
	for after, want := range map[int]bool{3: false, 5: true, 13: true, 15: false} {
		if k := (&Column{State: Active, CycleDays: 14, WarnDays: 10, LastAt: last}); k.Soon(last.AddDate(0, 0, after)) != want {
			t.Errorf("with ten days set, %d days after the last update: %v", after, !want)
		}
	}
	if (&Column{State: Active, CycleDays: 14}).Soon(last) {
		t.Error("a column without anything is blank, not due")
	}
}
