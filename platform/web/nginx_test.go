package web

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/netip"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
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
	f := assemble(t, Config{TrustedProxies: []netip.Prefix{netip.MustParsePrefix("127.0.0.1/32")}, ReadWithin: 2 * time.Second})
	f.Router().Action(ActionRoute{Room: "article", Method: "POST", Path: "/sites/:site/echo", Action: "article.create", Tenancy: "site", Cache: "no-store",
		Do: func(c *fiber.Ctx) error { return c.SendString(fmt.Sprintf("%q", c.Body())) }})
	var conns counted
	f.listen = func(ln net.Listener) net.Listener { conns.Listener = ln; return &conns }
	f.serve()
	front := nginx(t, f.addr)
	reached, shared, told, victims := 0, 0, map[string]bool{}, 0
	for _, row := range rawRequests {
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
				t.Errorf("after %s a victim that asked for %s got %d %.80q", row.name, path, status, body)
			}
		}
		if conns.accepted.Load() == at && len(after) > len(before) {
			shared++
		}
		for id := range f.answered(t) {
			if !told[id] {
				t.Errorf("%s: the node answered a request whose answer nobody got (the sender got %v)", row.name, sent)
				told[id] = true
			}
		}
	}
	t.Logf("%d conversations, %d reached the node, after %d of them the victims came on connections that were open before; %d victims, %d connections to the node",
		len(rawRequests), reached, shared, victims, conns.accepted.Load())
	if reached < 50 || shared < 50 {
		t.Errorf("only %d reached the node and %d shared its connections: this shows nothing", reached, shared)
	}
}

// counted counts the connections a listener has accepted.
type counted struct {
	net.Listener
	accepted atomic.Int64
}

func (c *counted) Accept() (net.Conn, error) {
	conn, err := c.Listener.Accept()
	if err == nil {
		c.accepted.Add(1)
	}
	return conn, err
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
	c, err := net.Dial("tcp", front)
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	if _, err := fmt.Fprintf(c, "GET %s HTTP/1.1\r\nHost: hanbin.gov.cn\r\nConnection: close\r\n\r\n", path); err != nil {
		t.Fatal(err)
	}
	if err := c.SetReadDeadline(time.Now().Add(20 * time.Second)); err != nil {
		t.Fatal(err)
	}
	res, err := http.ReadResponse(bufio.NewReader(c), nil)
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
	shipped, err := os.ReadFile("../../deploy/nginx/zhanqun.conf")
	if err != nil {
		t.Fatal(err)
	}
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	address = ln.Addr().String()
	ln.Close()
	conf := string(shipped)
	for _, edit := range [][2]string{{`(?m)^ *(ssl_|listen 443).*\n`, ""}, {`listen 80 `, "listen " + address + " "}, {`(?m)^ *server 10\.0\.0\.12.*\n`, ""}, {`10\.0\.0\.11:8080`, node}} {
		re := regexp.MustCompile(edit[0])
		if !re.MatchString(conf) {
			t.Fatalf("the shipped configuration has no %s any more", edit[0])
		}
		conf = re.ReplaceAllString(conf, edit[1])
	}
	dir := t.TempDir()
	file := filepath.Join(dir, "nginx.conf")
	if err := os.WriteFile(file, []byte("daemon off; master_process off; pid "+dir+"/pid; error_log "+dir+"/error.log;\nevents { worker_connections 256; }\nhttp {\naccess_log off;\n"+
		"client_body_temp_path "+dir+"/body; proxy_temp_path "+dir+"/proxy; fastcgi_temp_path "+dir+"/f; uwsgi_temp_path "+dir+"/u; scgi_temp_path "+dir+"/s;\n"+
		"client_header_timeout 500ms; client_body_timeout 500ms;\n"+conf+"}\n"), 0o644); err != nil {
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
