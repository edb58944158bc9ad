package identity

import (
	"cmp"
	"context"
	"net/netip"
	"slices"
	"strings"
	"unicode"

	"github.com/zhanqun/zhanqun/kernel"
	"github.com/zhanqun/zhanqun/kernel/fault"
	"github.com/zhanqun/zhanqun/platform/audit"
	"github.com/zhanqun/zhanqun/policies"
)

// networksMost is how many networks the list may have.
const networksMost = 64

// ParseNetworks reads addresses and networks between commas, spaces or line ends.
func ParseNetworks(text string) (all []netip.Prefix, err error) {
	for _, word := range strings.FieldsFunc(text, func(r rune) bool { return unicode.IsSpace(r) || strings.ContainsRune(",;，、；", r) }) {
		p, err := netip.ParsePrefix(word)
		if a, e := netip.ParseAddr(word); err != nil && e == nil && a.Zone() == "" {
			p, err = netip.PrefixFrom(a, a.BitLen()), nil
		}
		if err != nil || p.Addr().Is4In6() {
			return nil, fault.In("networks", "“%s”不是地址或网段，应形如 10.1.2.0/24 或 10.1.2.3。", line(word, 60))
		}
		all = append(all, p.Masked())
	}
	slices.SortFunc(all, func(a, b netip.Prefix) int {
		return cmp.Or(a.Addr().Compare(b.Addr()), cmp.Compare(a.Bits(), b.Bits()))
	})
	all = slices.Compact(all)
	if len(all) > networksMost {
		return nil, fault.In("networks", "最多写 %d 个网段，请合并。", networksMost)
	}
	return all, nil
}

// SetNetworks replaces the networks from which people with technical posts may act; none: from everywhere. Whoever acts from an address
// cannot shut the own address out; the server's command line, which has none, can mend what went wrong.
func (s *Accounts) SetNetworks(ctx context.Context, all []netip.Prefix, from netip.Addr) error {
	actor := kernel.ActorFrom(ctx)
	if err := mayChange(actor); err != nil {
		return err
	}
	if actor.Account != 0 && len(all) > 0 && !inside(all, from) {
		return fault.In("networks", "您现在的地址 %s 不在里面，保存后您自己也进不来。请把它也写上。", address(from))
	}
	return s.db.InTx(ctx, func(ctx context.Context) error {
		before, err := s.Networks(ctx)
		if err != nil {
			return err
		}
		if slices.Equal(before, all) {
			return nil
		}
		if err := s.putNetworks(ctx, all); err != nil {
			return err
		}
		return s.log.Record(ctx, audit.Entry{Action: "console.networks", Object: "console/networks", Before: written(before), After: written(all)})
	})
}

// Admitted answers nil when a person may act from an address, and a NotFound fault when not: with a technical post one acts from the networks
// of the list, when there is one.
func (s *Accounts) Admitted(ctx context.Context, id kernel.AccountID, from netip.Addr) error {
	all, err := s.Networks(ctx)
	if err != nil || len(all) == 0 || inside(all, from) {
		return err
	}
	live, err := s.Live(ctx, id, s.now())
	if err != nil {
		return err
	}
	if slices.ContainsFunc(live, func(a Appointment) bool {
		by, _ := policies.Appointing(a.Role)
		return by == "appointment.technical"
	}) {
		return fault.New(fault.NotFound, "这里没有可以访问的页面。")
	}
	return nil
}

func inside(all []netip.Prefix, from netip.Addr) bool {
	from = from.Unmap().WithZone("")
	return slices.ContainsFunc(all, func(p netip.Prefix) bool { return p.Contains(from) })
}

// written is the list in a line.
func written(all []netip.Prefix) string {
	words := make([]string, len(all))
	for i, p := range all {
		words[i] = p.String()
	}
	return strings.Join(words, " ")
}
