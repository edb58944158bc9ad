package column

import (
	"cmp"
	"slices"
	"strconv"
	"strings"

	"github.com/zhanqun/zhanqun/kernel"
	"github.com/zhanqun/zhanqun/platform/render"
	"github.com/zhanqun/zhanqun/platform/site"
)

// step is the distance between the positions of two template columns, so that a site's own fit between.
const step = 1000

// deepest bounds a walk up the tree or along successors, whatever the rows say.
const deepest = 32

// Tree is a site's columns at one moment. It is read-only and safe for concurrent use.
type Tree struct {
	site     kernel.SiteID
	byID     map[int64]*Column
	children map[int64][]*Column // by parent, in order; 0 is the top
	byPath   map[string]*Column  // current addresses
	old      map[string]int64    // former addresses
	seen     map[int64]bool      // what Visible answers
	day      string              // on which it was looked at
}

// change is a site's difference in one column; nil means as the template has it.
type change struct {
	ID                                  int64
	Own                                 bool
	Parent, Successor                   *int64
	Kind, Name, Path, Description, Keys *string
	Hidden, Nav                         *bool
	Position, CycleDays, WarnDays       *int
	Owner                               *string
	OwnerOrg                            *kernel.OrgID
	Form                                *Form
	State                               string
	Version                             int64 // how often it was changed
}

func newTree(id kernel.SiteID, given []site.TemplateColumn, changed []change, old map[string]int64) *Tree {
	t := &Tree{site: id, byID: map[int64]*Column{}, children: map[int64][]*Column{}, byPath: map[string]*Column{},
		old: old, seen: map[int64]bool{}}
	all := make([]*Column, 0, len(given)+len(changed))
	for i, g := range given {
		k := &Column{ID: g.No, Site: id, Parent: g.Parent, Kind: g.Kind, Name: g.Name, Path: g.Slug,
			Description: g.Description, Keywords: g.Keywords, Nav: g.Nav, Statutory: g.Statutory,
			CycleDays: g.CycleDays, Home: g.Home, Position: (i + 1) * step, State: Active}
		all, t.byID[k.ID] = append(all, k), k
	}
	for _, d := range changed {
		k := t.byID[d.ID]
		if k == nil {
			if !d.Own {
				continue // the template no longer has it: the difference waits
			}
			k = &Column{ID: d.ID, Site: id, Own: true, State: Active}
			all, t.byID[k.ID] = append(all, k), k
		}
		d.apply(k)
	}
	t.link(all)
	for _, k := range all {
		k.formed()
	}
	for _, k := range all { // nothing above a statutory column hides it
		for up := k; k.Statutory && up != nil; up = t.byID[up.Parent] {
			up.Hidden = false
		}
	}
	return t
}

func (d change) apply(k *Column) {
	set(&k.Parent, d.Parent)
	set(&k.Successor, d.Successor)
	set(&k.Kind, d.Kind)
	set(&k.Name, d.Name)
	set(&k.Path, d.Path)
	k.fixed = k.Own || d.Path != nil
	k.Version = d.Version
	set(&k.Description, d.Description)
	set(&k.Keywords, d.Keys)
	set(&k.Nav, d.Nav)
	set(&k.Position, d.Position)
	set(&k.CycleDays, d.CycleDays)
	set(&k.WarnDays, d.WarnDays)
	set(&k.Owner, d.Owner)
	set(&k.OwnerOrg, d.OwnerOrg)
	set(&k.Form, d.Form)
	if d.State != "" && !k.Statutory {
		k.State = d.State
	}
	set(&k.Hidden, d.Hidden) // unless the law asks for it, or for one below: see newTree
}

// formed gives the column the form of its kind where the site has set none. One that leads elsewhere holds nothing and has no cycle.
func (k *Column) formed() {
	if k.Form.View == "" {
		k.Form.View = cmp.Or(viewOf[k.Kind], ViewList)
	}
	if k.Form.View == ViewLink {
		k.CycleDays = 0
	}
}

func set[T any](to *T, from *T) {
	if from != nil {
		*to = *from
	}
}

// link orders the columns, gives each its one address and hangs it below its parent.
func (t *Tree) link(all []*Column) {
	slices.SortFunc(all, func(a, b *Column) int {
		return cmp.Or(cmp.Compare(a.Position, b.Position), cmp.Compare(a.ID, b.ID))
	})
	own := slices.Clone(all)
	// The site's own addresses stand: a template that grows into one of them gives way.
	slices.SortStableFunc(own, func(a, b *Column) int { return cmp.Compare(rank(a), rank(b)) })
	for _, k := range own {
		if t.byPath[k.Path] != nil || k.Path == "" {
			k.Path = strings.TrimPrefix(k.Path+"-"+strconv.FormatInt(k.ID, 10), "-")
		}
		k.Slug = k.Path[strings.LastIndexByte(k.Path, '/')+1:]
		t.byPath[k.Path] = k
	}
	for _, k := range all {
		if t.byID[k.Parent] == nil || t.loops(k) {
			k.Parent = 0 // rows that disagree hang at the top rather than nowhere
		}
		t.children[k.Parent] = append(t.children[k.Parent], k)
	}
}

func rank(k *Column) int {
	if k.fixed {
		return 0
	}
	return 1
}

func (t *Tree) loops(k *Column) bool {
	at := k
	for range deepest {
		if at = t.byID[at.Parent]; at == nil {
			return false
		}
	}
	return true
}

