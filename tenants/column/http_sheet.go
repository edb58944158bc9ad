package column

import (
	"context"
	"strconv"
	"strings"
	"time"

	"github.com/gofiber/fiber/v2"
	"github.com/zhanqun/zhanqun/kernel"
	"github.com/zhanqun/zhanqun/kernel/fault"
	"github.com/zhanqun/zhanqun/platform/console"
	"github.com/zhanqun/zhanqun/platform/site"
	"github.com/zhanqun/zhanqun/policies"
)

// sheetPage is all that is known of a column, and what may be done with it.
type sheetPage struct {
	Back, Address, Name, Kind, Path, Where string
	Public                                 string
	Version                                int64
	Fresh, Look                            string
	Count                                  int64
	LastAt, DueAt                          time.Time
	Days                                   int
	Static, Hidden, Statutory              bool
	State                                  string // how it ended, or ""
	Asks                                   []string
	View, Leads                            string // how its page is made; where it leads
	MayMove, MayKeep, MayMerge, MayClose   bool
	MayOwn                                 bool
	Owner, Warn                            string   // as it is
	NewOwner, NewWarn                      string   // as typed
	Units                                  []option // who may answer for it
	unit                                   string   // as chosen
	NewName, NewSlug, NewDays              string   // as typed
	Looked                                 bool     // the effect was asked for
	Effect                                 []Address
	Others                                 []option
	Asking                                 []link // what may be asked for by whoever may not do it
	Wrong                                  trouble
}

type link struct{ Name, Href string }

var sheetView = console.Define[sheetPage]("column", "sheet")

func (k *Keeper) showSheet(c *fiber.Ctx) error { return k.sheet(c, sheetPage{}, nil) }

// sheet shows a column; p holds what was typed, if anything.
func (k *Keeper) sheet(c *fiber.Ctx, p sheetPage, err error) error {
	ctx := c.UserContext()
	tree, col, lost := k.found(c)
	if lost != nil {
		return lost
	}
	page := console.Page{Title: col.Name, Site: col.Site}
	if err != nil {
		if err := troubled(c, err, &page, &p.Wrong); err != nil {
			return err
		}
	}
	word, look := col.fresh(k.now())
	p.Back, p.Address, p.Name, p.Kind, p.Path, p.Where = base(c), sheetAt(c, col.ID), col.Name, say(c, col.KindName()), "/c/"+col.Path, tree.where(c, tree.spotOf(col))
	if !k.reaches(ctx, col.Site, col.Parent, reads...) {
		p.Where = tree.trail(col.ID) // what stands beside it is not this person's
	}
	p.Version, p.Fresh, p.Look, p.Count, p.LastAt, p.DueAt, p.Days = col.Version, say(c, word), look, col.Count, col.LastAt, col.Due(), col.CycleDays
	_, p.Static = site.Static[col.Kind]
	p.Hidden, p.Statutory = col.Hidden, col.Statutory
	p.View, p.Leads = say(c, viewNames[col.Form.View]), col.Form.Target
	called, err := k.owners(ctx, col)
	if err != nil {
		return err
	}
	p.Owner = called(col)
	if col.WarnDays > 0 {
		p.Warn = strconv.Itoa(col.WarnDays)
	}
	if !strings.HasSuffix(c.Path(), "/owner") {
		p.NewWarn, p.unit = p.Warn, col.OwnerOrg.String()
		if col.OwnerOrg == 0 {
			p.NewOwner = col.Owner
		}
	}
	if s := k.Sites.Public(col.Site); s != nil && tree.Visible(col.ID) {
		p.Public = s.URL(p.Path)
	}
	if p.NewName == "" && p.NewSlug == "" {
		p.NewName, p.NewSlug = col.Name, col.Slug
	}
	if p.NewDays == "" {
		p.NewDays = strconv.Itoa(col.CycleDays)
	}
	fields, err := k.Fields(ctx, col.Site, col.ID)
	if err != nil {
		return err
	}
	for _, f := range fields.Fields {
		p.Asks = append(p.Asks, f.Label)
	}
	switch col.State {
	case Merged:
		p.State = say(c, "已归并")
	case Closed:
		p.State = say(c, "已关闭")
	default:
		if err := k.offer(c, &p, tree, col); err != nil {
			return err
		}
	}
	return sheetView.Show(k.Console, c, page, p)
}

// offer fills in what the person may do with an active column, and ask for.
func (k *Keeper) offer(c *fiber.Ctx, p *sheetPage, tree *Tree, col *Column) error {
	reaches := func(act policies.Action) bool { return k.reaches(c.UserContext(), col.Site, col.ID, act) }
	p.MayMove = reaches(moves) && k.reaches(c.UserContext(), col.Site, col.Parent, moves) // within what it stands in
	p.MayKeep, p.MayOwn = reaches(keeps), reaches(owns)
	p.MayMerge, p.MayClose = !col.Statutory && reaches(merges), !col.Statutory && reaches(closes)
	p.Others = tree.others(c, col.ID, k.reach(c.UserContext(), col.Site, merges))
	for _, kind := range asked {
		if reaches(asks[kind]) && !reaches(performs[kind]) {
			p.Asking = append(p.Asking, link{say(c, askTitles[kind]), askAt(col.Site, kind, col.ID)})
		}
	}
	if !p.MayOwn {
		return nil
	}
	all, err := k.offices(c.UserContext(), col.Site)
	p.units(all)
	return err
}

