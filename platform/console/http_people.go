package console

import (
	"context"
	"errors"
	"slices"
	"strings"
	"time"

	"github.com/gofiber/fiber/v2"
	"github.com/zhanqun/zhanqun/kernel"
	"github.com/zhanqun/zhanqun/kernel/fault"
	"github.com/zhanqun/zhanqun/platform/identity"
	"github.com/zhanqun/zhanqun/platform/web"
	"github.com/zhanqun/zhanqun/policies"
)

// choice is a role in a form.
type choice struct {
	roleSays
	Chosen bool
}

// post is a role that a person has.
type post struct {
	ID             string
	Role, Document string
	Site           string // the site that it is limited to, "" for the whole unit
	Column         string // likewise the column, "" for the whole site
	From, To       time.Time
	Ours           bool // given here, so it may be ended here
}

// someone is a person in a list of people.
type someone struct {
	identity.Colleague
	At    string // the person's own screen
	Posts []post
}

// Off reports whether the account is disabled.
func (s someone) Off() bool { return s.State == identity.Disabled }

// appointing is the form that invites a person, or gives another post to one.
type appointing struct {
	To                           string // where it goes
	Login, Name, Document, Until string
	Roles                        []choice
	Bounds                       []boundChoice // columns of the site; none on the platform
	Limited                      bool          // to those that are ticked
	Trouble                      string
	New                          bool
}

// Day is the last day of the term where one can be shown: a browser's field for days takes nothing else.
func (a appointing) Day() string {
	if _, err := time.Parse(time.DateOnly, a.Until); err != nil {
		return ""
	}
	return a.Until
}

// peoplePage is the colleagues of a site's unit, or whom a search has found on the platform.
type peoplePage struct {
	Unit   string
	Search bool
	Query  string
	People []someone
	Vacant []vacancy // of the site
	Form   appointing
}

// personPage is one person: the posts, and what the one who looks may do about them.
type personPage struct {
	someone
	Unit     string
	Base     string // of its forms
	Back     string
	Platform bool
	Self     bool
	Trouble  string
	Done     string
	Form     appointing
}

// handedPage shows a link, this once.
type handedPage struct {
	Name, Login, Link, Back string
	Expires                 time.Time
	Invited                 bool
}

var (
	peopleView = Define[peoplePage](ownRoom, "people")
	personView = Define[personPage](ownRoom, "person")
	handedView = Define[handedPage](ownRoom, "handed")
)

// peopleRoutes are the content leads' screens of one site's colleagues and the security administrator's of everybody.
func (c *Console) peopleRoutes(r *web.Router) {
	ours := func(method, path string, do func(*fiber.Ctx, circle) error) {
		r.Action(web.ActionRoute{Room: room, Method: method, Path: "/sites/:site/people" + path, Action: "appointment.content", Tenancy: "site", Cache: "no-store",
			Do: c.in(c.ofSite, do)})
	}
	ours(fiber.MethodGet, "", c.showPeople)
	ours(fiber.MethodPost, "", c.invite)
	ours(fiber.MethodGet, "/:id", c.showPerson)
	ours(fiber.MethodPost, "/:id/posts", c.appoint)
	ours(fiber.MethodPost, "/:id/end", c.endPost)
	ours(fiber.MethodPost, "/:id/link", c.inviteAgain)
	all := func(method, path string, act policies.Action, do func(*fiber.Ctx, circle) error) {
		r.Action(web.ActionRoute{Room: room, Method: method, Path: "/people" + path, Action: act, Tenancy: "platform", Cache: "no-store", Do: c.in(c.ofPlatform, do)})
	}
	all(fiber.MethodGet, "", "user.disable", c.showPeople)
	all(fiber.MethodGet, "/vacant", "user.disable", c.showVacant)
	all(fiber.MethodPost, "", "appointment.technical", c.invite)
	all(fiber.MethodGet, "/:id", "user.disable", c.showPerson)
	all(fiber.MethodPost, "/:id/posts", "appointment.technical", c.appoint)
	all(fiber.MethodPost, "/:id/end", "appointment.technical", c.endPost)
	all(fiber.MethodPost, "/:id/state", "user.disable", c.turn)
	all(fiber.MethodPost, "/:id/link", "policy.password", c.giveLink)
	all(fiber.MethodPost, "/:id/factor", "policy.2fa", c.removeFactor)
}

