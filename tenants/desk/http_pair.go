package desk

import (
	"context"
	"slices"
	"strconv"

	"github.com/gofiber/fiber/v2"
	"github.com/zhanqun/zhanqun/kernel"
	"github.com/zhanqun/zhanqun/kernel/fault"
	"github.com/zhanqun/zhanqun/platform/console"
	"github.com/zhanqun/zhanqun/platform/publication"
	"github.com/zhanqun/zhanqun/tenants/article"
	"github.com/zhanqun/zhanqun/tenants/interpretation"
	"github.com/zhanqun/zhanqun/tenants/review"
)

// pairing is what an article explains and what explains it (d10), as its screen shows it.
type pairing struct {
	Shown    bool
	Official bool // it is an official document, which may be explained
	Major    bool
	Lacks    bool // a major policy that nothing public explains: it is not published alone
	Of, By   []pairLine
	Together []pick // approved like it, and published at one instant with it
	Set      string // where the pairs are set, or ""
	Write    string // where an interpretation of it is written, or ""
}

// pairLine is the other text of a pair.
type pairLine struct {
	ID                             article.ID
	Title, Href, Form, State, Kind string
	Policy, Article                article.ID // as a form names the pair
	Word                           string     // of the form
	ready                          *pick      // when it may be published now by this person
}

// pairs fills in the pairs of an article.
func (d *Desk) pairs(c *fiber.Ctx, a *article.Draft, p *articlePage) (err error) {
	ctx, q := c.UserContext(), &p.Pairing
	q.Official, q.Major = a.Payload.Kind == article.Policy, a.Payload.Major()
	if q.Of, q.By, err = d.pairsOf(c, a); err != nil {
		return err
	}
	if a.BinnedAt.IsZero() && d.offers(ctx, a.Site, a.ID, "interpretation.create") {
		q.Set = address(a.Site, a.ID, "") + "/interpretation"
		if q.Official && d.Console.OffersSome(ctx, a.Site, "article.create") {
			q.Write = "/sites/" + a.Site.String() + "/articles/new?explains=" + strconv.FormatInt(a.ID, 10)
		}
	}
	q.Shown = len(q.Of)+len(q.By) > 0 || q.Major || q.Set != ""
	for _, l := range slices.Concat(q.Of, q.By) {
		if l.ready == nil {
			continue
		}
		p.AtOnce = false // the last step is taken first: then the two are offered at one instant
		if p.MayPublish {
			q.Together = append(q.Together, *l.ready)
		}
	}
	if q.Major {
		if err = d.Pairs.Explained(ctx, a.Site, a.ID, a.Payload.Title); fault.Is(err, fault.Conflict) {
			q.Lacks, p.AtOnce, err = true, false, nil
		}
	}
	return err
}

// pairsOf are the pairs of an article, with the state of the other text and whether this person may publish that now.
func (d *Desk) pairsOf(c *fiber.Ctx, a *article.Draft) (of, by []pairLine, err error) {
	ctx := c.UserContext()
	explains, explained, err := d.Pairs.Pairs(ctx, a.Site, a.ID)
	if err != nil {
		return nil, nil, err
	}
	var ids []article.ID
	for _, one := range explains {
		ids = append(ids, one.Policy)
	}
	for _, one := range explained {
		ids = append(ids, one.Article)
	}
	drafts, err := d.Articles.Some(ctx, a.Site, ids)
	if err != nil {
		return nil, nil, err
	}
	var editions []publication.EditionID
	for _, other := range drafts {
		if other.State == article.Submitted {
			editions = append(editions, other.Edition)
		}
	}
	trails, err := d.Published.Trails(ctx, a.Site, editions...)
	if err != nil {
		return nil, nil, err
	}
	lines := func(all []interpretation.Pair, other func(interpretation.Pair) article.ID) (to []pairLine, err error) {
		for _, one := range all {
			l, err := d.pairLine(c, one, drafts[other(one)], trails)
			if err != nil {
				return nil, err
			}
			to = append(to, l)
		}
		return to, nil
	}
	if of, err = lines(explains, func(one interpretation.Pair) article.ID { return one.Policy }); err != nil {
		return nil, nil, err
	}
	by, err = lines(explained, func(one interpretation.Pair) article.ID { return one.Article })
	return of, by, err
}

