package app

import (
	"context"

	"github.com/zhanqun/zhanqun/kernel"
	"github.com/zhanqun/zhanqun/platform/identity"
	"github.com/zhanqun/zhanqun/platform/publication"
	"github.com/zhanqun/zhanqun/platform/site"
	"github.com/zhanqun/zhanqun/policies"
	"github.com/zhanqun/zhanqun/tenants/article"
	"github.com/zhanqun/zhanqun/tenants/column"
)

// guard decides for the rooms that declared the question as a port: it looks up every live appointment of the
// person who acts, sees each from the site, and asks policies. It keeps nothing between requests, so an
// appointment that has ended ends at once.
type guard struct {
	accounts *identity.Accounts
	sites    *site.Sites
	columns  *column.Columns
	articles *article.Articles
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
	return policies.May(held, act, policies.Proof{})
}

// Holdings is every live appointment of the actor as seen from the site.
func (g *guard) Holdings(ctx context.Context, id kernel.SiteID) ([]policies.Held, error) {
	return g.all(ctx, id)
}

// Held is what the actor holds as seen from an object: an appointment to a column reaches what lies in it and below
// it. Nothing assigns 上级终审 yet, so no proof is given and those cells stay closed.
func (g *guard) Held(ctx context.Context, obj publication.Object) ([]policies.Held, policies.Proof, error) {
	if obj.Kind != article.Kind {
		held, err := g.all(ctx, obj.Site)
		return held, policies.Proof{}, err
	}
	draft, err := g.articles.Get(ctx, obj.Site, obj.ID)
	if err != nil {
		return nil, policies.Proof{}, err
	}
	tree, err := g.columns.Tree(ctx, obj.Site)
	if err != nil {
		return nil, policies.Proof{}, err
	}
	var path []int64
	for _, c := range tree.Trail(draft.Column) {
		path = append(path, c.ID)
	}
	held, err := g.all(ctx, obj.Site, path...)
	return held, policies.Proof{}, err
}

// all is every live appointment of the actor, as the site sees it.
func (g *guard) all(ctx context.Context, id kernel.SiteID, path ...int64) ([]policies.Held, error) {
	live, err := g.accounts.Live(ctx, kernel.ActorFrom(ctx).Account, g.now())
	if err != nil {
		return nil, err
	}
	held := make([]policies.Held, 0, len(live))
	for _, a := range live {
		place, err := g.sites.Place(ctx, a.Org)
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
		facts, err := g.sites.Facts(ctx, id)
		if err != nil {
			return nil, err
		}
		held = append(held, a.Held(place.OrgFacts, id, facts, path...))
	}
	return held, nil
}
