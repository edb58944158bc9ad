package app

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/zhanqun/zhanqun/platform/render"
)

// visitors is what citizens, and others, do to a demonstration served by a process of its own.
type visitors struct {
	t      *testing.T
	p      *process
	data   string
	client *http.Client
	homes  []string // of every site
	spared string   // addresses that begin so are not crawled

	mu    sync.Mutex
	pages []string // found by the crawl so far, homes first
	seen  map[string]bool
	took  []time.Duration
	bad   []string // at most a few
	wrong int
	desk  map[int]int // answers of the console, by status
	most  string      // what the node held when it held most
}

// newVisitors starts `serve --demo` and knows its sites' addresses.
func newVisitors(t *testing.T) *visitors {
	t.Helper()
	data := filepath.Join(t.TempDir(), "data")
	l := &visitors{t: t, data: data, seen: map[string]bool{}, desk: map[int]int{}}
	l.p = launch(t, program(t), freeAddress(t), freeAddress(t), "--demo", "--data="+data).ready(t)
	l.client = &http.Client{Timeout: patience, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
		Transport: &http.Transport{MaxIdleConnsPerHost: 2, DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
			return new(net.Dialer).DialContext(ctx, "tcp", l.p.address)
		}}}
	t.Cleanup(l.client.CloseIdleConnections)
	out, code := command(t, "site", "list", "--json", "--data="+data)
	var sites []struct{ URL string }
	if err := json.Unmarshal([]byte(out), &sites); err != nil || code != 0 || len(sites) < 29 {
		t.Fatalf("site list: %d, %v\n%.500s", code, err, out)
	}
	for _, s := range sites {
		l.homes = append(l.homes, s.URL)
		l.find(s.URL)
	}
	return l
}

// patience is how long a test waits for what should take a moment; the machine may be busy.
const patience = time.Minute

var href = regexp.MustCompile(`href="(/[^"#]*|http://[^"/]*localhost:[^"#]*)"`)

// find adds an address to the crawl.
func (l *visitors) find(url string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if !l.seen[url] {
		l.seen[url] = true
		l.pages = append(l.pages, url)
	}
}

func (l *visitors) complain(format string, args ...any) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.wrong++; len(l.bad) < 10 {
		l.bad = append(l.bad, fmt.Sprintf(format, args...))
	}
}

// crawl follows every link of every page, over and over, beginning at the nth, until ctx ends.
func (l *visitors) crawl(ctx context.Context, nth int) {
	for i := nth; ctx.Err() == nil; i++ {
		l.mu.Lock()
		url := l.pages[i%len(l.pages)]
		l.mu.Unlock()
		if l.spared == "" || !strings.HasPrefix(url, l.spared) {
			l.read(ctx, url)
		}
	}
}

func (l *visitors) read(ctx context.Context, url string) {
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		l.complain("%s: %v", url, err)
		return
	}
	began := time.Now()
	answer, err := l.client.Do(r)
	var body []byte
	if err == nil {
		body, err = io.ReadAll(answer.Body)
		answer.Body.Close()
	}
	switch {
	case err != nil && ctx.Err() != nil:
		return
	case err != nil:
		l.complain("%s: %v", url, err)
		return
	case answer.StatusCode != http.StatusOK:
		l.complain("%s: %d", url, answer.StatusCode)
	}
	l.mu.Lock()
	l.took = append(l.took, time.Since(began))
	l.mu.Unlock()
	if !strings.HasPrefix(answer.Header.Get("Content-Type"), "text/html") {
		return
	}
	origin := strings.Join(strings.SplitN(url, "/", 4)[:3], "/")
	for _, m := range href.FindAllSubmatch(body, -1) {
		to := string(m[1])
		if strings.Contains(to, render.ReportPath) { // a form, which no crawler follows
			continue
		}
		if strings.HasPrefix(to, "/") {
			to = origin + to
		}
		l.find(to)
	}
}

// until runs each of the parts over and over until d has passed.
func (l *visitors) until(d time.Duration, parts ...func(ctx context.Context)) {
	ctx, cancel := context.WithTimeout(context.Background(), d)
	defer cancel()
	var wg sync.WaitGroup
	for _, part := range parts {
		wg.Go(func() {
			for ctx.Err() == nil {
				part(ctx)
			}
		})
	}
	wg.Wait()
}

