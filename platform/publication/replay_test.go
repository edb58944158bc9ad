package publication

import (
	"fmt"
	"strings"
	"testing"
)

// V4: a history is brought back in the order in which its guards let it in, and one that never can have been is refused.
func TestReplay(t *testing.T) {
	kept := func(rows ...string) map[string]map[EditionID]bool {
		all := map[string]map[EditionID]bool{}
		for _, r := range rows {
			table, n, _ := strings.Cut(r, " ")
			var e EditionID
			if _, err := fmt.Sscan(n, &e); err != nil {
				t.Fatal(err)
			}
			if all[table] == nil {
				all[table] = map[EditionID]bool{}
			}
			all[table][e] = true
		}
		return all
	}
	for _, c := range []struct {
		name string
		past Past
		want string // the turns, or a part of the error behind "!"
	}{
		{"a text in review", Past{Editions: []EditionID{1}, Kept: kept("editions 1", "approvals 1")}, "editions 1, approvals 1"},
		{"one edition follows the other",
			Past{Editions: []EditionID{1, 2}, Public: 2, Ended: map[EditionID]string{1: "superseded"},
				Kept: kept("editions 1", "editions 2", "approvals 1", "approvals 2", "publication_history 1", "publication_history 2", "tombstones 1")},
			"editions 1, approvals 1, publication_history 1, opens 1, editions 2, approvals 2, publication_history 2, tombstones 1, turns 2, stands 2"},
		{"withdrawn, and published again",
			Past{Editions: []EditionID{1, 2}, Public: 2, Ended: map[EditionID]string{1: "withdrawn"},
				Kept: kept("editions 1", "editions 2", "publication_history 1", "publication_history 2", "tombstones 1")},
			"editions 1, publication_history 1, opens 1, tombstones 1, ends 1, editions 2, publication_history 2, opens 2, stands 2"},
		{"an emergency that was settled, then erased",
			Past{Editions: []EditionID{1}, Ended: map[EditionID]string{1: "withdrawn"}, Settled: map[EditionID]string{1: Approved},
				Kept: kept("editions 1", "debts 1", "publication_history 1", "settlements 1", "tombstones 1", "erasures 1")},
			"editions 1, debts 1, publication_history 1, opens 1, settlements 1, tombstones 1, ends 1, erasures 1"},
		{"an emergency whose review refused it",
			Past{Editions: []EditionID{1}, Ended: map[EditionID]string{1: "withdrawn"}, Settled: map[EditionID]string{1: Rejected},
				Kept: kept("editions 1", "debts 1", "publication_history 1", "settlements 1", "tombstones 1")},
			"editions 1, debts 1, publication_history 1, opens 1, tombstones 1, ends 1, settlements 1"},
		{"two at once", Past{Editions: []EditionID{1, 2}, Public: 2, Kept: kept("editions 1", "editions 2", "publication_history 1", "publication_history 2")}, "!while edition 1 was public"},
		{"public without a history", Past{Editions: []EditionID{1}, Public: 1, Kept: kept("editions 1")}, "!leads to edition 0"},
		{"ended and still public", Past{Editions: []EditionID{1}, Public: 1, Ended: map[EditionID]string{1: "withdrawn"}, Kept: kept("editions 1", "publication_history 1", "tombstones 1")}, "!leads to edition 0"},
		{"gone without an end", Past{Editions: []EditionID{1}, Kept: kept("editions 1", "publication_history 1")}, "!leads to edition 1"},
	} {
		turns, err := Replay(c.past)
		if part, bad := strings.CutPrefix(c.want, "!"); bad {
			if err == nil || !strings.Contains(err.Error(), part) {
				t.Errorf("%s: got %v, %v", c.name, turns, err)
			}
			continue
		}
		var got []string
		for _, turn := range turns {
			got = append(got, fmt.Sprintf("%s%s %d", turn.Table, turn.Move, turn.Edition))
		}
		if s := strings.Join(got, ", "); err != nil || s != c.want {
			t.Errorf("%s:\ngot  %s, %v\nwant %s", c.name, s, err, c.want)
		}
	}
}
