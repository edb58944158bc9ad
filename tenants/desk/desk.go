// Package desk is where people write, send, review, publish and take back: the screens of an editorial office.
//
// It serves 安政办发〔2015〕71号 三(二) (先审查后公开) and 四(五) (领导分管、部门负责、专人实施, d41, d42). The rules are not here: a
// draft's are tenants/article's, a step's are tenants/review's, and whether anything may become public is platform/publication's
// schema. This room leads people through them, in sentences, and loses nothing that was typed.
package desk

import (
	"context"
	"fmt"
	"slices"

	"github.com/zhanqun/zhanqun/kernel"
	"github.com/zhanqun/zhanqun/kernel/fault"
	"github.com/zhanqun/zhanqun/platform/clocks"
	"github.com/zhanqun/zhanqun/platform/console"
	"github.com/zhanqun/zhanqun/platform/identity"
	"github.com/zhanqun/zhanqun/platform/org"
	"github.com/zhanqun/zhanqun/platform/publication"
	"github.com/zhanqun/zhanqun/platform/site"
	"github.com/zhanqun/zhanqun/policies"
	"github.com/zhanqun/zhanqun/storage/db"
	"github.com/zhanqun/zhanqun/tenants/article"
	"github.com/zhanqun/zhanqun/tenants/checks"
	"github.com/zhanqun/zhanqun/tenants/column"
	"github.com/zhanqun/zhanqun/tenants/interpretation"
	"github.com/zhanqun/zhanqun/tenants/media"
	"github.com/zhanqun/zhanqun/tenants/review"
)

// Room is what the desk needs of the house.
type Room struct {
	DB        *db.DB
	Now       kernel.Clock
	Accounts  *identity.Accounts
	Orgs      *org.Orgs
	Sites     *site.Sites
	Columns   *column.Columns
	Articles  *article.Articles
	Published *publication.Publications
	Reviews   *review.Desk
	Checks    *checks.Checks
	Media     *media.Media
	Pairs     *interpretation.Interpretations
	Clocks    *clocks.Clocks
	Console   *console.Console
	// Imported says what was met and recognised in a file that has just become this draft; nil where nothing is imported.
	Imported func(code string, p article.Payload, say func(zh string) string) []string
	// Reach is where on a site the actor may do one of the actions: everywhere, or in these columns.
	Reach  func(ctx context.Context, site kernel.SiteID, acts ...policies.Action) (everywhere bool, columns []int64, err error)
	Origin string // where the console answers, for links that are handed on: "https://console.ankang.gov.cn"
}

// Desk is the room. Its methods are safe for concurrent use.
type Desk struct{ Room }

// New makes the room.
func New(r Room) *Desk { return &Desk{r} }

// What opens which screen: whoever writes or decides on a site reads the drafts of that site.
var (
	writes  = []policies.Action{"article.create", "article.edit.draft", "article.submit"}
	decides = []policies.Action{"review.pass", "secrecy.pass", "article.publish", "article.withdraw", "debt.settle"}
	reads   = slices.Concat(writes, decides)
	// 上级终审 opens what waits for that office, and nothing else: see found.
	lastly = []policies.Action{"review.final.pass"}
)

// Reads are the actions of which any one opens the drafts of a site.
func Reads() []policies.Action { return slices.Clone(reads) }

// Menu is the room's lines in the console.
func (d *Desk) Menu() []console.Entry {
	return []console.Entry{
		{Name: "写稿", Path: "/sites/:site/articles/new", Any: []policies.Action{"article.create"}, Some: true},
		{Name: "稿件", Path: "/sites/:site/articles", Any: reads, Some: true},
		{Name: "待审", Path: "/reviews", If: d.decidesSomewhere},
		{Name: "审核流程", Path: "/sites/:site/chains", Any: []policies.Action{"column.owner.set"}},
	}
}

// decidesSomewhere reports whether the actor has a post that decides, at whatever site: the queue is one for all of them.
func (d *Desk) decidesSomewhere(ctx context.Context) bool {
	live, err := d.Accounts.Live(ctx, kernel.ActorFrom(ctx).Account, d.Now())
	return err == nil && slices.ContainsFunc(live, func(a identity.Appointment) bool { return slices.Contains(deciders, a.Role) })
}

// name is who an account is, for a screen.
func (d *Desk) name(ctx context.Context, id kernel.AccountID) (string, error) {
	return kernel.Remember(ctx, whoIs{id}, func() (string, error) {
		a, err := d.Accounts.Get(ctx, id)
		if fault.Is(err, fault.NotFound) {
			return "账号 " + id.String(), nil
		}
		return a.Name, err
	})
}

