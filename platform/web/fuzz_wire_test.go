package web

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"net"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/zhanqun/zhanqun/kernel/proof"
)

// memoryConn is a connection whose client has said everything already.
type memoryConn struct {
	io.Reader
	out bytes.Buffer
}

func (c *memoryConn) Write(b []byte) (int, error)      { return c.out.Write(b) }
func (c *memoryConn) Close() error                     { return nil }
func (c *memoryConn) LocalAddr() net.Addr              { return &net.TCPAddr{IP: net.IPv4(127, 0, 0, 1), Port: 80} }
func (c *memoryConn) RemoteAddr() net.Addr             { return &net.TCPAddr{IP: net.IPv4(127, 0, 0, 1), Port: 9} }
func (c *memoryConn) SetDeadline(time.Time) error      { return nil }
func (c *memoryConn) SetReadDeadline(time.Time) error  { return nil }
func (c *memoryConn) SetWriteDeadline(time.Time) error { return nil }

// told answers bytes without a network.
func told(tb testing.TB, f *fixture) func(raw []byte) []byte {
	f.seal()
	srv := f.outer(tb.Context())
	return func(raw []byte) []byte {
		c := &memoryConn{Reader: bytes.NewReader(raw)}
		_ = srv.ServeConn(c) // what it says of a bad request is in the answer
		return c.out.Bytes()
	}
}

// promised are the statuses a request may be answered with; 500 is not among them.
var promised = []int{100, 200, 301, 304, 400, 403, 404, 405, 410, 413, 417, 421, 431, 503, 505}

// checkWire holds what is true of the answers to any bytes at all.
func checkWire(t *testing.T, raw, wire []byte) {
	heads := bytes.Count(raw, []byte("\n\r\n")) + bytes.Count(raw, []byte("\n\n"))
	r := bufio.NewReader(bytes.NewReader(wire))
	for n, ended := 0, false; ; n++ {
		if _, err := r.Peek(1); err != nil {
			return
		}
		if ended || n > heads {
			t.Fatalf("%q: more was answered than asked, or after the end: %q", raw, wire)
		}
		// An answer to HEAD has a length and no body; only the asker knows.
		method := "GET"
		if bytes.Contains(raw, []byte("HEAD")) {
			method = "HEAD"
		}
		res, err := http.ReadResponse(r, &http.Request{Method: method})
		if err != nil {
			t.Fatalf("%q: not an answer: %v in %q", raw, err, wire)
		}
		body, err := io.ReadAll(res.Body)
		if err != nil {
			t.Fatalf("%q: %v in %q", raw, err, wire)
		}
		if !slices.Contains(promised, res.StatusCode) || res.Header.Get("Set-Cookie") != "" || bytes.Contains(body, []byte("canary")) ||
			res.StatusCode != 100 && (res.Header.Get("Content-Security-Policy") == "" || res.Header.Get("X-Request-Id") == "") {
			t.Fatalf("%q: %d %v %.200q", raw, res.StatusCode, res.Header, body)
		}
		if method == "HEAD" {
			return
		}
		if ended = res.Close; res.StatusCode == 100 {
			n-- // its real answer follows
		}
	}
}

func FuzzRawRequest(f *testing.F) {
	ask := told(f, assemble(f, Config{Access: io.Discard}))
	for _, row := range rawRequests {
		if len(row.bytes) < 1000 {
			f.Add([]byte(row.bytes))
		}
	}
	f.Fuzz(func(t *testing.T, raw []byte) { checkWire(t, raw, ask(raw)) })
}

// The fuzz target, without the fuzzer: mutants of all raw conversations.
func TestMutantRequests(t *testing.T) {
	ask := told(t, assemble(t, Config{Access: io.Discard}))
	var seeds []string
	for _, row := range rawRequests {
		if len(row.bytes) < 1000 {
			seeds = append(seeds, row.bytes)
		}
	}
	n := proof.Times(40_000, 2_000_000)
	for raw := range proof.Mutants(n, seeds...) {
		checkWire(t, raw, ask(raw))
	}
	t.Logf("%d requests", n)
}

var headerSeeds = []string{"Cookie: sid=1; a=\"b\"", "Range: bytes=0-9", "Range: bytes=-5,1-,9-3", "If-None-Match: \"x\", W/\"y\"", "If-None-Match: *", "If-Modified-Since: Thu, 01 Jan 1970 00:00:00 GMT",
	"If-Range: \"x\"", "Accept-Encoding: br;q=0, gzip;q=0.001, *", "Accept-Encoding: gzip, br", "Accept-Language: zh-CN", "X-Forwarded-Host: canary", "Host: demo.gov.cn", "Connection: close, Host", "Expect: 100-continue",
	"Content-Length: 0", "Transfer-Encoding: chunked", "Upgrade: h2c", "X-HTTP-Method-Override: POST"}

// checkHeader holds what is true of any one header beside a well-formed request: it is refused, or the page is the page.
func checkHeader(t *testing.T, ask func([]byte) []byte, control, line string) {
	if line == "" || strings.ContainsAny(line, "\r\n") {
		return
	}
	wire := ask([]byte("GET /a/1 HTTP/1.1\r\nHost: hanbin.gov.cn\r\n" + line + "\r\nAccept: */*\r\n\r\n"))
	all := answers(t, string(wire), "GET")
	if len(all) == 2 && all[0].StatusCode == 100 {
		all = all[1:]
	}
	if len(all) != 1 {
		t.Fatalf("%q: %d answers: %q", line, len(all), wire)
	}
	name, _, _ := strings.Cut(line, ":")
	switch res := all[0]; res.StatusCode {
	case 400, 417, 431:
	case 304:
		if !strings.EqualFold(name, "If-None-Match") {
			t.Fatalf("%q: 304", line)
		}
	case 200:
		plain := decoded(t, body(t, res), res.Header.Get("Content-Encoding"))
		if tag := strings.Trim(res.Header.Get("ETag"), `"`); plain != control || len(tag) < 32 || fmt.Sprint(len(res.Header)) == "0" {
			t.Fatalf("%q: another page: %v %.100q", line, res.Header, plain)
		}
		if enc := res.Header.Get("Content-Encoding"); enc != "" && !strings.EqualFold(name, "Accept-Encoding") {
			t.Fatalf("%q: %s was not asked for", line, enc)
		}
	default:
		t.Fatalf("%q: %d", line, res.StatusCode)
	}
}

func FuzzHeader(f *testing.F) {
	ask := told(f, assemble(f, Config{Access: io.Discard}))
	control := body(f, answers(f, string(ask([]byte(get("/a/1")))), "GET")[0])
	for _, s := range headerSeeds {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, line string) { checkHeader(t, ask, control, line) })
}

// The fuzz target, without the fuzzer: cookies, ranges, conditions, encodings and what else a header may say.
func TestMutantHeaders(t *testing.T) {
	ask := told(t, assemble(t, Config{Access: io.Discard}))
	control := body(t, answers(t, string(ask([]byte(get("/a/1")))), "GET")[0])
	n := proof.Times(20_000, 1_000_000)
	for line := range proof.Mutants(n, headerSeeds...) {
		checkHeader(t, ask, control, string(line))
	}
	t.Logf("%d headers", n)
}
