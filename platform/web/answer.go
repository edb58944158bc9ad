package web

import (
	"bytes"
	"errors"
	"html/template"
	"iter"
	"log/slog"
	"strconv"
	"time"

	"github.com/gofiber/fiber/v2"
	"github.com/valyala/fasthttp"
	"github.com/zhanqun/zhanqun/kernel/fault"
	"github.com/zhanqun/zhanqun/platform/pages"
	"github.com/zhanqun/zhanqun/platform/render"
)

// policy is the content policy of every answer: nothing inline, nothing from elsewhere (promises.md 4.5).
func policy(media string, https bool) string {
	p := "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:" + also(media) +
		"; media-src 'self'" + also(media) + "; font-src 'none'; connect-src 'self'; manifest-src 'self'; form-action 'self'; base-uri 'none'; frame-src 'self'; frame-ancestors 'self'; object-src 'none'"
	if https {
		p += "; upgrade-insecure-requests"
	}
	return p
}

func also(origin string) string {
	if origin == "" {
		return ""
	}
	return " " + origin
}

// header is a name and value as they go out: written a million times, they are spelled once.
type header struct{ name, value []byte }

var protection = []header{
	{[]byte("X-Content-Type-Options"), []byte("nosniff")},
	{[]byte("Cross-Origin-Opener-Policy"), []byte("same-origin")},
	{[]byte("Cross-Origin-Resource-Policy"), []byte("same-origin")},
	{[]byte("Referrer-Policy"), []byte("strict-origin")},
	{[]byte("Permissions-Policy"), []byte("camera=(), geolocation=(), microphone=()")},
}

// protect puts on every answer what browsers need to be safe with it.
func (s *Server) protect(rc *fasthttp.RequestCtx, x *exchange) {
	h := &rc.Response.Header
	for i := range s.protection {
		h.SetCanonical(s.protection[i].name, s.protection[i].value)
	}
	h.Set("X-Request-Id", x.id)
	if s.cfg.HSTS && x.secure {
		h.Set("Strict-Transport-Security", "max-age=31536000")
	}
}

// send answers with a page: 304 when the client has it, else in the best encoding the client takes.
func (s *Server) send(rc *fasthttp.RequestCtx, x *exchange, hit pages.Hit) {
	x.state = hit.State
	s.protect(rc, x)
	h := &rc.Response.Header
	h.Set(fiber.HeaderCacheControl, "no-cache")
	if hit.Page.NoIndex {
		h.Set("X-Robots-Tag", "noindex")
	}
	if hit.Stale {
		h.Set("X-Stale", "1")
		h.Set(fiber.HeaderAge, strconv.Itoa(int(max(s.cfg.Now().Sub(hit.At)/time.Second, 0))))
	}
	if hit.Page.Location != "" {
		rc.SetStatusCode(hit.Page.Status)
		h.Set(fiber.HeaderLocation, hit.Page.Location)
		return
	}
	s.sendBytes(rc, hit.Entry)
	s.read(rc, x, hit.Entry)
}

func (s *Server) sendBytes(rc *fasthttp.RequestCtx, e *pages.Entry) {
	h := &rc.Response.Header
	h.Set(fiber.HeaderVary, "Accept-Encoding")
	br, gz := encodings(rc.Request.Header.PeekAll(fiber.HeaderAcceptEncoding))
	body, encoding := e.Bytes(br, gz)
	h.Set(fiber.HeaderETag, e.Tag(encoding))
	if matches(rc.Request.Header.PeekAll(fiber.HeaderIfNoneMatch), e.ETag()) {
		rc.SetStatusCode(fasthttp.StatusNotModified)
		return
	}
	rc.SetStatusCode(e.Page.Status)
	h.SetContentType(e.Page.ContentType)
	if encoding != "" {
		h.Set(fiber.HeaderContentEncoding, encoding)
	}
	rc.Response.SetBodyRaw(body)
}

// matches reports whether If-None-Match names the page, in whatever encoding the client has it.
func matches(headers [][]byte, digest string) bool {
	for _, line := range headers {
		for tag := range items(line) {
			tag = bytes.TrimPrefix(tag, []byte("W/"))
			if string(tag) == "*" {
				return true
			}
			if len(tag) < 2+len(digest) || tag[0] != '"' || tag[len(tag)-1] != '"' || string(tag[1:1+len(digest)]) != digest {
				continue
			}
			switch string(tag[1+len(digest) : len(tag)-1]) {
			case "", "-gz", "-br":
				return true
			}
		}
	}
	return false
}

// items are the parts between the commas of a header, without the space around them.
func items(line []byte) iter.Seq[[]byte] {
	return func(yield func([]byte) bool) {
		for more := true; more; {
			var item []byte
			if item, line, more = bytes.Cut(line, []byte{','}); !yield(bytes.TrimSpace(item)) {
				return
			}
		}
	}
}

