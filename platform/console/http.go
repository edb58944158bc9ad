package console

import (
	"net/url"
	"slices"
	"strings"

	"github.com/gofiber/fiber/v2"
	"github.com/zhanqun/zhanqun/kernel"
	"github.com/zhanqun/zhanqun/kernel/fault"
	"github.com/zhanqun/zhanqun/platform/identity"
	"github.com/zhanqun/zhanqun/platform/web"
)

const room = "platform/console"

// Routes adds the way in, the first screen and the audit chain.
func (c *Console) Routes(r *web.Router) {
	for _, d := range []web.DoorRoute{
		{Method: fiber.MethodGet, Path: signInPath, Do: c.showSignIn},
		{Method: fiber.MethodPost, Path: signInPath, Do: c.signIn},
		{Method: fiber.MethodPost, Path: setupPath, Do: c.setUp},
		{Method: fiber.MethodPost, Path: "/signout", Do: c.signOut},
		{Method: fiber.MethodGet, Path: "/link/:token", Do: c.showLink},
		{Method: fiber.MethodPost, Path: "/link/:token", Do: c.useLink},
		{Method: fiber.MethodPost, Path: "/language", Do: c.speak},
		{Method: fiber.MethodPost, Path: "/appearance", Do: c.appear},
		{Method: fiber.MethodGet, Path: "/palette", SignedIn: true, Do: c.showPalette},
		{Method: fiber.MethodGet, Path: "/", SignedIn: true, Do: c.showWork},
	} {
		d.Room = room
		r.Door(d)
	}
	for _, d := range slices.Concat(c.sessionRoutes(), c.meRoutes(), c.secondRoutes(), c.passkeyRoutes(), c.oidcRoutes()) {
		d.Room = room
		r.Door(d)
	}
	c.peopleRoutes(r)
	c.refusalRoutes(r)
	c.networkRoutes(r)
	c.limitRoutes(r)
	r.Action(web.ActionRoute{Room: room, Method: fiber.MethodGet, Path: "/sites/:site/audit/export", Action: "audit.export", Tenancy: "site", Cache: "no-store", Do: c.exportAudit})
	r.Action(web.ActionRoute{Room: room, Method: fiber.MethodGet, Path: "/sites/:site/audit", Action: "audit.read", Tenancy: "site", Cache: "no-store", Do: c.showAudit})
}

const signInPath = "/signin"

// Page is what a screen tells its frame.
type Page struct {
	Title  string // translated
	Site   kernel.SiteID
	Status int // 0: 200
	// Scripts are files of this package's assets that help on the screen, which works without them.
	Scripts []string
	// Wide leaves the bar and the menu away: the screen is read from across a room.
	Wide bool
	Undo *Undo // what the screen before has done, or nil
}

// Undo is a bar that says what was just done and takes it back with one press. It is a plain form and stays; with script it goes away by
// itself after ten seconds, and waits for whoever is about to press.
type Undo struct {
	Say    string // translated
	To     string // where the form goes, or "" for what cannot be taken back
	Fields []Hidden
}

// Hidden is a field of a form that nobody types.
type Hidden struct{ Name, Value string }

// framed is the frame of one screen for one person.
type framed struct {
	Lang, Other, Title string
	Appearance, Next   string // how it looks, and what the button makes of that
	Density, Tighter   string // likewise
	Rail, Fold         string // likewise
	Here               string // the address to come back to
	Who                string
	Bell               bool // somebody counts notices
	Unread             int
	Site               Seat
	Seats              []Seat
	Menu               []line
	CSS, Script        string
	Scripts            []string
	Demo, Trial, Wide  bool
	Undo               *Undo
	Session            sessionLeft // until when it lasts; the zero one where there is none to tell of
	Main               any
}

type line struct {
	Name, Href string
	Current    bool
}

// Show answers with a screen in its frame: the menu of the page's site, as far as the actor may go there.
func (v *Typed[T]) Show(c *Console, f *fiber.Ctx, p Page, data T) error {
	return c.show(f, v.room+"/"+v.name, p, data)
}

func (c *Console) show(f *fiber.Ctx, key string, p Page, data any) error {
	fr, err := c.frame(f, p)
	if err != nil {
		return err
	}
	body, err := c.render(fr.Lang, key, fr, data)
	if err != nil {
		return err
	}
	f.Type("html", "utf-8")
	f.Status(max(p.Status, fiber.StatusOK))
	return f.Send(body)
}

