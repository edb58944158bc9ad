package main

import (
	"bytes"
	"slices"
	"testing"
	"time"
)

// Must show 4: every fuzz target is found, and what go says of one is understood.
func TestFuzz(t *testing.T) {
	const root = "../.."
	all, err := targets(root)
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []target{{"./platform/web", "FuzzHost"}, {"./platform/web", "FuzzRawRequest"}, {"./platform/org", "FuzzImport"}, {"./tenants/article", "FuzzReadDocument"}, {"./kernel/workday", "FuzzParse"}} {
		if !slices.Contains(all, want) {
			t.Errorf("%v is not found", want)
		}
	}
	t.Logf("%d targets", len(all))
	if got := executions([]byte("fuzz: elapsed: 3s, execs: 10 (3/sec), new\nfuzz: elapsed: 6s, execs: 325017 (108336/sec), new interesting: 11 (total: 202)\nPASS\n")); got != 325017 {
		t.Errorf("got %d executions", got)
	}
	if got := executions([]byte("no fuzzing")); got != 0 {
		t.Errorf("got %d executions of nothing", got)
	}
	if testing.Short() {
		t.Skip("-short: fuzzing builds a package once more")
	}
	var said bytes.Buffer
	n, err := target{"./kernel/workday", "FuzzParse"}.run(t.Context(), root, time.Second, &said)
	if err != nil || n == 0 {
		t.Errorf("%d executions, %v\n%s", n, err, &said)
	}
}
