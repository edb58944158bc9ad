package console

import (
	"strings"

	"github.com/gofiber/fiber/v2"
	"github.com/zhanqun/zhanqun/kernel"
	"github.com/zhanqun/zhanqun/kernel/fault"
	"github.com/zhanqun/zhanqun/platform/web"
)

// oidcPath leads to the identity provider and back. They are plain links: a policy that keeps forms at home keeps their redirects, too.
const oidcPath = signInPath + "/oidc"

// journeyCookie keeps the sealed journey while somebody is at the provider.
const journeyCookie = "journey"

func (c *Console) oidcRoutes() []web.DoorRoute {
	return []web.DoorRoute{
		{Method: fiber.MethodGet, Path: oidcPath, Do: c.leave},
		{Method: fiber.MethodGet, Path: oidcPath + "/back", Do: c.comeBack},
		{Method: fiber.MethodGet, Path: mePath + "/oidc", SignedIn: true, Do: c.leaveToLink},
		{Method: fiber.MethodPost, Path: mePath + "/oidc/remove", SignedIn: true, Do: c.unlink},
	}
}

func (c *Console) leave(f *fiber.Ctx) error { return c.journey(f, 0, local(f.Query("to"))) }

func (c *Console) leaveToLink(f *fiber.Ctx) error {
	return c.journey(f, kernel.ActorFrom(f.UserContext()).Account, mePath)
}

func (c *Console) journey(f *fiber.Ctx, link kernel.AccountID, to string) error {
	address, kept, err := c.Accounts.Leave(link, to)
	if err != nil {
		return err
	}
	web.SetShortCookie(f, journeyCookie, kept)
	return f.Redirect(address, fiber.StatusSeeOther)
}

// comeBack signs in whom the provider names, or links who is signed in already.
func (c *Console) comeBack(f *fiber.Ctx) error {
	ctx := f.UserContext()
	kept := strings.Clone(f.Cookies(journeyCookie)) // the answer's cookie may write over the request's
	web.SetShortCookie(f, journeyCookie, "")
	who, j, err := c.Accounts.Return(ctx, kept, f.Query("state"), f.Query("code"))
	if err == nil && j.Link != 0 {
		if j.Link != kernel.ActorFrom(ctx).Account {
			return fault.New(fault.Forbidden, "回来时已经不是原来的人登录，请重新登录后再关联。")
		}
		if err := c.Accounts.LinkSubject(ctx, j.Link, who); err != nil {
			return err
		}
		return f.Redirect(mePath+"?done=linked", fiber.StatusSeeOther)
	}
	var token string
	if err == nil {
		token, _, err = c.Accounts.SignInAs(ctx, who, visit(f))
	}
	if fault.Is(err, fault.Forbidden) || fault.Is(err, fault.Unavailable) {
		p := signInPage{To: local(j.To), Trouble: Told(f, err), People: c.people(), OIDC: c.Accounts.HasProvider()}
		return signInView.Show(c, f, Page{Title: Say(Language(f), "登录"), Status: fiber.StatusUnprocessableEntity}, p)
	}
	if err != nil {
		return err
	}
	return c.entered(f, token, local(j.To), "")
}

func (c *Console) unlink(f *fiber.Ctx) error {
	if err := c.Accounts.UnlinkSubject(f.UserContext(), kernel.ActorFrom(f.UserContext()).Account); err != nil {
		return err
	}
	return f.Redirect(mePath+"?done=unlinked", fiber.StatusSeeOther)
}