// others are the columns within reach that may take the place of one.
func (t *Tree) others(c *fiber.Ctx, id int64, r reach) (all []option) {
	for _, k := range t.All() {
		if k.State == Active && k.ID != id && r.has(k.ID) {
			n := strconv.FormatInt(k.ID, 10)
			all = append(all, option{n, t.trail(k.ID), n == c.FormValue("into")})
		}
	}
	return all
}

// seen does something to the column as the person saw it, and answers the version it has then.
func (k *Keeper) seen(c *fiber.Ctx, do func(ctx context.Context, col *Column) error) (col *Column, left int64, err error) {
	_, col, err = k.found(c)
	if err != nil {
		return nil, 0, err
	}
	left, err = k.Seen(c.UserContext(), col.Site, col.ID, looked(c), func(ctx context.Context) error {
		tree, err := k.Tree(ctx, col.Site)
		if err != nil {
			return err
		}
		return do(ctx, tree.Get(col.ID))
	})
	return col, left, err
}

func (k *Keeper) rename(c *fiber.Ctx) error {
	p := sheetPage{NewName: typed(c, "name"), NewSlug: typed(c, "slug")}
	if c.FormValue("do") == "look" {
		_, col, err := k.found(c)
		if err != nil {
			return err
		}
		if p.Effect, err = k.Effect(c.UserContext(), col.Site, col.ID, col.Parent, p.NewSlug); err == nil {
			p.Looked = true
		}
		return k.sheet(c, p, err)
	}
	var name, slug string
	var changed []Address
	col, left, err := k.seen(c, func(ctx context.Context, col *Column) (err error) {
		name, slug = col.Name, col.Slug
		if p.NewSlug != slug {
			if changed, err = k.Effect(ctx, col.Site, col.ID, col.Parent, p.NewSlug); err != nil {
				return err
			}
			if err := k.Readdress(ctx, col.Site, col.ID, p.NewSlug); err != nil {
				return err
			}
		}
		if p.NewName == name {
			return nil
		}
		return k.Rename(ctx, col.Site, col.ID, p.NewName)
	})
	switch {
	case col == nil:
		return err
	case err != nil:
		return k.sheet(c, p, err)
	case c.FormValue("undo") == "1":
		return back(c, "undone")
	}
	return back(c, "renamed", "column", strconv.FormatInt(col.ID, 10), "name", name, "slug", slug, "v", strconv.FormatInt(left, 10), "n", strconv.Itoa(len(changed)))
}

func (k *Keeper) cycle(c *fiber.Ctx) error {
	p := sheetPage{NewDays: typed(c, "days")}
	days, err := strconv.Atoi(p.NewDays)
	if err != nil {
		days = -1 // which no column takes
	}
	return k.after(c, p, "cycle", func(ctx context.Context, col *Column) error { return k.SetCycle(ctx, col.Site, col.ID, days) })
}

// own sets who answers for the column; no number of days leaves them to the cycle.
func (k *Keeper) own(c *fiber.Ctx) error {
	p := sheetPage{NewOwner: typed(c, "owner"), unit: typed(c, "unit"), NewWarn: typed(c, "warn")}
	warn := 0
	if p.NewWarn != "" {
		var err error
		if warn, err = strconv.Atoi(p.NewWarn); err != nil || warn == 0 {
			warn = -1 // which no column takes
		}
	}
	return k.after(c, p, "owner", func(ctx context.Context, col *Column) error {
		owner, unit, err := k.answers(ctx, col.Site, p.unit, p.NewOwner)
		if err != nil {
			return err
		}
		return k.SetOwner(ctx, col.Site, col.ID, owner, unit, warn)
	})
}

func (k *Keeper) hide(c *fiber.Ctx) error {
	hidden := c.FormValue("hidden") == "1"
	done := "shown"
	if hidden {
		done = "hidden"
	}
	return k.after(c, sheetPage{}, done, func(ctx context.Context, col *Column) error { return k.Hide(ctx, col.Site, col.ID, hidden) })
}

// sure refuses what cannot be taken back unless the person has said so.
func sure(c *fiber.Ctx) error {
	if c.FormValue("sure") != "1" {
		return fault.In("sure", "归并和关闭不能撤销：想清楚了，请勾选“我知道不能撤销”再按一次。")
	}
	return nil
}

func (k *Keeper) merge(c *fiber.Ctx) error {
	into, _ := kernel.ParseID[int64](c.FormValue("into")) // 0 is refused by the room
	return k.after(c, sheetPage{}, "merged", func(ctx context.Context, col *Column) error {
		if err := sure(c); err != nil {
			return err
		}
		if err := k.lands(ctx, col.Site, into, "successor", merges); err != nil {
			return err
		}
		return k.Merge(ctx, col.Site, col.ID, into)
	})
}

func (k *Keeper) end(c *fiber.Ctx) error {
	into, _ := kernel.ParseID[int64](c.FormValue("into")) // 0 leads to the column above
	return k.after(c, sheetPage{}, "closed", func(ctx context.Context, col *Column) error {
		if err := sure(c); err != nil {
			return err
		}
		if into != 0 {
			if err := k.lands(ctx, col.Site, into, "successor", closes); err != nil {
				return err
			}
		}
		return k.Close(ctx, col.Site, col.ID, into)
	})
}

// after does one thing to a column and leads to the tree; what is refused is shown on the sheet with what was typed.
func (k *Keeper) after(c *fiber.Ctx, p sheetPage, done string, do func(ctx context.Context, col *Column) error) error {
	col, _, err := k.seen(c, do)
	switch {
	case col == nil:
		return err
	case err != nil:
		return k.sheet(c, p, err)
	}
	return back(c, done)
}
