package emergency

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"sync"
	"time"

	"github.com/zhanqun/zhanqun/kernel"
	"github.com/zhanqun/zhanqun/platform/pages"
	"github.com/zhanqun/zhanqun/platform/render"
	"github.com/zhanqun/zhanqun/platform/site"
	"github.com/zhanqun/zhanqun/storage/db"
)

// Address is where the warnings of a site are listed; each has a page below it.
const Address = "/warnings"

func address(number int64) string { return Address + "/" + strconv.FormatInt(number, 10) }

// standing is a warning in force, of a site or of one whose warnings it carries.
type standing struct {
	site kernel.SiteID
	id   int64
	Warning
	since time.Time
}

// Strips are the warnings in force that stand at the head of a page of s, the gravest first. Those of a site that is suspended or closed
// are left out: their pages cannot be read.
func (e *Emergency) Strips(ctx context.Context, s *render.Site) ([]render.Strip, error) {
	all, err := e.standing(ctx, s.ID)
	if err != nil || len(all) == 0 {
		return nil, err
	}
	strips := make([]render.Strip, 0, len(all))
	for _, w := range all {
		to := s.Path(address(w.id))
		if w.site != s.ID {
			from := e.Sites.Public(w.site)
			if from == nil || from.State == string(site.Suspended) || from.State == string(site.Closed) {
				continue
			}
			to = from.In(s.Variant).FullPath(address(w.id))
		}
		strips = append(strips, w.strip(to))
	}
	return strips, nil
}

// strip is the warning as it stands at the head of a page.
func (w *Warning) strip(to string) render.Strip {
	level := word(Levels, w.Level)
	return render.Strip{Level: level.Value, Word: level.Word, Grade: level.Grade, Kind: word(Types, w.Type).Word, Title: w.Title, Issuer: w.Issuer, Until: w.Until, Href: to}
}

// memory keeps what stands at each site, under the site's revision: what was read after asking for it is at least as new.
type memory struct {
	mu  sync.Mutex
	all map[kernel.SiteID]remembered
}

type remembered struct {
	rev int64
	all []standing
}

// memorySites bounds how many sites are remembered; most have nothing standing.
const memorySites = 1 << 15

func (m *memory) get(id kernel.SiteID, rev int64) ([]standing, bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	r, ok := m.all[id]
	return r.all, ok && r.rev == rev
}

func (m *memory) put(id kernel.SiteID, rev int64, all []standing) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.all == nil || len(m.all) >= memorySites {
		m.all = map[kernel.SiteID]remembered{}
	}
	if have, ok := m.all[id]; !ok || have.rev <= rev {
		m.all[id] = remembered{rev, all}
	}
}

// standing is what stands at a site. On a page it is read once for each revision of the site; an error's page, which has no stamp, shows what
// belongs to the newest revision this node has heard of.
func (e *Emergency) standing(ctx context.Context, id kernel.SiteID) ([]standing, error) {
	rev, stamped := pages.Revision(ctx, id)
	if !stamped {
		rev = e.Revisions.Known(id)
	}
	if all, ok := e.memory.get(id, rev); ok && !db.InTransaction(ctx) {
		return all, nil
	}
	all, err := e.read(ctx, id)
	if err == nil && !db.InTransaction(ctx) {
		e.memory.put(id, rev, all)
	}
	return all, err
}

// read reads what stands at a site: its own warnings that are on, and those of the sites it carries that are to be spread.
func (e *Emergency) read(ctx context.Context, id kernel.SiteID) (all []standing, err error) {
	if all, err = e.on(ctx, id, false, nil); err != nil {
		return nil, err
	}
	sources, err := e.sourcesOf(ctx, id)
	for _, c := range sources {
		if all, err = e.on(ctx, c.Source, true, all); err != nil {
			return nil, err
		}
	}
	slices.SortStableFunc(all, func(a, b standing) int {
		return cmp.Or(rank(a.Level)-rank(b.Level), b.since.Compare(a.since), cmp.Compare(a.id, b.id))
	})
	return all, err
}

func rank(level string) int {
	return slices.IndexFunc(Levels, func(l Word) bool { return l.Value == level })
}

// on adds the warnings of a site that are on to all; only those that are to be spread, where carried.
func (e *Emergency) on(ctx context.Context, id kernel.SiteID, carried bool, all []standing) ([]standing, error) {
	rows, err := e.inPhase(ctx, id, On)
	if err != nil || len(rows) == 0 {
		return all, err
	}
	since := map[int64]time.Time{}
	var ids []int64
	for _, k := range rows {
		if !carried || k.Spread {
			ids, since[k.ID] = append(ids, k.ID), k.Since
		}
	}
	live, odd, err := e.Published.LiveMany(ctx, id, Kind, ids)
	if err != nil {
		return nil, err
	}
	for number, err := range odd {
		return nil, fmt.Errorf("read warning %d of site %d: %w", number, id, err)
	}
	for _, l := range live {
		var w Warning
		if err := json.Unmarshal(l.Payload, &w); err != nil {
			return nil, fmt.Errorf("read warning %d of site %d: %w", l.ID, id, err)
		}
		all = append(all, standing{id, l.ID, w, since[l.ID]})
	}
	return all, nil
}
