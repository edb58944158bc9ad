package column

import (
	"errors"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/gofiber/fiber/v2"
	"github.com/zhanqun/zhanqun/kernel"
	"github.com/zhanqun/zhanqun/kernel/fault"
	"github.com/zhanqun/zhanqun/platform/console"
	"github.com/zhanqun/zhanqun/platform/web"
	"github.com/zhanqun/zhanqun/policies"
)

// Routes adds the screens and the acts.
func (k *Keeper) Routes(r *web.Router) {
	for _, a := range []struct {
		method, path string
		any          []policies.Action
		do           fiber.Handler
	}{ // what an appointment to one column opens is asked about that column
		{fiber.MethodGet, "/sites/:site/columns", reads, k.showTree},
		{fiber.MethodGet, "/sites/:site/columns/new", []policies.Action{keeps}, k.showNew},
		{fiber.MethodPost, "/sites/:site/columns", []policies.Action{keeps}, k.add},
		{fiber.MethodGet, "/sites/:site/columns/:id", reads, k.showSheet},
		{fiber.MethodGet, "/sites/:site/columns/:id/move", []policies.Action{moves}, k.showMove},
		{fiber.MethodPost, "/sites/:site/columns/:id/move", []policies.Action{moves}, k.move},
		{fiber.MethodPost, "/sites/:site/columns/:id/rename", []policies.Action{keeps}, k.rename},
		{fiber.MethodPost, "/sites/:site/columns/:id/cycle", []policies.Action{keeps}, k.cycle},
		{fiber.MethodPost, "/sites/:site/columns/:id/owner", []policies.Action{owns}, k.own},
		{fiber.MethodPost, "/sites/:site/columns/:id/hide", []policies.Action{keeps}, k.hide},
		{fiber.MethodPost, "/sites/:site/columns/:id/merge", []policies.Action{merges}, k.merge},
		{fiber.MethodPost, "/sites/:site/columns/:id/close", []policies.Action{closes}, k.end},
		{fiber.MethodGet, "/sites/:site/columns/:id/form", []policies.Action{keeps}, k.showForm},
		{fiber.MethodPost, "/sites/:site/columns/:id/form", []policies.Action{keeps}, k.setForm},
		{fiber.MethodGet, "/sites/:site/columns/:id/fields", []policies.Action{keeps}, k.showFields},
		{fiber.MethodPost, "/sites/:site/columns/:id/fields", []policies.Action{keeps}, k.setFields},
	} {
		r.Action(web.ActionRoute{Room: "tenants/column", Method: a.method, Path: a.path, Action: a.any[0], Or: a.any[1:], Tenancy: "site", Cache: "no-store", Column: columnOf(a.path), Do: a.do})
	}
	k.requestRoutes(r)
}

// columnOf is the column of a route's path; a route without one is about any, and the screen asks about each.
func columnOf(path string) func(c *fiber.Ctx) (int64, error) {
	if !strings.Contains(path, ":id") {
		return anyColumn
	}
	return func(c *fiber.Ctx) (int64, error) {
		id, _ := kernel.ParseID[int64](c.Params("id")) // 0 is no column
		return id, nil
	}
}

// at is the site of the path, which the guard has read.
func at(c *fiber.Ctx) kernel.SiteID {
	id, _ := kernel.ParseID[kernel.SiteID](c.Params("site"))
	return id
}

func base(c *fiber.Ctx) string { return "/sites/" + at(c).String() + "/columns" }

func sheetAt(c *fiber.Ctx, column int64) string {
	return base(c) + "/" + strconv.FormatInt(column, 10)
}

// found is the column of the path in the tree as it is.
func (k *Keeper) found(c *fiber.Ctx) (*Tree, *Column, error) {
	id, _ := kernel.ParseID[int64](c.Params("id")) // 0 is no column
	tree, err := k.Tree(c.UserContext(), at(c))
	if err != nil {
		return nil, nil, err
	}
	if col := tree.Get(id); col != nil {
		return tree, col, nil
	}
	return nil, nil, fault.New(fault.NotFound, "没有这个栏目。")
}

// typed is a field of a form, kept beyond the request.
func typed(c *fiber.Ctx, name string) string {
	return strings.ReplaceAll(strings.Clone(c.FormValue(name)), "\r\n", "\n")
}

func looked(c *fiber.Ctx) int64 { return number(c, "version") }

// number is a version in a form; -1, which no column has, stands for none.
func number(c *fiber.Ctx, name string) int64 {
	n, err := strconv.ParseInt(c.FormValue(name), 10, 64)
	if err != nil {
		return -1
	}
	return n
}

func say(c *fiber.Ctx, zh string) string { return console.Say(console.Language(c), zh) }

// back leads to the tree; done names its sentence, more what the sentence is about.
func back(c *fiber.Ctx, done string, more ...string) error {
	q := url.Values{"done": {done}}
	for i := 0; i+1 < len(more); i += 2 {
		q.Set(more[i], more[i+1])
	}
	return c.Redirect(base(c)+"?"+q.Encode(), fiber.StatusSeeOther)
}

// trouble is what is wrong with a form, for its heading and beside its fields.
type trouble struct{ Say, Field string }

// At is the sentence for a field, or "".
func (t trouble) At(field string) string {
	if t.Field != field {
		return ""
	}
	return t.Say
}

// statuses of the faults that are shown on the same screen.
var statuses = map[fault.Kind]int{fault.Invalid: 422, fault.Conflict: 409, fault.TooLarge: 413, fault.Forbidden: 403}

// troubled puts a fault that the person can put right on the page; any other error is answered as it is.
func troubled(c *fiber.Ctx, err error, page *console.Page, t *trouble) error {
	var f *fault.Fault
	if !errors.As(err, &f) || statuses[f.Kind] == 0 {
		return err
	}
	*t, page.Status = trouble{console.Told(c, err), f.Field}, statuses[f.Kind]
	return nil
}

// spot is a place in the tree as forms name it: below whom, behind whom.
func spot(parent, after int64) string {
	return strconv.FormatInt(parent, 10) + ":" + strconv.FormatInt(after, 10)
}

func readSpot(s string) (parent, after int64, err error) {
	p, a, ok := strings.Cut(s, ":")
	if parent, err = strconv.ParseInt(p, 10, 64); ok && err == nil {
		after, err = strconv.ParseInt(a, 10, 64)
	}
	if !ok || err != nil {
		return 0, 0, fault.In("to", "请选择移到哪里。")
	}
	return parent, after, nil
}

// spotOf is where a column stands.
func (t *Tree) spotOf(k *Column) string {
	list := t.children[k.Parent]
	if i := slices.IndexFunc(list, func(c *Column) bool { return c.ID == k.ID }); i > 0 {
		return spot(k.Parent, list[i-1].ID)
	}
	return spot(k.Parent, 0)
}

// trail is a column's name with those of the columns above it.
func (t *Tree) trail(id int64) string {
	var names []string
	for _, up := range t.Trail(id) {
		names = append(names, up.Name)
	}
	return strings.Join(names, " › ")
}

// where says in words where a spot is.
func (t *Tree) where(c *fiber.Ctx, to string) string {
	parent, after, err := readSpot(to)
	if err != nil {
		return ""
	}
	words := say(c, "最上一级")
	if parent != 0 {
		words = t.trail(parent)
	}
	if k := t.byID[after]; k != nil {
		return words + " · " + say(c, "排在其后：") + k.Name
	}
	return words + " · " + say(c, "排在最前")
}
