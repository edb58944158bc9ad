package web

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"github.com/gofiber/fiber/v2"
	"github.com/zhanqun/zhanqun/platform/pages"
)

func page(context.Context, *Request) (*pages.Page, error) { return HTML([]byte("x")), nil }

func handler(c *fiber.Ctx) error { return c.SendString("done") }

// Design 2: a route that declares no action, tenancy and cache class cannot be added.
func TestWhatCannotBeAdded(t *testing.T) {
	good := ActionRoute{Room: "article", Method: "GET", Path: "/sites/:site/articles", Action: "article.create", Tenancy: "site", Cache: "no-store", Do: handler}
	with := func(f func(*ActionRoute)) ActionRoute { a := good; f(&a); return a }
	for _, row := range []struct {
		name string
		add  any
	}{
		{"no room", with(func(a *ActionRoute) { a.Room = "" })},
		{"no action", with(func(a *ActionRoute) { a.Action = "" })},
		{"an action nobody defined", with(func(a *ActionRoute) { a.Action = "article.steal" })},
		{"a citizen's action", with(func(a *ActionRoute) { a.Action = "public.read" })},
		{"no tenancy", with(func(a *ActionRoute) { a.Tenancy = "" })},
		{"a site that is not in the path", with(func(a *ActionRoute) { a.Path = "/articles" })},
		{"a platform route with a site", with(func(a *ActionRoute) { a.Tenancy = "platform" })},
		{"no cache class", with(func(a *ActionRoute) { a.Cache = "" })},
		{"another cache class", with(func(a *ActionRoute) { a.Cache = "public" })},
		{"another method", with(func(a *ActionRoute) { a.Method = "PUT" })},
		{"a large body of what has none", with(func(a *ActionRoute) { a.Method, a.MaxBody = "DELETE", 1<<20 })},
		{"a large body that nobody can send", with(func(a *ActionRoute) { a.MaxBody = 1 << 20 })},
		{"a body smaller than nothing", with(func(a *ActionRoute) { a.Method, a.MaxBody = "POST", -1 })},
		{"no handler", with(func(a *ActionRoute) { a.Do = nil })},
		{"a path without a slash", with(func(a *ActionRoute) { a.Path = "sites/:site" })},
		{"a path that ends in a slash", with(func(a *ActionRoute) { a.Path = "/sites/:site/" })},
		{"a page of no room", PageRoute{Path: "/x", Do: page}},
		{"a page that does nothing", PageRoute{Room: "x", Path: "/x"}},
		{"a page that ends in a slash", PageRoute{Room: "x", Path: "/x/", Do: page}},
	} {
		t.Run(row.name, func(t *testing.T) {
			r := assemble(t, Config{}).Router()
			defer func() {
				if recover() == nil {
					t.Error("was added")
				}
			}()
			switch a := row.add.(type) {
			case ActionRoute:
				r.Action(a)
			case PageRoute:
				r.Page(a)
			}
		})
	}
	f := assemble(t, Config{})
	f.Router().Action(good)
	f.seal()
	defer func() {
		if recover() == nil {
			t.Error("a route was added while serving")
		}
	}()
	f.Router().Page(PageRoute{Room: "x", Path: "/late", Do: page})
}

// Every route fiber answers was declared, and every declared one is answered.
func TestRoutesAreWhatFiberServes(t *testing.T) {
	f := assemble(t, Config{})
	f.Router().Action(ActionRoute{Room: "article", Method: "POST", Path: "/sites/:site/articles", Action: "article.create", Tenancy: "site", Cache: "no-store", Do: handler})
	declared := map[string]bool{}
	for _, r := range f.Router().Routes() {
		declared[r.Method+" "+r.Path] = true
		if r.Method == "GET" {
			declared["HEAD "+r.Path] = true
		}
		if r.Public != (r.Action == "public.read") || r.Room == "" || r.Tenancy == "" || r.Cache == "" {
			t.Errorf("%+v", r)
		}
	}
	served := map[string]bool{}
	for _, r := range f.Router().Served() {
		served[r.Method+" "+r.Path] = true
	}
	if got, want := fmt.Sprint(served), fmt.Sprint(declared); got != want {
		t.Errorf("served %s\ndeclared %s", got, want)
	}
}

