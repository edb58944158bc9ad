package estate

import (
	"context"
	"strings"
	"time"

	"github.com/gofiber/fiber/v2"
	"github.com/zhanqun/zhanqun/platform/console"
	"github.com/zhanqun/zhanqun/platform/site"
)

// recheckPage is the yearly re-check of a site: what is recorded, the list to be confirmed, what was said in earlier years.
type recheckPage struct {
	Address, Sheet, Name string
	Round                Recheck
	Open, Late           bool
	Class                string
	Next                 time.Time // of a site whose round is not open
	Online               bool
	Checks               []tick
	Earlier              []Recheck
	Note, Because        string
	Wrong                trouble
	Done                 string

	MayConfirm, MayDecide bool
}

// tick is a line of the list: what is recorded, and whether it was confirmed.
type tick struct {
	Name, Title, Is string
	On              bool
}

var recheckView = console.Define[recheckPage]("estate", "recheck")

var recheckDones = map[string]string{"confirmed": "已确认。监督员会看到它。", "accepted": "已通过，一年以后再办。", "returned": "已退回，主办单位会看到意见。"}

func (e *Estate) showRecheck(c *fiber.Ctx) error { return e.recheckScreen(c, nil) }

func (e *Estate) recheckScreen(c *fiber.Ctx, err error) error {
	ctx, id := c.UserContext(), at(c)
	page := console.Page{Title: say(c, "年度复核"), Site: id}
	p := recheckPage{Address: recheckAddress(id), Sheet: address(id, ""), Done: recheckDones[c.Query("done")]}
	if err != nil {
		var is bool
		if p.Wrong, page.Status, is = wrong(c, err); !is {
			return err
		}
	}
	g, err := e.Sites.Get(ctx, id)
	if err != nil {
		return err
	}
	all, err := e.rechecks(ctx, id)
	if err != nil {
		return err
	}
	p.Name, p.Online = g.Name, g.State == site.Online
	var last time.Time
	for i, r := range all {
		if r.State == RecheckAccepted && last.IsZero() {
			last = r.DecidedAt
		}
		if i > 0 || !r.Open() {
			p.Earlier = append(p.Earlier, r)
		} else {
			p.Round = r
		}
	}
	p.Open, p.Late, p.Class, p.Next = p.Round.Open(), p.Round.Late(e.today()), e.recheckClass(p.Round), nextDue(g.CreatedAt, last)
	if p.Checks, err = e.ticks(ctx, g, p.Round.Right); err != nil {
		return err
	}
	p.Note = p.Round.Note
	if p.Wrong.Say != "" {
		p.Note, p.Because = typed(c, "note"), typed(c, "because")
		for i := range p.Checks {
			p.Checks[i].On = c.FormValue(p.Checks[i].Name) == "on"
		}
	}
	p.MayConfirm = (p.Round.State == RecheckOpen || p.Round.State == RecheckReturned) && e.Console.Offers(ctx, id, "site.apply")
	p.MayDecide = p.Round.State == RecheckConfirmed && e.Console.Offers(ctx, id, "site.requalify")
	return recheckView.Show(e.Console, c, page, p)
}

// ticks are what the lead looks at: the records as they are now.
func (e *Estate) ticks(ctx context.Context, g site.Site, r Right) ([]tick, error) {
	owner, err := e.Orgs.Get(ctx, g.Org)
	if err != nil {
		return nil, err
	}
	unit := owner.Official()
	if g.Marks.Operator != "" {
		unit += "、" + g.Marks.Operator
	}
	var p sheetPage
	if err := e.addresses(ctx, &p, g); err != nil {
		return nil, err
	}
	hosts := []string{p.URL}
	for _, h := range p.Hosts {
		if !h.Primary {
			hosts = append(hosts, h.Host)
		}
	}
	template, err := e.Sites.TemplateOf(ctx, g.ID)
	if err != nil {
		return nil, err
	}
	return []tick{{"unit", "主办、承办单位", unit, r.Unit}, {"phone", "联系电话", g.Marks.Phone, r.Phone},
		{"hosts", "域名和地址", strings.Join(hosts, "、"), r.Hosts}, {"columns", "栏目设置", template.Title, r.Columns}}, nil
}

// recheckClass is how a round's mark looks.
func (e *Estate) recheckClass(r Recheck) string {
	switch {
	case r.State == RecheckAccepted:
		return "ok"
	case r.Late(e.today()):
		return "bad"
	case r.State == RecheckConfirmed:
		return ""
	}
	return "warn"
}

func (e *Estate) confirm(c *fiber.Ctx) error {
	on := func(name string) bool { return c.FormValue(name) == "on" }
	err := e.Confirm(c.UserContext(), at(c), Right{on("unit"), on("phone"), on("hosts"), on("columns")}, typed(c, "note"))
	return e.rechecked(c, err, "confirmed")
}

func (e *Estate) decideRecheck(c *fiber.Ctx) error {
	accept := c.FormValue("do") == "accept"
	err := e.DecideRecheck(c.UserContext(), at(c), accept, typed(c, "because"))
	return e.rechecked(c, err, map[bool]string{true: "accepted", false: "returned"}[accept])
}

func (e *Estate) rechecked(c *fiber.Ctx, err error, word string) error {
	if err != nil {
		return e.recheckScreen(c, err)
	}
	return see(c, recheckAddress(at(c))+"?done="+word)
}
