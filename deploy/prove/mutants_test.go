package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// house is a module with one room: what its tests look at, and what they do not.
var house = map[string]string{
	"go.mod": "module example.org/x\n\ngo 1.26\n",
	"fault/fault.go": `package fault

import "errors"

const Forbidden, Conflict, Invalid = "forbidden", "conflict", "invalid"

func New(kind, say string) error { return errors.New(kind + say) }
`,
	"platform/demo/store.go": `package demo

const trail = "SELECT 1 FROM a JOIN b ON a.site_id = b.site_id WHERE a.site_id = ? AND a.id = ?"

func Trail() string { return trail }

func Looked() string { return "UPDATE a SET x = ? WHERE site_id = ? AND id = ?" }

func Forgotten() string { return "DELETE FROM a WHERE site_id = ? AND id = ?" }
`,
	"platform/demo/demo.go": `package demo

import "example.org/x/fault"

func mayWrite(who int) error {
	switch {
	case who == 0:
		return fault.New(fault.Forbidden, "sign in")
	case who < 0:
		return fault.New(fault.Invalid, "no such number")
	}
	return nil
}

func Write(who int, state string) error {
	if err := mayWrite(who); err != nil {
		return err
	}
	if state != "draft" {
		return fault.New(fault.Conflict, "only drafts")
	}
	return nil
}
`,
	"platform/demo/demo_test.go": `package demo

import "testing"

func TestLooked(t *testing.T) {
	Forgotten()
	if got := Looked(); got != "UPDATE a SET x = ? WHERE site_id = ? AND id = ?" {
		t.Error(got)
	}
}

func TestTrail(t *testing.T) {
	if got := Trail(); got != "SELECT 1 FROM a JOIN b ON a.site_id = b.site_id WHERE a.site_id = ? AND a.id = ?" {
		t.Error(got)
	}
}

func TestWrite(t *testing.T) {
	if Write(0, "draft") == nil || Write(1, "draft") != nil || Write(1, "published") == nil {
		t.Error("wrong")
	}
}
`,
}

// Must show 3: what is taken out is what the source holds, a test that looks notices, and what no test looks at survives.
func TestMutants(t *testing.T) {
	root, work := t.TempDir(), t.TempDir()
	for name, text := range house {
		p := filepath.Join(root, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(p), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(p, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	all, sources, err := find(root)
	if err != nil {
		t.Fatal(err)
	}
	b, err := newBench(root, work, sources)
	if err != nil {
		t.Fatal(err)
	}
	got := map[string]string{}
	if err := b.tryAll(t.Context(), all, func(v verdict) { got[v.fn+" "+v.text] = v.by }); err != nil {
		t.Fatal(err)
	}
	for what, by := range map[string]string{
		"trail a.site_id = b.site_id": "TestTrail", "trail a.site_id = ?": "TestTrail", "Looked site_id = ?": "TestLooked",
		"Forgotten site_id = ?": "", "mayWrite who == 0": "TestWrite", "Write mayWrite(who)": "TestWrite", `Write state != "draft"`: "TestWrite",
	} {
		if have, ok := got[what]; !ok || have != strings.TrimSpace("platform/demo "+by) && by != "" || by == "" && have != "" {
			t.Errorf("%s: noticed by %q (tried: %v), want %q", what, have, ok, by)
		}
		delete(got, what)
	}
	if len(got) > 0 {
		t.Errorf("also taken out: %v", got)
	}
}

// An explanation is for a mutant that exists and survives; the bar holds for the rest.
func TestTally(t *testing.T) {
	all := []mutant{{id: 1, file: "a.go", fn: "F", text: "x", nth: 1}, {id: 2, file: "a.go", fn: "F", text: "x", nth: 2}}
	if _, err := explanations("a.go\tF\tx\t3\tit is not there\n", all); err == nil {
		t.Error("an explanation of nothing was taken")
	}
	if _, err := explanations("a.go\tF\tx\t1\t\n", all); err == nil {
		t.Error("an explanation without a reason was taken")
	}
	why, err := explanations("# comment\na.go\tF\tx\t2\tthe id is unique\n", all)
	if err != nil || why[2] != "the id is unique" {
		t.Fatalf("got %v, %v", why, err)
	}
	for _, c := range []struct {
		name   string
		by     [2]string
		passes bool
	}{
		{"killed, and the explained one survives", [2]string{"p T", ""}, true},
		{"survived", [2]string{"", ""}, false},
		{"the explained one is noticed", [2]string{"p T", "p T"}, false},
	} {
		var out strings.Builder
		score := tally{out: &out, explained: why}
		for i, m := range all {
			score.add(verdict{mutant: m, by: c.by[i]})
		}
		if err := score.judge(); (err == nil) != c.passes {
			t.Errorf("%s: %v\n%s", c.name, err, out.String())
		}
	}
}
