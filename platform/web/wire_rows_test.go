package web

import (
	"fmt"
	"strings"
)

// rawRequest is one conversation: the bytes, the status of every answer and whether the connection is closed or kept, and why.
type rawRequest struct {
	name, bytes, want, why string
}

const (
	at     = "Host: hanbin.gov.cn\r\n"
	atDesk = "Host: " + consoleName + "\r\nSec-Fetch-Site: same-origin\r\n"
	// inner is what must never be answered: a request inside another one's body.
	inner = "GET /a/2 HTTP/1.1\r\nHost: hanbin.gov.cn\r\nConnection: close\r\n\r\n"
)

func get(path string, headers ...string) string {
	request := "GET " + path + " HTTP/1.1\r\n" + at
	for _, h := range headers {
		request += h + "\r\n"
	}
	return request + "\r\n"
}

func hosted(host string) string { return "GET / HTTP/1.1\r\nHost: " + host + "\r\n\r\n" }

// post is a form to the console, whose echo route reads bodies.
func post(headers, body string) string {
	return "POST /sites/7/echo HTTP/1.1\r\n" + atDesk + headers + "\r\n" + body
}

func long(n int) string { return strings.Repeat("a", n) }

var rawRequests = []rawRequest{
	// Whose request it is.
	{"a known host is served", hosted("hanbin.gov.cn"), "200 keep", "RFC 9110 7.2"},
	{"the case of a host does not matter", hosted("HANBIN.gov.CN"), "200 keep", "RFC 3986 3.2.2; CVE-2026-27588 (Caddy)"},
	{"a port is not part of the name", hosted("hanbin.gov.cn:8080"), "200 keep", "RFC 9110 7.2"},
	{"one final dot is not part of the name", hosted("hanbin.gov.cn."), "200 keep", "RFC 1034 3.1: the same name"},
	{"final dot and port", hosted("hanbin.gov.cn.:8080"), "200 keep", "RFC 1034 3.1"},
	{"two final dots are no name", hosted("hanbin.gov.cn.."), "400 close", "RFC 1034 3.1: no empty label"},
	{"no Host", "GET / HTTP/1.1\r\n\r\n", "400 close", "RFC 9112 3.2: MUST answer 400"},
	{"an empty Host", hosted(""), "400 close", "RFC 9112 3.2: names nobody here"},
	{"two Hosts", "GET / HTTP/1.1\r\n" + at + "Host: demo.gov.cn\r\n\r\n", "400 close", "RFC 9112 3.2: MUST answer 400; fasthttp eb38f5f"},
	{"two equal Hosts", "GET / HTTP/1.1\r\n" + at + at + "\r\n", "400 close", "RFC 9112 3.2"},
	{"two Hosts in other cases", "GET / HTTP/1.1\r\n" + at + "hOsT: demo.gov.cn\r\n\r\n", "400 close", "RFC 9110 5.1: names have no case"},
	{"userinfo is not a host", hosted("hanbin.gov.cn@evil.com"), "400 close", "RFC 9110 7.2: no userinfo; fasthttp made this evil.com"},
	{"userinfo before a known host", hosted("evil.com@hanbin.gov.cn"), "400 close", "RFC 9110 7.2"},
	{"a path in Host", hosted("hanbin.gov.cn/x"), "400 close", "RFC 9110 7.2: uri-host [\":\" port]"},
	{"a query in Host", hosted("hanbin.gov.cn?x"), "400 close", "RFC 9110 7.2"},
	{"a script in Host", hosted("<script>"), "400 close", "CVE-2026-6333: reflected"},
	{"a space in Host", hosted("hanbin.gov.cn evil.com"), "400 close", "RFC 9110 7.2"},
	{"a comma in Host", hosted("hanbin.gov.cn,evil.com"), "400 close", "RFC 9110 5.3: two of what must be one"},
	{"a percent sign in Host", hosted("hanbin%2egov.cn"), "400 close", "RFC 3986 3.2.2: a registered name here is ASCII letters"},
	{"a Chinese name not in Punycode", hosted("汉滨.gov.cn"), "400 close", "RFC 5891: on the wire it is an A-label"},
	{"a Chinese name of nobody in Punycode", hosted("xn--fiq228c.gov.cn"), "421 close", "RFC 9110 15.5.20"},
	{"a letter that folds to ASCII", hosted("hanb\u0131n.gov.cn"), "400 close", "Unicode case folding makes two names one"},
	{"a byte that is no UTF-8", hosted("0\x80"), "400 close", "promises 1.1: found by fuzzing"},
	{"a NUL in Host", hosted("hanbin.gov.cn\x00"), "400 close", "RFC 9110 5.5"},
	{"a tab before the name", "GET / HTTP/1.1\r\nHost:\thanbin.gov.cn\r\n\r\n", "200 keep", "RFC 9110 5.5: white space around a value is not of it"},
	{"a port that is no number", hosted("hanbin.gov.cn:80a"), "400 close", "RFC 3986 3.2.3"},
	{"an empty port", hosted("hanbin.gov.cn:"), "400 close", "strict: nobody sends it"},
	{"a port of six digits", hosted("hanbin.gov.cn:123456"), "400 close", "RFC 9293: 16 bits"},
	{"a port after a port", hosted("hanbin.gov.cn:80:80"), "400 close", "RFC 3986 3.2.3"},
	{"an IPv6 literal names no site", hosted("[::1]:80"), "400 close", "RFC 3986 3.2.2: sites have names"},
	{"an unknown host", hosted("evil.com"), "421 close", "RFC 9110 15.5.20"},
	{"an address instead of a name", hosted("127.0.0.1"), "421 close", "RFC 9110 15.5.20"},
	{"a name below a known one", hosted("x.hanbin.gov.cn"), "421 close", "exact table, no suffix"},
	{"a name that ends like a known one", hosted("xhanbin.gov.cn"), "421 close", "exact table, no suffix"},
	{"a name above the known ones", hosted("gov.cn"), "421 close", "exact table, no suffix"},
	{"a label of 64 letters", hosted(long(64) + ".gov.cn"), "400 close", "RFC 1035 2.3.4"},
	{"X-Forwarded-Host names nobody", "GET / HTTP/1.1\r\nHost: evil.com\r\nX-Forwarded-Host: hanbin.gov.cn\r\n\r\n", "421 close", "CVE-2025-64101 (ZITADEL), fiber's Hostname"},
	{"Forwarded names nobody", "GET / HTTP/1.1\r\nHost: evil.com\r\nForwarded: host=hanbin.gov.cn\r\n\r\n", "421 close", "RFC 7239 8.1: anybody writes it"},
	{"X-Forwarded-Host hides nobody", get("/", "X-Forwarded-Host: demo.gov.cn"), "200 keep", "CVE-2025-64101 (ZITADEL)"},
	{"X-Forwarded-Proto of a stranger", "GET / HTTP/1.1\r\nHost: tls.gov.cn\r\nX-Forwarded-Proto: https\r\n\r\n", "200 keep", "CVE-2026-27779 (Gitea)"},
	{"X-Original-URL is not the address", get("/a/1", "X-Original-URL: /a/404"), "200 keep", "CVE-2018-14773 (Symfony)"},
	{"X-Rewrite-URL is not the address", get("/a/1", "X-Rewrite-URL: /a/404"), "200 keep", "CVE-2018-14773 (Symfony)"},
	{"X-HTTP-Method-Override is not the method", get("/a/1", "X-HTTP-Method-Override: DELETE"), "200 keep", "a GET stays one"},
	{"X-Forwarded-For is not believed", get("/a/1", "X-Forwarded-For: 127.0.0.1"), "200 keep", "CVE-2023-41338 (fiber)"},

	{"the console's host shows no citizen page", hosted(consoleName), "404 keep", "design 4: editors and citizens share no host"},
	{"nor an article", "GET /a/1 HTTP/1.1\r\n" + atDesk + "\r\n", "404 keep", "promises 4.1"},
	{"nor an asset", "GET " + stylesheet + " HTTP/1.1\r\n" + atDesk + "\r\n", "404 keep", "promises 4.1"},
	{"and takes no form of another origin", "POST /sites/7/echo HTTP/1.1\r\nHost: " + consoleName + "\r\nContent-Length: 5\r\n\r\nhello", "403 close", "promises 4.4"},

	// The request line.
	{"an absolute target of the same host", get("http://hanbin.gov.cn/a/1"), "200 keep", "RFC 9112 3.2.2: MUST accept"},
	{"an absolute target without a path", get("http://hanbin.gov.cn"), "200 keep", "RFC 9112 3.2.2: the empty path is the root"},
	{"an absolute target of another host", get("http://demo.gov.cn/"), "400 close", "RFC 9112 3.2.2: two hosts; fasthttp lets the target win"},
	{"an absolute target with userinfo", get("http://a@hanbin.gov.cn/"), "400 close", "RFC 9110 4.2.4"},
	{"an absolute target of another scheme", get("ftp://hanbin.gov.cn/"), "400 close", "RFC 9112 3.2.2: no gateway"},
	{"an absolute target with a fragment", get("http://hanbin.gov.cn#@evil.com/"), "404 keep", "RFC 9112 3.2: a target has none"},
	{"an authority target", "CONNECT hanbin.gov.cn:443 HTTP/1.1\r\n" + at + "\r\n", "400 close", "RFC 9110 9.3.6: no proxy"},
	{"CONNECT with a path", "CONNECT / HTTP/1.1\r\n" + at + "\r\n", "405 close", "RFC 9110 9.3.6: no proxy"},
	{"an asterisk target", "OPTIONS * HTTP/1.1\r\n" + at + "\r\n", "400 close", "RFC 9112 3.2.4"},
	{"OPTIONS", "OPTIONS / HTTP/1.1\r\n" + at + "\r\n", "405 close", "RFC 9110 15.5.6"},
	{"TRACE", "TRACE / HTTP/1.1\r\n" + at + "\r\n", "405 close", "RFC 9110 9.3.8: cross-site tracing"},
	{"an unknown method", "FOO / HTTP/1.1\r\n" + at + "\r\n", "405 close", "RFC 9110 15.6.2: the allow list is GET, HEAD, POST"},
	{"a method in small letters", "get / HTTP/1.1\r\n" + at + "\r\n", "405 close", "RFC 9110 9.1: methods have case"},
	{"HEAD has no body", "HEAD /a/1 HTTP/1.1\r\n" + at + "\r\n", "200 keep", "RFC 9110 9.3.2"},
	{"HTTP/1.0", "GET / HTTP/1.0\r\n" + at + "\r\n", "200 close", "RFC 9112 9.3"},
	{"HTTP/1.0 without Host", "GET / HTTP/1.0\r\n\r\n", "400 close", "many sites, one address"},
	{"HTTP/9.9", "GET / HTTP/9.9\r\n" + at + "\r\n", "505 close", "RFC 9110 15.6.6"},
	{"HTTP/1.2", "GET / HTTP/1.2\r\n" + at + "\r\n", "505 close", "RFC 9110 15.6.6"},
	{"a version in small letters", "GET / http/1.1\r\n" + at + "\r\n", "400 close", "RFC 9112 2.3"},
	{"a version with another letter", "GET / HTTP/1.l\r\n" + at + "\r\n", "400 close", "RFC 9112 2.3"},
	{"HTTP/0.9", "GET /\r\n\r\n", "400 close", "RFC 9112 2.3: no version"},
	{"two spaces in the request line", "GET  / HTTP/1.1\r\n" + at + "\r\n", "400 close", "RFC 9112 3: single spaces"},
	{"a space in the target", "GET /a/1 x HTTP/1.1\r\n" + at + "\r\n", "400 close", "RFC 9112 3.2: SHOULD answer 400"},
	{"a tab in the request line", "GET\t/\tHTTP/1.1\r\n" + at + "\r\n", "400 close", "RFC 9112 3"},
	{"a NUL in the target", "GET /a/1\x00 HTTP/1.1\r\n" + at + "\r\n", "400 close", "RFC 9112 3.2: no character of a target"},
	{"a target of 20 kB", get("/" + long(20000)), "431 close", "the head is bounded at 16 KB"},
	{"a target of 9 kB", get("/" + long(9000)), "404 keep", "no address is longer than 1 KB"},
	{"HTTP/2 begins without asking", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", "400 close", "RFC 9113 3.4: the preface fails on HTTP/1.1"},
	{"an upgrade to h2c", get("/a/1", "Connection: Upgrade, HTTP2-Settings", "Upgrade: h2c", "HTTP2-Settings: AAMAAABkAAQAAP__"), "200 keep", "h2c smuggling: a server may ignore it (RFC 9110 7.8)"},
	{"an upgrade to WebSocket", get("/a/1", "Connection: Upgrade", "Upgrade: websocket", "Sec-WebSocket-Key: AQIDBAUGBwgJCgsMDQ4PEA==", "Sec-WebSocket-Version: 13"), "200 keep", "RFC 9110 7.8: ignored, the tunnel never opens"},
	{"TLS on the plain port", "\x16\x03\x01\x00\x05\x01\x00\x00\x01\x00\r\n\r\n", "400 close", "not HTTP"},

	// Header lines.
	{"a bare CR in a header", get("/", "X: a\rb"), "400 close", "RFC 9112 2.2"},
	{"a bare LF ends a line", "GET / HTTP/1.1\n" + strings.ReplaceAll(at, "\r", "") + "\n", "408 close", "RFC 9112 2.2: MAY be recognised, and is not: the head never ends"},
	{"a folded header", get("/", "X: a\r\n b"), "200 keep", "RFC 9112 5.2: obs-fold becomes a space"},
	{"a folded Host", "GET / HTTP/1.1\r\nHost: hanbin.gov.cn\r\n .evil.com\r\n\r\n", "400 close", "RFC 9112 5.2"},
	{"a first header that is folded", "GET / HTTP/1.1\r\n X: a\r\n" + at + "\r\n", "400 close", "RFC 9112 2.2: white space before the first line"},
	{"a space before the colon", "GET / HTTP/1.1\r\nHost : hanbin.gov.cn\r\n\r\n", "400 close", "RFC 9112 5.1: MUST answer 400"},
	{"a NUL in a header", get("/", "X: a\x00b"), "400 close", "RFC 9110 5.5"},
	{"a NUL in a header's name", get("/", "X\x00: a"), "400 close", "RFC 9110 5.1: a token"},
	{"a header without a colon", get("/", "nonsense"), "400 close", "RFC 9112 5"},
	{"a header without a name", get("/", ": a"), "400 close", "RFC 9110 5.1: a token is not empty"},
	{"a control character in a header", get("/", "X: a\x01b"), "400 close", "RFC 9110 5.5"},
	{"a header of 20 kB", get("/", "X: "+long(20000)), "431 close", "RFC 6585 5"},
	{"a header of 9 kB", get("/", "X: "+long(9000)), "200 keep", "within 16 KB"},
	{"a thousand headers", get("/", strings.Repeat("X: a\r\n", 999)+"X: a"), "200 keep", "within 16 KB"},
	{"nine thousand headers", get("/", strings.Repeat("X: a\r\n", 8999)+"X: a"), "431 close", "RFC 6585 5"},
	{"a cookie on a citizens' host", get("/a/1", "Cookie: sid="+long(3000)), "200 keep", "design 4: no cookie is read there"},

	// Where a body ends.
	{"POST to citizens", "POST / HTTP/1.1\r\n" + at + "Content-Length: 3\r\n\r\nabc", "405 close", "nobody reads it"},
	{"a POST is not read and the rest is no request", "POST / HTTP/1.1\r\n" + at + fmt.Sprintf("Content-Length: %d\r\n\r\n", len(inner)) + inner, "405 close", "RFC 9112 6.3: what is left unread"},
	{"GET with a body", "GET / HTTP/1.1\r\n" + at + fmt.Sprintf("Content-Length: %d\r\n\r\n", len(inner)) + inner, "400 close", "RFC 9110 9.3.1: a smuggled request"},
	{"GET with a body of nothing", get("/a/1", "Content-Length: 0"), "200 keep", "RFC 9110 8.6: no body"},
	{"GET with a chunked body", get("/", "Transfer-Encoding: chunked") + "0\r\n\r\n" + inner, "400 close", "RFC 9110 9.3.1"},
	{"HEAD with a body", "HEAD / HTTP/1.1\r\n" + at + "Content-Length: 5\r\n\r\nhello", "400 close", "RFC 9110 9.3.2"},
	{"a body with a length", post("Content-Length: 5\r\n", "hello"), "200 keep", "RFC 9112 6.2"},
	{"a chunked body", post("Transfer-Encoding: chunked\r\n", "5\r\nhello\r\n0\r\n\r\n"), "200 keep", "RFC 9112 7.1"},
	{"a chunked body, in capitals", post("Transfer-Encoding: CHUNKED\r\n", "5\r\nhello\r\n0\r\n\r\n"), "200 keep", "RFC 9112 7: no case"},
	{"a POST without any length", post("", get("/a/1")), "200 200 keep", "RFC 9112 6.3: its body is empty, so what follows is another request"},
	{"length and chunked", post("Content-Length: 5\r\nTransfer-Encoding: chunked\r\n", "0\r\n\r\n"+inner), "400 close", "RFC 9112 6.1: CL.TE"},
	{"chunked and length", post("Transfer-Encoding: chunked\r\nContent-Length: 5\r\n", "0\r\n\r\n"+inner), "400 close", "RFC 9112 6.1: TE.CL"},
	{"two transfer encodings", post("Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n", "0\r\n\r\n"+inner), "400 close", "TE.TE; fasthttp 7bca504"},
	{"chunked twice", post("Transfer-Encoding: chunked, chunked\r\n", "0\r\n\r\n"+inner), "400 close", "RFC 9112 7: MUST NOT apply chunked more than once"},
	{"chunked twice in two lines", post("Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n", "0\r\n\r\n"+inner), "400 close", "RFC 9112 7"},
	{"chunked is not last", post("Transfer-Encoding: chunked, gzip\r\n", "0\r\n\r\n"+inner), "400 close", "RFC 9112 6.3: MUST answer 400"},
	{"gzip before chunked", post("Transfer-Encoding: gzip, chunked\r\n", "0\r\n\r\n"+inner), "400 close", "RFC 9112 6.1: an encoding nobody here undoes"},
	{"identity", post("Transfer-Encoding: identity\r\nContent-Length: 5\r\n", "hello"+inner), "400 close", "RFC 9112 7: removed"},
	{"identity without a length", post("Transfer-Encoding: identity\r\n", inner), "400 close", "RFC 9112 6.3: MUST answer 400"},
	{"GET with identity", get("/a/1", "Transfer-Encoding: identity") + inner, "400 close", "RFC 9112 6.3: MUST answer 400"},
	{"chunked, and a length in a value", post("Transfer-Encoding: chunked\r\nX: Content-Length: 5\r\n", "5\r\nhello\r\n0\r\n\r\n"), "200 keep", "a value is no header"},
	{"an unknown transfer encoding", post("Content-Length: 4\r\nTransfer-Encoding: xchunked\r\n", "abcd"+inner), "400 close", "RFC 9112 6.1"},
	{"an empty transfer encoding", post("Content-Length: 4\r\nTransfer-Encoding:\r\n", "abcd"+inner), "400 close", "TE.CL by an empty value"},
	{"a transfer encoding with a vertical tab", post("Content-Length: 5\r\nTransfer-Encoding: \x0bchunked\r\n", "0\r\n\r\n"+inner), "400 close", "CVE-2019-16785 (waitress), CVE-2019-18277 (HAProxy)"},
	{"a quoted transfer encoding", post("Content-Length: 5\r\nTransfer-Encoding: \"chunked\"\r\n", "0\r\n\r\n"+inner), "400 close", "TE.TE"},
	{"a transfer encoding with a space before its colon", post("Content-Length: 5\r\nTransfer-Encoding : chunked\r\n", "0\r\n\r\n"+inner), "400 close", "RFC 9112 5.1; CVE-2019-16869 (Netty)"},
	{"a transfer encoding that is folded", post("Content-Length: 5\r\nTransfer-Encoding:\r\n chunked\r\n", "0\r\n\r\n"+inner), "400 close", "RFC 9112 5.2; TE.CL"},
	{"a transfer encoding with an underscore", post("Content-Length: 5\r\nTransfer_Encoding: chunked\r\n", "hello"), "200 keep", "another header's name"},
	{"chunked on HTTP/1.0", "POST /sites/7/echo HTTP/1.0\r\n" + atDesk + "Transfer-Encoding: chunked\r\nConnection: keep-alive\r\n\r\n0\r\n\r\n" + inner, "400 close", "RFC 9112 6.1: faulty framing"},
	{"two lengths", post("Content-Length: 3\r\nContent-Length: 5\r\n", "abcde"+inner), "400 close", "RFC 9112 6.3: CL.CL"},
	{"two equal lengths", post("Content-Length: 5\r\nContent-Length: 5\r\n", "abcde"+inner), "400 close", "RFC 9112 6.3"},
	{"a list of lengths", post("Content-Length: 5, 5\r\n", "abcde"+inner), "400 close", "RFC 9112 6.3"},
	{"a length beyond 64 bits", post("Content-Length: 18446744073709551619\r\n", "abc"+inner), "400 close", "fasthttp c3791f8: it wrapped to 3"},
	{"a signed length", post("Content-Length: +5\r\n", "abcde"+inner), "400 close", "RFC 9110 8.6: digits; CVE-2018-7159 (Node)"},
	{"a negative length", post("Content-Length: -1\r\n", inner), "400 close", "RFC 9110 8.6"},
	{"a hexadecimal length", post("Content-Length: 0x5\r\n", "abcde"+inner), "400 close", "RFC 9110 8.6"},
	{"a length with a space inside", post("Content-Length: 5 5\r\n", "abcde"+inner), "400 close", "CVE-2018-7159 (Node)"},
	{"an empty length", post("Content-Length:\r\n", inner), "400 close", "RFC 9110 8.6"},
	{"a length with an underscore in it", post("Content-Length: 1_0\r\n", "abcde"+inner), "400 close", "RFC 9110 8.6: digits only"},
	{"a length in a header named nearly so", post("Content_Length: 3\r\nContent-Length: 5\r\n", "hello"), "200 keep", "another header's name"},

	// Chunks.
	{"a chunk extension", post("Transfer-Encoding: chunked\r\n", "5;a=b\r\nhello\r\n0\r\n\r\n"), "200 keep", "RFC 9112 7.1.1: MUST be ignored"},
	{"a line feed in a chunk extension", post("Transfer-Encoding: chunked\r\n", "2;\nxx\r\nab\r\n0\r\n\r\n"+inner), "400 close", "CVE-2025-22871; fasthttp 7b74fc9"},
	{"a chunk size that ends in a line feed", post("Transfer-Encoding: chunked\r\n", "5\nhello\r\n0\r\n\r\n"+inner), "400 close", "CVE-2025-22871 (net/http)"},
	{"a chunk that ends in a line feed", post("Transfer-Encoding: chunked\r\n", "5\r\nhello\n0\r\n\r\n"+inner), "400 close", "RFC 9112 7.1"},
	{"a chunk longer than its size", post("Transfer-Encoding: chunked\r\n", "5\r\nhelloX\r\n0\r\n\r\n"+inner), "400 close", "RFC 9112 7.1; the two bytes some skip"},
	{"a chunk size with a sign", post("Transfer-Encoding: chunked\r\n", "+5\r\nhello\r\n0\r\n\r\n"+inner), "400 close", "RFC 9112 7.1: hex digits"},
	{"a chunk size with 0x", post("Transfer-Encoding: chunked\r\n", "0x5\r\nhello\r\n0\r\n\r\n"+inner), "400 close", "CVE-2022-1705 and others"},
	{"an empty chunk size", post("Transfer-Encoding: chunked\r\n", "\r\nhello\r\n0\r\n\r\n"+inner), "400 close", "RFC 9112 7.1"},
	{"a chunk size beyond 64 bits", post("Transfer-Encoding: chunked\r\n", "10000000000000005\r\nhello\r\n0\r\n\r\n"+inner), "400 close", "RFC 9112 7.1: MUST anticipate overflow"},
	{"a chunk size that is negative when signed", post("Transfer-Encoding: chunked\r\n", "ffffffffffffffff\r\nhello\r\n0\r\n\r\n"+inner), "400 close", "RFC 9112 7.1"},
	{"a space before a chunk size", post("Transfer-Encoding: chunked\r\n", " 5\r\nhello\r\n0\r\n\r\n"+inner), "400 close", "RFC 9112 7.1"},
	{"trailers", post("Transfer-Encoding: chunked\r\n", "5\r\nhello\r\n0\r\nX: a\r\n\r\n"), "200 keep", "RFC 9112 7.1.2: discarded"},
	{"a chunked body above the limit", post("Transfer-Encoding: chunked\r\n", "200000\r\n"+long(1<<21)+"\r\n0\r\n\r\n"+inner), "413 close", "RFC 9110 15.5.14"},
	{"a body above the limit", post("Content-Length: 2097152\r\n", long(1<<21)+inner), "413 close", "RFC 9110 15.5.14"},

	// Waiting to be let through.
	{"let through", post("Content-Length: 5\r\nExpect: 100-continue\r\n", "hello"), "100 200 keep", "RFC 9110 10.1.1"},
	{"not let through to a citizen host", "POST / HTTP/1.1\r\n" + at + "Content-Length: 5\r\nExpect: 100-continue\r\n\r\n", "417 close", "RFC 9110 10.1.1: nobody would read it"},
	{"not let through with a body too large", post("Content-Length: 99999999\r\nExpect: 100-continue\r\n", ""), "417 close", "RFC 9110 10.1.1"},
	{"a body sent without waiting is not a request", "POST / HTTP/1.1\r\n" + at + fmt.Sprintf("Content-Length: %d\r\nExpect: 100-continue\r\n\r\n", len(inner)) + inner, "417 close", "RFC 9110 10.1.1; CVE-2022-32213's class"},
	{"expecting something else", post("Content-Length: 5\r\nExpect: tea\r\n", "hello"), "200 keep", "RFC 9110 10.1.1: MAY answer 417"},

	// One after another.
	{"two requests are two answers", get("/a/1") + get("/a/3"), "200 200 keep", "RFC 9112 9.3.2"},
	{"an empty line before a request", "\r\n" + get("/a/1"), "200 keep", "RFC 9112 2.2: SHOULD ignore one"},
	{"after a refusal nothing is answered", hosted("evil.com") + inner, "421 close", "the stream is not to be trusted any more"},
	{"after Connection: close nothing is answered", get("/a/1", "Connection: close") + inner, "200 close", "RFC 9112 9.6"},
	{"Connection names a header that matters", get("/a/1", "Connection: keep-alive, Host"), "200 keep", "RFC 9110 7.6.1: it is for proxies to remove"},

	// Addresses.
	{"a dot segment", get("/c/../a/1"), "301 keep", "design 2: one spelling"},
	{"an encoded dot segment", get("/c/%2e%2e/a/1"), "301 keep", "RFC 3986 6.2.2.2"},
	{"dots above the root", get("/../../../../etc/passwd"), "404 keep", "RFC 3986 5.2.4: the root is the top"},
	{"an encoded slash", get("/a%2f1"), "404 keep", "RFC 3986 2.2: not the same"},
	{"an encoded slash after dots", get("/..%2f..%2fetc/passwd"), "404 keep", "CVE-2021-41773's class"},
	{"dots encoded twice", get("/%252e%252e/a/1"), "404 keep", "GO-2026-4950: decoded once, never twice"},
	{"a parameter of a segment", get("/a/1;x.css"), "404 keep", "cache deception; RFC 3986 3.3"},
	{"two slashes at the front", get("//evil.example/"), "404 keep", "never a network-path reference in Location"},
	{"a backslash", get("/\\evil.example"), "404 keep", "browsers read it as a slash"},
	{"an encoded NUL", get("/a/1%00.css"), "404 keep", "a string's end for some"},
	{"a percent sign alone", get("/a/%"), "404 keep", "RFC 3986 2.1"},
	{"overlong UTF-8", get("/a/%c0%af"), "404 keep", "RFC 3629 3"},
	{"bytes that are not ASCII", get("/a/\xe6\x94\xbf"), "404 keep", "RFC 3986 2: no such target"},
	{"an encoded line end", get("/a/1%0d%0aSet-Cookie:%20x=1"), "404 keep", "response splitting; promises 0.1"},
	{"an encoded line end in a query", get("/a/1?u=%0d%0aSet-Cookie:%20x=1"), "301 keep", "response splitting; the query is dropped"},
	{"another case", get("/A/1"), "404 keep", "fiber's CaseSensitive; RFC 3986 6.2.2.1"},
	{"a fragment", get("/a/1#x"), "404 keep", "RFC 9112 3.2: a target has none"},

	// Parts and conditions.
	{"a range", get("/a/1", "Range: bytes=0-9"), "200 keep", "RFC 9110 14.2: MAY be ignored, and pages are small"},
	{"three hundred ranges", get("/a/1", "Range: bytes="+strings.Repeat("0-1,", 300)+"5-6"), "200 keep", "CVE-2011-3192 (Apache)"},
	{"a range of nonsense", get("/a/1", "Range: bytes=9-0,-,a-b"), "200 keep", "RFC 9110 14.2"},
	{"a range beyond 64 bits", get("/a/1", "Range: bytes=0-99999999999999999999"), "200 keep", "CVE-2017-7529 (nginx)"},
	{"If-Range", get("/a/1", "If-Range: \"x\"", "Range: bytes=0-1"), "200 keep", "RFC 9110 13.1.5"},
	{"a tag that matches anything", get("/a/1", "If-None-Match: *"), "304 keep", "RFC 9110 13.1.2"},
	{"a long list of tags", get("/a/1", "If-None-Match: "+strings.Repeat("\"x\", ", 2000)+"\"y\""), "200 keep", "RFC 9110 13.1.2"},
	{"tags with line noise", get("/a/1", "If-None-Match: \",,W/,\"\",W/\"\",*x"), "200 keep", "RFC 9110 8.8.3"},
	{"If-Modified-Since of another age", get("/a/1", "If-Modified-Since: Thu, 01 Jan 1970 00:00:00 GMT"), "200 keep", "RFC 9110 13.1.3: only tags are used"},
}
