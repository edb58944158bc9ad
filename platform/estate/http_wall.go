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
	TV                 string // address of the same for a big screen
	States, Kinds      []option
	Rounds             []option
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
	f := filterOf(c)
	w, err := e.Wall(c.UserContext(), below, f)
	if err != nil {
		return err
	}
	p.fill(c, f, w)
	page.Scripts = []string{"wall.js"}
	return wallView.Show(e.Console, c, page, p)
}

// filterOf reads the filter of an address.
func filterOf(c *fiber.Ctx) Filter {
	return Filter{State: site.State(strings.Clone(c.Query("state"))), Kind: site.Kind(strings.Clone(c.Query("kind"))),
		Region: strings.Clone(c.Query("region")), Text: strings.TrimSpace(strings.Clone(c.Query("q"))), Round: strings.Clone(c.Query("round"))}
}

var roundNames = []option{{Value: roundDue, Name: "要办年度复核"}, {Value: roundLate, Name: "年度复核逾期"}}

func (p *wallPage) fill(c *fiber.Ctx, f Filter, w Wall) {
	p.Text, p.Total, p.Shown, p.Unready, p.Narrowed = f.Text, w.Total, w.Shown, w.Unready, f != Filter{}
	p.TV, p.Sums = f.address(p.Address+"/tv"), sums(p.Address, f, w)
	for _, l := range looks {
		s := site.State(l.state)
		p.States = append(p.States, option{l.state, s.Title(), s == f.State})
	}
	for _, r := range roundNames {
		p.Rounds = append(p.Rounds, option{r.Value, r.Name, r.Value == f.Round})
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
		p.Groups = append(p.Groups, groupOf(r, to.address(p.Address), lang, w.Late, cell))
		for _, k := range r.Sites {
			if w.Shown <= rowsAtMost {
				p.Rows = append(p.Rows, rowOf(k, r.Name))
			}
		}
	}
}

// sums counts what is shown by state and by what its re-checks ask, each with the address that narrows to it.
func sums(base string, f Filter, w Wall) (all []sum) {
	for _, l := range looks {
		s := site.State(l.state)
		if n := w.States[s]; n > 0 {
			to := f
			to.State = s
			all = append(all, sum{s.Title(), to.address(base), l.class, n})
		}
	}
	for i, n := range []int{w.Due, len(w.Late)} {
		if n > 0 {
			to := f
			to.Round = roundNames[i].Value
			all = append(all, sum{roundNames[i].Name, to.address(base), []string{"warn", "bad"}[i], n})
		}
	}
	return all
}

// address is where a wall stands under the filter.
func (f Filter) address(base string) string {
	v := url.Values{}
	for name, value := range map[string]string{"state": string(f.State), "kind": string(f.Kind), "region": f.Region, "q": f.Text, "round": f.Round} {
		if value != "" {
			v.Set(name, value)
		}
	}
	if len(v) == 0 {
		return base
	}
	return base + "?" + v.Encode()
}

func groupOf(r Region, href, lang string, late map[kernel.SiteID]bool, write func(b *strings.Builder, k site.Known, lang string, late bool)) group {
	g := group{Name: r.Name, Href: href, N: len(r.Sites), Counts: make([]int, 4)}
	var b strings.Builder
	for _, k := range r.Sites {
		write(&b, k, lang, late[k.ID])
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

// cell writes a site of the wall: a link with the site's name, and for a state that is not plainly online its letter, its word and its colour. It
// is written by hand because a template takes ten times as long for 10,000 of them; every text in it is escaped here.
func cell(b *strings.Builder, k site.Known, lang string, late bool) {
	l, word := shownAs(k, late)
	mark, name := console.Say(lang, l.mark), k.ShortName
	if word != "" {
		name += " " + console.Say(lang, word)
	}
	name = template.HTMLEscapeString(name)
	b.WriteString("<a ")
	if l.mark != "" {
		b.WriteString(`class="` + l.class + `" aria-label="` + name + `" `)
	}
	b.WriteString(`href="` + address(k.ID, "") + `" title="` + name + `">` + template.HTMLEscapeString(mark) + "</a>")
}

// shownAs is the look of a site's cell and the word beside its name: an online site whose re-check is late is not plainly online.
func shownAs(k site.Known, late bool) (l look, word string) {
	l = lookOf(k.State)
	switch {
	case l.mark != "":
		return l, k.State.Title()
	case late:
		return look{mark: "核", class: "warn"}, "年度复核逾期"
	}
	return l, ""
}

func rowOf(k site.Known, region string) row {
	return row{Href: address(k.ID, ""), Name: k.Name, Kind: kindName(k.Kind), Address: k.Host + k.Prefix(), State: k.State.Title(), Class: lookOf(k.State).class,
		Region: region, Since: k.StateAt.In(kernel.Beijing).Format("2006-01-02")}
}
