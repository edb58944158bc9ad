package console

import (
	"strings"

	"github.com/gofiber/fiber/v2"
	"github.com/zhanqun/zhanqun/kernel/fault"
	"github.com/zhanqun/zhanqun/platform/identity"
	"github.com/zhanqun/zhanqun/platform/web"
	"github.com/zhanqun/zhanqun/policies"
)

// networksPage is from where people with technical posts may use the console.
type networksPage struct {
	Typed, Own    string // the list; the address of whoever reads it
	Trouble, Done string
}

var networksView = Define[networksPage](ownRoom, "networks")

const networksPath = "/networks"

func (c *Console) networkRoutes(r *web.Router) {
	const lists policies.Action = "ip.allowlist"
	r.Action(web.ActionRoute{Room: room, Method: fiber.MethodGet, Path: networksPath, Action: lists, Tenancy: "platform", Cache: "no-store", Do: c.showNetworks})
	r.Action(web.ActionRoute{Room: room, Method: fiber.MethodPost, Path: networksPath, Action: lists, Tenancy: "platform", Cache: "no-store", Do: c.setNetworks})
}

func (c *Console) showNetworks(f *fiber.Ctx) error {
	all, err := c.Accounts.Networks(f.UserContext())
	if err != nil {
		return err
	}
	p := networksPage{}
	for _, n := range all {
		p.Typed += n.String() + "\n"
	}
	if f.Query("done") == "1" {
		p.Done = Say(Language(f), "已保存，马上生效。")
	}
	return c.networks(f, p, fiber.StatusOK)
}

func (c *Console) networks(f *fiber.Ctx, p networksPage, status int) error {
	if from := web.Client(f); from.IsValid() {
		p.Own = from.String()
	}
	return networksView.Show(c, f, Page{Title: Say(Language(f), "技术岗位的网段"), Status: status}, p)
}

func (c *Console) setNetworks(f *fiber.Ctx) error {
	typed := strings.Clone(f.FormValue("networks"))
	all, err := identity.ParseNetworks(typed)
	if err == nil {
		err = c.Accounts.SetNetworks(f.UserContext(), all, web.Client(f))
	}
	if fault.Is(err, fault.Invalid) {
		return c.networks(f, networksPage{Typed: typed, Trouble: Told(f, err)}, fiber.StatusUnprocessableEntity)
	}
	if err != nil {
		return err
	}
	return f.Redirect(networksPath+"?done=1", fiber.StatusSeeOther)
}
