package column

import (
	"errors"
	"strconv"
	"time"

	"github.com/gofiber/fiber/v2"
	"github.com/zhanqun/zhanqun/kernel"
	"github.com/zhanqun/zhanqun/kernel/fault"
	"github.com/zhanqun/zhanqun/platform/console"
	"github.com/zhanqun/zhanqun/platform/web"
)

// requestPage is a request: what is asked for and why, what has changed since, what accepting would do.
type requestPage struct {
	Back, Address, Kind, Title, Site string
	State, Look                      string
	Facts                            []fact
	Reason                           string
	AskedName, DecidedName           string
	AskedAt, DecidedAt               time.Time
	Because, Made                    string
	Drift                            []drift
	Blocked                          string // why it cannot be accepted as things are
	Ready                            bool   // the address is known and can be had
	MayDecide, MayWithdraw           bool
	Own                              bool // somebody else must decide
	Accept                           string
	Slugs                            bool // accepting gives an address
	New                              bool
	Slug, Typed                      string // as typed: the address, the reason of a refusal
	Effect                           []Address
	Column, Successor                int64 // versions
	Wrong                            trouble
}

type fact struct{ Name, Is string }

// drift is a column that was changed since the request.
type drift struct{ Name, Was, Is string }

var requestView = console.Define[requestPage]("column", "request")

func (k *Keeper) showRequest(c *fiber.Ctx) error { return k.shown(c, nil) }

// shown shows the request of the path; err is why an act was not done.
func (k *Keeper) shown(c *fiber.Ctx, err error) error {
	ctx := c.UserContext()
	r, lost := k.request(c)
	if lost != nil {
		return lost
	}
	page := console.Page{Title: say(c, askTitles[r.Kind]), Site: r.Site}
	p := requestPage{Back: k.listOf(c), Address: requestAt(r.Site, r.ID), Kind: page.Title, Title: r.Title(), State: say(c, stateNames[r.State]),
		Look: stateLooks[r.State], Reason: r.Reason, AskedName: r.AskedName, DecidedName: r.DecidedName, AskedAt: r.AskedAt, DecidedAt: r.DecidedAt,
		Because: r.Because, Typed: typed(c, "because"), Slug: typed(c, "slug"), New: r.Kind == AskNew}
	if err != nil {
		if err := troubled(c, err, &page, &p.Wrong); err != nil {
			return err
		}
	}
	if p.Site, err = k.nameOf(ctx, r.Site); err != nil {
		return err
	}
	tree, err := k.Tree(ctx, r.Site)
	if err != nil {
		return err
	}
	p.Facts = facts(c, &r)
	if r.Made != 0 {
		_, _, p.Made = tree.stands(r.Made)
	}
	if r.State == Open {
		if err := k.open(c, &p, &r, tree); err != nil {
			return err
		}
	}
	return requestView.Show(k.Console, c, page, p)
}

// open adds what may be done with an open request.
func (k *Keeper) open(c *fiber.Ctx, p *requestPage, r *Request, tree *Tree) error {
	ctx := c.UserContext()
	mine := kernel.ActorFrom(ctx).Account == r.AskedBy
	decides := k.reaches(ctx, r.Site, r.Column, performs[r.Kind])
	p.MayWithdraw, p.MayDecide, p.Own = mine, decides && !mine, decides && mine
	p.Drift = r.drifts(c, tree)
	p.Column, _, _ = tree.stands(r.Column)
	p.Successor, _, _ = tree.stands(r.Successor)
	p.Accept, p.Slugs = p.Address+"/accept/"+r.Kind, p.New || r.Kind == AskRename
	if col := tree.Get(r.Column); r.Kind == AskRename && p.Slug == "" && col != nil {
		p.Slug = col.Slug
	}
	effect, err := k.Foresee(ctx, *r, p.Slug)
	var f *fault.Fault
	switch {
	case err == nil:
		p.Effect, p.Ready = effect, !p.New || p.Slug != ""
	case !errors.As(err, &f) || statuses[f.Kind] == 0 && f.Kind != fault.NotFound:
		return err
	case f.Field == "slug" && p.Wrong.Say == "":
		p.Wrong = trouble{console.Told(c, err), f.Field}
	case f.Field != "slug":
		p.Blocked = console.Told(c, err)
	}
	return nil
}