// sum says how many answers there were and how long they took, and fails the test when one was wrong.
func (l *visitors) sum() string {
	l.t.Helper()
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.wrong > 0 {
		l.t.Errorf("%d answers were wrong: %s", l.wrong, strings.Join(l.bad, "\n"))
	}
	if len(l.took) < 100 {
		l.t.Fatalf("only %d answers", len(l.took))
	}
	slices.Sort(l.took)
	at := func(share float64) time.Duration { return l.took[int(share*float64(len(l.took)-1))] }
	return fmt.Sprintf("%d answers of %d addresses, p50 %v, p99 %v, slowest %v", len(l.took), len(l.pages), at(0.5), at(0.99), at(1))
}

// dialled is a connection that ends with the load's context.
type dialled struct {
	net.Conn
	forget func() bool
}

func (d dialled) Close() error { d.forget(); return d.Conn.Close() }

func (l *visitors) dial(ctx context.Context) (net.Conn, error) {
	c, err := new(net.Dialer).DialContext(ctx, "tcp", l.p.address)
	if err != nil {
		return nil, err
	}
	return dialled{c, context.AfterFunc(ctx, func() { c.Close() })}, nil
}

// portal is the host header of the first site.
func (l *visitors) portal() string { return strings.Split(l.homes[0], "/")[2] }

// idle keeps n connections open that say nothing more, half of them after having been served; one that the node closes is opened again.
func (l *visitors) idle(n int) func(ctx context.Context) {
	return func(ctx context.Context) {
		var wg sync.WaitGroup
		for i := range n {
			wg.Go(func() {
				for ctx.Err() == nil {
					c, err := l.dial(ctx)
					if err != nil {
						continue
					}
					if i%2 == 0 {
						fmt.Fprintf(c, "GET / HTTP/1.1\r\nHost: %s\r\n\r\n", l.portal())
					}
					_, _ = io.Copy(io.Discard, c) // until the node or the test ends it
					c.Close()
				}
			})
		}
		wg.Wait()
	}
}

// drip sends head and then a byte at a time until the node hangs up.
func (l *visitors) drip(head string) func(ctx context.Context) {
	return func(ctx context.Context) {
		c, err := l.dial(ctx)
		if err != nil {
			return
		}
		defer c.Close()
		_, err = io.WriteString(c, head)
		every := time.NewTicker(50 * time.Millisecond)
		defer every.Stop()
		for ; err == nil && ctx.Err() == nil; <-every.C { // this is the attack
			_, err = io.WriteString(c, "a")
		}
	}
}

// flood sends a body without an end until the node hangs up.
func (l *visitors) flood(head string) func(ctx context.Context) {
	block := strings.Repeat("1000\r\n"+strings.Repeat("x", 0x1000)+"\r\n", 16)
	return func(ctx context.Context) {
		c, err := l.dial(ctx)
		if err != nil {
			return
		}
		defer c.Close()
		for _, err = io.WriteString(c, head); err == nil && ctx.Err() == nil; {
			_, err = io.WriteString(c, block)
		}
	}
}

// metrics are the node's numbers without labels.
func (l *visitors) metrics() (map[string]float64, error) {
	answer, err := http.Get("http://" + l.p.ops + "/metrics")
	if err != nil {
		return nil, err
	}
	defer answer.Body.Close()
	all := map[string]float64{}
	lines := bufio.NewScanner(answer.Body)
	for lines.Scan() {
		name, value, _ := strings.Cut(lines.Text(), " ")
		if n, err := strconv.ParseFloat(value, 64); err == nil {
			all[name] = n
		}
	}
	return all, lines.Err()
}

// kernelSays is a number of bytes from the kernel's own account of the node: VmHWM is the most it has ever had resident.
func (l *visitors) kernelSays(what string) int64 {
	b, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", l.p.Process.Pid))
	if err != nil {
		l.complain("%s: %v", what, err)
		return 0
	}
	for line := range strings.Lines(string(b)) {
		if rest, ok := strings.CutPrefix(line, what+":"); ok {
			if n, err := strconv.ParseInt(strings.Fields(rest)[0], 10, 64); err == nil {
				return n << 10
			}
		}
	}
	l.complain("the kernel does not say %s", what)
	return 0
}
