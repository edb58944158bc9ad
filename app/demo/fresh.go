package demo

import (
	"cmp"
	"slices"
	"time"

	"github.com/zhanqun/zhanqun/kernel"
	"github.com/zhanqun/zhanqun/kernel/workday"
	"github.com/zhanqun/zhanqun/platform/clocks"
	"github.com/zhanqun/zhanqun/platform/site"
)

// What the board shows on the day of the first start: most sites owe nothing, a few have a column or their week near its end, a few are over.

// templateOf is the template of each kind of place.
var templateOf = map[string]string{cityPlace: "city", countyPlace: "county", deptPlace: "dept", channelPlace: "town"}

// cycle is the longest gap of a column.
type cycle struct {
	column int64
	days   int
}

// cyclesOf are the living columns of a template, the shortest cycle first.
func cyclesOf(t *site.Template) (all []cycle) {
	for _, c := range t.Columns {
		if c.CycleDays > 0 {
			all = append(all, cycle{c.No, c.CycleDays})
		}
	}
	slices.SortFunc(all, func(a, b cycle) int { return cmp.Or(cmp.Compare(a.days, b.days), cmp.Compare(a.column, b.column)) })
	return all
}

// lamp is a site's duty that is not green: its week, or a column without anything that explains (those appear with their documents).
type lamp struct {
	column int64 // 0: its week
	light  string
}

var lamps = map[string]lamp{
	"nyncj": {0, clocks.Amber}, "shuhe": {0, clocks.Red},
	"zhenping": {7, clocks.Amber}, "zjj": {44, clocks.Amber}, "houliu": {81, clocks.Amber},
	"baihe": {29, clocks.Red}, "xuanwo": {80, clocks.Red},
}

// newsColumnFresh is how new the newest of 政务动态 is at most, in hours: a week is far from its end then, weekends included.
const newsColumnFresh = 60

// freshen has a piece of each living column appear within half of its cycle before start. Where lamps say otherwise, what would be newer is older.
func freshen(p place, list []dated, cycles []cycle, start time.Time) {
	off, odd := lamps[p.Slug]
	newest := start
	if odd && off.column == 0 {
		newest = latest(weekly, off.light, start, start)
		hold(p, list, newest, func(dated) bool { return true })
	}
	for _, k := range cycles {
		if odd && off.column == k.column {
			last := latest(k.ends, off.light, start, start)
			hold(p, list, last, func(d dated) bool { return d.Column == k.column })
			if i := fitting(p, list, k.column, last); i >= 0 {
				list[i].at = last
			}
			continue
		}
		d := dice(p.Slug, "back", string(rune(k.column)))
		at := office(newest.Add(-time.Duration(20+d.IntN(12*k.days-20)) * time.Hour))
		switch {
		case k.column == newsColumn && newest.Before(start):
			at = newest
		case k.column == newsColumn:
			at = office(start.Add(-time.Duration(20+d.IntN(newsColumnFresh-20)) * time.Hour))
		case newestOf(list, k.column).After(start.AddDate(0, 0, -k.days/2)):
			continue
		}
		if i := fitting(p, list, k.column, at); i >= 0 {
			list[leader(list, i)].at = at
		}
	}
}

// newestOf is when the newest piece of a column appears, or zero.
func newestOf(list []dated, column int64) (last time.Time) {
	for i, d := range list {
		if at := list[leader(list, i)].at; d.Column == column && d.Left == "" && at.After(last) {
			last = at
		}
	}
	return last
}

// leader is the piece with which another appears: the document that it explains, or itself.
func leader(list []dated, i int) int {
	if list[i].After == "" {
		return i
	}
	if first := slices.IndexFunc(list, func(d dated) bool { return d.Key == list[i].After }); first >= 0 {
		return first
	}
	return i
}

