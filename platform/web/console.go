package web

import (
	"bytes"
	"io"
	"net/netip"
	"slices"
	"strings"
	"time"

	"github.com/gofiber/fiber/v2"
	"github.com/klauspost/compress/gzip"
	"github.com/valyala/fasthttp"
	"github.com/zhanqun/zhanqun/kernel"
	"github.com/zhanqun/zhanqun/kernel/fault"
	"github.com/zhanqun/zhanqun/policies"
)

// consoleHost serves the console's name: guarded routes only, never a citizen's page.
func (s *Server) consoleHost(rc *fasthttp.RequestCtx, x *exchange, path string) {
	x.route = "console"
	is, known := s.secure(rc)
	x.secure, x.client = is, s.client(rc)
	if !s.reachable(x.client) {
		s.refuse(rc, x, fasthttp.StatusNotFound)
		return
	}
	for _, before := range s.router.tokens {
		if strings.HasPrefix(path, before) {
			x.raw = []byte(before + ":token") // no log keeps what opens an account
		}
	}
	switch {
	case s.cfg.RedirectHTTPS && known && !is && s.cfg.ConsoleOrigin != "": // a password does not travel in the clear
		if changes(rc) {
			s.refuse(rc, x, fasthttp.StatusForbidden)
			return
		}
		s.leave(rc, x, s.cfg.ConsoleOrigin, path)
		return
	case !s.router.answers(string(rc.Method()), path):
		rc.Response.Header.Set("Allow", "GET, HEAD, POST")
		s.refuse(rc, x, fasthttp.StatusMethodNotAllowed)
		return
	case !sends(string(rc.Method())) && hasBody(rc):
		s.refuse(rc, x, fasthttp.StatusBadRequest)
		return
	case changes(rc) && !sameOrigin(rc, x.host):
		s.refuse(rc, x, fasthttp.StatusForbidden)
		return
	}
	if one, ok := canonicalPath(path); !ok || one != path {
		s.fail(rc, x, fault.New(fault.NotFound, "没有这个地址。"))
		return
	}
	if strings.HasPrefix(path, assetPrefix) {
		s.asset(rc, x, path)
		return
	}
	ready, done := s.takeBody(rc, x, path)
	defer done()
	if !ready {
		return
	}
	if !slices.Contains(s.router.quiet, path) {
		if err := s.recognise(rc, x); err != nil {
			s.fail(rc, x, err)
			return
		}
	}
	if answered, err := s.first(rc, x); err != nil || answered {
		if err != nil {
			s.fail(rc, x, err)
		}
		return
	}
	s.console(rc)
	shrink(rc)
}

// reachable reports whether the console is there for an address (Q11).
func (s *Server) reachable(from netip.Addr) bool {
	return len(s.cfg.ConsoleAllow) == 0 || within(s.cfg.ConsoleAllow, from)
}

// shrinkFrom is where packing a screen begins to be worth its time.
const shrinkFrom = 16 << 10

// shrink packs a large screen for browsers that take it packed: a wall of 10,000 sites is a megabyte of the same few words.
func shrink(rc *fasthttp.RequestCtx) {
	h := &rc.Response.Header
	if rc.Response.IsBodyStream() || len(rc.Response.Body()) < shrinkFrom || len(h.Peek(fiber.HeaderContentEncoding)) > 0 || !bytes.HasPrefix(h.ContentType(), []byte("text/html")) {
		return
	}
	h.Add(fiber.HeaderVary, fiber.HeaderAcceptEncoding)
	if _, gz := encodings(rc.Request.Header.PeekAll(fiber.HeaderAcceptEncoding)); gz {
		var packed bytes.Buffer
		z, err := gzip.NewWriterLevel(&packed, gzip.BestCompression)
		if err != nil { // it is a level there is
			return
		}
		if _, err := z.Write(rc.Response.Body()); err != nil || z.Close() != nil { // a bytes.Buffer refuses nothing
			return
		}
		rc.Response.SetBodyRaw(packed.Bytes())
		h.Set(fiber.HeaderContentEncoding, "gzip")
	}
}