// facts are what is asked for, line by line.
func facts(c *fiber.Ctx, r *Request) (all []fact) {
	was := r.ColumnWas
	if was == "" {
		was = say(c, "最上一级")
	}
	switch r.Kind {
	case AskNew:
		days := strconv.Itoa(r.CycleDays) + " " + say(c, "天")
		if r.CycleDays == 0 {
			days = say(c, "不设周期")
		}
		nav := say(c, "不放进导航")
		if r.Nav {
			nav = say(c, "放进导航")
		}
		return []fact{{say(c, "栏目名称"), r.Name}, {say(c, "放在哪个栏目下面"), was}, {say(c, "类别"), say(c, kindName(r.Sort))}, {say(c, "更新周期"), days}, {say(c, "导航"), nav}}
	case AskRename:
		return []fact{{say(c, "栏目"), was}, {say(c, "新的名称"), r.Name}}
	}
	to := r.SuccessorWas
	if to == "" {
		to = say(c, "没有")
	}
	return []fact{{say(c, "栏目"), was}, {say(c, "接替的栏目"), to}}
}

// drifts are the columns of a request that were changed since.
func (r *Request) drifts(c *fiber.Ctx, t *Tree) (all []drift) {
	add := func(id, version int64, was string) {
		now, name, is := t.stands(id)
		if now == version {
			return
		}
		if k := t.Get(id); k == nil {
			name, is = was, say(c, "没有这个栏目了")
		} else if k.State != Active {
			is = map[string]string{Merged: say(c, "已归并"), Closed: say(c, "已关闭")}[k.State]
		}
		all = append(all, drift{name, was, is})
	}
	add(r.Column, r.ColumnVersion, r.ColumnWas)
	add(r.Successor, r.SuccessorVersion, r.SuccessorWas)
	return all
}

func (k *Keeper) accept(kind string) fiber.Handler {
	return func(c *fiber.Ctx) error {
		r, err := k.request(c)
		if err != nil {
			return err
		}
		yes := Consent{Kind: kind, Slug: typed(c, "slug"), Column: number(c, "seen"), Successor: number(c, "seen-successor"), Changed: c.FormValue("changed") == "1"}
		return k.decided(c, k.Accept(c.UserContext(), r.Site, r.ID, yes), "accepted")
	}
}

func (k *Keeper) refuse(c *fiber.Ctx) error {
	id, _ := kernel.ParseID[int64](c.Params("id")) // the route has found it
	return k.decided(c, k.Refuse(c.UserContext(), at(c), id, typed(c, "because")), "refused")
}

func (k *Keeper) withdraw(c *fiber.Ctx) error {
	id, _ := kernel.ParseID[int64](c.Params("id")) // the route has found it
	return k.decided(c, k.Withdraw(c.UserContext(), at(c), id), "withdrawn")
}

// decided leads to the list, or shows the request again with what was typed.
func (k *Keeper) decided(c *fiber.Ctx, err error, done string) error {
	if err != nil {
		return k.shown(c, err)
	}
	return c.Redirect(k.listOf(c)+"?done="+done, fiber.StatusSeeOther)
}

// listOf is where the person finds the list that a site's requests are in: with the unit that carries it, if that is where the person decides.
func (k *Keeper) listOf(c *fiber.Ctx) string {
	g, err := k.Sites.Get(c.UserContext(), at(c))
	if err == nil && g.Parent != 0 && k.reaches(c.UserContext(), g.Parent, web.AnyColumn, deciders...) {
		return requestsAt(g.Parent)
	}
	return requestsAt(at(c))
}
