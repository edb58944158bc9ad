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

const secondPath = signInPath + "/code"

// enrolment is what one puts into a phone. Picture is the path of the dark squares, Size how many there are in a row.
type enrolment struct {
	Text, URI, Picture string
	Size               int
}

// secondPage asks for the second step of a sign-in, or for the first code of a phone.
type secondPage struct {
	Post            string // where the form goes
	Name, To, Typed string
	Trouble         string
	Enrol           *enrolment
	Passkey         string // what the script asks the browser; "" where the person has no key
	Later           bool   // it is no sign-in: the own account's screen leads here
}

// codesPage shows recovery codes, this once.
type codesPage struct {
	Login  string
	Codes  []string
	To     string
	Fields []field // of a form that was sent before the sign-in
}

var (
	secondView = Define[secondPage](ownRoom, "second")
	codesView  = Define[codesPage](ownRoom, "codes")
)

func (c *Console) secondRoutes() []web.DoorRoute {
	return []web.DoorRoute{
		{Method: fiber.MethodGet, Path: secondPath, Do: c.showSecond},
		{Method: fiber.MethodPost, Path: secondPath, Do: c.second},
		{Method: fiber.MethodGet, Path: mePath + "/factor", SignedIn: true, Do: c.showFactor},
		{Method: fiber.MethodPost, Path: mePath + "/factor", SignedIn: true, Do: c.enrol},
		{Method: fiber.MethodPost, Path: mePath + "/codes", SignedIn: true, Do: c.renewCodes},
		{Method: fiber.MethodPost, Path: mePath + "/phone", SignedIn: true, Do: c.changePhone},
	}
}

// showSecond asks for the second step of the sign-in that the browser's cookie names.
func (c *Console) showSecond(f *fiber.Ctx) error {
	return c.askSecond(f, web.SessionToken(f), secondPage{To: local(f.Query("to"))}, fiber.StatusOK)
}

func (c *Console) askSecond(f *fiber.Ctx, token string, p secondPage, status int) error {
	w, err := c.Accounts.Waiting(f.UserContext(), token)
	if fault.Is(err, fault.Forbidden) { // there is none, or it waited too long: what was typed goes on from the password
		back := signInPage{To: p.To, Typed: p.Typed, Trouble: Told(f, err), People: c.people()}
		page := Page{Title: Say(Language(f), "登录"), Status: fiber.StatusUnprocessableEntity}
		if p.Typed != "" {
			return againView.Show(c, f, page, back)
		}
		return signInView.Show(c, f, page, back)
	}
	if err != nil {
		return err
	}
	p.Post, p.Name = secondPath, w.Name
	if w.Enrol {
		if p.Enrol, err = c.drawn(f, w.Account); err != nil {
			return err
		}
	}
	if p.Passkey, err = c.Accounts.BeginPasskeyStep(f.UserContext(), token); err != nil {
		return err
	}
	page := Page{Title: Say(Language(f), "第二验证"), Status: status}
	if p.Passkey != "" {
		page.Scripts = []string{passkeyScript}
	}
	return secondView.Show(c, f, page, p)
}

// drawn is the secret of an account in a form that phones take.
func (c *Console) drawn(f *fiber.Ctx, a identity.Account) (*enrolment, error) {
	d, err := c.Accounts.Draw(kernel.WithActor(f.UserContext(), a.Actor("console")), a.ID)
	if err != nil {
		return nil, err
	}
	e := enrolment{URI: d.URI}
	for group := range slices.Chunk([]byte(d.Text), 4) {
		e.Text += string(group) + " "
	}
	e.Text = strings.TrimSpace(e.Text)
	e.Picture, e.Size, err = Picture(d.URI)
	return &e, err
}

