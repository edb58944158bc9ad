package estate

import (
	"strings"
	"testing"
	"unicode/utf8"
)

// A8: a sheet is taken apart without losing a byte, whatever a table program has made of it.
func TestRecords(t *testing.T) {
	for _, c := range []struct {
		name, text string
		lines      []int
	}{
		{"two rows", "org_code,name\n1,a\n2,b\n", []int{2, 3}},
		{"no line end at the end", "org_code,name\n1,a", []int{2}},
		{"a cell of two lines", "org_code,name\n1,\"a\nb\"\n2,c\n", []int{2, 4}},
		{"an empty line between", "org_code,name\n1,a\n\n2,b\n", []int{2, 4}},
		{"a broken quote", "org_code,name\n1,a\"b\n2,c\n", []int{2, 3}},
		{"a header alone", "org_code,name\n", nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			head, rows := records(c.text)
			all := head
			var lines []int
			for _, r := range rows {
				all += r.raw
				lines = append(lines, r.Line)
			}
			if strings.TrimRight(all, "\n") != strings.TrimRight(c.text, "\n") {
				t.Errorf("put together again it is %q", all)
			}
			if len(lines) != len(c.lines) {
				t.Fatalf("lines %v, want %v", lines, c.lines)
			}
			for i := range lines {
				if lines[i] != c.lines[i] {
					t.Errorf("lines %v, want %v", lines, c.lines)
				}
			}
		})
	}
}

// What was copied out of a table program has tabs; what is a sheet already stays as it is.
func TestFromTable(t *testing.T) {
	for _, c := range []struct{ text, want string }{
		{"org_code\tname\n1\t某某，局\n", "org_code,name\n1,某某，局\n"},
		{"org_code\tname\n1\ta,b\n", "org_code,name\n1,\"a,b\"\n"},
		{"org_code,name\n1,a\tb\n", "org_code,name\n1,a\tb\n"},
		{"\ufefforg_code\n1\n", "org_code\n1\n"},
	} {
		if got := fromTable(c.text); got != c.want {
			t.Errorf("%q became %q, want %q", c.text, got, c.want)
		}
	}
}

// Hostile input: whatever is pasted, nothing of it is lost or invented when it is taken apart.
func FuzzRecords(f *testing.F) {
	for _, seed := range []string{"a,b\n1,2\n", "a\n\"x\ny\"\n", "\"", "a\r\n1\r\n", "a\tb\n1\t2", ",,,\n\n\n\"\"\"", "\ufeffa\n\x00\n"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		head, rows := records(text)
		all := head
		for _, r := range rows {
			all += r.raw
		}
		if squeezed := strings.TrimRight(all, "\n"); !strings.HasPrefix(text, squeezed) && squeezed != strings.TrimRight(text, "\n") {
			t.Errorf("%q became %q", text, all)
		}
		if utf8.ValidString(text) && !utf8.ValidString(fromTable(text)) {
			t.Errorf("%q became no text", text)
		}
	})
}
