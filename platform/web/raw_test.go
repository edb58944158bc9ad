package web

import (
	"fmt"
	"strings"
	"testing"
)

// Design 2: only one spelling of an address answers 200; every other is 301 to it, or 404.
func TestOneSpelling(t *testing.T) {
	f := start(t, Config{})
	const to = "http://hanbin.gov.cn"
	rows := []struct {
		path   string
		status int
		to     string
	}{
		{"/", 200, ""},
		{"/?", 301, to + "/"},
		{"/?utm_source=wechat", 301, to + "/"},
		{"//", 301, to + "/"},
		{"/.", 301, to + "/"},
		{"/a/1", 200, ""},
		{"/a/1/", 301, to + "/a/1"},
		{"/a//1", 301, to + "/a/1"},
		{"//a/1", 301, to + "/a/1"},
		{"/./a/1", 301, to + "/a/1"},
		{"/c/../a/1", 301, to + "/a/1"},
		{"/c/%2e%2e/a/1", 301, to + "/a/1"},
		{"/../../a/1", 301, to + "/a/1"},
		{"/%61/1", 301, to + "/a/1"},
		{"/a/%31", 301, to + "/a/1"},
		{"/a/1?x=1", 301, to + "/a/1"},
		{"/a/1?", 301, to + "/a/1"},
		{"/A/1", 404, ""},
		{"/a", 404, ""},
		{"/a/", 404, ""},
		{"/c", 404, ""},
		{"/c/", 404, ""},
		{"/a/1/2", 404, ""},
		{"/a/1;x.css", 404, ""},
		{"/a/1%3bx.css", 200, ""}, // replaced below: lower-case digits lead to upper-case ones
		{"/a/1%3Bx.css", 200, ""},
		{"/a%2f1", 404, ""},
		{"/a%2F1", 404, ""},
		{"/a/1%00", 404, ""},
		{"/a/1%0d%0aSet-Cookie:x=1", 404, ""},
		{"/a\\1", 404, ""},
		{"/a/%5c1", 404, ""},
		{"/a/%", 404, ""},
		{"/a/%g1", 404, ""},
		{"/a/%ff", 404, ""},
		{"/a/%c0%af", 404, ""},
		{"/a/政", 404, ""},
		{"/c/gongkai/%E6%94%BF", 200, ""},
		{"/c/gongkai/%e6%94%bf", 301, to + "/c/gongkai/%E6%94%BF"},
		{"/c/gongkai?p=1", 301, to + "/c/gongkai"},
		{"/c/gongkai?p=2", 200, ""},
		{"/c/gongkai/?p=2", 301, to + "/c/gongkai?p=2"},
		{"/c/gongkai?p=2&p=3", 301, to + "/c/gongkai?p=2"},
		{"/c/gongkai?year=2025&p=2", 301, to + "/c/gongkai?p=2&year=2025"},
		{"/c/gongkai?p=2&year=2025", 200, ""},
		{"/c/gongkai?p=2&year=", 301, to + "/c/gongkai?p=2"},
		{"/c/gongkai?p=2&utm=x", 301, to + "/c/gongkai?p=2"},
		{"/c/gongkai?p=%32", 301, to + "/c/gongkai?p=2"},
		{"/c/gongkai?P=2", 301, to + "/c/gongkai"},
		{"/search?q=%E5%AE%89%E5%BA%B7", 200, ""},
		{"/search?q=%e5%ae%89", 301, to + "/search?q=%E5%AE%89"},
		{"/search?q=a+b", 301, to + "/search?q=a%20b"},
		{"/search?sort=time&q=a", 301, to + "/search?q=a"},
		{"/search?q=%00", 404, ""},
		{"/search?q=%ff", 404, ""},
		{"/search?q=" + strings.Repeat("a", 300), 404, ""},
		{"/" + strings.Repeat("a", 1100), 404, ""},
		{"/z/wuli/", 200, ""},
		{"/z/wuli", 301, to + "/z/wuli/"},
		{"/z/wuli?x=1", 301, to + "/z/wuli/"},
		{"/z/wuli//", 301, to + "/z/wuli/"},
		{"/z/wuli/a/1", 200, ""},
		{"/z/wuli/a/1/", 301, to + "/z/wuli/a/1"},
		{"/z/WULI/", 404, ""},
		{"/z/nobody/", 404, ""},
		{"/z/", 404, ""},
		{"/z", 404, ""},
		{"/z/wuli/z/wuli/", 404, ""},
		{"/z/wuli/../../a/1", 301, to + "/a/1"},
		{"/a/301", 301, to + "/a/1"},
		{"/z/wuli/a/301", 301, to + "/z/wuli/a/1"},
		{stylesheet, 200, ""},
		{stylesheet + "?v=1", 301, to + stylesheet},
		{"/-//assets/city.0f0f0f0f.css", 301, to + stylesheet},
		{"/-/assets/city.css", 404, ""},
		{"/-/assets/../assets/city.0f0f0f0f.css", 301, to + stylesheet},
		{"/console/x.css", 404, ""},
		{"/a/1/x.css", 404, ""},
		{"/healthz", 404, ""},
		{"/metrics", 404, ""},
		{"/internal/domain-allowed?domain=hanbin.gov.cn", 404, ""},
	}
	for _, row := range rows {
		if row.path == "/a/1%3bx.css" {
			row.status, row.to = 301, to+"/a/1%3Bx.css"
		}
		for range 2 { // from the router, and from memory
			res := f.ask("GET", "hanbin.gov.cn", row.path)
			if got := res.Header.Get("Location"); res.StatusCode != row.status || got != row.to {
				t.Errorf("%s: got %d %q, want %d %q", row.path, res.StatusCode, got, row.status, row.to)
			}
			if res.StatusCode == 301 && res.Header.Get("Location") != "" && row.path != "/a/301" && row.path != "/z/wuli/a/301" {
				again := f.ask("GET", "hanbin.gov.cn", strings.TrimPrefix(row.to, to))
				if again.StatusCode != 200 {
					t.Errorf("%s: led to %s, which answers %d", row.path, row.to, again.StatusCode)
				}
			}
		}
	}
	t.Logf("%d spellings", len(rows))
	// What is cached is only what answered 200 or moved.
	if n := f.cache.Stats().Pages; n > 20 {
		t.Errorf("%d pages in memory: other spellings were kept", n)
	}
}

