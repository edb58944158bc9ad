package desk

import (
	"context"
	"fmt"
	"time"

	"github.com/gofiber/fiber/v2"
	"github.com/zhanqun/zhanqun/kernel"
	"github.com/zhanqun/zhanqun/kernel/fault"
	"github.com/zhanqun/zhanqun/platform/clocks"
	"github.com/zhanqun/zhanqun/platform/console"
	"github.com/zhanqun/zhanqun/tenants/article"
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
		p.New, p.MayImport = p.Path+"/new", p.Path+"/import"
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
