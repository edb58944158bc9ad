// Package workday counts Chinese working days: pure functions over a calendar that is data.
//
// It serves every period that is written in working days, such as 安政办发〔2015〕71号 二(四) (feature row M8, duties
// d06 and d18). The rule is 民法典 201–203: the day of the event is not counted, and a period ends at 24:00 in Shanghai
// of its last day. The State Council publishes a year's days off late in the year before and may change them within
// the year, so the calendar has a version, and a date in a year that is not loaded yet is called provisional and
// follows its weekday, never guessed in silence. The package keeps no clock, store or timer: who stores a due date
// stores it with its version and computes it again when the calendar moves.
package workday

import (
	_ "embed"
	"maps"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/zhanqun/zhanqun/kernel"
)

//go:embed calendar.csv
var builtin string

// Calendar is one version of the days on which mainland China works. It never changes; Merge makes a new one. The
// zero Calendar has no year loaded: weekdays only, everything provisional.
type Calendar struct {
	version string
	years   map[int]bool // loaded whole
	days    map[day]bool // against the weekday: true works, false rests
}

// Due is the moment at which a period ends.
type Due struct {
	At          time.Time // UTC; for a period of days 24:00 in Shanghai, which is 00:00 of the next day
	Provisional bool      // a year it went through is not loaded, so At may move
}

// Day is midnight in Shanghai at the start of the period's last day: the date to show.
func (d Due) Day() time.Time { return dayOf(d.At.Add(-time.Nanosecond)).start() }

// Builtin returns the calendar that is shipped, 2007 to 2026.
var Builtin = sync.OnceValue(func() *Calendar {
	c, err := Parse(strings.NewReader(builtin))
	if err != nil {
		panic("workday: the embedded calendar: " + err.Error())
	}
	return c
})

// Version names the notices the calendar holds; it is stored beside what was computed from it.
func (c *Calendar) Version() string { return c.version }

// Provisional reports whether the days off of year are not loaded, so that only weekends rest in it.
func (c *Calendar) Provisional(year int) bool { return !c.years[year] }

// IsWorkday reports whether the day in Shanghai on which t falls is worked.
func (c *Calendar) IsWorkday(t time.Time) bool { return c.works(dayOf(t)) }

// Add returns the end, 24:00 in Shanghai, of the n-th working day after the day of from, which is not counted. For an
// n below 1 it is the end of that day itself.
func (c *Calendar) Add(from time.Time, n int) Due {
	d := dayOf(from)
	provisional := false
	for n > 0 {
		d++
		provisional = provisional || c.Provisional(d.year())
		if c.works(d) {
			n--
		}
	}
	return Due{At: d.end(), Provisional: provisional}
}

// Between counts the working days after the day of from up to and with the day of to; negative when to is earlier.
func (c *Calendar) Between(from, to time.Time) int {
	a, b := dayOf(from), dayOf(to)
	if b < a {
		return -c.Between(to, from)
	}
	n := 0
	for d := a + 1; d <= b; d++ {
		if c.works(d) {
			n++
		}
	}
	return n
}

// Extend moves an end that falls on a day of rest to the end of the next working day (民法典 203).
func (c *Calendar) Extend(d Due) Due {
	last := dayOf(d.At.Add(-time.Nanosecond))
	provisional := d.Provisional || c.Provisional(last.year())
	if c.works(last) {
		return Due{At: d.At, Provisional: provisional}
	}
	next := c.Add(last.start(), 1)
	next.Provisional = next.Provisional || provisional
	return next
}

// Months returns the end, 24:00 in Shanghai, of the day n months after the day of from, or of the last day of a month
// that has no such day. Months are counted in days of the calendar, so nothing is provisional.
func Months(from time.Time, n int) Due {
	t := from.In(kernel.Beijing)
	first := time.Date(t.Year(), t.Month()+time.Month(n), 1, 0, 0, 0, 0, kernel.Beijing)
	last := first.AddDate(0, 1, -1).Day()
	return Due{At: first.AddDate(0, 0, min(t.Day(), last)).UTC()}
}

// Hours returns the moment n hours by the clock after from: an activity that ends on Friday 18:00 with 24 hours is due
// on Saturday 18:00.
func Hours(from time.Time, n int) Due { return Due{At: from.Add(time.Duration(n) * time.Hour).UTC()} }

// Merge returns a calendar with the years that notice holds in place of c's. Days that notice lists outside its years,
// such as a last 30 December that a New Year moved, are laid over c. The version is the notice's.
func (c *Calendar) Merge(notice *Calendar) *Calendar {
	m := &Calendar{version: notice.version, years: map[int]bool{}, days: map[day]bool{}}
	for d, works := range c.days {
		if !notice.years[d.year()] {
			m.days[d] = works
		}
	}
	for d, works := range notice.days {
		m.days[d] = works
	}
	for y := range c.years {
		m.years[y] = true
	}
	for y := range notice.years {
		m.years[y] = true
	}
	return m
}

func (c *Calendar) works(d day) bool {
	if works, listed := c.days[d]; listed {
		return works
	}
	return d.weekday() != time.Saturday && d.weekday() != time.Sunday
}

// day is a date in Shanghai, counted from 1970-01-01.
type day int64

const secondsOfDay = 24 * 60 * 60

func dayOf(t time.Time) day {
	_, east := t.In(kernel.Beijing).Zone()
	s := t.Unix() + int64(east)
	d := s / secondsOfDay
	if s%secondsOfDay < 0 {
		d--
	}
	return day(d)
}

func (d day) start() time.Time {
	t := time.Unix(int64(d)*secondsOfDay, 0).UTC()
	return time.Date(t.Year(), t.Month(), t.Day(), 0, 0, 0, 0, kernel.Beijing)
}

func (d day) end() time.Time { return (d + 1).start().UTC() }

func (d day) year() int { return time.Unix(int64(d)*secondsOfDay, 0).UTC().Year() }

// weekday: 1970-01-01 was a Thursday.
func (d day) weekday() time.Weekday { return time.Weekday(((int64(d)+4)%7 + 7) % 7) }

// Years are those that are loaded whole, in order.
func (c *Calendar) Years() []int { return slices.Sorted(maps.Keys(c.years)) }

// Listed counts the days that differ from their weekday in a year: those off and those worked.
func (c *Calendar) Listed(year int) (off, worked int) {
	for d, works := range c.days {
		switch {
		case d.year() != year:
		case works:
			worked++
		default:
			off++
		}
	}
	return off, worked
}
