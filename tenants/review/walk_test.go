package review

import (
	"context"
	_ "embed"
	"errors"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/zhanqun/zhanqun/kernel"
	"github.com/zhanqun/zhanqun/platform/audit"
	"github.com/zhanqun/zhanqun/platform/pages"
	"github.com/zhanqun/zhanqun/platform/publication"
	"github.com/zhanqun/zhanqun/storage/db"
	"github.com/zhanqun/zhanqun/storage/db/dbtest"
)

// The people of the walk: the author, and three who did not write it.
const (
	author kernel.AccountID = 7
	r1     kernel.AccountID = 11
	r2     kernel.AccountID = 12
	r3     kernel.AccountID = 13
	r4     kernel.AccountID = 14 // for the long chains
	r5     kernel.AccountID = 15
)

const site kernel.SiteID = 1

var people = []kernel.AccountID{author, r1, r2, r3}

// world is a store in which objects stand in states; a node of the graph is an object brought there.
type world struct {
	t   *testing.T
	d   *db.DB
	pub *publication.Publications
	at  time.Time
	id  int64

	departs bool // addresses are led elsewhere too
}

func newWorld(t *testing.T, d *db.DB) *world {
	w := &world{t: t, d: d, at: time.Date(2026, 11, 23, 8, 0, 0, 0, time.UTC)}
	now := func() time.Time { return w.at }
	w.pub = publication.New(d, now, kernel.NewSeededIDs(now, 2), audit.New(d, now, nil), pages.NewRevisions(d))
	ctx := context.Background()
	e, err := w.pub.Freeze(ctx, publication.Draft{Object: elsewhere, Author: author, Policy: publication.Small, Title: "t", Payload: []byte(`{}`)})
	if err = errors.Join(err, w.pub.Approve(ctx, site, e, opinion(r1, publication.Approved)), w.pub.Publish(ctx, site, e, publication.Placing{Place: 1})); err != nil {
		t.Fatal(err)
	}
	return w
}

// elsewhere is a public text to which addresses may lead.
var elsewhere = publication.Object{Site: site, Kind: "article", ID: 1 << 40}

// short are the policies that three reviewers can go through.
var short = []string{publication.Ordinary, publication.Brief, publication.Small}

// look is what the rows say of an object, read without the room's own queries.
type look struct {
	ID                               publication.EditionID
	Policy, Steps, Debt, Settled     string
	Public, Published, Erased, Ended string
	Departed                         string
}

func (w *world) look(ctx context.Context, obj publication.Object) []look {
	w.t.Helper()
	agg := `group_concat(%s, ' ')`
	if w.d.Postgres() {
		agg = `string_agg(%s, ' ' ORDER BY a.step)`
	}
	var rows []look
	err := w.d.Conn(ctx).NewRaw(`SELECT e.id, e.policy,
		coalesce((SELECT `+fmt.Sprintf(agg, `a.reviewer || ':' || a.verdict`)+` FROM (SELECT * FROM approvals x WHERE x.edition_id = e.id ORDER BY x.step) a), '') AS steps,
		coalesce((SELECT '' || debtor FROM debts d WHERE d.edition_id = e.id), '') AS debt,
		coalesce((SELECT reviewer || ':' || verdict FROM settlements s WHERE s.edition_id = e.id), '') AS settled,
		coalesce((SELECT 'public' FROM publications p WHERE p.edition_id = e.id), '') AS public,
		coalesce((SELECT 'published' FROM publication_history h WHERE h.edition_id = e.id), '') AS published,
		coalesce((SELECT 'erased' FROM erasures x WHERE x.edition_id = e.id), '') AS erased,
		coalesce((SELECT how FROM tombstones t WHERE t.edition_id = e.id), '') AS ended,
		coalesce((SELECT how FROM departures d WHERE d.edition_id = e.id), '') AS departed
		FROM editions e WHERE e.site_id = ? AND e.kind = ? AND e.object_id = ? ORDER BY e.frozen_at`, obj.Site, obj.Kind, obj.ID).Scan(ctx, &rows)
	if err != nil {
		w.t.Fatal(err)
	}
	return rows
}

var names = regexp.MustCompile(`\b1[1-5]\b`)

