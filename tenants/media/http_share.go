package media

import (
	"context"
	"strconv"
	"strings"
	"time"

	"github.com/gofiber/fiber/v2"
	"github.com/zhanqun/zhanqun/kernel"
	"github.com/zhanqun/zhanqun/kernel/fault"
	"github.com/zhanqun/zhanqun/platform/console"
	"github.com/zhanqun/zhanqun/platform/web"
	"github.com/zhanqun/zhanqun/policies"
)

// shares is who decides what other sites may take: whoever answers for the content of the site.
const shares policies.Action = "media.share"

// shareRoutes adds what is shared by a site, and with it. They stand before those of an item, whose :id would stand for their names.
func (m *Media) shareRoutes(r *web.Router) {
	for _, a := range []struct {
		method, path string
		act          policies.Action
		cache        string
		do           fiber.Handler
	}{
		{fiber.MethodGet, "/sites/:site/media/shares", shares, "no-store", m.showShares},
		{fiber.MethodPost, "/sites/:site/media/shares", shares, "no-store", m.giveShare},
		{fiber.MethodPost, "/sites/:site/media/shares/end", shares, "no-store", m.endShare},
		{fiber.MethodGet, "/sites/:site/media/shared", keeps, "no-store", m.showShared},
		{fiber.MethodPost, "/sites/:site/media/shared", keeps, "no-store", m.takeShared},
		{fiber.MethodGet, "/sites/:site/media/shared/:owner/:id/:name", keeps, "private", m.sharedPicture},
	} {
		r.Action(web.ActionRoute{Room: "tenants/media", Method: a.method, Path: a.path, Action: a.act, Tenancy: "site", Cache: a.cache, Do: a.do})
	}
}

// sharesPage is what a site shares, and the form for more.
type sharesPage struct {
	Path, Library string
	Rows          []grantRowShown
	Folders       []string
	Item          *shelfRow // what the form is about, or nil: a folder
	Folder        string
	To, Address   string // as typed
	Wrong, Field  string
	Done          string
}

// At is the sentence for a field, or "".
func (p sharesPage) At(field string) string {
	if p.Field != field {
		return ""
	}
	return p.Wrong
}

type grantRowShown struct {
	ID         int64
	What, Href string // an item, or a folder
	Folder     bool
	To, Who    string
	At         time.Time
}

var sharesView = console.Define[sharesPage]("media", "shares")

func (m *Media) showShares(c *fiber.Ctx) error {
	p := sharesPage{Folder: c.Query("folder"), To: "below"}
	switch c.Query("done") {
	case "given":
		p.Done = say(c, "已共享。对方网站的媒体库里现在就能看到。")
	case "ended":
		p.Done = say(c, "已收回，不能再拿新的；已经拿去的仍归对方。")
	}
	id, _ := kernel.ParseID[ID](c.Query("item")) // 0: a folder
	return m.sharesScreen(c, p, id, nil)
}

// sharesScreen shows the screen; err, if any, is why an act was not done.
func (m *Media) sharesScreen(c *fiber.Ctx, p sharesPage, id ID, err error) error {
	ctx, site := c.UserContext(), at(c)
	page := console.Page{Title: say(c, "共享"), Site: site}
	if err != nil {
		field, is := wrong(err)
		if !is {
			return err
		}
		p.Wrong, p.Field, page.Status = console.Told(c, err), field, statuses[fault.KindOf(err)]
	}
	p.Library = "/sites/" + site.String() + "/media"
	p.Path = p.Library + "/shares"
	if id > 0 {
		i, err := m.Shelved(ctx, site, id)
		if err != nil {
			return err
		}
		rows, err := m.rows(ctx, site, []*Shelved{i})
		if err != nil {
			return err
		}
		p.Item = &rows[0]
	}
	if p.Folders, err = m.Folders(ctx, site); err != nil {
		return err
	}
	if err := m.granted(c, &p); err != nil {
		return err
	}
	return sharesView.Show(m.Console, c, page, p)
}

// granted fills in what is shared already.
func (m *Media) granted(c *fiber.Ctx, p *sharesPage) error {
	ctx, site := c.UserContext(), at(c)
	all, err := m.Shares(ctx, site)
	if err != nil {
		return err
	}
	var people []kernel.AccountID
	ids := []ID{0} // nobody's
	for _, g := range all {
		people, ids = append(people, g.By), append(ids, g.Item)
	}
	names, err := m.Console.Accounts.Names(ctx, people...)
	if err != nil {
		return err
	}
	items, err := m.several(ctx, site, ids)
	if err != nil {
		return err
	}
	for _, g := range all {
		r := grantRowShown{ID: g.ID, What: g.Folder, Folder: g.Item == 0, Href: p.Library, Who: names[g.By], At: g.At, To: say(c, "下属单位的全部网站")}
		if g.Item > 0 {
			r.What, r.Href = items[g.Item].Name, p.Library+"/"+strconv.FormatInt(g.Item, 10)
		}
		if g.To != 0 {
			if r.To, err = m.siteName(ctx, g.To); err != nil {
				return err
			}
		}
		p.Rows = append(p.Rows, r)
	}
	return nil
}

// siteName is what a site is called; one that a restored archive only names has its number.
func (m *Media) siteName(ctx context.Context, id kernel.SiteID) (string, error) {
	if s := m.Sites.Public(id); s != nil {
		return s.Name, nil
	}
	g, err := m.Sites.Get(ctx, id)
	if fault.Is(err, fault.NotFound) {
		return id.String(), nil
	}
	return g.Name, err
}

