package web

import (
	"bufio"
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"errors"
	"io"
	"math/big"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/zhanqun/zhanqun/platform/pages"
)

// Promises 2.8: while draining every request is still answered, each answer ends its connection and the health
// check fails; only then the server stops.
func TestDrain(t *testing.T) {
	f := assemble(t, Config{DrainFor: 300 * time.Millisecond})
	began, goOn := make(chan struct{}), make(chan struct{})
	f.Router().Page(PageRoute{Room: "slow", Path: "/slow", Do: func(ctx context.Context, _ *Request) (*pages.Page, error) {
		close(began)
		<-goOn
		return HTML([]byte("slow")), ctx.Err()
	}})
	f.serve()
	ops := httptest.NewServer(f.Ops())
	defer ops.Close()
	healthy := func() int {
		res, err := http.Get(ops.URL + "/healthz")
		if err != nil {
			t.Fatal(err)
		}
		defer res.Body.Close()
		return res.StatusCode
	}
	if got := healthy(); got != 200 {
		t.Errorf("healthy: %d", got)
	}
	c, err := net.Dial("tcp", f.addr)
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	r := bufio.NewReader(c)
	get := func() *http.Response {
		if _, err := io.WriteString(c, "GET / HTTP/1.1\r\nHost: hanbin.gov.cn\r\n\r\n"); err != nil {
			t.Fatal(err)
		}
		res, err := http.ReadResponse(r, nil)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := io.Copy(io.Discard, res.Body); err != nil {
			t.Fatal(err)
		}
		return res
	}
	if res := get(); res.StatusCode != 200 || res.Close {
		t.Errorf("before: %d close=%v", res.StatusCode, res.Close)
	}
	var wg sync.WaitGroup
	wg.Go(func() {
		if res := f.ask("GET", "hanbin.gov.cn", "/slow"); res.StatusCode != 200 || body(t, res) != "slow" {
			t.Errorf("a request that was being answered: %d", res.StatusCode)
		}
	})
	<-began
	stopped := make(chan error, 1)
	go func() { stopped <- f.stop() }()
	for !f.draining.Load() {
		time.Sleep(time.Millisecond)
	}
	if got := healthy(); got != 503 {
		t.Errorf("healthy while draining: %d", got)
	}
	if res := get(); res.StatusCode != 200 || !res.Close {
		t.Errorf("an open connection while draining: %d close=%v", res.StatusCode, res.Close)
	}
	if res := f.ask("GET", "hanbin.gov.cn", "/a/1"); res.StatusCode != 200 || !res.Close {
		t.Errorf("a new connection while draining: %d close=%v", res.StatusCode, res.Close)
	}
	close(goOn)
	wg.Wait()
	if err := <-stopped; err != nil {
		t.Errorf("stop: %v", err)
	}
	if c, err := net.Dial("tcp", f.addr); err == nil {
		c.Close()
		t.Error("still listening")
	}
}

// Promises 1.1, slowloris: who sends slowly is cut off, and the others are served meanwhile.
func TestSlowClients(t *testing.T) {
	f := start(t, Config{ReadWithin: 150 * time.Millisecond, IdleWithin: 150 * time.Millisecond})
	for name, first := range map[string]string{
		"nothing":              "",
		"half a request line":  "GET / HT",
		"half a header":        "GET / HTTP/1.1\r\nHost: hanbin.gov.cn\r\nX: a",
		"half a body":          "POST / HTTP/1.1\r\nHost: " + consoleName + "\r\nSec-Fetch-Site: same-origin\r\nContent-Length: 100000\r\n\r\nabc",
		"silence between them": "GET / HTTP/1.1\r\nHost: hanbin.gov.cn\r\n\r\n",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c, err := net.Dial("tcp", f.addr)
			if err != nil {
				t.Fatal(err)
			}
			defer c.Close()
			if _, err := io.WriteString(c, first); err != nil {
				t.Fatal(err)
			}
			if err := c.SetReadDeadline(time.Now().Add(10 * time.Second)); err != nil {
				t.Fatal(err)
			}
			if _, err := io.Copy(io.Discard, c); errors.Is(err, os.ErrDeadlineExceeded) {
				t.Error("was not cut off")
			}
			if res := f.ask("GET", "hanbin.gov.cn", "/a/1"); res.StatusCode != 200 {
				t.Errorf("another client: %d", res.StatusCode)
			}
		})
	}
}

func TestConnectionsOfOneAddress(t *testing.T) {
	f := start(t, Config{ConnsPerIP: 2})
	var open []net.Conn
	for range 2 {
		c, err := net.Dial("tcp", f.addr)
		if err != nil {
			t.Fatal(err)
		}
		defer c.Close()
		io.WriteString(c, "GET / HTTP/1.1\r\nHost: hanbin.gov.cn\r\n\r\n")
		if res, err := http.ReadResponse(bufio.NewReader(c), nil); err != nil || res.StatusCode != 200 {
			t.Fatalf("%v", err)
		}
		open = append(open, c)
	}
	if wire := f.raw("GET / HTTP/1.1\r\nHost: hanbin.gov.cn\r\n\r\n"); !strings.HasPrefix(wire, "HTTP/1.1 429") {
		t.Errorf("the third connection: %.80q", wire)
	}
	for _, c := range open {
		c.Close()
	}
}

