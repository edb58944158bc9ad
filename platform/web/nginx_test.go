package web

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/netip"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/gofiber/fiber/v2"
	"github.com/zhanqun/zhanqun/kernel/proof"
)

// Must show 4, promises 5 (#4), smuggling: the shipped proxy configuration in a real nginx before one node, which it keeps connections
// to. Every raw conversation goes through it, and after each some victims whose requests travel on the same connections. A victim gets
// its own page, and every request the node has answered was answered to whoever sent it: none is left over for another.
func TestNothingIsSmuggledThroughNginx(t *testing.T) {
	found, reached, shared := throughNginx(t, false, rawRequests)
	for _, what := range found {
		t.Error(what)
	}
	if reached < 50 || shared < 50 {
		t.Errorf("only %d reached the node and %d shared its connections: this shows nothing", reached, shared)
	}
}

// The teeth of the above: before a node that does not see lengths, and takes every body for the next request, it finds what is smuggled.
func TestSmugglingWouldBeSeen(t *testing.T) {
	i := slices.IndexFunc(rawRequests, func(r rawRequest) bool { return r.name == "GET with a body" })
	found, _, _ := throughNginx(t, true, slices.Repeat(rawRequests[i:i+1], 200)) // the body must come before nginx has its answer, which is luck
	if len(found) == 0 {
		t.Fatal("a node that does not see lengths passed")
	}
	t.Logf("%d complaints, the first: %s", len(found), found[0])
}

// throughNginx sends every raw conversation, with victims behind it, and returns what went wrong, how many conversations reached the
// node, and after how many the victims came on connections that had been open before.
func throughNginx(t *testing.T, blind bool, rows []rawRequest) (found []string, reached, shared int) {
	t.Helper()
	f := assemble(t, Config{TrustedProxies: []netip.Prefix{netip.MustParsePrefix("127.0.0.1/32")}, ReadWithin: 2 * time.Second})
	f.Router().Action(ActionRoute{Room: "article", Method: "POST", Path: "/sites/:site/echo", Action: "article.create", Tenancy: "site", Cache: "no-store",
		Do: func(c *fiber.Ctx) error { return c.SendString(fmt.Sprintf("%q", c.Body())) }})
	conns := counted{blind: blind}
	f.listen = func(ln net.Listener) net.Listener { conns.Listener = ln; return &conns }
	f.serve()
	front := nginx(t, f.addr)
	told, victims := map[string]bool{}, 0
	for _, row := range rows {
		if blind && len(found) > 0 {
			break
		}
		before := f.answered(t)
		sent := attack(t, front, row.bytes, told)
		after, at := f.answered(t), conns.accepted.Load()
		if len(after)-len(before) > 1 { // the last of them is the harness's own
			reached++
		}
		for range 3 {
			victims++
			path := fmt.Sprintf("/a/%d", 1_000_000+victims)
			status, body := victim(t, front, path, told)
			if want := fmt.Sprintf("map[id:%d]", 1_000_000+victims); status != 200 || !strings.Contains(body, want) {
				found = append(found, fmt.Sprintf("after %s a victim that asked for %s got %d %.80q", row.name, path, status, body))
			}
		}
		if conns.accepted.Load() == at && len(after) > len(before) {
			shared++
		}
		for id := range f.answered(t) {
			if !told[id] {
				found = append(found, fmt.Sprintf("%s: the node answered a request whose answer nobody got (the sender got %v)", row.name, sent))
				told[id] = true
			}
		}
	}
	t.Logf("%d conversations, %d reached the node, after %d of them the victims came on connections that were open before; %d victims, %d connections to the node",
		len(rows), reached, shared, victims, conns.accepted.Load())
	return found, reached, shared
}

// counted counts the connections a listener has accepted. Of a blind one nobody sees how long a body is.
type counted struct {
	net.Listener
	blind    bool
	accepted atomic.Int64
}

func (c *counted) Accept() (net.Conn, error) {
	conn, err := c.Listener.Accept()
	if err == nil {
		c.accepted.Add(1)
		if c.blind {
			conn = blindConn{conn}
		}
	}
	return conn, err
}

type blindConn struct{ net.Conn }

func (c blindConn) Read(b []byte) (int, error) {
	n, err := c.Conn.Read(b)
	copy(b, bytes.ReplaceAll(b[:n], []byte("Content-Length:"), []byte("Kontent-Length:")))
	return n, err
}

// answered is the ids of all requests in the access log.
func (f *fixture) answered(t *testing.T) map[string]bool {
	t.Helper()
	ids := map[string]bool{}
	for line := range strings.Lines(f.logs.String()) {
		var l struct{ Msg, ID string }
		if err := json.Unmarshal([]byte(line), &l); err != nil {
			t.Fatal(err)
		}
		if l.Msg == "request" {
			ids[l.ID] = true
		}
	}
	return ids
}

