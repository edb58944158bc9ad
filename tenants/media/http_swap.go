package media

import (
	"strconv"

	"github.com/gofiber/fiber/v2"
	"github.com/zhanqun/zhanqun/kernel"
	"github.com/zhanqun/zhanqun/kernel/fault"
	"github.com/zhanqun/zhanqun/platform/console"
)

// swapPage shows an item beside the one that is to stand in its place, and the articles in whose drafts that is done.
type swapPage struct {
	Was, Now shelfRow
	By       ID
	Action   string
	Drafts   []useRow
	Others   []useRow // where there is nothing to change
	Wrong    string
	Film     bool // it has words
}

var swapView = console.Define[swapPage]("media", "swap")

func itemAt(i *Shelved) string {
	return "/sites/" + i.Site.String() + "/media/" + strconv.FormatInt(i.ID, 10)
}

// replace keeps a new file and asks in which drafts it is to stand in the place of the old one.
func (m *Media) replace(c *fiber.Ctx) error {
	u, wrongForm := ReadUpload(c)
	i, err := m.item(c)
	if err != nil {
		return err
	}
	again := itemPage{Card: i.Card, FocusX: strconv.Itoa(i.X), FocusY: strconv.Itoa(i.Y)}
	if wrongForm == nil && len(u.Files) != 1 {
		wrongForm = fault.In("file", "请选择一个新文件。")
	}
	if wrongForm != nil {
		return m.itemScreen(c, i, again, wrongForm)
	}
	ctx := c.UserContext()
	now, err := m.Take(ctx, i.Site, u.Files[0].Name, u.Files[0].Raw)
	if err == nil {
		err = swappable(i.Item, now)
	}
	if err == nil {
		err = m.inherit(ctx, i, now)
	}
	if err != nil {
		return m.itemScreen(c, i, again, err)
	}
	return c.Redirect(itemAt(i)+"/swap?by="+strconv.FormatInt(now.ID, 10), fiber.StatusSeeOther)
}

// both are the item of the path and the one that is to stand in its place.
func (m *Media) both(c *fiber.Ctx, by string) (was, now *Shelved, err error) {
	if was, err = m.item(c); err != nil {
		return nil, nil, err
	}
	id, ok := kernel.ParseID[ID](by)
	if !ok {
		return nil, nil, none()
	}
	if now, err = m.Shelved(c.UserContext(), was.Site, id); err != nil {
		return nil, nil, err
	}
	return was, now, nil
}

func (m *Media) showSwap(c *fiber.Ctx) error {
	was, now, err := m.both(c, c.Query("by"))
	if err != nil {
		return err
	}
	return m.swapScreen(c, was, now, nil)
}

func (m *Media) swapScreen(c *fiber.Ctx, was, now *Shelved, err error) error {
	page := console.Page{Title: say(c, "替换"), Site: was.Site}
	p := swapPage{By: now.ID, Action: itemAt(was) + "/swap", Film: was.Timed()}
	if err != nil {
		p.Wrong, page.Status = console.Told(c, err), fiber.StatusUnprocessableEntity
	}
	rows, err := m.rows(c.UserContext(), was.Site, []*Shelved{was, now})
	if err != nil {
		return err
	}
	p.Was, p.Now = rows[0], rows[1]
	uses, err := m.Usage(c.UserContext(), was.Site, was.ID)
	if err != nil {
		return err
	}
	for _, r := range useRows(c, was.Site, uses) {
		if r.Draft {
			p.Drafts = append(p.Drafts, r)
		} else {
			p.Others = append(p.Others, r)
		}
	}
	return swapView.Show(m.Console, c, page, p)
}

// swap prepares a changed draft of each of the chosen articles, one by one, and says of each what became of it.
func (m *Media) swap(c *fiber.Ctx) error {
	was, now, err := m.both(c, c.FormValue("by"))
	if err != nil {
		return err
	}
	chosen := c.Context().PostArgs().PeekMulti("article")
	if len(chosen) == 0 || len(chosen) > bulkMost {
		return m.swapScreen(c, was, now, fault.New(fault.Invalid, "请勾选 1 到 %d 篇稿件。", bulkMost))
	}
	p := resultsPage{Title: "替换的结果", Action: itemAt(now) + "/swap", Names: "article", Back: itemAt(now), ToBack: "看新文件", Hidden: []console.Hidden{{Name: "by", Value: strconv.FormatInt(was.ID, 10)}}}
	for _, one := range chosen {
		r, err := m.swapIn(c, was, now, string(one))
		if err != nil {
			return err
		}
		p.add(r)
	}
	if p.Done > 0 {
		p.Undo = "swap"
	}
	return resultsView.Show(m.Console, c, console.Page{Title: say(c, p.Title), Site: was.Site}, p)
}

func (m *Media) swapIn(c *fiber.Ctx, was, now *Shelved, article string) (result, error) {
	id, _ := kernel.ParseID[int64](article) // 0 is nobody's
	r := result{Title: article, Undo: article}
	err := m.Swap(c.UserContext(), was.Site, was.ID, now.ID, id)
	if _, is := wrong(err); err != nil && !is && !fault.Is(err, fault.NotFound) && !fault.Is(err, fault.Gone) {
		return r, err
	}
	if err != nil {
		r.Say = console.Told(c, err)
	}
	if t, err := m.Texts.Draft(c.UserContext(), was.Site, id); err == nil {
		r.Title, r.Href = t.Title, "/sites/"+was.Site.String()+"/articles/"+strconv.FormatInt(id, 10)
	}
	return r, nil
}
