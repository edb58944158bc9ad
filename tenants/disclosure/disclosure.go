// Package disclosure keeps the five statutory doors of government information on every site (政府信息公开, D1).
//
// 安政办发〔2015〕71号 二(一) and 政府信息公开条例 第十二、十九至二十一、二十八、四十九条: every site has a guide, the rules, what is disclosed by law, the annual
// report, and a way to ask for what is not. The five stand on one page of every site, whatever it holds: a door whose column is empty says
// what will stand behind it and whom to ask meanwhile, and nobody can take one away. For requests the page gives in text who receives them,
// where, when and by what form; it falls back on what the footer says of the site.
//
// The columns are tenants/column's. The room keeps the office where requests are received; it takes no request itself.
package disclosure

import (
	"cmp"
	"context"
	"net/url"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/zhanqun/zhanqun/kernel"
	"github.com/zhanqun/zhanqun/kernel/fault"
	"github.com/zhanqun/zhanqun/platform/audit"
	"github.com/zhanqun/zhanqun/platform/console"
	"github.com/zhanqun/zhanqun/platform/pages"
	"github.com/zhanqun/zhanqun/platform/render"
	"github.com/zhanqun/zhanqun/platform/site"
	"github.com/zhanqun/zhanqun/storage/db"
)

// Columns knows the columns of a site; tenants/column is one.
type Columns interface {
	Nav(ctx context.Context, s *render.Site) ([]render.Link, error)
	// Shown are the links of those columns that citizens see, by id.
	Shown(ctx context.Context, s *render.Site, ids []int64) (map[int64]render.Link, error)
}

// Room is what it needs of the house.
type Room struct {
	DB        *db.DB
	Now       kernel.Clock
	Audit     *audit.Log
	Revisions *pages.Revisions
	Columns   Columns
	Render    *render.Renderer
	Console   *console.Console
}

// Disclosure is the room. Its methods are safe for concurrent use.
type Disclosure struct{ Room }

// New makes the room.
func New(r Room) *Disclosure { return &Disclosure{r} }

// onRequest is the column of requests.
const onRequest = 15

// doors are the five, by the columns of site.Statutory.
var doors = map[int64]struct{ name, holds string }{
	11: {"政府信息公开指南", "怎样查到和申请政府信息，由谁受理"},
	12: {"政府信息公开制度", "政府信息公开的法律、法规和本机关的制度"},
	13: {"法定主动公开内容", "依法应当主动公开的信息"},
	14: {"政府信息公开年报", "每年 1 月 31 日前公布的上一年度报告"},
	15: {"依申请公开", "申请没有主动公开的信息"},
}

// Door is one of the five; one without Href has nothing behind it yet.
type Door struct{ Name, Holds, Href string }

// Page is what the page shows.
type Page struct {
	Doors   []Door
	Office  Office
	Phone   render.Link // whom to call
	Library string
}

// look makes the page.
func (d *Disclosure) look(ctx context.Context, s *render.Site) (p Page, err error) {
	shown, err := d.Columns.Shown(ctx, s, site.Statutory)
	if err != nil {
		return p, err
	}
	for _, no := range site.Statutory {
		door := Door{Name: doors[no].name, Holds: doors[no].holds, Href: shown[no].Href}
		if no == onRequest && door.Href == "" {
			door.Href = "#" + requestsAnchor // what the page itself says of it
		}
		p.Doors = append(p.Doors, door)
	}
	if p.Office, err = d.Office(ctx, s.ID); err != nil {
		return p, err
	}
	o := &p.Office
	o.Unit, o.Address, o.Phone = cmp.Or(o.Unit, s.Sponsor, s.Name), cmp.Or(o.Address, s.Address), cmp.Or(o.Phone, s.Phone)
	switch {
	case strings.HasPrefix(o.Form, "/a/"), strings.HasPrefix(o.Form, "/c/"):
		o.Form = s.Path(o.Form)
	case strings.HasPrefix(o.Form, "/"): // a file has no variants
		o.Form = s.Plain(o.Form)
	}
	asked := *s
	asked.Phone = o.Phone
	p.Phone, p.Library = render.Call(&asked), s.Path(render.LibraryPath)
	return p, nil
}

// requestsAnchor names the part of the page about requests.
const requestsAnchor = "shenqing"

// Office is where requests are received. Version counts changes; 0 is never written.
type Office struct {
	Unit, Address, Postcode, Hours, Phone string
	Form                                  string // where the form of a request is: an address of the site, or another
	Version                               int64
	By                                    string
	At                                    time.Time
}

// fields are the texts of an office as the form calls them, and how many characters each may have.
func (o *Office) fields() []field {
	return []field{{"unit", "受理机构", &o.Unit, 100}, {"address", "受理地址", &o.Address, 200}, {"postcode", "邮政编码", &o.Postcode, 10},
		{"hours", "受理时间", &o.Hours, 100}, {"phone", "联系电话", &o.Phone, 50}, {"form", "申请表地址", &o.Form, 500}}
}

type field struct {
	name, label string
	text        *string
	most        int
}

// check tidies an office, and refuses what a page cannot show.
func (o *Office) check() error {
	for _, f := range o.fields() {
		*f.text = strings.Join(strings.Fields(*f.text), " ")
		if utf8.RuneCountInString(*f.text) > f.most || !utf8.ValidString(*f.text) || strings.ContainsFunc(*f.text, unicode.IsControl) {
			return fault.In(f.name, "%s最多 %d 个字，里面只能有文字。", f.label, f.most)
		}
	}
	if strings.Trim(o.Postcode, "0123456789") != "" {
		return fault.In("postcode", "邮政编码只有数字，如 725000。")
	}
	u, err := url.Parse(o.Form)
	inside := strings.HasPrefix(o.Form, "/") && !strings.HasPrefix(o.Form, "//") && !strings.Contains(o.Form, "\\")
	if o.Form != "" && (err != nil || !inside && (u.Scheme != "http" && u.Scheme != "https" || u.Host == "")) {
		return fault.In("form", "申请表地址应以 / 开头（本站的页面），或者是以 http:// 或 https:// 开头的网址。")
	}
	return nil
}

// says is what the chain keeps of an office.
func (o Office) says() string {
	if o.Version == 0 && o.By == "" {
		return ""
	}
	var all []string
	for _, f := range o.fields() {
		all = append(all, f.name+"="+*f.text)
	}
	return strings.Join(all, "; ")
}

// Save writes down the office of a site in place of the one of the version it names.
func (d *Disclosure) Save(ctx context.Context, id kernel.SiteID, o Office) error {
	who := kernel.ActorFrom(ctx)
	if who.Account == 0 {
		return fault.New(fault.Forbidden, "请先登录。")
	}
	if err := o.check(); err != nil {
		return err
	}
	was, err := d.Office(ctx, id)
	if err != nil {
		return err
	}
	o.By, o.At = who.Name, d.Now()
	return d.DB.InTx(ctx, func(ctx context.Context) error {
		if err := d.put(ctx, id, o); err != nil {
			return err
		}
		if err := d.Audit.Record(ctx, audit.Entry{Site: id, Action: "disclosure.office", Object: "disclosure/office", Before: was.says(), After: o.says()}); err != nil {
			return err
		}
		return d.Revisions.Bump(ctx, id)
	})
}
