package app

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/zhanqun/zhanqun/app/demo"
	"github.com/zhanqun/zhanqun/kernel"
	"github.com/zhanqun/zhanqun/kernel/fault"
	"github.com/zhanqun/zhanqun/platform/identity"
	"github.com/zhanqun/zhanqun/platform/site"
	"github.com/zhanqun/zhanqun/platform/web"
)

type serveCommand struct{}

// Run serves until it is told to stop.
func (serveCommand) Run(s *session) error {
	limitMemory()
	log := newCalmLog(s.err)
	slog.SetDefault(slog.New(log))
	s.cfg.access, s.cfg.asksFirst = log.out, true
	defer log.Close()
	if err := os.MkdirAll(s.cfg.Data, 0o750); err != nil {
		return fault.Because(err, fault.Unavailable, "建不了数据目录 %s，请检查权限。", s.cfg.Data)
	}
	release, err := lockData(s.cfg.Data)
	if err != nil {
		return err
	}
	defer release()
	listeners, err := listen(s.cfg)
	if err != nil {
		return err
	}
	defer listeners.close()
	if err := s.tryMedia(); err != nil {
		return err
	}
	h, err := s.openServed(listeners)
	if err != nil {
		return err
	}
	if err := s.cfg.remember(); err != nil {
		slog.Warn("served.json not written", "err", err)
	}
	if err := s.greet(h); err != nil {
		return errors.Join(err, h.Close())
	}
	return errors.Join(s.serve(h, listeners), h.Close())
}

// mediaWithin is how long a node that has served before waits for its media store when it starts: pages need none.
const mediaWithin = 3 * time.Second

// tryMedia proves that the media store answers. A node that has served before does not fail for its lack.
func (s *session) tryMedia() error {
	ctx, before := s.ctx, s.cfg.servedBefore()
	if before {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, mediaWithin)
		defer cancel()
	}
	_, err := openStore(ctx, s.cfg) // media rooms take it once they are built
	if fault.Is(err, fault.Unavailable) && before && s.ctx.Err() == nil {
		slog.Warn("the media store does not answer", "err", err)
		return nil
	}
	return err
}

// openServed opens the house of a node, from its mirror when PostgreSQL does not answer.
func (s *session) openServed(l listeners) (*House, error) {
	h, err := s.openSettled(l)
	if s.cfg.Postgres() && fault.Is(err, fault.Unavailable) && s.ctx.Err() == nil {
		return fromMirror(s.cfg, s.clock, kernel.NewIDs(s.clock), err)
	}
	return h, err
}

// openSettled opens the house over a store that answers. Whoever comes while its schema is brought up to date, here or by
// another node, or while the demonstration is written, is asked to wait.
func (s *session) openSettled(l listeners) (*House, error) {
	d, err := openRows(s.ctx, s.cfg)
	if err != nil {
		return nil, err
	}
	defer l.maintenance(s.cfg).Begin()()
	if s.cfg.Demo {
		if err := s.seed(); err != nil {
			return nil, errors.Join(err, d.Close())
		}
	}
	return furnish(s.ctx, s.cfg, d, s.clock, kernel.NewIDs(s.clock), false)
}

// listeners are the sockets of one server; they are taken before anything slow, so that an address in use is known at once.
type listeners struct {
	plain, tls, ops net.Listener
	certificates    *web.Certificates
}

func (l listeners) close() {
	for _, ln := range []net.Listener{l.plain, l.tls, l.ops} {
		if ln != nil {
			ln.Close()
		}
	}
}

func (l listeners) maintenance(cfg Config) web.Maintenance {
	proxies, _ := cfg.proxies() // Resolve has read them
	return web.Maintenance{Plain: l.plain, Ops: l.ops, TLS: l.tls, Certificates: l.certificates, TrustedProxies: proxies}
}

func listen(cfg Config) (l listeners, err error) {
	defer func() {
		if err != nil {
			l.close()
		}
	}()
	one := func(flag, address string) (net.Listener, error) {
		ln, err := net.Listen("tcp", address)
		if err != nil {
			return nil, fault.Because(err, fault.Unavailable, "不能在 %s 上监听，地址可能已被占用；请用 --%s 换一个。", address, flag)
		}
		return ln, nil
	}
	if l.plain, err = one("listen", cfg.Listen); err != nil {
		return l, err
	}
	if l.ops, err = one("ops-listen", cfg.OpsListen); err != nil {
		return l, err
	}
	if cfg.TLSDir == "" {
		return l, nil
	}
	if l.certificates, err = web.OpenCertificates(cfg.TLSDir); err != nil {
		return l, fault.Because(err, fault.Invalid, "证书目录 %s 里没有可用的证书，应有 <域名>.crt 和 <域名>.key。", cfg.TLSDir)
	}
	l.tls, err = one("tls-listen", cfg.TLSListen)
	return l, err
}

