package media

import (
	"strconv"

	"github.com/gofiber/fiber/v2"
	"github.com/zhanqun/zhanqun/kernel"
	"github.com/zhanqun/zhanqun/platform/console"
)

// choicePage lists what may be put into a text. The editor takes the list out of the page for its dialog; without the editor the page is read
// as it is, and a number of it goes into the form.
type choicePage struct {
	Path, Text   string
	Shelves      []tab // Href is the shelf's name
	Rows         []choiceRow
	Newer, Older string
}

// choiceRow is an item with what would stand for it in a text.
type choiceRow struct {
	shelfRow
	Markup  string
	Picture bool
}

const choiceRows = 24

// choices are the kinds that a writer looks for.
var choices = []struct{ shelf, name string }{{"", "全部"}, {Pictures, "图片"}, {Films, "视频和音频"}, {Files, "文件"}}

var choiceView = console.Define[choicePage]("media", "choose")

func (m *Media) showChoice(c *fiber.Ctx) error {
	ctx, site := c.UserContext(), at(c)
	q, _ := readQuery(string(c.Request().URI().QueryString())) // what it does not understand narrows nothing
	if q.Shelf = ""; c.Query("shelf") != "" {
		for _, k := range choices {
			if k.shelf == c.Query("shelf") {
				q.Shelf = k.shelf
			}
		}
	}
	q.Table = false
	p := choicePage{Path: "/sites/" + site.String() + "/media/choose", Text: q.Text}
	for _, k := range choices {
		p.Shelves = append(p.Shelves, tab{say(c, k.name), k.shelf, k.shelf == q.Shelf})
	}
	items, err := m.Choice(ctx, site, q.Filter, kernel.Page{Number: q.page, Size: choiceRows})
	if err != nil {
		return err
	}
	rows, err := m.rows(ctx, site, items)
	if err != nil {
		return err
	}
	for n, i := range items {
		p.Rows = append(p.Rows, choiceRow{rows[n], i.Markup(i.Alt), i.Picture()})
	}
	if q.page > 1 {
		p.Newer = q.at(p.Path, "p", strconv.Itoa(q.page-1))
	}
	if len(items) == choiceRows {
		p.Older = q.at(p.Path, "p", strconv.Itoa(q.page+1))
	}
	return choiceView.Show(m.Console, c, console.Page{Title: say(c, "从媒体库选择"), Site: site}, p)
}
