package console

import (
	"strings"

	"github.com/gofiber/fiber/v2"
	"github.com/zhanqun/zhanqun/kernel"
	"github.com/zhanqun/zhanqun/kernel/fault"
	"github.com/zhanqun/zhanqun/platform/web"
)

// passkeyPage makes a key. Options are what the script asks the browser.
type passkeyPage struct{ Options, Name, Trouble string }

var passkeyView = Define[passkeyPage](ownRoom, "passkey")

// passkeyScript is what makes and uses keys.
const passkeyScript = "passkey.js"

func (c *Console) passkeyRoutes() []web.DoorRoute {
	return []web.DoorRoute{
		{Method: fiber.MethodPost, Path: signInPath + "/passkey", Do: c.secondByPasskey},
		{Method: fiber.MethodGet, Path: mePath + "/passkey", SignedIn: true, Do: c.showPasskey},
		{Method: fiber.MethodPost, Path: mePath + "/passkey", SignedIn: true, Do: c.addPasskey},
		{Method: fiber.MethodPost, Path: mePath + "/passkey/remove", SignedIn: true, Do: c.removePasskey},
	}
}

// secondByPasskey takes a key in the place of a code.
func (c *Console) secondByPasskey(f *fiber.Ctx) error {
	token := strings.Clone(web.SessionToken(f))
	p := secondPage{To: local(f.FormValue("to")), Typed: strings.Clone(f.FormValue("typed"))}
	made, _, err := c.Accounts.FinishWithPasskey(f.UserContext(), token, f.FormValue("response"), visit(f))
	if _, is := refused(err); is {
		p.Trouble = Told(f, err)
		return c.askSecond(f, token, p, fiber.StatusUnprocessableEntity)
	}
	if err != nil {
		return err
	}
	web.SetSession(f, made)
	return c.goOn(f, p.To, p.Typed)
}

func (c *Console) showPasskey(f *fiber.Ctx) error { return c.passkey(f, passkeyPage{}, fiber.StatusOK) }

func (c *Console) passkey(f *fiber.Ctx, p passkeyPage, status int) (err error) {
	p.Options, err = c.Accounts.BeginPasskey(f.UserContext(), kernel.ActorFrom(f.UserContext()).Account, web.SessionToken(f))
	if fault.Is(err, fault.Conflict) {
		return c.me(f, Told(f, err), fiber.StatusConflict)
	}
	if err != nil {
		return err
	}
	return passkeyView.Show(c, f, Page{Title: Say(Language(f), "通行密钥"), Status: status, Scripts: []string{passkeyScript}}, p)
}

func (c *Console) addPasskey(f *fiber.Ctx) error {
	p := passkeyPage{Name: typedLine(f, "name")}
	err := c.Accounts.AddPasskey(f.UserContext(), kernel.ActorFrom(f.UserContext()).Account, web.SessionToken(f), p.Name, f.FormValue("response"))
	if _, is := refused(err); is {
		p.Trouble = Told(f, err)
		return c.passkey(f, p, fiber.StatusUnprocessableEntity)
	}
	if err != nil {
		return err
	}
	return f.Redirect(mePath+"?done=passkey", fiber.StatusSeeOther)
}

func (c *Console) removePasskey(f *fiber.Ctx) error {
	err := c.Accounts.RemovePasskey(f.UserContext(), kernel.ActorFrom(f.UserContext()).Account, typedLine(f, "key"))
	if err != nil {
		return err
	}
	return f.Redirect(mePath+"?done=removed", fiber.StatusSeeOther)
}
