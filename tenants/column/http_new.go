package column

import (
	"strconv"

	"github.com/gofiber/fiber/v2"
	"github.com/zhanqun/zhanqun/kernel/fault"
	"github.com/zhanqun/zhanqun/platform/console"
	"github.com/zhanqun/zhanqun/platform/site"
)

// newPage is the form of a column of the site's own.
type newPage struct {
	Action           string
	Name, Slug, Days string
	Nav              bool
	Parents, Kinds   []option
	Wrong            trouble
}

var newView = console.Define[newPage]("column", "new")

// offered are the kinds of which a site makes columns of its own; the others come with its template and the rooms they stand for.
var offered = []string{"news", "notice", "pictures", "policy", "interpretation", "special", "convenience", "about", "guides", "forms", "group"}

func (k *Keeper) showNew(c *fiber.Ctx) error {
	return k.begin(c, newPage{Days: "30", Nav: true}, c.Query("parent"), "news", nil)
}

func (k *Keeper) begin(c *fiber.Ctx, p newPage, parent, kind string, err error) error {
	page := console.Page{Title: say(c, "新建栏目"), Site: at(c)}
	if err != nil {
		if err := troubled(c, err, &page, &p.Wrong); err != nil {
			return err
		}
	}
	p.Action = base(c)
	tree, err := k.Tree(c.UserContext(), at(c))
	if err != nil {
		return err
	}
	r := k.reach(c.UserContext(), at(c), keeps)
	if r.everywhere {
		p.Parents = []option{{"0", say(c, "最上一级"), parent == "0"}}
	}
	for _, o := range tree.others(c, 0, r) {
		id, _ := strconv.ParseInt(o.Value, 10, 64)
		if len(tree.Trail(id)) < deepestLevel {
			p.Parents = append(p.Parents, option{o.Value, o.Name, o.Value == parent})
		}
	}
	p.Kinds = kindOptions(c, kind)
	return newView.Show(k.Console, c, page, p)
}

// kindName is what a kind of the site's own columns is called in a form.
func kindName(kind string) string {
	if kind == "group" {
		return "栏目组（只收纳下级栏目）"
	}
	return kindNames[kind]
}

func kindOptions(c *fiber.Ctx, chosen string) (all []option) {
	for _, kind := range offered {
		all = append(all, option{kind, say(c, kindName(kind)), kind == chosen})
	}
	return all
}

func (k *Keeper) add(c *fiber.Ctx) error {
	p := newPage{Name: typed(c, "name"), Slug: typed(c, "slug"), Days: typed(c, "days"), Nav: c.FormValue("nav") == "1"}
	parent, kind := typed(c, "parent"), typed(c, "kind")
	s := Spec{Kind: kind, Name: p.Name, Slug: p.Slug, Nav: p.Nav}
	var err error
	if s.Parent, err = strconv.ParseInt(parent, 10, 64); err != nil {
		return k.begin(c, p, parent, kind, fault.In("parent", "请选择放在哪个栏目下面。"))
	}
	if _, static := site.Static[kind]; !static {
		if s.CycleDays, err = strconv.Atoi(p.Days); err != nil {
			s.CycleDays = -1 // which the room refuses in a sentence
		}
	}
	err = k.lands(c.UserContext(), at(c), s.Parent, "parent", keeps)
	if err == nil {
		_, err = k.Add(c.UserContext(), at(c), s)
	}
	if err != nil {
		return k.begin(c, p, parent, kind, err)
	}
	return back(c, "added")
}
