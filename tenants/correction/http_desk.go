package correction

import (
	"context"
	"strconv"
	"strings"
	"time"

	"github.com/gofiber/fiber/v2"
	"github.com/zhanqun/zhanqun/kernel"
	"github.com/zhanqun/zhanqun/kernel/fault"
	"github.com/zhanqun/zhanqun/platform/console"
)

// line is a report in a list.
type line struct {
	Report
	Href, Says, Word, Look string
	Late                   bool
}

// listPage is what waits and what is over.
type listPage struct {
	Waiting, Done []line
	Days          int
}

// sheetPage is one report.
type sheetPage struct {
	line
	Address    string // of the page, in full
	Article    string // where its text is worked at, when it is one
	Shown      string // the contact, masked once it was answered
	Units      []string
	Back, Here string
	Unit       string
	Typed      string // an answer that was not taken
	Do         string
	Wrong      trouble
	Done       string
}

var (
	listView  = console.Define[listPage]("correction", "list")
	sheetView = console.Define[sheetPage]("correction", "sheet")
)

func say(c *fiber.Ctx, zh string) string { return console.Say(console.Language(c), zh) }

// deskWords are the states as the desk reads them, deskLooks how their marks look.
var (
	deskWords = map[string]string{Open: "等待办理", Handed: "已转办", Fixed: "已改正", Declined: "未采纳"}
	deskLooks = map[string]string{Open: "warn", Handed: "warn", Fixed: "ok", Declined: ""}
)

func (c *Corrections) line(r Report) line {
	return line{Report: r, Href: Href(r.Site, r.ID), Says: Says(r.Kind), Word: deskWords[r.State], Look: deskLooks[r.State],
		Late: r.Waits() && !r.DueAt.IsZero() && c.Now().After(r.DueAt)}
}

// Href is where a report is worked at in the console.
func Href(site kernel.SiteID, id int64) string {
	return listOf(site) + "/" + strconv.FormatInt(id, 10)
}

func listOf(site kernel.SiteID) string { return "/sites/" + site.String() + "/corrections" }

// Waits are the reports of a site that are owed, with their ends; the one that ends first in front.
func (c *Corrections) Waits(ctx context.Context, site kernel.SiteID, most int) ([]Report, error) {
	all, err := c.waiting(ctx, site, most)
	if err != nil || len(all) == 0 {
		return nil, err
	}
	ids := make([]int64, len(all))
	for i, r := range all {
		ids[i] = r.ID
	}
	due, err := c.Clocks.Due(ctx, site, ids)
	for i := range all {
		all[i].DueAt = due[all[i].ID]
	}
	return all, err
}

func (c *Corrections) showList(ctx *fiber.Ctx) error {
	site := at(ctx)
	waiting, err := c.Waits(ctx.UserContext(), site, listed)
	if err != nil {
		return err
	}
	done, err := c.done(ctx.UserContext(), site, listed)
	if err != nil {
		return err
	}
	p := listPage{Days: c.Clocks.Days()}
	for _, r := range waiting {
		p.Waiting = append(p.Waiting, c.line(r))
	}
	for _, r := range done {
		p.Done = append(p.Done, c.line(r))
	}
	return listView.Show(c.Console, ctx, console.Page{Title: say(ctx, "网页纠错"), Site: site}, p)
}

// Get is a report of a site with its end and what it says of its sender.
func (c *Corrections) Get(ctx context.Context, site kernel.SiteID, id int64) (Report, error) {
	r, err := c.one(ctx, site, id)
	if err != nil {
		return r, err
	}
	if r.Contact, err = c.secrets.open(site, id, r.Contact); err != nil {
		r.Contact = "" // a site that was moved here came without the other installation's key; its reports are answered all the same
	}
	due, err := c.Clocks.Due(ctx, site, []int64{id})
	r.DueAt = due[id]
	return r, err
}

func (c *Corrections) showSheet(ctx *fiber.Ctx) error { return c.sheet(ctx, sheetPage{}, nil) }

