package console

import (
	"strconv"
	"time"

	"github.com/gofiber/fiber/v2"
	"github.com/zhanqun/zhanqun/kernel"
	"github.com/zhanqun/zhanqun/platform/audit"
)

// workPage is everybody's first screen: what waits, on each site where the person has a post.
type workPage struct {
	Sites []siteWork
	Due   time.Time // until when the second factor may be put off; zero: nobody asks
}

type siteWork struct {
	Seat
	Sections []Section
}

var workView = Define[workPage](ownRoom, "work")

func (c *Console) showWork(f *fiber.Ctx) error {
	ctx := f.UserContext()
	seats, err := c.Seats(ctx)
	if err != nil {
		return err
	}
	var p workPage
	factor, err := c.Accounts.Factor(ctx, kernel.ActorFrom(ctx).Account)
	if err != nil {
		return err
	}
	if factor.On.IsZero() {
		p.Due = factor.Due
	}
	for _, s := range seats {
		w := siteWork{Seat: s}
		for _, find := range c.work {
			section, err := find(ctx, s.ID)
			if err != nil {
				return err
			}
			if section.Title != "" {
				w.Sections = append(w.Sections, section)
			}
		}
		p.Sites = append(p.Sites, w)
	}
	return workView.Show(c, f, Page{Title: Say(Language(f), "我的工作")}, p)
}

// auditPage is a page of a site's chain, the newest entry first.
type auditPage struct {
	Lines        []audit.Line
	Newer, Older string
}

var auditView = Define[auditPage](ownRoom, "audit")

const auditLines = 50

func (c *Console) showAudit(f *fiber.Ctx) error {
	site, _ := kernel.ParseID[kernel.SiteID](f.Params("site")) // the guard has read it
	number, err := strconv.Atoi(f.Query("p", "1"))
	if err != nil || number < 1 || number > 1<<20 {
		number = 1
	}
	found, err := c.Audit.List(f.UserContext(), site, kernel.Page{Number: number, Size: auditLines})
	if err != nil {
		return err
	}
	p := auditPage{Lines: found}
	if number > 1 {
		p.Newer = f.Path() + "?p=" + strconv.Itoa(number-1)
	}
	if len(found) == auditLines {
		p.Older = f.Path() + "?p=" + strconv.Itoa(number+1)
	}
	return auditView.Show(c, f, Page{Title: Say(Language(f), "审计记录"), Site: site}, p)
}
