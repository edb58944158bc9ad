package web

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/http"
	"strings"
	"time"

	"github.com/prometheus/client_golang/prometheus/promhttp"
	"github.com/zhanqun/zhanqun/kernel"
	"github.com/zhanqun/zhanqun/kernel/fault"
)

// ServeOps answers the operator's questions on a listener of its own, which citizens must not reach: health,
// metrics, which domains a proxy in front may ask certificates for, and the take-down of an address on this node.
// It returns when ctx ends.
func (s *Server) ServeOps(ctx context.Context, ln net.Listener) error {
	srv := &http.Server{Handler: s.Ops(), ReadHeaderTimeout: 5 * time.Second, ReadTimeout: 10 * time.Second,
		WriteTimeout: 30 * time.Second, IdleTimeout: time.Minute, MaxHeaderBytes: 16 << 10}
	ended := make(chan error, 1)
	go func() { ended <- srv.Serve(ln) }()
	select {
	case err := <-ended:
		return fmt.Errorf("serve operations on %s: %w", ln.Addr(), err)
	case <-ctx.Done():
	}
	short, cancel := context.WithTimeout(context.WithoutCancel(ctx), 5*time.Second)
	defer cancel()
	err := srv.Shutdown(short)
	if served := <-ended; !errors.Is(served, http.ErrServerClosed) {
		err = errors.Join(err, served)
	}
	return err
}

// Ops is the handler of the private listener.
func (s *Server) Ops() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /healthz", s.healthz)
	mux.HandleFunc("GET /readyz", s.readyz)
	mux.Handle("GET /metrics", promhttp.HandlerFor(s.metrics.registry, promhttp.HandlerOpts{}))
	mux.HandleFunc("GET /internal/domain-allowed", s.domainAllowed)
	mux.HandleFunc("POST /internal/takedown", s.takedown)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		// A browser on this machine must not be made to operate the server by a page it shows.
		if r.Header.Get("Origin") != "" || r.Header.Get("Sec-Fetch-Site") != "" {
			http.Error(w, "not for browsers", http.StatusForbidden)
			return
		}
		w.Header().Set("Cache-Control", "no-store")
		w.Header().Set("X-Content-Type-Options", "nosniff")
		mux.ServeHTTP(w, r)
	})
}

// healthz says whether a proxy should send requests here: not while draining.
func (s *Server) healthz(w http.ResponseWriter, _ *http.Request) {
	if s.draining.Load() {
		w.Header().Set("Connection", "close")
		http.Error(w, "draining", http.StatusServiceUnavailable)
		return
	}
	fmt.Fprintln(w, "ok")
}

// readyz says whether this node can serve: it knows its hosts. Without the store it still serves what it has.
func (s *Server) readyz(w http.ResponseWriter, _ *http.Request) {
	state := struct {
		Ready    bool `json:"ready"`
		Hosts    int  `json:"hosts"`
		Database bool `json:"database"`
		Draining bool `json:"draining"`
	}{Hosts: len(s.ports.Hosts.Table()), Database: !s.cache.Revisions().CutOff(), Draining: s.draining.Load()}
	state.Ready = (state.Hosts > 0 || state.Database) && !state.Draining
	w.Header().Set("Content-Type", "application/json")
	if !state.Ready {
		w.WriteHeader(http.StatusServiceUnavailable)
	}
	answer(w, state)
}

// domainAllowed is what a proxy asks before it gets a certificate for a name.
func (s *Server) domainAllowed(w http.ResponseWriter, r *http.Request) {
	name, ok := host([]byte(r.URL.Query().Get("domain")))
	if ok && (s.ports.Hosts.Table()[name] != nil || s.cfg.Console != "" && name == s.cfg.Console) {
		fmt.Fprintln(w, "ok")
		return
	}
	http.Error(w, "no such domain", http.StatusNotFound)
}

// takedown makes this node answer 410 at an address; undo=1 takes that back.
func (s *Server) takedown(w http.ResponseWriter, r *http.Request) {
	r.Body = http.MaxBytesReader(w, r.Body, 64<<10)
	if err := r.ParseForm(); err != nil {
		http.Error(w, "malformed form", http.StatusBadRequest)
		return
	}
	key, err := s.address(r.Form.Get("url"))
	if err != nil {
		http.Error(w, fault.Say(err), http.StatusUnprocessableEntity)
		return
	}
	undo := r.Form.Get("undo") == "1"
	for _, one := range s.router.sameText(key) {
		if undo {
			err = errors.Join(err, s.cache.Restore(one))
		} else {
			err = errors.Join(err, s.cache.Takedown(one, r.Form.Get("reason")))
		}
	}
	s.cfg.Log.Warn("takedown", "url", key, "undo", undo, "err", err)
	if err != nil { // it holds in memory, but not over a restart
		http.Error(w, "taken down, but not written to disk", http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	answer(w, map[string]any{"url": key, "down": !undo})
}

// address is the cache's name of an absolute address of this server, an alias's being its site's.
func (s *Server) address(url string) (string, error) {
	authority, path, _, _, ok := target([]byte(url))
	if !ok || authority == nil {
		return "", fault.In("url", "请给出完整地址，形如 https://域名/路径。")
	}
	name, ok := host(authority)
	at := s.ports.Hosts.Table()[name]
	if ok && at != nil && at.Redirect != "" {
		primary, _ := cutScheme([]byte(at.Redirect))
		name, ok = host(primary)
	}
	if !ok || at == nil {
		return "", fault.In("url", "本服务器没有这个域名的网站。")
	}
	one, ok := canonicalPath(string(path))
	if !ok {
		return "", fault.In("url", "本服务器没有这样写的地址。")
	}
	return name + tidy(one), nil
}

// tidy takes the slash off the end of a canonical path, but for the root of a site and of each of its variants.
func tidy(path string) string {
	mount, rest := "", "/"+strings.Trim(path, "/")
	if below, ok := strings.CutPrefix(path, mountPrefix); ok && below != "" {
		slug, within, _ := strings.Cut(below, "/")
		mount, rest = mountPrefix+slug, "/"+strings.TrimSuffix(within, "/")
	}
	v, at := kernel.CutVariant(rest)
	return mount + v.Prefix() + at
}

func cutHost(url string) (name, rest string, ok bool) {
	i := strings.IndexByte(url, '/')
	if i <= 0 {
		return "", "", false
	}
	return url[:i], url[i:], true
}

func answer(w http.ResponseWriter, v any) {
	_ = json.NewEncoder(w).Encode(v) // the asker has gone away
}
