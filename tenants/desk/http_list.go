package desk

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/gofiber/fiber/v2"
	"github.com/zhanqun/zhanqun/kernel"
	"github.com/zhanqun/zhanqun/kernel/fault"
	"github.com/zhanqun/zhanqun/platform/clocks"
	"github.com/zhanqun/zhanqun/platform/console"
	"github.com/zhanqun/zhanqun/tenants/article"
	"github.com/zhanqun/zhanqun/tenants/review"
)

// listPage is the articles of a site as editors see them.
type listPage struct {
	Tabs         []tab
	Rows         []listRow
	New          string // address of an empty form, or "" for who may not write
	MayImport    string // address of the form that takes a file, likewise
	Newer, Older string
	Path, Query  string // of the list; Query is what a view keeps
	Filter       filter
	Filtered     bool  // by more than the shelf
	Chips        []tab // each condition, and the list without it
	Columns      []choice
	Authors      []person
	Views        []savedView
	Wrong        trouble
	MaySubmit    bool
	MayEdit      bool
	InBin        bool
}

type person struct {
	ID   kernel.AccountID
	Name string
	Here bool
}

type savedView struct {
	ID         int64
	Name, Href string
	Here       bool
}

type tab struct {
	Name, Href string
	Here       bool
}

type listRow struct {
	Title, Href, Column, Author, State, Kind string
	At                                       time.Time
	Plan                                     string // when it becomes public or goes away, or ""
	Due, DueKind                             string // what a deadline of the article shows, or ""
	DueAt                                    time.Time
	Choice                                   string // how the bulk form names it: its id and the version that is shown
}

var listView = console.Define[listPage]("desk", "list")

const listRows = 50

// shelves are the tabs of the list, in order.
var shelves = []struct{ state, name string }{{"", "全部"}, {article.Drafted, "草稿"}, {article.Submitted, "审核中"}, {article.Released, "已发布"}, {article.Withdrawn, "已撤回"}, {binned, "回收站"}}

// standing is the word for an article's state, and how it looks.
func standing(state string) (word, kind string) {
	switch state {
	case article.Submitted:
		return "审核中", "warn"
	case article.Released:
		return "已发布", "ok"
	case article.Withdrawn:
		return "已撤回", "bad"
	}
	return "草稿", ""
}

func (d *Desk) showList(c *fiber.Ctx) error {
	f, ok := asked(c)
	if !ok {
		return see(c, f.at(c.Path()))
	}
	return d.list(c, f, nil)
}

// list shows the articles of a filter; err, if any, is why an act was not done.
func (d *Desk) list(c *fiber.Ctx, f filter, err error) error {
	ctx, site := c.UserContext(), at(c)
	page := console.Page{Title: say(c, "稿件"), Site: site}
	p := listPage{Path: "/sites/" + site.String() + "/articles", Query: f.query().Encode(), Filter: f, InBin: f.State == binned,
		MaySubmit: d.Console.OffersSome(ctx, site, "article.submit"), MayEdit: d.Console.OffersSome(ctx, site, "article.edit.draft")}
	if c.Method() == fiber.MethodGet {
		page.Undo = undo(c, f)
	}
	if err != nil {
		if _, is := wrong(err); !is {
			return err
		}
		p.Wrong, page.Status = trouble{Say: console.Told(c, err)}, statuses[fault.KindOf(err)]
	}
	for _, s := range shelves {
		other := f
		other.State, other.page = s.state, 1
		p.Tabs = append(p.Tabs, tab{say(c, s.name), other.at(p.Path), s.state == f.State})
	}
	wanted, err := d.reached(ctx, site, f.chosen(), reads...)
	if err != nil {
		return err
	}
	drafts, err := d.Articles.List(ctx, site, wanted, kernel.Page{Number: f.page, Size: listRows})
	if err != nil {
		return err
	}
	if err := d.filters(ctx, site, f, &p); err != nil { // before the rows, which show some of the same names
		return err
	}
	if p.Rows, err = d.rows(ctx, c, drafts); err != nil {
		return err
	}
	next := f
	if next.page = f.page - 1; f.page > 1 {
		p.Newer = next.at(p.Path)
	}
	if next.page = f.page + 1; len(drafts) == listRows {
		p.Older = next.at(p.Path)
	}
	if d.Console.OffersSome(ctx, site, "article.create") {
		p.New = p.Path + "/new"
	}
	if d.Console.Offers(ctx, site, "article.create") {
		p.MayImport = p.Path + "/import"
	}
	shelf := filter{State: f.State}
	p.Filtered = p.Query != shelf.query().Encode()
	return listView.Show(d.Console, c, page, p)
}

