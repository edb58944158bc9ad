package estate

import (
	"cmp"
	"context"
	"strconv"
	"strings"
	"time"

	"github.com/gofiber/fiber/v2"
	"github.com/zhanqun/zhanqun/kernel"
	"github.com/zhanqun/zhanqun/platform/console"
	"github.com/zhanqun/zhanqun/platform/site"
	"github.com/zhanqun/zhanqun/policies"
)

// sheetPage is what there is to know of one site's standing, and what this person may do about it now.
type sheetPage struct {
	Address, Name                  string
	State, Class, Notice           string
	Until                          string // when a suspended site is expected back
	Late                           bool   // that day has passed
	StateAt, CreatedAt             time.Time
	URL                            string
	Ready, Public                  bool
	Owner, Operator, Code, ICP     string
	Kind, Template, Theme, Carrier string
	Approval                       string
	Columns, People                int
	Quota                          site.Quota
	Hosts                          []hostLine
	Opening                        Opening
	Recorded                       bool
	Round                          Recheck // of the yearly re-check, the newest
	RoundClass, RoundAt            string
	History                        []event
	Wrong                          trouble
	Typed                          sheetTyped
	Done                           string

	Grey                                               string // where 哀悼模式 of this site is entered, for those who may
	MaySuspend, MayResume, MayClose, MayBind, MayQuota bool
	MayDecide, MayProvision, MayLaunch                 bool
	Invitations                                        []Invitation // whom the person may invite
	Ends                                               bool         // closing once more ends it
}

// event is a line of the site's history.
type event struct {
	Action, Who, Text string
	At                time.Time
}

// sheetTyped is what a form of the sheet held that was not accepted.
type sheetTyped struct{ Reason, Notice, Days, Name, Host, Note, Because, Storage, Upload, Files, Editors, Columns string }

// hostLine is a domain of the site.
type hostLine struct {
	site.Domain
	Record string // where the token is looked for
	Advice []string
}

// dones are what a screen says of the act that led to it.
var dones = map[string]string{
	"suspended": "已暂停，公众现在看到的是公告。", "resumed": "已恢复，公众现在可以访问。", "closing": "已公告关停。公告期满后，请再办一次关停。", "closed": "已关停，各个地址都答复公告。",
	"added": "域名已添加。请按说明设置后核验。", "ready": "域名已添加，是平台自有域名，不需要核验。", "verified": "域名已核验。", "primary": "已设为主域名，其他域名都引向它。",
	"removed": "域名已解除。", "quota": "配额已保存。", "approved": "已批准。平台运维员会看到它并开通。", "provisioned": "已开通，进入试运行。", "launched": "已正式上线。",
	"applied": "已提交申请。监督员审批后，这里能看到结果。",
}

var sheetView = console.Define[sheetPage]("estate", "sheet")

func (e *Estate) showSheet(c *fiber.Ctx) error { return e.sheet(c, nil) }

// sheet shows the sheet; err, if any, says what is wrong with what was typed, which stays.
func (e *Estate) sheet(c *fiber.Ctx, err error) error {
	ctx, id := c.UserContext(), at(c)
	page := console.Page{Title: say(c, "网站情况"), Site: id}
	p := sheetPage{Address: address(id, ""), Done: dones[c.Query("done")]}
	if err != nil {
		var is bool
		if p.Wrong, page.Status, is = wrong(c, err); !is {
			return err
		}
		p.Typed = sheetTyped{typed(c, "reason"), typed(c, "notice"), typed(c, "days"), typed(c, "name"), typed(c, "host"), typed(c, "note"),
			typed(c, "because"), typed(c, "storage_mb"), typed(c, "upload_mb"), typed(c, "files"), typed(c, "editors"), typed(c, "columns")}
	}
	g, err := e.Sites.Get(ctx, id)
	if err != nil {
		return err
	}
	if err := e.describe(ctx, &p, g); err != nil {
		return err
	}
	e.offer(ctx, &p, g)
	if p.Recorded && g.State.Public() && e.Console.Offers(ctx, id, "user.create") {
		if p.Invitations, err = e.Invitations(ctx, p.Opening); err != nil {
			return err
		}
	}
	return sheetView.Show(e.Console, c, page, p)
}