// encodings reads Accept-Encoding: what is not named, or named with q=0, is not taken.
func encodings(headers [][]byte) (br, gz bool) {
	for _, line := range headers {
		for item := range items(line) {
			name, weight, _ := bytes.Cut(item, []byte{';'})
			if isZero(weight) {
				continue
			}
			switch name = bytes.TrimSpace(name); {
			case bytes.EqualFold(name, []byte("br")):
				br = true
			case bytes.EqualFold(name, []byte("gzip")), string(name) == "*":
				gz = true
			}
		}
	}
	return br, gz
}

// isZero reports whether a weight is q=0, with as many noughts and spaces as anybody likes.
func isZero(weight []byte) bool {
	const name = "q="
	read := 0
	for _, c := range weight {
		switch {
		case c == ' ':
		case read < len(name):
			if c != name[read] && c != 'Q' {
				return false
			}
			read++
		case c != '0' && c != '.':
			return false
		}
	}
	return read == len(name)
}

// redirect answers 301 to an address of this platform; url is never made of anything the client sent but a
// canonical path and query.
func (s *Server) redirect(rc *fasthttp.RequestCtx, x *exchange, url string) {
	s.protect(rc, x)
	rc.Response.Header.Set(fiber.HeaderCacheControl, "no-cache")
	rc.Response.Header.Set(fiber.HeaderLocation, url)
	rc.SetStatusCode(fasthttp.StatusMovedPermanently)
}

const assetPrefix = "/-/assets/"

// asset answers a file of a theme; its address holds its digest, so it may be kept for ever.
func (s *Server) asset(rc *fasthttp.RequestCtx, x *exchange, path string) {
	x.route = "assets"
	e := s.assetEntry(path, x.site == nil)
	if e == nil || x.site == nil && x.asked {
		s.fail(rc, x, fault.New(fault.NotFound, "没有这个地址。"))
		return
	}
	if x.moved || x.asked {
		s.redirect(rc, x, x.site.Origin+path)
		return
	}
	s.protect(rc, x)
	rc.Response.Header.Set(fiber.HeaderCacheControl, "public, max-age=31536000, immutable")
	s.sendBytes(rc, e)
}

// assetEntry keeps each file compressed; there are as many as the themes and the console have.
func (s *Server) assetEntry(path string, console bool) *pages.Entry {
	files, key := s.ports.Assets, path
	if console {
		files, key = s.ports.Console, "console"+path
	}
	if e, ok := s.assets.Load(key); ok {
		return e.(*pages.Entry)
	}
	if files == nil {
		return nil
	}
	body, contentType, ok := files.Asset(path)
	if !ok && console && s.ports.Assets != nil { // a preview wears its site's theme
		body, contentType, ok = s.ports.Assets.Asset(path)
	}
	if !ok {
		return nil
	}
	e, _ := s.assets.LoadOrStore(key, pages.NewEntry(pages.Key{URL: path}, pages.Page{ContentType: contentType, Body: body}, s.cfg.Now()))
	return e.(*pages.Entry)
}

// notice answers for a suspended (503) or closed (410) site.
func (s *Server) notice(rc *fasthttp.RequestCtx, x *exchange) {
	x.route = "notice"
	status := fasthttp.StatusServiceUnavailable
	if x.site.State == "closed" {
		status = fasthttp.StatusGone
	} else {
		rc.Response.Header.Set(fiber.HeaderRetryAfter, "3600")
	}
	if x.program {
		s.problem(rc, x, status, x.site.Name+"已暂停服务或关停，不提供数据。")
		return
	}
	s.sendError(rc, x, status, s.ports.Errors.Notice(x.site))
}

// statuses is what a kind of fault answers.
var statuses = map[fault.Kind]int{
	fault.Invalid: 422, fault.NotFound: 404, fault.Forbidden: 403, fault.Conflict: 409,
	fault.Gone: 410, fault.TooLarge: 413, fault.Unavailable: 503,
}

