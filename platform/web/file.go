package web

import (
	"bytes"
	"context"
	"io"
	"net/url"
	"strconv"
	"strings"

	"github.com/gofiber/fiber/v2"
	"github.com/valyala/fasthttp"
)

// File is bytes of a room that go out as they lie in their store, whole or in part.
type File struct {
	ContentType string
	Tag         string // digest of the bytes
	Size        int64
	Name        string // under which a browser keeps it; "" for what is shown in its place, a picture
	// Open gives length bytes from an offset. The ctx bounds the opening, not the reading, which ends with Close.
	Open func(ctx context.Context, offset, length int64) (io.ReadCloser, error)
}

// FileFunc finds a file of a site that citizens may have at this moment. It is asked for every request: nothing keeps its answer.
type FileFunc func(ctx context.Context, r *Request) (*File, error)

// FileRoute is a file for citizens: GET and HEAD on every citizen host, below every mount, without a query.
type FileRoute struct {
	Room, Path string
	Do         FileFunc
}

// filePolicy lets a file do nothing, should a browser show it as a page of its own.
const filePolicy = "default-src 'none'; sandbox; frame-ancestors 'self'"

// filmPolicy lets it play itself and nothing else: a browser puts a player of its own around it.
const filmPolicy = "default-src 'none'; media-src 'self'; sandbox; frame-ancestors 'self'"

// largeFiles stands in the path of every file that may be large, so that whoever is far away has time to take it.
const largeFiles = "/-/media/"

// File adds a file for citizens.
func (r *Router) File(f FileRoute) {
	r.open(f.Room, f.Path)
	if f.Do == nil {
		panic("web: file " + f.Path + " of " + f.Room + " comes from nowhere")
	}
	r.routes = append(r.routes, Route{Room: f.Room, Method: fiber.MethodGet, Path: f.Path, Public: true, Action: "public.read", Tenancy: "site", Cache: "file"})
	r.citizens.Get(f.Path, r.server.file(f))
}

func (s *Server) file(f FileRoute) fiber.Handler {
	route := f.Room + " " + f.Path
	return func(c *fiber.Ctx) error {
		x := from(c.Context())
		x.route = route
		if x.moved || x.asked || x.site.Variant != "" { // a file has no variants
			s.redirect(c.Context(), x, x.site.URL(x.rest))
			return nil
		}
		file, err := f.Do(x.ctx, &Request{Site: x.site, Path: x.rest, Params: params(c)})
		if err != nil {
			return err
		}
		s.protect(c.Context(), x)
		c.SetUserContext(x.ctx)
		c.Set(fiber.HeaderCacheControl, "no-cache")
		return Stream(c, file)
	}
}

// Stream answers with a file: 304 to whoever has it, one part of it to whoever asks for one. Several parts at once are answered with
// the whole, as RFC 9110 14.2 allows.
func Stream(c *fiber.Ctx, f *File) error {
	tag := `"` + f.Tag + `"`
	c.Set(fiber.HeaderETag, tag)
	c.Set(fiber.HeaderAcceptRanges, "bytes")
	c.Set(fiber.HeaderContentSecurityPolicy, f.policy())
	if hasTag(c.Request().Header.PeekAll(fiber.HeaderIfNoneMatch), tag) {
		c.Status(fasthttp.StatusNotModified)
		return nil
	}
	offset, length, partly, ok := part(c, f.Size, tag)
	if !ok {
		c.Set(fiber.HeaderContentRange, "bytes */"+strconv.FormatInt(f.Size, 10))
		c.Status(fasthttp.StatusRequestedRangeNotSatisfiable)
		return nil
	}
	c.Set(fiber.HeaderContentType, f.ContentType)
	if f.Name != "" {
		c.Set(fiber.HeaderContentDisposition, "attachment; filename*=UTF-8''"+strings.ReplaceAll(url.QueryEscape(f.Name), "+", "%20"))
	}
	body, err := f.Open(c.UserContext(), offset, length)
	if err != nil {
		return err
	}
	if partly {
		c.Set(fiber.HeaderContentRange, "bytes "+strconv.FormatInt(offset, 10)+"-"+strconv.FormatInt(offset+length-1, 10)+"/"+strconv.FormatInt(f.Size, 10))
		c.Status(fasthttp.StatusPartialContent)
	}
	c.Context().SetBodyStream(pace(c.Context(), body), int(length)) // which closes it
	return nil
}

func (f *File) policy() string {
	if strings.HasPrefix(f.ContentType, "video/") || strings.HasPrefix(f.ContentType, "audio/") {
		return filmPolicy
	}
	return filePolicy
}

// hasTag reports whether If-None-Match names the tag.
func hasTag(headers [][]byte, tag string) bool {
	for _, line := range headers {
		for one := range items(line) {
			if one = bytes.TrimPrefix(one, []byte("W/")); string(one) == "*" || string(one) == tag {
				return true
			}
		}
	}
	return false
}

// part is what of a file was asked for; ok is false for a part that begins behind its end. A header that is no single range of bytes,
// or is about another file than this one, asks for the whole.
func part(c *fiber.Ctx, size int64, tag string) (offset, length int64, partly, ok bool) {
	spec, is := strings.CutPrefix(c.Get(fiber.HeaderRange), "bytes=")
	if when := c.Get(fiber.HeaderIfRange); !is || when != "" && when != tag {
		return 0, size, false, true
	}
	first, last, is := strings.Cut(strings.TrimSpace(spec), "-")
	from, fok := number(first)
	to, tok := number(last)
	switch {
	case !is || !fok && first != "" || !tok && last != "" || !fok && !tok || fok && tok && to < from:
		return 0, size, false, true
	case !fok: // the last bytes
		offset = max(size-to, 0)
		return offset, size - offset, true, to > 0 && size > 0
	case from >= size:
		return 0, 0, false, false
	case !tok || to >= size:
		to = size - 1
	}
	return from, to - from + 1, true, true
}

// number reads digits and nothing else.
func number(s string) (int64, bool) {
	n, err := strconv.ParseInt(s, 10, 64)
	return n, err == nil && n >= 0 && s[0] != '+'
}