func writePair(t *testing.T, dir, file string, serial int64, pemOnly bool, names ...string) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	c := &x509.Certificate{SerialNumber: big.NewInt(serial), Subject: pkix.Name{CommonName: "test"}, DNSNames: names,
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour + time.Duration(serial)*time.Minute)}
	der, err := x509.CreateCertificate(rand.Reader, c, c, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	pkcs, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	crt := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der})
	secret := pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: pkcs})
	if pemOnly {
		err = os.WriteFile(filepath.Join(dir, file+".pem"), append(crt, secret...), 0o600)
	} else {
		err = errors.Join(os.WriteFile(filepath.Join(dir, file+".crt"), crt, 0o600), os.WriteFile(filepath.Join(dir, file+".key"), secret, 0o600))
	}
	if err != nil {
		t.Fatal(err)
	}
}

// A6: TLS from a folder, read again without a restart.
func TestCertificates(t *testing.T) {
	dir := t.TempDir()
	if _, err := OpenCertificates(dir); err == nil {
		t.Error("an empty folder is accepted")
	}
	writePair(t, dir, "hanbin.gov.cn", 1, false, "hanbin.gov.cn")
	writePair(t, dir, "all", 2, true, "*.ankang.gov.cn", "tls.gov.cn")
	certs, err := OpenCertificates(dir)
	if err != nil {
		t.Fatal(err)
	}
	f := assemble(t, Config{HSTS: true, RedirectHTTPS: true})
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	tick := make(chan time.Time)
	var wg sync.WaitGroup
	wg.Go(func() {
		if err := f.Serve(ctx, certs.Listener(ln)); err != nil {
			t.Errorf("serve: %v", err)
		}
	})
	wg.Go(func() { certs.Watch(ctx, tick, f.cfg.Log) })
	defer func() { cancel(); wg.Wait() }()
	shake := func(name string) (serial int64, proto string, err error) {
		c, err := tls.Dial("tcp", ln.Addr().String(), &tls.Config{ServerName: name, InsecureSkipVerify: true, NextProtos: []string{"h2", "http/1.1"}})
		if err != nil {
			return 0, "", err
		}
		defer c.Close()
		return c.ConnectionState().PeerCertificates[0].SerialNumber.Int64(), c.ConnectionState().NegotiatedProtocol, nil
	}
	want := func(stage, name string, serial int64) {
		t.Helper()
		got, proto, err := shake(name)
		if serial == 0 && err == nil || serial != 0 && (err != nil || got != serial || proto != "http/1.1") {
			t.Errorf("%s, %s: certificate %d by %q, %v; want %d", stage, name, got, proto, err, serial)
		}
	}
	again := func() { tick <- time.Time{}; tick <- time.Time{} } // the second is taken when the first is done
	want("at start", "hanbin.gov.cn", 1)
	want("at start", "rsj.ankang.gov.cn", 2)
	want("at start", "a.b.ankang.gov.cn", 0)
	want("at start", "nobody.gov.cn", 0)
	writePair(t, dir, "hanbin.gov.cn", 3, false, "hanbin.gov.cn")
	want("before the tick", "hanbin.gov.cn", 1)
	again()
	want("after the tick", "hanbin.gov.cn", 3)
	if err := os.WriteFile(filepath.Join(dir, "hanbin.gov.cn.key"), []byte("half"), 0o600); err != nil {
		t.Fatal(err)
	}
	again()
	want("a broken pair changes nothing", "hanbin.gov.cn", 3)
	want("a broken pair changes nothing", "tls.gov.cn", 2)
	writePair(t, dir, "hanbin.gov.cn", 4, false, "hanbin.gov.cn")
	again()
	want("mended", "hanbin.gov.cn", 4)

	client := &http.Client{Transport: &http.Transport{TLSClientConfig: &tls.Config{InsecureSkipVerify: true, ServerName: "tls.gov.cn"},
		DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
			return (&net.Dialer{}).DialContext(ctx, "tcp", ln.Addr().String())
		}}}
	defer client.CloseIdleConnections()
	res, err := client.Get("https://tls.gov.cn/a/1")
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	if res.StatusCode != 200 || res.Header.Get("Strict-Transport-Security") == "" {
		t.Errorf("%d %v", res.StatusCode, res.Header)
	}
}

