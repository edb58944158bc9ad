package console

import (
	"strconv"

	"github.com/gofiber/fiber/v2"
	"github.com/zhanqun/zhanqun/kernel"
	"github.com/zhanqun/zhanqun/kernel/fault"
	"github.com/zhanqun/zhanqun/platform/identity"
	"github.com/zhanqun/zhanqun/platform/web"
	"github.com/zhanqun/zhanqun/policies"
)

// limitPage is how many sessions a person may have at once.
type limitPage struct {
	Typed         string
	Most          int
	Trouble, Done string
}

var limitView = Define[limitPage](ownRoom, "limit")

const limitPath = "/sessions"

func (c *Console) limitRoutes(r *web.Router) {
	const sets policies.Action = "policy.password" // how people sign in
	r.Action(web.ActionRoute{Room: room, Method: fiber.MethodGet, Path: limitPath, Action: sets, Tenancy: "platform", Cache: "no-store", Do: c.showLimit})
	r.Action(web.ActionRoute{Room: room, Method: fiber.MethodPost, Path: limitPath, Action: sets, Tenancy: "platform", Cache: "no-store", Do: c.setLimit})
}

func (c *Console) showLimit(f *fiber.Ctx) error {
	n, err := c.Accounts.SessionLimit(f.UserContext())
	if err != nil {
		return err
	}
	p := limitPage{Typed: strconv.Itoa(n)}
	if f.Query("done") == "1" {
		p.Done = Say(Language(f), "已保存，从下一次登录起生效。")
	}
	return c.limit(f, p, fiber.StatusOK)
}

func (c *Console) limit(f *fiber.Ctx, p limitPage, status int) error {
	p.Most = identity.MostSessions
	return limitView.Show(c, f, Page{Title: Say(Language(f), "同时登录数"), Status: status}, p)
}

func (c *Console) setLimit(f *fiber.Ctx) error {
	p := limitPage{Typed: typedLine(f, "most")}
	n, err := strconv.Atoi(p.Typed)
	if err != nil {
		n = 0 // which is refused
	}
	err = c.Accounts.SetSessionLimit(f.UserContext(), n)
	if fault.Is(err, fault.Invalid) {
		p.Trouble = Told(f, err)
		return c.limit(f, p, fiber.StatusUnprocessableEntity)
	}
	if err != nil {
		return err
	}
	return f.Redirect(limitPath+"?done=1", fiber.StatusSeeOther)
}

// sentOut reports whether the browser's session has made room for a later sign-in of the same person.
func (c *Console) sentOut(f *fiber.Ctx) (bool, error) {
	if kernel.ActorFrom(f.UserContext()).Account != 0 {
		return false, nil
	}
	return c.Accounts.WasOutdone(f.UserContext(), web.SessionToken(f))
}