func (m *Media) giveShare(c *fiber.Ctx) error {
	p := sharesPage{Folder: typed(c, "folder"), To: typed(c, "to"), Address: strings.TrimSpace(typed(c, "address"))}
	id, _ := kernel.ParseID[ID](c.FormValue("item")) // 0: a folder
	g := Grant{Site: at(c), Item: id, Folder: p.Folder}
	if id > 0 {
		g.Folder = ""
	}
	switch p.To {
	case "below":
	case "site":
		s, _, found := m.Sites.ByAddress(p.Address)
		if !found {
			return m.sharesScreen(c, p, id, fault.In("address", "没有这个网址的网站。请打开对方网站的首页，复制浏览器里的网址。"))
		}
		g.To = s.ID
	default:
		return m.sharesScreen(c, p, id, fault.In("to", "请选择共享给谁。"))
	}
	if err := m.Share(c.UserContext(), g); err != nil {
		return m.sharesScreen(c, p, id, err)
	}
	return c.Redirect("/sites/"+g.Site.String()+"/media/shares?done=given", fiber.StatusSeeOther)
}

func (m *Media) endShare(c *fiber.Ctx) error {
	id, _ := kernel.ParseID[int64](c.FormValue("grant")) // 0 is nobody's
	if err := m.Unshare(c.UserContext(), at(c), id); err != nil {
		return err
	}
	return c.Redirect("/sites/"+at(c).String()+"/media/shares?done=ended", fiber.StatusSeeOther)
}

// sharedPage is what other sites share with this one.
type sharedPage struct {
	Path, Library string
	Text          string
	Rows          []sharedRow
	Newer, Older  string
	Wrong         string
}

type sharedRow struct {
	shelfRow
	Choice  string // the owner and the item
	From    string // the owner's name
	Licence string
	Source  string
}

var sharedView = console.Define[sharedPage]("media", "shared")

func (m *Media) showShared(c *fiber.Ctx) error { return m.sharedScreen(c, nil) }

func (m *Media) sharedScreen(c *fiber.Ctx, wrong error) error {
	ctx, site := c.UserContext(), at(c)
	page := console.Page{Title: say(c, "共享来的"), Site: site}
	number, err := strconv.Atoi(c.Query("p", "1"))
	if err != nil || number < 1 || number > 1<<20 {
		number = 1
	}
	p := sharedPage{Library: "/sites/" + site.String() + "/media", Text: strings.TrimSpace(c.Query("q"))}
	p.Path = p.Library + "/shared"
	if wrong != nil {
		p.Wrong, page.Status = console.Told(c, wrong), fiber.StatusUnprocessableEntity
	}
	items, err := m.Offered(ctx, site, p.Text, kernel.Page{Number: number, Size: libraryRows})
	if err != nil {
		return err
	}
	rows, err := m.rows(ctx, site, items)
	if err != nil {
		return err
	}
	for n, r := range rows {
		i := items[n]
		s := sharedRow{shelfRow: r, Choice: i.Site.String() + ":" + strconv.FormatInt(i.ID, 10), Licence: i.Licence, Source: i.Source}
		if s.From, err = m.siteName(ctx, i.Site); err != nil {
			return err
		}
		if s.Thumb != "" {
			small := i.small()
			s.Thumb = p.Path + "/" + i.Site.String() + "/" + strconv.FormatInt(i.ID, 10) + small[strings.LastIndexByte(small, '/'):]
		}
		p.Rows = append(p.Rows, s)
	}
	q := query{Filter: Filter{Text: p.Text}, page: number - 1}
	if number > 1 {
		p.Newer = q.at(p.Path)
	}
	if q.page = number + 1; len(items) == libraryRows {
		p.Older = q.at(p.Path)
	}
	return sharedView.Show(m.Console, c, page, p)
}

// takeShared makes the site's own copies of what was chosen, one by one.
func (m *Media) takeShared(c *fiber.Ctx) error {
	chosen := c.Context().PostArgs().PeekMulti("take")
	if len(chosen) == 0 || len(chosen) > libraryRows {
		return m.sharedScreen(c, fault.New(fault.Invalid, "请勾选 1 到 %d 个文件。", libraryRows))
	}
	site := at(c)
	base := "/sites/" + site.String() + "/media"
	p := resultsPage{Title: "拿来的结果", Action: base + "/bulk", Back: base, ToBack: "回到媒体库"}
	for _, one := range chosen {
		owner, item, _ := strings.Cut(string(one), ":")
		from, _ := kernel.ParseID[kernel.SiteID](owner) // 0 is nobody
		id, _ := kernel.ParseID[ID](item)
		r := result{Title: item}
		i, err := m.Adopt(c.UserContext(), site, from, id)
		if _, is := wrong(err); err != nil && !is && !fault.Is(err, fault.NotFound) {
			return err
		}
		if err != nil {
			r.Say = console.Told(c, err)
		} else {
			r.Title, r.Href = i.Name, base+"/"+strconv.FormatInt(i.ID, 10)
		}
		p.add(r)
	}
	return resultsView.Show(m.Console, c, console.Page{Title: say(c, p.Title), Site: site}, p)
}

// sharedPicture shows a form of an item that another site shares with this one.
func (m *Media) sharedPicture(c *fiber.Ctx) error {
	owner, ok := kernel.ParseID[kernel.SiteID](c.Params("owner"))
	id, also := kernel.ParseID[ID](c.Params("id"))
	if !ok || !also {
		return none()
	}
	i, err := m.offered(c.UserContext(), at(c), owner, id)
	if err != nil {
		return err
	}
	return m.Answer(c, i.Item, c.Params("name"))
}
