package clocks

import (
	"os"
	"strings"
	"testing"
	"time"

	"github.com/zhanqun/zhanqun/kernel"
	"github.com/zhanqun/zhanqun/kernel/fault"
	"github.com/zhanqun/zhanqun/kernel/workday"
	"pgregory.net/rapid"
)

func moment(t testing.TB, s string) time.Time {
	t.Helper()
	layout := "2006-01-02 15:04:05"
	m, err := time.ParseInLocation(layout[:len(s)], s, kernel.Beijing)
	if err != nil {
		t.Fatal(err)
	}
	return m.UTC()
}

func ruleOf(t testing.TB, name string) Rule {
	t.Helper()
	r, ok := Builtin().Rule(name)
	if !ok {
		t.Fatalf("the pack has no rule %s", name)
	}
	return r
}

// D5, d06, standards.md 9: the golden vectors of working days hold for rules of 3, 7, 15 and 20 days, and the end is 24:00.
func TestGoldenVectors(t *testing.T) {
	for _, row := range []struct{ received, days string }{
		{"2015-06-02", "2015-06-05 2015-06-11 2015-06-24 2015-07-01"},
		{"2015-06-18", "2015-06-24 2015-06-30 2015-07-10 2015-07-17"},
		{"2015-08-28", "2015-09-02 2015-09-09 2015-09-21 2015-09-28"},
		{"2026-02-12", "2026-02-24 2026-02-28 2026-03-11 2026-03-18"},
		{"2026-02-15", "2026-02-26 2026-03-03 2026-03-13 2026-03-20"},
		{"2026-04-29", "2026-05-07 2026-05-12 2026-05-22 2026-05-29"},
		{"2026-09-18", "2026-09-22 2026-09-29 2026-10-15 2026-10-22"},
		{"2026-09-30", "2026-10-10 2026-10-15 2026-10-27 2026-11-03"},
	} {
		r := ruleOf(t, NormativeDocument)
		for i, n := range []int{3, 7, 15, 20} {
			r.Length = n
			want := strings.Fields(row.days)[i]
			due := Due(moment(t, row.received+" 17:30"), r, workday.Builtin(), nil, false)
			if lastDay(due.At) != want || due.Provisional || !due.At.Equal(moment(t, want).AddDate(0, 0, 1)) {
				t.Errorf("%s + %d ends %v, want 24:00 of %s", row.received, n, due.At.In(kernel.Beijing), want)
			}
		}
	}
}

// D4, M2, B3: hours count through nights and weekends; a week is seven days to their end; a column never has more than two months.
func TestTheUnits(t *testing.T) {
	for _, c := range []struct {
		name, rule, start, due string
		pauses                 []Pause
		extended               bool
	}{
		{"an activity that ends on Friday 18:00 is due on Saturday 18:00", ImportantActivity, "2026-11-27 18:00", "2026-11-28 18:00", nil, false},
		{"an hour's pause is an hour", ReviewDebt, "2026-11-27 18:00", "2026-11-28 19:00", []Pause{{moment(t, "2026-11-27 20:00"), moment(t, "2026-11-27 21:00")}}, false},
		{"a week ends with its seventh day", Weekly, "2026-11-20 09:00", "2026-11-28", nil, false},
		{"two nights of pause are two days", Weekly, "2026-11-20 09:00", "2026-11-30", []Pause{{moment(t, "2026-11-21 09:00"), moment(t, "2026-11-23 09:00")}}, false},
		{"a pause over a weekend takes no working day", "interpretation", "2026-11-26 09:00", "2026-12-02", []Pause{{moment(t, "2026-11-27 18:00"), moment(t, "2026-11-29 18:00")}}, false},
		{"one extension adds its three working days", "interpretation", "2026-11-26 09:00", "2026-12-05", nil, true},
	} {
		if due := Due(moment(t, c.start), ruleOf(t, c.rule), workday.Builtin(), c.pauses, c.extended); !due.At.Equal(moment(t, c.due)) {
			t.Errorf("%s: got %v, want %s", c.name, due.At.In(kernel.Beijing), c.due)
		}
	}
	for _, c := range []struct {
		last string
		days int
		due  string
	}{{"2026-12-31 10:00", 59, "2027-03-01"}, {"2026-07-01 10:00", 90, "2026-09-02"}, {"2026-07-01 10:00", 14, "2026-07-16"}} {
		if got := Cycle(moment(t, c.last), c.days); !got.Equal(moment(t, c.due)) {
			t.Errorf("a column of %d days, last on %s: %v, want %s", c.days, c.last, got.In(kernel.Beijing), c.due)
		}
	}
	if due := Due(moment(t, "2026-12-30 09:00"), ruleOf(t, NormativeDocument), workday.Builtin(), nil, false); !due.Provisional {
		t.Error("M8: a period into a year that is not loaded must be provisional")
	}
}

// A period to the end of a day shows that day; one by the clock shows its moment.
func TestAnEndShowsItsOwnDay(t *testing.T) {
	for due, want := range map[string]string{"2026-11-28 00:00": "2026-11-27 23:59", "2026-11-28 18:00": "2026-11-28 18:00"} {
		if got := shownAt(moment(t, due)); !got.Equal(moment(t, want)) {
			t.Errorf("%s shows %v, want %s", due, got.In(kernel.Beijing), want)
		}
	}
	if !shownAt(time.Time{}).IsZero() {
		t.Error("no end shows one")
	}
}

