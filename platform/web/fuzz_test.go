package web

import (
	"math/rand/v2"
	"strings"
	"testing"
	"unicode/utf8"
)

// Promises 1.1: what is read once as one thing is never read again as another.

func FuzzHost(f *testing.F) {
	for _, s := range []string{"hanbin.gov.cn", "A.GOV.CN:8080", "a.gov.cn.", "a@b", "0\x80", "xn--0-q10i", "[::1]:80", "a..b", ":80", "\u212a.cn", "a:b:1"} {
		f.Add([]byte(s))
	}
	f.Fuzz(checkHost)
}

func checkHost(t *testing.T, raw []byte) {
	name, ok := host(raw)
	if !ok {
		return
	}
	again, ok := host([]byte(name))
	if !ok || again != name {
		t.Errorf("%q is %q, which is %q", raw, name, again)
	}
	if strings.ContainsAny(name, "@/:\\%<>\"' \t\r\n") || name != strings.ToLower(name) || name == "" || len(name) > 253 {
		t.Errorf("%q is %q", raw, name)
	}
	if !strings.HasPrefix(strings.ToLower(string(raw)), name) {
		t.Errorf("%q is %q: another name", raw, name)
	}
}

func FuzzPath(f *testing.F) {
	for _, s := range []string{"/", "//", "/a/../b", "/%61", "/%2f", "/%00", "/c/%E6%94%BF", "/%25%32%66", "/a/.", "/a/..", "/...", "/%", "/a;b", "/\xff"} {
		f.Add(s)
	}
	f.Fuzz(checkPath)
}

func checkPath(t *testing.T, raw string) {
	path, ok := canonicalPath(raw)
	if !ok {
		return
	}
	if again, ok := canonicalPath(path); !ok || again != path {
		t.Errorf("%q is %q, which is %q", raw, path, again)
	}
	if plainPath(raw) && path != raw {
		t.Errorf("%q needs no second look and is %q", raw, path)
	}
	for _, bad := range []string{"//", "/./", "/../", "\\", "\x00", "%00", "%2F", "%2f", "%5C", "?", "#", ";", " "} {
		if strings.Contains(path, bad) {
			t.Errorf("%q is %q, which holds %q", raw, path, bad)
		}
	}
	if path[0] != '/' || strings.HasSuffix(path, "/.") || strings.HasSuffix(path, "/..") {
		t.Errorf("%q is %q", raw, path)
	}
	plain, ok := decodePath(path)
	if !ok || !utf8.ValidString(plain) || strings.Count(plain, "/") != strings.Count(path, "/") {
		t.Errorf("%q is %q, decoded %q", raw, path, plain)
	}
}

func FuzzQuery(f *testing.F) {
	for _, s := range []string{"", "p=2", "p=1", "q=a+b&p=2", "q=%E5%AE%89", "p=2&p=3", "q=%00", "q=%26p%3D9", "=", "&&", "q", "Q=1", "q=\xff", "q=a=b", "sort=time"} {
		f.Add(s)
	}
	f.Fuzz(checkQuery)
}

var fuzzed = declared([]string{"sort=time", "q", "p"})

func checkQuery(t *testing.T, raw string) {
	query, values, ok := canonicalQuery(raw, fuzzed, 0)
	if !ok {
		return
	}
	again, same, ok := canonicalQuery(query, fuzzed, 0)
	if !ok || again != query || len(same) != len(values) {
		t.Errorf("%q is %q, which is %q", raw, query, again)
	}
	for name, v := range values {
		if same[name] != v || v == "" || !utf8.ValidString(v) || strings.ContainsAny(v, "\x00\r\n") || name == "p" && v == "1" || name == "sort" && v == "time" {
			t.Errorf("%q: %s is %q, then %q", raw, name, v, same[name])
		}
	}
	if _, ok := passable(query); !ok && len(query) <= pathAtMost {
		t.Errorf("%q is %q, which cannot be repeated", raw, query)
	}
}

// FuzzTyped: whatever people type has one spelling, in one step, of no more bytes than may be.
func FuzzTyped(f *testing.F) {
	for _, s := range []string{"q=税务", "q=100%", "q=%00%E7%A8%8E%09", "q=a++b+", "q=%ff", "q=%E3%80%80", "q=" + strings.Repeat("%E7%A8%8E", 40), "q=+&p=2"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, raw string) {
		const most = 64
		query, values, ok := canonicalQuery(raw, fuzzed, most)
		again, same, same2 := canonicalQuery(query, fuzzed, most)
		if !ok || !same2 || again != query || len(same) != len(values) {
			t.Errorf("%q is %q, which is %q", raw, query, again)
		}
		for name, v := range values {
			if same[name] != v || v == "" || !utf8.ValidString(v) || strings.ContainsAny(v, "\x00\r\n\t") || v != strings.TrimSpace(v) {
				t.Errorf("%q: %s is %q, then %q", raw, name, v, same[name])
			}
		}
		for part := range strings.SplitSeq(query, "&") {
			if _, v, _ := strings.Cut(part, "="); len(v) > most {
				t.Errorf("%q: a value of %d bytes in %q", raw, len(v), query)
			}
		}
	})
}

func FuzzTarget(f *testing.F) {
	for _, s := range []string{"/", "http://a/", "http://a", "http://a?x", "http://a#x", "https://a@b/", "*", "a:443", "http:///x", "/http://a/", "//a/", "HTTP://A/"} {
		f.Add([]byte(s))
	}
	f.Fuzz(checkTarget)
}

func checkTarget(t *testing.T, raw []byte) {
	authority, path, _, _, ok := target(raw)
	if !ok {
		return
	}
	if len(path) == 0 || path[0] != '/' || strings.ContainsAny(string(authority), "/?#") || (authority == nil) != (raw[0] == '/') {
		t.Errorf("%q: authority %q, path %q", raw, authority, path)
	}
}

// The fuzz targets, without the fuzzer: strings strung together from what matters to them.
func TestRandomAddresses(t *testing.T) {
	parts := []string{"/", "//", ".", "..", "%", "%2e", "%2F", "%00", "%E6%94%BF", "%e6", "%61", "a", "A", "z", "1", "-", "_", "~", ";", "\\", "?", "#", "&", "=", "+",
		"p", "q", "sort", "time", "p=1", "q=", "@", ":", ":80", "gov.cn", "http://", "\x00", "\x80", "政", "\u212a", " ", "\r\n", "%25", "%5c"}
	r := rand.New(rand.NewPCG(1, 2))
	const n = 300_000
	for range n {
		var b strings.Builder
		for range 1 + r.IntN(8) {
			b.WriteString(parts[r.IntN(len(parts))])
		}
		raw := b.String()
		checkHost(t, []byte(raw))
		checkPath(t, raw)
		checkPath(t, "/"+raw)
		checkQuery(t, raw)
		checkTarget(t, []byte(raw))
		if t.Failed() {
			t.FailNow()
		}
	}
	t.Logf("%d strings through all five", n)
}
