package policies

import (
	"fmt"
	"maps"
	"slices"
	"testing"

	"github.com/zhanqun/zhanqun/kernel/fault"
)

// seats lists every role in every relation: an appointment as one site sees it.
func seats() []Held {
	var all []Held
	for _, r := range roles {
		for _, rel := range relations {
			all = append(all, Held{r, rel, true})
		}
	}
	return all
}

// reach is what a seat can do by the oracle, whatever is proved.
func (o oracle) reach(h Held) (technique, words bool) {
	for a, class := range o.class {
		if o.decide(h.Role, h.Relation, a) != deny {
			technique = technique || class == "T"
			words = words || class == "I" || class == "C"
		}
	}
	return technique, words
}

// badPairs names the pairs of appointments that accepts lets one person hold although, by the oracle, they join
// technique with integration or content on a site; and the pairs it refuses without that reason.
func badPairs(accepts func(held []Held, next Held) error) (wrong, needless []string, pairs int) {
	o := newOracle()
	all := seats()
	t, w := map[Held]bool{}, map[Held]bool{}
	for _, h := range all {
		t[h], w[h] = o.reach(h)
	}
	for _, a := range all {
		for _, b := range all {
			pairs++
			mixed := (t[a] || t[b]) && (w[a] || w[b])
			name := fmt.Sprintf("%s %s + %s %s", a.Role, a.Relation, b.Role, b.Relation)
			switch err := accepts([]Held{a}, b); {
			case err == nil && mixed:
				wrong = append(wrong, name)
			case err != nil && !mixed:
				needless = append(needless, name)
			}
		}
	}
	return wrong, needless, pairs
}

// I5, C4: over all pairs of appointments on a site, CanAppoint refuses exactly those that join T with I or C.
func TestNobodyIsAppointedToTechniqueAndWords(t *testing.T) {
	wrong, needless, pairs := badPairs(CanAppoint)
	t.Logf("%d pairs of appointments, %d wrong, %d refused without need", pairs, len(wrong), len(needless))
	if pairs != 144*144 || len(wrong)+len(needless) > 0 {
		t.Errorf("wrong %q, needless %q", wrong, needless)
	}
}

// I5: a rule that lets one wrong pair through is caught by the name of the pair.
func TestWrongPairsAreCaughtByName(t *testing.T) {
	for name, c := range map[string]struct {
		a, b Held
		want string
	}{
		"the platform operator becomes information officer of the portal": {
			Held{Role: PO, Relation: HostOwn}, Held{Role: IO, Relation: HostOwn}, "PO host_own + IO host_own"},
		"the security administrator of the host becomes content lead of a county": {
			Held{Role: SA, Relation: Host}, Held{Role: CL, Relation: Own}, "SA host + CL own"},
		"the audit administrator assembles a township's channel": {
			Held{Role: AA, Relation: Host}, Held{Role: IE, Relation: Carrier}, "AA host + IE carrier"},
		"a delegated county's operator is its last reviewer too": {
			Held{Role: PO, Relation: Host}, Held{Role: RV, Relation: Carrier}, "PO host + RV carrier"},
	} {
		t.Run(name, func(t *testing.T) {
			wrong, _, _ := badPairs(func(held []Held, next Held) error {
				if held[0].Role == c.a.Role && held[0].Relation == c.a.Relation && next.Role == c.b.Role && next.Relation == c.b.Relation {
					return nil
				}
				return CanAppoint(held, next)
			})
			if !slices.Equal(wrong, []string{c.want}) {
				t.Errorf("got %q, want %q", wrong, c.want)
			}
			if err := CanAppoint([]Held{c.a}, c.b); !fault.Is(err, fault.Conflict) {
				t.Errorf("the real rule: got %v, want a conflict", err)
			}
		})
	}
}

