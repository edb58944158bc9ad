package workday

import (
	"strings"
	"testing"
	"time"

	"github.com/zhanqun/zhanqun/kernel"
	"github.com/zhanqun/zhanqun/kernel/fault"
	"pgregory.net/rapid"
)

func at(t testing.TB, s string) time.Time {
	t.Helper()
	layout := time.DateOnly
	if len(s) > len(layout) {
		layout = "2006-01-02 15:04"
	}
	m, err := time.ParseInLocation(layout, s, kernel.Beijing)
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// M8, standards.md 9: received on -> last day after 3, 7, 15 and 20 working days, computed with another library.
func TestGoldenPeriods(t *testing.T) {
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
		for i, n := range []int{3, 7, 15, 20} {
			want := strings.Fields(row.days)[i]
			for _, clock := range []string{" 00:00", " 12:30", " 23:59"} {
				due := Builtin().Add(at(t, row.received+clock), n)
				if got := due.Day().Format(time.DateOnly); got != want || due.Provisional {
					t.Errorf("%s%s + %d = %s (provisional %v), want %s", row.received, clock, n, got, due.Provisional, want)
				}
				if end := at(t, want).AddDate(0, 0, 1); !due.At.Equal(end) || due.At.Location() != time.UTC {
					t.Errorf("%s + %d ends %v, want 24:00 of %s in UTC", row.received, n, due.At, want)
				}
			}
		}
	}
}

// M8, standards.md 9: weekdays off | weekend days worked, two libraries agreed on every day of these years.
func TestGoldenYears(t *testing.T) {
	for year, row := range map[string]string{
		"2015": "01-01 01-02 02-18 02-19 02-20 02-23 02-24 04-06 05-01 06-22 09-03 09-04 10-01 10-02 10-05 10-06 10-07 | 01-04 02-15 02-28 09-06 10-10",
		"2024": "01-01 02-12 02-13 02-14 02-15 02-16 04-04 04-05 05-01 05-02 05-03 06-10 09-16 09-17 10-01 10-02 10-03 10-04 10-07 | 02-04 02-18 04-07 04-28 05-11 09-14 09-29 10-12",
		"2025": "01-01 01-28 01-29 01-30 01-31 02-03 02-04 04-04 05-01 05-02 05-05 06-02 10-01 10-02 10-03 10-06 10-07 10-08 | 01-26 02-08 04-27 09-28 10-11",
		"2026": "01-01 01-02 02-16 02-17 02-18 02-19 02-20 02-23 04-06 05-01 05-04 05-05 06-19 09-25 10-01 10-02 10-05 10-06 10-07 | 01-04 02-14 02-28 05-09 09-20 10-10",
	} {
		var off, on []string
		for d := at(t, year+"-01-01"); d.Format("2006") == year; d = d.AddDate(0, 0, 1) {
			weekend := d.Weekday() == time.Saturday || d.Weekday() == time.Sunday
			switch works := Builtin().IsWorkday(d); {
			case works && weekend:
				on = append(on, d.Format("01-02"))
			case !works && !weekend:
				off = append(off, d.Format("01-02"))
			}
		}
		if got := strings.Join(off, " ") + " | " + strings.Join(on, " "); got != row {
			t.Errorf("%s\n got %s\nwant %s", year, got, row)
		}
	}
}

// M8: 2013-04-07 and 2013-10-12 are where lunar-go errs (libraries.md 14); both were worked.
func TestTheTwoDisputedDaysOf2013AreWorked(t *testing.T) {
	for _, day := range []string{"2013-04-07", "2013-10-12"} {
		if !Builtin().IsWorkday(at(t, day)) {
			t.Errorf("%s rests, want worked", day)
		}
	}
}

// M8, standards.md 9: a missing year is never guessed in silence.
func TestAPeriodThroughAMissingYearIsProvisional(t *testing.T) {
	for _, row := range []struct {
		name, from  string
		n           int
		day         string
		provisional bool
	}{
		{"a period that ends in the last loaded year is certain", "2026-12-24", 5, "2026-12-31", false},
		{"a period into 2027 is provisional and follows the weekday", "2026-12-30", 2, "2027-01-01", true},
		{"a period that starts before 2007 is provisional", "2006-12-28", 1, "2006-12-29", true},
		{"so is one that only starts there", "2006-12-28", 4, "2007-01-04", true},
		{"no days at all is the end of the day itself", "2026-10-01", 0, "2026-10-01", false},
	} {
		due := Builtin().Add(at(t, row.from), row.n)
		if got := due.Day().Format(time.DateOnly); got != row.day || due.Provisional != row.provisional {
			t.Errorf("%s: got %s provisional %v, want %s %v", row.name, got, due.Provisional, row.day, row.provisional)
		}
	}
	if !Builtin().Provisional(2027) || Builtin().Provisional(2007) || Builtin().Provisional(2026) {
		t.Error("the shipped calendar must hold 2007 to 2026 and nothing else")
	}
	var zero Calendar
	if !zero.IsWorkday(at(t, "2026-10-01")) || zero.IsWorkday(at(t, "2026-10-10")) || !zero.Add(at(t, "2026-01-05"), 1).Provisional {
		t.Error("the zero calendar must follow weekdays and call itself provisional")
	}
}

