package column

import (
	"context"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/zhanqun/zhanqun/kernel"
	"github.com/zhanqun/zhanqun/kernel/fault"
	"github.com/zhanqun/zhanqun/platform/audit"
	"github.com/zhanqun/zhanqun/platform/site"
	"golang.org/x/text/unicode/norm"
)

// deepestLevel is how many columns may stand below one another.
const deepestLevel = 4

const longestName = 30 // characters

var slugForm = regexp.MustCompile(`^[a-z0-9]+(-[a-z0-9]+)*$`)

// work is one change of a site's tree inside its transaction.
type work struct {
	*Columns
	site kernel.SiteID
	tree *Tree
	have map[int64]change
}

// alter runs f on the site's tree in one transaction and records it: audit, revision.
func (c *Columns) alter(ctx context.Context, id kernel.SiteID, action string, f func(context.Context, *work) (audit.Entry, error)) error {
	return c.db.InTx(ctx, func(ctx context.Context) error {
		if err := c.take(ctx, id); err != nil {
			return err
		}
		tree, list, err := c.bare(ctx, id)
		if err != nil {
			return err
		}
		w := &work{Columns: c, site: id, tree: tree, have: make(map[int64]change, len(list))}
		for _, d := range list {
			w.have[d.ID] = d
		}
		e, err := f(ctx, w)
		if err != nil {
			return err
		}
		e.Site, e.Action = id, action
		if err := c.audit.Record(ctx, e); err != nil {
			return err
		}
		return c.revisions.Bump(ctx, id)
	})
}

// active returns an active column with the difference it has so far.
func (w *work) active(column int64) (*Column, change, error) {
	k := w.tree.Get(column)
	if k == nil {
		return nil, change{}, fault.New(fault.NotFound, "没有这个栏目。")
	}
	if k.State != Active {
		return nil, change{}, fault.New(fault.Conflict, "栏目“%s”已经归并或关闭。", k.Name)
	}
	return k, w.diff(column), nil
}

func (w *work) diff(column int64) change {
	d, ok := w.have[column]
	if !ok {
		d = change{ID: column, State: Active}
	}
	return d
}

// statutory returns the column itself or the first one below it that the law asks for, or nil.
func (w *work) statutory(k *Column) *Column {
	if k.Statutory {
		return k
	}
	for _, c := range w.tree.Children(k.ID) {
		if s := w.statutory(c); s != nil {
			return s
		}
	}
	return nil
}

// mayHold refuses a parent that is not there, not active, or so deep that levels more would not fit.
func (w *work) mayHold(parent int64, levels int) error {
	if parent != 0 {
		if _, _, err := w.active(parent); err != nil {
			return err
		}
	}
	if len(w.tree.Trail(parent))+levels > deepestLevel {
		return fault.New(fault.Conflict, "栏目最多 %d 级。", deepestLevel)
	}
	return nil
}

func (w *work) height(column int64) int {
	h := 0
	for _, c := range w.tree.Children(column) {
		h = max(h, w.height(c.ID))
	}
	return h + 1
}

// address is where a column of that slug below parent would stand; it refuses one that is or was another column's.
func (w *work) address(column, parent int64, slug string) (string, error) {
	path := slug
	if p := w.tree.Get(parent); p != nil {
		path = p.Path + "/" + slug
	}
	return path, w.free(column, path)
}

// free refuses an address that is or was another column's.
func (w *work) free(column int64, path string) error {
	if have := w.tree.byPath[path]; have != nil && have.ID != column {
		return fault.In("slug", "地址 /c/%s 已由栏目“%s”使用。", path, have.Name)
	}
	if was, ok := w.tree.old[path]; ok && was != column {
		return fault.In("slug", "地址 /c/%s 曾属于另一个栏目，仍在转向那里，不能再用。", path)
	}
	return nil
}

// Address is a column whose address changes, as below /c/.
type Address struct {
	Column   int64
	Name     string
	From, To string
}

