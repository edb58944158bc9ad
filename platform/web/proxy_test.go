package web

import (
	"net"
	"net/netip"
	"testing"

	"github.com/gofiber/fiber/v2"
	"github.com/valyala/fasthttp"
)

// A6: alias to primary and http to https by 301, among the site's own hosts only.
func TestMovesBetweenHosts(t *testing.T) {
	proxy := []netip.Prefix{netip.MustParsePrefix("127.0.0.1/32"), netip.MustParsePrefix("10.0.0.0/8")}
	behind := start(t, Config{RedirectHTTPS: true, HSTS: true, TrustedProxies: proxy})
	direct := start(t, Config{RedirectHTTPS: true, HSTS: true})
	for _, row := range []struct {
		name     string
		f        *fixture
		host     string
		path     string
		header   string
		status   int
		location string
	}{
		{"an alias leads to the primary host", direct, "old.gov.cn", "/a/1", "X: 1", 301, "http://hanbin.gov.cn/a/1"},
		{"with the address put right on the way", direct, "old.gov.cn", "//a//1?p=2", "X: 1", 301, "http://hanbin.gov.cn/a/1?p=2"},
		{"a query that is no query is left behind", direct, "old.gov.cn", "/a/1?a=<b>", "X: 1", 301, "http://hanbin.gov.cn/a/1"},
		{"no address, no move", direct, "old.gov.cn", "/a%00", "X: 1", 404, ""},
		{"plain http leads to https", direct, "tls.gov.cn", "/a/1", "X: 1", 301, "https://tls.gov.cn/a/1"},
		{"a stranger cannot claim https", direct, "tls.gov.cn", "/a/1", "X-Forwarded-Proto: https", 301, "https://tls.gov.cn/a/1"},
		{"a site without https stays", direct, "hanbin.gov.cn", "/a/1", "X: 1", 200, ""},
		{"the proxy says https", behind, "tls.gov.cn", "/a/1", "X-Forwarded-Proto: https", 200, ""},
		{"the proxy says http", behind, "tls.gov.cn", "/a/1", "X-Forwarded-Proto: http", 301, "https://tls.gov.cn/a/1"},
		{"the last proxy's word counts", behind, "tls.gov.cn", "/a/1", "X-Forwarded-Proto: https, http", 301, "https://tls.gov.cn/a/1"},
		{"a proxy that says nothing makes no loop", behind, "tls.gov.cn", "/a/1", "X: 1", 200, ""},
	} {
		res := row.f.ask("GET", row.host, row.path, row.header)
		if got := res.Header.Get("Location"); res.StatusCode != row.status || got != row.location {
			t.Errorf("%s: %d %q, want %d %q", row.name, res.StatusCode, got, row.status, row.location)
		}
		hsts := res.Header.Get("Strict-Transport-Security") != ""
		if hsts != (row.header == "X-Forwarded-Proto: https" && row.f == behind) {
			t.Errorf("%s: HSTS %v", row.name, hsts)
		}
	}
}

