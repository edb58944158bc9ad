package web

import (
	"bufio"
	"bytes"
	"cmp"
	"context"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/zhanqun/zhanqun/kernel"
	"github.com/zhanqun/zhanqun/kernel/fault"
	"github.com/zhanqun/zhanqun/platform/pages"
	"github.com/zhanqun/zhanqun/platform/render"
	"github.com/zhanqun/zhanqun/policies"
	"github.com/zhanqun/zhanqun/storage/db"
	"github.com/zhanqun/zhanqun/storage/db/dbtest"
	"go.uber.org/goleak"
)

func TestMain(m *testing.M) {
	goleak.VerifyTestMain(m,
		// fasthttp refreshes the Date header from one goroutine that lives as long as the process, and a stopped
		// server's pool notices within ten seconds.
		goleak.IgnoreAnyFunction("github.com/valyala/fasthttp.updateServerDate.func1"),
		goleak.IgnoreAnyFunction("github.com/valyala/fasthttp.(*workerPool).Start.func2"))
}

// The ports, plugged with just enough to see what web does with them.

type hosts struct{ table atomic.Pointer[HostTable] }

func (h *hosts) Table() HostTable { return *h.table.Load() }

func (h *hosts) set(t HostTable) { h.table.Store(&t) }

type looks struct{}

func (looks) Error(s *render.Site, nav []render.Link, status int, id string) []byte {
	name := "平台"
	if s != nil {
		name = s.Name
	}
	return fmt.Appendf(nil, "错误页 %d %s %s nav=%d", status, name, id, len(nav))
}

func (l looks) Gone(s *render.Site, nav []render.Link, say, id string) []byte {
	return append(l.Error(s, nav, 410, id), say...)
}

func (looks) Notice(s *render.Site) []byte { return []byte("公告 " + s.Name + s.Notice) }

func (looks) Nav(_ context.Context, s *render.Site) ([]render.Link, error) {
	return []render.Link{{Text: "首页", Href: s.Path("/")}}, nil
}

const stylesheet = "/-/assets/city.0f0f0f0f.css"

func (looks) Asset(path string) ([]byte, string, bool) {
	return []byte(strings.Repeat("a{color:#111}\n", 100)), "text/css; charset=utf-8", path == stylesheet
}

type guard struct{}

func (g guard) MayIn(ctx context.Context, site kernel.SiteID, act policies.Action, _ int64) error {
	return g.May(ctx, site, act)
}

func (guard) May(ctx context.Context, site kernel.SiteID, act policies.Action) error {
	if site == 7 || site == kernel.Platform {
		return nil
	}
	return fault.New(fault.Forbidden, "您没有此项权限。")
}

var (
	hanbin  = &render.Site{ID: 1, Name: "汉滨区人民政府", Origin: "http://hanbin.gov.cn"}
	town    = &render.Site{ID: 2, Name: "五里镇", Origin: "http://hanbin.gov.cn", Prefix: "/z/wuli"}
	demo    = &render.Site{ID: 3, Name: "演示站", Origin: "http://demo.gov.cn", Demo: true}
	paused  = &render.Site{ID: 4, Name: "暂停站", Origin: "http://paused.gov.cn", State: "suspended", Notice: "：系统升级"}
	gone    = &render.Site{ID: 5, Name: "关停站", Origin: "http://gone.gov.cn", State: "closed"}
	encrypt = &render.Site{ID: 6, Name: "加密站", Origin: "https://tls.gov.cn"}
)

func table() HostTable {
	return HostTable{
		"hanbin.gov.cn": {Site: hanbin, Mounts: map[string]*render.Site{"wuli": town}},
		"demo.gov.cn":   {Site: demo},
		"paused.gov.cn": {Site: paused},
		"gone.gov.cn":   {Site: gone},
		"tls.gov.cn":    {Site: encrypt},
		"old.gov.cn":    {Redirect: "http://hanbin.gov.cn"},
	}
}

const consoleName = "console.gov.cn"

// articles answers like a room: its page says which site, address and parameters it was asked for.
type articles struct{ renders atomic.Int64 }

func (a *articles) show(_ context.Context, r *Request) (*pages.Page, error) {
	a.renders.Add(1)
	switch id := r.Params["id"]; id {
	case "404":
		return nil, fault.New(fault.NotFound, "没有这篇文章。")
	case "410":
		return nil, fault.New(fault.Gone, "已撤下。")
	case "422":
		return nil, fault.New(fault.Invalid, "参数<b>不对</b>。")
	case "500":
		return nil, fmt.Errorf("secret of the store: password=hunter2")
	case "503":
		return nil, fault.New(fault.Unavailable, "没有响应。")
	case "666":
		panic("boom at 0xdeadbeef")
	case "301":
		return MovedPermanently("/a/1"), nil
	}
	return HTML([]byte(fmt.Sprintf("%s 文章 %v %v ", r.Site.Name, r.Params, r.Query) + strings.Repeat("政务公开 ", 300))), nil
}