// fitting is the piece of a column that fits best at a moment: what belongs to the season before what fits always, and that before what is of
// another season; -1 when the column has none, or one whose day is given.
func fitting(p place, list []dated, column int64, at time.Time) int {
	month, best, found := int(at.In(kernel.Beijing).Month()), uint64(0), -1
	for i, c := range list {
		if c.Column != column || c.Left != "" || list[leader(list, i)].Days > 0 {
			continue
		}
		apart := 1
		if len(c.Months) > 0 {
			apart = 12
			for _, m := range c.Months {
				d := (m - month + 12) % 12
				apart = min(apart, 2*min(d, 12-d))
			}
		}
		if draw := uint64(12-apart)<<59 + dice(p.Slug, c.Title, "fresh").Uint64()>>5; found < 0 || draw > best {
			found, best = i, draw
		}
	}
	return found
}

// hold moves what would be newer than a moment to days before it.
func hold(p place, list []dated, last time.Time, which func(dated) bool) {
	for i, d := range list {
		if d.Left == "" && !d.at.Before(last) && which(d) {
			list[i].at = office(last.AddDate(0, 0, -1-dice(p.Slug, d.Title, "hold").IntN(20)))
		}
	}
}

// light lays what is left on the desk where its clock shows its light.
func light(list []dated, start time.Time) {
	n := 0
	for i, d := range list {
		if d.Left == "" {
			continue
		}
		n++
		count := counted(unexplained)
		if d.Left == leftDraft {
			count = issued
		}
		list[i].at = latest(count, d.Light, start, start.Add(-time.Duration(2*n)*time.Hour))
	}
}

// counted says when what began at a moment turns amber, and when it ends.
type counted func(from time.Time) (warn, due time.Time)

func rule(name string) clocks.Rule {
	r, _ := clocks.Builtin().Rule(name)
	return r
}

func weekly(last time.Time) (warn, due time.Time) {
	r := rule(clocks.Weekly)
	due = clocks.Due(last, r, nil, nil, false).At
	return clocks.WarnAt(last, due, r), due
}

func (k cycle) ends(last time.Time) (warn, due time.Time) {
	due = clocks.Cycle(last, k.days)
	return clocks.WarnAt(last, due, rule(clocks.Column)), due
}

// issued counts from the day on which a document was issued, as app does.
func issued(at time.Time) (warn, due time.Time) {
	return workdays(clocks.NormativeDocument, workday.Months(at, 0).At.AddDate(0, 0, -1))
}

// unexplained counts from when a policy was handed in: see publish.
func unexplained(at time.Time) (warn, due time.Time) {
	return workdays("interpretation", at.Add(-writing))
}

func workdays(name string, from time.Time) (warn, due time.Time) {
	r := rule(name)
	due = clocks.Due(from, r, workday.Builtin(), nil, false).At
	return clocks.WarnAt(from, due, r), due
}

// shows is the light at start.
func (c counted) shows(from, start time.Time) string {
	switch warn, due := c(from); {
	case start.After(due):
		return clocks.Red
	case start.Before(warn):
		return clocks.Green
	}
	return clocks.Amber
}

// latest is the last moment up to one, in office hours and on a weekday when there is such a one, from which a duty shows a light at start, and
// goes on to when the moment moves by some hours (compose keeps an hour between two).
func latest(c counted, light string, start, upTo time.Time) time.Time {
	const slack = 3 * time.Hour
	for _, weekends := range []bool{false, true} {
		for t := upTo.Add(-time.Hour).UTC().Truncate(time.Minute); t.After(start.AddDate(0, 0, -100)); t = t.Add(-time.Hour) {
			here := t.In(kernel.Beijing)
			rests := here.Weekday() == time.Saturday || here.Weekday() == time.Sunday
			if here.Hour() >= 9 && here.Hour() < 18 && (weekends || !rests) && c.shows(t, start) == light && c.shows(t.Add(slack), start) == light {
				return t
			}
		}
	}
	return office(start.AddDate(0, 0, -1)) // no such moment, whatever the calendar
}
