package column

import (
	"slices"
	"strconv"

	"github.com/gofiber/fiber/v2"
	"github.com/zhanqun/zhanqun/kernel/fault"
	"github.com/zhanqun/zhanqun/platform/console"
	"github.com/zhanqun/zhanqun/platform/site"
)

// askPage is the form of a wish.
type askPage struct {
	Back, Action, Title      string
	New, Rename, Merge, Shut bool
	Columns, Kinds, Others   []option
	Name, Days, Reason       string
	Nav                      bool
	Wrong                    trouble
}

var askView = console.Define[askPage]("column", "ask")

func (k *Keeper) showAsk(kind string) fiber.Handler {
	return func(c *fiber.Ctx) error { return k.asking(c, kind, askPage{Days: "30", Nav: true}, nil) }
}

// asking shows the form; p holds what was typed.
func (k *Keeper) asking(c *fiber.Ctx, kind string, p askPage, err error) error {
	ctx, id := c.UserContext(), at(c)
	page := console.Page{Title: say(c, askTitles[kind]), Site: id}
	if err != nil {
		if err := troubled(c, err, &page, &p.Wrong); err != nil {
			return err
		}
	}
	tree, err := k.Tree(ctx, id)
	if err != nil {
		return err
	}
	everywhere, within, err := k.Reach(ctx, id, asks[kind])
	if err != nil {
		return err
	}
	p.Back, p.Action, p.Title = requestsAt(id), requestsAt(id)+"/"+kind, page.Title
	p.New, p.Rename, p.Merge, p.Shut = kind == AskNew, kind == AskRename, kind == AskMerge, kind == AskClose
	p.Columns = tree.offer(c.FormValue("column"), func(col *Column) bool {
		free := everywhere || slices.Contains(within, col.ID)
		return free && (p.Rename || p.New && len(tree.Trail(col.ID)) < deepestLevel || (p.Merge || p.Shut) && !col.Statutory)
	})
	if p.New && everywhere {
		p.Columns = slices.Insert(p.Columns, 0, option{"0", say(c, "最上一级"), c.FormValue("column") == "0"})
	}
	sees := k.reach(ctx, id, reads...)
	p.Others = tree.offer(c.FormValue("successor"), func(col *Column) bool { return sees.has(col.ID) })
	p.Kinds = kindOptions(c, c.FormValue("kind"))
	return askView.Show(k.Console, c, page, p)
}

// offer are the active columns of some sort, with their trails.
func (t *Tree) offer(chosen string, some func(*Column) bool) (all []option) {
	for _, k := range t.All() {
		if k.State == Active && some(k) {
			n := strconv.FormatInt(k.ID, 10)
			all = append(all, option{n, t.trail(k.ID), n == chosen})
		}
	}
	return all
}

func (k *Keeper) ask(kind string) fiber.Handler {
	return func(c *fiber.Ctx) error {
		p := askPage{Name: typed(c, "name"), Days: typed(c, "days"), Reason: typed(c, "reason"), Nav: c.FormValue("nav") == "1"}
		w := Wish{Kind: kind, Name: p.Name, Sort: typed(c, "kind"), Nav: p.Nav, Reason: p.Reason}
		var ok bool
		if w.Column, ok = readColumn(c); !ok || w.Column == 0 && kind != AskNew {
			return k.asking(c, kind, p, fault.In("column", "请选择栏目。"))
		}
		if typed(c, "successor") != "" {
			n, err := strconv.ParseInt(c.FormValue("successor"), 10, 64)
			if err != nil {
				return k.asking(c, kind, p, fault.In("successor", "请选择接替的栏目。"))
			}
			w.Successor = n
		}
		if w.Successor != 0 && !k.reaches(c.UserContext(), at(c), w.Successor, reads...) { // it would tell of drafts that are not this person's
			return k.asking(c, kind, p, fault.In("successor", "您的任职只限指定的栏目，只能在其中选接替的栏目。要并到别的栏目，请由负责全站的人提出。"))
		}
		if _, static := site.Static[w.Sort]; !static {
			n, err := strconv.Atoi(p.Days)
			if err != nil {
				n = -1 // which the room refuses in a sentence
			}
			w.CycleDays = n
		}
		if _, err := k.Ask(c.UserContext(), at(c), w); err != nil {
			return k.asking(c, kind, p, err)
		}
		return c.Redirect(requestsAt(at(c))+"?done=asked", fiber.StatusSeeOther)
	}
}