// abstract is the state of the graph: everything that can matter to a later move, with the reviewers, who
// are alike, named in the order in which they come up. Who took which step matters until the edition is
// returned, owed for or published; of one that is over only how it ended is kept.
func abstract(all []look) string {
	var b strings.Builder
	for i, l := range all {
		older := i < len(all)-1
		switch {
		case l.Published == "" && l.Erased != "" || older && l.Published == "":
			fmt.Fprintf(&b, "[never public, %s]", l.Erased)
		case l.Published != "":
			fmt.Fprintf(&b, "[%s %s%s %s debt %s %s]", l.Public, l.Ended, l.Departed, l.Erased, l.Debt, strings.TrimLeft(l.Settled, "0123456789"))
		case strings.HasSuffix(l.Steps, publication.Rejected):
			b.WriteString("[returned]")
		default:
			fmt.Fprintf(&b, "[%s %s]", l.Policy, l.Steps)
		}
	}
	seen := map[string]string{}
	return names.ReplaceAllStringFunc(b.String(), func(n string) string {
		if seen[n] == "" {
			seen[n] = fmt.Sprint("r", len(seen)+1)
		}
		return seen[n]
	})
}

// unreviewed counts what is public without its chain or debt, by a query that shares nothing with the room: it
// knows the policies by heart and counts the people.
const unreviewed = `SELECT count(*) FROM publications p WHERE p.site_id = ? AND p.kind = ? AND p.object_id = ? AND NOT EXISTS (
	SELECT 1 FROM editions e JOIN publication_history h ON h.site_id = e.site_id AND h.edition_id = e.id AND h.digest = e.digest
	WHERE e.site_id = p.site_id AND e.id = p.edition_id AND e.kind = p.kind AND e.object_id = p.object_id
	AND NOT EXISTS (SELECT 1 FROM approvals a WHERE a.edition_id = e.id AND (a.verdict <> 'approved' OR a.reviewer = e.author OR a.digest <> e.digest))
	AND NOT EXISTS (SELECT 1 FROM erasures x WHERE x.edition_id = e.id)
	AND NOT EXISTS (SELECT 1 FROM tombstones t WHERE t.edition_id = e.id)
	AND ((EXISTS (SELECT 1 FROM approvals a WHERE a.edition_id = e.id AND a.secrecy_opinion <> '' AND a.step = CASE e.policy WHEN 'ordinary' THEN 2 WHEN 'double' THEN 3 WHEN 'triple' THEN 4 ELSE 1 END)
			AND (SELECT count(DISTINCT a.reviewer) FROM approvals a WHERE a.edition_id = e.id) = CASE e.policy WHEN 'ordinary' THEN 3 WHEN 'double' THEN 4 WHEN 'triple' THEN 5 WHEN 'brief' THEN 2 WHEN 'small' THEN 1 ELSE 99 END
			AND p.edition_published_at >= (SELECT max(a.at) FROM approvals a WHERE a.edition_id = e.id))
		OR EXISTS (SELECT 1 FROM debts d LEFT JOIN settlements s ON s.edition_id = d.edition_id
			WHERE d.edition_id = e.id AND d.opened_at = p.edition_published_at
			AND (s.edition_id IS NULL OR (s.verdict = 'approved' AND s.secrecy_opinion <> '' AND s.reviewer <> d.debtor AND s.reviewer <> e.author)))))`

// node is a state, how to get there, and an object that stands in it.
type node struct {
	path   []move
	obj    publication.Object
	ids    []publication.EditionID
	states []State
}

var errUndo = errors.New("undo")

// play does the moves one after the other on the object.
func (w *world) play(ctx context.Context, obj publication.Object, path ...move) error {
	for _, m := range path {
		w.at = w.at.Add(time.Second)
		var e publication.EditionID
		if m.e > 0 {
			e = w.look(ctx, obj)[m.e-1].ID
		}
		if err := m.do(ctx, w, obj, e); err != nil {
			return err
		}
	}
	return nil
}

