package web

import (
	"io"
	"net"
	"net/http"
	"net/netip"
	"strings"
	"testing"
)

// Style.md 19, design.md 10: while a node cannot serve yet it says so in plain words, and nothing else; then its listeners
// are as they were.
func TestMaintenance(t *testing.T) {
	listen := func() net.Listener {
		ln, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { ln.Close() })
		return ln
	}
	ask := func(ln net.Listener, method, path string) (*http.Response, string) {
		r, err := http.NewRequest(method, "http://"+ln.Addr().String()+path, nil)
		if err != nil {
			t.Fatal(err)
		}
		a, err := http.DefaultTransport.RoundTrip(r)
		if err != nil {
			t.Fatal(err)
		}
		defer a.Body.Close()
		b, err := io.ReadAll(a.Body)
		if err != nil {
			t.Fatal(err)
		}
		return a, string(b)
	}
	m := Maintenance{Plain: listen(), Ops: listen()}
	for round, proxy := range []string{"", "127.0.0.0/8", ""} { // a listener can be lent again
		want := http.StatusServiceUnavailable
		m.TrustedProxies = nil
		if proxy != "" {
			want, m.TrustedProxies = http.StatusBadGateway, []netip.Prefix{netip.MustParsePrefix(proxy)}
		}
		end := m.Begin()
		for _, method := range []string{http.MethodGet, http.MethodPost} {
			a, body := ask(m.Plain, method, "/a/1?q=canary")
			if a.StatusCode != want || a.Header.Get("Retry-After") == "" || !strings.Contains(body, "网站正在维护") || !a.Close {
				t.Errorf("round %d: %s: %d %v %q", round, method, a.StatusCode, a.Header, body)
			}
			if a.Header.Get("Set-Cookie") != "" || a.Header.Get("Cache-Control") != "no-store" || a.Header.Get("Server") != "" ||
				!strings.HasPrefix(a.Header.Get("Content-Security-Policy"), "default-src 'none'") || strings.Contains(body, "canary") ||
				strings.Contains(body, "style=") || strings.Contains(body, "<style") || strings.Contains(body, "<script") {
				t.Errorf("round %d: %s: %v %q", round, method, a.Header, body)
			}
		}
		if a, body := ask(m.Plain, http.MethodGet, maintenanceStyle); a.StatusCode != http.StatusOK || !strings.Contains(body, "body{") {
			t.Errorf("its style: %d", a.StatusCode)
		}
		if a, _ := ask(m.Ops, http.MethodGet, "/healthz"); a.StatusCode != http.StatusServiceUnavailable {
			t.Errorf("healthy: %d", a.StatusCode)
		}
		idle, err := net.Dial("tcp", m.Plain.Addr().String()) // as browsers connect ahead; it asks for nothing
		if err != nil {
			t.Fatal(err)
		}
		defer idle.Close()
		end()
		for _, ln := range []net.Listener{m.Plain, m.Ops} {
			c, err := net.Dial("tcp", ln.Addr().String())
			if err != nil {
				t.Fatalf("round %d: %v", round, err)
			}
			defer c.Close()
			s, err := ln.Accept()
			for err == nil && s.RemoteAddr().String() != c.LocalAddr().String() {
				s, err = ln.Accept() // idle came too late for the page
			}
			if err != nil {
				t.Fatalf("round %d: the listener does not accept: %v", round, err)
			}
			s.Close()
		}
	}
}