// I5: should a person hold such a pair all the same (a delegation came later, two orgs were merged), every action of
// I and C is refused on that site, whatever is proved; T and S stay as they were.
func TestTechniqueShutsOutWordsInTheDecision(t *testing.T) {
	o := newOracle()
	asked := 0
	for _, a := range seats() {
		technique, _ := o.reach(a)
		if !technique {
			continue
		}
		for _, b := range seats() {
			for act, class := range o.class {
				asked++
				err := May([]Held{b, a}, act, Proof{Assigned: true})
				if class == "I" || class == "C" {
					if err == nil {
						t.Fatalf("%v with %v may %s", a, b, act)
					}
					continue
				}
				want := o.decide(a.Role, a.Relation, act) != deny || o.decide(b.Role, b.Relation, act) != deny
				if (err == nil) != want {
					t.Fatalf("%v with %v, %s: got %v, want allowed %v", a, b, act, err, want)
				}
			}
		}
	}
	t.Logf("%d decisions over pairs of appointments", asked)
	if asked < 100_000 {
		t.Errorf("only %d decisions", asked)
	}
}

// I5: no single appointment joins them, so the pairs are enough.
func TestNoSingleAppointmentJoinsTechniqueAndWords(t *testing.T) {
	o := newOracle()
	for _, h := range seats() {
		if technique, words := o.reach(h); technique && words {
			t.Errorf("%s in relation %s joins them", h.Role, h.Relation)
		}
	}
}

// I5, closure: whoever may appoint appoints one person, in any order and as often as they like, the platform's own
// administrator included; nobody ever holds technique with words. The walk is over all that CanAppoint can tell of
// a person, which the next test proves to be the two classes.
func TestNoSequenceOfAppointmentsJoinsTechniqueAndWords(t *testing.T) {
	o := newOracle()
	type mind struct{ technique, words bool }
	gives := map[Action]int{} // how many seats may take each appointing action
	for _, h := range seats() {
		for _, act := range []Action{"user.create", "appointment.technical", "appointment.content"} {
			if o.decide(h.Role, h.Relation, act) != deny {
				gives[act]++
			}
		}
	}
	reached := map[mind][]Held{{}: nil} // one way to each
	steps := 0
	for queue := []mind{{}}; len(queue) > 0; queue = queue[1:] {
		was := queue[0]
		for _, next := range seats() {
			if act, ok := Appointing(next.Role); !ok || gives[act] == 0 || CanAppoint(reached[was], next) != nil {
				continue
			}
			steps++
			technique, words := o.reach(next)
			m := mind{was.technique || technique, was.words || words}
			if m.technique && m.words {
				t.Fatalf("%v appointed to %v holds both", reached[was], next)
			}
			if _, seen := reached[m]; !seen {
				reached[m] = append(slices.Clone(reached[was]), next)
				queue = append(queue, m)
			}
		}
	}
	t.Logf("%d steps to %d kinds of person; seats that appoint: %v", steps, len(reached), gives)
	if len(reached) != 3 || len(gives) != 3 {
		t.Errorf("reached %v by %v: the walk does not move", reached, gives)
	}
}

// CanAppoint never tells two persons apart who hold the same of technique and words.
func TestCanAppointSeesOnlyTechniqueAndWords(t *testing.T) {
	o := newOracle()
	type key struct{ technique, words bool }
	verdicts := map[key]map[Held]bool{}
	for _, h := range seats() {
		var k key
		k.technique, k.words = o.reach(h)
		got := map[Held]bool{}
		for _, next := range seats() {
			got[next] = CanAppoint([]Held{h}, next) == nil
		}
		if had, ok := verdicts[k]; ok && !maps.Equal(had, got) {
			t.Errorf("%v is judged differently from another with %+v", h, k)
		}
		verdicts[k] = got
	}
}

// A content lead gives no technical post, a security administrator no content post, and Apart is the union over relations.
func TestEachRoleIsGivenByOneAction(t *testing.T) {
	o := newOracle()
	for _, r := range roles {
		act, ok := Appointing(r)
		if ok != (r != CZ) {
			t.Errorf("%s: appointed %v", r, ok)
		}
		technique := false
		for _, rel := range relations {
			has, _ := o.reach(Held{Role: r, Relation: rel})
			technique = technique || has
		}
		if technique && act != "appointment.technical" {
			t.Errorf("%s holds technique and is given by %s", r, act)
		}
		for _, other := range roles {
			want := false
			for _, a := range relations {
				for _, b := range relations {
					want = want || CanAppoint([]Held{{r, a, true}}, Held{other, b, true}) != nil
				}
			}
			if Apart(r, other) != want {
				t.Errorf("Apart(%s, %s) is %v, want %v", r, other, !want, want)
			}
		}
	}
}
