package notify

import (
	"errors"
	"strconv"
	"strings"

	"github.com/gofiber/fiber/v2"
	"github.com/zhanqun/zhanqun/kernel"
	"github.com/zhanqun/zhanqun/kernel/fault"
	"github.com/zhanqun/zhanqun/platform/console"
	"github.com/zhanqun/zhanqun/platform/web"
	"github.com/zhanqun/zhanqun/policies"
)

const (
	room = "platform/notify"
	path = "/notices"
	// hookAction guards the webhook: who says who answers for a column says who hears of it.
	hookAction policies.Action = "column.owner.set"
)

// Routes adds everybody's own notices and the webhook of a site.
func (n *Notices) Routes(r *web.Router) {
	for _, d := range []web.DoorRoute{
		{Method: fiber.MethodGet, Path: path, Do: n.show},
		{Method: fiber.MethodPost, Path: path + "/open", Do: n.open},
		{Method: fiber.MethodPost, Path: path + "/read", Do: n.readAll},
		{Method: fiber.MethodPost, Path: path + "/kinds", Do: n.choose},
		{Method: fiber.MethodPost, Path: path + "/mail", Do: n.setAddress},
		{Method: fiber.MethodGet, Path: path + "/mail/:token", Do: n.showConfirm},
		{Method: fiber.MethodPost, Path: path + "/mail/:token", Do: n.confirm},
	} {
		d.Room, d.SignedIn = room, true
		r.Door(d)
	}
	for _, a := range []web.ActionRoute{
		{Method: fiber.MethodGet, Path: "/sites/:site/webhook", Do: n.showHook},
		{Method: fiber.MethodPost, Path: "/sites/:site/webhook", Do: n.setHook},
		{Method: fiber.MethodPost, Path: "/sites/:site/webhook/remove", Do: n.removeHook},
	} {
		a.Room, a.Action, a.Tenancy, a.Cache = room, hookAction, "site", "no-store"
		r.Action(a)
	}
}

// noticesPage is what a person was told, and how else to be told.
type noticesPage struct {
	List         []Shown
	Unread       bool // one of them at least
	Newer, Older string
	Mails        bool // there is a mail server
	Address      Address
	Kinds        []chosen
	Typed        string
	Trouble      string
	Done         string
}

// chosen is a kind and whether it is mailed.
type chosen struct {
	Kind Kind
	Says string
	On   bool
}

var (
	noticesView = console.Define[noticesPage]("notify", "notices")
	confirmView = console.Define[confirmPage]("notify", "confirm")
)

// dones are the sentences after an act.
var dones = map[string]string{"read": "都已标记为已读。", "asked": "确认邮件已经发出，请在 24 小时内打开里面的链接。", "mail": "邮箱已确认，通知会发到这里。",
	"off": "不再发邮件。", "kinds": "已保存。"}

func (n *Notices) show(c *fiber.Ctx) error { return n.page(c, "", "", fiber.StatusOK) }

func (n *Notices) page(c *fiber.Ctx, trouble, typed string, status int) error {
	ctx := c.UserContext()
	number, err := strconv.Atoi(c.Query("p", "1"))
	if err != nil || number < 1 || number > 1000 {
		number = 1
	}
	p := noticesPage{Mails: n.Mail != nil, Trouble: trouble, Typed: typed, Done: dones[c.Query("done")]}
	var more bool
	if p.List, more, err = n.List(ctx, kernel.Page{Number: number, Size: pageSize}); err != nil {
		return err
	}
	for _, s := range p.List {
		p.Unread = p.Unread || s.ReadAt.IsZero()
	}
	if number > 1 {
		p.Newer = path + "?p=" + strconv.Itoa(number-1)
	}
	if more {
		p.Older = path + "?p=" + strconv.Itoa(number+1)
	}
	if p.Address, err = n.address(ctx, me(ctx)); err != nil {
		return err
	}
	for _, k := range kinds {
		p.Kinds = append(p.Kinds, chosen{k.Kind, k.Says, p.Address.Mails(k.Kind)})
	}
	return noticesView.Show(n.Console, c, console.Page{Title: say(c, "通知"), Status: status}, p)
}

func say(c *fiber.Ctx, zh string) string { return console.Say(console.Language(c), zh) }

func see(c *fiber.Ctx, to string) error { return c.Redirect(to, fiber.StatusSeeOther) }

// open leads to what a notice is about; it is a form, because reading changes something.
func (n *Notices) open(c *fiber.Ctx) error {
	id, ok := kernel.ParseID[int64](c.FormValue("notice"))
	if !ok {
		return errGone()
	}
	to, err := n.Open(c.UserContext(), id)
	if err != nil {
		return err
	}
	return see(c, to)
}

func (n *Notices) readAll(c *fiber.Ctx) error {
	if err := n.ReadAll(c.UserContext()); err != nil {
		return err
	}
	return see(c, path+"?done=read")
}

func (n *Notices) choose(c *fiber.Ctx) error {
	var all []Kind
	for _, raw := range c.Request().PostArgs().PeekMulti("kind") {
		all = append(all, Kind(raw))
	}
	if err := n.Choose(c.UserContext(), all); err != nil {
		return n.wrong(c, err, "")
	}
	return see(c, path+"?done=kinds")
}

func (n *Notices) setAddress(c *fiber.Ctx) error {
	ctx, typed, done := c.UserContext(), strings.Clone(c.FormValue("address")), "asked"
	var err error
	if c.FormValue("do") == "off" {
		done, err = "off", n.Forget(ctx)
	} else {
		err = n.Ask(ctx, typed)
	}
	if err != nil {
		return n.wrong(c, err, typed)
	}
	return see(c, path+"?done="+done)
}

// wrong shows what is to be put right on the same screen; anything else is an error.
func (n *Notices) wrong(c *fiber.Ctx, err error, typed string) error {
	var f *fault.Fault
	if !errors.As(err, &f) || f.Kind != fault.Invalid && f.Kind != fault.Conflict {
		return err
	}
	return n.page(c, console.Told(c, err), typed, map[fault.Kind]int{fault.Invalid: 422, fault.Conflict: 409}[f.Kind])
}

// confirmPage asks once more: what follows the link may be a scanner of letters.
type confirmPage struct{ Token, Address string }

func (n *Notices) showConfirm(c *fiber.Ctx) error {
	token := strings.Clone(c.Params("token"))
	address, err := n.Opens(c.UserContext(), token)
	if err != nil {
		return err
	}
	return confirmView.Show(n.Console, c, console.Page{Title: say(c, "确认邮箱")}, confirmPage{token, address})
}

func (n *Notices) confirm(c *fiber.Ctx) error {
	if err := n.Confirm(c.UserContext(), strings.Clone(c.Params("token"))); err != nil {
		return err
	}
	return see(c, path+"?done=mail")
}
