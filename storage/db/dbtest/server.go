package dbtest

import (
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
)

// Server is a PostgreSQL of one test's own, which the test may stop, freeze and start again. It ends with the test.
type Server struct {
	t    testing.TB
	bin  string // folder of initdb and pg_ctl
	dir  string
	port int
	as   *syscall.Credential // PostgreSQL refuses to run as root
}

// NewServer makes a cluster on a free loopback port and starts it, with settings added to its own as "name=value"; fsync is
// on. Without PostgreSQL's programs the test is skipped by name, and with ZHANQUN_TEST_REQUIRE=1 their absence is fatal.
func NewServer(t testing.TB, settings ...string) *Server {
	t.Helper()
	s := &Server{t: t, bin: programs()}
	if s.bin == "" {
		if os.Getenv("ZHANQUN_TEST_REQUIRE") != "" {
			t.Fatal("no initdb: install postgresql")
		}
		t.Skip("no initdb: install postgresql")
	}
	var err error
	// Not t.TempDir: its parents are closed to the user that PostgreSQL runs as, and a socket's path must be short.
	if s.dir, err = os.MkdirTemp("", "zhanqun-pg-"); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := os.RemoveAll(s.dir); err != nil {
			t.Error(err)
		}
	})
	if os.Getuid() == 0 {
		s.become(t)
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	s.port = l.Addr().(*net.TCPAddr).Port
	l.Close()
	s.do("initdb", "-D", s.data(), "-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8", "-N")
	text := fmt.Sprintf("port=%d\nlisten_addresses='127.0.0.1'\nunix_socket_directories='%s'\nmax_connections=200\n%s\n", s.port, s.dir, strings.Join(settings, "\n"))
	if err := os.WriteFile(filepath.Join(s.data(), "postgresql.auto.conf"), []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	if s.as != nil {
		if err := os.Chown(filepath.Join(s.data(), "postgresql.auto.conf"), int(s.as.Uid), int(s.as.Gid)); err != nil {
			t.Fatal(err)
		}
	}
	t.Cleanup(func() {
		s.Thaw()
		if s.Running() {
			s.Stop("immediate")
		}
	})
	s.Start()
	return s
}

func (s *Server) become(t testing.TB) {
	t.Helper()
	u, err := user.Lookup("postgres")
	if err != nil {
		t.Fatalf("PostgreSQL does not run as root and there is no user postgres: %v", err)
	}
	uid, err1 := strconv.Atoi(u.Uid)
	gid, err2 := strconv.Atoi(u.Gid)
	if err := errors.Join(err1, err2, os.Chown(s.dir, uid, gid)); err != nil {
		t.Fatal(err)
	}
	s.as = &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}
}

// programs is the folder of PostgreSQL's programs, newest first where Debian keeps several, or "".
func programs() string {
	if p, err := exec.LookPath("initdb"); err == nil {
		return filepath.Dir(p)
	}
	found, _ := filepath.Glob("/usr/lib/postgresql/*/bin/initdb") // the pattern is right
	if len(found) == 0 {
		return ""
	}
	return filepath.Dir(slices.Max(found))
}

func (s *Server) data() string { return filepath.Join(s.dir, "data") }

func (s *Server) do(program string, args ...string) {
	s.t.Helper()
	c := exec.Command(filepath.Join(s.bin, program), args...)
	c.Dir = s.dir
	if s.as != nil {
		c.SysProcAttr = &syscall.SysProcAttr{Credential: s.as}
	}
	if program == "pg_ctl" { // the server would keep a pipe of ours open
		c.Stdout, c.Stderr = nil, nil
		if err := c.Run(); err != nil {
			log, _ := os.ReadFile(filepath.Join(s.dir, "log")) // it may not be there yet
			s.t.Fatalf("%s %s: %v\n%s", program, args, err, log)
		}
		return
	}
	if out, err := c.CombinedOutput(); err != nil {
		s.t.Fatalf("%s: %v\n%s", program, err, out)
	}
}

// URL is the address of the database postgres of the server.
func (s *Server) URL() string {
	return fmt.Sprintf("postgres://postgres@127.0.0.1:%d/postgres?sslmode=disable", s.port)
}

// Address is where it listens, for a proxy in between.
func (s *Server) Address() string { return net.JoinHostPort("127.0.0.1", strconv.Itoa(s.port)) }

// Start starts it and waits until it answers.
func (s *Server) Start() {
	s.t.Helper()
	s.do("pg_ctl", "-D", s.data(), "-l", filepath.Join(s.dir, "log"), "-w", "-t", "120", "start")
}

// Stop stops it in PostgreSQL's own mode: "fast" in order, "immediate" as a crash would.
func (s *Server) Stop(mode string) {
	s.t.Helper()
	s.do("pg_ctl", "-D", s.data(), "-m", mode, "-w", "stop")
}

// Running reports whether it has been started and not stopped.
func (s *Server) Running() bool { return len(s.processes()) > 0 }

// Freeze stops all its processes where they are: connections stay open and nothing answers. Thaw goes on.
func (s *Server) Freeze() { s.signal(syscall.SIGSTOP) }

// Thaw undoes Freeze.
func (s *Server) Thaw() { s.signal(syscall.SIGCONT) }

func (s *Server) signal(sig syscall.Signal) {
	for _, pid := range s.processes() {
		_ = syscall.Kill(pid, sig) // it may have ended meanwhile
	}
}

// processes are the postmaster and its children; empty when it does not run.
func (s *Server) processes() []int {
	b, err := os.ReadFile(filepath.Join(s.data(), "postmaster.pid"))
	if err != nil {
		return nil
	}
	line, _, _ := strings.Cut(string(b), "\n")
	pid, err := strconv.Atoi(line)
	if err != nil || syscall.Kill(pid, 0) != nil {
		return nil
	}
	all := []int{pid}
	children, _ := os.ReadFile(fmt.Sprintf("/proc/%d/task/%d/children", pid, pid)) // not on Linux: the postmaster alone
	for f := range strings.FieldsSeq(string(children)) {
		if n, err := strconv.Atoi(f); err == nil {
			all = append(all, n)
		}
	}
	return all
}
