package policies

import (
	_ "embed"
	"flag"
	"fmt"
	"maps"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/casbin/casbin/v2"
	"github.com/casbin/casbin/v2/model"
	stringadapter "github.com/casbin/casbin/v2/persist/string-adapter"
)

var update = flag.Bool("update", false, "write decisions.csv")

//go:embed model.conf
var modelConf string

//go:embed grants.csv
var grantsCSV string

// grant is one row of grants.csv, its lists still together.
type grant struct{ role, rel, class, act, proof, effect string }

// grants reads the p rows of a text in the form of grants.csv.
func grants(t testing.TB, text string) []grant {
	t.Helper()
	var gs []grant
	for line := range strings.Lines(text) {
		f := strings.Split(line, ",")
		for i := range f {
			f[i] = strings.TrimSpace(f[i])
		}
		if f[0] != "p" {
			continue
		}
		if len(f) != 7 {
			t.Fatalf("grants: %q has %d fields, want 7", line, len(f))
		}
		gs = append(gs, grant{f[1], f[2], f[3], f[4], f[5], f[6]})
	}
	return gs
}

// classesOf lists every action that a grant names, with its class.
func classesOf(t testing.TB, gs []grant) map[Action]Class {
	t.Helper()
	of := map[Action]Class{}
	for _, g := range gs {
		for _, a := range strings.Fields(g.act) {
			if a == "*" || strings.HasPrefix(a, "-") {
				continue
			}
			if had, ok := of[Action(a)]; ok && had != Class(g.class) {
				t.Fatalf("grants: %s is class %s and %s", a, had, g.class)
			}
			of[Action(a)] = Class(g.class)
		}
	}
	return of
}

// lists keeps each list of names that model.conf's covers was asked about, taken apart once.
var lists sync.Map

type list struct {
	all bool
	has map[string]bool // false: taken out
}

func covers(text, name string) bool {
	v, ok := lists.Load(text)
	if !ok {
		l := list{has: map[string]bool{}}
		for _, n := range strings.Fields(text) {
			if n == "*" {
				l.all = true
			} else {
				l.has[strings.TrimPrefix(n, "-")] = !strings.HasPrefix(n, "-")
			}
		}
		v, _ = lists.LoadOrStore(text, l)
	}
	l := v.(list)
	if has, named := l.has[name]; named {
		return has
	}
	return l.all
}

// enforcer is casbin over model.conf and a text in the form of grants.csv.
func enforcer(t testing.TB, text string) *casbin.Enforcer {
	t.Helper()
	m, err := model.NewModelFromString(modelConf)
	if err != nil {
		t.Fatal(err)
	}
	e, err := casbin.NewEnforcer(m, stringadapter.NewAdapter(text))
	if err != nil {
		t.Fatal(err)
	}
	e.AddFunction("covers", func(args ...any) (any, error) { return covers(args[0].(string), args[1].(string)), nil })
	return e
}

// answers is what casbin says to one cell under each of the four proofs.
type answers struct{ none, assigned, inScope, both bool }

// cell names the answers; anything else than the four kinds is not a decision.
func (a answers) cell() (cell, bool) {
	switch a {
	case answers{}:
		return deny, true
	case answers{true, true, true, true}:
		return allow, true
	case answers{assigned: true, both: true}:
		return ifAssigned, true
	case answers{inScope: true, both: true}:
		return ifInScope, true
	}
	return deny, false
}

// point is one cell's place in the space.
type point struct {
	Role     Role
	Relation Relation
	Action   Action
}

func (p point) String() string { return fmt.Sprintf("%s %s %s", p.Role, p.Relation, p.Action) }

// askCasbin asks casbin for every role and relation, four proofs a cell, over the actions: all when none is named.
func askCasbin(t testing.TB, text string, actions ...Action) map[point]cell {
	t.Helper()
	e := enforcer(t, text)
	of := classesOf(t, grants(t, text))
	ask := func(p point, assigned, inScope string) bool {
		ok, err := e.Enforce(string(p.Role), string(p.Relation), string(of[p.Action]), string(p.Action), assigned, inScope)
		if err != nil {
			t.Fatalf("casbin on %v: %v", p, err)
		}
		return ok
	}
	cells := make(map[point]cell, len(of)*len(roles)*len(relations))
	if len(actions) == 0 {
		actions = slices.Collect(maps.Keys(of))
	}
	for _, a := range actions {
		for _, r := range roles {
			for _, rel := range relations {
				p := point{r, rel, a}
				got := answers{ask(p, "no", "no"), ask(p, "yes", "no"), ask(p, "no", "yes"), ask(p, "yes", "yes")}
				c, ok := got.cell()
				if !ok {
					t.Fatalf("casbin on %v: %+v is no kind of cell", p, got)
				}
				cells[p] = c
			}
		}
	}
	return cells
}

var shipped struct {
	once  sync.Once
	cells map[point]cell
}

// shippedCells is askCasbin over the grants we ship, asked once for all tests.
func shippedCells(t testing.TB) map[point]cell {
	t.Helper()
	shipped.once.Do(func() { shipped.cells = askCasbin(t, grantsCSV) })
	if shipped.cells == nil {
		t.Fatal("casbin did not answer")
	}
	return shipped.cells
}

// write is the text of decisions.csv.
func write(cells map[point]cell, of map[Action]Class) string {
	var rows []string
	count := map[cell]int{}
	granted := map[Action]bool{}
	for p, c := range cells {
		count[c]++
		if c != deny {
			granted[p.Action] = true
			rows = append(rows, fmt.Sprintf("%s,%s,%s,%s,%s", p.Role, p.Relation, of[p.Action], p.Action, c))
		}
	}
	for a, c := range of {
		if !granted[a] {
			rows = append(rows, fmt.Sprintf("-,-,%s,%s,%s", c, a, deny))
		}
	}
	slices.Sort(rows)
	return fmt.Sprintf("# What casbin says to model.conf and grants.csv, written by go generate ./policies. Do not edit.\n"+
		"# %d roles x %d relations x %d actions = %d cells: %d allow, %d if_in_scope, %d if_assigned, %d deny.\n"+
		"# A cell that is not named is deny; the rows -,- name actions that nobody may do.\n"+
		"role,relation,class,action,effect\n%s\n",
		len(roles), len(relations), len(of), len(cells), count[allow], count[ifInScope], count[ifAssigned], count[deny],
		strings.Join(rows, "\n"))
}

// C4: the embedded table is casbin's answer to the grants, byte for byte.
func TestDecisionsAreWhatCasbinSays(t *testing.T) {
	want := write(shippedCells(t), classesOf(t, grants(t, grantsCSV)))
	if *update {
		if err := os.WriteFile("decisions.csv", []byte(want), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	if decisionsCSV != want {
		t.Error("decisions.csv is not what casbin says to grants.csv: run go generate ./policies and review the difference")
	}
}
