package estate

import (
	"github.com/gofiber/fiber/v2"
	"github.com/zhanqun/zhanqun/kernel"
	"github.com/zhanqun/zhanqun/platform/console"
	"github.com/zhanqun/zhanqun/platform/site"
)

// outsidePage is the list of hosts that links lead to without a notice.
type outsidePage struct {
	List  site.Trusted
	Wrong trouble
	Done  bool
}

var outsideView = console.Define[outsidePage]("estate", "outside")

func (e *Estate) showOutside(c *fiber.Ctx) error {
	list, err := e.Sites.Trusted(c.UserContext())
	if err != nil {
		return err
	}
	return e.outsideScreen(c, outsidePage{List: list, Done: c.Query("done") != ""}, nil)
}

func (e *Estate) outsideScreen(c *fiber.Ctx, p outsidePage, err error) error {
	page := console.Page{Title: say(c, "站外链接")}
	if err != nil {
		var is bool
		if p.Wrong, page.Status, is = wrong(c, err); !is {
			return err
		}
	}
	return outsideView.Show(e.Console, c, page, p)
}

// saveOutside takes the list as it was typed; what is wrong with it is said above it.
func (e *Estate) saveOutside(c *fiber.Ctx) error {
	seen, _ := kernel.ParseID[int64](typed(c, "version")) // without one, nobody had written a list
	list := site.Trusted{Hosts: typed(c, "hosts"), Version: seen}
	if err := e.Sites.SaveTrusted(c.UserContext(), list); err != nil {
		return e.outsideScreen(c, outsidePage{List: list}, err)
	}
	return see(c, "/estate/outside?done=1")
}
