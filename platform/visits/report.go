package visits

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/zhanqun/zhanqun/kernel"
)

// spans are how many days a report may go over; Everything goes over all there are.
var spans = []int{7, 30, 90, 365, Everything}

// Everything is the span of all days and months that are kept.
const Everything = 0

const (
	byDayUpTo   = 90 // days in a report that shows each
	linesMost   = 20
	renamedMost = 3 * linesMost // before those of one column under its former addresses are put together
	missedMost  = 20
	missedDays  = 90 // as long as the search keeps them
)

// Report is what was read of a site in the days up to yesterday, whole days all of them, and today so far.
type Report struct {
	Span               int
	From, To           string // days; From is "" of everything
	Periods            []Period
	Now, Before, Today Figures // Before: as many days before those
	Sorts, Variants    []Line
	Columns, Articles  []Line
	Missed             []Missed
	MissedDays         int
}

// Period is a day or a month.
type Period struct {
	Name string
	Figures
}

// Line is something that was read. Href is where it is, or "".
type Line struct {
	Text, Href string
	Gone       bool // a page that is not public now
	Figures
}

// Of reports what was read of a site.
func (v *Visits) Of(ctx context.Context, site kernel.SiteID, span int) (r Report, err error) {
	today := dayOf(v.Now())
	r = Report{Span: span, To: dateOf(today - 1), MissedDays: min(cmp.Or(span, missedDays), missedDays)}
	if span != Everything {
		r.From = dateOf(today - span)
		before, err := v.daily(ctx, site, dateOf(today-2*span), dateOf(today-span-1))
		if err != nil {
			return r, err
		}
		r.Before = sum(before)
	}
	rows, err := v.daily(ctx, site, r.From, r.To)
	if err != nil {
		return r, err
	}
	now, err := v.daily(ctx, site, dateOf(today), dateOf(today))
	if err != nil {
		return r, err
	}
	r.Now, r.Today, r.Periods = sum(rows), sum(now), r.periods(rows)
	if r.Missed, err = v.Names.Missed(ctx, site, r.MissedDays, missedMost); err != nil {
		return r, err
	}
	return r, v.lines(ctx, site, &r)
}

// lines are what was read in the report's days.
func (v *Visits) lines(ctx context.Context, site kernel.SiteID, r *Report) error {
	forms, err := v.variants(ctx, site, r.From, r.To)
	if err != nil {
		return err
	}
	for _, f := range forms {
		r.Variants = append(r.Variants, Line{Text: formNames[kernel.Variant(f.Name)], Figures: f.figures()})
	}
	kinds, err := v.sorts(ctx, site, r.From, r.To)
	if err != nil {
		return err
	}
	for _, k := range kinds {
		r.Sorts = append(r.Sorts, Line{Text: sortNames[k.Name], Figures: k.figures()})
	}
	if r.Columns, err = v.Most(ctx, site, r.Span, "/c/", linesMost); err != nil {
		return err
	}
	r.Articles, err = v.Most(ctx, site, r.Span, "/a/", linesMost)
	return err
}

// formNames and sortNames are what the screen calls them.
var (
	formNames = map[kernel.Variant]string{"": "普通版", kernel.Elder: "长辈版", kernel.Hant: "繁体版"}
	sortNames = map[string]string{"/": "首页", "/c/": "栏目", "/a/": "稿件", "/search": "检索", "": "其他页面"}
)

// Most are the pages of a site below an address that were read most in a span, what they are called now, those of one page that has moved together.
func (v *Visits) Most(ctx context.Context, site kernel.SiteID, span int, below string, n int) ([]Line, error) {
	today, from := dayOf(v.Now()), ""
	if span != Everything {
		from = dateOf(today - span)
	}
	rows, err := v.most(ctx, site, from, dateOf(today-1), below, n*renamedMost/linesMost)
	if err != nil || len(rows) == 0 {
		return nil, err
	}
	paths := make([]string, len(rows))
	for i, r := range rows {
		paths[i] = r.Name
	}
	names, err := v.Names.Pages(ctx, site, paths)
	if err != nil {
		return nil, err
	}
	var all []Line
	at := map[string]int{}
	for _, r := range rows {
		known, is := names[r.Name]
		if !is {
			known = Named{Text: r.Name, Path: r.Name}
		}
		i, have := at[known.Path]
		if !have {
			i, at[known.Path] = len(all), len(all)
			all = append(all, Line{Text: known.Text, Href: known.Href, Gone: !is})
		}
		all[i].Figures = all[i].plus(r.figures())
	}
	slices.SortStableFunc(all, func(a, b Line) int { return cmp.Compare(b.Reads, a.Reads) })
	return all[:min(len(all), n)], nil
}