// plan is which addresses change when the column stands below parent under slug: its own and those below it. It refuses what another has.
func (w *work) plan(k *Column, parent int64, slug string) ([]Address, error) {
	to, err := w.address(k.ID, parent, slug)
	if err != nil || k.Path == to {
		return nil, err
	}
	all := []Address{{k.ID, k.Name, k.Path, to}}
	for _, c := range w.tree.All() {
		rest, below := strings.CutPrefix(c.Path, k.Path+"/")
		if !below || c.ID == k.ID {
			continue
		}
		path := to + "/" + rest
		if err := w.free(c.ID, path); err != nil {
			return nil, err
		}
		all = append(all, Address{c.ID, c.Name, c.Path, path})
	}
	return all, nil
}

// readdress gives the columns of a plan their addresses, leaving redirects.
func (w *work) readdress(ctx context.Context, plan []Address) error {
	for _, a := range plan {
		if err := w.leave(ctx, w.site, a.From, a.Column); err != nil {
			return err
		}
		if err := w.forget(ctx, w.site, a.To); err != nil {
			return err
		}
		d := w.diff(a.Column)
		d.Path = &a.To
		w.tree.Get(a.Column).Path = a.To
		w.have[a.Column] = d
		if err := w.save(ctx, w.site, d); err != nil {
			return err
		}
	}
	return nil
}

func (w *work) last(parent int64) int {
	list := w.tree.Children(parent)
	if len(list) == 0 {
		return 0
	}
	return list[len(list)-1].Position
}

// order puts the column behind the sibling after. It writes one row where there is room between the
// neighbours, all siblings where there is none.
func (w *work) order(ctx context.Context, column, parent, after int64) error {
	var list []*Column
	for _, c := range w.tree.Children(parent) {
		if c.ID != column {
			list = append(list, c)
		}
	}
	at := slices.IndexFunc(list, func(c *Column) bool { return c.ID == after }) + 1
	if after != 0 && at == 0 {
		return fault.In("after", "排序的参照栏目不在同一级。")
	}
	low, high := 0, w.last(parent)+2*step
	if at > 0 {
		low = list[at-1].Position
	}
	if at < len(list) {
		high = list[at].Position
	}
	if high-low > 1 {
		return w.place(ctx, column, low+(high-low)/2)
	}
	list = slices.Insert(list, at, w.tree.Get(column))
	for i, c := range list {
		if err := w.place(ctx, c.ID, (i+1)*step); err != nil {
			return err
		}
	}
	return nil
}

func (w *work) place(ctx context.Context, column int64, position int) error {
	d := w.diff(column)
	d.Position = &position
	return w.save(ctx, w.site, d)
}

func checkName(name string) (string, error) {
	name = norm.NFC.String(strings.Join(strings.Fields(name), " "))
	switch n := utf8.RuneCountInString(name); {
	case n == 0:
		return "", fault.In("name", "栏目名称不能为空。")
	case n > longestName:
		return "", fault.In("name", "栏目名称最多 %d 个字。", longestName)
	}
	return name, checkText("name", name)
}

func checkSlug(slug string) error {
	if !slugForm.MatchString(slug) || len(slug) > 40 {
		return fault.In("slug", "栏目地址只能用小写字母、数字和连字符，最长 40 个字符。")
	}
	return nil
}

func checkText(field, s string) error {
	if !utf8.ValidString(s) || strings.ContainsFunc(s, func(r rune) bool { return r < ' ' || r == 0x7f }) {
		return fault.In(field, "栏目的文字里有不能使用的字符。")
	}
	return nil
}

func checkCycle(kind string, days int) error {
	if why, static := site.Static[kind]; static {
		if days != 0 {
			return fault.In("cycle_days", "这类栏目不设更新周期：%s。", why)
		}
		return nil
	}
	if days < 1 || days > site.MaxCycleDays {
		return fault.In("cycle_days", "所有栏目都要在两个月以内更新，更新周期应在 1 到 %d 天之间。", site.MaxCycleDays)
	}
	return nil
}

func object(column int64) string { return fmt.Sprintf("column/%d", column) }
