package policies

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
)

// lookup is the table's answer to one cell under one proof, asked the way a room asks.
func lookup(p point, assigned, inScope bool) bool {
	return May([]Held{{p.Role, p.Relation, inScope}}, p.Action, Proof{Assigned: assigned}) == nil
}

// C4: casbin over grants.csv, the embedded table through May, and the oracle agree everywhere.
func TestCasbinTableAndOracleAgreeOverTheWholeSpace(t *testing.T) {
	o := newOracle()
	cells := shippedCells(t)
	actions := slices.Sorted(maps.Keys(o.class))
	if got := Actions(); !slices.Equal(got, actions) {
		t.Fatalf("the table has the actions\n%v\nthe paper has\n%v", got, actions)
	}
	decisions, allowed, differences := 0, 0, 0
	for _, r := range roles {
		for _, rel := range relations {
			for _, a := range actions {
				p := point{r, rel, a}
				byCasbin, byOracle := cells[p], o.decide(r, rel, a)
				for proof := range 4 {
					assigned, inScope := proof&1 != 0, proof&2 != 0
					opens := func(c cell) bool {
						return c == allow || c == ifAssigned && assigned || c == ifInScope && inScope
					}
					want, got, casbin := opens(byOracle), lookup(p, assigned, inScope), opens(byCasbin)
					decisions++
					if want {
						allowed++
					}
					if got != want || casbin != want {
						differences++
						t.Errorf("%v, assigned %v, in scope %v: table %v, casbin %v, oracle %v", p, assigned, inScope, got, casbin, want)
					}
				}
			}
		}
	}
	t.Logf("space: %d roles x %d relations x %d actions = %d cells; %d decisions with their proofs, %d allowed, %d differences between casbin, table and oracle",
		len(roles), len(relations), len(actions), len(cells), decisions, allowed, differences)
	if len(cells) != len(roles)*len(relations)*len(actions) || decisions < 95_000 || allowed < 2_500 {
		t.Errorf("the space has shrunk: %d cells, %d decisions, %d allowed", len(cells), decisions, allowed)
	}
}

// expand lists the cells a grant names by itself, before any deny.
func expand(g grant, actions []Action, letters map[string][]Relation) []point {
	var ps []point
	for _, a := range actions {
		for _, r := range roles {
			for _, rel := range relations {
				if covers(g.act, string(a)) && covers(g.role, string(r)) &&
					(g.rel == "*" || g.rel == string(rel) || slices.Contains(letters[g.rel], rel)) {
					ps = append(ps, point{r, rel, a})
				}
			}
		}
	}
	return ps
}

// letters reads what a cell letter stands for from the g rows.
func letters(text string) map[string][]Relation {
	of := map[string][]Relation{}
	for line := range strings.Lines(text) {
		f := strings.Split(line, ",")
		if f[0] == "g" {
			l := strings.TrimSpace(f[2])
			of[l] = append(of[l], Relation(strings.TrimSpace(f[1])))
		}
	}
	return of
}

// violations names what is wrong with grants in the form of grants.csv, of which casbin answered cells: a grant
// that the notice forbids even where a deny row makes it idle, and a decision that is not the rule's.
func violations(t testing.TB, text string, cells map[point]cell) []string {
	t.Helper()
	o := newOracle()
	of := letters(text)
	found := map[string]bool{}
	for _, g := range grants(t, text) {
		if g.effect != "allow" {
			continue
		}
		for _, p := range expand(g, slices.Collect(maps.Keys(classesOf(t, []grant{g}))), of) {
			if why := o.broken(p.Relation, p.Action); why != "" {
				found[fmt.Sprintf("grant %v: %s", p, why)] = true
			}
		}
	}
	for p, got := range cells {
		if want := o.decide(p.Role, p.Relation, p.Action); got != want {
			found[fmt.Sprintf("decision %v: casbin says %v, the rule says %v", p, got, want)] = true
		}
	}
	return slices.Sorted(maps.Keys(found))
}

// C4: the grants we ship break no sentence of the notice and decide nothing but the rule.
func TestShippedGrantsHaveNoViolation(t *testing.T) {
	for _, v := range violations(t, grantsCSV, shippedCells(t)) {
		t.Error(v)
	}
}