// first lets the set-up answer while there is nobody who could sign in.
func (s *Server) first(rc *fasthttp.RequestCtx, x *exchange) (bool, error) {
	if s.ports.First == nil || !nobody(x) {
		return false, nil
	}
	c := s.router.console.AcquireCtx(rc)
	defer s.router.console.ReleaseCtx(c)
	s.admit(c, x, "no-store")
	return s.ports.First(c)
}

// recognise puts the person who is signed in into the request's context; nobody is no error.
func (s *Server) recognise(rc *fasthttp.RequestCtx, x *exchange) error {
	token := rc.Request.Header.Cookie(x.cookie())
	if s.ports.Sessions == nil || len(token) == 0 {
		return nil
	}
	who, err := s.ports.Sessions.Session(x.ctx, string(token))
	switch {
	case fault.Is(err, fault.Forbidden):
		return nil
	case err != nil:
		return err
	}
	if s.ports.Admit != nil {
		if err := s.ports.Admit(x.ctx, who, x.client); err != nil {
			return err
		}
	}
	x.ctx = kernel.WithActor(x.ctx, who)
	if rc.IsGet() {
		x.ctx = kernel.Remembering(x.ctx) // a screen only reads, and asks the same of each of its lines
	}
	return nil
}

// cookie is the name of the session's cookie. Over TLS browsers take this name only with Secure, this host and every path
// (RFC 6265bis 4.1.3.2), so no neighbour below the same domain can plant one.
func (x *exchange) cookie() string {
	if x.secure {
		return "__Host-zhanqun"
	}
	return "zhanqun"
}

// SetSession gives the browser the token of its session, until the browser closes; "" takes it away.
func SetSession(c *fiber.Ctx, token string) {
	x := from(c.Context())
	k := fiber.Cookie{Name: x.cookie(), Value: token, Path: "/", HTTPOnly: true, Secure: x.secure, SameSite: fiber.CookieSameSiteLaxMode, SessionOnly: true}
	if token == "" {
		k.SessionOnly, k.Expires = false, time.Unix(0, 0)
	}
	c.Cookie(&k)
}

// SetShortCookie keeps something in the browser for ten minutes at most, for this host and no script; "" takes it away.
func SetShortCookie(c *fiber.Ctx, name, value string) {
	k := fiber.Cookie{Name: name, Value: value, Path: "/", HTTPOnly: true, Secure: from(c.Context()).secure, SameSite: fiber.CookieSameSiteLaxMode, MaxAge: 600}
	if value == "" {
		k.MaxAge, k.Expires = 0, time.Unix(0, 0)
	}
	c.Cookie(&k)
}

// SessionToken is the token that the browser holds, or "".
func SessionToken(c *fiber.Ctx) string { return c.Cookies(from(c.Context()).cookie()) }

// Client is the address the request comes from: the proxy's word is taken only where it is trusted.
func Client(c *fiber.Ctx) netip.Addr { return from(c.Context()).client }

// Typed is the address of the request as it was asked, from its path on.
func Typed(c *fiber.Ctx) string {
	x := from(c.Context())
	return x.url[len(x.host):]
}

// sameOrigin reports whether a browser says that a page of this very host sends the form. Sites below one domain
// are same-site to each other, so neither SameSite nor a same-site answer is enough (promises.md 0.9).
func sameOrigin(rc *fasthttp.RequestCtx, self string) bool {
	h := &rc.Request.Header
	if site := h.Peek("Sec-Fetch-Site"); len(site) > 0 {
		return string(site) == "same-origin"
	}
	rest, ok := cutScheme(h.Peek(fiber.HeaderOrigin))
	if !ok {
		return false
	}
	name, ok := host(rest)
	return ok && name == self
}

// changes reports whether a request is one that only our own pages may send.
func changes(rc *fasthttp.RequestCtx) bool { return !rc.IsGet() && !rc.IsHead() }

