package column

import (
	"context"
	"errors"
	"slices"
	"strconv"

	"github.com/zhanqun/zhanqun/kernel"
	"github.com/zhanqun/zhanqun/kernel/fault"
	"github.com/zhanqun/zhanqun/platform/audit"
)

// Spec is a column a site adds for itself.
type Spec struct {
	Parent                int64 // 0: at the top
	Kind, Name, Slug      string
	Description, Keywords string
	Nav                   bool
	CycleDays             int // 0 exactly for the kinds in site.Static
}

// Add gives the site a column of its own and returns its id.
func (c *Columns) Add(ctx context.Context, id kernel.SiteID, s Spec) (int64, error) {
	column := c.ids.Next()
	err := c.alter(ctx, id, "column.add", func(ctx context.Context, w *work) (audit.Entry, error) {
		name, err := w.fits(s)
		if err != nil {
			return audit.Entry{}, err
		}
		if err := checkSlug(s.Slug); err != nil {
			return audit.Entry{}, err
		}
		path, err := w.address(column, s.Parent, s.Slug)
		if err != nil {
			return audit.Entry{}, err
		}
		position := w.last(s.Parent) + step
		d := change{ID: column, Own: true, Parent: &s.Parent, Kind: &s.Kind, Name: &name, Path: &path,
			Description: &s.Description, Keys: &s.Keywords, Nav: &s.Nav, Position: &position, CycleDays: &s.CycleDays,
			State: Active}
		return audit.Entry{Object: object(column), After: name + " /c/" + path}, w.save(ctx, id, d)
	})
	return column, err
}

// fits refuses a column that the tree cannot have, wherever it may be found, and answers its name as it is kept.
func (w *work) fits(s Spec) (string, error) {
	name, err := checkName(s.Name)
	if err != nil {
		return "", err
	}
	if _, ok := kindNames[s.Kind]; !ok {
		return "", fault.In("kind", "没有“%s”这种栏目类别。", s.Kind)
	}
	if err := errors.Join(checkCycle(s.Kind, s.CycleDays), checkText("description", s.Description), checkText("keywords", s.Keywords)); err != nil {
		return "", err
	}
	return name, w.mayHold(s.Parent, 1)
}

// Rename gives the column another name; its address stays.
func (c *Columns) Rename(ctx context.Context, id kernel.SiteID, column int64, name string) error {
	return c.alter(ctx, id, "column.rename", func(ctx context.Context, w *work) (audit.Entry, error) {
		k, d, err := w.active(column)
		if err != nil {
			return audit.Entry{}, err
		}
		if name, err = checkName(name); err != nil {
			return audit.Entry{}, err
		}
		d.Name = &name
		return audit.Entry{Object: object(column), Before: k.Name, After: name}, w.save(ctx, id, d)
	})
}

// Hide takes the column out of the citizens' sight, or back; its articles stay public at their addresses.
func (c *Columns) Hide(ctx context.Context, id kernel.SiteID, column int64, hidden bool) error {
	return c.alter(ctx, id, "column.hide", func(ctx context.Context, w *work) (audit.Entry, error) {
		k, d, err := w.active(column)
		if err != nil {
			return audit.Entry{}, err
		}
		if s := w.statutory(k); hidden && s != nil {
			return audit.Entry{}, fault.New(fault.Conflict, "“%s”是法定公开栏目，不能隐藏。", s.Name)
		}
		d.Hidden = &hidden
		return audit.Entry{Object: object(column), Before: strconv.FormatBool(k.Hidden), After: strconv.FormatBool(hidden)},
			w.save(ctx, id, d)
	})
}

// SetCycle sets the column's longest gap between updates, never more than two months (B3, d08).
func (c *Columns) SetCycle(ctx context.Context, id kernel.SiteID, column int64, days int) error {
	return c.alter(ctx, id, "column.cycle", func(ctx context.Context, w *work) (audit.Entry, error) {
		k, d, err := w.active(column)
		if err != nil {
			return audit.Entry{}, err
		}
		if err := checkCycle(k.Kind, days); err != nil {
			return audit.Entry{}, err
		}
		d.CycleDays = &days
		return audit.Entry{Object: object(column), Before: strconv.Itoa(k.CycleDays), After: strconv.Itoa(days)}, w.save(ctx, id, d)
	})
}