// C4: a wrong grant is caught by its name, whether or not a deny row makes it idle.
func TestWrongGrantsAreCaughtByName(t *testing.T) {
	for name, c := range map[string]struct{ row, want string }{
		"the platform edits a county's draft": {
			"p, PO, host, C, article.edit.draft, none, allow", "grant PO host article.edit.draft: content only from the owner"},
		"a county's information officer binds a domain": {
			"p, IO, own, T, domain.bind, none, allow", "grant IO own domain.bind: technique only from the host"},
		"the carrier's integration editor writes a township's article": {
			"p, IE, carrier, C, article.create, in_scope, allow", "grant IE carrier article.create: content only from the owner"},
		"a superior's supervisor edits instead of taking down": {
			"p, SV, above, C, article.edit.draft, none, allow", "grant SV above article.edit.draft: content only from the owner"},
		"a citizen passes a review": {
			"p, CZ, public, C, review.pass, none, allow", "grant CZ public review.pass: a citizen has X only"},
		"a publisher at home passes reviews, which no sentence of the notice forbids but the table does": {
			"p, PB, own, C, review.pass, in_scope, allow", "decision PB own review.pass: casbin says if_in_scope, the rule says deny"},
		"a letter handler sees letters that are not assigned": {
			"p, LH, A, C, letter.handle, none, allow", "decision LH own letter.handle: casbin says allow, the rule says if_assigned"},
		"a township assembles its channel": {
			"p, IE, own_channel, I, home.slot.place, in_scope, allow",
			"grant IE own_channel home.slot.place: a site is assembled by its owner, a channel by its carrier, the portal by the host"},
		"a supervisor reads the drafts of a lower site": {
			"p, SV, U, S, draft.read, none, allow", "grant SV above draft.read: nobody reads unpublished drafts of a lower site"},
	} {
		t.Run(name, func(t *testing.T) {
			wrong := grants(t, c.row)[0].act
			text := grantsCSV + c.row + "\n"
			got := violations(t, text, askCasbin(t, text, Action(wrong)))
			if !slices.Contains(got, c.want) {
				t.Errorf("got %q, want %q among them", got, c.want)
			}
			for _, v := range got {
				if !strings.Contains(v, wrong) {
					t.Errorf("%q names another grant", v)
				}
			}
		})
	}
}

// C4: the deny rows hold against any grant: with everything granted to everybody, casbin leaves open only what
// the notice does not forbid, and without one deny row something more opens.
func TestDenyRowsHoldAgainstAnyGrant(t *testing.T) {
	o := newOracle()
	everything := grantsCSV + "p, *, *, *, *, none, allow\n"
	e := enforcer(t, everything)
	checked, open := 0, 0
	for a, class := range o.class {
		for _, rel := range relations {
			got, err := e.Enforce(string(PO), string(rel), class, string(a), "no", "no")
			if err != nil {
				t.Fatal(err)
			}
			checked++
			if got {
				open++
			}
			if why := o.broken(rel, a); got != (why == "") {
				t.Errorf("%s %s: casbin leaves it open: %v; the notice: %q", rel, a, got, why)
			}
		}
	}
	t.Logf("%d pairs of relation and action under a grant of everything: %d stay open", checked, open)
}

// C4: no deny row is idle: without it, a grant of everything opens a cell that the notice forbids.
func TestEveryDenyRowIsNeeded(t *testing.T) {
	o := newOracle()
	for row := range strings.Lines(grantsCSV) {
		if !strings.HasPrefix(row, "p,") || !strings.HasSuffix(row, ", deny\n") {
			continue
		}
		e := enforcer(t, strings.Replace(grantsCSV, row, "", 1)+"p, *, *, *, *, none, allow\n")
		g := grants(t, row)[0]
		opened := ""
		for a, class := range o.class {
			for _, rel := range relations {
				if opened == "" && (g.class == "*" || g.class == class) && covers(g.act, string(a)) && o.broken(rel, a) != "" {
					if got, err := e.Enforce(string(PO), string(rel), class, string(a), "no", "no"); err != nil {
						t.Fatal(err)
					} else if got {
						opened = fmt.Sprintf("%s %s", rel, a)
					}
				}
			}
		}
		if opened == "" {
			t.Errorf("nothing opens without %q", strings.TrimSpace(row))
		}
	}
}
