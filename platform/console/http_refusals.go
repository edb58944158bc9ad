package console

import (
	"bytes"
	"cmp"
	"context"
	"encoding/csv"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/gofiber/fiber/v2"
	"github.com/zhanqun/zhanqun/kernel"
	"github.com/zhanqun/zhanqun/kernel/fault"
	"github.com/zhanqun/zhanqun/platform/audit"
	"github.com/zhanqun/zhanqun/platform/identity"
	"github.com/zhanqun/zhanqun/platform/web"
)

// refusalsPage is what people tried and were refused, and their sign-ins, for the audit administrator.
type refusalsPage struct {
	Login, Day, Site string // what is chosen; Site is a name
	Trouble          string
	Rows             []refusalLine
	SignIns          []signInLine
	Newer, Older     string
	Export           string // address of the file, or "" for who may not take one
}

type refusalLine struct {
	audit.Refusal
	Place           string // the site's name
	OfWhom, OfPlace string // addresses of the list of one person, of one site
	More            bool   // it stands for what is only counted
}

type signInLine struct {
	At           time.Time
	Name, From   string
	Says, OfWhom string
	Bad          bool
}

var refusalsView = Define[refusalsPage](ownRoom, "refusals")

// nobody is an account that there is not.
const nobody kernel.AccountID = -1

const (
	refusalsPath = "/refusals"
	refusalLines = 50
)

// outcomes are what became of a sign-in, in words.
var outcomes = map[identity.Outcome]string{identity.SignedIn: "登录", identity.SignedOut: "退出登录", identity.Ended: "登录被结束", identity.WrongPassword: "密码不对",
	identity.NoPassword: "还没有密码", identity.WasDisabled: "账号已停用", identity.UnknownLogin: "没有这个登录名", identity.WrongSetupCode: "设置码不对", identity.WrongCode: "验证码不对"}

func (c *Console) refusalRoutes(r *web.Router) {
	r.Action(web.ActionRoute{Room: room, Method: fiber.MethodGet, Path: refusalsPath, Action: "audit.read", Tenancy: "platform", Cache: "no-store", Do: c.showRefusals})
	r.Action(web.ActionRoute{Room: room, Method: fiber.MethodGet, Path: refusalsPath + "/export", Action: "audit.export", Tenancy: "platform", Cache: "no-store", Do: c.exportRefusals})
}

// sifted is the filter of the address; trouble says what of it was not understood.
func (c *Console) sifted(f *fiber.Ctx, p *refusalsPage) (chosen audit.RefusalFilter, err error) {
	p.Login, p.Day = strings.TrimSpace(typedQuery(f, "login")), typedQuery(f, "day")
	if p.Login != "" {
		a, err := c.Accounts.Find(f.UserContext(), p.Login)
		switch {
		case fault.Is(err, fault.NotFound):
			p.Trouble, chosen.Account = Say(Language(f), "没有这个登录名，请核对。"), nobody
		case err != nil:
			return chosen, err
		default:
			chosen.Account = a.ID
		}
	}
	if _, err := time.ParseInLocation(time.DateOnly, p.Day, kernel.Beijing); err == nil {
		chosen.Day = p.Day
	} else {
		p.Day = ""
	}
	if id, err := strconv.ParseInt(f.Query("site"), 10, 64); err == nil && id >= 0 {
		chosen.Site, chosen.OfSite = kernel.SiteID(id), true
	}
	return chosen, nil
}

func typedQuery(f *fiber.Ctx, name string) string { return strings.Clone(f.Query(name)) }

func (c *Console) showRefusals(f *fiber.Ctx) error {
	ctx := f.UserContext()
	var p refusalsPage
	chosen, err := c.sifted(f, &p)
	if err != nil {
		return err
	}
	number, err := strconv.Atoi(f.Query("p", "1"))
	if err != nil || number < 1 || number > 1<<20 {
		number = 1
	}
	found, err := c.Refusals.List(ctx, chosen, kernel.Page{Number: number, Size: refusalLines})
	if err != nil {
		return err
	}
	q := url.Values{}
	for name, v := range map[string]string{"login": p.Login, "day": p.Day, "site": f.Query("site")} {
		if v != "" {
			q.Set(name, v)
		}
	}
	people, places := map[kernel.AccountID]string{}, map[kernel.SiteID]string{}
	for _, r := range found {
		line := refusalLine{Refusal: r, Place: c.placeOf(ctx, places, Language(f), r.Site), More: r.Action == audit.AndMore}
		line.OfWhom, line.OfPlace = with(q, "login", c.loginOf(ctx, people, r.Account)), with(q, "site", r.Site.String())
		p.Rows = append(p.Rows, line)
	}
	if chosen.OfSite {
		p.Site = c.placeOf(ctx, places, Language(f), chosen.Site)
	} else if number == 1 {
		if p.SignIns, err = c.signIns(ctx, chosen, people, q); err != nil {
			return err
		}
	}
	if number > 1 {
		p.Newer = with(q, "p", strconv.Itoa(number-1))
	}
	if len(found) == refusalLines {
		p.Older = with(q, "p", strconv.Itoa(number+1))
	}
	if c.Offers(ctx, kernel.Platform, "audit.export") && len(found) > 0 {
		p.Export = strings.Replace(with(q, "", ""), refusalsPath, refusalsPath+"/export", 1)
	}
	return refusalsView.Show(c, f, Page{Title: Say(Language(f), "拒绝与登录")}, p)
}

