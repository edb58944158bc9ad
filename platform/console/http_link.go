package console

import (
	"strings"

	"github.com/gofiber/fiber/v2"
	"github.com/zhanqun/zhanqun/kernel/fault"
	"github.com/zhanqun/zhanqun/platform/identity"
	"github.com/zhanqun/zhanqun/platform/web"
)

// linkPage sets the password of a one-time link's account.
type linkPage struct {
	Token, Login, Name string
	Invited            bool // the first one
	Trouble            string
}

var linkView = Define[linkPage](ownRoom, "link")

// showLink does not use the link: what opens it may be a scanner of messages.
func (c *Console) showLink(f *fiber.Ctx) error {
	token := strings.Clone(f.Params("token"))
	a, kind, err := c.Accounts.Opens(f.UserContext(), token)
	if err != nil {
		return err
	}
	return linkView.Show(c, f, Page{Title: Say(Language(f), "设置密码")}, linkPage{Token: token, Login: a.Login, Name: a.Name, Invited: kind == identity.Invitation})
}

func (c *Console) useLink(f *fiber.Ctx) error {
	ctx, token := f.UserContext(), strings.Clone(f.Params("token"))
	a, kind, err := c.Accounts.Opens(ctx, token)
	if err != nil {
		return err
	}
	password := f.FormValue("password")
	if err = same(password, f.FormValue("again")); err == nil {
		_, err = c.Accounts.UseLink(ctx, token, password, visit(f))
	}
	if fault.Is(err, fault.Invalid) {
		p := linkPage{Token: token, Login: a.Login, Name: a.Name, Invited: kind == identity.Invitation, Trouble: Told(f, err)}
		return linkView.Show(c, f, Page{Title: Say(Language(f), "设置密码"), Status: fiber.StatusUnprocessableEntity}, p)
	}
	if err != nil {
		return err
	}
	web.SetSession(f, "") // whoever was signed in here is somebody else, or ended
	return f.Redirect(signInPath+"?set=1", fiber.StatusSeeOther)
}

// same refuses a new password that was not typed twice alike.
func same(password, again string) error {
	if password != again {
		return fault.In("again", "两次输入的密码不一样，请重新输入。")
	}
	return nil
}

// visit is where the request comes from.
func visit(f *fiber.Ctx) identity.Visit {
	return identity.Visit{IP: web.Client(f), Agent: f.Get(fiber.HeaderUserAgent)}
}
