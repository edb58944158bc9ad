package console

import (
	"time"

	"github.com/gofiber/fiber/v2"
	"github.com/zhanqun/zhanqun/kernel"
	"github.com/zhanqun/zhanqun/platform/identity"
	"github.com/zhanqun/zhanqun/platform/web"
)

// mePage is everybody's own account.
type mePage struct {
	Login, Name string
	Posts       []post
	Sessions    []identity.SessionInfo
	Factor      identity.Factor
	Passkeys    []identity.Passkey
	OIDC        bool // there is an identity provider
	Linked      bool
	Trouble     string
	Done        string
	Idle        int // minutes after which an unused session ends
	Most        int // sessions at once
}

var meView = Define[mePage](ownRoom, "me")

const mePath = "/me"

// myDones are the sentences after an act on the own account.
var myDones = map[string]string{"password": "密码已更换，别处的登录都已退出。", "ended": "这次登录已结束。", "others": "别处的登录都已退出。",
	"passkey": "通行密钥已添加。", "removed": "通行密钥已删除。", "linked": "已关联统一身份认证。", "unlinked": "已取消关联。"}

func (c *Console) meRoutes() []web.DoorRoute {
	return []web.DoorRoute{
		{Method: fiber.MethodGet, Path: mePath, SignedIn: true, Do: c.showMe},
		{Method: fiber.MethodPost, Path: mePath + "/password", SignedIn: true, Do: c.changePassword},
		{Method: fiber.MethodPost, Path: mePath + "/sessions", SignedIn: true, Do: c.endSession},
	}
}

func (c *Console) showMe(f *fiber.Ctx) error { return c.me(f, "", fiber.StatusOK) }

func (c *Console) me(f *fiber.Ctx, trouble string, status int) error {
	ctx := f.UserContext()
	own, err := c.Accounts.Colleague(ctx, kernel.ActorFrom(ctx).Account)
	if err != nil {
		return err
	}
	s, err := c.someone(ctx, circle{}, own)
	if err != nil {
		return err
	}
	p := mePage{Login: own.Login, Name: own.Name, Posts: s.Posts, Trouble: trouble, Done: myDones[f.Query("done")], Idle: int(c.Accounts.IdleTime().Minutes())}
	if p.Most, err = c.Accounts.SessionLimit(ctx); err != nil {
		return err
	}
	if p.Sessions, err = c.Accounts.Sessions(ctx, own.ID, web.SessionToken(f)); err != nil {
		return err
	}
	if p.Factor, err = c.Accounts.Factor(ctx, own.ID); err != nil {
		return err
	}
	if p.Passkeys, err = c.Accounts.Passkeys(ctx, own.ID); err != nil {
		return err
	}
	p.OIDC = c.Accounts.HasProvider()
	if p.Linked, err = c.Accounts.Linked(ctx, own.ID); err != nil {
		return err
	}
	return meView.Show(c, f, Page{Title: Say(Language(f), "我的账号"), Status: status}, p)
}

func (c *Console) changePassword(f *fiber.Ctx) error {
	ctx, password := f.UserContext(), f.FormValue("password")
	err := same(password, f.FormValue("again"))
	if err == nil {
		err = c.Accounts.ChangePassword(ctx, kernel.ActorFrom(ctx).Account, web.SessionToken(f), f.FormValue("old"), password, visit(f))
	}
	if _, is := refused(err); is {
		return c.me(f, Told(f, err), fiber.StatusUnprocessableEntity)
	}
	if err != nil {
		return err
	}
	return f.Redirect(mePath+"?done=password", fiber.StatusSeeOther)
}

// endSession ends one of the own sessions, or all others.
func (c *Console) endSession(f *fiber.Ctx) error {
	ctx, done := f.UserContext(), "ended"
	id := kernel.ActorFrom(ctx).Account
	var err error
	if f.FormValue("session") == "others" {
		done, err = "others", c.Accounts.EndOthers(ctx, id, web.SessionToken(f))
	} else {
		err = c.Accounts.EndSession(ctx, id, typedLine(f, "session"))
	}
	if err != nil {
		return err
	}
	return f.Redirect(mePath+"?done="+done, fiber.StatusSeeOther)
}

// day is the last day of a term, which ends before the moment that the row has.
func day(end time.Time) string {
	if end.IsZero() {
		return ""
	}
	return end.Add(-time.Second).In(kernel.Beijing).Format(time.DateOnly)
}
