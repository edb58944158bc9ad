package files_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"

	"github.com/zhanqun/zhanqun/kernel/fault"
	"github.com/zhanqun/zhanqun/storage/blob"
	"github.com/zhanqun/zhanqun/storage/blob/blobtest"
	"github.com/zhanqun/zhanqun/storage/blob/files"
)

func open(t testing.TB, dir string) *files.Store {
	t.Helper()
	s, err := files.Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Errorf("close: %v", err)
		}
	})
	return s
}

// B13, Y1: a folder keeps every promise of a store, and keeps no temporary file.
func TestAFolderIsAStore(t *testing.T) {
	dir := t.TempDir()
	blobtest.Run(t, open(t, dir))
	if left := unfinished(t, dir); len(left) > 0 {
		t.Errorf("left %q", left)
	}
}

func unfinished(t testing.TB, dir string) []string {
	t.Helper()
	names, err := filepath.Glob(filepath.Join(dir, blob.Reserved, "tmp", "*"))
	if err != nil {
		t.Fatal(err)
	}
	return names
}

// B13: nothing outside the folder is read, written, listed or deleted, whatever links somebody laid inside.
func TestNothingOutsideTheFolder(t *testing.T) {
	outside, dir := t.TempDir(), t.TempDir()
	secret := filepath.Join(outside, "secret")
	if err := os.WriteFile(secret, []byte("secret"), 0o600); err != nil {
		t.Fatal(err)
	}
	for name, target := range map[string]string{
		"file": secret, "folder": outside, "up": "..", "relative": filepath.Join("..", filepath.Base(outside), "secret"), "loop": "loop", "dangling": filepath.Join(outside, "new"),
	} {
		if err := os.Symlink(target, filepath.Join(dir, name)); err != nil {
			t.Fatal(err)
		}
	}
	s, ctx := open(t, dir), context.Background()
	for _, key := range []string{"file", "folder/secret", "up/x", "relative", "loop", "loop/x", "dangling", "folder/new"} {
		if c, err := s.Open(ctx, key, blob.Range{}); err == nil {
			c.Close()
			t.Errorf("%s was opened", key)
		}
		if i, err := s.Stat(ctx, key); err == nil {
			t.Errorf("%s is known: %+v", key, i)
		}
	}
	for _, key := range []string{"folder/secret", "up/x", "loop/x", "folder/new/deep"} {
		if _, err := s.Put(ctx, key, strings.NewReader("x"), ""); err == nil {
			t.Errorf("%s was put", key)
		}
		if err := s.Delete(ctx, key); err == nil && key != "loop/x" {
			t.Errorf("%s was deleted", key)
		}
	}
	for _, key := range []string{"file", "relative", "dangling", "loop"} { // the link is replaced, not what it names
		if _, err := s.Put(ctx, key, strings.NewReader("ours"), ""); err != nil {
			t.Errorf("put %s: %v", key, err)
		}
		if st, err := os.Lstat(filepath.Join(dir, key)); err != nil || !st.Mode().IsRegular() {
			t.Errorf("%s is %v, %v", key, st, err)
		}
	}
	var keys []string
	for i, err := range s.List(ctx, "") {
		if err != nil {
			t.Fatal(err)
		}
		keys = append(keys, i.Key)
	}
	if !slices.Equal(keys, []string{"dangling", "file", "loop", "relative"}) {
		t.Errorf("listed %q", keys)
	}
	got, err := os.ReadFile(secret)
	entries, errDir := os.ReadDir(outside)
	if string(got) != "secret" || len(entries) != 1 || errors.Join(err, errDir) != nil {
		t.Errorf("outside: %q, %v, %v", got, entries, err)
	}
}

