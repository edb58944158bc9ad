package column

import (
	"context"
	"strconv"

	"github.com/gofiber/fiber/v2"
	"github.com/zhanqun/zhanqun/platform/console"
)

// formPage is how the page of a column is made: the views there are, and what the chosen one needs.
type formPage struct {
	Back, Action, Name, View string
	Version                  int64
	Choices                  []viewChoice
	Groups, Orders           []option
	Usual                    []string // the fields that it will ask for, when it asks for none yet
	Opens, Closes, Each      string
	Target                   string
	Sections                 []sectionRow
	Wrong                    trouble
	sections                 []int64
	group, order             string
}

type viewChoice struct {
	Name, Help, Href string
	Chosen, Now      bool
}

// sectionRow is one of the columns that a topic shows.
type sectionRow struct {
	N, No   int // No is what people count it as
	Columns []option
}

var formView = console.Define[formPage]("column", "form")

var viewNames = map[string]string{ViewList: "列表", ViewPictures: "图片", ViewSingle: "单页", ViewLeaders: "领导信息", ViewOffices: "机构", ViewMedia: "视频音频",
	ViewTopics: "专题集", ViewTopic: "专题", ViewLink: "链接"}

var viewHelps = map[string]string{
	ViewList:     "按日期列出稿件。",
	ViewPictures: "把稿件里的第一张图片排成图集。",
	ViewSingle:   "栏目里只有一篇公开的稿件时，这篇稿件就是栏目页。有好几篇时仍是列表。",
	ViewLeaders:  "每篇稿件一张卡片：标题是姓名，其余来自栏目的字段。",
	ViewOffices:  "每篇稿件是表格的一行：标题是机构名称，其余来自栏目的字段。",
	ViewMedia:    "列出稿件里的视频和音频，带封面和时长。",
	ViewTopics:   "列出下级的专题：正在进行的和已经归档的。",
	ViewTopic:    "一个专题：第一篇公开的稿件是导语和头图，下面显示所选栏目的最新稿件。",
	ViewLink:     "栏目直接通向另一个页面或网站，本身不放稿件。",
}

func (k *Keeper) showForm(c *fiber.Ctx) error {
	_, col, err := k.found(c)
	if err != nil {
		return err
	}
	f := col.Form
	return k.form(c, formPage{View: c.Query("view", f.View), Opens: f.Opens, Closes: f.Closes, Each: strconv.Itoa(max(f.Each, 0)), Target: f.Target,
		sections: f.Sections, group: f.Group, order: f.Order}, nil)
}

// form shows the screen; p holds what was typed.
func (k *Keeper) form(c *fiber.Ctx, p formPage, err error) error {
	tree, col, lost := k.found(c)
	if lost != nil {
		return lost
	}
	page := console.Page{Title: say(c, "页面形式"), Site: col.Site}
	if err != nil {
		if err := troubled(c, err, &page, &p.Wrong); err != nil {
			return err
		}
	}
	p.Back, p.Action, p.Name, p.Version = sheetAt(c, col.ID), sheetAt(c, col.ID)+"/form", col.Name, col.Version
	for _, v := range PageViews {
		p.Choices = append(p.Choices, viewChoice{say(c, viewNames[v]), say(c, viewHelps[v]), p.Action + "?view=" + v, v == p.View, v == col.Form.View})
	}
	if p.Each == "0" {
		p.Each = strconv.Itoa(usualEach)
	}
	switch p.View {
	case ViewLeaders, ViewOffices:
		fields, err := k.Fields(c.UserContext(), col.Site, col.ID)
		if err != nil {
			return err
		}
		if len(fields.Fields) == 0 {
			for _, f := range standard[p.View] {
				p.Usual = append(p.Usual, say(c, f.Label))
			}
		}
		p.Groups, p.Orders = fields.options(c, p.group), fields.options(c, p.order)
	case ViewTopic:
		p.Sections = tree.sections(c, col.ID, p.sections)
	}
	return formView.Show(k.Console, c, page, p)
}

// options are the fields of a column in a form, after none of them.
func (s Sheet) options(c *fiber.Ctx, chosen string) []option {
	all := []option{{"", say(c, "没有"), chosen == ""}}
	for _, f := range s.Fields {
		all = append(all, option{f.Key, f.Label, f.Key == chosen})
	}
	return all
}

// sections are the places for the columns that a topic shows.
func (t *Tree) sections(c *fiber.Ctx, topic int64, chosen []int64) (rows []sectionRow) {
	for n := range MostSections {
		row := sectionRow{N: n, No: n + 1, Columns: []option{{"0", say(c, "没有"), n >= len(chosen)}}}
		for _, k := range t.All() {
			if k.State == Active && k.ID != topic {
				row.Columns = append(row.Columns, option{strconv.FormatInt(k.ID, 10), t.trail(k.ID), n < len(chosen) && chosen[n] == k.ID})
			}
		}
		rows = append(rows, row)
	}
	return rows
}

func (k *Keeper) setForm(c *fiber.Ctx) error {
	p := formPage{View: typed(c, "view"), Target: typed(c, "target"), Opens: typed(c, "opens"), Closes: typed(c, "closes"), Each: typed(c, "each"),
		group: typed(c, "group"), order: typed(c, "order")}
	f := Form{View: p.View, Target: p.Target, Opens: p.Opens, Closes: p.Closes, Group: p.group, Order: p.order}
	for n := range MostSections {
		id, err := strconv.ParseInt(typed(c, "section-"+strconv.Itoa(n)), 10, 64)
		if err == nil && id != 0 {
			p.sections = append(p.sections, id)
		}
	}
	f.Sections = p.sections
	if n, err := strconv.Atoi(p.Each); err == nil {
		f.Each = n
	} else if p.Each != "" {
		f.Each = -1 // which no topic takes
	}
	col, _, err := k.seen(c, func(ctx context.Context, col *Column) error { return k.SetForm(ctx, col.Site, col.ID, f) })
	switch {
	case col == nil:
		return err
	case err != nil:
		return k.form(c, p, err)
	}
	return back(c, "form")
}
