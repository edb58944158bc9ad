package main

import (
	"bytes"
	"compress/gzip"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const root = "../.."

// LP13, LE13: what is committed is what the lock says, made of the sources beside it; every part is under a licence that may be shipped and whose
// words are kept; and the bundle stays light.
func TestTheBundleIsTheLocks(t *testing.T) {
	lock, err := readLock(filepath.Join(root, lockAt))
	if err != nil {
		t.Fatal(err)
	}
	js, err := os.ReadFile(filepath.Join(root, bundleAt))
	if err != nil {
		t.Fatal(err)
	}
	if got := digest(js); got != lock.Bundle {
		t.Errorf("%s has the sum %s, the lock says %s: run go run ./deploy/assets", bundleAt, got, lock.Bundle)
	}
	if got, err := digestOf(filepath.Join(root, sources)); err != nil || got != lock.Sources {
		t.Errorf("%s has changed since it was bundled (%v): run go run ./deploy/assets", sources, err)
	}
	texts, err := os.ReadFile(filepath.Join(root, textsAt))
	if err != nil {
		t.Fatal(err)
	}
	third, err := os.ReadFile(filepath.Join(root, "THIRD-PARTY.txt"))
	if err != nil {
		t.Fatal(err)
	}
	if len(lock.Packages) < 10 {
		t.Errorf("only %d packages", len(lock.Packages))
	}
	for _, p := range lock.Packages {
		if !slices.Contains(permissive, p.Licence) || !strings.HasPrefix(p.Integrity, "sha512-") {
			t.Errorf("%+v", p)
		}
		if !bytes.Contains(texts, []byte("\n"+p.Name+" "+p.Version+"\n")) {
			t.Errorf("no licence text of %s", p.Name)
		}
	}
	if !bytes.Contains(third, texts) {
		t.Error("THIRD-PARTY.txt does not hold the licences of the bundle: run go run ./deploy/thirdparty")
	}
	var small bytes.Buffer
	z, _ := gzip.NewWriterLevel(&small, gzip.BestCompression)
	if _, err := z.Write(js); err != nil || z.Close() != nil {
		t.Fatal(err)
	}
	if small.Len() > 150<<10 {
		t.Errorf("the bundle has %d bytes compressed", small.Len())
	}
	t.Logf("%d bytes, %d compressed", len(js), small.Len())
}

// Whoever writes something else into the lock is told so, and a package must be what its sum says.
func TestTheLockIsRead(t *testing.T) {
	at := filepath.Join(t.TempDir(), "lock")
	for _, row := range []struct {
		text string
		ok   bool
	}{
		{"# words\nsources a\nbundle b\n@x/y 1.0.0 - -\n", true}, {"x 1.0.0 -\n", false}, {"../x 1.0.0 - -\n", false}, {"X 1 - -\n", false}, {"bundle\n", false},
	} {
		if err := os.WriteFile(at, []byte(row.text), 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := readLock(at); (err == nil) != row.ok {
			t.Errorf("%q: %v", row.text, err)
		}
	}
	cache, modules := t.TempDir(), t.TempDir()
	if err := os.WriteFile(filepath.Join(cache, "x-1.0.0.tgz"), []byte("something else"), 0o600); err != nil {
		t.Fatal(err)
	}
	p := pinned{"x", "1.0.0", "sha512-AAAA", "MIT"}
	if _, err := p.fetch(cache, modules); err == nil || !strings.Contains(err.Error(), "not the package of the lock") {
		t.Errorf("a package of another sum: %v", err)
	}
}
