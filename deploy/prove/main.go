// Command prove runs the long form of a promise of docs/promises.md and prints its numbers:
//
//	go run ./deploy/prove            # lists them
//	go run ./deploy/prove NAME       # runs one
//	go run ./deploy/prove mutants -h # has flags of its own
//
// A proof is a test that `go test ./...` runs in its short form. What it needs beyond Go (PostgreSQL, an S3 server, the real
// documents) is said in the README, and its absence is an error here.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"os/signal"
	"syscall"
)

// proof is one promise: tests, by package and pattern.
type proof struct {
	name, says string
	tests      [][2]string // package, pattern of -run
	race       bool
	do         func(ctx context.Context, out io.Writer) error                // what is no test of its own, or nil
	program    func(ctx context.Context, args []string, out io.Writer) error // instead of tests; the rest of the line is its own
}

// proofs in the order of docs/promises.md.
var proofs = []proof{
	{name: "scale", says: "10,000 sites and 500,000 articles: start, memory, pages, lists, publishing, one site's import",
		tests: [][2]string{{"./app", "^TestScale$"}}},
	{name: "lists", says: "every list of the desk over 500,000 articles on both engines; 100 times from the press of the button to the citizens' page, in the browser",
		tests: [][2]string{{"./app", "^TestListsOfTheDesk$"}, {"./app", "^TestTheDeskInABrowser$"}}},
	{name: "speed", says: "warm pages, 304s, a publish a second and idle connections beside nginx; an import's rate",
		tests: [][2]string{{"./deploy/bench", "^TestBench$"}}},
	{name: "freshness", says: "100,000 publishes on three nodes with pauses, lost hints and database restarts", tests: [][2]string{{"./app", "^TestFreshness$"}}},
	{name: "pair", says: "100,000 reads of two nodes during 200 publishes of a major policy with its interpretation: never one without the other",
		tests: [][2]string{{"./app", "^TestAPolicyIsNeverSeenAlone$"}}},
	{name: "database-away", says: "every mirrored page for 10 minutes: PostgreSQL stopped, hanging, slow, refusing, over restarts", tests: [][2]string{{"./app", "^(TestDatabaseAway|TestMediaAway)$"}}},
	{name: "rolling", says: "50 rolling restarts and 30 kills behind nginx at 300 requests/s", tests: [][2]string{{"./app", "^(TestRollingRestart|TestANodeOfThreeIsKilled)$"}}},
	{name: "restore", says: "a backup under load restores to the same pages on both engines; 1,000 flipped bytes, all found; nothing forged comes back",
		tests: [][2]string{{"./platform/backup", "."}, {"./app", "TestBackupUnderLoad|TestEveryFlippedByte|TestWhatWasForged|TestOneTenantIsBackedUp"}}},
	{name: "fsck", says: "what was planted below the schema is found by its name", tests: [][2]string{{"./app", "TestFsck"}}},
	{name: "doctor", says: "each injected fault is named, and put right where that is safe", tests: [][2]string{{"./app", "TestDoctor"}}},
	{name: "edge", says: "raw requests, smuggling behind nginx, poisoned and deceived caches, slow clients, idle connections",
		tests: [][2]string{{"./platform/web", "."}, {"./app", "TestNothingIsPoisoned|TestNoPageLooksLikeAFile"}}},
	{name: "mutants-of-input", says: "millions of changed requests, headers, sheets, documents and colours, without a fuzzer's build",
		tests: [][2]string{{"./platform/web", "TestMutant"}, {"./platform/org", "TestMutant"}, {"./platform/render", "TestMutant"}, {"./tenants/article", "TestMutant"}}},
	{name: "fuzz", says: "every fuzz target of the tree, an hour or ZHANQUN_PROVE_FOR in all; counts what each saw",
		do: func(ctx context.Context, out io.Writer) error { return fuzz(ctx, ".", out) }},
	{name: "bounds", says: "256 MB under idle connections, a crawl, endless bodies and slow clients at once; ten minutes, or ZHANQUN_PROVE_FOR",
		tests: [][2]string{{"./app", "TestStaysWithinItsMemory"}}},
	{name: "soak", says: "heap, goroutines and descriptors under load; two hours, or ZHANQUN_PROVE_FOR", tests: [][2]string{{"./app", "TestSoak"}}},
	{name: "power-loss", says: "100,000 power cuts under publications and imports; with synchronous=NORMAL it must lose",
		tests: [][2]string{{"./app", "^TestPowerLoss"}}},
	{name: "kills", says: "20,000 publishers killed on SQLite, 1,000 on PostgreSQL; uploads killed at each step",
		tests: [][2]string{{"./app", "^(TestKills|TestABlobAndItsRow)$"}}},
	{name: "upload", says: "1 GB in pieces to the shipped program, in a folder and on S3: three broken lines, a kill, 200 MB",
		tests: [][2]string{{"./app", "^TestAnUploadOfTheShippedProgram$"}}},
	{name: "upload-breaks", says: "200 rounds of an upload that breaks before and after each access to the store, on SQLite, PostgreSQL and S3",
		tests: [][2]string{{"./tenants/media", "^TestAnUploadBreaksAtEachStep$"}}},
	{name: "full-disk", says: "100 times a full file system under the shipped program; each operation on a disk that becomes full",
		tests: [][2]string{{"./app", "^TestFullDisk"}, {"./storage/blob/files", "^TestNoRoomAtEachStep$"}}},
	{name: "io-errors", says: "each access to the disk of each operation fails, once and for good",
		tests: [][2]string{{"./app", "^TestDiskErrors"}}},
	{name: "pg-crash", says: "100 times PostgreSQL stopped at once under publications and imports",
		tests: [][2]string{{"./app", "^TestPostgresCrashes$"}, {"./storage/db", "^TestACrashWithinATransaction$"}}},
	{name: "isolation", says: "every guarded route, post, relation and site; canaries on every public address", tests: [][2]string{{"./app", "^Test(RoutesMatrix|NoSiteShowsWhatIsNotItsOwn)$"}}},
	{name: "walk", says: "200,000 calls of the desk's routes by editors of every role: nothing is public without its chain", tests: [][2]string{{"./app", "^TestNothingIsPublicButThroughItsChain$"}}},
	{name: "mutants", says: "each site_id predicate and each guard is taken out, one at a time: the room's tests must notice", program: mutants},
}

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := run(ctx, os.Args[1:], os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run(ctx context.Context, names []string, out io.Writer) error {
	if len(names) == 0 {
		for _, p := range proofs {
			fmt.Fprintf(out, "%-14s %s\n", p.name, p.says)
		}
		return nil
	}
	for _, p := range proofs {
		if p.name == names[0] && p.program != nil {
			return p.program(ctx, names[1:], out)
		}
	}
	var all error
	for _, name := range names {
		all = errors.Join(all, prove(ctx, name, out))
	}
	return all
}

func prove(ctx context.Context, name string, out io.Writer) error {
	for _, p := range proofs {
		if p.name == name {
			return p.run(ctx, out)
		}
	}
	return fmt.Errorf("prove: no proof is called %q; without a name they are listed", name)
}

// run runs the tests one package after the other: figures taken side by side would be each other's noise.
func (p proof) run(ctx context.Context, out io.Writer) error {
	if p.do != nil {
		return p.do(ctx, out)
	}
	var all error
	for _, t := range p.tests {
		args := []string{"test", "-count=1", "-timeout=24h", "-v", "-run", t[1], t[0]}
		env := append(os.Environ(), "ZHANQUN_PROVE=long", "ZHANQUN_TEST_REQUIRE=1")
		if p.race {
			args, env = append(args, "-race"), append(env, "CGO_ENABLED=1")
		}
		c := exec.CommandContext(ctx, "go", args...)
		c.Env, c.Stdout, c.Stderr = env, out, out
		if err := c.Run(); err != nil {
			all = errors.Join(all, fmt.Errorf("prove %s: %s: %w", p.name, t[0], err))
		}
	}
	return all
}