// The console's host: guarded routes, forms of its own pages only, bodies of 1 MB.
func TestGuardedRoutes(t *testing.T) {
	f := assemble(t, Config{BodyAtMost: 4096})
	size := func(c *fiber.Ctx) error { return c.SendString(fmt.Sprint(len(c.Body()))) }
	for _, a := range []ActionRoute{
		{Room: "article", Method: "GET", Path: "/sites/:site/articles", Action: "article.create", Tenancy: "site", Cache: "private", Do: handler},
		{Room: "article", Method: "POST", Path: "/sites/:site/articles", Action: "article.create", Tenancy: "site", Cache: "no-store",
			Do: size},
		{Room: "org", Method: "GET", Path: "/orgs", Action: "site.provision", Tenancy: "platform", Cache: "no-store", Do: handler},
		{Room: "media", Method: "GET", Path: "/sites/:site/things/:name", Action: "article.create", Tenancy: "site", Cache: "no-store", Do: handler},
		{Room: "media", Method: "OPTIONS", Path: "/sites/:site/pieces", Action: "article.create", Tenancy: "site", Cache: "no-store", Do: handler},
		{Room: "media", Method: "HEAD", Path: "/sites/:site/pieces/:name", Action: "article.create", Tenancy: "site", Cache: "no-store", Do: handler},
		{Room: "media", Method: "PATCH", Path: "/sites/:site/pieces/:name", Action: "article.create", Tenancy: "site", Cache: "no-store", Do: size},
		{Room: "media", Method: "DELETE", Path: "/sites/:site/pieces/:name", Action: "article.create", Tenancy: "site", Cache: "no-store", Do: handler},
		{Room: "org", Method: "GET", Path: "/panic", Action: "site.provision", Tenancy: "platform", Cache: "no-store",
			Do: func(*fiber.Ctx) error { panic("boom") }},
	} {
		f.Router().Action(a)
	}
	f.serve()
	const own = "Sec-Fetch-Site: same-origin"
	for _, row := range []struct {
		name, method, path, header string
		body                       string
		status                     int
		says                       string
	}{
		{"who may, sees", "GET", "/sites/7/articles", own, "", 200, "done"},
		{"who may not, does not", "GET", "/sites/8/articles", own, "", 403, "您没有此项权限。"},
		{"a site that is no number", "GET", "/sites/07/articles", own, "", 404, ""},
		{"the platform's own", "GET", "/orgs", own, "", 200, "done"},
		{"a second spelling", "GET", "/orgs/", own, "", 404, ""},
		{"another case", "GET", "/Orgs", own, "", 404, ""},
		{"a way round", "GET", "/x/../orgs", own, "", 404, ""},
		{"two slashes", "GET", "//orgs", own, "", 404, ""},
		{"a name", "GET", "/sites/7/things/a", own, "", 200, "done"},
		{"a name in disguise", "GET", "/sites/7/things/%61", own, "", 404, ""},
		{"a panic", "GET", "/panic", own, "", 500, ""},
		{"a form of the console", "POST", "/sites/7/articles", own, "abc", 200, "3"},
		{"a form of a sibling site", "POST", "/sites/7/articles", "Sec-Fetch-Site: same-site", "abc", 403, ""},
		{"a form of a stranger", "POST", "/sites/7/articles", "Sec-Fetch-Site: cross-site", "abc", 403, ""},
		{"typed by hand", "POST", "/sites/7/articles", "Sec-Fetch-Site: none", "abc", 403, ""},
		{"an older browser, own origin", "POST", "/sites/7/articles", "Origin: https://" + consoleName + ":8443", "abc", 200, "3"},
		{"an older browser, sibling origin", "POST", "/sites/7/articles", "Origin: https://hanbin.gov.cn", "abc", 403, ""},
		{"an origin that only begins like ours", "POST", "/sites/7/articles", "Origin: https://" + consoleName + ".evil.com", "abc", 403, ""},
		{"an origin with userinfo", "POST", "/sites/7/articles", "Origin: https://" + consoleName + "@evil.com", "abc", 403, ""},
		{"no word where it comes from", "POST", "/sites/7/articles", "X: 1", "abc", 403, ""},
		{"a body at the limit", "POST", "/sites/7/articles", own, strings.Repeat("x", 4096), 200, "4096"},
		{"a body above the limit", "POST", "/sites/7/articles", own, strings.Repeat("x", 4097), 413, ""},
		{"POST where only GET is", "POST", "/orgs", own, "abc", 405, ""},
		{"PUT", "PUT", "/orgs", own, "abc", 405, ""},
		{"GET with a body", "GET", "/orgs", own, "abc", 400, ""},
		{"a script's piece", "PATCH", "/sites/7/pieces/1", own, "abc", 200, "3"},
		{"a script's piece of a sibling site", "PATCH", "/sites/7/pieces/1", "Sec-Fetch-Site: same-site", "abc", 403, ""},
		{"a script's piece of one who may not", "PATCH", "/sites/8/pieces/1", own, "abc", 403, "您没有此项权限。"},
		{"a piece above the limit", "PATCH", "/sites/7/pieces/1", own, strings.Repeat("x", 4097), 413, ""},
		{"a piece where none is taken", "PATCH", "/sites/7/articles", own, "abc", 405, ""},
		{"a piece at a longer path", "PATCH", "/sites/7/pieces/1/2", own, "abc", 405, ""},
		{"a script takes away", "DELETE", "/sites/7/pieces/1", own, "", 200, "done"},
		{"another site's script takes away", "DELETE", "/sites/7/pieces/1", "Sec-Fetch-Site: cross-site", "", 403, ""},
		{"takes away what is not for that", "DELETE", "/sites/7/articles", own, "", 405, ""},
		{"takes away with a body", "DELETE", "/sites/7/pieces/1", own, "abc", 400, ""},
		{"asks what is possible", "OPTIONS", "/sites/7/pieces", own, "", 200, "done"},
		{"another site asks what is possible", "OPTIONS", "/sites/7/pieces", "Origin: https://hanbin.gov.cn", "", 403, ""},
		{"asks what is possible elsewhere", "OPTIONS", "/orgs", own, "", 405, ""},
		{"the head alone", "HEAD", "/sites/7/pieces/1", own, "", 200, ""},
		{"the head alone of one who may not", "HEAD", "/sites/8/pieces/1", own, "", 403, ""},
	} {
		req := fmt.Sprintf("%s %s HTTP/1.1\r\nHost: %s\r\nConnection: close\r\n%s\r\n", row.method, row.path, consoleName, row.header)
		if row.body != "" {
			req += fmt.Sprintf("Content-Length: %d\r\n", len(row.body))
		}
		all := answers(t, f.raw(req+"\r\n"+row.body), row.method)
		if len(all) != 1 {
			t.Errorf("%s: %d answers", row.name, len(all))
			continue
		}
		b := body(t, all[0])
		if all[0].StatusCode != row.status || !strings.Contains(b, row.says) || strings.Contains(b, "boom") {
			t.Errorf("%s: %d %q, want %d %q", row.name, all[0].StatusCode, b, row.status, row.says)
		}
		if cc := all[0].Header.Get("Cache-Control"); !strings.HasPrefix(cc, "no-store") && cc != "private, no-cache" {
			t.Errorf("%s: Cache-Control %q", row.name, cc)
		}
	}
}

