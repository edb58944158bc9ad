package app

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/http"
	"net/url"
	"path/filepath"
	"strings"
	"testing"

	"github.com/zhanqun/zhanqun/kernel"
	"github.com/zhanqun/zhanqun/kernel/proof"
	"github.com/zhanqun/zhanqun/platform/publication"
	"github.com/zhanqun/zhanqun/storage/db/dbtest"
	"github.com/zhanqun/zhanqun/tenants/article"
)

// unchained counts what is public without its chain or debt, by a query that shares nothing with the rooms: it knows the policies
// by heart and counts the people.
const unchained = `SELECT count(*) FROM publications p WHERE NOT EXISTS (
	SELECT 1 FROM editions e WHERE e.site_id = p.site_id AND e.id = p.edition_id AND e.object_id = p.object_id
	AND NOT EXISTS (SELECT 1 FROM approvals a WHERE a.edition_id = e.id AND (a.verdict <> 'approved' OR a.reviewer = e.author OR a.digest <> e.digest))
	AND NOT EXISTS (SELECT 1 FROM tombstones t WHERE t.edition_id = e.id)
	AND ((EXISTS (SELECT 1 FROM approvals a WHERE a.edition_id = e.id AND a.secrecy_opinion <> '' AND a.step = CASE e.policy WHEN 'ordinary' THEN 2 WHEN 'double' THEN 3 WHEN 'triple' THEN 4 ELSE 1 END)
			AND (SELECT count(DISTINCT a.reviewer) FROM approvals a WHERE a.edition_id = e.id)
				= CASE e.policy WHEN 'small' THEN 1 WHEN 'brief' THEN 2 WHEN 'ordinary' THEN 3 WHEN 'double' THEN 4 WHEN 'triple' THEN 5 ELSE 99 END)
		OR EXISTS (SELECT 1 FROM debts d LEFT JOIN settlements s ON s.edition_id = d.edition_id WHERE d.edition_id = e.id
			AND (s.edition_id IS NULL OR (s.verdict = 'approved' AND s.reviewer <> d.debtor AND s.reviewer <> e.author)))))`

// Must show 3 of the desk (C4, d42, I1): the routes walked at random by people of every editors' role, of the own office and the
// superior's, with forms that are right, stale, empty and foreign: nothing is public without its chain. 200,000 calls in the long form.
func TestNothingIsPublicButThroughItsChain(t *testing.T) {
	t.Parallel()
	dbs := map[string]func(t *testing.T) string{"sqlite": func(t *testing.T) string { return filepath.Join(t.TempDir(), "z.db") }}
	calls := 2500
	switch {
	case proof.Long():
		calls = 200_000
	case testing.Short(): // the race detector looks at what happens at once, not at how far one comes
		calls = 300
	}
	if !proof.Long() {
		dbs["postgres"] = func(t *testing.T) string { return dbtest.PostgresURL(t) }
	}
	for name, at := range dbs {
		t.Run(name, func(t *testing.T) {
			o := openBureau(t, at(t))
			o.dir = ""
			w := &stroll{bureau: o, rnd: rand.New(rand.NewPCG(4, 3)), answers: map[int]int{}, done: map[string]int{}}
			w.people = []*worker{o.hire("walk-io", "IO"), o.hire("walk-rv", "RV"), o.hire("walk-sr", "SR"), o.hire("walk-pb", "PB"), o.hire("walk-ld", "LD"), o.hire("walk-cl", "CL"), o.hire("walk-lo", "LO"),
				o.hire("zhang", "IO", "RV", "SR", "PB"), o.hire("wang", "CL", "IO", "RV", "SR", "PB"), o.hire("walk-li", "RV", "SR"),
				o.hireAt("610902", "above", "RV", "SR", "PB"), o.hireAt("610900", "watch", "SV"), o.hireAt("610900", "operator", "PO")}
			n := calls
			if name == "postgres" {
				n = n * 4 / 5
			}
			for i := range n {
				w.call()
				if i%50 == 0 || i == n-1 {
					w.judge()
				}
			}
			t.Logf("%d calls: answers %v; done %v; public at most %d, now unchained 0 of %d looks", n, w.answers, w.done, w.most, w.looks)
			all := []string{"sent", "passed", "published", "returned", "withdrawn", "urgent"}
			if proof.Long() {
				all = append(all, "reviewed", "together")
			}
			for _, deed := range all {
				if w.done[deed] == 0 && !testing.Short() {
					t.Errorf("nobody ever came as far as %q: the walk is too short to say anything", deed)
				}
			}
			if name == "sqlite" {
				w.teeth()
			}
		})
	}
}

// stroll is a walk at random.
type stroll struct {
	*bureau
	rnd         *rand.Rand
	people      []*worker
	articles    []string
	answers     map[int]int
	done        map[string]int
	most, looks int
}

func (w *stroll) one(of ...string) string { return of[w.rnd.IntN(len(of))] }