func (n named) figures() Figures { return Figures{n.Reads, n.Visits} }

func sum(rows []named) (f Figures) {
	for _, r := range rows {
		f = f.plus(r.figures())
	}
	return f
}

// periods are the days of the report, or its months, those too in which nobody came.
func (r *Report) periods(rows []named) (all []Period) {
	size := len(time.DateOnly)
	if r.Span > byDayUpTo || r.Span == Everything {
		size = len("2006-01")
	}
	at := map[string]Figures{}
	for _, row := range rows {
		name := row.Name[:size]
		at[name] = at[name].plus(row.figures())
	}
	first := r.From
	if first == "" && len(rows) > 0 {
		first = rows[0].Name[:len("2006-01")] + "-01"
	}
	day, err := time.Parse(time.DateOnly, first)
	if err != nil {
		return nil // nothing was ever read
	}
	for name := day.Format(time.DateOnly); name <= r.To; name = day.Format(time.DateOnly) {
		if n := len(all); n == 0 || all[n-1].Name != name[:size] {
			all = append(all, Period{name[:size], at[name[:size]]})
		}
		day = day.AddDate(0, 0, 1)
	}
	return all
}

// Change is how much more than before, in words of figures: "+12%", "" where there was nothing before.
func Change(now, before int64) string {
	if before == 0 {
		return ""
	}
	percent := ((now-before)*200 + before*sign(now-before)) / (2 * before) // to the nearest
	if percent == 0 {
		return "0%"
	}
	return fmt.Sprintf("%+d%%", percent)
}

func sign(n int64) int64 { return int64(cmp.Compare(n, 0)) }

// SiteLine is a site in the list of all.
type SiteLine struct {
	Site   kernel.SiteID
	Name   string
	Now    Figures
	Before Figures
}

// orders are how the list of all sites may stand.
var orders = map[string]func(a, b SiteLine) int{
	"reads":  func(a, b SiteLine) int { return cmp.Compare(b.Now.Reads, a.Now.Reads) },
	"visits": func(a, b SiteLine) int { return cmp.Compare(b.Now.Visits, a.Now.Visits) },
	"least":  func(a, b SiteLine) int { return cmp.Compare(a.Now.Reads, b.Now.Reads) },
	"name":   func(a, b SiteLine) int { return strings.Compare(a.Name, b.Name) },
}

// All are all sites, those too that nobody has read, in an order.
func (v *Visits) All(ctx context.Context, span int, order string) ([]SiteLine, error) {
	today, from := dayOf(v.Now()), ""
	before := map[kernel.SiteID]Figures{}
	var err error
	if span != Everything {
		from = dateOf(today - span)
		if before, err = v.bySite(ctx, dateOf(today-2*span), dateOf(today-span-1)); err != nil {
			return nil, err
		}
	}
	now, err := v.bySite(ctx, from, dateOf(today-1))
	if err != nil {
		return nil, err
	}
	names, err := v.Names.Sites(ctx)
	if err != nil {
		return nil, err
	}
	all := make([]SiteLine, 0, len(names))
	for id, name := range names {
		all = append(all, SiteLine{id, name, now[id], before[id]})
	}
	by := orders[order]
	if by == nil {
		by = orders["reads"]
	}
	slices.SortFunc(all, func(a, b SiteLine) int { return cmp.Or(by(a, b), cmp.Compare(a.Site, b.Site)) })
	return all, nil
}