// circle is whose people a screen is about.
type circle struct {
	Base  string
	Site  kernel.SiteID // 0: the platform
	Org   kernel.OrgID  // whose posts are given
	Unit  string
	Roles []roleSays
	// Bounds are the columns of the site.
	Bounds []Bound
}

func (c *Console) in(find func(*fiber.Ctx) (circle, error), do func(*fiber.Ctx, circle) error) fiber.Handler {
	return func(f *fiber.Ctx) error {
		at, err := find(f)
		if err != nil {
			return err
		}
		return do(f, at)
	}
}

func (c *Console) ofSite(f *fiber.Ctx) (circle, error) {
	id, _ := kernel.ParseID[kernel.SiteID](f.Params("site")) // the guard has read it
	g, err := c.Sites.Get(f.UserContext(), id)
	if err != nil {
		return circle{}, err
	}
	unit, err := c.Orgs.Get(f.UserContext(), g.Org)
	if err != nil {
		return circle{}, err
	}
	bounds, err := c.Columns.ColumnsOf(f.UserContext(), id)
	return circle{Base: "/sites/" + id.String() + "/people", Site: id, Org: g.Org, Unit: unit.Name, Roles: contentRoles, Bounds: bounds}, err
}

func (c *Console) ofPlatform(f *fiber.Ctx) (circle, error) {
	unit, err := c.runner(f.UserContext())
	return circle{Base: "/people", Org: unit.ID, Unit: unit.Name, Roles: technicalRoles}, err
}

// ours reports whether a post is given in this circle.
func (o circle) ours(a identity.Appointment) bool {
	return a.Org == o.Org && slices.ContainsFunc(o.Roles, func(r roleSays) bool { return r.Role == a.Role }) && (o.Site == 0 || a.Site == 0 || a.Site == o.Site)
}

// someone is a colleague with the posts in words.
func (c *Console) someone(ctx context.Context, o circle, p identity.Colleague) (someone, error) {
	s := someone{Colleague: p, At: o.Base + "/" + p.ID.String()}
	for _, a := range p.Posts {
		one := post{ID: a.ID.String(), Role: a.Role.Name(), Document: a.Document, From: a.From, To: a.To, Ours: o.ours(a)}
		if a.Site != 0 {
			seat, err := c.seat(ctx, a.Site)
			if err != nil {
				return s, err
			}
			one.Site = seat.Name
		}
		var err error
		if one.Column, err = c.boundOf(ctx, o, a); err != nil {
			return s, err
		}
		s.Posts = append(s.Posts, one)
	}
	return s, nil
}

func (o circle) form(to string, fresh bool) appointing {
	a := appointing{To: to, New: fresh}
	for _, r := range o.Roles {
		a.Roles = append(a.Roles, choice{roleSays: r})
	}
	o.offer(&a, nil)
	return a
}

// wanted is what was ticked in a form.
type wanted struct {
	roles   []string
	columns []int64
}

// typedIn is the form as it was filled in.
func (o circle) typedIn(f *fiber.Ctx, to string, fresh bool) (appointing, wanted) {
	a := appointing{To: to, New: fresh, Login: strings.Clone(f.FormValue("login")), Name: strings.Clone(f.FormValue("name")),
		Document: strings.Clone(f.FormValue("document")), Until: strings.Clone(f.FormValue("until"))}
	chosen := wanted{columns: ticked(f)}
	a.Limited = f.FormValue("reach") == "columns"
	for _, v := range f.Request().PostArgs().PeekMulti("role") {
		chosen.roles = append(chosen.roles, string(v))
	}
	for _, r := range o.Roles {
		a.Roles = append(a.Roles, choice{r, r.among(chosen.roles)})
	}
	o.offer(&a, chosen.columns)
	return a, chosen
}