type fixture struct {
	*Server
	t        testing.TB
	addr     string
	hosts    *hosts
	db       *db.DB
	cache    *pages.Cache
	articles *articles
	logs     *lines
	stop     func() error
	listen   func(net.Listener) net.Listener // what stands between the network and serve, or nil
}

type lines struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (l *lines) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(p)
}

func (l *lines) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.String()
}

func assemble(t testing.TB, cfg Config) *fixture {
	t.Helper()
	d := dbtest.SQLite(t, pages.Migrations())
	r := pages.NewRevisions(d)
	if err := r.Poll(context.Background()); err != nil {
		t.Fatal(err)
	}
	cache, err := pages.NewCache(r, kernel.SystemClock, pages.Config{Dir: t.TempDir()})
	if err != nil {
		t.Fatal(err)
	}
	f := &fixture{t: t, hosts: &hosts{}, db: d, cache: cache, articles: &articles{}, logs: &lines{}}
	f.hosts.set(table())
	cfg.Console = consoleName
	cfg.Log = slog.New(slog.NewJSONHandler(f.logs, nil))
	cfg.Access = cmp.Or[io.Writer](cfg.Access, f.logs)
	f.Server = NewServer(cfg, Ports{Hosts: f.hosts, Nav: looks{}, Errors: looks{}, Assets: looks{}, Guard: guard{}}, cache)
	for _, p := range []PageRoute{
		{Room: "portal", Path: "/", Do: f.articles.show},
		{Room: "article", Path: "/c/*", Query: []string{"p", "year"}, Do: f.articles.show},
		{Room: "article", Path: "/a/:id", Do: f.articles.show},
		{Room: "search", Path: "/search", Query: []string{"q", "p=1", "sort=time"}, Do: f.articles.show},
	} {
		f.Router().Page(p)
	}
	t.Cleanup(func() { cache.Close() })
	return f
}

// serve starts f on a port of its own.
func (f *fixture) serve() *fixture {
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		f.t.Fatal(err)
	}
	f.addr = ln.Addr().String()
	if f.listen != nil {
		ln = f.listen(ln)
	}
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- f.Serve(ctx, ln) }()
	var once sync.Once
	f.stop = func() (err error) {
		once.Do(func() { cancel(); err = <-ended })
		return err
	}
	f.t.Cleanup(func() {
		if err := f.stop(); err != nil {
			f.t.Errorf("stop: %v", err)
		}
	})
	return f
}

func start(t testing.TB, cfg Config) *fixture { t.Helper(); return assemble(t, cfg).serve() }

// raw sends bytes and returns everything that comes back until the server closes or falls silent.
func (f *fixture) raw(request string) string {
	f.t.Helper()
	c, err := net.Dial("tcp", f.addr)
	if err != nil {
		f.t.Fatal(err)
	}
	defer c.Close()
	_, _ = io.WriteString(c, request) // the server may have hung up before the end, which is an answer too
	_ = c.(*net.TCPConn).CloseWrite()
	c.SetReadDeadline(time.Now().Add(5 * time.Second))
	b, err := io.ReadAll(c)
	if err != nil && len(b) == 0 {
		f.t.Fatalf("%.60q: %v", request, err)
	}
	return string(b)
}

// answers parses what raw returned: every answer on the wire, so that a second one is noticed.
func answers(t testing.TB, wire string, method string) []*http.Response {
	t.Helper()
	var out []*http.Response
	r := bufio.NewReader(strings.NewReader(wire))
	for {
		if _, err := r.Peek(1); err != nil {
			return out
		}
		res, err := http.ReadResponse(r, &http.Request{Method: method})
		if err != nil {
			t.Fatalf("not an answer: %v in %q", err, wire)
		}
		b, err := io.ReadAll(res.Body)
		if err != nil {
			t.Fatalf("body: %v in %q", err, wire)
		}
		res.Body = io.NopCloser(bytes.NewReader(b))
		out = append(out, res)
	}
}

// ask sends one well-formed request; headers are "Name: value" lines.
func (f *fixture) ask(method, host, path string, headers ...string) *http.Response {
	f.t.Helper()
	head := method + " " + path + " HTTP/1.1\r\nHost: " + host + "\r\nConnection: close\r\n"
	for _, h := range headers {
		head += h + "\r\n"
	}
	all := answers(f.t, f.raw(head+"\r\n"), method)
	if len(all) != 1 {
		f.t.Fatalf("%s %s: %d answers", method, path, len(all))
	}
	return all[0]
}

func body(t testing.TB, res *http.Response) string {
	t.Helper()
	b, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}
