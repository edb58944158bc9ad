// Package corpus finds the real input that tests read: official documents, divisions, hostile strings.
//
// None of it is part of the project. It stands in the folder ZHANQUN_CORPUS, or in ../shared/data beside the module.
// Where it is absent a test says so and is skipped; with ZHANQUN_TEST_REQUIRE=1, as in CI, its absence is fatal.
package corpus

import (
	"os"
	"path/filepath"
	"testing"
)

// Path is where the named file of the real input stands.
func Path(t testing.TB, name string) string {
	t.Helper()
	p := filepath.Join(Dir(), filepath.FromSlash(name))
	if _, err := os.Stat(p); err != nil {
		if os.Getenv("ZHANQUN_TEST_REQUIRE") != "" {
			t.Fatalf("the real input is required: %v", err)
		}
		t.Skipf("no real input: set ZHANQUN_CORPUS to a folder that holds %s", name)
	}
	return p
}

// Open opens the named file until the test ends.
func Open(t testing.TB, name string) *os.File {
	t.Helper()
	f, err := os.Open(Path(t, name))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { f.Close() })
	return f
}

// Dir is the folder of the real input, whether it exists or not.
func Dir() string {
	if dir := os.Getenv("ZHANQUN_CORPUS"); dir != "" {
		return dir
	}
	dir, err := os.Getwd()
	if err != nil {
		return ""
	}
	for ; ; dir = filepath.Dir(dir) {
		if _, err := os.Stat(filepath.Join(dir, "go.mod")); err == nil {
			return filepath.Join(filepath.Dir(dir), "shared", "data")
		}
		if dir == filepath.Dir(dir) {
			return ""
		}
	}
}