// M9: a later start never ends earlier, a pause and an extension never shorten, working days never end on a day of rest, amber is between.
func TestEndsAreMonotonic(t *testing.T) {
	cal := workday.Builtin()
	rapid.Check(t, func(t *rapid.T) {
		r := Rule{Unit: rapid.SampledFrom([]string{Hour, Calendar, Workday}).Draw(t, "unit"), Length: rapid.IntRange(1, 90).Draw(t, "length"),
			Warn: rapid.IntRange(1, 99).Draw(t, "warn"), Extension: rapid.IntRange(0, 20).Draw(t, "extension")}
		start := time.Date(2015, 1, 1, 0, 0, 0, 0, time.UTC).Add(time.Duration(rapid.Int64Range(0, 11*365*24*3600).Draw(t, "start")) * time.Second)
		later := start.Add(time.Duration(rapid.Int64Range(0, 1000*3600).Draw(t, "later")) * time.Second)
		from := start.Add(time.Duration(rapid.Int64Range(0, 500*3600).Draw(t, "from")) * time.Second)
		p := []Pause{{from, from.Add(time.Duration(rapid.Int64Range(0, 500*3600).Draw(t, "for")) * time.Second)}}
		due := Due(start, r, cal, nil, false).At
		if Due(later, r, cal, nil, false).At.Before(due) {
			t.Fatalf("%v later than %v ends earlier", later, start)
		}
		paused, extended := Due(start, r, cal, p, false).At, Due(start, r, cal, nil, true).At
		if paused.Before(due) || extended.Before(due) || r.Extension > 0 && !extended.After(due) {
			t.Fatalf("due %v, paused %v, extended %v", due, paused, extended)
		}
		if r.Unit == Workday && !cal.IsWorkday(paused.Add(-time.Nanosecond)) {
			t.Fatalf("ends on a day of rest: %v", paused)
		}
		if w := WarnAt(start, due, r); w.Before(start) || w.After(due) {
			t.Fatalf("amber at %v, not between %v and %v", w, start, due)
		}
		if light(due, start, due) != Amber || light(due.Add(time.Nanosecond), start, due) != Red {
			t.Fatal("the last moment is in time, the next is not")
		}
	})
}

// M9: a pack that is wrong is refused with a sentence that names what is wrong; nothing of it is used.
func TestPacksAreStrict(t *testing.T) {
	whole, err := packs.ReadFile("packs/2015-71.yaml")
	if err != nil {
		t.Fatal(err)
	}
	edit := func(old, new string) string {
		s := strings.Replace(string(whole), old, new, 1)
		if s == string(whole) {
			t.Fatalf("the pack has no %q", old)
		}
		return s
	}
	for _, c := range []struct{ name, text, want string }{
		{"the pack itself", string(whole), ""},
		{"an unknown field", edit("owes:", "owns:"), "字段名"},
		{"no YAML", "{{", "读不懂"},
		{"a second document", string(whole) + "---\nversion: x\n", "只写一份"},
		{"no version", edit("version: 安政办发〔2015〕71号-1", "version: ''"), "version"},
		{"a unit that is none", edit("unit: hour", "unit: day"), "unit 应为"},
		{"no time", edit("length: 24", "length: 0"), "length 应在"},
		{"amber after the end", edit("warn: 75", "warn: 100"), "warn 是百分数"},
		{"nobody owes", edit("owes: 信息员", "owes: ''"), "owes、owed"},
		{"two rungs", edit("[writer, lead, superior]", "[writer, lead]"), "三级"},
		{"a rung that leads nowhere", edit("[writer, lead, superior]", "[writer, lead, mayor]"), "mayor"},
		{"a rule twice", edit("name: home", "name: weekly"), "写了两次"},
		{"a duty without a rule", edit("name: home", "name: house"), "缺少“home”"},
		{"an extension backwards", edit("extension: 3", "extension: -1"), "extension 应在"},
		{"a book", strings.Repeat("# x\n", 300_000), "超过 1 MB"},
	} {
		_, err := ParsePack(strings.NewReader(c.text))
		switch {
		case c.want == "" && err != nil:
			t.Errorf("%s: %v", c.name, err)
		case c.want != "" && (fault.KindOf(err) == "" || !strings.Contains(fault.Say(err), c.want)):
			t.Errorf("%s: %v, want %q", c.name, err, c.want)
		}
	}
}

// M9: whatever stands in a file of rules, it is read or refused in a sentence.
func FuzzPack(f *testing.F) {
	whole, err := os.ReadFile("packs/2015-71.yaml")
	if err != nil {
		f.Fatal(err)
	}
	f.Add(string(whole))
	f.Add("version: 1\nrules: [{name: a}]")
	f.Add("a: &a [*a]")
	f.Fuzz(func(t *testing.T, s string) {
		p, err := ParsePack(strings.NewReader(s))
		if err != nil && fault.KindOf(err) == "" {
			t.Fatalf("no fault: %v", err)
		}
		if err == nil {
			for _, r := range p.Rules {
				Due(time.Unix(0, 0), r, workday.Builtin(), nil, true)
			}
		}
	})
}