// second takes the code, or the first code of a phone, and goes on where the person wanted to go.
func (c *Console) second(f *fiber.Ctx) error {
	ctx, token := f.UserContext(), strings.Clone(web.SessionToken(f))
	p := secondPage{To: local(f.FormValue("to")), Typed: strings.Clone(f.FormValue("typed"))}
	w, err := c.Accounts.Waiting(ctx, token)
	if fault.Is(err, fault.Forbidden) {
		return c.askSecond(f, token, p, fiber.StatusOK)
	}
	if err != nil {
		return err
	}
	var made string
	var codes []string
	if w.Enrol {
		made, codes, err = c.Accounts.FinishEnrolling(ctx, token, f.FormValue("code"), visit(f))
	} else {
		made, _, err = c.Accounts.Finish(ctx, token, f.FormValue("code"), visit(f))
	}
	if _, is := refused(err); is {
		p.Trouble = Told(f, err)
		return c.askSecond(f, token, p, fiber.StatusUnprocessableEntity)
	}
	if err != nil {
		return err
	}
	web.SetSession(f, made)
	if len(codes) > 0 {
		return codesView.Show(c, f, Page{Title: Say(Language(f), "备用码")}, codesPage{Login: w.Login, Codes: codes, To: p.To, Fields: fields(p.Typed)})
	}
	return c.goOn(f, p.To, p.Typed)
}

// goOn leads to where the person wanted to go, or shows the form that was sent without a session.
func (c *Console) goOn(f *fiber.Ctx, to, typed string) error {
	kept := fields(typed)
	if len(kept) == 0 {
		return f.Redirect(to, fiber.StatusSeeOther)
	}
	return resumeView.Show(c, f, Page{Title: Say(Language(f), "已重新登录")}, resumePage{To: to, Fields: kept})
}

// fields are those of a form as a browser sends one.
func fields(typed string) (all []field) {
	form, err := url.ParseQuery(typed)
	if err != nil {
		return nil
	}
	for name, values := range form {
		for _, v := range values {
			all = append(all, field{name, v})
		}
	}
	slices.SortFunc(all, func(a, b field) int { return strings.Compare(a.Name, b.Name) })
	return all
}

// self is the account of the person who is signed in.
func (c *Console) self(f *fiber.Ctx) (identity.Account, error) {
	return c.Accounts.Get(f.UserContext(), kernel.ActorFrom(f.UserContext()).Account)
}

// showFactor lets somebody who is signed in set the second factor up.
func (c *Console) showFactor(f *fiber.Ctx) error { return c.factor(f, "", fiber.StatusOK) }

func (c *Console) factor(f *fiber.Ctx, trouble string, status int) error {
	a, err := c.self(f)
	if err != nil {
		return err
	}
	p := secondPage{Post: mePath + "/factor", Name: a.Name, Trouble: trouble, Later: true}
	if p.Enrol, err = c.drawn(f, a); fault.Is(err, fault.Conflict) {
		return f.Redirect(mePath, fiber.StatusSeeOther) // it is set up already
	}
	if err != nil {
		return err
	}
	return secondView.Show(c, f, Page{Title: Say(Language(f), "第二验证"), Status: status}, p)
}

func (c *Console) enrol(f *fiber.Ctx) error {
	a, err := c.self(f)
	if err != nil {
		return err
	}
	codes, err := c.Accounts.Confirm(f.UserContext(), a.ID, f.FormValue("code"), visit(f))
	if _, is := refused(err); is {
		return c.factor(f, Told(f, err), fiber.StatusUnprocessableEntity)
	}
	if err != nil {
		return err
	}
	return codesView.Show(c, f, Page{Title: Say(Language(f), "备用码")}, codesPage{Login: a.Login, Codes: codes, To: mePath})
}

// renewCodes gives new recovery codes against a right code.
func (c *Console) renewCodes(f *fiber.Ctx) error {
	a, err := c.self(f)
	if err != nil {
		return err
	}
	codes, err := c.Accounts.Recoveries(f.UserContext(), a.ID, f.FormValue("code"), visit(f))
	if _, is := refused(err); is {
		return c.me(f, Told(f, err), fiber.StatusUnprocessableEntity)
	}
	if err != nil {
		return err
	}
	return codesView.Show(c, f, Page{Title: Say(Language(f), "备用码")}, codesPage{Login: a.Login, Codes: codes, To: mePath})
}

// changePhone takes the second factor away against a right code and leads to the new one.
func (c *Console) changePhone(f *fiber.Ctx) error {
	err := c.Accounts.ChangeFactor(f.UserContext(), kernel.ActorFrom(f.UserContext()).Account, f.FormValue("code"), visit(f))
	if _, is := refused(err); is {
		return c.me(f, Told(f, err), fiber.StatusUnprocessableEntity)
	}
	if err != nil {
		return err
	}
	return f.Redirect(mePath+"/factor", fiber.StatusSeeOther)
}
