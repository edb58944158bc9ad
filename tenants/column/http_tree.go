package column

import (
	"strconv"
	"time"

	"github.com/gofiber/fiber/v2"
	"github.com/zhanqun/zhanqun/kernel"
	"github.com/zhanqun/zhanqun/platform/console"
	"github.com/zhanqun/zhanqun/platform/render"
	"github.com/zhanqun/zhanqun/platform/web"
)

// treePage is a site's columns with what one has to know of each, and what this person may do with them.
type treePage struct {
	Base            string
	Rows            []row
	Ended           []ended
	MayMove, MayAdd bool
	Requests, Ask   string // addresses, or "" for whoever may not
	Partly          bool   // only what an appointment to one column reaches
	Deepest         int
	Done            string
	Undo            *undo
	Wrong           trouble
}

// row is a column of the tree. Rows stand in the order of the tree: Opens says that those below it follow, Closes how many levels end with it.
// One that only leads to what the person's appointments reach has no sheet and says no more than its name.
type row struct {
	ID, Parent, Version     int64
	Sheet                   string
	Name, Kind, Path        string
	Owner                   string // who answers for it
	Public                  string // its address for citizens, or "" while they do not see it
	Fresh, Look             string
	Count                   int64
	LastAt                  time.Time
	Hidden, Statutory, Asks bool
	Up, Down                string // where it goes by a press, or ""
	Opens                   bool
	Closes                  []struct{}
	May                     bool // this person moves it
}

// ended is a merged or closed column.
type ended struct{ Name, Path, State, To string }

// undo is the bar that takes the last change back, as long as nobody has changed the column since.
type undo struct {
	Action, Say, Place string
	Was                string // where it stood or what it was called, in words
	Version            int64
	To                 string // where it stood; "" when it was renamed
	Name, Slug         string // what it was called
	Addresses          int
}

var treeView = console.Define[treePage]("column", "tree")

// sentences are what the tree says after an act.
var sentences = map[string]string{
	"undone": "已撤销，栏目和原来一样了。", "hidden": "已隐藏：导航和网站地图里不再有它，稿件的地址不变。", "shown": "已恢复显示。",
	"cycle": "更新周期已改。", "owner": "责任单位和提醒已保存。", "added": "栏目已新建。有公开的稿件以后，市民才看得到它。", "merged": "已归并：它的稿件显示在接替的栏目里，旧地址自动跳转。",
	"closed": "已关闭：稿件的地址不变，栏目的旧地址自动跳转。", "fields": "字段已保存，写稿时选这个栏目就会出现。",
	"form": "页面形式已保存，市民现在看到的就是新的样子。",
}

func (k *Keeper) showTree(c *fiber.Ctx) error { return k.tree(c, nil) }

// tree shows the columns as they are; err, if any, is why an act was not done.
func (k *Keeper) tree(c *fiber.Ctx, err error) error {
	ctx, site := c.UserContext(), at(c)
	page := console.Page{Title: say(c, "栏目"), Site: site, Scripts: []string{"tree.js"}}
	sees, mover := k.reach(ctx, site, reads...), k.reach(ctx, site, moves)
	p := treePage{Base: base(c), Deepest: deepestLevel, MayMove: mover.everywhere, MayAdd: k.reaches(ctx, site, web.AnyColumn, keeps), Partly: !sees.everywhere}
	if k.reaches(ctx, site, web.AnyColumn, parties...) {
		p.Requests = requestsAt(site)
	}
	if !p.MayAdd && k.reaches(ctx, site, web.AnyColumn, asks[AskNew]) {
		p.Ask = requestsAt(site) + "/" + AskNew
		if sees.everywhere {
			p.Ask = askAt(site, AskNew, 0)
		}
	}
	if err != nil {
		if err := troubled(c, err, &page, &p.Wrong); err != nil {
			return err
		}
	}
	tree, err := k.Tree(ctx, site)
	if err != nil {
		return err
	}
	ask, err := k.WithFields(ctx, site)
	if err != nil {
		return err
	}
	asks := map[int64]bool{}
	for _, id := range ask {
		asks[id] = true
	}
	called, err := k.owners(ctx, tree.All()...)
	if err != nil {
		return err
	}
	s, now := k.Sites.Public(site), k.now()
	p.Rows = tree.rows(tree.around(sees), func(col *Column) row {
		if !sees.has(col.ID) {
			return row{ID: col.ID, Parent: col.Parent, Name: col.Name}
		}
		word, look := col.fresh(now)
		r := row{ID: col.ID, Parent: col.Parent, Version: col.Version, Sheet: sheetAt(c, col.ID), Name: col.Name, Kind: say(c, col.KindName()), Owner: called(col),
			Path: "/c/" + col.Path, Fresh: say(c, word), Look: look, Count: col.Count, LastAt: col.LastAt, Hidden: col.Hidden,
			Statutory: col.Statutory, Asks: asks[col.ID], May: mover.has(col.ID) && mover.has(col.Parent)}
		if s != nil && tree.Visible(col.ID) {
			r.Public = s.URL("/c/" + col.Path)
		}
		return r
	})
	p.Ended = tree.ended(c, s, sees)
	if p.Wrong.Say == "" {
		p.Done = say(c, sentences[c.Query("done")])
		p.Undo = k.undoing(c, tree)
	}
	return treeView.Show(k.Console, c, page, p)
}

