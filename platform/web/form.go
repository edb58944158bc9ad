package web

import (
	"bytes"
	"context"
	"fmt"
	"mime"
	"net/netip"
	"net/url"
	"strings"

	"github.com/gofiber/fiber/v2"
	"github.com/valyala/fasthttp"
	"github.com/zhanqun/zhanqun/kernel"
	"github.com/zhanqun/zhanqun/kernel/fault"
	"github.com/zhanqun/zhanqun/platform/pages"
	"github.com/zhanqun/zhanqun/platform/render"
	"github.com/zhanqun/zhanqun/policies"
)

// FormRoute is where citizens send a form: POST on every citizen host, below every mount and in every variant. Only a page of the very host
// may send it, by a small body of one type, and its answer is kept nowhere. What a room takes it bounds itself, by address and site.
type FormRoute struct {
	Room    string
	Path    string          // below the mount; it has no parameter, and the page that shows the form is a PageRoute of the same
	Action  policies.Action // what everybody may do
	MaxBody int             // bytes
	Do      FormFunc
}

// Form is what a citizen has sent, with line ends of this system and without what is no text.
type Form struct {
	Site   *render.Site
	Values map[string]string // the first of each name
	From   netip.Addr
}

// FormFunc takes a form. A page with a Location is a 303.
type FormFunc func(ctx context.Context, f *Form) (*pages.Page, error)

// formAtMost bounds what any of these forms may have.
const formAtMost = 64 << 10

// Form adds a form of citizens.
func (r *Router) Form(f FormRoute) {
	r.open(f.Room, f.Path)
	class, known := f.Action.Class()
	switch {
	case !known || class != "X":
		panic(fmt.Sprintf("web: form %s names no action of everybody's: %q", f.Path, f.Action))
	case strings.ContainsAny(f.Path, ":*"):
		panic("web: form " + f.Path + " has a parameter")
	case f.MaxBody <= 0 || f.MaxBody > formAtMost || f.Do == nil:
		panic("web: form " + f.Path + " takes nothing, or too much, or does nothing")
	}
	if r.posted == nil {
		r.posted = map[string]FormRoute{}
	}
	r.posted[f.Path] = f
	r.routes = append(r.routes, Route{Room: f.Room, Method: fiber.MethodPost, Path: f.Path, Public: true, Action: f.Action, Tenancy: "site", Cache: "no-store", MaxBody: f.MaxBody})
	r.citizens.Post(f.Path, r.server.form(f))
}

// formAt finds the form whose one spelling is asked at a host, and the site that it is sent to.
func (s *Server) formAt(x *exchange, at *Host, path string) (f FormRoute, ok bool) {
	if one, good := canonicalPath(path); !good || one != path || at.Site == nil || x.asked {
		return f, false
	}
	site, slug, rest := at.Site, "", path
	if below, is := strings.CutPrefix(path, mountPrefix); is {
		var tail string
		slug, tail, _ = strings.Cut(below, "/")
		if site = at.Mounts[slug]; site == nil {
			return f, false
		}
		rest = "/" + tail
	}
	v, rest := kernel.CutVariant(rest)
	if f, ok = s.router.posted[rest]; ok {
		x.site, x.slug, x.rest, x.shown, x.route = site.In(v), slug, rest, site.ID, f.Room+" POST "+f.Path
	}
	return f, ok
}

// takeForm hands a form to its room: not from elsewhere, not in the clear where that is led to TLS, not for a site that is closed.
func (s *Server) takeForm(rc *fasthttp.RequestCtx, x *exchange, f FormRoute) {
	is, known := s.secure(rc)
	x.secure, x.client = is, s.client(rc)
	if s.cfg.RedirectHTTPS && known && !is && strings.HasPrefix(x.site.Origin, "https://") || !sameOrigin(rc, x.host) {
		s.refuse(rc, x, fasthttp.StatusForbidden)
		return
	}
	if closed(x.site) {
		rc.SetConnectionClose() // its body is not read
		s.notice(rc, x)
		return
	}
	if !s.readForm(rc, x, f.MaxBody) {
		return
	}
	x.raw = bytes.Clone(cut(rc.Request.Header.RequestURI(), 512))
	rc.Request.SetRequestURI(x.rest)
	s.citizens(rc)
}

// readForm reads a whole body of at most so many bytes; anything else ends the connection.
func (s *Server) readForm(rc *fasthttp.RequestCtx, x *exchange, most int) bool {
	says := rc.Request.Header.ContentLength()
	stream := rc.RequestBodyStream()
	if says > most {
		s.refuse(rc, x, fasthttp.StatusRequestEntityTooLarge)
		return false
	}
	if stream == nil {
		return true
	}
	body, err := wholeBody(stream, says, most)
	switch {
	case err != nil:
		s.refuse(rc, x, fasthttp.StatusBadRequest)
		return false
	case len(body) > most:
		s.refuse(rc, x, fasthttp.StatusRequestEntityTooLarge)
		return false
	}
	rc.Request.SetBodyRaw(body)
	return true
}

// form runs a form of citizens.
func (s *Server) form(f FormRoute) fiber.Handler {
	return func(c *fiber.Ctx) error {
		x := from(c.Context())
		values, err := sent(string(c.Request().Header.ContentType()), string(c.Request().Body()))
		if err != nil {
			return err
		}
		page, err := f.Do(x.ctx, &Form{Site: x.site, Values: values, From: x.client})
		if err != nil {
			return err
		}
		rc := c.Context()
		s.protect(rc, x)
		h := &rc.Response.Header
		h.Set(fiber.HeaderCacheControl, "no-store")
		h.Set("X-Robots-Tag", "noindex")
		if page.Location != "" {
			h.Set(fiber.HeaderLocation, x.site.FullPath(page.Location))
			rc.SetStatusCode(fasthttp.StatusSeeOther)
			return nil
		}
		h.SetContentType(page.ContentType)
		rc.SetStatusCode(page.Status)
		rc.Response.SetBodyRaw(page.Body)
		return nil
	}
}

// sent reads what a form of a page sends.
func sent(contentType, body string) (map[string]string, error) {
	kind, _, err := mime.ParseMediaType(contentType)
	if err != nil || kind != fiber.MIMEApplicationForm {
		return nil, fault.New(fault.Invalid, "请用网页上的表格提交。")
	}
	all, err := url.ParseQuery(body)
	if err != nil {
		return nil, fault.New(fault.Invalid, "请用网页上的表格提交。")
	}
	clean := strings.NewReplacer("\r\n", "\n", "\r", "\n", "\x00", "")
	values := make(map[string]string, len(all))
	for name, some := range all {
		values[name] = clean.Replace(strings.ToValidUTF8(some[0], ""))
	}
	return values, nil
}