// Y1: what an operator lays into the folder is served as it is; what is no file is not there.
func TestWhatOthersLaidIntoTheFolder(t *testing.T) {
	dir, ctx := t.TempDir(), context.Background()
	s := open(t, dir)
	for _, body := range []string{"", "plain", strings.Repeat("long", 1000), "x" + "ffffffff zhanqun-blob-1\n", "{}\n00000003 zhanqun-blob-1", "zz00000003 zhanqun-blob-1\n"} {
		if err := os.WriteFile(filepath.Join(dir, "laid"), []byte(body), 0o600); err != nil {
			t.Fatal(err)
		}
		c, err := s.Open(ctx, "laid", blob.Range{})
		if err != nil {
			t.Fatal(err)
		}
		b, err := io.ReadAll(c)
		if err := errors.Join(err, c.Close()); err != nil || string(b) != body || c.Info.SHA256 != "" || c.Info.ContentType != "" {
			t.Errorf("%q came back as %q, %+v, %v", body, b, c.Info, err)
		}
	}
	if err := os.Mkdir(filepath.Join(dir, "folder"), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := syscall.Mkfifo(filepath.Join(dir, "pipe"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, key := range []string{"folder", "pipe", "laid/below"} {
		if _, err := s.Stat(ctx, key); !fault.Is(err, fault.NotFound) {
			t.Errorf("stat %s: %v", key, err)
		}
		if _, err := s.Open(ctx, key, blob.Range{}); !fault.Is(err, fault.NotFound) {
			t.Errorf("open %s: %v", key, err)
		}
	}
	for _, key := range []string{"folder", "laid/below", "laid/deeper/below"} {
		if _, err := s.Put(ctx, key, strings.NewReader("x"), ""); !fault.Is(err, fault.Conflict) {
			t.Errorf("put %s: %v, want Conflict", key, err)
		}
	}
	if left := unfinished(t, dir); len(left) > 0 {
		t.Errorf("left %q", left)
	}
}

const crashing = "ZHANQUN_TEST_CRASH_IN"

// TestCrash is not a test but the process that TestACrashLeavesNothing kills: it puts, and stops in the middle.
func TestCrash(t *testing.T) {
	dir := os.Getenv(crashing)
	if dir == "" {
		return // run as part of the suite
	}
	s := open(t, dir)
	if _, err := s.Put(context.Background(), "done", strings.NewReader("done"), ""); err != nil {
		t.Fatal(err)
	}
	body, w := io.Pipe()
	go func() {
		_, _ = w.Write(bytes.Repeat([]byte("x"), 1<<20)) // a pipe has no error but its reader's end
		_, _ = os.Stdout.WriteString("half\n")
		select {}
	}()
	_, _ = s.Put(context.Background(), "old", body, "") // never ends
}

// Y1, promises.md 2.1: a process that is killed in the middle of a put leaves the old blob, and its temporary file goes
// at the next opening; that of a process which still writes stays.
func TestACrashLeavesNothing(t *testing.T) {
	dir, ctx := t.TempDir(), context.Background()
	first := open(t, dir)
	if _, err := first.Put(ctx, "old", strings.NewReader("old"), ""); err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(os.Args[0], "-test.run=^TestCrash$")
	cmd.Env = append(os.Environ(), crashing+"="+dir)
	out, err := cmd.StdoutPipe()
	if err := errors.Join(err, cmd.Start()); err != nil {
		t.Fatal(err)
	}
	if line, err := io.ReadAll(io.LimitReader(out, 5)); string(line) != "half\n" {
		t.Errorf("the other process said %q, %v", line, err)
	}
	open(t, dir)
	if n := len(unfinished(t, dir)); n != 1 {
		t.Errorf("while the other process writes there are %d temporary files, want 1", n)
	}
	if err := cmd.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = cmd.Wait() // killed
	if n := len(unfinished(t, dir)); n != 1 {
		t.Errorf("after the kill there are %d temporary files, want 1", n)
	}
	s := open(t, dir)
	if left := unfinished(t, dir); len(left) > 0 {
		t.Errorf("after opening: %q", left)
	}
	for _, want := range []string{"done", "old"} {
		c, err := s.Open(ctx, want, blob.Range{})
		if err != nil {
			t.Fatal(err)
		}
		b, err := io.ReadAll(c)
		if err := errors.Join(err, c.Close()); err != nil || string(b) != want {
			t.Errorf("%s holds %q, %v", want, b, err)
		}
	}
}

func TestAFolderThatCannotBeUsedIsOneSentence(t *testing.T) {
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	for _, dir := range []string{file, filepath.Join(file, "below")} {
		if s, err := files.Open(dir); !fault.Is(err, fault.Unavailable) || !strings.Contains(fault.Say(err), dir) {
			t.Errorf("%s: got %v, %v", dir, s, err)
		}
	}
}

func BenchmarkPut64K(b *testing.B) {
	s, body := open(b, b.TempDir()), blobtest.Bytes(64<<10, 1)
	b.SetBytes(int64(len(body)))
	for b.Loop() {
		if _, err := s.Put(context.Background(), "bench/a.jpg", bytes.NewReader(body), "image/jpeg"); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkOpen64K(b *testing.B) {
	s, body := open(b, b.TempDir()), blobtest.Bytes(64<<10, 1)
	if _, err := s.Put(context.Background(), "bench/a.jpg", bytes.NewReader(body), "image/jpeg"); err != nil {
		b.Fatal(err)
	}
	b.SetBytes(int64(len(body)))
	for b.Loop() {
		c, err := s.Open(context.Background(), "bench/a.jpg", blob.Range{})
		if err != nil {
			b.Fatal(err)
		}
		if _, err := io.Copy(io.Discard, c); err != nil {
			b.Fatal(err)
		}
		c.Close()
	}
}