// M8: next year's notice comes as data, and may move days of the year before.
func TestANoticeReplacesItsYearAndMovesOldDays(t *testing.T) {
	notice, err := Parse(strings.NewReader("# version: 2027-2\n# years: 2027\n2026-12-31,holiday,元旦\n2027-01-01,holiday,元旦\n2027-01-02,workday,元旦\n"))
	if err != nil {
		t.Fatal(err)
	}
	c := Builtin().Merge(notice)
	if c.Version() != "2027-2" || c.Provisional(2027) || c.Provisional(2026) {
		t.Errorf("version %q, provisional 2027 %v, 2026 %v", c.Version(), c.Provisional(2027), c.Provisional(2026))
	}
	due := c.Add(at(t, "2026-12-30"), 1)
	if got := due.Day().Format(time.DateOnly); got != "2027-01-02" || due.Provisional {
		t.Errorf("got %s provisional %v, want 2027-01-02 false", got, due.Provisional)
	}
	second, err := Parse(strings.NewReader("# version: 2027-3\n# years: 2027\n2027-01-01,holiday,元旦\n"))
	if err != nil {
		t.Fatal(err)
	}
	if c.Merge(second).IsWorkday(at(t, "2027-01-02")) {
		t.Error("a changed notice must replace its year whole")
	}
	if !Builtin().IsWorkday(at(t, "2026-12-31")) || Builtin().Version() == c.Version() {
		t.Error("Merge changed the calendar it was called on")
	}
}

func TestMonthsAndHours(t *testing.T) {
	for _, row := range []struct {
		name, from string
		due        Due
		want       string
	}{
		{"a month ends on the same day of the next", "2026-03-15 09:00", Months(at(t, "2026-03-15 09:00"), 1), "2026-04-16 00:00"},
		{"the 31st ends on the last day of a shorter month", "2026-01-31", Months(at(t, "2026-01-31"), 1), "2026-03-01 00:00"},
		{"February of a leap year has 29 days", "2027-11-30", Months(at(t, "2027-11-30"), 3), "2028-03-01 00:00"},
		{"twelve months cross the year", "2026-12-31 23:59", Months(at(t, "2026-12-31 23:59"), 12), "2028-01-01 00:00"},
		{"24 hours after Friday 18:00 is Saturday 18:00 (n01)", "2026-06-05 18:00", Hours(at(t, "2026-06-05 18:00"), 24), "2026-06-06 18:00"},
		{"a month that ends in a holiday is extended to the next working day", "2026-09-01", Builtin().Extend(Months(at(t, "2026-09-01"), 1)), "2026-10-09 00:00"},
		{"a month that ends on a working day is not extended", "2026-09-10", Builtin().Extend(Months(at(t, "2026-09-10"), 1)), "2026-10-11 00:00"},
	} {
		if want := at(t, row.want); !row.due.At.Equal(want) || row.due.Provisional {
			t.Errorf("%s: from %s got %v, want %v", row.name, row.from, row.due.At.In(kernel.Beijing), want)
		}
	}
	if !Builtin().Extend(Months(at(t, "2026-11-02"), 4)).Provisional {
		t.Error("an extension judged in 2027 must be provisional")
	}
}

