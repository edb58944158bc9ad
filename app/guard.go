package app

import (
	"context"
	"slices"

	"github.com/zhanqun/zhanqun/kernel"
	"github.com/zhanqun/zhanqun/platform/identity"
	"github.com/zhanqun/zhanqun/platform/publication"
	"github.com/zhanqun/zhanqun/platform/site"
	"github.com/zhanqun/zhanqun/platform/web"
	"github.com/zhanqun/zhanqun/policies"
	"github.com/zhanqun/zhanqun/tenants/article"
	"github.com/zhanqun/zhanqun/tenants/column"
	"github.com/zhanqun/zhanqun/tenants/desk"
	"github.com/zhanqun/zhanqun/tenants/review"
)

// guard decides for the rooms that declared the question as a port: it looks up every live appointment of the
// person who acts, sees each from the site, and asks policies. It keeps nothing between requests, so an
// appointment that has ended ends at once; within one that only reads it asks once (kernel.Remember).
type guard struct {
	accounts *identity.Accounts
	sites    *site.Sites
	columns  *column.Columns
	articles *article.Articles
	reviews  *review.Desk
	now      kernel.Clock
}

// sessions says who is signed in on the console.
type sessions struct{ accounts *identity.Accounts }

// Session answers the actor of a session's token.
func (s sessions) Session(ctx context.Context, token string) (kernel.Actor, error) {
	a, err := s.accounts.Session(ctx, token)
	return a.Actor("console"), err
}

// May answers nil or a Forbidden fault. kernel.Platform is the platform itself, which only its host operates.
func (g *guard) May(ctx context.Context, id kernel.SiteID, act policies.Action) error {
	held, err := g.all(ctx, id)
	if err != nil {
		return err
	}
	var proof policies.Proof
	if act == "review.final.pass" {
		if proof.Assigned, err = g.endsHere(ctx, id); err != nil {
			return err
		}
	}
	return policies.May(held, act, proof)
}

// MayIn is May about what stands in a column: an appointment to that column, or to one above it, reaches it. web.AnyColumn is some column or
// other of the site: the room asks again about each object.
func (g *guard) MayIn(ctx context.Context, id kernel.SiteID, act policies.Action, column int64) error {
	var path []int64
	if column != web.AnyColumn {
		var err error
		if path, err = g.path(ctx, id, column); err != nil {
			return err
		}
	}
	held, err := g.all(ctx, id, path...)
	if err != nil {
		return err
	}
	for i := range held {
		held[i].InScope = held[i].InScope || column == web.AnyColumn
	}
	return policies.May(held, act, policies.Proof{})
}

// Reach is where on a site the actor may do one of the actions: everywhere, or in these columns.
func (g *guard) Reach(ctx context.Context, id kernel.SiteID, acts ...policies.Action) (everywhere bool, columns []int64, err error) {
	in := func(path ...int64) (bool, error) {
		held, err := g.all(ctx, id, path...)
		return slices.ContainsFunc(acts, func(act policies.Action) bool { return policies.May(held, act, policies.Proof{}) == nil }), err
	}
	if everywhere, err = in(); everywhere || err != nil {
		return everywhere, nil, err
	}
	tree, err := g.columns.Tree(ctx, id)
	if err != nil {
		return false, nil, err
	}
	for _, c := range tree.All() {
		path, err := g.path(ctx, id, c.ID)
		if err != nil {
			return false, nil, err
		}
		if ok, err := in(path...); err != nil {
			return false, nil, err
		} else if ok {
			columns = append(columns, c.ID)
		}
	}
	return false, columns, nil
}

// shows reports whether a text in a column where the actor writes or decides holds these words.
func (g *guard) shows(ctx context.Context, id kernel.SiteID, words string) (bool, error) {
	everywhere, within, err := g.Reach(ctx, id, desk.Reads()...)
	if err != nil || everywhere {
		return everywhere, err
	}
	return g.articles.Mentions(ctx, id, within, words)
}

// endsHere reports whether the chain of any column of the site gives the last word to an office of the actor's: the room asks again
// about the object.
func (g *guard) endsHere(ctx context.Context, id kernel.SiteID) (bool, error) {
	chains, err := g.reviews.Chains(ctx, id)
	if err != nil {
		return false, err
	}
	live, err := g.live(ctx)
	return slices.ContainsFunc(live, func(a identity.Appointment) bool {
		for _, c := range chains {
			if a.Site == 0 && c.Last == a.Org && a.Org != 0 {
				return true
			}
		}
		return false
	}), err
}

// Holdings is every live appointment of the actor as seen from the site.
func (g *guard) Holdings(ctx context.Context, id kernel.SiteID) ([]policies.Held, error) {
	return g.all(ctx, id)
}

