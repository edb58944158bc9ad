package publication

import "fmt"

// Past is what a store keeps of one object, by what the order of its rows depends on.
type Past struct {
	Editions []EditionID                   // in the order in which they were frozen
	Kept     map[string]map[EditionID]bool // by table: editions that have rows there
	Ended    map[EditionID]string          // the how of its tombstone
	Settled  map[EditionID]string          // the verdict of its settlement
	Public   EditionID                     // what citizens see, or 0
}

// Turn is one step of a replay: insert the edition's rows of Table, or make the Move of the object's publication.
type Turn struct {
	Table   string // "" for a move
	Move    Move
	Edition EditionID
}

// Move is what happens to an object's publication.
type Move string

// The moves: it opens with the edition, turns to it, ends with it, or stands with it at the place where the backup found it.
const (
	Opens  Move = "opens"
	Turns  Move = "turns"
	Ends   Move = "ends"
	Stands Move = "stands"
)

// Replay answers in which order the rows of one object pass the guards of the schema, which stay in force while a backup is
// restored: an edition, its approvals and its debt before the next edition; what is public moves as it once moved. What does
// not fit, such as a publication that its history does not lead to, is an error: it never was the work of this program.
func Replay(past Past) ([]Turn, error) {
	r := replay{Past: past}
	for _, e := range past.Editions {
		for _, table := range []string{"editions", "approvals", "debts", "publication_history"} {
			r.insert(table, e)
		}
		if err := r.publish(e); err != nil {
			return nil, err
		}
	}
	for _, e := range past.Editions {
		if past.Settled[e] == Rejected {
			r.insert("settlements", e)
		}
	}
	if r.now != past.Public {
		return nil, fmt.Errorf("publication: the history leads to edition %d, and edition %d is public", r.now, past.Public)
	}
	for _, e := range past.Editions {
		r.insert("erasures", e)
	}
	if past.Public != 0 {
		r.turns = append(r.turns, Turn{Move: Stands, Edition: past.Public})
	}
	return r.turns, nil
}

type replay struct {
	Past
	now   EditionID
	turns []Turn
}

func (r *replay) insert(table string, e EditionID) {
	if r.Kept[table][e] {
		r.turns = append(r.turns, Turn{Table: table, Edition: e})
	}
}

// publish moves what is public to e if e ever was, and ends it if it was withdrawn.
func (r *replay) publish(e EditionID) error {
	if !r.Kept["publication_history"][e] {
		return nil
	}
	switch {
	case r.now == 0:
		r.turns = append(r.turns, Turn{Move: Opens, Edition: e})
	case r.Ended[r.now] == "superseded":
		r.insert("tombstones", r.now)
		r.turns = append(r.turns, Turn{Move: Turns, Edition: e})
	default:
		return fmt.Errorf("publication: edition %d was published while edition %d was public", e, r.now)
	}
	r.now = e
	if r.Settled[e] == Approved {
		r.insert("settlements", e)
	}
	if r.Ended[e] == "withdrawn" {
		r.insert("tombstones", e)
		r.turns = append(r.turns, Turn{Move: Ends, Edition: e})
		r.now = 0
	}
	return nil
}
