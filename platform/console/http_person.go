package console

import (
	"strings"

	"github.com/gofiber/fiber/v2"
	"github.com/zhanqun/zhanqun/kernel"
	"github.com/zhanqun/zhanqun/kernel/fault"
	"github.com/zhanqun/zhanqun/platform/identity"
)

// whom is the person of the path; somebody who is not of the circle is not found.
func (c *Console) whom(f *fiber.Ctx, o circle) (identity.Colleague, error) {
	missing := fault.New(fault.NotFound, "没有这个人，或者不在本单位。")
	id, ok := kernel.ParseID[kernel.AccountID](f.Params("id"))
	if !ok {
		return identity.Colleague{}, missing
	}
	p, err := c.Accounts.Colleague(f.UserContext(), id)
	if fault.Is(err, fault.NotFound) || err == nil && o.Site != 0 && !p.At(o.Org) {
		err = missing
	}
	return p, err
}

// dones are the sentences after an act, by the word in the address.
var dones = map[string]string{"appointed": "已任命。", "ended": "已结束这项任职。", "on": "账号已启用。", "off": "账号已停用，此人的登录都已退出。", "factor": "第二验证已取消，此人下次登录时重新设置。"}

func (c *Console) showPerson(f *fiber.Ctx, o circle) error {
	p, err := c.whom(f, o)
	if err != nil {
		return err
	}
	return c.person(f, o, p, o.form(o.Base+"/"+p.ID.String()+"/posts", false), "", fiber.StatusOK)
}

func (c *Console) person(f *fiber.Ctx, o circle, p identity.Colleague, form appointing, trouble string, status int) error {
	s, err := c.someone(f.UserContext(), o, p)
	if err != nil {
		return err
	}
	page := personPage{someone: s, Unit: o.Unit, Base: s.At, Back: o.Base, Platform: o.Site == 0, Self: kernel.ActorFrom(f.UserContext()).Account == p.ID,
		Trouble: trouble, Done: dones[f.Query("done")], Form: form}
	if page.Self && trouble == "" {
		page.Trouble = form.Trouble // the own screen has no form to say it in
	}
	return personView.Show(c, f, Page{Title: p.Name, Site: o.Site, Status: status}, page)
}

// act does something about the person of the path and leads back to the screen, or shows there what refused it.
func (c *Console) act(f *fiber.Ctx, o circle, done string, do func(p identity.Colleague) error) error {
	p, err := c.whom(f, o)
	if err != nil {
		return err
	}
	err = do(p)
	if status, is := refused(err); is {
		return c.person(f, o, p, o.form(o.Base+"/"+p.ID.String()+"/posts", false), Told(f, err), status)
	}
	if err != nil {
		return err
	}
	return f.Redirect(o.Base+"/"+p.ID.String()+"?done="+done, fiber.StatusSeeOther)
}

// appoint gives one more post to somebody who has an account.
func (c *Console) appoint(f *fiber.Ctx, o circle) error {
	p, err := c.whom(f, o)
	if err != nil {
		return err
	}
	form, chosen := o.typedIn(f, o.Base+"/"+p.ID.String()+"/posts", false)
	posts, err := o.posts(form, chosen)
	if err == nil {
		err = c.Accounts.AppointAll(f.UserContext(), p.ID, posts)
	}
	if status, is := refused(err); is {
		form.Trouble = Told(f, err)
		return c.person(f, o, p, form, "", status)
	}
	if err != nil {
		return err
	}
	return f.Redirect(o.Base+"/"+p.ID.String()+"?done=appointed", fiber.StatusSeeOther)
}

// endPost ends a post that was given in this circle.
func (c *Console) endPost(f *fiber.Ctx, o circle) error {
	return c.act(f, o, "ended", func(p identity.Colleague) error {
		for _, a := range p.Posts {
			if a.ID.String() == f.FormValue("post") && o.ours(a) {
				return c.Accounts.End(f.UserContext(), a.ID, f.FormValue("document"))
			}
		}
		return fault.New(fault.Conflict, "这项任职已经结束，或者不由这里任免，请刷新后再看。")
	})
}

// turn disables or enables an account.
func (c *Console) turn(f *fiber.Ctx, o circle) error {
	if f.FormValue("do") == "on" {
		return c.act(f, o, "on", func(p identity.Colleague) error { return c.Accounts.Enable(f.UserContext(), p.ID) })
	}
	return c.act(f, o, "off", func(p identity.Colleague) error {
		if f.FormValue("do") != "off" {
			return fault.In("do", "请说明是启用还是停用。")
		}
		return c.Accounts.Disable(f.UserContext(), p.ID)
	})
}

// removeFactor is for whoever has lost phone and recovery codes.
func (c *Console) removeFactor(f *fiber.Ctx, o circle) error {
	return c.act(f, o, "factor", func(p identity.Colleague) error { return c.Accounts.RemoveFactor(f.UserContext(), p.ID) })
}

// giveLink makes a link for somebody who has forgotten the password, or who has not come in yet.
func (c *Console) giveLink(f *fiber.Ctx, o circle) error {
	p, err := c.whom(f, o)
	if err != nil {
		return err
	}
	kind := identity.Invitation
	if p.Entered {
		kind = identity.Reset
	}
	link, err := c.Accounts.MakeLink(f.UserContext(), p.ID, kind)
	if status, is := refused(err); is {
		return c.person(f, o, p, o.form(o.Base+"/"+p.ID.String()+"/posts", false), Told(f, err), status)
	}
	if err != nil {
		return err
	}
	return c.hand(f, o, p.Account, link)
}

// inviteAgain is giveLink for whoever has set no password yet: a content lead who could reset a reviewer's would review in that name.
func (c *Console) inviteAgain(f *fiber.Ctx, o circle) error {
	p, err := c.whom(f, o)
	if err != nil {
		return err
	}
	if p.Entered {
		say := "此人已经设过密码。忘记密码的，请找平台的安全管理员重设。"
		return c.person(f, o, p, o.form(o.Base+"/"+p.ID.String()+"/posts", false), Say(Language(f), say), fiber.StatusConflict)
	}
	return c.giveLink(f, o)
}

// typedLine is a field of a form, kept beyond the request.
func typedLine(f *fiber.Ctx, name string) string { return strings.Clone(f.FormValue(name)) }
