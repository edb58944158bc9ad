package watch

import (
	"context"
	"slices"
	"time"

	"github.com/zhanqun/zhanqun/kernel"
	"github.com/zhanqun/zhanqun/platform/estate"
	"github.com/zhanqun/zhanqun/platform/identity"
	"github.com/zhanqun/zhanqun/platform/org"
	"github.com/zhanqun/zhanqun/platform/site"
	"github.com/zhanqun/zhanqun/policies"
)

// Standing is how the contents of a site stand.
type Standing struct {
	Published int64    // articles that citizens can read
	Last      []Public // the newest of them
	Columns   int      // that are active
	Late      []Kept   // columns whose cycle has run out
	Near      []Kept   // whose cycle runs out within days
	Blank     []Kept   // that have a cycle and hold nothing
	Waiting   int      // articles that wait for a review
	Oldest    time.Time
	Debts     int // published in an emergency and not reviewed yet
	Must      int // findings in what is public that must be put right
	Should    int
}

// Public is something that citizens can read.
type Public struct {
	Title, Href string
	At          time.Time
}

// Kept is a column that is to be kept up to date.
type Kept struct {
	Name, Href string
	Days       int       // its cycle
	Last       time.Time // when it was last updated
}

// Person is somebody who serves a site.
type Person struct {
	Name  string
	Roles []policies.Role
	Parts []policies.Role // those of them that are for some columns only
}

// Glance is all that is to be seen of a site at once.
type Glance struct {
	Site     site.Site
	Home     string // its public address
	Owner    org.Org
	Domains  []site.Domain
	Carrier  string // of a channel
	People   []Person
	Serving  int
	Template string
	Quota    site.Quota
	Opening  estate.Opening
	Recorded bool
	Until    string // when a suspended site is expected back
	Round    estate.Recheck
	Standing
}

// At gathers it: a fixed number of questions to the store, whatever the site holds.
func (w *Watch) At(ctx context.Context, id kernel.SiteID) (g Glance, err error) {
	if g.Site, err = w.Sites.Get(ctx, id); err != nil {
		return g, err
	}
	if g.Owner, err = w.Orgs.Get(ctx, g.Site.Org); err != nil {
		return g, err
	}
	if err := w.places(ctx, &g); err != nil {
		return g, err
	}
	if g.People, err = w.people(ctx, g.Site); err != nil {
		return g, err
	}
	if g.Serving, err = w.Accounts.Serving(ctx, g.Site.Org, id); err != nil {
		return g, err
	}
	template, err := w.Sites.TemplateOf(ctx, id)
	if err != nil {
		return g, err
	}
	g.Template = template.Title
	if g.Quota, err = w.Sites.QuotaOf(ctx, id); err != nil {
		return g, err
	}
	if g.Opening, g.Recorded, g.Until, err = w.Estate.Record(ctx, id); err != nil {
		return g, err
	}
	if g.Round, err = w.Estate.RecheckOf(ctx, id); err != nil {
		return g, err
	}
	g.Standing, err = w.Contents.Contents(ctx, id)
	return g, err
}

// places are where the site is found: a channel below its carrier's host.
func (w *Watch) places(ctx context.Context, g *Glance) (err error) {
	at := g.Site.ID
	if g.Site.Parent != 0 {
		carrier, err := w.Sites.Get(ctx, g.Site.Parent)
		if err != nil {
			return err
		}
		at, g.Carrier = carrier.ID, carrier.Name
	}
	if g.Domains, err = w.Sites.Domains(ctx, at); err != nil {
		return err
	}
	for _, d := range g.Domains {
		if d.Primary {
			g.Home = w.Sites.Address(d.Host, g.Site)
		}
	}
	return nil
}

// people are those who hold a post at the site now, with their posts there.
func (w *Watch) people(ctx context.Context, g site.Site) (all []Person, err error) {
	found, err := w.Accounts.Colleagues(ctx, g.Org)
	if err != nil {
		return nil, err
	}
	now := w.Now()
	for _, c := range found {
		p := Person{Name: c.Name}
		for _, a := range c.Posts {
			here := a.Site == g.ID || a.Site == 0 && a.Org == g.Org
			if !here || c.State != identity.Active || a.From.After(now) {
				continue
			}
			switch known := slices.Contains(p.Roles, a.Role); {
			case a.Column == 0:
				p.Parts = slices.DeleteFunc(p.Parts, func(r policies.Role) bool { return r == a.Role })
			case !known:
				p.Parts = append(p.Parts, a.Role)
			}
			if !slices.Contains(p.Roles, a.Role) {
				p.Roles = append(p.Roles, a.Role)
			}
		}
		if len(p.Roles) > 0 {
			all = append(all, p)
		}
	}
	return all, nil
}
