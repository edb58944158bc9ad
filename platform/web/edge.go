package web

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/netip"
	"runtime/debug"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/gofiber/fiber/v2"
	"github.com/valyala/fasthttp"
	"github.com/zhanqun/zhanqun/kernel"
	"github.com/zhanqun/zhanqun/kernel/fault"
	"github.com/zhanqun/zhanqun/platform/pages"
	"github.com/zhanqun/zhanqun/platform/render"
)

// exchange is one request and what became known of it on its way.
type exchange struct {
	ctx    context.Context // fiber hands on the RequestCtx only, so the context travels in here
	id     string
	began  time.Time
	url    string // host, path and query as they were asked; of which the next is a part
	host   string
	slug   string // of the mount, or ""
	site   *render.Site
	rest   string // the path within the site, canonical, without the variant, which the site knows
	query  string // as it was asked
	asked  bool   // there was a "?"
	moved  bool   // the path was asked in another spelling
	secure bool
	shown  kernel.SiteID
	route  string
	state  pages.State
	err    error      // what made it a 500, for the log
	raw    []byte     // the target as it was asked, once it has been replaced for the router
	silent bool       // the filler's own request
	client netip.Addr // of a request to the console
	warm   bool       // answered from memory: nothing holds the exchange when it ends
	// overflowed: the body was larger than its route takes, and was dropped
	overflowed bool
	program    bool    // asked by a program, which is told of an error in its own form: see problem
	server     *Server // nil of the filler's own request
	line       []byte  // room for the access line
}

// exchanges are used again after the answers that are most of all: those from memory.
var exchanges = sync.Pool{New: func() any { return new(exchange) }}

type exchangeKey struct{}

func from(rc *fasthttp.RequestCtx) *exchange { return rc.UserValue(exchangeKey{}).(*exchange) }

// handle answers one request. Nothing a handler does may end the process.
func (s *Server) handle(base context.Context, rc *fasthttp.RequestCtx) {
	x := exchanges.Get().(*exchange)
	*x = exchange{ctx: base, id: newID(), began: s.cfg.Now(), route: "none", line: x.line, server: s}
	s.metrics.open.Inc()
	defer s.end(rc, x)
	s.edge(rc, x)
}

// inTime runs what may take time: with a deadline, and with the request's id in the context.
func (s *Server) inTime(rc *fasthttp.RequestCtx, x *exchange, f func()) {
	ctx, cancel := context.WithTimeout(kernel.WithRequestID(x.ctx, x.id), s.cfg.HandleWithin)
	defer cancel()
	x.ctx = ctx
	rc.SetUserValue(exchangeKey{}, x)
	f()
}

// end recovers, says good-bye when draining, and writes down what happened.
func (s *Server) end(rc *fasthttp.RequestCtx, x *exchange) {
	if v := recover(); v != nil {
		rc.Response.Reset()
		s.fail(rc, x, fmt.Errorf("panic: %v\n%s", v, debug.Stack()))
	}
	if s.draining.Load() {
		rc.SetConnectionClose()
	}
	s.metrics.open.Dec()
	s.note(rc, x)
	if x.warm {
		exchanges.Put(x)
	}
}

func newID() string {
	const digits = "0123456789abcdef"
	var b [16]byte
	n := rand.Uint64()
	for i := range b {
		b[i] = digits[n&15]
		n >>= 4
	}
	return string(b[:])
}

// edge decides whose request it is. The raw bytes are read once, here, and nothing below reads them again.
func (s *Server) edge(rc *fasthttp.RequestCtx, x *exchange) {
	h := &rc.Request.Header
	authority, path, query, asked, ok := target(h.RequestURI())
	name, valid := hostName(h.Host())
	if !ok || !valid || ambiguous(h) {
		s.refuse(rc, x, fasthttp.StatusBadRequest)
		return
	}
	if authority != nil {
		if other, ok := hostName(authority); !ok || !bytes.EqualFold(other, name) {
			s.refuse(rc, x, fasthttp.StatusBadRequest)
			return
		}
	}
	if p := h.Protocol(); string(p) != "HTTP/1.1" && string(p) != "HTTP/1.0" {
		s.refuse(rc, x, fasthttp.StatusHTTPVersionNotSupported)
		return
	}
	plain := x.read(name, path, query, asked)
	if s.cfg.Console != "" && x.host == s.cfg.Console {
		s.inTime(rc, x, func() { s.consoleHost(rc, x, plain) })
		return
	}
	at := s.ports.Hosts.Table()[x.host]
	if at == nil || at.Site == nil && at.Redirect == "" {
		s.refuse(rc, x, fasthttp.StatusMisdirectedRequest)
		return
	}
	x.site = at.Site
	s.citizenHost(rc, x, at, plain)
}

