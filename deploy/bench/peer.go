package main

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// peer is one of the two servers.
type peer struct {
	name, address string
	cmd           *exec.Cmd
	ended         chan struct{}
	tags          []string // the ETag of each address, in gzip
}

// start runs c until stop; what it says goes into a file of the work folder, as a server's access log does.
func (b *bench) start(ctx context.Context, name, address string, c *exec.Cmd) (*peer, error) {
	log, err := os.Create(filepath.Join(b.work, name+".log"))
	if err != nil {
		return nil, err
	}
	defer log.Close()
	c.Stdout, c.Stderr = log, log
	if err := c.Start(); err != nil {
		return nil, err
	}
	p := &peer{name: name, address: address, cmd: c, ended: make(chan struct{})}
	go func() {
		defer close(p.ended)
		_ = c.Wait() // it is told to end
	}()
	for deadline := time.Now().Add(time.Minute); time.Now().Before(deadline); {
		select {
		case <-p.ended:
			said, _ := os.ReadFile(log.Name())
			return nil, fmt.Errorf("bench: %s has ended:\n%s", name, said)
		case <-ctx.Done():
			p.stop()
			return nil, ctx.Err()
		case <-time.After(20 * time.Millisecond):
		}
		if answers(address) {
			return p, nil
		}
	}
	p.stop()
	return nil, fmt.Errorf("bench: %s does not answer on %s", name, address)
}

// answers reports whether a server serves: while it starts, ours says 503.
func answers(address string) bool {
	a, err := http.Get("http://" + address + "/")
	if err != nil {
		return false
	}
	a.Body.Close()
	return a.StatusCode != http.StatusServiceUnavailable
}

func (p *peer) stop() {
	_ = p.cmd.Process.Signal(syscall.SIGTERM) // it may have ended by itself
	select {
	case <-p.ended:
	case <-time.After(30 * time.Second):
		_ = p.cmd.Process.Kill()
		<-p.ended
	}
}

// free is an address on loopback that nobody listens on now.
func free() (string, error) {
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", err
	}
	defer ln.Close()
	return ln.Addr().String(), nil
}

// serve starts the program with room for all pages.
func (b *bench) serve(ctx context.Context) (*peer, error) {
	at, err := free()
	if err != nil {
		return nil, err
	}
	ops, err := free()
	if err != nil {
		return nil, err
	}
	c := b.on(ctx, true, b.binary, "serve", "--data", b.data, "--listen", at, "--ops-listen", ops)
	c.Env = append(os.Environ(), "GOMEMLIMIT=4GiB")
	return b.start(ctx, "zhanqun", at, c)
}

const nginxConf = `%sworker_processes %d;
worker_rlimit_nofile 65536;
pid nginx.pid;
error_log stderr;
events { worker_connections 20000; }
http {
  default_type "text/html; charset=utf-8";
  types { }
  log_format full '{"time":"$time_iso8601","id":"$request_id","host":"$host","method":"$request_method","path":"$request_uri","status":$status,"took":$request_time,"ip":"$remote_addr"}';
  access_log access.log full buffer=64k flush=200ms;
  sendfile on; tcp_nopush on; tcp_nodelay on;
  keepalive_timeout 65; keepalive_requests 100000000;
  open_file_cache max=100000 inactive=1h; open_file_cache_valid 1s;
  client_body_temp_path tmp; proxy_temp_path tmp; fastcgi_temp_path tmp; uwsgi_temp_path tmp; scgi_temp_path tmp;
  gzip_static on; gzip_vary on; etag on; server_tokens off;
  server {
    listen %s;
    root %s/$host;
    rewrite /$ ${uri}index.html break; # the index module would keep a second descriptor for each page
%s  }
}
`

// serveFiles starts nginx over the files that copy has written, with the headers that the program sends.
func (b *bench) serveFiles(ctx context.Context) (*peer, error) {
	at, err := free()
	if err != nil {
		return nil, err
	}
	home := filepath.Join(b.work, "nginx")
	if err := os.MkdirAll(filepath.Join(home, "tmp"), 0o755); err != nil {
		return nil, err
	}
	_, header, err := b.ask(ctx, b.ours.address, b.targets[0], "gzip")
	if err != nil {
		return nil, err
	}
	var headers strings.Builder
	for name, values := range header {
		switch name {
		case "Content-Type", "Content-Length", "Content-Encoding", "Date", "Etag", "Vary", "X-Request-Id":
		default:
			fmt.Fprintf(&headers, "    add_header %s \"%s\" always;\n", name, values[0])
		}
	}
	headers.WriteString("    add_header X-Request-Id $request_id always;\n")
	user := ""
	if os.Geteuid() == 0 {
		user = "user root;\n" // its workers would be nobody, who may not enter the work folder
	}
	workers := runtime.NumCPU()
	if n := len(cores()); b.apart && n > 1 {
		workers = n - 1 // as many as it has cores
	}
	conf := fmt.Sprintf(nginxConf, user, workers, at, filepath.Join(b.work, "root"), headers.String())
	if err := os.WriteFile(filepath.Join(home, "nginx.conf"), []byte(conf), 0o644); err != nil {
		return nil, err
	}
	return b.start(ctx, "nginx", at, b.on(ctx, true, "nginx", "-p", home, "-c", filepath.Join(home, "nginx.conf"), "-g", "daemon off;"))
}

