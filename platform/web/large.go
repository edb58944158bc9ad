package web

import (
	"bytes"
	"context"
	"io"
	"strings"
	"time"

	"github.com/gofiber/fiber/v2"
	"github.com/valyala/fasthttp"
	"github.com/zhanqun/zhanqun/kernel/fault"
)

const (
	largeAtOnce = 4  // large bodies in memory at once, unless the configuration knows better; more wait
	longAtOnce  = 64 // long forms of people who are not signed in, likewise
	longPart    = 16 // a form is long from this part of what a form may have
	drainTimes  = 8  // how many times its limit a body may be large and still be read to its end, so that its sender hears why it was refused
)

// largeRoute is a route that takes more than a form.
type largeRoute struct {
	path []string // its parts; ":site" stands for any one
	most int
}

// bodyAtMost is how large a body may be at an address: what its route has declared, else as much as a form.
func (r *Router) bodyAtMost(path string, form int) int {
	for _, l := range r.large {
		if l.matches(path) {
			return max(l.most, form)
		}
	}
	return form
}

func (l *largeRoute) matches(path string) bool {
	n := 0
	for part := range strings.SplitSeq(path, "/") {
		if n == len(l.path) || l.path[n] != part && (!strings.HasPrefix(l.path[n], ":") || part == "") {
			return false
		}
		n++
	}
	return n == len(l.path)
}

// expected is how large a body may be that asks before it comes.
func (s *Server) expected(rc *fasthttp.RequestCtx) int {
	_, path, _, _, ok := target(rc.Request.Header.RequestURI())
	if !ok {
		return s.cfg.BodyAtMost
	}
	return s.router.bodyAtMost(string(path), s.cfg.BodyAtMost)
}

// patience gives the sender of a large body more time, and whoever takes a large file, once their header is there; see paced for the rest of it.
func (s *Server) patience(h *fasthttp.RequestHeader) (c fasthttp.RequestConfig) {
	_, path, _, _, ok := target(h.RequestURI())
	if ok && bytes.Contains(path, []byte(largeFiles)) {
		c.WriteTimeout = s.cfg.DownloadWithin
	}
	if ok && sends(string(h.Method())) && s.router.bodyAtMost(string(path), s.cfg.BodyAtMost) > s.cfg.BodyAtMost {
		c.ReadTimeout = s.cfg.UploadWithin
	}
	return c
}

// paced is a large file on its way to somebody: each stretch that goes out gives the rest its time anew. What the kernel holds for a slow
// reader counts as gone out; it is bounded, and the next stretch waits for it.
type paced struct {
	io.ReadCloser
	rc      *fasthttp.RequestCtx
	within  time.Duration
	stretch int
	since   int // bytes of the stretch that has begun
}

func (p *paced) Read(b []byte) (int, error) {
	if p.since >= p.stretch {
		p.since = 0
		if err := p.rc.SetWriteDeadline(time.Now().Add(p.within)); err != nil {
			return 0, err
		}
	}
	n, err := p.ReadCloser.Read(b)
	p.since += n
	return n, err
}

// pace lets a file of this server go out as long as somebody takes it.
func pace(rc *fasthttp.RequestCtx, body io.ReadCloser) io.ReadCloser {
	s := from(rc).server
	if s == nil {
		return body
	}
	return &paced{ReadCloser: body, rc: rc, within: s.cfg.DownloadWithin, stretch: s.cfg.DownloadStretch}
}

// takeBody reads the body before any handler, up to what its route takes; done is called when the request has been answered. Who sends a
// large one is known before a byte of it is read, and a few are in memory at once.
func (s *Server) takeBody(rc *fasthttp.RequestCtx, x *exchange, path string) (ready bool, done func()) {
	limit := s.router.bodyAtMost(path, s.cfg.BodyAtMost)
	if !sends(string(rc.Method())) || limit <= s.cfg.BodyAtMost {
		return s.readBody(rc, x)
	}
	base := context.WithoutCancel(x.ctx)
	if err := s.recognise(rc, x); err != nil {
		rc.SetConnectionClose()
		s.fail(rc, x, err)
		return false, func() {}
	}
	if nobody(x) { // may have a form's worth of it kept until the sign-in
		return s.readBody(rc, x)
	}
	select {
	case s.large <- struct{}{}:
	case <-x.ctx.Done():
		rc.SetConnectionClose()
		s.fail(rc, x, fault.New(fault.Unavailable, "现在上传的人太多，请过一会儿再试。"))
		return false, func() {}
	}
	ready = s.readLarge(rc, x, limit)
	ctx, cancel := context.WithTimeout(base, s.cfg.HandleWithin) // the time begins when all is there
	x.ctx = ctx
	return ready, func() { cancel(); <-s.large }
}

// readLarge reads a body up to the limit. Of one that is larger the rest is read and dropped; one that is very large ends the connection.
func (s *Server) readLarge(rc *fasthttp.RequestCtx, x *exchange, limit int) bool {
	stream := rc.RequestBodyStream()
	if !hasBody(rc) || stream == nil {
		return true
	}
	if rc.Request.Header.ContentLength() > drainTimes*limit {
		s.refuse(rc, x, fasthttp.StatusRequestEntityTooLarge)
		return false
	}
	body, err := wholeBody(stream, rc.Request.Header.ContentLength(), limit)
	if err != nil {
		s.refuse(rc, x, fasthttp.StatusBadRequest)
		return false
	}
	if x.overflowed = len(body) > limit; x.overflowed {
		body = bytes.Clone(body[:s.cfg.BodyAtMost])
		if n, err := io.Copy(io.Discard, io.LimitReader(stream, int64(drainTimes*limit))); err != nil || n == int64(drainTimes*limit) {
			s.refuse(rc, x, fasthttp.StatusRequestEntityTooLarge)
			return false
		}
	}
	rc.Request.SetBodyRaw(body)
	return true
}

// wholeBody reads at most one byte more than the limit, once: a body that says its size takes no more memory than that while it comes.
func wholeBody(stream io.Reader, says, limit int) ([]byte, error) {
	if says < 0 { // chunked
		return io.ReadAll(io.LimitReader(stream, int64(limit)+1))
	}
	body := make([]byte, min(says, limit+1))
	_, err := io.ReadFull(stream, body)
	return body, err
}

// Overflowed reports whether the body was larger than its route takes; then only its beginning is there, as much as a form.
func Overflowed(c *fiber.Ctx) bool { return from(c.Context()).overflowed }