// A2: an installation that forgot to plug its guard lets nobody in.
func TestWithoutAGuardNobodyGetsIn(t *testing.T) {
	f := assemble(t, Config{})
	f.ports.Guard = nil
	f.Router().Action(ActionRoute{Room: "org", Method: "GET", Path: "/orgs", Action: "site.provision", Tenancy: "platform", Cache: "no-store", Do: handler})
	f.serve()
	if got := f.ask("GET", consoleName, "/orgs"); got.StatusCode != 403 {
		t.Errorf("answered %d, want 403", got.StatusCode)
	}
}

// A form whose sender left in its middle is no form: what came of it is not handled.
func TestHalfAForm(t *testing.T) {
	f := assemble(t, Config{BodyAtMost: 4096})
	reached := 0
	f.Router().Action(ActionRoute{Room: "article", Method: "POST", Path: "/sites/:site/articles", Action: "article.create", Tenancy: "site", Cache: "no-store",
		Do: func(c *fiber.Ctx) error { reached++; return c.SendString("taken") }})
	f.serve()
	for _, sent := range []int{0, 3, 255, 257, 2000} {
		head := "POST /sites/7/articles HTTP/1.1\r\nHost: " + consoleName + "\r\nSec-Fetch-Site: same-origin\r\nContent-Length: 3000\r\n\r\n"
		all := answers(t, f.raw(head+strings.Repeat("x", sent)), "POST")
		if reached > 0 || len(all) != 1 || all[0].StatusCode != 400 {
			t.Errorf("%d bytes of 3000: handled %d times, %d answers", sent, reached, len(all))
		}
	}
}

