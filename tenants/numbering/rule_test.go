package numbering

import (
	"errors"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/zhanqun/zhanqun/kernel/fault"
)

// D3: what a rule may say, and the sentence for what it may not.
func TestRules(t *testing.T) {
	n := &Numbering{Room: Room{Now: func() time.Time { return time.Date(2026, 12, 31, 16, 0, 0, 0, time.UTC) }}} // the first of January in Beijing
	with := func(change func(*Rule)) Rule {
		r := Rule{Pattern: usual, Region: "610900", Organ: "MB29-1", First: 1}
		change(&r)
		return r
	}
	for _, c := range []struct {
		name  string
		rule  Rule
		want  string // the example, or the field of the fault
		wrong bool
	}{
		{"the usual one", with(func(*Rule) {}), "MB29-1/2027-00001", false},
		{"as it is typed", with(func(r *Rule) { r.Pattern = " 安政〔{年}〕{流水号}号 " }), "安政〔2027〕00001号", false},
		{"one figure", with(func(r *Rule) { r.Pattern, r.First = "{流水号1}", 12 }), "12", false},
		{"nine figures", with(func(r *Rule) { r.Pattern = "{流水号9}" }), "000000001", false},
		{"subjects", with(func(r *Rule) { r.Pattern, r.Subjects = "{主题码}/{流水号3}", "\n财政 = F01\r\n其他=Z" }), "F01/001", false},
		{"no rule", with(func(r *Rule) { r.Pattern = " " }), "pattern", true},
		{"too long", with(func(r *Rule) { r.Pattern = strings.Repeat("长", 101) }), "pattern", true},
		{"no running number", with(func(r *Rule) { r.Pattern = "{年}" }), "pattern", true},
		{"two of them", with(func(r *Rule) { r.Pattern = "{流水号5}{流水号3}" }), "pattern", true},
		{"ten figures", with(func(r *Rule) { r.Pattern = "{流水号10}" }), "pattern", true},
		{"no figures", with(func(r *Rule) { r.Pattern = "{流水号0}" }), "pattern", true},
		{"an unknown part", with(func(r *Rule) { r.Pattern = "{月}{流水号5}" }), "pattern", true},
		{"an open brace", with(func(r *Rule) { r.Pattern = "{流水号5}{年" }), "pattern", true},
		{"a sign", with(func(r *Rule) { r.Pattern = "<b>{流水号5}" }), "pattern", true},
		{"a closing brace", with(func(r *Rule) { r.Pattern = "}{流水号5}" }), "pattern", true},
		{"no organ", with(func(r *Rule) { r.Organ = "" }), "organ", true},
		{"a long organ", with(func(r *Rule) { r.Organ = strings.Repeat("1", 21) }), "organ", true},
		{"an organ in words", with(func(r *Rule) { r.Organ = "市政府" }), "organ", true},
		{"no region where none is asked", with(func(r *Rule) { r.Region = "" }), "MB29-1/2027-00001", false},
		{"no region", with(func(r *Rule) { r.Pattern, r.Region = "{区划码}{流水号5}", "" }), "region", true},
		{"a region with a sign", with(func(r *Rule) { r.Region = "61 09" }), "region", true},
		{"no beginning", with(func(r *Rule) { r.First = 0 }), "first", true},
		{"a beginning beyond all", with(func(r *Rule) { r.First = 1_000_000_000 }), "first", true},
		{"a subject without a code", with(func(r *Rule) { r.Subjects = "财政" }), "subjects", true},
		{"a subject without a name", with(func(r *Rule) { r.Subjects = "=F01" }), "subjects", true},
		{"a subject twice", with(func(r *Rule) { r.Subjects = "财政=F01\n财政=F02" }), "subjects", true},
		{"a subject with a sign", with(func(r *Rule) { r.Subjects = "财政=F/1" }), "subjects", true},
		{"too many subjects", with(func(r *Rule) {
			for i := range 101 {
				r.Subjects += strings.Repeat("财", i/10+1) + string(rune('a'+i%10)) + "=1\n"
			}
		}), "subjects", true},
		{"no code for the others", with(func(r *Rule) { r.Pattern, r.Subjects = "{主题码}{流水号5}", "财政=F01" }), "subjects", true},
	} {
		t.Run(c.name, func(t *testing.T) {
			got, err := n.Sample(c.rule)
			var f *fault.Fault
			if c.wrong && (!errors.As(err, &f) || f.Field != c.want) {
				t.Errorf("got %q, %v; want a fault about %s", got, err, c.want)
			}
			if !c.wrong && (err != nil || got != c.want) {
				t.Errorf("got %q, %v; want %q", got, err, c.want)
			}
		})
	}
}

// A rule that is taken writes numbers of its own shape, whatever was typed.
func FuzzRule(f *testing.F) {
	f.Add(usual, "610900", "A1", "其他=1", int64(1))
	f.Add("{主题码}{年}{流水号9}", "", "", "财政=F\n其他=Z", int64(999))
	f.Add("{{流水号5}}", "\xff", "-", "=", int64(-1))
	n := &Numbering{Room: Room{Now: func() time.Time { return time.Date(2026, 11, 27, 0, 0, 0, 0, time.UTC) }}}
	f.Fuzz(func(t *testing.T, pattern, region, organ, subjects string, first int64) {
		got, err := n.Sample(Rule{Pattern: pattern, Region: region, Organ: organ, Subjects: subjects, First: first})
		if err != nil {
			if !fault.Is(err, fault.Invalid) {
				t.Fatal(err)
			}
			return
		}
		if got == "" || !utf8.ValidString(got) || strings.ContainsAny(got, "{}<>\"'\n ") || utf8.RuneCountInString(got) > 2000 {
			t.Errorf("%q is written %q", pattern, got)
		}
	})
}
