package notify

import (
	"strings"

	"github.com/gofiber/fiber/v2"
	"github.com/zhanqun/zhanqun/kernel"
	"github.com/zhanqun/zhanqun/kernel/fault"
	"github.com/zhanqun/zhanqun/platform/console"
)

// hookPage is the webhook of a site.
type hookPage struct {
	Set     bool
	Hook    Hook
	Secret  string // of the one that was just set, shown once
	Typed   string
	Trouble string
	Done    string
	Address string // of this screen
}

var hookView = console.Define[hookPage]("notify", "webhook")

// at is the site of the path, which the guard has read.
func at(c *fiber.Ctx) kernel.SiteID {
	id, _ := kernel.ParseID[kernel.SiteID](c.Params("site"))
	return id
}

func (n *Notices) showHook(c *fiber.Ctx) error {
	p := hookPage{}
	if c.Query("done") == "removed" {
		p.Done = "已停用，不再发送。"
	}
	return n.hookPage(c, p, fiber.StatusOK)
}

func (n *Notices) hookPage(c *fiber.Ctx, p hookPage, status int) (err error) {
	if p.Hook, p.Set, err = n.Hook(c.UserContext(), at(c)); err != nil {
		return err
	}
	if p.Address = "/sites/" + at(c).String() + "/webhook"; p.Typed == "" {
		p.Typed = p.Hook.URL
	}
	return hookView.Show(n.Console, c, console.Page{Title: say(c, "发布提醒接口"), Site: at(c), Status: status}, p)
}

// setHook answers with the screen itself: the secret is in no address and no second answer.
func (n *Notices) setHook(c *fiber.Ctx) error {
	typed := strings.TrimSpace(strings.Clone(c.FormValue("url")))
	secret, err := n.SetHook(c.UserContext(), at(c), typed)
	if fault.Is(err, fault.Invalid) {
		return n.hookPage(c, hookPage{Typed: typed, Trouble: console.Told(c, err)}, fiber.StatusUnprocessableEntity)
	}
	if err != nil {
		return err
	}
	return n.hookPage(c, hookPage{Secret: secret}, fiber.StatusOK)
}

func (n *Notices) removeHook(c *fiber.Ctx) error {
	if err := n.RemoveHook(c.UserContext(), at(c)); err != nil {
		return err
	}
	return see(c, "/sites/"+at(c).String()+"/webhook?done=removed")
}
