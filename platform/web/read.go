package web

import (
	"bytes"
	"strings"
	"time"

	"github.com/gofiber/fiber/v2"
	"github.com/valyala/fasthttp"
	"github.com/zhanqun/zhanqun/platform/pages"
)

// Reads is filled by platform/visits: it hears of each public page that a client was answered with, whole or unchanged. It is in the way of every
// answer from memory, so it takes no lock that others wait for and makes nothing.
type Reads interface {
	Read(page *pages.Entry, at time.Time, by Reader)
}

// Reader is what is told of whoever reads: nothing by which one person could be told from another.
type Reader struct {
	Agent []byte // the User-Agent, which is the request's: nobody may keep it
	Ahead bool   // a browser has fetched it before anybody wanted to read it
	Here  bool   // it was reached from a page of the same host
}

// read tells who counts that a page was read: of pages for people only, and not of the filler's own requests.
func (s *Server) read(rc *fasthttp.RequestCtx, x *exchange, e *pages.Entry) {
	if s.ports.Reads == nil || x.silent || !rc.IsGet() || e.Page.Status != fasthttp.StatusOK || !strings.HasPrefix(e.Page.ContentType, "text/html") {
		return
	}
	h := &rc.Request.Header
	ahead := len(h.Peek("Sec-Purpose")) > 0 || len(h.Peek("Purpose")) > 0 || len(h.Peek("X-Moz")) > 0
	s.ports.Reads.Read(e, x.began, Reader{Agent: h.UserAgent(), Ahead: ahead, Here: leadsFrom(h.Peek(fiber.HeaderReferer), x.host)})
}

// leadsFrom reports whether a Referer names a page of a host, on whatever port. Our pages have browsers say no more than their origin.
func leadsFrom(referer []byte, host string) bool {
	_, rest, ok := bytes.Cut(referer, []byte("://"))
	if !ok || len(rest) < len(host) {
		return false
	}
	for i := 0; i < len(host); i++ { // x.host is in lower case
		if c := rest[i]; c != host[i] && (c < 'A' || c > 'Z' || c+('a'-'A') != host[i]) {
			return false
		}
	}
	return len(rest) == len(host) || rest[len(host)] == '/' || rest[len(host)] == ':'
}
