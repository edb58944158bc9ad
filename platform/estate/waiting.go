package estate

import (
	"context"
	"slices"

	"github.com/zhanqun/zhanqun/kernel"
	"github.com/zhanqun/zhanqun/platform/console"
	"github.com/zhanqun/zhanqun/platform/site"
)

// waitingAtMost is how many sites the first screen names; the wall has all of them.
const waitingAtMost = 10

// Waiting is what waits for a supervisor or an operator, shown at the site of the own unit: applications to decide about,
// approved sites to open, suspended sites whose day has passed.
func (e *Estate) Waiting(ctx context.Context, id kernel.SiteID) (console.Section, error) {
	decides, opens := e.Console.Offers(ctx, id, "site.approve"), e.Console.Offers(ctx, id, "site.provision")
	if !decides && !opens {
		return console.Section{}, nil
	}
	s := console.Section{Title: "网站开办和暂停", Empty: "没有等您办理的网站。"}
	home, err := e.Sites.Get(ctx, id)
	if err != nil {
		return s, err
	}
	w, err := e.Wall(ctx, home.Org, Filter{})
	if err != nil {
		return s, err
	}
	until, err := e.pauses(ctx)
	if err != nil {
		return s, err
	}
	for _, r := range w.Regions {
		for _, k := range r.Sites {
			late := e.overdue(k.State, until[k.ID])
			if decides && k.State == site.Applied || opens && (k.State == site.Approved || late) {
				s.Items = append(s.Items, itemOf(k, late))
			}
		}
	}
	slices.SortStableFunc(s.Items, func(a, b console.Item) int { return a.At.Compare(b.At) }) // who waits longest stands first
	s.Items = s.Items[:min(len(s.Items), waitingAtMost)]
	return s, nil
}

func itemOf(k site.Known, late bool) console.Item {
	i := console.Item{Text: k.Name, Href: address(k.ID, ""), Mark: k.State.Title(), Kind: lookOf(k.State).class, At: k.StateAt}
	if late {
		i.Mark = "应已恢复"
	}
	return i
}
