package clocks

import (
	"cmp"
	"context"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/zhanqun/zhanqun/kernel"
	"github.com/zhanqun/zhanqun/kernel/workday"
	"github.com/zhanqun/zhanqun/platform/org"
	"github.com/zhanqun/zhanqun/platform/site"
)

// Filter narrows the board; zero fields do not narrow.
type Filter struct {
	Region string // code of a city or county
	Text   string // part of a site's name
	Light  string // "bad": what is overdue; "warn": that and what is near its end
}

// Cell is one of a site's duties: its light, and when it ends. The zero Cell is a duty that the site does not have now.
type Cell struct {
	Light       string
	DueAt       time.Time
	Open        int // clocks that run
	Late        int // of those, over
	Provisional bool
}

// Line is a site on the board.
type Line struct {
	ID                kernel.SiteID
	Name, Phone       string
	Region            string // code
	RegionName        string
	Home, Week        Cell
	Over, Near, Blank int    // columns over their cycle, near its end, and without anything
	Worst             string // the column that is over for longest, or ends next
	worstAt           time.Time
	Hours, Days       Cell // 24 hours, three working days
	Debts, Other      Cell
	Light             string
	NextAt            time.Time // what breaches next, or has breached first
	Next              string    // which duty that is
}

// Board is the sites that pass a filter, what breaches next at the front.
type Board struct {
	Lines           []Line
	Total           int // before the filter
	Bad, Warn, Fine int // before the filter, too
	Regions         []Choice
	MissingCalendar int // the year that some clock's end goes through without a calendar, or 0
}

// Choice is a region that a filter may name.
type Choice struct{ Code, Name string }

// Scope says whose sites a board shows: all, those of a unit and below it, or one.
type Scope struct {
	Below kernel.OrgID
	Only  kernel.SiteID
}

// Board looks at every site of the scope that citizens see. Of what the sites show it reads only what has changed since it last did.
func (c *Clocks) Board(ctx context.Context, in Scope, f Filter) (*Board, error) {
	b, lines, err := c.sitesOf(ctx, in)
	if err != nil {
		return nil, err
	}
	if err := c.fill(ctx, lines); err != nil {
		return nil, err
	}
	shown := make([]*Line, 0, len(lines)) // sorted by address: a line is long
	for _, l := range lines {
		b.Total++
		switch l.Light {
		case Red:
			b.Bad++
		case Amber:
			b.Warn++
		default:
			b.Fine++
		}
		if l.Hours.Provisional || l.Days.Provisional || l.Other.Provisional {
			b.MissingCalendar = c.Now().In(kernel.Beijing).Year() + 1
		}
		if f.shows(l) {
			shown = append(shown, l)
		}
	}
	slices.SortFunc(shown, before)
	b.Lines = make([]Line, len(shown))
	for i, l := range shown {
		b.Lines[i] = *l
	}
	return b, nil
}

func (f Filter) shows(l *Line) bool {
	return (f.Region == "" || l.Region == f.Region) && (f.Text == "" || strings.Contains(l.Name, f.Text)) &&
		(f.Light == "" || l.Light == f.Light || f.Light == Amber && l.Light == Red)
}

// before is the board's order: what breaches next, or has breached first, stands first; what owes nothing last.
func before(a, b *Line) int {
	switch {
	case a.NextAt.IsZero() != b.NextAt.IsZero():
		if b.NextAt.IsZero() {
			return -1
		}
		return 1
	case !a.NextAt.Equal(b.NextAt):
		return a.NextAt.Compare(b.NextAt)
	}
	return cmp.Compare(a.ID, b.ID)
}

// What a board has read for one screen already.
type (
	everySite   struct{}
	everyRegion struct{}
	everyClock  struct{}
)

// sitesOf are the lines of a scope, empty yet, by site.
func (c *Clocks) sitesOf(ctx context.Context, in Scope) (*Board, map[kernel.SiteID]*Line, error) {
	all, err := kernel.Remember(ctx, everySite{}, func() ([]site.Known, error) { return c.Sites.Everything(ctx) }) // the first screen asks for each site of a person's
	if err != nil {
		return nil, nil, err
	}
	orgs, err := kernel.Remember(ctx, everyRegion{}, func() (map[kernel.OrgID]org.Org, error) {
		regions := map[kernel.OrgID]bool{}
		for _, k := range all {
			regions[k.Region] = true
		}
		return c.Orgs.Many(ctx, slices.Collect(maps.Keys(regions))...)
	})
	if err != nil {
		return nil, nil, err
	}
	b, lines, seen := &Board{}, map[kernel.SiteID]*Line{}, map[string]string{}
	for _, k := range all {
		o := orgs[k.Region]
		below := in.Below == 0 || k.Org == in.Below || slices.Contains(o.Path, in.Below)
		if k.State != site.Online || !below || in.Only != 0 && k.ID != in.Only {
			continue
		}
		lines[k.ID] = &Line{ID: k.ID, Name: k.Name, Phone: k.Marks.Phone, Region: o.Code, RegionName: o.Name, Light: Green}
		seen[o.Code] = o.Name
	}
	for code, name := range seen {
		b.Regions = append(b.Regions, Choice{code, name})
	}
	slices.SortFunc(b.Regions, func(a, b Choice) int { return strings.Compare(a.Code, b.Code) })
	return b, lines, nil
}

