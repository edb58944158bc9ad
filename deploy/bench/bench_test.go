package main

import (
	"bytes"
	"encoding/csv"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/zhanqun/zhanqun/kernel/corpus"
	"github.com/zhanqun/zhanqun/kernel/proof"
)

// Issue 3, 2: both sides are asked in every scene, and neither answers with an error. How fast is not for a busy machine to say.
func TestBench(t *testing.T) {
	if testing.Short() {
		t.Skip("-short: it drives other programs, which the race detector does not see into")
	}
	for _, name := range []string{"nginx", "wrk"} {
		if _, err := exec.LookPath(name); err != nil {
			if os.Getenv("ZHANQUN_TEST_REQUIRE") != "" {
				t.Fatal(err)
			}
			t.Skipf("no %s", name)
		}
	}
	p := plan{divisions: corpus.Path(t, "china-divisions.csv.gz"), sites: proof.Times(40, 10_000), documents: proof.Times(40, 20_000),
		rounds: proof.Times(1, 9), conns: proof.Times(8, 64), idle: proof.Times(50, 5000), lasting: time.Duration(proof.Times(1, 10)) * time.Second,
		scenes: scenes, apart: true, binary: filepath.Join(t.TempDir(), "zhanqun")}
	if out, err := exec.Command("go", "build", "-o", p.binary, "../..").CombinedOutput(); err != nil {
		t.Fatalf("go build: %v\n%s", err, out)
	}
	var out, progress bytes.Buffer
	if err := run(t.Context(), p, &out, &progress); err != nil {
		t.Fatalf("%v\n%s", err, progress.String())
	}
	t.Log("\n" + out.String())
	for _, scene := range scenes {
		if !strings.Contains(out.String(), "\n"+scene) {
			t.Errorf("the table says nothing of %s", scene)
		}
	}
}

func TestParse(t *testing.T) {
	f, n, err := parse(`Running 5s test @ http://127.0.0.1:1
  Thread Stats   Avg      Stdev     Max   +/- Stdev
    Latency     5.83ms    9.51ms 104.42ms   88.46%
  Latency Distribution
     50%  850.00us
     75%    2.50ms
     90%    8.02ms
     99%   62.12ms
  103220 requests in 5.00s, 1.20GB read
  Socket errors: connect 0, read 1, write 2, timeout 3
  Non-2xx or 3xx responses: 4
Requests/sec:  20644.12
`)
	want := figures{Rate: 20644.12, P50: 850 * time.Microsecond, P99: 62120 * time.Microsecond, Refused: 10}
	if err != nil || f != want || n != 103220 {
		t.Errorf("%+v, %d, %v; want %+v", f, n, err, want)
	}
	if _, _, err := parse("wrk: unable to connect"); err == nil {
		t.Error("took a failure for figures")
	}
}

// A site's superior is opened before it, however few are taken.
func TestDivisions(t *testing.T) {
	for _, n := range []int{1, 30, 500} {
		orgs, sites, err := divisions(corpus.Path(t, "china-divisions.csv.gz"), n)
		if err != nil {
			t.Fatal(err)
		}
		rows, err := csv.NewReader(bytes.NewReader(orgs)).ReadAll()
		if err != nil {
			t.Fatal(err)
		}
		known := map[string]bool{"": true}
		for _, row := range rows[1:] {
			if !known[row[3]] {
				t.Errorf("%d: %v stands before its superior", n, row)
			}
			known[row[0]] = true
		}
		if got := bytes.Count(sites, []byte{'\n'}) - 1; got != n {
			t.Errorf("%d sites, want %d", got, n)
		}
	}
}