// describe fills what is known of the site.
func (e *Estate) describe(ctx context.Context, p *sheetPage, g site.Site) error {
	p.Name, p.State, p.Class, p.Notice, p.StateAt, p.CreatedAt = g.Name, g.State.Title(), lookOf(g.State).class, g.Notice, g.StateAt, g.CreatedAt
	p.Operator, p.Code, p.ICP, p.Kind, p.Theme, p.Approval = g.Marks.Operator, g.Marks.Code, g.Marks.ICP, kindName(g.Kind), g.Theme, g.Approval
	p.Public = g.State.Public()
	owner, err := e.Orgs.Get(ctx, g.Org)
	if err != nil {
		return err
	}
	p.Owner = owner.Official()
	template, err := e.Sites.TemplateOf(ctx, g.ID)
	if err != nil {
		return err
	}
	p.Template, p.Columns = template.Title, len(template.Columns)
	if p.Quota, err = e.Sites.QuotaOf(ctx, g.ID); err != nil {
		return err
	}
	if p.People, err = e.Accounts.Serving(ctx, g.Org, g.ID); err != nil {
		return err
	}
	if p.Until, err = e.pause(ctx, g.ID); err != nil {
		return err
	}
	p.Late = e.overdue(g.State, p.Until)
	if p.Opening, p.Recorded, err = e.opening(ctx, g.ID); err != nil {
		return err
	}
	if p.Round, err = e.RecheckOf(ctx, g.ID); err != nil {
		return err
	}
	p.RoundClass, p.RoundAt = e.recheckClass(p.Round), recheckAddress(g.ID)
	if err := e.addresses(ctx, p, g); err != nil {
		return err
	}
	return e.history(ctx, p, g.ID)
}

// addresses fills where the site is found.
func (e *Estate) addresses(ctx context.Context, p *sheetPage, g site.Site) error {
	at := g
	if g.Parent != 0 {
		carrier, err := e.Sites.Get(ctx, g.Parent)
		if err != nil {
			return err
		}
		at, p.Carrier = carrier, carrier.Name
	}
	hosts, err := e.Sites.Domains(ctx, at.ID)
	if err != nil {
		return err
	}
	for _, d := range hosts {
		if d.Primary {
			p.URL, p.Ready = e.Sites.Address(d.Host, g), d.Verified
		}
		if g.Parent == 0 {
			p.Hosts = append(p.Hosts, hostLine{d, site.TokenRecord(d.Host), site.HostWarnings(d.Host, g.Level)})
		}
	}
	return nil
}

// historyLines is how much of its chain a sheet shows; the audit log has all of it.
const historyLines = 20

func (e *Estate) history(ctx context.Context, p *sheetPage, id kernel.SiteID) error {
	lines, err := e.Audit.List(ctx, id, kernel.Page{Number: 1, Size: 200})
	if err != nil {
		return err
	}
	for _, l := range lines {
		about, what, _ := strings.Cut(l.Action, ".")
		if about != "site" && about != "domain" || len(p.History) == historyLines {
			continue
		}
		v := event{Action: l.Action, Who: l.Actor.Name, Text: l.Note["reason"], At: l.At}
		if about == "domain" || what == "apply" || what == "opening" { // what was added, or by which document
			v.Text = strings.TrimSpace(l.After + " " + l.Note["note"])
		}
		p.History = append(p.History, v)
	}
	return nil
}

// offer says which buttons the person gets: what the state allows and the post may do.
func (e *Estate) offer(ctx context.Context, p *sheetPage, g site.Site) {
	shows := func(ok bool, act string) bool { return ok && e.Console.Offers(ctx, g.ID, action(act)) }
	p.MaySuspend = shows(g.State == site.Online, "site.suspend.execute")
	p.MayResume = shows(g.State == site.Suspended, "site.suspend.execute")
	p.MayClose = shows(g.State.LeadsTo(site.Closing) || g.State.LeadsTo(site.Closed), "site.archive")
	p.Ends = g.State == site.Closing
	p.MayBind = shows(g.Kind == site.Subsite && g.State != site.Closed && g.State != site.Refused, "domain.bind")
	p.MayQuota = shows(true, "storage.quota")
	if g.State.Public() && e.Console.Offers(ctx, kernel.Platform, "cluster.greyscale") {
		p.Grey = "/estate/grey?site=" + g.ID.String()
	}
	p.MayDecide = shows(g.State == site.Applied, "site.approve")
	p.MayProvision = shows(g.State == site.Approved, "site.provision")
	p.MayLaunch = shows(g.State == site.Trial, "site.provision")
}

