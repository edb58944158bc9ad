package web

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/netip"
	"runtime/debug"
	"sync"
	"sync/atomic"
	"time"

	"github.com/gofiber/fiber/v2"
	"github.com/valyala/fasthttp"
	"github.com/zhanqun/zhanqun/kernel"
	"github.com/zhanqun/zhanqun/platform/pages"
	"github.com/zhanqun/zhanqun/policies"
)

// Config says how the edge behaves; the zero Config is a good one for a machine of its own.
type Config struct {
	Console        string         // the console's host name; it is no citizen site
	ConsoleOrigin  string         // where RedirectHTTPS leads its requests: "https://console.ankang.gov.cn"
	ConsoleAllow   []netip.Prefix // from which addresses the console is reached; none: from all
	RedirectHTTPS  bool           // lead requests that came over plain HTTP to the site's https origin
	HSTS           bool           // tell browsers to stay with https for a year
	HTTPS          bool           // citizens come by https, so pages may ask browsers to upgrade
	Media          string         // origin of the media host for the content policy, or ""
	TrustedProxies []netip.Prefix // only their X-Forwarded-For and -Proto are read

	HandleWithin time.Duration // one handler; default 10 s
	ReadWithin   time.Duration // one whole request; default 10 s
	WriteWithin  time.Duration // one whole answer; default 30 s
	IdleWithin   time.Duration // between requests of one connection; default 60 s
	UploadWithin time.Duration // one request to a route that takes a large body; default 60 s
	// DownloadWithin is how long whoever takes a large file may need for each DownloadStretch of it, in bytes; default 5 min for 1 MB: a
	// film of any size goes on over 28 kbit/s, and who takes nothing is cut off.
	DownloadWithin  time.Duration
	DownloadStretch int
	DrainFor        time.Duration // how long to answer "Connection: close" before shutting down; behind a proxy more than its check interval
	StopWithin      time.Duration // how long open requests may take after that; default 15 s

	BodyAtMost  int          // bytes of an ordinary body; default 1 MB
	LargeBodies int          // bodies of routes that take more than a form, in memory at once; default 4
	LongForms   int          // forms of more than a sixteenth of BodyAtMost from people who are not signed in, in memory at once; default 64
	ConnsPerIP  int          // 0: no limit; leave it 0 behind a proxy
	Conns       int          // connections at once; default 100,000
	Log         *slog.Logger // default slog.Default()
	Access      io.Writer    // a line of JSON for each answer, whole and from many goroutines at once; nil: no access log
	Now         kernel.Clock // default kernel.SystemClock
}

// Ports are what web needs of other rooms; app plugs them. Hosts and Errors must be there, the rest may be nil.
type Ports struct {
	Hosts    Hosts
	Nav      Nav
	Errors   ErrorPages
	Warnings Warnings // nil: no site shows any
	Assets   Assets
	Guard    Guard
	Sessions Sessions
	Console  Console
	// Admit may refuse a person who is signed in because of the address the request comes from; nil: nobody is.
	Admit func(ctx context.Context, who kernel.Actor, from netip.Addr) error
	// Refused hears of every guarded route that somebody who is signed in was refused, by the guard or by the room; nil: nobody does.
	Refused func(ctx context.Context, site kernel.SiteID, act policies.Action, from netip.Addr, why error)
	Reads   Reads // nil: nobody counts
	// First answers in the place of every address of the console, to whoever is not signed in, as long as it must: before there is an
	// administrator. Nil: it never must.
	First func(c *fiber.Ctx) (answered bool, err error)
}

// Server is the edge of one process.
type Server struct {
	cfg      Config
	ports    Ports
	cache    *pages.Cache
	router   *Router
	metrics  *metrics
	assets   sync.Map      // *pages.Entry by path
	large    chan struct{} // a seat for each large body that may be in memory
	strange  chan struct{} // and for each long form of a stranger
	draining atomic.Bool

	protection []header // on every answer

	citizens, console fasthttp.RequestHandler // of fiber, once sealed
}

// NewServer makes a server; nothing listens yet.
func NewServer(cfg Config, p Ports, cache *pages.Cache) *Server {
	for _, d := range []struct {
		at *time.Duration
		to time.Duration
	}{{&cfg.HandleWithin, 10 * time.Second}, {&cfg.ReadWithin, 10 * time.Second}, {&cfg.WriteWithin, 30 * time.Second},
		{&cfg.IdleWithin, time.Minute}, {&cfg.UploadWithin, time.Minute}, {&cfg.DownloadWithin, 5 * time.Minute}, {&cfg.StopWithin, 15 * time.Second}} {
		if *d.at <= 0 {
			*d.at = d.to
		}
	}
	if cfg.BodyAtMost <= 0 {
		cfg.BodyAtMost = 1 << 20
	}
	if cfg.LargeBodies <= 0 {
		cfg.LargeBodies = largeAtOnce
	}
	if cfg.LongForms <= 0 {
		cfg.LongForms = longAtOnce
	}
	if cfg.DownloadStretch <= 0 {
		cfg.DownloadStretch = 1 << 20
	}
	if cfg.Conns <= 0 {
		cfg.Conns = 100_000
	}
	if cfg.Log == nil {
		cfg.Log = slog.Default()
	}
	if cfg.Now == nil {
		cfg.Now = kernel.SystemClock
	}
	s := &Server{cfg: cfg, ports: p, cache: cache, large: make(chan struct{}, cfg.LargeBodies), strange: make(chan struct{}, cfg.LongForms)}
	s.protection = append([]header{{[]byte("Content-Security-Policy"), []byte(policy(cfg.Media, cfg.HTTPS))}}, protection...)
	s.metrics = newMetrics(cache)
	s.router = &Router{server: s, citizens: s.fiber(), console: s.fiber()}
	return s
}

