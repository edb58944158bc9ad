package article

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"github.com/zhanqun/zhanqun/kernel/fault"
	"github.com/zhanqun/zhanqun/kernel/proof"
	"github.com/zhanqun/zhanqun/storage/db/dbtest"
)

// chinese reports whether a sentence is one that may be shown: it has a Chinese character and nothing that does not print.
func chinese(say string) bool {
	return strings.ContainsFunc(say, func(r rune) bool { return unicode.Is(unicode.Han, r) }) && utf8.ValidString(say)
}

var documentSeeds = []string{jsonl("a", "关于防汛工作的通知", "2001-01-01"), `{"id":"b","title":}`, jsonl("c", "第三个", "2001-13-01"), `{"id":"e","title":"没有正文","body_html":""}`,
	`{"id":"f","title":"\ud83d","body_html":"<p>甲</p>"}`, `{"id":"g","title":"甲","body_html":"<script>x</script><p>乙</p>","date":"2001-02-29"}`, `{"id":"h","who":1}`, `{"id":7}`, `[]`, `null`, `{}{}`, `"`, "\xff",
	`{"id":"i","title":"甲","status":"已废止","number":"安政发〔2015〕1号","keywords":"甲 乙","body_html":"<table><tr><td>甲"}`}

// checkDocument holds what is true of any line: it is refused with a sentence, or it becomes a payload that survives being stored.
func checkDocument(t *testing.T, raw []byte, h *house) {
	d, column, err := readDocument(raw)
	var p Payload
	if err == nil {
		p, _, err = d.payload("b", h.now)
	}
	if err != nil {
		if fault.KindOf(err) != fault.Invalid && fault.KindOf(err) != fault.TooLarge || !chinese(fault.Say(err)) || column < 0 || column > utf8.RuneCount(raw)+1 {
			t.Fatalf("%q: column %d, %v: %q", raw, column, err, fault.Say(err))
		}
		return
	}
	stored, err := p.encode()
	if err != nil {
		t.Fatalf("%q: accepted and not stored: %v", raw, err)
	}
	again, err := decode(stored)
	if err != nil {
		t.Fatalf("%q: stored and not read: %v", raw, err)
	}
	if twice, err := again.encode(); err != nil || !bytes.Equal(twice, stored) {
		t.Fatalf("%q: is stored as %s, then as %s, %v", raw, stored, twice, err)
	}
}

func FuzzReadDocument(f *testing.F) {
	h := build(f, dbtest.SQLite(f, schema()...))
	for _, s := range documentSeeds {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, raw []byte) { checkDocument(t, raw, h) })
}

// The fuzz target, without the fuzzer.
func TestMutantDocuments(t *testing.T) {
	h := build(t, dbtest.SQLite(t, schema()...))
	n := proof.Times(20_000, 1_000_000)
	for raw := range proof.Mutants(n, documentSeeds...) {
		checkDocument(t, raw, h)
	}
	t.Logf("%d documents", n)
}

// checkFile holds what is true of importing any file: every line is taken over whole, or already there, or blank, or refused with a
// sentence; and as many are public as the report says.
func checkFile(t *testing.T, raw []byte, h *house, public *int) {
	o := h.options(h.city)
	report, err := h.ImportDocuments(h.ctx, bytes.NewReader(raw), o)
	if err != nil && (fault.KindOf(err) != fault.Invalid || !chinese(fault.Say(err))) {
		t.Fatalf("%q: %v", raw, err)
	}
	if report.Imported+report.Already+len(report.Bad) > report.Lines || report.Undated > report.Imported {
		t.Fatalf("%q: lines do not add up: %+v", raw, report)
	}
	for _, b := range report.Bad {
		if b.Line < 1 || b.Line > report.Lines || !chinese(b.Say) {
			t.Fatalf("%q: bad row %+v", raw, b)
		}
	}
	if report.Imported == 0 {
		return
	}
	if *public += report.Imported; *public > 300 { // counting them all again would be all that is done
		return
	}
	if got := len(h.public(h.city)); got != *public {
		t.Fatalf("%q: %d are public, %d were taken over", raw, got, *public)
	}
}

func fileSeeds() (all []string) {
	for i := range documentSeeds {
		all = append(all, documentSeeds[i]+"\n"+documentSeeds[(i+1)%len(documentSeeds)]+"\r\n\n"+documentSeeds[(i+5)%len(documentSeeds)])
	}
	return append(all, "\xef\xbb\xbf"+documentSeeds[0], "\x1f\x8b", "\n\n\n", strings.Repeat("[", 5000))
}

func FuzzImportDocuments(f *testing.F) {
	h, public := build(f, dbtest.SQLite(f, schema()...)), 0
	for _, s := range fileSeeds() {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, raw []byte) {
		h.t = t
		checkFile(t, raw, h, &public)
	})
}

// The fuzz target, without the fuzzer.
func TestMutantFiles(t *testing.T) {
	h, public := build(t, dbtest.SQLite(t, schema()...)), 0
	n := proof.Times(1_000, 20_000)
	for raw := range proof.Mutants(n, fileSeeds()...) {
		checkFile(t, raw, h, &public)
	}
	t.Logf("%d files, %d documents of them public", n, public)
	if public == 0 {
		t.Error("no document was ever taken over: this shows nothing")
	}
}

var mappingSeeds = []string{"[[rule]]\nlevel=\"国务院文件\"\ncolumns=[20,21]\n", "[[rule]]\ncolumns=[]\n", "[[rule]]\ncolumns=[1]\nsites=[\"a\"]\n", "x=1", "[[rule", ""}

// checkMapping holds what is true of any mapping file.
func checkMapping(t *testing.T, raw []byte) {
	m, err := ParseMapping(bytes.NewReader(raw))
	if err != nil {
		if fault.KindOf(err) != fault.Invalid || !chinese(fault.Say(err)) {
			t.Fatalf("%q: %v", raw, err)
		}
		return
	}
	if _, err := json.Marshal(m); err != nil || len(m.Rules) == 0 {
		t.Fatalf("%q: %+v %v", raw, m, err)
	}
}

func FuzzMapping(f *testing.F) {
	for _, s := range mappingSeeds {
		f.Add([]byte(s))
	}
	f.Fuzz(checkMapping)
}

// The fuzz target, without the fuzzer.
func TestMutantMappings(t *testing.T) {
	for raw := range proof.Mutants(proof.Times(5_000, 500_000), mappingSeeds...) {
		checkMapping(t, raw)
	}
}