// fail answers an error: by its kind, in the tenant's own page where there is one, and never with its text unless
// that is a sentence meant to be read.
func (s *Server) fail(rc *fasthttp.RequestCtx, x *exchange, err error) {
	status := statuses[fault.KindOf(err)]
	var fe *fiber.Error
	if errors.As(err, &fe) && (fe.Code == 404 || fe.Code == 405) {
		status = fe.Code
	}
	if status == 0 {
		status = 500
		x.err = err
	}
	rc.Response.Reset()
	switch status {
	case 503:
		x.err = err
		rc.Response.Header.Set(fiber.HeaderRetryAfter, "30")
	case 405:
		rc.Response.Header.Set("Allow", "GET, HEAD, POST")
	}
	if s.ports.Console != nil && x.host == s.cfg.Console {
		s.sendError(rc, x, status, s.failed(rc, x, status, err))
		return
	}
	if x.program {
		say := fault.Say(err)
		if fe != nil {
			say = refusals[status]
		}
		s.problem(rc, x, status, say)
		return
	}
	if !tenants[status] {
		s.sendError(rc, x, status, small(status, fault.Say(err), x.id))
		return
	}
	say := fault.Say(err)
	var nav []render.Link
	if x.site != nil && s.ports.Nav != nil && status < 500 {
		if nav, err = s.ports.Nav.Nav(x.ctx, x.site); err != nil {
			nav = nil // the page is about another trouble already
		}
		if warned, err := s.warned(x.ctx, x.site); err == nil {
			x.site = warned
		}
	}
	if status == fasthttp.StatusGone {
		s.sendError(rc, x, status, s.ports.Errors.Gone(x.site, nav, say, x.id))
		return
	}
	s.sendError(rc, x, status, s.ports.Errors.Error(x.site, nav, status, x.id))
}

// failed is the console's page of an error, or the small one when even that fails.
func (s *Server) failed(rc *fasthttp.RequestCtx, x *exchange, status int, err error) (page []byte) {
	c := s.router.console.AcquireCtx(rc)
	defer s.router.console.ReleaseCtx(c)
	c.SetUserContext(x.ctx)
	return s.ports.Console.Failed(c, status, err, x.id)
}

// tenants are the statuses that have a page in the site's own looks.
var tenants = map[int]bool{404: true, 410: true, 421: true, 500: true, 503: true}

// refuse answers what is no request to any page of a site, and ends the connection.
func (s *Server) refuse(rc *fasthttp.RequestCtx, x *exchange, status int) {
	rc.SetConnectionClose()
	if status == fasthttp.StatusMisdirectedRequest || status == fasthttp.StatusNotFound {
		s.sendError(rc, x, status, s.ports.Errors.Error(nil, nil, status, x.id))
		return
	}
	s.sendError(rc, x, status, small(status, refusals[status], x.id))
}

func (s *Server) sendError(rc *fasthttp.RequestCtx, x *exchange, status int, body []byte) {
	if len(body) == 0 {
		body = small(status, refusals[status], x.id)
	}
	s.protect(rc, x)
	h := &rc.Response.Header
	h.Set(fiber.HeaderCacheControl, "no-store")
	h.Set("X-Robots-Tag", "noindex")
	h.SetContentType("text/html; charset=utf-8")
	rc.SetStatusCode(status)
	rc.Response.SetBodyRaw(body)
}

var refusals = map[int]string{
	400: "请求的格式不对，服务器没有处理。",
	403: "只接受本平台自己的页面提交的内容，请回到原来的页面再试。",
	404: "这里没有可以访问的页面。",
	405: "这个地址不支持这种访问方式。",
	408: "请求没有在规定时间内传完。",
	413: "提交的内容太大，请减少后再试。",
	417: "这个地址不接收这样的内容。",
	421: "本服务器不承担这个域名的网站。",
	431: "请求头或地址太长。",
	500: "服务器处理请求时发生错误，我们已经记录。",
	503: "网站暂时不能访问，请稍后再试。",
	505: "服务器不支持这个 HTTP 版本。",
}

var smallPage = template.Must(template.New("small").Parse(`<!DOCTYPE html>
<html lang="zh-CN"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><meta name="robots" content="noindex"><title>{{.Status}}</title></head>
<body><main><h1>{{.Say}}</h1><p>{{.Status}} · 编号 {{.ID}}</p></main></body></html>
`))

// small is a page that needs no site, no theme and no store.
func small(status int, say, id string) []byte {
	var b bytes.Buffer
	if err := smallPage.Execute(&b, struct {
		Status  int
		Say, ID string
	}{status, say, id}); err != nil {
		return []byte(strconv.Itoa(status))
	}
	return b.Bytes()
}

// note writes the access line and counts.
func (s *Server) note(rc *fasthttp.RequestCtx, x *exchange) {
	if x.silent {
		return
	}
	status := rc.Response.StatusCode()
	took := s.cfg.Now().Sub(x.began)
	s.metrics.answered(x.route, status, x.state, took)
	if x.err != nil {
		s.cfg.Log.LogAttrs(x.ctx, slog.LevelError, "request failed", slog.String("id", x.id), slog.String("route", x.route), slog.Any("err", x.err))
	}
	if s.cfg.Access == nil {
		return
	}
	if x.raw == nil {
		x.raw = cut(rc.Request.Header.RequestURI(), 512)
	}
	x.line = x.accessLine(x.line[:0], x.began.Add(took), cut(rc.Method(), 16), status, took, s.client(rc))
	_, _ = s.cfg.Access.Write(x.line) // there is nowhere to say that the log cannot be written
}

func cut(b []byte, at int) []byte { return b[:min(len(b), at)] }
