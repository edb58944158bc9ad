package clocks

import (
	"context"
	"fmt"
	"sync"
	"time"

	"github.com/zhanqun/zhanqun/kernel"
)

// duty is something that a site owes again and again: it begins anew with every publication, and is computed from the last one. Its moments
// are in microseconds of Unix time; a board looks at hundreds of thousands of them.
type duty struct {
	rule      string
	column    int64  // of Column
	name      string // what people call it
	warn, due int64
}

// key names a duty among those of its site.
func (d *duty) key() string {
	if d.rule == Column {
		return fmt.Sprint(Column, "/", d.column)
	}
	return d.rule
}

func (d *duty) dueAt() time.Time { return time.UnixMicro(d.due).UTC() }

// light is what the duty shows at now. Its last moment is in time.
func (d *duty) light(now int64) string {
	switch {
	case now > d.due:
		return Red
	case now < d.warn:
		return Green
	}
	return Amber
}

// reached is how many steps of its ladder lie behind at now: amber, the end, and as long after the end as the warning was before it.
func (d *duty) reached(now int64) (n int) {
	for _, at := range [3]int64{d.warn, d.due + 1, d.due + d.due - d.warn + 1} {
		if now >= at {
			n++
		}
	}
	return n
}

// fresh is what follows from what a site shows, whatever the moment is.
type fresh struct {
	at     stamp
	blank  int
	duties []duty
}

// stamp is what it was read under: the site's revision, and the one of its row in this process's memory, where its template and the words of
// its columns stand. A memory that is behind is read again when it has caught up; what else moves on the platform moves no site's columns.
type stamp struct{ site, row int64 }

// seen keeps what was read of each site until something of it changes.
type seen struct {
	mu    sync.Mutex
	sites map[kernel.SiteID]*fresh
}

func (s *seen) get(id kernel.SiteID, at stamp) *fresh {
	s.mu.Lock()
	defer s.mu.Unlock()
	if f := s.sites[id]; f != nil && f.at == at {
		return f
	}
	return nil
}

func (s *seen) put(id kernel.SiteID, f *fresh) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.sites == nil {
		s.sites = map[kernel.SiteID]*fresh{}
	}
	if have := s.sites[id]; have != nil && (have.at.site > f.at.site || have.at.row > f.at.row) {
		return // a slower reader must not push a newer one out
	}
	s.sites[id] = f
}

// Revisions tells how often each site has changed what citizens see; what is read after asking is at least as new as the answer.
type Revisions interface {
	All(ctx context.Context) (map[kernel.SiteID]int64, error)
}

// freshOf is what the sites show. Of many, only those are read that have changed since this process read them last.
func (c *Clocks) freshOf(ctx context.Context, ids []kernel.SiteID) (map[kernel.SiteID]*fresh, error) {
	if c.Revisions == nil || len(ids) < 2 || inTransaction(ctx) {
		return c.readFresh(ctx, ids)
	}
	rows := c.Sites.Rows() // before what is read
	revs, err := c.Revisions.All(ctx)
	if err != nil {
		return nil, err
	}
	all := make(map[kernel.SiteID]*fresh, len(ids))
	var moved []kernel.SiteID
	for _, id := range ids {
		if f := c.seen.get(id, stamp{revs[id], rows[id]}); f != nil {
			all[id] = f
		} else {
			moved = append(moved, id)
		}
	}
	if len(moved) == 0 {
		return all, nil
	}
	read, err := c.readFresh(ctx, moved)
	for id, f := range read {
		f.at = stamp{revs[id], rows[id]}
		c.seen.put(id, f)
		all[id] = f
	}
	return all, err
}

// readFresh reads what the sites show; one without a column has nothing.
func (c *Clocks) readFresh(ctx context.Context, ids []kernel.SiteID) (map[kernel.SiteID]*fresh, error) {
	all := make(map[kernel.SiteID]*fresh, len(ids))
	last := map[string]map[kernel.SiteID]time.Time{Weekly: {}, Home: {}}
	newer := func(rule string, id kernel.SiteID, at time.Time) {
		if at.After(last[rule][id]) {
			last[rule][id] = at
		}
	}
	for _, id := range ids {
		all[id] = &fresh{}
	}
	err := c.Fresh.Fresh(ctx, ids, func(id kernel.SiteID, a Age) {
		f := all[id]
		if f == nil {
			return
		}
		newer(Weekly, id, a.Last)
		if a.Home {
			newer(Home, id, a.Last)
		}
		if a.Cycle <= 0 {
			return
		}
		if a.Last.IsZero() {
			f.blank++
			return
		}
		f.owe(c.ruleOf(Column), a.Column, a.Name, a.Last, Cycle(a.Last, a.Cycle))
	})
	if err != nil {
		return nil, err
	}
	for _, rule := range []string{Weekly, Home} {
		r := c.ruleOf(rule)
		for id, at := range last[rule] {
			all[id].owe(r, 0, r.Title, at, Due(at, r, nil, nil, false).At)
		}
	}
	return all, nil
}

// ruleOf is a rule of the pack; one of an earlier pack has nothing but its name.
func (c *Clocks) ruleOf(name string) Rule {
	r, _ := c.Pack.Rule(name)
	return r
}

func (f *fresh) owe(r Rule, column int64, name string, last, due time.Time) {
	f.duties = append(f.duties, duty{rule: r.Name, column: column, name: name, warn: WarnAt(last, due, r).UnixMicro(), due: due.UnixMicro()})
}
