package site

import (
	"context"

	"github.com/zhanqun/zhanqun/kernel"
	"github.com/zhanqun/zhanqun/platform/render"
)

// Below are the sites whose pages citizens read of the org that a site belongs to and of all below it, in the order they were opened: what
// "this site and below" means. Of a site that memory does not know there are none.
func (s *Sites) Below(ctx context.Context, id kernel.SiteID) ([]*render.Site, error) {
	m := s.memory.Load()
	top := m.held[id]
	if top == nil {
		return nil, nil
	}
	if err := s.learn(ctx, m); err != nil {
		return nil, err
	}
	var all []*render.Site
	for _, p := range m.public {
		if !Reads(p) {
			continue
		}
		owner, err := s.orgFacts(ctx, m.held[p.ID].site.Org)
		if err != nil {
			return nil, err
		}
		if within(owner.Path, top.site.Org) {
			all = append(all, p)
		}
	}
	return all, nil
}

// learn reads the orgs of all public sites that have not been read yet at once: one by one a city's take seconds.
func (s *Sites) learn(ctx context.Context, m *memory) error {
	var missing []kernel.OrgID
	for _, p := range m.public {
		if id := m.held[p.ID].site.Org; id != 0 {
			if _, known := s.facts.Load(id); !known {
				missing = append(missing, id)
			}
		}
	}
	if len(missing) == 0 {
		return nil
	}
	orgs, err := s.orgs.Many(ctx, missing...)
	for id, o := range orgs {
		s.facts.Store(id, o.Facts())
	}
	return err
}

// Everyone are the sites whose pages citizens read, in the order they were opened.
func (s *Sites) Everyone() []*render.Site {
	var all []*render.Site
	for _, p := range s.AllPublic() {
		if Reads(p) {
			all = append(all, p)
		}
	}
	return all
}
