package policies

import (
	_ "embed" // decisions.csv
	"encoding/csv"
	"fmt"
	"io"
	"slices"
	"strings"
)

//go:embed decisions.csv
var decisionsCSV string

// decided is what the binary decides by. A damaged file stops the program before it serves.
var decided = func() *table {
	t, err := parse(strings.NewReader(decisionsCSV))
	if err != nil {
		panic(fmt.Sprintf("policies: decisions.csv: %v", err))
	}
	return t
}()

// cell is one decision: over a role, a relation and an action.
type cell uint8

const (
	deny cell = iota
	allow
	ifAssigned
	ifInScope
)

var cellNames = []string{"deny", "allow", "if_assigned", "if_in_scope"}

func (c cell) String() string { return cellNames[c] }

// classes is a set of Class.
type classes uint8

const (
	technical classes = 1 << iota
	integration
	content
	supervision
	citizen
)

var classBits = map[Class]classes{Technical: technical, Integration: integration, Content: content, Supervision: supervision, Citizen: citizen}

// mixed reports what I5 forbids.
func (c classes) mixed() bool { return c&technical != 0 && c&(integration|content) != 0 }

// seat is a role in a relation: its cells by action, and the classes of those that are not deny.
type seat struct {
	cells   []cell
	classes classes
}

type table struct {
	actions []Action // sorted
	index   map[Action]int
	classes []classes // of each action, one bit
	class   []Class
	seats   [16][9]seat
}

// Class is the class of an action of the table; false for any other string.
func (a Action) Class() (Class, bool) {
	i, ok := decided.index[a]
	if !ok {
		return "", false
	}
	return decided.class[i], true
}

// Actions lists every action of the table, sorted; the slice is the caller's.
func Actions() []Action { return slices.Clone(decided.actions) }

// seat answers nil for an unknown role or relation.
func (t *table) seat(r Role, rel Relation) *seat {
	i, j := roleIndex(r), relationIndex(rel)
	if i < 0 || j < 0 {
		return nil
	}
	return &t.seats[i][j]
}

// ofRole is the union of the role's classes over all relations.
func (t *table) ofRole(r Role) classes {
	var c classes
	for _, rel := range relations {
		if s := t.seat(r, rel); s != nil {
			c |= s.classes
		}
	}
	return c
}

// who names the roles that may do action i in the relation.
func (t *table) who(rel Relation, i int) []string {
	var names []string
	for _, r := range roles {
		if t.seat(r, rel).cells[i] != deny {
			names = append(names, r.Name())
		}
	}
	return names
}

// parse reads role,relation,class,action,effect: a row for every cell that is not deny, and a row
// -,-,class,action,deny for an action that nobody may do.
func parse(r io.Reader) (*table, error) {
	in := csv.NewReader(r)
	in.Comment = '#'
	in.FieldsPerRecord = 5
	rows, err := in.ReadAll()
	if err != nil {
		return nil, err
	}
	if len(rows) == 0 || !slices.Equal(rows[0], []string{"role", "relation", "class", "action", "effect"}) {
		return nil, fmt.Errorf("no header: %w", io.ErrUnexpectedEOF)
	}
	rows = rows[1:]
	t := &table{index: map[Action]int{}}
	of := map[Action]Class{}
	for _, f := range rows {
		c, a := Class(f[2]), Action(f[3])
		if had, ok := of[a]; ok && had != c || classBits[c] == 0 {
			return nil, fmt.Errorf("%s has class %q after %q", a, c, had)
		}
		of[a] = c
	}
	for a := range of {
		t.actions = append(t.actions, a)
	}
	slices.Sort(t.actions)
	for i, a := range t.actions {
		t.index[a] = i
		t.class = append(t.class, of[a])
		t.classes = append(t.classes, classBits[of[a]])
	}
	for i := range t.seats {
		for j := range t.seats[i] {
			t.seats[i][j].cells = make([]cell, len(t.actions))
		}
	}
	for _, f := range rows {
		if err := t.set(f); err != nil {
			return nil, err
		}
	}
	return t, nil
}

func (t *table) set(f []string) error {
	e := slices.Index(cellNames, f[4])
	if f[0] == "-" && f[1] == "-" && e == int(deny) {
		return nil
	}
	s := t.seat(Role(f[0]), Relation(f[1]))
	if s == nil || e <= int(deny) {
		return fmt.Errorf("%s is no decision", strings.Join(f, ","))
	}
	i := t.index[Action(f[3])]
	if s.cells[i] != deny {
		return fmt.Errorf("%s is decided twice", strings.Join(f, ","))
	}
	s.cells[i] = cell(e)
	s.classes |= t.classes[i]
	return nil
}

// roleIndex and relationIndex are switches because a map look-up costs as much as the whole rest of a decision.
func roleIndex(r Role) int {
	switch r {
	case PO:
		return 0
	case IE:
		return 1
	case SA:
		return 2
	case AA:
		return 3
	case SV:
		return 4
	case CL:
		return 5
	case IO:
		return 6
	case LO:
		return 7
	case RV:
		return 8
	case SR:
		return 9
	case PB:
		return 10
	case LD:
		return 11
	case SE:
		return 12
	case LC:
		return 13
	case LH:
		return 14
	case CZ:
		return 15
	}
	return -1
}

func relationIndex(r Relation) int {
	switch r {
	case Own:
		return 0
	case OwnChannel:
		return 1
	case Carrier:
		return 2
	case Host:
		return 3
	case HostOwn:
		return 4
	case Above:
		return 5
	case Below:
		return 6
	case Public:
		return 7
	case Other:
		return 8
	}
	return -1
}