// call is one request of somebody.
func (w *stroll) call() {
	who := w.people[w.rnd.IntN(len(w.people))]
	if w.rnd.IntN(5) < 3 { // those who may do most come further
		who = w.people[7+w.rnd.IntN(3)]
	}
	if len(w.articles) == 0 || w.rnd.IntN(12) == 0 && len(w.articles) < 400 {
		status, header, _ := who.post(who.base(), leaflet(fmt.Sprintf("第%d篇", len(w.articles))))
		if at := articleAt.FindString(header.Get("Location")); at != "" {
			w.articles = append(w.articles, at)
		}
		w.answers[status]++
		return
	}
	at := w.articles[max(0, len(w.articles)-1-w.rnd.IntN(8))]
	path, form := w.deed(at)
	status, header, _ := who.post(path, form)
	if w.answers[status]++; status == http.StatusSeeOther {
		if to, err := url.Parse(header.Get("Location")); err == nil {
			w.done[to.Query().Get("done")]++
		}
	}
	if status >= http.StatusInternalServerError {
		w.t.Fatalf("%s posts %v to %s: %d", who.account.Login, form, path, status)
	}
}

// deed is a route and a form for it.
func (w *stroll) deed(at string) (string, url.Values) {
	d := w.people[0].article(at)
	edition, version := d.Edition.String(), fmt.Sprint(d.Version)
	if w.rnd.IntN(10) == 0 {
		edition, version = w.one("0", "1", "x", "1519265828048978078"), w.one("0", "1", "99", "x")
	}
	form := url.Values{"edition": {edition}, "version": {version}, "opinion": {w.one("同意。", "同意。", "")}, "secrecy": {w.one("不涉密。", "不涉密。", "")}, "reason": {w.one("不行。", "")}}
	move := w.rnd.IntN(14)
	if d.State == article.Submitted && w.rnd.IntN(2) == 0 {
		if t, err := w.Published.Trail(context.Background(), d.Site, d.Edition); err == nil && t.Approved() {
			move = 7 + 6*w.rnd.IntN(2) // what has come so far goes on more often
		}
	}
	switch move {
	case 0:
		form.Set("title", "改过的"+version)
		form.Set("column", "2")
		form.Set("body", "改过。")
		form.Set("do", w.one("save", "send"))
		return at, form
	case 1, 2:
		return at + "/send", form
	case 3, 4, 5, 6, 12:
		form.Set("do", w.one("pass", "pass", "publish", "publish", "return"))
		return at + "/review", form
	case 7:
		return at + "/publish", form
	case 8:
		form.Set("how", w.one("withdraw", "withdraw", "gone", "moved", "validity", "undo"))
		form.Set("to", w.articles[0][strings.LastIndexByte(w.articles[0], '/')+1:])
		form.Set("validity", w.one("abolished", ""))
		return at + "/after", form
	case 9:
		form.Set("words", w.one("等不得", "", ""))
		return at + "/urgent", form
	case 10:
		form.Set("do", w.one("pass", "refuse"))
		return at + "/settle", form
	case 11:
		return "/sites/" + w.site.ID.String() + "/chains", url.Values{"column": {"2"}, "policy": {w.one(append(publication.Policies, "", "import")...)}, "last": {w.one("", "1")}}
	}
	picks := []string{d.Site.String() + "." + kernel.SiteID(d.ID).String() + "." + edition}
	if w.rnd.IntN(2) == 0 {
		other := w.people[0].article(w.articles[max(0, len(w.articles)-1-w.rnd.IntN(8))])
		picks = append(picks, other.Site.String()+"."+kernel.SiteID(other.ID).String()+"."+other.Edition.String())
	}
	return "/reviews", url.Values{"pick": picks}
}

// judge asks the independent query.
func (w *stroll) judge() {
	var bad, public int
	ctx := context.Background()
	err := errors.Join(w.DB.Conn(ctx).NewRaw(unchained).Scan(ctx, &bad), w.DB.Conn(ctx).NewRaw(`SELECT count(*) FROM publications`).Scan(ctx, &public))
	if err != nil || bad > 0 {
		w.t.Fatalf("%d of %d publications have no chain, %v", bad, public, err)
	}
	w.most, w.looks = max(w.most, public), w.looks+1
}

// teeth: in a store whose owner has shortened a policy below the schema, the query finds what the desk then publishes.
func (w *stroll) teeth() {
	ctx := context.Background()
	err := w.DB.InTx(ctx, func(ctx context.Context) error {
		for _, s := range []string{`DROP TRIGGER review_policies_frozen`, `UPDATE review_policies SET last_step = 2 WHERE policy = 'ordinary'`} {
			if _, err := w.DB.Conn(ctx).ExecContext(ctx, s); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		w.t.Fatal(err)
	}
	io, rv, sr, pb, cl := w.people[0], w.people[1], w.people[2], w.people[3], w.people[5]
	cl.wants("/sites/"+w.site.ID.String()+"/chains", url.Values{"column": {"2"}, "policy": {publication.Ordinary}}, http.StatusSeeOther, "set")
	at := io.sent("少了一步的")
	rv.wants(at+"/review", rv.editionOf(at, "do", "pass"), http.StatusSeeOther, "passed")
	sr.wants(at+"/review", sr.editionOf(at, "do", "pass"), http.StatusSeeOther, "passed")
	pb.wants(at+"/publish", pb.editionOf(at), http.StatusSeeOther, "published")
	var bad int
	if err := w.DB.Conn(ctx).NewRaw(unchained).Scan(ctx, &bad); err != nil || bad != 1 {
		w.t.Errorf("the query finds %d, %v; want 1: it has no teeth", bad, err)
	}
	if d := io.article(at); d.State != article.Released {
		w.t.Errorf("the article is %s", d.State)
	}
}