// filters fills in what may be chosen above the list.
func (d *Desk) filters(ctx context.Context, site kernel.SiteID, f filter, p *listPage) error {
	var err error
	if p.Columns, err = d.choices(ctx, site, f.Column, reads...); err != nil {
		return err
	}
	authors, err := d.authors(ctx, site)
	if err != nil {
		return err
	}
	for _, id := range authors {
		name, err := d.name(ctx, id)
		if err != nil {
			return err
		}
		p.Authors = append(p.Authors, person{id, name, id == f.Author})
	}
	p.Chips = f.chips(p)
	views, err := d.Articles.Views(ctx, site)
	for _, v := range views {
		p.Views = append(p.Views, savedView{v.ID, v.Name, p.Path + "?" + v.Query, v.Query == p.Query})
	}
	return err
}

// authors are who has written articles of a site; their names have been read.
func (d *Desk) authors(ctx context.Context, site kernel.SiteID) ([]kernel.AccountID, error) {
	all, err := d.Articles.Authors(ctx, site)
	if err != nil {
		return nil, err
	}
	return all, d.meet(ctx, all)
}

func (d *Desk) rows(ctx context.Context, c *fiber.Ctx, drafts []article.Draft) ([]listRow, error) {
	names, rows := map[kernel.AccountID]string{}, make([]listRow, 0, len(drafts))
	if len(drafts) == 0 {
		return nil, nil
	}
	tree, err := d.Columns.Tree(ctx, drafts[0].Site)
	if err != nil {
		return nil, err
	}
	ids := make([]article.ID, len(drafts))
	for i, a := range drafts {
		ids[i] = a.ID
	}
	plans, err := d.Articles.Planned(ctx, drafts[0].Site, ids...)
	if err != nil {
		return nil, err
	}
	due, err := d.due(ctx, drafts[0].Site, ids)
	if err != nil {
		return nil, err
	}
	for _, a := range drafts {
		if _, known := names[a.Author]; !known {
			if names[a.Author], err = d.name(ctx, a.Author); err != nil {
				return nil, err
			}
		}
		word, kind := standing(a.State)
		if !a.BinnedAt.IsZero() {
			word, kind = "回收站", "bad"
		}
		row := listRow{Choice: fmt.Sprintf("%d:%d", a.ID, a.Version), Title: a.Payload.Title, Href: address(a.Site, a.ID, ""), Author: names[a.Author], State: say(c, word), Kind: kind, At: a.UpdatedAt}
		if k := tree.Get(a.Column); k != nil {
			row.Column = k.Name
		}
		if s, ok := plans[a.ID]; ok {
			if row.Plan = d.says(c, s); s.Failed != "" {
				row.Plan = s.Failed
			}
		}
		if k, ok := due[a.ID]; ok {
			row.Due, row.DueKind, row.DueAt = say(c, k.Word(d.Now())), k.Light(d.Now()), k.ShownAt()
		}
		rows = append(rows, row)
	}
	return rows, nil
}

