package notify

import (
	"context"
	"errors"
	"net"
	"net/http"
	"net/netip"
	"syscall"
)

// errInside says that a name leads to an address which nobody outside could call.
var errInside = errors.New("notify: the address lies inside")

// inside are the networks besides the private, loopback and link-local ones that lead nowhere outside, or hide another address: this
// host, carriers' and test networks, those to come, and the ways from IPv6 back to IPv4.
var inside = func() (all []netip.Prefix) {
	for _, s := range []string{"0.0.0.0/8", "100.64.0.0/10", "192.0.0.0/24", "192.0.2.0/24", "192.88.99.0/24", "198.18.0.0/15", "198.51.100.0/24",
		"203.0.113.0/24", "240.0.0.0/4", "::/96", "64:ff9b::/96", "64:ff9b:1::/48", "100::/64", "2001::/32", "2001:db8::/32", "2002::/16", "fec0::/10"} {
		all = append(all, netip.MustParsePrefix(s))
	}
	return all
}()

// forbids reports whether a webhook may not call the address.
func (n *Notices) forbids(a netip.Addr) bool {
	a = a.Unmap().WithZone("")
	for _, p := range n.Allow {
		if p.Contains(a) {
			return false
		}
	}
	if !a.IsGlobalUnicast() || a.IsPrivate() {
		return true
	}
	for _, p := range inside {
		if p.Contains(a) {
			return true
		}
	}
	return false
}

// caller is the client of webhooks. The address is judged after its name was resolved, on the very connection that is made, so that a
// name that answers differently the second time gains nothing; no proxy, no redirect, no connection kept.
func (n *Notices) caller() *http.Client {
	d := &net.Dialer{Timeout: hookWithin, Resolver: n.Resolver, Control: func(_, address string, _ syscall.RawConn) error {
		a, err := netip.ParseAddrPort(address)
		if err != nil || n.forbids(a.Addr()) {
			return errInside
		}
		return nil
	}}
	return &http.Client{
		Timeout:       hookWithin,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
		Transport: &http.Transport{
			DialContext: func(ctx context.Context, network, address string) (net.Conn, error) {
				return d.DialContext(ctx, network, address)
			},
			DisableKeepAlives:     true,
			TLSHandshakeTimeout:   hookWithin,
			ResponseHeaderTimeout: hookWithin, MaxResponseHeaderBytes: 16 << 10,
		},
	}
}
