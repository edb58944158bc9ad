package app

import (
	"cmp"
	"fmt"
	"io"
	"slices"

	"github.com/zhanqun/zhanqun/kernel"
	"github.com/zhanqun/zhanqun/platform/estate"
	"github.com/zhanqun/zhanqun/platform/site"
)

// recheckShown is a running re-check as the terminal shows it.
type recheckShown struct {
	Site  kernel.SiteID `json:"site"`
	Name  string        `json:"name"`
	DueOn string        `json:"due_on"`
	State string        `json:"state"`
	Late  bool          `json:"late"`
}

type recheckList struct {
	Late bool `name:"late" help:"${f_late}"`
}

// Run lists the re-checks that are not accepted, who is due first.
func (c recheckList) Run(s *session) error {
	h, err := s.house(false)
	if err != nil {
		return err
	}
	defer h.Close()
	rounds, err := h.Estate.Rechecks(s.ctx)
	if err != nil {
		return err
	}
	sites, err := h.Sites.Everything(s.ctx)
	if err != nil {
		return err
	}
	all, today := []recheckShown{}, s.clock().In(kernel.Beijing).Format("2006-01-02")
	for _, k := range sites {
		if r, ok := rounds[k.ID]; ok && (!c.Late || r.Late(today)) {
			all = append(all, recheckShown{k.ID, k.Name, r.DueOn, r.State, r.Late(today)})
		}
	}
	slices.SortFunc(all, func(a, b recheckShown) int { return cmp.Or(cmp.Compare(a.DueOn, b.DueOn), cmp.Compare(a.Site, b.Site)) })
	return s.print(all, func(w io.Writer) {
		for _, r := range all {
			mark := ""
			if r.Late {
				mark = "  " + s.words.say("is_late")
			}
			fmt.Fprintf(w, "%s  %s  %-9s  %s%s\n", r.Site, r.DueOn, r.State, r.Name, mark)
		}
	})
}

type recheckOpen struct{}

// Run opens what is due now, as the server's job does each night.
func (c recheckOpen) Run(s *session) error {
	h, err := s.house(false)
	if err != nil {
		return err
	}
	defer h.Close()
	n, err := h.Estate.OpenRechecks(s.ctx)
	if err != nil {
		return err
	}
	return s.print(map[string]int{"opened": n}, func(w io.Writer) { fmt.Fprintf(w, s.words.say("rechecks_opened")+"\n", n) })
}

type recheckConfirm struct {
	siteArg
	Note string `name:"note" required:"" placeholder:"TEXT" help:"${f_recheck_note}"`
}

// Run notes the sponsor's confirmation, which came on paper.
func (c recheckConfirm) Run(s *session) error {
	return c.onSite(s, func(h *House, l site.Listed) error {
		return h.Estate.Confirm(s.ctx, l.ID, estate.Right{Unit: true, Phone: true, Hosts: true, Columns: true}, c.Note)
	})
}

type recheckAccept struct{ reasoned }

// Run accepts a confirmation.
func (c recheckAccept) Run(s *session) error {
	return c.onSite(s, func(h *House, l site.Listed) error { return h.Estate.DecideRecheck(s.ctx, l.ID, true, c.Reason) })
}

type recheckReturn struct{ reasoned }

// Run asks for more.
func (c recheckReturn) Run(s *session) error {
	return c.onSite(s, func(h *House, l site.Listed) error { return h.Estate.DecideRecheck(s.ctx, l.ID, false, c.Reason) })
}
