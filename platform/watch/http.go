package watch

import (
	"net/url"
	"strings"
	"time"

	"github.com/gofiber/fiber/v2"
	"github.com/zhanqun/zhanqun/kernel"
	"github.com/zhanqun/zhanqun/platform/console"
	"github.com/zhanqun/zhanqun/platform/web"
)

const room = "platform/watch"

// Routes adds the screens.
func (w *Watch) Routes(r *web.Router) {
	for _, a := range []web.ActionRoute{
		{Path: "/sites/:site", Action: looks, Tenancy: "site", Do: w.showGlance},
		{Path: "/sites/:site/activity", Action: looks, Tenancy: "site", Do: w.showActivity},
		{Path: "/activity", Action: tells, Tenancy: "platform", Do: w.showAll},
	} {
		a.Room, a.Method, a.Cache = room, fiber.MethodGet, "no-store"
		r.Action(a)
	}
}

func at(c *fiber.Ctx) kernel.SiteID {
	id, _ := kernel.ParseID[kernel.SiteID](c.Params("site")) // the guard has read it
	return id
}

func say(c *fiber.Ctx, zh string) string { return console.Say(console.Language(c), zh) }

// activityPage is what happened, day by day, the newest first.
type activityPage struct {
	Address   string
	All       bool // of every site
	Who, Day  string
	Kinds     []option
	Days      []day
	Next      string
	Narrowed  bool
	Continued bool // not the newest
}

type option struct {
	Value, Name string
	Here        bool
}

// day is what happened on one.
type day struct {
	Name  string
	Deeds []deedLine
}

type deedLine struct {
	Deed
	ByHref   string // narrows to the person
	SiteHref string // what happened on that site
}

var activityView = console.Define[activityPage]("watch", "activity")

func (w *Watch) showActivity(c *fiber.Ctx) error {
	return w.activity(c, at(c), console.Page{Title: say(c, "本站动态"), Site: at(c)})
}

func (w *Watch) showAll(c *fiber.Ctx) error {
	return w.activity(c, kernel.Platform, console.Page{Title: say(c, "平台动态")})
}

func (w *Watch) activity(c *fiber.Ctx, id kernel.SiteID, page console.Page) error {
	q := func(name string) string { return strings.TrimSpace(strings.Clone(c.Query(name))) }
	a := Asked{Who: q("who"), Kind: q("kind"), Day: q("day"), From: q("from")}
	if _, err := time.Parse(time.DateOnly, a.Day); err != nil {
		a.Day = ""
	}
	found, err := w.Happened(c.UserContext(), id, a)
	if err != nil {
		return err
	}
	p := activityPage{Address: strings.Clone(c.Path()), All: id == kernel.Platform, Who: a.Who, Day: a.Day, Continued: readMark(a.From).Seq > 0,
		Narrowed: a.Who+a.Kind+a.Day != ""}
	for _, k := range kinds {
		p.Kinds = append(p.Kinds, option{k.Value, k.Name, k.Value == a.Kind})
	}
	for _, d := range found.Deeds {
		name := d.At.In(kernel.Beijing).Format(time.DateOnly)
		if n := len(p.Days); n == 0 || p.Days[n-1].Name != name {
			p.Days = append(p.Days, day{Name: name})
		}
		to := Asked{Who: d.Actor.Name, Kind: a.Kind, Day: a.Day}
		last := &p.Days[len(p.Days)-1]
		last.Deeds = append(last.Deeds, deedLine{d, to.address(p.Address), "/sites/" + d.Entry.Site.String() + "/activity"})
	}
	if found.Next != "" {
		a.From = found.Next
		p.Next = a.address(p.Address)
	}
	return activityView.Show(w.Console, c, page, p)
}

// address is where the list stands under what is asked.
func (a Asked) address(base string) string {
	v := url.Values{}
	for name, value := range map[string]string{"who": a.Who, "kind": a.Kind, "day": a.Day, "from": a.From} {
		if value != "" {
			v.Set(name, value)
		}
	}
	if len(v) == 0 {
		return base
	}
	return base + "?" + v.Encode()
}