func (d *Desk) pairLine(c *fiber.Ctx, one interpretation.Pair, other article.Draft, trails map[publication.EditionID]*publication.Trail) (pairLine, error) {
	l := pairLine{ID: other.ID, Title: other.Payload.Title, Href: address(other.Site, other.ID, ""), Form: one.Form, Word: say(c, interpretation.Word(one.Form)), Policy: one.Policy, Article: one.Article}
	word, kind := standing(other.State)
	if !other.BinnedAt.IsZero() {
		word, kind = "回收站", "bad"
	}
	l.State, l.Kind = say(c, word), kind
	if !d.sees(c.UserContext(), &other) {
		l.Title, l.Href = say(c, "别的栏目里还没有公开的稿件"), ""
		return l, nil
	}
	t := trails[other.Edition]
	if t == nil || other.State != article.Submitted {
		return l, nil
	}
	l.State = say(c, review.StateOf(t).Says())
	turn, err := d.Reviews.Turn(c.UserContext(), t)
	if err == nil && turn == review.ToPublish {
		l.ready = &pick{value(other.Site, other.ID, other.Edition), l.Title, l.Href, l.Word, true}
	}
	return l, err
}

// sees reports whether the person may know an article of the site by its title: who reads its column's drafts, and everybody what is public.
func (d *Desk) sees(ctx context.Context, a *article.Draft) bool {
	return a.State == article.Released || d.offers(ctx, a.Site, a.ID, reads...)
}

// withThese publishes an article at one instant with those that the form names, in one transaction.
func (d *Desk) withThese(c *fiber.Ctx, a *article.Draft, e publication.EditionID) error {
	var with []string
	for _, v := range c.Context().PostArgs().PeekMulti("with") {
		with = append(with, string(v))
	}
	if len(with) > togetherMost {
		return fault.New(fault.Invalid, "一次最多同时发布 %d 篇，请分批。", togetherMost)
	}
	return d.DB.InTx(c.UserContext(), func(ctx context.Context) error {
		all := []ready{{a, e}}
		for _, v := range with {
			one, err := d.picked(ctx, v)
			if err != nil {
				return err
			}
			all = append(all, one)
		}
		return d.release(ctx, all)
	})
}

// pairPage is where it is said what an article explains.
type pairPage struct {
	Title, Back, Action string
	Official, Asked     bool
	Wrong               trouble
	Done                string
	Of, By              []pairLine
	Query               string
	Found               []article.Found
	Policy              article.ID // that was chosen
	Form                string
	Forms               []option
	Write               string
}

var pairView = console.Define[pairPage]("desk", "pair")

// foundMost is how many policies a search shows.
const foundMost = 20

func (d *Desk) showPairs(c *fiber.Ctx) error {
	a, err := d.found(c)
	if err != nil {
		return err
	}
	return d.pairPage(c, a, nil)
}

func (d *Desk) pairPage(c *fiber.Ctx, a *article.Draft, wrongly error) (err error) {
	ctx := c.UserContext()
	page := console.Page{Title: say(c, "政策解读"), Site: a.Site}
	p := pairPage{Title: a.Payload.Title, Back: address(a.Site, a.ID, ""), Official: a.Payload.Kind == article.Policy, Query: c.Query("q"), Form: c.FormValue("form")}
	p.Action = p.Back + "/interpretation"
	if wrongly != nil {
		field, is := wrong(wrongly)
		if !is {
			return wrongly
		}
		p.Wrong, page.Status, p.Query = trouble{console.Told(c, wrongly), field}, statuses[fault.KindOf(wrongly)], typed(c, "q")
		p.Policy, _ = kernel.ParseID[article.ID](c.FormValue("policy"))
	} else if done := c.Query("done"); done == "linked" || done == "unlinked" {
		p.Done = say(c, pairDone[done])
	}
	if p.Of, p.By, err = d.pairsOf(c, a); err != nil {
		return err
	}
	p.Asked = p.Query != ""
	if p.Found, err = d.documents(ctx, a, p.Query); err != nil {
		return err
	}
	p.Forms = forms(c, p.Form)
	if p.Official && d.Console.OffersSome(ctx, a.Site, "article.create") {
		p.Write = "/sites/" + a.Site.String() + "/articles/new?explains=" + strconv.FormatInt(a.ID, 10)
	}
	return pairView.Show(d.Console, c, page, p)
}