// stand makes a new object in the state at the end of the path.
func (w *world) stand(path []move) publication.Object {
	w.t.Helper()
	w.id++
	obj := publication.Object{Site: site, Kind: "article", ID: w.id}
	err := w.d.InTx(context.Background(), func(ctx context.Context) error { return w.play(ctx, obj, path...) })
	if err != nil {
		w.t.Fatalf("replay %v: %v", path, err)
	}
	return obj
}

// walk is what a walk has met.
type walk struct {
	states, public, accepted, refused int
	arrows                            map[string]bool
}

// explore visits every state that objects of so many editions can reach, and tries every move in each.
func (w *world) explore(editions int, people []kernel.AccountID, policies ...string) walk {
	met := walk{arrows: map[string]bool{}}
	seen := map[string]bool{"": true}
	all := moves(editions, people, policies...)
	if w.departs {
		all = append(all, departures()...)
	}
	queue := []node{{}}
	for len(queue) > 0 {
		n := queue[0]
		queue = queue[1:]
		n.obj = w.stand(n.path)
		for _, l := range w.look(context.Background(), n.obj) {
			n.ids = append(n.ids, l.ID)
		}
		n.states = w.states(context.Background(), n.obj, n.ids)
		met.states++
		met.public += w.check(n)
		for _, m := range all {
			if m.e > len(n.ids) || strings.HasPrefix(m.name, "freeze") && len(n.ids) == editions {
				continue // there is no such edition yet; or the graph ends here: the next edition is like this one
			}
			state, ok := w.try(n, m, met.arrows)
			if !ok {
				met.refused++
				continue
			}
			met.accepted++
			if !seen[state] {
				seen[state] = true
				queue = append(queue, node{path: append(slices.Clone(n.path), m)})
			}
		}
	}
	return met
}

// check asks the independent query about the object, and answers 1 when it is public.
func (w *world) check(n node) int {
	var bad, public int
	ctx := context.Background()
	if err := w.d.Conn(ctx).NewRaw(unreviewed, n.obj.Site, n.obj.Kind, n.obj.ID).Scan(ctx, &bad); err != nil {
		w.t.Fatal(err)
	}
	if bad > 0 {
		w.t.Errorf("public without review: %s after %s", abstract(w.look(ctx, n.obj)), steps(n.path))
	}
	if err := w.d.Conn(ctx).NewRaw(`SELECT count(*) FROM publications WHERE site_id = ? AND kind = ? AND object_id = ?`, n.obj.Site, n.obj.Kind, n.obj.ID).Scan(ctx, &public); err != nil {
		w.t.Fatal(err)
	}
	return public
}

// try does m to the node's object, looks where that leads, and undoes it.
func (w *world) try(n node, m move, arrows map[string]bool) (state string, ok bool) {
	err := w.d.InTx(context.Background(), func(ctx context.Context) error {
		w.at = w.at.Add(time.Second)
		var e publication.EditionID
		if m.e > 0 {
			e = n.ids[m.e-1]
		}
		if err := m.do(ctx, w, n.obj, e); err != nil {
			return err
		}
		ok = true
		rows := w.look(ctx, n.obj)
		state = abstract(rows)
		ids := slices.Clone(n.ids)
		if len(rows) > len(ids) {
			ids = append(ids, rows[len(rows)-1].ID)
		}
		for i, s := range w.states(ctx, n.obj, ids) {
			was := Draft
			if i < len(n.states) {
				was = n.states[i]
			}
			if was != s {
				arrows[fmt.Sprintf("%s --> %s", was, s)] = true
			}
		}
		return errUndo
	})
	if ok && !errors.Is(err, errUndo) {
		w.t.Fatalf("%s %s: %v", steps(n.path), m.name, err)
	}
	return state, ok
}

func (w *world) states(ctx context.Context, obj publication.Object, ids []publication.EditionID) []State {
	var all []State
	for _, id := range ids {
		t, err := w.pub.Trail(ctx, obj.Site, id)
		if err != nil {
			w.t.Fatal(err)
		}
		all = append(all, StateOf(t))
	}
	return all
}

//go:embed states.mermaid
var drawn string

