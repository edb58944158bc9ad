package visits

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/gofiber/fiber/v2"
	"github.com/zhanqun/zhanqun/kernel"
	"github.com/zhanqun/zhanqun/platform/console"
	"github.com/zhanqun/zhanqun/platform/web"
)

// Routes adds the screens.
func (v *Visits) Routes(r *web.Router) {
	for _, a := range []web.ActionRoute{
		{Path: "/sites/:site/visits", Tenancy: "site", Do: v.showSite},
		{Path: "/sites/:site/visits/export", Tenancy: "site", Do: v.exportSite},
		{Path: "/visits", Tenancy: "platform", Do: v.showAll},
		{Path: "/visits/export", Tenancy: "platform", Do: v.exportAll},
	} {
		a.Room, a.Method, a.Action, a.Cache = room, fiber.MethodGet, looks, "no-store"
		r.Action(a)
	}
}

func at(c *fiber.Ctx) kernel.SiteID {
	id, _ := kernel.ParseID[kernel.SiteID](c.Params("site")) // the guard has read it
	return id
}

func say(c *fiber.Ctx, zh string) string { return console.Say(console.Language(c), zh) }

// usual is the span of whoever has not chosen one.
const usual = 30

// spanOf is the span that the address names.
func spanOf(c *fiber.Ctx) int {
	if n, err := strconv.Atoi(c.Query("days")); err == nil && slices.Contains(spans, n) {
		return n
	}
	return usual
}

// tab is a span or an order that may be chosen.
type tab struct {
	Name, Href string
	Here       bool
}

var spanNames = map[int]string{7: "7 天", 30: "30 天", 90: "90 天", 365: "一年", Everything: "全部"}

// sitePage is how a site is read.
type sitePage struct {
	Report
	Base          string
	Tabs          []tab
	Bars          []bar
	Highest       int64
	Reads, Visits string // more or less than before
	Months        bool
	Tops, Kinds   []group
	Files         []tab
}

// group is a table of what was read: its name, and what stands in its first column.
type group struct {
	Title, Head string
	Lines       []Line
}

// bar is a period in the picture, whose size is barsWide by barsHigh: how often it was read, and before that how many visits those were.
type bar struct {
	Period
	X, Wide            float64
	Y, High, VY, VHigh float64
}

const barsWide, barsHigh = 720, 160

var siteView = console.Define[sitePage]("visits", "site")

func (v *Visits) showSite(c *fiber.Ctx) error {
	id := at(c)
	r, err := v.Of(c.UserContext(), id, spanOf(c))
	if err != nil {
		return err
	}
	p := sitePage{Report: r, Base: strings.Clone(c.Path()), Months: r.Span > byDayUpTo || r.Span == Everything}
	for _, n := range spans {
		p.Tabs = append(p.Tabs, tab{say(c, spanNames[n]), fmt.Sprintf("%s?days=%d", p.Base, n), n == r.Span})
	}
	p.Bars, p.Highest = bars(r.Periods)
	p.Tops = []group{{"看得最多的稿件", "页面", r.Articles}, {"看得最多的栏目", "页面", r.Columns}}
	p.Kinds = []group{{"看的是什么", "页面", r.Sorts}, {"看的哪一版", "哪一版", r.Variants}}
	p.Reads, p.Visits = Change(r.Now.Reads, r.Before.Reads), Change(r.Now.Visits, r.Before.Visits)
	p.Files = []tab{{Name: say(c, "下载按日期"), Href: fmt.Sprintf("%s/export?days=%d", p.Base, r.Span)}, {Name: say(c, "下载按页面"), Href: fmt.Sprintf("%s/export?days=%d&of=pages", p.Base, r.Span)}}
	return siteView.Show(v.Console, c, console.Page{Title: say(c, "访问统计"), Site: id}, p)
}

// bars draws periods side by side, the highest as high as the picture.
func bars(all []Period) (drawn []bar, most int64) {
	for _, p := range all {
		most = max(most, p.Reads)
	}
	if most == 0 {
		return nil, 0
	}
	slot := barsWide / float64(len(all))
	round := func(f float64) float64 { return math.Round(f*10) / 10 }
	for i, p := range all {
		b := bar{Period: p, X: round(float64(i)*slot + slot/8), Wide: round(slot * 3 / 4)}
		b.High = round(barsHigh * float64(p.Reads) / float64(most))
		b.VHigh = round(barsHigh * float64(min(p.Figures.Visits, p.Reads)) / float64(most)) // a visit may be written a flush before its read
		b.Y, b.VY = round(barsHigh-b.High), round(barsHigh-b.VHigh)
		drawn = append(drawn, b)
	}
	return drawn, most
}

// allPage is how all sites are read.
type allPage struct {
	Tabs   []tab
	Orders []tab
	Rows   []siteRow
	Reads  int64
	Visits int64
	Export string
	Past   bool // there are days before
}

type siteRow struct {
	SiteLine
	Href   string
	Change string
}

var allView = console.Define[allPage]("visits", "all")

// orderNames are the orders in which the list may stand, the first without being asked.
var orderNames = []struct{ value, word string }{{"reads", "浏览最多"}, {"visits", "访问最多"}, {"least", "浏览最少"}, {"name", "名称"}}

func (v *Visits) showAll(c *fiber.Ctx) error {
	span, order := spanOf(c), strings.Clone(c.Query("by"))
	if orders[order] == nil {
		order = orderNames[0].value
	}
	all, err := v.All(c.UserContext(), span, order)
	if err != nil {
		return err
	}
	address := func(span int, order string) string { return fmt.Sprintf("?days=%d&by=%s", span, order) }
	p := allPage{Export: "/visits/export" + address(span, order), Past: span != Everything}
	for _, n := range spans {
		p.Tabs = append(p.Tabs, tab{say(c, spanNames[n]), "/visits" + address(n, order), n == span})
	}
	for _, o := range orderNames {
		p.Orders = append(p.Orders, tab{say(c, o.word), "/visits" + address(span, o.value), o.value == order})
	}
	for _, l := range all {
		p.Rows = append(p.Rows, siteRow{l, fmt.Sprintf("/sites/%s/visits?days=%d", l.Site, span), Change(l.Now.Reads, l.Before.Reads)})
		p.Reads, p.Visits = p.Reads+l.Now.Reads, p.Visits+l.Now.Visits
	}
	return allView.Show(v.Console, c, console.Page{Title: say(c, "全平台访问统计")}, p)
}
