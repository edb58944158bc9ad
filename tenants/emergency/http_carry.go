package emergency

import (
	"strings"

	"github.com/gofiber/fiber/v2"
	"github.com/zhanqun/zhanqun/kernel"
	"github.com/zhanqun/zhanqun/kernel/fault"
	"github.com/zhanqun/zhanqun/platform/console"
)

// carryPage is which sites show the warnings of which, and the form for more.
type carryPage struct {
	All                     []carryLine
	Source, Sites, Document string
	Wrong                   trouble
	Done                    string
}

type carryLine struct {
	Carrier
	Name, From string
}

var carryView = console.Define[carryPage]("emergency", "carry")

// carryLines is how many the screen shows.
const carryLines = 1000

var carryDones = map[string]string{"on": "已登记：这些网站从现在起同步显示它的预警。", "off": "已取消，那个网站不再显示它的预警。"}

func (e *Emergency) showCarry(c *fiber.Ctx) error { return e.carryScreen(c, nil) }

func (e *Emergency) carryScreen(c *fiber.Ctx, err error) error {
	ctx := c.UserContext()
	page := console.Page{Title: say(c, "预警同步")}
	p := carryPage{Source: typed(c, "source"), Sites: typed(c, "sites"), Document: typed(c, "document")}
	if s := carryDones[c.Query("done")]; s != "" {
		p.Done = say(c, s)
	}
	if err != nil {
		var is bool
		if p.Wrong, page.Status, is = wrong(c, err); !is {
			return err
		}
	}
	all, err := e.Carriers(ctx, carryLines)
	if err != nil {
		return err
	}
	for _, k := range all {
		l := carryLine{Carrier: k}
		for id, to := range map[kernel.SiteID]*string{k.Site: &l.Name, k.Source: &l.From} {
			if *to, err = e.called(ctx, id); err != nil {
				return err
			}
		}
		p.All = append(p.All, l)
	}
	return carryView.Show(e.Console, c, page, p)
}

// siteAt is the site that answers at an address.
func (e *Emergency) siteAt(field, typed string) (kernel.SiteID, error) {
	address := typed
	if !strings.HasSuffix(address, "/") {
		address += "/"
	}
	s, rest, ok := e.Sites.ByAddress(address)
	if !ok || rest != "/" {
		return 0, fault.In(field, "没有首页在“%s”的网站，请从浏览器的地址栏复制网站首页的网址。", typed)
	}
	return s.ID, nil
}

func (e *Emergency) carry(c *fiber.Ctx) error {
	source, err := e.siteAt("source", typed(c, "source"))
	if err != nil {
		return e.carryScreen(c, err)
	}
	var sites []kernel.SiteID
	for line := range strings.SplitSeq(typed(c, "sites"), "\n") {
		if line = strings.TrimSpace(line); line == "" {
			continue
		}
		id, err := e.siteAt("sites", line)
		if err != nil {
			return e.carryScreen(c, err)
		}
		sites = append(sites, id)
	}
	if err := e.Carry(c.UserContext(), source, typed(c, "document"), sites...); err != nil {
		return e.carryScreen(c, err)
	}
	return see(c, "/warnings?done=on")
}

func (e *Emergency) uncarry(c *fiber.Ctx) error {
	id, ok := kernel.ParseID[kernel.SiteID](c.FormValue("site"))
	source, too := kernel.ParseID[kernel.SiteID](c.FormValue("source"))
	if !ok || !too {
		return fault.New(fault.NotFound, "没有这项预警同步。")
	}
	if err := e.Uncarry(c.UserContext(), id, source); err != nil {
		return err
	}
	return see(c, "/warnings?done=off")
}