// read keeps the address as it was asked, in one text of which host, path and query are parts, and returns the path.
func (x *exchange) read(name, path, query []byte, asked bool) string {
	var room [256]byte
	b := append(lower(room[:0], name), path...)
	if asked {
		b = append(append(b, '?'), query...)
	}
	x.url, x.asked = string(b), asked
	x.host = x.url[:len(name)]
	if asked {
		x.query = x.url[len(name)+len(path)+1:]
	}
	return x.url[len(name) : len(name)+len(path)]
}

// citizenHost serves a name citizens use: no cookie, no method but GET and HEAD, no body, but for the few forms that citizens send.
func (s *Server) citizenHost(rc *fasthttp.RequestCtx, x *exchange, at *Host, path string) {
	if rc.IsPost() {
		if f, ok := s.formAt(x, at, path); ok {
			s.inTime(rc, x, func() { s.takeForm(rc, x, f) })
			return
		}
	}
	if !rc.IsGet() && !rc.IsHead() {
		rc.Response.Header.Set("Allow", "GET, HEAD")
		s.refuse(rc, x, fasthttp.StatusMethodNotAllowed)
		return
	}
	if hasBody(rc) {
		s.refuse(rc, x, fasthttp.StatusBadRequest) // a GET with a body is somebody's second request
		return
	}
	is, known := s.secure(rc)
	x.secure = is || x.silent
	if at.Redirect != "" {
		s.leave(rc, x, at.Redirect, path)
		return
	}
	if s.cfg.RedirectHTTPS && known && !x.secure && strings.HasPrefix(at.Site.Origin, "https://") {
		s.leave(rc, x, at.Site.Origin, path)
		return
	}
	if hit, ok := s.cache.Peek(x.url); ok { // only the one spelling of an address is ever kept
		x.route, x.shown, x.warm = hit.Page.Route, hit.Key.Site, true
		s.send(rc, x, hit)
		return
	}
	s.inTime(rc, x, func() { s.resolve(rc, x, at, path) })
}

// leave leads to the same address at another origin of the same site.
func (s *Server) leave(rc *fasthttp.RequestCtx, x *exchange, origin, path string) {
	path, ok := canonicalPath(path)
	if !ok {
		s.fail(rc, x, fault.New(fault.NotFound, "没有这个地址。"))
		return
	}
	if text, ok := passable(x.query); ok && text != "" {
		path += "?" + text
	}
	s.redirect(rc, x, origin+path)
}

// passable reports whether a query may be repeated in a Location as it is; where it leads it is judged again.
func passable(query string) (string, bool) {
	for i := 0; i < len(query); i++ {
		if c := query[i]; !unreserved(c) && !strings.ContainsRune("%&=+", rune(c)) {
			return "", false
		}
	}
	return query, len(query) <= pathAtMost
}

// resolve finds the site by mount and passes the request to the router.
func (s *Server) resolve(rc *fasthttp.RequestCtx, x *exchange, at *Host, raw string) {
	path, ok := canonicalPath(raw)
	if !ok {
		s.fail(rc, x, fault.New(fault.NotFound, "没有这个地址。"))
		return
	}
	x.moved = path != raw
	if strings.HasPrefix(path, assetPrefix) {
		s.asset(rc, x, path)
		return
	}
	x.rest = path
	if below, ok := strings.CutPrefix(path, mountPrefix); ok && below != "" {
		slug, rest, _ := strings.Cut(below, "/")
		site := at.Mounts[slug]
		if site == nil {
			s.fail(rc, x, fault.New(fault.NotFound, "没有这个地址。"))
			return
		}
		x.site, x.slug, x.rest = site, slug, "/"+rest
	}
	if x.rest != "/" {
		x.rest = strings.TrimSuffix(x.rest, "/")
	}
	x.program = strings.HasPrefix(x.rest, programs)
	x.moved = tidy(path) != raw
	x.shown = x.site.ID
	if closed(x.site) {
		s.notice(rc, x)
		return
	}
	v, rest := kernel.CutVariant(x.rest)
	x.site, x.rest = x.site.In(v), rest
	x.raw = bytes.Clone(cut(rc.Request.Header.RequestURI(), 512))
	rc.Request.SetRequestURI(x.rest)
	s.citizens(rc)
}

// mountPrefix is where the channels of a host are mounted, by slug.
const mountPrefix = "/z/"

