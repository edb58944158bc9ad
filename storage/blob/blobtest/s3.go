package blobtest

import (
	"context"
	"fmt"
	"net"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/zhanqun/zhanqun/kernel/proof"
	"github.com/zhanqun/zhanqun/storage/blob"
	"github.com/zhanqun/zhanqun/storage/blob/minio"
)

// within is the deadline of the tests' stores: longer than a busy machine needs for an answer.
const within = 20 * time.Second

// S3 returns an empty bucket of a real S3 server that ends with the test, or skips where there is none.
func S3(t testing.TB) *minio.Store {
	t.Helper()
	target, err := blob.ParseURL(S3URL(t))
	if err != nil {
		t.Fatal(err)
	}
	s, err := minio.Open(context.Background(), target.S3, within)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// S3URL starts a real S3 server (versitygw, from PATH or GOPATH/bin) on a free loopback port, ended with the test, and
// returns the address of a bucket that opening it will make. Without the server the test is skipped by name, and with
// ZHANQUN_TEST_REQUIRE=1, as in CI, its absence is fatal.
func S3URL(t testing.TB) string {
	t.Helper()
	program := find("versitygw")
	if program == "" {
		if os.Getenv("ZHANQUN_TEST_REQUIRE") != "" {
			t.Fatal("versitygw is neither in PATH nor in GOPATH/bin")
		}
		t.Skip("no S3 server: go install github.com/versity/versitygw/cmd/versitygw@v1.8.0")
	}
	const key, secret = "test+key", "a secret/with:everything@in?it#%"
	for attempt := range 3 {
		if address := start(t, program, key, secret); address != "" {
			u := url.URL{Scheme: "s3", User: url.UserPassword(key, secret), Host: address, Path: "/media", RawQuery: "region=us-east-1&tls=false&create=true"}
			return u.String()
		}
		t.Logf("versitygw did not start at attempt %d", attempt+1)
	}
	t.Fatal("versitygw does not start")
	return ""
}

func find(program string) string {
	if p, err := exec.LookPath(program); err == nil {
		return p
	}
	out, err := exec.Command("go", "env", "GOPATH").Output()
	if err != nil {
		return ""
	}
	p := filepath.Join(strings.TrimSpace(string(out)), "bin", program)
	if _, err := os.Stat(p); err != nil {
		return ""
	}
	return p
}

// start runs the server until the test ends and returns where it answers, or "" when somebody else took its port.
func start(t testing.TB, program, key, secret string) string {
	t.Helper()
	dir := t.TempDir()
	for _, sub := range []string{"iam", "data"} {
		if err := os.Mkdir(filepath.Join(dir, sub), 0o700); err != nil {
			t.Fatal(err)
		}
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	address := l.Addr().String()
	l.Close()
	cmd := exec.Command(program, "--quiet", "--port", address, "--iam-dir", filepath.Join(dir, "iam"), "posix", filepath.Join(dir, "data"))
	cmd.Env = append(os.Environ(), "ROOT_ACCESS_KEY="+key, "ROOT_SECRET_KEY="+secret)
	var said strings.Builder
	cmd.Stdout, cmd.Stderr = &said, &said
	server, err := proof.Start(cmd)
	if err != nil {
		t.Fatal(fmt.Errorf("start %s: %w", program, err))
	}
	t.Cleanup(func() {
		server.Kill()
		if t.Failed() {
			t.Logf("versitygw said: %s", said.String())
		}
	})
	for deadline := time.After(within); ; {
		if c, err := net.DialTimeout("tcp", address, time.Second); err == nil {
			c.Close()
			return address
		}
		select {
		case <-server.Ended:
			return ""
		case <-deadline:
			return ""
		case <-time.After(20 * time.Millisecond): // another process: nothing to wait on
		}
	}
}