func (c *Console) frame(f *fiber.Ctx, p Page) (framed, error) {
	fr := c.bare(f, p.Title)
	fr.Wide, fr.Undo = p.Wide, p.Undo
	for _, name := range p.Scripts {
		fr.Scripts = append(fr.Scripts, c.address(name))
	}
	ctx, who := f.UserContext(), kernel.ActorFrom(f.UserContext())
	if who.Account == 0 {
		return fr, nil
	}
	fr.Who = who.Name
	var err error
	if fr.Session, err = c.left(f); err != nil {
		return fr, err
	}
	if c.People == nil {
		if fr.Trial, err = c.Accounts.Trial(ctx); err != nil {
			return fr, err
		}
	}
	if fr.Seats, err = c.Seats(ctx); err != nil {
		return fr, err
	}
	if p.Site == 0 && len(fr.Seats) == 1 {
		p.Site = fr.Seats[0].ID
	}
	if p.Site != 0 {
		if fr.Site, err = c.seat(ctx, p.Site); err != nil {
			return fr, err
		}
	}
	open, err := c.lines(ctx, p.Site)
	if err != nil {
		return fr, err
	}
	if c.bell != nil {
		fr.Bell = true
		if fr.Unread, err = c.bell(ctx); err != nil {
			return fr, err
		}
	}
	for _, e := range open {
		href := strings.Replace(e.Path, ":site", p.Site.String(), 1)
		fr.Menu = append(fr.Menu, line{Say(fr.Lang, e.Name), href, href == f.Path()})
	}
	return fr, nil
}

// bare is a frame that needs no store.
func (c *Console) bare(f *fiber.Ctx, title string) framed {
	lang := Language(f)
	other := Languages[(slices.Index(Languages, lang)+1)%len(Languages)]
	fr := framed{Lang: lang, Other: other, Title: title, Here: web.Typed(f),
		CSS: c.address("console.css"), Script: c.address("console.js"), Scripts: []string{c.address("session.js")}, Demo: c.People != nil}
	fr.Appearance, fr.Next = look(f, "appearance")
	fr.Density, fr.Tighter = look(f, "density")
	fr.Rail, fr.Fold = look(f, "rail")
	return fr
}

// Language is what the person has chosen to read.
func Language(f *fiber.Ctx) string {
	if lang := f.Cookies("lang"); slices.Contains(Languages, lang) {
		return lang
	}
	return Languages[0]
}

// Told is the sentence of an error in the person's language.
func Told(f *fiber.Ctx, err error) string { return SayFault(Language(f), err) }

// speak keeps the language that was chosen and leads back.
func (c *Console) speak(f *fiber.Ctx) error {
	lang := f.FormValue("lang")
	if !slices.Contains(Languages, lang) {
		return fault.In("lang", "没有这种语言。")
	}
	f.Cookie(&fiber.Cookie{Name: "lang", Value: lang, Path: "/", MaxAge: 365 * 86400, HTTPOnly: true, SameSite: fiber.CookieSameSiteLaxMode})
	return f.Redirect(local(f.FormValue("to")), fiber.StatusSeeOther)
}

// local is a path of this host that a form has named; anything else leads to the first screen.
func local(to string) string {
	u, err := url.Parse(to)
	if err != nil || u.Scheme != "" || u.Host != "" || u.User != nil || !strings.HasPrefix(u.Path, "/") || strings.HasPrefix(to, "//") || strings.ContainsAny(to, "\\\r\n\t") {
		return "/"
	}
	return u.RequestURI()
}

// signInPage is the way in. To is where the person wanted to go; Typed is what a form held that was sent without a session.
type signInPage struct {
	Login, To, Typed string
	Trouble          string
	OIDC             bool // the city's identity provider is another way in
	Done             bool // a link has just set the password
	First            bool // the set-up has just made the first administrator
	SentOut          bool // the session that was here made room for a later one
	People           []Person
}

type resumePage struct {
	To     string
	Fields []field
}

type field struct{ Name, Value string }

var (
	signInView = Define[signInPage](ownRoom, "signin")
	againView  = Define[signInPage](ownRoom, "again")
	resumeView = Define[resumePage](ownRoom, "resume")
	failedView = Define[failure](ownRoom, "failed")
)