// Get returns the column, also a hidden or closed one, or nil.
func (t *Tree) Get(id int64) *Column { return t.byID[id] }

// All returns every column, parents before children, in the tree's order.
func (t *Tree) All() []*Column {
	var all []*Column
	var walk func(int64)
	walk = func(parent int64) {
		for _, k := range t.children[parent] {
			all = append(all, k)
			walk(k.ID)
		}
	}
	walk(0)
	return all
}

// Children returns the columns below parent in order; 0 asks for the top.
func (t *Tree) Children(parent int64) []*Column { return t.children[parent] }

// Resolve returns the column that shows what was placed in id: id itself, or where it was merged to; nil when there is none.
func (t *Tree) Resolve(id int64) *Column {
	k := t.byID[id]
	for n := 0; k != nil && k.State == Merged && k.Successor != 0 && n < deepest; n++ {
		k = t.byID[k.Successor]
	}
	return k
}

// Places returns the ids under which the column's articles were placed: its own and those merged into it, ascending.
func (t *Tree) Places(id int64) []int64 {
	var all []int64
	for k := range t.byID {
		if at := t.Resolve(k); at != nil && at.ID == id {
			all = append(all, k)
		}
	}
	slices.Sort(all)
	return all
}

// Visible reports whether citizens see the column: it is active, it and those above it are not hidden, and
// it or a visible column below holds something public.
func (t *Tree) Visible(id int64) bool { return t.seen[id] }

// look works out what citizens see on a day, once the counts are known: children before parents.
func (t *Tree) look(day string) {
	t.day = day
	all := t.All()
	for _, k := range slices.Backward(all) {
		if k.Form.Stage(day) == Archived {
			k.CycleDays = 0 // nothing more is to come
		}
		filled := k.Count > 0 || k.Form.View == ViewLink || slices.ContainsFunc(t.children[k.ID], func(c *Column) bool { return t.seen[c.ID] })
		t.seen[k.ID] = filled && t.open(k)
	}
}

// open reports whether neither the column nor one above it is hidden, closed or a topic whose first day is to come.
func (t *Tree) open(k *Column) bool {
	for n := 0; k != nil && n < deepest; n++ {
		if k.Hidden || k.State != Active || k.Form.Stage(t.day) == Waiting {
			return false
		}
		k = t.byID[k.Parent]
	}
	return true
}

// VisibleChildren returns the columns below parent that citizens see, in order.
func (t *Tree) VisibleChildren(parent int64) []*Column {
	var all []*Column
	for _, k := range t.children[parent] {
		if t.Visible(k.ID) {
			all = append(all, k)
		}
	}
	return all
}

// Lists returns the places of a column and of the visible ones below it: a group shows what its parts hold.
func (t *Tree) Lists(id int64) []int64 {
	places := t.Places(id)
	for _, c := range t.VisibleChildren(id) {
		places = append(places, t.Lists(c.ID)...)
	}
	return places
}

// Trail returns the column and those above it, the topmost first.
func (t *Tree) Trail(id int64) []*Column {
	var up []*Column
	for k := t.byID[id]; k != nil && len(up) < deepest; k = t.byID[k.Parent] {
		up = append(up, k)
	}
	slices.Reverse(up)
	return up
}

// At returns the visible column at a path below /c/, or the address to which a moved, merged or closed one
// leads ("/c/…" or "/"); both are empty when there is nothing.
func (t *Tree) At(path string) (k *Column, moved string) {
	k = t.byPath[path]
	if k != nil && t.Visible(k.ID) {
		return k, ""
	}
	if k == nil {
		k = t.byID[t.old[path]]
	} else if k.State == Active {
		return nil, "" // prepared or hidden: for citizens it is not there
	}
	if k == nil {
		return nil, ""
	}
	for n := 0; k != nil && n < deepest; n++ {
		if t.Visible(k.ID) {
			return nil, "/c/" + k.Path
		}
		next := k.Parent
		if k.State != Active && k.Successor != 0 {
			next = k.Successor
		}
		k = t.byID[next]
	}
	return nil, "/"
}

// Nav returns the main navigation: visible top columns that ask for it, their visible children below.
func (t *Tree) Nav(s *render.Site) []render.Link {
	var nav []render.Link
	for _, k := range t.VisibleChildren(0) {
		if k.Nav {
			nav = append(nav, t.linkTo(s, k, 1))
		}
	}
	return nav
}

// Sitemap returns every visible column, nested.
func (t *Tree) Sitemap(s *render.Site) []render.Link {
	var all []render.Link
	for _, k := range t.VisibleChildren(0) {
		all = append(all, t.linkTo(s, k, deepest))
	}
	return all
}

// Link returns the link to a column's page; to where it leads of one that leads elsewhere.
func Link(s *render.Site, k *Column) render.Link {
	if to := k.Form.Target; to != "" {
		if strings.HasPrefix(to, "/") {
			to = s.Path(to)
		}
		return render.Link{Text: k.Name, Href: to}
	}
	return render.Link{Text: k.Name, Href: s.Path("/c/" + k.Path)}
}

func (t *Tree) linkTo(s *render.Site, k *Column, below int) render.Link {
	l := Link(s, k)
	if below == 0 {
		return l
	}
	for _, c := range t.VisibleChildren(k.ID) {
		l.Children = append(l.Children, t.linkTo(s, c, below-1))
	}
	return l
}