// A body without a length is held to the same limit, counted as it comes.
func TestChunkedBodies(t *testing.T) {
	f := assemble(t, Config{BodyAtMost: 4096})
	f.Router().Action(ActionRoute{Room: "article", Method: "POST", Path: "/sites/:site/articles", Action: "article.create", Tenancy: "site", Cache: "no-store",
		Do: func(c *fiber.Ctx) error { return c.SendString(fmt.Sprint(len(c.Body()))) }})
	f.serve()
	for size, want := range map[int]int{0: 200, 1: 200, 4096: 200, 4097: 413, 100_000: 413, 2_000_000: 413} {
		req := "POST /sites/7/articles HTTP/1.1\r\nHost: " + consoleName + "\r\nSec-Fetch-Site: same-origin\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n"
		if size > 0 {
			req += fmt.Sprintf("%x\r\n%s\r\n", size, strings.Repeat("x", size))
		}
		all := answers(t, f.raw(req+"0\r\n\r\n"), "POST")
		if len(all) != 1 || all[0].StatusCode != want || want == 200 && body(t, all[0]) != fmt.Sprint(size) {
			t.Errorf("%d bytes: %d answers, %d, want %d", size, len(all), all[0].StatusCode, want)
		}
	}
}

// promises 0.1, libraries 1: what a handler leaves unread is never taken for the next request.
func TestNothingIsSmuggledInABody(t *testing.T) {
	f := assemble(t, Config{BodyAtMost: 4096})
	evil := 0
	f.Router().Page(PageRoute{Room: "x", Path: "/evil", Do: func(context.Context, *Request) (*pages.Page, error) {
		evil++
		return HTML([]byte("evil")), nil
	}})
	f.serve()
	inner := "GET /evil HTTP/1.1\r\nHost: hanbin.gov.cn\r\n\r\n"
	for _, size := range []int{0, 100, 4096, 8192, 9000, 70000, 300000} {
		b := strings.Repeat("x", size) + inner
		chunked := fmt.Sprintf("%x\r\n%s\r\n0\r\n\r\n", len(b), b)
		for name, req := range map[string]string{
			"length":  fmt.Sprintf("POST / HTTP/1.1\r\nHost: %s\r\nSec-Fetch-Site: same-origin\r\nContent-Length: %d\r\n\r\n%s", consoleName, len(b), b),
			"chunked": fmt.Sprintf("POST / HTTP/1.1\r\nHost: %s\r\nSec-Fetch-Site: same-origin\r\nTransfer-Encoding: chunked\r\n\r\n%s", consoleName, chunked),
			"citizen": fmt.Sprintf("GET / HTTP/1.1\r\nHost: hanbin.gov.cn\r\nContent-Length: %d\r\n\r\n%s", len(b), b),
			"refused": fmt.Sprintf("POST / HTTP/1.1\r\nHost: nobody.gov.cn\r\nTransfer-Encoding: chunked\r\n\r\n%s", chunked),
			"expect":  fmt.Sprintf("POST / HTTP/1.1\r\nHost: %s\r\nExpect: 100-continue\r\nContent-Length: %d\r\n\r\n%s", consoleName, len(b), b),
		} {
			wire := f.raw(req)
			if n := strings.Count(wire, "HTTP/1.1 "); n != 1 && !strings.HasPrefix(wire, "HTTP/1.1 100") || evil > 0 {
				t.Fatalf("%s with %d bytes: %d answers, evil ran %d times: %.300q", name, size, n, evil, wire)
			}
		}
	}
}
