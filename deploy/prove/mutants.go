package main

import (
	"context"
	_ "embed"
	"errors"
	"flag"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"time"
)

// equivalents are mutants that change nothing anybody can see, a line each: file, function, text, number, reason.
//
//go:embed equivalents.tsv
var equivalents string

// killRate is how much of what is taken out the tests must notice (promises.md 2.3).
const killRate = 0.98

// ofTheHouse are the tests of app that are worth the time: those of the rooms below.
var ofTheHouse = []string{
	"TestAPictureIsPublicAsLongAsItsText",
	"TestAnAppointmentToOneColumn",
	"TestAuditIsExportedFromTheConsole",
	"TestChecksOnTheDesk",
	"TestColumnRequests",
	"TestDocumentsAreFound",
	"TestInvitationsOfAnOpening",
	"TestLifeAfterPublication",
	"TestNetworksOfTechnicalPosts",
	"TestNobodyHoldsTechniqueAndWords",
	"TestNotices",
	"TestPageReports",
	"TestPaste",
	"TestPeople",
	"TestPolicyAndInterpretation",
	"TestRefusals",
	"TestReviewAtTheDesk",
	"TestRoutesMatrix",
	"TestSessionsAndColumnsOfPeople",
	"TestSigningInByAProvider",
	"TestTheClocks",
	"TestTheColumnTree",
	"TestTheDesk",
	"TestTheEstate",
	"TestTheMediaLibrary",
	"TestTheRuleOverRealPeople",
	"TestVacancies",
	"TestWarnings",
	"TestWatching",
}

// seenInTheHouse are the rooms whose mutants these tests may notice, beside the room's own.
var seenInTheHouse = []string{
	"platform/clocks",
	"platform/console",
	"platform/estate",
	"platform/watch",
	"tenants/article",
	"tenants/checks",
	"tenants/column",
	"tenants/desk",
	"tenants/emergency",
	"tenants/interpretation",
	"tenants/media",
	"tenants/paste",
	"tenants/review",
}

// above are the packages besides its own whose tests are asked about a room.
func above(room string) []string {
	if slices.Contains(seenInTheHouse, room) {
		return []string{"app"}
	}
	return nil
}

// only is a pattern of the tests of a package that are asked.
func only(pkg string) string {
	if pkg == "app" {
		return "^(" + strings.Join(ofTheHouse, "|") + ")$"
	}
	return "."
}

// slow are tests of volume: what they would notice, a small test must notice too.
var slow = regexp.MustCompile(`Corpus|StateGraph|RandomHistories|ManySites|WholeCity|GoldenQueries|EverySubstring`)

// choice is what the command line asks for.
type choice struct {
	n    int
	seed uint64
	room string
	list bool
}

// mutants takes out every site_id predicate and every guard of the rooms, one at a time, and asks their tests.
func mutants(ctx context.Context, args []string, out io.Writer) error {
	var c choice
	set := flag.NewFlagSet("mutants", flag.ContinueOnError)
	set.IntVar(&c.n, "n", 0, "how many, drawn at random; 0 tries all")
	set.Uint64Var(&c.seed, "seed", uint64(time.Now().UnixNano()), "what draws them")
	set.StringVar(&c.room, "room", "", "only those of one `room`, such as tenants/article")
	set.BoolVar(&c.list, "list", false, "only name them")
	if err := set.Parse(args); err != nil {
		return err
	}
	root, err := filepath.Abs(".")
	if err != nil {
		return err
	}
	all, sources, err := find(root)
	if err != nil {
		return err
	}
	if len(all) == 0 {
		return errors.New("mutants: nothing to take out here; run it where go.mod stands")
	}
	explained, err := explanations(equivalents, all)
	if err != nil {
		return err
	}
	chosen := c.from(all, explained)
	fmt.Fprintf(out, "mutants: %d of %d, seed %d\n", len(chosen), len(all), c.seed)
	if c.list {
		for _, m := range chosen {
			fmt.Fprintln(out, m.key())
		}
		return nil
	}
	t := tally{out: out, explained: explained}
	if err := tryUnder(ctx, root, sources, chosen, t.add); err != nil {
		return err
	}
	return t.judge()
}

