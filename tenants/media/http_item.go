package media

import (
	"strconv"

	"github.com/gofiber/fiber/v2"
	"github.com/zhanqun/zhanqun/kernel"
	"github.com/zhanqun/zhanqun/kernel/fault"
	"github.com/zhanqun/zhanqun/platform/console"
)

// itemPage is an item of the library: what it is, what is said of it, where it stands, and what may be done with it.
type itemPage struct {
	Row     shelfRow
	Library string // address of the list
	Picture string // its largest form that is shown here, or ""
	File    string // where it is kept from
	Width   int
	Height  int
	Card    Card
	Version int64
	FocusX  string // as typed
	FocusY  string
	Cut     [4]string // as typed; of what is no still picture all are ""
	First   string    // address where the first original is put back, or ""
	Uses    []useRow
	Binned  bool
	Write   string // address of a new article with it, or ""
	Share   string // address where it is shared, or ""
	From    string // the site that it was taken over from, or ""
	Terms   string // the licence of that moment
	Wrong   string
	Field   string
	Done    string
}

// At is the sentence for a field, or "".
func (p itemPage) At(field string) string {
	if p.Field != field {
		return ""
	}
	return p.Wrong
}

// useRow is an article that an item stands in.
type useRow struct {
	Article           int64
	Title, Href       string
	State, Kind, Note string
	Draft, Public     bool
}

var itemView = console.Define[itemPage]("media", "item")

// item is the one of the path.
func (m *Media) item(c *fiber.Ctx) (*Shelved, error) {
	id, ok := kernel.ParseID[ID](c.Params("id"))
	if !ok {
		return nil, none()
	}
	return m.Shelved(c.UserContext(), at(c), id)
}

func (m *Media) showItem(c *fiber.Ctx) error {
	i, err := m.item(c)
	if err != nil {
		return err
	}
	p := itemPage{Card: i.Card, FocusX: strconv.Itoa(i.X), FocusY: strconv.Itoa(i.Y)}
	if c.Query("done") == "saved" {
		p.Done = say(c, "已保存。公开的网页没有变：图片说明在每篇稿件里各有一份。")
	}
	return m.itemScreen(c, i, p, nil)
}

// itemScreen shows the screen; err, if any, is why an act was not done.
func (m *Media) itemScreen(c *fiber.Ctx, i *Shelved, p itemPage, err error) error {
	page := console.Page{Title: i.Called(), Site: i.Site}
	if err != nil {
		field, is := wrong(err)
		if !is {
			return err
		}
		p.Wrong, p.Field, page.Status = console.Told(c, err), field, statuses[fault.KindOf(err)]
	}
	rows, err := m.rows(c.UserContext(), i.Site, []*Shelved{i})
	if err != nil {
		return err
	}
	base := "/sites/" + i.Site.String()
	p.Row, p.Library, p.File, p.Width, p.Height, p.Version, p.Binned = rows[0], base+"/media", base+i.Path(), i.Width, i.Height, i.Version, !i.BinnedAt.IsZero()
	if i.Picture() {
		p.Picture, page.Scripts = base+i.shown(), []string{"library.js", "crop.js"}
	}
	if err := m.about(c, i, &p); err != nil {
		return err
	}
	return itemView.Show(m.Console, c, page, p)
}

// about fills in what may be done with an item, where it came from, and where it stands.
func (m *Media) about(c *fiber.Ctx, i *Shelved, p *itemPage) error {
	ctx, id := c.UserContext(), strconv.FormatInt(i.ID, 10)
	if i.BinnedAt.IsZero() {
		if m.Console.Offers(ctx, i.Site, writes[0]) {
			p.Write = "/sites/" + i.Site.String() + "/articles/new?media=" + id
		}
		if m.Console.Offers(ctx, i.Site, shares) {
			p.Share = p.Library + "/shares?item=" + id
		}
	}
	from, err := m.OriginOf(ctx, i.Site, i.ID)
	if err == nil && from.Site != 0 {
		p.Terms = from.Licence
		p.From, err = m.siteName(ctx, from.Site)
	}
	if err != nil {
		return err
	}
	uses, err := m.Usage(ctx, i.Site, i.ID)
	p.Uses = useRows(c, i.Site, uses)
	if err != nil {
		return err
	}
	if (i.Kind == "jpg" || i.Kind == "png") && i.BinnedAt.IsZero() && p.Cut == [4]string{} {
		p.Cut = [4]string{"0", "0", "100", "100"}
	}
	first, err := m.Original(ctx, i.Site, i.ID)
	if first != 0 {
		p.First = itemAt(i) + "/swap?by=" + strconv.FormatInt(first, 10)
	}
	return err
}

