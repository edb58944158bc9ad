package correction

import (
	"net/netip"
	"sync"
	"time"

	"github.com/zhanqun/zhanqun/kernel"
	"github.com/zhanqun/zhanqun/kernel/fault"
)

// How much one node takes: of an address and a site, and of a site in all. An office behind one address has several people; a flood has no end.
const (
	fromOne  = 5
	within   = 10 * time.Minute
	toSite   = 100
	heldMost = 20_000 // addresses that are remembered at once
)

// flood bounds how many reports are taken. It remembers addresses in memory, for ten minutes, and writes none down.
type flood struct {
	mu    sync.Mutex
	taken map[sender][]time.Time
	swept time.Time
}

// sender is whom a budget is for; the zero From is everybody's of a site.
type sender struct {
	site kernel.SiteID
	from netip.Prefix
}

// admit counts one report of an address, or says that there were too many.
func (f *flood) admit(site kernel.SiteID, from netip.Addr, now time.Time) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.taken == nil {
		f.taken = map[sender][]time.Time{}
	}
	if len(f.taken) >= heldMost && now.Sub(f.swept) >= time.Minute { // a flood must not have all of it looked through each time
		f.swept = now
		for s := range f.taken {
			f.recent(s, now)
		}
	}
	one, all := sender{site, network(from)}, sender{site: site}
	mine, ours := f.recent(one, now), f.recent(all, now)
	if len(mine) >= fromOne {
		return fault.New(fault.Invalid, "您刚才已经提交了几次，请过十分钟再提交。您写的内容还在下面。")
	}
	if len(ours) >= toSite || len(f.taken) >= heldMost {
		return fault.New(fault.Invalid, "现在提交的人太多，请过十分钟再提交。您写的内容还在下面。")
	}
	f.taken[one], f.taken[all] = append(mine, now), append(ours, now)
	return nil
}

// recent are the reports of a sender that still count.
func (f *flood) recent(s sender, now time.Time) []time.Time {
	all := f.taken[s]
	for len(all) > 0 && now.Sub(all[0]) >= within {
		all = all[1:]
	}
	if len(all) == 0 {
		delete(f.taken, s)
		return nil
	}
	f.taken[s] = all
	return all
}

// network is what one household or office has of addresses.
func network(a netip.Addr) netip.Prefix {
	bits := 32
	if a.Is6() {
		bits = 64
	}
	if p, err := a.Prefix(bits); err == nil && p.IsValid() {
		return p
	}
	return netip.PrefixFrom(netip.IPv4Unspecified(), 0) // connections without an address are one sender
}