// Standing is how the actor stands to an object: an appointment to a column reaches what lies in it and below it, and the chain
// of the column may give the last word to the office of one of the actor's posts (上级终审).
func (g *guard) Standing(ctx context.Context, obj publication.Object) (s review.Standing, err error) {
	if obj.Kind != article.Kind {
		s.Held, err = g.all(ctx, obj.Site)
		return s, err
	}
	column, err := g.articles.ColumnOf(ctx, obj.Site, obj.ID)
	if err != nil {
		return s, err
	}
	path, err := g.path(ctx, obj.Site, column)
	if err != nil {
		return s, err
	}
	if s.Held, err = g.all(ctx, obj.Site, path...); err != nil {
		return s, err
	}
	chain, err := g.reviews.ChainOf(ctx, obj.Site, path)
	if err != nil || chain == nil {
		return s, err
	}
	if s.Signers, err = g.signers(ctx, obj.Site, path, chain.Signers); err != nil || chain.Last == 0 {
		return s, err
	}
	live, err := g.live(ctx)
	s.Above = true
	s.Proof.Assigned = slices.ContainsFunc(live, func(a identity.Appointment) bool { return a.Org == chain.Last && a.Site == 0 })
	return s, err
}

// signers are the people whom a chain names for its steps, with the posts that each has now; an account that is shut has none.
func (g *guard) signers(ctx context.Context, id kernel.SiteID, path []int64, named map[string]kernel.AccountID) (map[string]review.Signer, error) {
	all := map[string]review.Signer{}
	for step, who := range named {
		a, err := g.accounts.Get(ctx, who)
		if err != nil {
			return nil, err
		}
		one := review.Signer{Account: who, Name: a.Name}
		if a.State == identity.Active {
			live, err := g.liveOf(ctx, who)
			if err != nil {
				return nil, err
			}
			if one.Held, err = g.held(ctx, live, id, path...); err != nil {
				return nil, err
			}
		}
		all[step] = one
	}
	return all, nil
}

// Publishes asks whether the actor may publish an article now: whoever set a time for it is asked about again when the time has come.
func (g *guard) Publishes(ctx context.Context, id kernel.SiteID, a article.ID) error {
	s, err := g.Standing(ctx, publication.Object{Site: id, Kind: article.Kind, ID: a})
	if err != nil {
		return err
	}
	return policies.May(s.Held, "article.publish", s.Proof)
}

// path is a column followed by those above it.
func (g *guard) path(ctx context.Context, id kernel.SiteID, column int64) ([]int64, error) {
	tree, err := g.columns.Tree(ctx, id)
	if err != nil {
		return nil, err
	}
	var path []int64
	for _, c := range tree.Trail(column) {
		path = append(path, c.ID)
	}
	slices.Reverse(path)
	return path, nil
}

// Policy is the review policy that the chain of a column names, or "".
func (g *guard) Policy(ctx context.Context, id kernel.SiteID, column int64) (string, error) {
	path, err := g.path(ctx, id, column)
	if err != nil {
		return "", err
	}
	chain, err := g.reviews.ChainOf(ctx, id, path)
	if err != nil || chain == nil {
		return "", err
	}
	return chain.Policy, nil
}

// What the guard has asked for one screen already.
type (
	liveOf  struct{ account kernel.AccountID }
	placeOf struct{ org kernel.OrgID }
	factsOf struct{ site kernel.SiteID }
)

// live is every live appointment of the actor.
func (g *guard) live(ctx context.Context) ([]identity.Appointment, error) {
	return g.liveOf(ctx, kernel.ActorFrom(ctx).Account)
}

func (g *guard) liveOf(ctx context.Context, who kernel.AccountID) ([]identity.Appointment, error) {
	return kernel.Remember(ctx, liveOf{who}, func() ([]identity.Appointment, error) { return g.accounts.Live(ctx, who, g.now()) })
}

// all is every live appointment of the actor, as the site sees it.
func (g *guard) all(ctx context.Context, id kernel.SiteID, path ...int64) ([]policies.Held, error) {
	live, err := g.live(ctx)
	if err != nil {
		return nil, err
	}
	return g.held(ctx, live, id, path...)
}

// held are live appointments as the site sees them.
func (g *guard) held(ctx context.Context, live []identity.Appointment, id kernel.SiteID, path ...int64) ([]policies.Held, error) {
	held := make([]policies.Held, 0, len(live))
	for _, a := range live {
		place, err := kernel.Remember(ctx, placeOf{a.Org}, func() (identity.Place, error) { return g.sites.Place(ctx, a.Org) })
		if err != nil {
			return nil, err
		}
		if id == kernel.Platform {
			platform := policies.SiteFacts{State: string(site.Online)}
			if place.Host {
				platform.Host = place.OrgFacts
			}
			held = append(held, policies.Hold(a.Role, place.OrgFacts, platform, true))
			continue
		}
		facts, err := kernel.Remember(ctx, factsOf{id}, func() (policies.SiteFacts, error) { return g.sites.Facts(ctx, id) })
		if err != nil {
			return nil, err
		}
		held = append(held, a.Held(place.OrgFacts, id, facts, path...))
	}
	return held, nil
}