// shown is the address of the form of a picture that a screen shows.
func (i *Item) shown() string {
	for _, t := range i.Thumbs {
		if t.Width >= 640 {
			return i.named(strconv.Itoa(t.Width))
		}
	}
	return i.Path()
}

// states are what an article's draft is called, and how that looks.
var states = map[string][2]string{"draft": {"草稿", ""}, "submitted": {"审核中", "warn"}, "published": {"已发布", "ok"}, "withdrawn": {"已撤回", "bad"}}

func useRows(c *fiber.Ctx, site kernel.SiteID, uses []Usage) (all []useRow) {
	for _, u := range uses {
		r := useRow{Article: u.Article, Title: u.Title, Draft: u.Draft, Public: u.Public}
		if u.Article != 0 {
			r.Href = "/sites/" + site.String() + "/articles/" + strconv.FormatInt(u.Article, 10)
		} else {
			r.Title = say(c, "正在写、还没有保存的稿件")
		}
		if s := states[u.State]; u.Draft {
			r.State, r.Kind = say(c, s[0]), s[1]
		}
		switch {
		case u.Public && u.Draft:
			r.Note = say(c, "网站上公开的那一版里有它")
		case u.Public:
			r.Note = say(c, "网站上公开的那一版里有它，草稿里已经没有")
		case !u.Draft && !u.Unsaved:
			r.Note = say(c, "以前送审的一版里有它，存档保留")
		case u.Unsaved:
			r.Note = say(c, "有人正在写，还没有保存")
		}
		all = append(all, r)
	}
	return all
}

// describe writes the card that was typed.
func (m *Media) describe(c *fiber.Ctx) error {
	i, err := m.item(c)
	if err != nil {
		return err
	}
	version, _ := strconv.ParseInt(c.FormValue("version"), 10, 64) // 0 is an item that nobody has described
	card := Card{Title: typed(c, "title"), Alt: typed(c, "alt"), Source: typed(c, "source"), Licence: typed(c, "licence"), X: 50, Y: 50}
	if i.Picture() {
		card.X, card.Y = hundredths(c.FormValue("x")), hundredths(c.FormValue("y"))
	}
	if err := m.Describe(c.UserContext(), i.Site, i.ID, version, card); err != nil {
		return m.itemScreen(c, i, itemPage{Card: card, FocusX: typed(c, "x"), FocusY: typed(c, "y")}, err)
	}
	return c.Redirect("/sites/"+i.Site.String()+"/media/"+strconv.FormatInt(i.ID, 10)+"?done=saved", fiber.StatusSeeOther)
}

// crop makes an item of a part of the picture, and asks in which drafts it is to stand in its place.
func (m *Media) crop(c *fiber.Ctx) error {
	i, err := m.item(c)
	if err != nil {
		return err
	}
	var cut Cut
	p := itemPage{Card: i.Card, FocusX: strconv.Itoa(i.X), FocusY: strconv.Itoa(i.Y)}
	for n, f := range []struct {
		name string
		to   *int
	}{{"cut-x", &cut.X}, {"cut-y", &cut.Y}, {"cut-w", &cut.W}, {"cut-h", &cut.H}} {
		p.Cut[n] = typed(c, f.name)
		*f.to = hundredths(p.Cut[n])
	}
	now, err := m.Crop(c.UserContext(), i.Site, i.ID, cut)
	if err != nil {
		return m.itemScreen(c, i, p, err)
	}
	return c.Redirect(itemAt(i)+"/swap?by="+strconv.FormatInt(now.ID, 10), fiber.StatusSeeOther)
}

// hundredths is a number of a form; what is none is out of the range that Describe takes.
func hundredths(text string) int {
	n, err := strconv.Atoi(text)
	if err != nil {
		return -1
	}
	return n
}