// posts are the appointments that a form asks for.
func (o circle) posts(a appointing, chosen wanted) ([]identity.Appointment, error) {
	if len(chosen.roles) == 0 {
		return nil, fault.In("role", "请至少选择一个岗位。")
	}
	var to time.Time
	if a.Until != "" {
		day, err := time.ParseInLocation(time.DateOnly, a.Until, kernel.Beijing)
		if err != nil {
			return nil, fault.In("until", "任期的结束日期不对，请填写如 2027-12-31。")
		}
		to = day.AddDate(0, 0, 1) // the whole day
	}
	columns, err := o.reach(a.Limited, chosen.columns)
	if err != nil {
		return nil, err
	}
	var all []identity.Appointment
	for _, role := range chosen.roles {
		if !slices.ContainsFunc(o.Roles, func(r roleSays) bool { return string(r.Role) == role }) {
			return nil, fault.In("role", "这里不能任命这个岗位，请从表中选择。")
		}
		for _, column := range columns {
			all = append(all, identity.Appointment{Role: policies.Role(role), Org: o.Org, Site: o.Site, Column: column, To: to, Document: a.Document})
		}
	}
	return all, nil
}

func (c *Console) showPeople(f *fiber.Ctx, o circle) error {
	return c.listPeople(f, o, o.form(o.Base, true), fiber.StatusOK)
}

func (c *Console) listPeople(f *fiber.Ctx, o circle, form appointing, status int) error {
	ctx := f.UserContext()
	p := peoplePage{Unit: o.Unit, Search: o.Site == 0, Query: strings.Clone(f.Query("q")), Form: form}
	found, err := c.Accounts.Colleagues(ctx, o.Org)
	if o.Site == 0 {
		found, err = c.Accounts.Search(ctx, p.Query)
	}
	if err != nil {
		return err
	}
	for _, one := range found {
		s, err := c.someone(ctx, o, one)
		if err != nil {
			return err
		}
		p.People = append(p.People, s)
	}
	if p.Vacant, err = c.vacantAt(ctx, o); err != nil {
		return err
	}
	return peopleView.Show(c, f, Page{Title: Say(Language(f), "人员"), Site: o.Site, Status: status}, p)
}

// invite opens an account with its posts and shows the link to hand over.
func (c *Console) invite(f *fiber.Ctx, o circle) error {
	form, chosen := o.typedIn(f, o.Base, true)
	posts, err := o.posts(form, chosen)
	var a identity.Account
	var link identity.Link
	if err == nil {
		a, link, err = c.Accounts.Invite(f.UserContext(), identity.Account{Login: form.Login, Name: form.Name, Org: o.Org}, posts)
	}
	if status, is := refused(err); is {
		form.Trouble = Told(f, err)
		return c.listPeople(f, o, form, status)
	}
	if err != nil {
		return err
	}
	return c.hand(f, o, a, link)
}

// refused is the status of an error that the same screen shows again with its sentence.
func refused(err error) (status int, is bool) {
	var f *fault.Fault
	if !errors.As(err, &f) {
		return 0, false
	}
	status = map[fault.Kind]int{fault.Invalid: fiber.StatusUnprocessableEntity, fault.Conflict: fiber.StatusConflict, fault.Forbidden: fiber.StatusForbidden}[f.Kind]
	return status, status != 0
}

func (c *Console) hand(f *fiber.Ctx, o circle, a identity.Account, link identity.Link) error {
	return handedView.Show(c, f, Page{Title: Say(Language(f), "交给本人的链接"), Site: o.Site}, handedPage{Name: a.Name, Login: a.Login,
		Link: c.LinkURL(link.Token), Back: o.Base + "/" + a.ID.String(), Expires: link.Expires, Invited: link.Kind == identity.Invitation})
}