// Move hangs the column below parent (0: the top), after the sibling after (0: first). Its address and those
// below it follow, and the former ones lead to them by 301 (B4).
func (c *Columns) Move(ctx context.Context, id kernel.SiteID, column, parent, after int64) error {
	return c.alter(ctx, id, "column.tree.move", func(ctx context.Context, w *work) (audit.Entry, error) {
		k, _, err := w.active(column)
		if err != nil {
			return audit.Entry{}, err
		}
		before := k.Path
		plan, err := w.moved(k, parent)
		if err != nil {
			return audit.Entry{}, err
		}
		if err := w.readdress(ctx, plan); err != nil {
			return audit.Entry{}, err
		}
		d := w.diff(column)
		d.Parent = &parent
		w.have[column] = d
		e := audit.Entry{Object: object(column), Before: "/c/" + before, After: "/c/" + k.Path}
		return e, w.order(ctx, column, parent, after)
	})
}

// moved is which addresses change when the column hangs below parent; it refuses what may not be.
func (w *work) moved(k *Column, parent int64) ([]Address, error) {
	if slices.ContainsFunc(w.tree.Trail(parent), func(up *Column) bool { return up.ID == k.ID }) {
		return nil, fault.New(fault.Conflict, "不能把栏目移到它自己的下级。")
	}
	if err := w.mayHold(parent, w.height(k.ID)); err != nil || parent == k.Parent {
		return nil, err
	}
	return w.plan(k, parent, k.Slug)
}

// Readdress gives the column another last part of its address; the former addresses, its own and those below it, lead to the new ones
// by 301 (B4).
func (c *Columns) Readdress(ctx context.Context, id kernel.SiteID, column int64, slug string) error {
	return c.alter(ctx, id, "column.address", func(ctx context.Context, w *work) (audit.Entry, error) {
		k, _, err := w.active(column)
		if err != nil {
			return audit.Entry{}, err
		}
		before := k.Path
		if err := checkSlug(slug); err != nil {
			return audit.Entry{}, err
		}
		plan, err := w.plan(k, k.Parent, slug)
		if err != nil {
			return audit.Entry{}, err
		}
		if err := w.readdress(ctx, plan); err != nil {
			return audit.Entry{}, err
		}
		return audit.Entry{Object: object(column), Before: "/c/" + before, After: "/c/" + k.Path}, nil
	})
}

// Merge shows the column's articles in another column from now on; its address leads there by 301 (B4, d09).
func (c *Columns) Merge(ctx context.Context, id kernel.SiteID, column, into int64) error {
	return c.end(ctx, id, "column.merge.execute", column, Merged, into)
}

// Close ends the column: its articles stay at their addresses, its own leads by 301 to successor, or with 0 to
// the column above or the home page (B4, d09).
func (c *Columns) Close(ctx context.Context, id kernel.SiteID, column, successor int64) error {
	return c.end(ctx, id, "column.close.execute", column, Closed, successor)
}

func (c *Columns) end(ctx context.Context, id kernel.SiteID, action string, column int64, state string, successor int64) error {
	return c.alter(ctx, id, action, func(ctx context.Context, w *work) (audit.Entry, error) {
		k, d, err := w.ends(column, state, successor)
		if err != nil {
			return audit.Entry{}, err
		}
		d.State = state
		if successor != 0 {
			d.Successor = &successor
		}
		return audit.Entry{Object: object(column), Before: k.Name, After: state,
			Note: map[string]string{"successor": strconv.FormatInt(successor, 10)}}, w.save(ctx, id, d)
	})
}

// ends refuses what may not be merged or closed, or not in favour of that successor.
func (w *work) ends(column int64, state string, successor int64) (*Column, change, error) {
	k, d, err := w.active(column)
	if err != nil {
		return nil, d, err
	}
	if k.Statutory {
		return nil, d, fault.New(fault.Conflict, "“%s”是法定公开栏目，不能归并或关闭。", k.Name)
	}
	for _, below := range w.tree.Children(column) {
		if below.State == Active {
			return nil, d, fault.New(fault.Conflict, "请先处理下级栏目“%s”。", below.Name)
		}
	}
	to := w.tree.Get(successor)
	if successor == column || (state == Merged || successor != 0) && (to == nil || to.State != Active) {
		return nil, d, fault.In("successor", "请选择另一个正在使用的栏目接替它。")
	}
	return k, d, nil
}
