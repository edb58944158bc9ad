package desk

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/gofiber/fiber/v2"
	"github.com/zhanqun/zhanqun/kernel"
	"github.com/zhanqun/zhanqun/kernel/fault"
	"github.com/zhanqun/zhanqun/platform/clocks"
	"github.com/zhanqun/zhanqun/platform/console"
	"github.com/zhanqun/zhanqun/platform/publication"
	"github.com/zhanqun/zhanqun/tenants/article"
	"github.com/zhanqun/zhanqun/tenants/review"
)

// allPage is what waits for the person on every site at once.
type allPage struct {
	Sites []siteQueue
	Ready []pick // approved, and for the person to publish: together, if they like
	Wrong trouble
	Done  string
}

type siteQueue struct {
	Name    string
	Section console.Section
}

// pick is an article that may be published with others at one instant.
type pick struct {
	Value, Title, Href, Site string
	Chosen                   bool
}

var allView = console.Define[allPage]("desk", "all")

// desks are the sites where the actor may have something to decide: the own ones, and those whose chains end at the own office.
func (d *Desk) desks(ctx context.Context) ([]console.Seat, error) {
	seats, err := d.Console.Seats(ctx)
	if err != nil {
		return nil, err
	}
	live, err := d.Accounts.Live(ctx, kernel.ActorFrom(ctx).Account, d.Now())
	if err != nil {
		return nil, err
	}
	var orgs []kernel.OrgID
	for _, a := range live {
		if a.Site == 0 && slices.Contains(reviewers, a.Role) {
			orgs = append(orgs, a.Org)
		}
	}
	ending, err := d.Reviews.EndingAt(ctx, orgs...)
	if err != nil {
		return nil, err
	}
	for _, id := range ending {
		if slices.ContainsFunc(seats, func(s console.Seat) bool { return s.ID == id }) {
			continue
		}
		s, err := d.Sites.Get(ctx, id)
		if err != nil {
			return nil, err
		}
		seats = append(seats, console.Seat{ID: id, Name: s.Name})
	}
	return seats, nil
}

func (d *Desk) showAll(c *fiber.Ctx) error { return d.all(c, nil) }

func (d *Desk) all(c *fiber.Ctx, wrongly error) error {
	ctx := c.UserContext()
	page, p := console.Page{Title: say(c, "待审")}, allPage{}
	if wrongly != nil {
		field, is := wrong(wrongly)
		if !is {
			return wrongly
		}
		p.Wrong, page.Status = trouble{console.Told(c, wrongly), field}, statuses[fault.KindOf(wrongly)]
	} else if c.Query("done") == "together" {
		p.Done = say(c, "已同时发布，网站上现在就能看到。")
	}
	seats, err := d.desks(ctx)
	if err != nil {
		return err
	}
	picked := chosen(c)
	for _, s := range seats {
		waiting, err := d.turns(ctx, s.ID, queueMost)
		if err != nil {
			return err
		}
		q := siteQueue{Name: s.Name}
		if q.Section.Items, err = d.items(ctx, waiting); err != nil {
			return err
		}
		more, err := d.unconfirmed(ctx, s.ID)
		if err != nil {
			return err
		}
		q.Section.Items = append(q.Section.Items, more...)
		for _, t := range waiting {
			if t.what == review.ToPublish {
				v := value(t.Site, t.ID, t.trail.Edition)
				p.Ready = append(p.Ready, pick{v, t.Payload.Title, address(t.Site, t.ID, ""), s.Name, slices.Contains(picked, v)})
			}
		}
		if len(q.Section.Items) > 0 {
			p.Sites = append(p.Sites, q)
		}
	}
	return allView.Show(d.Console, c, page, p)
}

func value(site kernel.SiteID, id article.ID, e publication.EditionID) string {
	return site.String() + "." + kernel.SiteID(id).String() + "." + e.String()
}

// chosen are the picks of a form.
func chosen(c *fiber.Ctx) (all []string) {
	for _, v := range c.Context().PostArgs().PeekMulti("pick") {
		all = append(all, string(v))
	}
	return all
}

// togetherMost bounds what is published in one transaction.
const togetherMost = 50

// ready is one of the picks, read: an article and the edition that the person saw.
type ready struct {
	*article.Draft
	edition publication.EditionID
}

// together publishes what was picked, on however many sites, in one transaction: all of it at one instant, or none.
func (d *Desk) together(c *fiber.Ctx) error {
	picked := chosen(c)
	switch n := len(picked); {
	case n == 0:
		return d.all(c, fault.In("pick", "请至少勾选一篇稿件。"))
	case n > togetherMost:
		return d.all(c, fault.In("pick", "一次最多同时发布 %d 篇，请分批。", togetherMost))
	}
	err := d.DB.InTx(c.UserContext(), func(ctx context.Context) error {
		var all []ready
		for _, v := range picked {
			a, err := d.picked(ctx, v)
			if err != nil {
				return err
			}
			all = append(all, a)
		}
		return d.release(ctx, all)
	})
	if err != nil {
		return d.all(c, err)
	}
	return see(c, "/reviews?done=together")
}

