package app

import (
	"bufio"
	"fmt"
	"net"
	"net/http"
	"syscall"
	"testing"
	"time"

	"github.com/zhanqun/zhanqun/storage/db/dbtest"
)

// promises.md 2.8 (Y6, style.md 19): told to stop behind a proxy, a node says so to whoever asks for its health, answers the
// requests that are open and those that still come, closes their connections, writes its mirror, and ends with 0.
func TestOrderedShutdown(t *testing.T) {
	server := dbtest.NewServer(t)
	c := newCluster(t, 1, program(t), server.URL(), fewSites, "--trusted-proxies=127.0.0.1")
	p, site := c.nodes[0], c.Sites.AllPublic()[0]
	if g, err := c.get(0, site.URL("/")); err != nil || g.status != http.StatusOK { // rendered now, to be mirrored behind
		t.Fatalf("%d, %v", g.status, err)
	}
	conn, err := net.Dial("tcp", p.address)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	fmt.Fprintf(conn, "GET / HTTP/1.1\r\nHost: ankang.localhost:%s\r\n", clusterPort) // a request that has begun
	began := time.Now()
	if err := p.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	for status := http.StatusOK; status != http.StatusServiceUnavailable; { // draining is known
		status, _, _ = fetch(t, p.ops, "127.0.0.1", "/healthz")
	}
	if g, err := c.get(0, site.URL("/")); err != nil || g.status != http.StatusOK {
		t.Errorf("a request that came while draining: %d, %v", g.status, err)
	}
	fmt.Fprint(conn, "\r\n")
	a, err := http.ReadResponse(bufio.NewReader(conn), nil)
	if err != nil || a.StatusCode != http.StatusOK || !a.Close {
		t.Errorf("the request that was open: %v, %v", a, err)
	}
	<-p.Ended
	t.Logf("draining and stopping took %v", time.Since(began).Round(time.Millisecond))
	if code := p.ProcessState.ExitCode(); code != exitOK {
		t.Errorf("exit code %d\n%s", code, p.said.failures())
	}
	server.Stop("fast")
	c.start(t, 0, program(t), p.address, p.ops)
	c.nodes[0].ready(t)
	if g, err := c.get(0, site.URL("/")); err != nil || g.status != http.StatusOK || !g.stale {
		t.Errorf("from the mirror of before: %d, stale %v, %v", g.status, g.stale, err)
	}
	if code := c.nodes[0].stop(); code != exitOK {
		t.Errorf("stopped without its database: exit code %d", code)
	}
}

// A database that hangs holds up no shutdown: the process that supervises us would kill it in the end.
func TestShutdownWithAHangingDatabase(t *testing.T) {
	server := dbtest.NewServer(t)
	c := newCluster(t, 1, program(t), server.URL(), fewSites)
	for _, s := range c.Sites.AllPublic() {
		for range 3 {
			if _, err := c.get(0, s.URL("/")); err != nil {
				t.Fatal(err)
			}
		}
	}
	server.Freeze()
	began := time.Now()
	code := c.nodes[0].stop()
	t.Logf("took %v", time.Since(began).Round(time.Millisecond))
	server.Thaw()
	if code != exitOK {
		t.Errorf("exit code %d\n%s", code, c.nodes[0].said)
	}
}
