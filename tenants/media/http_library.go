package media

import (
	"context"
	"errors"
	"net/url"
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

// keeps is who keeps the library: whoever may put files into it, on the whole site. It names drafts of every column, so an appointment to one
// column does not open it.
const keeps policies.Action = "media.upload"

// Menu is the room's line in the console.
func Menu() []console.Entry {
	return []console.Entry{{Name: "媒体库", Path: "/sites/:site/media", Any: []policies.Action{keeps}}}
}

// libraryRoutes adds the library's screens and acts.
func (m *Media) libraryRoutes(r *web.Router) {
	m.shareRoutes(r)
	for _, a := range []struct {
		method, path string
		most         int
		do           fiber.Handler
	}{
		{fiber.MethodGet, "/sites/:site/media", 0, m.showLibrary},
		{fiber.MethodPost, "/sites/:site/media/bulk", 0, m.bulk},
		{fiber.MethodGet, "/sites/:site/media/:id", 0, m.showItem},
		{fiber.MethodPost, "/sites/:site/media/:id", 0, m.describe},
		{fiber.MethodGet, "/sites/:site/media/:id/swap", 0, m.showSwap},
		{fiber.MethodPost, "/sites/:site/media/:id/swap", 0, m.swap},
		{fiber.MethodPost, "/sites/:site/media/:id/replace", UploadMost, m.replace},
		{fiber.MethodPost, "/sites/:site/media/:id/crop", 0, m.crop},
	} {
		r.Action(web.ActionRoute{Room: "tenants/media", Method: a.method, Path: a.path, Action: keeps, Tenancy: "site", Cache: "no-store", MaxBody: a.most, Do: a.do})
	}
}

// query is what the library's address says: which items, as a grid or as a table, and which page of them.
type query struct {
	Filter
	Table bool
	page  int
}

// shelves are the tabs of the library, in order.
var shelves = []struct{ shelf, name string }{{"", "全部"}, {Pictures, "图片"}, {Videos, "视频"}, {Sounds, "音频"}, {Files, "文件"}, {Unused, "没有用过"}, {Binned, "回收站"}}

// readQuery reads the address; what it does not understand is left out, and ok is false: the address is put right.
func readQuery(text string) (q query, ok bool) {
	v, err := url.ParseQuery(text)
	q.page, ok = 1, err == nil
	q.Folder, q.Text, q.Table = strings.TrimSpace(v.Get("folder")), strings.TrimSpace(v.Get("q")), v.Get("as") == "table"
	for _, s := range shelves {
		if s.shelf == v.Get("shelf") {
			q.Shelf = s.shelf
		}
	}
	if p := v.Get("p"); p != "" {
		n, err := strconv.Atoi(p)
		if ok = ok && err == nil && n > 0 && n < 1<<20; ok {
			q.page = n
		}
	}
	return q, ok && q.Shelf == v.Get("shelf")
}

// at is the address of the filtered library below path.
func (q query) at(path string, more ...string) string {
	v := q.values()
	if q.page > 1 {
		v.Set("p", strconv.Itoa(q.page))
	}
	for i := 0; i+1 < len(more); i += 2 {
		v.Set(more[i], more[i+1])
	}
	if len(v) == 0 {
		return path
	}
	return path + "?" + v.Encode()
}

func (q query) values() url.Values {
	v := url.Values{}
	for name, text := range map[string]string{"shelf": q.Shelf, "folder": q.Folder, "q": q.Text} {
		if text != "" {
			v.Set(name, text)
		}
	}
	if q.Table {
		v.Set("as", "table")
	}
	return v
}

// libraryPage is the library of a site.
type libraryPage struct {
	Path, Query      string
	Tabs, As         []tab
	Chips            []tab // each condition, and the library without it
	Folders          []string
	Filter           query
	Rows             []shelfRow
	InBin            bool
	MayShare         bool
	Newer, Older     string
	Used, Most       string // of the quota
	UsedMB, MostMB   int64
	Files, MostFiles int64
	Done             string
	Wrong            []string // what went wrong, a sentence each
	Alt, Folder      string   // as typed
}

type tab struct {
	Name, Href string
	Here       bool
}

// shelfRow is an item as the library shows it.
type shelfRow struct {
	ID              ID
	Name, Href      string
	Thumb, Alt      string // the picture, or ""
	Kind, Size, Who string
	Folder          string
	X, Y            int       // where it may not be cut off, in tenths
	At, GoneAt      time.Time // GoneAt is when the bin removes it
	Kept            bool      // in the bin, and evidence: it stays
}

const libraryRows = 48

var libraryView = console.Define[libraryPage]("media", "library")

func (m *Media) showLibrary(c *fiber.Ctx) error {
	q, ok := readQuery(string(c.Request().URI().QueryString()))
	if !ok {
		return c.Redirect(q.at(c.Path()), fiber.StatusSeeOther)
	}
	p := libraryPage{}
	if n, err := strconv.Atoi(c.Query("added")); err == nil && n > 0 {
		p.Done = say(c, "已放进媒体库。")
	}
	return m.library(c, q, p, fiber.StatusOK)
}

// library shows the screen; p says what is wrong with what was just sent, over what was typed.
func (m *Media) library(c *fiber.Ctx, q query, p libraryPage, status int) error {
	ctx, site := c.UserContext(), at(c)
	p.Path, p.Query, p.Filter, p.InBin, p.MayShare = "/sites/"+site.String()+"/media", q.values().Encode(), q, q.Shelf == Binned, m.Console.Offers(ctx, site, shares)
	for _, s := range shelves {
		other := q
		other.Shelf, other.page = s.shelf, 1
		p.Tabs = append(p.Tabs, tab{say(c, s.name), other.at(p.Path), s.shelf == q.Shelf})
	}
	grid, table := q, q
	grid.Table, table.Table = false, true
	p.As = []tab{{say(c, "缩略图"), grid.at(p.Path), !q.Table}, {say(c, "列表"), table.at(p.Path), q.Table}}
	p.chips(q)
	items, err := m.Library(ctx, site, q.Filter, kernel.Page{Number: q.page, Size: libraryRows})
	if err != nil {
		return err
	}
	if p.Rows, err = m.rows(ctx, site, items); err != nil {
		return err
	}
	if p.Folders, err = m.Folders(ctx, site); err != nil {
		return err
	}
	if err := m.measure(ctx, site, &p); err != nil {
		return err
	}
	next := q
	if next.page = q.page - 1; q.page > 1 {
		p.Newer = next.at(p.Path)
	}
	if next.page = q.page + 1; len(items) == libraryRows {
		p.Older = next.at(p.Path)
	}
	return libraryView.Show(m.Console, c, console.Page{Title: say(c, "媒体库"), Site: site, Status: status}, p)
}

func (p *libraryPage) chips(q query) {
	rest := q
	rest.page = 1
	if q.Text != "" {
		other := rest
		other.Text = ""
		p.Chips = append(p.Chips, tab{Name: "“" + q.Text + "”", Href: other.at(p.Path)})
	}
	if q.Folder != "" {
		rest.Folder = ""
		p.Chips = append(p.Chips, tab{Name: q.Folder, Href: rest.at(p.Path)})
	}
}

// measure fills in how much of its quota the site has used (A11).
func (m *Media) measure(ctx context.Context, site kernel.SiteID, p *libraryPage) error {
	quota, err := m.Sites.QuotaOf(ctx, site)
	if err != nil {
		return err
	}
	used, err := m.total(ctx, site)
	p.UsedMB, p.MostMB = min((used+1<<20-1)>>20, quota.StorageMB), quota.StorageMB
	if err != nil {
		return err
	}
	p.Used, p.Most, p.MostFiles = large(used), large(quota.StorageMB<<20), quota.Files
	p.Files, err = m.count(ctx, site)
	return err
}

func (m *Media) rows(ctx context.Context, site kernel.SiteID, items []*Shelved) ([]shelfRow, error) {
	people, binned := make([]kernel.AccountID, 0, len(items)), []ID{}
	for _, i := range items {
		if people = append(people, i.By); !i.BinnedAt.IsZero() {
			binned = append(binned, i.ID)
		}
	}
	kept, err := m.evidence(ctx, site, binned)
	if err != nil {
		return nil, err
	}
	names, err := m.Console.Accounts.Names(ctx, people...)
	all := make([]shelfRow, 0, len(items))
	for _, i := range items {
		base := "/sites/" + site.String()
		r := shelfRow{ID: i.ID, Name: i.Called(), Href: base + "/media/" + strconv.FormatInt(i.ID, 10), Alt: i.Alt, Kind: strings.ToUpper(i.Kind), Size: large(i.Bytes),
			Who: names[i.By], Folder: i.Folder, X: (i.X + 5) / 10, Y: (i.Y + 5) / 10, At: i.At}
		if i.Picture() {
			r.Thumb = base + i.small()
		}
		if r.Kept = kept[i.ID]; !i.BinnedAt.IsZero() && !r.Kept {
			r.GoneAt = i.BinnedAt.Add(BinnedFor)
		}
		all = append(all, r)
	}
	return all, err
}

// small is the address of the smallest picture of an item.
func (i *Item) small() string {
	if len(i.Thumbs) > 0 {
		return i.named(strconv.Itoa(i.Thumbs[0].Width))
	}
	return i.Path()
}

// uploaded answers a form of the library: what was refused says why, and holds up no other file.
func (m *Media) uploaded(c *fiber.Ctx, u Upload, err error) error {
	ctx, site := c.UserContext(), at(c)
	q, _ := readQuery(u.Fields["query"])
	p := libraryPage{Alt: u.Fields["alt"], Folder: u.Fields["folder"]}
	if err != nil {
		return m.refused(c, q, p, err)
	}
	card := Card{Alt: p.Alt, Folder: p.Folder, X: 50, Y: 50}
	if len(u.Files) > 1 {
		card.Alt = "" // words for one picture are wrong for the next
	}
	if err := card.tidy(); err != nil {
		return m.refused(c, q, p, err)
	}
	for _, f := range u.Files {
		i, err := m.Take(ctx, site, f.Name, f.Raw)
		if err == nil {
			err = m.shelve(ctx, site, i.ID, card)
		}
		if err != nil && statuses[fault.KindOf(err)] == 0 {
			return err
		} else if err != nil {
			p.Wrong = append(p.Wrong, console.Told(c, err))
		}
	}
	if len(p.Wrong) > 0 {
		return m.library(c, q, p, fiber.StatusUnprocessableEntity)
	}
	q.page = 1
	return c.Redirect(q.at("/sites/"+site.String()+"/media", "added", strconv.Itoa(len(u.Files))), fiber.StatusSeeOther)
}

// shelve says of a new item what the form said; of one that was there already only what nobody has said yet.
func (m *Media) shelve(ctx context.Context, site kernel.SiteID, id ID, c Card) error {
	if c.Alt == "" && c.Folder == "" {
		return nil
	}
	return m.alter(ctx, site, id, "media.describe", func(_ context.Context, i *Shelved) error {
		if i.Alt == "" {
			i.Alt = c.Alt
		}
		if i.Folder == "" {
			i.Folder = c.Folder
		}
		return nil
	})
}

// refused shows the library with the sentence of what is the person's to put right; any other error is answered.
func (m *Media) refused(c *fiber.Ctx, q query, p libraryPage, err error) error {
	status := statuses[fault.KindOf(err)]
	if status == 0 {
		return err
	}
	p.Wrong = append(p.Wrong, console.Told(c, err))
	return m.library(c, q, p, status)
}

func say(c *fiber.Ctx, zh string) string { return console.Say(console.Language(c), zh) }

// typed is a field of a form, kept beyond the request.
func typed(c *fiber.Ctx, name string) string { return strings.Clone(c.FormValue(name)) }

// wrong reports whether an error is the person's to put right on the same screen, and which field it is about.
func wrong(err error) (field string, is bool) {
	var f *fault.Fault
	if !errors.As(err, &f) || f.Kind == fault.NotFound || statuses[f.Kind] == 0 {
		return "", false
	}
	return f.Field, true
}
