// Package untried says at the end of `go test ./...` what this machine could not try. Its name puts it last.
//
// `go test` hides what a passing package prints, so the sentence goes to the terminal of the go command itself. It is not for tests.
package untried

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// needs are what tests ask for beyond Go, in the words of the README.
var needs = []struct {
	what, how string
	there     func() bool
}{
	{"PostgreSQL", "set ZHANQUN_TEST_POSTGRES=postgres://…", func() bool { return os.Getenv("ZHANQUN_TEST_POSTGRES") != "" }},
	{"an S3 server", "go install github.com/versity/versitygw/cmd/versitygw@v1.8.0", func() bool { return program("versitygw") }},
	{"nginx", "install nginx-light", func() bool { return program("nginx") }},
	{"a virus scanner", "install clamav-daemon", func() bool { return program("clamd") }},
	{"a browser", "install chromium", func() bool { return program("chromium", "chromium-browser", "google-chrome") }},
	{"ffmpeg", "install ffmpeg", func() bool { return program("ffmpeg") && program("ffprobe") }},
	{"an HTML checker", "install a Java runtime, set ZHANQUN_TEST_VNU to vnu.jar", func() bool { return program("java") && os.Getenv("ZHANQUN_TEST_VNU") != "" }},
	{"nginx and wrk", "apt-get install --no-install-recommends nginx-light wrk", func() bool { return program("nginx") && program("wrk") }},
	{"real documents", "set ZHANQUN_CORPUS to a folder with policies.jsonl.gz", corpus},
}

func program(names ...string) bool {
	for _, n := range names {
		if _, err := exec.LookPath(n); err == nil {
			return true
		}
		if _, err := os.Stat(filepath.Join("/usr/sbin", n)); err == nil { // not on the path of every user
			return true
		}
		home, err := os.UserHomeDir()
		if _, stat := os.Stat(filepath.Join(home, "go", "bin", n)); err == nil && stat == nil {
			return true
		}
	}
	return false
}

func corpus() bool {
	for _, dir := range []string{os.Getenv("ZHANQUN_CORPUS"), filepath.Join("..", "..", "shared", "data")} {
		if _, err := os.Stat(filepath.Join(dir, "policies.jsonl.gz")); dir != "" && err == nil {
			return true
		}
	}
	return false
}

// The README's promise: without PostgreSQL, an S3 server or a browser the tests pass and say so.
func TestWhatThisMachineCouldNotTry(t *testing.T) {
	var missing []string
	for _, n := range needs {
		if !n.there() {
			missing = append(missing, fmt.Sprintf("  %-15s %s", n.what, n.how))
		}
	}
	if len(missing) == 0 {
		return
	}
	if os.Getenv("ZHANQUN_TEST_REQUIRE") != "" {
		t.Fatalf("required and not here:\n%s", strings.Join(missing, "\n"))
	}
	again(t)
	say("这台机器上没有测到 · not tried on this machine:\n" + strings.Join(missing, "\n") + "\n")
}

// again keeps the go command from remembering this result, and so from staying silent the next time: it does not
// remember a test that read a file of the module which is younger than two seconds.
func again(t *testing.T) {
	const stamp = "ran.out" // ignored by git
	if err := os.WriteFile(stamp, nil, 0o644); err != nil {
		t.Log(err) // a tree that cannot be written: silent the second time
	}
	_, _ = os.Stat(stamp) // being looked at is all it is for
}

// say writes to the go command's own standard error, or to the terminal, or at least to the log that -v shows.
func say(text string) {
	for _, name := range []string{fmt.Sprintf("/proc/%d/fd/2", os.Getppid()), "/dev/tty"} {
		if f, err := os.OpenFile(name, os.O_WRONLY|os.O_APPEND, 0); err == nil {
			_, err = f.WriteString(text)
			f.Close()
			if err == nil {
				return
			}
		}
	}
	fmt.Print(text)
}