func TestParametersReachTheRoom(t *testing.T) {
	f := start(t, Config{})
	for path, want := range map[string]string{
		"/a/7":                          "汉滨区人民政府 文章 map[id:7] map[] ",
		"/c/gongkai/%E6%94%BF?p=2":      "汉滨区人民政府 文章 map[*:gongkai/政] map[p:2] ",
		"/z/wuli/c/a/b":                 "五里镇 文章 map[*:a/b] map[] ",
		"/search?p=3&q=%E5%AE%89%20%26": "汉滨区人民政府 文章 map[] map[p:3 q:安 &] ",
	} {
		if got := body(t, f.ask("GET", "hanbin.gov.cn", path)); !strings.HasPrefix(got, want) {
			t.Errorf("%s: %.80q, want %q", path, got, want)
		}
	}
}

// Promises 1.1: nothing in a request but host, address, encoding and If-None-Match changes an answer.
func TestHeadersPoisonNothing(t *testing.T) {
	f := start(t, Config{})
	names := []string{"X-Forwarded-Host", "X-Forwarded-Proto", "X-Forwarded-For", "X-Forwarded-Port", "X-Forwarded-Prefix", "X-Forwarded-Server",
		"X-Forwarded-Scheme", "X-Original-URL", "X-Rewrite-URL", "X-Host", "X-HTTP-Host-Override", "X-Real-IP", "Forwarded", "X-Scheme",
		"X-HTTP-Method-Override", "X-Method-Override", "X-Request-Id", "X-Correlation-Id", "Referer", "Origin", "User-Agent", "Cookie",
		"Authorization", "Accept", "Accept-Language", "Accept-Charset", "Range", "If-Modified-Since", "If-Range", "If-Match", "Pragma", "Cache-Control",
		"Via", "TE", "Upgrade-Insecure-Requests", "Sec-Fetch-Site", "X-Wap-Profile", "X-Requested-With", "CF-Connecting-IP", "True-Client-IP",
		"X-Site", "X-Tenant", "X-Stale", "Content-Type", "Date", "From", "Max-Forwards", "Warning", "X-ProxyUser-Ip", "X-Custom-IP-Authorization"}
	seen := map[string]string{}
	for _, path := range []string{"/", "/a/1", "/a/404", "/a/500", "/a/301", "/a/1/", "/z/wuli", stylesheet, "/nothing"} {
		for _, name := range append([]string{"X-Nothing"}, names...) {
			for range 2 {
				res := f.ask("GET", "hanbin.gov.cn", path, name+": canary-7f3a.evil.com")
				id := res.Header.Get("X-Request-Id")
				res.Header.Del("X-Request-Id")
				res.Header.Del("Date")
				all := fmt.Sprint(res.StatusCode, res.Header, strings.ReplaceAll(body(t, res), id, ""))
				if strings.Contains(all, "canary") || strings.Contains(id, "canary") {
					t.Errorf("%s with %s: the canary came back: %s", path, name, all)
				}
				if seen[path] == "" {
					seen[path] = all
				} else if seen[path] != all {
					t.Errorf("%s with %s: another answer\n%s\n%s", path, name, all, seen[path])
				}
			}
		}
	}
	t.Logf("%d header names", len(names))
}