// done leads to the sheet after an act, or shows it again with what is wrong.
func (e *Estate) done(c *fiber.Ctx, err error, word string) error {
	if err != nil {
		return e.sheet(c, err)
	}
	return see(c, address(at(c), word))
}

func (e *Estate) suspend(c *fiber.Ctx) error {
	days, _ := strconv.Atoi(typed(c, "days")) // 0 is no number of days, which the room refuses in a sentence
	return e.done(c, e.Suspend(c.UserContext(), at(c), typed(c, "reason"), typed(c, "notice"), days), "suspended")
}

func (e *Estate) resume(c *fiber.Ctx) error {
	return e.done(c, e.Resume(c.UserContext(), at(c), typed(c, "reason")), "resumed")
}

func (e *Estate) close(c *fiber.Ctx) error {
	if err := e.Close(c.UserContext(), at(c), typed(c, "name"), typed(c, "reason"), typed(c, "notice")); err != nil {
		return e.sheet(c, err)
	}
	g, err := e.Sites.Get(c.UserContext(), at(c))
	return e.done(c, err, string(g.State))
}

// domains adds, verifies, prefers or unbinds one of the site's hosts.
func (e *Estate) domains(c *fiber.Ctx) error {
	ctx, id, host := c.UserContext(), at(c), typed(c, "host")
	switch c.FormValue("do") {
	case "verify":
		return e.done(c, e.Sites.VerifyDomain(ctx, id, host, typed(c, "note")), "verified")
	case "primary":
		return e.done(c, e.Sites.PrimaryDomain(ctx, id, host), "primary")
	case "remove":
		return e.done(c, e.Sites.RemoveDomain(ctx, id, host), "removed")
	}
	d, err := e.Sites.AddDomain(ctx, id, host)
	word := "added"
	if d.Verified {
		word = "ready"
	}
	return e.done(c, err, word)
}

// quota replaces the site's own limits; an empty field follows the template.
func (e *Estate) quota(c *fiber.Ctx) error {
	var n [5]int64
	for i, name := range []string{"storage_mb", "upload_mb", "files", "editors", "columns"} {
		text := typed(c, name)
		if text == "" {
			continue
		}
		var err error
		if n[i], err = strconv.ParseInt(text, 10, 32); err != nil {
			return e.sheet(c, notNumber(name))
		}
	}
	return e.done(c, e.Sites.SetQuota(c.UserContext(), at(c), site.Quota{StorageMB: n[0], UploadMB: n[1], Files: n[2], Editors: int(n[3]), Columns: int(n[4])}), "quota")
}

// decide approves or refuses an application. Whoever refuses may see the sheet no longer, and goes on with what waits.
func (e *Estate) decide(c *fiber.Ctx) error {
	approve := c.FormValue("do") == "approve"
	err := e.Decide(c.UserContext(), at(c), approve, typed(c, "because"))
	if err == nil && !approve {
		return see(c, "/")
	}
	return e.done(c, err, "approved")
}

func (e *Estate) provision(c *fiber.Ctx) error {
	o, _, err := e.opening(c.UserContext(), at(c))
	if err != nil {
		return err
	}
	return e.done(c, e.Provision(c.UserContext(), at(c), cmp.Or(o.Document, o.Because, "site.provision")), "provisioned")
}

func (e *Estate) launch(c *fiber.Ctx) error {
	return e.done(c, e.Launch(c.UserContext(), at(c), typed(c, "reason")), "launched")
}

// invitedPage shows a link, this once.
type invitedPage struct{ Name, Login, Link, Back string }

var invitedView = console.Define[invitedPage]("estate", "invited")

// invite makes the link for one of the two whom the opening names.
func (e *Estate) invite(c *fiber.Ctx) error {
	link, who, err := e.InviteTo(c.UserContext(), at(c), policies.Role(typed(c, "role")))
	if err != nil {
		return e.sheet(c, err)
	}
	return invitedView.Show(e.Console, c, console.Page{Title: say(c, "邀请链接"), Site: at(c)}, invitedPage{who.Name, who.Login, link, address(at(c), "")})
}