// release publishes articles within the caller's transaction: sites are written in one order everywhere, and on each a major policy comes
// after what explains it.
func (d *Desk) release(ctx context.Context, all []ready) error {
	slices.SortStableFunc(all, func(a, b ready) int {
		if a.Site != b.Site {
			return cmp.Compare(a.Site, b.Site)
		}
		return major(a) - major(b)
	})
	for _, a := range all {
		if err := d.Reviews.Publish(ctx, a.Site, a.edition, publication.Placing{Place: a.Column}); err != nil {
			return fmt.Errorf("publish %s together: %w", a.Payload.Title, err)
		}
	}
	return nil
}

func major(a ready) int {
	if a.Payload.Major() {
		return 1
	}
	return 0
}

// picked reads a pick; what the person may not publish is not there.
func (d *Desk) picked(ctx context.Context, v string) (ready, error) {
	gone := fault.New(fault.Conflict, "勾选的稿件里有一篇已经变了或不在了，一篇也没有发布。请重新勾选。")
	parts := strings.Split(v, ".")
	if len(parts) != 3 {
		return ready{}, gone
	}
	site, one := kernel.ParseID[kernel.SiteID](parts[0])
	id, two := kernel.ParseID[article.ID](parts[1])
	e, three := kernel.ParseID[publication.EditionID](parts[2])
	if !one || !two || !three {
		return ready{}, gone
	}
	a, err := d.Articles.Get(ctx, site, id)
	if fault.Is(err, fault.NotFound) || err == nil && a.Edition == 0 {
		return ready{}, gone
	}
	if err != nil {
		return ready{}, err
	}
	t, err := d.Published.Trail(ctx, site, a.Edition)
	if err != nil {
		return ready{}, err
	}
	turn, err := d.Reviews.Turn(ctx, t)
	if err != nil {
		return ready{}, err
	}
	if turn != review.ToPublish || a.Edition != e || a.State != article.Submitted {
		return ready{}, gone
	}
	return ready{a, e}, nil
}

// queuePage is what waits for the person on a site.
type queuePage struct{ Section console.Section }

var queueView = console.Define[queuePage]("desk", "queue")

// queueMost is how many articles under review are looked through.
const queueMost = 200

func (d *Desk) showQueue(c *fiber.Ctx) error {
	all, err := d.turns(c.UserContext(), at(c), queueMost)
	if err != nil {
		return err
	}
	s := console.Section{Empty: "没有等您处理的稿件。"}
	if s.Items, err = d.items(c.UserContext(), all); err != nil {
		return err
	}
	more, err := d.unconfirmed(c.UserContext(), at(c))
	if err != nil {
		return err
	}
	s.Items = append(s.Items, more...)
	return queueView.Show(d.Console, c, console.Page{Title: say(c, "待审"), Site: at(c)}, queuePage{s})
}

func (d *Desk) items(ctx context.Context, all []turn) (items []console.Item, err error) {
	var ready []article.ID
	var plans map[article.ID]article.Schedule
	for _, t := range all {
		if t.what == review.ToPublish {
			ready = append(ready, t.ID)
		}
	}
	if len(ready) > 0 {
		if plans, err = d.Articles.Planned(ctx, all[0].Site, ready...); err != nil { // a queue is of one site
			return nil, err
		}
	}
	due, err := d.owing(ctx, all)
	if err != nil {
		return nil, err
	}
	for _, t := range all {
		i := d.waiting(ctx, t)
		if k, ok := due[t.ID]; ok {
			i.Due, i.DueKind, i.DueAt = k.Word(d.Now()), k.Light(d.Now()), k.ShownAt()
		}
		if t.what == review.ToPublish {
			if why := plans[t.ID].Failed; why != "" {
				i.Kind, i.NoteWord, i.Note = "bad", "没有按时发布", why
			}
		}
		items = append(items, i)
	}
	return items, nil
}

// owing is what each of the articles of a queue owes first.
func (d *Desk) owing(ctx context.Context, all []turn) (map[article.ID]clocks.Clock, error) {
	if len(all) == 0 {
		return nil, nil
	}
	ids := make([]article.ID, len(all))
	for i, t := range all {
		ids[i] = t.ID
	}
	return d.due(ctx, all[0].Site, ids) // a queue is of one site
}

// waiting is an article in a queue: until when, for what is owed; from whom or to whom, for what was handed over.
func (d *Desk) waiting(ctx context.Context, t turn) console.Item {
	i := console.Item{Text: t.Payload.Title, Href: address(t.Site, t.ID, ""), Mark: review.StateOf(t.trail).Says(), Kind: "warn", At: t.trail.FrozenAt}
	if t.what == review.ToSettle {
		i.Kind, i.NoteWord, i.Note = "bad", "补审期限", t.trail.Debt.DueAt.In(kernel.Beijing).Format("2006-01-02 15:04")
	}
	if t.what != review.ToReview || t.to.ID == 0 {
		return i
	}
	other, word := t.to.By, "转来的同事"
	if t.to.By == kernel.ActorFrom(ctx).Account {
		other, word, i.Kind = t.to.To, "已转给", ""
	} else if t.to.To != kernel.ActorFrom(ctx).Account {
		return i
	}
	if name, err := d.name(ctx, other); err == nil {
		i.NoteWord, i.Note = word, name+"："+t.to.Words
	}
	return i
}