// Must show 7: no cookie on any citizen host, and every answer carries the whole policy.
func TestEveryAnswerIsProtected(t *testing.T) {
	f := start(t, Config{Media: "https://media.gov.cn", HTTPS: true})
	for _, row := range []struct{ host, path string }{
		{"hanbin.gov.cn", "/"}, {"hanbin.gov.cn", "/a/1"}, {"hanbin.gov.cn", "/a/404"}, {"hanbin.gov.cn", "/a/410"}, {"hanbin.gov.cn", "/a/422"},
		{"hanbin.gov.cn", "/a/500"}, {"hanbin.gov.cn", "/a/503"}, {"hanbin.gov.cn", "/a/666"}, {"hanbin.gov.cn", "/a/1/"}, {"hanbin.gov.cn", stylesheet},
		{"paused.gov.cn", "/"}, {"gone.gov.cn", "/"}, {"evil.com", "/"}, {"a@b", "/"}, {consoleName, "/"}, {"old.gov.cn", "/a/1"}, {"demo.gov.cn", "/"},
	} {
		res := f.ask("GET", row.host, row.path, "Cookie: sid=1")
		h := res.Header
		if len(h["Set-Cookie"]) > 0 || h.Get("Server") != "" {
			t.Errorf("%s%s: cookie %q, server %q", row.host, row.path, h["Set-Cookie"], h.Get("Server"))
		}
		csp := h.Get("Content-Security-Policy")
		for _, want := range []string{"default-src 'none'", "script-src 'self';", "style-src 'self';", "base-uri 'none'", "form-action 'self'",
			"object-src 'none'", "manifest-src 'self'", "frame-ancestors 'self'", "media-src 'self' https://media.gov.cn", "upgrade-insecure-requests"} {
			if !strings.Contains(csp, want) {
				t.Errorf("%s%s: the policy lacks %q: %s", row.host, row.path, want, csp)
			}
		}
		if strings.Contains(csp, "unsafe") {
			t.Errorf("%s%s: %s", row.host, row.path, csp)
		}
		for name, want := range map[string]string{"X-Content-Type-Options": "nosniff", "Cross-Origin-Opener-Policy": "same-origin",
			"Cross-Origin-Resource-Policy": "same-origin", "Referrer-Policy": "strict-origin"} {
			if h.Get(name) != want {
				t.Errorf("%s%s: %s is %q", row.host, row.path, name, h.Get(name))
			}
		}
		if len(h.Get("X-Request-Id")) != 16 || h.Get("Cache-Control") == "" {
			t.Errorf("%s%s: id %q, cache %q", row.host, row.path, h.Get("X-Request-Id"), h.Get("Cache-Control"))
		}
	}
}
