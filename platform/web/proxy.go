package web

import (
	"bytes"
	"net"
	"net/netip"
	"slices"

	"github.com/valyala/fasthttp"
)

// trusted reports whether an address is a proxy whose headers are read.
func (s *Server) trusted(a netip.Addr) bool { return within(s.cfg.TrustedProxies, a) }

func within(all []netip.Prefix, a netip.Addr) bool {
	return slices.ContainsFunc(all, func(p netip.Prefix) bool { return p.Contains(a) })
}

// peer is the other end of the connection.
func peer(rc *fasthttp.RequestCtx) netip.Addr {
	if a, ok := rc.RemoteAddr().(*net.TCPAddr); ok {
		return a.AddrPort().Addr().Unmap()
	}
	return netip.Addr{} // a socket that is not TCP has no address
}

// client is who asks: the peer, or, when that is a trusted proxy, the last address of X-Forwarded-For that is not
// one. Everything further left is what the client chose to write.
func (s *Server) client(rc *fasthttp.RequestCtx) netip.Addr {
	a := peer(rc)
	if !s.trusted(a) {
		return a
	}
	list := bytes.Join(rc.Request.Header.PeekAll("X-Forwarded-For"), []byte{','})
	for len(list) > 0 {
		i := bytes.LastIndexByte(list, ',')
		next, err := netip.ParseAddr(string(bytes.TrimSpace(list[i+1:])))
		if err != nil {
			return a
		}
		a = next.Unmap()
		if !s.trusted(a) {
			return a
		}
		list = list[:max(i, 0)]
	}
	return a
}

// secure reports whether the client's connection is encrypted; known is false behind a proxy that does not say.
func (s *Server) secure(rc *fasthttp.RequestCtx) (is, known bool) {
	if rc.IsTLS() {
		return true, true
	}
	if len(s.cfg.TrustedProxies) == 0 || !s.trusted(peer(rc)) {
		return false, true
	}
	all := rc.Request.Header.PeekAll("X-Forwarded-Proto")
	if len(all) == 0 {
		return false, false
	}
	last := all[len(all)-1]
	last = bytes.TrimSpace(last[bytes.LastIndexByte(last, ',')+1:])
	switch string(last) {
	case "https":
		return true, true
	case "http":
		return false, true
	}
	return false, false
}
