package identity

import (
	"context"
	"slices"
	"time"

	"github.com/zhanqun/zhanqun/kernel"
	"github.com/zhanqun/zhanqun/policies"
)

// Post is what a site needs somebody for (N2, d44).
type Post string

// The posts of a site, in the order in which an article meets them.
const (
	Lead    Post = "lead"    // appoints the others
	Writer  Post = "writer"  // the information officer
	Review  Post = "review"  // what somebody else has written
	Secrecy Post = "secrecy" // the review for secrets
	Release Post = "release" // publishes and withdraws
	Liaison Post = "liaison" // whom the superior calls
)

// needed says who fills a post.
var needed = []struct {
	Post  Post
	Roles []policies.Role
}{
	{Lead, []policies.Role{policies.CL, policies.LD}}, {Writer, []policies.Role{policies.IO, policies.CL}}, {Review, []policies.Role{policies.RV, policies.LD}},
	{Secrecy, []policies.Role{policies.SR}}, {Release, []policies.Role{policies.PB, policies.CL}},
	{Liaison, []policies.Role{policies.LO}},
}

// Want is why a post counts as vacant.
type Want string

// Nobody holds the post; whoever does has never set a password and so cannot be reached; or the last term ends soon.
const (
	Nobody    Want = "nobody"
	Unreached Want = "unreached"
	Ending    Want = "ending"
)

// soon is how long before the end of the last term a post is told of.
const soon = 30 * 24 * time.Hour

// Vacancy is a post of a site that nobody carries, or that nobody will carry soon.
type Vacancy struct {
	Post Post
	Want Want
	Name string    // whose term ends or who was never there; "" for Nobody
	End  time.Time // of Ending
}

// Staffed is a site and the unit whose people run it.
type Staffed struct {
	Site kernel.SiteID
	Org  kernel.OrgID
}

// Vacancies finds what is vacant now at each of the sites; those that want nothing are not in the answer. A post that is limited to one column fills
// none: the rest of the site would have nobody. It reads all live posts once, or one unit's when the sites are of one.
func (s *Accounts) Vacancies(ctx context.Context, sites ...Staffed) (map[kernel.SiteID][]Vacancy, error) {
	now := s.now()
	var only kernel.OrgID
	if len(sites) > 0 && !slices.ContainsFunc(sites, func(x Staffed) bool { return x.Org != sites[0].Org }) {
		only = sites[0].Org
	}
	holders, err := s.holders(ctx, only, now)
	if err != nil {
		return nil, err
	}
	found := map[kernel.SiteID][]Vacancy{}
	for _, at := range sites {
		if wants := vacant(holders[at.Org], at.Site, now); len(wants) > 0 {
			found[at.Site] = wants
		}
	}
	return found, nil
}

// holder is somebody who holds a content post of a unit now.
type holder struct {
	Role    policies.Role
	Site    kernel.SiteID // 0: every site of the unit
	Name    string
	Entered bool // has set a password
	To      time.Time
}

func vacant(holders []holder, site kernel.SiteID, now time.Time) (wants []Vacancy) {
	for _, n := range needed {
		v := Vacancy{Post: n.Post, Want: Nobody}
		for _, h := range holders {
			if !slices.Contains(n.Roles, h.Role) || h.Site != 0 && h.Site != site {
				continue
			}
			lasts := h.To.IsZero() || h.To.Sub(now) > soon
			switch {
			case h.Entered && lasts:
				v.Want = ""
			case v.Want == "" || v.Want == Ending && (!h.Entered || h.To.Before(v.End)): // somebody fills it better
			case h.Entered:
				v = Vacancy{n.Post, Ending, h.Name, h.To}
			default:
				v = Vacancy{n.Post, Unreached, h.Name, time.Time{}}
			}
		}
		if v.Want != "" {
			wants = append(wants, v)
		}
	}
	return wants
}