func TestOps(t *testing.T) {
	f := start(t, Config{})
	f.ask("GET", "hanbin.gov.cn", "/a/1")
	f.ask("GET", "hanbin.gov.cn", "/z/wuli/a/1")
	f.ask("GET", "hanbin.gov.cn", "/z/wuli/")
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error)
	go func() { ended <- f.ServeOps(ctx, ln) }()
	base := "http://" + ln.Addr().String()
	client := &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
	do := func(method, path, form, header string) (int, string) {
		t.Helper()
		req, err := http.NewRequestWithContext(t.Context(), method, base+path, strings.NewReader(form))
		if err != nil {
			t.Fatal(err)
		}
		req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		if name, value, ok := strings.Cut(header, ": "); ok {
			req.Header.Set(name, value)
		}
		res, err := client.Do(req)
		if err != nil {
			t.Fatal(err)
		}
		defer res.Body.Close()
		return res.StatusCode, body(t, res)
	}
	down := func(u string) string { return url.Values{"url": {u}, "reason": {"误发"}}.Encode() }
	for _, row := range []struct {
		name, method, path, form, header string
		status                           int
		says                             string
	}{
		{"health", "GET", "/healthz", "", "", 200, "ok"},
		{"ready", "GET", "/readyz", "", "", 200, `"ready":true`},
		{"metrics by route", "GET", "/metrics", "", "", 200, `zhanqun_requests_total{route="article /a/:id",state="filled",status="200"} 2`},
		{"the mirror's coverage", "GET", "/metrics", "", "", 200, "zhanqun_mirror_coverage"},
		{"a site's domain", "GET", "/internal/domain-allowed?domain=hanbin.gov.cn", "", "", 200, "ok"},
		{"in another case", "GET", "/internal/domain-allowed?domain=HANBIN.gov.cn", "", "", 200, "ok"},
		{"an alias", "GET", "/internal/domain-allowed?domain=old.gov.cn", "", "", 200, "ok"},
		{"the console", "GET", "/internal/domain-allowed?domain=" + consoleName, "", "", 200, "ok"},
		{"a stranger's domain", "GET", "/internal/domain-allowed?domain=evil.com", "", "", 404, ""},
		{"no domain", "GET", "/internal/domain-allowed", "", "", 404, ""},
		{"a browser is no operator", "POST", "/internal/takedown", down("http://hanbin.gov.cn/a/1"), "Origin: http://evil.com", 403, ""},
		{"nor does it look around", "GET", "/metrics", "", "Sec-Fetch-Site: none", 403, ""},
		{"taking down by GET", "GET", "/internal/takedown?" + down("http://hanbin.gov.cn/a/1"), "", "", 405, ""},
		{"another server's address", "POST", "/internal/takedown", down("http://evil.com/a/1"), "", 422, "没有这个域名"},
		{"a path alone", "POST", "/internal/takedown", down("/a/1"), "", 422, "完整地址"},
		{"no address", "POST", "/internal/takedown", down("http://hanbin.gov.cn/%00"), "", 422, "没有这样写"},
		{"an article in another spelling", "POST", "/internal/takedown", down("https://HANBIN.gov.cn:8443//a/%31/?x=1"), "", 200, `"hanbin.gov.cn/a/1"`},
		{"by the alias", "POST", "/internal/takedown", down("http://old.gov.cn/a/2"), "", 200, `"hanbin.gov.cn/a/2"`},
		{"a channel's home", "POST", "/internal/takedown", down("http://hanbin.gov.cn/z/wuli"), "", 200, `"hanbin.gov.cn/z/wuli/"`},
		{"elsewhere nothing", "GET", "/", "", "", 404, ""},
	} {
		if status, b := do(row.method, row.path, row.form, row.header); status != row.status || !strings.Contains(b, row.says) {
			t.Errorf("%s: %d %.300q, want %d %q", row.name, status, b, row.status, row.says)
		}
	}
	for path, status := range map[string]int{"/a/1": 410, "/a/2": 410, "/z/wuli/": 410, "/z/wuli/a/1": 200, "/a/11": 200, "/": 200} {
		if res := f.ask("GET", "hanbin.gov.cn", path); res.StatusCode != status {
			t.Errorf("after taking down, %s: %d, want %d", path, res.StatusCode, status)
		}
	}
	if status, _ := do("POST", "/internal/takedown", down("http://hanbin.gov.cn/a/1")+"&undo=1", ""); status != 200 {
		t.Errorf("undo: %d", status)
	}
	if res := f.ask("GET", "hanbin.gov.cn", "/a/1"); res.StatusCode != 200 {
		t.Errorf("after undo: %d", res.StatusCode)
	}
	if _, b := do("GET", "/metrics", "", ""); strings.Contains(b, "gov.cn") {
		t.Error("the metrics are labelled by host")
	}
	f.hosts.set(HostTable{})
	f.db.Close()
	for range 2 {
		_ = f.cache.Revisions().Poll(t.Context()) // closed
	}
	if status, b := do("GET", "/readyz", "", ""); status != 503 || !strings.Contains(b, `"database":false`) {
		t.Errorf("without store and hosts: %d %s", status, b)
	}
	cancel()
	if err := <-ended; err != nil {
		t.Errorf("ops ended: %v", err)
	}
}

// A stopped server that had not begun yet ends all the same, and a listener that fails is an error.
func TestServeEnds(t *testing.T) {
	f := assemble(t, Config{Access: io.Discard})
	for i := range 50 {
		ln, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		if err := f.Serve(ctx, ln); err != nil {
			t.Fatalf("%d: %v", i, err)
		}
	}
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ln.Close()
	if err := f.Serve(t.Context(), ln); err == nil {
		t.Error("served on a closed listener")
	}
}