// hasBody reports whether the request announces a body.
func hasBody(rc *fasthttp.RequestCtx) bool {
	n := rc.Request.Header.ContentLength()
	return n > 0 || n == -1 || len(rc.Request.Header.Peek(fiber.HeaderTransferEncoding)) > 0
}

// ambiguous reports whether a request says where its body ends so that somebody else could read it otherwise: by a
// length and an encoding (RFC 9112 6.1), or by an encoding that is not chunked, of which fasthttp passes "identity" over (6.3).
func ambiguous(h *fasthttp.RequestHeader) bool {
	var length, encoding bool
	for rest := h.RawHeaders(); len(rest) > 0; {
		line := rest
		if i := bytes.IndexByte(rest, '\n'); i >= 0 {
			line, rest = rest[:i], rest[i+1:]
		} else {
			rest = nil
		}
		length = length || named(line, fiber.HeaderContentLength)
		encoding = encoding || named(line, fiber.HeaderTransferEncoding)
	}
	return encoding && (length || len(h.Peek(fiber.HeaderTransferEncoding)) == 0)
}

// named reports whether a header line is called name.
func named(line []byte, name string) bool {
	return len(line) > len(name) && line[len(name)] == ':' && strings.EqualFold(string(line[:len(name)]), name)
}

// readBody reads an ordinary body whole before any handler, up to the limit. What is larger ends the connection
// unread. Long ones of people who are not signed in share a few seats, or many slow senders would fill the memory.
func (s *Server) readBody(rc *fasthttp.RequestCtx, x *exchange) (ready bool, done func()) {
	done = func() {}
	if !hasBody(rc) {
		return true, done
	}
	limit := s.cfg.BodyAtMost
	if rc.Request.Header.ContentLength() > limit {
		s.refuse(rc, x, fasthttp.StatusRequestEntityTooLarge)
		return false, done
	}
	stream := rc.RequestBodyStream()
	if stream == nil {
		return true, done // an empty chunked body
	}
	body, err := io.ReadAll(io.LimitReader(stream, int64(limit/longPart)+1))
	if err == nil && len(body) < min(rc.Request.Header.ContentLength(), limit/longPart+1) {
		err = io.ErrUnexpectedEOF // fasthttp does not say that its sender has left
	}
	if err == nil && len(body) > limit/longPart {
		if done, ready = s.seatFor(rc, x); !ready {
			return false, done
		}
		var rest []byte
		rest, err = wholeBody(stream, max(-1, rc.Request.Header.ContentLength()-len(body)), limit-len(body))
		body = append(body, rest...)
	}
	switch {
	case err != nil:
		s.refuse(rc, x, fasthttp.StatusBadRequest)
		return false, done
	case len(body) > limit:
		s.refuse(rc, x, fasthttp.StatusRequestEntityTooLarge)
		return false, done
	}
	rc.Request.SetBodyRaw(body)
	return true, done
}

// seatFor asks who sends a long form, and gives a stranger a seat, until done.
func (s *Server) seatFor(rc *fasthttp.RequestCtx, x *exchange) (done func(), ready bool) {
	if nobody(x) {
		if err := s.recognise(rc, x); err != nil {
			rc.SetConnectionClose()
			s.fail(rc, x, err)
			return func() {}, false
		}
	}
	if !nobody(x) {
		return func() {}, true
	}
	select {
	case s.strange <- struct{}{}:
		return func() { <-s.strange }, true
	case <-x.ctx.Done():
		rc.SetConnectionClose()
		s.fail(rc, x, fault.New(fault.Unavailable, "现在提交的人太多，请过一会儿再试。"))
		return func() {}, false
	}
}