// dones are what the sheet says after an act.
var dones = map[string]string{Fixed: "已答复。提交的人凭查询码可以看到。", Declined: "已答复。提交的人凭查询码可以看到。", Handed: "已转办。答复的期限不变。"}

func (c *Corrections) sheet(ctx *fiber.Ctx, p sheetPage, failed error) error {
	site := at(ctx)
	id, _ := kernel.ParseID[int64](ctx.Params("id")) // 0 is no report
	r, err := c.Get(ctx.UserContext(), site, id)
	if err != nil {
		return err
	}
	if p.Units, err = c.Units(ctx.UserContext(), site); err != nil {
		return err
	}
	page := console.Page{Title: say(ctx, "网页纠错"), Site: site}
	if failed != nil {
		t, is := wrong(failed)
		if !is {
			return failed
		}
		t.Say, page.Status = console.Told(ctx, failed), fiber.StatusUnprocessableEntity
		if p.Wrong = t; fault.Is(failed, fault.Conflict) {
			page.Status = fiber.StatusConflict
		}
	}
	p.line, p.Shown, p.Back, p.Here, p.Done = c.line(r), r.Contact, listOf(site), Href(site, id), say(ctx, dones[ctx.Query("done")])
	if !r.Waits() && r.Contact != "" {
		p.Shown = masked(r.Contact) // nobody has to ask anything any more
	}
	if s := c.Sites.Public(site); s != nil && r.Page != "" {
		p.Address = s.URL(r.Page)
	}
	_, rest := kernel.CutVariant(r.Page)
	if number, is := strings.CutPrefix(rest, "/a/"); is {
		if n, ok := kernel.ParseID[int64](number); ok {
			p.Article = "/sites/" + site.String() + "/articles/" + strconv.FormatInt(n, 10)
		}
	}
	return sheetView.Show(c.Console, ctx, page, p)
}

// act answers a report, or hands it over.
func (c *Corrections) act(ctx *fiber.Ctx) error {
	site := at(ctx)
	id, _ := kernel.ParseID[int64](ctx.Params("id"))
	do, answer, unit := strings.Clone(ctx.FormValue("do")), strings.ReplaceAll(strings.Clone(ctx.FormValue("answer")), "\r\n", "\n"), strings.Clone(ctx.FormValue("unit"))
	var err error
	if do == Handed {
		err = c.HandOver(ctx.UserContext(), site, id, unit)
	} else {
		err = c.Answer(ctx.UserContext(), site, id, do, answer)
	}
	if err != nil {
		return c.sheet(ctx, sheetPage{Typed: answer, Do: do, Unit: unit}, err)
	}
	return ctx.Redirect(Href(site, id)+"?done="+do, fiber.StatusSeeOther)
}

// waitingShown bounds how many reports the first screen shows.
const waitingShown = 10

// Waiting are the reports that wait for the actor, for the first screen.
func (c *Corrections) Waiting(ctx context.Context, site kernel.SiteID) (console.Section, error) {
	if !c.Console.Offers(ctx, site, Answers()...) {
		return console.Section{}, nil
	}
	all, err := c.Waits(ctx, site, waitingShown)
	if err != nil || len(all) == 0 {
		return console.Section{}, err
	}
	s := console.Section{Title: "网页纠错", More: listOf(site)}
	for _, r := range all {
		s.Items = append(s.Items, console.Item{Text: short(r.Words), Href: Href(site, r.ID), Mark: Says(r.Kind), At: r.ReceivedAt, DueAt: dueDay(r.DueAt)})
	}
	return s, nil
}

// inLine is how many characters of a report stand in a line.
const inLine = 30

func short(words string) string {
	words = strings.Join(strings.Fields(words), " ")
	if r := []rune(words); len(r) > inLine {
		return string(r[:inLine]) + "…"
	}
	return words
}

// Short is a report in a line, for whoever tells people of it.
func (l line) Short() string { return short(l.Words) }

// dueDay is the last day on which an answer is in time.
func dueDay(at time.Time) time.Time { return at.Add(-time.Nanosecond) }

// Until is that day of a line.
func (l line) Until() time.Time { return dueDay(l.DueAt) }
