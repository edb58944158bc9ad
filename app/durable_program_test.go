package app

import (
	"bytes"
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"github.com/zhanqun/zhanqun/kernel/proof"
	"github.com/zhanqun/zhanqun/storage/db"
)

// The shipped program, killed at any moment of an import: called again with the same batch it takes over what is missing, and each
// document exactly once.
func TestKillsOfAnImport(t *testing.T) {
	const documents = 60
	dir := t.TempDir()
	d, err := db.Open(context.Background(), filepath.Join(dir, storeName))
	if err != nil {
		t.Fatal(err)
	}
	defer d.Close()
	w, err := settle(d)
	if err != nil {
		t.Fatal(err)
	}
	r := rand.New(rand.NewPCG(9, 4))
	rounds, killed := proof.Times(6, 100), 0
	for round := range rounds {
		batch := fmt.Sprintf("killed-%d", round)
		args := []string{"import", "documents", oldSite(t, dir, batch, documents), "--data=" + dir, "--batch=" + batch,
			"--source=旧网站", "--author=proof.0", "--reviewer=proof.1"}
		if killedWithin(t, time.Duration(50+r.IntN(700))*time.Millisecond, args) {
			killed++
		}
		if err := holds(w.ctx, d, w.Audit); err != nil {
			t.Fatalf("round %d: %v", round, err)
		}
		if out, code := command(t, args...); code != 0 {
			t.Fatalf("round %d, again: exit code %d, %s", round, code, out)
		}
		var n int64
		if err := w.count(batch, &n); err != nil || n != documents {
			t.Errorf("round %d: %d documents, want %d, %v", round, n, documents, err)
		}
	}
	if killed == 0 {
		t.Error("every import had ended before it was to be killed")
	}
	t.Logf("%d of %d imports killed and taken up", killed, rounds)
}

// oldSite writes a file of documents.
func oldSite(t *testing.T, dir, batch string, documents int) string {
	t.Helper()
	var lines bytes.Buffer
	for i := range documents {
		fmt.Fprintf(&lines, `{"id":"%s-%d","title":"旧文件之%d","date":"2019-05-01","level":"行政法规","body_html":"<p>旧文件的正文。</p>"}`+"\n", batch, i, i)
	}
	file := filepath.Join(dir, "old.jsonl")
	if err := os.WriteFile(file, lines.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
	return file
}

// killedWithin runs the shipped program and kills it after so long; it reports whether it had not ended before.
func killedWithin(t *testing.T, after time.Duration, args []string) bool {
	t.Helper()
	var said bytes.Buffer
	cmd := exec.Command(program(t), args...)
	cmd.Stdout, cmd.Stderr = &said, &said
	p, err := proof.Start(cmd)
	if err != nil {
		t.Fatal(err)
	}
	timer := time.AfterFunc(after, func() { _ = p.Process.Kill() })
	defer timer.Stop()
	<-p.Ended
	if p.ProcessState.Exited() && p.ProcessState.ExitCode() != 0 {
		t.Fatalf("it failed: %s", said.String())
	}
	return !p.ProcessState.Exited()
}
