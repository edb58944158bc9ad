package identity_test

import (
	"context"
	"net/netip"
	"testing"

	"github.com/zhanqun/zhanqun/kernel/fault"
	"github.com/zhanqun/zhanqun/platform/identity"
	"github.com/zhanqun/zhanqun/policies"
)

// Q11: what is no network is refused with the word that is wrong, and one network has one spelling.
func TestNetworksAsTyped(t *testing.T) {
	for _, c := range []struct {
		name, text string
		want       string // "" is refused
	}{
		{"networks and addresses, between anything", "10.1.2.3/8, 192.0.2.7；2001:db8::1/32\r\n10.0.0.0/8", "[10.0.0.0/8 192.0.2.7/32 2001:db8::/32]"},
		{"nothing", " \n", "[]"},
		{"a name", "city.gov.cn", ""},
		{"an address that is too long", "10.1.2.3.4", ""},
		{"a zone", "fe80::1%eth0", ""},
		{"one family in the clothes of the other", "::ffff:10.0.0.0/104", ""},
	} {
		all, err := identity.ParseNetworks(c.text)
		got := ""
		if err == nil {
			got = "["
			for i, p := range all {
				if i > 0 {
					got += " "
				}
				got += p.String()
			}
			got += "]"
		}
		if got != c.want || (err != nil) != fault.Is(err, fault.Invalid) {
			t.Errorf("%s: %q, %v; want %q", c.name, got, err, c.want)
		}
	}
}

// Q11, Q3: people with technical posts act from the networks of the list only, everybody else from everywhere; nobody shuts oneself out, and
// the command line mends what is wrong. From elsewhere a right password is answered like a wrong one.
func TestWhereTechnicalPostsAct(t *testing.T) {
	each(t, func(t *testing.T, d *desk) {
		ctx := context.Background()
		ops, editor := d.known(), d.known()
		d.give(server(), ops, policies.SV, hanbin)
		list, err := identity.ParseNetworks("192.0.2.0/24")
		if err != nil {
			t.Fatal(err)
		}
		away := netip.MustParseAddr("198.51.100.9")
		if err := d.SetNetworks(as(ops), list, away); !fault.Is(err, fault.Invalid) {
			t.Errorf("whoever shuts the own address out is answered %v", err)
		}
		if err := d.SetNetworks(ctx, nil, home.IP); !fault.Is(err, fault.Forbidden) {
			t.Errorf("whoever is not signed in is answered %v", err)
		}
		if err := d.SetNetworks(as(ops), list, home.IP); err != nil {
			t.Fatal(err)
		}
		if got := d.text("SELECT count(*) FROM audit_entries WHERE action = 'console.networks' AND after = '192.0.2.0/24'"); got != "1" {
			t.Errorf("%s entries in the chain", got)
		}
		for _, c := range []struct {
			name string
			who  identity.Account
			from netip.Addr
			ok   bool
		}{
			{"a technical post from the list", ops, home.IP, true},
			{"from elsewhere", ops, away, false},
			{"from nowhere that is known", ops, netip.Addr{}, false},
			{"from the list in the clothes of the other family", ops, netip.MustParseAddr("::ffff:192.0.2.7"), true},
			{"an editor from elsewhere", editor, away, true},
		} {
			if err := d.Admitted(ctx, c.who.ID, c.from); (err == nil) != c.ok || err != nil && !fault.Is(err, fault.NotFound) {
				t.Errorf("%s: %v", c.name, err)
			}
		}
		d.fails(ops.Login, word, identity.Visit{IP: away, Agent: "Browser 1"})
		d.in(editor, identity.Visit{IP: away, Agent: "Browser 1"})
		if err := d.SetNetworks(server(), nil, netip.Addr{}); err != nil {
			t.Fatal(err)
		}
		if err := d.Admitted(ctx, ops.ID, away); err != nil {
			t.Errorf("without a list: %v", err)
		}
	})
}