func (c *Console) people() []Person {
	if c.People == nil {
		return nil
	}
	return c.People()
}

func (c *Console) showSignIn(f *fiber.Ctx) error {
	if kernel.ActorFrom(f.UserContext()).Account != 0 {
		return f.Redirect(local(f.Query("to")), fiber.StatusSeeOther)
	}
	out, err := c.sentOut(f)
	if err != nil {
		return err
	}
	return signInView.Show(c, f, Page{Title: Say(Language(f), "登录")}, signInPage{SentOut: out, To: local(f.Query("to")), Done: f.Query("set") == "1", First: f.Query("first") == "1", OIDC: c.Accounts.HasProvider(), People: c.people()})
}

func (c *Console) signIn(f *fiber.Ctx) error {
	p := signInPage{Login: strings.Clone(f.FormValue("login")), To: local(f.FormValue("to")), Typed: strings.Clone(f.FormValue("typed")), People: c.people(), OIDC: c.Accounts.HasProvider()}
	token, _, err := c.Accounts.SignIn(f.UserContext(), p.Login, f.FormValue("password"), visit(f))
	if fault.Is(err, fault.Forbidden) || fault.Is(err, fault.Invalid) {
		p.Trouble = Told(f, err)
		page := Page{Title: Say(Language(f), "登录"), Status: fiber.StatusUnprocessableEntity}
		if p.Typed != "" {
			return againView.Show(c, f, page, p)
		}
		return signInView.Show(c, f, page, p)
	}
	if err != nil {
		return err
	}
	return c.entered(f, token, p.To, p.Typed)
}

// entered gives the browser its new session, or the sign-in that waits for its second step, and goes on where the person wanted to go.
func (c *Console) entered(f *fiber.Ctx, token, to, typed string) error {
	if old := web.SessionToken(f); old != "" {
		if err := c.Accounts.SignOut(f.UserContext(), old); err != nil && !fault.Is(err, fault.Forbidden) {
			return err
		}
	}
	web.SetSession(f, token)
	switch {
	case !identity.Half(token):
		return c.goOn(f, to, typed)
	case typed == "":
		return f.Redirect(secondPath+"?to="+url.QueryEscape(to), fiber.StatusSeeOther)
	}
	return c.askSecond(f, token, secondPage{To: to, Typed: typed}, fiber.StatusOK)
}

func (c *Console) signOut(f *fiber.Ctx) error {
	if token := web.SessionToken(f); token != "" {
		if err := c.Accounts.SignOut(f.UserContext(), token); err != nil && !fault.Is(err, fault.Forbidden) {
			return err
		}
	}
	web.SetSession(f, "")
	return f.Redirect(signInPath, fiber.StatusSeeOther)
}

// Stranger leads whoever is not signed in to the way in. A form that was sent is kept: it goes on after the sign-in.
func (c *Console) Stranger(f *fiber.Ctx) error {
	if f.Get(fiber.HeaderAccept) == fiber.MIMEApplicationJSON { // a script of an open form, which asks the person itself
		return f.Status(fiber.StatusUnauthorized).JSON(map[string]string{"state": "signin"})
	}
	if f.Method() == fiber.MethodPost {
		p := signInPage{To: local(web.Typed(f))}
		if strings.HasPrefix(f.Get(fiber.HeaderContentType), fiber.MIMEApplicationForm) {
			p.Typed = string(f.Body())
		}
		var err error
		if p.SentOut, err = c.sentOut(f); err != nil {
			return err
		}
		return againView.Show(c, f, Page{Title: Say(Language(f), "请重新登录"), Status: fiber.StatusForbidden}, p)
	}
	to := local(web.Typed(f))
	if to == "/" {
		return f.Redirect(signInPath, fiber.StatusSeeOther)
	}
	return f.Redirect(signInPath+"?to="+url.QueryEscape(to), fiber.StatusSeeOther)
}

type failure struct {
	Status  int
	Say, ID string
}

// Failed is the page of an error, without a menu: what failed may be the store.
func (c *Console) Failed(f *fiber.Ctx, status int, err error, id string) []byte {
	fr := c.bare(f, Say(Language(f), "没有办成"))
	fr.Who = kernel.ActorFrom(f.UserContext()).Name
	body, err := c.render(fr.Lang, ownRoom+"/failed", fr, failure{status, Told(f, err), id})
	if err != nil {
		return nil // web writes its small page then
	}
	return body
}