// rows are the active columns that are shown, in the tree's order. What stands below a column that ended stands in its place.
func (t *Tree) rows(shown func(id int64) bool, draw func(*Column) row) (all []row) {
	var below func(parent int64) []*Column
	below = func(parent int64) (list []*Column) {
		for _, k := range t.children[parent] {
			switch {
			case !shown(k.ID):
			case k.State == Active:
				list = append(list, k)
			default:
				list = append(list, below(k.ID)...)
			}
		}
		return list
	}
	var walk func(parent int64)
	walk = func(parent int64) {
		list := below(parent)
		for i, k := range list {
			r := draw(k)
			if r.May && i > 0 && list[i-1].Parent == k.Parent {
				r.Up = spot(k.Parent, 0)
				if i > 1 && list[i-2].Parent == k.Parent {
					r.Up = spot(k.Parent, list[i-2].ID)
				}
			}
			if r.May && i+1 < len(list) && list[i+1].Parent == k.Parent {
				r.Down = spot(k.Parent, list[i+1].ID)
			}
			at := len(all)
			all = append(all, r)
			walk(k.ID)
			all[at].Opens = len(all) > at+1
			if all[at].Opens {
				all[len(all)-1].Closes = append(all[len(all)-1].Closes, struct{}{})
			}
		}
	}
	walk(0)
	return all
}

func (t *Tree) ended(c *fiber.Ctx, s *render.Site, sees reach) (all []ended) {
	for _, k := range t.All() {
		if k.State == Active || !sees.has(k.ID) {
			continue
		}
		e := ended{Name: k.Name, Path: "/c/" + k.Path, State: say(c, "已关闭")}
		if k.State == Merged {
			e.State = say(c, "已归并")
		}
		if _, to := t.At(k.Path); to != "" && s != nil {
			e.To = s.URL(to)
		}
		all = append(all, e)
	}
	return all
}

// undoing is the bar for what the address says was done, when the column still is as it was left.
func (k *Keeper) undoing(c *fiber.Ctx, tree *Tree) *undo {
	id, _ := kernel.ParseID[int64](c.Query("column"))
	left, err := strconv.ParseInt(c.Query("v"), 10, 64)
	col := tree.Get(id)
	if err != nil || col == nil || col.Version != left || col.State != Active {
		return nil
	}
	n, _ := strconv.Atoi(c.Query("n"))
	u := &undo{Version: left, Addresses: max(0, min(n, 1000))}
	switch done := c.Query("done"); {
	case done == "moved" && k.reaches(c.UserContext(), col.Site, id, moves):
		u.Action, u.Say, u.To = sheetAt(c, id)+"/move", say(c, "已移动到"), c.Query("was")
		u.Place, u.Was = tree.where(c, tree.spotOf(col)), tree.where(c, u.To)
	case done == "renamed" && k.reaches(c.UserContext(), col.Site, id, keeps):
		u.Action, u.Say, u.Place = sheetAt(c, id)+"/rename", say(c, "已改为"), col.Name+" /c/"+col.Path
		u.Name, u.Slug = c.Query("name"), c.Query("slug")
		u.Was = u.Name + " " + u.Slug
	default:
		return nil
	}
	return u
}