// documents are the policies that an article may explain: those of the search that the person may know of.
func (d *Desk) documents(ctx context.Context, a *article.Draft, query string) ([]article.Found, error) {
	all, err := d.Articles.FindDocuments(ctx, a.Site, query, foundMost)
	if err != nil {
		return nil, err
	}
	everywhere, within, err := d.Reach(ctx, a.Site, reads...)
	return slices.DeleteFunc(all, func(f article.Found) bool {
		return f.ID == a.ID || !f.Public && !everywhere && !slices.Contains(within, f.Column)
	}), err
}

var pairDone = map[string]string{"linked": "已登记。两篇都公开时，网页上互相看得到。", "unlinked": "已取消，网页上不再互相链接。"}

// forms are the forms of an interpretation as a select offers them.
func forms(c *fiber.Ctx, chosen string) (all []option) {
	for _, f := range interpretation.Forms {
		all = append(all, option{f.Value, say(c, f.Word), f.Value == chosen})
	}
	return all
}

// pair says that an article explains a policy, or takes a pair of either back.
func (d *Desk) pair(c *fiber.Ctx) error {
	a, err := d.found(c)
	if err != nil {
		return err
	}
	ctx, done := c.UserContext(), "linked"
	policy, _ := kernel.ParseID[article.ID](c.FormValue("policy"))
	other, _ := kernel.ParseID[article.ID](c.FormValue("article"))
	switch {
	case c.FormValue("do") == "drop" && (policy == a.ID || other == a.ID):
		done, err = "unlinked", d.Pairs.Unlink(ctx, a.Site, policy, other)
	default:
		err = d.link(ctx, a.Site, policy, a.ID, c.FormValue("form"))
	}
	if err != nil {
		return d.pairPage(c, a, err)
	}
	return see(c, address(a.Site, a.ID, "")+"/interpretation?done="+done)
}

// link says that an article explains a policy that the person may know of.
func (d *Desk) link(ctx context.Context, site kernel.SiteID, policy, id article.ID, form string) error {
	known, err := d.Articles.Some(ctx, site, []article.ID{policy})
	if err != nil {
		return err
	}
	if a, ok := known[policy]; !ok || !d.sees(ctx, &a) {
		return fault.In("policy", "请选择解读的是哪一篇政策。")
	}
	return d.Pairs.Link(ctx, site, policy, id, form)
}

// explaining is what a form for a new article says that it explains.
type explaining struct {
	Policy article.ID
	Title  string
	Forms  []option
}

// explaining reads which policy a new article is to explain, or nothing where the address and the form name none of the site.
func (d *Desk) explaining(c *fiber.Ctx) (*explaining, error) {
	named := c.Query("explains")
	if named == "" {
		named = c.FormValue("explains")
	}
	id, ok := kernel.ParseID[article.ID](named)
	if !ok {
		return nil, nil
	}
	a, err := d.Articles.Get(c.UserContext(), at(c), id)
	if fault.Is(err, fault.NotFound) || fault.Is(err, fault.Gone) || err == nil && (a.Payload.Kind != article.Policy || !d.sees(c.UserContext(), a)) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	return &explaining{id, a.Payload.Title, forms(c, c.FormValue("form"))}, nil
}

// explains links a new article to the policy that its form named. The article is saved in any case; why it is not linked, its screen says.
func (d *Desk) explains(c *fiber.Ctx, site kernel.SiteID, id article.ID) error {
	policy, ok := kernel.ParseID[article.ID](c.FormValue("explains"))
	if !ok {
		return nil
	}
	if !d.offers(c.UserContext(), site, id, "interpretation.create") {
		return fault.New(fault.Forbidden, "您没有登记解读的权限。稿件已经保存，请内容主管登记。")
	}
	return d.link(c.UserContext(), site, policy, id, c.FormValue("form"))
}

// unexplained shows a new article that was saved and is not linked, and why.
func (d *Desk) unexplained(c *fiber.Ctx, site kernel.SiteID, id article.ID, why error) error {
	a, err := d.Articles.Get(c.UserContext(), site, id)
	if err != nil {
		return err
	}
	return d.article(c, a, why)
}
