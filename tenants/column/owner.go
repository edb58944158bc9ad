package column

import (
	"context"
	"slices"
	"strconv"
	"unicode/utf8"

	"github.com/zhanqun/zhanqun/kernel"
	"github.com/zhanqun/zhanqun/kernel/fault"
	"github.com/zhanqun/zhanqun/platform/audit"
	"github.com/zhanqun/zhanqun/platform/org"
)

// Units is the register of units; platform/org is plugged in by app.
type Units interface {
	Many(ctx context.Context, ids ...kernel.OrgID) (map[kernel.OrgID]org.Org, error)
	Children(ctx context.Context, parent kernel.OrgID) ([]org.Org, error)
}

// mostWarn is how many days before its end a cycle may be spoken of.
const mostWarn = 30

// longestOwner is how long a name may be: units of the register have longer ones than anybody types.
const longestOwner = 60

// SetOwner names who answers for the column (责任单位, 安政办发〔2015〕71号 四(五) 部门负责、专人实施), and how many days before its cycle runs out it is
// spoken of; 0 leaves that to the cycle (B3, d07). unit is where the register has it, or 0; whoever calls has looked it up.
func (c *Columns) SetOwner(ctx context.Context, id kernel.SiteID, column int64, owner string, unit kernel.OrgID, warn int) error {
	return c.alter(ctx, id, "column.owner.set", func(ctx context.Context, w *work) (audit.Entry, error) {
		k, d, err := w.active(column)
		if err != nil {
			return audit.Entry{}, err
		}
		owner = Tidy(AsText, owner)
		if err := checkText("owner", owner); err != nil {
			return audit.Entry{}, err
		}
		most := longestName
		if unit != 0 {
			most = longestOwner
		}
		if utf8.RuneCountInString(owner) > most {
			return audit.Entry{}, fault.In("owner", "责任单位最多 %d 个字。", most)
		}
		if warn < 0 || warn > mostWarn {
			return audit.Entry{}, fault.In("warn_days", "提前提醒的天数应在 1 到 %d 之间，不填就按周期的五分之一。", mostWarn)
		}
		d.Owner, d.OwnerOrg, d.WarnDays = &owner, &unit, &warn
		said := func(owner string, warn int) string { return owner + " · " + strconv.Itoa(warn) }
		return audit.Entry{Object: object(column), Before: said(k.Owner, k.WarnDays), After: said(owner, warn), Note: map[string]string{"org": unit.String()}}, w.save(ctx, id, d)
	})
}

// offices are who may answer for a site's columns: its own unit, and the offices below it.
func (k *Keeper) offices(ctx context.Context, id kernel.SiteID) ([]org.Org, error) {
	facts, err := k.Sites.Facts(ctx, id)
	if err != nil {
		return nil, err
	}
	own, err := k.Units.Many(ctx, facts.Owner.ID)
	if err != nil {
		return nil, err
	}
	below, err := k.Units.Children(ctx, facts.Owner.ID)
	if err != nil {
		return nil, err
	}
	below = slices.DeleteFunc(below, func(o org.Org) bool { return o.Level != org.Dept }) // a township below a county answers for sites of its own
	return append([]org.Org{own[facts.Owner.ID]}, below...), nil
}

// answers is who a form says answers for a column: a unit of the list, or a text for what the register does not have.
func (k *Keeper) answers(ctx context.Context, id kernel.SiteID, chosen, text string) (name string, unit kernel.OrgID, err error) {
	text = Tidy(AsText, text)
	if chosen == "" || chosen == "0" {
		return text, 0, nil
	}
	if text != "" {
		return "", 0, fault.In("owner", "责任单位请二选一：从清单里选，或者另写；另写的请把清单改成“不在清单里”。")
	}
	all, err := k.offices(ctx, id)
	if err != nil {
		return "", 0, err
	}
	i := slices.IndexFunc(all, func(o org.Org) bool { return o.ID.String() == chosen })
	if i < 0 {
		return "", 0, fault.In("unit", "清单里没有这个单位，请重新选择。")
	}
	return all[i].Name, all[i].ID, nil
}

// owners are what the units that answer for some columns are called now; what the register has lost keeps the name it had.
func (k *Keeper) owners(ctx context.Context, all ...*Column) (func(*Column) string, error) {
	var ids []kernel.OrgID
	for _, c := range all {
		if c.OwnerOrg != 0 {
			ids = append(ids, c.OwnerOrg)
		}
	}
	var known map[kernel.OrgID]org.Org
	if len(ids) > 0 {
		var err error
		if known, err = k.Units.Many(ctx, ids...); err != nil {
			return nil, err
		}
	}
	return func(c *Column) string {
		if o, ok := known[c.OwnerOrg]; ok {
			return o.Name
		}
		return c.Owner
	}, nil
}

// units fills in the list of who may answer for a column.
func (p *sheetPage) units(all []org.Org) {
	lost := p.unit != "" && p.unit != "0"
	for _, o := range all {
		chosen := o.ID.String() == p.unit
		p.Units, lost = append(p.Units, option{o.ID.String(), o.Name, chosen}), lost && !chosen
	}
	if lost && p.NewOwner == "" { // a unit that is below another one now
		p.NewOwner = p.Owner
	}
}
