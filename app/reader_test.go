package app

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"
)

// times are how long things took.
type times []time.Duration

func (ts times) String() string {
	if len(ts) == 0 {
		return "none"
	}
	slices.Sort(ts)
	at := func(percent int) time.Duration { return ts[len(ts)*percent/100].Round(10 * time.Microsecond) }
	return fmt.Sprintf("p50 %v, p99 %v of %d", at(50), at(99), len(ts))
}

// reader asks a server for pages, each over a connection that stays open.
type reader struct {
	t      *testing.T
	client *http.Client
}

func readerOf(t *testing.T, address string) *reader {
	transport := &http.Transport{DisableCompression: true, MaxIdleConnsPerHost: 16, DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
		return new(net.Dialer).DialContext(ctx, "tcp", address)
	}}
	t.Cleanup(transport.CloseIdleConnections)
	return &reader{t, &http.Client{Transport: transport, Timeout: time.Minute}}
}

// page asks for one and returns how long it took; anything but 200 is an error.
func (r *reader) page(url string) (took time.Duration, body []byte) {
	began := time.Now()
	a, err := r.client.Get(url)
	if err != nil {
		r.t.Error(err)
		return 0, nil
	}
	defer a.Body.Close()
	body, err = io.ReadAll(a.Body)
	took = time.Since(began)
	if err != nil || a.StatusCode != http.StatusOK {
		r.t.Errorf("%s answers %d, %v", url, a.StatusCode, err)
	}
	return took, body
}

func (r *reader) pages(urls []string) (all times) {
	for _, url := range urls {
		took, _ := r.page(url)
		all = append(all, took)
	}
	return all
}

// abreast asks for pages over several connections at once.
func (r *reader) abreast(urls []string, connections int) (all times) {
	var mu sync.Mutex
	var wg sync.WaitGroup
	for part := range slices.Chunk(urls, max(1, (len(urls)+connections-1)/connections)) {
		wg.Go(func() {
			took := r.pages(part)
			mu.Lock()
			defer mu.Unlock()
			all = append(all, took...)
		})
	}
	wg.Wait()
	return all
}

// firstByte asks until a site answers; the page of a node that starts is none.
func firstByte(p *process, host string) error {
	for {
		select {
		case <-p.Ended:
			return fmt.Errorf("serve has ended: %w", p.Err)
		default:
		}
		c, err := net.Dial("tcp", p.address)
		if err != nil {
			continue
		}
		_, err = fmt.Fprintf(c, "GET / HTTP/1.1\r\nHost: %s\r\nConnection: close\r\n\r\n", host)
		line := ""
		if err == nil {
			line, err = bufio.NewReader(c).ReadString('\n')
		}
		c.Close()
		if err != nil || strings.Contains(line, " 503 ") {
			continue
		}
		if !strings.Contains(line, " 200 ") {
			err = fmt.Errorf("the first answer is %q", line)
		}
		return err
	}
}

// resident is the memory a process holds, in bytes.
func resident(t *testing.T, pid int) int64 {
	t.Helper()
	b, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	if err != nil {
		t.Skip("no /proc: ", err)
	}
	_, after, _ := strings.Cut(string(b), "VmRSS:")
	n, err := strconv.ParseInt(strings.Fields(after)[0], 10, 64)
	if err != nil {
		t.Fatal(err)
	}
	return n << 10
}
