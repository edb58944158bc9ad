package web

import (
	"context"
	"fmt"
	"io"
	"strings"
	"testing"

	"github.com/zhanqun/zhanqun/kernel"
	"github.com/zhanqun/zhanqun/platform/pages"
)

// S2, LC19: a page in a variant is an address of its own, for every mount: one spelling, kept under its own key, no cookie; files
// and what is no page have no variants, and leaving the site's address out of a room's sight goes on: it is asked for the page itself.
func TestVariantsAreAddresses(t *testing.T) {
	f := assemble(t, Config{})
	f.Router().Page(PageRoute{Room: "seen", Path: "/seen/*", Query: []string{"p"}, Do: func(_ context.Context, r *Request) (*pages.Page, error) {
		return HTML(fmt.Appendf(nil, "%q %s %s %v %s", r.Site.Variant, r.Path, r.Params["*"], r.Query["p"], r.Site.Path("/a/1"))), nil
	}})
	f.Router().Page(PageRoute{Room: "feed", Path: "/feed.xml", Query: []string{"p"}, Do: func(_ context.Context, r *Request) (*pages.Page, error) {
		return &pages.Page{Status: 200, ContentType: "application/xml", Body: []byte("<feed/>")}, nil
	}})
	f.Router().File(FileRoute{Room: "media", Path: "/-/media/:id/:name", Do: func(context.Context, *Request) (*File, error) {
		return &File{ContentType: "text/plain", Tag: "x", Size: 1, Open: func(context.Context, int64, int64) (io.ReadCloser, error) {
			return io.NopCloser(strings.NewReader("x")), nil
		}}, nil
	}})
	f.serve()
	for _, c := range []struct {
		path   string
		status int
		want   string // the beginning of the body, or the address it leads to
	}{
		{"/seen/x", 200, `"" /seen/x x  /a/1`},
		{"/-/elder/seen/x", 200, `"elder" /seen/x x  /-/elder/a/1`},
		{"/-/hant/seen/x?p=2", 200, `"hant" /seen/x x 2 /-/hant/a/1`},
		{"/z/wuli/-/elder/seen/x", 200, `"elder" /seen/x x  /z/wuli/-/elder/a/1`},
		{"/-/elder/", 200, "汉滨区人民政府 文章"},
		{"/-/elder", 301, "http://hanbin.gov.cn/-/elder/"},
		{"/z/wuli/-/hant", 301, "http://hanbin.gov.cn/z/wuli/-/hant/"},
		{"/-/elder/seen/x/", 301, "http://hanbin.gov.cn/-/elder/seen/x"},
		{"/-/elder/seen/x?utm=1", 301, "http://hanbin.gov.cn/-/elder/seen/x"},
		{"//-//elder//a/2", 301, "http://hanbin.gov.cn/-/elder/a/2"},
		{"/-/elder/a/301", 301, "http://hanbin.gov.cn/-/elder/a/1"},
		{"/z/wuli/-/hant/a/301", 301, "http://hanbin.gov.cn/z/wuli/-/hant/a/1"},
		{"/-/elder/-/media/1/x.pdf", 301, "http://hanbin.gov.cn/-/media/1/x.pdf"},
		{"/-/media/1/x.pdf", 200, "x"},
		{"/z/wuli/-/elder/feed.xml", 301, "http://hanbin.gov.cn/z/wuli/feed.xml"},
		{"/-/hant/feed.xml?p=2", 301, "http://hanbin.gov.cn/feed.xml?p=2"},
		{"/feed.xml?p=2", 200, "<feed/>"},
		{"/-/elder/-/hant/seen/x", 404, "错误页 404"},
		{"/-/elderly/seen/x", 404, "错误页 404"},
		{"/-/elder/nowhere", 404, "错误页 404"},
		{"/-/elder/a/410", 410, "错误页 410"},
		{"/-/elder" + stylesheet, 404, "错误页 404"},
	} {
		for range 2 { // the second time from memory
			res := f.ask("GET", "hanbin.gov.cn", c.path)
			got := body(t, res)
			if c.status == 301 {
				got = res.Header.Get("Location")
			}
			if res.StatusCode != c.status || !strings.HasPrefix(got, c.want) || c.status == 301 && got != c.want || res.Header.Get("Set-Cookie") != "" {
				t.Errorf("%s answers %d %.60q, want %d %s", c.path, res.StatusCode, got, c.status, c.want)
			}
		}
	}
	for _, v := range append(kernel.Variants, "") {
		hit, ok := f.cache.Peek("hanbin.gov.cn" + v.Prefix() + "/seen/x")
		if v != kernel.Hant && (!ok || !strings.HasPrefix(string(hit.Page.Body), fmt.Sprintf("%q", v))) {
			t.Errorf("%q is not kept under its own address", v)
		}
	}
}

// A page that is taken down is gone in every form, whichever of them was named; a suspended site's notice stands in the place of each.
func TestTakingDownEveryVariant(t *testing.T) {
	f := start(t, Config{})
	for n, name := range []string{"/a/1", "/-/elder/a/2", "/z/wuli/-/hant/a/3"} {
		at, err := f.address("http://hanbin.gov.cn" + name)
		if err != nil {
			t.Fatal(err)
		}
		mount := ""
		if strings.HasPrefix(name, "/z/") {
			mount = "/z/wuli"
		}
		rest := fmt.Sprintf("/a/%d", n+1)
		for _, v := range append(kernel.Variants, "") {
			if res := f.ask("GET", "hanbin.gov.cn", mount+v.Prefix()+rest); res.StatusCode != 200 {
				t.Fatalf("%q before: %d", v, res.StatusCode)
			}
		}
		if err := f.cache.Takedown(at, "误发"); err != nil {
			t.Fatal(err)
		}
		for _, v := range append(kernel.Variants, "") {
			if res := f.ask("GET", "hanbin.gov.cn", mount+v.Prefix()+rest); res.StatusCode != 410 {
				t.Errorf("%s is taken down, and %q answers %d", name, v, res.StatusCode)
			}
		}
		if err := f.cache.Restore(at); err != nil {
			t.Fatal(err)
		}
		if res := f.ask("GET", "hanbin.gov.cn", mount+"/-/elder"+rest); res.StatusCode != 200 {
			t.Errorf("%s is back, and answers %d", name, res.StatusCode)
		}
	}
	if res := f.ask("GET", "paused.gov.cn", "/-/elder/a/1"); res.StatusCode != 503 || !strings.HasPrefix(body(t, res), "公告") {
		t.Errorf("a suspended site's elder version answers %d", res.StatusCode)
	}
}