// whoIs is the name of an account, among what a screen has read.
type whoIs struct{ id kernel.AccountID }

// meet reads the names of many people at once, for a screen that asks for each of them.
func (d *Desk) meet(ctx context.Context, ids []kernel.AccountID) error {
	names, err := d.Accounts.Names(ctx, ids...)
	for id, name := range names {
		kernel.Keep(ctx, whoIs{id}, name)
	}
	return err
}

// choice is a column that an article may stand in.
type choice struct {
	ID   int64
	Name string // with the columns above it
	Here bool
}

// choices are the columns in which the actor may do one of acts.
func (d *Desk) choices(ctx context.Context, site kernel.SiteID, chosen int64, acts ...policies.Action) ([]choice, error) {
	tree, err := d.Columns.Tree(ctx, site)
	if err != nil {
		return nil, err
	}
	everywhere, within, err := d.Reach(ctx, site, acts...)
	if err != nil {
		return nil, err
	}
	var all []choice
	for _, k := range tree.All() {
		if k.State != column.Active || !everywhere && !slices.Contains(within, k.ID) {
			continue
		}
		all = append(all, choice{k.ID, trail(tree, k.ID), k.ID == chosen})
	}
	return all, nil
}

// offers reports whether the actor may do one of acts with an article: on its whole site, or in its column.
func (d *Desk) offers(ctx context.Context, site kernel.SiteID, id article.ID, acts ...policies.Action) bool {
	return d.Console.Offers(ctx, site, acts...) || d.Reviews.Offers(ctx, publication.Object{Site: site, Kind: article.Kind, ID: id}, acts...)
}

// reached narrows a filter to the columns in which the actor may do one of acts.
func (d *Desk) reached(ctx context.Context, site kernel.SiteID, f article.Filter, acts ...policies.Action) (article.Filter, error) {
	everywhere, within, err := d.Reach(ctx, site, acts...)
	if !everywhere {
		f.Within = append([]int64{}, within...)
	}
	return f, err
}

// turns are the articles of a site that wait for the actor, with what they wait for: what is owed first, what the actor has handed
// over last.
func (d *Desk) turns(ctx context.Context, id kernel.SiteID, most int) ([]turn, error) {
	drafts, err := d.owed(ctx, id)
	if err != nil {
		return nil, err
	}
	sent, err := d.Articles.List(ctx, id, article.Filter{State: article.Submitted}, kernel.Page{Number: 1, Size: most})
	if err != nil {
		return nil, err
	}
	var all, passedOn []turn
	var editions []publication.EditionID
	for _, a := range sent {
		editions = append(editions, a.Edition)
	}
	handed, err := d.Reviews.Handed(ctx, id, editions)
	if err != nil {
		return nil, err
	}
	for _, a := range drafts {
		editions = append(editions, a.Edition)
	}
	trails, err := d.Published.Trails(ctx, id, editions...)
	if err != nil {
		return nil, err
	}
	for _, a := range append(drafts, sent...) {
		t := trails[a.Edition]
		if t == nil {
			return nil, fmt.Errorf("article %d of site %d has no edition %d", a.ID, id, a.Edition)
		}
		what, err := d.Reviews.Turn(ctx, t)
		if err != nil {
			return nil, err
		}
		to := handed[a.Edition]
		switch one := (turn{a, t, what, to}); {
		case what == review.Nothing:
		case what == review.ToReview && to.By == kernel.ActorFrom(ctx).Account:
			passedOn = append(passedOn, one)
		default:
			all = append(all, one)
		}
	}
	return append(all, passedOn...), nil
}

// owed are the articles that were published in an emergency and wait for their review.
func (d *Desk) owed(ctx context.Context, id kernel.SiteID) (all []article.Draft, err error) {
	debts, err := d.Published.OpenDebts(ctx, id)
	if err != nil {
		return nil, err
	}
	for _, debt := range debts {
		if debt.Kind != article.Kind {
			continue
		}
		a, err := d.Articles.Get(ctx, id, debt.ID)
		if err != nil {
			return nil, err
		}
		if a.Edition == debt.Edition {
			all = append(all, *a)
		}
	}
	return all, nil
}

type turn struct {
	article.Draft
	trail *publication.Trail
	what  review.Turn
	to    review.Note // to whom it was handed over last, if to anybody
}
