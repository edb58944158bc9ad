package web

import (
	"bufio"
	"bytes"
	"context"
	"io"
	"net"
	"testing"

	"github.com/valyala/fasthttp"
)

// Issue 3, 2: an answer from memory allocates its request id and its address and nothing else, whatever it is.
func TestAWarmPageAllocatesNothingMore(t *testing.T) {
	if testing.Short() {
		t.Skip("-short: under the race detector pools forget on purpose")
	}
	f := assemble(t, Config{Access: io.Discard})
	f.ports.Reads = new(talliesOf)
	f.seal()
	for _, row := range []struct {
		name   string
		header [2]string
		status int
	}{
		{"a plain page", [2]string{}, 200},
		{"a page in gzip", [2]string{"Accept-Encoding", "gzip, deflate;q=0.5"}, 200},
		{"a page in brotli", [2]string{"Accept-Encoding", "GZIP, br;q=1.0, zstd"}, 200},
		{"what the client has already", [2]string{"If-None-Match", "*"}, 304},
	} {
		var req fasthttp.Request
		req.Header.SetHost("Hanbin.gov.cn")
		req.SetRequestURI("/a/1")
		if row.header[0] != "" {
			req.Header.Set(row.header[0], row.header[1])
		}
		var rc fasthttp.RequestCtx
		rc.Init(&req, nil, quietLogger{})
		ask := func() {
			rc.Response.Reset()
			f.handle(context.Background(), &rc)
		}
		for range 3 { // rendered, then compressed
			ask()
			rc.Request.SetRequestURI("/a/1") // as the client wrote it, which the router does not leave
		}
		if n := testing.AllocsPerRun(500, ask); n > 2 {
			t.Errorf("%s: %v allocations", row.name, n)
		}
		if got := rc.Response.StatusCode(); got != row.status {
			t.Errorf("%s: %d, want %d", row.name, got, row.status)
		}
	}
	if n := f.articles.renders.Load(); n != 1 {
		t.Errorf("rendered %d times", n)
	}
}

// BenchmarkWarmAnswer is a page from memory over a socket, and beside it the same bytes from the bare library, which is
// as fast as this program could be.
func BenchmarkWarmAnswer(b *testing.B) {
	f := assemble(b, Config{Access: io.Discard})
	f.ports.Reads = new(talliesOf)
	f.serve()
	res := f.ask("GET", "hanbin.gov.cn", "/a/1")
	page := body(b, res)
	bare := &fasthttp.Server{NoDefaultServerHeader: true, Handler: func(rc *fasthttp.RequestCtx) {
		for name, value := range res.Header {
			if name != "Content-Length" && name != "Date" {
				rc.Response.Header.Set(name, value[0])
			}
		}
		rc.SetBodyString(page)
	}}
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		b.Fatal(err)
	}
	go bare.Serve(ln)     //nolint:errcheck // it ends with Shutdown
	defer bare.Shutdown() //nolint:errcheck // the benchmark is over
	for _, peer := range []struct{ name, address string }{{"ours", f.addr}, {"bare", ln.Addr().String()}} {
		b.Run(peer.name, func(b *testing.B) { hammer(b, peer.address) })
	}
}

// hammer asks again and again over one connection.
func hammer(b *testing.B, address string) {
	c, err := net.Dial("tcp", address)
	if err != nil {
		b.Fatal(err)
	}
	defer c.Close()
	in := bufio.NewReader(c)
	const request = "GET /a/1 HTTP/1.1\r\nHost: hanbin.gov.cn\r\nUser-Agent: benchmark\r\nAccept: text/html\r\n\r\n"
	b.ReportAllocs()
	for b.Loop() {
		if _, err := io.WriteString(c, request); err != nil {
			b.Fatal(err)
		}
		if err := swallow(in); err != nil {
			b.Fatal(err)
		}
	}
}

// swallow reads one answer without making anything of it.
func swallow(in *bufio.Reader) error {
	length := 0
	for {
		line, err := in.ReadSlice('\n')
		if err != nil {
			return err
		}
		if len(line) <= 2 {
			_, err := in.Discard(length)
			return err
		}
		if v, ok := bytes.CutPrefix(bytes.TrimSpace(line), []byte("Content-Length: ")); ok {
			length = 0
			for _, c := range v {
				length = 10*length + int(c-'0')
			}
		}
	}
}
