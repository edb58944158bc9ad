package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"
)

// suite is the compiled tests of one package, with every mutant in it, switched off.
type suite struct {
	pkg, binary string
	tests       []trial
}

// trial is one test: what it took and which mutants it came past while none was on.
type trial struct {
	name  string
	took  time.Duration
	reach map[int]bool
}

// verdict is what became of a mutant: by is the test that noticed it.
type verdict struct {
	mutant
	by      string
	timeout bool
	reached int // how many tests came past it
}

// bench is where mutants are tried.
type bench struct {
	root, work string
	suites     map[string]*suite
}

// newBench writes the instrumented sources beside the tree, for `go test -overlay`.
func newBench(root, work string, sources map[string][]byte) (*bench, error) {
	replace := map[string]string{}
	for rel, src := range sources {
		to := filepath.Join(work, strings.ReplaceAll(rel, "/", "+"))
		if err := os.WriteFile(to, src, 0o600); err != nil {
			return nil, err
		}
		replace[filepath.Join(root, filepath.FromSlash(rel))] = to
	}
	overlay, err := json.Marshal(map[string]any{"Replace": replace})
	if err != nil {
		return nil, err
	}
	b := &bench{root: root, work: work, suites: map[string]*suite{}}
	return b, os.WriteFile(b.overlay(), overlay, 0o600)
}

func (b *bench) overlay() string { return filepath.Join(b.work, "overlay.json") }

// open compiles a package's tests and runs each by itself: all must pass before any mutant is on.
func (b *bench) open(ctx context.Context, pkg string) (*suite, error) {
	if s, ok := b.suites[pkg]; ok {
		return s, nil
	}
	s := &suite{pkg: pkg, binary: filepath.Join(b.work, strings.ReplaceAll(pkg, "/", "+")+".test")}
	c := exec.CommandContext(ctx, "go", "test", "-c", "-overlay", b.overlay(), "-o", s.binary, "./"+pkg)
	c.Dir = b.root
	if out, err := c.CombinedOutput(); err != nil {
		return nil, fmt.Errorf("build the tests of %s: %w\n%s", pkg, err, out)
	}
	out, err := b.command(ctx, s, "-test.list", only(pkg)).Output()
	if err != nil {
		return nil, fmt.Errorf("list the tests of %s: %w", pkg, err)
	}
	var names []string
	for _, line := range strings.Fields(string(out)) {
		if (strings.HasPrefix(line, "Test") || strings.HasPrefix(line, "Fuzz")) && !slow.MatchString(line) {
			names = append(names, line)
		}
	}
	s.tests = make([]trial, len(names))
	err = inParallel(len(names), func(i int) (err error) {
		s.tests[i], err = b.baseline(ctx, s, names[i])
		return err
	})
	slices.SortStableFunc(s.tests, func(a, b trial) int { return int(a.took - b.took) })
	b.suites[pkg] = s
	return s, err
}

// unasked are left out of the tests' environment: a mutant that only PostgreSQL's code holds survives here and is explained, and what is
// taken out is never a tag.
var unasked = []string{"ZHANQUN_TEST_POSTGRES", "ZHANQUN_TEST_REQUIRE", "ZHANQUN_TEST_VNU", "ZHANQUN_PROVE"}

// command runs the tests of a suite, on SQLite.
func (b *bench) command(ctx context.Context, s *suite, args ...string) *exec.Cmd {
	c := exec.CommandContext(ctx, s.binary, args...)
	c.Dir = filepath.Join(b.root, filepath.FromSlash(s.pkg))
	c.WaitDelay = 5 * time.Second
	for _, v := range os.Environ() {
		if name, _, _ := strings.Cut(v, "="); !slices.Contains(unasked, name) {
			c.Env = append(c.Env, v)
		}
	}
	return c
}

func (b *bench) baseline(ctx context.Context, s *suite, name string) (trial, error) {
	notes := filepath.Join(b.work, strings.ReplaceAll(s.pkg, "/", "+")+"."+name)
	c := b.command(ctx, s, "-test.short", "-test.timeout=10m", "-test.run", "^"+name+"$")
	c.Env = append(c.Env, "ZHANQUN_MUTANT_SEEN="+notes)
	began := time.Now()
	if out, err := c.CombinedOutput(); err != nil {
		return trial{}, fmt.Errorf("%s of %s fails before anything was taken out: %w\n%s", name, s.pkg, err, out)
	}
	t := trial{name: name, took: time.Since(began), reach: map[int]bool{}}
	seen, err := os.ReadFile(notes)
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		return trial{}, err
	}
	for _, line := range strings.Fields(string(seen)) {
		id, err := strconv.Atoi(line)
		if err != nil {
			return trial{}, fmt.Errorf("notes of %s: %w", name, err)
		}
		t.reach[id] = true
	}
	return t, nil
}

// try runs the tests that reach the mutant, the quickest first, the room's own before those that cover it, until one fails.
func (b *bench) try(ctx context.Context, m mutant) (verdict, error) {
	v := verdict{mutant: m}
	for _, pkg := range append([]string{m.room}, above(m.room)...) {
		s, err := b.open(ctx, pkg)
		if err != nil {
			return v, err
		}
		for _, t := range s.tests {
			if !t.reach[m.id] {
				continue
			}
			v.reached++
			short, cancel := context.WithTimeout(ctx, 20*t.took+time.Minute)
			c := b.command(short, s, "-test.short", "-test.failfast", "-test.run", "^"+t.name+"$")
			c.Env = append(c.Env, fmt.Sprintf("ZHANQUN_MUTANT=%d", m.id))
			err := c.Run()
			v.timeout = short.Err() != nil
			cancel()
			if ctx.Err() != nil {
				return v, ctx.Err()
			}
			if err != nil {
				v.by = pkg + " " + t.name
				return v, nil
			}
		}
	}
	return v, nil
}

// tryAll opens what the mutants need, then tries them two at a time.
func (b *bench) tryAll(ctx context.Context, all []mutant, each func(verdict)) error {
	rooms := map[string]bool{}
	for _, m := range all {
		rooms[m.room] = true
		for _, pkg := range above(m.room) {
			rooms[pkg] = true
		}
	}
	for _, pkg := range slices.Sorted(maps.Keys(rooms)) {
		if _, err := b.open(ctx, pkg); err != nil {
			return err
		}
	}
	var mu sync.Mutex
	return inParallel(len(all), func(i int) error {
		v, err := b.try(ctx, all[i])
		if err == nil {
			mu.Lock()
			defer mu.Unlock()
			each(v)
		}
		return err
	})
}

// inParallel calls f for 0 to n-1, two at a time, and stops at the first error.
func inParallel(n int, f func(i int) error) error {
	var wg sync.WaitGroup
	var mu sync.Mutex
	var failed error
	next := 0
	for range 2 {
		wg.Go(func() {
			for {
				mu.Lock()
				i := next
				next++
				stop := failed != nil || i >= n
				mu.Unlock()
				if stop {
					return
				}
				if err := f(i); err != nil {
					mu.Lock()
					failed = errors.Join(failed, err)
					mu.Unlock()
				}
			}
		})
	}
	wg.Wait()
	return failed
}