func TestAWrongCalendarNamesItsLine(t *testing.T) {
	const head = "# version: 1\n# years: 2027\n"
	for _, row := range []struct{ name, text, want string }{
		{"a date that does not exist", head + "2027-02-29,holiday,x\n", "第 3 行"},
		{"an unknown kind", head + "2027-02-01,maybe,x\n", "holiday 或 workday"},
		{"a day twice", head + "2027-02-01,holiday,x\n2027-02-01,workday,x\n", "第 4 行"},
		{"one field only", head + "2027-02-01\n", "第 3 行"},
		{"no version", "# years: 2027\n2027-02-01,holiday,x\n", "version"},
		{"no years", "# version: 1\n2027-02-01,holiday,x\n", "years"},
		{"years backwards", "# version: 1\n# years: 2027-2020\n", "第 2 行"},
		{"years that are no number", "# version: 1\n# years: 2027-x\n", "第 2 行"},
	} {
		_, err := Parse(strings.NewReader(row.text))
		if !fault.Is(err, fault.Invalid) || !strings.Contains(fault.Say(err), row.want) {
			t.Errorf("%s: got %v, want an Invalid fault with %q", row.name, err, row.want)
		}
	}
}

// naive is a second implementation: it reads the file line by line for each day and knows nothing of day numbers.
type naive struct{ marks map[string]string }

func newNaive() naive {
	n := naive{marks: map[string]string{}}
	for line := range strings.Lines(builtin) {
		if f := strings.Split(strings.TrimSpace(line), ","); len(f) == 3 && f[0] != "date" {
			n.marks[f[0]] = f[1]
		}
	}
	return n
}

func (n naive) works(d time.Time) bool {
	switch n.marks[d.Format("2006-01-02")] {
	case "workday":
		return true
	case "holiday":
		return false
	}
	return !strings.HasPrefix(d.Format("Mon"), "S")
}

func (n naive) add(from time.Time, count int) (end time.Time, provisional bool) {
	d := time.Date(from.In(kernel.Beijing).Year(), from.In(kernel.Beijing).Month(), from.In(kernel.Beijing).Day(), 0, 0, 0, 0, kernel.Beijing)
	for count > 0 {
		d = d.AddDate(0, 0, 1)
		if d.Year() < 2007 || d.Year() > 2026 {
			provisional = true
		}
		if n.works(d) {
			count--
		}
	}
	return d.AddDate(0, 0, 1), provisional
}

// M8: property test against the naive count, over moments from 1965 to 2040 in any zone.
func TestAddAgreesWithANaiveCount(t *testing.T) {
	second := newNaive()
	rapid.Check(t, func(t *rapid.T) {
		zone := time.FixedZone("z", rapid.IntRange(-12, 14).Draw(t, "zone")*3600)
		from := time.Unix(rapid.Int64Range(-150_000_000, 2_210_000_000).Draw(t, "from"), 0).In(zone)
		n := rapid.IntRange(0, 300).Draw(t, "n")
		end, provisional := second.add(from, n)
		due := Builtin().Add(from, n)
		if !due.At.Equal(end) || due.Provisional != provisional {
			t.Fatalf("%v + %d = %v %v, naive says %v %v", from, n, due.At, due.Provisional, end, provisional)
		}
		if got := Builtin().Between(from, due.Day()); got != n {
			t.Fatalf("between %v and %v are %d working days, want %d", from, due.Day(), got, n)
		}
		if Builtin().Between(due.Day(), from) != -n {
			t.Fatal("Between is not antisymmetric")
		}
		if n > 0 && !Builtin().IsWorkday(due.Day()) {
			t.Fatalf("%v is not a working day", due.Day())
		}
		if e := Builtin().Extend(due); n > 0 && !e.At.Equal(due.At) {
			t.Fatalf("an end on a working day was extended to %v", e.At)
		}
	})
}

// FuzzParse: whatever an admin uploads, Parse answers a calendar or an Invalid fault, and the calendar counts.
func FuzzParse(f *testing.F) {
	f.Add("# version: 1\n# years: 2027\n2027-01-01,holiday,元旦\n", int64(1_798_000_000), 7)
	f.Add("\ufeff# version: 1\r\n# years: 2027-2030\r\n2027-01-01,workday\r\n", int64(-1), 20)
	f.Fuzz(func(t *testing.T, text string, unix int64, n int) {
		c, err := Parse(strings.NewReader(text))
		if err != nil {
			if strings.Contains(err.Error(), "read working-day calendar") {
				return // a line longer than a scanner takes
			}
			if !fault.Is(err, fault.Invalid) {
				t.Fatalf("%v is not an Invalid fault", err)
			}
			return
		}
		from := time.Unix(unix%253_000_000_000, 0)
		n = min(max(n, 0), 400)
		due := Builtin().Merge(c).Add(from, n)
		if !due.At.After(from) {
			t.Fatalf("%v + %d = %v is not later", from, n, due.At)
		}
	})
}

func BenchmarkAdd20(b *testing.B) {
	from := at(b, "2026-09-18")
	for b.Loop() {
		Builtin().Add(from, 20)
	}
}
