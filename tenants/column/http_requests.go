package column

import (
	"context"
	"slices"
	"strconv"
	"time"

	"github.com/gofiber/fiber/v2"
	"github.com/zhanqun/zhanqun/kernel"
	"github.com/zhanqun/zhanqun/platform/console"
	"github.com/zhanqun/zhanqun/platform/web"
	"github.com/zhanqun/zhanqun/policies"
)

// requestRoutes adds the screens of requests. Who asks must be allowed that kind of request, who accepts must be allowed the act itself.
func (k *Keeper) requestRoutes(r *web.Router) {
	const all = "/sites/:site/column-requests"
	add := func(method, path string, any []policies.Action, column func(*fiber.Ctx) (int64, error), do fiber.Handler) {
		r.Action(web.ActionRoute{Room: "tenants/column", Method: method, Path: path, Action: any[0], Or: any[1:], Tenancy: "site", Cache: "no-store", Column: column, Do: do})
	}
	add(fiber.MethodGet, all, parties, anyColumn, k.showRequests)
	for _, kind := range asked {
		may := []policies.Action{asks[kind]}
		add(fiber.MethodGet, all+"/"+kind, may, namedColumn, k.showAsk(kind))
		add(fiber.MethodPost, all+"/"+kind, may, namedColumn, k.ask(kind))
		add(fiber.MethodPost, all+"/:id/accept/"+kind, []policies.Action{performs[kind]}, k.columnOfRequest, k.accept(kind))
	}
	add(fiber.MethodGet, all+"/:id", parties, k.columnOfRequest, k.showRequest)
	add(fiber.MethodPost, all+"/:id/refuse", deciders, k.columnOfRequest, k.refuse)
	add(fiber.MethodPost, all+"/:id/withdraw", askers, k.columnOfRequest, k.withdraw)
}

func anyColumn(*fiber.Ctx) (int64, error) { return web.AnyColumn, nil }

// namedColumn is the column that a form of a wish names, where it names one.
func namedColumn(c *fiber.Ctx) (int64, error) {
	if n, ok := readColumn(c); ok {
		return n, nil
	}
	return web.AnyColumn, nil
}

func readColumn(c *fiber.Ctx) (int64, bool) {
	n, ok := kernel.ParseID[int64](c.FormValue("column"))
	return n, ok || c.FormValue("column") == "0"
}

// columnOfRequest is where the request of the path stands.
func (k *Keeper) columnOfRequest(c *fiber.Ctx) (int64, error) {
	r, err := k.request(c)
	return r.Column, err
}

// request is the one of the path.
func (k *Keeper) request(c *fiber.Ctx) (Request, error) {
	id, _ := kernel.ParseID[int64](c.Params("id")) // 0 is no request
	return k.Request(c.UserContext(), at(c), id)
}

func requestsAt(site kernel.SiteID) string { return "/sites/" + site.String() + "/column-requests" }

func askAt(site kernel.SiteID, kind string, column int64) string {
	return requestsAt(site) + "/" + kind + "?column=" + strconv.FormatInt(column, 10)
}

func requestAt(site kernel.SiteID, id int64) string {
	return requestsAt(site) + "/" + strconv.FormatInt(id, 10)
}

// askTitles are what the kinds are called, askMarks in a word, stateNames the states, stateLooks how their marks look.
var (
	askTitles  = map[string]string{AskNew: "申请新建栏目", AskRename: "申请改名", AskMerge: "申请归并", AskClose: "申请关闭"}
	askMarks   = map[string]string{AskNew: "新建栏目", AskRename: "改名", AskMerge: "归并", AskClose: "关闭栏目"}
	stateNames = map[string]string{Open: "等待办理", Accepted: "已同意", Refused: "未同意", Withdrawn: "已撤回"}
	stateLooks = map[string]string{Open: "warn", Accepted: "ok", Refused: "bad"}
)

// requestsPage is what waits and what is over.
type requestsPage struct {
	Ask           []link
	Open, Decided []requestLine
	Decides       bool
	Done          string
}

// requestLine is a request in a list.
type requestLine struct {
	Href, Kind, Title, Site string
	State, Look             string
	By                      string
	At                      time.Time
	Because                 string
}

var requestsView = console.Define[requestsPage]("column", "requests")

// requestDones are what the list says after an act.
var requestDones = map[string]string{
	"asked": "申请已提出。办理结果会通知您。", "withdrawn": "申请已撤回。", "accepted": "已同意，栏目已经照申请调整。申请人会收到通知。", "refused": "没有同意。申请人会看到您写的理由。",
}

