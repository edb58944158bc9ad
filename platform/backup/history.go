package backup

import (
	"context"
	"fmt"
	"iter"
	"slices"
	"time"

	"github.com/zhanqun/zhanqun/kernel"
	"github.com/zhanqun/zhanqun/platform/publication"
)

// historyTables are the tables whose guards want the rows of one object in the order in which they came to be, so a restore
// reads them side by side, object by object. app's list orders those of streamed by site, kind, object and time; the others are
// few, being about emergencies and lawful erasures, and stand in memory.
var (
	streamed = []string{"editions", "approvals", "debts", "publication_history", "tombstones", "publications"}
	held     = []string{"settlements", "erasures"}
)

func isHistory(table string) bool {
	return slices.Contains(streamed, table) || slices.Contains(held, table)
}

// object is what an archive keeps of one object of a site.
type object struct {
	site  kernel.SiteID
	kind  string
	id    int64
	rows  map[string]map[publication.EditionID][]row
	turns []publication.Turn
	place int64 // of its publication
}

func (o *object) before(p *object) bool {
	if o.site != p.site {
		return o.site < p.site
	}
	if o.kind != p.kind {
		return o.kind < p.kind
	}
	return o.id < p.id
}

func (o *object) is(p *object) bool { return o.site == p.site && o.kind == p.kind && o.id == p.id }

// stream is one of the streamed tables, with its next row.
type stream struct {
	c    *Columns
	next func() (tableRow, error, bool)
	stop func()
	row  row // nil at the end
	key  object
}

func (s *stream) advance() error {
	r, err, ok := s.next()
	if err != nil || !ok {
		s.row = nil
		return err
	}
	s.row = r.row
	s.key = object{site: kernel.SiteID(s.c.number(r.row, "site_id")), kind: s.c.text(r.row, "kind"), id: s.c.number(r.row, "object_id")}
	return nil
}

// objects gives every object with the turns of its replay. It is an error when rows do not belong to an edition, or when what is
// public is not what the history leads to.
func (a *Archive) objects(ctx context.Context, yield func(*object) error) error {
	apart, err := a.held(ctx)
	if err != nil {
		return err
	}
	var all []*stream
	defer func() {
		for _, s := range all {
			s.stop()
		}
	}()
	for _, name := range streamed {
		s := &stream{c: a.tableColumns[name]}
		if s.c == nil {
			return fmt.Errorf("backup: an archive without the table %s", name)
		}
		s.next, s.stop = iter.Pull2(a.table(ctx, name))
		all = append(all, s)
		if err := s.advance(); err != nil {
			return err
		}
	}
	for all[0].row != nil {
		o, err := gather(all, apart)
		if err == nil {
			err = yield(o)
		}
		if err != nil {
			return err
		}
	}
	for _, s := range all {
		if s.row != nil {
			return s.astray()
		}
	}
	for table, rows := range apart {
		for key := range rows {
			return damaged(table, 0, "站点 %d 的第 %d 版没有正文", key.site, key.edition)
		}
	}
	return nil
}

func (s *stream) astray() error {
	return damaged(s.c.Table, 0, "站点 %d 的 %s/%d 没有正文或次序不对", s.key.site, s.key.kind, s.key.id)
}

type heldKey struct {
	site    kernel.SiteID
	edition publication.EditionID
}

type heldRow struct {
	row
	verdict string // of a settlement
}

func (a *Archive) held(ctx context.Context) (map[string]map[heldKey]heldRow, error) {
	all := map[string]map[heldKey]heldRow{}
	for _, name := range held {
		rows, c := map[heldKey]heldRow{}, a.tableColumns[name]
		for r, err := range a.table(ctx, name) {
			if err != nil {
				return nil, err
			}
			rows[heldKey{kernel.SiteID(c.number(r.row, "site_id")), publication.EditionID(c.number(r.row, "edition_id"))}] = heldRow{r.row, c.text(r.row, "verdict")}
		}
		all[name] = rows
	}
	return all, nil
}

// gather takes the rows of the object whose editions come next.
func gather(all []*stream, apart map[string]map[heldKey]heldRow) (*object, error) {
	o := all[0].key
	o.rows = map[string]map[publication.EditionID][]row{}
	past := publication.Past{Kept: map[string]map[publication.EditionID]bool{}, Ended: map[publication.EditionID]string{},
		Settled: map[publication.EditionID]string{}}
	var last time.Time
	for _, s := range all {
		for s.row != nil && s.key.is(&o) {
			e := publication.EditionID(s.c.number(s.row, "edition_id"))
			switch s.c.Table {
			case "editions":
				e = publication.EditionID(s.c.number(s.row, "id"))
				at := s.c.moment(s.row, "frozen_at")
				if !at.After(last) {
					return nil, s.astray()
				}
				last = at
				past.Editions = append(past.Editions, e)
			case "tombstones":
				past.Ended[e] = s.c.text(s.row, "how")
			case "publications":
				past.Public, o.place = e, s.c.number(s.row, "place")
			}
			o.keep(&past, s.c.Table, e, s.row)
			if err := s.advance(); err != nil {
				return nil, err
			}
		}
		if s.row != nil && s.key.before(&o) {
			return nil, s.astray()
		}
	}
	for _, e := range past.Editions {
		for table, rows := range apart {
			key := heldKey{o.site, e}
			if r, ok := rows[key]; ok {
				if table == "settlements" {
					past.Settled[e] = r.verdict
				}
				o.keep(&past, table, e, r.row)
				delete(rows, key)
			}
		}
	}
	return &o, o.plan(past)
}

func (o *object) keep(past *publication.Past, table string, e publication.EditionID, r row) {
	if o.rows[table] == nil {
		o.rows[table], past.Kept[table] = map[publication.EditionID][]row{}, map[publication.EditionID]bool{}
	}
	o.rows[table][e] = append(o.rows[table][e], r)
	past.Kept[table][e] = true
}

// plan orders the turns and makes sure that they bring back every row.
func (o *object) plan(past publication.Past) (err error) {
	if o.turns, err = publication.Replay(past); err != nil {
		return damaged("publications", 0, "站点 %d 的 %s/%d 的发布记录前后不符（%v）", o.site, o.kind, o.id, err)
	}
	taken := map[string]int{}
	for _, t := range o.turns {
		taken[t.Table]++
	}
	for _, table := range slices.Concat(streamed, held) {
		if n := len(o.rows[table]); table != "publications" && n != taken[table] {
			return damaged(table, 0, "站点 %d 的 %s/%d 有不属于任何一版的记录", o.site, o.kind, o.id)
		}
	}
	return nil
}
