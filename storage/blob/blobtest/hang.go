package blobtest

import (
	"io"
	"net"
	"sync"
	"testing"
)

// Proxy passes connections on to a server, and can hang: then it takes connections and bytes and gives nothing back.
type Proxy struct {
	Addr   string
	target string
	mu     sync.Mutex
	gate   chan struct{} // closed while bytes pass
	conns  []net.Conn
	wg     sync.WaitGroup
}

// NewProxy starts a proxy of target, ended with the test; without a target it hangs for ever.
func NewProxy(t testing.TB, target string) *Proxy {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	p := &Proxy{Addr: l.Addr().String(), target: target, gate: make(chan struct{})}
	close(p.gate)
	p.wg.Go(func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			p.serve(c)
		}
	})
	t.Cleanup(func() {
		l.Close()
		p.drop()
		p.wg.Wait()
	})
	return p
}

func (p *Proxy) drop() {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, c := range p.conns {
		c.Close()
	}
	p.conns = nil
}

// Cut ends a Hang by cutting every connection: what waited is lost.
func (p *Proxy) Cut() {
	p.drop()
	p.Resume()
}

// Hang stops every byte until Resume or Cut.
func (p *Proxy) Hang() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.gate = make(chan struct{})
}

// Resume lets bytes pass again, also those that waited.
func (p *Proxy) Resume() {
	p.mu.Lock()
	defer p.mu.Unlock()
	close(p.gate)
}

func (p *Proxy) serve(from net.Conn) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.conns = append(p.conns, from)
	if p.target == "" {
		return
	}
	to, err := net.Dial("tcp", p.target)
	if err != nil {
		from.Close()
		return
	}
	p.conns = append(p.conns, to)
	for _, pair := range [][2]net.Conn{{from, to}, {to, from}} {
		p.wg.Go(func() {
			_, _ = io.Copy(gated{p, pair[1]}, pair[0]) // ends when either side does
			pair[0].Close()
			pair[1].Close()
		})
	}
}

type gated struct {
	p *Proxy
	w io.Writer
}

func (g gated) Write(b []byte) (int, error) {
	g.p.mu.Lock()
	gate := g.p.gate
	g.p.mu.Unlock()
	<-gate
	return g.w.Write(b)
}
