package web

import (
	"context"
	"fmt"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/zhanqun/zhanqun/kernel/fault"
	"github.com/zhanqun/zhanqun/platform/pages"
)

// T1: a page that people ask with words of their own answers whatever they type, at one address, and is kept nowhere.
func TestTypedPages(t *testing.T) {
	f := assemble(t, Config{})
	var made atomic.Int64
	f.Router().Page(PageRoute{Room: "search", Path: "/find", Query: []string{"q", "p"}, Typed: 60, Do: func(_ context.Context, r *Request) (*pages.Page, error) {
		if r.Query["q"] == "down" {
			return nil, fault.New(fault.Unavailable, "没有响应。")
		}
		return HTML(fmt.Appendf(nil, "问 %q 第 %d 次", r.Query["q"], made.Add(1))), nil
	}})
	f.serve()
	for _, row := range []struct {
		name, target, want string
		status             int
	}{
		{"words", "/find?q=%E7%A8%8E%20a", `问 "税 a"`, 200},
		{"no word", "/find", `问 ""`, 200},
		{"a plus is a space", "/find?q=%E7%A8%8E+a", "/find?q=%E7%A8%8E%20a", 301},
		{"white space and what is no text are a space", "/find?q=%00%09%E7%A8%8E%E3%80%80%ff%0aa%20", "/find?q=%E7%A8%8E%20a", 301},
		{"a sign that is no escape is itself", "/find?q=100%", "/find?q=100%25", 301},
		{"nothing but blanks", "/find?q=+%20", "/find", 301},
		{"too much is left out at a whole character", "/find?q=" + strings.Repeat("%E7%A8%8E", 12), "/find?q=" + strings.Repeat("%E7%A8%8E", 6), 301},
		{"what is in trouble says so", "/find?q=down", "503", 503},
	} {
		res := f.ask("GET", "hanbin.gov.cn", row.target)
		got := res.Header.Get("Location") + body(t, res)
		if res.StatusCode != row.status || !strings.Contains(got, row.want) {
			t.Errorf("%s: %d %s, want %d %s", row.name, res.StatusCode, got, row.status, row.want)
		}
	}
	before := made.Load()
	for range 3 {
		f.ask("GET", "hanbin.gov.cn", "/find?q=abc")
	}
	if n := made.Load() - before; n != 3 {
		t.Errorf("three questions were answered %d times", n)
	}
	if _, kept := f.cache.Peek("hanbin.gov.cn/find?q=abc"); kept {
		t.Error("it is kept")
	}
}

// D7: of such a page those questions are kept that its room counts as few.
func TestTypedPagesThatAreKept(t *testing.T) {
	f := assemble(t, Config{})
	var made atomic.Int64
	f.Router().Page(PageRoute{Room: "library", Path: "/shelf", Query: []string{"q", "c"}, Typed: 60, Keep: func(query map[string]string) bool { return query["q"] == "" },
		Do: func(context.Context, *Request) (*pages.Page, error) { return HTML(fmt.Append(nil, made.Add(1))), nil }})
	f.serve()
	for target, want := range map[string]int64{"/shelf": 1, "/shelf?c=7": 1, "/shelf?q=a": 3, "/shelf?c=7&q=a": 3} {
		before := made.Load()
		for range 3 {
			if res := f.ask("GET", "hanbin.gov.cn", target); res.StatusCode != 200 {
				t.Errorf("%s answers %d", target, res.StatusCode)
			}
		}
		_, kept := f.cache.Peek("hanbin.gov.cn" + target)
		if n := made.Load() - before; n != want || kept != (want == 1) {
			t.Errorf("%s was made %d times, want %d; kept: %v", target, n, want, kept)
		}
	}
}
