package estate

import (
	"context"
	"slices"
	"strings"

	"github.com/zhanqun/zhanqun/kernel"
	"github.com/zhanqun/zhanqun/platform/org"
	"github.com/zhanqun/zhanqun/platform/site"
)

// Filter narrows the wall; zero fields do not narrow.
type Filter struct {
	State  site.State
	Kind   site.Kind
	Region string // code of a city or county
	Text   string // part of a name, of an address, or a whole id
	Round  string // of the yearly re-check: "due" or "late"
}

// shows reports whether a site in a region passes.
func (f Filter) shows(k site.Known, region string) bool {
	text := strings.ToLower(f.Text)
	return (f.State == "" || k.State == f.State) && (f.Kind == "" || k.Kind == f.Kind) && (f.Region == "" || region == f.Region) &&
		(text == "" || strings.Contains(k.Name, text) || strings.Contains(k.Host+k.Prefix(), text) || k.ID.String() == text)
}

// Region is the sites of a city or county: its own, its departments', its townships'.
type Region struct {
	Code, Name string
	Sites      []site.Known
}

// Wall is all sites that pass a filter, by region, with the sums of what passes.
type Wall struct {
	Regions  []Region
	Total    int // before the filter
	Shown    int
	States   map[site.State]int
	Unready  int                    // of those shown, whose address is not verified
	Due      int                    // of those shown, whose yearly re-check runs
	Late     map[kernel.SiteID]bool // of those shown, whose re-check is late
	Existing []Choice
}

// Choice is a region that a filter may name.
type Choice struct{ Code, Name string }

// Wall reads the sites of the whole platform, or of a unit and those below it. It asks the store for the names of the regions and the
// running re-checks only.
func (e *Estate) Wall(ctx context.Context, below kernel.OrgID, f Filter) (Wall, error) {
	w := Wall{States: map[site.State]int{}, Late: map[kernel.SiteID]bool{}}
	all, err := e.Sites.Everything(ctx)
	if err != nil {
		return w, err
	}
	rounds, err := e.running(ctx)
	if err != nil {
		return w, err
	}
	today := e.today()
	var ids []kernel.OrgID
	for _, k := range all {
		if n := len(ids); n == 0 || ids[n-1] != k.Region {
			ids = append(ids, k.Region)
		}
	}
	orgs, err := e.Orgs.Many(ctx, ids...)
	if err != nil {
		return w, err
	}
	at := map[kernel.OrgID]*Region{}
	for _, k := range all {
		o := orgs[k.Region]
		if below != 0 && !slices.Contains(o.Path, below) && k.Org != below {
			continue
		}
		w.Total++
		r := at[o.ID]
		if r == nil {
			r = &Region{Code: o.Code, Name: regionName(o)}
			at[o.ID] = r
		}
		if round := rounds[k.ID]; f.shows(k, o.Code) && round.passes(f.Round, today) {
			r.Sites = append(r.Sites, k)
			w.add(k, round, today)
		}
	}
	for _, r := range at {
		w.Existing = append(w.Existing, Choice{r.Code, r.Name})
		if len(r.Sites) > 0 {
			w.Regions = append(w.Regions, *r)
		}
	}
	slices.SortFunc(w.Existing, func(a, b Choice) int { return strings.Compare(a.Code, b.Code) })
	slices.SortFunc(w.Regions, func(a, b Region) int { return strings.Compare(a.Code, b.Code) })
	return w, nil
}

// passes reports whether a filter of re-checks lets the site through.
func (r Recheck) passes(want, today string) bool {
	return want == "" || want == roundDue && r.Open() || want == roundLate && r.Late(today)
}

// The filters of re-checks.
const (
	roundDue  = "due"
	roundLate = "late"
)

func (w *Wall) add(k site.Known, round Recheck, today string) {
	w.Shown++
	if round.Open() {
		w.Due++
	}
	if round.Late(today) {
		w.Late[k.ID] = true
	}
	w.States[k.State]++
	if !k.Ready {
		w.Unready++
	}
}

func regionName(o org.Org) string {
	if o.Name != "" {
		return o.Name
	}
	return o.Code
}
