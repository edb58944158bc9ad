package column

import (
	"context"
	"strconv"

	"github.com/gofiber/fiber/v2"
	"github.com/zhanqun/zhanqun/platform/console"
)

// movePage is where a column may go, and which addresses change when it goes there.
type movePage struct {
	Back, Action, Name, Here string
	Version                  int64
	Places                   []place
	To, Where                string // what was chosen
	Effect                   []Address
	Wrong                    trouble
}

// place is a column below which another may hang, with where among those there.
type place struct {
	Name  string
	Spots []option
}

type option struct {
	Value, Name string
	Chosen      bool
}

var moveView = console.Define[movePage]("column", "move")

func (k *Keeper) showMove(c *fiber.Ctx) error { return k.moving(c, c.Query("to"), nil) }

func (k *Keeper) moving(c *fiber.Ctx, to string, err error) error {
	page := console.Page{Title: say(c, "移动栏目"), Site: at(c)}
	tree, col, lost := k.found(c)
	if lost != nil {
		return lost
	}
	p := movePage{Back: base(c), Action: sheetAt(c, col.ID) + "/move", Name: col.Name, Here: tree.where(c, tree.spotOf(col)), Version: col.Version}
	if !k.reaches(c.UserContext(), at(c), col.Parent, moves) {
		p.Here = tree.trail(col.ID)
	}
	if err == nil && to != "" {
		var parent int64
		if parent, _, err = readSpot(to); err == nil {
			p.Effect, err = k.Effect(c.UserContext(), at(c), col.ID, parent, col.Slug)
		}
		if err == nil {
			p.To, p.Where = to, tree.where(c, to)
		}
	}
	if err != nil {
		if err := troubled(c, err, &page, &p.Wrong); err != nil {
			return err
		}
	}
	p.Places = tree.places(c, col, to, k.reach(c.UserContext(), at(c), moves))
	return moveView.Show(k.Console, c, page, p)
}

// places are the spots that a column may take: not below itself, and not too deep.
func (t *Tree) places(c *fiber.Ctx, col *Column, chosen string, r reach) (all []place) {
	w := &work{tree: t}
	height := w.height(col.ID)
	offer := func(parent int64, name string) {
		if !r.has(parent) {
			return
		}
		p := place{Name: name, Spots: []option{{spot(parent, 0), say(c, "排在最前"), spot(parent, 0) == chosen}}}
		for _, k := range t.children[parent] {
			if k.ID != col.ID && k.State == Active {
				p.Spots = append(p.Spots, option{spot(parent, k.ID), say(c, "排在其后：") + k.Name, spot(parent, k.ID) == chosen})
			}
		}
		all = append(all, p)
	}
	offer(0, say(c, "最上一级"))
	for _, k := range t.All() {
		up := t.Trail(k.ID)
		inside := false
		for _, u := range up {
			inside = inside || u.ID == col.ID
		}
		if k.State == Active && !inside && len(up)+height <= deepestLevel {
			offer(k.ID, t.trail(k.ID))
		}
	}
	return all
}

func (k *Keeper) move(c *fiber.Ctx) error {
	refuse := func(err error) error {
		if c.FormValue("from") == "page" {
			return k.moving(c, typed(c, "to"), err)
		}
		return k.tree(c, err)
	}
	parent, after, err := readSpot(c.FormValue("to"))
	if err != nil {
		return refuse(err)
	}
	site := at(c)
	_, col, err := k.found(c)
	if err != nil {
		return err
	}
	var was string
	var changed []Address
	left, err := k.Seen(c.UserContext(), site, col.ID, looked(c), func(ctx context.Context) error {
		tree, err := k.Tree(ctx, site)
		if err != nil {
			return err
		}
		was = tree.spotOf(tree.Get(col.ID))
		if err := k.lands(ctx, site, parent, "to", moves); err != nil {
			return err
		}
		if changed, err = k.Effect(ctx, site, col.ID, parent, col.Slug); err != nil {
			return err
		}
		return k.Move(ctx, site, col.ID, parent, after)
	})
	switch {
	case err != nil:
		return refuse(err)
	case c.FormValue("undo") == "1":
		return back(c, "undone")
	}
	return back(c, "moved", "column", strconv.FormatInt(col.ID, 10), "was", was, "v", strconv.FormatInt(left, 10), "n", strconv.Itoa(len(changed)))
}
