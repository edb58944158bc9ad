package web

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/zhanqun/zhanqun/platform/pages"
)

// readers writes down who read what.
type readers struct {
	mu  sync.Mutex
	all []string
}

func (r *readers) Read(e *pages.Entry, at time.Time, by Reader) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.all = append(r.all, fmt.Sprintf("%d %s %s ahead=%v here=%v", e.Key.Site, e.Key.URL, by.Agent, by.Ahead, by.Here))
	if time.Since(at) > time.Minute {
		r.all = append(r.all, at.String())
	}
}

// heard is what was read since the last time.
func (r *readers) heard() (all []string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	all, r.all = r.all, nil
	return all
}

// U1: whoever counts hears of pages that were answered, fresh, from memory or unchanged, and of nothing else: no redirect, no error, no HEAD, no file, not
// of the filler. Of the reader it hears nothing but what the browser is.
func TestWhoCountsHearsOfPages(t *testing.T) {
	f, all := assemble(t, Config{}), &readers{}
	f.ports.Reads = all
	f.serve()
	tag := f.ask("GET", "hanbin.gov.cn", "/a/9").Header.Get("ETag")
	for _, row := range []struct {
		name, method, path string
		headers            []string
		status             int
		want               string
	}{
		{"a page is rendered", "GET", "/a/1", []string{"User-Agent: Firefox"}, 200, "1 hanbin.gov.cn/a/1 Firefox ahead=false here=false"},
		{"it comes from memory", "GET", "/a/1", nil, 200, "1 hanbin.gov.cn/a/1  ahead=false here=false"},
		{"the client has it", "GET", "/a/9", []string{"If-None-Match: " + tag}, 304, "1 hanbin.gov.cn/a/9  ahead=false here=false"},
		{"below a mount", "GET", "/z/wuli/a/1", []string{"Referer: https://www.baidu.com/s"}, 200, "2 hanbin.gov.cn/z/wuli/a/1  ahead=false here=false"},
		{"from a page of the host", "GET", "/a/1", []string{"Referer: https://Hanbin.gov.cn/"}, 200, "1 hanbin.gov.cn/a/1  ahead=false here=true"},
		{"on another port", "GET", "/a/1", []string{"Referer: http://hanbin.gov.cn:8080"}, 200, "1 hanbin.gov.cn/a/1  ahead=false here=true"},
		{"the bare origin", "GET", "/a/1", []string{"Referer: http://hanbin.gov.cn"}, 200, "1 hanbin.gov.cn/a/1  ahead=false here=true"},
		{"from a host that begins alike", "GET", "/a/1", []string{"Referer: http://hanbin.gov.cn.example.com/"}, 200, "1 hanbin.gov.cn/a/1  ahead=false here=false"},
		{"from one that is called otherwise", "GET", "/a/1", []string{"Referer: http://hanbin.gov.xx/"}, 200, "1 hanbin.gov.cn/a/1  ahead=false here=false"},
		{"from no address", "GET", "/a/1", []string{"Referer: hanbin.gov.cn"}, 200, "1 hanbin.gov.cn/a/1  ahead=false here=false"},
		{"fetched ahead", "GET", "/a/1", []string{"Sec-Purpose: prefetch;prerender"}, 200, "1 hanbin.gov.cn/a/1  ahead=true here=false"},
		{"fetched ahead by an old browser", "GET", "/a/1", []string{"Purpose: prefetch"}, 200, "1 hanbin.gov.cn/a/1  ahead=true here=false"},
		{"fetched ahead by an older one", "GET", "/a/1", []string{"X-Moz: prefetch"}, 200, "1 hanbin.gov.cn/a/1  ahead=true here=false"},
		{"HEAD", "HEAD", "/a/1", nil, 200, ""},
		{"an error", "GET", "/a/404", nil, 404, ""},
		{"a page that has moved", "GET", "/a/301", nil, 301, ""},
		{"another spelling", "GET", "/a//1", nil, 301, ""},
		{"a style sheet", "GET", stylesheet, nil, 200, ""},
	} {
		all.heard()
		if res := f.ask(row.method, "hanbin.gov.cn", row.path, row.headers...); res.StatusCode != row.status {
			t.Errorf("%s: answers %d", row.name, res.StatusCode)
		}
		var want []string
		if row.want != "" {
			want = []string{row.want}
		}
		if got := all.heard(); !slices.Equal(got, want) {
			t.Errorf("%s: heard %q, want %q", row.name, got, want)
		}
	}
	all.heard()
	f.Refill(context.Background(), "hanbin.gov.cn/a/1")
	if got := all.heard(); len(got) != 0 {
		t.Errorf("the filler is heard of: %q", got)
	}
}

// talliesOf counts as platform/visits does.
type talliesOf struct{ pages.Tallies }

func (l *talliesOf) Read(e *pages.Entry, _ time.Time, by Reader) { l.Add(e, 20000, !by.Here) }
