package web

import (
	"context"
	"embed"
	"io"
	"log"
	"net"
	"net/http"
	"net/netip"
	"sync"
	"time"
)

//go:embed maintenance/page.html maintenance/style.css
var maintenanceFiles embed.FS

// Maintenance answers on listeners that are taken but cannot be served yet: while the schema is brought up to date, or
// another node does that. It needs no site, no theme and no store.
type Maintenance struct {
	Plain, Ops     net.Listener
	TLS            net.Listener // or nil; with Certificates
	Certificates   *Certificates
	TrustedProxies []netip.Prefix
}

const maintenanceStyle = "/-/maintenance.css"

// Begin starts answering; end stops it and gives the listeners back as they were.
func (m Maintenance) Begin() (end func()) {
	var all sync.WaitGroup
	var ends []func()
	start := func(ln net.Listener, over func(net.Listener) net.Listener, h http.Handler) {
		lent := borrowed{ln.(*net.TCPListener)}
		srv := &http.Server{Handler: h, ReadTimeout: 10 * time.Second, WriteTimeout: 10 * time.Second, MaxHeaderBytes: 16 << 10,
			ErrorLog: log.New(io.Discard, "", 0)} // as fasthttp's: it would repeat bytes of requests
		srv.SetKeepAlivesEnabled(false)
		all.Go(func() { _ = srv.Serve(over(lent)) }) // it ends when it is told to
		ends = append(ends, func() {
			short, cancel := context.WithTimeout(context.Background(), time.Second)
			defer cancel()
			if srv.Shutdown(short) != nil { // a connection that asks for nothing
				_ = srv.Close()
			}
		})
	}
	as := func(ln net.Listener) net.Listener { return ln }
	start(m.Plain, as, http.HandlerFunc(m.page))
	start(m.Ops, as, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		http.Error(w, "starting", http.StatusServiceUnavailable)
	}))
	if m.TLS != nil {
		start(m.TLS, m.Certificates.Listener, http.HandlerFunc(m.page))
	}
	return func() {
		for _, e := range ends {
			all.Go(e)
		}
		all.Wait()
		for _, ln := range []net.Listener{m.Plain, m.Ops, m.TLS} {
			if ln != nil {
				_ = ln.(*net.TCPListener).SetDeadline(time.Time{}) // a listener that was closed fails when it is served
			}
		}
	}
}

// page tells citizens to come again, and a trusted proxy to ask another node: 503 would not, since it is also what a
// site answers for itself (deploy/nginx).
func (m Maintenance) page(w http.ResponseWriter, r *http.Request) {
	h := w.Header()
	h.Set("Content-Security-Policy", policy("", false))
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Referrer-Policy", "strict-origin")
	h.Set("Cache-Control", "no-store")
	if r.URL.Path == maintenanceStyle {
		h.Set("Content-Type", "text/css; charset=utf-8")
		m.send(w, http.StatusOK, "maintenance/style.css")
		return
	}
	h.Set("Content-Type", "text/html; charset=utf-8")
	h.Set("Retry-After", "30")
	h.Set("X-Robots-Tag", "noindex")
	status := http.StatusServiceUnavailable
	if from, err := netip.ParseAddrPort(r.RemoteAddr); err == nil && within(m.TrustedProxies, from.Addr().Unmap()) {
		status = http.StatusBadGateway
	}
	m.send(w, status, "maintenance/page.html")
}

func (Maintenance) send(w http.ResponseWriter, status int, name string) {
	b, err := maintenanceFiles.ReadFile(name)
	if err != nil {
		panic(err) // it is in the binary
	}
	w.WriteHeader(status)
	_, _ = w.Write(b) // whoever asked has gone
}

// borrowed is a listener that outlives the server that closes it: closing wakes up whoever accepts.
type borrowed struct{ *net.TCPListener }

func (b borrowed) Close() error { return b.SetDeadline(time.Unix(1, 0)) }