// C4, d42, I1: no state that citizens see can be reached without its reviews by others than the author, or a
// debt; tried are all moves by all people in all reachable states of two editions of an object.
func TestStateGraph(t *testing.T) {
	arrow := regexp.MustCompile(`(?m)^\s+(\w+) --> (\w+):`)
	pictured := map[string]bool{}
	for _, m := range arrow.FindAllStringSubmatch(drawn, -1) {
		pictured[m[1]+" --> "+m[2]] = true
	}
	t.Run("two editions on sqlite", func(t *testing.T) {
		if testing.Short() { // the race detector looks at what happens at once, and a walk is one step after another
			w := newWorld(t, dbtest.SQLite(t, audit.Migrations(), pages.Migrations(), publication.Migrations()))
			w.explore(1, people, short...)
			return
		}
		w := newWorld(t, dbtest.SQLite(t, audit.Migrations(), pages.Migrations(), publication.Migrations()))
		met := w.explore(2, people, short...)
		t.Logf("%d states, %d of them public; %d moves accepted, %d refused; %d arrows", met.states, met.public, met.accepted, met.refused, len(met.arrows))
		if got, want := [3]int{met.states, met.public, met.accepted}, [3]int{719, 194, 2745}; got != want {
			t.Errorf("states, public states and accepted moves are %v; they were %v: is the change meant?", got, want)
		}
		long := newWorld(t, dbtest.SQLite(t, audit.Migrations(), pages.Migrations(), publication.Migrations())).explore(1, append(people, r4, r5), publication.Double, publication.Triple)
		t.Logf("chains of two and three reviews: %d states, %d of them public; %d moves accepted, %d refused", long.states, long.public, long.accepted, long.refused)
		maps.Copy(met.arrows, long.arrows)
		w = newWorld(t, dbtest.SQLite(t, audit.Migrations(), pages.Migrations(), publication.Migrations()))
		w.departs = true
		left := w.explore(2, []kernel.AccountID{author, r1}, publication.Small)
		t.Logf("with addresses that lead elsewhere: %d states, %d of them public; %d moves accepted, %d refused", left.states, left.public, left.accepted, left.refused)
		maps.Copy(met.arrows, left.arrows)
		for _, a := range slices.Sorted(maps.Keys(met.arrows)) {
			if !pictured[a] {
				t.Errorf("states.mermaid does not show %s", a)
			}
		}
		for _, a := range slices.Sorted(maps.Keys(pictured)) {
			if !met.arrows[a] {
				t.Errorf("states.mermaid shows %s, which nobody can do", a)
			}
		}
	})
	t.Run("one edition on postgres", func(t *testing.T) {
		w := newWorld(t, dbtest.Postgres(t, audit.Migrations(), pages.Migrations(), publication.Migrations()))
		met := w.explore(1, people, short...)
		t.Logf("%d states, %d of them public; %d moves accepted, %d refused", met.states, met.public, met.accepted, met.refused)
	})
}

// The independent query has teeth: in a store whose policy was shortened by the owner of the schema, it finds what the
// room then publishes.
func TestIndependentQueryFindsAMissingStep(t *testing.T) {
	w := newWorld(t, dbtest.SQLite(t, audit.Migrations(), pages.Migrations(), publication.Migrations()))
	err := w.d.InTx(context.Background(), func(ctx context.Context) error {
		for _, s := range []string{`DROP TRIGGER review_policies_frozen`, `UPDATE review_policies SET last_step = 2 WHERE policy = 'ordinary'`} {
			if _, err := w.d.Conn(ctx).ExecContext(ctx, s); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	obj := publication.Object{Site: site, Kind: "article", ID: 1}
	var path []move
	for _, name := range []string{"freeze ordinary(0)", "step approved by 11(1)", "step approved by 12(1)", "publish(1)"} {
		i := slices.IndexFunc(moves(1, people, short...), func(m move) bool { return fmt.Sprintf("%s(%d)", m.name, m.e) == name })
		path = append(path, moves(1, people, short...)[i])
	}
	if err := w.play(context.Background(), obj, path...); err != nil {
		t.Fatal(err)
	}
	var bad int
	if err := w.d.Conn(t.Context()).NewRaw(unreviewed, obj.Site, obj.Kind, obj.ID).Scan(t.Context(), &bad); err != nil || bad != 1 {
		t.Errorf("found %d, %v; want 1", bad, err)
	}
}