// fill computes what the sites owe: from their publications, and from the clocks that run.
func (c *Clocks) fill(ctx context.Context, lines map[kernel.SiteID]*Line) error {
	all, err := c.freshOf(ctx, idsOf(lines))
	if err != nil {
		return err
	}
	now := c.Now()
	micro := now.UnixMicro()
	for id, l := range lines {
		f := all[id]
		l.Blank = f.blank
		for i := range f.duties {
			c.sum(l, &f.duties[i], micro)
		}
	}
	return c.tally(ctx, lines, now)
}

// idsOf are the sites of some lines, in order.
func idsOf(lines map[kernel.SiteID]*Line) []kernel.SiteID { return slices.Sorted(maps.Keys(lines)) }

// Cycle is when a column must be updated next: within the days it was given, and 二(一): within two months whatever it was given.
func Cycle(last time.Time, days int) time.Time {
	due := workday.Months(last, 2).At
	if byDays := workday.Months(last, 0).At.AddDate(0, 0, days); byDays.Before(due) {
		return byDays
	}
	return due
}

// sum puts a duty into the line of its site.
func (c *Clocks) sum(l *Line, d *duty, now int64) {
	cell := Cell{Light: d.light(now), DueAt: d.dueAt(), Open: 1}
	if cell.Light == Red {
		cell.Late = 1
	}
	switch d.rule {
	case Weekly:
		l.Week = cell
	case Home:
		l.Home = cell
	case Column:
		switch cell.Light {
		case Red:
			l.Over++
		case Amber:
			l.Near++
		}
		if l.worstAt.IsZero() || cell.DueAt.Before(l.worstAt) {
			l.Worst, l.worstAt = d.name, cell.DueAt
		}
	}
	c.raise(l, d.rule, cell)
}

// raise lets a duty into what the line says of the whole site.
func (c *Clocks) raise(l *Line, rule string, cell Cell) {
	if !cell.DueAt.IsZero() && (l.NextAt.IsZero() || cell.DueAt.Before(l.NextAt)) {
		l.NextAt, l.Next = cell.DueAt, c.ruleOf(rule).Title
	}
	if cell.Light == Red || cell.Light == Amber && l.Light == Green {
		l.Light = cell.Light
	}
}

// tally adds the clocks that run.
func (c *Clocks) tally(ctx context.Context, lines map[kernel.SiteID]*Line, now time.Time) error {
	open, err := kernel.Remember(ctx, everyClock{}, func() ([]owed, error) { return c.owedEverywhere(ctx) })
	if err != nil {
		return err
	}
	for _, o := range open {
		l := lines[o.SiteID]
		if l == nil {
			continue
		}
		cell := &l.Other
		switch o.Rule {
		case ImportantActivity:
			cell = &l.Hours
		case NormativeDocument:
			cell = &l.Days
		case ReviewDebt:
			cell = &l.Debts
		}
		k := Clock{State: o.State, WarnAt: o.WarnAt.UTC(), DueAt: o.DueAt.UTC()}
		one := Cell{Light: k.Light(now), DueAt: k.DueAt}
		if o.State == Paused {
			one.DueAt = time.Time{}
		}
		cell.add(one, o.Provisional)
		c.raise(l, o.Rule, one)
	}
	return nil
}

func (cell *Cell) add(one Cell, provisional bool) {
	cell.Open++
	cell.Provisional = cell.Provisional || provisional
	if one.Light == Red {
		cell.Late++
	}
	if cell.Light == "" || one.Light == Red || one.Light == Amber && cell.Light == Green {
		cell.Light = one.Light
	}
	if cell.DueAt.IsZero() || !one.DueAt.IsZero() && one.DueAt.Before(cell.DueAt) {
		cell.DueAt = one.DueAt
	}
}
