package correction

import (
	"net/netip"
	"strings"
	"testing"
	"time"

	"github.com/zhanqun/zhanqun/kernel"
	"github.com/zhanqun/zhanqun/kernel/fault"
	"github.com/zhanqun/zhanqun/platform/audit"
	"github.com/zhanqun/zhanqun/platform/jobs"
	"github.com/zhanqun/zhanqun/platform/render"
	"github.com/zhanqun/zhanqun/storage/db/dbtest"
)

// G17: an address may send a few, a site takes many; ten minutes later both may again.
func TestFlood(t *testing.T) {
	d := open(t, dbtest.SQLite(t, audit.Migrations(), jobs.Migrations(), Migrations()), []byte("key"))
	send := func(s *render.Site, from string) (bool, string) {
		t.Helper()
		f := d.form(s)
		f.From = netip.MustParseAddr(from)
		p, err := d.send(d.ctx, f)
		if err != nil {
			t.Fatal(err)
		}
		return p.Location != "", string(p.Body)
	}
	for i := range fromOne {
		if ok, body := send(d.town, "203.0.113.7"); !ok {
			t.Fatalf("the %dth is refused: %s", i+1, body)
		}
	}
	if ok, body := send(d.town, "203.0.113.7"); ok || !strings.Contains(body, "过十分钟") || !strings.Contains(body, "电话号码已经换了") {
		t.Errorf("one more is taken, or what was typed is lost: %s", body)
	}
	for name, c := range map[string]struct {
		s    *render.Site
		from string
	}{"of another site": {d.other, "203.0.113.7"}, "of a neighbour": {d.town, "203.0.113.8"}, "of IPv6": {d.town, "2001:db8::1"}} {
		if ok, body := send(c.s, c.from); !ok {
			t.Errorf("one %s is refused: %s", name, body)
		}
	}
	now := d.now
	for i := range fromOne - 1 {
		if err := d.flood.admit(1, netip.MustParseAddr("2001:db8::ffff"), now.Add(time.Duration(i))); err != nil {
			t.Fatal(err)
		}
	}
	if err := d.flood.admit(1, netip.MustParseAddr("2001:db8::2:2"), now); !fault.Is(err, fault.Invalid) {
		t.Errorf("one household with many addresses: %v", err)
	}
	d.now = d.now.Add(within)
	if ok, body := send(d.town, "203.0.113.7"); !ok {
		t.Errorf("ten minutes later: %s", body)
	}
	var f flood
	n := 0
	for i := range 300 {
		if f.admit(1, netip.AddrFrom4([4]byte{10, 0, byte(i >> 8), byte(i)}), now) == nil {
			n++
		}
	}
	if n != toSite {
		t.Errorf("a site takes %d, want %d", n, toSite)
	}
	for i := range heldMost/2 + 10 {
		_ = f.admit(kernel.SiteID(i+2), netip.AddrFrom4([4]byte{11, byte(i >> 16), byte(i >> 8), byte(i)}), now)
	}
	if len(f.taken) > heldMost+1 {
		t.Errorf("%d senders are remembered", len(f.taken))
	}
	if err := f.admit(1, netip.Addr{}, now.Add(within)); err != nil || len(f.taken) != 2 {
		t.Errorf("what is over is remembered: %d, %v", len(f.taken), err)
	}
}
