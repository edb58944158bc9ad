package estate

import (
	"html/template"
	"net/url"
	"strings"

	"github.com/gofiber/fiber/v2"
	"github.com/zhanqun/zhanqun/kernel"
	"github.com/zhanqun/zhanqun/platform/console"
	"github.com/zhanqun/zhanqun/platform/site"
)

// wallPage is every site at a glance, and the same in a table.
type wallPage struct {
	Address            string // of the form
	Text, Open, Import string // Open and Import are where sites are opened, or ""
	States, Kinds      []option
	Choices            []option
	Sums               []sum
	Groups             []group
	Total, Shown       int
	Unready            int
	Rows               []row
	Narrowed           bool
}

type option struct {
	Value, Name string
	Here        bool
}

type sum struct {
	Name, Href, Kind string
	N                int
}

type group struct {
	Name, Href string
	N          int
	Cells      template.HTML // one link for each site
	Counts     []int         // online, in preparation, suspended, over
}

type row struct{ Href, Name, Kind, Address, State, Class, Region, Since string }

// look is how a state is shown: a word, a letter for a cell, and a colour's class.
type look struct{ state, mark, class string }

var looks = []look{{"online", "", "ok"}, {"trial", "试", "warn"}, {"suspended", "停", "bad"}, {"closing", "告", "bad"}, {"closed", "关", ""},
	{"applied", "申", "warn"}, {"approved", "批", "warn"}, {"provisioning", "开", "warn"}, {"refused", "否", ""}}

func lookOf(s site.State) look {
	for _, l := range looks {
		if l.state == string(s) {
			return l
		}
	}
	return look{}
}

// kindNames are the forms of a site as people call them.
var kindNames = []struct {
	kind site.Kind
	name string
}{{site.Subsite, "子站"}, {site.Channel, "频道"}, {site.Column, "栏目"}}

func kindName(k site.Kind) string {
	for _, n := range kindNames {
		if n.kind == k {
			return n.name
		}
	}
	return ""
}

// rowsAtMost is how many sites a table names one by one; more are narrowed first. The wall has them all.
const rowsAtMost = 300

// choicesAtMost is how many cities and counties the filter offers; each stands as a link in the table of sums, too.
const choicesAtMost = 150

var wallView = console.Define[wallPage]("estate", "wall")

// showWall is the whole platform.
func (e *Estate) showWall(c *fiber.Ctx) error {
	p := wallPage{Address: "/estate"}
	if e.Console.Offers(c.UserContext(), kernel.Platform, "site.provision") {
		p.Open, p.Import = "/estate/new", "/estate/import"
	}
	return e.wall(c, console.Page{Title: say(c, "所有网站")}, 0, p)
}

// showBelow is a unit and everything below it.
func (e *Estate) showBelow(c *fiber.Ctx) error {
	g, err := e.Sites.Get(c.UserContext(), at(c))
	if err != nil {
		return err
	}
	return e.wall(c, console.Page{Title: say(c, "下级网站"), Site: g.ID}, g.Org, wallPage{Address: c.Path()})
}

func (e *Estate) wall(c *fiber.Ctx, page console.Page, below kernel.OrgID, p wallPage) error {
	f := Filter{State: site.State(strings.Clone(c.Query("state"))), Kind: site.Kind(strings.Clone(c.Query("kind"))),
		Region: strings.Clone(c.Query("region")), Text: strings.TrimSpace(strings.Clone(c.Query("q")))}
	w, err := e.Wall(c.UserContext(), below, f)
	if err != nil {
		return err
	}
	p.fill(c, f, w)
	page.Scripts = []string{"wall.js"}
	return wallView.Show(e.Console, c, page, p)
}

func (p *wallPage) fill(c *fiber.Ctx, f Filter, w Wall) {
	p.Text, p.Total, p.Shown, p.Unready, p.Narrowed = f.Text, w.Total, w.Shown, w.Unready, f != Filter{}
	for _, l := range looks {
		s := site.State(l.state)
		p.States = append(p.States, option{l.state, s.Title(), s == f.State})
		if n := w.States[s]; n > 0 {
			to := f
			to.State = s
			p.Sums = append(p.Sums, sum{s.Title(), p.at(to), l.class, n})
		}
	}
	for _, k := range kindNames {
		p.Kinds = append(p.Kinds, option{string(k.kind), k.name, k.kind == f.Kind})
	}
	for _, r := range w.Existing[:min(len(w.Existing), choicesAtMost)] {
		p.Choices = append(p.Choices, option{r.Code, r.Name, r.Code == f.Region})
	}
	lang := console.Language(c)
	for _, r := range w.Regions {
		to := f
		to.Region = r.Code
		p.Groups = append(p.Groups, groupOf(r, p.at(to), lang))
		for _, k := range r.Sites {
			if w.Shown <= rowsAtMost {
				p.Rows = append(p.Rows, rowOf(k, r.Name))
			}
		}
	}
}

// at is the address of the wall under another filter.
func (p *wallPage) at(f Filter) string {
	v := url.Values{}
	for name, value := range map[string]string{"state": string(f.State), "kind": string(f.Kind), "region": f.Region, "q": f.Text} {
		if value != "" {
			v.Set(name, value)
		}
	}
	if len(v) == 0 {
		return p.Address
	}
	return p.Address + "?" + v.Encode()
}

func groupOf(r Region, href, lang string) group {
	g := group{Name: r.Name, Href: href, N: len(r.Sites), Counts: make([]int, 4)}
	var b strings.Builder
	for _, k := range r.Sites {
		cell(&b, k, lang)
		switch k.State {
		case site.Online:
			g.Counts[0]++
		case site.Suspended:
			g.Counts[2]++
		case site.Closing, site.Closed, site.Refused:
			g.Counts[3]++
		default:
			g.Counts[1]++
		}
	}
	g.Cells = template.HTML(b.String())
	return g
}

// cell writes a site of the wall: a link with the site's name, and for a state that is not online its letter, its word and its colour. It is
// written by hand because a template takes ten times as long for 10,000 of them; every text in it is escaped here.
func cell(b *strings.Builder, k site.Known, lang string) {
	name, l := template.HTMLEscapeString(k.ShortName), lookOf(k.State)
	b.WriteString("<a ")
	if l.mark != "" {
		name += " " + template.HTMLEscapeString(console.Say(lang, k.State.Title()))
		b.WriteString(`class="` + l.class + `" aria-label="` + name + `" `)
	}
	b.WriteString(`href="` + address(k.ID, "") + `" title="` + name + `">` + template.HTMLEscapeString(console.Say(lang, l.mark)) + "</a>")
}

func rowOf(k site.Known, region string) row {
	return row{Href: address(k.ID, ""), Name: k.Name, Kind: kindName(k.Kind), Address: k.Host + k.Prefix(), State: k.State.Title(), Class: lookOf(k.State).class,
		Region: region, Since: k.StateAt.In(kernel.Beijing).Format("2006-01-02")}
}