// fiber makes a router with every default that is wrong for many tenants put right (promises.md 1.2).
func (s *Server) fiber() *fiber.App {
	return fiber.New(fiber.Config{
		Immutable: true, CaseSensitive: true, StrictRouting: true,
		EnableTrustedProxyCheck: true, ProxyHeader: "", EnableIPValidation: true,
		DisableStartupMessage: true, DisableDefaultContentType: true, DisablePreParseMultipartForm: true,
		StreamRequestBody: true, BodyLimit: s.cfg.BodyAtMost,
		RequestMethods: methods,
		ErrorHandler: func(c *fiber.Ctx, err error) error {
			s.fail(c.Context(), from(c.Context()), err)
			return nil
		},
	})
}

// outer makes the one server before the routers.
func (s *Server) outer(base context.Context) *fasthttp.Server {
	return &fasthttp.Server{
		Handler:      func(rc *fasthttp.RequestCtx) { s.handle(base, rc) },
		ErrorHandler: func(rc *fasthttp.RequestCtx, err error) { s.malformed(rc, err) },
		ExpectHandler: func(rc *fasthttp.RequestCtx) int {
			return s.expect(rc)
		},
		HeaderReceived: s.patience,
		ReadTimeout:    s.cfg.ReadWithin, WriteTimeout: s.cfg.WriteWithin, IdleTimeout: s.cfg.IdleWithin,
		MaxConnsPerIP: s.cfg.ConnsPerIP, Concurrency: s.cfg.Conns,
		ReadBufferSize: 16 << 10, MaxRequestBodySize: s.cfg.BodyAtMost,
		StreamRequestBody: true, DisablePreParseMultipartForm: true,
		ReduceMemoryUsage: true, CloseOnShutdown: true, TCPKeepalive: true,
		NoDefaultServerHeader: true, NoDefaultContentType: true, SecureErrorLogMessage: true,
		Logger: quietLogger{},
	}
}

// quietLogger drops what fasthttp says about single connections: it repeats bytes of requests.
type quietLogger struct{}

func (quietLogger) Printf(string, ...any) {}

// malformed answers what could not be read as a request, without a byte of it.
func (s *Server) malformed(rc *fasthttp.RequestCtx, err error) {
	status := fasthttp.StatusBadRequest
	var tooSmall *fasthttp.ErrSmallBuffer
	var timeout net.Error
	switch {
	case errors.As(err, &tooSmall):
		status = fasthttp.StatusRequestHeaderFieldsTooLarge
	case errors.Is(err, fasthttp.ErrBodyTooLarge):
		status = fasthttp.StatusRequestEntityTooLarge
	case errors.As(err, &timeout) && timeout.Timeout():
		status = fasthttp.StatusRequestTimeout
	}
	s.turnAway(rc, status)
}

// turnAway answers what never becomes a request.
func (s *Server) turnAway(rc *fasthttp.RequestCtx, status int) {
	rc.Response.Reset()
	s.refuse(rc, &exchange{id: newID()}, status)
	s.metrics.answered("malformed", status, "", 0)
}

// Router takes the rooms' routes, until Serve.
func (s *Server) Router() *Router { return s.router }

// seal closes the router and makes the handlers; later calls do nothing.
func (s *Server) seal() {
	r := s.router
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.sealed {
		return
	}
	r.sealed = true
	s.citizens, s.console = r.citizens.Handler(), r.console.Handler()
}

// Serve answers requests on ln until ctx ends. Then it drains: for DrainFor every answer says "Connection: close"
// and the health check 503, so that a proxy goes elsewhere without an error; then it shuts down. It may be called
// for several listeners.
func (s *Server) Serve(ctx context.Context, ln net.Listener) error {
	if info, ok := debug.ReadBuildInfo(); ok {
		if err := checkModules(info); err != nil {
			return err
		}
	}
	s.seal()
	srv := s.outer(context.WithoutCancel(ctx))
	ended := make(chan error, 1)
	go func() { ended <- srv.Serve(ln) }()
	select {
	case err := <-ended:
		return fmt.Errorf("serve %s: %w", ln.Addr(), errors.Join(err, net.ErrClosed))
	case <-ctx.Done():
	}
	s.draining.Store(true)
	drained := time.NewTimer(s.cfg.DrainFor)
	defer drained.Stop()
	select {
	case err := <-ended:
		return err
	case <-drained.C:
	}
	short, cancel := context.WithTimeout(context.WithoutCancel(ctx), s.cfg.StopWithin)
	defer cancel()
	err := srv.ShutdownWithContext(short)
	_ = ln.Close() // a server asked to stop before it had begun would not know its listener
	if err != nil {
		return fmt.Errorf("shut down %s: %w", ln.Addr(), err)
	}
	return <-ended
}

// Refill asks for a citizen's address from inside, so that a changed page is rendered again: url is "host/path?query".
// It is what pages.Cache.Run wants.
func (s *Server) Refill(ctx context.Context, url string) {
	s.seal()
	name, _, ok := cutHost(url)
	if !ok {
		return
	}
	var req fasthttp.Request
	req.Header.SetMethod(fasthttp.MethodGet)
	req.Header.SetHost(name)
	req.SetRequestURI(url[len(name):])
	var rc fasthttp.RequestCtx
	rc.Init(&req, nil, quietLogger{})
	x := &exchange{id: newID(), began: s.cfg.Now(), silent: true, ctx: ctx}
	s.metrics.open.Inc()
	defer s.end(&rc, x)
	s.edge(&rc, x)
}