// from draws the mutants to try; a sample has no use for those that nobody can notice.
func (c choice) from(all []mutant, explained map[int]string) []mutant {
	chosen := slices.DeleteFunc(slices.Clone(all), func(m mutant) bool {
		return c.room != "" && m.room != c.room || c.n > 0 && explained[m.id] != ""
	})
	if c.n > 0 {
		rand.New(rand.NewPCG(c.seed, 0)).Shuffle(len(chosen), func(i, j int) { chosen[i], chosen[j] = chosen[j], chosen[i] })
		chosen = chosen[:min(c.n, len(chosen))]
	}
	return chosen
}

// tryUnder tries them with the sources' copies in a folder that is removed afterwards.
func tryUnder(ctx context.Context, root string, sources map[string][]byte, chosen []mutant, each func(verdict)) error {
	work, err := os.MkdirTemp("", "zhanqun-mutants-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(work)
	b, err := newBench(root, work, sources)
	if err != nil {
		return err
	}
	return b.tryAll(ctx, chosen, each)
}

// explanations reads the lines of equivalents; one that names no mutant is out of date.
func explanations(lines string, all []mutant) (map[int]string, error) {
	ids := map[string]int{}
	for _, m := range all {
		ids[m.key()] = m.id
	}
	reasons := map[int]string{}
	var bad error
	for line := range strings.Lines(lines) {
		line = strings.TrimRight(line, "\n")
		if line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		cut := strings.LastIndexByte(line, '\t')
		if cut < 0 || ids[line[:cut]] == 0 || line[cut+1:] == "" {
			bad = errors.Join(bad, fmt.Errorf("equivalents.tsv names no mutant and reason: %s", line))
			continue
		}
		reasons[ids[line[:cut]]] = line[cut+1:]
	}
	return reasons, bad
}

// tally counts what became of the mutants.
type tally struct {
	out                         io.Writer
	explained                   map[int]string
	killed, timeouts, excused   int
	predicates, guards          int
	survivors, wronglyExplained []verdict
}

func (t *tally) add(v verdict) {
	if v.guard {
		t.guards++
	} else {
		t.predicates++
	}
	what := strings.ReplaceAll(v.key(), "\t", "  ")
	switch reason := t.explained[v.id]; {
	case v.by != "" && reason != "":
		t.wronglyExplained = append(t.wronglyExplained, v)
	case v.by != "":
		t.killed++
		if v.timeout {
			t.timeouts++
		}
		fmt.Fprintf(t.out, "killed      %s  by %s\n", what, v.by)
	case reason != "":
		t.excused++
		fmt.Fprintf(t.out, "equivalent  %s  (%s)\n", what, reason)
	default:
		t.survivors = append(t.survivors, v)
		fmt.Fprintf(t.out, "SURVIVED    %s  past %d tests\n", what, v.reached)
	}
}

// judge prints the rate and holds it to the bar.
func (t *tally) judge() error {
	tried := t.killed + len(t.survivors)
	fmt.Fprintf(t.out, "%d predicates and %d guards taken out: %d killed (%d by the clock), %d survived, %d equivalent; kill rate %.1f %% of %d\n",
		t.predicates, t.guards, t.killed, t.timeouts, len(t.survivors), t.excused, 100*float64(t.killed)/float64(max(tried, 1)), tried)
	var bad error
	for _, v := range t.survivors {
		fmt.Fprintf(t.out, "survived: %s (%d tests came past it)\n", strings.ReplaceAll(v.key(), "\t", "  "), v.reached)
	}
	for _, v := range t.wronglyExplained {
		bad = errors.Join(bad, fmt.Errorf("equivalents.tsv explains what %s notices: %s", v.by, v.key()))
	}
	if float64(t.killed) < killRate*float64(tried) {
		bad = errors.Join(bad, fmt.Errorf("%d of %d mutants survived; the bar is %.0f %%", len(t.survivors), tried, 100*killRate))
	}
	return bad
}
