package clocks

import (
	"time"

	"github.com/zhanqun/zhanqun/kernel"
	"github.com/zhanqun/zhanqun/kernel/workday"
)

// Pause is a time that does not count: a letter's writer was asked for more, a third party is heard.
type Pause struct {
	From time.Time `json:"from"`
	To   time.Time `json:"to"`
}

// Due is the end of a period that began at start, by the rule and the calendar. Pauses lengthen it: an hour by its hours, a day by the days
// that began in it, counted in the rule's own days. extended adds the rule's one extension. A period of days ends at 24:00 in Beijing; one
// of working days never on a day of rest.
func Due(start time.Time, r Rule, c *workday.Calendar, pauses []Pause, extended bool) workday.Due {
	n := r.Length
	if extended {
		n += r.Extension
	}
	switch r.Unit {
	case Hour:
		due := workday.Hours(start, n)
		for _, p := range pauses {
			due.At = due.At.Add(max(p.To.Sub(p.From), 0))
		}
		return due
	case Workday:
		for _, p := range pauses {
			n += max(c.Between(p.From, p.To), 0)
		}
		return c.Add(start, n)
	}
	for _, p := range pauses {
		n += max(int(midnight(p.To).Sub(midnight(p.From))/(24*time.Hour)), 0)
	}
	return workday.Due{At: midnight(start).AddDate(0, 0, n)}
}

// midnight is the end of the day in Beijing on which t falls.
func midnight(t time.Time) time.Time { return workday.Months(t, 0).At }

// WarnAt is when a clock turns amber: so far along the way as the rule says.
func WarnAt(start, due time.Time, r Rule) time.Time {
	return start.Add(due.Sub(start) / 100 * time.Duration(r.Warn)).UTC().Truncate(time.Microsecond)
}

// The lights of a clock, from good to bad.
const (
	Green = "ok"
	Amber = "warn"
	Red   = "bad"
)

// light is what a period from start to due shows at now. Its last moment is in time: 到期之时 is not after it.
func light(now, warn, due time.Time) string {
	switch {
	case now.After(due):
		return Red
	case now.Before(warn):
		return Green
	}
	return Amber
}

// lastDay is the last day of a period of days, as people write it.
func lastDay(due time.Time) string {
	return due.Add(-time.Nanosecond).In(kernel.Beijing).Format(time.DateOnly)
}

// shownAt is an end as a screen shows it: what ends at 24:00 shows its own day, a minute before, not 00:00 of the next.
func shownAt(due time.Time) time.Time {
	if !due.IsZero() && due.Equal(midnight(due.Add(-time.Nanosecond))) {
		return due.Add(-time.Minute)
	}
	return due
}
