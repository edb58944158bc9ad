package estate

import (
	"html/template"
	"strings"

	"github.com/gofiber/fiber/v2"
	"github.com/zhanqun/zhanqun/kernel"
	"github.com/zhanqun/zhanqun/platform/console"
	"github.com/zhanqun/zhanqun/platform/site"
)

// tvPage is the wall on a big screen: no menu, large numbers, cells as large as their number lets them be. A script asks for the page
// again each half minute and puts what has changed in place.
type tvPage struct {
	Address, Back string
	Below         bool // a part of the platform
	Size          string
	Sums          []sum
	Groups        []group
	Total, Shown  int
	Unready       int
	Narrowed      bool
	Clock         string // when this was read
	Every         int    // seconds
}

const (
	tvEvery                = 30
	namedMost, squaresMost = 250, 1500 // up to so many sites their names stand on the screen, or squares that are easily pressed
)

var tvView = console.Define[tvPage]("estate", "tv")

// showTV is the whole platform on a big screen.
func (e *Estate) showTV(c *fiber.Ctx) error {
	return e.tv(c, console.Page{Title: say(c, "所有网站")}, 0, tvPage{Address: "/estate/tv", Back: "/estate"})
}

// showTVBelow is a unit and everything below it on a big screen.
func (e *Estate) showTVBelow(c *fiber.Ctx) error {
	g, err := e.Sites.Get(c.UserContext(), at(c))
	if err != nil {
		return err
	}
	back := "/sites/" + g.ID.String() + "/below"
	return e.tv(c, console.Page{Title: say(c, "下级网站"), Site: g.ID}, g.Org, tvPage{Address: back + "/tv", Back: back, Below: true})
}

func (e *Estate) tv(c *fiber.Ctx, page console.Page, below kernel.OrgID, p tvPage) error {
	f := filterOf(c)
	w, err := e.Wall(c.UserContext(), below, f)
	if err != nil {
		return err
	}
	p.Total, p.Shown, p.Unready, p.Narrowed = w.Total, w.Shown, w.Unready, f != Filter{}
	p.Sums, p.Back, p.Every = sums(p.Address, f, w), f.address(p.Back), tvEvery
	p.Clock = e.Now().In(kernel.Beijing).Format("15:04:05")
	write := cell
	switch {
	case w.Shown <= namedMost:
		p.Size, write = "named", named
	case w.Shown <= squaresMost:
		p.Size = "squares"
	default:
		p.Size = "dots"
	}
	lang := console.Language(c)
	for _, r := range w.Regions {
		to := f
		to.Region = r.Code
		p.Groups = append(p.Groups, groupOf(r, to.address(p.Address), lang, w.Late, write))
	}
	page.Wide, page.Scripts = true, []string{"wall.js", "tv.js"}
	return tvView.Show(e.Console, c, page, p)
}

// named writes a site with its name to be read, and the word of a state that is not plainly online.
func named(b *strings.Builder, k site.Known, lang string, late bool) {
	l, word := shownAs(k, late)
	name := template.HTMLEscapeString(k.ShortName)
	if l.mark == "核" {
		word = "复核逾期"
	}
	if word != "" {
		name += " <b>" + template.HTMLEscapeString(console.Say(lang, word)) + "</b>"
	}
	b.WriteString("<a ")
	if word != "" {
		b.WriteString(`class="` + l.class + `" `)
	}
	b.WriteString(`href="` + address(k.ID, "") + `">` + name + "</a>")
}