// serve runs the server's parts until the session's context ends, or one of them fails.
func (s *session) serve(h *House, l listeners) error {
	ctx, stop := context.WithCancelCause(s.ctx)
	defer stop(nil)
	work, stopWork := context.WithCancel(context.WithoutCancel(s.ctx)) // pollers and jobs end after the last answer
	defer stopWork()
	var front, back sync.WaitGroup
	run := func(wg *sync.WaitGroup, ctx context.Context, name string, f func(context.Context) error) {
		wg.Go(func() {
			if err := f(ctx); err != nil && ctx.Err() == nil {
				stop(fmt.Errorf("%s: %w", name, err))
			}
		})
	}
	changed := make(chan struct{}, 1)
	changed <- struct{}{}
	h.Revisions.OnPlatform(func() {
		select {
		case changed <- struct{}{}:
		default: // it is known already
		}
	})
	run(&back, work, "revisions", func(ctx context.Context) error { h.Revisions.Run(ctx, slog.Default()); return nil })
	run(&back, work, "page cache", func(ctx context.Context) error { return h.Cache.Run(ctx, h.Server.Refill) })
	run(&back, work, "kept sites", func(ctx context.Context) error { return h.keepSites(ctx, changed) })
	run(&back, work, "refusals", h.Refusals.Run)
	run(&back, work, "search", h.Search.Run)
	run(&back, work, "visits", h.Visits.Run)
	run(&back, work, "jobs", func(ctx context.Context) error {
		select {
		case <-ctx.Done():
			return nil
		case <-h.settled:
		}
		if err := h.Checks.Begin(kernel.WithActor(ctx, identity.System("job"))); err != nil && ctx.Err() == nil {
			slog.Warn("what is public is not read with the program's own word pack", "err", err)
		}
		if err := h.Notices.Begin(ctx); err != nil && ctx.Err() == nil {
			slog.Warn("nobody is told of posts that end until the next start", "err", err)
		}
		if err := h.Clocks.Begin(ctx); err != nil && ctx.Err() == nil {
			slog.Warn("nobody is told of columns and sites that are near their end until the next start", "err", err)
		}
		if err := h.Visits.Begin(ctx); err != nil && ctx.Err() == nil {
			slog.Warn("old numbers of visits are not tidied until the next start", "err", err)
		}
		if err := h.Estate.Start(kernel.WithActor(ctx, identity.System("job"))); err != nil && ctx.Err() == nil {
			slog.Warn("the yearly re-checks are not asked for", "err", err)
		}
		if err := h.reindex(kernel.WithActor(ctx, identity.System("job"))); err != nil && ctx.Err() == nil {
			slog.Warn("what an older program has put into the full text stays until the next start", "err", err)
		}
		return h.Queue.Run(ctx, max(2, runtime.NumCPU()))
	})
	run(&back, work, "operations", func(ctx context.Context) error { return h.Server.ServeOps(ctx, l.ops) }) // it says that we drain
	run(&front, ctx, "listener", func(ctx context.Context) error { return h.Server.Serve(ctx, l.plain) })
	if l.tls != nil {
		tick := time.NewTicker(10 * time.Second)
		defer tick.Stop()
		run(&back, work, "certificates", func(ctx context.Context) error {
			l.certificates.Watch(ctx, tick.C, slog.Default())
			return nil
		})
		run(&front, ctx, "tls listener", func(ctx context.Context) error { return h.Server.Serve(ctx, l.certificates.Listener(l.tls)) })
	}
	slog.Info("serving", "listen", l.plain.Addr().String(), "ops", l.ops.Addr().String())
	<-ctx.Done()
	front.Wait()
	stopWork()
	back.Wait()
	slog.Info("stopped")
	if cause := context.Cause(ctx); s.ctx.Err() == nil && !errors.Is(cause, context.Canceled) {
		return cause
	}
	return nil
}

// seed writes the demonstration into a store that holds nothing else, once.
func (s *session) seed() error {
	start := s.clock()
	clock := demo.NewClock(start)
	h, err := openHouse(s.ctx, s.cfg, clock.Now, kernel.NewSeededIDs(clock.Now, demo.Seed), true)
	if err != nil {
		return err
	}
	defer h.Close()
	row, err := installed(s.ctx, h.DB)
	if err != nil {
		return err
	}
	if row.DemoDone {
		return nil
	}
	n, err := h.Sites.Count(s.ctx, site.Filter{})
	switch {
	case err != nil:
		return err
	case row.Demo:
		return fault.New(fault.Conflict, "上一次演示数据没有写完，请换一个空的数据目录（--data）或数据库再试。")
	case n > 0:
		return fault.New(fault.Conflict, "这里已经有 %d 个站点，不能再写入演示数据；请去掉 --demo，或用 --data 换一个目录。", n)
	}
	if err := markDemo(s.ctx, h.DB, false); err != nil {
		return err
	}
	fmt.Fprintln(s.out, pick(s.words, "正在写入演示站点和文章……", "Seeding demonstration sites and articles…"))
	rooms := demo.Rooms{DB: h.DB, Orgs: h.Orgs, Sites: h.Sites, Accounts: h.Accounts, Columns: h.Columns, Articles: h.Articles,
		Published: h.Published, Pairs: h.Pairs, Media: h.Media, Domain: s.cfg.Domain}
	if err := demo.Run(s.ctx, rooms, clock, start, nil); err != nil {
		return err
	}
	people, err := demo.Staff(s.ctx, rooms, clock.Now)
	if err != nil {
		return err
	}
	if err := demo.Work(s.ctx, rooms, clock.Now, people); err != nil {
		return err
	}
	if err := demo.Owe(s.ctx, rooms, clock.Now, people); err != nil {
		return err
	}
	if err := demo.WritePeople(s.cfg.Data, people); err != nil {
		return err
	}
	return markDemo(s.ctx, h.DB, true)
}

