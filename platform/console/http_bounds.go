package console

import (
	"context"
	"slices"
	"strconv"

	"github.com/gofiber/fiber/v2"
	"github.com/zhanqun/zhanqun/kernel"
	"github.com/zhanqun/zhanqun/kernel/fault"
	"github.com/zhanqun/zhanqun/platform/identity"
)

// Columns are what a post of a site may be limited to; those that were merged or closed are named too.
type Columns interface {
	ColumnsOf(ctx context.Context, site kernel.SiteID) ([]Bound, error)
}

// Bound is a column that a post may be limited to; it reaches those below it too.
type Bound struct {
	ID   int64
	Name string // after those above it
	Open bool   // a post may be given there
}

// boundChoice is a column in a form.
type boundChoice struct {
	Bound
	Chosen bool
}

// mostBounds is how many columns one form gives a post for: each is an appointment of its own, that ends by itself.
const mostBounds = 20

// offer puts the columns into a form, as they were ticked.
func (o circle) offer(a *appointing, chosen []int64) {
	for _, b := range o.Bounds {
		if b.Open {
			a.Bounds = append(a.Bounds, boundChoice{b, slices.Contains(chosen, b.ID)})
		}
	}
}

// ticked are the columns that a form names.
func ticked(f *fiber.Ctx) (all []int64) {
	for _, v := range f.Request().PostArgs().PeekMulti("column") {
		id, _ := kernel.ParseID[int64](string(v)) // 0 is no column, and refused
		all = append(all, id)
	}
	slices.Sort(all)
	return slices.Compact(all)
}

// reach is where the posts of a form reach: column 0 is the whole site.
func (o circle) reach(limited bool, chosen []int64) ([]int64, error) {
	switch {
	case !limited && len(chosen) == 0:
		return []int64{0}, nil
	case !limited:
		return nil, fault.In("reach", "您勾选了栏目，又选了“全站”。请改选“只负责这些栏目”，或者取消勾选。")
	case len(chosen) == 0:
		return nil, fault.In("reach", "请勾选负责的栏目，或者改选“全站”。")
	case len(chosen) > mostBounds:
		return nil, fault.In("reach", "一次最多勾选 %d 个栏目。请改勾它们上面的栏目，或者分几次任命。", mostBounds)
	}
	for _, id := range chosen {
		if !slices.ContainsFunc(o.Bounds, func(b Bound) bool { return b.ID == id && b.Open }) {
			return nil, fault.In("column", "本站没有这个栏目，请从表中勾选。")
		}
	}
	return chosen, nil
}

// boundOf is what a post is limited to, in words, or "".
func (c *Console) boundOf(ctx context.Context, o circle, a identity.Appointment) (string, error) {
	if a.Column == 0 {
		return "", nil
	}
	all := o.Bounds
	if a.Site != o.Site {
		var err error
		if all, err = c.Columns.ColumnsOf(ctx, a.Site); err != nil {
			return "", err
		}
	}
	if i := slices.IndexFunc(all, func(b Bound) bool { return b.ID == a.Column }); i >= 0 {
		return all[i].Name, nil
	}
	return "#" + strconv.FormatInt(a.Column, 10), nil // the site's template has lost it
}
