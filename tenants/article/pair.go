package article

import (
	"context"
	"slices"
	"strings"

	"github.com/zhanqun/zhanqun/kernel"
	"github.com/zhanqun/zhanqun/kernel/fault"
	"github.com/zhanqun/zhanqun/platform/publication"
	"github.com/zhanqun/zhanqun/platform/render"
	"github.com/zhanqun/zhanqun/storage/index"
)

// Pairs tells which texts explain which; tenants/interpretation does.
type Pairs interface {
	// Beside are the public texts that explain a text, and those that it explains.
	Beside(ctx context.Context, s *render.Site, id ID) (by, of []render.Item, err error)
	// Explained refuses a major policy that no public text explains, within the caller's transaction.
	Explained(ctx context.Context, site kernel.SiteID, id ID, title string) error
	// Spare refuses to take away the only public text that explains a public major policy.
	Spare(ctx context.Context, site kernel.SiteID, id ID) error
}

// Major reports whether the text is a major policy: public together with what explains it, never before (d10).
func (p *Payload) Major() bool { return p.Document != nil && p.Document.Major == MajorPolicy }

// paired leads from the page to what explains its text, and to what its text explains.
func (a *Articles) paired(ctx context.Context, s *render.Site, id ID, page *ShowPage) (err error) {
	if a.Pairs != nil {
		page.Explained, page.Explains, err = a.Pairs.Beside(ctx, s, id)
	}
	return err
}

// explained undoes the publication of a major policy that no public text explains, by whichever way it became public.
func (a *Articles) explained(ctx context.Context, l *publication.Live) error {
	p, err := decode(l.Payload)
	if err != nil {
		return err
	}
	return a.mayStand(ctx, &Draft{Site: l.Site, ID: l.ID, Payload: *p})
}

// mayStand refuses a major policy that no public text explains at this moment.
func (a *Articles) mayStand(ctx context.Context, d *Draft) error {
	if a.Pairs == nil || !d.Payload.Major() {
		return nil
	}
	return a.Pairs.Explained(ctx, d.Site, d.ID, d.Payload.Title)
}

// spare refuses to take away what a public major policy cannot be without.
func (a *Articles) spare(ctx context.Context, site kernel.SiteID, id ID) error {
	if a.Pairs == nil {
		return nil
	}
	return a.Pairs.Spare(ctx, site, id)
}

// first publishes, before a planned major policy, what else of the site is due: the text that explains it is among them, and both become
// public in this one transaction (d10).
func (a *Articles) first(ctx context.Context, d *Draft) error {
	if !d.Payload.Major() {
		return nil
	}
	due, err := a.dueSchedules(ctx, d.Site, a.Now())
	if err != nil || len(due) == 0 {
		return err
	}
	plans, err := a.schedules(ctx, d.Site, due)
	if err != nil {
		return err
	}
	for _, id := range due {
		other, _, err := a.load(ctx, d.Site, id)
		if err != nil {
			return err
		}
		if other.Payload.Major() { // its own job does it, with what is due then
			continue
		}
		s := plans[id]
		acting := kernel.WithActor(ctx, kernel.Actor{Account: s.By, Name: s.ByName, Via: "job"})
		if err := a.publishPlanned(acting, d.Site, id, &s); err != nil {
			return err
		}
	}
	return nil
}

// Found is an official document that a search has found.
type Found struct {
	ID            ID
	Column        int64
	Title, Number string
	Major, Public bool
}

// FindDocuments are the site's official documents with words of the title or the number, those that editors work at first; without words, the
// last of these.
func (a *Articles) FindDocuments(ctx context.Context, site kernel.SiteID, text string, most int) ([]Found, error) {
	text = strings.TrimSpace(text)
	if len([]rune(text)) > longestTitle {
		return nil, fault.In("q", "检索词太长，请不要超过 %d 个字。", longestTitle)
	}
	ids, err := a.draftDocuments(ctx, site, text, most)
	if err != nil {
		return nil, err
	}
	if text != "" {
		hits, err := a.Index.Search(ctx, index.Query{Sites: []kernel.SiteID{site}, Text: text, Page: kernel.Page{Number: 1, Size: 4 * most}})
		if err != nil {
			return nil, err
		}
		for _, h := range hits.Hits {
			ids = append(ids, h.ID)
		}
	}
	drafts, err := a.Some(ctx, site, ids)
	if err != nil {
		return nil, err
	}
	live, odd, err := a.Published.LiveMany(ctx, site, Kind, append([]int64{0}, ids...)) // 0 is nobody's
	if err != nil {
		return nil, err
	}
	return found(ids, drafts, live, odd, most), nil
}

// found puts together what is known of each of the ids: as its editors see it, else as citizens do.
func found(ids []ID, drafts map[ID]Draft, live []publication.Live, odd map[int64]error, most int) (all []Found) {
	for n, id := range ids {
		d, ok := drafts[id]
		if !ok || slices.Contains(ids[:n], id) || odd[id] != nil || !d.BinnedAt.IsZero() || len(all) == most {
			continue
		}
		p, at := d.Payload, slices.IndexFunc(live, func(l publication.Live) bool { return l.ID == id })
		if p.Kind == "" && at >= 0 { // an imported one that nobody edited
			if public, err := decode(live[at].Payload); err == nil {
				p = *public
			}
		}
		if p.Kind != Policy {
			continue
		}
		f := Found{ID: id, Column: d.Column, Title: p.Title, Major: p.Major(), Public: at >= 0}
		if p.Document != nil {
			f.Number = p.Document.Number
		}
		all = append(all, f)
	}
	return all
}