func pick(l language, zh, en string) string {
	if l == english {
		return en
	}
	return zh
}

// greet prints where to go: the portal, a township, then every site; and the names another device has to know.
func (s *session) greet(h *House) error {
	select {
	case <-h.settled:
	default:
		_, err := fmt.Fprintln(s.out, pick(s.words, "数据库连不上，正在用本机镜像提供页面；数据库恢复后自动继续。",
			"The database does not answer: serving this node's mirror, and going on by itself when it is back."))
		return err
	}
	if err := s.askFirst(h); err != nil {
		return err
	}
	all, err := h.Sites.Listing(s.ctx, site.Filter{}, kernel.Page{})
	if err != nil {
		return err
	}
	var w strings.Builder
	if len(all) == 0 {
		fmt.Fprintln(&w, pick(s.words, "还没有站点：用 zhanqun org import 和 zhanqun site import 开通，或者加 --demo 看演示。",
			"No sites yet: open some with zhanqun org import and zhanqun site import, or try --demo."))
		_, err := io.WriteString(s.out, w.String())
		return err
	}
	rank := func(l site.Listed) int {
		switch {
		case l.Level == "city":
			return 0
		case l.Kind == site.Channel:
			return 3
		case l.Level == "county":
			return 1
		}
		return 2
	}
	slices.SortStableFunc(all, func(a, b site.Listed) int { return rank(a) - rank(b) })
	fmt.Fprintln(&w)
	s.addresses(&w, all)
	s.way(&w)
	if s.cfg.local() {
		s.hosts(&w, all)
	}
	_, err = io.WriteString(s.out, w.String())
	return err
}

// way prints where editors sign in.
func (s *session) way(w io.Writer) {
	at := s.cfg.consoleURL()
	fmt.Fprintf(w, "\n  %-52s %s\n", at, pick(s.words, "工作台：写稿、审核、发布", "the desk: write, review, publish"))
	if s.cfg.Demo {
		fmt.Fprintf(w, "  %s\n", pick(s.words, "演示人员在登录页上点一下就能登录，密码在 ", "the demonstration's people sign in with one press; their password is in ")+filepath.Join(s.cfg.Data, "demo-people.json"))
	} else {
		fmt.Fprintf(w, "  %s\n", pick(s.words, "人员的账号由内容负责人和安全管理员邀请，或用 zhanqun admin create 设立", "people are invited by content leads and the security administrator, or made with zhanqun admin create"))
	}
}

// most is how many addresses a start prints; an installation with thousands of sites has `site list`.
const most = 40

func (s *session) addresses(w io.Writer, all []site.Listed) {
	line := func(l site.Listed) { fmt.Fprintf(w, "  %-52s %s\n", l.URL, l.Name) }
	line(all[0])
	first := slices.IndexFunc(all, func(l site.Listed) bool { return l.Kind == site.Channel })
	if first > 0 {
		line(all[first])
	}
	fmt.Fprintln(w)
	for i, l := range all {
		if i == 0 || i == first {
			continue
		}
		if i >= most {
			fmt.Fprintf(w, "  … %s\n", pick(s.words, "其余见 zhanqun site list", "the others: zhanqun site list"))
			break
		}
		line(l)
	}
}

func (s *session) hosts(w io.Writer, all []site.Listed) {
	var names []string
	for _, l := range all {
		if l.Host != "" && !slices.Contains(names, l.Host) && len(names) < most {
			names = append(names, l.Host)
		}
	}
	fmt.Fprintf(w, "\n%s\n", pick(s.words,
		"Chromium 和 Firefox 直接认识 *.localhost。其他设备请先用 --listen 0.0.0.0:端口 启动，再把下面几行写进它的 hosts 文件（换成本机地址）：",
		"Chromium and Firefox resolve *.localhost. For other devices serve with --listen 0.0.0.0:PORT and add these lines to their hosts file, with this machine's address:"))
	for chunk := range slices.Chunk(names, 6) {
		fmt.Fprintf(w, "  %s  %s\n", address(s.cfg.Listen), strings.Join(chunk, " "))
	}
	fmt.Fprintln(w)
}

// address is the listening address other devices would use, or a placeholder.
func address(listen string) string {
	host, _, err := net.SplitHostPort(listen)
	if ip := net.ParseIP(host); err == nil && ip != nil && !ip.IsLoopback() && !ip.IsUnspecified() {
		return host
	}
	if addresses, err := net.InterfaceAddrs(); err == nil {
		for _, a := range addresses {
			if n, ok := a.(*net.IPNet); ok && !n.IP.IsLoopback() && n.IP.To4() != nil {
				return n.IP.String()
			}
		}
	}
	return "192.0.2.1"
}