// client asks as wrk does: over connections that stay open, taking what comes as it comes.
var client = &http.Client{Transport: &http.Transport{DisableCompression: true, MaxIdleConnsPerHost: 8}, Timeout: time.Minute}

func (b *bench) ask(ctx context.Context, address string, t target, encoding string) ([]byte, http.Header, error) {
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+address+t.path, nil)
	if err != nil {
		return nil, nil, err
	}
	r.Host = t.host
	if encoding != "" {
		r.Header.Set("Accept-Encoding", encoding)
	}
	a, err := client.Do(r)
	if err != nil {
		return nil, nil, err
	}
	defer a.Body.Close()
	body, err := io.ReadAll(a.Body)
	if err == nil && a.StatusCode != http.StatusOK {
		err = fmt.Errorf("http://%s%s answers %d", t.host, t.path, a.StatusCode)
	}
	return body, a.Header, err
}

// copy writes what the program answers as files for nginx, plain and compressed; each page is warm afterwards.
func (b *bench) copy(ctx context.Context) error {
	b.say("warming %d pages and copying them for nginx …", len(b.targets))
	for _, t := range b.targets {
		if err := b.copyOne(ctx, t); err != nil {
			return fmt.Errorf("bench: copy %s%s: %w", t.host, t.path, err)
		}
	}
	return nil
}

func (b *bench) copyOne(ctx context.Context, t target) error {
	dir := filepath.Join(b.work, "root", t.host, filepath.FromSlash(t.path))
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	for encoding, name := range map[string]string{"": "index.html", "gzip": "index.html.gz"} {
		body, header, err := b.ask(ctx, b.ours.address, t, encoding)
		if err != nil {
			return err
		}
		if got := header.Get("Content-Encoding"); got != encoding {
			return fmt.Errorf("asked for %q, got %q", encoding, got)
		}
		file := filepath.Join(dir, name)
		if err := os.WriteFile(file+".new", body, 0o644); err != nil {
			return err
		}
		if err := os.Rename(file+".new", file); err != nil {
			return err
		}
	}
	return nil
}

// compare makes sure that both sides send the same bytes, and learns their tags.
func (b *bench) compare(ctx context.Context) error {
	for i, t := range b.targets {
		ours, header, err := b.ask(ctx, b.ours.address, t, "gzip")
		if err != nil {
			return err
		}
		b.ours.tags = append(b.ours.tags, header.Get("ETag"))
		theirs, header, err := b.ask(ctx, b.nginx.address, t, "gzip")
		if err != nil {
			return err
		}
		b.nginx.tags = append(b.nginx.tags, header.Get("ETag"))
		if string(ours) != string(theirs) || b.ours.tags[i] == "" || b.nginx.tags[i] == "" {
			return fmt.Errorf("bench: %s%s differs: %d bytes, nginx %d", t.host, t.path, len(ours), len(theirs))
		}
	}
	return nil
}

// processes are the peer's own and its children: nginx answers from those.
func (p *peer) processes() []int {
	pid := p.cmd.Process.Pid
	all := []int{pid}
	entries, err := os.ReadDir("/proc")
	if err != nil {
		return all
	}
	for _, e := range entries {
		child, err := strconv.Atoi(e.Name())
		if err != nil {
			continue
		}
		if f := fields(child); len(f) > 1 && f[1] == strconv.Itoa(pid) {
			all = append(all, child)
		}
	}
	return all
}

// fields are those of /proc/PID/stat behind the name, which may hold spaces: state, parent, …
func fields(pid int) []string {
	b, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		return nil
	}
	return strings.Fields(string(b[strings.LastIndexByte(string(b), ')')+1:]))
}

// cpu is what the peer's processes have used so far.
func (p *peer) cpu() (used time.Duration) {
	const tick = 10 * time.Millisecond // USER_HZ, which Linux shows to all programs
	for _, pid := range p.processes() {
		if f := fields(pid); len(f) > 12 {
			for _, n := range f[11:13] {
				ticks, _ := strconv.Atoi(n) // the kernel writes numbers
				used += time.Duration(ticks) * tick
			}
		}
	}
	return used
}

// memory is what the peer's processes hold, in bytes.
func (p *peer) memory() (bytes int64) {
	for _, pid := range p.processes() {
		f, err := os.Open(fmt.Sprintf("/proc/%d/status", pid))
		if err != nil {
			continue // it has just ended
		}
		for s := bufio.NewScanner(f); s.Scan(); {
			if text, ok := strings.CutPrefix(s.Text(), "VmRSS:"); ok {
				n, _ := strconv.ParseInt(strings.Fields(text)[0], 10, 64) // the kernel writes numbers
				bytes += n << 10
			}
		}
		f.Close()
	}
	return bytes
}