// Q11: with a list of addresses the console is not there for anybody else: no door, no sign-in, no file, whatever the sender claims. Citizens' pages are.
func TestWhereTheConsoleIsReached(t *testing.T) {
	at := func(list ...string) (all []netip.Prefix) {
		for _, one := range list {
			all = append(all, netip.MustParsePrefix(one))
		}
		return all
	}
	inside, outside, behind := assemble(t, Config{ConsoleAllow: at("10.0.0.0/8", "127.0.0.0/8")}), assemble(t, Config{ConsoleAllow: at("10.0.0.0/8")}),
		assemble(t, Config{ConsoleAllow: at("10.0.0.0/8", "2001:db8::/32"), TrustedProxies: at("127.0.0.1/32")})
	asked := 0
	for _, f := range []*fixture{inside, outside, behind} {
		f.ports.Console = frame{}
		f.router.Door(DoorRoute{Room: "x", Method: "GET", Path: "/signin", Do: func(c *fiber.Ctx) error { asked++; return c.SendString("门") }})
		f.serve()
	}
	for _, row := range []struct {
		name       string
		f          *fixture
		host, path string
		header     string
		status     int
	}{
		{"an address of the list", inside, consoleName, "/signin", "X: 1", 200},
		{"any other", outside, consoleName, "/signin", "X: 1", 404},
		{"any other that says it is one", outside, consoleName, "/signin", "X-Forwarded-For: 10.1.2.3", 404},
		{"not a file either", outside, consoleName, stylesheet, "X: 1", 404},
		{"citizens come from everywhere", outside, "hanbin.gov.cn", "/a/1", "X: 1", 200},
		{"the proxy's word for one of the list", behind, consoleName, "/signin", "X-Forwarded-For: 6.6.6.6, 10.1.2.3", 200},
		{"in the other family", behind, consoleName, "/signin", "X-Forwarded-For: 2001:db8::7", 200},
		{"one of the list in the clothes of the other family", behind, consoleName, "/signin", "X-Forwarded-For: ::ffff:10.1.2.3", 200},
		{"the proxy's word for any other", behind, consoleName, "/signin", "X-Forwarded-For: 10.1.2.3, 6.6.6.6", 404},
		{"the proxy itself", behind, consoleName, "/signin", "X: 1", 404},
	} {
		before := asked
		res := row.f.ask("GET", row.host, row.path, row.header)
		if res.StatusCode != row.status || row.status == 404 && asked != before {
			t.Errorf("%s: %d, asked %d times; want %d", row.name, res.StatusCode, asked-before, row.status)
		}
	}
}

func TestWhoAsks(t *testing.T) {
	s := &Server{cfg: Config{TrustedProxies: []netip.Prefix{netip.MustParsePrefix("10.0.0.0/8"), netip.MustParsePrefix("::1/128")}}}
	for _, row := range []struct {
		name, peer string
		forwarded  []string
		want       string
	}{
		{"a stranger's word is not read", "9.9.9.9:1", []string{"1.2.3.4"}, "9.9.9.9"},
		{"the proxy's client", "10.0.0.1:1", []string{"1.2.3.4"}, "1.2.3.4"},
		{"what the client wrote itself is to the left", "10.0.0.1:1", []string{"6.6.6.6, 1.2.3.4"}, "1.2.3.4"},
		{"proxies behind proxies", "10.0.0.1:1", []string{"6.6.6.6, 1.2.3.4, 10.0.0.7"}, "1.2.3.4"},
		{"several lines are one list", "10.0.0.1:1", []string{"6.6.6.6", "1.2.3.4", "10.0.0.7"}, "1.2.3.4"},
		{"nonsense ends the list", "10.0.0.1:1", []string{"1.2.3.4, evil, 10.0.0.7"}, "10.0.0.7"},
		{"nobody but proxies", "10.0.0.1:1", []string{"10.0.0.9"}, "10.0.0.9"},
		{"an empty list", "10.0.0.1:1", nil, "10.0.0.1"},
		{"an empty header", "10.0.0.1:1", []string{""}, "10.0.0.1"},
		{"IPv6", "[::1]:1", []string{"2001:db8::5"}, "2001:db8::5"},
		{"IPv4 inside IPv6", "[::ffff:10.0.0.1]:1", []string{"::ffff:1.2.3.4"}, "1.2.3.4"},
	} {
		var req fasthttp.Request
		for _, v := range row.forwarded {
			req.Header.Add("X-Forwarded-For", v)
		}
		var rc fasthttp.RequestCtx
		rc.Init(&req, net.TCPAddrFromAddrPort(netip.MustParseAddrPort(row.peer)), quietLogger{})
		if got := s.client(&rc).String(); got != row.want {
			t.Errorf("%s: %s, want %s", row.name, got, row.want)
		}
	}
}
