package hant

import (
	_ "embed"
	"strings"
	"testing"
	"unicode/utf8"
)

//go:embed testdata/phrases.tsv
var phrases string

// LC19: words of government pages whose characters stand for several traditional ones, and what a reader expects of each.
func TestPhrases(t *testing.T) {
	seen := 0
	for line := range strings.Lines(phrases) {
		simplified, want, _ := strings.Cut(strings.TrimSpace(line), "\t")
		seen++
		if got := Traditional(simplified); got != want {
			t.Errorf("%s: got %s, want %s", simplified, got, want)
		}
		if got := Simplified(want); got != simplified {
			t.Errorf("back from %s: got %s, want %s", want, got, simplified)
		}
	}
	if seen < 200 {
		t.Errorf("only %d phrases", seen)
	}
}

// What is no Chinese stays, and so do bytes that are no character.
func TestWhatStays(t *testing.T) {
	for _, s := range []string{"", "abc &amp; <b>", "\xff\xfe发\x80", "😀", "１２３", "〇"} {
		got := Traditional(s)
		if want := strings.ReplaceAll(s, "发", "發"); got != want {
			t.Errorf("%q: got %q, want %q", s, got, want)
		}
	}
}

// Chinese text keeps its length nearly, ASCII stays byte for byte, what was UTF-8 is UTF-8, and once converted it stays so.
func FuzzTraditional(f *testing.F) {
	for line := range strings.Lines(phrases) {
		f.Add(line)
	}
	f.Add("\xe5\x8f")
	ascii := func(s string) string {
		return strings.Map(func(r rune) rune {
			if r < utf8.RuneSelf {
				return r
			}
			return -1
		}, s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		got := Traditional(s)
		if ascii(got) != ascii(s) {
			t.Errorf("%q became %q: other ASCII", s, got)
		}
		if utf8.ValidString(s) && (!utf8.ValidString(got) || utf8.RuneCountInString(got) != utf8.RuneCountInString(s)) {
			t.Errorf("%q became %q", s, got)
		}
		if back := Simplified(s); utf8.ValidString(s) && !utf8.ValidString(back) {
			t.Errorf("%q became %q", s, back)
		}
	})
}
