package publication

import (
	"fmt"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"github.com/zhanqun/zhanqun/kernel"
	"github.com/zhanqun/zhanqun/kernel/fault"
	"github.com/zhanqun/zhanqun/storage/db"
	"github.com/zhanqun/zhanqun/storage/db/dbtest"
)

// model is what an object should be, kept in a few lines of Go that know nothing of the schema.
type model struct {
	editions []*modelEdition
	public   *modelEdition
	ever     bool // was public
}

type modelEdition struct {
	id              EditionID
	words           string
	left            int // steps to take
	signed          []kernel.AccountID
	over, published bool // over: returned or erased
	debtor          kernel.AccountID
	settled         bool
}

func (m *model) newest() *modelEdition { return m.editions[len(m.editions)-1] }

func (m *model) open(e *modelEdition) bool { return e == m.newest() && !e.over && !e.published }

// tally counts what a site's neighbours may rely on.
type tally struct{ changes, publicChanges int }

// run is one random history on one site.
type run struct {
	*desk
	t     *rapid.T
	site  kernel.SiteID
	all   []*model
	count tally
	no    int
}

func (r *run) object(i int) Object { return Object{Site: r.site, Kind: "article", ID: int64(i + 1)} }

// outcome compares what the room did with what the model expects.
func (r *run) outcome(what string, err error, want bool, public bool) {
	if (err == nil) != want {
		r.t.Fatalf("%s: got %v, the model says accepted = %t", what, err, want)
	}
	if err != nil && fault.KindOf(err) == "" {
		r.t.Fatalf("%s: %v is no fault", what, err)
	}
	if err == nil {
		r.count.changes++
		if public {
			r.count.publicChanges++
		}
	}
}

var everybody = []kernel.AccountID{a, r1, r2, r3}

// step does one random thing.
func (r *run) step() {
	i := rapid.IntRange(0, len(r.all)-1).Draw(r.t, "object")
	m, obj := r.all[i], r.object(i)
	if len(m.editions) == 0 {
		r.freeze(m, obj)
		return
	}
	e := rapid.SampledFrom(m.editions).Draw(r.t, "edition")
	who := rapid.SampledFrom(everybody).Draw(r.t, "who")
	switch rapid.SampledFrom([]string{"freeze", "approve", "approve", "approve", "approve", "reject", "publish", "publish", "emergency", "settle", "refuse", "withdraw", "move"}).Draw(r.t, "op") {
	case "freeze":
		r.freeze(m, obj)
	case "approve":
		ok := m.open(e) && e.debtor == 0 && e.left > 0 && who != a && !slices.Contains(e.signed, who)
		r.outcome("approve", r.Approve(r.ctx(), r.site, e.id, yes(who)), ok, false)
		if ok {
			e.left, e.signed = e.left-1, append(e.signed, who)
		}
	case "reject":
		ok := m.open(e) && e.debtor == 0 && e.left > 0 && who != a && !slices.Contains(e.signed, who)
		r.outcome("reject", r.Approve(r.ctx(), r.site, e.id, no(who)), ok, false)
		e.over = e.over || ok
	case "publish":
		ok := m.open(e) && e.left == 0
		r.outcome("publish", r.Publish(r.ctx(), r.site, e.id, Placing{1}), ok, true)
		if ok {
			e.published, m.public, m.ever = true, e, true
		}
	case "emergency":
		ok := m.open(e) && e.left > 0
		r.outcome("emergency", r.PublishEmergency(r.ctx(), r.site, e.id, Placing{1}, who), ok, true)
		if ok {
			e.published, e.debtor, m.public, m.ever = true, who, e, true
		}
	case "settle":
		ok := m.public == e && e.debtor != 0 && !e.settled && who != a && who != e.debtor
		r.outcome("settle", r.Settle(r.ctx(), r.site, e.id, yes(who)), ok, false)
		e.settled = e.settled || ok
	case "refuse":
		ok := m.public == e && e.debtor != 0 && !e.settled && who != a && who != e.debtor
		r.outcome("refuse", r.Settle(r.ctx(), r.site, e.id, no(who)), ok, true)
		if ok {
			e.settled, m.public = true, nil
			r.count.changes++ // the withdrawal and the settlement
		}
	case "withdraw":
		ok := m.public != nil
		r.outcome("withdraw", r.Withdraw(r.ctx(), obj, "理由"), ok, true)
		m.public = nil
	case "move":
		r.no++
		r.outcome("move", r.Move(r.ctx(), obj, Placing{int64(r.no + 100)}), m.public != nil, true)
	}
}

func (r *run) freeze(m *model, obj Object) {
	r.no++
	policy := rapid.SampledFrom([]string{Ordinary, Brief, Small}).Draw(r.t, "policy")
	words := fmt.Sprint("第", r.no, "稿")
	id, err := r.Freeze(r.ctx(), Draft{Object: obj, Author: a, Policy: policy, Title: words, Payload: fmt.Appendf(nil, `{"body":%q}`, words)})
	r.outcome("freeze", err, true, false)
	m.editions = append(m.editions, &modelEdition{id: id, words: words, left: map[string]int{Ordinary: 3, Brief: 2, Small: 1}[policy]})
}

// agree compares the store with the model and with its own counts: changes, links of the chain, revision.
func (r *run) agree() {
	for i, m := range r.all {
		l, err := r.Live(r.ctx(), r.object(i))
		switch {
		case m.public != nil:
			if err != nil || l.Title != m.public.words || l.Edition != m.public.id {
				r.t.Fatalf("object %d: got %+v, %v; want %q", i, l, err, m.public.words)
			}
		case m.ever && !fault.Is(err, fault.Gone), !m.ever && !fault.Is(err, fault.NotFound):
			r.t.Fatalf("object %d: got %v", i, err)
		}
	}
	links, err := r.log.Verify(r.ctx(), r.site)
	r.must(err)
	var rev, publicLinks int
	c := r.d.Conn(r.ctx())
	r.must(c.NewRaw(`SELECT coalesce(max(rev), 0) FROM site_revisions WHERE site_id = ?`, r.site).Scan(r.ctx(), &rev))
	r.must(c.NewRaw(`SELECT count(*) FROM audit_entries WHERE chain = ? AND action IN ('publication.published', 'publication.emergency', 'publication.withdrawn', 'publication.moved')`, r.site).Scan(r.ctx(), &publicLinks))
	if int(links) != r.count.changes || publicLinks != r.count.publicChanges || rev != r.count.publicChanges {
		r.t.Fatalf("%d changes, %d of them public; the chain has %d links, %d public; the revision is %d",
			r.count.changes, r.count.publicChanges, links, publicLinks, rev)
	}
}

// d41, 2.2: whatever people do in whatever order, the store and the model agree, and each public change is one
// link of the chain and one revision.
func TestRandomHistories(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		k := newDesk(t, d)
		most, runs, steps := 40, kernel.SiteID(0), 0
		if d.Postgres() {
			most = 8
		}
		rapid.Check(t, func(rt *rapid.T) {
			runs++
			r := &run{desk: k, t: rt, site: runs, all: []*model{{}, {}}}
			for range rapid.IntRange(most/2, most).Draw(rt, "steps") {
				r.step()
				steps++
			}
			r.agree()
		})
		t.Logf("%d histories, %d steps", runs, steps)
	}, schema()...)
}
