package estate

import (
	"context"
	"slices"
	"strings"

	"github.com/zhanqun/zhanqun/kernel"
	"github.com/zhanqun/zhanqun/platform/console"
)

// RechecksWaiting is what the yearly re-check asks of the actor at a site: the lead's own round, and for a supervisor those below
// that are confirmed or late. Nothing is shown where nothing waits.
func (e *Estate) RechecksWaiting(ctx context.Context, id kernel.SiteID) (console.Section, error) {
	confirms, decides := e.Console.Offers(ctx, id, "site.apply"), e.Console.Offers(ctx, id, "site.requalify")
	if !confirms && !decides {
		return console.Section{}, nil
	}
	rounds, err := e.running(ctx)
	if err != nil || len(rounds) == 0 {
		return console.Section{}, err
	}
	s := console.Section{Title: "年度复核"}
	if r, ok := rounds[id]; ok && confirms && r.State != RecheckConfirmed {
		g, err := e.Sites.Get(ctx, id)
		if err != nil {
			return s, err
		}
		s.Items = append(s.Items, e.roundItem(g.Name, r))
	}
	if decides {
		if s.Items, err = e.roundsBelow(ctx, id, rounds, s.Items); err != nil {
			return s, err
		}
	}
	if len(s.Items) == 0 {
		return console.Section{}, nil
	}
	s.Items = s.Items[:min(len(s.Items), waitingAtMost)]
	return s, nil
}

// roundsBelow adds what a supervisor has to decide, or to ask after, at the own site and below, who waits longest first.
func (e *Estate) roundsBelow(ctx context.Context, id kernel.SiteID, rounds map[kernel.SiteID]Recheck, items []console.Item) ([]console.Item, error) {
	home, err := e.Sites.Get(ctx, id)
	if err != nil {
		return nil, err
	}
	w, err := e.Wall(ctx, home.Org, Filter{})
	if err != nil {
		return nil, err
	}
	var due []Recheck
	names := map[kernel.SiteID]string{}
	for _, g := range w.Regions {
		for _, k := range g.Sites {
			if r, ok := rounds[k.ID]; ok && (r.State == RecheckConfirmed || r.Late(e.today())) {
				due, names[k.ID] = append(due, r), k.Name
			}
		}
	}
	slices.SortStableFunc(due, func(a, b Recheck) int { return strings.Compare(a.DueOn, b.DueOn) })
	for _, r := range due[:min(len(due), waitingAtMost)] {
		items = append(items, e.roundItem(names[r.Site], r))
	}
	return items, nil
}

func (e *Estate) roundItem(name string, r Recheck) console.Item {
	i := console.Item{Text: name, Href: recheckAddress(r.Site), Mark: r.Title(), Kind: e.recheckClass(r), NoteWord: "应办完的日子", Note: r.DueOn}
	if r.Late(e.today()) && r.State != RecheckConfirmed {
		i.Mark = "复核逾期"
	}
	return i
}
