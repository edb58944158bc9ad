package app

import (
	"fmt"
	"io"
	"net/netip"
	"strings"

	"github.com/zhanqun/zhanqun/platform/identity"
)

type adminAllow struct {
	Networks []string `arg:"" optional:"" placeholder:"CIDR" help:"${f_networks}"`
	Clear    bool     `name:"clear" help:"${f_allow_clear}"`
}

// Run shows or replaces the networks of technical posts; it mends a list that shuts everybody out.
func (c adminAllow) Run(s *session) error {
	all, err := identity.ParseNetworks(strings.Join(c.Networks, " "))
	if err != nil {
		return err
	}
	h, err := s.house(false)
	if err != nil {
		return err
	}
	defer h.Close()
	if c.Clear || len(all) > 0 {
		if err := h.Accounts.SetNetworks(s.ctx, all, netip.Addr{}); err != nil {
			return err
		}
	}
	if all, err = h.Accounts.Networks(s.ctx); err != nil {
		return err
	}
	return s.print(all, func(w io.Writer) {
		for _, p := range all {
			fmt.Fprintln(w, p)
		}
	})
}