// due is what each of the articles owes first.
func (d *Desk) due(ctx context.Context, site kernel.SiteID, ids []article.ID) (map[article.ID]clocks.Clock, error) {
	open, err := d.Clocks.Open(ctx, site, string(article.Kind), ids, 2*len(ids))
	all := make(map[article.ID]clocks.Clock, len(open))
	for _, k := range open {
		if _, earlier := all[k.ID]; !earlier {
			all[k.ID] = k
		}
	}
	return all, err
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
	for _, t := range all {
		i := d.waiting(ctx, t)
		if t.what == review.ToPublish {
			if why := plans[t.ID].Failed; why != "" {
				i.Kind, i.NoteWord, i.Note = "bad", "没有按时发布", why
			}
		}
		items = append(items, i)
	}
	return items, nil
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

// workItems is how many lines a part of the first screen has.
const workItems = 8

// Waiting is what waits for the actor on a site.
func (d *Desk) Waiting(ctx context.Context, site kernel.SiteID) (console.Section, error) {
	if !d.Console.OffersSome(ctx, site, decides...) {
		return console.Section{}, nil
	}
	all, err := d.turns(ctx, site, queueMost)
	if err != nil {
		return console.Section{}, err
	}
	s := console.Section{Title: "待我处理", Empty: "没有等您处理的稿件。"}
	if s.Items, err = d.items(ctx, all); err != nil {
		return s, err
	}
	if len(s.Items) > workItems {
		s.Items, s.More = s.Items[:workItems], "/sites/"+site.String()+"/reviews"
	}
	return s, nil
}

// own are articles of a filter in the columns in which the actor writes.
func (d *Desk) own(ctx context.Context, site kernel.SiteID, f article.Filter, p kernel.Page) ([]article.Draft, error) {
	f, err := d.reached(ctx, site, f, writes...)
	if err != nil {
		return nil, err
	}
	return d.Articles.List(ctx, site, f, p)
}

// Recent is what the actor has written lately on a site, in whatever state.
func (d *Desk) Recent(ctx context.Context, site kernel.SiteID) ([]console.Item, error) {
	if !d.Console.OffersSome(ctx, site, writes...) {
		return nil, nil
	}
	last, err := d.own(ctx, site, article.Filter{Author: kernel.ActorFrom(ctx).Account}, kernel.Page{Number: 1, Size: workItems})
	if err != nil {
		return nil, err
	}
	var items []console.Item
	for _, a := range last {
		items = append(items, console.Item{Text: a.Payload.Title, Href: address(site, a.ID, "")})
	}
	return items, nil
}

// Mine is what the actor is writing on a site; what was returned says why.
func (d *Desk) Mine(ctx context.Context, site kernel.SiteID) (console.Section, error) {
	if !d.Console.OffersSome(ctx, site, writes...) {
		return console.Section{}, nil
	}
	drafts, err := d.own(ctx, site, article.Filter{State: article.Drafted, Author: kernel.ActorFrom(ctx).Account}, kernel.Page{Number: 1, Size: workItems})
	if err != nil {
		return console.Section{}, err
	}
	s := console.Section{Title: "我的草稿", Empty: "没有写到一半的稿件。", More: "/sites/" + site.String() + "/articles?state=" + article.Drafted}
	for _, a := range drafts {
		item := console.Item{Text: a.Payload.Title, Href: address(site, a.ID, ""), Mark: "草稿", At: a.UpdatedAt}
		if reason, err := d.returned(ctx, &a); err != nil {
			return s, err
		} else if reason != "" {
			item.Mark, item.Kind, item.Note = "已退回", "bad", reason
		}
		s.Items = append(s.Items, item)
	}
	slices.SortStableFunc(s.Items, func(a, b console.Item) int { return strings.Compare(b.Kind, a.Kind) }) // what came back stands first
	return s, nil
}

// Sent is what the actor has sent on a site and waits for colleagues, with how far it has come; nothing where nothing does.
func (d *Desk) Sent(ctx context.Context, site kernel.SiteID) (s console.Section, err error) {
	if !d.Console.OffersSome(ctx, site, writes...) {
		return s, nil
	}
	sent, err := d.own(ctx, site, article.Filter{State: article.Submitted, Author: kernel.ActorFrom(ctx).Account}, kernel.Page{Number: 1, Size: workItems})
	if err != nil || len(sent) == 0 {
		return s, err
	}
	s = console.Section{Title: "等同事办理", More: "/sites/" + site.String() + "/articles?state=" + article.Submitted}
	for _, a := range sent {
		t, err := d.Published.Trail(ctx, site, a.Edition)
		if err != nil {
			return s, err
		}
		s.Items = append(s.Items, console.Item{Text: a.Payload.Title, Href: address(site, a.ID, ""), Mark: review.StateOf(t).Says(), At: t.FrozenAt})
	}
	return s, nil
}

// returned is why an article's last edition came back, or "".
func (d *Desk) returned(ctx context.Context, a *article.Draft) (string, error) {
	if a.Edition == 0 {
		return "", nil
	}
	t, err := d.Published.Trail(ctx, a.Site, a.Edition)
	if err != nil || !t.Returned() {
		return "", err
	}
	last := t.Steps[len(t.Steps)-1]
	name, err := d.name(ctx, last.Reviewer)
	return name + "：" + last.Reason, err
}
