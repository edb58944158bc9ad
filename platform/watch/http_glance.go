package watch

import (
	"slices"
	"strings"
	"time"

	"github.com/gofiber/fiber/v2"
	"github.com/zhanqun/zhanqun/kernel"
	"github.com/zhanqun/zhanqun/platform/console"
	"github.com/zhanqun/zhanqun/platform/site"
	"github.com/zhanqun/zhanqun/policies"
)

// glancePage is one site at a glance.
type glancePage struct {
	Glance
	Base, Kind           string
	State, Class         string
	Late                 bool // a suspended site whose day has passed
	Round, RoundClass    string
	People               []post
	Hosts                []site.Domain
	Meters               []meter
	Columns              []columnLine
	More                 int    // columns that are not named
	Empty                string // the names of those that hold nothing
	Drafts               bool
	OldestDays           int
	Sheet, Audit, Public string // addresses, "" for who may not go there
}

// post is a role with those who hold it.
type post struct{ Role, Names string }

// meter is a limit and how much of it is used.
type meter struct {
	Name      string
	Used, Max int
	Full      bool
}

// columnLine is a column that wants an update.
type columnLine struct {
	Kept
	Mark, Class string
}

// columnsNamed is how many columns the glance names.
const columnsNamed = 12

var glanceView = console.Define[glancePage]("watch", "glance")

func (w *Watch) showGlance(c *fiber.Ctx) error {
	ctx, id := c.UserContext(), at(c)
	g, err := w.At(ctx, id)
	if err != nil {
		return err
	}
	p := glancePage{Glance: g, Base: "/sites/" + id.String(), State: g.Site.State.Title(), Class: classOf(g.Site.State), Kind: kindNames[g.Site.Kind],
		Drafts: w.reads(ctx, id), Late: g.Site.State == site.Suspended && g.Until != "" && g.Until < w.today()}
	if g.Round.State != "" {
		p.Round, p.RoundClass = g.Round.Title(), map[bool]string{true: "warn", false: "ok"}[g.Round.Open()]
		if g.Round.Late(w.today()) {
			p.Round, p.RoundClass = "复核逾期", "bad"
		}
	}
	if g.Site.Parent == 0 {
		p.Hosts = g.Domains
	}
	p.People = byRole(g.People, say(c, "（部分栏目）"))
	p.Meters = []meter{{"人员", g.Serving, g.Quota.Editors, g.Serving*10 >= g.Quota.Editors*9}, {"栏目", g.Standing.Columns, g.Quota.Columns, g.Standing.Columns*10 >= g.Quota.Columns*9}}
	p.columns(g.Standing)
	if !g.Oldest.IsZero() {
		p.OldestDays = int(w.Now().Sub(g.Oldest) / (24 * time.Hour))
	}
	if w.Console.Offers(ctx, id, "site.apply", "site.approve", "site.provision", "user.create", tells) {
		p.Sheet = p.Base + "/estate"
	}
	if w.Console.Offers(ctx, id, tells) {
		p.Audit = p.Base + "/audit"
	}
	if g.Site.State.Public() {
		p.Public = g.Home
	}
	return glanceView.Show(w.Console, c, console.Page{Title: say(c, "本站一览"), Site: id}, p)
}

// columns names those that want an update, what is late first.
func (p *glancePage) columns(s Standing) {
	for _, part := range []struct {
		all         []Kept
		mark, class string
	}{{s.Late, "更新逾期", "bad"}, {s.Near, "快到期", "warn"}} {
		for _, k := range part.all {
			p.Columns = append(p.Columns, columnLine{k, part.mark, part.class})
		}
	}
	if n := len(p.Columns); n > columnsNamed {
		p.Columns, p.More = p.Columns[:columnsNamed], n-columnsNamed
	}
	var blank []string
	for _, k := range s.Blank {
		blank = append(blank, k.Name)
	}
	p.Empty = strings.Join(blank, "、")
}

// answering are the posts of a site in the order in which one asks for them.
var answering = []policies.Role{policies.LD, policies.CL, policies.RV, policies.SR, policies.PB, policies.IO, policies.LO, policies.IE, policies.SE, policies.LC, policies.LH,
	policies.SV, policies.PO, policies.SA, policies.AA}

func byRole(all []Person, some string) (posts []post) {
	for _, role := range answering {
		var names []string
		for _, p := range all {
			switch {
			case slices.Contains(p.Parts, role):
				names = append(names, p.Name+some)
			case slices.Contains(p.Roles, role):
				names = append(names, p.Name)
			}
		}
		if len(names) > 0 {
			posts = append(posts, post{console.RoleName(role), strings.Join(names, "、")})
		}
	}
	return posts
}

// kindNames are the forms of a site as people call them.
var kindNames = map[site.Kind]string{site.Subsite: "子站", site.Channel: "频道", site.Column: "栏目"}

// classOf is how the mark of a state looks.
func classOf(s site.State) string {
	switch s {
	case site.Online:
		return "ok"
	case site.Suspended, site.Closing:
		return "bad"
	case site.Closed, site.Refused:
		return ""
	}
	return "warn"
}

// Changed is the day since when the site stands as it does.
func (p glancePage) Changed() string { return p.Site.StateAt.In(kernel.Beijing).Format(time.DateOnly) }