func (k *Keeper) showRequests(c *fiber.Ctx) error {
	ctx, site := c.UserContext(), at(c)
	p := requestsPage{Done: say(c, requestDones[c.Query("done")]), Decides: k.reaches(ctx, site, web.AnyColumn, deciders...)}
	for _, kind := range asked {
		if k.reaches(ctx, site, web.AnyColumn, asks[kind]) {
			p.Ask = append(p.Ask, link{say(c, askTitles[kind]), requestsAt(site) + "/" + kind})
		}
	}
	open, err := k.waiting(ctx, site)
	if err != nil {
		return err
	}
	decided, err := k.Columns.Decided(ctx, site)
	if err != nil {
		return err
	}
	if p.Open, err = k.lines(c, open); err != nil {
		return err
	}
	seen := k.seer(ctx)
	decided = slices.DeleteFunc(decided, func(r Request) bool { return !seen(r) })
	if p.Decided, err = k.lines(c, decided); err != nil {
		return err
	}
	return requestsView.Show(k.Console, c, console.Page{Title: say(c, "栏目申请"), Site: site}, p)
}

// waiting are the open requests that the actor may see from a site: its own, and of those that the site's unit keeps.
func (k *Keeper) waiting(ctx context.Context, home kernel.SiteID) ([]Request, error) {
	all, err := k.OpenRequests(ctx)
	if err != nil || len(all) == 0 {
		return nil, err
	}
	facts, err := k.Sites.Facts(ctx, home)
	if err != nil {
		return nil, err
	}
	kept, sees := map[kernel.SiteID]bool{home: true}, k.seer(ctx)
	var seen []Request
	for _, r := range all {
		if _, known := kept[r.Site]; !known {
			f, err := k.Sites.Facts(ctx, r.Site)
			if err != nil {
				return nil, err
			}
			kept[r.Site] = f.Carrier.ID == facts.Owner.ID
		}
		if kept[r.Site] && sees(r) {
			seen = append(seen, r)
		}
	}
	return seen, nil
}

// seer reports whether the actor is one of the two sides of a request. It asks once a site.
func (k *Keeper) seer(ctx context.Context) func(r Request) bool {
	known := map[kernel.SiteID]reach{}
	return func(r Request) bool {
		at, have := known[r.Site]
		if !have {
			at = k.reach(ctx, r.Site, parties...)
			known[r.Site] = at
		}
		return at.has(r.Column)
	}
}

func (k *Keeper) lines(c *fiber.Ctx, all []Request) (lines []requestLine, err error) {
	for _, r := range all {
		l := requestLine{Href: requestAt(r.Site, r.ID), Kind: say(c, askMarks[r.Kind]), Title: r.Title(), State: say(c, stateNames[r.State]), Look: stateLooks[r.State],
			By: r.AskedName, At: r.AskedAt, Because: r.Because}
		if r.State != Open {
			l.At = r.DecidedAt
		}
		if r.Site != at(c) {
			if l.Site, err = k.nameOf(c.UserContext(), r.Site); err != nil {
				return nil, err
			}
		}
		lines = append(lines, l)
	}
	return lines, nil
}

func (k *Keeper) nameOf(ctx context.Context, id kernel.SiteID) (string, error) {
	g, err := k.Sites.Get(ctx, id)
	return g.Name, err
}

// waitingShown bounds how many requests the first screen shows.
const waitingShown = 10

// Waiting are the requests that wait for the actor, for the first screen.
func (k *Keeper) Waiting(ctx context.Context, home kernel.SiteID) (console.Section, error) {
	if !k.reaches(ctx, home, web.AnyColumn, deciders...) {
		return console.Section{}, nil
	}
	all, err := k.waiting(ctx, home)
	me := kernel.ActorFrom(ctx).Account
	all = slices.DeleteFunc(all, func(r Request) bool { return r.AskedBy == me || !k.reaches(ctx, r.Site, r.Column, performs[r.Kind]) })
	if err != nil || len(all) == 0 {
		return console.Section{}, err
	}
	s := console.Section{Title: "栏目申请", More: requestsAt(home)}
	for _, r := range all[:min(len(all), waitingShown)] {
		name, err := k.nameOf(ctx, r.Site)
		if err != nil {
			return s, err
		}
		s.Items = append(s.Items, console.Item{Text: r.Title(), Href: requestAt(r.Site, r.ID), Mark: askMarks[r.Kind], Note: name + " · " + r.AskedName, At: r.AskedAt})
	}
	return s, nil
}
