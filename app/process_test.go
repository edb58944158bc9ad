package app

import (
	"bytes"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/zhanqun/zhanqun/kernel/proof"
	"go.uber.org/goleak"
)

// binary builds the shipped program once for all tests of this package that need a process of their own.
var binary = sync.OnceValues(func() (string, error) {
	dir, err := os.MkdirTemp("", "zhanqun-bin-")
	if err != nil {
		return "", err
	}
	AtEnd(func() { os.RemoveAll(dir) })
	name := filepath.Join(dir, "zhanqun")
	out, err := exec.Command("go", "build", "-o", name, "..").CombinedOutput()
	if err != nil {
		return "", fmt.Errorf("go build: %w\n%s", err, out)
	}
	return name, nil
})

// child in the environment lets the test binary be a program of a test's own, which a test may kill: see children.
const child = "ZHANQUN_TEST_CHILD"

// children are those programs, by name. They end by being killed, or with an exit code.
var children = map[string]func() error{}

func TestMain(m *testing.M) {
	if run := children[os.Getenv(child)]; run != nil {
		if err := run(); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		os.Exit(0)
	}
	code := m.Run()
	for _, f := range ends.all {
		f()
	}
	if code == 0 {
		code = leaks()
	}
	os.Exit(code)
}

// leaks is 1 when goroutines outlive the tests, which are then named.
func leaks() int {
	http.DefaultTransport.(*http.Transport).CloseIdleConnections()
	// fasthttp refreshes the Date header from one goroutine that lives as long as the process, and a stopped server's pool notices
	// within ten seconds.
	if err := goleak.Find(goleak.IgnoreAnyFunction("github.com/valyala/fasthttp.updateServerDate.func1"),
		goleak.IgnoreAnyFunction("github.com/valyala/fasthttp.(*workerPool).Start.func2")); err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	return 0
}

var ends struct {
	sync.Mutex
	all []func()
}

// AtEnd puts away what tests share, when all of them have run.
func AtEnd(f func()) {
	ends.Lock()
	defer ends.Unlock()
	ends.all = append(ends.all, f)
}

// program is the path of the shipped program.
func program(t testing.TB) string {
	t.Helper()
	name, err := binary()
	if err != nil {
		t.Fatal(err)
	}
	return name
}

// Fill has the shipped program fill a data folder with the demonstration: with the race detector that takes minutes.
func Fill(t *testing.T, data string) {
	t.Helper()
	p := launch(t, program(t), freeAddress(t), freeAddress(t), "--demo", "--data="+data).ready(t)
	if code := p.stop(); code != 0 {
		t.Fatalf("serve ended with %d:\n%s", code, p.said)
	}
}

// process is a `serve` of its own, which a test may kill, or stop in order. It ends with the test.
type process struct {
	*proof.Child
	address, ops string
	said         *lines
}

// launch starts `serve` of the given binary without waiting: see ready. The addresses may be those of an earlier one.
func launch(t testing.TB, binary, address, ops string, args ...string) *process {
	t.Helper()
	p := &process{address: address, ops: ops, said: &lines{}}
	cmd := exec.Command(binary, append([]string{"serve", "--listen=" + address, "--ops-listen=" + ops}, args...)...)
	cmd.Stdout, cmd.Stderr = p.said, p.said
	var err error
	if p.Child, err = proof.Start(cmd); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(p.Kill)
	return p
}

// ready waits until the node says that it can serve; it fails the test when the process ends instead.
func (p *process) ready(t testing.TB) *process {
	t.Helper()
	for tick := time.NewTicker(20 * time.Millisecond); ; <-tick.C {
		select {
		case <-p.Ended:
			t.Fatalf("serve has ended: %v\n%s", p.Err, p.said)
		default:
		}
		answer, err := http.Get("http://" + p.ops + "/readyz")
		if err != nil {
			continue
		}
		answer.Body.Close()
		if answer.StatusCode == http.StatusOK {
			return p
		}
	}
}

// stop asks it to stop in order and returns its exit code.
func (p *process) stop() int {
	_ = p.Process.Signal(syscall.SIGTERM) // it may have ended by itself
	<-p.Ended
	return p.ProcessState.ExitCode()
}

// command runs one command of the shipped program and returns what it prints.
func command(t testing.TB, args ...string) (out string, code int) {
	t.Helper()
	c := exec.Command(program(t), args...)
	var b bytes.Buffer
	c.Stdout, c.Stderr = &b, &b
	err := c.Run()
	if c.ProcessState == nil {
		t.Fatal(err)
	}
	return strings.TrimSpace(b.String()), c.ProcessState.ExitCode()
}

// The shipped binary serves, stops in order, and is served again from the same folder after a kill.
func TestProcess(t *testing.T) {
	data := t.TempDir()
	at, ops := freeAddress(t), freeAddress(t)
	p := launch(t, program(t), at, ops, "--data="+data).ready(t)
	p.Kill()
	p = launch(t, program(t), at, ops, "--data="+data).ready(t)
	if code := p.stop(); code != 0 {
		t.Errorf("stopped in order: exit code %d\n%s", code, p.said)
	}
	if out, code := command(t, "version"); code != 0 || !strings.Contains(out, Release) {
		t.Errorf("version: %d, %s", code, out)
	}
}