// place is the site that answers at x's host and mount now, in the variant that was asked for, or nil.
func (s *Server) place(x *exchange) *render.Site {
	at := s.ports.Hosts.Table()[x.host]
	if at == nil || at.Redirect != "" {
		return nil
	}
	site := at.Site
	if x.slug != "" {
		site = at.Mounts[x.slug]
	}
	if site == nil {
		return nil
	}
	return site.In(x.site.Variant)
}

// closed reports whether a site shows its notice and nothing else.
func closed(s *render.Site) bool { return s.State == "suspended" || s.State == "closed" }

// errElsewhere says that the site changed between finding it and stamping the page.
var errElsewhere = errors.New("web: the site has changed meanwhile")

// page answers a public page: the one spelling from cache or room, any other with a redirect to it.
func (s *Server) page(p PageRoute) fiber.Handler {
	known, route := declared(p.Query), p.Room+" "+p.Path
	secret := strings.Contains(p.Path, ":code") || slices.Contains(p.Query, "code")
	return func(c *fiber.Ctx) error {
		x := from(c.Context())
		x.route = route
		if secret {
			x.raw = []byte(p.Path)
		}
		query, values, ok := canonicalQuery(x.query, known, p.Typed)
		if !ok {
			return fault.New(fault.NotFound, "没有这个地址。")
		}
		address := x.site.Path(x.rest)
		if query != "" {
			address += "?" + query
		}
		if x.moved || query != x.query || x.asked && query == "" {
			s.redirect(c.Context(), x, x.site.Origin+address)
			return nil
		}
		params, get := params(c), s.cache.Get
		if p.Typed > 0 && (p.Keep == nil || !p.Keep(values)) {
			get = s.cache.Once
		}
		for range 3 {
			r := &Request{Site: x.site, Path: x.rest, Params: params, Query: values, asked: query}
			hit, err := get(x.ctx, pages.Key{Site: x.site.ID, URL: x.host + address}, s.render(x, p, r))
			if errors.Is(err, errElsewhere) {
				now := s.place(x)
				if now == nil {
					return fault.New(fault.NotFound, "没有这个地址。")
				}
				x.site = now
				if closed(x.site) {
					s.notice(c.Context(), x)
					return nil
				}
				continue
			}
			if err == nil {
				s.send(c.Context(), x, hit)
			}
			return err
		}
		return fault.New(fault.Unavailable, "网站正在调整，请稍后再试。")
	}
}

// params are the route's parameters, decoded.
func params(c *fiber.Ctx) map[string]string {
	names := c.Route().Params
	if len(names) == 0 {
		return nil
	}
	out := make(map[string]string, len(names))
	for _, name := range names {
		plain, _ := decodePath(c.Params(name)) // the path is canonical, so it decodes
		out[strings.TrimRight(name, "123456789")] = plain
	}
	return out
}

func decodePath(s string) (string, bool) {
	parts := strings.Split(s, "/")
	for i := range parts {
		plain, ok := decode(parts[i], false)
		if !ok {
			return "", false
		}
		parts[i] = plain
	}
	return strings.Join(parts, "/"), true
}

// warned is a site with the warnings in force.
func (s *Server) warned(ctx context.Context, site *render.Site) (*render.Site, error) {
	if s.ports.Warnings == nil {
		return site, nil
	}
	all, err := s.ports.Warnings.Strips(ctx, site)
	return site.Warned(all), err
}

// render calls the room. The site is looked up again after the page has been stamped with the platform's
// revision: else a page of the old site could pass for one of the new revision for ever.
func (s *Server) render(x *exchange, p PageRoute, r *Request) pages.Render {
	route := p.Room + " " + p.Path
	return func(ctx context.Context) (*pages.Page, error) {
		site := s.place(x)
		if site == nil || site.ID != r.Site.ID || closed(site) || site.Prefix != r.Site.Prefix {
			return nil, errElsewhere
		}
		site, err := s.warned(ctx, site)
		if err != nil {
			return nil, err
		}
		req := *r
		req.Site = site
		page, err := p.Do(ctx, &req)
		if err != nil || page == nil {
			return nil, err
		}
		out := *page
		out.Route, out.NoIndex = route, site.Demo
		if site.Variant != "" && out.Location == "" && !strings.HasPrefix(out.ContentType, "text/html") {
			out = pages.Page{Status: 301, Location: site.URL(r.Path), Route: route} // only what people read has variants
			if r.asked != "" {
				out.Location += "?" + r.asked
			}
		}
		if strings.HasPrefix(out.Location, "/") {
			out.Location = site.FullPath(out.Location)
		}
		return &out, nil
	}
}