// attack sends a payload and, behind it, a request that ends the connection, and notes every answer.
func attack(t *testing.T, front, payload string, told map[string]bool) (statuses []int) {
	t.Helper()
	c, err := net.Dial("tcp", front)
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	_, _ = io.WriteString(c, payload+"GET /a/999999 HTTP/1.1\r\nHost: hanbin.gov.cn\r\nConnection: close\r\n\r\n") // nginx may hang up before the end
	if err := c.SetReadDeadline(time.Now().Add(20 * time.Second)); err != nil {
		t.Fatal(err)
	}
	method, _, _ := strings.Cut(payload, " ")
	for r := bufio.NewReader(c); ; method = "GET" {
		res, err := http.ReadResponse(r, &http.Request{Method: method})
		if err != nil {
			return statuses
		}
		_, _ = io.Copy(io.Discard, res.Body) // nginx may hang up here too; the id is in the head
		statuses = append(statuses, res.StatusCode)
		told[res.Header.Get("X-Request-Id")] = true
	}
}

func victim(t *testing.T, front, path string, told map[string]bool) (status int, body string) {
	t.Helper()
	for { // a machine so busy that nginx hangs up before it was asked anything
		c, err := net.Dial("tcp", front)
		if err != nil {
			t.Fatal(err)
		}
		defer c.Close()
		_, _ = fmt.Fprintf(c, "GET %s HTTP/1.1\r\nHost: hanbin.gov.cn\r\nConnection: close\r\n\r\n", path) // what became of it is read below
		if err := c.SetReadDeadline(time.Now().Add(patience)); err != nil {
			t.Fatal(err)
		}
		r := bufio.NewReader(c)
		if _, err := r.Peek(1); errors.Is(err, io.EOF) {
			continue
		}
		res, err := http.ReadResponse(r, nil)
		if err != nil {
			t.Fatal(err)
		}
		b, err := io.ReadAll(res.Body)
		if err != nil {
			t.Fatal(err)
		}
		told[res.Header.Get("X-Request-Id")] = true
		return res.StatusCode, string(b)
	}
}

// nginx starts one in front of node with the shipped configuration, its TLS taken off and its patience shortened, and returns its address.
// Without nginx the test is skipped by name, and with ZHANQUN_TEST_REQUIRE=1 its absence is fatal.
func nginx(t *testing.T, node string) (address string) {
	t.Helper()
	program, err := exec.LookPath("nginx")
	if err != nil {
		if os.Getenv("ZHANQUN_TEST_REQUIRE") != "" {
			t.Fatal("nginx is not in PATH")
		}
		t.Skip("no nginx: install nginx-light")
	}
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	address = ln.Addr().String()
	ln.Close()
	dir := t.TempDir()
	file := filepath.Join(dir, "nginx.conf")
	if err := os.WriteFile(file, []byte(shipped(t, dir, address, node)), 0o644); err != nil {
		t.Fatal(err)
	}
	p, err := proof.Start(exec.Command(program, "-e", filepath.Join(dir, "error.log"), "-p", dir, "-c", file))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(p.Kill)
	for tick := time.NewTicker(10 * time.Millisecond); ; <-tick.C {
		select {
		case <-p.Ended:
			said, _ := os.ReadFile(filepath.Join(dir, "error.log"))
			t.Fatalf("nginx has ended: %v\n%s", p.Err, said)
		default:
		}
		if c, err := net.Dial("tcp", address); err == nil {
			c.Close()
			return address
		}
	}
}

// shipped is the configuration of deploy/nginx, made one that runs here.
func shipped(t *testing.T, dir, address, node string) string {
	t.Helper()
	b, err := os.ReadFile("../../deploy/nginx/zhanqun.conf")
	if err != nil {
		t.Fatal(err)
	}
	conf := string(b)
	for _, edit := range [][2]string{{`(?m)^ *(ssl_|listen 443).*\n`, ""}, {`listen 80 `, "listen " + address + " "}, {`(?m)^ *server 10\.0\.0\.12.*\n`, ""}, {`10\.0\.0\.11:8080`, node}} {
		re := regexp.MustCompile(edit[0])
		if !re.MatchString(conf) {
			t.Fatalf("the shipped configuration has no %s any more", edit[0])
		}
		conf = re.ReplaceAllString(conf, edit[1])
	}
	head := "daemon off; master_process off; pid DIR/pid; error_log DIR/error.log;\nevents { worker_connections 256; }\nhttp {\naccess_log off;\n" +
		"client_body_temp_path DIR/body; proxy_temp_path DIR/proxy; fastcgi_temp_path DIR/f; uwsgi_temp_path DIR/u; scgi_temp_path DIR/s;\n" +
		"client_header_timeout 1s; client_body_timeout 1s;\n"
	return strings.ReplaceAll(head, "DIR", dir) + conf + "}\n"
}