// expect answers "Expect: 100-continue": only a body that will be read may come.
func (s *Server) expect(rc *fasthttp.RequestCtx) int {
	name, ok := host(rc.Request.Header.Host())
	n := rc.Request.Header.ContentLength()
	if !ok || s.cfg.Console == "" || name != s.cfg.Console || !sends(string(rc.Method())) || !s.reachable(s.client(rc)) || n > s.expected(rc) {
		s.turnAway(rc, fasthttp.StatusExpectationFailed)
		return fasthttp.StatusExpectationFailed
	}
	return fasthttp.StatusContinue
}

// cacheControl is what the cache classes of guarded routes mean.
var cacheControl = map[string]string{"no-store": "no-store", "private": "private, no-cache"}

// action runs a guarded route: nobody gets past the guard, and without a guard nobody gets anywhere.
func (s *Server) action(a ActionRoute) fiber.Handler {
	return func(c *fiber.Ctx) error {
		x := from(c.Context())
		x.route = a.Room + " " + a.Path
		site := kernel.Platform
		if a.Tenancy == "site" {
			id, ok := kernel.ParseID[kernel.SiteID](c.Params("site"))
			if !ok {
				return fault.New(fault.NotFound, "没有这个网站。")
			}
			site, x.shown = id, id
		}
		if s.ports.Guard == nil {
			return fault.New(fault.Forbidden, "您没有此项权限。")
		}
		s.admit(c, x, a.Cache)
		err := s.opens(c, x, site, &a)
		if err != nil {
			if s.ports.Console != nil && nobody(x) && fault.Is(err, fault.Forbidden) {
				return s.ports.Console.Stranger(c)
			}
			return s.refused(x, site, a.Action, err)
		}
		err = a.Do(c)
		if fault.Is(err, fault.Forbidden) {
			return s.refused(x, site, a.Action, err)
		}
		return err
	}
}

// opens asks the guard about a route's actions, and about the column of its object for whoever may only there.
func (s *Server) opens(c *fiber.Ctx, x *exchange, site kernel.SiteID, a *ActionRoute) error {
	first := s.ports.Guard.May(x.ctx, site, a.Action)
	for i := 0; i < len(a.Or) && fault.Is(first, fault.Forbidden); i++ {
		if or := s.ports.Guard.May(x.ctx, site, a.Or[i]); !fault.Is(or, fault.Forbidden) {
			return or // what the person would have to be is what the first action asks for
		}
	}
	if a.Column == nil || nobody(x) || !fault.Is(first, fault.Forbidden) {
		return first
	}
	column, err := a.Column(c)
	if fault.Is(err, fault.NotFound) {
		return first // what is not there tells nothing to whom nothing is open
	}
	if err != nil {
		return err
	}
	for _, act := range append([]policies.Action{a.Action}, a.Or...) {
		if err := s.ports.Guard.MayIn(x.ctx, site, act, column); !fault.Is(err, fault.Forbidden) {
			return err
		}
	}
	return first
}

// refused tells of what somebody was refused, and answers it.
func (s *Server) refused(x *exchange, site kernel.SiteID, act policies.Action, err error) error {
	if s.ports.Refused != nil && !nobody(x) {
		s.ports.Refused(x.ctx, site, act, x.client, err)
	}
	return err
}

// door runs a route that no permission guards.
func (s *Server) door(d DoorRoute) fiber.Handler {
	return func(c *fiber.Ctx) error {
		x := from(c.Context())
		x.route = d.Room + " " + d.Path
		s.admit(c, x, "no-store")
		if d.SignedIn && nobody(x) {
			if s.ports.Console == nil {
				return fault.New(fault.Forbidden, "请先登录。")
			}
			return s.ports.Console.Stranger(c)
		}
		return d.Do(c)
	}
}

func nobody(x *exchange) bool { return kernel.ActorFrom(x.ctx).Account == 0 }

// admit gives a handler its context, and its answer the headers.
func (s *Server) admit(c *fiber.Ctx, x *exchange, cache string) {
	c.SetUserContext(x.ctx)
	s.protect(c.Context(), x)
	c.Set(fiber.HeaderCacheControl, cacheControl[cache])
}