// with is the address of the list with one condition set, from its first page on.
func with(q url.Values, name, value string) string {
	to := url.Values{}
	for k := range q {
		to.Set(k, q.Get(k))
	}
	if name != "" && value != "" {
		to.Set(name, value)
	}
	if len(to) == 0 {
		return refusalsPath
	}
	return refusalsPath + "?" + to.Encode()
}

// loginOf is the login of an account, or "" where there is none any more; the page asks for each once.
func (c *Console) loginOf(ctx context.Context, known map[kernel.AccountID]string, id kernel.AccountID) string {
	if login, is := known[id]; is {
		return login
	}
	a, err := c.Accounts.Get(ctx, id)
	if err != nil {
		a.Login = "" // the line is there without its link
	}
	known[id] = a.Login
	return a.Login
}

// placeOf is the name of a site; one that is not there is named by its number.
func (c *Console) placeOf(ctx context.Context, known map[kernel.SiteID]string, lang string, id kernel.SiteID) string {
	if id == kernel.Platform {
		return Say(lang, "平台")
	}
	if name, is := known[id]; is {
		return name
	}
	seat, err := c.seat(ctx, id)
	if err != nil {
		seat.Name = id.String() // what was asked for need not be there
	}
	known[id] = seat.Name
	return seat.Name
}

// signInDays is how far back sign-ins are shown when no day is chosen.
const signInDays = 7

// signIns are the newest sign-ins of the chosen person and day.
func (c *Console) signIns(ctx context.Context, chosen audit.RefusalFilter, people map[kernel.AccountID]string, q url.Values) (all []signInLine, err error) {
	since := c.Now().AddDate(0, 0, -signInDays)
	day, err := time.ParseInLocation(time.DateOnly, chosen.Day, kernel.Beijing)
	if err == nil {
		since = day
	}
	found, err := c.Accounts.SignIns(ctx, since, 1000)
	if err != nil {
		return nil, err
	}
	for _, s := range found {
		if len(all) == refusalLines {
			break
		}
		if chosen.Account != 0 && s.Account != chosen.Account || chosen.Day != "" && s.At.In(kernel.Beijing).Format(time.DateOnly) != chosen.Day {
			continue
		}
		line := signInLine{At: s.At, From: s.From(), Says: outcomes[s.Outcome], Bad: s.Outcome != identity.SignedIn && s.Outcome != identity.SignedOut && s.Outcome != identity.Ended}
		if s.Account != 0 {
			line.Name = c.loginOf(ctx, people, s.Account)
			line.OfWhom = with(q, "login", line.Name)
		}
		all = append(all, line)
	}
	return all, nil
}

// exportRefusals gives what is chosen as a table for spreadsheets, the newest first.
func (c *Console) exportRefusals(f *fiber.Ctx) error {
	ctx := f.UserContext()
	var p refusalsPage
	chosen, err := c.sifted(f, &p)
	if err != nil {
		return err
	}
	found, err := c.Refusals.List(ctx, chosen, kernel.Page{Number: 1, Size: exportLines})
	if err != nil {
		return err
	}
	out := bytes.NewBufferString("\uFEFF") // by which spreadsheets know UTF-8
	w := csv.NewWriter(out)
	rows := [][]string{{"day", "first_at", "last_at", "account", "name", "site", "action", "client", "times", "why"}}
	for _, r := range found {
		rows = append(rows, []string{r.Day, moment(r.First, time.RFC3339), moment(r.Last, time.RFC3339), r.Account.String(), inert(r.Name), r.Site.String(), inert(r.Action), r.Client, strconv.FormatInt(r.Times, 10), inert(r.Why)})
	}
	if err := w.WriteAll(rows); err != nil {
		return err
	}
	f.Set(fiber.HeaderContentType, "text/csv; charset=utf-8")
	f.Set(fiber.HeaderContentDisposition, `attachment; filename="refusals-`+cmp.Or(chosen.Day, c.Now().In(kernel.Beijing).Format(time.DateOnly))+`.csv"`)
	return f.Send(out.Bytes())
}

// inert is a text that no spreadsheet takes for a formula.
func inert(text string) string {
	if text != "" && strings.ContainsRune("=+-@\t\r", rune(text[0])) {
		return "'" + text
	}
	return text
}
