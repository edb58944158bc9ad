package column

import (
	"context"
	"strings"
)

// Leads is the address to which the former one leads; a column may end in favour of the home page.
func (a Address) Leads() string {
	if a.To == "/" {
		return a.To
	}
	return "/c/" + a.To
}

// Foresee tells which addresses change when a request is accepted with slug as the last part of the address; it refuses what accepting would.
// Before a new column has an address there is nothing to tell.
func (c *Columns) Foresee(ctx context.Context, r Request, slug string) ([]Address, error) {
	tree, _, err := c.bare(ctx, r.Site)
	if err != nil {
		return nil, err
	}
	w := &work{Columns: c, site: r.Site, tree: tree}
	switch r.Kind {
	case AskNew:
		return w.foreseeNew(r, slug)
	case AskRename:
		k, _, err := w.active(r.Column)
		if err != nil {
			return nil, err
		}
		if slug == "" {
			slug = k.Slug
		}
		return c.Effect(ctx, r.Site, k.ID, k.Parent, slug)
	}
	k, _, err := w.ends(r.Column, r.ended(), r.Successor)
	if err != nil {
		return nil, err
	}
	stats, err := c.published.Places(ctx, r.Site)
	if err != nil {
		return nil, err
	}
	k.State, k.Successor = r.ended(), r.Successor
	tree.fill(stats)
	tree.look(Day(c.now()))
	_, to := tree.At(k.Path)
	return []Address{{k.ID, k.Name, k.Path, strings.TrimPrefix(to, "/c/")}}, nil
}

func (w *work) foreseeNew(r Request, slug string) ([]Address, error) {
	if _, err := w.fits(r.spec("")); err != nil || slug == "" {
		return nil, err
	}
	if err := checkSlug(slug); err != nil {
		return nil, err
	}
	path, err := w.address(0, r.Column, slug)
	if err != nil {
		return nil, err
	}
	return []Address{{0, r.Name, "", path}}, nil
}
