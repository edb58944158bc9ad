package search

import (
	"context"
	"fmt"

	"github.com/zhanqun/zhanqun/platform/pages"
	"github.com/zhanqun/zhanqun/platform/render"
	"github.com/zhanqun/zhanqun/platform/web"
)

// page answers /search.
func (s *Search) page(ctx context.Context, r *web.Request) (*pages.Page, error) {
	a := asked(r.Query)
	if !a.same(r.Query) {
		return web.MovedPermanently(a.address()), nil
	}
	nav, err := s.Nav.Nav(ctx, r.Site)
	if err != nil {
		return nil, err
	}
	p, err := s.answer(ctx, r.Site, a)
	if err != nil {
		return nil, err
	}
	shell := render.Shell{Site: r.Site, Nav: nav, Now: s.Now(), Crumbs: []render.Link{{Text: "检索", Href: r.Site.Path(render.SearchPath)}},
		Head: render.Head{Title: []string{"检索"}, Description: r.Site.Name + "的检索", Rest: a.address(), NoIndex: a.text != ""}}
	if a.text != "" {
		shell.Head.Title = []string{short(a.text), "检索"}
	}
	body, err := searchView.HTML(s.Render, shell, p)
	if err != nil {
		return nil, fmt.Errorf("render the search of site %d: %w", r.Site.ID, err)
	}
	answer := web.HTML(body)
	if p.Wrong != "" {
		answer.Status = 422
	}
	return answer, nil
}

// inTitle is how many characters of a question stand in a title.
const inTitle = 40

func short(text string) string {
	if r := []rune(text); len(r) > inTitle {
		return string(r[:inTitle]) + "…"
	}
	return text
}
