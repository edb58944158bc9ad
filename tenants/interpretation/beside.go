package interpretation

import (
	"cmp"
	"context"
	"slices"
	"strconv"
	"strings"

	"github.com/zhanqun/zhanqun/kernel"
	"github.com/zhanqun/zhanqun/platform/publication"
	"github.com/zhanqun/zhanqun/platform/render"
)

// Beside are the public texts that explain an article, each with the word of its form, and those that it explains, the newest first: what
// leads citizens from one to the other. A text that is not public at this moment is in neither.
func (i *Interpretations) Beside(ctx context.Context, s *render.Site, id int64) (by, of []render.Item, err error) {
	explains, explained, err := i.Pairs(ctx, s.ID, id)
	if err != nil || len(explains)+len(explained) == 0 {
		return nil, nil, err
	}
	ids := articles(explained)
	for _, p := range explains {
		ids = append(ids, p.Policy)
	}
	live, err := i.live(ctx, s.ID, ids...)
	if err != nil {
		return nil, nil, err
	}
	for _, p := range explained {
		by = beside(by, s, live, p.Article, Word(p.Form))
	}
	for _, p := range explains {
		of = beside(of, s, live, p.Policy, "")
	}
	return newest(by), newest(of), nil
}

// Mark gives those of a list's items that explain a policy the word and the sign of their form; of several the first that was said.
func (i *Interpretations) Mark(ctx context.Context, s *render.Site, items []render.Item) error {
	ids, at := make([]int64, 0, len(items)), map[int64]int{}
	for n := range items {
		rest, own := strings.CutPrefix(items[n].Href, s.Path("/a/"))
		if id, ok := kernel.ParseID[int64](rest); own && ok {
			ids, at[id] = append(ids, id), n
		}
	}
	pairs, err := i.ofMany(ctx, s.ID, ids)
	for _, p := range pairs {
		if it := &items[at[p.Article]]; it.Sign == "" {
			f := formed(p.Form)
			it.Form, it.Sign = f.Word, f.Sign
		}
	}
	return err
}

func beside(to []render.Item, s *render.Site, live map[int64]publication.Live, id int64, mark string) []render.Item {
	l, public := live[id]
	if !public {
		return to
	}
	return append(to, render.Item{Title: l.Title, Href: s.Path("/a/" + strconv.FormatInt(id, 10)), Date: l.ShownAt, Mark: mark})
}

func newest(all []render.Item) []render.Item {
	slices.SortStableFunc(all, func(a, b render.Item) int { return cmp.Or(b.Date.Compare(a.Date), cmp.Compare(a.Href, b.Href)) })
	return all
}
