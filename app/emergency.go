package app

import (
	"context"
	"fmt"
	"strings"

	"github.com/zhanqun/zhanqun/kernel"
	"github.com/zhanqun/zhanqun/kernel/fault"
	"github.com/zhanqun/zhanqun/platform/clocks"
	"github.com/zhanqun/zhanqun/platform/notify"
	"github.com/zhanqun/zhanqun/platform/publication"
	"github.com/zhanqun/zhanqun/platform/watch"
	"github.com/zhanqun/zhanqun/policies"
	"github.com/zhanqun/zhanqun/tenants/emergency"
)

// warningOf is a warning's address on the desk.
func warningOf(site kernel.SiteID, id int64) string {
	return fmt.Sprintf("/sites/%s/warnings/%d", site, id)
}

// oweWarning starts the clock of the review that a warning owes.
func (h *House) oweWarning(ctx context.Context, d publication.Debt) error {
	k, err := h.Emergency.Get(ctx, d.Site, d.ID)
	if err != nil {
		return err
	}
	return h.Clocks.Keep(ctx, clocks.ReviewDebt, clocks.Subject{Site: d.Site, Kind: clockedEdition, ID: int64(d.Edition), Title: k.Sent.Title,
		Href: warningOf(d.Site, d.ID), Owes: d.Debtor}, d.OpenedAt)
}

// warning is a warning's title and address, for whoever may read its draft now.
func (t informer) warning(ctx context.Context, n notify.Notice, number string) (s notify.Subject, seen bool, err error) {
	id, _ := kernel.ParseID[int64](number) // 0 is no warning
	k, err := t.house.Emergency.Get(ctx, n.Site, id)
	if fault.Is(err, fault.NotFound) {
		return s, false, nil
	}
	if err != nil {
		return s, false, err
	}
	held, err := t.all(ctx, n.Site)
	if err != nil || !anyOf(held, policies.Proof{}, "warning.issue", "review.pass", "secrecy.pass", "article.publish", "debt.settle") {
		return s, false, err
	}
	g, err := t.sites.Get(ctx, n.Site)
	return notify.Subject{Title: k.Title, Where: g.Name, Href: warningOf(n.Site, id)}, true, err
}

// warner is who wrote a warning last; nobody, of one that is gone.
func (t informer) warner(ctx context.Context, obj publication.Object) (kernel.AccountID, error) {
	k, err := t.house.Emergency.Get(ctx, obj.Site, obj.ID)
	if fault.Is(err, fault.NotFound) {
		return 0, nil
	}
	if err != nil {
		return 0, err
	}
	return k.Author, nil
}

// warnings adds what public warnings are called; whoever may read drafts is led to the desk.
func (h watched) warnings(ctx context.Context, id kernel.SiteID, objects []string, drafts bool, names map[string]watch.Named) error {
	var ids []int64
	for _, o := range objects {
		if text, is := strings.CutPrefix(o, string(emergency.Kind)+"/"); is {
			if n, ok := kernel.ParseID[int64](text); ok {
				ids = append(ids, n)
			}
		}
	}
	titles, err := h.Published.Titles(ctx, id, emergency.Kind, ids)
	public := h.Sites.Public(id)
	for n, title := range titles {
		named := watch.Named{Text: title}
		switch {
		case drafts:
			named.Href = warningOf(id, n)
		case public != nil:
			named.Href = public.URL(fmt.Sprintf("%s/%d", emergency.Address, n))
		}
		names[fmt.Sprintf("%s/%d", emergency.Kind, n)] = named
	}
	return err
}
