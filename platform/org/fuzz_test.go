package org_test

import (
	"bytes"
	"fmt"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"github.com/zhanqun/zhanqun/kernel"
	"github.com/zhanqun/zhanqun/kernel/fault"
	"github.com/zhanqun/zhanqun/kernel/proof"
	"github.com/zhanqun/zhanqun/platform/org"
)

var sheetSeeds = []string{ankang, "", "code,name,level,parent_code\n\"", gz(ankang), "\ufeffcode,name,level,parent_code\r\n1,2,3,4,5\r\n", "code,name,level,parent_code\n610900,\"安\"康,city,\n",
	"code,name,level,parent_code,short_name,slug,kind\n610900,安康市,city,,,a--b,县\n", "code,code\n", "name\n\xff\n", "code,name,level,parent_code\n610900,安\u200b康,city,\n\n610900,安康市,city,\n", "parent_code,level,name,code\n,city,\"安\n康\",610900\n"}

var sheetColumns = []string{"code", "name", "level", "parent_code", "short_name", "slug", "kind"}

// chinese reports whether a sentence is one that may be shown.
func chinese(say string) bool {
	return utf8.ValidString(say) && strings.ContainsFunc(say, func(r rune) bool { return unicode.Is(unicode.Han, r) })
}

// checkSheet holds what is true of any sheet: it is no sheet, in a sentence; or its rows are clean text in the order of the file, and
// every other line has a problem with a sentence.
func checkSheet(t *testing.T, raw []byte) {
	s, err := org.ReadSheet(bytes.NewReader(raw), sheetColumns, sheetColumns[:1])
	if err != nil {
		if k := fault.KindOf(err); k != fault.Invalid && k != fault.TooLarge || !chinese(fault.Say(err)) {
			t.Fatalf("%q: %v", raw, err)
		}
		return
	}
	last := 1
	for _, r := range s.Rows {
		if r.Line <= last {
			t.Fatalf("%q: row of line %d after %d", raw, r.Line, last)
		}
		last = r.Line
		for _, name := range sheetColumns {
			v := r.Get(name)
			if !utf8.ValidString(v) || v != strings.TrimSpace(v) || strings.ContainsFunc(v, func(c rune) bool { return unicode.IsControl(c) || unicode.Is(unicode.Cf, c) }) {
				t.Fatalf("%q: line %d: %s is %q", raw, r.Line, name, v)
			}
		}
	}
	for _, p := range s.Sorted() {
		if p.Line < 2 || !chinese(p.Say) || !utf8.ValidString(p.String()) {
			t.Fatalf("%q: problem %+v", raw, p)
		}
	}
	if (s.Wrong == 0) != (s.Err() == nil) || s.Wrong < len(s.Problems) {
		t.Fatalf("%q: %d wrong, %v", raw, s.Wrong, s.Err())
	}
}

func FuzzSheet(f *testing.F) {
	for _, s := range sheetSeeds {
		f.Add([]byte(s))
	}
	f.Fuzz(checkSheet)
}

// The fuzz target, without the fuzzer.
func TestMutantSheets(t *testing.T) {
	for raw := range proof.Mutants(proof.Times(30_000, 1_000_000), sheetSeeds...) {
		checkSheet(t, raw)
	}
}

// Whatever a file holds, importing it writes all of it or nothing, as the dry run has said, and a second time changes nothing.
func TestMutantImports(t *testing.T) {
	r, orgs, written := lite(t), 0, 0
	seeds := sheetSeeds
	for i := range 30 { // whose changes often leave them good
		seeds = append(seeds, fmt.Sprintf("code,name,level,parent_code\n%d0000,%s省,province,\n", 11+i, strings.Repeat("山高水长", 8)))
	}
	for raw := range proof.Mutants(proof.Times(1_500, 50_000), seeds...) {
		dry, refused := r.Import(t.Context(), bytes.NewReader(raw), true)
		report, err := r.Import(t.Context(), bytes.NewReader(raw), false)
		if fault.Say(err) != fault.Say(refused) || report.Created != dry.Created || report.Renamed != dry.Renamed || err != nil && (fault.KindOf(err) == "" || !chinese(fault.Say(err))) {
			t.Fatalf("%q: dry %+v %v, then %+v %v", raw, dry, refused, report, err)
		}
		if err == nil {
			orgs += report.Created
			written++
			again, err := r.Import(t.Context(), bytes.NewReader(raw), false)
			if err != nil || again.Created+again.Renamed != 0 || again.Unchanged != again.Rows {
				t.Fatalf("%q: a second time: %+v %v", raw, again, err)
			}
		}
		all, err := r.All(t.Context())
		if err != nil || len(all) != orgs {
			t.Fatalf("%q: %d orgs, want %d, %v", raw, len(all), orgs, err)
		}
	}
	if n, err := r.log.Verify(t.Context(), kernel.Platform); err != nil {
		t.Error(err)
	} else {
		t.Logf("%d files were written, %d orgs, %d entries in the chain", written, orgs, n)
	}
	if written == 0 {
		t.Error("no file was written: this shows nothing")
	}
}
